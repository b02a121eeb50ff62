"""What ``dotnet publish`` leaves beside ``App.dll``: a program ``App``, which loads the same runtime and starts the same there, in its own
process.

It is told by the project ``App.csproj`` of the stage that publishes it
(https://learn.microsoft.com/en-us/dotnet/core/project-sdk/msbuild-props#useapphost).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ...records import replace
from ...regexes import regex
from ..programs.readers.files import known_text

if TYPE_CHECKING:
    from ...image.model import Argument, Files

_PUBLISHES = regex(r"\bdotnet\s+(?:publish|build)\b")
_WITHOUT = regex(r"UseAppHost\s*[=>]\s*false", re.IGNORECASE)


def as_program(arguments: tuple[Argument, ...], path: str, files: Files) -> tuple[Argument, ...] | None:
    """A command line of such a program at an absolute path, as ``dotnet App.dll``; None if it is another one."""
    project = f"/{posixpath.basename(path)}.csproj"
    for stage in files.stages():
        if not stage.runs(_PUBLISHES, ("dotnet",)) or stage.runs(_WITHOUT, ("UseAppHost",)):
            continue
        found = stage.listing("/", lambda each: each.endswith(project))
        if found and not any(_WITHOUT.search(known_text(stage, each)) for each in found):
            return tuple(replace(arguments[0], value=word) for word in ("dotnet", f"{path}.dll")) + arguments[1:]
    return None
