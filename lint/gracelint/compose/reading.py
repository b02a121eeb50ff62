"""The services of one compose file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..discovery import display
from ..records import replace
from ..regexes import regex
from ..source import Document
from .commands import Written
from .loading import load
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# A field of a volume's short form; the colon in ``${VARIABLE:-default}`` parts nothing.
_FIELD = regex(r"((?:\$\{[^}]*\}|[^:])*)(?::|\Z)")
_DURATION = regex(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)")
_DEFAULT = regex(r"\$\{\w+:?-([^${}]*)\}")
_AGAIN = regex(r"\b(?:always|unless-stopped)\b")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def read(path: str, data: bytes) -> Iterator[tuple[str, Service]]:
    """Every Dockerfile that a compose file of this content builds (by its real path), with the service."""
    document = Document.decode(display(path), data)
    folder = os.path.dirname(path)
    table, node = load(document.text)
    written = Written(document, node)
    entries = table.get("services") if isinstance(table, dict) else None
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict):
            continue
        build = entry.get("build")
        if isinstance(build, str):
            build = {"context": build}
        if not isinstance(build, dict) or "dockerfile_inline" in build:
            continue
        context, dockerfile = plain(build.get("context", ".")), plain(build.get("dockerfile", "Dockerfile"))
        if context is None or dockerfile is None or "://" in context:
            continue
        context = os.path.normpath(os.path.join(folder, context))
        yield (
            os.path.realpath(os.path.join(context, dockerfile)),
            _started(
                Service(
                    file=path,
                    name=str(name),
                    context=context,
                    document=document,
                    target=plain(build.get("target")),
                    stop_signal=plain(entry.get("stop_signal")),
                    grace_period=duration(_by_default(entry.get("stop_grace_period"))),
                    init=entry.get("init") is True,
                    mounts=tuple(mounted(entry.get("volumes"))),
                    stays=_stays(entry),
                ),
                entry,
                written,
            ),
        )


def ranges(document: Document) -> list[tuple[int, int]]:
    """First and last lines of what the services of a compose file start, the key's line included: a comment holds for all of it."""
    root = load(document.text)[1]
    return Written(document, root).ranges()


def reread(service: Service, data: bytes) -> Service:
    """What a service says in another version of its file: itself where it is no longer there."""
    found = (other for _, other in read(service.file, data) if other.name == service.name)
    new = next(found, service)
    return new if service.start else new.as_built()


def _started(service: Service, entry: dict[str, Any], written: Written) -> Service:
    """The service, with what it says of its start. One whose command cannot be read is left as it was built: what it starts is not known."""
    lines = {key: written.line(service.name, key, entry.get(key)) for key in ("entrypoint", "command")}
    if any(line is None and entry.get(key) is not None for key, line in lines.items()):
        return service
    return replace(
        service,
        entrypoint=lines["entrypoint"],
        command=lines["command"],
        user=plain(entry.get("user")),
        workdir=plain(entry.get("working_dir")),
        env=_environment(entry.get("environment")),
    )


def _stays(entry: dict[str, Any]) -> bool | None:
    """Whether a service is meant to run until it is stopped: it listens, is looked after or started again; or to end by itself: it must not
    be started again. None where nothing says so."""
    deploy = entry.get("deploy")
    mode = str(deploy.get("mode")) if isinstance(deploy, dict) else ""
    if mode.endswith("-job"):
        return False
    restart = entry.get("restart")
    check = entry.get("healthcheck")
    watched = isinstance(check, dict) and "test" in check and check.get("disable") is not True
    # Of a variable only the default is known, and that it is there: it decides whether, not that, the service ends.
    if entry.get("ports") or entry.get("expose") or watched or _AGAIN.search(str(restart or "")):
        return True
    return False if restart is False or restart == "no" else None


def _by_default(value: object) -> object:
    """A value, of ``${NAME:-30s}`` what stands where the variable is not set."""
    match = _DEFAULT.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match is not None else value


def _environment(value: object) -> dict[str, str | None]:
    """The variables of ``environment``, a table or a list of NAME=VALUE; without a value, that of whoever calls Compose."""
    if isinstance(value, list):
        pairs = (str(item).partition("=") for item in value if isinstance(item, str))
        return {name: plain(text) if equals else None for name, equals, text in pairs if name and "$" not in name}
    if isinstance(value, dict):
        return {str(name): "" if text == "" else plain(text) for name, text in value.items()}
    return {}


def mounted(volumes: object) -> Iterator[str]:
    """Where bind mounts stand in the container. (A named volume begins as a copy of what the image has there.)"""
    for volume in volumes if isinstance(volumes, list) else ():
        if isinstance(volume, str):
            source, place = (*_FIELD.findall(volume), "", "")[:2]
            place = plain(place) if source.startswith((".", "/", "~", "$")) else None
        elif isinstance(volume, dict) and volume.get("type") == "bind":
            place = plain(volume.get("target"))
        else:
            continue
        if place is not None and place.startswith("/"):
            yield place


def plain(value: object) -> str | None:
    """A string without variables."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value and "$" not in value and "\0" not in value else None


def duration(value: object) -> float | None:
    """Seconds of a Compose duration (``1m30s``, and ``0``, which needs no unit); None where it is none."""
    text = plain(value)
    if text is None:
        return None
    if text == "0":  # the one number that needs no unit (Go: time.ParseDuration)
        return 0.0
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
