"""The operations of a RUN: an action, and how the build came to it.

An operation that may or may not take place (behind ``||``, inside ``if``, or because it may fail) is asked as if it did, and then both answers
are merged: what differs is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import NamedTuple, dataclass
from ..entries import Change, Effect, Entry, World, maybe
from .actions import is_dotted, moved, physical, unsettled
from .conditions import Trust, holds, placed
from .effects import done
from .links import reaches
from .outcomes import possible
from .reach import Spread
from .spreads import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...source import Text
    from .actions import Action
    from .conditions import Condition, Folders


class Course(NamedTuple):
    """How a command came to run: ``when`` it does, in which case it does so in the working folder that it is read in (``where``; else in one of ``others``), and how far its success is to be trusted."""

    when: Condition = True
    where: Condition = True
    trust: Trust = Trust.GIVEN
    others: Folders = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An action, where it is written, and how the build came to it."""

    action: Action
    text: Text
    course: Course = Course()

    def effect(self, path: str, world: World) -> Effect:
        """What it does to a path."""
        when, where, trust, others = self.course
        sure = True if when is True else holds(when, world)
        if sure is False:
            return None
        if where is True:
            return self._tried(physical(self.action, world), path, world, sure, trust)
        action, instead = placed(self.action, where, others, world)
        effect = None if action is None else self._tried(physical(action, world), path, world, sure, trust)
        if effect is not None or not instead:
            return effect
        changes = [maybe(self._tried(each, path, world, sure, trust)) for each in instead]
        return _one_after_the_other([each for each in changes if each is not None])

    def _tried(self, action: Action, path: str, world: World, sure: bool | None, trust: Trust) -> Effect:
        """What is done as far as it can be."""
        part: Action | None = action
        if not trust.is_given:
            part, known = possible(action, world)
            sure = sure and ((known and trust is not Trust.HINDERED) or trust.otherwise)
        if part is None:
            return None
        effect = self._on_names(part, path, world) if world.has_links else done(part, path, self.text, world)
        return effect if sure else maybe(effect)

    def _on_names(self, action: Action, path: str, world: World) -> Effect:
        """What an action does to a path under any of the names by which it is reached."""
        effects: list[Change] = []
        for name in world.names(path):
            reached = reaches(action, name, path, world)
            effect = None if reached is False else done(action, name, self.text, world)
            if effect is None:
                continue
            if reached and not effects:
                return effect
            unsure = maybe(effect)
            assert unsure is not None
            effects.append(unsure)
        return effects[0] if effects else None

    def versions(self) -> Iterator[Action]:
        """The action in each of the folders in which it may run, as far as they are known."""
        yield self.action
        for _, folder in self.course.others:
            yield moved(self.action, folder)

    def spread(self) -> Spread | None:
        """The paths that it can reach; None where that may be any."""
        spreads = [spread(self.action)]
        if self.course.where is not True or is_dotted(self.action):
            spreads.append(spread(unsettled(self.action)))
        known = [each for each in spreads if each is not None]
        if len(known) < len(spreads):
            return None
        return known[0] if len(known) == 1 else Spread(*((*one, *other) for one, other in zip(*known, strict=True)))


def _one_after_the_other(changes: list[Change]) -> Change | None:
    """What several changes do, of which each may take place."""

    def apply(entry: Entry) -> Entry:
        for change in changes:
            entry = change.apply(entry)
        return entry

    return Change(apply) if changes else None
