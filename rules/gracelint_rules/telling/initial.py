"""How an init comes in front of the launch: what GL215, GL308 and GL402 write where the image has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix
from gracelint.source import Edit

from .launching import installed
from .writing import instruction_fix, json_array

if TYPE_CHECKING:
    from gracelint.rule import Case

_INITS = ("tini", "dumb-init")


def init_fix(case: Case) -> Fix | None:
    """Start the exec-form ENTRYPOINT, or CMD, behind an init that the image installs; None where there is none of either."""
    init = installed(case, _INITS)
    launch = case.image.launch
    line = launch.entrypoint if launch.entrypoint is not None else launch.cmd
    if init is None or line is None or line.instruction is None or line.form != "exec" or case.standalone:
        return None
    message = f"Start it behind {init}"
    if line is launch.entrypoint:
        words = [init, "--", *(argument.value for argument in line.arguments)]
        return instruction_fix(line.instruction, json_array(words), "unsafe", message)
    document, at, _ = line.instruction.span
    return Fix("unsafe", message, (Edit(document.span(at, at), f"ENTRYPOINT {json_array([init, '--'])}\n"),))
