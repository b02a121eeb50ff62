"""From a package runner to the command it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .shell_form import plain_words
from .writing import exec_form_of

if TYPE_CHECKING:
    from gracelint.diagnostics import Fix
    from gracelint.rule import Case
    from gracelint.signals.model import Hop


def runner_fix(case: Case, hop: Hop) -> Fix | None:
    """Write the runner's command in place of an exec-form CMD or ENTRYPOINT that is the runner's whole command line."""
    if hop.program is None or len(hop.program.starts) != 1 or not hop.pid1:
        return None
    started = hop.program.starts[0]
    if not started.shell:
        words = [argument.value for argument in started.arguments]
    else:
        text = started.text or started.arguments[-1].text
        from gracelint.parsers.shell import parse_command

        words = [word.literal or "" for word in plain_words(parse_command(text)) or ()]
    # A name that npm finds in node_modules/.bin is not on the container's PATH.
    if not words or words[0] not in _ON_PATH:
        return None
    return exec_form_of(case, hop.argv, words, f"Start {words[0]} itself")


_ON_PATH = frozenset({"node", "python", "python3", "deno", "bun"})
