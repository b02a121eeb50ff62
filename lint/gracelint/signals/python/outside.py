"""What a program is told from outside: environment variables, and the options of ``argparse``, ``click`` and ``typer``.

What the image sets is known. A default holds unless whoever starts the container says otherwise: it is `Assumed`, so that it tells how long a pause is and decides no
condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .numbers import converted
from .values import FALSE, NONE, TRUE, UNKNOWN, Assumed, Const, Items, Made, Number, Ref, join

if TYPE_CHECKING:
    from ...source import Text
    from .run import Run
    from .special import Special
    from .state import Frame, State
    from .values import Arguments, Value


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


def _parser(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Made(_PARSER, run.number())


def _same_parser(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """A group of options, or a subcommand: its options end in the same namespace."""
    return receiver if receiver is not None else UNKNOWN


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
    before = state.store.get((receiver.number, _OPTIONS), Items(()))
    option = Items((Const(str(dest)), by_default(value, long) if long.startswith("-") else value))
    state.store[(receiver.number, _OPTIONS)] = Items((*getattr(before, "items", ()), option))
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
            given: Value = Const(rest) if sign else Const(words[at + 1]) if at + 1 < len(words) else UNKNOWN
            return converted(given, kind) if kind is not None else given if plain else UNKNOWN
    # Only a default that is text goes through ``type``.
    if isinstance(found, Const) and isinstance(found.value, str) and not plain:
        return converted(found, kind) if kind is not None else UNKNOWN
    if isinstance(found, Assumed) and isinstance(found.value, Const) and kind is not None and found.value != NONE:
        return converted(found, kind)
    return found


def _parsed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``parse_args()``; of words of its own only the names are known."""
    made = Made(f"{_PARSER}.parse_args", run.number())
    options = state.store.get((receiver.number, _OPTIONS), Items(())) if isinstance(receiver, Made) else Items(())
    own = bool(arguments.values) and arguments.values[0] != NONE
    for option in getattr(options, "items", ()):
        name, value = option.items
        key = (made.number, str(name.value))
        state.store[key] = UNKNOWN if own else join(state.store[key], value) if key in state.store else value
    return made


def _partly_parsed(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return Items((_parsed(run, frame, receiver, arguments, text, state), UNKNOWN))


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
        (f"{_PARSER}.{word}" for word in ("add_argument_group", "add_mutually_exclusive_group", "add_subparsers", "add_parser")),
        _same_parser,
    ),
    f"{_PARSER}.add_argument": _add_option,
    f"{_PARSER}.parse_args": _parsed,
    f"{_PARSER}.parse_known_args": _partly_parsed,
    "typer.Option": _default("an option"),
    "pydantic.Field": _default("a setting"),
    "dataclasses.field": _default("an argument"),
}  # fmt: skip
