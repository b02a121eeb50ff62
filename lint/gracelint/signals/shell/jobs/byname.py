"""``pkill``, ``killall``, ``pgrep`` and ``pidof``: processes by their names.

Regular expressions are read as far as they are patterns of the shell in other words (``^app$``, ``[a]pp``, ``app.*``, ``a|b``), so that matching takes
bounded time; with anything else it is not known who is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass
from ...names import canonical, sent
from ..expansion import patterns

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..expansion.patterns import Pattern, Token
    from ..model.state import State
    from ..model.values import Field

SHOWN = 15  # characters of a name that the kernel keeps (TASK_COMM_LEN in linux/sched.h)
# Options with a value (pkill(1), pgrep(1), killall(1), pidof(8)).
_VALUES = {"killall": "-u --user -y --younger-than -o --older-than -n --ns -s --signal", "pidof": "-o -s -S"}
_OTHERS = "-u -U -g -G -t -s --euid --uid --group --session --terminal --ns --nslist -F --pidfile"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is meant: ``patterns`` of names, of whole lines (``whole``) or of either exactly; the children of ``parents``; of all these the
    first or last started. ``known``: False where that cannot be told."""

    patterns: tuple[Pattern, ...] = ()
    whole: bool = False
    parents: tuple[int, ...] = ()
    only: str = ""
    known: bool = True

    def find(self, machine: Machine, state: State) -> tuple[int, ...] | None:
        """Their numbers; None where it cannot be told."""
        if not self.known:
            return None
        found = []
        for running in machine.host.processes(state):
            if self.parents and running.parent not in self.parents:
                continue
            text = " ".join(running.argv) if self.whole else running.name[:SHOWN]
            if (self.parents and not self.patterns) or any(patterns.matches(each, text) for each in self.patterns):
                found.append(running.pid)
        if self.only:
            return tuple(found[-1:] if self.only == "newest" else found[:1])
        return tuple(found)


def output(machine: Machine, state: State, tool: str, fields: list[Field]) -> str | None:
    """What ``pgrep`` and ``pidof`` print; None where that is not known."""
    words = [field.shown for field in fields]
    if any(word.startswith("-") and set(word[1:]) & set("acdlqw") for word in words):
        return None
    found = read(tool, words)[1].find(machine, state)
    if found is None or (not found and not machine.live):
        return None  # while a container starts, not all that runs in it is known
    return "\n".join(map(str, found)) if tool == "pgrep" else " ".join(map(str, reversed(found)))


def status(machine: Machine, state: State, tool: str, words: tuple[str, ...]) -> int | None:
    """With what status ``pgrep``, ``pidof`` and ``ps -p`` end: 1 where nobody is found (pgrep(1), pidof(8), ps(1); busybox's as well)."""
    if tool == "ps":
        named = [
            word.removeprefix("-p") or following
            for word, following in zip(words, [*words[1:], ""], strict=False)
            if word.startswith("-p")
        ]
        if not named:
            return 0
        if named[0] in ("1", str(state.pid)):
            return 0
        alive = machine.host.alive(state, int(named[0])) if named[0].isdecimal() and len(named[0]) < 10 else None
        return 0 if alive else None if alive is None or not machine.live else 1
    found = read(tool, list(words))[1].find(machine, state)
    if found is None or (not found and not machine.live):
        return None
    return 0 if found else 1


def read(tool: str, rest: list[str]) -> tuple[str | None, Wanted]:
    """The signal and who is meant, by the words of a command line."""
    signal: str | None = "SIGTERM"
    values = _VALUES.get(tool, _OTHERS).split()
    words: list[str] = []
    letters, parents = "", ""
    while rest:
        word = rest.pop(0)
        if (word == "--signal" or (word == "-s" and tool == "killall")) and rest:
            signal = sent(rest.pop(0))
        elif word.startswith("--signal="):
            signal = sent(word.partition("=")[2])
        elif word.startswith("-") and tool in ("pkill", "killall") and canonical(word[1:]):
            signal = canonical(word[1:])
        elif word in ("-P", "--parent") and rest:
            parents = rest.pop(0)
        elif word in values and rest:
            rest.pop(0)
        elif word.startswith("--"):
            letters += {"--exact": "x", "--full": "f", "--newest": "n", "--oldest": "o", "--regexp": "r"}.get(word, "")
        elif word.startswith("-"):
            letters += word[1:]
        else:
            words.append(word)
    return signal, _wanted(tool, words, letters, parents)


def _wanted(tool: str, words: list[str], letters: str, parents: str) -> Wanted:
    listed = parents.split(",") if parents else []
    numbers = tuple(int(each) for each in listed if each.isdigit() and len(each) < 10)
    if len(numbers) < len(listed) or (tool != "killall" and "v" in letters):
        return Wanted(known=False)
    if tool in ("killall", "pidof") and "r" not in letters:
        return Wanted(tuple(tuple(word.rpartition("/")[2]) for word in words))
    compiled: list[Pattern] = []
    for word in words[:1] if tool != "killall" else words:
        for choice in word.split("|"):
            found = expression(choice, exact="x" in letters)
            if found is None:
                return Wanted(known=False)
            compiled.append(found)
    only = "newest" if "n" in letters else "oldest" if "o" in letters else ""
    return Wanted(tuple(compiled), "f" in letters, numbers, only)


def expression(text: str, *, exact: bool = False) -> Pattern | None:
    """An extended regular expression as a pattern of the shell; None for one that says more."""
    start, end = text.startswith("^") or exact, text.endswith("$") or exact
    text = text.removeprefix("^").removesuffix("$")
    tokens: list[Token] = [] if start else [patterns.Star()]
    at = 0
    while at < len(text):
        character = text[at]
        following = text[at + 1 : at + 2]
        if character == "." and following == "*":
            tokens.append(patterns.Star())
            at += 2
            continue
        if character == "[":
            found = patterns.bracket(text, at)
            if found is None:
                return None
            tokens.append(found[0])
            at = found[1] + 1
        elif character == "\\" and following and not following.isalnum():
            tokens.append(following)
            at += 2
        elif character in "*+?(){}^$\\":
            return None
        else:
            tokens.append(patterns.Any() if character == "." else character)
            at += 1
        if text[at : at + 1] in ("*", "+", "?", "{"):
            return None
    return (*tokens, *(() if end else (patterns.Star(),)))
