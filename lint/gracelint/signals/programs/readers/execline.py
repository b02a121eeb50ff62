"""Scripts of execline, in which run scripts of s6 are often written: one command line, of programs that each do one thing and exec the
rest.

Method: the words are read as execlineb(1) does (https://skarnet.org/software/execline/execlineb.html), with a block ``{ … }`` as one word.
Of execline's own programs those that go on are passed over; wrappers of the catalogue stay, up to the command that they exec. What is left
is the command that the script becomes. A block that runs in front of it is taken to end. Of a program that does more (``background``,
``pipeline``, loops) nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ....image.model import Argument
from ....source import join
from .. import catalogue
from ..facts import gather
from ..starts import command, started
from .files import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..catalogue import Entry
    from ..facts import Situation

_BLOCK = "{"
"""The value of the word that stands for a block."""


class _Own(NamedTuple):
    """A program of execline that goes on: how many words it takes behind its options, a block among them; and options that take a value."""

    words: int
    values: tuple[str, ...] = ()


_OWN = {
    **dict.fromkeys(
        ("cd", "execline-cd", "umask", "execline-umask", "unexport", "fdclose", "getpid", "getcwd"), _Own(1)
    ),
    **dict.fromkeys(("fdmove", "redirfd", "fdswap", "export", "define", "homeof"), _Own(2)),
    **dict.fromkeys(("importas", "import"), _Own(2, ("-D", "-d"))),
    **dict.fromkeys(("foreground", "if", "multisubstitute"), _Own(1, ("-X", "-x"))),
    "backtick": _Own(2, ("-D",)),
    "emptyenv": _Own(0),
    "exec": _Own(0, ("-a",)),
    "elgetpositionals": _Own(0, ("-P",)),
    "envfile": _Own(1),
}
_MORE = frozenset(
    (
        "background",
        "pipeline",
        "ifelse",
        "ifte",
        "ifthenelse",
        "loopwhilex",
        "forx",
        "forstdin",
        "forbacktickx",
        "trap",
        "tryexec",
        "wait",
        "case",
        "runblock",
    )
)


def execlineb(facts: Entry, situation: Situation) -> Entry:
    """``execlineb FILE``, ``execlineb -c SCRIPT``: what the script becomes."""
    given, operands = situation.line.value(("-c",)), situation.line.operands
    if given is None and not operands:
        return {"stays": False}
    text = given.text if given is not None else content(situation, operands[0].value)
    if text is None:
        return {"missing": [f"the script {operands[0].value} is not known"]}
    words = _becomes(_words(text), situation)
    if isinstance(words, str):
        return {"missing": [f"what the script does with {words}"]}
    return {"started": (command(words, "exec"),)} if words else {"stays": False}


def _becomes(words: Sequence[Argument], situation: Situation) -> list[Argument] | str:
    """The command at the end of the chain, behind the wrappers that are not execline's; the name of a program that nobody follows."""
    kept: list[Argument] = []
    while words:
        name = words[0].value.rpartition("/")[2]
        if name in _MORE:
            return name
        own = _OWN.get(name)
        rest = _wrapped(words, situation) if own is None else _behind(words[1:], own)
        if own is None:
            kept += words[: len(words) - len(rest)]
        words = rest
    return kept


def _behind(words: Sequence[Argument], own: _Own) -> Sequence[Argument]:
    """The words behind a program's own options and words."""
    at = 0
    while at < len(words) and words[at].value.startswith("-") and len(words[at].value) > 1:
        at += 2 if words[at].value in own.values else 1
    return words[at + own.words :]


def _wrapped(words: Sequence[Argument], situation: Situation) -> Sequence[Argument]:
    """The command line that a wrapper of the catalogue execs; empty for any other program."""
    key = catalogue.by_command(words[0].value, situation.image.workdir)
    if key is None or catalogue.entry(key)["kind"] != "wrappers":
        return ()
    facts, inner = gather(catalogue.entry(key), words[0], words[1:], situation.image, False)
    found = started(facts.get("starts", ()), inner)
    return found[0].arguments if found and found[0].how == "exec" and words[-1] is found[0].arguments[-1] else ()


def _words(text: Text) -> list[Argument]:
    """The words of a script; a block is one, whatever is in it."""
    value, size = text.value, len(text)
    words: list[Argument] = []
    parts: list[Text | tuple[str, Text]] = []
    at, begin, quoted, depth, open_at = 0, -1, False, 0, 0
    while at <= size:
        character = value[at] if at < size else ""
        if not character or (not quoted and character.isspace()):
            if begin >= 0:
                bare = value[begin:at]
                if bare == "{":
                    open_at = begin if not depth else open_at
                    depth += 1
                elif bare == "}" and depth:
                    depth -= 1
                    if not depth:
                        words.append(Argument(_BLOCK, text.cut(open_at, at)))
                elif not depth:
                    word = join(parts or [text.cut(begin, begin)])
                    words.append(Argument(word.value, word))
            parts, begin = [], -1
            at += 1
        elif begin < 0 and character == "#":
            end = value.find("\n", at)
            at = end if end >= 0 else size
        elif character == '"':
            begin, quoted = (at if begin < 0 else begin), not quoted
            at += 1
        elif character == "\\" and at + 1 < size:
            begin = at if begin < 0 else begin
            parts.append((value[at + 1], text.cut(at, at + 2)))
            at += 2
        else:
            begin = at if begin < 0 else begin
            end = at + 1
            while end < size and value[end] not in '"\\' and (quoted or not value[end].isspace()):
                end += 1
            parts.append(text.cut(at, end))
            at = end
    return words
