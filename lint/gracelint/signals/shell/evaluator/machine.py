"""The evaluator of shell scripts: one step of one state at a time.

Method: an abstract machine over the shell model. A `State` holds a chain of frames (what is still to do), and `Machine.step` does the next thing,
returning the states that follow: one, or several where a condition is unknown. Nothing here recurses with the script's nesting, and nothing decides whether a
command runs for long: the machine stops with ``state.block`` set and its driver (`startup` for the way to the steady state, `live` for what happens on a
signal) goes on when the command is over. What each kind of command does is in `simple`, `compound`, `loops` and `children`.

Hazard: a new construct that can leave its frame early (break, return, exit) must do so through `scopes.unwind`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ..builtins import exporting, table, traps
from ..expansion import globs, parameters, words
from ..files import inputs, named_pipes, opening, outputs, permissions
from ..jobs import asynchronous, children, dying, held, itself
from ..loops import conditional, over_words
from ..model.parts import Ended, Truth
from ..model.values import clip
from ..substitution import capturing, printed
from . import compound, expansions, once, refusals, simple
from .resuming import RESUME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ....source import Text
    from ..expansion import patterns
    from ..model.state import State
    from ..model.values import Field, Value
    from .host import Budget, Context, Host


class Machine:
    """The evaluator. ``live``: a signal has come, so commands take time and children are real."""

    def __init__(self, context: Context, host: Host, budget: Budget, *, live: bool = False) -> None:
        self.context, self.host, self.budget, self.live = context, host, budget, live
        self.substituting = self.printed = 0
        self.forking = 0
        self.parked: list[tuple[object, State, bool]] = []
        self.escaped: dict[object, list[Mapping[str, str]]] = {}
        self.failed: Text | None = None  # the command of a trap whose failure has ended the shell, under `set -e`

    # --- what the modules of the evaluator ask of each other ---

    def expand(self, state: State, items: tuple[sh.Word, ...]) -> list[Field]:
        """The fields that words become."""
        fields = words.expand(self, state, items)
        return globs.without_patterns(state, fields, items) if "nullglob" in state.options else fields

    def value(self, state: State, word: sh.Word | None) -> Value:
        """A word's value where nothing splits."""
        return words.value(self, state, word)

    def parameter(self, state: State, name: str) -> Value | None:
        """A parameter's value; None if unset."""
        return parameters.parameter(state, name)

    def is_builtin(self, name: str) -> bool:
        """Whether the shell carries out a command of this name itself."""
        return name in table.TABLE

    def pattern(self, state: State, word: sh.Word) -> patterns.Pattern | None:
        """A word as a pattern: quoted pieces stand for themselves. None where it is not known."""
        return words.pattern(self, state, word)

    def items(self, state: State, part: sh.Part) -> list[Field] | None:
        """The items of ``$@``, ``$*`` and ``${array[@]}`` where they become fields of their own; None for any other part."""
        return words.items_of(self, state, part)

    # --- one step ---

    def step(self, state: State) -> list[State]:
        """Do the next thing; the states that follow."""
        if state.bereaved:
            state.bereaved = False
            if state.ended is None and (trap := state.traps.get("SIGCHLD")):
                itself.interrupted(self, state, trap)
        frame = state.stack
        if frame is None:
            return [self.leave(state)]
        return RESUME[frame.kind](self, state, frame)

    def enter(self, state: State, command: object) -> list[State]:
        """Begin a command, behind the action of ``trap … DEBUG``."""
        if "DEBUG" in state.traps and isinstance(command, DEBUGGED) and traps.hears_commands(state):
            action = state.traps["DEBUG"].action_text
            if action is not None:
                state.push("debug", command, data=(state.status, state.truth))
                state.push("seq", self.context.parse(action, file=False).body)
                return [state]
        return self.begin(state, command)

    def choose(self, state: State, command: sh.Command, *, one_of_several: bool) -> list[State]:
        """Begin a command on one of several ways. Once a signal has come, only one of them is gone, and what a command does (``kill``) is
        done to the world that they share: it begins with the next step."""
        if not (self.live and one_of_several):
            return self.enter(state, command)
        state.push("chosen", command)
        return [state]

    def begin(self, state: State, command: object, captured: int = 0) -> list[State]:
        """Begin a command itself, behind its command substitutions, of which so many are over."""
        if expansions.of(self, state, command):
            itself.child_ended(self, state)
            dying.waited(state)
            ways = capturing.captured(self, state, command, captured)
            return [
                following
                for each in ways
                for following in ([each] if each.block or each.ended else self._begin(each, command))
            ]
        return self._begin(state, command)

    def _begin(self, state: State, command: Any) -> list[State]:
        redirects: tuple[sh.Redirect, ...] = getattr(command, "redirects", ())
        if not redirects:
            return self.opened(state, command)
        command = once.redirected(self, state, command)
        redirects = command.redirects
        pipe = named_pipes.alone(self, state, redirects) if state.made else ""
        if pipe:
            state.give_up(f"who opens the other end of the named pipe {pipe}")
            return [state]
        if state.made and (pipe := named_pipes.looped(self, state, command)):
            state.give_up(f"who writes to the named pipe {pipe}")
            return [state]
        can = opening.opened(self, state, command, redirects)
        if can is False:
            return refusals.not_redirected(self, state, command)
        if can is None and (self.live or permissions.user_of(state) != "0") and opening.matters(state, command):
            return opening.perhaps(self, state, command, redirects)
        return self.opened(state, command)

    def opened(self, state: State, command: object) -> list[State]:
        """Begin a command whose redirections are open."""
        if state.held:
            held.leave(state)
        if state.outputs and state.outputs[-1].depth != outputs.ALWAYS:
            outputs.leave(state)
        if state.inputs:
            inputs.leave(state)
        kind = command.__class__
        if kind is not sh.Simple and kind is not sh.Subshell and (redirects := getattr(command, "redirects", ())):
            held.enclose(self, state, redirects)
            outputs.enclose(self, state, redirects)
            inputs.enclose(self, state, redirects)
            if isinstance(command, sh.Group):
                opening.wrote(self, state, command, printed.output(self, state, (replace(command, redirects=()),)))
        return ENTER[kind](self, state, command)

    def leave(self, state: State, status: int | None = None, failed: str | None = None) -> State:
        """The shell exits: its EXIT trap runs first. ``failed`` says why it could not go on."""
        exiting = state.traps.get("EXIT")
        code = state.status if status is None else status
        state.traps = {name: trap for name, trap in state.traps.items() if name != "EXIT"}
        state.stack = None
        if exiting is not None and exiting.action and exiting.action_text is not None:
            script = self.context.parse(exiting.action_text, file=False)
            state.push("exit", index=-1 if code is None else code, data=failed)
            state.push("seq", script.body)
        else:
            state.ended = Ended("exits", status=code, failed=failed)
        return state

    def split(self, state: State) -> list[tuple[State, bool]]:
        """The ways that the last command's status opens: one if it is known."""
        if state.status is not None:
            return [(state, state.status == 0)]
        truth = state.truth or Truth.success("the command before")
        if truth.value is not None:
            return [(state, truth.value)]
        known = truth.among(state.assumed)
        if known is None and self.live:
            known = truth.default  # what becomes of a signal is told of the launch as it is
        if known is not None:
            return [(self._assume(state, truth, known), known)]
        other = state.copy()
        for each, outcome in ((state, True), (other, False)):
            each.conditions = (*each.conditions, truth.yes if outcome else truth.no)
            each.default = each.default and truth.default in (None, outcome)
            if truth.default is not None:
                each.settled = {**each.settled, each.conditions[-1]: truth.no if outcome else truth.yes}
            each.assumed[truth.yes] = outcome
            self._assume(each, truth, outcome)
        return [(state, True), (other, False)]

    def _assume(self, state: State, truth: Truth, outcome: bool) -> State:
        for when, name, value in truth.refine:
            if when is outcome:
                if name not in state.variables:
                    exporting.export(state, [name])  # the user's
                state.variables[name] = value
        state.status = 0 if outcome else 1
        state.truth = None
        return state

    def decided(self, state: State, truth: Truth) -> list[State]:
        """A test has this outcome. Where it is not known, ``set -e`` ends the shell on one of the ways, as ``|| exit`` would that is written behind it."""
        if truth.value is None:
            return self.hinges(state, truth)
        return self.finished(state, 0 if truth.value else 2 if truth.error else 1)

    def finished(self, state: State, status: int | None, truth: Truth | None = None) -> list[State]:
        """A command is over; with ``set -e`` a failure ends the shell."""
        state.done(status, truth)
        if status is None and self.live and "e" in state.options and not state.tested:
            # On the way to the steady state what fails ends a container that nobody has to stop; here it may end a trap before it has told anybody.
            return [each if success else self.leave(each) for each, success in self.split(state)]
        if status in (0, None) or state.tested:
            return [state]
        heard = state.traps.get("ERR")
        if heard is not None and heard.action and heard.action_text is not None and traps.hears_errors(state):
            state.push("error", index=status)
            state.push("seq", self.context.parse(heard.action_text, file=False).body)
            return [state]
        if "e" not in state.options:
            return [state]
        self.failed = _last_of_trap(state) if self.live else None
        return [self.leave(state, status)]

    def hinges(self, state: State, truth: Truth) -> list[State]:
        """A command is over whose success rests on what the image does not tell (a limit, whose a folder is): with ``set -e`` both ways are
        open, on the way to the steady state as well."""
        if "e" not in state.options or state.tested:
            return self.finished(state, None, truth)
        state.done(None, truth)
        return [end for each, success in self.split(state) for end in ([each] if success else self.finished(each, 1))]

    def undecided(self, state: State, command: str) -> list[State]:
        """A command is over whose success is not known."""
        return self.finished(state, None, Truth.success(f"`{clip(command)}`"))


