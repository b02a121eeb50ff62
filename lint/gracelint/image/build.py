"""From a Dockerfile and its context to the image that it would build: `gracelint.image.model.Image`."""

from __future__ import annotations

import posixpath
from itertools import chain
from typing import TYPE_CHECKING

from ..records import replace
from ..source import join
from .files.effort import Effort
from .files.files import ImageFiles
from .model import Absent, Argument, BaseImage, CommandLine, Image, ImageFile, StopSignal, Unknown
from .stages.instructions import DEFAULT_SHELL
from .stages.launch import build_launch, override
from .stages.stages import configure, read_stages

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..parsers.dockerfile.model import Dockerfile
    from ..source import Document, Text
    from .context.context import Context
    from .entries import Kind
    from .model import Files, Launch
    from .stages.configuration import Configuration, Stage, Stages


def build_image(
    dockerfile: Dockerfile,
    context: Context,
    target: str | None = None,
    *,
    build_args: Mapping[str, str] | None = None,
    base_images: Mapping[str, BaseImage] | None = None,
    user: str | None = None,
    env: Mapping[str, str | None] | None = None,
    workdir: str | None = None,
    entrypoint: Sequence[str | Text] | None = None,
    cmd: Sequence[str | Text] | None = None,
    stop_signal: StopSignal | None = None,
    mounts: Sequence[str] = (),
    perhaps_mounted: Callable[[], Sequence[str]] | None = None,
) -> Image:
    """The image of a stage (``target``, a name or number; the last one without).

    ``base_images`` are the user's own facts, by reference pattern. ``user``, ``env``, ``workdir``, ``entrypoint``, ``cmd`` and
    ``stop_signal`` are what the container is started with (``docker run``, compose, Kubernetes), None: as the image
    says. ``mounts`` are the paths over which files of the host are laid; ``perhaps_mounted`` gives more that may be. Never fails: a file without FROM, or without the target, gives an image of which nothing is known.
    """
    stages = read_stages(dockerfile, build_args or {})
    stage = stages.find(target)
    if stage is None:
        what = "the Dockerfile has no FROM" if not stages.stages else f"there is no stage {target}"
        return _nothing(dockerfile, context, target, what)
    builder = _Builder(stages, context, base_images or {})
    state = builder.configuration(stage.index)
    files = builder.files(stage.index).with_mounts(mounts, perhaps_mounted)
    in_force = override(state.entrypoint, state.cmd, entrypoint, cmd)
    if not state.base.known and in_force[0] is None and _below_s6(files, state, in_force[1]):
        in_force = (
            CommandLine("exec", (Argument("/init", _place_of_base(state, stage), inherited=True),), None),
            in_force[1],
        )
    return Image(
        dockerfile=dockerfile,
        target=target if target is not None else stage.name,
        from_text=state.base_text,
        base=state.base,
        shell=state.shell or _default_shell(stage),
        stop_signal=_sent(stop_signal or state.stop_signal, state.base),
        launch=build_launch(*in_force),
        env={**state.env, **(env or {})},
        workdir=posixpath.join(state.workdir or "/", workdir) if workdir else state.workdir or "/",
        user=user if user is not None else state.user,
        files=files,
        instructions=tuple(state.instructions),
        missing=tuple(dict.fromkeys((*state.missing, *_unknown_launch(state, in_force)))),
    )


def _sent(signal: StopSignal, base: BaseImage) -> StopSignal:
    """The stop signal, of which a Windows container hears nothing: there a stop is an event of its console
    (https://learn.microsoft.com/en-us/windows/console/handlerroutine, ``CTRL_SHUTDOWN_EVENT``)."""
    from .bases.bases import is_windows

    return replace(signal, doubt="a Windows container gets no signals") if is_windows(base.reference) else signal


def _below_s6(files: Files, state: Configuration, cmd: CommandLine | None) -> bool:
    """Whether CMD's script can only be started by s6-overlay, whose ``/init`` is then the ENTRYPOINT of the base image: ``with-contenv`` reads an environment that
    ``/init`` has written, and fails without it (https://github.com/just-containers/s6-overlay#container-environment)."""
    words = cmd.arguments if cmd is not None and cmd.form == "exec" else ()
    found = files.which(words[0].value, state.workdir or "/", state.env.get("PATH") or "") if words else None
    content = found.content if isinstance(found, ImageFile) else None
    first = content.value.partition("\n")[0] if content is not None else ""
    return first.startswith("#!") and "/with-contenv" in first


def _place_of_base(state: Configuration, stage: Stage) -> Text:
    return state.base_text if state.base_text is not None else stage.head.keyword_text


def _unknown_launch(state: Configuration, in_force: tuple[CommandLine | None, CommandLine | None]) -> list[str]:
    """What an unknown base image hides of the launch."""
    entrypoint, cmd = in_force
    if state.base.known or entrypoint is not None:
        return []
    what = "the ENTRYPOINT" if cmd is not None else "what is started"
    return [f"{what} may come from the base image, which is not known"]


def _default_shell(stage: Stage) -> tuple[Argument, ...]:
    return tuple(Argument(word, stage.head.keyword_text, implied=True) for word in DEFAULT_SHELL)


