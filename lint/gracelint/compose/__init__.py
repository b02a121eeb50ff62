"""Compose files: how a project builds, starts and stops a Dockerfile's image.

A compose file next to the Dockerfile, or above it within the linted tree, may name it as a service's build. It then tells the
build context, the target stage, and what Compose lays over the image: entrypoint, command, user, variables, stop signal, grace period, init. Only what is
plainly written is used: a value with ``${...}`` counts as not given. PyYAML is imported only when a compose file is there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..discovery import read_bytes
from ..records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..source import Document
    from .commands import Line

# In the order in which Compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


@dataclass(frozen=True, slots=True)
class Service:
    """What a service says about a Dockerfile's image; None where it says nothing. Times are in seconds.

    ``entrypoint`` and ``command`` are lines as they are written (`commands.words` splits them). ``env`` values are None where they are
    not known. ``mounts`` are the paths in the container over which it lays folders or files of the host. ``file`` is the compose file as opened, ``document`` what it holds.
    """

    file: str
    name: str
    context: str
    document: Document
    target: str | None = None
    stop_signal: str | None = None
    grace_period: float | None = None
    init: bool = False
    entrypoint: Line | None = None
    command: Line | None = None
    user: str | None = None
    workdir: str | None = None
    env: Mapping[str, str | None] = field(default_factory=dict)
    mounts: tuple[str, ...] = ()

    @property
    def build(self) -> tuple[object, ...]:
        """What tells apart how an image is built and stopped."""
        return (self.target, self.stop_signal, self.grace_period, self.init)

    @property
    def start(self) -> tuple[object, ...]:
        """What tells apart how it is started; empty where the image's own is left as it is."""
        lines = (_value(self.entrypoint), _value(self.command))
        said = (*lines, self.user, self.workdir, *sorted(self.env.items(), key=str))
        return said if any(each is not None for each in said) else ()

    def as_built(self) -> Service:
        """The same service, started as the image is by itself."""
        return replace(self, entrypoint=None, command=None, user=None, workdir=None, env={})

    def again(self, data: bytes) -> Service:
        """What the service says in another version of its file: itself where it is no longer there."""
        from .reading import read

        found = (service for _, service in read(self.file, data) if service.name == self.name)
        new = next(found, self)
        return new if self.start else new.as_built()


def _value(line: Line | None) -> object:
    return tuple(word.value for word in line) if isinstance(line, tuple) else line and line.value


class Finder:
    """Finds the services of each Dockerfile, reading every compose file once."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[tuple[str, Service], ...]] = {}

    def services(self, dockerfile: str, root: str) -> list[Service]:
        """The services that build a Dockerfile, of the nearest compose file that names it, up to ``root``."""
        wanted = os.path.realpath(dockerfile)
        top = os.path.abspath(root)
        folder = os.path.dirname(os.path.abspath(dockerfile))
        while True:
            for name in NAMES:
                path = os.path.join(folder, name)
                if path not in self._files:
                    self._files[path] = _builds(path)
                found = [service for built, service in self._files[path] if built == wanted]
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
