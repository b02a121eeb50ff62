"""Expressions of the Python model. Those that decide nothing about signals are `Other`, with the expressions inside them kept, so that no
call is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from ....source import Text

# Of longer displays (tables of constants) the items that are constants are left out.
MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Name:
    """A name."""

    text: Text
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """``value.name``."""

    text: Text
    value: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: a string (concatenated, not formatted), bytes, number, True, False, None or ``...``."""

    text: Text
    value: str | bytes | int | float | complex | bool | None


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call: ``name`` for ``name=value``, ``star`` ``*`` or ``**``."""

    value: Expression
    name: str | None = None
    star: Literal["", "*", "**"] = ""


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``."""

    text: Text
    function: Expression
    arguments: tuple[Argument, ...]

    def argument(self, position: int, name: str) -> Expression | None:
        """The argument at a position (counted before any star) or of a name; None without it."""
        for index, argument in enumerate(self.arguments):
            if argument.star:
                break
            if argument.name is None and index == position:
                return argument.value
        return next((argument.value for argument in self.arguments if argument.name == name), None)


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple, list or set display; ``Starred`` items are `Other`."""

    text: Text
    kind: Literal["tuple", "list", "set"]
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dict display; the key of ``**value`` is None."""

    text: Text
    items: tuple[tuple[Expression | None, Expression], ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; ``star`` ``*`` or ``**`` collects the rest, ``named`` can only be given by name."""

    name: str
    default: Expression | None = None
    star: Literal["", "*", "**"] = ""
    named: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """``lambda parameters: body``."""

    text: Text
    parameters: tuple[Parameter, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Await:
    """``await value``."""

    text: Text
    value: Expression


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with its operands: ``not``, ``and``, ``or``, ``==``, ``!=``, ``<``, ``is``, ``in``, ``+``, ``-``, ``|`` … A chained
    comparison is ``and`` of its parts."""

    text: Text
    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Subscript:
    """``value[index]``; several indices are a tuple; a slice is `Other`."""

    text: Text
    value: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """``body if test else otherwise``."""

    text: Text
    test: Expression
    body: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Bind:
    """``name := value``."""

    text: Text
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Clause:
    """``for target in iterable if condition``, in a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comprehension:
    """``[value for target in iterable]`` and its like; a dictionary's has a ``key``."""

    text: Text
    kind: Literal["list", "set", "dict", "generator"]
    key: Expression | None
    value: Expression
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Any other expression: ``kind`` names it, ``parts`` are the expressions inside, in the order in which they are written.

    ``data`` is a display of more than `MOST_ITEMS` items; of these only those count that are not data themselves."""

    text: Text
    kind: Literal["starred", "yield", "formatted", "slice", "data", "other"]
    parts: tuple[Expression, ...]


Expression: TypeAlias = "Name | Attribute | Constant | Call | Items | Dictionary | Lambda | Await | Operation | Subscript | Choice | Bind | Comprehension | Other"
