"""Process managers of Node: which programs pm2 and nodemon start, as their configuration files say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....records import replace
from ....regexes import regex
from ....source import join
from ..starts import command, shell_command
from .files import content
from .javascript import behind_dashes, package_json, with_arguments
from .jsontext import decoded, members, strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ...model import Started
    from ..catalogue import Entry
    from ..facts import Situation


_CONFIGURATION = regex(r"\.(?:json|ya?ml)$|\.config\.[cm]?js$")
_INTERPRETERS = {".py": "python3", ".rb": "ruby", ".php": "php", ".pl": "perl", ".sh": "bash", ".ts": "bun"}


def _interpreted(word: Argument, arguments: Sequence[Argument]) -> Started:
    """A program file behind the interpreter that its name asks for; node where it says nothing else."""
    suffix = word.value[word.value.rfind(".") :] if "." in word.value else ""
    if not suffix and "/" not in word.value:
        return command((word, *arguments), "supervisor")
    interpreter = Argument(_INTERPRETERS.get(suffix, "node"), word.text, implied=True)
    return command((interpreter, word, *arguments), "supervisor")


def pm2(facts: Entry, situation: Situation) -> Entry:
    """``pm2-runtime [start] app.js | ecosystem.config.js | npm -- start``."""
    words = situation.line.operands
    if words and words[0].value == "start":
        words = words[1:]
    change: Entry = _pm2_timing(facts, situation)
    if not words:
        return change
    if words[0].value in ("npm", "yarn", "pnpm", "npx"):
        why = f"pm2 interrupts {words[0].value}, its shell and the application at once; who leaves first decides"
        change = {"on": {signal: {"does": "unknown", "why": why} for signal in facts["on"]}}
    if not _CONFIGURATION.search(words[0].value):
        return {**change, "started": _trees(_interpreted(words[0], behind_dashes(words[1:])))}
    text = content(situation, words[0].value)
    if text is None:
        scripts = []
    elif words[0].value.endswith(".json"):
        scripts = [decoded(value) for keys, value in strings(text) if keys[-1] == "script"]
    else:
        scripts = _ecosystem(text)
    if not scripts:
        return {**change, "missing": [f"which programs {words[0].value} names"]}
    return {**change, "started": _trees(*(_interpreted(Argument(s.value, s), ()) for s in scripts))}


# What a program of an ecosystem file may be called, and what would change how it is started or stopped.
_SCRIPT = regex(r"(?m)(?<![\w$.])['\"]?script['\"]?\s*:\s*(?:(['\"])([^'\"\n\\]{1,200})\1\s*(?=[,}\n]))?")
_OTHERWISE = regex(
    r"\b(?:interpreter|args|cwd|kill_timeout|shutdown_with_message|treekill|require|import|autorestart|cron_restart)\b|^\s*//|/\*",
    re.MULTILINE,
)


def _ecosystem(text: Text) -> list[Text]:
    """The programs of an ecosystem file, which is a module; none where one of them is not written out, or something is said of them that is
    not read."""
    if _OTHERWISE.search(text.value):
        return []
    found = list(_SCRIPT.finditer(text.value))
    return [text.cut(*match.span(2)) for match in found] if all(match[2] for match in found) else []


def _trees(*started: Started) -> tuple[Started, ...]:
    """pm2 signals a process with all that it started."""
    return tuple(replace(child, to_group=True) for child in started)


def _pm2_timing(facts: Entry, situation: Situation) -> Entry:
    """How long pm2 waits before it kills, in milliseconds."""
    given = situation.line.value(("--kill-timeout",))
    value = given.value if given else situation.image.env.get("PM2_KILL_TIMEOUT")
    if not value or not value.isdecimal():
        return {}
    limit = int(value[:9]) / 1000
    why = f"pm2-runtime interrupts the application and kills it after {limit:g} seconds"
    return {"on": {signal: {**old, "kills-after": limit, "why": why} for signal, old in facts["on"].items()}}


def nodemon(facts: Entry, situation: Situation) -> Entry:
    """``nodemon [--exec "ts-node"] [app.ts]``; without a program what nodemon.json or package.json says (nodemon: lib/config/exec.js)."""
    words = situation.line.operands
    package, missing = package_json(situation)
    given = situation.line.value(("-x", "--exec"))
    execute = join([(given.value, given.text)]) if given is not None else _configured_exec(situation, package)
    if execute is None and not words:
        main = members(package).get("main") if package is not None else None
        if main is not None:
            words = (Argument(main.value, main),)
        elif package is not None:  # itself it would start over and over, and so it does not
            start = members(package, "scripts").get("start")
            execute = start if start is not None and "nodemon" not in start.value.split(" ") else None
    if execute is not None:
        return {"started": (shell_command(with_arguments(execute, words), "supervisor"),)}
    if words:
        return {"started": (_interpreted(words[0], words[1:]),)}
    return missing or {"missing": ["which program nodemon runs"]}


def _configured_exec(situation: Situation, package: Text | None) -> Text | None:
    """``exec`` of nodemon.json, else of package.json's ``nodemonConfig``."""
    settings = content(situation, "nodemon.json")
    if settings is not None:
        return members(settings).get("exec")
    return members(package, "nodemonConfig").get("exec") if package is not None else None
