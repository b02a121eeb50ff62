"""``gracelint check``: discover, judge, mend, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cases import absolute
from ..config import ConfigError, Finder, Settings
from ..discovery import Source, discover
from ..engine import PluginError, Report, combine, judge_all, rules_for
from ..output import renderer
from ..selection import Layer, unknown
from ..terminal import Style, printable, wants_colour
from ..units import units
from .options import check_parser
from .streams import ISSUES, Exit, Streams, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from ..cases import Unit


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command."""
    options = check_parser(streams).parse_args(argv)
    try:
        return Check(options, streams).run()
    except (ConfigError, PluginError) as error:
        raise UsageError(str(error)) from error


class Check:
    """One run of the command."""

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
        options = self.options
        sources = self._sources()
        if options.show_files:
            for source in sources:
                self.streams.stdout.write(printable(source.path) + "\n")
            return Exit.CLEAN
        if not sources and not options.quiet:
            self.streams.say("gracelint: no Dockerfiles found under the given paths")
        report = self.judge(sources)
        self._report(report)
        self._tell_bugs(report)
        return self._status(report)

    def _sources(self) -> list[Source]:
        def excludes(folder: str) -> tuple[str, Iterable[str]]:
            settings = self.finder.settings(folder)
            return settings.root, settings.exclude

        return discover(self.options.paths or ["."], excludes)

    def _codes(self, settings: Settings) -> list[str]:
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
                self._codes,
                self.layer,
                context=options.context,
                target=options.target,
            )
        )

    def judge(self, sources: Sequence[Source]) -> Report:
        """The report on these files. A script that was named is judged by itself unless an image led to it."""
        units = self.units(source for source in sources if source.kind == "dockerfile")
        judged = judge_all(units, self.options.jobs, self.overlay)
        read = frozenset[str]().union(*(result.read for result in judged))
        alone = [source for source in sources if source.kind == "script" and absolute(source.path) not in read]
        scripts = self.units(alone)
        return combine(
            [*units, *scripts],
            [*judged, *judge_all(scripts, self.options.jobs, self.overlay)],
            min_severity=self.options.min_severity,
            min_confidence=self.options.min_confidence,
        )

    def _report(self, report: Report) -> None:
        """Prints it."""
        style = Style(wants_colour(self.streams.stdout, self.streams.environ))
        for line in renderer(self.options.format or "text")(report, style):
            self.streams.stdout.write(line + "\n")

    def _tell_bugs(self, report: Report) -> None:
        """Says what went wrong inside gracelint."""
        for bug in report.bugs:
            self.streams.say(f"gracelint: this is a bug in gracelint: {bug.where}: {bug.message}")
            if self.options.verbose:
                self.streams.say(bug.traceback.rstrip())
        if report.bugs and not self.options.verbose:
            self.streams.say(f"Please report it at {ISSUES}, with what --verbose says.")

    def _status(self, report: Report) -> int:
        if report.bugs:
            return Exit.BUG
        return Exit.FINDINGS if report.findings and not self.options.exit_zero else Exit.CLEAN
