"""The way from the first line of a script to its steady state, along every way it can go.

Method: states are stepped one at a time, the deepest first, so that ways that split in a branch come together again behind it; states at the same place
that agree in all that matters become one. A command that runs until told to stop ends the way: that is the steady state. Of commands of which this is not known, the last
one on the way is taken for it if nothing else holds the shell (`State.candidate`).

Bounds: `MOST_WAYS` live states (from `WIDEN` at one place on, in long scripts, those of more than `PRECISE` steps, at once, variables that differ become unknown), and the step budget shared by the whole launch. Hitting one is an outcome of its
own, ``unknown`` with the reason.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from ...records import replace
from ..process import Alternative, Bound, Process, with_before
from . import children, simple
from .children import Forked
from .machine import Machine
from .state import MOST_FACTS, Ended, JobState
from .values import Unknown, default

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence
    from typing import Any

    from ...parsers.shell import model as sh
    from ...source import Text
    from .host import Budget, Context
    from .outcome import Around
    from .state import Block, Frame, State
    from .values import Array, Value

MOST_WAYS = 64
WIDEN = 6
PRECISE = 60
MEETING = frozenset({"seq", "while", "for"})  # frames at which ways become one again
ENDING = frozenset({"SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT", "SIGHUP", "SIGABRT", "SIGSTOP", "SIGUSR1", "SIGUSR2"})


class Startup:
    """The host of a shell that is starting up: nobody sends it signals, and its children do what they do for ever."""

    def __init__(self, context: Context, budget: Budget) -> None:
        self.context, self.budget = context, budget

    def machine(self, forking: int = 0) -> Machine:
        """A machine of this host."""
        machine = Machine(self.context, self, self.budget)
        machine.forking = forking
        return machine

    def alive(self, state: State, pid: int) -> bool | None:
        """A job that was not told to stop runs on, if it is of that kind."""
        job = next((job for job in state.jobs if job.pid == pid), None)
        if job is None or job.told:
            return False
        return True if job.process.stays else None

    def send(self, state: State, signal: str, to: str, pids: tuple[int, ...], text: Text) -> int | None:
        """Jobs that are told to stop during start-up will have ended where the script waits for them."""
        if signal in ENDING:
            reached = set(pids) if to == "job" else _of_group(state, pids) if to == "group" else set()
            if to == "all":
                reached = {job.pid for job in state.jobs}
            if to.startswith(("name:", "line:")):
                name = to.partition(":")[2]
                own = not pids or state.pid in pids
                found = (job for job in state.jobs if name in " ".join(job.process.argv))
                reached = {job.pid for job in found if own and (name or pids)}
            orphans = [orphan for job in state.jobs if job.pid in reached for orphan in _left(job, signal)]
            state.unclaimed += tuple(job.pid for job in state.jobs if job.pid in reached and not job.told)
            told = (replace(job, told=True) if job.pid in reached else job for job in state.jobs)
            state.jobs = (*told, *orphans)
        return 0 if to == "job" else 1 if to == "nobody" else None

    def reap(self, state: State, pids: Sequence[int]) -> None:
        """During the start, jobs are told or run on."""

    def fork(
        self, machine: Machine, state: State, command: sh.Command, around: Around, construct: Text
    ) -> list[Forked]:
        """Evaluate a child shell to its own steady state."""
        known = len(state.conditions)
        ways = []
        for ended in explore(self.machine(machine.forking), children.child(machine, state, command, around, construct)):
            alternative = alternative_of(ended, known, ended.pid)
            holder = ended.ended.command if ended.ended else ended.block.command if ended.block else None
            orphans = () if alternative.process is not None else tuple(j for j in ended.jobs if not j.told)
            ways.append(Forked(alternative, ended.facts, orphans, holder))
        return ways


def _of_group(state: State, leaders: tuple[int, ...]) -> set[int]:
    """The jobs in a process group: in the shell's own, or in that of a job."""
    own = not leaders or state.shell.pid in leaders or state.pid in leaders
    return {
        job.pid
        for job in state.jobs
        if (own if not job.process.own_group else job.pid in leaders) or job.process.joins in leaders
    }


def _left(job: JobState, signal: str) -> list[JobState]:
    """What a shell in the background leaves running when it alone dies of a signal."""
    shell = job.process.shell
    if job.told or shell is None or signal in shell.traps or signal in shell.ignored:
        return []
    return [replace(job, pid=child.pid, process=child, disowned=True, members=()) for child in job.process.children]


