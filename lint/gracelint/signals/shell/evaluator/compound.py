"""Compound commands without loops: lists, groups, ``if``, ``case``, pipelines, functions, ``[[`` and ``((``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ...process import Bound
from ..conditions import double_brackets, single_brackets
from ..expansion import reckoning
from ..jobs import pipelines
from ..model.aside import Aside
from ..model.parts import Truth
from . import refusals

if TYPE_CHECKING:
    from ..model.outcome import Around
    from ..model.state import State
    from ..model.values import Value
    from .interpreter import Frame
    from .machine import Machine

MOST_ARMS = 32
WORD = regex(r"\S+")
ASSIGNMENT = regex(r"\s*[A-Za-z_]\w*=[^\s;&|()<>]*\s*\Z")


def block(machine: Machine, state: State, node: sh.Block) -> list[State]:
    """A block by itself."""
    state.push("seq", node)
    return [state]


def within(state: State, label: Around, body: object, redirects: object = ()) -> list[State]:
    """Go into a body, and remember in what construct it stands."""
    if redirects:
        state.push("within", label="redirected")
    state.push("within", label=label)
    state.push("seq", body)
    return [state]


def group(machine: Machine, state: State, node: sh.Group) -> list[State]:
    """``{ … }``. Around one subshell, dash and ash read no braces: the redirections behind them are the subshell's (``parse_command`` in their parsers)."""
    if node.redirects and state.shell.dialect.exec.merges_background and _is_subshell(node):
        state.push("within", label="redirection")
        return within(state, "group", node.body)
    return within(state, "group", node.body, node.redirects)


def _is_subshell(node: sh.Group) -> bool:
    """Whether there is one subshell in the braces, and nothing else, be it in more braces."""
    commands = node.body.commands
    inner = commands[0] if len(commands) == 1 else None
    return isinstance(inner, sh.Subshell) or (isinstance(inner, sh.Group) and _is_subshell(inner))


def pipeline(machine: Machine, state: State, node: sh.Pipeline) -> list[State]:
    """``! a``, ``time a``, ``a | b``."""
    if node.timed and "time" in state.shell.dialect.syntax.misreads:
        return _timed_by_a_program(machine, state, node)
    if node.negated:
        state.push("not")
    if node.timed:
        state.push("within", label="time")
    if len(node.commands) == 1:
        return machine.enter(state, node.commands[0])
    return pipelines.pipeline(machine, state, node)


def _timed_by_a_program(machine: Machine, state: State, node: sh.Pipeline) -> list[State]:
    """``time app`` where ``time`` is a program, which an image seldom has, unless its tools are BusyBox's."""
    first = node.commands[0]
    before = WORD.finditer(node.text.value[: first.text.start - node.text.start])
    texts = [node.text.cut(*found.span()) for found in before if found.group() != "!"]
    if not isinstance(first, sh.Simple):
        return [machine.leave(state, 2, f"{state.shell.dialect.family} has no word time, and cannot read what follows")]
    program = [sh.Word(text, (sh.LiteralText(text, text, False),)) for text in texts]
    timed = replace(first, words=(*program, *first.words))
    alone = len(node.commands) == 1 and not node.negated
    rest = timed if alone else replace(node, commands=(timed, *node.commands[1:]), timed=False)
    applet = state.shell.dialect.kill.is_applet
    state.done(None, Truth(None, applet, "time is installed", "time is not installed"))
    result: list[State] = []
    for each, there in machine.split(state):
        if there:
            result.extend(machine.choose(each, rest, one_of_several=True))
        else:
            result.extend(machine.finished(each, 1 if node.negated else 127))
    return result


def invert(machine: Machine, state: State, frame: Frame) -> list[State]:
    """``!`` and its pipeline is over."""
    state.pop()
    if state.status is not None:
        state.done(int(state.status == 0))
    elif state.truth is not None:
        state.truth = state.truth.negated()
    return [state]


def and_or(machine: Machine, state: State, node: sh.Command) -> list[State]:
    """``a && b || c``: the leftmost first."""
    while isinstance(node, sh.AndOr):
        state.push("andor", node)
        node = node.left
    return machine.enter(state, node)


