"""Whether a command of a RUN ran, and whether it succeeded, in a build that went on.

Method: that depends on the commands before it, and they on the files of the image, of which nothing is known while a RUN is read (its reading serves many
builds). So what has to hold is kept as data: truth values of three kinds (None: nobody can tell), commands that were tried, and what ``&&``, ``||`` and ``!`` make
of these. It is worked out when a path is asked for. A command's `Trust` says what is known of its success before anybody looks at a file.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from ...records import dataclass
from .actions import moved, physical, unsettled
from .outcomes import can

if TYPE_CHECKING:
    from ..entries import World
    from .actions import Action

MOST = 40
DEEPEST = 6
"""How many commands a condition may ask for, and how deep; of what takes more, only what is expected is looked at."""


class Trust(Enum):
    """What is known of a command's success before anybody looks at a file.

    GIVEN: it succeeded, or there is no image. WATCHED: likewise, by ``set -e``, which does not look at all that stands left of ``&&``.
    EXPECTED: nobody looks at its status, and who wrote it counts on it. OPEN: its failure is provided for (``|| true``).
    HINDERED: neither given nor decided by the files, as its user may not be allowed to do it.
    """

    GIVEN = "given"
    WATCHED = "watched"
    EXPECTED = "expected"
    OPEN = "open"
    HINDERED = "hindered"

    @property
    def is_given(self) -> bool:
        """Whether its failure would have ended the build."""
        return self in (Trust.GIVEN, Trust.WATCHED)

    @property
    def otherwise(self) -> bool | None:
        """Whether it succeeded, if the files do not tell."""
        return None if self in (Trust.OPEN, Trust.HINDERED) else True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One action of a command, the number of its operation in the RUN, whether its working folder is the one that it is read in, and else which."""

    number: int
    action: Action
    where: Condition = True
    others: Folders = ()

    def succeeded(self, world: World) -> bool | None:
        """Whether it could take place."""
        then = world.earlier(self.number)
        action, _ = placed(self.action, self.where, self.others, then)
        return can(unsettled(self.action) if action is None else physical(action, then), then)


@dataclass(frozen=True, slots=True)
class Tried:
    """A command succeeded that ran: ``otherwise`` is what holds if the files do not tell. ``decided``: they do if they are known, the command asks for nothing else."""

    attempts: tuple[Attempt, ...]
    decided: bool
    otherwise: bool | None
    size: int
    depth: int


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    condition: Tried | All


@dataclass(frozen=True, slots=True)
class All:
    """All of them, of which none is certain by itself."""

    parts: tuple[Condition, ...]
    size: int
    depth: int


Folders: TypeAlias = "tuple[tuple[Condition, str | None], ...]"
"""The folders that were left, the last one first, and whether they were the working folder."""
Condition: TypeAlias = "bool | Tried | Not | All | None"


def tried(attempts: tuple[Attempt, ...], decided: bool, otherwise: bool | None) -> Condition:
    """Whether a command succeeded that made these attempts."""
    places = [_extent(each) for one in attempts for each in (one.where, *(other for other, _ in one.others))]
    size, depth = 1 + sum(size for size, _ in places), 1 + max((depth for _, depth in places), default=0)
    return Tried(attempts, decided, otherwise, size, depth) if size <= MOST and depth <= DEEPEST else otherwise


def negation(condition: Condition) -> Condition:
    """The opposite."""
    if isinstance(condition, Not):
        return condition.condition
    if isinstance(condition, (Tried, All)):
        return Not(condition)
    return None if condition is None else not condition


def all_of(*conditions: Condition) -> Condition:
    """Whether all of them hold."""
    if False in conditions:
        return False
    several = [each for each in conditions if each is not True]
    if len(several) < 2:
        return several[0] if several else True
    parts = [part for each in several for part in (each.parts if isinstance(each, All) else (each,))]
    extents = list(map(_extent, parts))
    whole = All(tuple(parts), sum(size for size, _ in extents), 1 + max(depth for _, depth in extents))
    return whole if whole.size <= MOST and whole.depth <= DEEPEST else holds(whole)


def any_of(*conditions: Condition) -> Condition:
    """Whether one of them holds."""
    return negation(all_of(*map(negation, conditions)))


def placed(action: Action, where: Condition, others: Folders, world: World) -> tuple[Action | None, list[Action]]:
    """An action in the folder that it runs in (None: not known which), and in those in which it may run instead, as nobody knows whether a ``cd`` was possible."""
    if where is True or unsettled(action) == action:
        return action, []
    stays = holds(where, world)
    if stays:
        counted_on = bool(others) and holds(where, world, expected=False) is not True
        return action, [moved(action, others[0][1])] if counted_on else []
    if stays is False:
        for condition, folder in others:
            if holds(condition, world):
                return moved(action, folder), []
    versions = dict.fromkeys((action, *(moved(action, folder) for _, folder in others), unsettled(action)))
    return None, list(versions)


def holds(condition: Condition, world: World | None = None, expected: bool = True) -> bool | None:
    """Whether it holds, asked of the image as it was before an operation; without one, whether it is expected to. What the files do not tell is None unless it is ``expected``."""
    match condition:
        case Tried():
            return condition.otherwise if world is None else _succeeded(condition, world, expected)
        case Not(condition=inner):
            value = holds(inner, world, expected)
            return None if value is None else not value
        case All(parts=parts):
            result: bool | None = True
            for part in parts:
                value = holds(part, world, expected)
                if value is False:
                    return False
                result = result and value
            return result
    return condition


def _succeeded(tried: Tried, world: World, expected: bool) -> bool | None:
    known: bool | None = tried.decided
    for attempt in tried.attempts:
        value = attempt.succeeded(world)
        if value is False:
            return False
        known = known and value
    return True if known else tried.otherwise if expected else None


def _extent(condition: Condition) -> tuple[int, int]:
    """How many commands it asks for, and how deep."""
    inner = condition.condition if isinstance(condition, Not) else condition
    return (inner.size, inner.depth) if isinstance(inner, (All, Tried)) else (0, 0)
