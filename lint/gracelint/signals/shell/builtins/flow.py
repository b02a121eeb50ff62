"""Builtins that change where a script goes on: ``.``, ``eval``, ``return``, ``break``, ``continue``, ``exit``."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from ....image import paths
from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....records import replace
from ....regexes import regex
from ...launch.scripts import LONGEST_SCRIPT, hands_on
from ...process import Bound
from ..evaluator import commands, scopes
from ..files import changes, filesystem, inputs
from ..jobs import held
from ..loops import leaving
from ..model.parts import Scope, Truth
from ..model.values import Unknown, clip, default, join
from ..model.values import name as called
from ..substitution import printed

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

MOST_LEVELS = 50
# A variable of which the name is not known: `eval "value=\\$$name"`, `eval "value=\\${$name}"`.
_NAMES_A_VARIABLE = regex(r"\$\{?[!#]?[$`]")
NUMBER = regex(r"[ \t]*[-+]?[0-9]{1,18}[ \t]*\Z")


def source(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``.`` and ``source``."""
    path = default(fields[1].value) if len(fields) > 1 else None
    shell = state.shell.dialect
    if path and "/" not in path and not shell.source.here:
        # Packages put programs on PATH, not files to be read: what the image is not known to have there, is not there.
        found = filesystem.locate(machine, state, path)
        path = found or _beside(machine, state, path)
        if path is None:
            return _not_there(machine, state, node, fields)
    descriptor = paths.descriptor(path) if path else None
    given = inputs.of_command(machine, state, node, descriptor) if descriptor is not None else None
    if given is not None:
        if given.rest is None:
            state.give_up(f"what is behind {path}, which is read as a script")
            return [state]
        text: Text | None = machine.context.joined(given.rest, node.text)
        inputs.advance(state, given, None)
    else:
        text = filesystem.file(machine, state, path, node.text) if path else None
    where = filesystem.located(path, state.workdir) if path else None
    if where is not None and filesystem.standing(machine, state, where) == "folder":
        return machine.finished(state, 0 if shell.source.folders else 1)
    part = node.words[1].sole if len(node.words) > 1 else None
    if isinstance(part, sh.ProcessSubstitution):
        output = printed.output(machine, state, part.body.commands)
        text = machine.context.joined(output, node.text) if isinstance(output, str) else None
        feeders = held.beside(machine, state, node) if text is None else []
        if feeders:
            state.give_up(f"what `{' '.join(feeders[-1].argv)}` writes, which is read as a script")
            return [state]
    if text is None and path and hands_on(machine.context.image, path):
        text = machine.context.joined(f'exec {shlex.quote(path)} "$@"', node.text)
    if text is None:
        return _unread(machine, state, node, fields, path)
    if len(text) > LONGEST_SCRIPT:
        state.give_up(Bound(f"{path} is longer than {LONGEST_SCRIPT:,} characters, and is not read"))
        return [state]
    if _depth(state) > 40:
        state.give_up(Bound(f"{path} reads itself too deeply to follow"))
        return [state]
    own = len(fields) > 2 and shell.source.arguments
    # Without arguments, what the file does to the positional parameters lasts.
    state.scopes = (*state.scopes, Scope(state.parameters if own else None, {}))
    if own:
        state.parameters = tuple(fields[2:])
    state.push(
        "call", sys.intern(path) if path else None, data=node.text, label="source"
    )  # a frame is known by identities
    state.push("seq", machine.context.parse(text, file=True).body)
    return [state]


def _beside(machine: Machine, state: State, name: str) -> str | None:
    """The file of this name in the working folder, where the shell looks there behind PATH: BusyBox's does if it is built so (ASH_BASH_SOURCE_CURDIR),
    as Alpine's is (main/busybox/busyboxconfig of its aports, from 3.8 on), and not the official image of BusyBox, nor Debian's package."""
    image = machine.context.image.base.reference.rpartition("/")[2]
    if state.shell.dialect.family != "ash" or image.partition(":")[0].partition("@")[0] == "busybox":
        return None
    where = filesystem.located(name, state.workdir)
    return where if where is not None and filesystem.standing(machine, state, where) == "file" else None


