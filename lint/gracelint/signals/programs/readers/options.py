"""Programs whose arguments need a word more than the catalogue's tables can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reactions import seconds
from ..starts import command, shell_command

if TYPE_CHECKING:
    from ..catalogue import Entry
    from ..facts import Situation

# signal(7), x86 and ARM. What ``dumb-init --rewrite`` and ``timeout -s`` take as numbers.
NUMBERS = {
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 6: "SIGABRT", 9: "SIGKILL", 10: "SIGUSR1", 12: "SIGUSR2", 13: "SIGPIPE",
    14: "SIGALRM", 15: "SIGTERM", 18: "SIGCONT", 23: "SIGURG", 28: "SIGWINCH", 29: "SIGIO", 30: "SIGPWR",
}  # fmt: skip


def signal_name(value: str) -> str | None:
    """``15``, ``TERM``, ``SIGTERM`` as the canonical name."""
    word = value.strip().upper()
    if word.isdecimal():
        return NUMBERS.get(int(word)) if len(word) < 4 else None
    return word if word.startswith("SIG") else f"SIG{word}"


def none(facts: Entry, situation: Situation) -> Entry:
    """Undoes the reader of the entry above."""
    return {}


def dumb_init(facts: Entry, situation: Situation) -> Entry:
    """``--rewrite 15:3``: another signal is passed on; ``15:0``: none is."""
    to = facts["on"]["*"]["to"]
    rewritten: Entry = {}
    for option in situation.line.given(("-r", "--rewrite")):
        source, _, target = (option.value.value if option.value else "").partition(":")
        signal, new = signal_name(source), signal_name(target)
        if signal is None:
            continue
        if target.strip() == "0":
            rewritten[signal] = {"does": "ignores", "why": f"dumb-init drops {signal} (--rewrite)"}
        elif new:
            why = f"dumb-init passes it on as {new} (--rewrite) and ends when its child has ended"
            rewritten[signal] = {"does": "forwards", "to": to, "signal": new, "why": why}
    return {"on": rewritten} if rewritten else {}


# Seconds: what ends by itself sooner than this is not what a container is for.
_LONG = 60


def timeout(facts: Entry, situation: Situation) -> Entry:
    """``-k``: SIGKILL some time after the signal that was passed on. The duration, its first operand: whether the command is a passing phase."""
    given = situation.line.value(("-k", "--kill-after"))
    limit = seconds(given.value) if given else None
    change: Entry = {}
    if limit and "on" in facts:  # (BusyBox's becomes the command)
        change["on"] = {signal: {**reaction, "kills-after": limit} for signal, reaction in facts["on"].items()}
    lasts = seconds(situation.line.operands[0].value) if situation.line.operands else None
    if lasts and lasts < _LONG:
        change["traits"] = ["short-lived"]
    return change


def watchmedo(facts: Entry, situation: Situation) -> Entry:
    """``--signal`` and ``--kill-after`` of ``auto-restart``."""
    given, after = situation.line.value(("--signal",)), situation.line.value(("--kill-after",))
    change: Entry = {}
    if given and (name := signal_name(given.value)):
        change |= {"signal": name, "why": f"watchmedo sends {name} to the command, and kills it if it stays"}
    if after and (limit := seconds(after.value)):
        change["kills-after"] = limit
    return {"on": {signal: {**reaction, **change} for signal, reaction in facts["on"].items()}}


def after_terminator(facts: Entry, situation: Situation) -> Entry:
    """``wait-for-it host:port -- command``: only what stands behind ``--`` is run."""
    words = situation.line.words
    at = next((index for index, word in enumerate(words) if word.value == "--"), len(words)) + 1
    return {"started": (command(words[at:], "exec"),)} if at < len(words) else {}


def runuser(facts: Entry, situation: Situation) -> Entry:
    """``runuser -u USER [--] command``: options end at the command; without ``-u`` the operands are the shell's."""
    if not any(situation.line.given(("-u", "--user"))):
        return {}
    words, at = situation.line.words, 0
    valued = ("-u", "--user", "-g", "--group", "-G", "--supp-group", "-w")
    while at < len(words) and words[at].value.startswith("-"):
        if words[at].value == "--":
            at += 1
            break
        at += 2 if words[at].value in valued else 1
    return {"started": (command(words[at:], "fork"),)} if at < len(words) else {}


def start_stop_daemon(facts: Entry, situation: Situation) -> Entry:
    """``--start --exec PROGRAM -- ARGUMENTS``."""
    line = situation.line
    program = line.value(("-a", "--startas")) or line.value(("-x", "--exec"))
    if program is None or not any(line.given(("-S", "--start"))):
        return {}
    return {"started": (command((program, *line.operands), "exec"),)}


def capsh(facts: Entry, situation: Situation) -> Entry:
    """``capsh … -- ARGUMENTS``: becomes ``/bin/bash ARGUMENTS``."""
    words = situation.line.words
    at = next((index for index, word in enumerate(words) if word.value in ("--", "==")), None)
    if at is None:
        return {}
    rest = words[at + 1 :]
    if len(rest) > 1 and rest[0].value == "-c":
        return {"started": (shell_command(rest[1].text, "exec", "/bin/bash", rest[1]),)}
    return {}


def find(facts: Entry, situation: Situation) -> Entry:
    """``find … -exec COMMAND ;`` or ``… {} +``: taken to find something."""
    words = situation.line.words
    at = next((index for index, word in enumerate(words, 1) if word.value in _EXECUTING), len(words))
    rest = words[at:]
    ends = (index for index, word in enumerate(rest) if _ends_command(word.value, rest[index - 1].value))
    started = rest[: next(ends, len(rest))]
    return {"started": (command(started, "fork"),)} if started else {}


# Actions of find(1) that run a command.
_EXECUTING = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


def _ends_command(word: str, before: str) -> bool:
    return word == ";" or (word == "+" and before == "{}")
