"""Command lines and images for the tests of the catalogue, without a Dockerfile."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gracelint.image.model import Absent, Argument, BaseImage, Image, ImageFile, Launch, StopSignal, Unknown
from gracelint.signals.programs import describe
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gracelint.signals.model import Program


def words(argv: Sequence[str]) -> tuple[Argument, ...]:
    """An argv whose words stand one a line in a document."""
    document = Document("Dockerfile", "\n".join(argv))
    found, at = [], 0
    for word in argv:
        found.append(Argument(word, document.cut(at, at + len(word))))
        at += len(word) + 1
    return tuple(found)


@dataclass(frozen=True)
class Folder:
    """The files of an image, by absolute path."""

    content: Mapping[str, str] = field(default_factory=dict)

    def known(self, path: str) -> ImageFile | None:
        found = self.lookup(path)
        return found if isinstance(found, ImageFile) else None

    def lookup(self, path: str) -> ImageFile | Absent | Unknown:
        if path not in self.content:
            return Unknown(path, "not written here")
        return ImageFile(path, Document(path, self.content[path]).whole(), True, None)

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Unknown:
        return self.lookup(posixpath.join(workdir, command))

    def listing(self, folder: str, wanted: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        below = (path for path in sorted(self.content) if path.startswith(folder.rstrip("/") + "/"))
        return tuple(path for path in below if wanted is None or wanted(path))

    def stages(self) -> Iterator[Folder]:
        yield self

    def made_elsewhere(self, path: str) -> bool:
        return False

    def origins(self, path: str, *, context: bool = False) -> Iterator[tuple[Folder, str]]:
        yield self, path

    def problem(self, word: object) -> str | None:
        return None


def image(
    files: Mapping[str, str] | None = None,
    env: Mapping[str, str | None] | None = None,
    base: str = "debian:12",
    shell: str = "dash",
    known: bool = True,
) -> Image:
    """An image with these files; its working directory is ``/app``."""
    return Image(
        dockerfile=None,  # type: ignore[arg-type]  # nobody asks for it here
        target=None,
        from_text=None,
        base=BaseImage(base, known, shell),  # type: ignore[arg-type]  # the tests name shells that there are
        shell=(),
        stop_signal=StopSignal("SIGTERM", "SIGTERM", "default", None),
        launch=Launch((), None, None, True),
        env=env or {},
        workdir="/app",
        user=None,
        files=Folder(files or {}),
        instructions=(),
        missing=(),
    )


def told(
    line: str, files: dict[str, str], env: dict[str, str | None] | None = None, base: str = "debian:12"
) -> Program:
    """What the catalogue says of a command line in an image with these files."""
    program = describe(words(shlex.split(line)), image(files, env, base))
    assert program is not None
    return program


def started(program: Program) -> list[str]:
    """The command lines that a program starts."""
    return [shlex.join(argument.value for argument in one.arguments) for one in program.starts]


PACKAGE = """{
  "name": "app",
  "main": "lib/main.js",
  "scripts": {
    "prestart": "tsc",
    "start": "node server.js --name \\"a b\\"",
    "serve": "exec node server.js",
    "both": "run-a && run-b",
    "test": "jest"
  }
}
"""


NODE = {"/app/package.json": PACKAGE}