def _not_there(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """The file is not there: for dash and ash that is the end, as it is of any special builtin that fails."""
    shell = state.shell.dialect
    if shell.source.here or node.words[0].literal == "command":  # which takes from `.` that it ends the shell
        return machine.finished(state, shell.source.absent_status)
    shown = fields[1].shown
    failed = f"{shown}, which {fields[0].shown} reads, is not {'there' if '/' in shown else 'on PATH'}, and {shell.family} gives up"
    return [machine.leave(state, 2, failed)]


def _unread(machine: Machine, state: State, node: sh.Simple, fields: list[Field], path: str | None) -> list[State]:
    """A file of which nothing is known. Where nothing puts it into the image, somebody may mount it, or a program may have made it, and
    where that is not done, a shell that gives up has ended."""
    shown = fields[1].shown if len(fields) > 1 else "?"
    named = called(fields[1].value) if len(fields) > 1 else ""
    perhaps = filesystem.perhaps_there(machine, state, path, named) if path is not None else True
    if perhaps is False:
        return _not_there(machine, state, node, fields)
    # What only somebody mounts is taken to set nothing, as is what only a user sets.
    where = filesystem.located(path, state.workdir) if path is not None else None
    stands = where is not None and (
        filesystem.standing(machine, state, where) == "file"
        or changes.has_made(state.made, where) is True
        or filesystem.was_given(state, where)
    )
    known = state.status, state.truth
    ways = [(state, True)]
    matters = not state.shell.dialect.source.here or ("e" in state.options and not state.tested) or machine.live
    there = Truth(None, None, f"{named} exists", f"{named} does not exist")
    if perhaps is None and matters:
        state.done(None, there)
        ways = machine.split(state)
    result: list[State] = []
    gives_up = False
    for each, is_there in reversed(ways):
        each.status, each.truth = known
        if not is_there:
            result = _not_there(machine, each, node, fields)
            gives_up = all(following.ended is not None for following in result)
            for following in result:
                if following.ended is not None:
                    following.ended = replace(following.ended, failed=None)  # by somebody who did not mount it
            continue
        each.note("reasons", f"the file {shown}, read with {fields[0].shown}, is not known")
        each.note("unread", shown)
        each.unread = each.unread or stands
        if gives_up:
            each.required = (*each.required, there.yes)
        unsure = perhaps is None and not matters  # then only who looks at the status is told
        result = [*machine.finished(each, None if unsure else 0, there), *result]
    return result


def evaluate(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``eval``."""
    value = join(field.value for field in fields[1:])
    known = default(value)
    if known is None and isinstance(value, Unknown) and _tells_what_runs(machine, value.name, node):
        known = value.name
    if known is None:
        words = value.name if isinstance(value, Unknown) else value
        state.note("reasons", f"eval of {clip(words)} is not known")
        state.note("before", replace(commands.describe(state, node, fields[1:], 1), argv=tuple(words.split())))
        state.candidate = None  # what stands in front of it was meant to end
        state.unread = state.restless = True  # it may set what it likes, and start what makes files
        changes.doubt(state)
        return machine.undecided(state, " ".join(field.shown for field in fields))
    if _depth(state) > 40:
        state.give_up(Bound("eval is nested too deeply to follow"))
        return [state]
    if not known.strip():
        return machine.finished(state, 0)
    text = machine.context.joined(known, node.text)
    state.push("eval", data=node.text)
    state.push("seq", machine.context.parse(text, file=False).body)
    return [state]


def _tells_what_runs(machine: Machine, name: str, node: sh.Simple) -> bool:
    """Whether a text of which pieces are not known still tells the programs that it runs (``eval "nginx $OPTIONS"``): it is read by the
    pieces' names, as a command string is."""
    if _NAMES_A_VARIABLE.search(name):
        return False
    script = machine.context.parse(machine.context.joined(name, node.text), file=False)
    first = [part.words[0].literal for part in walk(script.body) if isinstance(part, sh.Simple) and part.words]
    return not script.problems and all(word is not None and "=" not in word for word in first)


def _depth(state: State) -> int:
    count, frame = 0, state.stack
    while frame is not None:
        count += frame.kind in ("call", "eval", "trap")
        frame = frame.parent
    return count


def give_back(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``return``: also from the function, or the file, that a trap has interrupted. Elsewhere in a trap, as in a script, bash does not know
    it, and goes on behind it."""
    status = _status(state, fields)
    truth = state.truth
    leave = state.shell.dialect.leave
    if status not in (0, None) and "e" in state.options and not state.tested and leave.return_counts:
        return [machine.leave(state, status)]  # in a trap, though its function be looked at
    if not scopes.unwind(machine, state, lambda frame: frame.kind == "call"):
        if not leave.return_anywhere and not state.enclosed:
            return machine.finished(state, 2)
        return [machine.leave(state, status)]
    return machine.finished(state, status, truth)


def leave_loop(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``break`` and ``continue``."""
    asked = _status(state, fields) if len(fields) > 1 else 1
    levels = 1 if asked is None else min(asked, MOST_LEVELS) if asked > 0 else MOST_LEVELS
    wrong = asked is not None and asked <= 0  # only bash comes here, and leaves them all
    breaks = fields[0].value == "break" or wrong
    own = state.shell.dialect.functions_keep_loops
    for level in range(levels):
        if not scopes.unwind(machine, state, lambda frame: frame.kind in ("while", "for"), within_call=own):
            return machine.finished(state, int(wrong and level > 0))
        frame = state.stack
        assert frame is not None
        if breaks or level + 1 < levels:
            state.pop()
            state.rounds = getattr(frame.data, "entry", None) or getattr(frame.data, "turns", None)
            leaving.unwound(machine, state, frame)
    return machine.finished(state, 0)


def leave_shell(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``exit``."""
    if len(fields) == 1 and state.shell.dialect.leave.status_before_trap:
        state.status, state.truth = _before_trap(state)
    status = _status(state, fields)
    if status is not None:
        state.done(status & 255)
    return [machine.leave(state, state.status)]


def _before_trap(state: State) -> tuple[int | None, Truth | None]:
    """What ``exit`` without a number leaves with: in a trap, the status of what that has interrupted (POSIX; bash takes the trap's own last
    command), or the outermost of several (`savestatus` in the sources of dash and BusyBox; measured)."""
    found, frame = (state.status, state.truth), state.stack
    while frame is not None:
        found = frame.data if frame.kind == "trap" else found
        frame = frame.parent
    return found


def _status(state: State, fields: list[Field]) -> int | None:
    """The status that ``exit`` and ``return`` are given; where none is, the last command's. One that is no number is 2 (`misuse`)."""
    words = [field for field in fields[1:] if field.value != "--"]
    if not words:
        return state.status
    known = default(words[0].value)
    if known is None:
        return None
    number = int(known) if NUMBER.match(known) else 2
    return number if state.shell.dialect.leave.whole_status else number & 255
