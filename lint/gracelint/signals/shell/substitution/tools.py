"""The tools that scripts ask for an answer, in a substitution: what they print (``id -u``, ``dirname``, ``which``, ``cat``, ``jobs -p`` ...)."""

from __future__ import annotations

import posixpath
from shlex import quote
from typing import TYPE_CHECKING

from ....image.model import NOT_KNOWN
from ....image.paths import normal
from ... import names
from ..builtins.printing import printed, sequence
from ..files import filesystem
from ..jobs import byname
from ..model.values import Unknown, default, shown
from . import asking

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

# With these, getopt only checks its words.
_SILENT = frozenset({"-Q", "--quiet-output", "-T", "--test", "-V", "--version", "-h", "--help"})


def answer(machine: Machine, state: State, command: sh.Simple, workdir: Value) -> Value | None:
    """What a simple command prints in a working folder; None where that is not known."""
    if command.assignments and not command.words:
        return ""
    fields = machine.expand(state, command.words)
    if not fields or not isinstance(fields[0].value, str):
        if len(command.redirects) == 1 and not fields and command.redirects[0].operator == "<":
            reads = state.shell.dialect.syntax.substitutes_files
            return _content(machine, state, machine.value(state, command.redirects[0].target)) if reads else ""
        return None
    tool, rest = fields[0].value.rpartition("/")[2], fields[1:]
    if tool in state.functions:
        return None
    match tool:
        case "echo" | "printf":
            return printed(state.shell.dialect, tool, rest)
        case "pwd":
            return workdir
        case "id":
            return _identity(state.shell.user, rest)
        case "whoami":
            return _identity(state.shell.user, None)
        case "dirname" | "basename":
            return _path(tool, rest)
        case "command" | "which" | "type":
            return _which(machine, state, [field for field in rest if not field.shown.startswith("-")])
        case "readlink" | "realpath":
            known = default(rest[-1].value) if rest else None
            base = default(workdir)
            if known is None or base is None:
                return None
            return normal(posixpath.join(base, known))
        case "cat":
            return concatenated(machine, state, rest)
        case "expr":
            return asking.expression(rest)
        case "getopt":
            return _without_options([field.value for field in rest])
        case "seq":
            return sequence([default(field.value) for field in rest])
        case "jobs":
            letters = {letter for field in rest for letter in field.shown.lstrip("-")}
            if not state.shell.dialect.job_words or (
                "jobs" in state.shell.dialect.syntax.misreads and letters - {"p", "l"}
            ):
                return ""
            jobs = _jobs(machine, state, running_only="r" in letters)
            return None if jobs is None else "\n".join(map(str, jobs))
        case "trap":
            return _traps(state, [field.shown for field in rest])
        case "pgrep" | "pidof":
            return byname.output(machine, state, tool, rest)
        case "uname":
            return "Linux" if not rest or rest[0].value == "-s" else None
        case "true" | "false" | ":":
            return ""
    return None


def _identity(user: str | None, rest: list[Field] | None) -> Value | None:
    options = "".join(shown(field.value) for field in rest) if rest is not None else "-un"
    if rest is not None and any(not field.shown.startswith("-") for field in rest):
        return None
    if user == NOT_KNOWN:
        return None
    if options in ("-u", "-g", "-ur", "-gr"):
        if user is None or user.partition(":")[0] in ("root", "0"):
            return "0"
        number = user.partition(":")[0] if options.startswith("-u") else user.partition(":")[2]
        # Whatever number a named user has, it is not root's.
        return number if number.isdigit() else "1000"
    if options in ("-un", "-unr"):
        if user is None or user.partition(":")[0] in ("root", "0"):
            return "root"
        return user.partition(":")[0] if not user[:1].isdigit() else None
    return None


def _traps(state: State, words: list[str]) -> str | None:
    """What ``trap`` and ``trap -p TERM`` print: commands that set the traps again."""
    asked = words[1:] if words[:1] == ["-p"] and state.shell.dialect.trap.options else words
    if (words and words[0] != "-p") or (asked is words and words):
        return None
    if not state.shell.dialect.trap.told_in_substitutions:
        return ""
    wanted = {names.canonical(word) or word for word in asked}
    traps = [trap for name, trap in state.traps.items() if not wanted or name in wanted]
    if any(trap.action is None for trap in traps):
        return None
    return "".join(f"trap -- {quote(trap.action or '')} {trap.signal}\n" for trap in traps)


