"""What is told to those who try again (`retries`): tenacity, backoff, retry and retrying, as decorators and as objects.

Measured with tenacity 9, backoff 2.2, retry 0.9, retrying 1.4, whose sources say the rest (``tenacity/__init__.py``, ``BaseRetrying.iter``;
``backoff/_sync.py``; ``retry/api.py``; ``retrying.py``, ``Retrying.call``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass
from ..domain.lattice import bounds, truth, within
from ..domain.numbers import calculated
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Const, Items, Made, Ref

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

DECORATORS = ("tenacity.retry", "backoff.on_exception", "backoff.on_predicate", "retry.retry", "retry.api.retry", "retrying.retry")  # fmt: skip
# Objects that call a function again and again, or are iterated over: each lap is one attempt.
OBJECTS = ("tenacity.Retrying", "tenacity.AsyncRetrying", "retrying.Retrying")
_ALL = Ref("builtins.Exception")
_NOTHING = Items(())
_TOLD = "#told"


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """When something is tried again.

    ``types``: the exceptions behind which it is; ``result``: what is asked whether it is behind a result (None: nothing, it never is),
    ``unless`` the other way round. ``most``: how often it is tried (None: without end); ``stop``: the event that ends it. ``seconds``: how
    long it waits in between; ``woken``: the event that breaks that off. ``fails`` in the end: ``own`` (what was raised last), ``wrapped``
    (by tenacity), ``not`` (it returns ``instead``, or the last result).
    """

    types: Value = _ALL
    result: Value | None = None
    unless: bool = False
    most: Value = NONE
    stop: Made | None = None
    seconds: Value = Const(0)
    woken: Made | None = None
    fails: str = "own"
    instead: Value | None = None


def kept(run: Run, kind: str, policy: Policy) -> Made:
    """The object that stands for a policy."""
    made = Made(kind, run.number())
    run.policies[made.number] = policy
    return made


# --- tenacity ----------------------------------------------------------------------------------------------------------


def _tenacity(kind: str) -> Special:
    def make(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        from .retries import decorated

        function = arguments.get(0, "fn") if kind == DECORATORS[0] else None
        if function is not None:
            return decorated(run, NONE, function)
        types, result, unless = _condition(arguments.get(-1, "retry"), state)
        stop, sleep, wait = (arguments.get(-1, name) for name in ("stop", "sleep", "wait"))
        event = _told(stop, "tenacity.stop_when_event_set", state)
        most = NONE if stop is None or isinstance(event, Made) else _told(stop, "tenacity.stop_after_attempt", state)
        woken = _told(sleep, "tenacity.sleep_using_event", state)
        instead = arguments.get(-1, "retry_error_callback")
        own = truth(arguments.get(-1, "reraise") or FALSE)
        policy = Policy(
            types,
            result,
            unless,
            UNKNOWN if most is None else most,
            event if isinstance(event, Made) else None,
            Const(0) if wait is None else _told(wait, "", state) or UNKNOWN,
            woken if isinstance(woken, Made) else None,
            "not" if instead not in (None, NONE) else "own" if own else "wrapped",
            instead,
        )
        return kept(run, kind, policy)

    return make


def _condition(retry: Value | None, state: State) -> tuple[Value, Value | None, bool]:
    """The exceptions, and the results, of a ``retry=``. Of several that are put together no result is looked at."""
    if retry is None:
        return _ALL, None, False
    for kind, unless in (("tenacity.retry_if_result", False), ("tenacity.retry_if_not_result", True)):
        predicate = _told(retry, kind, state)
        if predicate is not None:
            return _NOTHING, predicate, unless
    return _told(retry, "tenacity.retry_if_exception_type", state) or UNKNOWN, None, False


def _told(given: Value | None, kind: str, state: State) -> Value | None:
    """What an object of a kind was made with; None of another one."""
    if isinstance(given, Made) and (not kind or given.kind == kind):
        return state.store.get((given.number, _TOLD))
    return None


def _keeps(at: int, name: str, default: Value = UNKNOWN, *, limit: bool = False) -> Special:
    """An object that keeps what it is made with; ``limit``: of that only the most is known."""

    def make(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        made = Made(f"tenacity.{text.value.partition('(')[0].rpartition('.')[2].strip()}", run.number())
        found = arguments.get(at, name) or default
        state.store[(made.number, _TOLD)] = within(0.0, bounds(found)[1]) if limit else found
        return made

    return make


# --- the others --------------------------------------------------------------------------------------------------------


def _backoff(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``on_exception(wait_gen, exception)``, and ``on_predicate(wait_gen, predicate)``, which tries again behind what is false if it is
    told nothing else, and returns the last result in the end."""
    limits = [arguments.get(-1, name) or NONE for name in ("max_tries", "max_time", "giveup")]
    most = limits[0] if limits[1:] == [NONE, NONE] else UNKNOWN
    longest = within(0.0, bounds(arguments.get(-1, "interval") or arguments.get(-1, "max_value") or UNKNOWN)[1])
    if "on_predicate" in text.value.partition("(")[0]:
        asked = arguments.get(1, "predicate")
        policy = Policy(_NOTHING, asked or Ref("bool"), asked is None, most, seconds=longest, fails="not")
    else:
        fails = "own" if truth(arguments.get(-1, "raise_on_giveup") or TRUE) else "not"
        policy = Policy(arguments.get(1, "exception") or UNKNOWN, most=most, seconds=longest, fails=fails)
    return kept(run, DECORATORS[1], policy)


