"""Stages of a Dockerfile and what each leaves behind: configuration and file system steps.

Method: a fold over the instructions of the stage, its parents' first, as ``dispatch`` of BuildKit's
``frontend/dockerfile/dockerfile2llb/convert.go`` does it; each kind of instruction is one small function (`instructions`).

Rules taken from there: the arguments before the first FROM (``buildMetaArgs``) are visible in FROM lines only, and
inside a stage where an ``ARG name`` asks for them; ENTRYPOINT clears a CMD that the same stage has not set
(``dispatchEntrypoint``), and a parent stage counts as "not this stage" (``dispatchState.init``); ONBUILD
instructions of the parent run first in the child (``initOnBuildTriggers``) and are not inherited further. Exec-form
words are never substituted. Stage names are found without regard to case.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...regexes import regex
from ..model import Argument, BaseImage, CommandLine, StopSignal
from ..paths import DEFAULT_PATH
from .configuration import Configuration, Stage, Stages
from .instructions import HANDLERS, declare
from .stop_signal import canonical_signal
from .substitution import expand
from .variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...parsers.dockerfile.model import Dockerfile, Instruction
    from ...source import Text

# platform.go (defaultArgs): set in every build, their values depend on it.
_PLATFORM_ARGS = tuple(
    f"{side}{what}" for side in ("BUILD", "TARGET") for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
)
# One of them, as a part of a stage's name.
_PLATFORM_ARG = regex(r"\$(?:\{(?:build|target)[a-z]+\}|(?:build|target)(?:platform|os|osversion|arch|variant)\b)")


def read_stages(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> Stages:
    """The stages of a Dockerfile; instructions before the first FROM other than ARG belong to none."""
    arguments = Variables(open=False).with_all({name: build_args.get(name) for name in _PLATFORM_ARGS})
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
            arguments = declare(instruction, arguments, None, build_args, dockerfile.escape)
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
    if parent is None and base is not None and (chosen := _of_platform(base, names)) is not None:
        parent = names[chosen]
        reference = chosen
    return Stage(index, name, head, body, base, reference, parent)


def _of_platform(base: Text, names: Mapping[str, int]) -> str | None:
    """The name of the stage that ``FROM build-${TARGETARCH}`` may mean, amd64's or the first: the platform decides which, and they are made to be alike. None of any other base."""
    parts = _PLATFORM_ARG.split(base.value.lower())
    if len(parts) < 2:
        return None
    pattern = "[a-z0-9._-]+".join(re.escape(part) for part in parts)
    found = [name for name in names if re.fullmatch(pattern, name)]
    return next((name for name in found if "amd64" in name), found[0] if found else None)


def configure(stages: Stages, stage: Stage, base_of: Callable[[Stage], BaseImage]) -> Configuration:
    """Run the instructions of a stage and of those it is built on."""
    lineage = stages.lineage(stage)
    state = _start(lineage[0], base_of(lineage[0]))
    for member in lineage:
        triggers, state.onbuild = state.onbuild, []
        state.cmd_set = False
        # The image's own variables win over the build arguments of its parents (``toDispatchState``: AddEnv of Config.Env).
        state.variables = state.variables.fork().with_all(state.env)
        for instruction in (*triggers, *member.instructions):
            state.instructions.append(instruction)
            handler = HANDLERS.get(instruction.keyword)
            if handler is not None:
                handler(state, instruction, stages)
    return state


def _start(stage: Stage, base: BaseImage) -> Configuration:
    """The configuration that a base image hands over."""
    text = stage.base_text
    is_scratch = stage.reference == "scratch"
    env: dict[str, str | None] = dict(base.env)
    env.setdefault("PATH", DEFAULT_PATH)
    variables = Variables(open=not is_scratch).with_all(env)
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
