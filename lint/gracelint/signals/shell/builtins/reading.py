"""Builtins that read lines into variables: ``read`` and ``mapfile``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, replace
from ..evaluator import commands
from ..files import inputs
from ..jobs import held
from ..model.parts import Block, Input, Truth
from ..model.values import clip, default
from .variables import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....parsers.shell import model as sh
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

BLANKS = " \t\n"


@dataclass(frozen=True, slots=True)
class _Options:
    """``known``: all of them are, so that it is clear what is read. ``most``: how many characters, at most."""

    names: tuple[str, ...] = ()
    array: str = ""
    descriptor: str = inputs.INPUT
    delimiter: str = "\n"
    raw: bool = False
    known: bool = True
    trims: bool = False
    letters: frozenset[str] = frozenset()
    most: str = ""


def _options(words: Sequence[str], taking: str) -> _Options:
    """What a command was told; ``taking`` are the letters of options with a value."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word == "--":
            break
        for at, letter in enumerate(word[1:], 2):
            found[letter] = ""
            if letter in taking:
                found[letter] = word[at:] or (rest.pop(0) if rest else "")
                break
    array = found.get("a", "")
    most = found.get("n", found.get("N", ""))
    return _Options(
        tuple(rest),
        array,
        found.get("u", inputs.INPUT),
        (found["d"][:1] or "\0") if "d" in found else "\n",
        "r" in found,
        not set(found) - set("radeptsu") - ({"n", "N"} if most.isdecimal() else set()),
        "t" in found,
        frozenset(found),
        most,
    )


def _source(machine: Machine, state: State, node: sh.Simple, descriptor: str) -> tuple[Input | None, bool]:
    """What a command reads from, and whether that is its own alone."""
    for each in reversed(node.redirects):
        if each.operator == "<&" and (each.descriptor or inputs.INPUT) == descriptor and each.target is not None:
            return inputs.current(state, default(machine.value(state, each.target)) or ""), False
        own = inputs.opened(machine, state, each, 0)
        if own is not None and own.descriptor == descriptor:
            return own, True
    return inputs.current(state, descriptor), False


