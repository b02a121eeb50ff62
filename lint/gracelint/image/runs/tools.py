"""The commands that builds use on files: what ``chmod``, ``mv``, ``sed -i`` … with these words do.

Options are those of GNU coreutils and BusyBox; a command line with an option that is not known here is taken as a
command that is not understood.
"""

from __future__ import annotations

import posixpath
import re
from functools import partial
from typing import TYPE_CHECKING

from ...records import replace
from .actions import (
    Chmod,
    Enter,
    MakeFolders,
    Opaque,
    Probe,
    Remove,
    Rewrite,
    Target,
    Touch,
    Transfer,
    Unpack,
    Write,
)
from .fetching import download, unpack
from .finding import find, xargs
from .options import LEAVES_ALONE, PROJECT_TOOLS, is_option, split, strips_returns
from .placing import install, link, transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...parsers.shell.model import Simple
    from ...source import Text
    from .surroundings import Argument, Each, Surroundings

_SHELLS = ("sh", "bash", "ash", "dash")
_ALL = ("file", "folder", "none")
_KINDS = {"-e": ("file", "folder"), "-f": ("file",), "-d": ("folder",)}
_READS_INPUT = ("-", "-e", "-ex", "-eu", "-eux", "-s", "-x", "-u", "-es")
_RUNS_TEXT = ("-c", "-ec", "-exc", "-lc", "-xc")


def operate(
    command: Simple,
    words: list[Argument],
    around: Surroundings,
    content: Text | None,
    found: Sequence[str | Each | None] | None,
) -> None:
    """Add what one simple command does to files. ``content`` is its input, ``found`` what ``xargs`` would get."""
    name = posixpath.basename(words[0].value)
    text = command.text
    if name == "xargs":
        xargs(words, text, around, found, partial(_handed, text=text, around=around))
    elif name == "find":
        find(words, text, around, partial(_handed, text=text, around=around))
    elif name == "tee":
        options, paths = split(words[1:], "")
        for path in paths:
            around.add(Write(around.target(path), content, "a" in options or "append" in options), text)
    else:
        _named(name, words, text, around)


