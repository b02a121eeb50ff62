"""bashlex as a front end: reads the skeleton of a command string (see ``tokens``) and tells its commands.

bashlex is a port of bash's own grammar. It knows no ``case`` and loses what follows a first ``elif``; such strings are refused
with `Misread`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .assemble import Assembler, Misread
from .model import ArithmeticFor, Branch, For, Function, Group, If, Subshell, While
from .tokens import Kind

if TYPE_CHECKING:
    from .model import Block, Command


def read(assembler: Assembler) -> list[Command]:
    """The commands of the assembler's tokens; raises `Misread`."""
    if not assembler.skeleton.source:
        return []  # bashlex takes no empty text
    import bashlex

    try:
        trees = bashlex.parse(assembler.skeleton.source)
    except Exception as error:
        # Besides its own errors bashlex raises AssertionError, AttributeError and others where its grammar has gaps.
        position = getattr(error, "position", 0)
        raise Misread(assembler.before(position if isinstance(position, int) else 0)) from error
    return _Reader(assembler).statements(trees)


_SHAPES = [["if", "then"], ["if", "then", "else"], ["if", "then", "elif", "then"]]
"""Of longer ``if`` commands bashlex's tree has lost the end."""


class _Reader:
    """Walks bashlex's trees. They have no types; a node is known by its ``kind``."""

    def __init__(self, assembler: Assembler) -> None:
        self.assembler = assembler

    def statements(self, nodes: list[Any]) -> list[Command]:
        """The commands among some nodes, lists taken apart."""
        commands: list[Command] = []
        for node in nodes:
            if node.kind == "list":
                commands.extend(self._list(node.parts))
            elif node.kind not in ("operator", "reservedword"):
                commands.append(self.assembler.chain([(None, self.single(node))]))
        return commands

    def _list(self, parts: list[Any]) -> list[Command]:
        """A list holds commands and operators alternately; ``;`` and ``&`` part them."""
        commands: list[Command] = []
        links: list[tuple[int | None, Command]] = []
        joined: int | None = None
        for part in parts:
            if part.kind == "operator":
                joined = self.assembler.at(part.pos[0]) if part.op == "&&" else None
                continue
            if links and joined is None:
                commands.append(self.assembler.chain(links))
                links = []
            links.append((joined, self.single(part)))
        if links:
            commands.append(self.assembler.chain(links))
        return commands

    def block(self, nodes: list[Any], opener: Any) -> Block:
        """The commands of some nodes, behind the keyword ``opener``."""
        return self.assembler.block(self.statements(nodes), self.assembler.at(opener.pos[0]))

    def single(self, node: Any) -> Command:
        """One command."""
        if node.kind == "command":
            return self.assembler.simple(self.assembler.at(node.parts[0].pos[0]))
        first = self.assembler.at(node.pos[0])
        if node.kind == "function":
            return self.assembler.wrapped(first, self._function(node, first))
        if node.kind != "compound":
            raise Misread(first)
        return self.assembler.wrapped(first, self._compound(node, first))

    def _compound(self, node: Any, first: int) -> Command:
        inner = node.list[0]
        if inner.kind == "reservedword":
            return self._group(node.list, first)
        read = {"if": self._if, "while": self._while, "until": self._while, "for": self._for}.get(inner.kind)
        if read is None:
            raise Misread(first)
        return read(inner.parts, first)

    def _group(self, parts: list[Any], first: int) -> Command:
        body = self.block(parts[1:-1], parts[0])
        made = Group if self.assembler.tokens[first].face == "{" else Subshell
        last, redirects = self.assembler.redirects(self.assembler.keyword(parts[-1].pos[0], "}", ")"))
        return made(self.assembler.cut(first, last), body, redirects)

    def _if(self, parts: list[Any], first: int) -> Command:
        keywords = [number for number, part in enumerate(parts) if part.kind == "reservedword" and part.word != ";"]
        blocks = [
            (parts[here].word, self.block(parts[here + 1 : there], parts[here])) for here, there in pairwise(keywords)
        ]
        if [word for word, _ in blocks] not in _SHAPES:
            raise Misread(first)
        otherwise = blocks.pop()[1] if blocks[-1][0] == "else" else None
        branches = [
            Branch(condition, body) for (_, condition), (_, body) in zip(blocks[::2], blocks[1::2], strict=True)
        ]
        last, redirects = self.assembler.redirects(self.assembler.keyword(parts[-1].pos[0], "fi"))
        return If(self.assembler.cut(first, last), tuple(branches), otherwise, redirects)

    def _while(self, parts: list[Any], first: int) -> Command:
        do = next(number for number, part in enumerate(parts) if part.kind == "reservedword" and part.word == "do")
        condition = self.block(parts[1:do], parts[0])
        body = self.block(parts[do + 1 : -1], parts[do])
        last, redirects = self.assembler.redirects(self.assembler.keyword(parts[-1].pos[0], "done"))
        return While(self.assembler.cut(first, last), condition, body, parts[0].word == "until", redirects)

    def _for(self, parts: list[Any], first: int) -> Command:
        header, words = self.assembler.loop_header(first)
        do = next(number for number, part in enumerate(parts) if part.kind == "reservedword" and part.word == "do")
        body = self.block(parts[do + 1 : -1], parts[do])
        last, redirects = self.assembler.redirects(self.assembler.keyword(parts[-1].pos[0], "done"))
        text = self.assembler.cut(first, last)
        if header.kind is Kind.LOOP:
            return ArithmeticFor(text, str(header.content), body, redirects)
        selects = self.assembler.tokens[first].content == "select"
        return For(text, self.assembler.name(header), words, body, selects, redirects)

    def _function(self, node: Any, first: int) -> Command:
        named = first + 1 if self.assembler.tokens[first].face == "function" else first
        name = self.assembler.name(self.assembler.use(named))
        body = self.single(node.parts[-1])
        text = self.assembler.text.cut(self.assembler.tokens[first].start, self.assembler.last(body.text))
        return Function(text, name, body)
