"""``a && b || c``: which of its commands can be trusted to have succeeded in a build that went on.

Method: from the right to the left, as it is bound: what holds for the whole holds for its last command, and for what stands before that as far as
the operator lets a failure through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from ...parsers.shell.model import AndOr, Group, Simple, Subshell
from ...records import NamedTuple
from .conditions import Trust

if TYPE_CHECKING:
    from ...parsers.shell.model import Command


class Link(NamedTuple):
    """A command of a chain behind its operator, and the trust in it, and in the chain up to here."""

    operator: str
    command: Command
    trust: Trust


def linked(chain: AndOr, trust: Trust, fatal: bool) -> list[Link]:
    """The commands of a chain in order, without recursion along it. ``fatal``: a shell that is left with a failure ends the build."""
    links: list[Link] = []
    left: Command = chain
    while isinstance(left, AndOr):
        links.append(Link(left.operator, left.right, trust))
        trust = _before(left, trust, fatal)
        left = left.left
    links.append(Link("&&", left, trust))
    return links[::-1]


def _before(chain: AndOr, trust: Trust, fatal: bool) -> Trust:
    """The trust in what stands left of the last operator."""
    unwatched = Trust.EXPECTED if trust is Trust.WATCHED else trust
    if chain.operator == "&&":
        return unwatched
    if leaves(chain.right):
        return Trust.GIVEN if fatal else Trust.OPEN
    if _fails(chain.right):
        return Trust.GIVEN if trust is Trust.WATCHED else trust
    return Trust.OPEN


def leaves(command: Command, alone: bool = True) -> bool:
    """Whether a command right of ``||`` leaves the shell with a failure (``exit 1``, ``{ echo …; exit 1; }``). ``alone``: the status is still the one on the left."""
    if isinstance(command, Group) and command.body.commands:
        return leaves(command.body.commands[-1], alone and len(command.body.commands) == 1)
    return is_exit(command) and exits_with_failure(command, alone)


def is_exit(command: Command) -> TypeGuard[Simple]:
    """Whether a command leaves the shell."""
    return isinstance(command, Simple) and bool(command.words) and command.words[0].literal == "exit"


def exits_with_failure(command: Simple, after_failure: bool) -> bool:
    """Whether the status of an ``exit`` is known not to be 0."""
    if len(command.words) == 1 or command.words[1].text.value == "$?":
        return after_failure
    return command.words[1].literal not in ("0", None)


def _fails(command: Command) -> bool:
    """Whether a command fails for certain."""
    if isinstance(command, (Group, Subshell)):
        last = command.body.commands[-1] if command.body.commands else command
        return (isinstance(command, Subshell) and leaves(last, alone=False)) or (last is not command and _fails(last))
    return isinstance(command, Simple) and bool(command.words) and command.words[0].literal == "false"
