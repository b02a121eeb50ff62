"""Names of stop signals, as Docker reads them.

``STOPSIGNAL`` is checked by ``ParseSignal`` of moby's ``sys/signal/signal.go`` and its Linux table
(``signal_linux.go``): a number as Go's ``strconv.Atoi`` reads it, or a name in any case, with or without ``SIG``.
A number that the kernel does not have is let through when building and refused by ``kill(2)`` on stop; here it has no
name either.
"""

from __future__ import annotations

from ...regexes import regex

# Linux numbers on every architecture but MIPS, Alpha, SPARC and PA-RISC; signal(7).
NUMBERS: dict[str, int] = {
    name: number
    for number, name in enumerate(
        "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU "
        "URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(),
        start=1,
    )
}
ALIASES = {"IOT": "ABRT", "CLD": "CHLD", "POLL": "IO"}
RTMIN, RTMAX = 34, 64

_INTEGER = regex(r"[+-]?[0-9]{1,18}")
_NAMES = {number: f"SIG{name}" for name, number in NUMBERS.items()}


def canonical_signal(raw: str) -> str | None:
    """``SIGTERM`` of ``15``, ``term`` or ``SIGTERM``; ``SIGRTMIN+3`` of ``37``; None where no engine accepts it."""
    if _INTEGER.fullmatch(raw) and raw.isascii():
        return _name(int(raw))
    name = raw.upper().removeprefix("SIG")
    name = ALIASES.get(name, name)
    if name in NUMBERS:
        return f"SIG{name}"
    return _REALTIME.get(name)


def _name(number: int) -> str | None:
    if number in _NAMES:
        return _NAMES[number]
    if number in (RTMIN, RTMAX):
        return "SIGRTMIN" if number == RTMIN else "SIGRTMAX"
    if RTMIN < number <= RTMIN + 15:
        return f"SIGRTMIN+{number - RTMIN}"
    if RTMAX - 14 <= number < RTMAX:
        return f"SIGRTMAX-{RTMAX - number}"
    # 32 and 33 are the C library's own; the kernel sends them all the same.
    return f"SIG{number}" if number in (32, 33) else None


_REALTIME = {
    name.removeprefix("SIG"): name for number in range(RTMIN, RTMAX + 1) if (name := _name(number)) is not None
}
