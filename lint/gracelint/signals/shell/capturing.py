"""Command substitutions: the shell reads what they write, and goes on where nobody is left who could write more.

A substitution that starts jobs is followed as the child shell that it is: a job that is left behind with the pipe as its output holds the shell for as long as it runs; one whose output leads elsewhere
is an orphan. Of other substitutions it is asked only whether a program in them runs until it is told to stop. Servers are asked for their version or their settings in this way, by options of which the
catalogue need not know: one that is given an option is not known to stay.

Once a signal has come, those are followed that start jobs, take time, or tell others to stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...image.model import Argument
from ...parsers.shell import model as sh
from ...parsers.shell.walk import walk
from ...records import replace
from ...regexes import regex
from . import builtins, children, endings, expansions, external, filesystem, substitution
from .parts import Block, Ended
from .values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...source import Text
    from ..process import Process
    from .children import Forked
    from .interpreter import Frame
    from .machine import Machine
    from .outcome import Command
    from .parts import JobState
    from .state import State
    from .values import Field

# What asks a server for something, so that it ends.
QUESTION = regex(
    r"-[vVhHtTMLlSqs?]+\Z|-{0,2}(version|help|usage|config|check|print|show|list|test|dump|validate|verify|health|verbose)"
)


def captured(machine: Machine, state: State, command: object, number: int = 0) -> list[State]:
    """The ways on behind the substitutions of a command, from this one on; those with a block wait for what one of them has left behind, and come back for the next."""
    ways = [state]
    if machine.forking >= children.DEEPEST:
        return ways
    found = expansions.of(machine, state, command)
    for at in range(number, len(found)):
        ways = [
            following
            for each in ways
            for following in ([each] if each.block or each.ended else _one(machine, each, command, at, found[at]))
        ]
    return ways


def _one(machine: Machine, state: State, command: object, at: int, found: expansions.Substitution) -> list[State]:
    part = found.part
    starts = _starts_jobs(state, part)
    lasting = not starts and _lasting(machine, state, part)
    if machine.live and not starts and not lasting and not _acts(machine, state, part):
        return [state]
    runs = expansions.runs(machine, state, found)
    if runs is False:
        return [state]
    if starts or lasting or machine.live:
        if runs is None:
            return [_not_known(state, f"whether {part.text.value} runs")]
        return _left_behind(machine, state, command, at, found)
    inner = part.body.commands[0] if len(part.body.commands) == 1 else None
    if isinstance(inner, sh.Simple) and runs and not substitution.computed(machine, state, part):
        return _asked(machine, state, command, at, inner, found)
    return [state]


def _not_known(state: State, reason: str) -> State:
    state.ended = Ended("unknown", reason=reason)
    return state


def _lasting(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether one of several commands in a substitution is a server that is not asked for anything."""
    if len(part.body.commands) == 1 and isinstance(part.body.commands[0], sh.Simple):
        return False
    known = state.shell.lasting.get(id(part))
    if known is None or known[0] is not part:
        known = part, any(isinstance(each, sh.Simple) and _is_server(machine, each) for each in walk(part.body))
        state.shell.lasting[id(part)] = known
    return known[1]


def _is_server(machine: Machine, command: sh.Simple) -> bool:
    words = _literal(command)
    if not words or words[0].value in builtins.TABLE or len(words) < len(command.words):
        return False
    program = machine.context.describe(words)
    return program is not None and program.stays is True and program.kind == "servers"


