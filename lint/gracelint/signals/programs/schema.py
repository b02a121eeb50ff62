"""The schema of the catalogue, and what breaks it. Prose: the README of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from ...regexes import regex
from ..model import Disposition, How
from .facts import TESTS
from .readers import READERS
from .starts import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS = ("runtimes", "servers", "inits", "supervisors", "wrappers", "package-runners", "tools")
TRAITS = (
    "development",
    "keep-alive",
    "privilege-drop",
    "workers",
    "group-breaks-workers",
    "group-interrupt-breaks-workers",
    "reaps",
    "expendable",
    "own-group",
    "tells-twice",
    "shares-group",
    "forks-if-leader",
    "ignores-hangup",
    "only-pid1",
    "no-such-option",
    "clears-environment",
    "listens-always",
    "refuses-arguments",
    "reads-quotes",
    "needs-root",
    "needs-input",
    "runs-jobs",
    "waits-for-sigchld",
)

_SIGNALS = regex(r"SIG[A-Z0-9]+(?:[+-]\d+)?(?: SIG[A-Z0-9]+(?:[+-]\d+)?)*$|\*$")
_DISPOSITIONS = (*get_args(Disposition), "default")

_FACTS: Mapping[str, type | tuple[type, ...]] = {
    "on": dict,
    "as-pid1": dict,
    "as-child": dict,
    "afresh": bool,
    "stays": bool,
    "daemonizes": bool,
    "foreground": list,
    "clean": list,
    "timeout": (int, float),
    "timeout-options": list,
    "unbounded": bool,
    "drain": str,
    "runtime": str,
    "application": dict,
    "starts": list,
    "chdir": list,
    "reads": str,
    "traits": list,
    "missing": list,
    "evidence": list,
    "hosts": dict,
    "stops": dict,
}
_ENTRY = {**_FACTS, "options": dict, "when": list, "sub": list}
_TOP = {**_ENTRY, "names": list, "scripts": list, "modules": list, "classes": list, "extends": str}
_REACTION = {
    "does": str,
    "why": str,
    "to": str,
    "signal": str,
    "waits": bool,
    "kills-after": (int, float),
    "ends": bool,
    "looks-every": (int, float),
    "breaks-off": str,
}
_OPTIONS = {"values": list, "last": list, "attached": list, "interleaved": bool, "words": bool, "assignments": bool}
_STARTS = {
    "command": str,
    "how": str,
    "skip": int,
    "whole": bool,
    "from": list,
    "split": list,
    "unset": list,
    "prefix": list,
    "assignments": bool,
    "direct": bool,
    "terminator": bool,
    "shell": str,
    "shell-from": list,
    "arguments": int,
}
_STOPS = {"programs": list, "signal": str, "own": bool, "waits": bool, "places": list}
_PLACE = {"order": list, "program": list, "default": list}
_APPLICATION = {"module": list, "code": list, "operand": bool, "classes": bool}
_HOSTS = {
    "operand": int,
    "option": list,
    "env": str,
    "default": list,
    "imported": str,
    "folder": list,
    "attribute": str,
    "factory": list,
    "inside": list,
    "worker": bool,
    "threads": bool,
    "ends-threads": bool,
    "loop": bool,
    "program": bool,
    "hooks": list,
    "leaves": dict,
}


def check(entry: Mapping[str, Any]) -> list[str]:
    """What is wrong with an entry, in words; empty where nothing is."""
    problems = list(_level(entry, _TOP))
    if "extends" not in entry and "evidence" not in entry:
        problems.append("no evidence")
    return problems


def _keys(table: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if key not in known:
            yield f"unknown key {key}"
        elif not isinstance(value, known[key]):
            yield f"{key} is of the wrong type"


def _level(table: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    """One table of facts, with the blocks in it."""
    yield from _keys(table, known)
    for key in ("on", "as-pid1", "as-child"):
        for signals, reaction in table.get(key, {}).items():
            yield from _reaction(signals, reaction)
    for start in table.get("starts", ()):
        yield from _keys(start, _STARTS)
        if start.get("command") not in COMMANDS or start.get("how") not in get_args(How):
            yield f"starts: {start}"
    yield from _keys(table.get("options", {}), _OPTIONS)
    yield from _keys(table.get("application", {}), _APPLICATION)
    yield from _keys(table.get("hosts", {}), _HOSTS)
    yield from _keys(table.get("stops", {}), _STOPS)
    for place in table.get("stops", {}).get("places", ()):
        yield from _keys(place, _PLACE)
    if "leaves" in table.get("hosts", {}):
        yield from _reaction("SIGTERM", table["hosts"]["leaves"])
    yield from (f"unknown trait {trait}" for trait in table.get("traits", ()) if trait not in TRAITS)
    if "reads" in table and table["reads"] not in READERS:
        yield f"unknown reader {table['reads']}"
    for block in table.get("when", ()):
        yield from _level({key: value for key, value in block.items() if key != "if"}, _FACTS)
        yield from (f"unknown condition {key}" for key in block.get("if", {}) if key not in TESTS)
        if not block.get("if"):
            yield "when without if"
    for sub in table.get("sub", ()):
        yield from _level(sub, {**_ENTRY, "names": list})
        if not sub.get("names"):
            yield "sub without names"


def _reaction(signals: str, reaction: Mapping[str, Any]) -> Iterator[str]:
    if not _SIGNALS.match(signals):
        yield f"not a signal: {signals}"
    yield from _keys(reaction, _REACTION)
    if reaction.get("does") not in _DISPOSITIONS or ("why" not in reaction and reaction["does"] != "default"):
        yield f"{signals}: a reaction needs does and why"
    if (reaction.get("does") == "forwards") != ("to" in reaction):
        yield f"{signals}: forwards goes with to"
