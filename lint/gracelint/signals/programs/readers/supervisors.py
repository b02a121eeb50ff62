"""Supervisors' files: the programs that they start, and how each of them is stopped."""

from __future__ import annotations

import posixpath
import re
from math import inf
from typing import TYPE_CHECKING

from ....image.model import Absent, Argument, ImageFile
from ....records import replace
from ....regexes import regex
from ....source import join
from ..reactions import seconds
from ..starts import command, shell_command
from ..words import split
from .files import absolute, content, matching
from .lines import settings, truth
from .options import signal_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    """When each program is stopped: the group of the highest priority first, each awaited before the next; a program of no ``[group:x]`` is a group of its own.
    Equals go by their names, the last one first (supervisor/supervisord.py, ``ordered_stop_groups_phase_1``; options.py, ``Config.__lt__``; measured: 4.2.5)."""
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
    return replace(
        command(words, "supervisor"),
        stop_signal=signal_name(_value(table, "stopsignal", "TERM").split("#")[0]),
        user=_value(table, "user", "") or None,
        to_group=truth(_value(table, "stopasgroup", "false")),
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


_PROCESS = regex(r"^([\w-]+):[ \t]*(\S.*)$", re.MULTILINE)


def procfile(facts: Entry, situation: Situation) -> Entry:
    """``name: command`` lines; the operands choose among them."""
    given = situation.line.value(("-f", "--procfile"))
    path = given.value if given else "Procfile"
    text = content(situation, path)
    if text is None:
        return {"missing": [f"{path} is not known"]}
    wanted = {word.value for word in situation.line.operands}
    found = [match for match in _PROCESS.finditer(text.value) if not wanted or match[1] in wanted]
    return {"started": tuple(shell_command(text.cut(*match.span(2)).strip(), "supervisor") for match in found)}


_PORT = regex(r"\$PORT\b")
# What Ruby leaves to a shell (process.c, rb_exec_fillarg); foreman has put in the port itself.
_RUBYS_SHELL = regex(
    r"[*?{}\[\]<>()~&|\\;'`\"\n#]|\$(?!PORT\b)|^\S*[=%]|^(?:exec|cd|export|set|unset|eval|trap|umask|ulimit|if|for|while|case|until)\b"
)


def foreman(facts: Entry, situation: Situation) -> Entry:
    """A Procfile too, and Ruby starts a simple command without a shell."""
    change = procfile(facts, situation)
    if "started" not in change:
        return change
    started = []
    for child in change["started"]:
        words = () if _RUBYS_SHELL.search(child.text.value) else split(_with_port(child.text))
        started.append(command(words, "supervisor") if words else child)
    return {**change, "started": tuple(started)}


def _with_port(text: Text) -> Text:
    """A command with foreman's default port in it; which one it is does not matter."""
    pieces: list[Text | tuple[str, Text]] = []
    end = 0
    for match in _PORT.finditer(text.value):
        pieces += (text.cut(end, match.start()), ("5000", text.cut(*match.span())))
        end = match.end()
    return join([*pieces, text.cut(end, len(text))]) if pieces else text


def forego(facts: Entry, situation: Situation) -> Entry:
    """A Procfile too, and ``exec`` stands before each of its commands; ``-t`` seconds until SIGKILL."""
    change = procfile(facts, situation)
    given = situation.line.value(("-t",))
    if given and (limit := seconds(given.value)):
        why = f"forego sends SIGTERM to its processes, SIGKILL after {limit:g} seconds, and waits"
        change["on"] = {
            signal: {**reaction, "kills-after": limit, "why": why} if reaction["does"] == "forwards" else reaction
            for signal, reaction in facts["on"].items()
        }
    started = []
    for child in change.get("started", ()):
        line = join([("exec ", child.text.cut(0, 0)), child.text])
        started.append(shell_command(line, "supervisor"))
    return {**change, "started": tuple(started)}


def honcho(facts: Entry, situation: Situation) -> Entry:
    """A Procfile too, and each process leads a group of its own, all of which is signalled."""
    change = procfile(facts, situation)
    return {**change, "started": tuple(replace(child, to_group=True) for child in change.get("started", ()))}


def _run_scripts(situation: Situation, paths: Sequence[str]) -> Iterator[tuple[str, Started]]:
    """The run scripts of service folders, each as a program of its own."""
    for path in paths:
        found = situation.image.files.lookup(path)
        text = found.content or found.placed if isinstance(found, ImageFile) else None
        if text is not None:
            yield path, command((Argument(path, text),), "supervisor")


def runsvdir(facts: Entry, situation: Situation) -> Entry:
    """``runsvdir DIR``: DIR/*/run."""
    words = situation.line.operands
    folder = words[0].value if words else "/etc/service"
    started = tuple(child for _, child in _run_scripts(situation, matching(situation, f"{folder}/*/run")))
    return {"started": started} if started else {"missing": [f"the services in {folder} are not known"]}


def runsv(facts: Entry, situation: Situation) -> Entry:
    """``runsv DIR``: DIR/run."""
    words = situation.line.operands
    paths = [absolute(situation, f"{word.value}/run") for word in words[:1]]
    started = tuple(child for _, child in _run_scripts(situation, paths))
    return {"started": started} if started else {"missing": ["the service's run script is not known"]}


def s6(facts: Entry, situation: Situation) -> Entry:
    """``s6-svscan DIR``: DIR/*/run, each stopped with the signal in its ``down-signal``, and killed after its ``timeout-kill``."""
    words = situation.line.operands
    folder = words[0].value if words else "."
    started = _services(situation, (f"{folder}/*/run",))
    return {"started": started} if started else {"missing": [f"the services in {folder} are not known"]}


def _services(situation: Situation, patterns: Sequence[str]) -> tuple[Started, ...]:
    paths = [path for pattern in patterns for path in matching(situation, pattern)]
    children: list[Started] = []
    for path, child in _run_scripts(situation, paths):
        kind = content(situation, posixpath.join(posixpath.dirname(path), "type"))
        if kind is not None and kind.value.strip() == "oneshot":
            continue  # s6-rc runs it to its end before it starts what depends on it
        down = content(situation, posixpath.join(posixpath.dirname(path), "down-signal"))
        signal = signal_name(down.value) if down is not None else "SIGTERM"
        limit = content(situation, posixpath.join(posixpath.dirname(path), "timeout-kill"))
        written = limit.value.strip() if limit is not None else ""
        # In milliseconds; 0 is for ever (s6: doc/servicedir.html).
        kills_after = int(written) / 1000 if written.isdecimal() and len(written) < 10 and int(written) else None
        children.append(replace(child, stop_signal=signal, kills_after=kills_after))
    return tuple(children)


def s6_overlay(facts: Entry, situation: Situation) -> Entry:
    """``/init CMD``: the services of both generations, and the command as one more child."""
    # rc.shutdown waits for s6-rc without a limit before the rest is told and killed (s6-overlay: layout/rootfs-overlay, skel/rc.shutdown).
    longrun = _services(situation, ("/etc/s6-overlay/s6-rc.d/*/run",))
    awaited = (child if child.kills_after is not None else replace(child, kills_after=inf) for child in longrun)
    services = (*_services(situation, ("/etc/services.d/*/run",)), *awaited)
    words = situation.line.operands
    own = (replace(command(words, "supervisor"), stop_signal="SIGTERM", to_group=True),) if words else ()
    change: Entry = {"started": (*services, *own)}
    if not change["started"]:
        change["missing"] = ["the services of s6-overlay are not known"]
    grace = situation.image.env.get("S6_KILL_GRACETIME")
    if grace and grace.isdecimal():
        limit = int(grace[:9]) / 1000
        change["on"] = {signal: {**old, "kills-after": limit} for signal, old in facts["on"].items()}
    return change
