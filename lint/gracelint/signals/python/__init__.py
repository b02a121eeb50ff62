"""Python applications: does the program itself handle the signal?

`application` reads the program behind ``python …`` (or behind a command that a project in the image installs) by abstract interpretation:
it is gone through in the order in which it runs, along the imports that the image holds, until it is at rest; then the signal arrives. Its
rooms: `program` says which files that is, `interpreter` goes through them with values of the `domain`, `libraries` says what foreign code
does (``calls.toml``), `concurrency` what runs beside, `delivery` what happens where the signal arrives, and `verdict` judges what came of
it (`behaviour`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ...image.model import Argument
from ...records import replace
from ..asked import Asked
from ..model import Program, Reaction, Started

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias
    from weakref import WeakKeyDictionary

    from ...image.model import Files, Image
    from ...source import Text
    from .behaviour import Behaviour
    from .program.entries import Entry
    from .program.sources import Sources
    from .program.versions import Version

    # What a program does; or None, and what is missing.
    _Found: TypeAlias = tuple[Behaviour | None, str]

SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP")


def application(
    program: Program,
    arguments: Sequence[Argument],
    image: Image,
    *,
    workdir: str,
    ignored: frozenset[str] = frozenset(),
) -> Program:
    """The program with what its own source says: reactions, whether it stays, ``python`` the facts. ``ignored`` are signals that it is started to
    ignore. Where its source is not known, or cannot be followed, its reactions are unknown."""
    from .program.entries import entry
    from .program.versions import version

    return _described(program, entry(arguments, image, workdir), image, ignored, version(arguments, image))


def installed(
    arguments: Sequence[Argument],
    image: Image,
    *,
    workdir: str,
    ignored: frozenset[str] = frozenset(),
) -> Program | None:
    """The program behind a command that a project in the image installs (``[project.scripts]``); None if none does."""
    from .program.entries import console_script
    from .program.versions import version

    found = console_script(arguments, image, workdir)
    if found is None:
        return None
    program = Program(arguments[0].value.rpartition("/")[2], "runtimes", runtime="python", application=arguments[0])
    return _described(program, found, image, ignored, version((), image))


def _described(
    program: Program, entry: Entry, image: Image, ignored: frozenset[str], version: Version | None
) -> Program:
    stop = image.stop_signal.name
    signals = tuple(dict.fromkeys((*SIGNALS, *([stop] if stop else []))))
    known = _known().setdefault(image.files, {})
    variables = Asked(lambda: image.env)
    same = known.setdefault((entry, version, signals, ignored), [])
    found = next((found for asked, found in same if variables.agrees(asked)), None)
    if found is None:
        found = _read(entry, replace(image, env=variables), ignored, version, signals)
        same.append((variables.asked, found))
    behaviour, missing = found
    if behaviour is not None and behaviour.becomes and behaviour.at is not None:
        words = tuple(Argument(word, behaviour.at) for word in behaviour.becomes)
        return replace(program, kind="wrappers", starts=(Started(words, "exec", behaviour.at),), stays=True)
    if behaviour is None or behaviour.stays is False:
        why = "it ends by itself, and what it does with a signal before that was not followed"
        if behaviour is None:
            why = f"{missing}, so what it does with the signal is not known either"
        unknown = dict.fromkeys(signals, Reaction("unknown", why))
        unread = replace(program, as_pid1=unknown, as_child=unknown)
        if behaviour is None:
            return replace(unread, missing=(*program.missing, missing))
        return replace(unread, stays=False, missing=(*program.missing, *behaviour.missing), python=behaviour)
    pid1 = {signal: found.as_pid1 for signal, found in behaviour.responses.items() if found.as_pid1 is not None}
    child = {signal: found.as_child for signal, found in behaviour.responses.items() if found.as_child is not None}
    return replace(
        program,
        as_pid1=pid1,
        as_child=child,
        stays=behaviour.stays,
        missing=(*program.missing, *behaviour.missing),
        traits=(*program.traits, *behaviour.traits),
        python=behaviour,
    )


@cache
def _known() -> WeakKeyDictionary[Files, dict[tuple[object, ...], list[tuple[Mapping[str, object], _Found]]]]:
    """What was read, by the files that it was read in, with the variables that were asked for: an image is followed for each way to start
    it, which mostly start the same programs."""
    from weakref import WeakKeyDictionary

    return WeakKeyDictionary()


def _read(
    entry: Entry, image: Image, ignored: frozenset[str], version: Version | None, signals: tuple[str, ...]
) -> _Found:
    """What a program does, or None and what would have to be known."""
    from .program.sources import Sources
    from .verdict.reading import read

    sources = Sources(image, entry.search, version)
    try:
        behaviour = read(entry, sources, image.env, ignored, signals)
    except RecursionError:
        return None, "the program nests too deeply to be followed"
    if behaviour is not None:
        return replace(behaviour, broken=sources.broken), ""
    return None, entry.missing if entry.source is None else _unreadable(sources, entry.source)


def _unreadable(sources: Sources, source: Text) -> str:
    """Why a program cannot be read."""
    parsed = sources.parse(source)
    problem = parsed.problem if parsed is not None else None
    return f"the program cannot be read: {problem.message if problem is not None else 'it is too large'}"
