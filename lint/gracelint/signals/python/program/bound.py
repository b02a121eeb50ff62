"""What the text of a program binds: names by the places where they can be seen, and attributes, whatever the object.

A name that is bound nowhere is certain to fail where it is asked for; of any other it depends on what the program has come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Whatever is done by these may bind any name.
_UNSEEN = ("globals()", "exec(", "vars(", "setattr(", "__dict__", "builtins.", "gettext")
# The name that stands for any.
ANY = "*"


class Bound:
    """What one module binds."""

    def __init__(self, module: syntax.Module) -> None:
        self._own = frozenset(names(module.body))
        self._inside: list[tuple[int, int, frozenset[str]]] = []
        # Anything may be bound, by what the text does not tell.
        self.anything = any(word in module.text.value for word in _UNSEEN)
        self.attributes: set[str] = set()
        # Functions and classes, wherever they are defined.
        self.functions: set[str] = set()
        # Names and attributes that are given anything but None.
        self.given: set[str] = set()
        # Names that a function binds outside of itself.
        self.declared: set[str] = set()
        for node in _every(module.body):
            self._note(node)

    def _note(self, node: object) -> None:
        match node:
            case syntax.Function() | syntax.Lambda() | syntax.Class() | syntax.Comprehension():
                inside = frozenset(locals_of(node))
                self._inside.append((node.text.start, node.text.end, inside))
                if isinstance(node, syntax.Class):
                    self.attributes |= inside
                if isinstance(node, syntax.Function | syntax.Class):
                    self.given.add(node.name)
                    self.functions.add(node.name)
            case syntax.Scope(names=given):
                self._own |= frozenset(given)
                self.declared.update(given)
            case syntax.Assign(targets=targets, value=value):
                self._targets(
                    targets, none=value is None or (isinstance(value, syntax.Constant) and value.value is None)
                )
            case syntax.For(target=target) | syntax.Clause(target=target):
                self._targets((target,), none=False)
            case syntax.With(items=items):
                self._targets([target for _, target in items if target is not None], none=False)
            case (
                syntax.Import()
                | syntax.ImportFrom()
                | syntax.Bind()
                | syntax.Handler()
                | syntax.Capture()
                | syntax.Rest()
                | syntax.Mapping()
            ):
                self.given.update(_of_one(node))

    def _targets(self, targets: Iterable[syntax.Expression], *, none: bool) -> None:
        for part in _every(targets):
            name = part.name if isinstance(part, syntax.Name | syntax.Attribute) else ""
            if isinstance(part, syntax.Attribute):
                self.attributes.add(name)
            if name and not none:
                self.given.add(name)

    def sees(self, name: str, at: int) -> bool:
        """Whether anything may bind a name that stands at a place."""
        return self.has(name) or any(start <= at < end and name in inside for start, end, inside in self._inside)

    def has(self, name: str) -> bool:
        """Whether the module itself may have a name."""
        return self.anything or name in self._own or ANY in self._own

    def sets(self, name: str) -> bool:
        """Whether anything may give an object an attribute of this name."""
        return self.anything or name in self.attributes


def locals_of(node: syntax.Function | syntax.Lambda | syntax.Class | syntax.Comprehension) -> Iterator[str]:
    """The names that live in the scope of a node."""
    match node:
        case syntax.Comprehension(clauses=clauses):
            for clause in clauses:
                yield from _of_target(clause.target)
        case syntax.Lambda(parameters=parameters):
            yield from (one.name for one in parameters)
        case syntax.Class(body=body):
            yield from names(body, declared=True)
        case syntax.Function(parameters=parameters, body=body):
            yield from (one.name for one in parameters)
            elsewhere = {
                name for one in _every(body, inner=False) if isinstance(one, syntax.Scope) for name in one.names
            }
            yield from (name for name in names(body) if name not in elsewhere)


def names(body: Iterable[object], *, declared: bool = False) -> Iterator[str]:
    """The names that statements bind in the scope that they are in; ``declared``: also those that are only given a type."""
    for node in _every(body, inner=False):
        if isinstance(node, syntax.Assign) and node.value is None and not declared:
            continue
        yield from _of_one(node)


def _of_one(node: object) -> Iterator[str]:
    match node:
        case syntax.Function(name=name) | syntax.Class(name=name) | syntax.Bind(name=name):
            yield name
        case syntax.Import(module=module, alias=alias):
            yield alias or module.partition(".")[0]
        case syntax.ImportFrom(names=given):
            yield from (alias or name for name, alias in given)
            if not given:
                yield ANY
        case syntax.Assign(targets=targets):
            for target in targets:
                yield from _of_target(target)
        case syntax.For(target=target):
            yield from _of_target(target)
        case syntax.With(items=items):
            for _, given_to in items:
                yield from _of_target(given_to) if given_to is not None else ()
        case syntax.Handler(name=name) | syntax.Capture(name=name) | syntax.Rest(name=name) if name is not None:
            yield name
        case syntax.Mapping(rest=name) if name is not None:
            yield name
        case syntax.Plain(keyword=keyword) if keyword not in _PLAIN:
            yield ANY  # syntax that this reader does not know


_PLAIN = frozenset(("pass", "break", "continue", "del", "assert"))


def _of_target(target: syntax.Expression) -> Iterator[str]:
    """The names in a target: those in the index of ``items[index]`` are none."""
    match target:
        case syntax.Name(name=name):
            yield name
        case syntax.Items(items=parts) | syntax.Other(parts=parts):
            for part in parts:
                yield from _of_target(part)


_NODES = tuple(kind for kind in vars(syntax).values() if isinstance(kind, type))


def _every(roots: Iterable[object], *, inner: bool = True) -> Iterator[object]:
    """All nodes; but for those of scopes of their own, unless ``inner``."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack += node
        elif isinstance(node, _NODES):
            yield node
            if inner or not isinstance(node, syntax.Function | syntax.Class | syntax.Lambda):
                stack += (getattr(node, name) for name in getattr(type(node), "__match_args__", ()))
