"""``gracelint trace``: the signal's way through one image, and the verdict."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ..cases import Start, View
from ..config import ConfigError, Finder
from ..discovery import Source, display, kind_of, read_bytes, reason, root_of
from ..records import replace
from ..selection import Layer
from ..source import Document
from ..terminal import PLAIN, Style, wants_colour
from ..units import units
from .emit import store
from .options import image_options, settings_options, start_options
from .parsing import Parser
from .streams import Exit, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence

    from ..cases import Unit
    from ..signals.model import Trace
    from .streams import Streams

    Renderer = Callable[[Trace, Style], Iterator[str]]

FORMATS = ("text", "json", "mermaid", "svg", "html")


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command. Exit status 0 whatever the verdict: this command answers, `check` judges."""
    words = list(argv)
    arguments: tuple[str, ...] | None = None
    if "--" in words:
        arguments = tuple(words[words.index("--") + 1 :])
        del words[words.index("--") :]
    options = _parser(streams).parse_args(words)
    unit, document = _image(options, streams)
    start = Start(
        arguments, options.user, dict(options.env), options.stop_signal, options.grace_period, init=options.init
    )
    trace = View(replace(unit, start=start), document, {}).case.trace
    render: Renderer = import_module(f"{__package__.rpartition('.')[0]}.output.trace_{options.format}").render
    if options.output_file:
        store(options.output_file, "".join(line + "\n" for line in render(trace, PLAIN)), "w")
        return Exit.CLEAN
    style = Style(wants_colour(streams.stdout, streams.environ))
    for line in render(trace, style):
        streams.put(line)
    return Exit.CLEAN


def _parser(streams: Streams) -> Parser:
    parser = Parser(
        streams,
        "trace",
        "Shows the stop signal's way through one image, hop by hop, and the verdict. ARGS take CMD's place, as behind `docker run IMAGE`.",
        "gracelint trace [OPTIONS] DOCKERFILE [-- ARGS...]",
    )
    parser.add_argument(
        "dockerfile", metavar="DOCKERFILE", help="a Dockerfile, an entrypoint script, or - for standard input"
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help=", ".join(FORMATS) + " (default: text)")
    parser.add_argument("--output-file", metavar="FILE", help="write it to a file")
    parser.add_argument("--stdin-filename", metavar="PATH", help="the name of what - reads")
    image_options(parser)
    start_options(parser)
    settings_options(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="show the traceback of a bug in gracelint")
    return parser


def _image(options: Namespace, streams: Streams) -> tuple[Unit, Document]:
    """The image that is asked for, and the document that makes it."""
    path, data = options.dockerfile, None
    if path == "-":
        path, data = options.stdin_filename or "-", streams.read_input()
    try:
        kind = "dockerfile" if data is not None else kind_of(path)
        source = Source(display(path), kind, root_of(path))
        finder = Finder(options.config, options.isolated)
        unit = next(
            units([source], finder.settings, lambda _: (), Layer(), context=options.context, target=options.target)
        )
        document = Document.decode(source.path, read_bytes(path) if data is None else data)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    return unit, document
