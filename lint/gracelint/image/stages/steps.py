"""What the instructions of a stage do to the image's file system, variables expanded, in order.

Steps are plain data; `gracelint.image.files.files` asks them about one path at a time, so that an image whose launch needs
no file costs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...records import dataclass

if TYPE_CHECKING:
    from ...parsers.dockerfile.model import Instruction
    from ...source import Text
    from .variables import Variables


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """``WORKDIR`` and ``VOLUME`` make their folders. ``path`` is absolute; None where not known."""

    path: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class Source:
    """One source of COPY or ADD: the word as written and its value (None: not known).

    ``content`` is the body of a heredoc source after substitution (None where not known), ``is_heredoc`` marks it.
    """

    word: Text
    value: str | None
    is_heredoc: bool = False
    content: Text | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY or ADD. ``destination`` is absolute, a trailing ``/`` kept; None where not known.

    ``origin`` is the stage (an index) or image (a reference) of ``--from``, None for the build context. ``mode`` is
    the value of ``--chmod``; ``excludes`` those of ``--exclude``. ``apart`` (``--link``): it is made on nothing and
    laid over what was there, so that no folder or link of that has a say.
    """

    instruction: Instruction
    sources: tuple[Source, ...]
    destination: str | None
    origin: int | str | None
    mode: str | None
    adds: bool
    parents: bool
    excludes: tuple[str, ...]
    workdir: str | None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """RUN: the command is read when somebody asks for a path that it could concern. ``as_root``: no permission is refused to it."""

    instruction: Instruction
    variables: Variables
    workdir: str | None
    shell: tuple[str, ...]
    as_root: bool = True


Step: TypeAlias = "MakeFolder | Copy | Run"
