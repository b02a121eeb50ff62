"""Package runners of JavaScript: which script of package.json they run, and how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....image.model import Argument, ImageFile
from ....records import replace
from ....regexes import regex
from ....source import join
from ..starts import command, direct, shell_command
from .built import server
from .files import absolute, content
from .jsontext import decoded, encode, members, strings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....source import Text
    from ...model import Started
    from ..catalogue import Entry
    from ..facts import Situation

_FOLDERS = ("-C", "--prefix", "--cwd", "--dir")
# A workspace: its folder, or the name of its package, of which nothing is known then.
_WORKSPACE = ("-w", "--workspace")
_WORKSPACES = ("--workspaces", "-ws", "-r", "--recursive", "-F", "--filter")
# Which npm a Node release carries, where it is one that swallows SIGTERM (9.6.7 to 10.2.4): https://nodejs.org/dist/index.json
_SWALLOWING_NODE = {18: (17, 19), 20: (3, 11), 21: (0, 6)}
_NODE_TAG = regex(r"(?:^|/)node:(\d+)(?:\.(\d+))?")


def _folder(situation: Situation) -> str:
    named = situation.line.value((*_FOLDERS, *_WORKSPACE))
    return named.value if named else ""


def _package(situation: Situation) -> tuple[Text | None, Entry]:
    """package.json; with what is to be said where it is not known."""
    text = content(situation, "package.json", _folder(situation))
    path = absolute(situation, "package.json", _folder(situation))
    return text, ({} if text is not None else {"missing": [f"{path} is not known"]})


def _with_arguments(script: Text, arguments: Sequence[Argument]) -> Text:
    """The script with the arguments of the command line behind it, as the runners join them."""
    parts: list[Text | tuple[str, Text]] = [script]
    for argument in arguments:
        parts += [(" ", argument.text.cut(0, 0)), (argument.value, argument.text)]
    return join(parts, encode) if arguments else script


def _rest(arguments: Sequence[Argument]) -> Sequence[Argument]:
    """Arguments behind an optional ``--``."""
    return arguments[1:] if arguments and arguments[0].value == "--" else arguments


def _script(situation: Situation, name: str, arguments: Sequence[Argument]) -> tuple[Text | None, Entry]:
    """A script of package.json; ``npm start`` without one is ``node server.js``. A variable of a compose file may stand for any."""
    if "$" in name:
        return None, {"missing": [f"which script {name} is"]}
    if any(situation.line.given(_WORKSPACES)):
        return None, {"missing": [f"which packages have a script {name}"]}
    package, missing = _package(situation)
    if package is None:
        return None, missing
    found = members(package, "scripts").get(name)
    if found is None:
        return None, {"missing": [f"package.json has no script {name}"], "stays": False}  # it says so, and ends
    return _with_arguments(found, arguments), {}


def _npm_reaction(situation: Situation) -> Entry:
    """npm 9.6.7 to 10.2.4 catch SIGTERM and pass nothing on."""
    version = situation.image.env.get("NODE_VERSION")
    match = re.match(r"v?(\d+)\.(\d+)", version) if version else None
    match = match or _NODE_TAG.search(situation.image.base.reference)
    if not match or not match[2]:
        return {}
    low, high = _SWALLOWING_NODE.get(int(match[1]), (1, 0))
    if not low <= int(match[2]) <= high:
        return {}
    why = f"the npm of Node {match[1]}.{match[2]} catches it and passes nothing on"
    return {"on": {"SIGTERM": {"does": "ignores", "why": why}}}


def npm(facts: Entry, situation: Situation) -> Entry:
    """``npm start``, ``npm run X``: ``sh -c`` of the script."""
    operands = situation.line.operands
    name = situation.subcommand[-1]
    if name in ("run", "run-script", "rum", "urn"):
        if not operands:
            return {"stays": False}
        name, operands = operands[0].value, operands[1:]
    script, missing = _script(situation, "test" if name == "t" else name, _rest(operands))
    if script is None and name == "start" and content(situation, "server.js", _folder(situation)) is not None:
        return {"started": (_default_start(situation),), **_npm_reaction(situation)}
    if script is None:
        return {**missing, **_npm_reaction(situation)}
    return {"started": (shell_command(script, "fork", _npm_shell(situation)),), **_npm_reaction(situation)}


def _default_start(situation: Situation) -> Started:
    """``npm start`` of a package with a server.js and no script of that name, npm-start(1)."""
    text = situation.line.words[0].text if situation.line.words else situation.program.text
    return shell_command(join([("node server.js", text)]), "fork", "sh")


_SCRIPT_SHELL = regex(r"^[ \t]*script-shell[ \t]*=[ \t]*(\S+)", re.MULTILINE)


def _npm_shell(situation: Situation) -> str:
    """The shell that npm runs scripts with: an option, the environment, .npmrc, else ``sh``."""
    given = situation.line.value(("--script-shell",))
    named = given.value if given else situation.image.env.get("npm_config_script_shell")
    settings = content(situation, ".npmrc", _folder(situation)) if not named else None
    match = _SCRIPT_SHELL.search(settings.value) if settings is not None else None
    return named or (match[1] if match else "sh")


def npx(facts: Entry, situation: Situation) -> Entry:
    """``npx command``: ``sh -c command``; ``-c string``: ``sh -c string``."""
    call = situation.line.value(("-c", "--call"))
    if call is not None:
        started = shell_command(call.text, "fork", "sh", call)
    elif situation.line.operands:
        words = situation.line.operands
        text = join([(words[0].value, words[0].text)])
        started = shell_command(_with_arguments(text, words[1:]), "fork", "sh")
    else:
        return {"stays": False}
    return {"started": (started,), **_npm_reaction(situation)}


def _is_berry(situation: Situation) -> bool:
    """Yarn 2 and later: said in package.json, or by its configuration file."""
    package, _ = _package(situation)
    manager = members(package).get("packageManager") if package is not None else None
    if manager is not None and manager.value.startswith("yarn@"):
        return not manager.value.startswith(("yarn@0.", "yarn@1."))
    path = absolute(situation, ".yarnrc.yml", _folder(situation))
    return isinstance(situation.image.files.lookup(path), ImageFile)


def yarn(facts: Entry, situation: Situation) -> Entry:
    """``yarn start``, ``yarn run X``, ``yarn X``: a script, or a program of the package."""
    words = situation.line.operands
    if words and words[0].value == "run":
        words = words[1:]
    if not words:
        return {"stays": False}
    berry = _is_berry(situation)
    change: Entry = {"stays": True}
    if berry:
        why = "yarn passes the signal to the command and waits"
        change["on"] = {"SIGTERM": {"does": "forwards", "to": "child", "why": why}}
    if words[0].value in ("workspace", "workspaces"):
        return {**change, "missing": ["what yarn runs in its workspaces"]}
    if words[0].value in ("node", "exec", "dlx"):
        own = words if words[0].value == "node" else words[1:]
        return {**change, "started": (command(own, "fork"),)} if own else change
    script, missing = _script(situation, words[0].value, words[1:])
    if script is not None:
        return {**change, "started": (direct(script, "fork") if berry else shell_command(script, "fork"),)}
    return {**change, **_program(situation, words, missing, shell=not berry)}


def _program(situation: Situation, words: Sequence[Argument], missing: Entry, shell: bool) -> Entry:
    """A name that is no script: a program that a dependency installed, where package.json is known."""
    if _package(situation)[0] is None or "$" in words[0].value:
        return missing
    if not shell:
        return {"started": (command(words, "fork"),)}
    text = join([(words[0].value, words[0].text)])
    return {"started": (shell_command(_with_arguments(text, words[1:]), "fork"),)}


def pnpm(facts: Entry, situation: Situation) -> Entry:
    """``pnpm start``, ``pnpm run X``, ``pnpm X``, ``pnpm exec command``."""
    words = situation.line.operands
    if words and words[0].value in ("exec", "dlx"):
        return {"stays": True, "started": (command(words[1:], "fork"),)} if words[1:] else {}
    if words and words[0].value in ("run", "run-script"):
        words = words[1:]
    if not words:
        return {"stays": False}
    script, missing = _script(situation, words[0].value, _rest(words[1:]))
    if script is not None:
        return {"stays": True, "started": (shell_command(script, "fork", "sh"),)}
    if any(situation.line.given(_WORKSPACES)):
        return {"stays": True, **missing}
    return {"stays": True, **_program(situation, words, missing, shell=False)}


_FORWARDS_AND_WAITS = "passes the signal to the command and waits"


def _forwarding(name: str) -> Mapping[str, Entry]:
    reaction = {"does": "forwards", "to": "child", "why": f"{name} {_FORWARDS_AND_WAITS}"}
    return {"SIGTERM": reaction, "SIGINT": reaction}


def bun(facts: Entry, situation: Situation) -> Entry:
    """``bun X``: a file that bun itself runs, or a script of package.json, or a program of the package."""
    words = situation.line.operands
    name = situation.subcommand[-1] if situation.subcommand else "run"
    if name in ("start", "test", "dev"):
        key, arguments = name, words
    elif words:
        key, arguments = words[0].value, words[1:]
    else:
        return {"stays": False}
    if name in ("x", "exec"):
        return {"started": (command(words, "fork"),), "on": _forwarding("bun"), "stays": True}
    script, missing = _script(situation, key, arguments)
    if script is not None:
        own: Entry = {"application": {}, "runtime": "", "stays": True}
        return {**own, "started": (direct(script, "fork"),), "on": _forwarding("bun")}
    if name == "run" and re.search(r"[./]", key):
        return {"application": {"operand": True}}
    return missing


def deno_task(facts: Entry, situation: Situation) -> Entry:
    """``deno task X``: run by deno's own shell."""
    words = situation.line.operands
    if not words:
        return {"stays": False}
    change: Entry = {"stays": True, "runtime": ""}
    for name, table in (("deno.json", "tasks"), ("deno.jsonc", "tasks"), ("package.json", "scripts")):
        text = content(situation, name, _folder(situation))
        script = members(text, table).get(words[0].value) if text is not None else None
        if script is not None:
            return {**change, "started": (direct(_with_arguments(script, words[1:]), "fork"),)}
    return {**change, "missing": [f"the task {words[0].value} is not known"]}


