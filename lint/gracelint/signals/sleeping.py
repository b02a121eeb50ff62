"""Times on command lines: how long ``sleep`` sleeps, the one program whose running time is its argument (coreutils: several numbers are
added, with the units s, m, h and d), and how long ``timeout`` lets a command run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG_SLEEP = 60.0
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def duration(argv: Sequence[str]) -> float | None:
    """The seconds that a ``sleep`` takes; None for another program, or a time that is not known."""
    if argv[0].rpartition("/")[2] != "sleep":
        return None
    total = 0.0
    for word in argv[1:]:
        match = re.fullmatch(r"(\d{0,9}(?:\.\d{0,9})?)([smhd]?)", word)
        if match is None or not match[1].strip("."):
            return None
        total += float(match[1]) * UNITS[match[2]]
    return total


def pauses(argv: Sequence[str]) -> bool:
    """Whether this is ``sleep`` for a time that only the run tells: a pause, unless it says that it has no end."""
    return argv[0].rpartition("/")[2] == "sleep" and not any(re.match(r"[+]?inf", word, re.I) for word in argv[1:])


# Options of `timeout` with a value as a word of its own (timeout(1)).
_WITH_VALUES = frozenset({"-k", "--kill-after", "-s", "--signal"})


def limits(program: str) -> bool:
    """Whether a program, by its name or its path, is ``timeout``."""
    return program.endswith("timeout") and program.rpartition("/")[2] in ("timeout", "gtimeout")


def limited(argv: Sequence[str]) -> tuple[float | None, int]:
    """The seconds of a ``timeout``, and where its command begins; None and 0 for another program, or a time that is not known."""
    if not argv or not limits(argv[0]):
        return None, 0
    at = 1
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] in _WITH_VALUES else 1
    seconds = duration(("sleep", argv[at])) if at < len(argv) else None
    return (seconds, at + 1) if seconds else (None, 0)
