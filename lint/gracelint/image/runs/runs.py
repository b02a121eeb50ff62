"""RUN: its commands as file operations, read only when a path is asked for that they could concern.

A cheap look at the text comes first, because reading shell takes longer than all the rest: a RUN is read when a word of
it names the path, a folder above it, or matches it, or names something with the same base name. What is a script of its
own (``RUN <<EOF`` with ``#!``) or written for another shell (PowerShell) stays unread.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ...records import dataclass, replace
from ...regexes import regex
from ...source import join
from ..entries import contains
from . import readings
from .options import PROJECT_TOOLS
from .reach import Reach, upwards
from .readings import Reading

if TYPE_CHECKING:
    from ...parsers.dockerfile.model import Flag
    from ...source import Text
    from ..model import ShellFamily
    from ..stages.steps import Run
    from ..stages.variables import Variables

# What changes files without naming them: by folder, by pattern, in a loop.
_TREE_COMMAND = regex(r"\b(?:do|chmod|mv|cp|rm|ln|find|xargs|tar|unzip|git|install|sed|dos2unix|rsync|mkdir)\b")
# A pattern of which the names tell something, and what may use it in a folder that is not known.
_PATTERN = regex(r"\w[*?\[]|[*?\]]\.?\w")
_TAKES = regex(r"\b(?:cp|mv|install)\s|\b(?:cd|pushd)\s+\S*\$")
# What takes what stands in the working folder, and what puts files of unknown names there.
_TAKES_ALL = regex(r"\b(?:ls|find|grep)\b[^;&|]*\|")
_UNPACKS = regex(
    r"\b(?:bsd)?tar\s+(?:-{1,2}\w+\s+)*-{0,2}\w*x|\bunzip\s|\bgit\s+(?:-\S+\s+)*(?:clone|checkout|reset|pull|apply|submodule|init)\b"
)
_SEPARATORS = regex(r"[\s;&|()<>\"'`=,:]+")
_VARIABLE = regex(r"\$(?:(\w+)|\{(\w+)\})")
# A dollar that is left belongs to what is not known before it runs, `$(…)`.
_WILDCARD = regex(r"[*?\[{$]")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "busybox"})
_SCRIPT = regex(r"\.(?:sh|bash|py)$|entry-?point", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What the words of a RUN name: base names, whole paths, and beginnings and ends of paths (of wildcards and variables)."""

    text: str
    names: frozenset[str]
    paths: frozenset[str]
    beginnings: tuple[str, ...]
    ends: tuple[str, ...]


def mentions(step: Run) -> Mentions:
    """Look at the words of a RUN."""
    text, workdir = all_text(step), step.workdir or "/"
    mounted = [posixpath.normpath(posixpath.join(workdir, folder)) for folder in _mounts(step)]
    if mounted:
        named = _mentions(text, workdir, step.variables)
        paths = named.paths.union(*map(upwards, mounted))
        return replace(named, paths=paths, beginnings=(*named.beginnings, *(f"{folder}/" for folder in mounted)))
    if "$" in text or len(text) > readings.LONGEST:
        return _mentions(text, workdir, step.variables)
    return _same_mentions(text, workdir)


@lru_cache(maxsize=readings.MOST)
def _same_mentions(text: str, workdir: str) -> Mentions:
    """Those of a RUN without variables, which many Dockerfiles may share."""
    return _mentions(text, workdir, None)


