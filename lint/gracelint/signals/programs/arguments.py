"""Reading a command line as its program does: options, their values, operands, and where a wrapped command begins.

Method: one parser for three conventions. POSIX (options end at the first operand: ``tini``, ``sudo``), GNU
(options may stand anywhere: ``su``, ``celery``), and *word* options (``java -jar``, Go flags: no clusters, one dash or
two). Only the options that take a value need to be known; any other word with a dash is a switch.
Hazard: an option missing from the catalogue's ``values`` makes its value look like an operand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ...image.model import Argument


@dataclass(frozen=True, slots=True)
class Option:
    """One option as given: ``name`` with its dashes, ``value`` None for a switch."""

    name: str
    value: Argument | None
    argument: Argument


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a program reads its options: ``last`` are those whose value ends them, ``attached`` those that may have one in the same word; see the
    catalogue's README."""

    values: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    attached: frozenset[str] = frozenset()
    interleaved: bool = False
    words: bool = False
    assignments: bool = False


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line that was read.

    ``operands`` are the words that are neither options nor their values; for programs whose options end at the first operand,
    all words from there. ``terminated``: a ``--`` stood before them.
    """

    words: tuple[Argument, ...]
    options: tuple[Option, ...]
    operands: tuple[Argument, ...]
    terminated: bool = False

    def given(self, names: Collection[str]) -> Iterator[Option]:
        """Those of its options that have one of these names."""
        return (option for option in self.options if option.name in names)

    def value(self, names: Collection[str]) -> Argument | None:
        """The value of the last of these options."""
        values = [option.value for option in self.given(names) if option.value is not None]
        return values[-1] if values else None

    def after(self, other: CommandLine) -> CommandLine:
        """This command line, behind the options of the one it is a part of."""
        return replace(self, options=other.options + self.options) if other.options else self


def part(argument: Argument, start: int) -> Argument:
    """The rest of a word, from a character on."""
    exact = argument.text.value == argument.value
    text = argument.text.cut(start, len(argument.value)) if exact else argument.text
    return replace(argument, value=argument.value[start:], text=text)


def is_assignment(word: str) -> bool:
    """Is it ``NAME=value``?"""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def read(words: Sequence[Argument], syntax: Syntax) -> CommandLine:
    """Read what stands behind the program's name."""
    options: list[Option] = []
    operands: list[Argument] = []
    at, terminated = 0, False
    while at < len(words):
        word = words[at]
        at += 1
        value = word.value
        if value == "--":
            terminated = True
            operands.extend(words[at:])
            break
        if value.startswith("-") and value != "-":
            found, wants = _options(word, syntax)
            options.extend(found)
            if wants and at < len(words):
                options[-1] = replace(options[-1], value=words[at])
                at += 1
            if options[-1].name in syntax.last:
                operands.extend(words[at:])
                break
        elif syntax.interleaved or word.rest or (syntax.assignments and is_assignment(value)):
            operands.append(word)  # words that nobody knows may be options as well
        else:
            operands.extend(words[at - 1 :])
            break
    return CommandLine(tuple(words), tuple(options), tuple(operands), terminated)


def _options(word: Argument, syntax: Syntax) -> tuple[list[Option], bool]:
    """The options in one word, and whether the last of them still wants the next word as its value."""
    value = word.value
    name, equals, _ = value.partition("=")
    if equals and (value.startswith("--") or syntax.words):
        return [Option(name, part(word, len(name) + 1), word)], False
    if value.startswith("--") or syntax.words:
        return [Option(value, None, word)], value in syntax.values
    if value in syntax.values and len(value) > 2:
        return [Option(value, None, word)], True
    found: list[Option] = []
    for index, letter in enumerate(value[1:], 1):
        name = "-" + letter
        if name in syntax.values or name in syntax.attached:
            rest = part(word, index + 1) if index + 1 < len(value) else None
            found.append(Option(name, rest, word))
            return found, rest is None and name in syntax.values
        found.append(Option(name, None, word))
    return found, False
