"""Going through a shell model without recursion, whatever its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import model
from .model import AndOr, Background, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Block, Command

_PLAIN = frozenset({"Text", "str", "bool", "int", "str | None", "Text | None"})
"""The annotations of fields that hold no nodes."""


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of a class of the model that may hold nodes, the last one first."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        kinds = kind.__annotations__
        fields = tuple(name for name in reversed(kind.__match_args__) if kinds.get(name) not in _PLAIN)  # type: ignore[attr-defined]  # a record names its fields there
        self[kind] = fields
        return fields


class _Nodes(dict[type, bool]):
    """Whether a class is one of the model's."""

    def __missing__(self, kind: type) -> bool:
        known = self[kind] = vars(model).get(kind.__name__) is kind
        return known


_FIELDS, _NODES = _Fields(), _Nodes()


def walk(node: Any) -> Iterator[Any]:
    """A node of the model and all nodes below it, in the order of their fields, parents first.

    Yields records of ``model`` (branches and arms included), not texts or plain values.
    """
    fields, nodes = _FIELDS, _NODES
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        for name in fields[here.__class__]:
            value = getattr(here, name)
            if value.__class__ is tuple:
                if value:
                    stack += [item for item in value[::-1] if nodes[item.__class__]]
            elif value is not None and nodes[value.__class__]:
                stack.append(value)


def commands_of(block: Block) -> Iterator[Command]:
    """The commands that a block may run by itself, chains, pipelines and ``&`` taken apart, compounds left whole."""
    stack: list[Command] = list(reversed(block.commands))
    while stack:
        command = stack.pop()
        if isinstance(command, AndOr):
            stack += [command.right, command.left]
        elif isinstance(command, Pipeline):
            stack += reversed(command.commands)
        elif isinstance(command, Background):
            stack.append(command.command)
        else:
            yield command
