"""What the kernel did, in words for somebody who does not know signals.

Everything a program chose itself (argv, output) is shown with its control characters escaped: it goes to a terminal.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from ..signals import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .report import Process, Report

_SHELLS = frozenset(("sh", "dash", "bash", "ash", "busybox", "mksh", "lksh", "ksh", "ksh93", "zsh", "zsh5", "yash"))
_LABEL = 11


def show(argv: Sequence[str]) -> str:
    """A command line as one would type it, on one line and without control characters."""
    return " ".join(map(_word, argv))


def _word(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    quoted = re.sub(r"[\\']", lambda match: "\\" + match[0], word)
    return f"$'{printable(quoted)}'"


def printable(text: str) -> str:
    """The text with everything that is not printable as an escape sequence."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def line(label: str, text: str) -> str:
    """One line of the table."""
    return f"{label:<{_LABEL}}{text}\n"


def masks(caught: int, ignored: int, blocked: int) -> Iterator[str]:
    """The lines that name what a process catches, ignores and blocks."""
    for label, mask in (("catches", caught), ("ignores", ignored), ("blocks", blocked)):
        yield line(f"  {label}", ", ".join(names.decode(mask)) or "nothing")


def report(found: Report) -> Iterator[str]:
    """The whole report, line by line."""
    signal = names.name(found.signal)
    yield line("PID 1", show(found.pid1.argv))
    if found.complete:
        yield from masks(found.pid1.caught, found.pid1.ignored, found.pid1.blocked)
    for process in found.tree[1:]:
        heard = ": catches it" if _has(process.caught, found.signal) else ""
        yield line("below it", f"{show(process.argv)} (process {process.pid}, of {process.parent}){heard}")
    if found.signalled:
        yield line("sent", f"{signal} to PID 1 (ready: {printable(found.ready)})")
    yield line("then", _ending(found))
    for process in found.processes:
        if process.pid != 1 and process.ended is not None and process.ended >= 0:
            yield line("", f"{show(process.argv)} (process {process.pid}): {_end_of(process, found)}")
    verdict, _, why = found.judgement
    yield line("verdict", f"{verdict}: {printable(why)}")
    yield "\n"
    yield from (f"{sentence}\n" for sentence in advice(found))
    if not found.signalled and found.output:
        yield "\nIt printed:\n"
        yield from (f"    {printable(text)}\n" for text in found.output.decode("utf-8", "replace").splitlines()[-8:])


def compared(plain: Report, init: Report) -> str:
    """What --init changes, in a sentence."""
    before, after = (f"{one.verdict}, {one.seconds:.1f} s, {one.status}" for one in (plain, init))
    change = "changes nothing that matters" if plain.verdict == init.verdict else "makes a difference"
    return f"--init {change}: without it {before}; with it {after}.\n"


def _has(mask: int, number: int) -> bool:
    return bool(mask >> (number - 1) & 1)


def _ending(found: Report) -> str:
    code = found.status.code if found.status.signal is None else 128 + found.status.signal
    if not found.signalled:
        return f"PID 1 ended by itself before the signal was sent ({found.status}, an engine's exit code {code})"
    if not found.exited:
        return f"PID 1 was still there after {found.grace_period:g} s: SIGKILL (an engine's exit code {code})"
    return f"PID 1 left after {found.seconds:.2f} s ({found.status}, an engine's exit code {code})"


def _end_of(process: Process, found: Report) -> str:
    if process in found.torn_down:
        return "killed by the kernel because PID 1 was gone"
    if process.status is None:
        return "ended; this kernel tells only root how"
    if process.status.signal is not None:
        return f"ended by {process.status}, its default action"
    return f"left by itself ({process.status})"


