"""What a service of a compose file says about the image that it builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..source import Document
    from .commands import Line


@dataclass(frozen=True, slots=True)
class Service:
    """What a service says about a Dockerfile's image; None where it says nothing. Times are in seconds.

    ``entrypoint`` and ``command`` are lines as they are written (`commands.words` splits them). ``env`` values are None where they are not
    known. ``mounts`` are the paths in the container over which it lays folders or files of the host. ``file`` is the compose file as
    opened, ``document`` what it holds. ``stays``: it is meant to run until it is stopped (True) or to end by itself (False).
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
    stays: bool | None = None

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


def _value(line: Line | None) -> object:
    return tuple(word.value for word in line) if isinstance(line, tuple) else line and line.value
