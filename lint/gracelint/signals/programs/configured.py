"""Programs that the user described in the configuration: ``[tool.gracelint.programs.NAME]``.

``exec = true``: replaces itself by the rest of its arguments; ``forwards = "child"`` (or ``"group"``): starts them and passes signals
on; ``on.SIGTERM = "handles"``: a disposition by signal. Its own options (words with a dash in front of the command) are skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast, get_args

from ..model import Disposition, Program, Reaction
from .reactions import FORWARDED
from .starts import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...image.model import Argument
    from ..model import How, Started

Settings: TypeAlias = "Mapping[str, Any]"
_SOURCE = ("configuration",)


def configured(arguments: Sequence[Argument], programs: Mapping[str, Settings]) -> Program | None:
    """What the configuration says of a command line; None where it does not name the program."""
    word = arguments[0].value
    name = word if word in programs else word.rpartition("/")[2]
    settings = programs.get(name)
    if not isinstance(settings, Mapping):
        return None
    on = _on(name, settings.get("on"))
    if settings.get("exec") is True:
        return Program(name, "wrappers", _starts(arguments[1:], "exec"), stays=False, evidence=_SOURCE)
    if (to := settings.get("forwards")) in ("child", "group"):
        forward = Reaction("forwards", f"{name} passes the signal on (configuration)", to=cast("Any", to))
        table = {**dict.fromkeys(FORWARDED, forward), **on}
        starts = _starts(arguments[1:], "init")
        return Program(name, "wrappers", starts, table, table, stays=True, evidence=_SOURCE)
    clean = tuple(signal for signal, reaction in on.items() if reaction.disposition == "handles")
    return Program(name, "servers", (), on, on, stays=True, clean_signals=clean, evidence=_SOURCE)


def _on(name: str, table: object) -> dict[str, Reaction]:
    if not isinstance(table, Mapping):
        return {}
    known = get_args(Disposition)
    return {
        str(signal): Reaction(does, f"{name} {does} it (configuration)")
        for signal, does in table.items()
        if does in known
    }


def _starts(words: Sequence[Argument], how: How) -> tuple[Started, ...]:
    """The command behind the program's own options."""
    at = 0
    while at < len(words) and words[at].value.startswith("-"):
        at += 1
        if words[at - 1].value == "--":
            break
    return (command(words[at:], how),) if at < len(words) else ()
