"""What a script sees of the image's files: what stands at a path, what ``test -f`` answers, which program a name means."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from . import patterns
from .values import default

if TYPE_CHECKING:
    from ...source import Text
    from .machine import Machine
    from .state import State
    from .values import Value

MOST_FILES = 64


def content(machine: Machine, state: State, path: str) -> str | None:
    """The text of a file of the image."""
    text = file(machine, state, path)
    return text.value if text is not None else None


def file(machine: Machine, state: State, path: str) -> Text | None:
    """A file of the image, as a text."""
    where = _located(path, state.workdir)
    found = machine.context.lookup(where) if where is not None else None
    return getattr(found, "content", None)


def exists(machine: Machine, state: State, path: str, kind: str) -> bool | None:
    """The answer of ``test -f`` and its kin, where the image decides it."""
    from ...image.model import Absent, ImageFile

    where = _located(path, state.workdir)
    if where is None:
        return None
    found = machine.context.lookup(where)
    if isinstance(found, ImageFile):
        answers = {"d": False, "x": found.executable, "s": bool(found.content) if found.content else None}
        return answers.get(kind, True if kind in "aefr" else None)
    if kind in "ade" and machine.context.folder(where):
        return True
    # What is not in the image may still be mounted or made at run time.
    return False if isinstance(found, Absent) and kind in "fxs" and not _writes(where) else None


def _writes(path: str) -> bool:
    return path.startswith(("/run/", "/tmp/", "/var/", "/data", "/mnt", "/etc/", "/home/", "/config", "/secrets"))


def matching(machine: Machine, state: State, pattern: str) -> tuple[str, ...]:
    """The paths that a pattern becomes, as far as the image's files are known; none where none is known to match. What only the base image holds, is not."""
    components = pattern.split("/")
    plain = next((number for number, each in enumerate(components) if _wild(each)), len(components))
    folder = _located("/".join(components[:plain]) or ("/" if plain else "."), state.workdir)
    if folder is None or plain == len(components):
        return ()
    compiled = [patterns.compile_pattern([(each, False)]) for each in components[plain:]]
    found: set[str] = set()
    for path in machine.context.listing(folder):
        below = path[len(folder.rstrip("/")) + 1 :].split("/")[: len(compiled)]
        if len(below) == len(compiled) and all(map(_matches, compiled, components[plain:], below)):
            found.add("/".join([*components[:plain], *below]))
    return tuple(sorted(found)[:MOST_FILES])


def _wild(component: str) -> bool:
    return any(character in component for character in "*?[")


def _matches(compiled: patterns.Pattern | None, component: str, name: str) -> bool:
    hidden = name.startswith(".") and not component.startswith(".")
    return compiled is not None and not hidden and patterns.matches(compiled, name)


def locate(machine: Machine, state: State, command: str) -> str | None:
    """What ``command -v`` prints."""
    from .builtins import TABLE  # which knows this module

    if command in state.functions or command in TABLE:
        return command
    found = machine.context.which(command, str(state.workdir), search(state))
    return found.path if type(found).__name__ == "ImageFile" else None


def search(state: State) -> str:
    """PATH."""
    found = state.lookup("PATH")
    return found if isinstance(found, str) else "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _located(path: str, workdir: Value) -> str | None:
    """An absolute path of a script's path; None where its folder is not known."""
    base = default(workdir)
    if path.startswith("/"):
        return posixpath.normpath(path)
    return posixpath.normpath(posixpath.join(base, path)) if base is not None else None