def node(facts: Entry, situation: Situation) -> Entry:
    """``node .``: the ``main`` of package.json, else index.js. ``node server.js``: it may be the server that a framework's build leaves."""
    words = situation.line.operands
    if not words or words[0].value not in (".", "./"):
        return {"instead": server(situation)} if words else {}
    package = content(situation, "package.json")
    main = members(package).get("main") if package is not None else None
    return {"program": Argument(main.value, main) if main is not None else replace(words[0], value="index.js")}


def node_run(facts: Entry, situation: Situation) -> Entry:
    """``node --run X``: a script of package.json, and no signal is passed on."""
    change: Entry = {"stays": True, "runtime": ""}
    named = next((option.value for option in situation.line.given(("--run",)) if option.value), None)
    words = situation.line.operands
    name = named or (words[0] if words else None)
    if name is None:
        return change
    script, missing = _script(situation, name.value, () if named else words[1:])
    return {**change, **missing} if script is None else {**change, "started": (shell_command(script, "fork"),)}


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
        return {**change, "started": _trees(_interpreted(words[0], _rest(words[1:])))}
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
    """The programs of an ecosystem file, which is a module; none where one of them is not written out, or something is said of them that is not read."""
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
    package, missing = _package(situation)
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
        return {"started": (shell_command(_with_arguments(execute, words), "supervisor"),)}
    if words:
        return {"started": (_interpreted(words[0], words[1:]),)}
    return missing or {"missing": ["which program nodemon runs"]}


def _configured_exec(situation: Situation, package: Text | None) -> Text | None:
    """``exec`` of nodemon.json, else of package.json's ``nodemonConfig``."""
    settings = content(situation, "nodemon.json")
    if settings is not None:
        return members(settings).get("exec")
    return members(package, "nodemonConfig").get("exec") if package is not None else None
