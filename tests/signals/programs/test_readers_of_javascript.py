"""What package.json and the settings of JavaScript's runners say: npm, yarn, pnpm, nodemon, deno, pm2, nest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from programs_fixtures import NODE, PACKAGE, image, started, told, words

from gracelint.image.model import Argument
from gracelint.signals.programs import describe

if TYPE_CHECKING:
    from gracelint.signals.model import Program

START = "'node server.js --name \"a b\"'"


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("npm start", [f"sh -c {START}"]),
        ("npm run start", [f"sh -c {START}"]),
        ("npm --silent run serve", ["sh -c 'exec node server.js'"]),
        ("npm run serve -- --port 80", ["sh -c 'exec node server.js --port 80'"]),
        ("npm t", ["sh -c jest"]),
        ("npm run", []),
        ("npm run nothing", []),
        ("npm --prefix /elsewhere start", []),
        ("npm --script-shell=bash start", [f"bash -c {START}"]),
        ("yarn start", [f"/bin/sh -c {START}"]),
        ("yarn run serve", ["/bin/sh -c 'exec node server.js'"]),
        ("yarn next start", ["/bin/sh -c 'next start'"]),
        ("yarn node server.js", ["node server.js"]),
        ("pnpm start", [f"sh -c {START}"]),
        ("pnpm run serve", ["sh -c 'exec node server.js'"]),
        ("pnpm next start", ["next start"]),
        ("bun run serve", ["node server.js"]),
        ("bun run both", ["/bin/sh -c 'run-a && run-b'"]),
        ("bun server.js", []),
        ("run-p serve test", ["npm run serve", "npm run test"]),
        ("node --run serve", ["/bin/sh -c 'exec node server.js'"]),
    ],
)
def test_scripts_of_package_json(line: str, commands: list[str]) -> None:
    assert started(told(line, NODE)) == commands


@pytest.mark.parametrize(
    ("line", "commands", "missing"),
    [
        ("npm run serve -w api", ["sh -c 'node api.js'"], ()),
        ("npm --workspace=api run serve", ["sh -c 'node api.js'"], ()),
        ("npm run serve --workspace @us/api", [], ("/app/@us/api/package.json is not known",)),
        ("npm run serve --workspaces", [], ("which packages have a script serve",)),
        ("npm run serve", ["sh -c 'exec node server.js'"], ()),
        ("pnpm --filter api serve", [], ("which packages have a script serve",)),
        ("pnpm -r run serve", [], ("which packages have a script serve",)),
        ("yarn workspace api serve", [], ("what yarn runs in its workspaces",)),
    ],
)
def test_workspaces(line: str, commands: list[str], missing: tuple[str, ...]) -> None:
    program = told(line, {**NODE, "/app/api/package.json": '{"scripts": {"serve": "node api.js"}}'})
    assert (started(program), program.missing) == (commands, missing)
    assert program.stays is not False


def test_a_script_is_written_in_package_json() -> None:
    program = told("npm start", NODE)
    text = program.starts[0].arguments[-1].text
    assert text.value == 'node server.js --name "a b"'
    assert text.span.document.path == "/app/package.json"
    assert text.span.first.line == 6
    quoted = text.cut(len("node server.js --name "), len("node server.js --name ") + 1)
    assert PACKAGE[quoted.span.start : quoted.span.end] == '\\"'
    edit = text.insert_before('exec "x" ')
    assert edit is not None
    assert edit.text == 'exec \\"x\\" '


def test_without_package_json_it_is_missing() -> None:
    program = told("npm start", {})
    assert program.starts == ()
    assert program.missing == ("/app/package.json is not known",)


def test_npm_start_without_a_script_is_server_js() -> None:
    files = {"/app/package.json": "{}", "/app/server.js": ""}
    assert started(told("npm start", files)) == ["sh -c 'node server.js'"]
    assert started(told("npm start", {"/app/package.json": "{}"})) == []


@pytest.mark.parametrize(
    ("base", "env", "disposition"),
    [
        ("node:18.17", {}, "ignores"),
        ("docker.io/library/node:20.9.0-alpine", {}, "ignores"),
        ("node:21.0-slim", {}, "ignores"),
        ("node:18.16", {}, "forwards"),
        ("node:20.12", {}, "forwards"),
        ("node:20", {}, "forwards"),
        ("node:22", {}, "forwards"),
        ("mynode:20.9", {}, "forwards"),
        ("corp/base", {"NODE_VERSION": "20.10.0"}, "ignores"),
        ("node:20.9", {"NODE_VERSION": "22.1.0"}, "forwards"),
    ],
)
def test_the_npm_of_some_node_releases_swallows_the_signal(
    base: str, env: dict[str, str | None], disposition: str
) -> None:
    assert told("npm start", NODE, env, base).as_pid1["SIGTERM"].disposition == disposition


def test_yarn_berry_has_its_own_shell_and_waits() -> None:
    berry = {**NODE, "/app/.yarnrc.yml": ""}
    program = told("yarn serve", berry)
    assert started(program) == ["node server.js"]
    assert program.as_pid1["SIGTERM"].waits
    assert not told("yarn serve", NODE).as_pid1["SIGTERM"].waits
    pinned = {"/app/package.json": json.dumps({"packageManager": "yarn@4.1.0", "scripts": {"serve": "a"}})}
    assert told("yarn serve", pinned).as_pid1["SIGTERM"].waits


@pytest.mark.parametrize(
    ("line", "package", "settings", "commands"),
    [
        ("nodemon", '{"main": "m.js", "scripts": {"start": "node s.js"}}', None, ["node m.js"]),
        ("nodemon", '{"scripts": {"start": "node s.js -x"}}', None, ["/bin/sh -c 'node s.js -x'"]),
        ("nodemon", '{"scripts": {"start": "nodemon -w src"}}', None, []),
        ("nodemon", "{}", None, []),
        ("nodemon", '{"main": "m.js"}', '{"exec": "ts-node a.ts"}', ["/bin/sh -c 'ts-node a.ts'"]),
        ("nodemon s.js", '{"main": "m.js"}', '{"exec": "node -i"}', ["/bin/sh -c 'node -i s.js'"]),
        ("nodemon", '{"main": "m.js", "nodemonConfig": {"exec": "node s.js"}}', None, ["/bin/sh -c 'node s.js'"]),
        ("nodemon", '{"main": "m.js", "nodemonConfig": {"exec": "a"}}', '{"watch": ["src"]}', ["node m.js"]),
        ("nodemon -x bun s.js", '{"nodemonConfig": {"exec": "a"}}', None, ["/bin/sh -c 'bun s.js'"]),
    ],
)
def test_what_nodemon_runs(line: str, package: str, settings: str | None, commands: list[str]) -> None:
    """nodemon 3.1.14 prints it (``starting …``) in a folder with these files."""
    files = {"/app/package.json": package, **({"/app/nodemon.json": settings} if settings else {})}
    assert started(told(line, files)) == commands


def test_nodemon_without_package_json_says_what_is_missing() -> None:
    assert told("nodemon", {}).missing == ("/app/package.json is not known",)


def test_node_dot_is_the_package() -> None:
    program = told("node .", NODE)
    assert program.application is not None
    assert program.application.value == "lib/main.js"
    assert program.application.text.span.document.path == "/app/package.json"
    bare = told("node .", {})
    assert bare.application is not None
    assert bare.application.value == "index.js"


def test_deno_tasks() -> None:
    files = {"/app/deno.jsonc": '{ // tasks\n "tasks": { "start": "deno run -A main.ts", }, }'}
    program = told("deno task start --x", files)
    assert started(program) == ["deno run -A main.ts --x"]
    assert program.as_pid1["SIGTERM"].disposition == "forwards"
    assert told("deno task stop", files).missing


def test_pm2_reads_json_and_its_kill_timeout() -> None:
    files = {"/app/pm2.json": json.dumps({"apps": [{"name": "a", "script": "a.js"}, {"script": "b.py"}]})}
    program = told("pm2-runtime start pm2.json", files, {"PM2_KILL_TIMEOUT": "5000"})
    assert started(program) == ["node a.js", "python3 b.py"]
    assert program.as_pid1["SIGTERM"].kills_after == 5
    assert told("pm2-runtime ecosystem.config.js", files).missing == ("which programs ecosystem.config.js names",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module.exports = { apps: [{ name: 'api', script: './server.js', instances: 2 }] }", ["node ./server.js"]),
        (
            'module.exports = {\n "apps": [{\n "script": "a.js"\n }, {\n script: \'b.js\',\n }]\n}',
            ["node a.js", "node b.js"],
        ),
        ("module.exports = { apps: [{ script: `${root}/a.js` }] }", []),
        ("module.exports = { apps: [{ script: 'a.js' }, { script: other }] }", []),
        ("module.exports = { apps: [{ script: 'npm', args: 'start' }] }", []),
        ("module.exports = { apps: [{ script: 'a.js', kill_timeout: 9000 }] }", []),
        ("module.exports = { apps: [{ script: 'a.js' + x }] }", []),
        ("module.exports = { apps: [\n// { script: 'old.js' },\n{ script: 'a.js' }] }", []),
    ],
)
def test_pm2_reads_ecosystem_files(text: str, expected: list[str]) -> None:
    program = told("pm2-runtime ecosystem.config.js", {"/app/ecosystem.config.js": text})
    assert started(program) == expected
    assert bool(program.missing) is (not expected)


def test_nest_start_by_version() -> None:
    def asking(version: str) -> Program:
        return told("nest start", {"/app/package.json": json.dumps({"devDependencies": {"@nestjs/cli": version}})})

    assert started(asking("^12.0.0")) == ["/bin/sh -c 'node --enable-source-maps dist/main'"]
    assert asking("^12.0.0").as_pid1["SIGTERM"].disposition == "forwards"
    assert "SIGTERM" not in asking("^10.0.0").as_pid1
    assert asking("^11.0.0").as_pid1["SIGTERM"].disposition == "unknown"
    assert asking("^8.0.0").missing
    assert told("nest build", {}).stays is False


SEVERAL = json.dumps(
    {
        "scripts": {
            "a": "a",
            "dev:api": "api",
            "dev:web": "web",
            "dev:web:css": "css",
            "start": "run-script-os",
            "start:linux": "app",
            "stop": "run-script-os",
        }
    }
)


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("run-p a dev:*", ["npm run a", "npm run dev:api", "npm run dev:web"]),
        ("npm-run-all -l --parallel 'dev:**'", ["npm run dev:api", "npm run dev:web", "npm run dev:web:css"]),
        ("run-s 'a -- --port 1'", ["npm run a -- --port 1"]),
        ("run-p --max-parallel 2 b", ["npm run b"]),
        ("concurrently npm:a 'node b.js' pnpm:dev:api", ["npm run a", "node b.js", "pnpm run dev:api"]),
        ("concurrently -k npm:dev:web*", ["npm run dev:web", "npm run dev:web:css"]),
    ],
)
def test_several_scripts(line: str, commands: list[str]) -> None:
    assert started(told(line, {"/app/package.json": SEVERAL})) == commands


def test_several_scripts_of_which_none_is_known() -> None:
    for line in ("run-p x:*", "concurrently npm:x:*"):
        assert told(line, {"/app/package.json": SEVERAL}).missing[0].startswith("which scripts ")


def test_the_script_of_this_system() -> None:
    around = image({"/app/package.json": SEVERAL})
    for name, commands in (("start", ["npm run start:linux"]), ("stop", [])):
        script = describe(words(["npm", "run", name]), around)
        assert script is not None
        text = script.starts[0].text
        program = describe((Argument("run-script-os", text),), around)
        assert program is not None
        assert started(program) == commands
        assert bool(program.missing) is not bool(commands)


@pytest.mark.parametrize("runner", ["yarn", "npm run", "pnpm"])
def test_a_script_that_a_variable_of_a_compose_file_names(runner: str) -> None:
    program = told(f"{runner} 'dev:${{WHAT:-api}}'", {"/app/package.json": SEVERAL})
    assert not program.starts
    assert program.missing == ("which script dev:${WHAT:-api} is",)
