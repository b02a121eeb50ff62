"""``gracelint check``: discover, judge, mend, report."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from ..cases import absolute
from ..config import ConfigError, Finder, Settings
from ..discovery import Source, discover, display
from ..engine import PluginError, rules_for
from ..output import counted
from ..records import replace
from ..selection import Layer, unknown
from ..terminal import printable
from ..units import units
from .emit import emit, statistics
from .job import Job
from .plain import plain
from .streams import ISSUES, Exit, Streams, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from ..cache import Store
    from ..cases import Unit
    from ..report import Report

STDIN = "-"


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command."""
    options = plain(argv)
    if options is None:
        from .options import check_parser

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
        job = Job(options, self.overlay, self.store(), self.units, sources)
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
            return [Source(display(name), "dockerfile", os.path.dirname(name) or ".")]
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
