"""What the package manager that a stage calls tells of a base image that is not known: which shell its ``sh`` is.

A Dockerfile often names its base by a build argument or by a build tool's own name, and then says in its first RUN what kind of
distribution that is. Source of each: the distribution's own ``/bin/sh`` (see ``bases.json``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...parsers.dockerfile.model import Instruction
    from ..model import ShellFamily

_SHELLS: dict[str, ShellFamily] = {
    "apk": "ash",
    **dict.fromkeys(("apt", "apt-get"), "dash"),
    **dict.fromkeys(("dnf", "microdnf", "pacman", "tdnf", "yum", "zypper"), "bash"),
}
# The name as a command of its own, with a word behind it: not a folder of its cache, nor a question whether it is there.
_CALL = regex(rf"(?:^|[\s;&|(])({'|'.join(_SHELLS)})[ \t]+(?:-\S+[ \t]+)*(?:-S|add|install|in|update|upgrade)")


def shell_of(instructions: Iterable[Instruction]) -> ShellFamily | None:
    """The shell behind ``sh``, if all package managers that RUN instructions call are of one kind of distribution."""
    found: set[ShellFamily] = set()
    for instruction in instructions:
        if instruction.keyword == "RUN":
            texts = [instruction.value.value, *(heredoc.body.value for heredoc in instruction.heredocs)]
            found.update(_SHELLS[name] for text in texts for name in _CALL.findall(text))
    return found.pop() if len(found) == 1 else None
