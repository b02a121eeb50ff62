"""Loops with a condition: ``while``, ``until``, ``for ((…))``, and when one of them holds the shell (`over_words`: ``for`` and ``select``).

How often a loop goes round is not always known (a condition that nobody knows; words that come of a pattern or of a program's output). Then it is left without a
round, after one, and after a second one that begins with what the first has left, if that has changed anything: what only a second round does
(start another job, set a read-only variable again) is seen, and more rounds are taken to be like the second.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, TypeAlias

from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ...process import Bound
from ..evaluator import commands
from ..evaluator.compound import within
from ..files import inputs
from ..jobs.itself import handling
from ..model.outcome import Command
from ..model.parts import Block
from ..model.values import Unknown, clip
from . import endings, leaving, repeating

if TYPE_CHECKING:
    from ..evaluator.interpreter import Frame
    from ..evaluator.machine import Machine
    from ..model.parts import JobState
    from ..model.state import State

MOST_ITERATIONS = 100
MOST_COUNTED = 20
# What may end a loop whose condition is always true, or reads what may.
_LEAVES = regex(r"\b(?:break|exit|return|exec|kill|eval|source)\b|(?:^|[\s;&|({])\.\s")
CHANGING = frozenset({"getopts", "read", "shift", "wait", "let", "eval", ".", "source"})


Snapshot: TypeAlias = "tuple[tuple[JobState, ...], tuple[object, ...]]"


class Loop:
    """What a loop frame remembers."""

    __slots__ = (
        "again",
        "assumed",
        "before",
        "condition",
        "conditions",
        "count",
        "counts",
        "default",
        "entry",
        "settled",
        "unclaimed",
    )

    def __init__(self, state: State, node: sh.While | sh.ArithmeticFor, condition: sh.Block, again: sh.Block) -> None:
        self.condition = condition
        self.again = again
        """What is run in front of a turn behind the first: the condition, and the step of ``for ((…))``."""
        self.entry = object()
        """Which entry into the loop it is."""
        self.count = 0
        """How often it ran."""
        self.counts = False
        """Its condition was known when all assumptions were open again."""
        self.default, self.settled = state.default, state.settled
        """Of the state in front of the loop, as the next two."""
        self.conditions, self.assumed = len(state.conditions), dict(state.assumed)
        self.before: Snapshot = snapshot(state, node)
        """The state at the beginning of the last turn, and the jobs that ``wait -n`` had still to tell of."""
        self.unclaimed = state.unclaimed

    def following(self, state: State, before: Snapshot) -> Loop:
        """The same, behind one more turn."""
        following = copy(self)
        following.count, following.before, following.unclaimed = self.count + 1, before, state.unclaimed
        return following


def conditional(machine: Machine, state: State, node: sh.While) -> list[State]:
    """``while`` and ``until``."""
    return _repeat(state, node, Loop(state, node, node.condition, node.condition))


def _repeat(state: State, node: sh.While | sh.ArithmeticFor, loop: Loop) -> list[State]:
    if node.redirects:
        state.push("within", label="redirected")
    state.push("within", label="loop")
    state.push("while", node, 0, loop)
    state.push("seq", loop.condition)
    return [state]


def turn(machine: Machine, state: State, frame: Frame) -> list[State]:
    """A loop's condition is over, or (``index`` 1) its body."""
    node, loop = frame.node, frame.data
    assert isinstance(node, (sh.While, sh.ArithmeticFor)) and isinstance(loop, Loop)
    state.pop()
    if frame.index:
        return _again(machine, state, node, loop)
    result: list[State] = []
    unknown = state.status is None
    if loop.count == 1 and not unknown and not _constant(state, loop.condition):
        loop = copy(loop)
        loop.counts = True
    for each, success in machine.split(state):
        if success is not getattr(node, "until", False):
            each.push("while", node, 1, loop)
            each.push("seq", node.body)
        else:
            awaited = (unknown or len(each.conditions) > loop.conditions) and leaving.left(machine, each, node, loop)
            if (
                unknown
                and awaited
                and not machine.live
                and not (endings.consumes(node) or endings.runs_out(each, node))
            ):
                _maybe_holds(each, node, loop)
            each.rounds = loop.entry
            if unknown and each.unclaimed and each.shell.dialect.wait.forgets_ended:
                each.doubted = each.unclaimed  # whether it has heard of them in some round, nobody knows
            each.done(0)
        result.append(each)
    return result


