"""Signal names, numbers and masks, by Linux's numbering.

A container's signals are Linux's, whatever system gracelint itself runs on, so nothing here asks Python's ``signal``
module. Numbers are those of x86, ARM, RISC-V, POWER and s390 (signal(7)); Alpha, MIPS and SPARC differ and have no images worth the
trouble. Real-time signals are counted from 34, as glibc and moby do; 32 and 33 belong to the C library and have no name.

Masks are the hexadecimal words of ``/proc/PID/status`` (proc_pid_status(5)): bit n-1 stands for signal n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RTMIN, RTMAX = 34, 64

_NAMES = (
    *(
        "HUP",
        "INT",
        "QUIT",
        "ILL",
        "TRAP",
        "ABRT",
        "BUS",
        "FPE",
        "KILL",
        "USR1",
        "SEGV",
        "USR2",
        "PIPE",
        "ALRM",
        "TERM",
    ),
    *("STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH"),
    *("IO", "PWR", "SYS"),
)
_ALIASES = {"IOT": "ABRT", "CLD": "CHLD", "POLL": "IO"}
_NUMBERS = {name: number for number, name in enumerate(_NAMES, 1)}
_NUMBERS.update({alias: _NUMBERS[name] for alias, name in _ALIASES.items()})

# As `kill -l` and moby spell them: counted from the nearer end.
_MIDDLE = RTMIN + 15


def name(number: int) -> str:
    """The canonical name of a signal number: ``SIGTERM``, ``SIGRTMIN+3``; ``SIG33`` for what has none."""
    if 1 <= number <= len(_NAMES):
        return f"SIG{_NAMES[number - 1]}"
    if RTMIN <= number <= RTMAX:
        base, offset = ("RTMIN", number - RTMIN) if number <= _MIDDLE else ("RTMAX", number - RTMAX)
        return f"SIG{base}{offset:+d}" if offset else f"SIG{base}"
    return f"SIG{number}"


def every() -> Iterator[str]:
    """All names of signals: the canonical ones, and other names of the same."""
    yield from map(name, range(1, RTMAX + 1))
    yield from (f"SIG{alias}" for alias in _ALIASES)


def number(text: str) -> int | None:
    """The number of a signal's name or number as text, or None if there is no such signal.

    Case and the ``SIG`` prefix do not matter (``term``, ``SIGTERM``, ``15``), as for ``STOPSIGNAL`` and ``docker kill``. Which of
    these a *shell* accepts is another question: see ``data/shells.json``.
    """
    word = text.strip().upper()
    if word.isascii() and word.isdigit():
        # Longer than any signal number: not worth converting (int() is quadratic).
        value = int(word) if len(word) <= 4 else 0
        return value if 1 <= value <= RTMAX else None
    word = word.removeprefix("SIG")
    if word in _NUMBERS:
        return _NUMBERS[word]
    return _real_time(word)


def _real_time(word: str) -> int | None:
    for base, start, sign in (("RTMIN", RTMIN, "+"), ("RTMAX", RTMAX, "-")):
        if word == base:
            return start
        digits = word.removeprefix(base + sign)
        if digits != word and digits.isascii() and digits.isdigit() and len(digits) <= 3:
            value = start + int(sign + digits)
            return value if RTMIN <= value <= RTMAX else None
    return None


def is_real_time(text: str) -> bool:
    """Whether a text names a real-time signal, by a name."""
    return _real_time(text.strip().upper().removeprefix("SIG")) is not None


def canonical(text: str) -> str | None:
    """The canonical name of whatever `number` understands; None for what it does not."""
    value = number(text)
    return None if value is None else name(value)


def decode(mask: int) -> tuple[str, ...]:
    """The names in a mask of ``/proc/PID/status``, in the order of their numbers."""
    return tuple(name(bit + 1) for bit in range(RTMAX) if mask >> bit & 1)


def encode(signals: Iterable[int]) -> int:
    """The mask of signal numbers."""
    mask = 0
    for value in signals:
        mask |= 1 << (value - 1)
    return mask


def parse_mask(text: str) -> int | None:
    """A mask as the kernel prints it (hexadecimal, ``0x`` allowed, at most 64 bits), or None if it is not one."""
    digits = text.strip().lower().removeprefix("0x")
    if not 1 <= len(digits) <= 16 or not set(digits) <= set("0123456789abcdef"):
        return None
    return int(digits, 16)


def sent(word: str) -> str | None:
    """What ``kill`` understands as a signal: as `canonical`, and ``SIG0`` for 0, which only asks."""
    return "SIG0" if word == "0" else canonical(word)
