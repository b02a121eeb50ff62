"""The parts of a word while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...source import join
from .model import LiteralText

if TYPE_CHECKING:
    from ...source import Text
    from .model import Part


class Collector:
    """Gathers the parts of a word; neighbouring literals of the same quoting become one."""

    __slots__ = ("_end", "_pieces", "_quoted", "_start", "_text", "parts")

    def __init__(self, text: Text) -> None:
        self.parts: list[Part] = []
        self._text = text
        self._pieces: list[Text | tuple[str, Text]] = []
        self._start = self._end = 0
        self._quoted = False

    def literal(self, start: int, end: int, value: Text | tuple[str, Text], quoted: bool) -> None:
        """Characters ``start`` to ``end`` (quotes included) stand for ``value``."""
        if self._pieces:
            if quoted is not self._quoted:
                self._flush()
                self._start = start
        else:
            self._start = start
        self._quoted = quoted
        self._end = end
        self._pieces.append(value)

    def part(self, part: Part) -> None:
        """The next part is no literal."""
        if self._pieces:
            self._flush()
        self.parts.append(part)

    def finish(self) -> tuple[Part, ...]:
        """All parts; none for a lone pair of quotes."""
        if self._pieces:
            self._flush()
        if len(self.parts) == 1 and isinstance(self.parts[0], LiteralText) and not len(self.parts[0].value):
            return ()
        return tuple(self.parts)

    def _flush(self) -> None:
        pieces = self._pieces
        if len(pieces) > 1:
            pieces = [piece for piece in pieces if piece.__class__ is tuple or piece.start != piece.end] or pieces[:1]  # type: ignore[union-attr]  # a Text, as it is no tuple
        only = pieces[0]
        value = only if len(pieces) == 1 and not isinstance(only, tuple) else join(pieces, self._text.buffer.encode)
        self.parts.append(LiteralText(self._text.cut(self._start, self._end), value, self._quoted))
        self._pieces = []
