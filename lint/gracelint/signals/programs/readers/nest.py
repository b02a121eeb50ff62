"""``nest start``: builds the project, and starts it through a shell, which it tells of the signal since its version 12.

Measured with 9.5.0 and 10.4.9 (no handler; the program is killed with PID 1) and 12.0.8 (the signal goes to the shell). Some of 11 pass it
on, and some do not (11.0.24 does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....source import join
from ..starts import shell_command
from .asked import asked, since

if TYPE_CHECKING:
    from ..catalogue import Entry
    from ..facts import Situation

# What `nest build` writes unless nest-cli.json says otherwise (lib/configuration/defaults.js).
_PROGRAM = "node --enable-source-maps dist/main"


def nest_start(facts: Entry, situation: Situation) -> Entry:
    """By the version of @nestjs/cli that package.json asks for."""
    change: Entry = {"started": (shell_command(join([(_PROGRAM, situation.program.text)]), "fork"),)}
    version = asked(situation, "", "@nestjs/cli")
    if since(version, (12, 0), (9, 0)):
        return change
    if since(version, (11, 0), (9, 0)) is not False:
        why = "nest start passes it on since 12, and its version is not known"
        return {**change, "on": {signal: {"does": "unknown", "why": why} for signal in facts["on"]}, "missing": [why]}
    return {**change, "on": {signal: {"does": "default"} for signal in facts["on"]}}