def read(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``read``: a line, if it is known; else what comes in is not known, nor whether anything does."""
    options = _options([field.shown for field in fields[1:]], "adinNptu")
    if "read" in state.shell.dialect.syntax.misreads and (options.letters - {"p", "r"} or not options.names):
        return machine.finished(state, 2)
    names = [name for name in ([options.array] if options.array else options.names or ("REPLY",)) if NAME.match(name)]
    source, own = _source(machine, state, node, options.descriptor)
    separators = _separators(machine, state, node)
    if source is not None and source.rest is not None and options.known:
        line, newline, rest = source.rest.partition(options.delimiter)
        if options.most and len(line) >= int(options.most):
            count = int(options.most)
            line, newline, rest = line[:count], "\n", line[count:] + newline + rest
        if not own:
            inputs.advance(state, source, rest)
        if not options.raw and "\\" in line:
            _forget(state, names)
        else:
            _distribute(state, line, names, separators, array=bool(options.array))
        return machine.finished(state, 0 if newline else 1)
    _forget(state, names)
    if source is not None and own and (feeders := held.beside(machine, state, node)):
        return _from_substitution(machine, state, node, fields, options, feeders[-1])
    if source is not None and source.silent and options.trims:
        return machine.finished(state, 142)  # when its time is over
    if source is not None and source.silent:
        command = commands.describe(state, node, fields, 0)
        state.block = Block("read", command, (state.pid,), status=1, again=node)  # the shell itself has the other end
        return [state]
    if source is not None and source.pipe and not machine.live and not options.trims:
        state.give_up(f"who writes what `{clip(node.text.value)}` reads")
        return [state]
    if source is not None and source.pid is not None and not own:
        if machine.host.alive(state, source.pid) is False:
            return machine.finished(state, 1)
        command = commands.describe(state, node, fields, 0)
        state.block = Block("read", command, (source.pid,), status=1, again=node)
        return [state]
    if source is not None and not own:
        if machine.live and not inputs.took(state, source):
            return machine.finished(state, 1)
        if not machine.live:
            inputs.advance(state, source, None)
    return _perhaps(machine, state)


def _perhaps(machine: Machine, state: State) -> list[State]:
    """Nobody knows whether there is a line. What was assumed of another ``read`` says nothing of this one."""
    truth = Truth(None, None, "there is input to read", "there is no input to read")
    state.assumed.pop(truth.yes, None)
    return machine.finished(state, None, truth)


def _from_substitution(
    machine: Machine, state: State, node: sh.Simple, fields: list[Field], options: _Options, feeder: Process
) -> list[State]:
    """``read x < <(sleep infinity)``: a pause that a signal ends, where nothing is ever written; else nobody knows whether a line comes."""
    if options.trims:
        return _perhaps(machine, state)
    if not _is_silent(feeder):
        state.give_up(f"whether `{' '.join(feeder.argv)}` writes a line")
        return [state]
    state.jobs = tuple(
        replace(job, process=replace(job.process, stays=job.process.stays is not False))
        if job.pid == feeder.pid
        else job
        for job in state.jobs
    )
    depth = state.stack.depth if state.stack is not None else 0
    state.inputs = (*state.inputs, Input(options.descriptor, None, depth, feeder.pid))
    command = commands.describe(state, node, fields, 0)
    state.block = Block("read", command, (feeder.pid,), status=1, again=replace(node, redirects=()))
    return [state]


def _is_silent(process: Process) -> bool:
    """Whether it never writes anything."""
    return process.name == "sleep" or (process.name == "tail" and process.argv[-1] == "/dev/null")


def _separators(machine: Machine, state: State, node: sh.Simple) -> str | None:
    """IFS as it is for this command; None where it is not known."""
    own = [each for each in node.assignments if each.name == "IFS"]
    found: Value | None = machine.value(state, own[-1].value) if own else state.lookup("IFS")
    return BLANKS if found is None else found if isinstance(found, str) else None


def _forget(state: State, names: Sequence[str]) -> None:
    for name in names:
        state.forget(name)


def _distribute(state: State, line: str, names: Sequence[str], separators: str | None, *, array: bool) -> None:
    """Give the pieces of a line to variables."""
    if separators is None:
        _forget(state, names)
    elif array:
        for name in names:
            state.variables[name] = tuple(split(line, separators, None))
    else:
        pieces = split(line, separators, len(names))
        for name, piece in zip(names, [*pieces, *[""] * (len(names) - len(pieces))], strict=False):
            state.variables[name] = piece


def split(line: str, separators: str, most: int | None) -> list[str]:
    """The fields of a line as POSIX has ``read`` make them: blanks among the separators come in runs, each other one ends a field; the last
    of at most ``most`` gets the rest."""
    blanks = "".join(character for character in separators if character in BLANKS)
    rest = line.strip(blanks) if blanks else line
    pieces: list[str] = []
    while rest:
        if most is not None and len(pieces) == most - 1:
            found, after = _piece(rest, separators, blanks)
            pieces.append(rest if after else found)
            break
        found, rest = _piece(rest, separators, blanks)
        pieces.append(found)
    return pieces


def _piece(text: str, separators: str, blanks: str) -> tuple[str, str]:
    """The first field, and what is behind its separator."""
    end = next((at for at, character in enumerate(text) if character in separators), len(text))
    rest = text[end:]
    stripped = rest.lstrip(blanks) if blanks else rest
    if stripped[:1] and stripped[0] in separators and stripped[0] not in blanks:
        stripped = stripped[1:].lstrip(blanks) if blanks else stripped[1:]
    return text[:end], stripped


def mapfile(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``mapfile``: an array of lines."""
    words = [field.shown for field in fields[1:]]
    options = _options([word for word in words if word != "-t"], "dnOsuCc")
    name = options.names[0] if options.names and NAME.match(options.names[0]) else "MAPFILE"
    source, own = _source(machine, state, node, options.descriptor)
    if source is None or source.rest is None or not options.known or options.delimiter != "\n":
        state.forget(name)
    else:
        state.variables[name] = tuple(source.rest.splitlines(keepends="-t" not in words))
    if source is not None and not own:
        inputs.advance(state, source, "")
    if source is not None and source.rest is None and own and (feeders := held.beside(machine, state, node)):
        command = commands.describe(state, node, fields, 0)
        state.block = Block("foreground", command, tuple(each.pid for each in feeders), tuple(feeders), status=0)
        return [state]
    return machine.finished(state, 0)
