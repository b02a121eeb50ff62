"""The state of a shell in the middle of a script, as data: it can be copied where the way splits, compared where ways
meet, and resumed when a signal comes.

What is still to do is a chain of frames (`interpreter.Frame`), so that a suspended shell simply *is* its state.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from ....records import dataclass, field, replace
from .keyed import Keyed, Reference
from .parts import MOST_FACTS, Ended, Facts, Kin, Scope, holds
from .values import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from ....parsers.shell import model as sh
    from ....source import Text
    from ..evaluator.interpreter import Frame, FrameKind, Shell
    from ..files.outputs import Output
    from .outcome import Around, Trap
    from .parts import Block, Coming, Held, Input, JobState, Made, Newborn, Truth
    from .values import Array, Field, Value

    Signalled: TypeAlias = tuple[str, frozenset[int], Text]  # the signal, to whom, and by which command


@dataclass(slots=True, eq=False)
class State:
    """A shell in the middle of its work. Collections are replaced, never changed in place, unless `copy` says they are copied."""

    shell: Shell
    pid: int
    stack: Frame | None
    """What is still to do."""
    variables: dict[str, Value | Array | Keyed | Reference | None] = field(default_factory=dict)
    """None: certainly not set, also not by the user."""
    parameters: tuple[Field, ...] = ()
    """``$1`` and so on."""
    functions: dict[str, sh.Function] = field(default_factory=dict)
    traps: dict[str, Trap] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    """The signals that are ignored."""
    options: frozenset[str] = frozenset()
    """Those of ``set`` that are on, by letter, and of ``shopt``, by name."""
    readonly: frozenset[str] = frozenset()
    dying: frozenset[int] = frozenset()
    """The jobs that it has just ended and not yet waited for (`jobs.dying`)."""
    disabled: frozenset[str] = frozenset()
    """Builtins that ``enable -n`` has taken away."""
    exports: Mapping[str, bool | None] = field(default_factory=dict)
    """The variables that are handed on to programs, those that certainly are not (False), and those that perhaps are (None), as `exporting` says."""
    status: int | None = 0
    """``$?``: None where it is not known, then `truth` may say what it depends on."""
    truth: Truth | None = None
    jobs: tuple[JobState, ...] = ()
    abandoned: tuple[int, ...] = ()
    """The foreground command that it has left for a signal: ``jobs`` names it still, ``wait`` does not wait for it (bash 5.2, measured)."""
    kin: Kin = field(default_factory=Kin)
    """Who has started it."""
    sent: tuple[Signalled, ...] = ()
    """The signals that it has sent to those, and to their jobs."""
    slow: bool = False
    """It has waited for a foreground command."""
    over: dict[int, int | None] = field(default_factory=dict)
    """Jobs that ended at once, with their status (None: not known)."""
    unclaimed: tuple[int, ...] = ()
    """Among all jobs that ended, those that no ``wait`` has told of yet."""
    heard: tuple[int, ...] = ()
    """Of these, those that ``wait -n`` will not tell of."""
    doubted: tuple[int, ...] = ()
    """Of these, those of which nobody can say."""
    table: tuple[int, ...] = ()
    """Its job table (`jobtable`)."""
    passed: tuple[int, ...] = ()
    """Those that a ``wait`` for all has come by while it stands at another one; they keep their numbers until it is over (or, if they were
    not `noticed`, may have lost them)."""
    noticed: tuple[int, ...] = ()
    """Those that ended while a foreground command ran."""
    pipelines: tuple[int, ...] = ()
    """Those in the background that have ended at once."""
    missed: frozenset[int] = frozenset()
    """Children whose end it has missed (`jobtraits.Wait.jumps`)."""
    cleared: int = 0
    """How many had ended when the last foreground command ran."""
    newborn: dict[int, Newborn] = field(default_factory=dict)
    """The jobs that were forked since the shell last waited for anything that takes its time."""
    bereaved: bool = False
    """A child has ended, of which the trap of SIGCHLD has not heard."""
    scopes: tuple[Scope, ...] = ()
    """What functions and files that are read give back when they are over."""
    workdir: Value = "/"
    last_pid: str = ""
    """``$!``."""
    conditions: tuple[str, ...] = ()
    """What was assumed on this way, in words."""
    required: tuple[str, ...] = ()
    """Those of the conditions without which the shell gives up."""
    default: bool = True
    """It is the way that the launch takes as it is."""
    leaving: bool = False
    """It may as well have ended before, by what nobody knows."""
    settled: Mapping[str, str] = field(default_factory=dict)
    """Those of the conditions that the launch decides once and for all, as a variable that only the user sets, each with its opposite."""
    assumed: dict[str, bool] = field(default_factory=dict)
    """What is taken for true or false from now on, by the condition's words."""
    facts: Facts = field(default_factory=Facts)
    candidate: State | None = None
    """Where the shell would hold if nothing that follows does."""
    beyond: State | None = None
    """How it ends if it does not hold here."""
    midway: State | None = None
    """Where one in the background is while it runs a program of the application's own, of which nobody knows how long that takes."""
    block: Block | None = None
    ended: Ended | None = None
    around: tuple[Around, ...] = ()
    """The constructs that stand around what is run."""
    calls: tuple[Text, ...] = ()
    """Where the functions and files were called that are run."""
    sequence: int = 0
    """Its place among the ways that wait to be followed (`waiting`)."""
    perhaps: bool = False
    """It is not certain that `block` lasts."""
    guarded: frozenset[str] | None = None
    """What would end it and is caught, as bash does from its first EXIT trap on, also when that is gone again (None: not yet)."""
    touched: frozenset[str] = frozenset()
    """The signals that ``trap`` was about before."""
    leads: bool = False
    """A forked one leads a process group."""
    rounds: object = None
    """The loop that it has just left, as other ways do after another number of rounds."""
    held: tuple[Held, ...] = ()
    """Process substitutions that it keeps open."""
    inputs: tuple[Input, ...] = ()
    """What it reads from."""
    outputs: tuple[Output, ...] = ()
    """Who reads what it prints."""
    permitted: frozenset[str] = frozenset()
    """Files to which chmod may have given an execute bit."""
    made: dict[str, Made] = field(default_factory=dict)
    """Files that the script itself has made or removed, by their paths."""
    coming: tuple[Coming, ...] = ()
    """What its jobs in the background change of that."""
    restless: bool = False
    """Programs have run that may have made others."""
    interruptible: bool = False
    """SIGINT ends a ``wait``, and the shell, though it is PID 1, as in bash from its first ``trap`` of INT on, also one that takes it away (measured, bash 5.2)."""
    awaited: bool = False
    """The last simple command that it has run itself is ``wait``."""
    enclosed: bool = False
    """This shell was forked in a function."""
    trapped: bool = False
    """It has had a trap, also if that is gone."""
    unread: bool = False
    """It has read a file, or run a text, of which nothing is known: any name may be set that it has not set itself."""
    round: object = None
    """How it stood at the beginning of a round of ``for`` (`repeating`)."""

    def copy(self) -> State:
        """An independent copy."""
        copied = State(*_parts(self))
        copied.variables, copied.assumed = dict(self.variables), dict(self.assumed)
        if self.over:
            copied.over = dict(self.over)
        if self.scopes:
            copied.scopes = tuple([Scope(parameters, dict(saved), lent) for parameters, saved, lent in self.scopes])
        return copied

    def push(self, kind: FrameKind, node: object = None, index: int = 0, data: object = None, label: str = "") -> None:
        """Put a frame on top."""
        self.stack = self.shell.frame(kind, self.stack, node, index, data, label)

    def pop(self) -> Frame:
        """Take the top frame off."""
        frame = self.stack
        assert frame is not None
        self.stack = frame.parent
        return frame

    def done(self, status: int | None, truth: Truth | None = None) -> None:
        """A command has ended with this status."""
        self.status, self.truth = status, truth if status is None else None

    def give_up(self, reason: str) -> None:
        """Nothing is known of what comes behind here, for this reason."""
        self.ended = Ended("unknown", reason=reason)

    def note(self, name: str, item: object) -> None:
        """Remember a fact, once. Of what ran before, the last is what counts."""
        items = getattr(self.facts, name)
        if holds(items, item):
            return
        if len(items) < MOST_FACTS or name == "before":
            self.facts = replace(self.facts, **{name: (*items, item)[-MOST_FACTS:]})

    def forget(self, name: str) -> None:
        """A variable has a value that nobody knows. What was assumed of the one before says nothing of it."""
        self.variables[name] = Unknown(f"${name}")
        for condition in [each for each in self.assumed if f"${name}" in each]:
            del self.assumed[condition]

    def lookup(self, name: str) -> Value | None:
        """A scalar variable's value; of an array, its first element; None if unset."""
        value = self.variables.get(name)
        if value is None or value.__class__ is str or value.__class__ is Unknown:
            return value
        value = self.variables.get(self.meant(name))
        if isinstance(value, tuple):
            return value[0] if value else None
        if isinstance(value, Keyed):
            return value.get("0")
        return None if isinstance(value, Reference) else value

    def meant(self, name: str) -> str:
        """The variable that a name stands for: itself, but where ``declare -n`` said otherwise."""
        for _ in range(8):
            value = self.variables.get(name)
            if not isinstance(value, Reference):
                break
            name = value.target
        return name

    @property
    def child(self) -> bool:
        """Whether it is neither the shell of the launch nor what that has become."""
        return self.pid != self.shell.pid or self.shell.child

    @property
    def handed_down(self) -> frozenset[str]:
        """The signals that what it starts ignores."""
        return self.ignored - self.shell.withheld

    @property
    def aside(self) -> bool:
        """Whether it stands in the background, or the shell does that has started it."""
        return "background" in self.around or self.shell.aside

    @property
    def tested(self) -> bool:
        """Whether the last command's status is looked at, so that ``set -e`` does not count it."""
        return self.stack is not None and self.stack.tested

    def positional(self, number: int) -> Value | None:
        """``$1`` and so on; None if there are fewer for certain."""
        if _first_open(self.parameters[:number]) is not None:
            return Unknown(f"${number}")
        return self.parameters[number - 1].value if number <= len(self.parameters) else None

    @property
    def count(self) -> Value:
        """``$#``."""
        return Unknown("$#") if _first_open(self.parameters) is not None else str(len(self.parameters))

    def shift(self, count: int) -> bool:
        """Drop positional parameters from the front; False where there are fewer for certain."""
        rest = _first_open(self.parameters)
        if rest is None and count > len(self.parameters):
            return False
        self.parameters = self.parameters[count if rest is None else min(count, rest) :]
        return True

    def standing(self) -> tuple[object, ...]:
        """What has to agree, jobs and variables apart (those that a function will give back, too), for two ways to become one again."""
        places = [min(pid, 1) for pid in self.table]  # which are taken: by which job, their jobs tell
        given_back = [(parameters, lent) for parameters, _, lent in self.scopes]
        return _standing(self), given_back, places


_parts = attrgetter(*State.__match_args__)
_standing = attrgetter(
    "parameters",
    "functions",
    "traps",
    "ignored",
    "options",
    "block",
    "guarded",
    "touched",
    "interruptible",
    "trapped",
    "readonly",
    "disabled",
    "dying",
    "held",
    "inputs",
    "outputs",
    "sent",
)


def _first_open(parameters: tuple[Field, ...]) -> int | None:
    """Where the first parameter is that stands for any number of words."""
    for at, each in enumerate(parameters):
        if not isinstance(each.value, str) and each.rest:
            return at
    return None
