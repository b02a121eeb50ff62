"""Decorators that call a function again when it has failed: ``tenacity.retry``, ``backoff.on_exception``, ``retry.retry``, ``retrying.retry``.

An exception that a handler raises is such a failure as well: the function is called again, and the program goes on. Exits are none, unless the decorator is told so. Measured with tenacity 9.1,
backoff 2.2, retry 0.9, retrying 1.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import rests
from ..domain.lattice import bounds, join, within
from ..domain.state import Raised, joined
from ..domain.values import NONE, TRUE, UNKNOWN, Const, Function, Made, Ref
from ..interpreter.exceptions import EXITS, catches, lineage

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

DECORATORS = ("tenacity.retry", "backoff.on_exception", "retry.retry", "retry.api.retry", "retrying.retry")
# What a policy is told: the exceptions after which it calls again, how often or how long it does so, how long it waits, whether it raises what the function has raised.
_TYPES, _MOST, _SECONDS, _OWN = "#types", "#most", "#seconds", "#own"
_ALL = Ref("builtins.Exception")
# So many calls before the signal, and after it, before it is taken to go on for ever.
_LAPS, _LAPS_AFTER = 2, 3
_FEW = 5


def decorated(run: Run, applied: Value, function: Function, state: State) -> Function:
    """The function behind one of these decorators, called (``@retry(…)``) or not."""
    policy = applied if isinstance(applied, Made) else _policy(run, _ALL, NONE, Const(0), state)
    return replace(function, again=policy)


def _policy(run: Run, types: Value, most: Value, seconds: Value, state: State) -> Made:
    made = Made(DECORATORS[0], run.number())
    state.store[(made.number, _TYPES)], state.store[(made.number, _MOST)] = types, most
    state.store[(made.number, _SECONDS)] = seconds
    return made


# --- what a decorator is told ------------------------------------------------------------------------------------------


def _tenacity(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    given = arguments.get(0, "fn")
    if isinstance(given, Function):
        return decorated(run, NONE, given, state)
    retry = arguments.get(-1, "retry")
    types: Value = _ALL
    if retry is not None:
        types = _told(retry, "tenacity.retry_if_exception_type", state) or UNKNOWN
    stop = arguments.get(-1, "stop")
    most: Value = NONE
    if stop is not None:
        most = _told(stop, "tenacity.stop_after_attempt", state) or UNKNOWN
    wait = arguments.get(-1, "wait")
    made = _policy(run, types, most, Const(0) if wait is None else _told(wait, "", state) or UNKNOWN, state)
    state.store[(made.number, _OWN)] = arguments.get(-1, "reraise") or NONE
    return made


def _told(given: Value, kind: str, state: State) -> Value | None:
    """What an object of a kind was made with; None of another one."""
    if isinstance(given, Made) and (not kind or given.kind == kind):
        return state.store.get((given.number, "#told"))
    return None


def _keeps(at: int, name: str, default: Value = UNKNOWN, *, limit: bool = False) -> Special:
    """An object that keeps what it is made with; ``limit``: of that only the most is known."""

    def make(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        made = Made(f"tenacity.{text.value.partition('(')[0].rpartition('.')[2].strip()}", run.number())
        found = arguments.get(at, name) or default
        state.store[(made.number, "#told")] = within(0.0, bounds(found)[1]) if limit else found
        return made

    return make


def _backoff(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    limits = [arguments.get(-1, name) for name in ("max_tries", "max_time", "giveup")]
    most = NONE if all(one in (None, NONE) for one in limits) else UNKNOWN
    longest = within(0.0, bounds(arguments.get(-1, "interval") or arguments.get(-1, "max_value") or UNKNOWN)[1])
    return _policy(run, arguments.get(1, "exception") or UNKNOWN, most, longest, state)


def _retry(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    most = arguments.get(1, "tries") or Const(-1)
    fixed = not any(arguments.get(-1, name) for name in ("backoff", "jitter"))
    seconds = (arguments.get(2, "delay") or Const(0)) if fixed else UNKNOWN
    return _policy(run, arguments.get(0, "exceptions") or _ALL, NONE if most == Const(-1) else most, seconds, state)


def _retrying(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    stops = [value for name, value in arguments.named if name.startswith("stop_")]
    types = UNKNOWN if any(name.startswith("retry_on") for name, _ in arguments.named) else _ALL
    seconds = UNKNOWN if any(name.startswith("wait_") for name, _ in arguments.named) else Const(0)
    return _policy(run, types, UNKNOWN if stops else NONE, seconds, state)


# --- the function is called --------------------------------------------------------------------------------------------


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
    once, policy, result = replace(function, again=None), function.again, None
    ends: list[State] = []
    first, left = len(run.visits), _laps(policy, state) or _LAPS
    while not state.dead:
        inner, signalled = replace(frame, raises=[]), state.signalled
        found = gone_through(run, inner, once, receiver, arguments, text, state, awaited=awaited)
        if not state.dead:
            ends.append(state.copy())
            result = found if result is None else join(result, found)
        failed = [one for one in inner.raises if _again(run, frame, policy, one, state)]
        state.become(joined([one.state for one in failed]))
        if state.signalled and not signalled:
            left = _laps(policy, state) or _LAPS_AFTER
        left -= 1
        if left <= 0 and not state.dead:
            _enough(run, frame, policy, failed[-1], text, state, first)
        elif not state.dead:
            seconds = state.store.get((policy.number, _SECONDS), UNKNOWN)
            rests.rest(run, frame, text, "the next attempt", state, kind="pause", seconds=seconds)
    state.become(joined(ends))
    return UNKNOWN if result is None else result


def _laps(policy: Made, state: State) -> int | None:
    """How often it is called, at the most; None where that is not known, or without end."""
    most = state.store.get((policy.number, _MOST), UNKNOWN)
    return most.value if isinstance(most, Const) and isinstance(most.value, int) and most.value <= _FEW else None


def _again(run: Run, frame: Frame, policy: Made, one: Raised, state: State) -> bool:
    """Whether it is called again after an exception; one that may pass, too, passes."""
    types = state.store.get((policy.number, _TYPES), UNKNOWN)
    found = catches(run, types, one)
    if types == UNKNOWN and not lineage(one.kind, run.class_bases).isdisjoint(EXITS):
        found = False
    if found is not True:
        frame.raises.append(replace(one, state=one.state.copy()))
    return found is not False


def _enough(run: Run, frame: Frame, policy: Made, last: Raised, text: Text, state: State, first: int) -> None:
    """It has been called as often as is looked at: it fails now, or goes on for ever."""
    if state.store.get((policy.number, _MOST)) == NONE:
        run.endless.append((first, len(run.visits)))
        if state.signalled:
            rests.stay(run, text, "the next attempt", state)
        elif frame.background is not None:
            run.snapshots.append(state.copy())
    else:
        if state.signalled and _laps(policy, state) is None:
            run.doubts.append("how often it is tried again")
        kind = last.kind if state.store.get((policy.number, _OWN)) == TRUE else "tenacity.RetryError"
        frame.raises.append(Raised(state.copy(), kind, text))
    state.dead = True


SPECIAL: dict[str, Special] = {
    "tenacity.retry": _tenacity,
    "tenacity.stop_after_attempt": _keeps(0, "max_attempt_number"),
    "tenacity.retry_if_exception_type": _keeps(0, "exception_types", _ALL),
    "tenacity.wait_fixed": _keeps(0, "wait"),
    "tenacity.wait_none": _keeps(-1, "", Const(0)),
    "tenacity.wait_random": _keeps(1, "max", limit=True),
    "tenacity.wait_exponential": _keeps(1, "max", limit=True),
    "tenacity.wait_random_exponential": _keeps(1, "max", limit=True),
    "backoff.on_exception": _backoff,
    "retry.retry": _retry,
    "retry.api.retry": _retry,
    "retrying.retry": _retrying,
}
