"""Going through a shell model without recursion, whatever its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import AndOr, Background, Branch, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Block, Command

_FIELDS: dict[type, tuple[str, ...]] = {}
"""Of each class of the model, the fields that may hold nodes."""
_PLAIN = frozenset({"Text", "str", "bool", "int", "str | None", "Text | None"})
"""The annotations of fields that hold none."""
_NODES: dict[type, bool] = {}
"""Whether a class is one of the model's."""


def walk(node: Any) -> Iterator[Any]:
    """A node of the model and all nodes below it, in the order of their fields, parents first.

    Yields dataclasses of ``model`` (branches and arms included), not texts or plain values.
    """
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        for name in _fields(type(here)):
            value = getattr(here, name)
            if value.__class__ is tuple:
                stack += [item for item in reversed(value) if _is_node(type(item))]
            elif value is not None and _is_node(type(value)):
                stack.append(value)


def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a class of the model that may hold nodes, the last one first."""
    fields = _FIELDS.get(kind)
    if fields is None:
        kinds = kind.__annotations__
        fields = tuple(name for name in reversed(kind.__match_args__) if kinds.get(name) not in _PLAIN)  # type: ignore[attr-defined]  # of records
        _FIELDS[kind] = fields
    return fields


def _is_node(kind: type) -> bool:
    known = _NODES.get(kind)
    if known is None:
        known = _NODES[kind] = kind.__module__ == Branch.__module__ and hasattr(kind, "__match_args__")
    return known


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
