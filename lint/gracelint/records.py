"""`dataclasses` and `typing.NamedTuple`, for classes that a short run makes by the hundred and mostly never uses.

The standard library's decorator writes and compiles some six methods for every class at import, and is itself imported
with `inspect`, `ast` and `dis`: more than half of the time of a whole run. Here a class costs what its slots cost: the one method
that is worth compiling, ``__init__``, is compiled when the first instance is made, all else is shared.

The names are drop-in replacements for what gracelint uses (type checkers are shown the originals), and `dataclasses.fields`,
`replace` and `asdict` work on these classes. Left out: ordering, ``InitVar``, ``KW_ONLY``, ``init=False``.
`typing.NamedTuple` compiles every annotation on top of the tuple itself, five times the work.

Frozen is a promise that mypy holds. At run time records refuse only in Python's development mode (``python -X dev``): a class that refuses
must set each of its own fields by a call, which took an eighth of a run.
"""

from __future__ import annotations

import sys
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

REFUSES = sys.flags.dev_mode
"""Whether the frozen records of classes made from now on refuse to be changed."""

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import dataclass, field, fields, replace
    from typing import NamedTuple
else:
    from collections import namedtuple

    _MISSING = object()

    class field:  # noqa: N801  # stands in for a function of this name
        """What is to be known of a field besides its name and type."""

        __slots__ = ("default", "default_factory", "name", "repr")

        def __init__(self, *, default=_MISSING, default_factory=_MISSING, repr=True):  # noqa: A002  # the name in dataclasses
            self.default, self.default_factory, self.repr = default, default_factory, repr
            self.name = ""

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """A class decorator; see `dataclasses.dataclass`."""
        return _made(cls, frozen, slots, eq) if cls is not None else lambda given: _made(given, frozen, slots, eq)

    def fields(cls):
        """The fields of a class or of its instance, in order."""
        return tuple(cls._fields_.values())

    def replace(record, /, **changes):
        """The same record but for some fields."""
        cls = type(record)
        if not hasattr(cls, "_values_"):  # one of the standard library's
            return cls(**{**{name: getattr(record, name) for name in cls.__match_args__}, **changes})
        change = cls.__dict__.get("_replaced_")
        if change is None:
            change = cls._replaced_ = _compiled_replace(cls)
        return change(record, **changes)

    class _TupleMaker(type):
        """Makes, of the body of a class, a named tuple with its defaults and methods."""

        def __new__(mcs, name, bases, namespace):
            names = list(namespace.get("__annotations__", ()))
            defaults = [namespace[each] for each in names if each in namespace]
            made = namedtuple(name, names, defaults=defaults, module=namespace["__module__"])
            for each, value in namespace.items():
                if each not in names and each not in ("__module__", "__dict__", "__weakref__"):
                    setattr(made, each, value)
            return made

    NamedTuple = type.__new__(_TupleMaker, "NamedTuple", (), {})

    def _made(cls, frozen, slots, eq):
        known = {}
        for base in cls.__mro__[-1:0:-1]:
            known |= base.__dict__.get("_fields_", {})
        namespace = cls.__dict__
        own = [name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")]
        for name in own:
            given = namespace.get(name, _MISSING)
            known[name] = given if isinstance(given, field) else field(default=given)
            known[name].name = name
        if slots:
            kept = {name: value for name, value in namespace.items() if name not in (*own, "__dict__", "__weakref__")}
            inherited = {name for base in cls.__mro__[1:] for name in base.__dict__.get("_fields_", ())}
            kept["__slots__"] = tuple(name for name in own if name not in inherited)
            cls = type(cls)(cls.__name__, cls.__bases__, {"__qualname__": cls.__qualname__, **kept})
            cls.__reduce__ = _reduced
        cls._fields_ = known
        cls.__match_args__ = names = tuple(known)
        # `attrgetter` gives one value by itself.
        values = attrgetter(*names) if len(names) > 1 else lambda record: tuple(getattr(record, name) for name in names)
        cls._values_ = staticmethod(values)
        cls.__dataclass_fields__ = _StandardFields()
        refuses = frozen and REFUSES
        if refuses:
            cls.__setattr__ = cls.__delattr__ = _refuse
        if eq:
            cls.__eq__, cls.__hash__ = _comparison(values, frozen)
        if "__repr__" not in namespace:
            cls.__repr__ = _repr
        if "__init__" not in namespace:

            def __init__(self, *args, **kwargs):  # noqa: N807  # a method
                cls.__init__ = _compiled_init(cls, frozen, slots, refuses)
                cls.__init__(self, *args, **kwargs)

            cls.__init__ = __init__
        return cls

    def _compiled_init(cls, frozen, slots, refuses):
        """``__init__`` in source text, as every default and setter is known by name; nothing else in the text varies."""
        names = {"_MISSING": _MISSING}
        parameters, body = ["self"], []
        for name, each in cls._fields_.items():
            value = name
            if each.default_factory is not _MISSING:
                names[f"_make_{name}"] = each.default_factory
                parameters.append(f"{name}=_MISSING")
                value = f"_make_{name}() if {name} is _MISSING else {name}"
            elif each.default is not _MISSING:
                names[f"_default_{name}"] = each.default
                parameters.append(f"{name}=_default_{name}")
            else:
                parameters.append(name)
            if refuses and slots:
                # The slot's own setter does not ask `__setattr__`, which refuses.
                names[f"_set_{name}"] = getattr(cls, name).__set__
                body.append(f"_set_{name}(self, {value})")
            else:
                body.append(f"self.__dict__[{name!r}] = {value}" if frozen and not slots else f"self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            body.append("self.__post_init__()")
        lines = "\n ".join(body or ["pass"])
        exec(f"def __init__({', '.join(parameters)}):\n {lines}", names)
        return names["__init__"]

    def _compiled_replace(cls):
        """What makes a record from another one and changes."""
        fields = cls.__match_args__
        parameters = ", ".join(("_record", "/", *(f"{name}=_MISSING" for name in fields)))
        values = ", ".join(f"_record.{name} if {name} is _MISSING else {name}" for name in fields)
        names = {"_MISSING": _MISSING, "_cls": cls}
        exec(f"def replaced({parameters}):\n return _cls({values})", names)
        return names["replaced"]

    def _comparison(values, frozen):
        def __eq__(self, other):  # noqa: N807  # a method
            if self is other:
                return True
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self):  # noqa: N807  # a method
            return hash(values(self))

        return __eq__, __hash__ if frozen else None

    def _repr(self):
        shown = (f"{each.name}={getattr(self, each.name)!r}" for each in self._fields_.values() if each.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _refuse(self, name, *value):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot change field {name!r}")

    def _reduced(self):
        return type(self), self._values_(self)

    class _StandardFields:
        """``__dataclass_fields__``, worked out when the standard library asks for it."""

        def __get__(self, record, cls):
            import dataclasses

            made = dataclasses.make_dataclass(cls.__name__, [(name, "object") for name in cls._fields_])
            cls.__dataclass_fields__ = found = made.__dataclass_fields__
            return found


class Lazy:
    """A base for records of which more can be told than their fields say: values that are worked out when they are first read.

    Such a value stands in a slot, which the base of the record declares with its type. ``worked_out`` names, for each of
    these slots, the function that makes the value of the record. Once it is made, reading it costs no call.
    """

    __slots__ = ()
    worked_out: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}

    if not TYPE_CHECKING:  # else any name would do for an attribute

        def __getattr__(self, name):
            """Python asks here for what it has not found: a slot that is still empty, or a name that means nothing."""
            work_out = self.worked_out.get(name)
            if work_out is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            value = work_out(self)
            object.__setattr__(self, name, value)
            return value


__all__ = ["Lazy", "NamedTuple", "dataclass", "field", "fields", "replace"]
