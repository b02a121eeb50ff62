"""tree-sitter-bash as a front end: reads the skeleton of a script (see ``tokens``) and tells its commands.

tree-sitter never fails: it repairs. A tree with any ERROR or MISSING node in it is refused here, from the first top-level
statement that holds one; a repaired statement is a guess, and gracelint does not guess.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .assemble import Assembler, Misread
from .model import ArithmeticFor, Branch, Case, For, Function, Group, If, Subshell, While
from .tokens import Kind

if TYPE_CHECKING:
    import tree_sitter

    from .model import Arm, Block, Command, Redirect


@cache
def _parser() -> tree_sitter.Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def read(assembler: Assembler) -> list[Command]:
    """The commands of the assembler's tokens; raises `Misread`."""
    root = _parser().parse(assembler.skeleton.source.encode("ascii")).root_node
    if root.has_error:
        broken = next((child for child in root.children if child.has_error or child.is_missing), root)
        raise Misread(assembler.before(broken.start_byte))
    return _Reader(assembler).statements(root.children)


class _Reader:
    """Walks one tree."""

    def __init__(self, assembler: Assembler) -> None:
        self.assembler = assembler

    def statements(self, nodes: list[tree_sitter.Node]) -> list[Command]:
        """The commands among some children."""
        return [self.command(node) for node in nodes if node.is_named]

    def block(self, nodes: list[tree_sitter.Node], opener: tree_sitter.Node) -> Block:
        return self.assembler.block(self.statements(nodes), self.assembler.at(opener.start_byte))

    def command(self, node: tree_sitter.Node) -> Command:
        """A chain or a single command."""
        links: list[tuple[int | None, tree_sitter.Node]] = []
        while node.type == "list":
            left, operator, right = node.children
            links.append((self.assembler.at(operator.start_byte), right))
            node = left
        links.append((None, node))
        return self.assembler.chain([(place, self.single(link)) for place, link in reversed(links)])

    def single(self, node: tree_sitter.Node) -> Command:
        if node.type == "command":
            return self.assembler.simple(self.assembler.at(node.start_byte))
        read = _COMPOUNDS.get(node.type)
        if read is None:
            raise Misread(self.assembler.before(node.start_byte))
        first = self.assembler.at(node.start_byte)
        return self.assembler.wrapped(first, read(self, node, first))

    def _closed(self, node: tree_sitter.Node, closer: str) -> int:
        return self.assembler.keyword(node.children[-1].start_byte, closer)

    def group(self, node: tree_sitter.Node, first: int) -> Command:
        opener, closer = ("{", "}") if node.type == "compound_statement" else ("(", ")")
        self.assembler.keyword(node.start_byte, opener)
        body = self.block(node.children[1:-1], node.children[0])
        last, redirects = self.assembler.redirects(self._closed(node, closer))
        made = Group if opener == "{" else Subshell
        return made(self.assembler.cut(first, last), body, redirects)

    def branching(self, node: tree_sitter.Node, first: int) -> Command:
        clauses = [child for child in node.children if child.type in ("elif_clause", "else_clause")]
        branches = [self._branch(node.children[: -1 - len(clauses)])]
        otherwise: Block | None = None
        for clause in clauses:
            if clause.type == "elif_clause":
                branches.append(self._branch(clause.children))
            else:
                otherwise = self.block(clause.children[1:], clause.children[0])
        last, redirects = self.assembler.redirects(self._closed(node, "fi"))
        return If(self.assembler.cut(first, last), tuple(branches), otherwise, redirects)

    def _branch(self, nodes: list[tree_sitter.Node]) -> Branch:
        """``if``/``elif`` … ``then`` …"""
        then = next(number for number, node in enumerate(nodes) if node.type == "then")
        return Branch(self.block(nodes[1:then], nodes[0]), self.block(nodes[then + 1 :], nodes[then]))

    def loop(self, node: tree_sitter.Node, first: int) -> Command:
        """``while`` and ``until``."""
        condition = self.block(node.children[1:-1], node.children[0])
        body, last, redirects = self._done(node)
        until = node.children[0].type == "until"
        return While(self.assembler.cut(first, last), condition, body, until, redirects)

    def iteration(self, node: tree_sitter.Node, first: int) -> Command:
        """``for``, ``select`` and the arithmetic ``for``."""
        header, words = self.assembler.loop_header(first)
        body, last, redirects = self._done(node)
        text = self.assembler.cut(first, last)
        if header.kind is Kind.LOOP:
            return ArithmeticFor(text, str(header.content), body, redirects)
        selects = self.assembler.tokens[first].content == "select"
        return For(text, self.assembler.name(header), words, body, selects, redirects)

    def _done(self, node: tree_sitter.Node) -> tuple[Block, int, tuple[Redirect, ...]]:
        """``do`` … ``done`` at the end of a loop, and what is redirected for it."""
        group = node.children[-1]
        self.assembler.keyword(group.start_byte, "do")
        body = self.block(group.children[1:-1], group.children[0])
        last, redirects = self.assembler.redirects(self._closed(group, "done"))
        return body, last, redirects

    def case(self, node: tree_sitter.Node, first: int) -> Command:
        subject = self.assembler.word(self.assembler.at(node.children[1].start_byte))
        arms = tuple(self._arm(child) for child in node.children if child.type == "case_item")
        last, redirects = self.assembler.redirects(self._closed(node, "esac"))
        return Case(self.assembler.cut(first, last), subject, arms, redirects)

    def _arm(self, node: tree_sitter.Node) -> Arm:
        closer = next(number for number, child in enumerate(node.children) if child.type == ")")
        body = self.statements(node.children[closer + 1 :])
        return self.assembler.arm(self.assembler.at(node.start_byte), body)

    def function(self, node: tree_sitter.Node, first: int) -> Command:
        named = first + 1 if self.assembler.tokens[first].face == "function" else first
        name = self.assembler.name(self.assembler.use(named))
        body = self.single(node.children[-1])
        text = self.assembler.text.cut(self.assembler.tokens[first].start, self.assembler.last(body.text))
        return Function(text, name, body)


_COMPOUNDS = {
    "compound_statement": _Reader.group,
    "subshell": _Reader.group,
    "if_statement": _Reader.branching,
    "while_statement": _Reader.loop,
    "for_statement": _Reader.iteration,
    "case_statement": _Reader.case,
    "function_definition": _Reader.function,
}
