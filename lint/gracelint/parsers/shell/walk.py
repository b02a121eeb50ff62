"""Going through a shell model without recursion, whatever its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import AndOr, Background, Branch, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Block, Command

_FIELDS: dict[type, tuple[str, ...]] = {}
"""Of each class of the model, the fields that may hold nodes."""


def walk(node: Any) -> Iterator[Any]:
    """A node of the model and all nodes below it, in the order of their fields, parents first.

    Yields dataclasses of ``model`` (branches and arms included), not texts or plain values.
    """
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        children: list[Any] = []
        for name in _fields(type(here)):
            value = getattr(here, name)
            if isinstance(value, tuple):
                children.extend(item for item in value if _fields(type(item)))
            elif _fields(type(value)):
                children.append(value)
        stack.extend(reversed(children))


def _fields(kind: type) -> tuple[str, ...]:
    fields = _FIELDS.get(kind)
    if fields is None:
        own = kind.__module__ == Branch.__module__
        fields = _FIELDS[kind] = getattr(kind, "__match_args__", ()) if own else ()
    return fields


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
