"""From the paths of the command line to the files to lint.

A folder is searched for Dockerfiles, honouring .gitignore files and ``exclude``; what was named itself is always linted. Symbolic links to
folders are not followed (they loop, and lead out of the tree). Reading is bounded: only regular files and pipes, up to
`LARGEST` bytes.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Literal

from .patterns import match
from .records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Kind = Literal["dockerfile", "script"]

LARGEST = 64 * 1024 * 1024

# Folders that hold other people's files or none of interest. Not "build" or "dist": Dockerfiles are often kept there.
SKIPPED = frozenset(
    ".bzr .direnv .eggs .git .gracelint_cache .hg .mypy_cache .nox .pyenv .pytest_cache .ruff_cache .svn .tox .venv __pycache__ __pypackages__"
    " node_modules site-packages venv".split()
)
# Files that another tool completes.
TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".erb", ".ftl", ".mustache", ".in")
# Named like Dockerfiles, but something else: ignore files, notes, programs and data about Dockerfiles.
_NOT_DOCKERFILES = (
    *(".dockerignore", ".md", ".rst", ".txt", ".html", ".orig", ".rej", ".patch", ".diff", ".bak", ".swp", "~"),
    *(
        ".xml",
        ".json",
        ".yaml",
        ".yml",
        ".toml",
        ".csv",
        ".lock",
        ".sh",
        ".py",
        ".js",
        ".ts",
        ".go",
        ".rb",
        ".vim",
        ".lua",
    ),
    *TEMPLATES,
)
_SCRIPT_SUFFIXES = (".sh", ".bash", ".dash", ".ash", ".py")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to lint: its path as reported, what it is, and the folder the search began in."""

    path: str
    kind: Kind
    root: str


def looks_like_dockerfile(name: str) -> bool:
    """Whether a file name is one of the names that Dockerfiles have."""
    if name in ("Dockerfile", "Containerfile", "dockerfile"):
        return True
    if name.endswith((".Dockerfile", ".dockerfile")):
        return True
    if not name.startswith(("Dockerfile.", "Containerfile")):
        return False
    return not name.endswith(_NOT_DOCKERFILES)


def discover(paths: Iterable[str], excludes: Callable[[str], tuple[str, Iterable[str]]]) -> list[Source]:
    """The files to lint, each once, in order of path. ``excludes`` gives the root and the patterns in force in a folder."""
    found: dict[str, Source] = {}
    for path in paths:
        if not os.path.isdir(path):
            found[_key(path)] = Source(display(path), kind_of(path), root_of(path))
            continue
        inside = _without_links(list(_search(path, excludes)))
        if not inside and looks_like_dockerfile(os.path.basename(os.path.abspath(path))):
            found[_key(path)] = Source(display(path), "dockerfile", path)
        for file in inside:
            found.setdefault(_key(file), Source(display(file), "dockerfile", path))
    return sorted(found.values(), key=lambda source: source.path)


def _without_links(found: list[str]) -> list[str]:
    """The files that a search found, without links to others of them: what is wrong in those is told once."""
    links = {path for path in found if os.path.islink(path)}
    if not links:
        return found
    files = {os.path.realpath(path) for path in found if path not in links}
    return [path for path in found if path not in links or os.path.realpath(path) not in files]


def display(path: str) -> str:
    """A path as reports name it: relative where it lies in the working folder, with ``/``."""
    shown = os.path.normpath(path)
    if os.path.isabs(shown):
        here = os.getcwd().rstrip(os.sep) + os.sep
        shown = shown.removeprefix(here)
    return shown.replace(os.sep, "/")


def _key(path: str) -> str:
    return os.path.abspath(path)


def root_of(path: str) -> str:
    """The tree a file named by itself belongs to: the working folder if it is inside, else its own folder."""
    here = os.getcwd().rstrip(os.sep) + os.sep
    return "." if os.path.abspath(path).startswith(here) else os.path.dirname(path) or "."


def kind_of(path: str) -> Kind:
    """What a file that was named itself is: by its name, else by its first bytes (``#!``)."""
    name = os.path.basename(path)
    if looks_like_dockerfile(name):
        return "dockerfile"
    if name.endswith(_SCRIPT_SUFFIXES):
        return "script"
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return "dockerfile"
        with open(path, "rb") as stream:
            return "script" if stream.read(2) == b"#!" else "dockerfile"
    except (OSError, ValueError):
        return "dockerfile"


def read_bytes(path: str) -> bytes:
    """The bytes of a file. Raises `OSError` with a message for people, also for what is no file or too large."""
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise OSError(0, "is a folder, not a file")
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise OSError(0, "is not a regular file")
    with open(path, "rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(0, f"is larger than {LARGEST // 1024 // 1024} MB")
    return data


def reason(error: OSError | ValueError) -> str:
    """Why a file cannot be opened, in words, without its path. (A ValueError is for a name that no file can have.)"""
    words = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    return words[:1].lower() + words[1:]


def _search(top: str, excludes: Callable[[str], tuple[str, Iterable[str]]]) -> Iterator[str]:
    """The Dockerfiles under a folder."""
    ignores = list(_ignore_files_above(top))
    pending = [(top, tuple(ignores))]
    while pending:
        folder, above = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        rules = above
        if any(entry.name == ".gitignore" for entry in entries):
            rules = (*above, *_ignore_file(folder))
        root, patterns = excludes(folder)
        rules_here = (*rules, (root, tuple(patterns))) if patterns else rules
        for entry in entries:
            path = os.path.join(folder, entry.name) if folder != "." else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED and not _ignored(path, rules_here, True):
                    pending.append((path, rules))
            elif looks_like_dockerfile(entry.name) and _is_file(entry) and not _ignored(path, rules_here, False):
                yield path


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a file, or a link that leads nowhere or in a circle (which is worth a finding)."""
    try:
        return entry.is_file() or (entry.is_symlink() and not entry.is_dir())
    except OSError:
        return True


def _ignored(path: str, rules: Iterable[tuple[str, tuple[str, ...]]], folder: bool) -> bool:
    """Whether the last ignore file that has an opinion ignores a path."""
    opinions = [match(lines, root, path, folder=folder) for root, lines in rules]
    return next((opinion for opinion in reversed(opinions) if opinion is not None), False)


def _ignore_file(folder: str) -> list[tuple[str, tuple[str, ...]]]:
    try:
        data = read_bytes(os.path.join(folder, ".gitignore"))
    except OSError:
        return []
    return [(folder, tuple(data.decode("utf-8", "replace").splitlines()))]


def _ignore_files_above(top: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The .gitignore files of the folders above, up to the root of the git work tree, outermost first."""
    chain: list[str] = []
    folder = os.path.abspath(top)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        chain.append(parent)
        folder = parent
    for above in reversed(chain):
        yield from _ignore_file(above)
