"""Command substitutions: the shell reads what they write, and goes on where nobody is left who could write more.

A substitution that starts jobs is followed as the child shell that it is: a job that is left behind with the pipe as its output holds the shell for as long as it runs; one whose output leads elsewhere
is an orphan. Of other substitutions it is asked only whether their program may run until it is told to stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from ...parsers.shell.walk import walk
from ...records import replace
from . import builtins, children, endings, filesystem, simple, substitution
from .state import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...source import Text
    from .machine import Machine
    from .state import JobState, State
    from .values import Field


def captured(machine: Machine, state: State, node: sh.Simple) -> list[State]:
    """The ways on behind the substitutions of a command; those with a block wait for what one of them has left behind."""
    if not node.expansions or machine.live or machine.forking >= children.DEEPEST:
        return [state]
    for part in node.expansions:
        if not isinstance(part, sh.CommandSubstitution):
            continue
        if _starts_jobs(state, part):
            return _left_behind(machine, state, part)
        inner = part.body.commands[0] if len(part.body.commands) == 1 else None
        if isinstance(inner, sh.Simple) and not substitution.computed(machine, state, part):
            _asked(machine, state, inner, part.text)
    return [state]


def _starts_jobs(state: State, part: sh.CommandSubstitution) -> bool:
    """Whether something in a substitution, or in a function that it calls, is put in the background."""
    known = state.shell.starting.get(id(part))
    if known is None or known[0] is not part:
        known = part, any(isinstance(each, sh.Background) for body in _bodies(state, part.body) for each in walk(body))
        state.shell.starting[id(part)] = known
    return known[1]


def _bodies(state: State, body: object) -> Iterator[object]:
    """A piece of a script, and the bodies of the functions that it calls."""
    waiting, seen = [body], set[str]()
    while waiting:
        here = waiting.pop()
        yield here
        for name in {each.words[0].literal for each in walk(here) if isinstance(each, sh.Simple) and each.words}:
            if name is not None and name not in seen and name in state.functions:
                seen.add(name)
                waiting.append(state.functions[name].body)


def _left_behind(machine: Machine, state: State, part: sh.CommandSubstitution) -> list[State]:
    body = sh.Subshell(part.text, part.body, ())
    ways = []
    for each, forked in children.apart(state, children.fork(machine, state, body, "subshell", part.text)):
        holding = [job for job in forked.orphans if job.process.stays and _holds(state, part, job)]
        children.adopt(each, replace(forked, orphans=tuple(job for job in forked.orphans if job not in holding)))
        process = forked.alternative.process
        if process is not None and process.stays:
            command = forked.command or children.whole(each, part.text, process)
            each.block = Block("foreground", command, (process.pid,), (process,))
        elif holding:
            pids, processes = tuple(job.pid for job in holding), tuple(job.process for job in holding)
            each.block = Block("foreground", holding[0].command, pids, processes)
        ways.append(each)
    return ways


def _holds(state: State, part: sh.CommandSubstitution, job: JobState) -> bool:
    """Whether a job's output, or what else it may write to, is what the substitution reads."""
    pipe = {"1"}
    for each in _redirects(state, part.body, job.text):
        to = each.descriptor or ("0" if each.operator.startswith("<") else "1")
        target = each.target.literal if each.target is not None else None
        both = each.operator in ("&>", "&>>") or (each.operator == ">&" and not (target or "1").isdigit())
        if both and "&>" in state.shell.dialect.misreads and each.operator != ">&":
            continue
        if both and target != "-":
            pipe -= {"1", "2"}
        elif each.operator in (">&", "<&") and target in pipe:
            pipe.add(to)
        else:
            pipe.discard(to)
    return bool(pipe)


def _redirects(state: State, body: object, text: Text) -> Iterator[sh.Redirect]:
    """The redirections that hold for a job: those of the commands around it, of an ``exec`` before it, and of the calls of functions that start it."""
    for each in walk(body):
        redirects: tuple[sh.Redirect, ...] = getattr(each, "redirects", ())
        if isinstance(each, sh.Simple) and each.words:
            function = state.functions.get(each.words[0].literal or "")
            if function is not None and _contains(function.text, text):
                yield from redirects
                if not _contains(function.text, each.text):
                    yield from _redirects(state, function.body, text)
                continue
            if each.words[0].literal == "exec" and len(each.words) == 1 and each.text.end <= text.start:
                yield from redirects
                continue
        if redirects and (_contains(each.text, text) or _contains(text, each.text)):
            yield from redirects


def _contains(outer: Text, inner: Text) -> bool:
    return outer.buffer is inner.buffer and outer.start <= inner.start and inner.end <= outer.end


def _asked(machine: Machine, state: State, inner: sh.Simple, text: Text) -> None:
    """A program whose output is asked for. One that ended once is not followed again where nothing that it sees has changed."""
    fields = machine.expand(state, inner.words)
    name = fields[0].value if fields else None
    seen = (
        text,
        *(field.value for field in fields),
        filesystem.search(state),
        state.workdir,
        state.ignored,
        "m" in state.options,
    )
    program = name is not None and name not in state.functions and name not in builtins.TABLE
    if program and seen in state.shell.quiet:
        return
    if endings.quiet(machine, state, inner) or (program and _ends(machine, state, inner, fields)):
        if program:
            state.shell.quiet.add(seen)
        return
    quiet = True
    for forked in children.fork(machine, state, inner, "subshell", text):
        process = forked.alternative.process
        if process is not None and process.stays:
            quiet = False
            children.adopt(state, forked)
            holding = state.copy()
            command = forked.command or children.whole(state, text, process)
            holding.block = Block("foreground", command, (process.pid,), (process,))
            holding.candidate, holding.perhaps = None, True
            state.candidate = holding
    if program and quiet:
        state.shell.quiet.add(seen)


def _ends(machine: Machine, state: State, inner: sh.Simple, fields: list[Field]) -> bool:
    """Whether a program ends by itself in every way that it can turn out. False where that takes a shell to tell."""
    if inner.assignments or any(isinstance(part, sh.CommandSubstitution) for part in inner.expansions):
        return False
    pid = machine.context.new_pid()
    ways = machine.context.start(machine, state, fields, simple.surroundings(machine, state, pid1=False), pid)
    return not any(way.stays for way in ways)
