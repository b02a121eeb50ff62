"""Judgements kept from one run to the next, in ``.gracelint_cache``.

Method: while a unit is judged, every question to the file system is recorded with its answer (`disk`). An entry holds the result and that
record. It counts as long as gracelint, Python and the settings are the same and every question, asked again, gets the same answer; contents
are compared by digest, never by time. So what is kept cannot be older than what it was made of.

Hazards: the folder may come with a repository and hold anything. Entries are JSON, checked piece by piece, and whatever is wrong with one
means that there is none. What an entry must say of the gracelint that made it (times of its files, to the nanosecond) is not known to
others. Links are not followed, neither to the folder nor to an entry. When in doubt, nothing is kept: with plugins, which may ask
anything; with bugs; where a finding stands in a text that no question was about.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import gracelint_rules

from . import __version__, disk
from .engine import judge
from .engine import judge_all as judge_anew
from .kept import NotKeptError, Reader, Writer
from .records import dataclass, fields
from .regexes import regex
from .source import Document, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cases import Unit
    from .engine import Judged
    from .image.context.shared import Shared

FOLDER = disk.CACHE
LARGEST_ENTRY = 4_000_000
MOST_QUESTIONS = 20_000
MOST_KEPT = 100_000_000
"""Bytes of all entries."""
KEPT_FOR = 30 * 86_400
PRUNED_EVERY = 86_400
"""Seconds: so long is an entry kept that was not written again, and so long is the folder not looked through again."""
_ENTRY = regex(r"[0-9a-f]{40}\.json(\.[0-9]+)?")
_TAGGED = "CACHEDIR.TAG"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
# What a hostile entry can make of the code that reads it.
_UNSOUND = (ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, RecursionError)


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of entries, and what tells this gracelint from any other one."""

    folder: str
    maker: str

    def recall(self, unit: Unit) -> Judged | None:
        """What was judged before, if it still holds."""
        try:
            entry = json.loads(_entry(self._path(unit)))
            if entry["maker"] != self.maker or entry["unit"] != _about(unit):
                return None
            return Reader(unit, entry).judged()
        except (NotKeptError, *_UNSOUND):
            return None

    def judge(self, unit: Unit, shared: Shared | None = None) -> Judged:
        """Judges a unit, and keeps what came of it; ``shared`` is what the run's other units have read."""
        with disk.Record() as record:
            judged = judge(unit, shared=shared)
        try:
            self._keep(unit, judged, record)
        except (NotKeptError, *_UNSOUND):
            pass  # it is judged again the next time
        return judged

    def _path(self, unit: Unit) -> str:
        service = unit.service
        name = (
            os.getcwd(), unit.path, unit.file, unit.kind, unit.root, unit.context, unit.target, sorted(unit.codes),
            service and (service.file, service.name, service.start != ()),
        )  # fmt: skip
        return os.path.join(self.folder, disk.digest(repr(name).encode("utf-8", "surrogatepass")) + ".json")

    def _keep(self, unit: Unit, judged: Judged, record: disk.Record) -> None:
        if judged.bugs or not record.steady or len(record.answers) > MOST_QUESTIONS:
            raise NotKeptError
        entry = {
            "maker": self.maker,
            "unit": _about(unit),
            "asked": [[kind, path, answer] for (kind, path), answer in record.answers.items()],
            **Writer(unit, record).entry(judged),
        }
        data = json.dumps(entry, separators=(",", ":")).encode("ascii")
        if len(data) <= LARGEST_ENTRY:
            _replace(self._path(unit), data)


def opened(folder: str) -> Store | None:
    """The store in a folder, which is made if it is not there; None where none can be, or where others may write to it."""
    try:
        if not os.path.lexists(folder):
            os.mkdir(folder, 0o755)
            for name, text in ((".gitignore", "# Made by gracelint.\n*\n"), (_TAGGED, _TAG)):
                _replace(os.path.join(folder, name), text.encode("ascii"))
        found = os.lstat(folder)
        if not stat.S_ISDIR(found.st_mode):
            return None
        if os.name == "posix" and (found.st_mode & stat.S_IWOTH or found.st_uid != os.geteuid()):
            return None
        _prune(folder)
        return Store(os.path.abspath(folder), _maker())
    except (OSError, ValueError):
        return None


