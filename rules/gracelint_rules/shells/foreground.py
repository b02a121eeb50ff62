"""How a service that put itself in the background comes to the front: what GL216 writes.

The command loses the option that detaches it, or gains the words that keep it in front (the catalogue's ``foreground``); the catalogue is asked again
whether it stays. What stood in front and only kept the container alive gives way to it.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gracelint.image.model import Argument
from gracelint.signals.programs import describe

from ..blame.blamed_programs import has_trait
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from gracelint.diagnostics import Fix
    from gracelint.rule import Case
    from gracelint.signals.shell.model.outcome import Command, Outcome


def foreground_fix(case: Case, outcome: Outcome, daemon: Command) -> Fix | None:
    """``exec`` of the service in the foreground, in place of itself and the keep-alive right behind it; None where that does not follow."""
    front = outcome.command
    others = [job for job in outcome.jobs if job.text != daemon.text]
    if front is None or not has_trait(front.program, "keep-alive") or outcome.pipeline or others:
        return None
    if daemon.calls or front.calls or not {"and-or"}.issuperset((*daemon.around, *front.around)):
        return None
    last = outcome.written(front)
    start = outcome.source.start
    between = outcome.source.value[daemon.text.end - start : last.start - start]
    written = _in_front(case, daemon)
    if written is None or daemon.text.end > last.start or not _nothing_between(between):
        return None
    return fix_of("unsafe", "Run it in the foreground", [daemon.text.until(last).edit(f"exec {written}")])


def _nothing_between(text: str) -> bool:
    """Whether two commands stand next to each other: nothing but a separator, or the ends of lines and comments, between them."""
    lines = [line.strip() for line in text.split("\n")]
    return text.strip() in ("&&", ";") or (len(lines) > 1 and all(not line or line.startswith("#") for line in lines))


def _in_front(case: Case, daemon: Command) -> str | None:
    """The command as it has to be written; None where nobody knows."""
    words, written = list(daemon.argv), daemon.text.value
    for option in [word for word in words[1:] if word.startswith("-")]:
        rest = [word for word in words if word != option]
        if written.split().count(option) == 1 and not _detaches(case, daemon, rest):
            return " ".join(word for word in written.split(" ") if word != option)
    added = daemon.program.foreground if daemon.program is not None else ()
    if not added or _detaches(case, daemon, [*words, *added]):
        return None
    return f"{written} {shlex.join(added)}"


def _detaches(case: Case, daemon: Command, words: list[str]) -> bool:
    program = describe([Argument(word, daemon.text) for word in words], case.image)
    return program is None or program.daemonizes or not program.stays
