"""``--baseline FILE``: written when it is not there, else used and pruned."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..baseline import BaselineError, Key, count, dump, load, subtract
from ..cases import absolute
from ..output import counted
from ..records import replace
from .streams import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection

    from ..report import Report
    from .streams import Streams


def without_known(report: Report, options: argparse.Namespace, streams: Streams, codes: Collection[str]) -> Report:
    """The report without the findings of the baseline. ``codes`` are those that were looked for."""
    path: str = options.baseline
    try:
        if not os.path.exists(path):
            _write(path, dump(count(report.findings)))
            if not options.quiet:
                streams.say(f"gracelint: wrote {counted(len(report.findings), 'finding')} to {path}")
            return replace(report, findings=())
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        known = load(text)

        def judged(key: Key) -> bool:
            gone = not os.path.exists(key[0])
            return key[1] in codes and (gone or absolute(key[0]) in report.read)

        new, pruned = subtract(report.findings, known, judged)
        if pruned != known:
            _write(path, dump(pruned))
            if not options.quiet:
                streams.say(
                    f"gracelint: removed {counted(known.total() - pruned.total(), 'mended finding')} from {path}"
                )
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (BaselineError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    return replace(report, findings=tuple(new))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
