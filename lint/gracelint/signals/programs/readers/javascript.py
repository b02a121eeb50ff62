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
from .jsontext import encode, members

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


def package_json(situation: Situation) -> tuple[Text | None, Entry]:
    """package.json; with what is to be said where it is not known."""
    text = content(situation, "package.json", _folder(situation))
    path = absolute(situation, "package.json", _folder(situation))
    return text, ({} if text is not None else {"missing": [f"{path} is not known"]})


def with_arguments(script: Text, arguments: Sequence[Argument]) -> Text:
    """The script with the arguments of the command line behind it, as the runners join them."""
    parts: list[Text | tuple[str, Text]] = [script]
    for argument in arguments:
        parts += [(" ", argument.text.cut(0, 0)), (argument.value, argument.text)]
    return join(parts, encode) if arguments else script


def behind_dashes(arguments: Sequence[Argument]) -> Sequence[Argument]:
    """Arguments behind an optional ``--``."""
    return arguments[1:] if arguments and arguments[0].value == "--" else arguments


def _script(situation: Situation, name: str, arguments: Sequence[Argument]) -> tuple[Text | None, Entry]:
    """A script of package.json; ``npm start`` without one is ``node server.js``. A variable of a compose file may stand for any."""
    if "$" in name:
        return None, {"missing": [f"which script {name} is"]}
    if any(situation.line.given(_WORKSPACES)):
        return None, {"missing": [f"which packages have a script {name}"]}
    package, missing = package_json(situation)
    if package is None:
        return None, missing
    found = members(package, "scripts").get(name)
    if found is None:
        return None, {"missing": [f"package.json has no script {name}"], "stays": False}  # it says so, and ends
    return with_arguments(found, arguments), {}


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
    script, missing = _script(situation, "test" if name == "t" else name, behind_dashes(operands))
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
        started = shell_command(with_arguments(text, words[1:]), "fork", "sh")
    else:
        return {"stays": False}
    return {"started": (started,), **_npm_reaction(situation)}


def _is_berry(situation: Situation) -> bool:
    """Yarn 2 and later: said in package.json, or by its configuration file."""
    package, _ = package_json(situation)
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
    if package_json(situation)[0] is None or "$" in words[0].value:
        return missing
    if not shell:
        return {"started": (command(words, "fork"),)}
    text = join([(words[0].value, words[0].text)])
    return {"started": (shell_command(with_arguments(text, words[1:]), "fork"),)}


def pnpm(facts: Entry, situation: Situation) -> Entry:
    """``pnpm start``, ``pnpm run X``, ``pnpm X``, ``pnpm exec command``."""
    words = situation.line.operands
    if words and words[0].value in ("exec", "dlx"):
        return {"stays": True, "started": (command(words[1:], "fork"),)} if words[1:] else {}
    if words and words[0].value in ("run", "run-script"):
        words = words[1:]
    if not words:
        return {"stays": False}
    script, missing = _script(situation, words[0].value, behind_dashes(words[1:]))
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
            return {**change, "started": (direct(with_arguments(script, words[1:]), "fork"),)}
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