def _retry(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return retry_policy(run, arguments)


def retry_policy(run: Run, arguments: Arguments) -> Made:
    """``retry(exceptions, tries, delay, …)``."""
    most = arguments.get(1, "tries") or Const(-1)
    fixed = not any(arguments.get(-1, name) for name in ("backoff", "jitter"))
    seconds = (arguments.get(2, "delay") or Const(0)) if fixed else UNKNOWN
    types = arguments.get(0, "exceptions") or _ALL
    return kept(run, "retry.retry", Policy(types, most=NONE if most == Const(-1) else most, seconds=seconds))


def _retrying(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    given = dict(arguments.named)
    stops = [name for name in given if name.startswith("stop_")]
    waits = [name for name in given if name.startswith("wait_")]
    chosen = given.get("retry_on_exception", _ALL)
    policy = Policy(
        chosen if chosen == _ALL or isinstance(chosen, Items) else UNKNOWN,
        given.get("retry_on_result"),
        most=NONE if not stops else given[stops[0]] if stops == ["stop_max_attempt_number"] else UNKNOWN,
        seconds=Const(0) if not waits else calculated("*", given.get("wait_fixed", UNKNOWN), Const(0.001)),
    )
    called = text.value.partition("(")[0].endswith("Retrying")
    return kept(run, OBJECTS[2] if called else "retrying.retry", policy)


SPECIAL: dict[str, Special] = {
    **{name: _tenacity(name) for name in (DECORATORS[0], *OBJECTS[:2])},
    "tenacity.stop_after_attempt": _keeps(0, "max_attempt_number"),
    "tenacity.stop_when_event_set": _keeps(0, "event"),
    "tenacity.stop_never": lambda run, frame, receiver, arguments, text, state: NONE,
    "tenacity.sleep_using_event": _keeps(0, "event"),
    "tenacity.retry_if_exception_type": _keeps(0, "exception_types", _ALL),
    "tenacity.retry_if_result": _keeps(0, "predicate"),
    "tenacity.retry_if_not_result": _keeps(0, "predicate"),
    "tenacity.wait_fixed": _keeps(0, "wait"),
    "tenacity.wait_none": _keeps(-1, "", Const(0)),
    "tenacity.wait_random": _keeps(1, "max", limit=True),
    "tenacity.wait_exponential": _keeps(1, "max", limit=True),
    "tenacity.wait_random_exponential": _keeps(1, "max", limit=True),
    "backoff.on_exception": _backoff,
    "backoff.on_predicate": _backoff,
    "retry.retry": _retry,
    "retry.api.retry": _retry,
    "retrying.retry": _retrying,
    "retrying.Retrying": _retrying,
}
