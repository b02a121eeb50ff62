"""The shell that runs a script: who interprets it, and the frames of what is still to do.

What Python would keep on its call stack (the place in each block, loop and function) is an explicit chain of `Frame`s, so nesting in
hostile scripts costs memory, not stack.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Literal

from ....records import dataclass
from ..model.dialects import dialect
from .findings import Findings

if TYPE_CHECKING:
    from ....source import Text
    from ..model.outcome import Around, Command, Mode
    from ..model.traits import Dialect

TESTING = frozenset({"andor", "not", "if", "error"})  # frames that look at the status of what runs above them

TESTED = 1  # of the bottom of a forked shell: who has forked it looks at its status

# Seq: a block, `index` the next command. Base: the bottom, `label` how the shell got its text. Call, Eval, Trap, Error, Return, Exit: what runs
# until the frame is reached again. Refused: the shell's parser gives up here. Captured: a command whose substitutions up to `index` are over with what runs until then. Chosen, Opened: a command that begins with the next step. Test: a condition of if, a left side of && or ||, a negation: errexit is off in it.
FrameKind = Literal[
    "base",
    "seq",
    "within",
    "call",
    "eval",
    "trap",
    "error",
    "debug",
    "return",
    "exit",
    "if",
    "andor",
    "not",
    "while",
    "for",
    "refused",
    "captured",
    "chosen",
    "opened",
]


@dataclass(slots=True, eq=False)
class Frame:
    """One level of what is still to do. ``depth`` is its distance from the bottom; ``tested``: the status of what runs above it is looked at, by it or by one below (below a trap,
    what the trap has interrupted does not matter; nor, in dash and ash, how a file is read). ``following`` is, of a block, its place behind this command; ``place``: of a call, the constructs and calls up to it, once somebody has asked (`commands.place`)."""

    kind: FrameKind
    parent: Frame | None
    depth: int
    tested: bool
    node: object = None
    index: int = 0
    data: object = None
    label: str = ""
    following: Frame | None = None
    place: tuple[tuple[Around, ...], tuple[Text, ...]] | None = None


class Shell:
    """What stays the same while a shell runs: who interprets, and what.

    ``dialect`` is the shell's behaviour, ``argv`` as the kernel shows it, ``name`` is ``$0``, ``path`` the script's file in the image. ``mode`` as in `Outcome`. Frames are made here,
    each only once, so that two ways that come to the same place hold the very same frame.
    """

    def __init__(self, dialect: Dialect, argv: tuple[str, ...], name: str, source: Text, mode: Mode, pid: int) -> None:
        self.dialect, self.argv, self.name, self.source, self.mode, self.pid = (
            dialect,
            argv,
            name,
            source,
            mode,
            pid,
        )
        # Signals ignored when it was started cannot be trapped (POSIX); what arguments it was given.
        self.ignored: frozenset[str] = frozenset()
        self.given: tuple[str, ...] = ()
        self.earlier: tuple[Command, ...] = ()  # what the scripts before it have run
        # A child that is not its own counts the time.
        self.watched = False
        self.user: str | None = None
        self.descriptors: frozenset[str] | None = (
            frozenset()
        )  # open from birth, beside the first three (None: not known)
        self.leads = False  # a process group
        self.child = False  # of a shell of the launch
        self.aside = False  # in the background of one
        self.aliases: set[str] = set()
        self.aliased = False  # by an `alias`, of whatever name
        self.found = Findings()
        self._frames: dict[tuple[object, ...], tuple[Frame, object, Frame | None]] = {}

    def as_posix(self, posix: bool) -> Shell:
        """bash behind ``set -o posix``, or ``set +o posix``; all that was found out so far holds for both."""
        other = copy(self)
        other.dialect = dialect(self.dialect.family, self.dialect.version, posix=posix)
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
