"""Something is tried again when it has failed: functions behind the decorators of `policies`, those that an object calls, and the laps of a
loop over one (``for attempt in Retrying(…): with attempt:``).

An exception that a handler raises is such a failure as well: the function is called again, and the program goes on. Exits are none, unless
the policy is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import meeting, rests
from ..delivery.lasting import LONG
from ..domain.lattice import alternatives, any_of, bounds, truth
from ..domain.state import Raised, joined
from ..domain.values import NONE, TRUE, UNKNOWN, Arguments, Const, Function, Made, Ref
from ..interpreter.exceptions import EXITS, catches, lineage
from .policies import DECORATORS, OBJECTS, Policy, kept, retry_policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from .special import Special

    # How one attempt may end: with a result, or by an exception.
    Ends: TypeAlias = tuple[list[tuple[State, Value]], list[Raised]]

# The context manager around an attempt, the marks of how it has failed and of its result.
ATTEMPT, _FAILED, _RESULT = "tenacity.AttemptManager", "#failed", "#result"
# So many attempts before the signal, and after it, before it is taken to go on for ever.
_LAPS, _LAPS_AFTER = 2, 3
_FEW = 5


def decorated(run: Run, applied: Value, function: Value) -> Value:
    """The function behind one of the decorators, called (``@retry(…)``) or not."""
    if not isinstance(function, Function):
        return function
    known = applied if isinstance(applied, Made) and applied.number in run.policies else None
    return replace(function, again=known or kept(run, DECORATORS[0], Policy()))


def called(
    run: Run,
    frame: Frame,
    function: Function,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
    *,
    awaited: bool,
) -> Value:
    """A call of such a function: until it returns, or fails with something else, or has been tried often enough."""
    from ..interpreter.functions import gone_through

    assert function.again is not None
    once = replace(function, again=None)

    def attempt(state: State) -> Ends:
        inner = replace(frame, raises=[])
        found = gone_through(run, inner, once, receiver, arguments, text, state, awaited=awaited)
        return [] if state.dead else [(state, found)], inner.raises

    return _result(_tried(run, frame, run.policies[function.again.number], attempt, text, state), state)


def calls(run: Run, frame: Frame, policy: Made, arguments: Arguments, text: Text, state: State) -> Value:
    """``Retrying(…)(function, …)``, and ``call``; ``await AsyncRetrying(…)(function, …)``."""
    from ..interpreter.calls import call

    function, given = arguments.get(0, "fn") or UNKNOWN, arguments.values[1:]

    def attempt(state: State) -> Ends:
        inner = replace(frame, raises=[])
        found = call(run, inner, function, given, text, state, named=arguments.named, awaited=True)
        return [] if state.dead else [(state, found)], inner.raises

    return _result(_tried(run, frame, run.policies[policy.number], attempt, text, state), state)


def iterated(
    run: Run,
    frame: Frame,
    policy: Made,
    lap: Callable[[Value, State], State | None],
    text: Text,
    state: State,
) -> State | None:
    """``for attempt in Retrying(…)``: the state behind its last ``lap``. What fails inside of ``with attempt`` leaves the block, and counts
    when the lap is over."""

    def attempt(state: State) -> Ends:
        manager = Made(ATTEMPT, run.number())
        state.store[(manager.number, "retry_state")] = manager
        end = lap(manager, state)
        if end is None:
            return [], []
        ways = [(one, end.copy()) for one in alternatives(end.store.get((manager.number, _FAILED), NONE))]
        failed = [Raised(way, one.name, text) for one, way in ways if isinstance(one, Ref)]
        result = end.store.get((manager.number, _RESULT), NONE)
        return [(way, result) for one, way in ways if not isinstance(one, Ref)], failed

    return joined([way for way, _ in _tried(run, frame, run.policies[policy.number], attempt, text, state)])


def _left(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The block of an attempt is left, by an exception of a kind if one is given, which it keeps to itself."""
    kind = arguments.get(0, "kind")
    if isinstance(receiver, Made):
        state.store[(receiver.number, _FAILED)] = kind or NONE
    return NONE if kind is None else TRUE


