"""``argparse``: the namespace that a parser makes of the words that the program is started with.

What stands behind an option, and whether that is certain, `outside` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.lattice import join
from ..domain.values import NONE, UNKNOWN, Arguments, Bound, Const, Function, Items, Made, Partial, Type
from ..program.entries import any_word
from .outside import by_default, option_value

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from .special import Special

_PARSER = "argparse.ArgumentParser"
_NAMESPACE = f"{_PARSER}.parse_args"
_OPTIONS = "#options"
# The subcommands of a parser, each a name and a parser of its own; and where the name of the chosen one ends.
_COMMANDS = "#commands"
_CHOSEN = "#chosen"
_SUBPARSERS = "argparse.Subparsers"
_DEEPEST = 3  # subcommands of subcommands of subcommands


def _parser(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(_PARSER, run.number())
    for parent in getattr(arguments.get(-1, "parents"), "items", ()):
        if isinstance(parent, Made):
            _extend(made, _OPTIONS, state, *_all(parent, _OPTIONS, state))
    return made


def _same_parser(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """A group of options: they end in the same namespace."""
    return receiver if receiver is not None else UNKNOWN


def _subparsers(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    made = Made(_SUBPARSERS, run.number())
    if isinstance(receiver, Made):
        state.store[(made.number, "#of")] = receiver
        dest = arguments.get(-1, "dest")
        if isinstance(dest, Const) and dest != NONE:
            state.store[(receiver.number, _CHOSEN)] = dest
    return made


def _subcommand(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    made = _parser(run, frame, None, arguments, text, state)
    owner = state.store.get((receiver.number, "#of")) if isinstance(receiver, Made) else None
    name, aliases = arguments.get(0, "name"), getattr(arguments.get(-1, "aliases"), "items", ())
    if isinstance(owner, Made):
        _extend(owner, _COMMANDS, state, *(Items((one, made)) for one in (name, *aliases) if one is not None))
    return made


def _set_defaults(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``parser.set_defaults(func=serve)``: what no option of that name replaces."""
    if isinstance(receiver, Made):
        _extend(receiver, _OPTIONS, state, *(Items((Const(name), value)) for name, value in arguments.named))
    return NONE


def _extend(owner: Made, key: str, state: State, *more: Value) -> None:
    state.store[(owner.number, key)] = Items((*_all(owner, key, state), *more))


def _all(owner: Made, key: str, state: State) -> tuple[Value, ...]:
    found = state.store.get((owner.number, key))
    return found.items if isinstance(found, Items) else ()


def _add_option(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    names = [one.value for one in arguments.values if isinstance(one, Const) and isinstance(one.value, str)]
    if not isinstance(receiver, Made) or not names:
        return UNKNOWN
    long = next((name for name in names if name.startswith("--")), names[0])
    given = arguments.get(-1, "dest")
    dest = given.value if isinstance(given, Const) else long.lstrip("-").replace("-", "_")
    value = option_value(run, names, arguments)
    option = Items((Const(str(dest)), by_default(value, long) if long.startswith("-") else value))
    _extend(receiver, _OPTIONS, state, option)
    return UNKNOWN


def _parsed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``parse_args()``; of words of its own only the names are known."""
    from ..domain.containers import items_of

    made = Made(_NAMESPACE, run.number())
    given = arguments.get(0, "args")
    own = given is not None and given != NONE
    words: list[object] | None = list(run.argv[1:]) if not own else None
    if own and (items := items_of(run, given or UNKNOWN, state)) is not None:
        words = [one.value for one in items if isinstance(one, Const)]
    if isinstance(receiver, Made):
        _fill(
            made,
            receiver,
            None if words is None or "$@" in words or (not own and any_word(run.argv)) else words,
            state,
            own=own,
            depth=0,
        )
    return made


def _fill(made: Made, parser: Made, words: list[object] | None, state: State, *, own: bool, depth: int) -> None:
    """Put into a namespace what a parser makes of the words (None: not known), and what the subcommand makes of them that they name."""
    found: dict[str, Value] = {}
    for name, value in _pairs(parser, _OPTIONS, state):
        value = UNKNOWN if own and not isinstance(value, Function | Bound | Partial | Type) else value
        found[name] = join(found[name], value) if name in found else value
    state.store.update(((made.number, name), value) for name, value in found.items())
    commands = _pairs(parser, _COMMANDS, state)
    chosen = commands if words is None else [command for command in commands if command[0] in words][:1]
    dest = state.store.get((parser.number, _CHOSEN))
    if isinstance(dest, Const):
        named: Value = Const(chosen[0][0]) if chosen else NONE
        state.store[(made.number, str(dest.value))] = UNKNOWN if words is None else named
    for _, sub in chosen if depth < _DEEPEST else ():
        before = {key: value for key, value in state.store.items() if key[0] == made.number}
        if isinstance(sub, Made):
            _fill(made, sub, words, state, own=own, depth=depth + 1)
        for key, value in before.items() if words is None else ():
            state.store[key] = join(value, state.store[key])


def _pairs(owner: Made, key: str, state: State) -> list[tuple[str, Value]]:
    pairs = [one.items for one in _all(owner, key, state) if isinstance(one, Items)]
    return [(str(name.value), value) for name, value in pairs if isinstance(name, Const)]


def _partly_parsed(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return Items((_parsed(run, frame, receiver, arguments, text, state), UNKNOWN))


def _as_dictionary(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``vars(parser.parse_args())``: the options by their names. More may have been made by code that is not known."""
    from ..domain.containers import made

    space = arguments.get(0, "object")
    if not isinstance(space, Made) or space.kind != _NAMESPACE:
        return UNKNOWN
    options = [(name, value) for (number, name), value in state.store.items() if number == space.number]
    return made(run, "dict", [(repr(name), value) for name, value in options], state, known=False)


SPECIAL: dict[str, Special] = {
    _PARSER: _parser,
    "vars": _as_dictionary,
    **dict.fromkeys(
        (f"{_PARSER}.{word}" for word in ("add_argument_group", "add_mutually_exclusive_group")),
        _same_parser,
    ),
    f"{_PARSER}.add_subparsers": _subparsers,
    f"{_SUBPARSERS}.add_parser": _subcommand,
    f"{_PARSER}.set_defaults": _set_defaults,
    f"{_PARSER}.add_argument": _add_option,
    _NAMESPACE: _parsed,
    f"{_PARSER}.parse_known_args": _partly_parsed,
}
