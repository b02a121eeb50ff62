"""How a fix sets STOPSIGNAL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix
from gracelint.source import Edit, Span

from .writing import fix_of

if TYPE_CHECKING:
    from gracelint.rule import Case


def started_otherwise(case: Case) -> bool:
    """Whether the container is not started as the image says, but with an entrypoint or command of a compose file or ``docker run``."""
    launch = case.image.launch
    return any(
        line is not None and line.instruction is None and any(not word.inherited for word in line.arguments)
        for line in (launch.entrypoint, launch.cmd)
    )


def stop_signal_fix(case: Case, name: str) -> Fix | None:
    """Rewrite the STOPSIGNAL in force, or write one above the instruction that starts the program. None where the program is not the
    image's own, which may stop well on the signal of now."""
    signal = case.image.stop_signal
    if started_otherwise(case):
        return None
    message = f"Stop with {name}"
    if signal.source == "dockerfile" and signal.text is not None:
        return fix_of("unsafe", message, [signal.text.edit(name)])
    if signal.source not in ("default", "base image"):
        return None
    launch = case.image.launch
    own = [
        line.instruction
        for line in (launch.entrypoint, launch.cmd)
        if line is not None and line.instruction is not None
    ]
    if not own:
        return None
    first = min(own, key=lambda instruction: instruction.span.start)
    document, line = first.span.document, first.first_line
    above = max((each.last_line for each in case.image.dockerfile.instructions if each.last_line < line), default=0)
    # Comments speak of the instruction below, and other linters' ignore comments work only right above it.
    while line - 1 > above and document.line(line - 1).lstrip().startswith("#"):
        line -= 1
    at = document.line_starts[line - 1]
    ending = "\r\n" if document.text[at:].partition("\n")[0].endswith("\r") else "\n"
    return Fix("unsafe", message, (Edit(Span(document, at, at), f"STOPSIGNAL {name}{ending}"),))
