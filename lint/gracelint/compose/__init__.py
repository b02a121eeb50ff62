"""Compose files: how a project builds, starts and stops a Dockerfile's image.

A compose file next to the Dockerfile, or above it within the linted tree, may name it as a service's build. It then tells the
build context, the target stage, and what Compose lays over the image: entrypoint, command, user, variables, stop signal, grace period, init. Only what is
plainly written is used: a value with ``${...}`` counts as not given. PyYAML is imported only when a compose file is there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..discovery import read_bytes

if TYPE_CHECKING:
    from .service import Service

# In the order in which Compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


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
                files = (_builds(os.path.join(folder, name)) for name in NAMES)
                self._folders[folder] = tuple(services for services in files if services)
            for services in self._folders[folder]:
                wanted = os.path.realpath(dockerfile)
                found = [service for built, service in services if built == wanted]
                if found:
                    return found
            parent = os.path.dirname(folder)
            if folder == top or parent == folder or not folder.startswith(top.rstrip(os.sep) + os.sep):
                return []
            folder = parent


def _builds(path: str) -> tuple[tuple[str, Service], ...]:
    """Every Dockerfile that a compose file builds, with the service."""
    try:
        data = read_bytes(path)
    except OSError:
        return ()
    if b"build" not in data:
        return ()
    from .reading import read

    return tuple(read(path, data))
