"""The catalogue: what is written in ``catalogue/*.toml``, found by the name of a program.

Method: start-up time is the user's wait, and a lint needs one to three entries. Reading the TOML files takes some
hundred times longer than reading the same data as JSON (and needs a parser that nothing else needs), so that the wheel
carries both: TOML is what people edit, ``catalogue.json`` is made from it by ``python -m gracelint.signals.programs.build``, and a test fails
when it is stale.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pkgutil import get_data
from typing import Any, TypeAlias

Entry: TypeAlias = "dict[str, Any]"

FILE = "catalogue.json"
_VERSION = re.compile(r"[-_]?v?\d+(?:\.\d+)*$")


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(get_data("gracelint.signals", f"catalogue/{FILE}") or b"{}")
    return data


def entry(name: str) -> Entry | None:
    """The entry of this key."""
    return _catalogue()["entries"].get(name)


def keys() -> tuple[str, ...]:
    """All entries, sorted."""
    return tuple(sorted(_catalogue()["entries"]))


def by_command(command: str) -> str | None:
    """The entry's key for a command as it stands in an argv: a path, a name, a name with a version (``python3.11``)."""
    name = command.rpartition("/")[2]
    names = _catalogue()["names"]
    return names.get(command) or names.get(name) or names.get(_VERSION.sub("", name))


def by_module(module: str) -> str | None:
    """The entry's key for ``python -m module``."""
    return _catalogue()["modules"].get(module)


def by_class(name: str) -> str | None:
    """The entry's key for the main class of a Java program."""
    return _catalogue()["classes"].get(name)
