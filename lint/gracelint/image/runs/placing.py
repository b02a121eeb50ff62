"""The commands that put files somewhere else: ``cp``, ``mv``, ``ln`` and ``install``, with the options of GNU coreutils and BusyBox."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from .actions import MakeFolders, Opaque, Symlink, Target, Transfer
from .options import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from .surroundings import Argument, Surroundings


def transfer(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``cp`` and ``mv``."""
    options, operands = split(words[1:], "tS")
    moves = words[0].value.endswith("mv")
    folders = moves or not {"r", "R", "a", "recursive", "archive"}.isdisjoint(options)
    into: bool | None = None
    if "t" in options or "target-directory" in options:
        folder = options.get("t") or options.get("target-directory", "")
        destination = Target(around.absolute(folder), folder, is_folder=True)
        into = True
    elif len(operands) < 2:
        return
    else:
        destination = around.target(operands.pop())
        into = True if len(operands) > 1 or (destination.is_folder and not folders) else None
    if "T" in options or "no-target-directory" in options:
        into = False
    sources = tuple(around.target(word) for word in operands)
    if any(source.pattern for source in sources) and not destination.pattern:
        into = True
    fills = not moves and not {"p", "a", "preserve", "archive", "remove-destination"} & options.keys()
    perhaps = not {"n", "u", "no-clobber", "update"}.isdisjoint(options)
    takes_links = folders or not {"d", "P", "no-dereference"}.isdisjoint(options)
    transfer = Transfer(
        sources,
        destination,
        moves,
        into,
        fills=fills,
        folders=folders,
        follows=not takes_links or not {"L", "dereference"}.isdisjoint(options),
        through=not moves and "remove-destination" not in options,
    )
    around.add(transfer, text, when=None if perhaps else True)


def link(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``ln``: symbolic links, and hard ones, which are copies that stay the same file."""
    options, operands = split(words[1:], "tS")
    if "t" in options or not operands:
        around.add(Opaque(tuple(around.target(word) for word in words[1:]), "RUN ln"), text)
        return
    link = around.target(operands.pop()) if len(operands) > 1 else Target(around.workdir, ".", is_folder=True)
    into = "T" not in options
    if "s" not in options and "symbolic" not in options:
        sources = tuple(around.target(word) for word in operands)
        into_folder = True if link.is_folder else None
        fresh = {"f", "force"}.isdisjoint(options)
        action = Transfer(sources, link, moves=False, into=into_folder, folders=False, hard=True, fresh=fresh)
        around.add(action, text)
        return
    replaces = not {"f", "force"}.isdisjoint(options)
    follows = {"n", "no-dereference"}.isdisjoint(options)
    for operand in operands:
        target = None if operand.text is None or operand.deep is not None else operand.value
        around.add(Symlink(target, link, into or link.is_folder, replaces, follows, operand.pattern), text)


def install(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``install``: copies with a mode of their own, and folders."""
    options, operands = split(words[1:], "mogtS")
    targets = [around.target(word) for word in operands]
    if "d" in options or "directory" in options:
        around.add(MakeFolders(tuple(targets)), text)
        return
    mode = options.get("m") or options.get("mode") or "755"
    if "t" in options:
        destination = Target(around.absolute(options["t"]), options["t"], is_folder=True)
    elif len(targets) > 1:
        destination = targets.pop()
    else:
        return
    into = True if destination.is_folder or len(targets) > 1 else None
    if "D" in options and destination.path is not None:
        folder = destination.path if into else posixpath.dirname(destination.path)
        around.add(MakeFolders((replace(destination, path=folder),)), text)
    copy = Transfer(tuple(targets), destination, moves=False, into=into, mode=mode, folders=False, follows=True)
    around.add(copy, text)
