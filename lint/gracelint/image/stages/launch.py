"""The argv of PID 1: ENTRYPOINT, CMD and SHELL put together.

How they combine is Docker's table ("Understand how CMD and ENTRYPOINT interact",
https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact); what a user's own
entrypoint or command replaces is moby's ``merge`` (daemon/commit.go): an entrypoint given by the user drops the
image's CMD, a command replaces it.

Hazard: the kernel in truth gets the CMD behind a shell-form ENTRYPOINT as well, as ``$0``, ``$1`` … of the string. As
Docker's table has it, they are left out, unless the string asks for them (``exec "$0" "$@"``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import Document, join
from ..model import Argument, CommandLine, ImageFile, Launch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from ..model import Image

_ASKS_FOR_ARGUMENTS = regex(r"\$(?:[1-9#*]|\{[1-9#*])|\bin \"?\$@|\b(?:shift|getopts)\b")
_POSITIONAL = regex(r"\$(?:[0-9@*#]|\{[0-9@*#])")


def build_launch(entrypoint: CommandLine | None, cmd: CommandLine | None) -> Launch:
    """The launch of an image's ENTRYPOINT and CMD; both None or empty: nothing is started."""
    words = entrypoint.arguments if entrypoint is not None else ()
    rest = cmd.arguments if cmd is not None else ()
    used = not words or entrypoint is None or _takes_arguments(entrypoint)
    return Launch((*words, *rest) if used else words, entrypoint, cmd, cmd_used=used)


def _takes_arguments(entrypoint: CommandLine) -> bool:
    """Whether words behind the entrypoint reach anybody."""
    return entrypoint.form == "exec" or bool(_POSITIONAL.search(entrypoint.arguments[-1].value))


def with_any_arguments(image: Image) -> Launch | None:
    """The launch of an image that is started with arguments that nobody knows (``docker run IMAGE ...``, ``command:``, ``args:``) in CMD's
    place. None where they reach nobody, or no script in ENTRYPOINT chooses by them.
    """
    entrypoint = image.launch.entrypoint
    if entrypoint is None or not _takes_arguments(entrypoint):
        return None
    search = image.env.get("PATH") or ""
    for word in entrypoint.arguments:
        found = image.files.which(word.value, image.workdir, search) if word.value else None
        content = found.content if isinstance(found, ImageFile) else None
        if content is not None and _ASKS_FOR_ARGUMENTS.search(content.value):
            behind = entrypoint.arguments[-1].text
            rest = Argument("$@", join([("$@", behind)]), implied=True, rest=True)
            return Launch((*entrypoint.arguments, rest), entrypoint, None, cmd_used=True)
    return None


def given(words: Sequence[str | Text]) -> CommandLine:
    """An ENTRYPOINT or CMD that was given when the container was started: texts that somebody wrote (a compose file), or strings that stand
    in no file."""
    document = Document("<command line>", " ".join(word for word in words if isinstance(word, str)))
    arguments: list[Argument] = []
    at = 0
    for word in words:
        if isinstance(word, str):
            arguments.append(Argument(word, document.cut(at, at + len(word))))
            at += len(word) + 1
        else:
            arguments.append(Argument(word.value, word))
    return CommandLine("exec", tuple(arguments), None)


def override(
    entrypoint: CommandLine | None,
    cmd: CommandLine | None,
    new_entrypoint: Sequence[str | Text] | None,
    new_cmd: Sequence[str | Text] | None,
) -> tuple[CommandLine | None, CommandLine | None]:
    """ENTRYPOINT and CMD in force when the user gives their own; an empty one clears."""
    if new_entrypoint is not None:
        entrypoint = given(new_entrypoint) if any(map(str, new_entrypoint)) else None
        cmd = None
    if new_cmd is not None:
        cmd = given(new_cmd) if new_cmd else cmd
    return entrypoint, cmd
