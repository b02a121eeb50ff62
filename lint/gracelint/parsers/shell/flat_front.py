"""A front end of one's own for lists of simple commands, which need no grammar: ``a && b | c; d &``.

Most command strings of Dockerfiles are such lists, and importing a foreign grammar takes far longer than reading them. What
has any keyword, parenthesis or condition in it is refused with `Misread`, and so is a list that is not well formed: then a
real grammar decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .assemble import Misread
from .tokens import Kind

if TYPE_CHECKING:
    from .assemble import Assembler
    from .model import Command

_COMMAND = frozenset({Kind.WORD, Kind.ASSIGNMENT, Kind.REDIRECT, Kind.ODD})
_PLAIN = _COMMAND | {Kind.BANG, Kind.TIME, Kind.NEWLINE}
_JOINERS = frozenset({"&&", ";", "&"})


def read(assembler: Assembler) -> list[Command]:
    """The commands of the assembler's tokens; raises `Misread`."""
    tokens = assembler.tokens
    if not all(token.kind in _PLAIN or token.face in _JOINERS for token in tokens):
        raise Misread(0)
    commands: list[Command] = []
    links: list[tuple[int | None, Command]] = []
    operator: int | None = None
    inside = False
    for place, number in assembler.skeleton.starts.items():
        token = tokens[number]
        if token.kind in _COMMAND:
            if not inside:
                links.append((operator, assembler.simple(place)))
                inside = True
            continue
        if not inside:
            raise Misread(number)
        inside = False
        joins = token.face == "&&"
        operator = place if joins else None
        if not joins:
            commands.append(assembler.chain(links))
            links = []
    if links:
        if not inside:
            raise Misread(len(tokens) - 1)
        commands.append(assembler.chain(links))
    return commands
