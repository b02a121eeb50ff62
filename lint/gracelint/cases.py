"""One image to judge, worked out from its file: the `Case` that rules are asked about.

A `View` reads what its unit names, builds the image once, and lays over it what a compose file says. It also knows which
documents were read on the way, because ignore comments count in all of them. The signal's way is followed only when
somebody asks.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from . import disk, suppress
from .contexts import default_context
from .discovery import display
from .records import dataclass, field, replace
from .rule import Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .compose.commands import Line
    from .compose.service import Service
    from .config import Settings
    from .discovery import Kind
    from .image.context.shared import Shared
    from .image.model import BaseImage, Image, SignalSource, StopSignal
    from .parsers.dockerfile.model import Problem
    from .signals.model import Trace
    from .source import Document, Text


@dataclass(frozen=True, slots=True)
class Start:
    """What a container is started and stopped with (``docker run``, ``docker stop``); None: as the image, and Compose, say.

    ``arguments`` take CMD's place. ``stop_signal`` is canonical, ``grace_period`` in seconds.
    """

    arguments: tuple[str, ...] | None = None
    user: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str | None = None
    grace_period: float | None = None
    init: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """One image to judge, and all that is needed for it.

    ``path`` as reported, ``file`` as opened, ``root`` the folder that was linted. ``context`` is the build context (None: found out
    from the Dockerfile); ``service`` what a compose file says. ``codes`` are the rules that are on. ``target`` None is the last stage.
    ``start`` goes before what the service says.
    """

    path: str
    file: str
    kind: Kind
    settings: Settings
    codes: frozenset[str]
    root: str
    context: str | None = None
    target: str | None = None
    service: Service | None = None
    start: Start = Start()

    @property
    def grace_period(self) -> float:
        """Seconds between the stop signal and SIGKILL: as started, Compose's, the configuration's, else docker stop's default."""
        from .config import GRACE_PERIOD

        of_service = self.service.grace_period if self.service else None
        given = (self.start.grace_period, of_service, self.settings.grace_period)
        return next((value for value in given if value is not None), GRACE_PERIOD)

    @property
    def init(self) -> bool:
        """Whether the engine puts its own init in front."""
        return self.start.init or (self.service is not None and self.service.init)


def absolute(path: str) -> str:
    """The one name by which a file is known inside gracelint."""
    return disk.real(path)


