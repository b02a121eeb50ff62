"""The commands that builds use on files: what ``chmod``, ``mv``, ``sed -i`` … with these words do.

Options are those of GNU coreutils and BusyBox; a command line with an option that is not known here is taken as a
command that is not understood. `LEAVES_ALONE` are commands that change no file of a script's kind by being given its
name; `TAME` ones that put files into the system's own folders only, so that they make no entrypoint.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ..regexes import regex
from .operations import Chmod, MakeFolders, Opaque, Remove, Rewrite, Symlink, Target, Touch, Transfer, Unpack, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..parsers.shell.model import Simple
    from ..source import Text
    from .surroundings import Argument, Surroundings

LEAVES_ALONE = frozenset(
    """: [ addgroup adduser basename bash-completion cat chgrp chown command cut date df diff dirname du echo env exit
    export false file find getent git-config grep groupadd groupmod head hash id ls md5sum openssl-version passwd printf pwd
    readlink realpath return set setcap sha1sum sha256sum sha512sum shellcheck shopt sleep sort stat strings sync
    tail test time true tty type ulimit umask uname unset useradd usermod visudo wc whereis which whoami xargs""".split()
)
TAME = LEAVES_ALONE | frozenset(
    """add-apt-repository apk apt apt-cache apt-get apt-key apt-mark ash bash bsdtar bundle cd chmod conda corepack cp
    curl dash debconf-set-selections deluser dnf dos2unix dpkg dpkg-query easy_install fc-cache find fromdos gem git
    gpg groupdel install key ldconfig ln locale-gen localedef mamba microdnf mkdir mktemp mv npm npx pip pip3 pipenv
    pipx pnpm poetry popd pushd rm rmdir rpm sed sh tar tee touch tr unlink unzip update-alternatives
    update-ca-certificates userdel uv wget yarn yum zypper""".split()
)


def operate(
    command: Simple,
    words: list[Argument],
    around: Surroundings,
    content: Text | None,
    found: tuple[Target, ...] | None,
) -> None:
    """Add what one simple command does to files. ``content`` is its input, ``found`` what ``xargs`` would get."""
    name = posixpath.basename(words[0].value)
    text = command.text
    if name == "xargs":
        _xargs(words, text, around, found)
    elif name == "find":
        _find(words, text, around)
    elif name == "tee":
        options, paths = _split(words[1:], "")
        for path in paths:
            around.add(Write(around.target(path), content, "a" in options or "append" in options), text)
    else:
        _named(name, words, tuple(around.target(word) for word in words[1:]), text, around)


def _named(name: str, words: Sequence[Argument], targets: tuple[Target, ...], text: Text, around: Surroundings) -> None:
    reader = _READERS.get(name)
    if reader is not None:
        reader(words, text, around)
    elif name not in LEAVES_ALONE:
        around.add(Opaque((around.target(words[0]), *targets), f"RUN {name}"), text)


def _split(words: Sequence[Argument], with_value: str) -> tuple[dict[str, str], list[Argument]]:
    """Options (single letters and long names, with their values) and operands.

    ``with_value`` holds the letters whose value may be the next word.
    """
    options: dict[str, str] = {}
    operands: list[Argument] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        value = word.value
        if value == "--":
            operands += rest
            break
        if value.startswith("--"):
            option, _, given = value[2:].partition("=")
            options[option] = given
        elif value.startswith("-") and len(value) > 1:
            letters = value[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in with_value:
                    options[letter] = letters or (rest.pop(0).value if rest else "")
                    break
                options[letter] = ""
        else:
            operands.append(word)
    return options, operands


# --- one function for each command ---------------------------------------------------------------------------------


def _cd(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    target = around.target(words[1]).path if len(words) == 2 and words[1].value != "-" else None
    around.workdir = target
    if target is not None:
        around.folders.add(target)


def _wander(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    around.workdir = None


def _chmod(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    operands = [word for word in words[1:] if not _is_option(word.value)]
    recursive = any(_is_option(word.value) and "R" in word.value for word in words[1:])
    recursive = recursive or any(word.value == "--recursive" for word in words[1:])
    if len(operands) < 2:
        return
    mode = operands[0]
    targets = tuple(around.target(word) for word in operands[1:])
    around.add(Chmod(targets, None if mode.text is None else mode.value, recursive), text)


def _is_option(value: str) -> bool:
    """Whether a word of ``chmod`` is an option, not a mode like ``-x``."""
    return bool(re.fullmatch(r"-[Rvfc]+|--[a-z].*", value))


def _remove(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    around.add(Remove(tuple(around.target(word) for word in _split(words[1:], "")[1])), text)


def _make_folders(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    around.add(MakeFolders(tuple(around.target(word) for word in _split(words[1:], "m")[1])), text)


def _touch(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    around.add(Touch(tuple(around.target(word) for word in _split(words[1:], "dtr")[1])), text)


def _transfer(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``cp`` and ``mv``."""
    options, operands = _split(words[1:], "tS")
    into: bool | None = None
    if "t" in options or "target-directory" in options:
        folder = options.get("t") or options.get("target-directory", "")
        destination = Target(_absolute(folder, around), folder, is_folder=True)
        into = True
    elif len(operands) < 2:
        return
    else:
        destination = around.target(operands.pop())
        into = True if destination.is_folder or len(operands) > 1 else None
    if "T" in options or "no-target-directory" in options:
        into = False
    sources = tuple(around.target(word) for word in operands)
    if any(source.pattern for source in sources):
        into = True
    around.add(Transfer(sources, destination, words[0].value.endswith("mv"), into), text)


def _absolute(path: str, around: Surroundings) -> str | None:
    if not path.startswith("/") and around.workdir is None:
        return None
    return "/" + posixpath.normpath(posixpath.join("/", around.workdir or "/", path)).lstrip("/")


def _link(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    options, operands = _split(words[1:], "tS")
    if "t" in options or not operands:
        around.add(Opaque(tuple(around.target(word) for word in words[1:]), "RUN ln"), text)
        return
    link = around.target(operands.pop()) if len(operands) > 1 else Target(around.workdir, ".", is_folder=True)
    into = "T" not in options and "n" not in options
    if "s" not in options and "symbolic" not in options:
        sources = tuple(around.target(word) for word in operands)
        around.add(Transfer(sources, link, moves=False, into=True if link.is_folder else None), text)
        return
    for operand in operands:
        target = None if operand.text is None else operand.value
        around.add(Symlink(target, link, into or link.is_folder), text)


def _install(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    options, operands = _split(words[1:], "mogtS")
    targets = [around.target(word) for word in operands]
    if "d" in options or "directory" in options:
        around.add(MakeFolders(tuple(targets)), text)
        return
    mode = options.get("m") or options.get("mode") or "755"
    if "t" in options:
        destination = Target(_absolute(options["t"], around), options["t"], is_folder=True)
    elif len(targets) > 1:
        destination = targets.pop()
    else:
        return
    into = True if destination.is_folder or len(targets) > 1 else None
    around.add(Transfer(tuple(targets), destination, moves=False, into=into, mode=mode), text)


def _sed(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``sed``: with ``-i`` it rewrites its files."""
    values = [word.value for word in words[1:]]
    in_place = any(re.match(r"-[nErszu]*i|--in-place", value) for value in values)
    if not in_place:
        return
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
    strips = bool(scripts) and all(strips_returns(script) for script in scripts)
    around.add(Rewrite(tuple(around.target(word) for word in files), strips), text)


# The ways in which people write "take the carriage returns away" for sed.
_RETURNS = regex(r"s([/|#,@])(?:\\r|\r|\\x0[dD]|\\015|\^M)[+*]?\$?\1\1g?;?")


def strips_returns(script: str) -> bool:
    """Whether a ``sed`` script takes carriage returns away and does nothing else."""
    return _RETURNS.fullmatch(script) is not None


def _dos2unix(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    options, operands = _split(words[1:], "")
    targets = tuple(around.target(word) for word in operands)
    if "n" in options or "newfile" in options:
        around.add(Opaque(targets, "RUN dos2unix"), text)
    else:
        around.add(Rewrite(targets, strips=True), text)


def _download(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``curl`` and ``wget``: a file of unknown content."""
    is_wget = words[0].value.endswith("wget")
    options, operands = _split(words[1:], "OoPTtUe" if is_wget else "oHdXuAbcFm")
    output = options.get("O" if is_wget else "o") or options.get("output-document" if is_wget else "output")
    if output:
        around.add(Write(Target(_absolute(output, around), output), None, appends=False), text)
    elif is_wget or "O" in options:
        for operand in operands:
            name = posixpath.basename(operand.value.partition("?")[0])
            folder = options.get("P", ".") if is_wget else "."
            around.add(Write(Target(_absolute(posixpath.join(folder, name), around), name), None, False), text)


def _unpack(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``tar``, ``unzip``, ``git clone``: files of unknown names below a folder."""
    values = [word.value for word in words]
    name = posixpath.basename(values[0])
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
    around.add(Unpack(_absolute(folder, around), f"RUN {name}"), text)
    if name == "git" and not values[-1].endswith(".git") and "://" not in values[-1] and len(values) > 3:
        around.add(Unpack(_absolute(values[-1], around), f"RUN {name}"), text)


def _shell(words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """``sh -c '…'``: read in place; ``sh file`` runs it."""
    if len(words) > 2 and words[1].value in ("-c", "-ec", "-exc", "-lc", "-xc") and words[2].text is not None:
        from ..parsers.shell import parse_command
        from .commands import read_apart

        read_apart(parse_command(words[2].text).body, around)
        return
    around.names.add("(script)")


# --- find and xargs ------------------------------------------------------------------------------------------------


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
            found.append(Target(path, name, pattern=True, deep=True))
    return tuple(found)


def _find(words: list[Argument], text: Text, around: Surroundings) -> None:
    values = [word.value for word in words]
    targets = found_by(words, around)
    if "-delete" in values:
        around.add(Remove(targets), text)
    for at, value in enumerate(values):
        if value in ("-exec", "-execdir"):
            end = next((i for i in range(at, len(values)) if values[i] in (";", "+")), len(values))
            _on_found(words[at + 1 : end], targets, text, around)


def _xargs(words: list[Argument], text: Text, around: Surroundings, found: tuple[Target, ...] | None) -> None:
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
    if name == "chmod" and any(not _is_option(value) for value in values):
        mode = next(value for value in values if not _is_option(value))
        around.add(Chmod(targets, mode, any("R" in value for value in values if _is_option(value))), text)
    elif name in ("rm", "unlink"):
        around.add(Remove(targets), text)
    elif name == "dos2unix":
        around.add(Rewrite(targets, strips=True), text)
    elif name == "sed" and any(value.startswith(("-i", "--in-place")) for value in values):
        scripts = [value for value in values if not value.startswith("-")]
        around.add(Rewrite(targets, bool(scripts) and all(map(strips_returns, scripts))), text)
    elif name not in LEAVES_ALONE:
        around.add(Opaque(targets, f"RUN {name}"), text)


_READERS: dict[str, Callable[[Sequence[Argument], Text, Surroundings], None]] = {
    "cd": _cd,
    "pushd": _wander,
    "popd": _wander,
    "chmod": _chmod,
    "cp": _transfer,
    "mv": _transfer,
    "ln": _link,
    "rm": _remove,
    "rmdir": _remove,
    "unlink": _remove,
    "mkdir": _make_folders,
    "touch": _touch,
    "install": _install,
    "sed": _sed,
    "dos2unix": _dos2unix,
    "fromdos": _dos2unix,
    "curl": _download,
    "wget": _download,
    "tar": _unpack,
    "bsdtar": _unpack,
    "unzip": _unpack,
    "git": _unpack,
    "sh": _shell,
    "bash": _shell,
    "ash": _shell,
    "dash": _shell,
}
