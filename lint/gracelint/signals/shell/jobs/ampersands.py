"""``app &> log`` in a shell that does not know ``&>`` (dash): ``app &``, and then a command of its own that is nothing but ``> log``.

The ``&`` ends the whole list in front of it (``a && b &> log || c`` is ``a && b &`` and ``> log || c``), so it is the list that is read in
another way, before any of it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace

if TYPE_CHECKING:
    from ..evaluator.interpreter import Shell

OPERATORS = frozenset({"&>", "&>>"})


def read(shell: Shell, command: sh.Command) -> sh.Block | None:
    """What a shell that misreads ``&>`` reads in the place of a command that has such a redirection; None where it reads what was meant."""
    if "&>" not in command.text.value:
        return None
    return shell.read.cut.of(command, _block)


def _block(command: sh.Command) -> sh.Block | None:
    commands = tuple(_pieces(command))
    return sh.Block(command.text, commands) if len(commands) > 1 else None


def _pieces(command: sh.Command) -> list[sh.Command]:
    cut = _cut(command)
    return [command] if cut is None else [sh.Background(command.text, cut[0]), *_pieces(cut[1])]


def _cut(command: sh.Command) -> tuple[sh.Command, sh.Command] | None:
    """What is in front of the first ``&`` of such a redirection, and what is behind it."""
    match command:
        case sh.AndOr():
            if (cut := _cut(command.left)) is not None:
                return cut[0], replace(command, left=cut[1])
            cut = _cut(command.right)
            return None if cut is None else (replace(command, right=cut[0]), cut[1])
        case sh.Background():
            cut = _cut(command.command)
            return None if cut is None else (cut[0], replace(command, command=cut[1]))
        case sh.Pipeline():
            for at, member in enumerate(command.commands):
                if (cut := _cut(member)) is not None:
                    rest = sh.Pipeline(command.text, (cut[1], *command.commands[at + 1 :]))
                    return replace(command, commands=(*command.commands[:at], cut[0])), rest
            return None
    return _redirected(command)


def _redirected(command: sh.Command) -> tuple[sh.Command, sh.Command] | None:
    """The same of a single command."""
    redirects: tuple[sh.Redirect, ...] = getattr(command, "redirects", ())
    at = next((number for number, each in enumerate(redirects) if each.operator in OPERATORS), None)
    if at is None:
        return None
    here = redirects[at].text.start
    words = command.words if isinstance(command, sh.Simple) else ()
    behind = tuple(word for word in words if word.text.start > here)
    rest = sh.Simple(command.text, (), behind, (replace(redirects[at], operator=">"), *redirects[at + 1 :]))
    front: sh.Command = replace(command, redirects=redirects[:at])  # type: ignore[arg-type]  # it has some, or `at` were None
    return replace(front, words=words[: len(words) - len(behind)]) if isinstance(front, sh.Simple) else front, rest
