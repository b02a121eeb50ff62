"""``gracelint check``: discover, judge, mend, report."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from ..cases import absolute
from ..config import ConfigError, Finder, Settings
from ..discovery import Source, discover, display, read_bytes
from ..engine import Judged, PluginError, Report, combine, judge, judge_all, rules_for, shown
from ..output import counted
from ..records import replace
from ..selection import Layer, unknown
from ..source import Document
from ..terminal import printable
from ..units import renewed, units
from .emit import emit, statistics
from .options import check_parser
from .streams import ISSUES, Exit, Streams, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..cache import Store
    from ..cases import Unit
    from ..diagnostics import Finding

STDIN = "-"


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command."""
    options = check_parser(streams).parse_args(argv)
    try:
        return Check(options, streams).run()
    except (ConfigError, PluginError) as error:
        raise UsageError(str(error)) from error


class Check:
    """One run of the command. ``overlay`` holds contents, by real path, that stand in for the files' (standard input)."""

    def __init__(self, options: argparse.Namespace, streams: Streams) -> None:
        self.options = options
        self.streams = streams
        self.finder = Finder(options.config, options.isolated)
        self.layer = Layer(
            None if options.select is None else tuple(options.select),
            tuple(options.ignore or ()),
            tuple(options.extend_select or ()),
        )
        self.overlay: dict[str, bytes] = {}

    def run(self) -> int:
        """Its exit status."""
        options, streams = self.options, self.streams
        sources = self._sources()
        mending = options.fix or options.fix_only or options.diff
        if options.show_files:
            for source in sources:
                streams.put(printable(source.path))
            return Exit.CLEAN
        if not sources and not options.quiet:
            streams.say("gracelint: no Dockerfiles found under the given paths")
        if options.context is not None and not os.path.isdir(options.context):
            raise UsageError(f"--context: {options.context} is not a folder")
        job = Job(self, sources)
        if options.target is not None and job.lacks(options.target):
            raise UsageError(f"--target: no Dockerfile here has a stage {options.target}")
        if self.overlay and not options.diff and (mending or options.add_ignore):
            # Standard output is for the mended file; the report goes to standard error.
            self.streams = streams = replace(streams, stdout=streams.stderr, data=streams.stdout)
        if mending:
            from .mending import mend_files

            changed = mend_files(job, options, streams)
            if options.diff:
                return Exit.FINDINGS if changed and not options.exit_zero else Exit.CLEAN
        report = job.report()
        if options.add_ignore:
            from .mending import add_ignores

            return add_ignores(job, report, streams)
        if options.baseline:
            from .known import without_known

            report = without_known(report, options, streams, job.codes)
        if options.fix_only:
            report = replace(report, findings=())
        elif options.statistics:
            statistics(report, options, streams)
        else:
            emit(report, options, streams)
        self._tell(report)
        if report.bugs:
            return Exit.BUG
        return Exit.FINDINGS if report.findings and not options.exit_zero else Exit.CLEAN

    def _sources(self) -> list[Source]:
        paths = list(self.options.paths) or ["."]
        if STDIN in paths:
            if paths != [STDIN]:
                raise UsageError("- (standard input) cannot be mixed with other paths")
            name = self.options.stdin_filename or STDIN
            self.overlay[absolute(name)] = self.streams.read_input()
            return [Source(display(name), "dockerfile", True, os.path.dirname(name) or ".")]
        return discover(paths, self._excludes)

    def _excludes(self, folder: str) -> tuple[str, Iterable[str]]:
        settings = self.finder.settings(folder)
        return settings.root, settings.exclude

    def codes(self, settings: Settings) -> list[str]:
        """All codes under some settings. Refuses selectors that mean none of them."""
        codes = [rule.code for rule in rules_for(settings.plugins)]
        for where, layer in ((settings.source, settings.layer), (None, self.layer)):
            for option, selectors in zip(("select", "ignore", "extend-select"), layer, strict=True):
                for selector in unknown(selectors or (), codes):
                    name = f"--{option}" if where is None else f"{where}: `{option}`"
                    raise UsageError(
                        f"{name}: no rule has a code that begins with {selector!r}; `gracelint rule` lists them"
                    )
        return codes

    def units(self, sources: Iterable[Source]) -> list[Unit]:
        """What is to be judged for these files."""
        options = self.options
        return list(
            units(
                sources,
                self.finder.settings,
                self.codes,
                self.layer,
                context=options.context,
                target=options.target,
            )
        )

    def store(self) -> Store | None:
        """What was judged in earlier runs; None where that is not wanted, or files are about to change."""
        options, environ = self.options, self.streams.environ
        changes = options.fix or options.fix_only or options.diff or options.add_ignore or self.overlay
        if options.no_cache or changes or environ.get("GRACELINT_NO_CACHE"):
            return None
        from .. import cache

        return cache.opened(options.cache_dir or environ.get("GRACELINT_CACHE_DIR") or self._project(cache.FOLDER))

    def _project(self, name: str) -> str:
        """A name in the folder of the project: where its settings are, else the working folder."""
        source = None
        if self.options.config is None:
            with suppress(ConfigError):  # of a folder that nobody asked to lint
                source = self.finder.settings(".").source
        return os.path.join(os.path.dirname(source or ""), name)

    def _tell(self, report: Report) -> None:
        """Says on standard error what the report does not."""
        if self.options.verbose:
            self.streams.say(
                f"gracelint: read {counted(len(report.read), 'file')}, {counted(report.silenced, 'finding')} silenced by comments"
            )
        for bug in report.bugs:
            self.streams.say(f"gracelint: this is a bug in {bug.whose}: {bug.where}: {bug.message}")
            if self.options.verbose:
                self.streams.say(bug.traceback.rstrip())
        if any(bug.whose == "gracelint" for bug in report.bugs) and not self.options.verbose:
            self.streams.say(f"Please report it at {ISSUES}, with what --verbose says.")


class Job:
    """The units of a run and what they yielded, judged again where contents change.

    A script that was named is judged by itself, unless an image led to it.
    """

    def __init__(self, check: Check, sources: Sequence[Source]) -> None:
        self.options = check.options
        self.overlay: Mapping[str, bytes] = check.overlay
        self.store = check.store()
        self.units = check.units(source for source in sources if source.kind == "dockerfile")
        self.judged = self._judge(self.units)
        read = frozenset[str]().union(*(result.read for result in self.judged))
        alone = check.units(s for s in sources if s.kind == "script" and absolute(s.path) not in read)
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
        from ..image.stages import read_stages
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
        """First and last lines of a Dockerfile's instructions; none of other files."""
        if not any(unit.kind == "dockerfile" and unit.path == document.path for unit in self.units):
            return []
        from ..parsers.dockerfile import parse

        return [(each.first_line, each.last_line) for each in parse(document).instructions]