def _set_result(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``attempt.retry_state.set_result(…)``."""
    if isinstance(receiver, Made):
        state.store[(receiver.number, _RESULT)] = arguments.get(0, "val") or UNKNOWN
    return NONE


def _result(ends: list[tuple[State, Value]], state: State) -> Value:
    state.become(joined([way for way, _ in ends]))
    return any_of([found for _, found in ends])


# --- one attempt behind the other ---------------------------------------------------------------------------------------


def _tried(
    run: Run, frame: Frame, policy: Policy, attempt: Callable[[State], Ends], text: Text, state: State
) -> list[tuple[State, Value]]:
    """All ways in which it may come to its end, with what it returns there."""
    ends: list[tuple[State, Value]] = []
    first, left = len(run.visits), _few(policy) or _LAPS
    current: State | None = state.copy()
    while current is not None:
        signalled = current.signalled
        succeeded, raised = attempt(current)
        failed = [one for one in raised if _again(run, frame, policy, one)]
        for way, found in succeeded:
            again = _rejected(run, frame, policy, found, text, way)
            if again is not True and not way.dead:
                ends.append((way.copy(), found))
            if again is not False and not way.dead:
                failed.append(Raised(way, "", text))
        current = joined([one.state for one in failed])
        if current is None:
            break
        if current.signalled and not signalled:
            left = _few(policy) or _LAPS_AFTER
        left -= 1
        stopped = _set(run, policy.stop, current)
        if left <= 0 or stopped:
            ends += _enough(run, frame, policy, current, failed[-1].kind, text, first, stopped=bool(stopped))
            break
        _pause(run, frame, policy, text, current)
        current = None if current.dead else current
    return ends


def _pause(run: Run, frame: Frame, policy: Policy, text: Text, state: State) -> None:
    over = rests.marked(run, policy.woken.number, "set") if policy.woken is not None else None
    kind = "perhaps" if bounds(policy.seconds)[0] >= LONG else "pause"
    rests.rest(run, frame, text, "the next attempt", state, kind=kind, over=over, seconds=policy.seconds)


def _set(run: Run, event: Made | None, state: State) -> bool | None:
    return rests.marked(run, event.number, "set")(state) if event is not None else False


def _few(policy: Policy) -> int | None:
    """How often it is tried, at the most; None where that is not known, or without end."""
    most = policy.most
    return most.value if isinstance(most, Const) and isinstance(most.value, int) and most.value <= _FEW else None


def _again(run: Run, frame: Frame, policy: Policy, one: Raised) -> bool:
    """Whether it is tried again after an exception; one that may pass, too, passes."""
    found = catches(run, policy.types, one)
    if policy.types == UNKNOWN and not lineage(one.kind, run.class_bases).isdisjoint(EXITS):
        found = False
    if found is not True:
        frame.raises.append(replace(one, state=one.state.copy()))
    return found is not False


def _rejected(run: Run, frame: Frame, policy: Policy, found: Value, text: Text, state: State) -> bool | None:
    """Whether it is tried again after a result; None where that is not known."""
    from ..interpreter.calls import call

    if policy.result is None:
        return False
    answer = truth(found if policy.result == Ref("bool") else call(run, frame, policy.result, (found,), text, state))
    if answer is None:
        state.uncertain = state.uncertain or state.signalled
    return answer if answer is None else answer is not policy.unless


def _enough(
    run: Run, frame: Frame, policy: Policy, state: State, kind: str, text: Text, first: int, *, stopped: bool
) -> list[tuple[State, Value]]:
    """It has been tried as often as is looked at: it fails now, returns something, or goes on for ever."""
    from ..interpreter.calls import call

    if policy.most == NONE and not stopped:
        run.endless.append((first, len(run.visits)))
        if state.signalled:
            meeting.stay(run, text, "the next attempt", state)
        elif frame.background is not None:
            run.snapshots.append(state.copy())
        return []
    if not stopped and _few(policy) is None:
        run.tentative.append((first, len(run.visits)))
        if state.signalled:
            run.doubts.append("how often it is tried again")
    if policy.fails == "not":
        last = NONE if policy.instead is None else call(run, frame, policy.instead, (UNKNOWN,), text, state)
        return [] if state.dead else [(state, last)]
    frame.raises.append(Raised(state, kind if policy.fails == "own" else "tenacity.RetryError", text))
    return []


def _call(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``retry_call(f, fargs, fkwargs, exceptions, tries, delay, …)``."""
    from ..domain.containers import items_of

    policy = retry_policy(run, Arguments(arguments.values[3:], arguments.named))
    given = items_of(run, arguments.get(1, "fargs") or NONE, state) or ()
    return calls(run, frame, policy, Arguments((arguments.get(0, "f") or UNKNOWN, *given)), text, state)


SPECIAL: dict[str, Special] = {
    f"{ATTEMPT}.set_result": _set_result,
    **dict.fromkeys(("retry.retry_call", "retry.api.retry_call"), _call),
    f"{ATTEMPT}.__exit__": _left,
    f"{OBJECTS[2]}.call": lambda run, frame, receiver, arguments, text, state: (
        calls(run, frame, receiver, arguments, text, state) if isinstance(receiver, Made) else UNKNOWN
    ),
}
