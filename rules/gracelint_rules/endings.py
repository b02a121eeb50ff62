"""What a script still means to do behind one of its commands.

A fix that puts ``exec`` in front of a command takes all of that away. Whoever wrote more than an ``exit`` behind a program expects it to return, whatever
gracelint knows of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.parsers.shell.model import (
    AndOr,
    Block,
    Branch,
    Case,
    Function,
    Group,
    If,
    Simple,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.parsers.shell.model import Command as Node
    from gracelint.signals.shell.outcome import Command, Outcome
    from gracelint.source import Text

_ENDS = frozenset({"exit", "return", "wait", "true", ":", "false", "echo", "printf"})


def work_behind(outcome: Outcome, command: Command) -> bool:
    """Whether a script does anything behind a command, or behind the calls that lead to it, but wait, print and leave. Of a command in a file that is
    read with ``.`` only its own file is looked at."""
    from gracelint.parsers.shell import parse_command

    body = parse_command(outcome.source).body
    return any(_goes_on(body, text) for text in (*command.calls, command.text) if text.buffer is outcome.source.buffer)


def _goes_on(block: Block, at: Text) -> bool:
    for index, node in enumerate(block.commands):
        if _holds(node.text, at):
            rest = block.commands[index + 1 :]
            inside = any(_goes_on(inner, at) for inner in _blocks(node) if _holds(inner.text, at))
            return (
                inside or (not isinstance(node, Function) and not all(_ends(each) for each in rest)) or _first(node, at)
            )
    return False


def _first(node: Node, at: Text) -> bool:
    """Whether a command has another one behind it in a chain, which does more than end the script."""
    while isinstance(node, AndOr):
        if _holds(node.left.text, at):
            return not _ends(node.right) or _first(node.left, at)
        node = node.right
    return False


def _ends(node: Node) -> bool:
    """Whether a command only waits, prints or leaves, hands the arguments on (which then name another program), or defines something."""
    if isinstance(node, AndOr):
        return _ends(node.left) and _ends(node.right)
    if not isinstance(node, Simple):
        return isinstance(node, Function)
    words = [word.text.value.strip('"') for word in node.words]
    return not words or words[0] in _ENDS or words in (["$@"], ["exec", "$@"])


def _blocks(node: Node) -> Iterator[Block]:
    """The blocks of a command that stand for themselves: branches, arms, groups, functions' bodies."""
    if isinstance(node, AndOr):
        yield from _blocks(node.left)
        yield from _blocks(node.right)
    elif isinstance(node, Group):
        yield node.body
    elif isinstance(node, Function):
        yield from _blocks(node.body)
    elif isinstance(node, If):
        for branch in node.branches:
            yield from _of(branch)
        if node.otherwise is not None:
            yield node.otherwise
    elif isinstance(node, Case):
        for arm in node.arms:
            yield arm.body


def _of(branch: Branch) -> Iterator[Block]:
    yield branch.condition
    yield branch.body


def _holds(whole: Text, part: Text) -> bool:
    return whole.buffer is part.buffer and whole.start <= part.start and part.end <= whole.end