def _again(machine: Machine, state: State, node: sh.While | sh.ArithmeticFor, loop: Loop) -> list[State]:
    """The body has run. An iteration that changes nothing goes on for ever; one that rests on an assumption goes on until that changes."""
    before = snapshot(state, node)
    state.push("while", node, 0, loop.following(state, before))
    state.push("seq", loop.again)
    if machine.live:
        if not machine.budget.spend(2):
            state.give_up("a loop that does not end")
        return [state]
    assumed = len(state.conditions) > loop.conditions
    # What counts something may leave by a `break`, also where the condition is always the same.
    stepped = loop.count > 0 or loop.again is loop.condition  # the first turn of `for ((…))` is in front of its step
    same = stepped and (loop.before == before or _only_counts(state, node, loop.before, before))
    same = same and set(loop.unclaimed) <= set(state.unclaimed)
    learned = not loop.count and state.settled != loop.settled  # what the launch decides: the next round begins with it
    endless = same or (
        not learned
        and _constant(state, loop.condition)
        and (
            assumed or (loop.count >= MOST_COUNTED and not _may_leave(state, node)) or _alike(node, loop.before, before)
        )
    )
    if loop.count >= MOST_ITERATIONS and not endless and not assumed:
        state.give_up(Bound("a loop runs too often to follow"))
        return [state]
    if assumed and not endless and loop.count and loop.counts and loop.count < MOST_ITERATIONS:
        return [state]
    if assumed and not endless and (not loop.count or (loop.count < MOST_ITERATIONS and _ends(state, node))):
        state.assumed = dict(loop.assumed)  # open again
        return [state]
    if assumed and loop.entry in machine.escaped and endings.runs_out(state, node):
        return []  # more rounds are like the second, and there is a last one
    if assumed or endless:
        state.block = _held(state, node)
        state.perhaps = state.perhaps or not endless
        machine.parked.append((loop.entry, state, same))
        return []
    return [state]


def _maybe_holds(state: State, node: sh.While | sh.ArithmeticFor, loop: Loop) -> None:
    if handling(state):
        return  # what a trap's action waits for is not what the script is for
    holding = state.copy()
    # What it waits for has not come: of what was assumed when the loop was left, the contrary holds. Where nothing runs, only what may come is
    # waited for, and not in a loop that may give up; and a child that only waits leaves that to the others, who may bring it.
    since = [condition for condition in state.assumed if condition not in loop.assumed]
    beside = not all(job.told for job in state.jobs)
    only_waits = state.pid == state.shell.pid and _LEAVES.search(node.text.value) is None
    if len(since) == 1 if beside else since and only_waits and leaving.comes(state, loop):
        holding.assumed = {**state.assumed, since[-1]: not state.assumed[since[-1]]}
        holding.conditions = state.conditions[: loop.conditions]
    holding.push("while", node, 0, loop)
    holding.push("seq", loop.again)
    holding.block = replace(_held(holding, node), left=state.conditions)
    holding.candidate, holding.perhaps = None, True
    state.candidate = holding


def snapshot(state: State, node: sh.While | sh.For | sh.ArithmeticFor, variable: str = "") -> Snapshot:
    """The jobs that run, and what else a round can change and another one may notice: not the loop's own ``variable``, and of jobs that are over, not which they were."""
    over = {str(job.pid) for job in state.jobs if job.told} | {str(pid) for pid in state.over}
    variables = {
        name: None if held in over and not repeating.reckoned(state, node, name) else held
        for name, held in state.variables.items()
        if name != variable
    }
    made = {
        path: replace(file, content=None)
        if file.content is not None and not over.isdisjoint(file.content.split())
        else file
        for path, file in state.made.items()
    }
    return tuple(job for job in state.jobs if not job.told), (variables, made, state.standing())


