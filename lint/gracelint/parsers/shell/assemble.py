"""From the tree of a front end to the shell model: the part that all front ends share.

A front end tells what kind of command stands where; the assembler takes words, names, headers and terminators from the
tokens, and attaches what the skeleton hides: redirections to the command they touch, ``!`` and ``time`` to the
pipeline behind them, ``coproc`` to the command behind it, ``&`` to what stands before it.

Every token that carries meaning has to be used exactly once. If the foreign tree leaves one over, takes one twice or calls a keyword
a word, it has misread the script: `Misread` is raised, and no model is made of that stretch.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from .model import (
    AndOr,
    ArithmeticCommand,
    Arm,
    Assignment,
    Background,
    Block,
    Conditional,
    Coprocess,
    Pipeline,
    Redirect,
    Simple,
    Unreadable,
    Word,
)
from .tokens import MATERIAL, Kind, Skeleton

if TYPE_CHECKING:
    from typing import Literal

    from ...source import Text
    from .model import Command
    from .tokens import Token


MAX_CHAIN = 200
"""Links of one ``&&``/``||`` chain or pipeline; the model nests chains, so their length is a depth."""

_SIMPLE = frozenset({Kind.WORD, Kind.ASSIGNMENT, Kind.REDIRECT, Kind.CONDITIONAL, Kind.ARITHMETIC, Kind.ODD})


class Misread(Exception):  # noqa: N818  # an ordinary outcome of trying a foreign grammar
    """The foreign tree is broken or does not fit the tokens from token number ``at`` on."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Overlong(Misread):
    """A chain of more than `MAX_CHAIN` links, which no front end can help."""


