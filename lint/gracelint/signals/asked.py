"""An image that is asked, and what it answers: the questions of `gracelint.signals.recall`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..image.model import Absent, BaseImage, Image, ImageFile, Unknown
from ..records import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Hashable, Iterator

    from ..image.model import CommandLine, Files
    from ..source import Text

_VALUES = frozenset({"env", "missing", "user", "workdir"})
_WRITTEN = frozenset({"launch", "stop_signal"})
"""Of an image's attributes, those that hold no place, and those whose places `places` knows."""


def written(image: Image) -> Hashable:
    """How the launch of an image is written, and with what it is stopped."""
    words = [(word.value, word.inherited, word.implied, word.rest) for word in image.launch.arguments]
    sources = [(line.form, _source(line)) for line in lines(image)]
    signal = image.stop_signal
    return (tuple(words), tuple(sources), signal.name, signal.raw, signal.source)


def lines(image: Image) -> list[CommandLine]:
    """ENTRYPOINT and CMD in force."""
    return [line for line in (image.launch.entrypoint, image.launch.cmd) if line is not None]


def _source(line: CommandLine) -> tuple[str, str] | None:
    instruction = line.instruction
    if instruction is None:
        return None
    document, start, end = instruction.span
    return document.text[start:end], instruction.escape


class Question(NamedTuple):
    """``of`` the image, its base, or the files of one of its stages (a number, see `Files.stages`): an attribute, or a method with its arguments."""

    of: str | int
    name: str
    arguments: tuple[Any, ...] = ()

    def same(self, other: Question) -> bool:
        """Whether it is the same question. Functions among the arguments are made anew each time; who comes to ask with one at the same place
        asks with the same one."""
        return self[:2] == other[:2] and all(
            one == another or callable(one) for one, another in zip(self.arguments, other.arguments, strict=True)
        )


class Inquiry:
    """Asks an image. ``asked`` are the questions with their answers in comparable form, ``contents`` the texts of files among
    the answers, in order. ``steady``: nothing was asked for that cannot be compared."""

    def __init__(self, image: Image) -> None:
        self.asked: list[tuple[Question, Hashable]] = []
        self.contents: list[Text] = []
        self.steady = True
        self.real = image
        self._files: list[Files] = [image.files]
        self._answers: dict[Question, Any] = {}

    @property
    def image(self) -> Image:
        """The image, which asks here whatever it is asked."""
        return _AskedImage(self, self.real)

    def ask(self, question: Question) -> Hashable:
        """The answer in comparable form."""
        self.answer(question)
        return self.asked[-1][1]

    def answer(self, question: Question) -> Any:
        """The answer, noted when it is first given."""
        once = not any(map(callable, question.arguments))
        if once and question in self._answers:
            return self._answers[question]
        of, name, arguments = question
        if name == "stages":
            self._files = list(self.real.files.stages())
            found = len(self._files)
        elif isinstance(of, int):
            found = getattr(self._files[of], name)(*arguments)
        else:
            found = getattr(self.real if of == "image" else self.real.base, name)
        self.asked.append((question, self._comparable(found)))
        if once:
            self._answers[question] = found
        return found

    def _comparable(self, found: Any) -> Hashable:
        if isinstance(found, ImageFile):
            if found.content is not None:
                self.contents.append(found.content)
                # A text that RUN wrote stands in the Dockerfile, which is another one.
                self.steady = self.steady and found.content is found.content.span.document.whole()
            content, placed = (None if text is None else text.value for text in (found.content, found.placed))
            return (found.path, content, found.executable, found.exact, found.has_bom, placed)
        if isinstance(found, Absent):
            return (found.path, found.reason)
        if isinstance(found, dict):
            return tuple(found.items())
        return type(found).__name__ if isinstance(found, Unknown) else found


class _AskedImage(Image):
    """An image whose attributes are noted as they are asked for."""

    __slots__ = ("_base", "_files", "_inquiry", "_real")

    def __init__(self, inquiry: Inquiry, real: Image) -> None:
        for name, value in (
            ("_inquiry", inquiry),
            ("_real", real),
            ("_base", _AskedBase(inquiry)),
            ("_files", _AskedFiles(inquiry, 0)),
        ):
            object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        own = object.__getattribute__
        if name in ("base", "files"):
            return own(self, f"_{name}")
        if name.startswith("__"):
            return own(self, name)
        inquiry: Inquiry = own(self, "_inquiry")
        if name in _VALUES:
            return inquiry.answer(Question("image", name))
        inquiry.steady = inquiry.steady and name in _WRITTEN
        return getattr(own(self, "_real"), name)


class _AskedBase(BaseImage):
    """A base image whose attributes are noted as they are asked for."""

    __slots__ = ("_inquiry",)

    def __init__(self, inquiry: Inquiry) -> None:
        object.__setattr__(self, "_inquiry", inquiry)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        inquiry: Inquiry = object.__getattribute__(self, "_inquiry")
        return inquiry.answer(Question("base", name))


class _AskedFiles:
    """The files of an image, noted as they are asked for."""

    def __init__(self, inquiry: Inquiry, number: int) -> None:
        self._inquiry, self._number = inquiry, number

    def _ask(self, name: str, *arguments: Any) -> Any:
        return self._inquiry.answer(Question(self._number, name, arguments))

    def lookup(self, path: str) -> ImageFile | Absent | Unknown:
        """As `Files.lookup`."""
        found: ImageFile | Absent | Unknown = self._ask("lookup", path)
        return found

    def known(self, path: str) -> ImageFile | None:
        """As `Files.known`."""
        found: ImageFile | None = self._ask("known", path)
        return found

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Unknown:
        """As `Files.which`."""
        found: ImageFile | Absent | Unknown = self._ask("which", command, workdir, search)
        return found

    def listing(self, folder: str, wanted: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        """As `Files.listing`."""
        found: tuple[str, ...] = self._ask("listing", folder, wanted)
        return found

    def runs(self, wanted: re.Pattern[str]) -> bool:
        """As `Files.runs`."""
        found: bool = self._ask("runs", wanted)
        return found

    def stages(self) -> Iterator[Files]:
        """As `Files.stages`, of the image's own files."""
        count: int = self._ask("stages")
        return (self if number == 0 else _AskedFiles(self._inquiry, number) for number in range(count))

    def problem(self, word: Text) -> str | None:
        """As `Files.problem`."""
        raise NotImplementedError(word)
