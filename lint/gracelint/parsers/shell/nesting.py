"""What the lexer keeps of one nesting level: the tokens so far, what stands open, and what may stand next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tokens import Kind, Token

if TYPE_CHECKING:
    from .lexer import Lexer
    from .model import Redirect

# What may stand next, at one nesting level.
COMMAND, PREFIX, ARGUMENT, CLOSED, NAME, IN, WORDS, ARM, ALTERNATIVE = range(9)


class Nesting:
    """The tokens of one level, and its state."""

    def __init__(self, lexer: Lexer, at: int, nested: bool) -> None:
        self.lexer = lexer
        self.at = at
        self.tokens: list[Token] = []
        self._nested = nested
        self._state = COMMAND
        self._open: list[str] = []
        self._bare: Token | None = None
        self._pending: list[tuple[Token, Redirect]] = []
        self._declares = False

    def _add(self, token: Token) -> None:
        if self.lexer.odd is not None and token.kind in (Kind.WORD, Kind.ASSIGNMENT, Kind.REDIRECT):
            token.kind, token.content, self.lexer.odd = Kind.ODD, self.lexer.odd, None
        self.tokens.append(token)
        self.at = token.end

    def _settle(self) -> None:
        """A command of redirections alone still has to be seen in the skeleton."""
        if self._bare is not None:
            self._bare.face = "w"
            self._bare = None

    def _ends(self) -> bool:
        """Does a ``)`` here end the substitution (and not a subshell or a pattern)?"""
        return "(" not in self._open and not (
            self._open and self._open[-1] == "case" and self._state in (ARM, ALTERNATIVE)
        )

    def _push(self, opener: str) -> None:
        self._open.append(opener)
        self.lexer.deeper(self.at)

    def _pop(self) -> None:
        self._open.pop()
        self.lexer.depth -= 1

    def _close(self, raw: str, at: int, end: int) -> None:
        lead = "; " if self._state == CLOSED else ""
        self._add(Token(Kind.KEYWORD, at, end, raw, raw, lead))
        if self._open and self._open[-1] != "(":
            self._pop()
        self._state = CLOSED