def _mentions(text: str, workdir: str, variables: Variables | None) -> Mentions:
    has_tree_command = bool(_TREE_COMMAND.search(text))
    names, paths, beginnings = set(), set(), set()
    ends: set[str] = set()
    if has_tree_command and (_UNPACKS.search(text) or _TAKES_ALL.search(text)):
        beginnings.add(workdir.rstrip("/") + "/")
    if "$" in text and _may_take_anything(text, variables):
        beginnings.add("/")
    for word in _SEPARATORS.split(text):
        if not word or word.startswith("-"):
            ends.update({word[word.index(".") :]} if "." in word else ())  # sed -i.bak
            continue
        name = posixpath.basename(word.rstrip("/"))
        names.add(name)
        if name in PROJECT_TOOLS:
            beginnings.add(posixpath.join(workdir, PROJECT_TOOLS[name]))
        if not has_tree_command:
            continue
        if "$" in word:
            # What is left of a loop's variable ("$f.sh") may still tell by its end.
            end = _VARIABLE.split(word)[-1].rpartition("}")[2]
            if end and not end.startswith("$"):
                ends.add(end)
            whole = _VARIABLE.sub(lambda match: _value(variables, match[1] or match[2]), word)
            start = word.partition("$")[0]
            if posixpath.basename(start):
                beginnings.add(posixpath.join(workdir, start))
            if not whole.strip("$") and ("chmod" in text or "%" in word):
                beginnings.add("/")
            word = whole
        whole = posixpath.join(workdir, word)
        wild = _WILDCARD.search(whole)
        folder = posixpath.normpath(whole)
        if wild is not None:
            beginnings.add(whole[: wild.start()])
        elif word.startswith(("/", ".")) or folder != workdir:
            paths.add(folder)
            beginnings.add(folder if folder.endswith("/") else folder + "/")
    return Mentions(text, frozenset(names), frozenset(paths), tuple(beginnings), tuple(ends))


def _may_take_anything(text: str, variables: Variables | None) -> bool:
    """Whether a pattern may be at work in, or files that it names be put in, a folder of which nothing is known."""
    if _PATTERN.search(text) is None or _TAKES.search(text) is None:
        return False
    return "$(" in text or any(not _value(variables, match[1] or match[2]) for match in _VARIABLE.finditer(text))


def concerns(named: Mentions, path: str) -> bool:
    """Whether RUN could do something to the path by naming it; a cheap answer that errs on the side of yes."""
    name = path.rpartition("/")[2]
    if name in named.names or path in named.paths or ("." in name and name in named.text):
        return True
    return path.startswith(named.beginnings) or path.endswith(named.ends)


def _value(variables: Variables | None, name: str) -> str:
    return "" if variables is None else variables.get(name)[1] or ""


def size(step: Run) -> int:
    """How many characters there are to read."""
    return len(step.instruction.value) + sum(len(doc.body) for doc in step.instruction.heredocs)


def all_text(step: Run) -> str:
    """All that a RUN is told, of an exec form the words as they come out of their quotes."""
    instruction = step.instruction
    words = [instruction.value] if instruction.array is None else instruction.array
    return "\n".join((*(word.value for word in words), *(doc.body.value for doc in instruction.heredocs)))


def read(step: Run, shell: ShellFamily | None) -> Reading:
    """Read the commands of a RUN; ``shell`` is the family of the image's ``/bin/sh``."""
    family = _family(step, shell)
    text = _command(step)
    mounted = _mounts(step)
    if text is not None and not mounted and (known := readings.recalled(text, step, family)) is not None:
        return known
    from .actions import Mount, Opaque, Target, Unpack
    from .surroundings import Surroundings

    around = Surroundings(step.workdir, step.variables, family, stops=_stops(step, text), hindered=not step.as_root)
    mounts = [Target(around.absolute(folder), folder) for folder in mounted if "$" not in folder]
    for target in mounts:
        around.add(Mount(target, ends=False), step.instruction.value)
    for folder in mounted if len(mounts) < len(mounted) else ():
        around.add(Unpack(Target(None, folder), "RUN --mount"), step.instruction.value)
    if text is None:
        around.names.add("(another shell)")
        around.add(Opaque((Target(None, all_text(step)),), "RUN"), step.instruction.value)
    else:
        from ...parsers.shell import parse_command
        from .commands import read_commands

        read_commands(parse_command(text).body, around)
    around.settle(step.instruction.value)
    for target in mounts:
        around.add(Mount(target, ends=True), step.instruction.value)
    known_folder = step.workdir is not None and around.workdir is not None
    folders = frozenset((*around.folders, step.workdir or "/")) if known_folder else None
    reach = Reach(operation.spread() for operation in around.operations)
    reading = Reading(tuple(around.operations), frozenset(around.names), folders, reach)
    if text is not None and not mounted:
        readings.keep(text, step, family, reading, around.asked)
    return reading


def _mounts(step: Run) -> list[str]:
    return [folder for flag in step.instruction.flags if flag.name == "mount" for folder in _mounted(flag)]


