"""The signal's way as JSON, for programs: the form that the contract fixes (``"version": 1``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..image.model import values
from ..terminal import well_formed
from .as_json import span_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..image.model import CommandLine
    from ..signals.model import Hop, SignalPath, Trace
    from ..source import Text
    from ..terminal import Style


def render(trace: Trace, _style: Style) -> Iterator[str]:
    """One object. All but ASCII is escaped, so that no terminal obeys it."""
    image, signal = trace.image, trace.stop_signal
    table = {
        "version": 1,
        "dockerfile": well_formed(image.dockerfile.document.path),
        "target": image.target,
        "stop_signal": {"name": signal.name, "source": signal.source, "span": _span(signal.text)},
        "grace_period_seconds": _number(trace.grace_period),
        "launch": {
            "argv": _words(image.launch.argv),
            "entrypoint": _command(image.launch.entrypoint),
            "cmd": _command(image.launch.cmd),
        },
        "verdict": trace.verdict,
        "signal_reaches_app": trace.reaches_app,
        "paths": [_path(path) for path in trace.paths],
        "missing": _words(trace.missing),
    }
    yield json.dumps(table, indent=2)


def _path(path: SignalPath) -> dict[str, Any]:
    app = path.app
    return {
        "verdict": path.verdict,
        "when": _words(path.when),
        "pid1": _words(path.pid1),
        "app": None if app is None else _words(app.argv),
        "hops": [_hop(hop) for hop in path.hops],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "argv": _words(hop.argv),
        "pid1": hop.pid1,
        "how": hop.how,
        "disposition": hop.disposition,
        "path": None if hop.text is None else well_formed(hop.text.span.document.path),
        "span": _span(hop.text),
        "why": well_formed(hop.why),
    }


def _command(command: CommandLine | None) -> list[str] | None:
    return None if command is None else _words(values(command.arguments))


def _words(words: Iterable[str]) -> list[str]:
    return [well_formed(word) for word in words]


def _span(text: Text | None) -> dict[str, dict[str, int]] | None:
    return None if text is None else span_table(text.span)


def _number(value: float) -> int | float:
    """Whole seconds without a decimal point."""
    return int(value) if value == int(value) else value
