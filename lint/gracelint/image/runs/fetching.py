"""Commands that bring files from elsewhere: downloads, archives, clones."""

from __future__ import annotations

import posixpath
from itertools import pairwise
from typing import TYPE_CHECKING

from ...regexes import regex
from .actions import Opaque, Target, Unpack, Write
from .options import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from .surroundings import Argument, Surroundings

_PACKS = regex(r"-?[a-zA-Z]*c[a-zA-Z]*|--create")


def download(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``curl`` and ``wget``: a file of unknown content."""
    is_wget = words[0].value.endswith("wget")
    options, operands = split(words[1:], "OoPTtUe" if is_wget else "oHdXuAbcFm")
    output = options.get("O" if is_wget else "o") or options.get("output-document" if is_wget else "output")
    if output:
        around.add(Write(Target(around.absolute(output), output), None, appends=False), text)
    elif is_wget or "O" in options:
        for operand in operands:
            name = posixpath.basename(operand.value.partition("?")[0])
            folder = options.get("P", ".") if is_wget else "."
            around.add(Write(Target(around.absolute(posixpath.join(folder, name)), name), None, False), text)


def unpack(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``tar``, ``unzip``, ``git clone``: files of unknown names below a folder."""
    values = [word.value for word in words]
    name = posixpath.basename(values[0])
    if name.endswith("tar") and _PACKS.fullmatch(" ".join(values[1:2])):
        _pack(words, text, around)
        return
    folder = "."
    for option in ("-C", "--directory", "-d") if name != "git" else ():
        if option in values[:-1]:
            folder = values[values.index(option) + 1]
    for value in values:
        if value.startswith("--directory="):
            folder = value.partition("=")[2]
    if name == "git" and "clone" not in values:
        around.add(Opaque(tuple(around.target(word) for word in words[2:]), "RUN git"), text)
        if not {"checkout", "reset", "pull", "apply", "submodule", "init"} & set(values[1:3]):
            return
    if (
        "clone" in values
        and name == "git"
        and not values[-1].endswith(".git")
        and ":" not in values[-1]
        and len(values) > 3
    ):
        folder = values[-1]  # where a clone goes, if it is said
    around.add(Unpack(Target(around.absolute(folder), folder), f"RUN {name}"), text)


def _pack(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``tar -c``: an archive."""
    for option, word in pairwise(words):
        if option.value == "--file" or (option.value[-1:] == "f" and not option.value.startswith("--")):
            around.add(Write(around.target(word), None, appends=False), text)
            return
