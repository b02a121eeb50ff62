"""Stages of a Dockerfile and what each leaves behind: configuration and file system steps.

Method: a fold over the instructions of the stage, its parents' first, as ``dispatch`` of BuildKit's
``frontend/dockerfile/dockerfile2llb/convert.go`` does it; each kind of instruction is one small function.

Rules taken from there: the arguments before the first FROM (``buildMetaArgs``) are visible in FROM lines only, and
inside a stage where an ``ARG name`` asks for them; ENTRYPOINT clears a CMD that the same stage has not set
(``dispatchEntrypoint``), and a parent stage counts as "not this stage" (``dispatchState.init``); ONBUILD
instructions of the parent run first in the child (``initOnBuildTriggers``) and are not inherited further. Exec-form
words are never substituted. Stage names are found without regard to case.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ..records import dataclass, field, replace
from .model import Argument, BaseImage, CommandLine, StopSignal
from .paths import normal
from .steps import Copy, MakeFolder, Run, Source, Step
from .stop_signal import canonical_signal
from .substitution import Variables, expand, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..parsers.dockerfile.model import Dockerfile, Instruction
    from ..source import Text

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DEFAULT_SHELL = ("/bin/sh", "-c")
_LONGEST_PATH = 4096
"""PATH_MAX of Linux (limits.h)."""

# util/system/path.go (DefaultPathEnvUnix), platform.go (defaultArgs): set in every build, their values depend on it.
_PLATFORM_ARGS = tuple(
    f"{side}{what}" for side in ("BUILD", "TARGET") for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
)


@dataclass(frozen=True, slots=True)
class Stage:
    """FROM and its instructions. ``parent`` is the stage that FROM names; ``reference`` the image (None: not known)."""

    index: int
    name: str | None
    head: Instruction
    instructions: tuple[Instruction, ...]
    base_text: Text | None
    reference: str | None
    parent: int | None


@dataclass(frozen=True, slots=True)
class Stages:
    """All stages of a file, with the arguments declared before them."""

    dockerfile: Dockerfile
    build_args: Mapping[str, str]
    arguments: Variables
    stages: tuple[Stage, ...]
    names: Mapping[str, int]

    def find(self, target: str | None) -> Stage | None:
        """The stage of ``--target`` (a name or a number), the last one without; None if there is none."""
        if target is None:
            return self.stages[-1] if self.stages else None
        index = self.names.get(target.lower())
        if index is None and target.isascii() and target.isdigit() and int(target) < len(self.stages):
            index = int(target)
        return None if index is None else self.stages[index]

    def lineage(self, stage: Stage) -> tuple[Stage, ...]:
        """The stage with its parents, the oldest first."""
        line = [stage]
        while (parent := line[-1].parent) is not None:
            line.append(self.stages[parent])
        return tuple(reversed(line))


def read_stages(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> Stages:
    """The stages of a Dockerfile; instructions before the first FROM other than ARG belong to none."""
    arguments = Variables(open=False)
    for name in _PLATFORM_ARGS:
        arguments = arguments.set(name, build_args.get(name))
    stages: list[Stage] = []
    names: dict[str, int] = {}
    body: list[Instruction] = []
    head: Instruction | None = None
    for instruction in (*dockerfile.instructions, None):
        if instruction is None or instruction.keyword == "FROM":
            if head is not None:
                stage = _stage(head, tuple(body), len(stages), arguments, names, dockerfile.escape)
                stages.append(stage)
                if stage.name:
                    names[stage.name] = stage.index
            head, body = instruction, []
        elif head is not None:
            body.append(instruction)
        elif instruction.keyword == "ARG":
            arguments = _declare(instruction, arguments, None, build_args, dockerfile.escape)
    return Stages(dockerfile, build_args, arguments, tuple(stages), names)


def _stage(
    head: Instruction,
    body: tuple[Instruction, ...],
    index: int,
    arguments: Variables,
    names: Mapping[str, int],
    escape: str,
) -> Stage:
    words = head.words
    name = words[2].value.lower() if len(words) == 3 and words[1].value.lower() == "as" else None
    base = words[0] if words else None
    expanded = expand(base, arguments, escape) if base is not None else None
    reference = expanded.value if expanded is not None and expanded.value else None
    parent = names.get(reference.lower()) if reference else None
    return Stage(index, name, head, body, base, reference, parent)


@dataclass(slots=True)
class Configuration:
    """What a stage sets in the image, while the fold is under way and when it is done.

    ``workdir`` is None where not known. ``cmd_set`` tells whether the stage itself has set CMD.
    """

    base: BaseImage
    base_text: Text | None
    variables: Variables
    env: dict[str, str | None]
    workdir: str | None
    user: str | None
    shell: tuple[Argument, ...] | None
    stop_signal: StopSignal
    entrypoint: CommandLine | None
    cmd: CommandLine | None
    cmd_set: bool = False
    onbuild: list[Instruction] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def configure(stages: Stages, stage: Stage, base_of: Callable[[Stage], BaseImage]) -> Configuration:
    """Run the instructions of a stage and of those it is built on."""
    lineage = stages.lineage(stage)
    state = _start(lineage[0], base_of(lineage[0]))
    for member in lineage:
        triggers, state.onbuild = state.onbuild, []
        state.cmd_set = False
        state.variables = state.variables.fork()
        for instruction in (*triggers, *member.instructions):
            state.instructions.append(instruction)
            handler = _HANDLERS.get(instruction.keyword)
            if handler is not None:
                handler(state, instruction, stages)
    return state


def _start(stage: Stage, base: BaseImage) -> Configuration:
    """The configuration that a base image hands over."""
    text = stage.base_text
    is_scratch = stage.reference == "scratch"
    variables = Variables(open=not is_scratch)
    env: dict[str, str | None] = dict(base.env)
    env.setdefault("PATH", DEFAULT_PATH)
    for name, value in env.items():
        variables = variables.set(name, value)
    where = text if text is not None else stage.head.keyword_text

    def inherited(words: tuple[str, ...] | None) -> CommandLine | None:
        if not words:
            return None
        form = "shell" if len(words) == 3 and words[0].endswith("sh") and words[1] == "-c" else "exec"
        arguments = tuple(Argument(word, where, inherited=True) for word in words)
        return CommandLine("shell" if form == "shell" else "exec", arguments, None)

    signal = StopSignal("SIGTERM", "SIGTERM", "default", None)
    if base.stop_signal:
        signal = StopSignal(canonical_signal(base.stop_signal), base.stop_signal, "base image", text)
    shell = tuple(Argument(word, where, inherited=True) for word in base.shell_argv or ()) or None
    state = Configuration(
        base=base,
        base_text=text,
        variables=variables,
        env=env,
        workdir=base.workdir or ("/" if base.known else None),
        user=base.user,
        shell=shell,
        stop_signal=signal,
        entrypoint=inherited(base.entrypoint),
        cmd=inherited(base.cmd),
    )
    if not base.known:
        written = stage.reference or (text.value if text is not None else "")
        state.missing.append(f"base image {written} is not known")
    return state


# --- one function for each kind of instruction ---------------------------------------------------------------------


def _expanded(state: Configuration, word: Text, stages: Stages) -> str | None:
    text = expand(word, state.variables, stages.dockerfile.escape)
    return None if text is None else text.value


def _declare(
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
        if name in build_args:
            value = build_args[name]
        elif separator:
            text = expand(word.cut(len(name) + 1, len(word)), variables, escape)
            value = None if text is None else text.value
        elif outer is not None and outer.get(name)[0]:
            value = outer.get(name)[1]
        elif variables.get(name)[1] is not None:
            continue
        else:
            value = None
        if name:
            variables = variables.set(name, value)
    return variables


def _arg(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    state.variables = _declare(
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


def _user(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    state.user = _expanded(state, instruction.value, stages)


def _shell(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    if instruction.array:
        state.shell = tuple(Argument(word.value, word) for word in instruction.array)


def _stop_signal(state: Configuration, instruction: Instruction, stages: Stages) -> None:
    raw = _expanded(state, instruction.value, stages)
    if raw is None:
        state.missing.append(f"STOPSIGNAL {instruction.value.value} is not known")
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
    state.steps.append(Run(instruction, state.variables, state.workdir, shell))


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
        )
    )


def _is_on(instruction: Instruction, name: str) -> bool:
    flag = instruction.flag(name)
    return flag is not None and (flag.value is None or flag.value.value.lower() == "true")


def _destination(state: Configuration, path: str | None) -> str | None:
    """An absolute destination; a trailing slash (or ``.``) says that it is a folder."""
    if path is None:
        return None
    if not path.startswith("/"):
        if state.workdir is None:
            return None
        path = posixpath.join(state.workdir, path or ".")
    folder = path.endswith(("/", "/.", "/.."))
    clean = normal(path)
    return clean + "/" if folder and clean != "/" else clean


def _origin(value: str, stages: Stages) -> int | str:
    if value.isascii() and value.isdigit() and int(value) < len(stages.stages):
        return int(value)
    return stages.names.get(value.lower(), value)


_HANDLERS: dict[str, Callable[[Configuration, Instruction, Stages], None]] = {
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
    "WORKDIR": _workdir,
}
