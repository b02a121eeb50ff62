"""What a script sees of the image's files: what stands at a path, what ``test -f`` answers, which program a name means."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....image.entries import contains
from ....image.model import Absent, ImageFile
from ....image.paths import DEFAULT_PATH, SOMEWHERE, normal
from ....parsers.shell import model as sh
from ..expansion import patterns
from ..model.values import Unknown, default
from .changes import MOST_FILES, followed
from .permissions import OF_ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ....image.entries import Kind
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.outcome import Command
    from ..model.state import State
    from ..model.values import Value

# Programs that make no files.
HARMLESS = frozenset(
    "basename cat cmp cut date dirname env expr false getent grep head hostname id kill ls nproc pgrep pidof pkill printenv ps readlink realpath seq sleep sort stat tail test "
    "tr true tty uname uniq wait wc which whoami".split()
)
# Those among them that are over as soon as they have begun.
QUICK = HARMLESS - {"sleep", "tail", "wait"}
# Those that put no file where none was.
_LEAVING = HARMLESS | frozenset("chgrp chmod chown du find mkdir rm rmdir touch".split())
# Programs that have no reason to fail.
SUCCEEDING = frozenset("clear date df free hostname id logger sleep sync uname uptime w whoami".split())


def is_one(argv: Sequence[str], programs: frozenset[str]) -> bool:
    """Whether a command is one of these programs, and not another one that it starts: ``env`` prints only where it is told of none."""
    name = argv[0].rpartition("/")[2] if argv else ""
    return name in programs and (name != "env" or all(word[:1] == "-" or "=" in word for word in argv[1:]))


_WILD = frozenset("*?[")
# What is below these, no image brings along.
_FLEETING = ("/tmp/", "/run/", "/var/run/", "/dev/shm/")


def may_have_made(commands: Iterable[Command], workdir: str, path: str) -> bool:
    """Whether a script has run a program before that may have made a file: one that was given a folder, there
    (``steamcmd +force_install_dir /game``), and any other one below its working folder (``git clone``, ``unzip``), for which the present
    one stands."""
    for command in commands:
        if not command.argv or is_one(command.argv, _LEAVING):
            continue
        given = [word.rstrip("/") for word in command.argv[1:] if word.startswith("/")]
        if any(contains(folder, path) for folder in (given or [workdir]) if folder):
            return True
    return False


def was_given(state: State, path: str) -> bool:
    """Whether the script has run a program before that was told of this very file, and may have made it (``curl -o /run/env``, ``dd of=/run/env``)."""
    programs = (each.argv for each in state.facts.before if each.argv)
    given = (argv[1:] for argv in programs if not is_one(argv, _LEAVING))
    return any(located(word.rpartition("=")[2], state.workdir) == path for words in given for word in words)


def content(machine: Machine, state: State, path: str) -> str | None:
    """The text of a file, of the image or as the script has written it."""
    if path == "/dev/null":
        return ""
    where = _behind_links(state, path)
    own = state.made.get(where) if where is not None else None
    if own is not None and (own.written or own.kind == "none"):
        return own.content
    text = file(machine, state, path)
    return text.value if text is not None else None


def file(machine: Machine, state: State, path: str, here: Text | None = None) -> Text | None:
    """A file of the image, as a text; one that the script has written stands for ``here``."""
    where = _behind_links(state, path)
    own = state.made.get(where) if where is not None else None
    if own is not None and own.written:
        return machine.context.joined(own.content, here) if own.content is not None and here is not None else None
    found = machine.context.lookup(where) if where is not None else None
    return getattr(found, "content", None)


def exists(machine: Machine, state: State, path: str, kind: str) -> bool | None:
    """The answer of ``test -f`` and its kin, where the image decides it."""
    at = located(path, state.workdir)
    if at is None:
        return None
    if kind in "hL":
        made = state.made.get(at)
        if made is None:
            return machine.context.is_link(at)
        return True if made.target is not None else None if made.kind == "unknown" else False
    where = followed(state, at)
    own = state.made.get(where)
    if own is not None:
        known = kind == "s" and own.kind == "file" and own.content is not None
        return bool(own.content) if known else _of_own(own.kind, kind)
    found = machine.context.lookup(where)
    if isinstance(found, ImageFile):
        answers = {"d": False, "x": found.executable, "s": bool(found.content) if found.content else None}
        return answers.get(kind, True if kind in "aefr" else None)
    removed = isinstance(found, Absent) and found.text is not None
    if kind in "ade" and (
        machine.context.folder(where) or (machine.context.standing(where) == "folder" and not removed)
    ):
        return True
    if _writes(where):
        return None
    # What another stage of the Dockerfile makes, as a sign that it is that one, nobody mounts, and no command makes that does not name it.
    if kind in "aefs" and machine.context.image.base.known and machine.context.made_elsewhere(where):
        return False
    # What is not in the image may still be mounted or made at run time, which is what a loop that asks for it again and again waits for.
    return False if isinstance(found, Absent) and kind in "fxs" and not _asked_again(state) else None


def _asked_again(state: State) -> bool:
    """Whether the script goes round in a ``while`` or ``until`` behind which more is to be done: it waits there, and is not for the loop alone. Not where it has
    started something already, which it may well look after there until it is to stop."""
    if state.facts.daemons or not all(job.told for job in state.jobs):
        return False
    frame = state.stack
    while frame is not None and frame.kind != "while":
        frame = frame.parent
    while frame is not None and not (isinstance(frame.node, sh.Block) and frame.index < len(frame.node.commands)):
        frame = frame.parent
    return frame is not None


def perhaps_there(machine: Machine, state: State, path: str, named: str) -> bool | None:
    """Whether a file of which nothing is known is there to be read: as the script has left it, as a condition that was assumed (which calls
    it ``named``) says, or as what is known of its place. None where it is not part of the image, so that somebody has to mount it, or a
    program to make it."""
    where = _behind_links(state, path)
    if where is None:
        return True
    own = state.made.get(where)
    if own is not None and own.kind != "unknown":
        return own.kind == "file"
    made = state.restless or may_have_made(state.facts.before, folder(state), where)
    there = looked_for(state.assumed, named)
    if there is not None:
        return there or (None if made else False)
    if exists(machine, state, path, "f") is False and not is_open(path):
        return False
    if not isinstance(machine.context.lookup(where), Absent):
        return None  # the base image may hold it
    if own is not None or made or is_open(path):
        return None
    return None if posixpath.dirname(where) not in OF_ALL and not _in_made(state, where) else False


def looked_for(assumed: Mapping[str, bool], named: str) -> bool | None:
    """What a script has found, on the way that it is on, where it looked whether a file is there, which the condition calls ``named``; None
    where it has not looked."""
    for condition, outcome in assumed.items():
        if condition.startswith(f"{named} "):
            return outcome is not condition.endswith("does not exist")
    return None


def is_removed(state: State, name: str | None) -> bool:
    """Whether it is a path at which the script itself has removed what was there."""
    if name is None or "/" not in name or not state.made:
        return False
    where = located(name, state.workdir)
    return where is not None and where in state.made and state.made[where].kind == "none"


def begins_empty(machine: Machine, state: State, path: str) -> bool:
    """Whether there is nothing in a file that the script appends to for the first time: nothing puts it into the image, and no program was
    given its folder. (Who mounts one that is full has to clear it.)"""
    if path in state.made:
        return state.made[path].kind == "none"
    if may_have_made(state.facts.before, folder(state), path):
        return False
    if path.startswith(_FLEETING):
        return not isinstance(machine.context.lookup(path), ImageFile)
    return standing(machine, state, path) == "none" or isinstance(machine.context.lookup(path), Absent)


def _in_made(state: State, path: str) -> bool:
    """Whether the script itself has made the folder of a file."""
    found = state.made.get(posixpath.dirname(path))
    return found is not None and found.kind == "folder"


def _of_own(made: Kind, kind: str) -> bool | None:
    """The answer of ``test`` for what the script itself has made or removed."""
    if made == "none":
        return False
    if made == "unknown" or kind not in "aefd":
        return None
    return kind in "ae" or (kind == "d") is (made == "folder")


def standing(machine: Machine, state: State, path: str) -> Kind:
    """What kind of thing stands at an absolute path by now, links followed: ``none`` where certainly nothing does, but for what somebody mounts."""
    path = followed(state, path)
    own = state.made.get(path)
    if own is not None:
        return own.kind
    above = path
    while above != "/":
        above = posixpath.dirname(above)
        found = state.made.get(above)
        if found is not None and found.kind in ("file", "none"):
            return "none"
    kind = machine.context.standing(path)
    return "unknown" if kind == "none" and (state.restless or _writes(path)) else kind


def _writes(path: str) -> bool:
    return path.startswith(("/run/", "/tmp/", "/var/", "/data", "/mnt", "/etc/", "/home/", "/config", "/secrets"))


def matching(machine: Machine, state: State, pattern: str) -> tuple[str, ...]:
    """The paths that a pattern becomes, as far as the image's files are known; none where none is known to match. What only the base image holds, is not."""
    components = pattern.split("/")
    plain = next((number for number, each in enumerate(components) if _wild(each)), len(components))
    folder = located("/".join(components[:plain]) or ("/" if plain else "."), state.workdir)
    if folder is None or plain == len(components):
        return ()
    compiled = [patterns.compile_pattern([(each, False)]) for each in components[plain:]]
    found: set[str] = set()
    own = (
        path for path, made in state.made.items() if made.kind == "file" and path.startswith(f"{folder.rstrip('/')}/")
    )
    for path in (*machine.context.listing(folder), *own):
        if path in state.made and state.made[path].kind == "none":
            continue
        below = path[len(folder.rstrip("/")) + 1 :].split("/")[: len(compiled)]
        if len(below) == len(compiled) and all(map(_matches, compiled, components[plain:], below)):
            found.add("/".join([*components[:plain], *below]))
    return tuple(sorted(found)[:MOST_FILES])


