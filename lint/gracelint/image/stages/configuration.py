"""Stages as they are written, and what each sets in its image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...parsers.dockerfile.model import Dockerfile, Instruction
    from ...source import Text
    from ..model import Argument, BaseImage, CommandLine, StopSignal
    from .steps import Step
    from .variables import Variables


@dataclass(frozen=True, slots=True)
class Stage:
    """FROM and its instructions. ``parent`` is the stage that FROM names; ``reference`` the image (None: not known)."""

    index: int
    name: str | None
    head: Instruction
    instructions: tuple[Instruction, ...]
    base_text: Text | None
    reference: str | None
    parent: int | None


@dataclass(frozen=True, slots=True)
class Stages:
    """All stages of a file, with the arguments declared before them."""

    dockerfile: Dockerfile
    build_args: Mapping[str, str]
    arguments: Variables
    stages: tuple[Stage, ...]
    names: Mapping[str, int]

    def find(self, target: str | None) -> Stage | None:
        """The stage of ``--target`` (a name or a number), the last one without; None if there is none."""
        if target is None:
            return self.stages[-1] if self.stages else None
        index = self.names.get(target.lower())
        if index is None and target.isascii() and target.isdigit() and int(target) < len(self.stages):
            index = int(target)
        return None if index is None else self.stages[index]

    def lineage(self, stage: Stage) -> tuple[Stage, ...]:
        """The stage with its parents, the oldest first."""
        line = [stage]
        while (parent := line[-1].parent) is not None:
            line.append(self.stages[parent])
        return tuple(reversed(line))


@dataclass(slots=True)
class Configuration:
    """What a stage sets in the image, while the fold is under way and when it is done.

    ``workdir`` is None where not known. ``cmd_set`` tells whether the stage itself has set CMD.
    """

    base: BaseImage
    base_text: Text | None
    variables: Variables
    env: dict[str, str | None]
    workdir: str | None
    user: str | None
    shell: tuple[Argument, ...] | None
    stop_signal: StopSignal
    entrypoint: CommandLine | None
    cmd: CommandLine | None
    cmd_set: bool = False
    onbuild: list[Instruction] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
