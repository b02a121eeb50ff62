"""Registrations that are never reached: written in a module of the program, behind the call that blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text
    from ..interpreter.run import Run

_INSTALLERS = ("signal.signal", "add_signal_handler")


def late_registration(run: Run, signal: str) -> Text | None:
    """A call that would install a handler for the signal and was not executed, in a block of which an earlier statement was."""
    for module in run.sources.parsed:
        for block in _blocks(module.body):
            reached = False
            for statement in block:
                executed = (statement.text.buffer, statement.text.start) in run.executed
                if reached and not executed and isinstance(statement, syntax.Evaluate):
                    call = statement.value
                    if isinstance(call, syntax.Call) and _installs(call, signal):
                        return call.text
                reached = reached or executed
    return None


def _installs(call: syntax.Call, signal: str) -> bool:
    name = call.function.text.value
    first = call.argument(0, "signalnum")
    return name.endswith(_INSTALLERS) and first is not None and first.text.value.endswith(signal)


def _blocks(body: tuple[syntax.Statement, ...]) -> Iterator[tuple[syntax.Statement, ...]]:
    stack = [body]
    while stack:
        block = stack.pop()
        yield block
        for statement in block:
            for name in ("body", "otherwise", "final"):
                inner = getattr(statement, name, None)
                if inner:
                    stack.append(inner)
            if isinstance(statement, syntax.Try):
                stack += [handler.body for handler in statement.handlers]
