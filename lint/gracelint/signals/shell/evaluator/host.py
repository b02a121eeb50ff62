"""What the evaluator of shell scripts asks of the world around its shell, and how much work it may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ....records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....image.entries import Kind
    from ....image.model import Absent, Argument, Image, ImageFile
    from ....image.model import Unknown as Missing
    from ....parsers.shell import model as sh
    from ....source import Text
    from ...model import Order, Program
    from ...process import Alternative, Environment, Process
    from ..jobs.children import Forked
    from ..model.state import State
    from ..model.values import Field
    from .machine import Machine


class Running(NamedTuple):
    """A process that runs, for those who look for one by its name."""

    pid: int
    name: str
    argv: tuple[str, ...]
    parent: int | None


class Host(Protocol):
    """What the machine asks of the world around its shell."""

    def processes(self, state: State) -> list[Running]:
        """The processes that are known to run, in the order in which they were started."""

    def alive(self, state: State, pid: int) -> bool | None:
        """Whether a process still runs."""

    def send(
        self, state: State, signal: str, to: str, pids: tuple[int, ...], text: Text, deaf: frozenset[int] = ...
    ) -> int | None:
        """Send a signal, which those that are ``deaf`` do not hear; the status of ``kill``."""

    def order(self, state: State, order: Order, argv: tuple[str, ...], text: Text) -> float:
        """A command (``argv``) has other programs stop: in how many seconds they will be gone."""

    def doubts(self, state: State, order: Order, argv: tuple[str, ...]) -> bool:
        """Whether a command may or may not find the program that it would stop."""

    def left(self, pid: int) -> list[Process]:
        """What a child that has ended has left running."""

    def reap(self, state: State, pids: Sequence[int]) -> None:
        """A ``wait`` for these processes is over."""

    def close(self, state: State, pid: int) -> None:
        """The shell no longer writes to a process substitution."""

    def broken(self, state: State, pid: int) -> bool:
        """Whether who reads what a process writes, as this shell does, is gone, which brings the shell SIGPIPE."""

    def fork(self, machine: Machine, state: State, forked: State, construct: Text) -> list[Forked]:
        """Start a child shell: what it turns out to be."""


class Context(Protocol):
    """What the machine knows of the image."""

    image: Image

    def start(
        self, machine: Machine, state: State, fields: list[Field], environment: Environment, pid: int
    ) -> list[Alternative]:
        """What a command line becomes as a process."""

    def parse(self, text: Text, *, file: bool) -> sh.Script:
        """The model of a script."""

    def lookup(self, path: str) -> object:
        """What stands at a path of the image."""

    def is_link(self, path: str) -> bool | None:
        """Whether a symbolic link stands at an absolute path of the image; None where that is not known."""

    def made_elsewhere(self, path: str) -> bool:
        """Whether another stage of the Dockerfile makes a file at an absolute path."""

    def given_away(self, folder: str) -> bool:
        """Whether a folder of the distribution, which is root's, may have been given to somebody by the Dockerfile."""

    def standing(self, path: str) -> Kind:
        """What kind of thing stands at an absolute path of the image."""

    def folder(self, path: str) -> bool:
        """Whether something is known to stand below a path."""

    def listing(self, path: str) -> tuple[str, ...]:
        """The files that are known to stand below a path, directly or deeper."""

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Missing:
        """What ``execvp`` would start."""

    def joined(self, value: str, text: Text) -> Text:
        """A value as a text that stands for what was written."""

    def describe(self, arguments: Sequence[Argument]) -> Program | None:
        """What the catalogue knows of a command line."""

    def new_pid(self) -> int:
        """A number for a new process."""


class Budget:
    """How much work is left; shared by everything that one image's launch needs."""

    def __init__(self, steps: int) -> None:
        self.steps = self.whole = steps

    @property
    def spent(self) -> int:
        """How much was taken."""
        return self.whole - self.steps

    def spend(self, steps: int = 1) -> bool:
        """Take some; False when all is spent."""
        self.steps -= steps
        return self.steps >= 0
