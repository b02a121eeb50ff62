"""What dash, busybox ash and bash do differently, as a table.

Measured (see the shells' data): where a shell replaces itself by the last command without ``exec``, which names its ``trap`` accepts, whether its EXIT
trap runs when a signal ends it, and how it names ``$0``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .outcome import Family

FORKED_ASH = frozenset({"list", "behind &", "and-or", "group", "subshell", "condition", "redirection"})
NOTHING: frozenset[str] | None = None
SIMPLE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dialect:
    """One shell.

    ``tails`` maps how a shell process got its commands to the constructs through which the last command is exec'ed in place (None: never): ``command``
    (``-c``), ``file``, and for forked children ``subshell`` (also a simple background command or member of a pipeline) and ``compound`` (any other).
    ``trap_prefix``: ``trap x SIGTERM`` is accepted. ``exit_trap_on_signal``: an EXIT trap runs when a signal ends the shell, and makes a shell that is PID 1 receive it. ``monitors``: ``set -m`` works without a
    terminal. ``job_words``: ``kill %1`` and ``$(jobs -p)`` work. ``waits_once``: ``wait -n`` is known (else it ends the shell). ``returns_from_traps``: a
    ``return`` in a trap's action ends what the trap has interrupted. ``bash_syntax``: ``[[``, arrays and ``<(…)``.
    """

    family: Family
    version: str | None
    tails: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    trap_prefix: bool = True
    exit_trap_on_signal: bool = False
    monitors: bool = False
    job_words: bool = True
    waits_once: bool = True
    returns_from_traps: bool = True
    bash_syntax: bool = False


def dialect(family: Family, version: str | None = None) -> Dialect:
    """The shell of this family and version (None: a current one)."""
    number = _number(version)
    if family == "dash":
        tails: dict[str, frozenset[str] | None] = {"subshell": FORKED_ASH, "compound": FORKED_ASH}
        return Dialect("dash", version, tails, trap_prefix=False, job_words=False, waits_once=False)
    if family == "ash":
        tails = {"subshell": FORKED_ASH, "compound": FORKED_ASH}
        if number is None or number >= (1, 28):
            tails["command"] = FORKED_ASH
        return Dialect("ash", version, tails, bash_syntax=True)
    tail = SIMPLE
    if number is None or number >= (5, 1):
        tail = frozenset({"list", "and-or"})
    elif number >= (4, 4):
        tail = frozenset({"and-or"})
    return Dialect(
        "bash",
        version,
        {"command": tail, "subshell": tail | {"redirection"}},
        exit_trap_on_signal=True,
        monitors=True,
        returns_from_traps=False,
        bash_syntax=True,
    )


def _number(version: str | None) -> tuple[int, int] | None:
    match = re.match(r"(\d{1,4})\.(\d{1,4})", version or "")
    return (int(match[1]), int(match[2])) if match else None
