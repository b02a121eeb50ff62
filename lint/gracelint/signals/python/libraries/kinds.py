"""Of what class a value is, where that is known: ``isinstance``, and the patterns of ``match``."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from ..domain.values import UNKNOWN, Const, Instance, Items, Ref, Type, Union
from ..interpreter.attributes import lineage

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


def _isinstance(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    found = instance_of(arguments.get(0, "") or UNKNOWN, arguments.get(1, "") or UNKNOWN)
    return UNKNOWN if found is None else Const(found)


def instance_of(value: Value, kind: Value) -> bool | None:
    """Whether a value is an object of a class, or of one of several; None where that is not known."""
    if isinstance(kind, Items | Union):
        found = {instance_of(value, one) for one in (kind.items if isinstance(kind, Items) else kind.values)}
        return True if True in found and isinstance(kind, Items) else found.pop() if len(found) == 1 else None
    if isinstance(value, Instance) and isinstance(kind, Type | Ref):
        ancestors = lineage(value.type)
        return True if kind in ancestors else None if any(not isinstance(one, Type) for one in ancestors) else False
    if isinstance(value, Const):
        known = getattr(builtins, kind.name.removeprefix("builtins."), None) if isinstance(kind, Ref) else None
        return isinstance(value.value, known) if isinstance(known, type) else False if isinstance(kind, Type) else None
    return None


def _new(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    kind = arguments.get(0, "cls")
    return Instance(kind, run.number()) if isinstance(kind, Type) else UNKNOWN


SPECIAL: dict[str, Special] = {"isinstance": _isinstance, "object.__new__": _new}
