"""What the build up to some place leaves at a path, asked backwards through the steps.

Method: a path is looked for from the last step to the first; each step says what it did to that one path (see
`gracelint.image.entries`), and renaming steps change the path under way. Nothing is built up in advance, so an image
that is asked about one script reads one script. What no step decides is a question to the base image.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from ..bases.base_files import held_by_base, is_system_folder, other_names
from ..entries import Change, Folder, Found, Gone, Link, Vague
from ..paths import normal
from .before import MAX_LINKS, Before, Place
from .history import History
from .links import Links

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...source import Text
    from ..context.context import Context
    from ..entries import Entry, Kind
    from ..model import BaseImage
    from ..stages.steps import Step
    from .effort import Effort
    from .files import ImageFiles


class Past:
    """The steps that built one stage's image, and what they leave."""

    def __init__(
        self,
        steps: Sequence[Step],
        context: Context,
        base: BaseImage,
        stage: Callable[[int], ImageFiles | None],
        effort: Effort,
    ) -> None:
        """``stage`` gives the files of an earlier stage by its index; None where that is none."""
        self.context, self.base, self.effort, self._stage = context, base, effort, stage
        self.history = History(steps, base.shell, effort)
        self.links = Links(steps, context, self.history, effort, stage)
        self.history.links = self.links
        self.seen_links: dict[tuple[str, Place], Entry] = {}
        self._kinds: dict[tuple[str, Place], Kind] = {}
        self._bare: set[tuple[str, bool]] = set()  # where neither a file nor a link stands
        self._end = Place(len(steps), 0)
        self._notes: list[tuple[str, Text | None]] = []

    def at_the_end(self) -> Before:
        """The finished image, as a step would see it that came next."""
        return Before(self, self._end)

    def followed(self, path: str, thorough: bool) -> Entry:
        """What stands at a path of the finished image, links followed; unless ``thorough``, what a RUN may have made without naming it counts as not there."""
        for _ in range(MAX_LINKS):
            if not self.links.none and self.links.any:
                path = self.at_the_end().real(path, follow=False) or path
            self._notes.clear()
            found = self.find(path, self._end, thorough)
            if isinstance(found, (Gone, Vague)):
                if not self.effort.spent:
                    self._bare.add((path, thorough))
                found = self._merged(path, thorough) or found
            if not isinstance(found, Link):
                return found
            path = normal(posixpath.join(posixpath.dirname(path), found.target))
        return Vague(f"{path} is a symbolic link that leads back to itself")

    def _merged(self, path: str, thorough: bool) -> Entry | None:
        """The file under its other name where ``/bin`` may be ``/usr/bin``."""
        for other in other_names(path):
            if (other, thorough) in self._bare:
                continue
            found = self.find(other, self._end, thorough)
            if isinstance(found, (Found, Link)):
                return found
            if not self.effort.spent:
                self._bare.add((other, thorough))
        return None

    def find(self, path: str, before: Place, thorough: bool = True) -> Entry:
        """What the build up to a place leaves at a path; a link is not followed."""
        if self.effort.deep:
            return Vague("the build is nested too deeply to follow")
        self.effort.depth += 1
        try:
            return self._search(path, before, thorough)
        finally:
            self.effort.depth -= 1

    def _search(self, asked: str, before: Place, thorough: bool) -> Entry:
        path, entry, place = asked, None, before
        since = before  # when it was last asked for under this name
        changes: list[Change] = []
        while entry is None and (earlier := self.history.before(path, place)) is not None:
            place = earlier
            effect = self.history.act(place)(path, Before(self, place))
            if isinstance(effect, Change):
                changes.append(effect)
                path, since = (effect.path, place) if effect.path else (path, since)
            else:
                entry = effect
                if (
                    thorough
                    and isinstance(entry, Gone)
                    and (again := self.history.perhaps_made_behind(path, place, since))
                ):
                    entry = Vague(f"RUN {_short(again.instruction.value.value)} may have made {path} again")
        if entry is None and not self.effort.spent:
            entry = self._from_base(path, before.begun if thorough else 0)
        if entry is None or self.effort.spent:
            return Vague("the build has too many steps to follow")
        for change in reversed(changes):
            entry = change.apply(entry)
        if isinstance(entry, Found) and entry.file.path != asked:
            return Found(replace(entry.file, path=asked))
        return entry

    def kind(self, path: str, before: Place) -> Kind:
        """What kind of thing stands at a path, as far as it is known."""
        if is_system_folder(path, self.base):
            return "folder"
        key = (path, before)
        if key not in self._kinds:
            entry = self.find(path, before)
            kind: Kind = "unknown"
            if isinstance(entry, Folder):
                kind = "folder"
            elif isinstance(entry, Found):
                kind = "file"
            elif isinstance(entry, Gone):
                kind = "none"
            if self.effort.spent:
                return kind
            self._kinds[key] = kind
        return self._kinds[key]

    def stage_entry(self, index: int, path: str, follow: bool) -> Entry:
        """What stands at a path of an earlier stage; a link at its end is left alone unless ``follow``."""
        other = None if self.effort.deep else self._stage(index)
        if other is None:
            return Vague("the stage it is copied from is not known")
        return (None if follow else other.link(path)) or other.entry(path)

    def note(self, reason: str, text: Text | None) -> None:
        """Keep a reason why a path is not there."""
        self._notes.append((reason, text))

    # --- below the first step --------------------------------------------------------------------------------------

    def _from_base(self, path: str, before: int) -> Entry:
        """What the base image holds, and what RUNs may have put there without naming it (an empty one as well: a shell that was copied into it runs them)."""
        entry = held_by_base(path, self.base)
        if not isinstance(entry, Gone):
            return self._explained(entry)
        maker = self.history.perhaps_made_by(path, before)
        if maker is not None:
            return Vague(f"RUN {_short(maker.instruction.value.value)} may have made {path}")
        return self._explained(entry)

    def _explained(self, entry: Entry) -> Entry:
        """Of a path that is not there, the reason that a step gave."""
        return Gone(*self._notes[0]) if isinstance(entry, Gone) and self._notes else entry


def _short(command: str) -> str:
    line = command.strip().split("\n", 1)[0]
    return line if len(line) <= 40 else line[:39] + "…"
