"""How the main line ends, or leaves what it was: exits, `os.exec`, `atexit`; and the children that it leaves by `os.fork`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..domain import containers
from ..domain.state import AWAITED, PROCESS, Guard, Raised, joined
from ..domain.values import NONE, TRUE, UNKNOWN, Arguments, Const, Made, Partial
from ..interpreter.facts import Ending

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from .special import Special


# The process itself, which keeps what is called at its end.
_AT_EXIT, _CALLBACKS = Made("atexit", PROCESS), "#atexit"


def end(run: Run, state: State, how: str, text: Text) -> Value:
    """The main line ends here; ``how`` in the words of `Ending`."""
    run.endings.append(Ending(state.copy(), how, text))
    state.dead = True
    return UNKNOWN


def _exit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    frame.raises.append(Raised(state.copy(), "SystemExit", text))
    state.dead = True
    return UNKNOWN


def _exit_at_once(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return end(run, state, "_exit", text)


def _exec(kind: str) -> Special:
    """``os.exec*``: the program is another one from here on."""

    def become(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        from ..domain.containers import items_of

        given = arguments.values[: len(arguments.values) - kind.endswith("e")]
        words = given[1:] if kind.startswith("l") else items_of(run, given[1], state) if len(given) > 1 else None
        argv: tuple[str, ...] | None = None
        if given and words and not arguments.more:
            known = [
                one.value for one in (given[0], *words[1:]) if isinstance(one, Const) and isinstance(one.value, str)
            ]
            argv = tuple(known) if len(known) == len(words) else None
            if argv is not None and "p" not in kind and "/" not in argv[0]:
                argv = (f"./{argv[0]}", *argv[1:])  # nobody looks for it in PATH
        run.endings.append(Ending(state.copy(), "exec", text, argv))
        state.dead = True
        return UNKNOWN

    return become


def _abort(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return end(run, state, "died", text)


def _atexit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The function is called when the program ends, the last one first (`run_atexit`)."""
    if frame.background == "process":
        return arguments.get(0, "func") or UNKNOWN
    if frame.background is None and not any(guard.text == text for guard in run.atexit):
        run.atexit.append(Guard("atexit", text))
    _at_end(run, arguments, state)
    return arguments.get(0, "func") or UNKNOWN


def _at_end(run: Run, arguments: Arguments, state: State) -> None:
    function = arguments.get(0, "func") or UNKNOWN
    given = Arguments(arguments.values[1:], arguments.named, arguments.more)
    containers.append(run, _AT_EXIT, _CALLBACKS, Partial(function, given), state)


def _finalize(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``weakref.finalize(object, function, …)``: at the end of the program at the latest."""
    given = Arguments(arguments.values[1:], arguments.named, arguments.more)
    if frame.background != "process" and given.values:
        _at_end(run, given, state)
    return Made("weakref.finalize", run.number())


def _unregister(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    function = arguments.get(0, "func")
    for callback in containers.appended(run, _AT_EXIT, _CALLBACKS, state):
        if isinstance(callback, Partial) and callback.function == function:
            containers.taken_out(run, _AT_EXIT, _CALLBACKS, callback, state)
    return NONE


def run_atexit(run: Run, frame: Frame, text: Text, state: State) -> None:
    """The interpreter ends, and calls what was registered, the last one first; what that raises is printed
    (docs.python.org/3/library/atexit.html; also of SystemExit, measured on 3.11)."""
    from ..interpreter.calls import call

    for callback in reversed(containers.appended(run, _AT_EXIT, _CALLBACKS, state)):
        inner = replace(frame, raises=[], guards=())
        if not state.dead:
            call(run, inner, callback, (), text, state)
            state.become(joined([state, *(one.state for one in inner.raises)]))


def _fork(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The parent goes on; what the child does is not followed."""
    run.children.append((run.nobody, text))
    run.left.append(text)
    state.store[(run.nobody, "minded")] = TRUE
    return Const(2)


def _poll(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``child.poll()``: a child that is looked after; it runs until it is told."""
    if not isinstance(receiver, Made):
        return UNKNOWN
    if (receiver.number, "told") in state.store:
        state.store[(receiver.number, AWAITED)] = TRUE
        return Const(0)
    if all(number != receiver.number for number, _ in run.children):
        run.children.append((receiver.number, text))
    state.store[(receiver.number, "minded")] = TRUE
    return NONE


def _left(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``with Popen(…)``: whichever way the block is left, it is waited for."""
    from . import foreign

    return foreign.called(run, frame, "subprocess.Popen.wait", receiver, arguments, text, state)


def _input(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``input()``: a container has no terminal unless it is asked for one, and its standard input is empty
    (docs.docker.com/reference/cli/docker/container/run/#interactive)."""
    run.lacking.append(f"{' '.join(text.value.split())[:60]} finds nothing to read without a terminal (EOFError)")
    frame.raises.append(Raised(state.copy(), "EOFError", text))
    state.dead = True
    return UNKNOWN


SPECIAL: dict[str, Special] = {
    "input": _input,
    "sys.exit": _exit,
    "exit": _exit,
    "quit": _exit,
    "os._exit": _exit_at_once,
    "os.abort": _abort,
    "os.fork": _fork,
    "subprocess.Popen.poll": _poll,
    "subprocess.Popen.__exit__": _left,
    "atexit.register": _atexit,
    "atexit.unregister": _unregister,
    "weakref.finalize": _finalize,
    **{f"os.exec{kind}": _exec(kind) for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")},
}
