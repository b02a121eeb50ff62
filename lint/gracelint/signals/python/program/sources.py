"""The application's source files: what an import names.

Modules are looked up in the files of the image along the path that the interpreter would have: the script's folder (the working directory
for ``-m`` and ``-c``), then PYTHONPATH, then, for an installed command, the projects that the image holds. Nothing is executed.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ....regexes import regex
from ..libraries.knowledge import famous
from . import projects
from .bound import Bound, locals_of
from .versions import official

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....image.model import Files, Image
    from ....parsers.python import model as syntax
    from ....source import Text
    from .versions import Version

# No more modules than these are read, nor more of their text: some four seconds of work.
MOST_MODULES = 200
MOST_TEXT = 1_500_000
_IMPORT = regex(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^#\n]*))|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
# Commands of a build that install packages of Python.
_MANAGERS = ("pip", "uv", "poetry", "pdm", "conda", "mamba", "pixi", "py3-", "python3-")
_PACKAGES = regex(
    r"\b(?:pip[\d.]*|pipx|pipenv|uv|poetry|pdm|conda|(?:micro)?mamba|pixi)\s[^&|;\n]*\b(?:install|sync|create|update|add)\b|\b(?:py3|python3)-\w"
)
_ANYTHING = regex(r"\S")


class Sources:
    """The modules of one image, each parsed once; ``version`` is that of the Python that runs them (None: not known)."""

    def __init__(self, image: Image, search: Sequence[str], version: Version | None = None) -> None:
        self.image, self.search, self.version = image, tuple(dict.fromkeys(search)), version
        self._roots: tuple[tuple[Files, str], ...] | None = None
        self._installs: bool | None = None
        self._bare: bool | None = None
        self._modules: dict[str, tuple[Text, bool] | None] = {}
        self._changed: set[tuple[object, int]] = set()
        self._parsed: dict[tuple[object, int, int], syntax.Module] = {}
        self._namespaces: dict[str, bool] = {}
        self._bound: dict[int, Bound] = {}
        self._locals: dict[object, frozenset[str]] = {}
        self._refused: dict[tuple[object, int], bool] = {}
        self._left = MOST_TEXT

    def find(self, name: str) -> tuple[Text, bool] | None:
        """The text of a module by its full name, and whether it is a package; None where the image does not hold it."""
        if name not in self._modules:
            self._modules[name] = self._looked_up(name) if len(self._modules) < 4 * MOST_MODULES else None
        return self._modules[name]

    def brought(self, package: str) -> bool:
        """Whether a package, which the image's own files do not hold, is one that a base image brought of which nothing is known: as likely
        the house's own as a public one. Where a command of the build installs packages, they are taken for public ones."""
        if self._installs is None:
            self._installs = self.image.base.known or any(
                files.runs(_PACKAGES, _MANAGERS) for files in self.image.files.stages()
            )
        return not self._installs and not famous(package)

    @property
    def bare(self) -> bool:
        """Whether there are no packages but those that the image's own files hold: the base is Python's own image, and no command of the
        build may have brought any."""
        if self._bare is None:
            commands = any(files.runs(_ANYTHING, ("",)) for files in self.image.files.stages())
            self._bare = official(self.image) and not commands
        return self._bare

    def _looked_up(self, name: str) -> tuple[Text, bool] | None:
        parent = name.rpartition(".")[0]
        if parent:
            above = self.find(parent)
            if not (above[1] if above is not None else self.namespace(parent)):
                return None
        found = self._in(((self.image.files, folder) for folder in self.search), name)
        return found or self._in(self._installed(), name)

    def _installed(self) -> Sequence[tuple[Files, str]]:
        if self._roots is None:
            self._roots = tuple(projects.roots(self.image))
        return self._roots

    def _in(self, folders: Iterable[tuple[Files, str]], name: str) -> tuple[Text, bool] | None:
        path = name.replace(".", "/")
        for files, folder in folders:
            for suffix, package in (("/__init__.py", True), (".py", False)):
                file = projects.file_at(files, posixpath.join(folder, path + suffix))
                if file is not None and file.content is not None:
                    if not file.exact:
                        self._changed.add((file.content.buffer, file.content.start))
                    return file.content, package
        return None

    def namespace(self, name: str) -> bool:
        """Whether there is a folder of this name without ``__init__.py`` (PEP 420)."""
        if name not in self._namespaces:
            path = name.replace(".", "/")
            parent = name.rpartition(".")[0]
            folders = (*((self.image.files, folder) for folder in self.search), *self._installed())
            self._namespaces[name] = (not parent or self.namespace(parent) or self.find(parent) is not None) and any(
                files.listing(posixpath.join(folder, path), lambda one: one.endswith(".py"))
                for files, folder in folders
            )
        return self._namespaces[name]

    def name_of(self, path: str) -> str | None:
        """The full name of the module in a file, by the folders that are searched."""
        for folder in self.search:
            inside = posixpath.join("/", folder, "")
            if path.startswith(inside):
                return path[len(inside) : -len(".py")].replace("/", ".")
        return None

    def reachable(self, name: str) -> Iterator[Text]:
        """The texts of a module and of all that it imports, by the look of their import statements."""
        waiting = [name]
        seen: set[str] = set()
        while waiting and len(seen) < 4 * MOST_MODULES:
            module = waiting.pop()
            parts = module.split(".")
            # Packages are imported before what is in them.
            for full in (".".join(parts[:length]) for length in range(1, len(parts) + 1)):
                if full in seen or (found := self.find(full)) is None:
                    continue
                seen.add(full)
                text, package = found
                yield text
                waiting += _imports(text.value, full if package else full.rpartition(".")[0])

    def parse(self, text: Text) -> syntax.Module | None:
        """A module's model; None past the bounds."""
        key = (text.buffer, text.start, text.end)
        if key not in self._parsed:
            if len(self._parsed) >= MOST_MODULES or len(text) > self._left:
                return None
            self._left -= len(text)
            from ....parsers.python import parse

            self._parsed[key] = parse(text)
        return self._parsed[key]

    def refused(self, text: Text) -> bool:
        """Whether the Python that runs them does not know the syntax of a module."""
        if self.version is None:
            return False
        from ....parsers.python.reading import newer_than

        key = (text.buffer, text.start)
        if key not in self._refused:
            self._refused[key] = newer_than(text, self.version)
        return self._refused[key]

    def source_of(self, text: Text) -> Text | None:
        """The module a text was cut from."""
        for module in self._parsed.values():
            whole = module.text
            if whole.buffer is text.buffer and whole.start <= text.start and text.end <= whole.end:
                return whole
        return None

    def bound(self, text: Text) -> Bound | None:
        """What the module binds that a text was cut from."""
        return next((self._bound_by(one) for one in self._parsed.values() if one.text.buffer is text.buffer), None)

    def all_bound(self) -> Iterator[Bound]:
        """What each module binds that was read so far."""
        return map(self._bound_by, self._parsed.values())

    def locals_of(self, node: syntax.Function | syntax.Lambda) -> frozenset[str]:
        """The names that are a function's own."""
        if node not in self._locals:
            self._locals[node] = frozenset(locals_of(node))
        return self._locals[node]

    def _bound_by(self, module: syntax.Module) -> Bound:
        if id(module) not in self._bound:
            self._bound[id(module)] = Bound(module)
        return self._bound[id(module)]

    @property
    def broken(self) -> tuple[Text, ...]:
        """The modules that cannot be read and are in the image as they were written."""
        texts = [module.text for module in self._parsed.values() if module.problem is not None]
        return tuple(text for text in texts if (text.buffer, text.start) not in self._changed)

    @property
    def parsed(self) -> tuple[syntax.Module, ...]:
        """All modules read so far."""
        return tuple(self._parsed.values())


def _imports(text: str, package: str) -> Iterator[str]:
    """The full names that a module's import statements may name."""
    for match in _IMPORT.finditer(text):
        if match[5] is not None:
            yield from (name.split()[0] for name in match[5].split(",") if name.split())
            continue
        dots = len(match[1])
        parts = package.split(".")[: len(package.split(".")) - dots + 1] if dots else []
        base = ".".join([*(part for part in parts if part), *([match[2]] if match[2] else [])])
        names = [word.split()[0] for word in (match[3] or match[4] or "").split(",") if word.split()]
        yield base
        yield from (f"{base}.{name}" if base else name for name in names if name.isidentifier())