def _wild(component: str) -> bool:
    return not _WILD.isdisjoint(component)


def _matches(compiled: patterns.Pattern | None, component: str, name: str) -> bool:
    hidden = name.startswith(".") and not component.startswith(".")
    return compiled is not None and not hidden and patterns.matches(compiled, name)


def locate(machine: Machine, state: State, command: str) -> str | None:
    """What ``command -v`` prints."""
    if command in state.functions or machine.is_builtin(command):
        return command
    found = machine.context.which(command, folder(state), search(state))
    return found.path if isinstance(found, ImageFile) else None


def folder(state: State) -> str:
    """The working folder, for those who look for files of the image there."""
    known = default(state.workdir)
    return SOMEWHERE if known is None else known


def folder_of(path: str) -> Value:
    """The working folder that a shell begins in."""
    return Unknown("$PWD", nonempty=True) if path == SOMEWHERE else path


def search(state: State) -> str:
    """PATH."""
    found = state.lookup("PATH")
    return found if isinstance(found, str) else DEFAULT_PATH


def located(path: str, workdir: Value) -> str | None:
    """An absolute path of a script's path; None where its folder is not known."""
    base = default(workdir)
    if path.startswith("/"):
        return normal(path)
    return normal(posixpath.join(base, path)) if base is not None else None


def _behind_links(state: State, path: str) -> str | None:
    where = located(path, state.workdir)
    return followed(state, where) if where is not None else None


def is_open(word: str) -> bool:
    """Whether a word may stand for others: a pattern, a home."""
    return word.startswith("~") or "{" in word or not _WILD.isdisjoint(word)
