"""Statements of the Python model, and the module that they make up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from ....source import Span, Text
    from .expressions import Expression, Parameter
    from .patterns import Pattern


@dataclass(frozen=True, slots=True)
class Import:
    """``import a.b as c``: one node a name; ``alias`` is None without ``as``."""

    text: Text
    module: str
    alias: str | None


@dataclass(frozen=True, slots=True)
class ImportFrom:
    """``from ..module import name as alias``; ``level`` counts the dots; ``names`` is empty for ``*``."""

    text: Text
    module: str
    level: int
    names: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function; ``generator``: it yields."""

    text: Text
    name: str
    parameters: tuple[Parameter, ...]
    decorators: tuple[Expression, ...]
    body: tuple[Statement, ...]
    asynchronous: bool
    generator: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class; ``bases`` without keywords."""

    text: Text
    name: str
    bases: tuple[Expression, ...]
    decorators: tuple[Expression, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """``a = b = value``, ``a: T = value`` (``value`` None without one), ``a += value`` (``operator`` ``+``)."""

    text: Text
    targets: tuple[Expression, ...]
    value: Expression | None
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression as a statement."""

    text: Text
    value: Expression


@dataclass(frozen=True, slots=True)
class Return:
    """``return value``."""

    text: Text
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Raise:
    """``raise value``; None for a bare ``raise``."""

    text: Text
    value: Expression | None


@dataclass(frozen=True, slots=True)
class If:
    """``if``; an ``elif`` is an `If` alone in ``otherwise``."""

    text: Text
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class While:
    """``while``."""

    text: Text
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For:
    """``for target in iterable``."""

    text: Text
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    asynchronous: bool


@dataclass(frozen=True, slots=True)
class With:
    """``with value as target, ...``."""

    text: Text
    items: tuple[tuple[Expression, Expression | None], ...]
    body: tuple[Statement, ...]
    asynchronous: bool


@dataclass(frozen=True, slots=True)
class Handler:
    """``except type as name``; ``type`` None for a bare ``except:``. ``text`` is the whole clause, ``keyword`` the word ``except``."""

    text: Text
    keyword: Text
    type: Expression | None
    name: str | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """``try``."""

    text: Text
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    otherwise: tuple[Statement, ...]
    final: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """``case pattern if guard:``."""

    pattern: Pattern
    guard: Expression | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """``match``."""

    text: Text
    subject: Expression
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """``global`` or ``nonlocal`` names."""

    text: Text
    keyword: Literal["global", "nonlocal"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """``pass``, ``break``, ``continue``, and ``del``, ``assert`` and whatever else with the expressions inside."""

    text: Text
    keyword: str
    parts: tuple[Expression, ...] = ()


Statement: TypeAlias = "Import | ImportFrom | Function | Class | Assign | Evaluate | Return | Raise | If | While | For | With | Try | Match | Scope | Plain"


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why a file could not be read; ``certain``: no Python reads it either, as far as libcst knows."""

    message: str
    span: Span
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Module:
    """A file. ``body`` is empty where it could not be read, and ``problem`` says why."""

    text: Text
    body: tuple[Statement, ...]
    problem: SyntaxProblem | None = None


def unreadable(text: Text, message: str, offset: int = 0, *, certain: bool = True) -> Module:
    """A file that cannot be read, and why; ``offset`` is where, in characters."""
    at = min(max(offset, 0), len(text))
    return Module(text, (), SyntaxProblem(message, text.cut(at, at).span, certain))
