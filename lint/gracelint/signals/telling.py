"""What was simulated, told in hops and plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .model import Hop, SignalPath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Disposition, How, Reaction, Verdict
    from .process import Alternative, Process
    from .shell.model.outcome import Outcome as ShellOutcome
    from .shell.model.state import State
    from .stop.stopping import Stop
    from .stop.tasks import Task

# Of what is not known, so much is said in a sentence; all of it stands in `missing`.
MOST_REASONS = 3


class Teller:
    """Words for one image's paths."""

    def __init__(self, signal: str, grace: float) -> None:
        self.signal, self.grace = signal, grace

    def unsimulated(self, way: Alternative) -> SignalPath:
        """A way on which nothing runs on, or that no engine can stop with its signal."""
        before: tuple[Hop, ...] = ()
        if way.shell is not None:
            before = (self._past(way.shell, way.shell.shell.argv),)
        over: Literal["ends", "fails"] | None = "fails" if way.failed else "ends" if way.process is None else None
        perhaps = _kept_in_front(way.shell) if over == "ends" and way.shell is not None else ()
        if perhaps:
            return SignalPath(
                "unknown", perhaps[0], way.conditions, before, (), None, (*way.reasons, *perhaps), way.default
            )
        why = {
            "fails": f"the container cannot start: {way.failed}",
            "ends": "the container ends by itself",
            None: "the stop signal is not one that an engine accepts",
        }[over]
        missing = (*way.reasons, why) if over else way.reasons
        return SignalPath("unknown", why, way.conditions, before, (), None, missing, way.default, way.culprit, over)

    def path(
        self, way: Alternative, stop: Stop, verdict: Verdict, reasons: tuple[str, ...], *, ends: bool = False
    ) -> SignalPath:
        """A way with its hops; ``ends``: these are gone before anybody stops them."""
        root, kernel = way.process, stop.run.kernel
        assert root is not None
        main = _main(root)
        hops: list[Hop] = []
        self._add(hops, root, None, stop, main, self.signal)
        before = tuple(
            self._past(past.shell, past.argv) if past.shell is not None else self._wrapper(past)
            for process in _all(root)
            for past in process.before
        )
        gone = kernel.gone_at
        seconds = self.grace if verdict == "killed" else gone if verdict != "unknown" else None
        missing = (*way.reasons, *reasons) if verdict == "unknown" else way.reasons
        why = self._why(verdict, hops, reasons)
        return SignalPath(
            verdict,
            why,
            way.conditions,
            before,
            tuple(hops),
            seconds,
            tuple(dict.fromkeys(missing)),
            default=way.default,
            over="ends" if ends else None,
            leaving=way.leaving,
        )

    def _why(self, verdict: Verdict, hops: list[Hop], reasons: tuple[str, ...]) -> str:
        first = hops[0]
        app = next((hop for hop in hops if hop.application), first)
        name = app.argv[0] if app.argv else "the application"
        if verdict == "graceful":
            return f"{name} gets {self.signal} and stops cleanly before the container is gone"
        if verdict == "killed":
            return f"PID 1 is still there after {self.grace:g} s, and everything is killed: {first.why}"
        if verdict == "abrupt":
            victims = [hop for hop in hops if hop.finishes is False] or [
                hop for hop in hops if hop.at_stake and hop.finishes is None
            ]
            victim = app if app in victims or not victims else victims[0]
            name = victim.argv[0] if victim.argv else name
            if victim.robbed:
                return f"{name} is told, and so are its workers, which die of it with their work"
            if victim.notified and victim.disposition == "terminates":
                return f"{name} is told, and ends at once with its work undone"
            if victim.notified:
                return f"{name} is told, but killed before it has finished"
            if victim.notified is None:
                return f"{name} may not be told, or be killed before it has finished: that is a race"
            return f"the container stops in time, but {name} ends without a chance to clean up"
        more = len(reasons) - MOST_REASONS
        shown = (*reasons[:MOST_REASONS], *([f"and {more} more"] if more > 0 else []))
        return "; ".join(shown) or "not everything on the way is known"

    def _past(self, state: State, argv: tuple[str, ...]) -> Hop:
        from .shell.facts import outcome

        found = outcome(state, None)
        why = f"{argv[0]} runs the script, then makes way for the program"
        return Hop(argv, state.pid == 1, "exec", "unknown", state.shell.source, why, shell=found)

    def _wrapper(self, process: Process) -> Hop:
        why = f"{process.name} makes way for the program behind it"
        return Hop(process.argv, process.pid == 1, process.how, "unknown", process.text, why, program=process.program)

    def _add(
        self,
        hops: list[Hop],
        process: Process,
        parent: int | None,
        simulated: Stop,
        main: Process,
        signal: str,
        adopted: bool = False,
    ) -> None:
        """``signal`` is the one that it is stopped with: the container's own, or what its supervisor makes of that. ``adopted``: a job of the
        shell that its parent was."""
        shells = simulated.run.shells
        task = simulated.run.kernel.tasks[process.pid]
        shell = shells.get(process.pid)
        found = None
        if shell is not None and process.shell is not None:
            from .shell.facts import outcome
            from .shell.live.deeds import deeds

            found = outcome(process.shell, deeds(shell, self.signal))
        signal = signal if signal in task.reacted else next(iter(task.reacted), signal)
        disposition = _disposition(task, found, signal)
        hops.append(
            Hop(
                process.argv,
                process.pid == 1,
                _how(process, parent, hops, adopted=adopted),
                disposition,
                process.text,
                self._hop_why(process, task.reaction(signal), disposition, found, signal),
                parent,
                process is main,
                process.program,
                found,
                simulated.told[process.pid],
                simulated.finished[process.pid] if task.loses else None,
                task.robbed,
                signal if signal in task.reacted else None,
                task.loses,
            )
        )
        index = len(hops) - 1
        for child, of_shell in (*((one, False) for one in process.children), *((one, True) for one in process.adopted)):
            self._add(hops, child, index, simulated, main, _sent(task, child, signal), of_shell)

    def _hop_why(
        self, process: Process, reaction: Reaction | None, disposition: str, found: ShellOutcome | None, signal: str
    ) -> str:
        """What a process did, in words: as it was described in the steady state, though it may have become another one since."""
        name = process.name or "the program"
        if found is not None:
            return self._shell_why(name, process, found, disposition, signal)
        if process.program is None:
            return process.missing[0] if process.missing else f"what {name} does with {signal} is not known"
        if reaction is not None:
            return reaction.why
        if not signal:
            return f"a command of the script has {name} stop"
        if process.pid == 1:
            return f"{name} has no handler for {signal}, and the kernel drops it for PID 1"
        return f"{name} has no handler for {signal}: it ends at once"

    def _shell_why(self, name: str, process: Process, found: ShellOutcome, disposition: str, signal: str) -> str:
        argv = " ".join(found.command.argv) if found.command is not None else "its command"
        holds = {
            "foreground": f"waits for `{argv}`",
            "wait": "stands in wait",
            "loop": "runs in a loop",
        }.get(found.end, "runs on")
        if disposition == "defers":
            return f"{name} {holds}; its trap runs only when that has ended"
        if disposition == "forwards":
            return f"{name} {holds}; its trap passes the signal on"
        if disposition == "handles":
            return f"{name} {holds}; its trap runs"
        if disposition == "terminates":
            return f"{name} {holds} and ends at once on {signal}, without telling its children"
        if process.pid == 1:
            return f"{name} is PID 1, {holds}, and has no trap for {signal}: the signal is dropped"
        return f"{name} {holds} and ignores {signal}"


