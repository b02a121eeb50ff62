"""The commands of a RUN as file operations.

Method: a walk over the shell model with the working folder and the variables known so far. Every command is read with a `Trust`: the build went on, so
the last command of a RUN succeeded, and with it all that stands in front of its ``&&``; with ``set -e`` so did the commands before. What it returns is whether it
succeeded (`gracelint.image.runs.conditions`), on which the commands behind ``&&``, ``||``, ``then`` and ``else`` depend. ``for`` over plain words is unrolled;
``while`` and ``case`` may do what stands in them. Of commands without an entry in `gracelint.image.runs.tools` the paths they name may have
changed (`Opaque`), unless they are known to leave them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import parse_command
from ...parsers.shell.model import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    Background,
    Block,
    Case,
    Conditional,
    Coprocess,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Simple,
    Subshell,
    Unreadable,
    While,
)
from . import rounds
from .actions import Opaque, Target
from .chains import linked
from .conditions import Condition, Trust, all_of, any_of, negation
from .forks import Fork
from .outputs import kept, opened, printed_by
from .simple import read_simple
from .surroundings import Each

if TYPE_CHECKING:
    from ...parsers.shell.model import Command
    from ...source import Text
    from .surroundings import Surroundings

MAX_NESTING = 40
REPEATED = 4
"""How deep a loop may stand that is read a second time."""


def read_commands(block: Block, around: Surroundings, trust: Trust = Trust.GIVEN) -> Condition:
    """Add the operations of a block's commands to ``around``, in order; whether the block succeeded, if it ran."""
    around.depth += 1
    status: Condition = True
    if around.depth <= MAX_NESTING:
        for number, command in enumerate(block.commands, 1):
            status = _read(command, around, trust if number == len(block.commands) else _before_others(trust, around))
            if around.stops and around.heeded and not around.fatal:
                around.left = any_of(around.left, all_of(around.when, negation(around.skipped), negation(status)))
        around.trust = trust
    around.depth -= 1
    return status


def _before_others(trust: Trust, around: Surroundings) -> Trust:
    """The trust in a command that others follow."""
    if around.stops and around.heeded and around.fatal:
        return Trust.WATCHED
    return Trust.OPEN if trust is Trust.OPEN else Trust.EXPECTED


def _read(command: Command, around: Surroundings, trust: Trust) -> Condition:
    if around.workdir is not None:
        around.folders.add(around.workdir)
    if around.ran is False:
        return True
    around.trust = trust
    status = _status(command, around, trust)
    return True if trust.is_given else status


def _status(command: Command, around: Surroundings, trust: Trust) -> Condition:
    """Read a command; whether it succeeded, if it ran."""
    match command:
        case Simple():
            return read_simple(command, around, _script)
        case AndOr():
            return _chain(command, around, trust)
        case Group(body=body) | Subshell(body=body):
            opens = opened(command, around)
            when, around.when = around.when, all_of(around.when, opens)
            status = read_commands(body, around, trust) if isinstance(command, Group) else _apart(body, around, trust)
            around.when = when
            kept(command, printed_by(command, around), around)
            return all_of(opens, status)
        case Pipeline():
            return _pipeline(command, around, trust)
        case For(words=words) if words is not None:
            return _loop(command, around, trust)
        case If():
            return _if(command, around, trust)
        case Function(name=name, body=body):
            around.names.discard(name)
            _perhaps(Block(command.text, (body,)), around)
            return True
        case While(condition=condition, body=body):
            _rounds(Block(command.text, (*condition.commands, *body.commands)), around)
        case Case(arms=arms):
            for arm in arms:
                _perhaps(arm.body, around, trust)
        case Background(command=inner):
            _perhaps(Block(command.text, (inner,)), around)
            return True
        case For(body=body) | ArithmeticFor(body=body):
            _rounds(body, around)
        case Coprocess(command=inner):
            _perhaps(Block(command.text, (inner,)), around)
        case Unreadable():
            around.names.add("(unreadable)")
            around.add(Opaque((Target(None, command.text.value),), "RUN"), command.text)
        case Conditional() | ArithmeticCommand():
            return None
    return trust.otherwise


# --- what depends on what came before ------------------------------------------------------------------------------


def _chain(command: AndOr, around: Surroundings, trust: Trust) -> Condition:
    """``a && b || c``."""
    heeded, fork = around.heeded, Fork(around)
    links = linked(command, trust, around.fatal)
    status: Condition = True
    for number, link in enumerate(links, 1):
        around.heeded = heeded and number == len(links)  # `set -e` looks at the last one only
        if link.operator == "||":
            fork.settle()
        with fork.taken(negation(status) if link.operator == "||" else status):
            own = _read(link.command, around, link.trust)
        status = any_of(status, own) if link.operator == "||" else all_of(status, own)
        if link.trust is Trust.GIVEN:
            status = True
    fork.settle()
    around.heeded = heeded
    return status


