"""Loops that their own body brings to an end: ``while url: url = load(url)``, ``while stack: stack.pop()``,
``while self.fd is None: self.fd = open()``, and with the condition inside, ``while True: page = load(page); if not page: break``.

A program that has no other loop, and does not wait in this one, is a job that ends. A constant that is set in the body
(``running = False``) is no progress but a flag, and may be set for the stop only; so may whatever an ``except`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_TAKES = frozenset({"pop", "popleft", "popitem", "remove"})


def advances(node: syntax.While) -> bool:
    """Whether a lap changes what the condition of a loop asks for."""
    tests = [part for test in (node.test, *_ways_out(node.body)) for part in _parts(test)]
    asked = {name for part in tests for name in _name(part)}
    binds = any(isinstance(part, syntax.Bind) for part in tests)
    return binds or not asked.isdisjoint(_changed(node.body))


def _ways_out(body: Sequence[syntax.Statement]) -> Iterator[syntax.Expression]:
    """What a body asks right before it leaves the loop."""
    for statement in body:
        match statement:
            case syntax.If(body=(*_, syntax.Return() | syntax.Plain(keyword="break"))):
                yield statement.test
            case syntax.If():
                yield from _ways_out((*statement.body, *statement.otherwise))
            case syntax.With() | syntax.Try():
                yield from _ways_out(statement.body)


def _changed(body: Sequence[syntax.Statement]) -> Iterator[str]:
    """The names, with their attributes, that statements give other values or take something from."""
    for statement in body:
        match statement:
            case syntax.Assign():
                if not isinstance(statement.value, syntax.Constant) or statement.operator is not None:
                    for target in statement.targets:
                        yield from (name for part in _targets(target) for name in _name(part))
                yield from _taken(statement.value)
            case syntax.Evaluate():
                yield from _taken(statement.value)
            case syntax.If():
                yield from _changed((*statement.body, *statement.otherwise))
            case syntax.For() | syntax.While() | syntax.With():
                yield from _changed(statement.body)
            case syntax.Try():
                yield from _changed((*statement.body, *statement.otherwise, *statement.final))
            case syntax.Match():
                yield from (name for arm in statement.arms for name in _changed(arm.body))


def _targets(target: syntax.Expression) -> Iterable[syntax.Expression]:
    return target.items if isinstance(target, syntax.Items) else (target,)


def _taken(value: syntax.Expression | None) -> Iterator[str]:
    """What ``stack.pop()`` is taken from."""
    if isinstance(value, syntax.Call):
        function = value.function
        if isinstance(function, syntax.Attribute) and function.name in _TAKES:
            yield from _name(function.value)


def _parts(value: syntax.Expression) -> Iterator[syntax.Expression]:
    """The operands of a condition."""
    stack = [value]
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, syntax.Operation):
            stack += part.operands
        elif isinstance(part, syntax.Call):
            stack += [argument.value for argument in part.arguments]


def _name(value: syntax.Expression) -> Iterator[str]:
    """A variable's name, with its attributes."""
    names: list[str] = []
    while isinstance(value, syntax.Attribute):
        names.append(value.name)
        value = value.value
    if isinstance(value, syntax.Name):
        yield ".".join([value.name, *reversed(names)])
