"""What every drawn form of a trace shows: a way through the entrypoint as boxes with a sentence each.

The formats (`trace_text`, `trace_mermaid`, `trace_svg`, `trace_html`) only draw; what is said, and in which words, is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import dataclass
from ..terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..signals.model import Hop, SignalPath, Trace, Verdict
    from ..source import Text

_LONGEST = 96
_PLAIN = frozenset("%+,-./:=@_^")
# What a process is to the one that has started it, in a word; of others the contract's is one.
_ROLES = {"fork": "child", "init": "child", "supervisor": "service"}


@dataclass(frozen=True, slots=True)
class Box:
    """A process as it is drawn. ``depth`` counts from PID 1; ``fate`` says what becomes of it, in few words; ``good`` tells whether that is well
    (None: not known); ``last``: no sibling comes after it."""

    role: str
    command: str
    disposition: str
    fate: str
    good: bool | None
    place: str
    why: str
    depth: int
    last: bool


def headline(trace: Trace) -> str:
    """Who is asked, and with which signal."""
    source = trace.stop_signal.source
    given = "" if source == "default" else f" (from the {source})"
    target = f", stage {trace.image.target}" if trace.image.target else ""
    where = f"{trace.image.dockerfile.document.path}{target}"
    return f"{printable(where)}: the engine sends {_signal(trace)}{given} to PID 1 and waits {trace.grace_period:g} s"


def summary(path: SignalPath) -> str:
    """A verdict with the time it costs, and the reason."""
    seconds = path.seconds
    after = "" if seconds is None else " at once" if seconds < 0.05 else f" after {seconds:g} s"
    why = printable(path.why).rstrip(".")
    if path.hops:  # what PID 1 does stands below, beside it
        why = why.removesuffix(printable(path.hops[0].why).rstrip(".")).rstrip(": ")
    said = "nothing to stop" if path.over else path.verdict
    return f"{said}{after}" + (f": {why}" if why else "")


def unknowns(trace: Trace) -> Iterator[str]:
    """What was not known, in words. That there is nothing to stop is known, and stands with its path."""
    told = {path.why for path in trace.paths if path.over}
    return (f"not known: {printable(reason)}" for reason in trace.missing if reason not in told)


def condition(path: SignalPath) -> str:
    """When the container takes this way; empty where it always does."""
    return " and ".join(printable(part) for part in path.when)


def boxes(trace: Trace, path: SignalPath) -> Iterator[Box]:
    """The processes of a way, each behind its parent."""
    children: dict[int | None, list[int]] = {}
    for index, hop in enumerate(path.hops):
        parent = hop.parent if hop.parent is not None and 0 <= hop.parent < index else (None if index == 0 else 0)
        children.setdefault(parent, []).append(index)
    stack = [(index, 0, index == children[None][-1]) for index in reversed(children.get(None, []))]
    while stack:
        index, depth, last = stack.pop()
        hop = path.hops[index]
        fate, good = _fate(trace, path, hop)
        role = "PID 1" if hop.pid1 else "application" if hop.application else _ROLES.get(hop.how, hop.how)
        why = printable(hop.why)
        if hop.notified is False and why:
            why = f"had it been told: {why}"
        yield Box(role, command(hop.argv), hop.disposition, fate, good, place(hop.text), why, depth, last)
        below = children.get(index, [])
        stack += [(child, depth + 1, child == below[-1]) for child in reversed(below)]


def _fate(trace: Trace, path: SignalPath, hop: Hop) -> tuple[str, bool | None]:
    if path.over is not None:
        return "gone before anybody stops it", None
    if hop.notified is False:
        return f"never hears {_signal(trace)}", False
    if hop.finishes is False:
        return _loss(trace, path, hop), False
    if hop.notified and hop.disposition == "unknown":
        return f"hears {_signal(trace)}", None
    if hop.notified and hop.finishes:
        return "told, and finishes", True
    if hop.notified is None and hop.at_stake:
        return f"may not hear {_signal(trace)}", None if path.verdict == "unknown" else False
    if hop.notified and hop.at_stake and path.verdict == "abrupt":
        return "told, but may be killed before it has finished", False
    if hop.pid1 and path.verdict == "killed":
        return f"still there after {trace.grace_period:g} s", False
    return "", None


def _loss(trace: Trace, path: SignalPath, hop: Hop) -> str:
    """How a process comes to its end that does not finish its work."""
    if not hop.notified:
        return "killed"
    if hop.disposition == "ignores":
        after = "" if path.seconds is None else f" after {path.seconds:g} s"
        return f"{_signal(trace)} is dropped; killed{after}"
    return "told, ends at once" if hop.disposition == "terminates" else "told, but killed before it has finished"


def _signal(trace: Trace) -> str:
    return printable(trace.stop_signal.name or trace.stop_signal.raw)


def command(argv: Sequence[str]) -> str:
    """A command line as a person would type it, shortened."""
    text = " ".join(_quoted(word) for word in argv)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _quoted(word: str) -> str:
    shown = printable(word)
    if shown and all(char.isalnum() or char in _PLAIN for char in shown):
        return shown
    return "'" + shown.replace("'", "'\\''") + "'"


def place(text: Text | None) -> str:
    """``path:line:column``; empty where nothing is known of it."""
    if text is None:
        return ""
    span = text.span
    first = span.first
    return f"{printable(span.document.path)}:{first.line}:{first.column}"


# How a verdict is coloured, wherever colours are.
COLOURS: dict[Verdict, str] = {"graceful": "green", "abrupt": "yellow", "killed": "red", "unknown": "cyan"}
