"""What each kind of instruction does to the configuration and the file system of its stage: one small function each.

The rules are those of ``dispatch`` of BuildKit's ``frontend/dockerfile/dockerfile2llb/convert.go``, named where they are followed.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from ..model import NOT_KNOWN, Argument, CommandLine, StopSignal
from ..paths import normal
from .steps import Copy, MakeFolder, Run, Source
from .stop_signal import canonical_signal
from .substitution import expand, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...parsers.dockerfile.model import Instruction
    from ...source import Text
    from .configuration import Configuration, Stages
    from .variables import Variables

DEFAULT_SHELL = ("/bin/sh", "-c")
_LONGEST_PATH = 4096
"""PATH_MAX of Linux (limits.h)."""


def _expanded(state: Configuration, word: Text, stages: Stages) -> str | None:
    text = expand(word, state.variables, stages.dockerfile.escape)
    return None if text is None else text.value


def declare(
    instruction: Instruction,
    variables: Variables,
    outer: Variables | None,
    build_args: Mapping[str, str],
    escape: str,
) -> Variables:
    """ARG (``dispatchArg``, ``buildMetaArgs``): a build argument wins, then the default, then the global argument.

    Declared without any value it is not known, as it exists only to be given when building; unless something else
    has set it already.
    """
    for word in split_words(instruction.value, escape):
        name, separator, _ = word.value.partition("=")
        value: str | None
        asked_for = False
        if name in build_args:
            value = build_args[name]
        elif separator:
            text = expand(word.cut(len(name) + 1, len(word)), variables, escape)
            value = None if text is None else text.value
        elif outer is not None and outer.get(name)[0]:
            value, asked_for = outer.get(name)[1], outer.is_asked_for(name)
        elif variables.get(name)[1] is not None:
            continue
        else:
            value, asked_for = None, True
        if name:
            variables = variables.set(name, value, asked_for=asked_for)
    return variables


def _arg(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    state.variables = declare(
        instruction, state.variables, stages.arguments, stages.build_args, stages.dockerfile.escape
    )


def _env(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    """ENV: all values of one instruction see the variables before it; ``ENV name value`` is the old form."""
    escape = stages.dockerfile.escape
    words = split_words(instruction.value, escape)
    pairs: list[tuple[Text, Text]] = []
    if words and "=" not in words[0].value:
        rest = instruction.value.value
        name = rest.split(None, 1)[0]
        behind = instruction.value.cut(rest.index(name) + len(name), len(rest)).strip()
        pairs.append((words[0].cut(0, len(name)), behind))
    for word in words if not pairs else ():
        name, separator, _ = word.value.partition("=")
        if separator:
            pairs.append((word.cut(0, len(name)), word.cut(len(name) + 1, len(word))))
    values = [(_expanded(state, name, stages), _expanded(state, value, stages)) for name, value in pairs]
    for key, new in values:
        if key:
            state.variables = state.variables.set(key, new)
            state.env[key] = new


def _workdir(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    """WORKDIR: relative to the one before (``NormalizeWorkdir`` of util/system/path.go)."""
    path = _expanded(state, instruction.value, stages)
    if path is None:
        state.workdir = None
        state.steps.append(MakeFolder(None, instruction.value))
        state.missing.append(f"WORKDIR {instruction.value.value} is not known")
        return
    if not path.startswith("/"):
        if state.workdir is None:
            return
        path = posixpath.join(state.workdir, path)
    if len(path) > _LONGEST_PATH:
        state.workdir = None
        state.missing.append("WORKDIR is longer than any path may be")
        return
    state.workdir = normal(path)
    state.steps.append(MakeFolder(state.workdir, instruction.value))


def _volume(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    """VOLUME: the engine makes its folders where they are not there."""
    words = instruction.array or split_words(instruction.value, stages.dockerfile.escape)
    for word in words:
        path = _expanded(state, word, stages)
        if path is not None and path.startswith("/") and len(path) <= _LONGEST_PATH:
            state.steps.append(MakeFolder(normal(path), word))


def _user(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    user = _expanded(state, instruction.value, stages)
    state.user = NOT_KNOWN if user is None else user


def _shell(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    if instruction.array:
        state.shell = tuple(Argument(word.value, word) for word in instruction.array)


def _stop_signal(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    raw = _expanded(state, instruction.value, stages)
    if raw is None:
        state.stop_signal = replace(state.stop_signal, doubt=f"STOPSIGNAL {instruction.value.value} is not known")
        return
    state.stop_signal = StopSignal(canonical_signal(raw), raw, "dockerfile", instruction.value)


def _command_line(state: Configuration, instruction: Instruction) -> CommandLine | None:
    """The value of ENTRYPOINT or CMD as the image's configuration holds it; None where it is empty."""
    if instruction.array is not None:
        words = tuple(Argument(word.value, word) for word in instruction.array)
        return CommandLine("exec", words, instruction)
    if not instruction.value.value:
        return None
    return CommandLine("shell", (*implied_shell(state.shell, instruction), _string(instruction)), instruction)


