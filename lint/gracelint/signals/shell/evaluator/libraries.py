"""Whether a name that nobody knows is that of a function: one in a file which was read, and is not known.

Method: such a function does a step of the script, and mostly comes to an end where more is written behind it; a program may be a server.
So everything that speaks for a program is asked first. Hazard: who takes a server for a function says of a container which runs for ever
that it ends by itself, or forgets a way on which nothing is stopped cleanly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....image.model import ImageFile
from ....regexes import regex
from ..files import filesystem
from ..jobs import writing

if TYPE_CHECKING:
    from ...process import Process
    from ..model.state import State
    from .machine import Machine

# Files that set variables, and are read for these: a virtual environment's, a user's profile, the settings of a package.
_SETS_VARIABLES = regex(
    r"^/etc/(?:default|sysconfig|conf\.d)/|(?:^|[/.])(?:activate|\w*env|\w*environment|envvars|vars|(?:bash_)?profile|bashrc|setup|os-release)(?:\.(?:ba|z)?sh)?$"
    r"|\.(?:env|envsh|conf|cfg|config|ini|properties|vars)$"
)
_NAME = regex(r"[A-Za-z_][\w:.-]*$")


def defines(machine: Machine, state: State, process: Process) -> bool:
    """Whether a file that was read most likely defines what has just been called as a function."""
    name = process.argv[0]
    if process.shell is not None or not _NAME.match(name) or name in writing.SHELLS:
        return False
    return any(not _SETS_VARIABLES.search(file) for file in state.facts.unread) and not _is_program(
        machine, state, name
    )


def _is_program(machine: Machine, state: State, name: str) -> bool:
    """Whether the image holds a program of that name, or the Dockerfile says the word: it is installed there."""
    if isinstance(machine.context.which(name, filesystem.folder(state), filesystem.search(state)), ImageFile):
        return True
    said = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    return re.search(said, machine.context.image.dockerfile.document.text) is not None
