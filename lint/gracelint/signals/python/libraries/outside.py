"""What a program is told from outside: environment variables, and the options of ``argparse``, ``click`` and ``typer``.

What the image sets is known. A default holds unless whoever starts the container says otherwise: it is `Assumed`, so that it tells how long a pause is and decides no
condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.lattice import join
from ..domain.numbers import converted
from ..domain.values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Arguments,
    Assumed,
    Bound,
    Const,
    Function,
    Items,
    Made,
    Number,
    Partial,
    Ref,
    Type,
)
from ..program.entries import Unsure, any_word

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from .special import Special


def environment(run: Run, name: str, default: Value) -> Value:
    """The value of an environment variable: that of the image, else the program's default."""
    if name in run.env:
        known = run.env[name]
        return Const(known) if known is not None else UNKNOWN
    return by_default(default, name)


def by_default(default: Value, source: str) -> Value:
    """A default that ``source`` may replace."""
    if isinstance(default, Assumed):
        return default
    return Assumed(default, source) if isinstance(default, Const | Number) else UNKNOWN


def _variable(default_name: str, cast: type[int] | type[float] | None = None) -> Special:
    def variable(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        name = next(
            (given for word in ("key", "option", "name") if (given := arguments.get(0, word)) is not None), None
        )
        if not isinstance(name, Const) or not isinstance(name.value, str):
            return UNKNOWN
        default = arguments.get(1, default_name)
        missing = NONE if default_name in ("default", "failobj") and cast is None else UNKNOWN
        found = environment(run, name.value, default if default is not None else missing)
        kind = cast or _KINDS.get(arguments.get(2, "cast") or NONE)
        return converted(found, kind) if kind is not None else found

    return variable


_KINDS: dict[Value, type[int] | type[float]] = {Ref("builtins.int"): int, Ref("builtins.float"): float}


# --- argparse ----------------------------------------------------------------------------------------------------------

_PARSER = "argparse.ArgumentParser"
_OPTIONS = "#options"
# Subcommands of subcommands of subcommands.
_DEEPEST = 3


# The subcommands of a parser, each a name and a parser of its own; and where the name of the chosen one ends.
_COMMANDS = "#commands"
_CHOSEN = "#chosen"
_SUBPARSERS = "argparse.Subparsers"


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
    value = _option_value(run, names, arguments)
    option = Items((Const(str(dest)), by_default(value, long) if long.startswith("-") else value))
    _extend(receiver, _OPTIONS, state, option)
    return UNKNOWN


def _option_value(run: Run, names: list[str], arguments: Arguments) -> Value:
    """What the launch gives for an option, else its default."""
    action = arguments.get(-1, "action")
    what = action.value if isinstance(action, Const) else "store"
    default = arguments.get(-1, "default")
    if what in ("store_true", "store_false"):
        chosen = what == "store_true"
        if any(word in names for word in run.argv[1:]):
            return TRUE if chosen else FALSE
        if any_word(run.argv):
            return UNKNOWN
        return default if default is not None else FALSE if chosen else TRUE
    if what != "store" or not names[0].startswith("-") or arguments.get(-1, "nargs") is not None:
        return UNKNOWN
    kind = _KINDS.get(arguments.get(-1, "type") or NONE)
    plain = arguments.get(-1, "type") is None
    found: Value = default if default is not None else NONE
    words = run.argv[1:]
    for at, word in enumerate(words):
        name, sign, rest = word.partition("=")
        if name in names:
            if isinstance(word, Unsure):
                return UNKNOWN
            behind = words[at + 1] if at + 1 < len(words) else None
            given: Value = (
                Const(rest) if sign else UNKNOWN if behind is None or isinstance(behind, Unsure) else Const(behind)
            )
            return converted(given, kind) if kind is not None else given if plain else UNKNOWN
    if any_word(run.argv):
        return UNKNOWN
    # Only a default that is text goes through ``type``.
    if isinstance(found, Const) and isinstance(found.value, str) and not plain:
        return converted(found, kind) if kind is not None else UNKNOWN
    if isinstance(found, Assumed) and isinstance(found.value, Const) and kind is not None and found.value != NONE:
        return converted(found, kind)
    return found


def _parsed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``parse_args()``; of words of its own only the names are known."""
    from ..domain.containers import items_of

    made = Made(f"{_PARSER}.parse_args", run.number())
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


# --- click -------------------------------------------------------------------------------------------------------------


def click_option(run: Run, arguments: Arguments) -> tuple[str, Value] | None:
    """The parameter that ``click.option(…)`` fills, and its value: what the launch or the environment gives, else the default."""
    names = [one.value for one in arguments.values if isinstance(one, Const) and isinstance(one.value, str)]
    plain = [name for name in names if name.isidentifier()]
    long = max((name.partition("/")[0] for name in names if name.startswith("-")), key=len, default="")
    if not plain and not long:
        return None
    name = (plain[0] if plain else long.lstrip("-").replace("-", "_")).lower()
    if any(arguments.get(-1, word) not in (None, NONE, FALSE) for word in ("multiple", "count", "callback", "nargs")):
        return name, UNKNOWN
    default = arguments.get(-1, "default")
    flag = arguments.get(-1, "is_flag") == TRUE or "/" in "".join(names)
    if flag:
        named = (*arguments.named, ("action", Const("store_true")))
        return name, by_default(_option_value(run, names, Arguments((), named)), long)
    kind = arguments.get(-1, "type")
    if kind is None and isinstance(default, Const) and isinstance(default.value, int | float):
        kind = Ref(f"builtins.{type(default.value).__name__}")
    named = tuple((word, value) for word, value in arguments.named if word != "type")
    found = _option_value(run, names, Arguments((), (*named, *((("type", kind),) if kind is not None else ()))))
    variable = arguments.get(-1, "envvar")
    if isinstance(variable, Const) and str(variable.value) in run.env and kind in _KINDS:
        found = converted(environment(run, str(variable.value), found), _KINDS[kind])
    return name, by_default(found, long)


# --- typer, pydantic, dataclasses: defaults that a call stands for ------------------------------------------------------


def _default(source: str) -> Special:
    def default(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        return by_default(arguments.get(0, "default") or UNKNOWN, source)

    return default


SPECIAL: dict[str, Special] = {
    "os.getenv": _variable("default"),
    "os.environ.get": _variable("failobj"),
    "decouple.config": _variable("default"),
    "environs.Env.int": _variable("default", int),
    "environs.Env.float": _variable("default", float),
    _PARSER: _parser,
    **dict.fromkeys(
        (f"{_PARSER}.{word}" for word in ("add_argument_group", "add_mutually_exclusive_group")),
        _same_parser,
    ),
    f"{_PARSER}.add_subparsers": _subparsers,
    f"{_SUBPARSERS}.add_parser": _subcommand,
    f"{_PARSER}.set_defaults": _set_defaults,
    f"{_PARSER}.add_argument": _add_option,
    f"{_PARSER}.parse_args": _parsed,
    f"{_PARSER}.parse_known_args": _partly_parsed,
    "typer.Option": _default("an option"),
    "pydantic.Field": _default("a setting"),
}  # fmt: skip
