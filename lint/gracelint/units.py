"""From discovered files to units: each with its settings, and one unit for each way in which its image is built and stopped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import compose
from .cases import Unit
from .discovery import read_bytes
from .records import replace
from .selection import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .compose.service import Service
    from .config import Settings
    from .discovery import Source
    from .selection import Layer

# In how many ways Compose may start one Dockerfile's image until the rest are left out: each is an image to judge.
MOST_WAYS = 24


def units(
    sources: Iterable[Source],
    settings: Callable[[str], Settings],
    codes: Callable[[Settings], Iterable[str]],
    layer: Layer,
    *,
    context: str | None = None,
    target: str | None = None,
) -> Iterator[Unit]:
    """The units of these files. ``settings`` gives those of a folder, ``codes`` all codes under them; ``layer`` is the command line's
    selection, ``context`` and ``target`` its options."""
    compose_files = compose.Finder()
    enabled: dict[int, frozenset[str]] = {}
    for source in sources:
        folder = os.path.dirname(source.path) or "."
        own = settings(folder)
        if id(own) not in enabled:
            enabled[id(own)] = chosen(codes(own), (own.layer, layer))
        on = enabled[id(own)]
        if source.kind == "script":
            yield Unit(source.path, source.path, "script", own, on, source.root)
            continue
        services = compose_files.services(source.path, source.root)
        place = context or (services[0].context if services else None)
        for service in _variants(services):
            stage = target or (service.target if service else None)
            yield Unit(source.path, source.path, "dockerfile", own, on, source.root, place, stage, service)


def renewed(unit: Unit) -> Unit:
    """The unit, with what the compose file says of its service by now."""
    service = unit.service
    if service is None or not service.start:
        return unit
    from .compose.reading import reread

    try:
        return replace(unit, service=reread(service, read_bytes(service.file)))
    except OSError:
        return unit


def _variants(services: list[Service]) -> list[Service | None]:
    """One service for each way in which Compose builds and stops the image as it is, and one for each other way in which it starts it; None
    where it does not."""
    seen: dict[tuple[object, ...], Service] = {}
    for service in services:
        key = (service.build, ())
        before = seen.get(key)
        # What any of them mounts may hold what the image lacks. Of what it is for, those say nothing that start something else.
        stays = service.stays if service.entrypoint is None and service.command is None else None
        other = replace(service.as_built(), stays=stays)
        seen[key] = _with(before, other) if before else other
    for service in services:
        if len(seen) < MOST_WAYS:
            seen.setdefault((service.build, service.start), service)
    return [*seen.values()] or [None]


def _with(service: Service, other: Service) -> Service:
    """What two services say together of the image that both start as it is: one that is to run until it is stopped is enough."""
    lasts = {service.stays, other.stays}
    stays = True if True in lasts else False if False in lasts else None
    return replace(service, mounts=(*service.mounts, *other.mounts), stays=stays)