def _path(tool: str, rest: list[Field]) -> Value | None:
    if rest and rest[0].value == "--":
        rest = rest[1:]
    known = default(rest[0].value) if rest else None
    if known is None:
        return None
    if tool == "dirname":
        return posixpath.dirname(known.rstrip("/") or "/") or "."
    base = posixpath.basename(known.rstrip("/"))
    suffix = default(rest[1].value) if len(rest) > 1 else ""
    return base.removesuffix(suffix) if suffix and base != suffix else base


def _without_options(words: list[Value]) -> str | None:
    """What getopt(1) prints of words of which none is an option, as of the launch that a script was written for; it quotes them where it is
    given options of its own (util-linux, BusyBox)."""
    known = [word for word in words if isinstance(word, str)]
    if not known or len(known) < len(words) or not _SILENT.isdisjoint(known):
        return None
    own = known[0].startswith("-")
    operands = known[known.index("--") + 1 :] if "--" in known else known[1:]
    if (own and "--" not in known) or any(word.startswith("-") for word in operands):
        return None
    return " ".join([" --", *(map(quote, operands) if own else operands)])


def _which(machine: Machine, state: State, rest: list[Field]) -> Value | None:
    known = default(rest[0].value) if rest else None
    if not known:
        return None
    found = filesystem.locate(machine, state, known)
    # What a script asks for by the name of the launch's own command is there, or nothing would start.
    asked = known in state.shell.given
    return found or Unknown(f"$(command -v {known})", f"/usr/bin/{known}" if asked else None)


def _content(machine: Machine, state: State, path: Value) -> Value | None:
    known = default(path)
    return filesystem.content(machine, state, known) if known else None


def concatenated(machine: Machine, state: State, operands: list[Field]) -> str | None:
    """What ``cat`` writes of files that are known."""
    texts: list[str | None] = []
    for field in operands:
        path = default(field.value)
        if not path or path.startswith("-"):
            return None
        names = filesystem.matching(machine, state, path) if filesystem.is_open(path) else (path,)
        texts += [filesystem.content(machine, state, name) for name in names] or [None]
    known = [text for text in texts if text is not None]
    return "".join(known) if texts and len(known) == len(texts) else None


def _jobs(machine: Machine, state: State, *, running_only: bool) -> list[int] | None:
    """The jobs that ``jobs -p`` names: also those that have ended, and of which the shell has told nobody. For these `kill` fails; None
    where that counts, and one may just have ended."""
    own = [*(job.pid for job in state.jobs if not job.disowned), *state.abandoned]
    running = [pid for pid in own if machine.host.alive(state, pid) is not False]
    if running_only:
        return running
    matters = "e" in state.options or state.tested
    if matters and any(job.pid in running and job.process.stays is False for job in state.jobs):
        return None
    ended = [pid for pid in state.unclaimed if pid not in running]
    if state.shell.dialect.wait.jobs_forgets_ended:
        ended = [pid for pid in ended if _is_last(state, pid)]
    return [*running, *ended]


def _is_last(state: State, pid: int) -> bool:
    """Whether bash names a job that has ended: under -c it tells of them behind each line."""
    return str(pid) == state.last_pid and state.shell.mode != "command"


def may_name_ended(machine: Machine, state: State) -> bool:
    """Whether ``jobs -p`` may name others that have ended, and `xargs kill` fail for them where that counts: bash forgets one sooner and another
    one later, also of those that a ``wait`` has passed (measured, 5.2). Its own ``kill`` succeeds if one of its jobs is there."""
    if not state.shell.dialect.wait.jobs_forgets_ended or not ("e" in state.options or state.tested):
        return False
    ended = [pid for pid in (*state.unclaimed, *state.passed) if not machine.host.alive(state, pid)]
    return not all(_is_last(state, pid) for pid in ended)
