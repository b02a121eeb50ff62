"""Loops: ``while``, ``until``, ``for``, ``select``, and when one of them holds the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from ..process import Bound
from . import refusals, simple
from .compound import within
from .outcome import Command
from .state import Block, Ended
from .values import clip

if TYPE_CHECKING:
    from .machine import Machine
    from .state import Frame, State

MOST_ITERATIONS = 100
CHANGING = frozenset({"getopts", "read", "shift", "wait", "let", "eval", ".", "source"})


class Loop:
    """What a loop frame remembers: which entry into the loop it is, how often it ran, how many conditions were assumed before it."""

    __slots__ = ("before", "conditions", "count", "entry")

    def __init__(self, entry: object, count: int, conditions_before: int, before: object) -> None:
        self.entry, self.count, self.conditions, self.before = entry, count, conditions_before, before


def conditional(machine: Machine, state: State, node: sh.While) -> list[State]:
    """``while`` and ``until``."""
    return _repeat(machine, state, node, node.condition, node.redirects)


def _repeat(machine: Machine, state: State, node: object, condition: object, redirects: object) -> list[State]:
    if redirects:
        state.push("within", label="redirected")
    state.push("within", label="loop")
    state.push("while", node, 0, Loop(object(), 0, len(state.conditions), None))
    state.push("seq", condition)
    return [state]


def turn(machine: Machine, state: State, frame: Frame) -> list[State]:
    """A loop's condition is over, or (``index`` 1) its body."""
    node, loop = frame.node, frame.data
    assert isinstance(loop, Loop)
    body = getattr(node, "body")  # noqa: B009 - While and ArithmeticFor both have one
    condition = getattr(node, "condition", body)
    state.pop()
    if frame.index:
        return _again(machine, state, node, condition, loop)
    result: list[State] = []
    unknown = state.status is None
    for each, success in machine.split(state):
        if success is not getattr(node, "until", False):
            each.push("while", node, 1, loop)
            each.push("seq", body)
        else:
            if unknown or len(each.conditions) > loop.conditions:
                machine.escaped.add(loop.entry)
            if unknown and not machine.live:
                _maybe_holds(machine, each, node, loop, condition)
            each.done(0)
        result.append(each)
    return result


def _again(machine: Machine, state: State, node: object, condition: object, loop: Loop) -> list[State]:
    """The body has run. An iteration that changes nothing goes on for ever; one that rests on an assumption goes on until that changes."""
    before = (dict(state.variables), state.comparable())
    following = Loop(loop.entry, loop.count + 1, loop.conditions, before)
    state.push("while", node, 0, following)
    state.push("seq", condition)
    if machine.live:
        if not machine.budget.spend(2):
            state.ended = Ended("unknown", reason="a loop that does not end")
        return [state]
    assumed = len(state.conditions) > loop.conditions
    endless = loop.before == before or _constant(state, condition)
    if loop.count >= MOST_ITERATIONS and not endless and not assumed:
        state.ended = Ended("unknown", reason=Bound("a loop runs too often to follow"))
        return [state]
    if assumed or endless:
        state.block = _held(state, node)
        state.perhaps = state.perhaps or not endless
        machine.parked.append((loop.entry, state))
        return []
    return [state]


def _maybe_holds(machine: Machine, state: State, node: object, loop: Loop, condition: object) -> None:
    holding = state.copy()
    holding.push("while", node, 0, loop)
    holding.push("seq", condition)
    holding.block = _held(holding, node)
    holding.candidate, holding.perhaps = None, True
    state.candidate = holding


def over_words(machine: Machine, state: State, node: sh.For) -> list[State]:
    """``for`` and ``select``."""
    if node.selects:
        state.done(0)
        return [state]
    if refusals.bad_substitution(machine, state, node.words or ()):
        return [state]
    items = tuple(state.parameters if node.words is None else machine.expand(state, node.words))
    if node.redirects:
        state.push("within", label="redirected")
    state.push("within", label="loop")
    state.push("for", node, 0, items)
    state.done(0)
    return [state]


def iterate(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The next turn of ``for``."""
    node, items = frame.node, frame.data
    assert isinstance(node, sh.For) and isinstance(items, tuple)
    state.pop()
    if frame.index < len(items):
        state.variables[node.name] = items[frame.index].value
        state.push("for", node, frame.index + 1, items)
        state.push("seq", node.body)
    return [state]


def arithmetic(machine: Machine, state: State, node: sh.ArithmeticFor) -> list[State]:
    """``for ((a; b; c))``."""
    pieces = node.expression.split(";")
    if len(pieces) == 3 and not pieces[1].strip():
        return _repeat(machine, state, node, sh.Block(node.text, ()), node.redirects)
    return within(state, "loop", node.body, node.redirects)


def _constant(state: State, condition: object) -> bool:
    """Whether a loop's condition is always the same: ``true``, ``:``, ``[ 1 ]``, ``sleep 5``, or none. A function, and what reads on in something, is not."""
    if not isinstance(condition, sh.Block):
        return False
    for command in condition.commands:
        if not isinstance(command, sh.Simple) or any(word.literal is None for word in command.words):
            return False
        first = command.words[0].literal if command.words else None
        if first in CHANGING or first in state.functions:
            return False
    return True


def _held(state: State, node: object) -> Block:
    """What holds a shell in an endless loop."""
    text = node.text  # type: ignore[attr-defined] # loops have a text
    around, calls = simple.place(state)
    command = Command(text, text, (clip(text.value.split("\n")[0]),), True, calls, around)
    return Block("loop", command)