def and_or_right(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The left side of ``&&`` or ``||`` is over."""
    node = frame.node
    assert isinstance(node, sh.AndOr)
    result: list[State] = []
    state.pop()
    ways = machine.split(state)
    for each, success in ways:
        if success is (node.operator == "&&"):
            each.push("within", label="and-or")
            result.extend(machine.choose(each, node.right, one_of_several=len(ways) > 1))
        else:
            result.append(each)
    return result


def branching(machine: Machine, state: State, node: sh.If) -> list[State]:
    """``if``: its first condition."""
    if node.redirects:
        state.push("within", label="redirected")
    state.push("if", node)
    state.push("seq", node.branches[0].condition)
    return [state]


def branch(machine: Machine, state: State, frame: Frame) -> list[State]:
    """A condition of ``if`` is over."""
    node = frame.node
    assert isinstance(node, sh.If)
    result: list[State] = []
    state.pop()
    for each, holds in machine.split(state):
        if holds:
            within(each, "condition", node.branches[frame.index].body)
        elif frame.index + 1 < len(node.branches):
            each.push("if", node, frame.index + 1)
            each.push("seq", node.branches[frame.index + 1].condition)
        elif node.otherwise is not None:
            within(each, "condition", node.otherwise)
        else:
            each.done(0)
        result.append(each)
    return result


def case(machine: Machine, state: State, node: sh.Case) -> list[State]:
    """``case``."""
    if refusals.bad_substitution(machine, state, (node.subject,)):
        return [state]
    subject = machine.value(state, node.subject)
    if node.redirects:
        state.push("within", label="redirected")
    ways: list[State] = []
    open_state: State | None = state
    for number in range(len(node.arms)):
        machine.budget.spend()
        if open_state is None:
            break
        if len(ways) > MOST_ARMS or machine.budget.steps < 0:
            open_state.give_up(Bound("a case has too many arms to follow"))
            return [*ways, open_state]
        open_state = _arm_taken(machine, open_state, node, number, subject, ways)
    if open_state is not None:
        open_state.done(0)
        ways.append(open_state)
    return ways


def _arm_taken(
    machine: Machine, state: State, node: sh.Case, number: int, subject: Value, ways: list[State]
) -> State | None:
    """Add the ways on which an arm is taken; the one on which it is not."""
    rest: State | None = state
    for word in node.arms[number].patterns:
        if rest is None:
            return None
        truth = double_brackets.matching(machine, rest, subject, word)
        if truth.value is False:
            continue
        rest.done(None, truth)
        outcomes = machine.split(rest)
        rest = next((each for each, holds in outcomes if not holds), None)
        for each, holds in outcomes:
            if holds:
                _arm(machine, each, node, number)
                ways.append(each)
    return rest


def _arm(machine: Machine, state: State, node: sh.Case, number: int) -> None:
    """Push an arm's body, and those it falls through to."""
    bodies = [node.arms[number].body]
    while node.arms[number].terminator == ";&" and number + 1 < len(node.arms):
        number += 1
        bodies.append(node.arms[number].body)
    state.done(0)
    if node.arms[number].terminator == ";;&" and number + 1 < len(node.arms):
        others = replace(node, arms=node.arms[number + 1 :], redirects=())  # those behind are asked as well
        state.push("seq", sh.Block(node.text, (others,)))
    for body in reversed(bodies):
        state.push("within", label="condition")
        state.push("seq", body)


def function(machine: Machine, state: State, node: sh.Function) -> list[State]:
    """``f() { … }``."""
    if node.text.value.startswith("function") and "function" in state.shell.dialect.syntax.misreads:
        return refusals.as_commands(machine, state, node)
    state.functions = {**state.functions, node.name: node}
    state.done(0)
    return [state]


def conditional(machine: Machine, state: State, node: sh.Conditional) -> list[State]:
    """``[[ … ]]``."""
    if _refused(machine, state, node.expression):
        return [state]
    if "[[" in state.shell.dialect.syntax.misreads:
        return machine.finished(state, 127)  # no command of that name
    return machine.decided(state, double_brackets.double(machine, state, node.expression))


def _refused(machine: Machine, state: State, condition: sh.Condition, depth: int = 0) -> bool:
    """Whether the shell gives up at a word of ``[[``. bash expands what is behind ``&&`` and ``||`` only where it is asked (manual,
    Conditional Constructs), busybox all words (measured)."""
    if depth > single_brackets.DEEPEST:
        return False
    if isinstance(condition, sh.Not):
        return _refused(machine, state, condition.operand, depth + 1)
    if not isinstance(condition, sh.Both):
        words = (condition.operand,) if isinstance(condition, sh.Unary) else (condition.left, condition.right)
        return refusals.bad_substitution(machine, state, words)
    if _refused(machine, state, condition.left, depth + 1):
        return True
    if "splits" in state.shell.dialect.syntax.misreads:
        return _refused(machine, state, condition.right, depth + 1)
    with Aside(state):
        left = double_brackets.double(machine, state, condition.left, depth + 1).value
    if left is (condition.operator == "||"):
        return False
    if left is not None:
        return _refused(machine, state, condition.right, depth + 1)
    if not _refused(machine, state.copy(), condition.right, depth + 1):
        return False
    state.give_up(f"whether {condition.right.text.value} is asked, at which the shell would give up")
    return True


def arithmetic(machine: Machine, state: State, node: sh.ArithmeticCommand) -> list[State]:
    """``(( … ))``."""
    if "((" in state.shell.dialect.syntax.misreads:
        # A subshell in a subshell, with a command that nobody knows, unless it is an assignment.
        return machine.finished(state, 0 if ASSIGNMENT.match(node.expression) else 127)
    return machine.decided(state, reckoning.truth(machine, state, node.expression, node.text))


def unreadable(machine: Machine, state: State, node: sh.Unreadable) -> list[State]:
    """From here on the script could not be parsed."""
    line = node.text.span.first.line
    state.give_up(f"line {line} of {state.shell.name} cannot be read: {node.reason}")
    return [state]
