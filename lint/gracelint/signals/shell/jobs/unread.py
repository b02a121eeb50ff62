"""What nobody reads any more: who goes on writing to a pipe whose reader has ended gets SIGPIPE, and ends of it (pipe(7)).

So a pipeline is soon over whose first member says the same for ever (``yes | cp -i …``, ``while true; do echo n; done | cp -i …``), as soon as
the one that it talks to is. In a loop, only what the shell prints by itself counts: a program that it starts dies alone, and the loop goes on
(measured: dash 0.5.12, bash 5.2, busybox 1.35, with SIGPIPE ignored as well).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.walk import commands_of
from ..files import inputs

if TYPE_CHECKING:
    from ...process import Process
    from ..model.state import State

_PRINTERS = frozenset({"echo", "printf"})
_AT_ONCE = _PRINTERS | {"true", "false", ":"}
"""What takes no time. Beside what does, a loop notices only in its next round."""


def ends(state: State, member: sh.Command, process: Process, reader: Process | None) -> bool:
    """Whether a member of a pipeline writes only for as long as the next one (``reader``, None: it has ended) reads."""
    ended = reader is None or inputs.stops_early(reader)
    if process.program is not None:
        return process.program.name == "yes" and (ended or reader is None or reader.name not in inputs.FILTERS)
    ended = ended or (reader is not None and reader.stays is False and not reader.filters)
    return ended and "SIGPIPE" not in process.ignored and _talks(state, member)


def _talks(state: State, member: sh.Command) -> bool:
    """Whether a command is a loop that the shell does nothing in but to print, in each round."""
    while isinstance(member, sh.Group | sh.Subshell) and len(member.body.commands) == 1 and not member.redirects:
        (member,) = member.body.commands
    if not isinstance(member, sh.While) or member.redirects:
        return False
    commands = [*commands_of(member.condition), *commands_of(member.body)]
    if not all(_named(state, each, _AT_ONCE) for each in commands):
        return False
    in_any_case = [*member.condition.commands, *member.body.commands]
    return any(_named(state, each, _PRINTERS) and _prints(each) for each in in_any_case)


def _named(state: State, command: sh.Command, names: frozenset[str]) -> bool:
    if not isinstance(command, sh.Simple) or not command.words:
        return False
    name = command.words[0].literal
    return name in names and name not in state.functions


def _prints(command: sh.Command) -> bool:
    """Whether ``echo`` or ``printf`` writes something to where the loop does."""
    if not isinstance(command, sh.Simple) or command.redirects:
        return False
    name, *said = (word.literal for word in command.words)
    return bool(said[0]) if name == "printf" and said else name == "echo" and said[:1] != ["-n"]