class Waiting:
    """The ways to go on with: the deepest first, so that those that split come together again; of equally deep ones the one that came first."""

    def __init__(self) -> None:
        self._order: list[tuple[int, int, State]] = []
        self._places: dict[Frame, list[State]] = {}
        self._sequence = self.count = 0

    def add(self, state: State) -> None:
        """One more."""
        if state.stack is not None:
            self._places.setdefault(state.stack, []).append(state)
        self.count += 1
        self.again(state)

    def again(self, state: State) -> None:
        """One of them is now the last to have come."""
        self._sequence += 1
        state.sequence = self._sequence
        heappush(self._order, (-_depth(state), state.sequence, state))

    def take(self) -> State:
        """The next one."""
        _, sequence, state = heappop(self._order)
        while state.sequence != sequence:
            _, sequence, state = heappop(self._order)
        self.count -= 1
        if state.stack is not None:
            self._places[state.stack].remove(state)
        return state

    @property
    def depth(self) -> int:
        """How deep the next one is."""
        return -self._order[0][0] if self._order else -2

    def at(self, frame: Frame) -> Sequence[State]:
        """Those that are at a place."""
        return self._places.get(frame, ())

    def all(self) -> list[State]:
        """All of them."""
        return [state for _, sequence, state in sorted(self._order) if state.sequence == sequence]


def explore(machine: Machine, start: State) -> list[State]:
    """The steady states of a shell: each has ``ended`` or ``block`` set."""
    waiting, finished = Waiting(), []
    waiting.add(start)
    while waiting.count or machine.parked:
        if not waiting.count:
            finished.extend(_loops(machine))
            continue
        state = waiting.take()
        for following in _advance(machine, state, waiting.depth):
            ends = following.block is None or following.ended is not None
            for each in (following,) if ends else _settled(machine, following):
                if each.ended is not None or each.block is not None:
                    finished.append(each)
                elif not _merged(machine, waiting, each):
                    waiting.add(each)
        bound = "the script takes too many steps to follow" if machine.budget.steps < 0 else ""
        if waiting.count > MOST_WAYS:
            bound = "there are too many ways through the script to follow"
        if bound:
            finished.extend(_stopped(each, Bound(bound)) for each in waiting.all())
            break
    return _distinct(_holding(finished))


def _advance(machine: Machine, state: State, depth: int) -> list[State]:
    """Go on with a way as long as it is one, nothing holds it, and it is deeper than the others (at ``depth``), so that it can meet none of them."""
    while True:
        if not machine.budget.spend():
            return [_stopped(state, Bound("the script takes too many steps to follow"))]
        if state.rounds is not None and state.stack is not None and state.stack.kind == "seq":
            state.rounds = None
        states = machine.step(state)
        if len(states) != 1:
            return states
        state = states[0]
        frame = state.stack
        if state.block is not None or state.ended is not None or (frame.depth if frame is not None else -1) <= depth:
            return states


def _depth(state: State) -> int:
    return state.stack.depth if state.stack is not None else -1


def _stopped(state: State, reason: str) -> State:
    state.block = None
    state.ended = Ended("unknown", reason=reason)
    return state


def _settled(machine: Machine, state: State) -> list[State]:
    """Go on behind commands that end, and remember the last that may not."""
    pending, result = [state], []
    while pending:
        each = pending.pop()
        block = each.block
        if each.ended is not None or block is None or block.kind == "loop":
            result.append(each)
            continue
        stays = _stays(each)
        if stays:
            result.append(each)
            continue
        program = block.command.program
        if stays is None and not each.tested:  # a command whose outcome is looked at is written to end
            each.candidate = _candidate(each)
        if block.kind == "foreground":
            each.note("before", block.command)
            if each.candidate is not None and not _last(each):
                each.candidate = None
        if block.kind == "wait":
            gone = set(block.pids[:1] if block.once else block.pids)
            each.jobs = tuple(replace(job, told=True) if job.pid in gone else job for job in each.jobs)
        elif program is not None and program.daemonizes:
            each.jobs = (*each.jobs, *_daemons(block))
        pending.extend(simple.over(machine, each, block.status))
    return result


def _candidate(state: State) -> State:
    candidate = state.copy()
    candidate.candidate, candidate.perhaps = None, True
    return candidate


def _daemons(block: Block) -> list[JobState]:
    """What a program leaves running that puts itself in the background."""
    return [
        JobState(child.pid, replace(child, stays=True), block.command, block.command.text, disowned=True)
        for child in block.children
    ]


