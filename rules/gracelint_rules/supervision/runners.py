"""From a package runner to the command it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..telling.shell_form import literal_words, plain_words
from ..telling.writing import exec_form_of, instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gracelint.diagnostics import Fix
    from gracelint.rule import Case
    from gracelint.signals.model import Hop


def runner_fix(case: Case, hop: Hop) -> Fix | None:
    """Write the runner's command in place of a CMD or ENTRYPOINT that is the runner's whole command line, in exec form or behind ``exec``."""
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
    message = f"Start {words[0]} itself"
    return exec_form_of(case, hop.argv, words, message) or _behind_exec(case, hop.argv, words, message)


def _behind_exec(case: Case, argv: Sequence[str], words: Sequence[str], message: str) -> Fix | None:
    from gracelint.parsers.shell import parse_command

    for line in (case.image.launch.entrypoint, case.image.launch.cmd):
        if line is not None and line.form == "shell" and line.instruction is not None:
            written = [word.literal for word in literal_words(parse_command(line.instruction.value)) or ()]
            if written == ["exec", *argv]:
                return instruction_fix(line.instruction, json_array(words), "unsafe", message)
    return None


_ON_PATH = frozenset({"node", "python", "python3", "deno", "bun"})
