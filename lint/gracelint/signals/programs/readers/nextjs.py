"""Next.js: the version decides what its server does with the stop signal, and the build leaves a server of its own.

``next start`` and the server.js of ``output: "standalone"`` finish their requests since 14.1; up to 14.0 both end at once, and a request in flight is dropped
(measured, 12.3 to 16.0). ``next build`` writes the latter to ``.next/standalone``, in a repository of many packages to the package's own folder below
that (https://nextjs.org/docs/app/api-reference/config/next-config-js/output).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....regexes import regex
from .files import LIMIT, absolute
from .jsontext import strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....image.model import ImageFile
    from ..catalogue import Entry
    from ..facts import Situation

_STANDALONE = regex(r"(/.*|)/\.next/standalone/(?:.*/)?server\.js")
# What package.json may ask for; of anything but one plain range the version is not known.
_RANGE = regex(r"(\^|~|>=|=|v)?(\d{1,3})(?:\.(\d{1,3})(?:\.(?:\d{1,5}|x|\*))?(-[\w.]+)?|\.x|\.\*)?")
_NEWEST = ("latest", "canary")
_MEASURED, _FINISHES = (12, 0), (14, 1)
_REACTIONS = {
    True: {"does": "handles", "why": "Next.js finishes its requests and ends"},
    False: {"does": "terminates", "why": "Next.js before 14.1 ends at once, and drops its requests"},
    None: {"does": "unknown", "why": "Next.js finishes its requests since 14.1, and its version is not known"},
}
_MANUAL = "NEXT_MANUAL_SIG_HANDLE"


def next_start(facts: Entry, situation: Situation) -> Entry:
    """``next start [folder]``: by the version that the folder's package.json asks for, in the image or in a stage before."""
    operands = situation.line.operands
    path = absolute(situation, "package.json", operands[0].value if operands else "")
    asked = (_asked(files.known(path)) for files in situation.image.files.stages())
    version = next((one for one in asked if one is not None), None)
    finishes = _finishes(version) if version is not None else None
    reaction = _REACTIONS[finishes]
    if situation.image.env.get(_MANUAL):
        reaction = {"does": "unknown", "why": f"{_MANUAL} leaves the signal to the application"}
    clean = facts["clean"] if reaction["does"] == "handles" else ()
    missing = [reaction["why"]] if reaction["does"] == "unknown" else []
    return {"on": {"SIGTERM": reaction, "SIGINT": reaction}, "clean": clean, "missing": missing}


def standalone(situation: Situation) -> Sequence[Argument]:
    """``next start`` of the project whose build left the program that node is to run; empty if that is no server of Next.js."""
    path, project = absolute(situation, situation.line.operands[0].value), None
    for files, place in situation.image.files.origins(path):
        found = files.known(place)
        if found is not None and found.content is not None:
            return ()  # the project's own
        match = _STANDALONE.fullmatch(place)
        project = match[1] or "/" if match else project  # the last one is where it was built
    words = ("next", "start", project) if project is not None else ()
    return [Argument(word, situation.program.text, implied=True) for word in words]


def _asked(file: ImageFile | None) -> str | None:
    """The version of Next.js that a package.json asks for."""
    if file is None or file.content is None or len(file.content) > LIMIT:
        return None
    kinds = (("dependencies", "next"), ("devDependencies", "next"))
    return next((value.value for keys, value in strings(file.content) if keys in kinds), None)


def _finishes(asked: str) -> bool | None:
    """Whether all versions that fit finish their requests; None where some do, or it is not known."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None:
        return True if asked in _NEWEST else None
    operator, major, minor, preliminary = match[1] or "", int(match[2]), match[3], match[4]
    lowest = (major, int(minor or 0))
    highest: tuple[float, float] = lowest if operator in ("", "=", "v", "~") and minor else (major, inf)
    if operator == ">=":
        highest = (inf, inf)
    if preliminary and major == _FINISHES[0]:
        return None
    if lowest >= _FINISHES:
        return True
    return False if lowest >= _MEASURED and highest < _FINISHES else None
