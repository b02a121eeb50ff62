"""Whether the files that a command reads and writes can be opened: redirections, and the operands of tools that read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ..evaluator import refusals
from ..model.parts import Truth
from ..model.values import clip, default
from . import changes, descriptors, filesystem, inputs, permissions
from .filesystem import located, standing
from .writability import can_write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

MOST_CHARACTERS = 1000
READS = frozenset({"<", "<<", "<<-", "<<<"})
_FILES = frozenset({">", ">>", ">|"})
_MAKES = frozenset({">", ">>", ">|", "&>", "&>>"})


def makes(each: sh.Redirect) -> bool:
    """Whether a redirection writes to a file, which is there from then on."""
    target = each.target.literal if each.target is not None else None
    return each.operator in _MAKES and not _is_device(target or "")


def opened(machine: Machine, state: State, command: object, redirects: Iterable[sh.Redirect]) -> bool | None:
    """Whether the files of a command's redirections can be opened (None: not known); those that are written are there from now on."""
    known: bool | None = True
    here: set[str] = set()  # descriptors that the command itself has opened by now
    for each in redirects:
        if not _is_there(machine, state, each, here):
            return False
        if each.descriptor is not None:
            here.add(each.descriptor)
        if each.target is None or each.operator not in ("<", ">", ">>", ">|", "<>", "&>", "&>>", ">&", "<&"):
            continue
        word = machine.value(state, each.target)
        if not isinstance(word, str) or not word or filesystem.is_open(word):
            continue
        if each.operator == "<&":
            continue
        if each.operator == "<":
            if filesystem.exists(machine, state, word, "f") is False:
                return False
            continue
        path = located(word, state.workdir)
        path = changes.followed(state, path) if path is not None else None
        if path is None or _is_device(path) or (each.operator == ">&" and word.rstrip("-").isdigit()) or word == "-":
            continue
        kept = each.operator == ">" and "C" in state.options and standing(machine, state, path) == "file"
        outcome = can_write(machine, state, path)
        if outcome is False or (outcome is None and permissions.user_of(state) not in ("0", None)):
            changes.note_doubtful(state, path)
        if kept or outcome is False:
            return False
        known = outcome and known
        if path in state.made and state.made[path].kind == "unknown":
            changes.doubt(state)  # a link: what it leads to is written
            continue
        told = _is_told(machine, state, command)
        text = _before(machine, state, path, each.operator) if told else None
        tail = _tail(machine, state, path) if told and text is None and each.operator == ">>" else None
        if path not in state.made and getattr(machine.context.lookup(path), "executable", None):
            state.permitted |= {path}  # what is written to a file leaves its mode
        changes.note(state, path, "file")
        changes.written(state, path, text, tail)
    return known


def _is_there(machine: Machine, state: State, each: sh.Redirect, here: set[str]) -> bool:
    """Whether the descriptor that a redirection makes another one of is open, as far as that is known."""
    if each.operator not in ("<&", ">&") or each.target is None:
        return True
    number = (default(machine.value(state, each.target)) or "").removesuffix("-")
    if not number.isdigit() or number in here:
        return True
    if number == (each.descriptor or (inputs.INPUT if each.operator == "<&" else inputs.OUTPUT)):
        return True
    return descriptors.is_open(state, number) is not False


def perhaps(machine: Machine, state: State, command: object, redirects: tuple[sh.Redirect, ...]) -> list[State]:
    """A command whose redirections may fail, in a trap, of which the rest may be lost, or of a user who is not root. (If that ends the way
    to the steady state, nobody is there to be stopped.)"""
    before = state.status, state.truth
    state.done(None, Truth.success("opening " + clip(" ".join(each.text.value for each in redirects))))
    result: list[State] = []
    for each, success in machine.split(state):
        each.status, each.truth = before
        if success:
            each.push("opened", command)
            result.append(each)
            continue
        for following in refusals.not_redirected(machine, each, command):
            if following.ended is not None and not machine.live:
                following.ended = replace(following.ended, failed=None)
            result.append(following)
    return result


