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


_MOST = 512
NONE: Mapping[str, Any] = {}
"""No table."""
_made: dict[int, tuple[Mapping[str, Any], Reaction]] = {}
_tables: dict[tuple[int, int], tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Reaction]]] = {}
"""Reactions by the identity of what they are made of, which is kept with them: the catalogue's are asked for again and again."""


def reactions(common: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Reaction]:
    """Signal → reaction. ``own`` (as PID 1, as child) goes before ``common``, a signal's own entry before ``*``."""
    known = _tables.get((id(common), id(own)))
    if known is not None:
        return known[2]
    table: dict[str, Any] = {}
    for source in (common, own):
        if "*" in source:
            table.update(dict.fromkeys(FORWARDED, source["*"]))
        table.update((signal, value) for signal, value in source.items() if signal != "*")
    made = {signal: _reaction(value) for signal, value in table.items() if value["does"] != "default"}
    if len(_tables) >= _MOST:
        _tables.clear()
    _tables[id(common), id(own)] = common, own, made
    return made


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
        breaks_off=value.get("breaks-off"),
        looks_every=value.get("looks-every", 0.0),
    )
    if len(_made) >= 8 * _MOST:
        _made.clear()
    _made[id(value)] = value, made
    return made
