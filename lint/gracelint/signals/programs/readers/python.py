"""Python's runners and gunicorn: what their files say of the command and of its shutdown."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....records import replace
from ....regexes import regex
from ....source import join
from ..starts import command, shell_command
from ..words import split
from .files import content, matching
from .lines import inline, settings, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....source import Text
    from ...model import How, Started
    from ..catalogue import Entry
    from ..facts import Situation


def _with(started: tuple[Argument, ...], arguments: Sequence[Argument], how: How) -> tuple[Started, ...]:
    words = (*started, *arguments)
    return (command(words, how),) if words else ()


def _setting(situation: Situation, path: str, section: str, key: str) -> Text | None:
    """The raw value of a key in a TOML file of the working directory."""
    text = content(situation, path)
    if text is None:
        return None
    values = [s.value for s in settings(text, comments=False) if s.section == section and s.key == key]
    return values[-1] if values else None


def pipenv(facts: Entry, situation: Situation) -> Entry:
    """``pipenv run X``: a name under ``[scripts]`` of the Pipfile, else a command."""
    words = situation.line.operands
    if not words:
        return {}
    value = _setting(situation, "Pipfile", "scripts", words[0].value)
    script = unquoted(value) if value is not None else None
    return {"started": _with(split(script), words[1:], "exec")} if script is not None else {}


def pdm(facts: Entry, situation: Situation) -> Entry:
    """``pdm run X``: a name under ``[tool.pdm.scripts]``, else a command."""
    words = situation.line.operands
    if not words:
        return {}
    value = _setting(situation, "pyproject.toml", "tool.pdm.scripts", words[0].value)
    if value is None:
        return {}
    table = inline(value)
    if "shell" in table:
        return {"started": (shell_command(table["shell"], "fork"),)}
    script = table.get("cmd") or unquoted(value)
    if script is None:
        return {"started": (), "missing": [f"what the script {words[0].value} runs"]}
    return {"started": _with(split(script), words[1:], "fork")}


def hatch(facts: Entry, situation: Situation) -> Entry:
    """``hatch run [env:]X``: a name under the environment's scripts, else a command."""
    words = situation.line.operands
    if not words:
        return {}
    environment, _, name = words[0].value.rpartition(":")
    section = f"tool.hatch.envs.{environment or 'default'}.scripts"
    value = _setting(situation, "pyproject.toml", section, name)
    script = unquoted(value) if value is not None else None
    if script is None:
        return {}
    return {"started": (shell_command(join([script, *((f" {word.value}", word.text) for word in words[1:])]), "fork"),)}


def python_program(facts: Entry, situation: Situation) -> Entry:
    """A tool that runs a Python program in its own process, given as python is given it: a file, ``-m module``, ``-c text``."""
    line = situation.line
    start = Argument("python", situation.program.text, implied=True)
    flag = next(iter(line.given(("-m", "--module", "-c"))), None)
    if flag is not None and flag.value is not None:
        how = Argument("-c" if flag.name == "-c" else "-m", flag.argument.text, implied=True)
        return {"started": (command((start, how, flag.value, *line.operands), "exec"),)}
    return {"started": _with((start,), line.operands, "exec") if line.operands else ()}


def uv(facts: Entry, situation: Situation) -> Entry:
    """``uv run app.py``, ``uv run -m module``: python runs it."""
    line = situation.line
    words = line.operands
    flag = next(iter(line.given(("-m", "--module"))), None)
    if flag is not None and words:
        start = Argument("python", flag.argument.text, implied=True)
        return {"started": (command((start, Argument("-m", flag.argument.text, implied=True), *words), "fork"),)}
    script = bool(list(line.given(("-s", "--script"))))
    if words and (script or words[0].value.endswith((".py", ".pyw"))):
        start = Argument("python", words[0].text, implied=True)
        return {"started": (command((start, *words), "fork"),)}
    return {}


_PINS = (
    "requirements.txt",
    "requirements/*.txt",
    "requirements-*.txt",
    "constraints.txt",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pyproject.toml",
    "Pipfile",
)


def _pinned(situation: Situation, name: str) -> tuple[int, ...] | None:
    """The version of a package that the project's own files ask for exactly; None where they do not."""
    pin = re.compile(
        rf"""(?mi)^[\s"'-]*{name}(?:\[[^\]]*\])?\s*==\s*(\d+(?:\.\d+)+)|^name = "{name}"\nversion = "(\d+(?:\.\d+)+)\""""
    )
    for text in (
        text for pattern in _PINS for path in matching(situation, pattern) if (text := content(situation, path))
    ):
        if match := pin.search(text.value):
            return tuple(int(part) for part in (match[1] or match[2]).split("."))
    return None


# From the first of these versions on, until the second, uvicorn imported the application when its handlers were in force (0.28.1, 0.29.0,
# 0.46.0 and 0.47.0 looked at).
_UVICORN = (0, 29), (0, 47)


def uvicorn(facts: Entry, situation: Situation) -> Entry:
    """Whether this version imports the application before or after it installs its handlers."""
    version = _pinned(situation, "uvicorn")
    if version is None or "hosts" not in facts:
        return {}
    hosts = facts["hosts"]
    if not hosts["imported"]:
        return {"hosts": {**hosts, "imported": "after" if _UVICORN[0] <= version < _UVICORN[1] else "before"}}
    return {"hosts": {**hosts, "imported": "before"}} if version < _UVICORN[0] else {}


_GUNICORN = regex(
    r"^(graceful_timeout|daemon|reload|preload_app|worker_class|threads|wsgi_app|chdir|pythonpath)[ \t]*(?::[^=\n]*)?=[ \t]*"
    r"(?:[\"']([^\"'\n]*)[\"']|(\d+|True)\b|.*[\"'](uvicorn[._]workers?\.\w+)[\"'])",
    re.MULTILINE,
)
_FLAGS = {"daemon": "--daemon", "reload": "--reload", "preload_app": "--preload"}


def gunicorn(facts: Entry, situation: Situation) -> Entry:
    """``-c conf.py`` (or gunicorn.conf.py) and GUNICORN_CMD_ARGS: what they set literally, as options that stand before those of the
    command line; the file is not executed."""
    given = situation.line.value(("-c", "--config"))
    path = given.value.removeprefix("file:") if given else "gunicorn.conf.py"
    text = content(situation, path) if not path.startswith("python:") else None
    words = [*_gunicorn_file(text), *_environment(situation)] if text is not None else _environment(situation)
    change: Entry = {"words": tuple(words)} if words else {}
    if text is not None and "hosts" in facts:
        change["config"] = text
    if text is None and given:
        change["missing"] = [f"{given.value} is not known"]
    return change


def _gunicorn_file(text: Text) -> Iterator[Argument]:
    """The settings of a configuration file as options; the application is an operand."""
    for match in _GUNICORN.finditer(text.value):
        name, group = match[1], next(number for number in (2, 3, 4) if match[number] is not None)
        value = Argument(match[group], text.cut(*match.span(group)))
        if name in _FLAGS:
            if value.value == "True":
                yield replace(value, value=_FLAGS[name])
        elif name == "wsgi_app":
            yield value
        else:
            yield replace(value, value=f"--{name.replace('_', '-')}", implied=True)
            yield value


def _environment(situation: Situation) -> list[Argument]:
    """GUNICORN_CMD_ARGS, as words."""
    value = situation.image.env.get("GUNICORN_CMD_ARGS") or ""
    try:
        return [replace(situation.program, value=word, implied=True) for word in shlex.split(value)]
    except ValueError:
        return []
