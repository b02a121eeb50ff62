"""Installing programs, and asking for their versions.

A package is ``apt:NAME``, ``pip:NAME``, ``npm:NAME`` (both may carry a version, as their tools write it) or ``here:COMMAND``: a tool that is at
hand or is not, such as a compiler. What pip and npm install goes below the work folder; apt installs for the whole machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_NAME = re.compile(r"(@?[^@=<>\[]+)")


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of a work folder."""

    work: Path

    @property
    def search(self) -> str:
        """The PATH on which the programs are found, the machine's own behind it."""
        system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return f"{self.work}/bin:{self._venv}/bin:{self._npm}/node_modules/.bin:{system}"

    @property
    def _venv(self) -> Path:
        return self.work / "venv"

    @property
    def _npm(self) -> Path:
        return self.work / "npm"

    def install(self, packages: Iterable[str]) -> None:
        """Install what is missing of these. Raises `CalledProcessError` where a package manager fails."""
        lacking: dict[str, list[str]] = {}
        for package in dict.fromkeys(packages):
            if self.version(package) is None:
                kind, _, name = package.partition(":")
                lacking.setdefault(kind, []).append(name)
        if names := lacking.get("apt"):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            command = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300")
            subprocess.run((*command, *names), check=True, stdin=subprocess.DEVNULL, env=environment)
        if names := lacking.get("pip"):
            if not self._venv.exists():
                # The distribution's Python, as in an image, rather than the one that happens to run the lab.
                python = shutil.which("python3", path="/usr/bin") or sys.executable
                subprocess.run((python, "-m", "venv", self._venv), check=True)
            subprocess.run((self._venv / "bin" / "pip", "install", "-q", *names), check=True)
        if names := lacking.get("npm"):
            self._npm.mkdir(parents=True, exist_ok=True)
            command = ("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(self._npm))
            subprocess.run((*command, *names), check=True)

    def version(self, package: str) -> str | None:
        """The version that is installed; None if it is not."""
        kind, _, text = package.partition(":")
        match = _NAME.match(text)
        name = match[1] if match else text
        asked = {"apt": _dpkg, "pip": self._pip, "npm": self._package_json, "here": _at_hand}
        return asked[kind](name) or None

    def _pip(self, name: str) -> str:
        code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
        return _output((str(self._venv / "bin" / "python"), "-c", code, name))

    def _package_json(self, name: str) -> str:
        try:
            text = (self._npm / "node_modules" / name / "package.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        return str(json.loads(text)["version"])


def _output(command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _dpkg(name: str) -> str:
    status, _, version = _output(("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name)).partition(" ")
    return version if status.startswith(("installed", "triggers")) else ""


def _at_hand(name: str) -> str:
    lines = _output((name, "--version")).splitlines()
    return lines[0] if lines else ""