def matters(state: State, command: object) -> bool:
    """Whether it makes a difference that a redirection fails: not where only a message is lost."""
    if "e" in state.options and not state.tested:
        return True
    if not isinstance(command, sh.Simple) or not command.words:
        return True
    name = command.words[0].literal
    return name not in ("echo", "printf") and name not in filesystem.HARMLESS - {
        "kill",
        "pkill",
        "wait",
        "sleep",
        "tail",
    }


def _is_told(machine: Machine, state: State, command: object) -> bool:
    """Whether `wrote` is told what a command writes, or it writes nothing: programs and functions, and of builtins those that print."""
    if not isinstance(command, sh.Simple):
        return isinstance(command, sh.Group)
    name = command.words[0].literal if command.words else ":"
    return name is not None and (name in _PRINTING or name in state.functions or not machine.is_builtin(name))


_PRINTING = frozenset({"echo", "printf", ":", "true"})


def _before(machine: Machine, state: State, path: str, operator: str) -> str | None:
    """What is in a file before anything is written to it; None where that is not known."""
    if operator in (">", ">|"):
        return ""
    if operator == ">>" and filesystem.begins_empty(machine, state, path):
        return ""
    return filesystem.content(machine, state, path) if operator == ">>" else None


def _tail(machine: Machine, state: State, path: str) -> str | None:
    """What has been appended so far to a file of which the rest is not known; None where it is not known whether that is all."""
    own = state.made.get(path)
    if own is not None and own.written:
        return own.tail
    appended = getattr(machine.context.lookup(path), "appended", None)
    return appended.value if appended is not None else ""


def fails(machine: Machine, state: State, tool: str, node: sh.Simple, fields: list[Field]) -> bool:
    """Whether one of the files that ``cat`` is to read is not there for certain, one that ``tee`` is to write cannot be made, or the
    descriptor that ``flock`` is to lock is not open."""
    words = [field.value for field in fields]
    if tool == "flock":
        there = descriptors.handed_on(state, node.redirects)
        words = [word for word, before in zip(words, ["", *words], strict=False) if before not in _FLOCK_VALUES]
        operands = [word for word in words if not (isinstance(word, str) and word.startswith("-"))]
        only = operands[0] if len(operands) == 1 else None
        numbered = isinstance(only, str) and only.isdigit() and only not in descriptors.STANDARD
        return numbered and there is not None and only not in there
    names = [
        word for word in words if isinstance(word, str) and word[:1] not in ("-", "") and not filesystem.is_open(word)
    ]
    if tool == "cat":
        return any(not _is_device(name) and filesystem.exists(machine, state, name, "f") is False for name in names)
    paths = [path for name in names if (path := located(name, state.workdir)) is not None]
    return any(not _is_device(path) and can_write(machine, state, path) is False for path in paths)


# Options of flock with a value of their own.
_FLOCK_VALUES = frozenset({"-w", "--wait", "--timeout", "-E", "--conflict-exit-code"})


def _is_device(path: str) -> bool:
    return path.startswith(("/dev/", "/proc/"))


def wrote(machine: Machine, state: State, node: sh.Simple | sh.Group, text: Value | None) -> None:
    """What a command has printed (None: something) is in the file that the last of its redirections has written, but for one that it reads
    from, and those of what it says of errors."""
    outputs = [each for each in node.redirects if each.operator not in READS and each.descriptor != "2"]
    if not outputs or any(each.operator not in _FILES or each.descriptor not in (None, "1") for each in outputs):
        return
    last = outputs[-1]
    word = machine.value(state, last.target)
    path = located(word, state.workdir) if isinstance(word, str) and word and not filesystem.is_open(word) else None
    path = changes.followed(state, path) if path is not None else None
    if path is not None and path in state.made and state.made[path].kind == "unknown":
        return
    if path is None:
        return
    put(machine, state, path, None if text is None else default(text), appends=last.operator == ">>")


def put(machine: Machine, state: State, path: str, added: str | None, *, appends: bool) -> None:
    """Something (None: not known what) is written to a file that is there by now, from its beginning or behind its end."""
    before = filesystem.content(machine, state, path) if appends else ""
    tail = _tail(machine, state, path) if before is None else None
    room = added is not None and len(before or tail or "") + len(added) <= MOST_CHARACTERS
    whole, end = (f"{front}{added}" if room and front is not None else None for front in (before, tail))
    changes.written(state, path, whole, end)