def _acts(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether something in a substitution takes time, or tells other programs to stop."""
    known = state.shell.acting.get(id(part))
    if known is None or known[0] is not part:
        commands = (each for nodes in _bodies(state, part.body) for each in nodes if isinstance(each, sh.Simple))
        known = part, any(_has_effect(machine, each) for each in commands)
        state.shell.acting[id(part)] = known
    return known[1]


def _has_effect(machine: Machine, command: sh.Simple) -> bool:
    words = _literal(command)
    if not words or words[0].value in builtins.TABLE:
        return bool(words) and words[0].value in ("kill", "wait")
    program = machine.context.describe(words)
    return words[0].value in ("sleep", "pkill", "killall") or (program is not None and program.order is not None)


def _literal(command: sh.Simple) -> tuple[Argument, ...]:
    """The words of a command, those that are expanded left out; none where that is its name."""
    if not command.words or command.words[0].literal is None:
        return ()
    return tuple(Argument(word.literal, word.text) for word in command.words if word.literal is not None)


def _starts_jobs(state: State, part: sh.CommandSubstitution) -> bool:
    """Whether something in a substitution, or in a function that it calls, is put in the background."""
    known = state.shell.starting.get(id(part))
    if known is None or known[0] is not part:
        bodies = _bodies(state, part.body)
        known = part, any(isinstance(each, sh.Background) for nodes in bodies for each in nodes)
        state.shell.starting[id(part)] = known
    return known[1]


def _bodies(state: State, body: object) -> Iterator[tuple[object, ...]]:
    """The nodes of a piece of a script, and of the bodies of the functions that it calls."""
    waiting, seen = [body], set[str]()
    while waiting:
        here = waiting.pop()
        nodes, names = _looked_at(state, here)
        yield nodes
        for name in names:
            if name not in seen and name in state.functions:
                seen.add(name)
                waiting.append(state.functions[name].body)


def _looked_at(state: State, body: object) -> tuple[tuple[object, ...], frozenset[str]]:
    """The nodes of a piece of a script that matter here, and the names of commands in it: gone through once."""
    known = state.shell.nodes.get(id(body))
    if known is None or known[0] is not body:
        nodes = tuple([each for each in walk(body) if isinstance(each, (sh.Simple, sh.Background))])
        names = [each.words[0].literal for each in nodes if isinstance(each, sh.Simple) and each.words]
        known = state.shell.nodes[id(body)] = body, nodes, frozenset(name for name in names if name is not None)
    return known[1], known[2]


def _left_behind(
    machine: Machine, state: State, command: object, at: int, found: expansions.Substitution
) -> list[State]:
    """Follow a substitution as a shell of its own."""
    part = found.part
    body = sh.Subshell(part.text, part.body, ())
    ways = []
    for each, forked in children.apart(state, children.fork(machine, state, body, "subshell", part.text)):
        holding, process = _holding(machine, each, found, forked), forked.alternative.process
        if process is not None and (process.stays or machine.live):
            each.push("captured", command, at, found if machine.live else None, str(process.pid))
            _block(each, forked.command or children.whole(each, part.text, process), (process,))
        elif holding:
            each.push("captured", command, at)
            _block(each, holding[0].command, tuple(job.process for job in holding))
        ways.append(each)
    return ways


def resumed(machine: Machine, state: State, frame: Frame) -> list[State]:
    """What a substitution was waiting for is over: now the jobs that its shell has left (in a stop, where they are not known before), the next substitution, or the command."""
    state.pop()
    found = frame.data
    if isinstance(found, expansions.Substitution):
        part = found.part
        left = machine.host.left(int(frame.label))
        answers = [(process, _holds(state, part.body, process.text, document=found.document)) for process in left]
        if any(answer is None for _, answer in answers):
            return [_not_known(state, f"who keeps open what {part.text.value} reads")]
        holding = tuple(process for process, holds in answers if holds)
        if holding:
            state.push("captured", frame.node, frame.index)
            _block(state, children.whole(state, part.text, holding[0]), holding)
            return [state]
    return machine.begin(state, frame.node, frame.index + 1)


def _block(state: State, command: Command, processes: tuple[Process, ...]) -> None:
    state.block = Block("foreground", command, tuple(process.pid for process in processes), processes)


def _holding(machine: Machine, state: State, found: expansions.Substitution, forked: Forked) -> list[JobState]:
    """The jobs that a substitution has left and that keep it open; the others are orphans of the shell."""
    holding = keeping_open(state, found.part.body, forked.orphans, found.part.text, document=found.document)
    children.adopt(state, replace(forked, orphans=tuple(job for job in forked.orphans if job not in holding)))
    return holding


def keeping_open(
    state: State, body: sh.Block | sh.Command, orphans: Iterable[JobState], reader: Text, *, document: bool = False
) -> list[JobState]:
    """The jobs that have been left behind with the pipe as their output that somebody reads. Where that is not known of one, nothing is known of the shell."""
    holding = []
    for job in orphans:
        daemon = job.process.program is not None and job.process.program.daemonizes  # which gives up what it writes to
        holds = bool(job.process.stays) and not daemon and _holds(state, body, job.text, document=document)
        if holds is None:
            _not_known(state, f"whether `{' '.join(job.process.argv)}` keeps open what {clip(reader.value)} reads")
        elif holds:
            holding.append(job)
    return holding


def _holds(state: State, body: sh.Block | sh.Command, text: Text | None, *, document: bool) -> bool | None:
    """Whether what is started there has what somebody reads as its output, or as another descriptor; None for what another script has started."""
    if text is None:
        return None
    if text.buffer is not body.text.buffer and not any(
        _contains(function.text, text) for function in state.functions.values()
    ):
        return None
    pipe = {"1"}
    for each in _redirects(state, body, text):
        to = each.descriptor or ("0" if each.operator.startswith("<") else "1")
        target = each.target.literal if each.target is not None else None
        both = each.operator in ("&>", "&>>") or (each.operator == ">&" and not (target or "1").isdigit())
        if both and "&>" in state.shell.dialect.syntax.misreads and each.operator != ">&":
            continue
        if both and target != "-":
            pipe -= {"1", "2"}
        elif each.operator in (">&", "<&") and target in pipe:
            pipe.add(to)
        else:
            pipe.discard(to)
    if not pipe and document and state.shell.dialect.documents_are_open:
        return None  # it depends on who reads the document
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


def _asked(
    machine: Machine, state: State, command: object, at: int, inner: sh.Simple, found: expansions.Substitution
) -> list[State]:
    """A program whose output is asked for. One that ended once is not followed again where nothing that it sees has changed."""
    part = found.part
    fields = machine.expand(state, inner.words)
    name = fields[0].value if fields else None
    seen = (
        part.text,
        *(field.value for field in fields),
        filesystem.search(state),
        state.workdir,
        state.ignored,
        "m" in state.options,
    )
    program = name is not None and name not in state.functions and name not in builtins.TABLE
    if program and seen in state.shell.quiet:
        return [state]
    quiet = name not in children.SHELLS and endings.quiet(machine, state, inner)
    if quiet or (program and _ends(machine, state, inner, fields)):
        if program:
            state.shell.quiet.add(seen)
        return [state]
    forks = children.fork(machine, state, inner, "subshell", part.text)
    if program and not any(forked.alternative.stays or forked.orphans for forked in forks):
        state.shell.quiet.add(seen)
        return [state]
    ways = []
    for each, forked in children.apart(state, forks):
        ways.append(each)
        holding, process = _holding(machine, each, found, forked), forked.alternative.process
        if process is None or not process.stays or each.ended:
            if holding:
                each.push("captured", command, at)
                _block(each, holding[0].command, tuple(job.process for job in holding))
            continue
        runner = forked.command or children.whole(each, part.text, process)
        asked = runner.program is not None and runner.program.kind == "servers"
        answers = _answers(runner.argv) if asked else False
        if answers is None:
            _not_known(each, f"whether `{' '.join(runner.argv)}` ends, of which {clip(part.text.value)} is the output")
            continue
        holds = each.copy() if answers else each
        holds.push("captured", command, at)
        _block(holds, runner, (process,))
        if answers:
            holds.candidate, holds.perhaps = None, True
            each.candidate = holds
    return ways


def _answers(argv: tuple[str, ...]) -> bool | None:
    """Whether a server is asked for something, and ends; None where it has options of which that is not known."""
    if any(QUESTION.match(word) for word in argv[1:]):
        return True
    return None if any(word.startswith("-") for word in argv[1:]) else False


def _ends(machine: Machine, state: State, inner: sh.Simple, fields: list[Field]) -> bool:
    """Whether a program ends by itself in every way that it can turn out. False where that takes a shell to tell."""
    if inner.assignments or any(isinstance(part, sh.CommandSubstitution) for part in inner.expansions):
        return False
    pid = machine.context.new_pid()
    ways = machine.context.start(machine, state, fields, external.surroundings(machine, state, pid1=False), pid)
    return not any(way.stays or (way.shell is not None and way.shell.jobs) for way in ways)
