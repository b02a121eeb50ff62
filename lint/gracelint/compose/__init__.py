"""Compose files: how a project builds, starts and stops a Dockerfile's image.

A compose file next to the Dockerfile, or above it within the linted tree, may name it as a service's build. One of the names that Compose
looks for itself comes first; where none of them names the Dockerfile, the files that a person gives it (``-f production.yml``) are asked,
all of a folder together. It then tells the build context, the target stage, and what Compose lays over the image: entrypoint, command,
user, variables, stop signal, grace period, init. Only what is plainly written is used: a value with ``${...}`` counts as not given. PyYAML
is imported only when a compose file is there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..discovery import read_bytes
from ..regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .service import Service

# In the order in which Compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
# So many others of a folder are looked at.
_MOST_OTHERS = 50
_SERVICES = regex(rb"(?m)^services[ \t]*:")


class Finder:
    """Finds the services of each Dockerfile, reading every compose file once."""

    def __init__(self) -> None:
        self._folders: dict[str, tuple[tuple[tuple[str, Service], ...], ...]] = {}

    def services(self, dockerfile: str, root: str) -> list[Service]:
        """The services that build a Dockerfile, of the nearest compose file that names it, up to ``root``."""
        top = os.path.abspath(root)
        folder = os.path.dirname(os.path.abspath(dockerfile))
        while True:
            if folder not in self._folders:
                self._folders[folder] = _tables(folder)
            for services in self._folders[folder]:
                wanted = os.path.realpath(dockerfile)
                found = [service for built, service in services if built == wanted]
                if found:
                    return found
            parent = os.path.dirname(folder)
            if folder == top or parent == folder or not folder.startswith(top.rstrip(os.sep) + os.sep):
                return []
            folder = parent


def _others(names: Iterable[str]) -> list[str]:
    """The names of a folder under which a compose file may stand that Compose does not look for itself."""
    return sorted(name for name in names if name.endswith((".yml", ".yaml")) and name not in NAMES)[:_MOST_OTHERS]


def _tables(folder: str) -> tuple[tuple[tuple[str, Service], ...], ...]:
    """What the compose files of a folder build: one table for each that Compose looks for, one for all others."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    tables = [_builds(os.path.join(folder, name)) for name in NAMES if name in names]
    rest = (path for path in (os.path.join(folder, name) for name in _others(names)) if os.path.isfile(path))
    tables.append(tuple(built for path in rest for built in _builds(path)))
    return tuple(table for table in tables if table)


def _builds(path: str) -> tuple[tuple[str, Service], ...]:
    """Every Dockerfile that a compose file builds, with the service."""
    try:
        data = read_bytes(path)
    except OSError:
        return ()
    if b"build" not in data or (os.path.basename(path) not in NAMES and not _SERVICES.search(data)):
        return ()
    from .reading import read

    return tuple(read(path, data))
