"""The image model: what a built image holds and starts, as far as it can be known without building it.

"Unknown" is a value throughout: None stands for it in strings, and ``missing`` says in words what was not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from ..records import dataclass, field

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..parsers.dockerfile.model import Dockerfile, Instruction
    from ..source import Text

ShellFamily = Literal["dash", "ash", "bash", "none"]
NOT_KNOWN = ""
"""The user of an image whose USER rests on a variable that nobody knows here."""
SignalSource = Literal["default", "dockerfile", "base image", "compose", "kubernetes", "command line"]


@dataclass(frozen=True, slots=True)
class BaseImage:
    """What is known of the image behind FROM; ``reference`` as written, variables expanded.

    ``shell`` is the family of its ``/bin/sh`` (None: not known) and ``shell_version`` as far as the tag decides it. ``entrypoint`` and ``cmd``
    are None where the image sets none; ``known`` is False where nothing is known about it, and then all else is a guess.
    ``source`` names where the facts are from. ``bash_version`` is that of the distribution's bash (which not every image
    of it holds). ``passes_through`` names the entrypoint's scripts, as ENTRYPOINT writes them, that end in exec of their arguments
    (as another user, perhaps); before that they put ``prepends`` in front when the first argument begins with ``-`` or is one of ``prepends_to``.
    ``tools`` are the init wrappers and privilege droppers in the image.
    """

    reference: str
    known: bool
    shell: ShellFamily | None
    shell_version: str | None = None
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    stop_signal: str | None = None
    shell_argv: tuple[str, ...] | None = None
    user: str | None = None
    workdir: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    bash_version: str | None = None
    passes_through: tuple[str, ...] = ()
    prepends: tuple[str, ...] | None = None
    prepends_to: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """One word of a launch: its value in the container and where it was written.

    For words that come from a base image, ``text`` is the image name in FROM; for the ``/bin/sh -c`` of shell form, the
    instruction's keyword. ``inherited`` marks the former, ``implied`` the latter. ``rest``: it stands for any number of words
    that nobody knows here (``value`` is how a person would write them). ``unknown``: it is one word, or some, that a script makes of what
    nobody knows here, written likewise.
    """

    value: str
    text: Text
    inherited: bool = False
    implied: bool = False
    rest: bool = False
    unknown: bool = False


def values(arguments: Iterable[Argument]) -> tuple[str, ...]:
    """The words as the kernel shows them, as far as they are known."""
    return tuple(argument.value for argument in arguments if not argument.rest)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The value of ENTRYPOINT or CMD in force.

    ``form`` says how it was written. ``arguments`` is what the image's configuration holds (in shell form: SHELL and the
    string). ``instruction`` is None where a base image set it.
    """

    form: Literal["exec", "shell"]
    arguments: tuple[Argument, ...]
    instruction: Instruction | None


@dataclass(frozen=True, slots=True)
class StopSignal:
    """The signal that the engine sends. ``name`` is canonical (``SIGTERM``, ``SIGRTMIN+3``); ``text`` where it was
    written. ``raw`` is as written; ``name`` is None where no engine accepts it. ``doubt`` says why it may be another one, empty if it may not."""

    name: str | None
    raw: str
    source: SignalSource
    text: Text | None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A regular file of the image.

    ``content`` is its text (each line knows where it was written), None where it is not known (binary, downloaded,
    changed by a command that gracelint does not model). ``executable`` is None where not known. ``placed`` is the word or
    instruction that put it there, None for the base image's own. ``exact`` is False where something may have changed it since.
    ``appended`` is what a RUN has put behind a text that is not known (``echo "daemon off;" >> /etc/nginx/nginx.conf``).
    """

    path: str
    content: Text | None
    executable: bool | None
    placed: Text | None
    exact: bool = True
    appended: Text | None = None

    @property
    def has_bom(self) -> bool:
        """Whether it begins with a byte order mark, as its document does: no part of the text, but the kernel does not look behind it."""
        if self.content is None or not self.exact:
            return False
        document = self.content.span.document
        return document.bom and self.content.value == document.text


@dataclass(frozen=True, slots=True)
class Absent:
    """A path that is certainly not in the image, with the reason in words (and, if known, the place to mend)."""

    path: str
    reason: str
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A path of which nothing is known (the base image may hold it, a RUN may have made it)."""

    path: str
    reason: str


class Files(Protocol):
    """The files of an image."""

    def lookup(self, path: str) -> ImageFile | Absent | Unknown:
        """What stands at an absolute path, symbolic links followed."""

    def known(self, path: str) -> ImageFile | None:
        """The file at an absolute path, if it is known to be there: cheaper than `lookup`, which also tells why not."""

    def standing(self, path: str) -> Literal["file", "folder", "none", "unknown"]:
        """What kind of thing stands at an absolute path, links followed: ``none`` where certainly nothing does."""

    def link(self, path: str) -> object | None:
        """The symbolic link that stands at an absolute path, if one is known to."""

    def stages(self) -> Iterator[Files]:
        """These files, then those of the stages they were copied from, each once."""

    def made_elsewhere(self, path: str) -> bool:
        """Whether another stage of the Dockerfile makes a file at an absolute path."""

    def origins(self, path: str, *, context: bool = False) -> Iterator[tuple[Files, str]]:
        """An absolute path in these files, then where in the files of other stages it may have been copied from, each once."""

    def runs(self, wanted: re.Pattern[str], words: Sequence[str]) -> bool:
        """Whether a RUN command of their stage holds what is wanted."""

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Unknown:
        """What ``execvp`` would start: a path relative to ``workdir``, or a name looked up in ``search`` (PATH)."""

    def is_mounted(self, path: str) -> bool:
        """Whether a folder or file of the host is laid over a path of the image."""

    def listing(self, folder: str, wanted: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        """Absolute paths of the files known directly or deeper under an absolute folder, sorted; with ``wanted``, only of those, and then no
        other is read."""

    def problem(self, word: Text) -> str | None:
        """What is wrong with a COPY or ADD source word (outside the context, not there), None if nothing."""


@dataclass(frozen=True, slots=True)
class Launch:
    """The argv a container starts with.

    ``entrypoint`` and ``cmd`` are what is in force (None: not set). ``cmd_used`` is False where a shell-form ENTRYPOINT
    drops the CMD. ``arguments`` is empty where nothing is started at all or it is not known.
    """

    arguments: tuple[Argument, ...]
    entrypoint: CommandLine | None
    cmd: CommandLine | None
    cmd_used: bool

    @property
    def argv(self) -> tuple[str, ...]:
        """The words' values."""
        return values(self.arguments)


@dataclass(frozen=True, slots=True)
class Image:
    """The image of one stage: what the container gets.

    ``env`` values are None where not known. ``shell`` is SHELL in force. ``copied`` lists the texts of the COPY/ADD words per
    destination for rules that speak of them. ``user`` is None where nothing sets one (root), `NOT_KNOWN` where nobody knows which.
    """

    dockerfile: Dockerfile
    target: str | None
    from_text: Text | None
    base: BaseImage
    shell: tuple[Argument, ...]
    stop_signal: StopSignal
    launch: Launch
    env: Mapping[str, str | None]
    workdir: str
    user: str | None
    files: Files
    instructions: tuple[Instruction, ...]
    missing: tuple[str, ...]
