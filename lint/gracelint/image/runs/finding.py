"""Commands that are given paths by another one: what ``find`` and ``xargs`` do to what is found."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from .actions import Chmod, Opaque, Remove, Rewrite, Target
from .options import LEAVES_ALONE, is_option, strips_returns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from .surroundings import Argument, Surroundings


def found_by(words: Sequence[Argument], around: Surroundings) -> tuple[Target, ...]:
    """The paths that ``find FOLDER… -name PATTERN`` finds; conditions other than the name are taken as true."""
    folders: list[Target] = []
    for word in words[1:]:
        if word.value.startswith(("-", "(", "!")):
            break
        folders.append(around.target(word))
    names = [
        words[at + 1].value
        for at, word in enumerate(words[:-1])
        if word.value in ("-name", "-iname") and words[at - 1].value not in ("!", "-not")
    ]
    found: list[Target] = []
    for folder in folders or [Target(around.workdir, ".")]:
        for name in names or ["*"]:
            path = None if folder.path is None else posixpath.join(folder.path, name)
            found.append(Target(path, name, pattern=True, deep=True, is_folder=folder.is_folder))
    return tuple(found)


def find(words: list[Argument], text: Text, around: Surroundings) -> None:
    """``find``: what it deletes, and what it executes."""
    values = [word.value for word in words]
    targets = found_by(words, around)
    if "-delete" in values:
        around.add(Remove(targets), text)
    for at, value in enumerate(values):
        if value in ("-exec", "-execdir"):
            end = next((i for i in range(at, len(values)) if values[i] in (";", "+")), len(values))
            _on_found(words[at + 1 : end], targets, text, around)


def xargs(words: list[Argument], text: Text, around: Surroundings, found: tuple[Target, ...] | None) -> None:
    """``xargs``: its command on what it is given."""
    rest = list(words[1:])
    while rest and rest[0].value.startswith("-"):
        option = rest.pop(0).value
        if option in ("-n", "-I", "-P", "-L", "-d") and rest:
            rest.pop(0)
    if rest:
        around.names.add(posixpath.basename(rest[0].value))
        if found is not None:
            _on_found(rest, found, text, around)
        elif rest[0].value not in LEAVES_ALONE:
            around.add(Opaque((Target(None, text.value),), f"RUN xargs {rest[0].value}"), text)


def _on_found(words: Sequence[Argument], targets: tuple[Target, ...], text: Text, around: Surroundings) -> None:
    """A command on every path found: it is read without them, and its targets are put in."""
    if not words:
        return
    plain = [word for word in words if word.value != "{}"]
    name = posixpath.basename(plain[0].value)
    values = [word.value for word in plain[1:]]
    around.names.add(name)
    if name == "chmod" and any(not is_option(value) for value in values):
        mode = next(value for value in values if not is_option(value))
        around.add(Chmod(targets, mode, any("R" in value for value in values if is_option(value))), text)
    elif name in ("rm", "unlink"):
        around.add(Remove(targets), text)
    elif name == "dos2unix":
        around.add(Rewrite(targets, strips=True, follows=None), text)
    elif name == "sed" and any(value.startswith(("-i", "--in-place")) for value in values):
        scripts = [value for value in values if not value.startswith("-")]
        around.add(Rewrite(targets, bool(scripts) and all(map(strips_returns, scripts))), text)
    elif name not in LEAVES_ALONE:
        around.add(Opaque(targets, f"RUN {name}"), text)
