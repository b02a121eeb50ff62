"""The evaluator of shell scripts: one step of one state at a time.

Method: an abstract machine over the shell model. A `State` holds a chain of frames (what is still to do), and `Machine.step` does the next thing,
returning the states that follow: one, or several where a condition is unknown. Nothing here recurses with the script's nesting, and nothing decides whether a
command runs for long: the machine stops with ``state.block`` set and its driver (`startup` for the way to the steady state, `live` for what happens on a
signal) goes on when the command is over.

Hazard: a new construct that can leave its frame early (break, return, exit) must do so through `unwind`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...parsers.shell import model as sh
from ..process import Bound
from . import builtins, children, conditions, simple, words
from .state import Ended, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...image.model import Absent, Image, ImageFile
    from ...image.model import Unknown as Missing
    from ...source import Text
    from ..process import Alternative, Environment
    from .outcome import Around, Command
    from .state import Frame, State
    from .values import Field, Value

MOST_ITERATIONS = 100
MOST_ARMS = 32


class Host(Protocol):
    """What the machine asks of the world around its shell."""

    def alive(self, state: State, pid: int) -> bool | None:
        """Whether a process still runs."""

    def send(self, state: State, signal: str, to: str, pids: tuple[int, ...], text: Text) -> int | None:
        """Send a signal; the status of ``kill``."""

    def fork(
        self, machine: Machine, state: State, command: sh.Command, around: Around, construct: Text
    ) -> list[children.Forked]:
        """Start a child shell that runs a command."""


# Operators for parameters that may not be set.
_FOR_UNSET = frozenset({"-", ":-", "=", ":=", "+", ":+", "?", ":?"})


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

    def folder(self, path: str) -> bool:
        """Whether something is known to stand below a path."""

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Missing:
        """What ``execvp`` would start."""

    def joined(self, value: str, text: Text) -> Text:
        """A value as a text that stands for what was written."""

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


class Machine:
    """The evaluator. ``live``: a signal has come, so commands take time and children are real."""

    def __init__(self, context: Context, host: Host, budget: Budget, *, live: bool = False) -> None:
        self.context, self.host, self.budget, self.live = context, host, budget, live
        self.substituting = 0
        self.forking = 0
        self.parked: list[tuple[object, State]] = []
        self.escaped: set[object] = set()
        self._enter: dict[type, Callable[[State, object], list[State]]] = {
            sh.Simple: self._simple,
            sh.Pipeline: self._pipeline,
            sh.AndOr: self._and_or,
            sh.Background: self._background,
            sh.Group: self._group,
            sh.Subshell: self._subshell,
            sh.If: self._if,
            sh.While: self._while,
            sh.For: self._for,
            sh.ArithmeticFor: self._arithmetic_for,
            sh.Case: self._case,
            sh.Function: self._function,
            sh.Conditional: self._conditional,
            sh.ArithmeticCommand: self._arithmetic,
            sh.Coprocess: self._background,
            sh.Unreadable: self._unreadable,
            sh.Block: self._block,
        }

    # --- what the other modules of the evaluator use ---

    def expand(self, state: State, items: tuple[sh.Word, ...]) -> list[Field]:
        """The fields that words become."""
        return words.expand(self, state, items)

    def value(self, state: State, word: sh.Word | None) -> Value:
        """A word's value where nothing splits."""
        return words.value(self, state, word)

    def parameter(self, state: State, name: str) -> Value | None:
        """A parameter's value; None if unset."""
        return words.parameter(state, name)

    def content(self, state: State, path: str) -> str | None:
        """The text of a file of the image."""
        text = self.file(state, path)
        return text.value if text is not None else None

    def file(self, state: State, path: str) -> Text | None:
        """A file of the image, as a text."""
        where = conditions.located(path, state.workdir)
        found = self.context.lookup(where) if where is not None else None
        return getattr(found, "content", None)

    def exists(self, state: State, path: str, kind: str) -> bool | None:
        """The answer of ``test -f`` and its kin, where the image decides it."""
        from ...image.model import Absent, ImageFile

        where = conditions.located(path, state.workdir)
        if where is None:
            return None
        found = self.context.lookup(where)
        if isinstance(found, ImageFile):
            answers = {"d": False, "x": found.executable, "s": bool(found.content) if found.content else None}
            return answers.get(kind, True if kind in "aefr" else None)
        if kind in "ade" and self.context.folder(where):
            return True
        # What is not in the image may still be mounted or made at run time.
        return False if isinstance(found, Absent) and kind in "fxs" and not self._writes(where) else None

    def _writes(self, path: str) -> bool:
        return path.startswith(("/run/", "/tmp/", "/var/", "/data", "/mnt", "/etc/", "/home/", "/config", "/secrets"))

    def locate(self, state: State, command: str) -> str | None:
        """What ``command -v`` prints."""
        if command in state.functions or command in builtins.TABLE:
            return command
        found = self.context.which(command, str(state.workdir), self.search(state))
        return found.path if type(found).__name__ == "ImageFile" else None

    def search(self, state: State) -> str:
        """PATH."""
        found = state.lookup("PATH")
        return found if isinstance(found, str) else "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    # --- one step ---

    def step(self, state: State) -> list[State]:
        """Do the next thing; the states that follow."""
        frame = state.stack
        if frame is None:
            return [self.leave(state)]
        match frame.kind:
            case "seq":
                return self._next(state, frame)
            case "andor":
                return self._and_or_right(state, frame)
            case "if":
                return self._branch(state, frame)
            case "while":
                return self._loop(state, frame)
            case "for":
                return self._iterate(state, frame)
            case "not":
                state.pop()
                self._invert(state)
            case "call":
                state.pop()
                builtins.restore(state)
            case "trap":
                state.pop()
                state.status, state.truth = frame.data  # type: ignore[misc] # put there by the driver
                if frame.index:
                    # The signal had ended `wait`, and its status counts now.
                    return self.finished(state, state.status, state.truth)
            case "exit":
                state.ended = Ended("exits", status=frame.index if frame.index >= 0 else None)
            case "base":
                return [self.leave(state)]
            case _:
                state.pop()
        return [state]

    def _next(self, state: State, frame: Frame) -> list[State]:
        block = frame.node
        assert isinstance(block, sh.Block)
        if frame.index >= len(block.commands):
            state.pop()
            return [state]
        state.stack = state.shell.frame("seq", frame.parent, block, frame.index + 1)
        return self.enter(state, block.commands[frame.index])

    def enter(self, state: State, command: object) -> list[State]:
        """Begin a command."""
        return self._enter[type(command)](state, command)

    def leave(self, state: State, status: int | None = None) -> State:
        """The shell exits: its EXIT trap runs first."""
        exiting = state.traps.get("EXIT")
        code = state.status if status is None else status
        state.traps = {name: trap for name, trap in state.traps.items() if name != "EXIT"}
        state.stack = None
        if exiting is not None and exiting.action and exiting.action_text is not None:
            script = self.context.parse(exiting.action_text, file=False)
            state.push("exit", index=-1 if code is None else code)
            state.push("seq", script.body)
        else:
            state.ended = Ended("exits", status=code)
        return state

    def split(self, state: State) -> list[tuple[State, bool]]:
        """The ways that the last command's status opens: one if it is known."""
        if state.status is not None:
            return [(state, state.status == 0)]
        truth = state.truth or Truth(None, None, "the command before succeeds", "the command before fails")
        if truth.value is not None:
            return [(state, truth.value)]
        known = state.assumed.get(truth.yes)
        if known is None and truth.no in state.assumed:
            known = not state.assumed[truth.no]
        if known is not None:
            return [(self._assume(state, truth, known), known)]
        other = state.copy()
        for each, outcome in ((state, True), (other, False)):
            each.conditions = (*each.conditions, truth.yes if outcome else truth.no)
            each.default = each.default and truth.default in (None, outcome)
            each.assumed[truth.yes] = outcome
            self._assume(each, truth, outcome)
        return [(state, True), (other, False)]

    def _assume(self, state: State, truth: Truth, outcome: bool) -> State:
        for when, name, value in truth.refine:
            if when is outcome:
                state.variables[name] = value
        state.status = 0 if outcome else 1
        state.truth = None
        return state

    # --- commands ---

    def _simple(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Simple)
        values = [assignment.value for assignment in node.assignments if assignment.value is not None]
        if self._bad_substitution(state, (*node.words, *values)):
            return [state]
        if not state.shell.dialect.bash_syntax:
            if any(assignment.array is not None for assignment in node.assignments):
                return [self.foreign(state, "an array")]
            if any(isinstance(part, sh.ProcessSubstitution) for word in node.words for part in word.parts):
                return [self.foreign(state, "<(…)")]
        return simple.run(self, state, node)

    def _block(self, state: State, node: object) -> list[State]:
        state.push("seq", node)
        return [state]

    def _within(self, state: State, label: Around, body: object, redirects: object = ()) -> list[State]:
        if redirects:
            state.push("within", label="redirected")
        state.push("within", label=label)
        state.push("seq", body)
        return [state]

    def _group(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Group)
        return self._within(state, "group", node.body, node.redirects)

    def _pipeline(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Pipeline)
        if node.negated:
            state.push("not")
        if node.timed:
            state.push("within", label="time")
        if len(node.commands) == 1:
            return self.enter(state, node.commands[0])
        return children.pipeline(self, state, node)

    def _invert(self, state: State) -> None:
        if state.status is not None:
            state.done(int(state.status == 0))
        elif state.truth is not None:
            state.truth = state.truth.negated()

    def _and_or(self, state: State, node: object) -> list[State]:
        while isinstance(node, sh.AndOr):
            state.push("andor", node)
            node = node.left
        return self.enter(state, node)

    def _and_or_right(self, state: State, frame: Frame) -> list[State]:
        node = frame.node
        assert isinstance(node, sh.AndOr)
        result: list[State] = []
        state.pop()
        for each, success in self.split(state):
            if success is (node.operator == "&&"):
                each.push("within", label="and-or")
                result.extend(self.enter(each, node.right))
            else:
                result.append(each)
        return result

    def _background(self, state: State, node: object) -> list[State]:
        assert isinstance(node, (sh.Background, sh.Coprocess))
        return children.background(self, state, node)

    def _subshell(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Subshell)
        return children.subshell(self, state, node)

    def _if(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.If)
        if node.redirects:
            state.push("within", label="redirected")
        state.push("if", node)
        state.push("seq", node.branches[0].condition)
        return [state]

    def _branch(self, state: State, frame: Frame) -> list[State]:
        node = frame.node
        assert isinstance(node, sh.If)
        result: list[State] = []
        state.pop()
        for each, holds in self.split(state):
            if holds:
                self._within(each, "condition", node.branches[frame.index].body)
            elif frame.index + 1 < len(node.branches):
                each.push("if", node, frame.index + 1)
                each.push("seq", node.branches[frame.index + 1].condition)
            elif node.otherwise is not None:
                self._within(each, "condition", node.otherwise)
            else:
                each.done(0)
            result.append(each)
        return result

    def _case(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Case)
        if self._bad_substitution(state, (node.subject,)):
            return [state]
        subject = self.value(state, node.subject)
        if node.redirects:
            state.push("within", label="redirected")
        ways: list[State] = []
        open_state: State | None = state
        for number in range(len(node.arms)):
            self.budget.spend()
            if open_state is None:
                break
            if len(ways) > MOST_ARMS or self.budget.steps < 0:
                open_state.ended = Ended("unknown", reason=Bound("a case has too many arms to follow"))
                return [*ways, open_state]
            open_state = self._arm_taken(open_state, node, number, subject, ways)
        if open_state is not None:
            open_state.done(0)
            ways.append(open_state)
        return ways

    def _arm_taken(self, state: State, node: sh.Case, number: int, subject: Value, ways: list[State]) -> State | None:
        """Add the ways on which an arm is taken; the one on which it is not."""
        rest: State | None = state
        for word in node.arms[number].patterns:
            if rest is None:
                return None
            truth = conditions.matching(self, rest, subject, word)
            if truth.value is False:
                continue
            rest.done(None, truth)
            outcomes = self.split(rest)
            rest = next((each for each, holds in outcomes if not holds), None)
            for each, holds in outcomes:
                if holds:
                    self._arm(each, node, number)
                    ways.append(each)
        return rest

    def _arm(self, state: State, node: sh.Case, number: int) -> None:
        """Push an arm's body, and those it falls through to."""
        bodies = [node.arms[number].body]
        while node.arms[number].terminator == ";&" and number + 1 < len(node.arms):
            number += 1
            bodies.append(node.arms[number].body)
        state.done(0)
        for body in reversed(bodies):
            state.push("within", label="condition")
            state.push("seq", body)

    def _function(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Function)
        if node.text.value.startswith("function") and state.shell.dialect.family == "dash":
            return [self.foreign(state, "the word function")]
        state.functions = {**state.functions, node.name: node}
        state.done(0)
        return [state]

    def _conditional(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Conditional)
        if not state.shell.dialect.bash_syntax:
            # dash looks for a command of that name.
            return self.finished(state, 127)
        return self.decided(state, conditions.double(self, state, node.expression))

    def _arithmetic(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.ArithmeticCommand)
        if not state.shell.dialect.bash_syntax:
            return [self.foreign(state, "((…))")]
        return self.decided(state, builtins.arithmetic(state, node.expression))

    def _unreadable(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.Unreadable)
        line = node.text.span.first.line
        state.ended = Ended("unknown", reason=f"line {line} of {state.shell.name} cannot be read: {node.reason}")
        return [state]

    def _bad_substitution(self, state: State, words: Iterable[sh.Word]) -> bool:
        """Whether a word has an expansion that this shell does not know, or under ``set -u`` a variable that is not set: the script ends there."""
        bad = state.shell.dialect.bad_substitutions
        strict = "u" in state.options
        for word in words if bad or strict else ():
            for part in word.parts:
                if not isinstance(part, sh.Parameter):
                    continue
                if part.operator in bad or (part.index is not None and "index" in bad):
                    failed = f"{state.shell.dialect.family} does not know {part.text.value} and gives up"
                elif (
                    strict and part.operator not in _FOR_UNSET and part.index is None and self._unset(state, part.name)
                ):
                    failed = f"{part.text.value} is not set, which set -u makes an error"
                else:
                    continue
                state.ended = Ended("exits", status=2, failed=failed)
                return True
        return False

    def _unset(self, state: State, name: str) -> bool:
        return name not in "@*#?-$" and words.parameter(state, name) is None

    def foreign(self, state: State, what: str) -> State:
        """This shell does not know bash's syntax: what it makes of it is not followed."""
        state.ended = Ended("unknown", reason=f"{state.shell.dialect.family} cannot read {what}, which is bash's")
        return state

    def decided(self, state: State, truth: Truth) -> list[State]:
        """A test has this outcome."""
        if truth.value is None:
            state.done(None, truth)
            return [state]
        return self.finished(state, 0 if truth.value else 1)

    def finished(self, state: State, status: int | None, truth: Truth | None = None) -> list[State]:
        """A command is over; with ``set -e`` a failure ends the shell."""
        state.done(status, truth)
        if status not in (0, None) and "e" in state.options and not self.tested(state):
            return [self.leave(state, status)]
        return [state]

    def tested(self, state: State) -> bool:
        """Whether the last command's status is looked at, so that ``set -e`` does not count it."""
        return tested(state)

    # --- loops ---

    def _while(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.While)
        return self._repeat(state, node, node.condition, node.redirects)

    def _repeat(self, state: State, node: object, condition: object, redirects: object) -> list[State]:
        if redirects:
            state.push("within", label="redirected")
        state.push("within", label="loop")
        state.push("while", node, 0, Loop(object(), 0, len(state.conditions), None))
        state.push("seq", condition)
        return [state]

    def _loop(self, state: State, frame: Frame) -> list[State]:
        node, loop = frame.node, frame.data
        assert isinstance(loop, Loop)
        body = getattr(node, "body")  # noqa: B009 - While and ArithmeticFor both have one
        condition = getattr(node, "condition", body)
        state.pop()
        if frame.index:
            return self._again(state, node, condition, loop)
        result: list[State] = []
        unknown = state.status is None
        for each, success in self.split(state):
            if success is not getattr(node, "until", False):
                each.push("while", node, 1, loop)
                each.push("seq", body)
            else:
                if unknown or len(each.conditions) > loop.conditions:
                    self.escaped.add(loop.entry)
                if unknown and not self.live:
                    self._maybe_holds(each, node, loop, condition)
                each.done(0)
            result.append(each)
        return result

    def _again(self, state: State, node: object, condition: object, loop: Loop) -> list[State]:
        """The body has run. An iteration that changes nothing goes on for ever; one that rests on an assumption goes on until that changes."""
        before = (dict(state.variables), state.comparable())
        following = Loop(loop.entry, loop.count + 1, loop.conditions, before)
        state.push("while", node, 0, following)
        state.push("seq", condition)
        if self.live:
            if not self.budget.spend(2):
                state.ended = Ended("unknown", reason="a loop that does not end")
            return [state]
        assumed = len(state.conditions) > loop.conditions
        endless = loop.before == before or _constant(condition)
        if loop.count >= MOST_ITERATIONS and not endless and not assumed:
            state.ended = Ended("unknown", reason=Bound("a loop runs too often to follow"))
            return [state]
        if assumed or endless:
            state.block = builtins.loop_block(state, node)
            state.perhaps = state.perhaps or not endless
            self.parked.append((loop.entry, state))
            return []
        return [state]

    def _maybe_holds(self, state: State, node: object, loop: Loop, condition: object) -> None:
        holding = state.copy()
        holding.push("while", node, 0, loop)
        holding.push("seq", condition)
        holding.block = builtins.loop_block(holding, node)
        holding.candidate, holding.perhaps = None, True
        state.candidate = holding

    def _for(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.For)
        if node.selects:
            state.done(0)
            return [state]
        items = tuple(state.parameters if node.words is None else self.expand(state, node.words))
        if node.redirects:
            state.push("within", label="redirected")
        state.push("within", label="loop")
        state.push("for", node, 0, items)
        state.done(0)
        return [state]

    def _iterate(self, state: State, frame: Frame) -> list[State]:
        node, items = frame.node, frame.data
        assert isinstance(node, sh.For) and isinstance(items, tuple)
        state.pop()
        if frame.index < len(items):
            state.variables[node.name] = items[frame.index].value
            state.push("for", node, frame.index + 1, items)
            state.push("seq", node.body)
        return [state]

    def _arithmetic_for(self, state: State, node: object) -> list[State]:
        assert isinstance(node, sh.ArithmeticFor)
        pieces = node.expression.split(";")
        if len(pieces) == 3 and not pieces[1].strip():
            return self._repeat(state, node, sh.Block(node.text, ()), node.redirects)
        return self._within(state, "loop", node.body, node.redirects)

    # --- the place of a command ---

    def command(self, state: State, node: sh.Simple, fields: list[Field], skipped: int = 0) -> Command:
        """A simple command as rules see it; ``skipped`` are words in front that are no part of it (``exec``, ``command``)."""
        return simple.describe(state, node, fields, skipped)


class Loop:
    """What a loop frame remembers: which entry into the loop it is, how often it ran, how many conditions were assumed before it."""

    __slots__ = ("before", "conditions", "count", "entry")

    def __init__(self, entry: object, count: int, conditions_before: int, before: object) -> None:
        self.entry, self.count, self.conditions, self.before = entry, count, conditions_before, before


def _constant(condition: object) -> bool:
    """Whether a loop's condition is always the same: ``true``, ``:``, ``[ 1 ]``, ``sleep 5``, or none."""
    if not isinstance(condition, sh.Block):
        return False
    for command in condition.commands:
        if not isinstance(command, sh.Simple) or any(word.literal is None for word in command.words):
            return False
    return True


def tested(state: State) -> bool:
    """Whether the last command's status is looked at."""
    frame = state.stack
    while frame is not None:
        if frame.kind in ("andor", "not", "if") or (frame.kind == "while" and frame.index == 0):
            return True
        frame = frame.parent
    return False
