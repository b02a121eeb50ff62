"""supervisord: the programs that its files start, and how each of them is stopped."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....image.model import Absent
from ....records import replace
from ....regexes import regex
from ....source import join
from ..reactions import seconds
from ..starts import command
from ..words import split
from .files import absolute, content, matching
from .lines import settings, truth
from .options import signal_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....source import Text
    from ...model import Started
    from ..catalogue import Entry
    from ..facts import Situation

_SUPERVISORD = (
    "supervisord.conf",
    "etc/supervisord.conf",
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
)
# supervisord.org/configuration.html: "Python string expressions"; numbers are of the first of several processes.
_EXPANSION = regex(r"%\((\w{1,100})\)\d{0,2}[sd]|%%")
# Files that one configuration may include.
_INCLUDES = 100


def supervisord(facts: Entry, situation: Situation) -> Entry:
    """``[program:x]`` sections, included files too; ``nodaemon`` of ``[supervisord]``."""
    given = situation.line.value(("-c", "--configuration"))
    paths = (given.value,) if given else _SUPERVISORD
    path = next((path for path in paths if content(situation, path) is not None), None)
    if path is None:
        return {"missing": [f"{given.value if given else 'supervisord.conf'} is not known"]}
    sections = _sections(situation, path)
    change: Entry = {}
    own = sections.get("supervisord", {})
    if "nodaemon" in own and not any(situation.line.given(("-n", "--nodaemon"))):
        change["daemonizes"] = not truth(own["nodaemon"].value)
    names = [name for name in sections if name.startswith(("program:", "fcgi-program:"))]
    names = [name for name in names if _starts(sections, name, situation) is not False]
    folder = posixpath.dirname(absolute(situation, path))
    turns = _turns(sections)
    started: list[Started] = []
    inherited = {"directory": own["directory"]} if "directory" in own else {}
    for name in names:
        own_names = {"program_name": name.partition(":")[2], "here": folder}
        table = {**inherited, **sections[name]}
        child = _supervised(table, own_names, situation, turns.get(name, 0))
        if child is not None:
            sure = _starts(sections, name, situation)
            started.append(child if sure else replace(child, perhaps=own_names["program_name"]))
    change["started"] = tuple(started)
    waits = [child.kills_after for child in change["started"] if child.kills_after is not None]
    if waits:
        limit = max(waits)
        why = f"supervisord stops its programs{_order(change['started'])}, kills what is left after {limit:g} seconds, and ends"
        stops = ("SIGTERM", "SIGINT", "SIGQUIT")
        change["on"] = {signal: {**facts["on"][signal], "kills-after": limit, "why": why} for signal in stops}
    return change


def _sections(situation: Situation, path: str) -> dict[str, dict[str, Text]]:
    """Sections by name, of a file and of those that it includes."""
    sections: dict[str, dict[str, Text]] = {}
    paths = [path]
    for index, name in enumerate(paths):
        text = content(situation, name)
        for setting in settings(text) if text is not None else ():
            sections.setdefault(setting.section, {})[setting.key] = setting.value
        if index == 0 and "files" in sections.get("include", {}):
            folder = posixpath.dirname(absolute(situation, path))
            for pattern in sections["include"]["files"].value.split()[:_INCLUDES]:
                paths += matching(situation, posixpath.join(folder, pattern))[:_INCLUDES]
    return sections


def _turns(sections: Mapping[str, dict[str, Text]]) -> dict[str, int]:
    """When each program is stopped: the group of the highest priority first, each awaited before the next; a program of no ``[group:x]`` is
    a group of its own. Equals go by their names, the last one first (supervisor/supervisord.py, ``ordered_stop_groups_phase_1``;
    options.py, ``Config.__lt__``; measured: 4.2.5)."""
    groups: dict[str, list[str]] = {}
    for name, table in sections.items():
        if name.startswith("group:"):
            members = _value(table, "programs", "").replace(",", " ").split()
            groups[name] = [f"{kind}:{member}" for member in members for kind in ("program", "fcgi-program")]
    grouped = {member for members in groups.values() for member in members}
    alone = {
        name: [name] for name in sections if name.startswith(("program:", "fcgi-program:")) and name not in grouped
    }
    ordered = sorted(
        {**groups, **alone}.items(), key=lambda group: (_priority(sections[group[0]]), group[0].partition(":")[2])
    )
    return {member: turn for turn, (_, members) in enumerate(ordered) for member in members}


def _order(started: Sequence[Started]) -> str:
    """In words, whether its programs are stopped at once."""
    turns = {child.turn for child in started}
    if len(turns) < 2:
        return ""
    return " one after the other" if len(turns) == len(started) else " one group after the other"


def _priority(table: dict[str, Text]) -> int:
    written = _value(table, "priority", "999").split("#")[0].strip()
    return int(written) if written.removeprefix("-").isdecimal() and len(written) < 10 else 999


def _value(table: dict[str, Text], key: str, default: str) -> str:
    return table[key].value if key in table else default


def _expanded(text: Text, own: Mapping[str, str], situation: Situation) -> Text:
    """``%(ENV_PORT)s``, ``%(program_name)s`` … of a command; a variable that the image does not set is left to a shell (``${PORT}``)."""
    pieces: list[Text | tuple[str, Text]] = []
    end = 0
    for match in _EXPANSION.finditer(text.value):
        start, name = match.start(), match[1] or ""
        if name.startswith("ENV_"):
            variable = name.removeprefix("ENV_")
            value = situation.image.env.get(variable) or f"${{{variable}}}"
        else:
            value = "%" if match[0] == "%%" else own.get(name, "0")
        pieces += (text.cut(end, start), (value, text.cut(start, match.end())))
        end = match.end()
    return join([*pieces, text.cut(end, len(text))]) if pieces else text


def _starts(sections: Mapping[str, dict[str, Text]], name: str, situation: Situation) -> bool | None:
    """Whether supervisord starts a program: None where it depends on a variable, or somebody may ask for it, for which supervisord has to listen."""
    if "autostart" not in sections[name]:
        return True
    value = _expanded(sections[name]["autostart"], {}, situation).value
    if truth(value):
        return True
    listens = "unix_http_server" in sections or "inet_http_server" in sections
    return None if "${" in value or listens else False


def _supervised(table: dict[str, Text], own: Mapping[str, str], situation: Situation, turn: int) -> Started | None:
    """One program of supervisord; SIGTERM and ten seconds where it says nothing else."""
    words = split(_expanded(table["command"], own, situation)) if "command" in table else ()
    if not words:
        return None
    if "${" in words[0].value:  # in which folder the program is, is not known
        words = (replace(words[0], value=posixpath.basename(words[0].value)), *words[1:])
    as_group = _value(table, "stopasgroup", "false")
    return replace(
        command(words, "supervisor"),
        stop_signal=signal_name(_value(table, "stopsignal", "TERM").split("#")[0]),
        user=_value(table, "user", "") or None,
        to_group=truth(as_group),
        kills_group=truth(_value(table, "killasgroup", as_group)),
        kills_after=seconds(_value(table, "stopwaitsecs", "10")),
        turn=turn,
        folder=_directory(table, own, situation, words[0].value),
    )


def _directory(table: dict[str, Text], own: Mapping[str, str], situation: Situation, program: str) -> str | None:
    """Where supervisord starts a program: ``directory``. A ``./run.sh`` has to be where supervisord is itself as well: it looks for
    it before it goes there (supervisor/process.py, ``get_execv_args``; measured: 4.2.5, "can't find command")."""
    if "directory" not in table:
        return None
    beside = "/" in program and not program.startswith("/")
    if beside and isinstance(situation.image.files.lookup(absolute(situation, program)), Absent):
        return None
    named = _expanded(table["directory"], own, situation).value
    return absolute(situation, named) if "${" not in named else None