def judge_all(units: Sequence[Unit], jobs: int | None, store: Store | None) -> list[Judged]:
    """Every unit judged, in order, anew only where the store has nothing that holds."""
    if store is None:
        return judge_anew(units, jobs)
    kept = [store.recall(unit) if _may_be_kept(unit) else None for unit in units]
    anew = [unit for unit, judged in zip(units, kept, strict=True) if judged is None]
    if not anew:
        return [judged for judged in kept if judged is not None]
    from .image.context.shared import Shared

    made = iter(judge_anew(anew, jobs, by=partial(store.judge, shared=Shared())))
    return [next(made) if judged is None else judged for judged in kept]


def _may_be_kept(unit: Unit) -> bool:
    """Whether a unit depends on nothing but files: a pipe is read only once, and plugins ask what they want."""
    try:
        return not unit.settings.plugins and stat.S_ISREG(os.stat(unit.file).st_mode)
    except (OSError, ValueError):
        return False


# --- what an entry is about --------------------------------------------------------------------------------------------


def _maker() -> str:
    """What judges: this gracelint, this Python, and the libraries that it finds."""
    said = [__version__, sys.version, sys.prefix, os.name]
    for place in sys.path:
        if place.endswith(("site-packages", "dist-packages")):
            try:
                said.append(f"{place} {os.stat(place).st_mtime_ns}")
            except OSError:
                continue
    stack = [os.path.dirname(__file__), *gracelint_rules.__path__]
    while stack:
        with os.scandir(stack.pop()) as found:
            for each in found:
                if each.name == "__pycache__":
                    continue
                if each.is_dir(follow_symlinks=False):
                    stack.append(each.path)
                else:
                    state = each.stat()
                    said.append(f"{each.path} {state.st_size} {state.st_mtime_ns} {state.st_ino}")
    return disk.digest("\n".join(sorted(said)).encode("utf-8", "surrogateescape"))


def _about(unit: Unit) -> str:
    """A digest of all that a unit says."""
    return disk.digest(_written(unit).encode("utf-8", "surrogatepass"))


def _written(value: object) -> str:
    """A value in words that are the same for equal values, and for no others. Raises `NotKeptError` for what cannot be told so."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if isinstance(value, Text):
        return f"{value.value!r}@{value.span.document.path!r}:{value.span.start}:{value.span.end}"
    if isinstance(value, Document):
        return f"{value.path!r}:{disk.digest(value.encode())}"
    if isinstance(value, (tuple, list)):
        return f"({','.join(_written(each) for each in value)})"
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(_written(each) for each in value))}}}"
    if isinstance(value, dict):
        return f"[{','.join(f'{_written(key)}:{_written(each)}' for key, each in value.items())}]"
    if hasattr(value, "__match_args__"):
        known: Any = value
        return f"{type(value).__name__}({','.join(f'{each.name}={_written(getattr(value, each.name))}' for each in fields(known))})"
    raise NotKeptError


# --- files -------------------------------------------------------------------------------------------------------------


def _entry(path: str) -> bytes:
    descriptor = os.open(path, _FLAGS)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotKeptError
        data = file.read(LARGEST_ENTRY + 1)
    if len(data) > LARGEST_ENTRY:
        raise NotKeptError
    return data


def _replace(path: str, data: bytes) -> None:
    """Writes a file, so that whoever reads sees the old or the new one as a whole."""
    new = f"{path}.{os.getpid()}"
    descriptor = os.open(new, _NEW, 0o644)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise


def _prune(folder: str) -> None:
    """Takes away the entries that are old, and the oldest of too many bytes; once a day."""
    tag = os.path.join(folder, _TAGGED)  # written when the folder was made, or last looked through
    now = time.time()
    with suppress(OSError):
        if 0 <= now - os.lstat(tag).st_mtime < PRUNED_EVERY:
            return
    with suppress(OSError):
        _replace(tag, _TAG.encode("ascii"))
    left = MOST_KEPT
    for written, size, path in sorted(_entries(folder), reverse=True):
        left -= size
        if left < 0 or now - written > KEPT_FOR:
            with suppress(OSError):  # another run was quicker
                os.unlink(path)


def _entries(folder: str) -> Iterator[tuple[float, int, str]]:
    """When each entry was written (what a run that was ended left of one, too), its bytes and its path; nobody else's files."""
    with os.scandir(folder) as found:
        for each in found:
            if _ENTRY.fullmatch(each.name) and each.is_file(follow_symlinks=False):
                state = each.stat(follow_symlinks=False)
                yield state.st_mtime, state.st_size, each.path
