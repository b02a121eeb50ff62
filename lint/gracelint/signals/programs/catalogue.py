"""The catalogue: what is written in ``catalogue/*.toml``, found by the name of a program.

Method: start-up time is the user's wait, and a lint needs one to three entries. Parsing the TOML files takes some 35 times as long as
parsing the same data as JSON (and needs a parser that nothing else needs on most runs), so the package carries both: TOML is what people
edit, ``catalogue.jsonl`` is made from it by ``python -m gracelint.signals.programs.build``, and a test fails when it is stale. Its first
line is the index by name; every other line is one entry, and only those that are asked for are parsed.
"""

from __future__ import annotations

import json
import os
from functools import cache, lru_cache
from typing import Any, TypeAlias

from ...regexes import regex

Entry: TypeAlias = "dict[str, Any]"

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "catalogue")
FILE = os.path.join(FOLDER, "catalogue.jsonl")
_INSTALLED = frozenset(("bin", "sbin", ".bin", "node_modules", "libexec", "shims"))
_INIT_SCRIPTS = ("/etc/init.d", "/etc/rc.d/init.d")
# No name is longer; a version is looked for in none that is.
_LONGEST = 64
# Names that a project may well give to a program of its own.
_WORDS = frozenset(
    "air beats eye fresh gin god just next parcel pause registry route serve service start sum task tempo type vault vector wait watch".split()
)
_VERSION = regex(r"[-_]?v?\d+(?:\.\d+)*$")


@cache
def _lines() -> list[str]:
    with open(FILE, encoding="utf-8") as file:
        return file.read().splitlines()


@cache
def _index() -> dict[str, dict[str, Any]]:
    """``names``, ``scripts``, ``modules`` and ``classes`` to keys; ``entries``: keys to line numbers."""
    index: dict[str, dict[str, Any]] = json.loads(_lines()[0])
    return index


@cache
def entry(key: str) -> Entry:
    """The entry of this key."""
    found: Entry = json.loads(_lines()[_index()["entries"][key]])
    return found


def keys() -> tuple[str, ...]:
    """The keys of all entries, sorted."""
    return tuple(sorted(_index()["entries"]))


@lru_cache(maxsize=1024)
def by_command(command: str, workdir: str = "/") -> str | None:
    """The entry's key for a command as it stands in an argv: a path, a name, a name with a version (``python3.11``).

    A program of the image's own working directory (``./serve``, ``/app/serve``) is not the one that it is named like, unless it lies
    in a folder for installed programs, is a script that its ending tells (``./manage.py``) or one that a framework puts into
    every project (``/app/artisan``); nor is one that has a plain word for a
    name and lies anywhere else (``/serve``, ``/opt/shop/task``).
    """
    folder, slash, name = command.rpartition("/")
    if folder in _INIT_SCRIPTS:
        return "service"
    names = _index()["names"]
    whole = command if command.startswith("/") or not slash else f"{workdir.rstrip('/')}/{command.removeprefix('./')}"
    for spelling in (command, whole):
        if spelling in names:
            found: str = names[spelling]
            return found
    scripts, ending = _index()["scripts"], "/".join(command.split("/")[-2:])
    project: str | None = scripts.get(name) or scripts.get(ending)
    if project is not None:
        return project
    own = slash and (not command.startswith("/") or (workdir != "/" and command.startswith(f"{workdir.rstrip('/')}/")))
    own = own or (slash and name in _WORDS)
    if own and "." not in name and not _INSTALLED.intersection(folder.split("/")):
        return None
    library, separator, _ = name.partition("::")  # of functions of shells
    return (
        names.get(name)
        or (names.get(f"{library}{separator}") if separator else None)
        or (names.get(_VERSION.sub("", name)) if len(name) <= _LONGEST else None)
    )


def by_module(module: str) -> str | None:
    """The entry's key for ``python -m module``."""
    return _index()["modules"].get(module)


def by_class(name: str) -> str | None:
    """The entry's key for the main class of a Java program."""
    return _index()["classes"].get(name)
