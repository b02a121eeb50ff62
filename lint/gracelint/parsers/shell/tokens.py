"""Tokens, and the skeleton of a script that the foreign grammars read.

The lexer reads words, redirections, heredocs and comments itself. What is left, the grammar of commands, is a small
language of keywords, operators and words without any content. It is handed to bashlex or tree-sitter as a *skeleton*:
the faces of all tokens, a word's being ``w``, one after the other, with a table from places in it back to tokens. It
is ASCII whatever the script was, and no quote, heredoc or expansion is left for a foreign grammar to misread.

What binds to its neighbour alone (a redirection, ``!``, ``time``, ``coproc``) has no face; the assembler attaches it again.
So does the header of ``for``, and a newline that ends nothing.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import TYPE_CHECKING, TypeAlias

from ...records import dataclass

if TYPE_CHECKING:
    from .model import ArithmeticCommand, Assignment, Conditional, Redirect, Word


class Kind(IntEnum):
    """What a token is; integers, because kinds are looked up in sets for every token."""

    WORD = auto()
    ASSIGNMENT = auto()
    REDIRECT = auto()
    CONDITIONAL = auto()
    ARITHMETIC = auto()
    LOOP = auto()
    """The ``((...))`` of an arithmetic ``for``."""
    ODD = auto()
    """A word that the shell refuses once it gets there."""
    BANG = auto()
    TIME = auto()
    COPROC = auto()
    KEYWORD = auto()
    OPERATOR = auto()
    NEWLINE = auto()


Content: TypeAlias = "Word | Assignment | Redirect | Conditional | ArithmeticCommand | str | None"

MATERIAL = frozenset(set(Kind) - {Kind.KEYWORD, Kind.OPERATOR, Kind.NEWLINE})
"""What has to be in the model in the end."""


@dataclass(slots=True)
class Token:
    """Characters ``start`` to ``end``. ``face`` is what stands for them in the skeleton, ``lead`` what is put before it.

    ``content`` is what the lexer read: the node of a word or redirection, the name of a coprocess, why a word is odd.
    """

    kind: Kind
    start: int
    end: int
    face: str
    content: Content = None
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The program that a foreign grammar reads; ``starts`` tells which token's face begins at a place of it."""

    source: str
    starts: dict[int, int]

    @classmethod
    def of(cls, tokens: list[Token]) -> Skeleton:
        """The skeleton of some tokens."""
        pieces: list[str] = []
        starts: dict[int, int] = {}
        at = 0
        for number, token in enumerate(tokens):
            if not token.face:
                continue
            pieces.append(token.lead + token.face)
            starts[at + len(token.lead)] = number
            at += len(pieces[-1]) + 1
        return cls(" ".join(pieces), starts)