def _handed(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """A command that another one runs."""
    name = posixpath.basename(words[0].value)
    if name in _SHELLS:
        around.add(Opaque(tuple(around.target(word) for word in words[1:]), f"RUN {name}"), text)
    _named(name, words, text, around)


def _named(name: str, words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    reader = _READERS.get(name)
    if reader is not None:
        reader(words, text, around)
    elif name not in LEAVES_ALONE:
        around.add(
            Opaque(tuple(around.target(each) for word in words for each in _with_value(word)), f"RUN {name}"), text
        )
        if name in PROJECT_TOOLS and around.workdir is not None:
            folder = PROJECT_TOOLS[name]
            around.add(Unpack(Target(posixpath.join(around.workdir, folder), folder), f"RUN {name}"), text)


def _with_value(word: Argument) -> Sequence[Argument]:
    """A word, and what it gives to an option (``of=/run.sh``, ``--output=/run.sh``)."""
    option, separator, _ = word.value.partition("=")
    if not separator or word.text is None:
        return (word,)
    return word, replace(word, text=word.text.cut(len(option) + 1, len(word.text)))


# --- one function for each command ---------------------------------------------------------------------------------


def _cd(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    named = len(words) == 2 and words[1].value != "-"
    target = replace(around.target(words[1]), dotted=None) if named else Target(None, "")
    around.add(Enter(target), text)
    around.workdir = None if target.pattern else target.path
    if around.workdir is not None:
        around.folders.add(around.workdir)


def _probe(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``[ -f path ]``; other questions have answers that nobody knows here."""
    asked = words[1:] if words[0].value == "test" else words[1:-1]
    wanted = _KINDS
    if len(asked) == 3 and asked[0].value == "!":
        wanted = {option: tuple(kind for kind in _ALL if kind not in kinds) for option, kinds in _KINDS.items()}
        asked = asked[1:]
    if len(asked) == 2 and asked[0].value in wanted:
        around.add(Probe(around.target(asked[1]), wanted[asked[0].value]), text)
    else:
        around.add(Probe(Target(None, ""), ()), text)


def _wander(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    around.workdir = None


def _chmod(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    operands = [word for word in words[1:] if not is_option(word.value)]
    recursive = any(is_option(word.value) and "R" in word.value for word in words[1:])
    recursive = recursive or any(word.value == "--recursive" for word in words[1:])
    if len(operands) < 2:
        return
    mode = operands[0]
    targets = tuple(around.target(word) for word in operands[1:])
    around.add(Chmod(targets, None if mode.text is None else mode.value, recursive), text)


def _remove(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    options, operands = split(words[1:], "")
    recursive = not {"r", "R", "recursive"}.isdisjoint(options)
    around.add(Remove(tuple(map(around.target, operands)), recursive, not {"f", "force"}.isdisjoint(options)), text)


def _remove_empty(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``rmdir``: whether the folders are empty is known where the build would have ended otherwise."""
    targets = tuple(map(around.target, split(words[1:], "")[1]))
    around.add(Remove(targets) if around.trust.is_given else Opaque(targets, "RUN rmdir"), text)


def _make_folders(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    options, operands = split(words[1:], "m")
    around.add(MakeFolders(tuple(map(around.target, operands)), not {"p", "parents"}.isdisjoint(options)), text)


def _touch(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    around.add(Touch(tuple(around.target(word) for word in split(words[1:], "dtr")[1])), text)


def _sed(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``sed``: with ``-i`` it rewrites its files."""
    values = [word.value for word in words[1:]]
    in_place = any(re.match(r"-[nErszu]*i|--in-place", value) for value in values)
    scripts: list[str] = []
    files: list[Argument] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if re.fullmatch(r"-[nErszu]*e|-f|--expression|--file", word.value) and rest:
            scripts.append(rest.pop(0).value)
        elif word.value.startswith("-") and len(word.value) > 1:
            if word.value.startswith("--expression="):
                scripts.append(word.value.partition("=")[2])
        else:
            files.append(word)
    if not scripts and files:
        scripts.append(files.pop(0).value)
    if not in_place:
        _reads(files, text, around)
        return
    _kept_as_it_was(files, values, text, around)
    strips = bool(scripts) and all(strips_returns(script) for script in scripts)
    around.add(Rewrite(tuple(around.target(word) for word in files), strips), text)


def _kept_as_it_was(files: Sequence[Argument], options: Sequence[str], text: Text, around: Surroundings) -> None:
    """``sed -i.bak``: the files as they were get another name."""
    suffix = next((found[1] for each in options if (found := re.match(r"(?:-[nErszu]*i|--in-place=)(.+)", each))), "")
    for file in map(around.target, files) if suffix else ():
        if file.path is None or file.pattern:
            around.add(Unpack(Target(around.workdir, "."), "RUN sed"), text)
        else:
            copy = replace(file, path=file.path + suffix, raw=file.raw + suffix)
            around.add(Transfer((file,), copy, moves=False, into=False, folders=False), text)


def _cat(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    _reads([word for word in words[1:] if not word.value.startswith("-")], text, around)


def _reads(files: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """A command that fails if one of these is missing; of no interest where the build would have ended."""
    for word in files if not around.trust.is_given else ():
        around.add(Probe(around.target(word), ("file",)), text)


def _dos2unix(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    options, operands = split(words[1:], "")
    targets = tuple(around.target(word) for word in operands)
    if "n" in options or "newfile" in options:
        around.add(Opaque(targets, "RUN dos2unix"), text)
    else:
        around.add(Rewrite(targets, strips=True, follows=None), text)


def handed_over(words: Sequence[Argument], content: Text | None) -> tuple[Text, bool] | None:
    """The commands that ``sh -c '…'`` runs, or ``sh`` with the input ``content``, and whether it has ``-e``; None of other commands."""
    if posixpath.basename(words[0].value) not in _SHELLS:
        return None
    options = [word.value for word in words[1:]]
    if len(words) > 2 and options[0] in _RUNS_TEXT:
        return None if words[2].text is None else (words[2].text, "e" in options[0])
    if content is not None and all(option in _READS_INPUT for option in options):
        return content, any("e" in option for option in options)
    return None


def _script(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``sh file``: whatever stands in it."""
    around.names.add("(script)")


_READERS: dict[str, Callable[[Sequence[Argument], Text, Surroundings], None]] = {
    "cd": _cd,
    "pushd": _wander,
    "popd": _wander,
    "[": _probe,
    "test": _probe,
    "chmod": _chmod,
    "cp": transfer,
    "mv": transfer,
    "ln": link,
    "rm": _remove,
    "rmdir": _remove_empty,
    "unlink": _remove,
    "mkdir": _make_folders,
    "touch": _touch,
    "install": install,
    "sed": _sed,
    "cat": _cat,
    "dos2unix": _dos2unix,
    "fromdos": _dos2unix,
    "curl": download,
    "wget": download,
    "tar": unpack,
    "bsdtar": unpack,
    "unzip": unpack,
    "git": unpack,
    **dict.fromkeys(_SHELLS, _script),
}
