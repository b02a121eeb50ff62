"""Words as they are written, before any expansion: their parts, and what can be told of a word by looking at it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from ....records import Lazy, dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from .commands import Block


@dataclass(frozen=True, slots=True)
class LiteralText:
    """Characters that stand for themselves, quotes and backslashes removed.

    ``quoted``: nothing in it splits, globs or is a keyword. ``value`` is unescaped; its text maps each character.
    Adjacent literals of the same quoting are one node.
    """

    text: Text
    value: Text
    quoted: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """``$name``, ``${name}``, ``${name:-word}``: ``name`` is a variable, a digit string or one of ``@*#?-$!0``.

    ``operator`` is None, one of ``- :- = := ? :? + :+ # ## % %% / // /# /% : ^ ^^ , ,, @``, ``length`` (``${#x}``),
    ``indirect`` (``${!x}``) or ``keys`` (``${!x[@]}``). ``argument`` is what stands behind the operator (for ``/``
    the pattern, with ``replacement``; for ``:`` the raw offset and length, as one literal). ``index`` is the raw text of ``[...]``.
    """

    text: Text
    name: str
    operator: str | None
    argument: Word | None
    replacement: Word | None
    index: str | None
    quoted: bool


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    """``$(...)`` or backquotes."""

    text: Text
    body: Block
    quoted: bool


@dataclass(frozen=True, slots=True)
class ProcessSubstitution:
    """``<(...)`` (direction ``<``) or ``>(...)``."""

    text: Text
    direction: Literal["<", ">"]
    body: Block


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``$((...))``, or as bash had it before, ``$[...]`` (other shells take that for what it is); ``expression`` is its raw text."""

    text: Text
    expression: str
    quoted: bool


Part: TypeAlias = "LiteralText | Parameter | CommandSubstitution | ProcessSubstitution | Arithmetic"


class _Reckoned(Lazy):
    """What is worked out of a word's parts."""

    __slots__ = ("literal", "pieces", "positional", "sole", "whole")
    literal: str | None
    """Its value where it is plain or quoted text only (no expansion; ``~`` and globs not considered)."""
    pieces: tuple[str | Part, ...]
    """What it is made of: strings, and expansions. A quote that only opens or closes (``"$x"``) is nothing by itself."""
    positional: bool
    """Whether one of ``$1``, ``$2`` … is in it."""
    sole: Part | None
    """The one expansion that it consists of, quotes around it apart (``"$x"``); None for any other word."""
    whole: bool
    """Whether it is one word whatever its expansions become: all of them are quoted, and none has several items (``"$@"``)."""


def _literal(word: Word) -> str | None:
    values = []
    for part in word.parts:
        if not isinstance(part, LiteralText):
            return None
        values.append(part.value.value)
    return values[0] if len(values) == 1 else "".join(values)


def _pieces(word: Word) -> tuple[str | Part, ...]:
    found: list[str | Part] = []
    for part in word.parts:
        if not isinstance(part, LiteralText):
            found.append(part)
        elif part.text.value != '"':
            found.append(part.value.value)
    return tuple(found)


def _positional(word: Word) -> bool:
    return any(isinstance(part, Parameter) and part.name.isdigit() and part.name != "0" for part in word.parts)


def _sole(word: Word) -> Part | None:
    pieces = word.pieces
    return pieces[0] if len(pieces) == 1 and not isinstance(pieces[0], str) else None


def _whole(word: Word) -> bool:
    return bool(word.pieces) and all(map(_is_one, word.parts))


def assign(parts: Iterable[Part]) -> bool:
    """Whether one of these may assign when it is expanded, as can be seen at once (``$((i++))``, ``${x:=y}``)."""
    for part in parts:
        text = part.expression if isinstance(part, Arithmetic) else part.index if isinstance(part, Parameter) else None
        if text is not None and ("=" in text or "++" in text or "--" in text):
            return True
        if isinstance(part, Parameter) and (
            part.operator in ("=", ":=") or (part.argument is not None and assign(part.argument.parts))
        ):
            return True
    return False


def _is_one(part: Part) -> bool:
    """Whether a part adds neither a word nor none to the word that it stands in."""
    if isinstance(part, (LiteralText, ProcessSubstitution)):
        return True
    several = isinstance(part, Parameter) and (part.name == "@" or part.index == "@")
    return part.quoted and not several


@dataclass(frozen=True, slots=True)
class Word(_Reckoned):
    """A word as the shell sees it before expansion; ``parts`` is empty only for ``''`` and ``""``."""

    text: Text
    parts: tuple[Part, ...]

    worked_out: ClassVar = {
        "literal": _literal,
        "pieces": _pieces,
        "positional": _positional,
        "sole": _sole,
        "whole": _whole,
    }