class _Builder:
    """The stages of one Dockerfile, each worked out once and only when needed."""

    def __init__(self, stages: Stages, context: Context, base_images: Mapping[str, BaseImage]) -> None:
        self.stages, self.context, self.base_images = stages, context, base_images
        self._configurations: dict[int, Configuration] = {}
        self._files: dict[int, ImageFiles] = {}
        self._effort = Effort()

    def configuration(self, index: int) -> Configuration:
        if index not in self._configurations:
            lineage = self.stages.lineage(self.stages.stages[index])
            self._effort.spend(sum(len(stage.instructions) for stage in lineage))
            self._configurations[index] = configure(self.stages, self.stages.stages[index], self.base)
        return self._configurations[index]

    def files(self, index: int) -> ImageFiles:
        if index not in self._files:
            state = self.configuration(index)

            def earlier(other: int) -> ImageFiles | None:
                return self.files(other) if other < index else None

            self._files[index] = ImageFiles(state.steps, self.context, state.base, earlier, self._effort)
        return self._files[index]

    def base(self, stage: Stage) -> BaseImage:
        """The base image of a stage; of one that is not known, its shell as the package manager tells it that the stages built on it call, which knows better than the image's name."""
        written = stage.base_text.value if stage.base_text is not None else ""
        reference = stage.reference or (_HOME_ASSISTANT if self._is_add_on(written) else None)
        if reference is None:
            found = BaseImage(written, False, None)
        else:
            from .bases.bases import base_image

            found = base_image(reference, self.base_images)
        if found.known:
            return found
        from .bases.package_manager import shell_of

        told = shell_of(chain.from_iterable(other.instructions for other in self._built_on(written)))
        if told is None or told == found.shell:
            return found
        return replace(found, shell=told, shell_version=None, bash_version=None)

    def _built_on(self, base: str) -> Iterator[Stage]:
        """The stages that stand on a base image, written like this."""
        for stage in self.stages.stages:
            lineage = self.stages.lineage(stage)
            if any(one.base_text is not None and one.base_text.value == base for one in lineage):
                yield stage

    def _is_add_on(self, base: str) -> bool:
        """Whether a base that is not known is the one that Home Assistant's builder gives an add-on: its configuration stands beside the Dockerfile."""
        return base.strip("${}") == "BUILD_FROM" and any(
            self.context.entry(name).kind == "file" for name in ("config.yaml", "config.yml", "config.json")
        )


# What Home Assistant's builder takes for BUILD_FROM unless told otherwise; the others start with s6-overlay as well
# (https://developers.home-assistant.io/docs/add-ons/configuration#add-on-extended-build).
_HOME_ASSISTANT = "ghcr.io/home-assistant/base"


def standalone(document: Document, *, argv: Sequence[str] = ()) -> Image:
    """The image of a script that is linted by itself: the launch is the script, everything around it unknown.

    ``argv`` are the words it gets; without, nobody knows how many it gets. A script without shebang is given to the interpreter that its name asks for, as the
    kernel would not start it. The Dockerfile is an empty one of the same document.
    """
    from ..parsers.dockerfile.model import Dockerfile

    text = document.whole()
    here = text.cut(0, 0)
    path = "/" + posixpath.basename(document.path)
    words = [path, *argv]
    if not document.text.startswith("#!"):
        words.insert(0, "python3" if path.endswith(".py") else "/bin/sh")
    arguments = tuple(Argument(word, join([(word, here)]), implied=word != path) for word in words)
    if not argv:
        arguments += (Argument("$@", join([("$@", here)]), implied=True, rest=True),)
    return _image(
        Dockerfile(document, "\\", (), (), (), ()),
        launch=build_launch(CommandLine("exec", arguments, None), None),
        files=_OneFile(ImageFile(path, text, None, None)),
        missing="the image is not known: the script is linted by itself",
    )


def _nothing(dockerfile: Dockerfile, context: Context, target: str | None, reason: str) -> Image:
    """The image of a Dockerfile that builds none."""
    files = ImageFiles((), context, _NO_BASE, lambda _: None)
    return _image(dockerfile, launch=build_launch(None, None), files=files, missing=reason, target=target)


_NO_BASE = BaseImage("", known=False, shell=None)


def _image(dockerfile: Dockerfile, *, launch: Launch, files: Files, missing: str, target: str | None = None) -> Image:
    """An image of which no more is known than its launch and files."""
    text = dockerfile.document.cut(0, 0)
    return Image(
        dockerfile=dockerfile,
        target=target,
        from_text=None,
        base=_NO_BASE,
        shell=tuple(Argument(word, text, implied=True) for word in DEFAULT_SHELL),
        stop_signal=StopSignal("SIGTERM", "SIGTERM", "default", None),
        launch=launch,
        env={},
        workdir="/",
        user=None,
        files=files,
        instructions=(),
        missing=(missing,),
    )


class _OneFile:
    """The files of an image of which one file is known."""

    def __init__(self, file: ImageFile) -> None:
        self._file = file

    def known(self, path: str) -> ImageFile | None:
        found = self.lookup(path)
        return found if isinstance(found, ImageFile) else None

    def lookup(self, path: str) -> ImageFile | Absent | Unknown:
        return self._file if path == self._file.path else Unknown(path, "the image is not known")

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Unknown:
        return self.lookup(posixpath.normpath(posixpath.join(workdir, command)) if "/" in command else command)

    def standing(self, path: str) -> Kind:
        return "file" if path == self._file.path else "unknown"

    def link(self, path: str) -> None:
        return None

    def stages(self) -> Iterator[Files]:
        yield self

    def made_elsewhere(self, path: str) -> bool:
        return False

    def origins(self, path: str, *, context: bool = False) -> Iterator[tuple[Files, str]]:
        yield self, path

    def runs(self, wanted: re.Pattern[str], words: Sequence[str]) -> bool:
        return False

    def is_mounted(self, path: str) -> bool:
        return False

    def listing(self, folder: str, wanted: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        path = self._file.path
        return (path,) if folder == "/" and (wanted is None or wanted(path)) else ()

    def problem(self, word: Text) -> str | None:
        return None
