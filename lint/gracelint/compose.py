"""Compose files: how a project builds and stops a Dockerfile.

A compose file next to the Dockerfile, or above it within the linted tree, may name it as a service's build. It then tells the
build context, the target stage, and what Compose lays over the image: stop signal, grace period, init. Only what is plainly written
is used: a value with ``${...}`` counts as not given. PyYAML is imported only when a compose file is there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .discovery import read_bytes
from .records import dataclass
from .regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

# In the order in which Compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_DURATION = regex(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)")
_DEEPEST = 100
_LARGEST_MAPPING = 10_000
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Service:
    """What a service says about a Dockerfile's image; None where it says nothing. Times are in seconds."""

    file: str
    name: str
    context: str
    target: str | None = None
    stop_signal: str | None = None
    grace_period: float | None = None
    init: bool = False


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
    return tuple(_read(path, data))


def _read(path: str, data: bytes) -> Iterator[tuple[str, Service]]:
    folder = os.path.dirname(path)
    table = _yaml(data)
    entries = table.get("services") if isinstance(table, dict) else None
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict):
            continue
        build = entry.get("build")
        if isinstance(build, str):
            build = {"context": build}
        if not isinstance(build, dict) or "dockerfile_inline" in build:
            continue
        context, dockerfile = _plain(build.get("context", ".")), _plain(build.get("dockerfile", "Dockerfile"))
        if context is None or dockerfile is None or "://" in context:
            continue
        context = os.path.normpath(os.path.join(folder, context))
        yield (
            os.path.realpath(os.path.join(context, dockerfile)),
            Service(
                file=path,
                name=str(name),
                context=context,
                target=_plain(build.get("target")),
                stop_signal=_plain(entry.get("stop_signal")),
                grace_period=duration(entry.get("stop_grace_period")),
                init=entry.get("init") is True,
            ),
        )


def _plain(value: object) -> str | None:
    """A string without variables."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value and "$" not in value and "\0" not in value else None


def duration(value: object) -> float | None:
    """Seconds of a Compose duration (``1m30s``); None where it is none."""
    text = _plain(value)
    if text is None:
        return None
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _yaml(data: bytes) -> Any:
    """The parsed file, None where it is no YAML that we want to know of."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the base depends on how PyYAML was built
        """A safe loader whose merge keys cannot multiply without bound."""

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            super().flatten_mapping(node)
            if len(node.value) > _LARGEST_MAPPING:
                raise yaml.YAMLError("a mapping is too large")

    try:
        depth = 0
        for event in yaml.parse(data, Loader=Loader):  # the C composer recurses, and crashes where Python would raise
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                return None
        return yaml.load(data, Loader=Loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
