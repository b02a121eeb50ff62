"""Projects of Python that an image holds or installs: the commands they declare, and where their modules are.

A project's own files may be in the image (``COPY . .``), or in a stage from which the image copies what was installed there
(``pip install .``, then ``COPY --from=build /venv /venv``): its modules are then those of the build context, wherever ``site-packages`` is.
Nothing is executed: ``setup.py`` is read.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ....image.model import ImageFile
from ....regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....image.model import Files, Image
    from ....source import Text

# Longer files are not looked at.
LIMIT = 2_000_000
MOST_PROJECTS = 50
_DECLARE = ("pyproject.toml", "setup.cfg", "setup.py")
_SCRIPT = regex(
    r"^\s*[\"']?([\w.-]+)[\"']?\s*=\s*(?:\{\s*(?:callable|reference)\s*=\s*)?[\"']\s*([\w.]+)\s*:\s*([\w.]+)",
    re.MULTILINE,
)
_INLINE = regex(r"[\"']?([\w.-]+)[\"']?\s*=\s*[\"']([\w.]+)\s*:\s*([\w.]+)[\"']")
_TARGET = regex(r"[\"']([\w.-]+)\s*=\s*([\w.]+)\s*:\s*([\w.]+)[\"']")
_CONFIGURED = regex(r"^\s*([\w.-]+)\s*=\s*([\w.]+)\s*:\s*([\w.]+)", re.MULTILINE)
_SECTIONS = ("project.scripts", "project.gui-scripts", "tool.poetry.scripts", "tool.flit.scripts")
_NAME = regex(r"^\s*name\s*=\s*[\"']?([\w.-]+)", re.MULTILINE)
_NORMAL = regex(r"[-_.]+")
# Commands that install the project itself, rather than what it needs.
_INSTALLS = regex(
    r"\b(?:pip3?|pipx|uv tool)(?:\s+-\S+)*\s+(?:install|wheel)\b[^&|;\n]*?(?<!prefix)(?<!target)(?<!find-links)(?<!\s-t)(?<!\s-f)(?<!root)(?<!wheel-dir)\s[\"']?"
    r"(?:-e\b|--editable\b|(?!\S*\.(?:txt|in|whl|gz)\b)(?:\.{1,2}(?:[\[/\"']|\s|$)|/[\w./-]+))"
    r"|\buv\s+(?:sync|build)\b(?![^&|;\n]*--no-install-(?:project|workspace))|\b(?:poetry|pdm)\s+(?:install|sync|build)\b(?![^&|;\n]*--(?:no-root|no-self))"
    r"|\bhatch\s+build\b|\bflit\s+(?:install|build)\b|\bsetup\.py\s+(?:install|develop|bdist_wheel|sdist)\b|\bpython3?\s+-m\s+build\b",
)

_INSTALLERS = ("pip", "uv", "poetry", "pdm", "hatch", "flit", "setup.py", "python")


def file_at(files: Files, path: str) -> ImageFile | None:
    """The file at a path, if it is known to be there."""
    found = files.lookup(path)
    return found if isinstance(found, ImageFile) else None


def held(files: Files, path: str) -> ImageFile | None:
    """A file whose text is known and not too long."""
    found = file_at(files, path)
    return found if found is not None and found.content is not None and len(found.content) <= LIMIT else None


def content(files: Files, path: str) -> Text | None:
    """A file's text, if it is known to be there."""
    found = held(files, path)
    return found.content if found is not None else None


def folders(files: Files) -> tuple[str, ...]:
    """Where projects are, sorted: the folders that hold a file which declares one."""
    found = {posixpath.dirname(path) for path in files.listing("/", lambda path: path.rpartition("/")[2] in _DECLARE)}
    return tuple(sorted(folder for folder in found if "/site-packages/" not in folder))[:MOST_PROJECTS]


def installed(image: Image) -> Iterator[tuple[Files, str]]:
    """The projects that a command of the build installs, each with the files it is among: of this image's stage, and of the stages it copies from."""
    for files in image.files.stages():
        if files.runs(_INSTALLS, _INSTALLERS):
            yield from ((files, folder) for folder in folders(files))


def roots(image: Image) -> Iterator[tuple[Files, str]]:
    """The folders that the modules of installed projects are in."""
    for files, folder in installed(image):
        yield files, posixpath.join(folder, "src")
        yield files, folder


def command(image: Image, workdir: str, name: str) -> tuple[Files, str, str, str] | None:
    """Where a command of this name is declared: the files, the project's folder, module and function; None where none is."""
    ours = [(image.files, workdir), *((image.files, folder) for folder in folders(image.files) if folder != workdir)]
    for files, folder in (*ours, *installed(image)):
        for declared, module, function in _declared(files, folder):
            if declared == name:
                return files, folder, module, function
    return None


def replaces(image: Image, name: str, program: str) -> bool:
    """Whether a project that the build installs declares a command of this name, and is not the project of that program."""
    for files, folder in installed(image):
        if any(declared == name for declared, _, _ in _declared(files, folder)):
            return _NORMAL.sub("-", _name(files, folder)).lower() not in (program.lower(), name.lower())
    return False


def _name(files: Files, folder: str) -> str:
    """The name of a project; "" where none is found."""
    for file in _DECLARE:
        text = content(files, posixpath.join(folder, file))
        found = _NAME.search(text.value) if text is not None else None
        if found is not None:
            return found[1]
    return ""


def _declared(files: Files, folder: str) -> Iterator[tuple[str, str, str]]:
    """Name, module and function of every command a project declares."""
    project = content(files, posixpath.join(folder, "pyproject.toml"))
    if project is not None:
        for section in re.split(r"^(?=\[)", project.value, flags=re.MULTILINE):
            head = section.partition("\n")[0].strip().strip("[]").replace(" ", "").replace('"', "")
            if head in _SECTIONS:
                yield from _SCRIPT.findall(section)
            elif head in ("project", "tool.poetry"):
                for line in re.findall(r"^(?:gui-)?scripts\s*=\s*\{([^}]*)\}", section, re.MULTILINE):
                    yield from _INLINE.findall(line)
    for name, pattern in (("setup.cfg", _CONFIGURED), ("setup.py", _TARGET), ("setup.py", _CONFIGURED)):
        text = content(files, posixpath.join(folder, name))
        if text is not None and ("console_scripts" in text.value or "gui_scripts" in text.value):
            yield from pattern.findall(text.value)
