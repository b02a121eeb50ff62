"""Reading a script or a command string: the lexer, then whichever front end is due, then what to do if it refuses.

Ordinary scripts need no foreign grammar; what the own one refuses is bashlex's and tree-sitter's. Of a text that every
front end refuses, everything up to the line of the fault is read again by itself, and the rest is one `Unreadable`:
a shell, too, runs the lines before a syntax error and none behind it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from .assemble import Assembler, Misread, Overlong
from .lexer import Lexer
from .model import Block, Script, Unreadable
from .own_front import read as own
from .tokens import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from .model import Command
    from .reader import Unread
    from .tokens import Token

FrontEnd: TypeAlias = "Callable[[Assembler], list[Command]]"
_Made: TypeAlias = "tuple[Block, list[Unreadable]]"

_KEPT = 256
"""How many models are kept for whoever asks next: the evaluator, its simulations, and the rules on parse errors."""

_RETRIES = 8
"""How often a shorter beginning of a refused text is tried; each time one top-level fault less."""


def treesitter(assembler: Assembler) -> list[Command]:
    """Read with tree-sitter-bash, imported now."""
    from .treesitter_front import read

    return read(assembler)


def bashlex(assembler: Assembler) -> list[Command]:
    """Read with bashlex, imported now."""
    from .bashlex_front import read

    return read(assembler)


@lru_cache(maxsize=_KEPT)
def parse_script(text: Text) -> Script:
    """The model of a script file's or a heredoc's text. Any text has one; see `Script.problems`."""
    return _ordinary(text) or _Reading((own, treesitter)).script(text)


@lru_cache(maxsize=_KEPT)
def parse_command(text: Text) -> Script:
    """The model of a command string: a shell-form value, an argument of ``sh -c``, a trap action."""
    return _ordinary(text) or _Reading((own, bashlex, treesitter)).script(text)


@lru_cache(maxsize=_KEPT)
def _ordinary(text: Text) -> Script | None:
    """The model of a text that needs no foreign grammar, so that it is the same whatever the text is: rules ask for commands of what was
    followed as a file."""
    try:
        return _Reading(()).script(text)
    except _ForeignError:
        return None


def parse_with(text: Text, *front_ends: FrontEnd) -> Script:
    """The model of a text as these front ends read it, tried in this order."""
    return _Reading(front_ends).script(text)


class _ForeignError(Exception):
    """The own front end refuses a part of the text."""


class _Reading:
    """One text with everything inside it."""

    def __init__(self, front_ends: tuple[FrontEnd, ...]) -> None:
        self._front_ends = front_ends
        self._problems: list[Unreadable] = []

    def script(self, text: Text) -> Script:
        lexer = Lexer(text, self._inner, self._backquoted)
        body = self._text(lexer)
        comments = sorted(lexer.comments, key=lambda comment: comment.span.start)
        problems = sorted(self._problems, key=lambda problem: problem.text.span.start)
        return Script(text, body, tuple(comments), tuple(problems))

    def _text(self, lexer: Lexer) -> Block:
        tokens, unread = lexer.top()
        return self._block(lexer, tokens, 0, len(lexer.source), unread)

    def _inner(self, lexer: Lexer, tokens: list[Token], start: int, end: int) -> Block:
        return self._block(lexer, tokens, start, end, None)

    def _backquoted(self, outer: Lexer, text: Text) -> Block:
        lexer = Lexer(text, self._inner, self._backquoted, outer.depth)
        body = self._text(lexer)
        outer.comments.extend(lexer.comments)
        return body

    def _block(self, lexer: Lexer, tokens: list[Token], start: int, end: int, unread: Unread | None) -> Block:
        """The block of some tokens; from ``unread`` on there is more, which could not even be cut into tokens."""
        fault, reason = len(tokens), str(unread) if unread else ""
        kept = _line(tokens, fault) if unread else fault
        for _ in range(_RETRIES):
            try:
                block, problems = self._commands(lexer.text, tokens[:kept])
            except Misread as misread:
                reason = reason or "syntax error"
                kept = _line(tokens, min(misread.at, kept - 1))
                continue
            break
        else:
            kept = 0
            block, problems = self._commands(lexer.text, [])
        self._problems.extend(problems)
        if kept == len(tokens) and not unread:
            return block if block.commands else Block(lexer.text.cut(start, start), ())
        first = next(
            (token.start for token in tokens[kept:] if token.kind is not Kind.NEWLINE), unread.at if unread else end
        )
        problem = Unreadable(lexer.text.cut(first, end), reason)
        self._problems.append(problem)
        text = block.text.until(problem.text) if block.commands else problem.text
        return Block(text, (*block.commands, problem))

    def _commands(self, text: Text, tokens: list[Token]) -> _Made:
        """The block of tokens without a fault, and what in it is unreadable by itself; raises `Misread`.

        It is as the first front end makes it that does not refuse; if all do, the one tells why that came farthest. Without front ends it
        is the own one's, or `_ForeignError`.
        """
        if not self._front_ends:
            made = _tried(text, tokens, own)
            if isinstance(made, Misread):
                raise _ForeignError
            return made
        refusals: list[Misread] = []
        for front_end in self._front_ends:
            made = _tried(text, tokens, front_end)
            if not isinstance(made, Misread):
                return made
            refusals.append(made)
            if isinstance(made, Overlong):
                break
        raise max(refusals, key=lambda misread: misread.at)


def _tried(text: Text, tokens: list[Token], front_end: FrontEnd) -> _Made | Misread:
    try:
        return _assembled(text, tokens, front_end)
    except Misread as misread:
        return misread


def _assembled(text: Text, tokens: list[Token], front_end: FrontEnd) -> _Made:
    assembler = Assembler(text, tokens)
    block = assembler.block(front_end(assembler), len(tokens))
    assembler.check()
    return block, assembler.problems


def _line(tokens: list[Token], fault: int) -> int:
    """How many tokens stand on whole lines before the token number ``fault``."""
    while fault > 0 and tokens[fault - 1].kind is not Kind.NEWLINE:
        fault -= 1
    return fault