def _mounted(flag: Flag) -> list[str]:
    """Where ``--mount`` puts what the image does not keep."""
    options = [option.partition("=") for option in ("" if flag.value is None else flag.value.value).split(",")]
    return [value for name, _, value in options if name in ("target", "dst", "destination")]


def _family(step: Run, shell: ShellFamily | None) -> ShellFamily | None:
    name = posixpath.basename(step.shell[0])
    return "bash" if name == "bash" else "dash" if name == "dash" else "ash" if name == "ash" else shell


def _stops(step: Run, text: Text | None) -> bool:
    """Whether the shell is started with ``-e``."""
    array = step.instruction.array
    first = "" if text is None else text.value.partition("\n")[0]
    shell = step.shell if array is None else [word.value for word in array[:-1]]
    options = first.split()[1:] if first.startswith("#!") else shell[1:]
    return any(option == "errexit" or regex(r"-[a-z]*e[a-z]*").fullmatch(option) for option in options)


def _command(step: Run) -> Text | None:
    """The shell text that RUN runs (``dispatchRun``, convert.go); None where it is not one for a POSIX shell."""
    instruction = step.instruction
    if instruction.array is not None:
        values = [word.value for word in instruction.array]
        if len(values) == 3 and posixpath.basename(values[0]) in _SHELLS and values[1].endswith("c"):
            return instruction.array[2]
        return _quoted(instruction.array)
    if posixpath.basename(step.shell[0]) not in _SHELLS:
        return None
    docs = instruction.heredocs
    if not docs:
        return instruction.value
    if instruction.value.value.strip() == docs[0].marker.value:
        body = docs[0].body
        first = body.value.partition("\n")[0]
        is_shell = not first.startswith("#!") or posixpath.basename(first.split()[-1]) in _SHELLS
        return body if is_shell else None
    parts: list[Text | tuple[str, Text]] = [instruction.value]
    for doc in docs:
        parts += [("\n", doc.marker), doc.body, (doc.name, doc.marker)]
    return join(parts)


def _quoted(words: tuple[Text, ...]) -> Text | None:
    """An exec form as the shell command that means the same."""
    parts: list[Text | tuple[str, Text]] = []
    for word in words:
        if "'" in word.value:
            return None
        start, end = word.cut(0, 0), word.cut(len(word), len(word))
        parts += [("'", start), word, ("' ", end)]
    return join(parts) if parts else None


def may_make(reading: Reading, path: str) -> bool:
    """Whether RUN may have made the path without naming it.

    Package managers and the like (`TAME`) write into the system's folders; compilers and the like (`LOCAL`) where they run as well, but a
    script (an entrypoint above all) they make nowhere else without being named. Whoever is not known, a script of somebody's own above all, may make
    anything anywhere.
    """
    from .options import LOCAL, TAME

    if any(f"/{place}/" in f"{path}/" and tool in reading.names for tool, place in PROJECT_TOOLS.items()):
        return True
    others = reading.names - TAME
    if not others:
        return False
    if not _SCRIPT.search(path) or reading.folders is None or not others <= LOCAL:
        return True
    return any(contains(folder, path) and folder != "/" for folder in reading.folders)


def behind(step: Run, reading: Reading, text: Text) -> Reading:
    """What of RUN is written behind one of its operations: the commands met there."""
    whole = step.instruction.value
    if text.buffer is not whole.buffer:
        return reading
    rest = map(posixpath.basename, _SEPARATORS.split(whole.value[text.end - whole.start :]))
    return replace(reading, names=reading.names & set(rest))


def may_build(reading: Reading, path: str) -> bool:
    """Whether RUN may have made something at the path that is no script: a project's build its ``dist``, ``useradd`` a home."""
    from .options import BUILDERS

    return not _SCRIPT.search(path) and not BUILDERS.isdisjoint(reading.names)


def written(reading: Reading) -> tuple[str, ...]:
    """Absolute paths that RUN writes, for listings."""
    from .actions import Target

    paths: list[str] = []
    for operation in reading.operations:
        action = operation.action
        targets = (getattr(action, "target", None), getattr(action, "destination", None))
        paths += [each.path for each in targets if isinstance(each, Target) and each.path is not None]
    return tuple(paths)
