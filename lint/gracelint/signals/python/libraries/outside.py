"""What a program is told from outside: environment variables, and options (those of ``click`` and ``typer``; `argument_parsers`).

What the image sets is known. A default holds unless whoever starts the container says otherwise: it is `Assumed`, so that it tells how long
a pause is and decides no condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.numbers import converted
from ..domain.values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Arguments,
    Assumed,
    Const,
    Number,
    Ref,
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


# --- options of the launch ---------------------------------------------------------------------------------------------


def option_value(run: Run, names: list[str], arguments: Arguments) -> Value:
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
        return name, by_default(option_value(run, names, Arguments((), named)), long)
    kind = arguments.get(-1, "type")
    if kind is None and isinstance(default, Const) and isinstance(default.value, int | float):
        kind = Ref(f"builtins.{type(default.value).__name__}")
    named = tuple((word, value) for word, value in arguments.named if word != "type")
    found = option_value(run, names, Arguments((), (*named, *((("type", kind),) if kind is not None else ()))))
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
    "typer.Option": _default("an option"),
    "pydantic.Field": _default("a setting"),
}