def _may_leave(state: State, node: sh.While | sh.ArithmeticFor) -> bool:
    """Whether a later round may be the last one."""
    text = node.text.value
    return (
        "e" in state.options
        or _LEAVES.search(text) is not None
        or any(_LEAVES.search(each.text.value) for each in state.functions.values())
    )


def _alike(node: sh.While | sh.ArithmeticFor, before: Snapshot, now: Snapshot) -> bool:
    """Whether a round has only started more of the jobs that were there, in a loop that does not count them: each further one does the same."""
    (jobs, standing), (more, after) = before, now
    return (
        standing == after
        and "jobs" not in node.text.value
        and {job.text.span for job in jobs} == {job.text.span for job in more}
    )


def _only_counts(state: State, node: sh.While | sh.ArithmeticFor, before: Snapshot, now: Snapshot) -> bool:
    """Whether a round has changed nothing but variables that it counts: after that nobody knows how far."""
    (jobs, (variables, *standing)), (more, (held, *after)) = before, now
    if jobs != more or standing != after:
        return False
    names = repeating.counted(state, node, variables, held)  # type: ignore[arg-type]  # a snapshot begins with the variables
    state.variables |= {each: Unknown(f"${each}", nonempty=True) for each in names}
    return bool(names)


def arithmetic(machine: Machine, state: State, node: sh.ArithmeticFor) -> list[State]:
    """``for ((a; b; c))``: a; while b; do …; c; done."""
    pieces = node.expression.split(";")
    if len(pieces) != 3:
        return within(state, "loop", node.body, node.redirects)
    first, condition, step = (_computing(node, piece) for piece in pieces)
    # `continue` leads to the step as well, so that it stands in front of the condition.
    again = sh.Block(node.text, (*step.commands, *condition.commands))
    states = _repeat(state, node, Loop(state, node, condition, again))
    state.push("seq", first)
    return states


def _computing(node: sh.ArithmeticFor, expression: str) -> sh.Block:
    if not expression.strip():
        expression = "1"  # one that is left out is true, whatever the step came to
    return sh.Block(node.text, (sh.ArithmeticCommand(node.text, expression),))


def _constant(state: State, condition: object) -> bool:
    """Whether a loop's condition is always the same: ``true``, ``:``, ``[ 1 ]``, ``((1))``, ``sleep 5``, or none. A function, and what reads on in something, is not."""
    if not isinstance(condition, sh.Block):
        return False
    for command in condition.commands:
        if isinstance(command, sh.ArithmeticCommand) and command.expression.strip().isdecimal():
            continue
        if not isinstance(command, sh.Simple) or any(word.literal is None for word in command.words):
            return False
        first = command.words[0].literal if command.words else None
        if first in CHANGING or first in state.functions:
            return False
    return True


def in_endless(state: State) -> bool:
    """Whether what runs stands in a loop whose condition is always the same, as a script that looks after its services."""
    frame = state.stack
    while frame is not None and frame.kind != "base":
        if (
            frame.kind == "while"
            and frame.index
            and isinstance(frame.data, Loop)
            and _constant(state, frame.data.condition)
        ):
            return True
        frame = frame.parent
    return False


def _ends(state: State, node: object) -> bool:
    """Whether a loop is certain to come to the end of its arguments, or of the lines that it reads, because they are known."""
    if state.inputs and endings.reads(node):
        source = inputs.current(state, inputs.INPUT)
        return source is not None and source.rest is not None
    return not any(field.rest for field in state.parameters) and endings.consumes(node)


def _held(state: State, node: sh.While | sh.ArithmeticFor) -> Block:
    """What holds a shell in an endless loop."""
    text = node.text
    around, calls = commands.place(state)
    command = Command(text, text, (clip(text.value.split("\n")[0]),), True, calls, around)
    return Block("loop", command)
