"""Reactions out of the catalogue's tables, and the signals that they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...regexes import regex
from ..model import Reaction

if TYPE_CHECKING:
    from collections.abc import Mapping

# What an init wrapper passes on: everything it can catch, signal(7). SIGCHLD is its own.
FORWARDED = tuple(
    "SIG" + name
    for name in (
        "HUP INT QUIT USR1 USR2 PIPE ALRM TERM STKFLT CONT URG XCPU XFSZ VTALRM PROF WINCH IO PWR".split()
        + ["RTMIN", "RTMAX"]
        + [f"RTMIN+{number}" for number in range(1, 16)]
        + [f"RTMAX-{number}" for number in range(1, 15)]
    )
)

_DURATION = regex(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?$")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: str) -> float | None:
    """A duration as programs write it (``30``, ``1.5s``, ``2m``), in seconds; None where it is none."""
    match = _DURATION.match(value.strip())
    return float(match[1]) * _UNITS[match[2] or "s"] if match else None


def reactions(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Reaction]:
    """Signal → reaction. ``own`` (as PID 1, as child) goes before ``common``, a signal's own entry before ``*``."""
    table: dict[str, Any] = {}
    for source in (common, own):
        if "*" in source:
            table.update(dict.fromkeys(FORWARDED, source["*"]))
        table.update((signal, value) for signal, value in source.items() if signal != "*")
    return {signal: _reaction(value) for signal, value in table.items() if value["does"] != "default"}


_MOST = 4096
_made: dict[int, tuple[Mapping[str, Any], Reaction]] = {}
"""Reactions by the identity of the table that they are made of, which is kept with them: the catalogue's are asked for again and again."""


def _reaction(value: Mapping[str, Any]) -> Reaction:
    known = _made.get(id(value))
    if known is not None:
        return known[1]
    made = Reaction(
        value["does"],
        value["why"],
        value.get("to"),
        value.get("signal"),
        value.get("waits", True),
        value.get("kills-after"),
        value.get("ends", False),
    )
    if len(_made) >= _MOST:
        _made.clear()
    _made[id(value)] = value, made
    return made
