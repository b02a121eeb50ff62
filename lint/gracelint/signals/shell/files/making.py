"""Small tools that change files, and whether they can: ``mkdir``, ``touch``, ``rm``, ``cp``, ``mv``, ``ln``, ``chmod``, ``chown``,
``mkfifo``.

What stands where is asked of the image, and of what the script has done itself (`changes`). A tool fails for certain where what it needs is
not there, or what it makes is; it succeeds for certain where nothing stands in its way; else nobody knows. Options that are not modelled
make the outcome unknown. What POSIX says of each tool is taken for granted; measured with coreutils 9.1 and busybox 1.35.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ..model.parts import Truth
from ..model.values import clip, default
from . import changes, filesystem, permissions
from .filesystem import is_open, located, standing
from .permissions import replaceable, writable
from .writability import can_make, can_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ....image.entries import Kind
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

    Outcome = bool | None  # of one operand: done, not done, not known


def tool(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """Run one of them."""
    words = [default(field.value) for field in fields[1:]]
    name = fields[0].shown
    letters, operands = _split(name, words)
    if not operands:
        return machine.finished(state, 0 if letters & {"help", "version"} else 1)
    paths = [located(word, state.workdir) if word and not is_open(word) else None for word in operands]
    known = [path for path in paths if path is not None]
    if len(known) < len(paths) or not all(isinstance(field.value, str) for field in fields):
        return _unsure(machine, state, fields)
    if name == "ln" and not str(operands[0]).startswith("/"):
        letters.add("relative")
    if name == "cp" and any(str(word).endswith("/.") for word in operands[:-1]):
        letters.add("inside")  # what is in the folder is copied, not the folder
    outcomes = list(TOOLS[name](machine, state, letters, known))
    if False in outcomes:
        return machine.finished(state, 1)
    return _unsure(machine, state, fields) if None in outcomes else machine.finished(state, 0)


def _unsure(machine: Machine, state: State, fields: list[Field]) -> list[State]:
    """It may fail; what is written without a look at its outcome is taken to succeed, but in a trap under ``set -e``, and where the user is
    not root, who could do it."""
    if not machine.live and permissions.user_of(state) != "0":
        return machine.hinges(state, Truth.success(f"`{clip(' '.join(field.shown for field in fields))}`"))
    if not state.tested and not (machine.live and "e" in state.options):
        return machine.finished(state, 0)
    return machine.undecided(state, " ".join(field.shown for field in fields))


def _split(name: str, words: list[str | None]) -> tuple[set[str], list[str | None]]:
    """Letters (and long names) of options, and operands."""
    letters: set[str] = set()
    operands: list[str | None] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands.extend(rest)
            break
        plain = word is None or not word.startswith("-") or len(word) == 1
        if word is None or plain or (name == "chmod" and word[1:] in _MODES):
            operands.append(word)
        elif word.startswith("--"):
            letters.add(_LONG.get(word.partition("=")[0], word[2:].partition("=")[0]))
        else:
            letters |= set(word[1:])
            if word[-1] in _VALUES.get(name, "") and rest:
                rest.pop(0)
    return letters, operands


_LONG = {"--parents": "p", "--force": "f", "--recursive": "R", "--symbolic": "s", "--archive": "a", "--no-clobber": "n"}
_VALUES = {"mkdir": "m", "mkfifo": "m", "touch": "drt", "cp": "tS", "mv": "tS", "ln": "tS"}
_MODES = frozenset({"x", "w", "r", "rw", "rwx", "wx", "rx"})


# --- what each one does, operand by operand ---


def _mkdir(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    for path in paths:
        kind = standing(machine, state, path)
        if changes.is_link(state, path) and kind != "folder":
            yield None if kind == "unknown" else False  # a link that leads nowhere is in the way
        elif "p" in letters:
            yield _with_parents(machine, state, path, kind)
        elif kind in ("file", "folder"):
            yield False
        else:
            outcome = can_make(machine, state, path)
            if outcome is not False:
                changes.note(state, path, "folder")
            yield outcome if kind == "none" or outcome is False else None


def _with_parents(machine: Machine, state: State, path: str, kind: Kind) -> Outcome:
    if kind in ("file", "folder"):
        return kind == "folder"
    missing = [path]
    parent = posixpath.dirname(path)
    while (above := standing(machine, state, parent)) not in ("file", "folder") and parent != "/":
        missing.append(parent)
        parent = posixpath.dirname(parent)
    if above == "file":
        return False
    outcome = writable(machine, state, parent)
    if outcome is not False:
        for each in missing:
            changes.note(state, each, "folder")
    return outcome


def _touch(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    for path in (changes.followed(state, each) for each in paths):
        if "c" in letters or standing(machine, state, path) == "folder":
            yield True
            continue
        outcome = can_write(machine, state, path)
        if outcome is not False:
            changes.note(state, path, "file")
        yield outcome


def _rm(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    recursive = bool(letters & {"r", "R"})
    for path in paths:
        kind = "file" if changes.is_link(state, path) else standing(machine, state, path)
        if kind == "none":
            yield "f" in letters
        elif kind == "folder" and not recursive:
            yield False if "d" not in letters else None
        else:
            may = replaceable(machine, state, path)
            if may is not False:
                changes.note(state, path, "none", certain=machine.live and kind == "file" and path in state.made)
            yield may if kind != "unknown" or "f" in letters or may is False else None


def _chmod(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    for path in (changes.followed(state, each) for each in paths[1:]):
        if standing(machine, state, path) == "none":
            yield False
        else:
            outcome = permissions.owns(state, path)
            if outcome is not False:
                changes.open_to_all(state, path)
                mode = posixpath.basename(paths[0])
                if _takes_execute(mode):
                    state.permitted -= {path}
                elif _lets_execute(mode):
                    state.permitted |= {path}
            yield outcome


def _lets_execute(mode: str) -> bool:
    """Whether a mode of chmod may give somebody an execute bit."""
    return any(digit in mode for digit in "1357") or ("x" in mode.lower() and not mode.startswith("-"))


def _takes_execute(mode: str) -> bool:
    """Whether a mode of chmod takes the execute bits from all."""
    return (mode.isdigit() and not _lets_execute(mode)) or mode in ("-x", "a-x", "ugo-x")


def _chown(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    for path in (changes.followed(state, each) for each in paths[1:]):
        if standing(machine, state, path) == "none":
            yield False
        else:
            outcome = _may_give(state, path)
            if outcome:
                changes.open_to_all(state, path)
            yield outcome


def _may_give(state: State, path: str) -> Outcome:
    """Whether a file can be given to somebody: by root; others can give what is theirs to themselves."""
    user = permissions.user_of(state)
    if user in ("0", None):
        return user == "0" or None
    found = state.made.get(path)
    return None if found is not None and found.user in (user, None) else False


def _transfer(machine: Machine, state: State, letters: set[str], paths: list[str], *, moves: bool) -> Iterable[Outcome]:
    if len(paths) < 2 or "t" in letters:
        yield None if "t" in letters else False
        return
    *sources, target = paths
    kind = standing(machine, state, target)
    if len(sources) > 1 and kind in ("none", "file"):
        yield False
        return
    for source in sources:
        found = standing(machine, state, source)
        if moves and changes.is_link(state, source):
            found = "unknown"
        if found == "none" or (found == "folder" and not moves and not letters & {"r", "R", "a"}):
            yield False
            continue
        inside = "inside" in letters and found != "file"
        place = posixpath.join(target, posixpath.basename(source)) if kind == "folder" and not inside else target
        there = standing(machine, state, place) == "file"
        outcome = can_write(machine, state, place) if found == "file" else None
        if moves and outcome is not False:
            taken = replaceable(machine, state, source)
            outcome = taken if taken is not True else outcome
        if outcome is not False:
            if found == "file" and _may_run(machine, state, place if there and not moves else source):
                state.permitted |= {changes.followed(state, place)}
            changes.note(state, place, "folder" if inside else found)
            changes.written(state, place, filesystem.content(machine, state, source) if found == "file" else None)
            if moves:
                changes.note(state, source, "none")
        yield outcome if outcome is False or (found == "file" and not letters & {"n", "T"}) else None


def _may_run(machine: Machine, state: State, path: str) -> bool:
    """Whether a file may be one that can be executed, which a copy of it is as well; what is copied to one that is there leaves its mode."""
    where = changes.followed(state, path)
    if where in state.made or where in state.permitted:
        return where in state.permitted
    return filesystem.exists(machine, state, where, "x") is not False


def _cp(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    return _transfer(machine, state, letters, paths, moves=False)


def _mv(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    return _transfer(machine, state, letters, paths, moves=True)


def _ln(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    if len(paths) != 2 or letters & {"t", "n", "T"}:
        yield None
        return
    source, target = paths
    if "s" not in letters and standing(machine, state, source) in ("none", "folder"):
        yield False
        return
    place = (
        posixpath.join(target, posixpath.basename(source)) if standing(machine, state, target) == "folder" else target
    )
    kind = standing(machine, state, place)
    nowhere = kind == "none" or filesystem.begins_empty(machine, state, changes.followed(state, place))
    if changes.is_link(state, place) and nowhere:
        kind = "file"  # one that leads nowhere
    if kind == "folder" or (kind == "file" and "f" not in letters):
        yield False
        return
    outcome = replaceable(machine, state, place) if place in state.made else can_make(machine, state, place)
    if outcome is not False and "s" in letters and "relative" not in letters:
        changes.note_link(state, place, source)
    elif outcome is not False:
        changes.note(state, place, "unknown")
    yield outcome if kind == "none" or outcome is False or "f" in letters else None


def _mkfifo(machine: Machine, state: State, letters: set[str], paths: list[str]) -> Iterable[Outcome]:
    for path in paths:
        kind = standing(machine, state, path)
        outcome = False if kind in ("file", "folder") else can_make(machine, state, path)
        if outcome is not False:
            changes.note_pipe(state, path)
        yield outcome if kind == "none" or outcome is False else None


TOOLS: dict[str, Callable[[Machine, State, set[str], list[str]], Iterable[Outcome]]] = {
    "mkdir": _mkdir,
    "touch": _touch,
    "rm": _rm,
    "chmod": _chmod,
    "chown": _chown,
    "cp": _cp,
    "mv": _mv,
    "ln": _ln,
    "mkfifo": _mkfifo,
}