def _how(process: Process, parent: int | None, hops: list[Hop], *, adopted: bool) -> How:
    if parent is not None and process.how == "fork":
        shell, program = hops[parent].shell, hops[parent].program
        adopted = adopted or (program is not None and program.daemonizes)
        if adopted if shell is None else any(job.pid == process.pid for job in shell.jobs):
            return "background"
    if parent is None and process.before and any(one.shell is not None for one in process.before):
        return "exec"
    return "exec-form" if parent is None and process.how == "fork" else process.how


def _sent(task: Task, child: Process, signal: str) -> str:
    """What a process makes of a signal for its child."""
    reaction = task.reaction(signal)
    rewritten = reaction.signal if reaction is not None and reaction.disposition == "forwards" else None
    return child.stop_signal or rewritten or signal


def _disposition(task: Task, found: ShellOutcome | None, signal: str) -> Disposition:
    """What a process does with a signal: as the simulation saw it, else as the catalogue says."""
    word = task.reacted.get(signal)
    if found is not None:
        stop = found.stop
        if word == "handles" and stop is not None and any(sent.reached for sent in stop.sent):
            return "forwards"
        if word is not None:
            return word
        return "ignores" if task.pid == 1 else "terminates"
    if word is not None and task.process.program is not None:
        return word
    if task.process.program is None:
        return "unknown"
    reaction = task.reaction(signal)
    if reaction is not None:
        return reaction.disposition
    return "ignores" if task.pid == 1 else "terminates"


def _kept_in_front(shell: State) -> tuple[str, ...]:
    """What may have kept one of the daemons in front that a shell which has ended had started: supervisord's configuration, where that is
    not known."""
    programs = (daemon.program for daemon in shell.facts.daemons)
    return tuple(dict.fromkeys(reason for program in programs if program is not None for reason in program.missing))


def _all(process: Process) -> Iterator[Process]:
    """A process and those that it started, as far as they were followed."""
    yield process
    for child in process.children:
        yield from _all(child)


def _main(process: Process) -> Process:
    """The process that the container is for: down the foreground, else the first job that has something to lose."""
    for _ in range(50):
        if not process.children:
            left = [child for child in process.adopted if _loses(child)]
            if not process.helper or not left:
                return process
            process = left[0]
            continue
        shell = process.shell
        if shell is not None:
            held = list(shell.block.children) if shell.block is not None else []
            wanted = [child for child in held if _loses(child)]
            jobs = [child for child in process.children if child not in held and _loses(child)]
            following = [*wanted, *jobs, *held, *process.children]
            process = following[0]
        else:
            process = next(filter(_loses, process.children), process.children[0])
    return process


def _loses(process: Process) -> bool:
    """Whether there is anything in a process tree that has something to lose."""
    return not process.helper or any(_loses(child) for child in process.children)
