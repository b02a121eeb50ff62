"""What one run of ``gracelint check`` judges."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..cases import absolute
from ..discovery import read_bytes
from ..engine import judge, judge_all, rules_for
from ..records import replace
from ..report import combine, shown
from ..source import Document
from ..units import renewed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..cache import Store
    from ..cases import Unit
    from ..diagnostics import Finding
    from ..discovery import Source
    from ..engine import Judged
    from ..report import Report


class Job:
    """The units of a run and what they yielded, judged again where contents change.

    A script that was named is judged by itself, unless an image led to it.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        overlay: Mapping[str, bytes],
        store: Store | None,
        units: Callable[[Iterable[Source]], list[Unit]],
        sources: Sequence[Source],
    ) -> None:
        """``overlay`` holds contents that stand in for the files', ``store`` what is kept from earlier runs, ``units`` makes them of sources."""
        self.options, self.overlay, self.store = options, overlay, store
        self.units = units(source for source in sources if source.kind == "dockerfile")
        self.judged = self._judge(self.units)
        read = frozenset[str]().union(*(result.read for result in self.judged))
        alone = units(s for s in sources if s.kind == "script" and absolute(s.path) not in read)
        self.judged += self._judge(alone)
        self.units += alone
        self.codes = frozenset[str]().union(*(unit.codes for unit in self.units))

    def _judge(self, units: Sequence[Unit]) -> list[Judged]:
        options = self.options
        every: bool = options.fix or options.fix_only or options.diff
        if every or self.overlay or self.store is None:
            return judge_all(units, options.jobs, self.overlay, every)
        from .. import cache

        return cache.judge_all(units, options.jobs, self.store)

    def lacks(self, target: str) -> bool:
        """Whether none of the Dockerfiles has a stage: a mistyped name is not to look like an image in which nothing is wrong."""
        from ..image.stages.stages import read_stages
        from ..parsers.dockerfile import parse

        files = [read_stages(parse(document), {}) for document in self._dockerfiles()]
        files = [file for file in files if file.stages]
        return bool(files) and all(file.find(target) is None for file in files)

    def _dockerfiles(self) -> Iterator[Document]:
        """The Dockerfiles that can be read."""
        for unit in self.units:
            if unit.kind == "dockerfile":
                with suppress(OSError, ValueError):
                    given = self.overlay.get(absolute(unit.file))
                    yield Document.decode(unit.path, read_bytes(unit.file) if given is None else given)

    def report(self) -> Report:
        """What the user asked for."""
        options = self.options
        return combine(
            self.units, self.judged, min_severity=options.min_severity, min_confidence=options.min_confidence
        )

    def full_report(self, contents: Mapping[str, bytes]) -> Report:
        """What all rules say on other contents; only what read one of the files that differ is judged again."""
        changed = {path for path in {*contents, *self.overlay} if contents.get(path) != self.overlay.get(path)}
        judged = [
            judge(unit, contents, every=True) if changed & result.read else result
            for unit, result in zip(self.units, self.judged, strict=True)
        ]
        every = [
            replace(unit, codes=frozenset(rule.code for rule in rules_for(unit.settings.plugins)))
            for unit in self.units
        ]
        return combine(every, judged)

    def asked_for(self, report: Report) -> list[Finding]:
        """The findings of a full report that the user's options leave."""
        options = self.options
        return [
            finding
            for finding in report.findings
            if finding.code in self.codes and shown(finding, options.min_severity, options.min_confidence)
        ]

    def adopt(self, contents: Mapping[str, bytes]) -> None:
        """Goes on with these contents in place of the overlay's, and with what the files hold now."""
        self.overlay = dict(contents)
        self.units = [renewed(unit) for unit in self.units]
        self.judged = self._judge(self.units)

    def instructions(self, document: Document) -> list[tuple[int, int]]:
        """First and last lines of a Dockerfile's instructions, or of what a compose file starts; none of other files."""
        if any(unit.service is not None and unit.service.document.path == document.path for unit in self.units):
            from ..compose.reading import ranges

            return ranges(document)
        if not any(unit.kind == "dockerfile" and unit.path == document.path for unit in self.units):
            return []
        from ..parsers.dockerfile import parse

        return [(each.first_line, each.last_line) for each in parse(document).instructions]
