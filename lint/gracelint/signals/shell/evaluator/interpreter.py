"""The shell that runs a script: who interprets it, and the frames of what is still to do.

What Python would keep on its call stack (the place in each block, loop and function) is an explicit chain of `Frame`s, so nesting in
hostile scripts costs memory, not stack.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

from ....records import dataclass
from ..model.dialects import dialect
from .findings import Findings, Readings

if TYPE_CHECKING:
    from ....source import Text
    from ..model.outcome import Around, Command, Mode
    from ..model.traits import Dialect

TESTING = frozenset({"andor", "not", "if", "error"})  # frames that look at the status of what runs above them

TESTED = 1  # of the bottom of a forked shell: who has forked it looks at its status

FrameKind = Literal[
    "base",  # the bottom; `label` says how the shell got its text
    "seq",  # a block; `index` is its next command
    "within",  # a construct, named by `label`
    # What runs above these is over when they are reached again.
    "call",
    "eval",
    "trap",
    "error",
    "debug",
    "return",
    "exit",
    # Constructs, whose condition is looked at (`TESTING`).
    "if",
    "andor",
    "not",
    "while",
    "for",
    "refused",  # the shell's parser gives up here
    "captured",  # a command; its substitutions up to `index` are over with what runs above
    # A command that begins with the next step.
    "chosen",
    "opened",
]


@dataclass(slots=True, eq=False)
class Frame:
    """One level of what is still to do."""

    kind: FrameKind
    parent: Frame | None
    depth: int
    """Its distance from the bottom."""
    tested: bool
    """The status of what runs above it is looked at, by it or by one below. (Below a trap, what the trap has interrupted does not matter; nor, in
    dash and ash, how a file is read.)"""
    node: Any = None
    """The piece of the script that it is about."""
    index: int = 0
    data: Any = None
    """What else a frame of its kind has to know."""
    label: str = ""
    following: Frame | None = None
    """Of a block: its place behind this command."""
    place: tuple[tuple[Around, ...], tuple[Text, ...]] | None = None
    """Of a call: the constructs and calls up to it, once somebody has asked (`commands.place`)."""


class Shell:
    """What stays the same while a shell runs: who interprets, and what.

    Frames are made here, each only once, so that two ways that come to the same place hold the very same frame.
    """

    def __init__(
        self,
        dialect: Dialect,
        argv: tuple[str, ...],
        name: str,
        source: Text,
        mode: Mode,
        pid: int,
        read: Readings,
    ) -> None:
        self.dialect = dialect
        self.read = read
        self.argv = argv
        """As the kernel shows it."""
        self.name = name
        """``$0``."""
        self.source = source
        self.mode = mode
        """As in `Outcome`."""
        self.pid = pid
        self.ignored: frozenset[str] = frozenset()
        """Signals that were ignored when it was started: they cannot be trapped (POSIX)."""
        self.withheld: frozenset[str] = frozenset()
        """Signals that it ignores, but what it starts does not."""
        self.given: tuple[str, ...] = ()
        """The arguments that it was given."""
        self.earlier: tuple[Command, ...] = ()
        """What the scripts before it have run."""
        self.watched = False
        """A child that is not its own counts the time."""
        self.user: str | None = None
        self.descriptors: frozenset[str] | None = frozenset()
        """Those that are open from birth, beside the first three (None: not known)."""
        self.leads = False
        """It leads a process group."""
        self.child = False
        """It was started by a shell of the launch."""
        self.aside = False
        """In the background of one."""
        self.aliases: set[str] = set()
        self.aliased = False
        """There was an ``alias``, of whatever name."""
        self.found = Findings()
        self._frames: dict[tuple[object, ...], tuple[Frame, object, Frame | None]] = {}

    def as_posix(self, posix: bool) -> Shell:
        """bash behind ``set -o posix``, or ``set +o posix``; all that was found out so far holds for both."""
        other = copy(self)
        other.dialect = dialect(self.dialect.family, self.dialect.version, posix=posix)
        return other

    def ignoring(self, signals: frozenset[str]) -> Shell:
        """A child shell that cannot trap these any more."""
        if signals <= self.ignored:
            return self
        other = copy(self)
        other.ignored = self.ignored | signals
        return other

    def withholding(self, signals: frozenset[str]) -> Shell:
        """One that ignores these for itself alone."""
        if signals == self.withheld:
            return self
        other = copy(self)
        other.withheld = signals
        return other

    def frame(
        self,
        kind: FrameKind,
        parent: Frame | None,
        node: object = None,
        index: int = 0,
        data: object = None,
        label: str = "",
    ) -> Frame:
        """The frame of these parts."""
        key = (kind, id(parent), id(node), index, id(data) if data is not None else 0, label)
        found = self._frames.get(key)
        if found is None:
            tested = kind in TESTING or (kind == "while" and index == 0) or (kind == "base" and index == TESTED)
            if parent is None:
                frame = Frame(kind, None, 0, tested, node, index, data, label)
            else:
                frame = Frame(
                    kind,
                    parent,
                    parent.depth + 1,
                    tested
                    or (parent.tested and kind != "trap" and not (label == "source" and self.dialect.source.afresh)),
                    node,
                    index,
                    data,
                    label,
                )
            # What the identities in the key stand for is kept alive with it.
            found = self._frames[key] = (frame, data, parent)
        return found[0]
