"""Parameters that a shell has by itself: ``$#``, ``$-``, ``$PPID``, ``$RANDOM``, ``${FUNCNAME[0]}``, in each of the shells (measured with
dash 0.5.12, busybox 1.35 and bash 5.2).

A value of which only the shell knows what it is (a time, a number by chance, the computer's name) is unknown, but not empty. What a script
assigns to one of these holds, but for those that go on counting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ..model.values import Unknown, alone, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..evaluator.interpreter import Frame
    from ..model.outcome import Family
    from ..model.state import State
    from ..model.values import Array, Value

_OF_ALL = frozenset("@ * # ? $ ! - OPTIND PWD IFS PPID HOSTNAME".split())  # the last by the engine, if by no shell
_ARRAYS = frozenset("BASH_VERSINFO FUNCNAME PIPESTATUS GROUPS DIRSTACK BASH_SOURCE BASH_LINENO".split())
_OF: dict[Family, frozenset[str]] = {
    "dash": _OF_ALL | {"PS1", "PS2", "PS4"},
    "ash": _OF_ALL | frozenset("EPOCHREALTIME EPOCHSECONDS FUNCNAME LINENO PS1 PS2 PS4 RANDOM SHLVL".split()),
    "bash": _OF_ALL
    | _ARRAYS
    | frozenset(
        "BASH BASHOPTS BASHPID BASH_ARGV0 BASH_COMMAND BASH_SUBSHELL BASH_VERSION COMP_WORDBREAKS EPOCHREALTIME EPOCHSECONDS EUID HISTCMD HOSTTYPE LINENO "
        "MACHTYPE OPTERR OSTYPE PS4 RANDOM SECONDS SHELL SHELLOPTS SHLVL SRANDOM TERM UID _".split()
    ),
}
# Those of bash, and the names by which scripts tell other shells, that nobody sets for a container, whatever shell it has.
_OWN = frozenset(
    "EPOCHREALTIME EPOCHSECONDS FUNCNAME KSH_VERSION LINENO PIPESTATUS RANDOM SECONDS SRANDOM YASH_VERSION ZSH_EVAL_CONTEXT ZSH_NAME ZSH_VERSION".split()
) | {name for name in _OF["bash"] if name.startswith("BASH")}
_COUNTING = frozenset("RANDOM SECONDS SRANDOM LINENO EPOCHSECONDS EPOCHREALTIME".split())  # whatever they are set to
_CURRENT = "5"  # bash's version, where none is known


def has(state: State, variable: str) -> bool:
    """Whether the shell has this parameter by itself. One that was unset is like any other."""
    if variable not in _OF[state.shell.dialect.family]:
        return False
    return variable not in state.variables or variable not in _COUNTING or state.variables[variable] is not None


def is_foreign(variable: str) -> bool:
    """Whether only another shell sets this, so that it is not set where the script does not."""
    return variable in _OWN


def counts_on(name: str) -> bool:
    """Whether a value of this name may be another one each time."""
    return name.startswith("$") and name[1:] in _COUNTING


def _unknown_status(state: State) -> Unknown:
    """A status that nobody knows, by the command that left it: what is assumed of one says nothing of another."""
    command = state.truth.yes.removesuffix(" succeeds") if state.truth is not None else ""
    return Unknown(f"$? of {command}" if command else "$?", nonempty=True)


def value(state: State, variable: str) -> Value | None:
    """The value of one of them; None if it is unset for certain."""
    match variable:
        case "@":
            return join(field.value for field in state.parameters)
        case "*":
            return join((field.value for field in state.parameters), separator(state))
        case "#":
            return state.count
        case "?":
            return str(state.status) if state.status is not None else _unknown_status(state)
        case "$":
            return str(state.shell.pid)
        case "BASHPID":
            return str(state.pid)
        case "!":
            return state.last_pid
        case "-":
            return "".join(sorted({option for option in state.options if len(option) == 1} | _always(state)))
        case "PWD":
            return state.workdir
        case "PPID" if state.shell.pid == 1:
            return "0"
        case "UID" | "EUID":
            user = "0" if state.shell.user is None else state.shell.user.partition(":")[0].replace("root", "0")
            return user if user.isdigit() else Unknown(f"${variable}", nonempty=True)
    if variable in _COUNTING:
        return Unknown(f"${variable}", nonempty=True)
    found = state.lookup(variable)
    return found or _initial(state, variable)


def _initial(state: State, variable: str) -> Value | None:
    """What it is where nobody has set it."""
    match variable:
        case "OPTIND" | "OPTERR":
            return "1"
        case "IFS":
            return " \t\n"
        case "BASH_ARGV0":
            return state.shell.name
        case "OSTYPE":
            return Unknown("$OSTYPE", "linux-gnu", nonempty=True)  # with musl, linux-musl
        case "BASH_SUBSHELL" if state.pid == state.shell.pid:
            return "0"
        case "FUNCNAME" if not state.shell.dialect.syntax.arrays and not state.enclosed:
            return next((name for name in _calls(state) if name != "source"), "")
    if variable in _ARRAYS:
        items = array(state, variable)
        return alone(items[0]) if items else None
    return Unknown(f"${variable}", nonempty=True)


def array(state: State, variable: str) -> Array:
    """The items of one that is an array."""
    match variable:
        case "BASH_SOURCE" | "FUNCNAME" if state.enclosed:
            pass  # the functions of the shell that has forked this one count as well
        case "BASH_SOURCE":
            return _sources(state)
        case "FUNCNAME":
            names = _calls(state)
            outermost = () if state.shell.mode == "command" else ("main",)
            return (*names, *outermost) if set(names) - {"source"} else ()
        case "BASH_VERSINFO":
            numbers = (state.shell.dialect.version or "").split(".")
            major = numbers[0] or Unknown("${BASH_VERSINFO[0]}", _CURRENT, nonempty=True)
            minor = numbers[1] if len(numbers) > 1 else Unknown("${BASH_VERSINFO[1]}", nonempty=True)
            others = (Unknown(f"${{BASH_VERSINFO[{number}]}}", nonempty=True) for number in range(2, 6))
            return (major, minor, *others)
    return (Unknown(f"${variable}", nonempty=True, rest=True),)


def is_array(state: State, variable: str) -> bool:
    """Whether it is an array that the shell itself fills."""
    return variable in _ARRAYS and state.shell.dialect.syntax.arrays and variable not in state.variables


def _calls(state: State) -> tuple[str, ...]:
    """The functions (and files, as ``source``) that are being run, the innermost first."""
    return tuple(frame.node.name if isinstance(frame.node, sh.Function) else "source" for frame in _running(state))


def _sources(state: State) -> Array:
    """Where they are written. A function of another file than the script's may be from any of those that were read."""
    command = state.shell.mode == "command"
    found: list[Value] = []
    for frame in _running(state):
        if not isinstance(frame.node, sh.Function):
            found.append(frame.node if isinstance(frame.node, str) else Unknown("$BASH_SOURCE", nonempty=True))
        elif frame.node.text.buffer is state.shell.source.buffer:
            found.append("environment" if command else state.shell.name)
        else:
            found.append(Unknown("$BASH_SOURCE", nonempty=True))
    return (*found, *(() if command else (state.shell.name,)))


def _running(state: State) -> Iterator[Frame]:
    frame = state.stack
    while frame is not None:
        if frame.kind == "call":
            yield frame
        frame = frame.parent


def _always(state: State) -> frozenset[str]:
    """The letters of ``$-`` that nobody has set."""
    dialect = state.shell.dialect
    letters = dialect.letters_from_birth
    return letters | {"c"} if state.shell.mode == "command" and dialect.shows_command_letter else letters


def separator(state: State) -> str:
    """What stands between the words of ``"$*"``."""
    separators = state.lookup("IFS")
    return separators[:1] if isinstance(separators, str) and "IFS" in state.variables else " "
