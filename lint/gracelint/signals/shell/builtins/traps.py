"""``trap``: what it sets, resets, and what each shell refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ... import names
from ..model.outcome import Trap
from ..model.values import default

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.interpreter import Frame
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

PSEUDO = frozenset({"ERR", "DEBUG", "RETURN"})
FATAL = frozenset({"SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGABRT"})


def trap(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``trap action signal…``, ``trap - signal…``, ``trap signal``."""
    rest = fields[1:]
    if rest and rest[0].value == "--":
        rest = rest[1:]
    if not rest or (rest[0].shown.startswith("-") and rest[0].shown not in ("-", "--")):
        # What it prints, bash asks the kernel for, and begins to catch it while it is at it.
        if state.shell.dialect.trap.exit_on_signal:
            _guard(state)
        if rest and not state.shell.dialect.trap.options:
            return [machine.leave(state, 2, f"trap has no option {rest[0].shown}")]
        return machine.finished(state, 0)
    first = rest[0]
    reset = len(rest) == 1 or first.value == "-" or (default(first.value) or "x").isdigit()
    signals = rest[1:] if first.value == "-" or not reset else rest
    action = None if reset else default(first.value)
    text = None if reset else _text(machine, first, action)
    status = 0
    for field in signals:
        if not _set_trap(state, node, field, action, text, reset):
            status = 1
            if state.shell.dialect.trap.refusal_ends:
                break
    if not reset and action is None:
        state.note("reasons", f"the trap action {first.shown} is not known")
    return machine.finished(state, status)


def hears_errors(state: State) -> bool:
    """Whether a failure here runs the action of ``trap … ERR``: in functions, only with ``set -E``."""
    if "E" in state.options or not state.scopes:
        return True
    frame = state.stack
    while frame is not None:
        if frame.kind == "call" and frame.label == "function":
            return False
        frame = frame.parent
    return True


def hears_commands(state: State) -> bool:
    """Whether the action of ``trap … DEBUG`` runs in front of a command: not within itself, and in functions only with ``set -T``."""
    frame = state.stack
    while frame is not None:
        if frame.kind == "debug" or (frame.kind == "call" and frame.label == "function" and "T" not in state.options):
            return False
        frame = frame.parent
    return True


def on_return(state: State, frame: Frame) -> Text | None:
    """The action of ``trap … RETURN`` that runs behind a file that was read, or behind a function: there it has to have been set in that
    very function, unless ``set -T`` hands it down."""
    heard = state.traps.get("RETURN")
    if heard is None or heard.action_text is None:
        return None
    if frame.label == "function" and "T" not in state.options:
        within = frame.node.text if isinstance(frame.node, sh.Function) else None
        at = heard.text
        if within is None or within.buffer is not at.buffer or not within.start <= at.start < within.end:
            return None
    return heard.action_text


def _text(machine: Machine, field: Field, action: str | None) -> Text | None:
    if action is None:
        return None
    value = field.text.value
    if value == action:
        return field.text
    if len(value) == len(action) + 2 and value[1:-1] == action:
        return field.text.cut(1, len(value) - 1)
    return machine.context.joined(action, field.text)


def _set_trap(state: State, node: sh.Simple, field: Field, action: str | None, text: Text | None, reset: bool) -> bool:
    """Set one; False where this shell does not know the name."""
    spelled = field.shown
    signal = _signal(spelled)
    made = Trap(signal or spelled, spelled, action, node.text, field.text, text)
    manners = state.shell.dialect.trap
    prefixed = spelled.upper().startswith("SIG")
    counted = names.is_real_time(spelled) and not manners.real_time
    foreign = signal in PSEUDO and signal not in manners.pseudo_signals
    if signal is None or foreign or counted or (prefixed and not manners.prefix):
        state.note("rejected", made)
        return False
    if signal in ("SIGKILL", "SIGSTOP"):
        state.note("rejected", made)
        return True
    if signal in state.shell.ignored:
        return True  # POSIX: signals ignored on entry to a non-interactive shell cannot be trapped
    if manners.exit_on_signal:
        _looked_up(state, signal, reset=reset, sets=not reset and action != "")
    if signal in state.traps:
        state.note("replaced", state.traps[signal])
    traps = {name: known for name, known in state.traps.items() if name != signal}
    if not reset:
        traps[signal] = made
    state.traps = traps
    state.trapped = state.trapped or any(trap.action for trap in traps.values())
    state.interruptible = state.interruptible or (signal == "SIGINT" and state.shell.dialect.trap.interrupt_stays)
    ignoring = not reset and action == "" and signal.startswith("SIG")
    ignoring = ignoring and (signal != "SIGCHLD" or manners.ignores_children)
    # By default bash never hears SIGQUIT, in the background neither (5.2, measured).
    deaf = reset and signal == "SIGQUIT" and signal in state.shell.withheld
    state.ignored = state.ignored | {signal} if ignoring or deaf else state.ignored - {signal}
    if ignoring:
        state.shell = state.shell.withholding(state.shell.withheld - {signal})
    return True


def _guard(state: State) -> None:
    """bash begins to catch what would end it, but for what is trapped by then, and does so once (`initialize_terminating_signals` in its sig.c)."""
    if state.guarded is None:
        state.guarded = FATAL.difference({"SIGQUIT"}, state.traps)


def _looked_up(state: State, signal: str, *, reset: bool, sets: bool) -> None:
    """``trap`` is about a signal. What becomes of it when its trap is taken away is what it was when ``trap`` first was about it: the
    default, unless bash had begun to catch it before (`get_original_signal` in its trap.c; measured, 5.2: behind ``trap stop TERM EXIT``,
    ``trap - TERM`` leaves PID 1 deaf, behind ``trap stop EXIT TERM`` it does not)."""
    if state.guarded is None:
        state.touched |= {signal}
    elif reset and signal in state.traps and signal in state.touched:
        state.guarded -= {signal}
    if signal == "EXIT" and sets:
        _guard(state)


def _signal(spelled: str) -> str | None:
    if spelled.upper() in ("EXIT", "0", "SIGEXIT"):
        return "EXIT"
    if spelled.upper() in PSEUDO:
        return spelled.upper()
    return names.canonical(spelled)