class Assembler:
    """Makes the model of some tokens of a text."""

    def __init__(self, text: Text, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self._starts = [token.start for token in tokens]
        self.problems: list[Unreadable] = []
        self._used = bytearray(len(tokens))

    @cached_property
    def skeleton(self) -> Skeleton:
        """The program that a foreign grammar reads."""
        return Skeleton.of(self.tokens)

    # --- tokens --------------------------------------------------------------------------------------------------

    def at(self, place: int) -> int:
        """The number of the token whose face begins at a place of the skeleton."""
        number = self.skeleton.starts.get(place)
        if number is None:
            raise Misread(self.before(place))
        return number

    def before(self, place: int) -> int:
        """The number of the last visible token at or in front of a place of the skeleton."""
        return max((number for start, number in self.skeleton.starts.items() if start <= place), default=0)

    def keyword(self, place: int, *expected: str) -> int:
        """The number of the token at a place, which has to be one of these keywords or operators."""
        number = self.at(place)
        if self.tokens[number].face not in expected:
            raise Misread(number)
        return number

    def cut(self, first: int, last: int) -> Text:
        """The text from one token to another."""
        return self.text.cut(self.tokens[first].start, self.tokens[last].end)

    def last(self, node: Text) -> int:
        """Where a node's text ends, as an offset into the text that is read."""
        return node.end - self.text.start

    def use(self, number: int) -> Token:
        """Take a token into the model."""
        if self._used[number]:
            raise Misread(number)
        self._used[number] = 1
        return self.tokens[number]

    def word(self, number: int) -> Word:
        """The word that a token is."""
        token = self.use(number)
        if not isinstance(token.content, Word):
            raise Misread(number)
        return token.content

    def check(self) -> None:
        """Is everything in the model that has to be?"""
        for number, (token, used) in enumerate(zip(self.tokens, self._used, strict=True)):
            if not used and (token.kind in MATERIAL or token.face in ("&", ";;")):
                raise Misread(number)

    # --- commands ------------------------------------------------------------------------------------------------

    def simple(self, number: int) -> Command:
        """The simple command whose first visible token has this number."""
        first = last = number
        if self.tokens[first].kind not in _SIMPLE:
            raise Misread(first)
        while first > 0 and self.tokens[first - 1].kind is Kind.REDIRECT and not self._used[first - 1]:
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last + 1].kind in _SIMPLE:
            last += 1
        return self.wrapped(first, self._simple(first, last))

    def _simple(self, first: int, last: int) -> Command:
        tokens, used = self.tokens, self._used
        text = self.cut(first, last)
        odd = None
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        for number in range(first, last + 1):
            if used[number]:
                raise Misread(number)
            used[number] = 1
            content = tokens[number].content
            kind = content.__class__
            if kind is Word:
                words.append(content)  # type: ignore[arg-type]  # as its class says
            elif kind is Redirect:
                redirects.append(content)  # type: ignore[arg-type]  # as its class says
            elif kind is Assignment:
                assignments.append(content)  # type: ignore[arg-type]  # as its class says
            elif tokens[number].kind is Kind.ODD:
                odd = odd or str(content)
        if odd is not None:
            problem = Unreadable(text, odd)
            self.problems.append(problem)
            return problem
        head = tokens[first].content
        count = last + 1 - first
        if isinstance(head, (Conditional, ArithmeticCommand)):
            if len(redirects) + 1 != count:
                raise Misread(first)
            if isinstance(head, Conditional):
                return Conditional(text, head.expression, tuple(redirects))
            return ArithmeticCommand(text, head.expression, tuple(redirects))
        if len(assignments) + len(words) + len(redirects) != count:
            raise Misread(first)
        return Simple(text, tuple(assignments), tuple(words), tuple(redirects))

    def redirects(self, closer: int) -> tuple[int, tuple[Redirect, ...]]:
        """The redirections behind the token that closes a compound command, and the number of the last of them."""
        found: list[Redirect] = []
        number = closer
        while number + 1 < len(self.tokens) and isinstance(node := self.tokens[number + 1].content, Redirect):
            number += 1
            self.use(number)
            found.append(node)
        return number, tuple(found)

    def wrapped(self, first: int, command: Command) -> Command:
        """A command with the ``coproc`` in front of it."""
        if first == 0 or self.tokens[first - 1].kind is not Kind.COPROC or self._used[first - 1]:
            return command
        token = self.use(first - 1)
        name = token.content if isinstance(token.content, str) else None
        return Coprocess(self.text.cut(token.start, self.last(command.text)), name, command)

    def pipeline(self, commands: list[Command]) -> Command:
        """Commands with the ``!`` and ``time`` in front of them; a lone command without is itself."""
        if len(commands) > MAX_CHAIN:
            raise Overlong(self.number(commands[0].text))
        start = self.number(commands[0].text)
        negated = timed = False
        first = start
        while first > 0 and self.tokens[first - 1].kind in (Kind.BANG, Kind.TIME):
            first -= 1
            token = self.use(first)
            if token.kind is Kind.BANG:
                negated = not negated
            else:
                timed = True
        if len(commands) == 1 and first == start:
            return commands[0]
        text = self.text.cut(self.tokens[first].start, self.last(commands[-1].text))
        return Pipeline(text, tuple(commands), negated, timed)

    def number(self, node: Text) -> int:
        """The number of the token with which a node's text begins."""
        return bisect_left(self._starts, node.start - self.text.start)

    def chain(self, links: list[tuple[int | None, Command]]) -> Command:
        """Commands joined by ``|``, ``&&`` and ``||``, each with the number of the operator in front of it.

        ``|`` binds tighter than the others, which bind alike, from the left (POSIX XCU 2.9.2, 2.9.3).
        """
        if len(links) == 1:
            return self.pipeline([links[0][1]])
        pipelines: list[tuple[str, list[Command]]] = []
        for number, command in links:
            operator = "" if number is None else str(self.tokens[number].content)
            if operator in ("|", "|&"):
                pipelines[-1][1].append(command)
            else:
                pipelines.append((operator, [command]))
        if len(pipelines) > MAX_CHAIN:
            raise Overlong(self.number(links[0][1].text))
        left = self.pipeline(pipelines[0][1])
        for operator, commands in pipelines[1:]:
            symbol: Literal["&&", "||"] = "&&" if operator == "&&" else "||"
            right = self.pipeline(commands)
            left = AndOr(left.text.until(right.text), left, symbol, right)
        return left

    def block(self, commands: list[Command], opener: int) -> Block:
        """Commands one after the other, each in the background that has a ``&`` behind it.

        ``opener`` is the token behind which an empty block stands.
        """
        listed = [self._background(command) for command in commands]
        if listed:
            return Block(listed[0].text.until(listed[-1].text), tuple(listed))
        at = self.tokens[opener].end if opener < len(self.tokens) else 0
        return Block(self.text.cut(at, at), ())

    def _background(self, command: Command) -> Command:
        end = command.text.end - self.text.start
        number = bisect_left(self._starts, end)
        if number < len(self.tokens) and self.tokens[number].face == "&":
            token = self.use(number)
            return Background(self.text.cut(command.text.start - self.text.start, token.end), command)
        return command

    def arm(self, first: int, body: list[Command]) -> Arm:
        """An arm of ``case`` whose first pattern (or the parenthesis before it) is token ``first``."""
        patterns: list[Word] = []
        number = first
        while self.tokens[number].face != ")":
            if self.tokens[number].kind is Kind.WORD:
                patterns.append(self.word(number))
            elif self.tokens[number].face not in ("(", "|", ""):
                raise Misread(number)
            number += 1
        block = self.block(body, number)
        end = self.number(block.text.cut(len(block.text), len(block.text)))
        while end < len(self.tokens) and self.tokens[end].face in ("", ";"):
            end += 1
        if end < len(self.tokens) and self.tokens[end].face == ";;":
            terminator = str(self.use(end).content)
            return Arm(self.cut(first, end), tuple(patterns), block, terminator)
        return Arm(self.text.cut(self.tokens[first].start, self.last(block.text)), tuple(patterns), block, ";;")

    def loop_header(self, first: int) -> tuple[Token, tuple[Word, ...] | None]:
        """Of the ``for`` or ``select`` that is token ``first``: the name (or ``((...))``), and the words behind ``in``."""
        name = self.use(first + 1)
        words: list[Word] | None = None
        number = first + 2
        while number < len(self.tokens) and self.tokens[number].face not in ("do", "{"):
            if self.tokens[number].content == "in":
                words = []
            elif self.tokens[number].kind is Kind.WORD and words is not None:
                words.append(self.word(number))
            number += 1
        return name, None if words is None else tuple(words)

    def name(self, token: Token) -> str:
        """A name that is a word: of a function, of a loop's variable."""
        return token.content.text.value if isinstance(token.content, Word) else ""