def _if(command: If, around: Surroundings, trust: Trust) -> Condition:
    fork, heeded = Fork(around), around.heeded
    others: Condition = True
    for branch in command.branches:
        around.heeded = False
        with fork.taken(others):
            status = read_commands(branch.condition, around, Trust.OPEN)
        around.heeded = heeded
        with fork.taken(all_of(others, status)):
            read_commands(branch.body, around, trust)
        fork.settle()
        others = all_of(others, negation(status))
    if command.otherwise is not None:
        with fork.taken(others):
            read_commands(command.otherwise, around, trust)
        fork.settle()
    return trust.otherwise


def _perhaps(block: Block, around: Surroundings, trust: Trust = Trust.EXPECTED) -> None:
    """Commands that may run."""
    fork = Fork(around)
    with fork.taken(None):
        read_commands(block, around, trust)
    fork.settle()


def _rounds(block: Block, around: Surroundings) -> None:
    """Commands that may run any number of times: the second time they find what the first one left. Who leaves them by ``break`` is behind them then."""
    before = around.workdir, dict(around.assigned)
    skipped, broken = around.skipped, around.broken
    _perhaps(block, around)
    if around.depth <= REPEATED and (around.workdir, around.assigned) != before:
        _perhaps(block, around)
    around.skipped, around.broken = skipped, broken


def _loop(command: For, around: Surroundings, trust: Trust) -> Condition:
    """``for`` over words; it succeeded if its last round did."""
    status: Condition = True
    skipped, broken = around.skipped, around.broken
    around.broken = False
    values = rounds.of_for(command, around)
    for number, value in enumerate(values, 1):
        around.assigned[command.name] = value
        if value is None:
            _rounds(command.body, around)
            status = trust.otherwise
        else:
            is_last = number == len(values) and not isinstance(value, Each)
            status = read_commands(command.body, around, trust if is_last else _before_others(trust, around))
            if isinstance(value, Each):
                status = trust.otherwise
        around.skipped = any_of(skipped, around.broken)
    if around.broken is not False:
        status = trust.otherwise
    around.skipped, around.broken = skipped, broken
    return status


# --- what runs in a shell of its own -------------------------------------------------------------------------------


def _apart(block: Block, around: Surroundings, trust: Trust) -> Condition:
    """Commands in a subshell: what they do to files stays, where they went does not."""
    workdir, where, others, assigned = around.workdir, around.where, around.others, dict(around.assigned)
    left, stops, fatal = around.left, around.stops, around.fatal
    around.fatal = fatal and trust.is_given
    status = read_commands(block, around, Trust.GIVEN if trust.is_given else trust)
    if around.left is not left:
        status = trust.otherwise
    around.workdir, around.where, around.others, around.assigned = workdir, where, others, assigned
    around.left, around.stops, around.fatal = left, stops, fatal
    return status


def _script(text: Text, stops: bool | None, around: Surroundings) -> Condition:
    """``sh -c '…'``, perhaps with ``-e``; ``eval '…'`` (None)."""
    if stops is None:
        return read_commands(parse_command(text).body, around, around.trust)
    outside = around.stops, around.heeded
    around.stops, around.heeded = stops, True
    status = _apart(parse_command(text).body, around, around.trust)
    around.stops, around.heeded = outside
    return status


def _pipeline(command: Pipeline, around: Surroundings, trust: Trust) -> Condition:
    """``! a | b``."""
    heeded = around.heeded
    if command.negated:
        around.heeded = False
    status = _piped(command, around, Trust.OPEN if command.negated else trust)
    around.heeded = heeded
    return negation(status) if command.negated else status


def _piped(command: Pipeline, around: Surroundings, trust: Trust) -> Condition:
    """``a | b``: each in a subshell; what the last one writes is known if the first one prints and it only keeps it."""
    *others, last = command.commands
    if not others:
        return _read(last, around, trust)
    for part in others:
        _apart(Block(part.text, (part,)), around, Trust.OPEN if trust is Trust.OPEN else Trust.EXPECTED)
    if isinstance(last, While) and (read := rounds.of_while(others[-1], last, around)) is not None:
        for value in read[1]:
            around.assigned[read[0]] = value
            _apart(last.body, around, trust)
        return trust.otherwise
    if not isinstance(last, Simple) or not last.words:
        return _apart(Block(last.text, (last,)), around, trust)
    content = printed_by(others[0], around) if len(others) == 1 else None
    found = rounds.handed_to_xargs(others, around)
    place, around.trust = (around.workdir, around.where, around.others), trust
    status = read_simple(last, around, _script, content, found)
    around.workdir, around.where, around.others = place
    return status
