"""Functions of Python itself whose effect matters: attributes by name, modules by name, sequences, events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.operators import signal_of
from ..domain.state import DEFAULT, IGNORE, INTERRUPT
from ..domain.values import (
    CALLED,
    CALLS,
    FALSE,
    LAST,
    NONE,
    TRUE,
    UNKNOWN,
    Bound,
    Const,
    Function,
    Instance,
    Items,
    Made,
    Module,
    Partial,
    Ref,
    Type,
)
from ..interpreter import attributes
from ..interpreter.exceptions import SUPPRESSORS
from ..program.versions import lacks

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


def _getattr(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    owner, name = arguments.get(0, ""), arguments.get(1, "")
    if owner is None or not isinstance(name, Const) or not isinstance(name.value, str):
        if state.signalled and isinstance(owner, Instance):
            run.doubts.append("which of its own methods it calls")
        return UNKNOWN
    default = arguments.get(2, "")
    if isinstance(owner, Ref) and default is not None and lacks(run.sources.version, f"{owner.name}.{name.value}"):
        return default
    found = attributes.attribute(run, frame, owner, name.value, run.somewhere(text), state)
    if isinstance(found, Ref) and found.name.startswith("signal.SIG") and signal_of(found) is None:
        return default or found
    return found


def _hasattr(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    owner, name = arguments.get(0, ""), arguments.get(1, "")
    if owner == Ref("signal") and isinstance(name, Const):
        return Const(signal_of(Ref(f"signal.{name.value!s}")) is not None or name.value == "pause")
    if (
        isinstance(owner, Ref)
        and isinstance(name, Const)
        and lacks(run.sources.version, f"{owner.name}.{name.value!s}")
    ):
        return FALSE
    return UNKNOWN


def _setattr(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    owner, name, value = arguments.get(0, ""), arguments.get(1, ""), arguments.get(2, "")
    if isinstance(owner, Instance | Made | Module | Type) and isinstance(name, Const) and value is not None:
        run.write(state, (owner.number, str(name.value)), value)
    elif run.handling:
        run.opaque = True
    return NONE


def _sequence(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from ..domain.containers import items_of

    items = items_of(run, arguments.get(0, "") or Items(()), state)
    return UNKNOWN if items is None else Items(items)


def _iterator(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``iter(jobs.get, None)``: calls its first argument for each item, until that returns the second one."""
    if len(arguments.values) < 2:
        return _sequence(run, frame, receiver, arguments, text, state)
    made = Made(CALLS, run.number())
    state.store[(made.number, CALLED)], state.store[(made.number, LAST)] = arguments.values[:2]
    return made


def _same(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return arguments.get(0, "") or UNKNOWN


def _bool(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from ..domain.containers import holds

    decided = holds(run, arguments.get(0, "") or FALSE, state)
    return UNKNOWN if decided is None else Const(decided)


def _import(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``importlib.import_module(name)``; ``__import__`` returns the package of a dotted name."""
    from ..interpreter.imports import module

    name = arguments.get(0, "name")
    if not isinstance(name, Const) or not isinstance(name.value, str) or name.value.startswith("."):
        return UNKNOWN
    found = module(run, frame, name.value, state)
    root = name.value.partition(".")[0]
    return run.modules.get(root) or Ref(root) if text.value.startswith("__import__") else found


def _partial(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from ..domain.values import Arguments as Given

    if not arguments.values:
        return UNKNOWN
    return Partial(arguments.values[0], Given(arguments.values[1:], arguments.named, arguments.more))


def _passing(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """A decorator that leaves the function what it is."""
    return Ref("operator.identity")


def _suppress(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(SUPPRESSORS[0], run.number())
    state.store[(made.number, "#arguments")] = Items(arguments.values)
    return made


def _is_set(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if not isinstance(receiver, Made):
        return UNKNOWN
    run.look((receiver.number, "set"))
    return state.store.get((receiver.number, "set"), FALSE)


def _clear(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made):
        run.write(state, (receiver.number, "set"), FALSE)
    return NONE


def _elsewhere(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The program may go on in code that is not followed."""
    run.foreign.append((text, text.value.partition("(")[0]))
    return UNKNOWN


def _callable(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``callable(before)``: whether there was a handler of Python's before; SIG_DFL and SIG_IGN are none."""
    given = arguments.get(0, "obj")
    if isinstance(given, Function | Bound | Partial | Type) or given == INTERRUPT:
        return TRUE
    return FALSE if isinstance(given, Const) or given in (DEFAULT, IGNORE) else UNKNOWN


def _system(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Const("Linux")


def _namespace(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``types.SimpleNamespace(running=True)``: an object with these attributes."""
    made = Made("types.SimpleNamespace", run.number())
    for name, value in arguments.named:
        state.store[(made.number, name)] = value
    return made


# What makes the default of a dataclass's field, for each object anew.
FACTORY = "#default_factory"


def _field(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``dataclasses.field``: its default, or what makes one for each object."""
    factory = arguments.get(-1, "default_factory")
    if factory is None:
        from .outside import by_default

        return by_default(arguments.get(0, "default") or UNKNOWN, "an argument")
    made = Made("dataclasses.field", run.number())
    state.store[(made.number, FACTORY)] = factory
    return made


SPECIAL: dict[str, Special] = {
    "asyncio.shield": _same,
    "contextlib.closing": _same,
    **dict.fromkeys(("exec", "runpy.run_module", "runpy.run_path", "contextlib.aclosing"), _elsewhere),
    "os.getpgid": _same,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "tuple": _sequence,
    "frozenset": _sequence,
    "sorted": _sequence,
    "reversed": _sequence,
    "iter": _iterator,
    "bool": _bool,
    "__import__": _import,
    "importlib.import_module": _import,
    "operator.identity": _same,
    "callable": _callable,
    "platform.system": _system,
    "types.SimpleNamespace": _namespace,
    "dataclasses.field": _field,
    "argparse.Namespace": _namespace,
    "functools.lru_cache": _passing,
    "functools.wraps": _passing,
    "functools.partial": _partial,
    "contextlib.suppress": _suppress,
    "threading.Event.is_set": _is_set,
    "threading.Event.isSet": _is_set,
    "threading.Event.clear": _clear,
    **dict.fromkeys((f"{package}.Event.is_set" for package in ("asyncio", "trio", "anyio", "gevent.event")), _is_set),
    "asyncio.Event.clear": _clear,
    "multiprocessing.Event.is_set": _is_set,
}
