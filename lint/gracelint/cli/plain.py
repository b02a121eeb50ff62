"""Plain command lines of ``gracelint check``, read without an argument parser: paths, switches, and formats.

To import argparse (with gettext and locale), to describe all options to it and to let it parse two words is a twelfth of a run over one Dockerfile.
Whatever is not plain, wrong use above all, is left to it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..output import FORMATS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

# What the parser in `options` has for what is not given; a test holds both equal.
DEFAULTS: dict[str, object] = {
    "format": None,
    "output_file": None,
    "statistics": False,
    "show_files": False,
    "exit_zero": False,
    "quiet": False,
    "verbose": False,
    "select": None,
    "ignore": None,
    "extend_select": None,
    "min_severity": "info",
    "min_confidence": "low",
    "baseline": None,
    "add_ignore": False,
    "fix": False,
    "unsafe_fixes": False,
    "fix_only": False,
    "diff": False,
    "context": None,
    "target": None,
    "stdin_filename": None,
    "config": None,
    "isolated": False,
    "no_cache": False,
    "cache_dir": None,
    "jobs": None,
}
_SWITCHES = {f"--{name.replace('_', '-')}": name for name, value in DEFAULTS.items() if value is False}


def plain(argv: Sequence[str]) -> argparse.Namespace | None:
    """The options of a command line that is plain: switches and ``--format FORMAT`` on one or both sides of the paths; None of any other."""
    given: dict[str, object] = {}
    paths: list[str] = []
    ended = False  # the paths stand together: argparse takes no more of them behind an option
    words = iter(argv)
    for word in words:
        if word[:1] != "-" or word == "-":
            if ended or not word:
                return None
            paths.append(word)
            continue
        ended = bool(paths)
        if word in _SWITCHES:
            given[_SWITCHES[word]] = True
        elif word == "--format" and (name := next(words, "")) in FORMATS:
            given["format"] = name
        else:
            return None
    options: argparse.Namespace = SimpleNamespace(**DEFAULTS | given, paths=paths)  # type: ignore[assignment]  # it is read like a Namespace, whose module is slow to import
    return options
