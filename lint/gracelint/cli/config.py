"""``gracelint config``: the settings in force, and where each came from."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from ..config import GRACE_PERIOD, KEYS, ConfigError, Finder, Settings
from ..terminal import Style, printable, wants_colour
from .options import settings_options
from .parsing import Parser
from .streams import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .streams import Streams

_BUILT_IN: dict[str, Any] = {"select": ["ALL"], "grace-period": GRACE_PERIOD}


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command."""
    parser = Parser(
        streams,
        "config",
        "Shows the settings in force for a file or folder, and where each came from.",
        "gracelint config [OPTIONS] [PATH]",
    )
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="a file or folder (default: .)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    settings_options(parser)
    options = parser.parse_args(argv)
    folder = options.path if os.path.isdir(options.path) else os.path.dirname(options.path) or "."
    try:
        settings = Finder(options.config, options.isolated).settings(folder)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    table = {key: in_force(settings, key) for key in KEYS}
    if options.format == "json":
        streams.put(
            json.dumps({key: {"value": value, "source": source} for key, (value, source) in table.items()}, indent=2)
        )
        return Exit.CLEAN
    style = Style(wants_colour(streams.stdout, streams.environ))
    for key, (value, source) in table.items():
        origin = style("# " + printable(source or "built-in"), "dim")
        streams.put(f"{style(key, 'bold')} = {printable(_toml(value))}  {origin}")
    return Exit.CLEAN


def in_force(settings: Settings, key: str) -> tuple[Any, str | None]:
    """A setting's value, and the file it came from (None: built-in)."""
    if key in settings.given:
        value = getattr(settings, key.replace("-", "_"))
        return (list(value) if isinstance(value, tuple) else value), settings.source
    empty: Any = {} if key in ("per-file-ignores", "severity", "images", "programs") else []
    return _BUILT_IN.get(key, empty), None


def _toml(value: Any) -> str:
    """A value as an inline TOML value."""
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value)
