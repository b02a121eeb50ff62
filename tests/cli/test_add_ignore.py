"""``--add-ignore`` on files in which a comment may not stand just anywhere: the next run is clean, and the file says what it said before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dockerfile
import pytest
import yaml

if TYPE_CHECKING:
    from .conftest import CommandLine

SERVICE = "services:\n  web:\n    build: .\n"
COMMANDS = {
    "folded": '    command: >\n      sh -c "python manage.py migrate &&\n             gunicorn app:app"\n',
    "list": "    command:\n      - sh\n      - -c\n      - |\n        echo hi\n        gunicorn app:app\n",
    "flow": '    command: [\n      "sh", "-c",\n      "gunicorn app:app; true"\n    ]\n',
    "quoted": "    command: \"sh -c 'echo hi;\n      gunicorn app:app; true'\"\n",
    "entrypoint": '    entrypoint: ["sh", "-c", "gunicorn app:app; true"]\n',
}
DOCKERFILES = {
    "heredoc": "FROM debian:12\nRUN <<EOF\n# a comment\necho hi\nEOF\nCOPY <<-'EOF' /run.sh\n\t#!/bin/sh\n\tgunicorn app:app\n\ttrue\nEOF\nRUN chmod +x /run.sh\nCMD [\"/run.sh\"]\n",
    "continuation": "FROM debian:12\nSTOPSIGNAL \\\n# between\n\n  SIGKILL\nCMD echo \\\n  && gunicorn app:app; \\\n  true\n",
    "escape": "# escape=`\nFROM debian:12\nCMD gunicorn `\n  app:app; true\n",
    "crlf": "# syntax=docker/dockerfile:1\r\nFROM debian:12\r\nCMD gunicorn \\\r\n  app:app; true\r\n",
    "mark": "\ufeffFROM debian:12\nCMD gunicorn app:app; true",
    "onbuild": "FROM debian:12 AS a\nONBUILD STOPSIGNAL SIGKILL\nFROM a\nCMD gunicorn app:app; true\n",
    "hadolint": "FROM debian:12\n# hadolint ignore=DL3025\nCMD gunicorn app:app; true\n",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_compose(gracelint: CommandLine, command: str) -> None:
    """Within a text of several lines, a comment would be part of what is started."""
    gracelint.put("Dockerfile", 'FROM python:3.12-slim-bookworm\nCMD ["gunicorn", "app:app"]\n')
    path = gracelint.put("compose.yaml", SERVICE + command)
    assert gracelint().status == 1
    assert gracelint("--add-ignore").status == 0
    assert yaml.safe_load(path.read_text()) == yaml.safe_load(SERVICE + command)
    assert "# gracelint: ignore[" in path.read_text()
    assert gracelint().status == 0


@pytest.mark.parametrize("text", DOCKERFILES.values(), ids=list(DOCKERFILES))
def test_dockerfiles(gracelint: CommandLine, text: str) -> None:
    path = gracelint.put("Dockerfile", "")
    path.write_bytes(text.encode())
    assert gracelint().status == 1
    assert gracelint("--add-ignore").status == 0
    after = path.read_bytes().decode()
    assert _instructions(after) == _instructions(text)
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    lines = after.removeprefix("\ufeff").splitlines(keepends=True)
    kept = [line for line in lines if "# gracelint: ignore[" not in line]
    assert len(kept) < len(lines)
    assert "".join(kept) == text.removeprefix("\ufeff")
    assert gracelint().status == 0


def test_json_holds_no_comments(gracelint: CommandLine) -> None:
    """What is found in package.json is ignored where npm is started."""
    text = json.dumps({"scripts": {"start": "exec node a.js"}}, indent=2)
    package = gracelint.put("package.json", text)
    gracelint.put("a.js", "setInterval(() => {}, 1000)\n")
    gracelint.put("Dockerfile", 'FROM node:20\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n')
    found = json.loads(gracelint("--format", "json", "--select", "GL308").out)["findings"]
    assert [finding["path"] for finding in found] == ["package.json"]
    assert gracelint("--add-ignore", "--select", "GL308").status == 0
    assert package.read_text() == text
    assert gracelint("--select", "GL308,GL002").status == 0


def _instructions(text: str) -> list[tuple[object, ...]]:
    """What BuildKit's parser makes of a Dockerfile, without places."""
    parsed = dockerfile.parse_string(text)
    return [(each.cmd, each.sub_cmd, each.json, each.flags, each.value) for each in parsed]
