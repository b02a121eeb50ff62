"""The options of ``gracelint check``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import __version__
from ..diagnostics import CONFIDENCES, SEVERITIES
from ..output import FORMATS
from .parsing import Parser

if TYPE_CHECKING:
    from .streams import Streams

_DESCRIPTION = """\
Tells whether containers stop gracefully: follows the stop signal from PID 1 to the application, and reports
every place where it is lost.

commands:
  check    lint Dockerfiles, folders, entrypoint scripts (the default: `gracelint Dockerfile`)
  trace    show the signal's way through one image, and the verdict
  probe    ask the real kernel what a command does as PID 1
  rule     a rule's page; without a code, the table of rules
  config   the settings in force, and where each came from
"""
_EPILOG = """\
exit status: 0 nothing found, 1 findings (or, with --diff, a fix to make), 2 wrong use, 3 a bug in gracelint
"""


def codes(text: str) -> tuple[str, ...]:
    """A comma-separated list of codes or prefixes."""
    return tuple(word.upper() for word in text.replace(",", " ").split())


def positive(text: str) -> int:
    """A number of processes."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def settings_options(parser: argparse.ArgumentParser) -> None:
    """``--config`` and ``--isolated``, which several commands take."""
    parser.add_argument("--config", metavar="FILE", help="read the settings from this file")
    parser.add_argument("--isolated", action="store_true", help="read no configuration at all")


def image_options(parser: argparse.ArgumentParser) -> None:
    """``--context`` and ``--target``."""
    parser.add_argument(
        "--context",
        metavar="DIR",
        help="build context (default: as a compose file says, else the Dockerfile's folder, else the nearest folder above that holds what it copies)",
    )
    parser.add_argument("--target", metavar="STAGE", help="the stage to judge (default: the last one)")


def start_options(parser: argparse.ArgumentParser) -> None:
    """What a container is started and stopped with, as `docker run` and `docker stop` are told it."""
    group = parser.add_argument_group("as started and stopped")
    group.add_argument("--init", action="store_true", help="with the engine's own init in front")
    group.add_argument("--user", metavar="USER", help="as this user (name or uid)")
    group.add_argument(
        "--env", metavar="NAME=VALUE", type=variable, action="append", default=[], help="with this environment variable"
    )
    group.add_argument("--stop-signal", metavar="SIGNAL", type=stop_signal, help="stopped with this signal")
    group.add_argument(
        "--grace-period", metavar="TIME", type=seconds, help="time until SIGKILL, in seconds or as in 1m30s"
    )


def variable(text: str) -> tuple[str, str]:
    """The name and value of ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not name or not equals or "\0" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def stop_signal(text: str) -> str:
    """A signal's canonical name."""
    from ..image.stages.stop_signal import canonical_signal

    name = canonical_signal(text)
    if name is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no signal that an engine accepts")
    return name


def seconds(text: str) -> float:
    """A number of seconds, or a duration as Compose writes it."""
    from ..compose.reading import duration

    value = duration(text if text[-1:].isalpha() else f"{text}s")
    if value is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time, such as 30 or 1m30s")
    return value


def check_parser(streams: Streams) -> Parser:
    """The parser of ``gracelint check``."""
    parser = Parser(streams, "check", _DESCRIPTION, "gracelint [check] [OPTIONS] [PATH ...]")
    parser.epilog = _EPILOG
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="a Dockerfile, an entrypoint script, a folder to search, or - for standard input (default: .)",
    )
    report = parser.add_argument_group("report")
    report.add_argument(
        "--format",
        choices=FORMATS,
        metavar="FORMAT",
        help=", ".join(FORMATS) + " (default: text; github inside GitHub Actions)",
    )
    report.add_argument("--output-file", metavar="FILE", help="write the report to a file")
    report.add_argument(
        "--statistics", action="store_true", help="print how often each rule fired instead of the findings"
    )
    report.add_argument("--show-files", action="store_true", help="print the files that would be linted, and stop")
    report.add_argument("--exit-zero", action="store_true", help="exit with 0 even when something is found")
    report.add_argument("-q", "--quiet", action="store_true", help="print findings only")
    report.add_argument("-v", "--verbose", action="store_true", help="also say what is done, and show tracebacks")
    rules = parser.add_argument_group("rules")
    for name, text in (
        ("--select", "rules to ask, instead of all (GL101, GL1, ALL)"),
        ("--ignore", "rules not to ask"),
        ("--extend-select", "rules to ask in addition"),
    ):
        rules.add_argument(name, metavar="CODES", type=codes, action="extend", help=text)
    rules.add_argument("--min-severity", choices=SEVERITIES, default="info", help="leave out what is less severe")
    rules.add_argument("--min-confidence", choices=CONFIDENCES, default="low", help="leave out what is less certain")
    rules.add_argument(
        "--baseline", metavar="FILE", help="leave out the findings in this file; written if it is not there"
    )
    rules.add_argument("--add-ignore", action="store_true", help="write ignore comments for everything found")
    mend = parser.add_argument_group("fixes")
    mend.add_argument("--fix", action="store_true", help="apply the safe fixes")
    mend.add_argument(
        "--unsafe-fixes", action="store_true", help="apply (or show, with --diff) the unsafe fixes as well"
    )
    mend.add_argument("--fix-only", action="store_true", help="apply fixes, and report nothing that is left")
    mend.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    image = parser.add_argument_group("image")
    image_options(image)  # type: ignore[arg-type]  # a group adds arguments like a parser, but shares no public base with it
    image.add_argument("--stdin-filename", metavar="PATH", help="the name of what - reads")
    other = parser.add_argument_group("settings")
    settings_options(other)  # type: ignore[arg-type]  # as above
    other.add_argument("--no-cache", action="store_true", help="keep no results, and use none that were kept")
    other.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="where results are kept for the next run (default: GRACELINT_CACHE_DIR, else .gracelint_cache in the project)",
    )
    other.add_argument("--jobs", metavar="N", type=positive, help="processes (default: as many as are worth it)")
    other.add_argument("--version", action="version", version=f"gracelint {__version__}", help="print the version")
    parser._optionals.title = "other"
    return parser