class View:
    """A unit with everything worked out of it. ``document`` is the file's content; ``overlay`` holds contents, by real
    path, that stand in for other files'; ``shared`` is what the run's other units have read."""

    def __init__(
        self, unit: Unit, document: Document, overlay: Mapping[str, bytes], shared: Shared | None = None
    ) -> None:
        service = unit.service
        changed = overlay.get(absolute(service.file)) if service is not None else None
        if service is not None and changed is not None:
            from .compose.reading import reread

            unit = replace(unit, service=reread(service, changed))
        self.unit = unit
        self.document = document
        self._overlay = overlay
        self._shared = shared
        self._read: dict[str, Document | None] = {}
        self._failure: Exception | None = None

    @cached_property
    def image(self) -> Image:
        """The image, with what the compose file and the command line lay over it."""
        from .image import build

        unit, start = self.unit, self.unit.start
        signal = _stop_signal(unit)
        if unit.kind == "script":
            image = build.standalone(self.document, argv=start.arguments or ())
            return replace(
                image,
                stop_signal=signal or image.stop_signal,
                env={**image.env, **start.env},
                user=start.user or image.user,
            )
        from .image.context.context import Context
        from .image.stages.addons import build_args
        from .parsers.dockerfile import parse

        dockerfile = parse(self.document)
        folder, certain = (unit.context, True) if unit.context else default_context(dockerfile, unit.file, unit.root)
        context = Context(
            folder,
            unit.file,
            display=display,
            documents=self._read,
            contents=self._overlay,
            certain=certain,
            shared=self._shared,
        )
        service = unit.service
        return build.build_image(
            dockerfile,
            context,
            unit.target,
            build_args=build_args(dockerfile, context),
            base_images={name: _base_image(name, table) for name, table in unit.settings.images.items()},
            user=start.user or (service.user if service else None),
            env={**(service.env if service else {}), **start.env},
            workdir=service.workdir if service else None,
            entrypoint=_words(service.entrypoint) if service else None,
            cmd=start.arguments if start.arguments is not None or service is None else _words(service.command),
            stop_signal=signal,
            mounts=unit.service.mounts if unit.service else (),
            perhaps_mounted=None if unit.service else partial(_perhaps_mounted, unit),
        )

    @cached_property
    def case(self) -> Case:
        """What the rules are asked about."""
        service = self.unit.service
        stays = service.stays if service is not None else None
        return Case(self.image, self._follow, self._problems, self.unit.kind == "script", stays)

    @cached_property
    def otherwise(self) -> Case | None:
        """The case of a container that is started with arguments that nobody knows, in CMD's place. None where they make no difference,
        or some were given."""
        from .image.stages.launch import with_any_arguments

        service = self.unit.service
        given = self.unit.start.arguments is not None or (service is not None and service.start != ())
        if self.unit.kind == "script" or given:
            return None
        launch = with_any_arguments(self.image)
        return (
            replace(self.case, image=replace(self.image, launch=launch), unreadable=tuple)
            if launch is not None
            else None
        )

    def _follow(self, image: Image) -> Trace:
        """The trace. An error is kept as well: forty rules asking must not make it forty times."""
        from .signals.trace import follow

        if self._failure is None:
            try:
                return follow(
                    image,
                    grace_period=self.unit.grace_period,
                    init=self.unit.init,
                    programs=self.unit.settings.programs,
                )
            except Exception as error:
                self._failure = error
        raise self._failure

    def _problems(self) -> Iterator[Problem]:
        """Parse errors of the Dockerfile, of the shell scripts that were read to follow the signal, and of the applications."""
        yield from self.image.dockerfile.problems
        trace = self.case.trace
        if trace.paths:
            from . import problems

            yield from problems.of_scripts(self.documents)
            yield from problems.of_applications(self.image, trace)

    @property
    def documents(self) -> list[Document]:
        """The documents read so far: the unit's own, and those of the build context."""
        service = self.unit.service
        written = [service.document] if service is not None and service.start else []
        return [self.document, *written, *(document for document in self._read.values() if document is not None)]

    def ignores(self) -> Iterator[suppress.Ignore]:
        """The ignore comments in the documents."""
        for document in self.documents:
            if suppress.MARK in document.text:
                yield from suppress.find(document, self._ranges(document))

    def _ranges(self, document: Document) -> list[tuple[int, int]]:
        """First and last lines of the instructions, and of what a compose file starts; none of other files."""
        service = self.unit.service
        if document is self.document and self.unit.kind == "dockerfile":
            return [(each.first_line, each.last_line) for each in self.image.dockerfile.instructions]
        if service is not None and document is service.document:
            from .compose.reading import ranges

            return ranges(document)
        return []


def _perhaps_mounted(unit: Unit) -> Sequence[str]:
    from .compose.beside import mounts

    return mounts(unit.file, unit.root)


def _stop_signal(unit: Unit) -> StopSignal | None:
    """The stop signal that is sent instead of the image's."""
    raw, service = unit.start.stop_signal, unit.service
    source: SignalSource = "command line"
    if raw is None and service is not None:
        raw, source = service.stop_signal, "compose"
    if raw is None:
        return None
    from .image.model import StopSignal
    from .image.stages.stop_signal import canonical_signal

    return StopSignal(canonical_signal(raw), raw, source, None)


def _words(line: Line | None) -> Sequence[Text] | None:
    """The words of what a service starts."""
    from .compose.commands import words

    return None if line is None else words(line)


def _base_image(name: str, table: Mapping[str, Any]) -> BaseImage:
    """The user's facts of a base image (a table of ``images``)."""
    from .image.model import BaseImage

    entrypoint, cmd = table.get("entrypoint"), table.get("cmd")
    return BaseImage(
        name,
        known=True,
        shell=table.get("shell"),
        shell_version=table.get("shell-version"),
        entrypoint=entrypoint or None,
        cmd=cmd or None,
        stop_signal=table.get("stop-signal"),
        source="configuration",
    )
