"""The image's files as the scripts have left them that came before a program: written, appended to, removed, linked (``echo "daemon off;" >>
/etc/nginx/nginx.conf; exec nginx``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...image.model import Absent, ImageFile, Unknown
from ..shell.files.changes import behind

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Literal

    from ...image.model import Files
    from ...source import Text
    from ..shell.model.parts import Made

_LINKS = ""


class Left:
    """These files; ``asked`` remembers what of the scripts' own was asked for: what was found holds wherever that is the same."""

    def __init__(self, files: Files, made: Mapping[str, Made], text: Callable[[str], Text]) -> None:
        """``text`` makes a text of what a script has written."""
        self._files, self._made, self._text = files, made, text
        self.asked: dict[str, object] = {_LINKS: self._answer(_LINKS)}

    def agrees(self, asked: Mapping[str, object]) -> bool:
        """Whether what was asked for is the same here."""
        return all(self._answer(question) == answer for question, answer in asked.items())

    def _answer(self, question: str) -> object:
        """Of a path what scripts have left there, of a folder (with a slash) what below it; of neither, the links."""
        if question and not question.endswith("/"):
            return self._made.get(question)
        return {
            path: made for path, made in self._made.items() if (path.startswith(question) if question else made.target)
        }

    def known(self, path: str) -> ImageFile | None:
        """The file at an absolute path, if it is known to be there."""
        path, own = self._own(path)
        if own is None or (own.kind == "file" and not own.written):
            return self._files.known(path)
        if own.kind != "file" and not (own.kind == "unknown" and own.written):
            return None  # what a way may have written is not known, but no less there than before
        content, tail = (None if text is None else self._text(text) for text in (own.content, own.tail))
        return ImageFile(path, content, None, None, exact=False, appended=tail)

    def lookup(self, path: str) -> ImageFile | Absent | Unknown:
        """What stands at an absolute path, links followed."""
        path, own = self._own(path)
        if own is None or (own.kind == "file" and not own.written):
            return self._files.lookup(path)
        found = self.known(path)
        if found is not None:
            return found
        if own.kind == "none":
            return Absent(path, f"the script has removed {path}")
        return Unknown(path, f"what the script has made of {path} is not known")

    def listing(self, folder: str, wanted: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        """Absolute paths of the files known under a folder, sorted."""
        below = f"{folder.rstrip('/')}/"
        self.asked[below] = self._answer(below)
        own = {path: made for path, made in self._made.items() if path.startswith(below)}
        brought = (path for path in self._files.listing(folder, wanted) if path not in own)
        added = (path for path, made in own.items() if made.kind == "file" and (wanted is None or wanted(path)))
        return tuple(sorted({*brought, *added}))

    def standing(self, path: str) -> Literal["file", "folder", "none", "unknown"]:
        """What kind of thing stands at an absolute path."""
        path, own = self._own(path)
        return self._files.standing(path) if own is None else own.kind

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Unknown:
        """What ``execvp`` would start."""
        return self._files.which(command, workdir, search)

    def _own(self, path: str) -> tuple[str, Made | None]:
        path = behind(self._made, path)
        self.asked[path] = self._answer(path)
        return path, self._made.get(path)

    # --- what scripts do not change ---

    def link(self, path: str) -> object | None:
        """The symbolic link that the image has at an absolute path."""
        return self._files.link(path)

    def stages(self) -> Iterator[Files]:
        """The image's files, then those of the stages they were copied from."""
        return self._files.stages()

    def made_elsewhere(self, path: str) -> bool:
        """Whether another stage of the Dockerfile makes a file at an absolute path."""
        return self._files.made_elsewhere(path)

    def origins(self, path: str, *, context: bool = False) -> Iterator[tuple[Files, str]]:
        """Where in the files of other stages an absolute path may have been copied from."""
        return self._files.origins(path, context=context)

    def runs(self, wanted: re.Pattern[str], words: Sequence[str]) -> bool:
        """Whether a RUN command holds what is wanted."""
        return self._files.runs(wanted, words)

    def is_mounted(self, path: str) -> bool:
        """Whether a folder or file of the host is laid over a path of the image."""
        return self._files.is_mounted(path)

    def problem(self, word: Text) -> str | None:
        """What is wrong with a COPY or ADD source word."""
        return self._files.problem(word)
