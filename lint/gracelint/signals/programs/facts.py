"""From a catalogue entry and a command line to the facts that hold for it.

Method: an entry is a table of facts; its ``sub`` commands and ``when`` blocks lay further tables over it, as far as their conditions hold.
Tables are merged in the order written: reactions by signal, lists of evidence and traits added up, all else replaced.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...records import dataclass
from .arguments import CommandLine, Syntax, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...image.model import Argument, Image
    from .catalogue import Entry

_REACTIONS = ("on", "as-pid1", "as-child")
_LISTS = ("evidence", "traits", "missing")


@dataclass(frozen=True, slots=True)
class Situation:
    """What conditions are asked of. ``busybox``: the program is an applet of BusyBox; ``program``: the word that names it."""

    line: CommandLine
    image: Image
    busybox: bool
    program: Argument
    subcommand: tuple[str, ...] = ()


def syntax(entry: Entry) -> Syntax:
    """How an entry's program reads its options."""
    options = entry.get("options", {})
    last = frozenset(options.get("last", ()))
    return Syntax(
        last | frozenset(options.get("values", ())),
        last,
        frozenset(options.get("attached", ())),
        options.get("interleaved", False),
        options.get("words", False),
        options.get("assignments", False),
    )


_levels: dict[int, tuple[Entry, Syntax, Entry]] = {}
"""By the identity of an entry or of a subcommand's (which the catalogue keeps), with it: how its options are read, and the facts that hold
unconditionally."""


def _level(entry: Entry) -> tuple[Entry, Syntax, Entry]:
    known = _levels.get(id(entry))
    if known is None:
        plain = overlay({}, {key: value for key, value in entry.items() if key not in ("when", "sub")})
        known = _levels[id(entry)] = entry, syntax(entry), plain
    return known


def gather(
    entry: Entry, program: Argument, words: Sequence[Argument], image: Image, busybox: bool
) -> tuple[Entry, Situation]:
    """The facts in force for a command line, with the command line as it was read. They may be the catalogue's own: nobody changes them."""
    facts: Entry | None = None
    line = CommandLine((), (), ())
    subcommand: tuple[str, ...] = ()
    level: Entry | None = entry
    while level is not None:
        _, options, plain = _level(level)
        line = read(words, options).after(line)
        facts = plain if facts is None else overlay(facts, plain)
        situation = Situation(line, image, busybox, program, subcommand)
        for block in level.get("when", ()):
            if holds(block["if"], situation):
                facts = overlay(facts, {key: value for key, value in block.items() if key != "if"})
        level = _subcommand(level, line)
        if level is not None:
            at = next(index for index, word in enumerate(words) if word is line.operands[0])
            subcommand = (*subcommand, words[at].value)
            words = words[at + 1 :]
    return facts or {}, Situation(line, image, busybox, program, subcommand)


def _subcommand(entry: Entry, line: CommandLine) -> Entry | None:
    """The entry of the subcommand that the first operand names."""
    if not line.operands:
        return None
    first = line.operands[0].value
    found: Entry | None = next((sub for sub in entry.get("sub", ()) if first in sub["names"]), None)
    return found


def overlay(below: Entry, above: Mapping[str, Any]) -> Entry:
    """One table of facts laid over another."""
    merged = dict(below)
    if above.get("afresh"):
        for key in _REACTIONS:
            merged.pop(key, None)
    for key, value in above.items():
        if key in _REACTIONS and key in merged:
            merged[key] = {**merged[key], **value}
        elif key in _LISTS:
            merged[key] = [*merged.get(key, ()), *value]
        else:
            merged[key] = value
    return merged


def holds(condition: Mapping[str, Any], situation: Situation) -> bool:
    """Do all parts of a condition hold? Each part is documented in the catalogue's README."""
    return all(TESTS[key](value, situation) for key, value in condition.items())


def _valued(wanted: Mapping[str, Any], situation: Situation) -> bool:
    """The value of an option fits a pattern."""
    value = situation.line.value(wanted["of"])
    return value is not None and re.search(wanted["matches"], value.value) is not None


def _matches(pattern: str, situation: Situation) -> bool:
    """An operand fits a pattern."""
    return any(re.search(pattern, word.value) for word in situation.line.operands)


def _environment(wanted: str, situation: Situation) -> bool:
    name, equals, value = wanted.partition("=")
    have = situation.image.env.get(name)
    return have == value if equals else bool(have)


def _unmentioned(wanted: Mapping[str, Any], situation: Situation) -> bool:
    """The image stands on one of these, and nothing in its Dockerfile says the word."""
    reference = (situation.image.base.reference or "").partition("@")[0]
    repository = reference.rpartition("/")[2].partition(":")[0]
    return repository in wanted["bases"] and wanted["word"] not in situation.image.dockerfile.document.text


def _beyond(names: list[str], situation: Situation) -> bool:
    """An option that is none of these, and not the beginning of a long one either (``getopt_long``)."""
    given = [option.name for option in situation.line.options]
    unknown = [name for name in given if name not in names]
    return any(name[:2] != "--" or not any(each.startswith(name) for each in names) for name in unknown)


TESTS: Mapping[str, Callable[[Any, Situation], bool]] = {
    "value": _valued,
    "matches": _matches,
    "option": lambda names, situation: any(situation.line.given(names)),
    "without": lambda names, situation: not any(situation.line.given(names)),
    "beyond": _beyond,
    "env": _environment,
    "without-env": lambda wanted, situation: not _environment(wanted, situation),
    "on-path": lambda folder, situation: folder in (situation.image.env.get("PATH") or "").split(":"),
    "busybox": lambda wanted, situation: situation.busybox is wanted,
    "operands": lambda wanted, situation: bool(situation.line.operands) is wanted,
    "word": lambda words, situation: any(word.value in words for word in situation.line.operands),
    "named": lambda names, situation: situation.program.value.rpartition("/")[2] in names,
    "unmentioned": _unmentioned,
    "terminated": lambda wanted, situation: situation.line.terminated is wanted,
}