def _last_of_trap(state: State) -> Text | None:
    """The command of the innermost list that has just been run, if that was in the action of a trap."""
    frame, found = state.stack, None
    while frame is not None and frame.kind != "trap":
        if found is None and frame.kind == "seq" and frame.index and isinstance(frame.node, sh.Block):
            found = frame.node.commands[frame.index - 1].text
        frame = frame.parent
    return found if frame is not None else None


# Commands in front of which the action of `trap … DEBUG` runs.
DEBUGGED = (sh.Simple, sh.Case, sh.Conditional, sh.ArithmeticCommand)

ENTER: dict[type, Callable[[Machine, State, Any], list[State]]] = {
    sh.Simple: simple.run,
    sh.Pipeline: compound.pipeline,
    sh.AndOr: compound.and_or,
    sh.Background: asynchronous.background,
    sh.Group: compound.group,
    sh.Subshell: children.subshell,
    sh.If: compound.branching,
    sh.While: conditional.conditional,
    sh.For: over_words.begin,
    sh.ArithmeticFor: conditional.arithmetic,
    sh.Case: compound.case,
    sh.Function: compound.function,
    sh.Conditional: compound.conditional,
    sh.ArithmeticCommand: compound.arithmetic,
    sh.Coprocess: asynchronous.background,
    sh.Unreadable: compound.unreadable,
    sh.Block: compound.block,
}
