"""Servers that the builds of JavaScript frameworks leave: which program they are, and which version drops its requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from programs_fixtures import image as described
from programs_fixtures import words
from signals_support import image

from gracelint.signals.programs import describe
from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

BUILT = """FROM node:22 AS build
WORKDIR /src
COPY . .
RUN npm ci && npm run build
FROM node:22 AS run
WORKDIR /app
{copies}
CMD ["node", "{program}"]
"""
STANDALONE = "COPY --from=build /src/.next/standalone ./\nCOPY --from=build /src/.next/static ./.next/static"


def package(version: str) -> str:
    return json.dumps({"dependencies": {"next": version}})


def verdict(folder: Path, copies: str, program: str = "server.js", version: str = "15.1.6", **files: str) -> str:
    """Of an image whose stages hold these files beside package.json."""
    text = BUILT.format(copies=copies, program=program)
    return follow(image(folder, text, {"package.json": package(version), **files})).verdict


@pytest.mark.parametrize(
    ("version", "does"),
    [
        ("15.1.6", "handles"),
        ("^14.1.0", "handles"),
        ("~14.2", "handles"),
        (">=14.1", "handles"),
        ("^15.0.0-rc.1", "handles"),
        ("16", "handles"),
        ("latest", "handles"),
        ("14.0.4", "terminates"),
        ("~14.0.4", "terminates"),
        ("^13.4.19", "terminates"),
        ("13.x", "terminates"),
        ("v12.3.4", "terminates"),
        ("^14.0.4", "unknown"),
        ("14", "unknown"),
        ("14.x", "unknown"),
        ("14.1.0-canary.3", "unknown"),
        (">=13", "unknown"),
        ("^11.1.0", "unknown"),
        ("^13 || ^14", "unknown"),
        ("workspace:*", "unknown"),
        ("catalog:", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_next_start_does_by_version(version: str, does: str) -> None:
    program = describe(words(["next", "start"]), described({"/app/package.json": package(version)}))
    assert program is not None
    assert program.as_pid1["SIGTERM"].disposition == does
    assert bool(program.clean_signals) is (does == "handles")


def test_whose_package_it_is() -> None:
    files = {"/app/package.json": "{}", "/app/web/package.json": package("15.1.6")}
    for argv, does in ((["next", "start"], "unknown"), (["next", "start", "web"], "handles")):
        program = describe(words(argv), described(files))
        assert program is not None
        assert program.as_pid1["SIGTERM"].disposition == does


def test_signals_left_to_the_application() -> None:
    around = described({"/app/package.json": package("15.1.6")}, {"NEXT_MANUAL_SIG_HANDLE": "true"})
    program = describe(words(["next", "start"]), around)
    assert program is not None
    assert program.as_pid1["SIGTERM"].disposition == "unknown"


@pytest.mark.parametrize(
    ("copies", "program", "expected"),
    [
        (STANDALONE, "server.js", "graceful"),
        (STANDALONE, "./server.js", "graceful"),
        (STANDALONE, "/app/server.js", "graceful"),
        ("COPY --from=build /src/.next/standalone/server.js ./", "server.js", "graceful"),
        ("COPY --from=build /src .", ".next/standalone/server.js", "graceful"),
        ("COPY --from=build /src/.next /app/.next", ".next/standalone/server.js", "graceful"),
        (STANDALONE, "server/server.js", "graceful"),  # an application below the folder that is traced
        # No server of Next.js.
        (STANDALONE, "worker.js", "unknown"),
        ("COPY --from=build /src/.next/static ./", "server.js", "unknown"),
        ("COPY --from=build /src/dist ./", "server.js", "unknown"),
        ("COPY --from=build /src/.next/standalone /srv", "server.js", "unknown"),
        ("COPY --from=build /src/.next/standalone* ./", "server.js", "unknown"),
    ],
)
def test_the_server_that_the_build_leaves(tmp_path: Path, copies: str, program: str, expected: str) -> None:
    assert verdict(tmp_path, copies, program) == expected


def test_old_versions_drop_their_requests(tmp_path: Path) -> None:
    assert verdict(tmp_path, STANDALONE, version="13.5.6") == "abrupt"


def test_a_server_of_the_projects_own(tmp_path: Path) -> None:
    deaf = "require('http').createServer((q, s) => s.end('hi')).listen(80)"
    copies = f"{STANDALONE}\nCOPY own/server.js ./"
    assert verdict(tmp_path, copies, **{"own/server.js": deaf}) == "killed"


def test_through_two_stages_and_a_package_of_several(tmp_path: Path) -> None:
    text = (
        "FROM node:22 AS build\nWORKDIR /src\nCOPY . .\nRUN npm run build\n"
        "FROM node:22-slim AS files\nCOPY --from=build /src/apps/web/.next/standalone /out\n"
        'FROM node:22-slim\nWORKDIR /app\nCOPY --from=files /out .\nCMD ["node", "apps/web/server.js"]\n'
    )
    files = {"package.json": "{}", "apps/web/package.json": package("16.0.7")}
    assert follow(image(tmp_path, text, files)).verdict == "graceful"


def built(folder: Path, copy: str, argv: list[str], asked: dict[str, str], env: str = "", **files: str) -> str:
    """The verdict of an image whose stage ``build`` asks for these packages."""
    text = (
        "FROM node:22 AS build\nWORKDIR /src\nCOPY . .\nRUN npm ci && npm run build\n"
        f"FROM node:22\nWORKDIR /app\n{env}\n{copy}\nCMD {json.dumps(argv)}\n"
    )
    return follow(image(folder, text, {"package.json": json.dumps({"dependencies": asked}), **files})).verdict


NITRO = "COPY --from=build /src/.output ./.output"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"nuxt": "^4.1.0"}, "graceful"),
        ({"nuxt": "3.6.0"}, "graceful"),
        ({"nitropack": "^2.5.0"}, "graceful"),
        ({"nitropack": "2.0.0"}, "killed"),
        ({"nuxt": "^3.0.0"}, "unknown"),
        ({"nitropack": "^2.0.0"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_nitro_by_version(tmp_path: Path, asked: dict[str, str], expected: str) -> None:
    assert built(tmp_path, NITRO, ["node", ".output/server/index.mjs"], asked) == expected


def test_nitro_where_it_lies_and_how_it_is_set(tmp_path: Path) -> None:
    nuxt = {"nuxt": "^4.1.0"}
    assert (
        built(tmp_path / "a", "COPY --from=build /src/.output /app", ["node", "server/index.mjs"], nuxt) == "graceful"
    )
    assert built(tmp_path / "b", "COPY --from=build /src/dist /app", ["node", "server/index.mjs"], nuxt) == "unknown"
    argv = ["node", ".output/server/index.mjs"]
    assert built(tmp_path / "c", NITRO, argv, nuxt, "ENV NITRO_SHUTDOWN_DISABLED=1") == "unknown"
    cluster = {"nuxt.config.ts": "export default defineNuxtConfig({ nitro: { preset: 'node-cluster' } })"}
    assert built(tmp_path / "d", NITRO, argv, nuxt, **cluster) == "unknown"
    server = {"nuxt.config.ts": "export default defineNuxtConfig({ nitro: { preset: 'node-server' } })"}
    assert built(tmp_path / "e", NITRO, argv, nuxt, **server) == "graceful"


@pytest.mark.parametrize(
    ("argv", "asked", "expected"),
    [
        (["node", "build"], {"@sveltejs/adapter-node": "^5.2.0"}, "graceful"),
        (["node", "build/index.js"], {"@sveltejs/adapter-node": "^5.2.0"}, "graceful"),
        (["node", "./build/"], {"@sveltejs/adapter-node": "4.0.1"}, "killed"),
        (["node", "build"], {"@sveltejs/adapter-node": "^4.0.0 || ^5"}, "unknown"),
        (["node", "build"], {"@sveltejs/adapter-static": "^3"}, "unknown"),
        (["node", "build/server.js"], {"@sveltejs/adapter-node": "^5.2.0"}, "unknown"),
    ],
)
def test_sveltekit(tmp_path: Path, argv: list[str], asked: dict[str, str], expected: str) -> None:
    assert built(tmp_path, "COPY --from=build /src/build ./build", argv, asked) == expected


def test_a_program_of_the_projects_own_in_a_folder_of_that_name(tmp_path: Path) -> None:
    deaf = {"build/index.js": "require('http').createServer((q, s) => s.end('hi')).listen(80)"}
    asked = {"@sveltejs/adapter-node": "^5.2.0"}
    assert (
        built(tmp_path, "COPY --from=build /src/build ./build", ["node", "build/index.js"], asked, **deaf) == "killed"
    )
