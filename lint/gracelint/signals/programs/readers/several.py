"""Programs that start scripts of package.json by name, several at once or one of several: npm-run-all, concurrently, run-script-os."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....regexes import regex
from ....source import join
from ..starts import command, direct
from ..words import split
from .files import content
from .jsontext import members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ....source import Text
    from ...model import How, Started
    from ..catalogue import Entry
    from ..facts import Situation

_SHORTCUT = regex(r"(npm|yarn|pnpm|bun):(\S+)")
_SYSTEMS = ("linux", "nix", "default")


def _scripts(situation: Situation) -> Mapping[str, Text]:
    package = content(situation, "package.json")
    return members(package, "scripts") if package is not None else {}


def _run(
    names: Sequence[str], word: Argument, more: Sequence[Argument], how: How, runner: str = "npm"
) -> Iterator[Started]:
    """``npm run NAME`` of each, written in one word."""
    for name in names:
        words = (Argument(value, word.text, implied=True) for value in (runner, "run", name))
        yield command((*words, *more), how)


def _named(pattern: str, wild: Mapping[str, str], situation: Situation) -> list[str]:
    """The scripts that a pattern names, by what its wildcards stand for; itself if it is none."""
    if "*" not in pattern:
        return [pattern]
    parts = re.split(r"(\*\*?)", pattern)
    wanted = re.compile("".join(wild.get(part, re.escape(part)) for part in parts))
    return [name for name in _scripts(situation) if wanted.fullmatch(name)]


def npm_run_all(facts: Entry, situation: Situation) -> Entry:
    """``run-p a b:*``: ``npm run`` of each; ``*`` does not cross a colon. A word may hold arguments."""
    found: list[Started] = []
    for operand in situation.line.operands:
        words = split(join([(operand.value, operand.text)]))
        if not words:
            continue
        names = _named(words[0].value, {"*": "[^:]*", "**": ".*"}, situation)
        if not names:
            return {"missing": [f"which scripts {operand.value} stands for"]}
        found += _run(names, operand, words[1:], "supervisor")
    return {"started": tuple(found)} if found else {}


def concurrently(facts: Entry, situation: Situation) -> Entry:
    """``concurrently "command" npm:a "npm:b-*"``: every operand a shell command, or scripts of package.json."""
    found: list[Started] = []
    for operand in situation.line.operands:
        match = _SHORTCUT.fullmatch(operand.value.strip())
        if match is None:
            found.append(
                direct(
                    operand.text if operand.text.value == operand.value else join([(operand.value, operand.text)]),
                    "supervisor",
                )
            )
            continue
        names = _named(match[2], {"*": ".*", "**": ".*"}, situation)
        if not names:
            return {"missing": [f"which scripts {operand.value} stands for"]}
        found += _run(names, operand, (), "supervisor", match[1])
    return {"started": tuple(found)} if found else {}


def run_script_os(facts: Entry, situation: Situation) -> Entry:
    """A script that is ``run-script-os`` runs the one with the system's name behind its own: ``start`` runs ``start:linux``, else
    ``start:default``."""
    scripts, place = _scripts(situation), situation.program.text.span
    for name, text in scripts.items():
        span = text.span
        if span.document.path == place.document.path and span.start <= place.start < span.end:
            other = next((f"{name}:{system}" for system in _SYSTEMS if f"{name}:{system}" in scripts), None)
            if other is not None:
                return {"started": tuple(_run((other,), situation.program, (), "fork"))}
    return {"missing": ["which script run-script-os runs"]}
