"""Commands of click, typer and fire: functions that a group or an application was given by a decorator, and that it calls by the words of
the command line.

(click.palletsprojects.com/en/stable/commands, typer.tiangolo.com/tutorial/commands; a command's own call, ``main()``, goes straight to the function.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ..domain.state import Raised
from ..domain.values import NONE, UNKNOWN, Arguments, Bound, Box, Const, Function, Items, Made, Partial
from ..interpreter import expressions
from ..program.entries import any_word
from .outside import click_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from .special import Special

GROUP = "click.Group"
GROUPS = (GROUP, "typer.Typer")
_CALLABLE = Function | Bound | Partial | Made


def decorated(run: Run, frame: Frame, decorator: syntax.Expression, function: Value, state: State) -> Value | None:
    """What a decorator of click or typer makes of a function; None where it is no such decorator."""
    call = decorator if isinstance(decorator, syntax.Call) else None
    named = call.function if call is not None else decorator
    if call is not None and named.text.value.rpartition(".")[2] == "option":
        return _with_option(run, frame, call, function, state)
    if not isinstance(named, syntax.Attribute) or named.name not in ("command", "group", "callback"):
        return None
    owner = expressions.value(run, frame, named.value, state)
    made: Value = function
    if named.name == "group":
        made = Made(GROUP, run.number())
        state.store[(made.number, "#callback")] = function
    if not isinstance(owner, Made) or owner.kind not in GROUPS:
        return made if named.name == "group" else None
    if named.name == "callback":
        state.store[(owner.number, "#callback")] = function
        return function
    given = call.argument(0, "name") if call is not None else None
    name = expressions.value(run, frame, given, state) if given is not None else None
    _add(owner, str(name.value) if isinstance(name, Const) else _own_name(function), made, state)
    return made


def _with_option(run: Run, frame: Frame, call: syntax.Call, function: Value, state: State) -> Value | None:
    """The function, given what an option of the command line gives it."""
    from ..interpreter.calls import arguments_of

    option = click_option(run, arguments_of(run, frame, call, state))
    return Partial(function, Arguments((), (option,))) if option is not None else None


def _own_name(function: Value) -> str:
    while isinstance(function, Partial):
        function = function.function
    return getattr(function.node, "name", "").replace("_", "-") if isinstance(function, Function) else ""


def _add(owner: Made, name: str, command: Value, state: State) -> None:
    before = state.store.get((owner.number, "#commands"), Items(()))
    state.store[(owner.number, "#commands")] = Items((*getattr(before, "items", ()), Items((Const(name), command))))


def called(run: Run, frame: Frame, group: Made, arguments: Arguments, text: Text, state: State) -> Value:
    """The group is called: its callback, then the command that the words name. click exits when that has returned."""
    from ..interpreter.calls import call

    commands = _commands(group, state)
    words = _words(run, arguments, state)
    alone = group.kind != GROUP and len(commands) == 1 and (group.number, "#callback") not in state.store
    chosen = next((commands[word] for word in words if word in commands), None) if words is not None else None
    if alone:
        chosen = next(iter(commands.values()))
    callback = state.store.get((group.number, "#callback"))
    if isinstance(callback, _CALLABLE) and not state.dead:
        call(run, frame, callback, (), text, state)
    if state.dead:
        return UNKNOWN
    if chosen is None and (words is None or words):
        run.foreign.append((text, text.value.partition("(")[0]))
        return UNKNOWN
    if isinstance(chosen, _CALLABLE):
        call(run, frame, chosen, (), text, state)
    if not state.dead:
        frame.raises.append(Raised(state.copy(), "SystemExit", text))
        state.dead = True
    return UNKNOWN


def _commands(group: Made, state: State) -> dict[str, Value]:
    found = state.store.get((group.number, "#commands"), Items(()))
    pairs = [pair.items for pair in getattr(found, "items", ()) if isinstance(pair, Items)]
    return {str(name.value): command for name, command in pairs if isinstance(name, Const)}


def _words(run: Run, arguments: Arguments, state: State) -> Sequence[str] | None:
    """The words that name the command, without options; None where they are not known."""
    given = arguments.get(0, "args")
    if given is None or given == NONE:
        if "$@" in run.argv or any_word(run.argv):
            return None
        return [word for word in run.argv[1:] if not word.startswith("-")]
    items: tuple[Value, ...] | None = given.items if isinstance(given, Items) else None
    if isinstance(given, Box):
        items = tuple(value for (number, _), value in state.store.items() if number == given.number)
    if items is None or not all(isinstance(item, Const) for item in items):
        return None
    return [str(item.value) for item in items if isinstance(item, Const)]


def _add_command(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``group.add_command(command, name)``, ``app.add_typer(sub, name=…)``."""
    command, name = arguments.get(0, "cmd"), arguments.get(1, "name")
    if isinstance(receiver, Made) and command is not None:
        _add(receiver, str(name.value) if isinstance(name, Const) else _own_name(command), command, state)
    return NONE


def _run(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``typer.run(function)``, ``fire.Fire(function)``."""
    from ..interpreter.calls import call

    function = arguments.get(0, "component")
    if isinstance(function, Function | Bound | Partial):
        call(run, frame, function, (), text, state)
        return UNKNOWN
    run.foreign.append((text, text.value.partition("(")[0]))
    return UNKNOWN


SPECIAL: dict[str, Special] = {
    "click.Group.add_command": _add_command,
    "typer.Typer.add_typer": _add_command,
    "typer.run": _run,
    "fire.Fire": _run,
}