def _stays(state: State) -> bool | None:
    """Whether a shell's block lasts until something is told to stop."""
    block = state.block
    assert block is not None
    if block.kind == "foreground":
        processes = list(block.children) or [job.process for job in state.jobs if job.pid in block.pids]
        # A filter ends with what feeds it.
        return _any(process.stays for process in processes if process.reads is None or not process.helper)
    processes = [job.process for job in state.jobs if job.pid in block.pids and not job.told]
    awaited = [process.stays for process in processes if process.reads is None or not process.helper]
    return (_all(awaited) if block.once else _any(awaited)) if awaited else False


def _any(values: object) -> bool | None:
    found = list(values)  # type: ignore[call-overload] # an iterable of bool | None
    return True if True in found else None if None in found else False


def _all(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _loops(machine: Machine) -> list[State]:
    """Loops that were left on some way were waiting for something; the others hold the shell."""
    parked, machine.parked = machine.parked, []
    return [state for entry, state in parked if entry not in machine.escaped]


def _merged(machine: Machine, waiting: Waiting, state: State) -> bool:
    """Let two ways become one again where they agree."""
    if state.stack is None or state.stack.kind not in MEETING:
        return False
    here = waiting.at(state.stack)
    if not here:
        return False
    widen = len(here) >= (WIDEN if machine.budget.spent < PRECISE else 1)
    comparable, counts = state.comparable(), state.tested
    for other in here:
        if counts and (other.status, other.truth) != (state.status, state.truth):
            continue
        if other.comparable() != comparable:
            continue
        same_loop = state.rounds is not None and other.rounds is state.rounds
        if widen or same_loop or (other.variables == state.variables and other.scopes == state.scopes):
            _merge(other, state)
            waiting.again(other)
            return True
    return False


def _merge(into: State, state: State) -> None:
    _meet(into.variables, state.variables, into, state)
    for (_, saved), (_, other_saved) in zip(into.scopes, state.scopes, strict=True):
        one_sided = saved.keys() ^ other_saved.keys()  # local on one of the ways alone
        _meet(saved, other_saved, into, state)
        saved.update((name, Unknown(f"${name}")) for name in one_sided)
    shared = 0
    for one_condition, other in zip(into.conditions, state.conditions, strict=False):
        if one_condition != other:
            break
        shared += 1
    into.required = tuple(dict.fromkeys((*into.required, *state.required)))
    kept = into.conditions[:shared]
    into.conditions = (*kept, *(condition for condition in into.required if condition not in kept))
    if into.status != state.status:
        into.status, into.truth = None, None
    if into.workdir != state.workdir:
        into.workdir = Unknown("$PWD", nonempty=True)
    _meet_candidates(into, state)
    into.default = into.default or state.default
    into.assumed = {key: value for key, value in into.assumed.items() if state.assumed.get(key) is value}
    for name in ("rejected", "replaced", "lost_execs", "assigned_execs", "daemons", "reasons"):
        for item in getattr(state.facts, name):
            into.note(name, item)


def _meet_candidates(into: State, state: State) -> None:
    """Of two ways that meet, the last command that one of them may hold on at: that of the default launch, if there is one.

    What ran on that way goes last in what ran on both, so that it still counts as the last.
    """
    first, second = state, into
    if state.candidate is not None and (into.candidate is None or (state.default and not into.default)):
        into.candidate = state.candidate
        first, second = into, state
    last, earlier = second.facts.before, first.facts.before
    if earlier is last:
        return
    same = {id(command) for command in last}
    before = (*(command for command in earlier if id(command) not in same and command not in last), *last)
    into.facts = replace(into.facts, before=before[:MOST_FACTS])


def _meet(
    variables: MutableMapping[str, Any], others: Mapping[str, Value | Array | None], into: State, state: State
) -> None:
    """What variables are behind the place where two ways meet."""
    if variables == others:
        return
    for name in others.keys() - variables.keys():
        variables[name] = None
    for name, one in variables.items():
        two = others.get(name)
        if one is not two and one != two:
            variables[name] = _either(name, one, two, into.default, state.default)


def _either(
    name: str, one: Value | Array | None, two: Value | Array | None, first: bool, second: bool
) -> Value | Array:
    """A variable that two ways leave with different values; what the default launch makes of it is kept."""
    chosen = one if first and not second else two if second and not first else None
    if isinstance(chosen, tuple):
        return tuple(
            Unknown(f"${name}", default(item), rest=isinstance(item, Unknown) and item.rest) for item in chosen
        )
    known = default(chosen) if isinstance(chosen, (str, Unknown)) else None
    return Unknown(f"${name}", known)


def _holding(finished: list[State]) -> list[State]:
    """The ways that matter: where some hold on, those that end early (an error, a usage message) are left out."""
    resolved = []
    for state in finished:
        ends = state.ended is not None and state.ended.kind == "exits" and not state.ended.failed
        if ends and state.candidate is not None and _last(state) and _fresh(state, finished):
            candidate = state.candidate
            candidate.facts = replace(state.facts, before=candidate.facts.before)
            resolved.append(candidate)
        else:
            resolved.append(state)
    holding = [s for s in resolved if not (s.ended is not None and s.ended.kind == "exits" and not s.ended.failed)]
    chosen = holding or resolved
    if not any(state.default for state in chosen):
        for state in chosen:
            state.default = True
    return chosen


def _last(state: State) -> bool:
    """Whether nothing ran behind the candidate: what is written in front of other commands is meant to end before them."""
    assert state.candidate is not None and state.candidate.block is not None
    block, before = state.candidate.block, state.facts.before
    noted = [command.text for command in before]
    return block.kind != "foreground" or block.command.text not in noted or noted[-1] == block.command.text


def _fresh(state: State, finished: list[State]) -> bool:
    """Whether a way that ends holds on at its candidate: not if other ways came past that very command and held on elsewhere."""
    candidate = state.candidate
    assert candidate is not None and candidate.block is not None
    place = candidate.block.command.text
    for other in finished:
        if other is state or (other.ended is not None and other.ended.kind == "exits"):
            continue
        if any(command.text == place for command in other.facts.before):
            return False
    return True


def _distinct(states: list[State]) -> list[State]:
    """One state an outcome: those that differ only in conditions become one, with the conditions they share."""
    result: list[State] = []
    index: dict[object, State] = {}
    for state in states:
        key = _identity(state)
        known = index.get(key)
        if known is None:
            index[key] = state
            result.append(state)
        else:
            known.required = tuple(dict.fromkeys((*known.required, *state.required)))
            shared = [condition for condition in known.conditions if condition in state.conditions]
            known.conditions = (*shared, *(condition for condition in known.required if condition not in shared))
            known.default = known.default or state.default
    return result


def _identity(state: State) -> object:
    command = state.ended.command if state.ended else state.block.command if state.block else None
    process = state.ended.process if state.ended else None
    return (
        state.ended.kind if state.ended else state.block.kind if state.block else "",
        state.ended.reason if state.ended else "",
        (command.text, command.argv) if command else None,
        process.argv if process else None,
        (process.shell is not None, id(process.shell)) if process and process.shell else None,
        tuple((name, trap.text, trap.action) for name, trap in sorted(state.traps.items())),
        state.ignored,
        tuple(job.text for job in state.jobs if not job.told),
        "e" in state.options,
        "m" in state.options,
    )


def alternative_of(state: State, known: int, pid: int) -> Alternative:
    """What a shell process is to the one that started it."""
    conditions = state.conditions[known:]
    ended, reasons = state.ended, state.facts.reasons
    if ended is None:
        return Alternative(shell_process(state, pid), None, conditions, state.default, reasons)
    if ended.kind == "exits" or (ended.kind == "exec" and ended.process is None):
        failed, culprit = ended.failed, None
        reason, word = state.facts.failures[-1] if state.facts.failures else ("", None)
        if reason and (failed == reason or (failed is None and ended.status in (126, 127))):
            failed, culprit = reason, word
        return Alternative(None, ended.status, conditions, state.default, reasons, failed, state, culprit)
    if ended.kind == "unknown":
        reasons = (*reasons, ended.reason)
        process = Process(pid, state.shell.argv, "fork", state.shell.source, missing=(ended.reason,))
    else:
        assert ended.process is not None  # what was exec'ed runs, or is not known
        jobs = tuple(job.process for job in state.jobs if not job.told)
        process = replace(ended.process, adopted=(*jobs, *ended.process.adopted))
    if state.pid == state.shell.pid:
        process = with_before(process, Process(pid, state.shell.argv, "fork", state.shell.source, shell=state))
    return Alternative(process, None, conditions, state.default, reasons)


def shell_process(state: State, pid: int) -> Process:
    """The process of a shell that holds on, with its children."""
    block = state.block
    assert block is not None
    jobs = tuple(job.process for job in state.jobs if not job.told)
    held = tuple(child for child in block.children if child not in jobs)
    stays = True if block.kind == "loop" else _stays(state)
    if state.perhaps and stays:
        stays = None
    return Process(
        pid,
        state.shell.argv,
        "fork",
        state.shell.source,
        shell=state,
        children=(*held, *jobs),
        ignored=state.ignored,
        stays=stays,
    )
