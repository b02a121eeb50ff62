"""What a shell has found out about its script: commands in loops, and in the ways that split, are asked about again and again.

It is kept by the identity of the piece of the script, as its text would have to be gone through for each question, and the same text may mean another thing
elsewhere. Each piece is kept as well, so that its number does not become that of another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from ....parsers.shell import model as sh
    from ..model.values import Field
    from .expansions import Substitution
    from .remarks import Remark

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")


class Found(dict[object, tuple[Piece, Answer]], Generic[Piece, Answer]):
    """The answers to one question, a piece each. Where it is asked for each command of a way, ``get(…) or keep(…)`` is quicker than `of`."""

    def of(self, piece: Piece, find: Callable[[Piece], Answer], also: Hashable = None) -> Answer:
        """The answer for a piece, found out if it is not known; ``also`` is what it depends on besides."""
        key = id(piece) if also is None else (id(piece), also)
        kept = self.get(key)
        if kept is None:
            kept = self[key] = piece, find(piece)
        return kept[1]

    def keep(self, piece: Piece, answer: Answer) -> tuple[Piece, Answer]:
        """Know the answer for a piece from now on."""
        kept = self[id(piece)] = piece, answer
        return kept


class Readings:
    """What rests on the text alone, and on who reads it: all shells of a launch that speak the same dialect share it, as a script that has itself run
    again as another user (``exec gosu mysql "$0" "$@"``) is read as before: a fortieth of the evaluation of such images."""

    def __init__(self) -> None:
        self.unparsable: Found[sh.Command, str] = Found()
        """What the shell's parser refuses in a command."""
        self.cut: Found[sh.Command, sh.Block | None] = Found()
        """What is read for a command with a ``&`` that the shell misreads."""
        self.making: Found[sh.Command, bool] = Found()
        """Whether a command may make files."""
        self.nodes: Found[object, tuple[tuple[object, ...], frozenset[str]]] = Found()
        """Of any piece: its simple commands, those in the background and redirections, and the names of commands in it."""
        self.expanding: Found[object, tuple[Substitution, ...]] = Found()
        """The substitutions of a command."""

        self.plain: Found[tuple[sh.Word, ...], tuple[list[Field | None], bool]] = Found()
        """What those words of a command always become that have no expansion, and whether that is all of them."""
        self.assigned: Found[tuple[sh.Word, ...], tuple[sh.Word, ...]] = Found()
        """Those of a builtin that assigns, without what it assigns."""
        self.patterned: Found[tuple[sh.Word, ...], dict[int, sh.Word]] = Found()
        """Those that may be patterns, by the identity of their texts."""
        self.indirect: Found[sh.Parameter, sh.Parameter | None] = Found()
        """The parameter that is meant by ``${!n:-word}``, where ``n`` holds a name."""
        self.unnamed: Found[sh.Parameter, sh.Parameter | None] = Found()
        """What stands there behind the name, whichever it is."""


class Findings:
    """What rests on the shell's functions too, and on what it finds around it."""

    def __init__(self) -> None:
        self.remarks: Found[sh.Function, Remark | None] = Found()
        """What is remarkable of a function."""
        self.starting: Found[sh.CommandSubstitution, bool] = Found()
        """Of a substitution, like the next three: whether it starts jobs."""
        self.lasting: Found[sh.CommandSubstitution, bool] = Found()
        """Whether a server runs in it."""
        self.acting: Found[sh.CommandSubstitution, bool] = Found()
        """Whether it takes time, or tells others to stop."""
        self.changing: Found[sh.CommandSubstitution, bool] = Found()
        """Whether it changes files, or signals others."""
        self.quiet: set[object] = set()
        """Substitutions, each with all that its program sees, of which it is known that they end."""