def _string(instruction: Instruction) -> Argument:
    return Argument(instruction.value.value, instruction.value)


def implied_shell(shell: tuple[Argument, ...] | None, instruction: Instruction) -> tuple[Argument, ...]:
    """The words that shell form puts in front."""
    if shell is not None:
        return tuple(replace(word, implied=True) for word in shell)
    return tuple(Argument(word, instruction.keyword_text, implied=True) for word in DEFAULT_SHELL)


def _cmd(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    state.cmd = _command_line(state, instruction)
    state.cmd_set = True


def _entrypoint(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    state.entrypoint = _command_line(state, instruction)
    if not state.cmd_set:
        state.cmd = None


def _onbuild(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    if instruction.inner is not None:
        state.onbuild.append(instruction.inner)


def _run(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    shell = tuple(word.value for word in state.shell) if state.shell else DEFAULT_SHELL
    user = "root" if state.user is None else state.user.partition(":")[0]
    state.steps.append(Run(instruction, state.variables, state.workdir, shell, user in ("root", "0")))


def _copy(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    """COPY and ADD (``parseSourcesAndDest``, ``dispatchCopy``)."""
    words = instruction.array if instruction.array is not None else instruction.words
    if len(words) < 2:
        return
    heredocs = {doc.marker.value: doc for doc in instruction.heredocs}
    sources: list[Source] = []
    for word in words[:-1]:
        doc = heredocs.get(word.value)
        if doc is None:
            sources.append(Source(word, _expanded(state, word, stages)))
            continue
        body = expand(doc.body, state.variables, quotes=False) if doc.expands else doc.body
        sources.append(Source(word, doc.name, is_heredoc=True, content=body))
    mode, origin = instruction.flag("chmod"), instruction.flag("from")
    state.steps.append(
        Copy(
            instruction,
            tuple(sources),
            _destination(state, _expanded(state, words[-1], stages)),
            _origin(origin.value.value, stages) if origin is not None and origin.value is not None else None,
            _expanded(state, mode.value, stages) if mode is not None and mode.value is not None else None,
            adds=instruction.keyword == "ADD",
            parents=_is_on(instruction, "parents"),
            excludes=tuple(
                flag.value.value for flag in instruction.flags if flag.name == "exclude" and flag.value is not None
            ),
            workdir=state.workdir,
            apart=_is_on(instruction, "link"),
        )
    )


def _is_on(instruction: Instruction, name: str) -> bool:
    flag = instruction.flag(name)
    return flag is not None and (flag.value is None or flag.value.value.lower() == "true")


def _destination(state: Configuration, path: str | None) -> str | None:
    """An absolute destination; a trailing slash (or ``.``) says that it is a folder (``NormalizePath`` of util/system/path.go)."""
    if path is None:
        return None
    if not path.startswith("/"):
        if state.workdir is None:
            return None
        path = posixpath.join(state.workdir, path or ".")
    folder = path.endswith(("/", "/."))
    clean = normal(path)
    return clean + "/" if folder and clean != "/" else clean


def _origin(value: str, stages: Stages) -> int | str:
    if value.isascii() and value.isdigit() and int(value) < len(stages.stages):
        return int(value)
    return stages.names.get(value.lower(), value)


HANDLERS: dict[str, Callable[[Configuration, Instruction, Stages], None]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _cmd,
    "COPY": _copy,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