def advice(found: Report) -> Iterator[str]:
    """Why it went that way, and what to write instead."""
    verdict, basis, _ = found.judgement
    if verdict == "killed":
        yield from _why_killed(found)
        yield from _instead(found)
    elif verdict == "abrupt":
        yield from _why_abrupt(found)
    elif verdict == "graceful":
        yield "PID 1 acted on the signal and nobody was killed."
        if basis == "ends":
            yield "Whether the program finished its work before it left cannot be seen from outside."
    elif not found.signalled:
        yield "Nothing was left to be stopped: it has to keep running to be asked. Is that the whole command?"
    else:
        yield "The container stops in time; whether everybody in it had a chance to clean up is not known."


def _why_killed(found: Report) -> Iterator[str]:
    signal, pid1 = names.name(found.signal), found.pid1
    program = _called(pid1)
    if not found.complete:
        yield f"Nobody acted on {signal}. What {program} catches and ignores could not be seen."
        return
    if _has(pid1.ignored, found.signal):
        yield f"{program} ignores {signal}. An ignored signal stays ignored through exec: look for trap '' in what started it."
    elif _has(pid1.caught, found.signal):
        yield f"{program} has a handler for {signal}, and yet it was still there when the grace period was over."
        if _is_shell(pid1):
            yield "A shell runs its trap only when the command in the foreground has ended: start it with & and wait for it."
        else:
            yield "Its handler did not end the program, or its clean-up takes longer than the grace period."
    elif _has(pid1.blocked, found.signal):
        yield f"{program} blocks {signal}: the signal is kept until the program asks for it, and it never did."
    else:
        yield f"{program} is PID 1 and has no handler for {signal}."
        yield f"Anywhere else {signal} would end it; the kernel drops it for PID 1 of a container, unless PID 1 has a handler."
    others = found.tree[1:]
    if others:
        told = ", ".join(show(process.argv) for process in others[:3])
        yield f"The signal is sent to PID 1 only. Nobody told {told}{' and others' if len(others) > 3 else ''}."


def _called(process: Process) -> str:
    """The program's name, and what it really is where that is another one (sh: dash)."""
    name, file = show(process.argv[:1]), process.executable.rpartition("/")[2]
    return name if not file or file == name.rpartition("/")[2] else f"{name} ({printable(file)})"


def _is_shell(process: Process) -> bool:
    return process.executable.rpartition("/")[2] in _SHELLS or process.argv[0].rpartition("/")[2] in _SHELLS


def _instead(found: Report) -> Iterator[str]:
    signal = names.name(found.signal)
    others = found.tree[1:]
    if not found.complete:
        return
    if not others or not _is_shell(found.pid1):
        if not _has(found.pid1.caught, found.signal):
            yield ""
            yield f"Instead: a handler for {signal} in the program, or an init in front of it (docker run --init, tini)."
        return
    app = others[-1]
    yield ""
    yield f"Instead: make {show(app.argv)} PID 1, so that it gets the signal itself:"
    yield f"    exec {show(app.argv)}        in the shell, as its last command"
    yield f"    CMD [{', '.join(_json(word) for word in app.argv)}]        exec form: no shell at all"
    if not _has(app.caught, found.signal):
        yield f"It has no handler for {signal} either, so as PID 1 it would be deaf as well: give it one, or put an init"
        yield "in front of it (docker run --init, tini), which passes the signal on to a process that is not PID 1."


def _json(word: str) -> str:
    import json

    return json.dumps(word)


def _why_abrupt(found: Report) -> Iterator[str]:
    torn_down = found.torn_down
    if torn_down:
        who = ", ".join(show(process.argv) for process in torn_down[:3])
        yield f"PID 1 left before {who}. When PID 1 ends, the kernel kills all others at once, without notice."
        yield "Instead: PID 1 has to pass the signal on and wait until they are gone; or the application itself has to be PID 1."
    else:
        yield f"{names.name(found.signal)} reached a process that has no handler for it: it ended at once, in the middle of its work."
        yield "Nothing is lost if it has nothing to finish; if it has, it needs a handler."
