"""How a program turns out by itself, before anything that it starts: it is refused, ends at once, or runs until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace
from .. import sleeping
from ..process import Alternative

if TYPE_CHECKING:
    from ..model import Program
    from ..process import Environment, Process

# Wrappers that are nothing without a command.
_IDLE = frozenset(
    {"tini", "dumb-init", "catatonit", "timeout", "nohup", "setsid", "nice", "gosu", "su-exec", "setpriv", "flock"}
)


def refused(program: Program, argv: tuple[str, ...], environment: Environment, pid: int) -> Alternative | None:
    """A program that ends at once, as it cannot do what it is asked for."""
    if "no-such-option" in program.traits:
        return Alternative(None, 1, failed=f"{program.name} here lacks an option that it is given, and ends")
    if "refuses-arguments" in program.traits:
        return Alternative(None, 1, failed=f"{argv[0]} cannot read its arguments, and ends")
    if "needs-root" in program.traits and _is_unprivileged(environment.user):
        return Alternative(None, 1, failed=f"{argv[0]} needs root, and is run by {environment.user}")
    if "needs-input" in program.traits and environment.closed:
        return Alternative(None, 1, failed=f"{argv[0]} ends where its standard input is closed")
    if "only-pid1" in program.traits and pid != 1:
        return Alternative(None, failed=f"{argv[0]} refuses to run unless it is PID 1")
    return None


def never_hears(process: Process) -> bool:
    """Whether a program never hears that its child has ended: the kernel tells nobody who ignores SIGCHLD (``do_notify_parent`` in
    kernel/signal.c), and execve keeps that."""
    return (
        process.program is not None and "waits-for-sigchld" in process.program.traits and "SIGCHLD" in process.ignored
    )


def deaf_to_children(program: Program) -> Program:
    """What a program does that never hears of the end of its child, in words."""
    more = "but it was started with SIGCHLD ignored, never hears of that, and stays"
    told = {signal: replace(each, why=f"{each.why}; {more}") for signal, each in program.as_pid1.items()}
    below = {signal: replace(each, why=f"{each.why}; {more}") for signal, each in program.as_child.items()}
    return replace(program, as_pid1=told, as_child=below)


def stays(program: Program, argv: tuple[str, ...]) -> bool | None:
    """Whether a program runs until it is told to stop. A daemon's command returns at once; what it leaves in the background is the shell's
    to remember."""
    duration = sleeping.duration(argv)
    if duration is not None:
        # A long sleep may be what the container is for; a short one is a pause.
        return None if duration >= sleeping.LONG_SLEEP else False
    return False if program.daemonizes or sleeping.pauses(argv) else program.stays


def alone(process: Process, program: Program) -> Alternative:
    """A program that starts no other."""
    if program.name == "flock" and process.argv[-1].isdigit():
        return Alternative(None)  # locks a file that its parent has open
    if program.name == "env" or (program.name in ("nice", "ionice") and len(process.argv) == 1):
        return Alternative(None, 0)  # prints
    if program.name in _IDLE:
        return Alternative(None, 1, failed=f"{process.argv[0]} is given no command")
    return Alternative(process, status=0 if process.duration is not None or sleeping.pauses(process.argv) else None)


def _is_unprivileged(user: str | None) -> bool:
    """Whether a user is certainly not root."""
    name = (user or "root").partition(":")[0]
    return name not in ("root", "0") and name.replace("-", "_").isidentifier() | name.isdigit()
