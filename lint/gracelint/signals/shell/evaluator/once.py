"""What is expanded once, though several look at it: the files of redirections, here-documents, the words of a command and what it assigns.

Where an expansion may assign (``> log$((i++))``), the command is replaced by one that has what came of it in its place; all others stay as they are written. The shells
expand the words of a command in front of its redirections, bash what it assigns as well (measured); here it is the other way round, unless one may assign what the other looks at.
Hazard: of words that are not known, and of those of ``export`` and the like, it stays the other way round.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ....parsers.shell import model as sh
from ....records import replace
from ..expansion import embedded
from ..files import making
from ..model.aside import Aside
from ..model.dialects import DECLARING
from ..model.values import default

if TYPE_CHECKING:
    from ....source import Text
    from ..model.state import State
    from ..model.values import Field
    from .machine import Machine


def redirected(machine: Machine, state: State, command: Any, *, here: bool = False) -> Any:
    """A command with its redirections expanded, where one may assign. bash does that in the child that runs it, if there is one, unless that
    is who asks (``here``)."""
    if isinstance(command, sh.Simple):
        command = _words_first(machine, state, command)
    for each in command.redirects:
        if each.assigns:
            break
    else:
        return command
    lost = not here and state.shell.dialect.exec.redirects_in_child and _has_child(machine, state, command)
    with Aside(state) if lost else nullcontext():
        return replace(command, redirects=tuple([_redirected(machine, state, each) for each in command.redirects]))


def _words_first(machine: Machine, state: State, command: sh.Simple) -> sh.Simple:
    """A simple command with what is expanded in front of its redirections, where that assigns what these look at, or they what it looks at."""
    looks = any(each.assigns or (command.assigns and _expands(each)) for each in command.redirects)
    if not looks or not command.expansions or (command.words and command.words[0].literal in DECLARING):
        return command
    with Aside(state):
        fields = machine.expand(state, command.words)
    if all(isinstance(field.value, str) for field in fields) and (fields or not command.words):
        words = tuple([_plain(machine, field.shown, field.text) for field in machine.expand(state, command.words)])
        command = replace(command, words=words)
    if state.shell.dialect.exec.assigns_first:
        command = replace(command, assignments=_assigned(machine, state, command))
    return command


def _expands(each: sh.Redirect) -> bool:
    """Whether the file of a redirection, or its here-document, is expanded at all."""
    if each.heredoc is not None:
        return each.expands and "$" in each.heredoc.value
    return each.target is not None and each.target.literal is None


def worded(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> sh.Simple:
    """A simple command that assigns when it is expanded, with its words, which are these fields, and with its assignments expanded."""
    if all(isinstance(field.value, str) for field in fields):
        node = replace(node, words=tuple([_plain(machine, field.shown, field.text) for field in fields]))
    return replace(node, assignments=_assigned(machine, state, node))


def _assigned(machine: Machine, state: State, node: sh.Simple) -> tuple[sh.Assignment, ...]:
    return tuple([replace(each, value=_once(machine, state, each.value)) for each in node.assignments])


def _has_child(machine: Machine, state: State, command: object) -> bool:
    if not isinstance(command, sh.Simple):
        return isinstance(command, sh.Subshell)
    with Aside(state):
        fields = machine.expand(state, command.words[:1])
    name = default(fields[0].value) if fields else ":"
    own = name is None or name in state.functions or (machine.is_builtin(name) and name not in making.TOOLS)
    return not own


def _redirected(machine: Machine, state: State, each: sh.Redirect) -> sh.Redirect:
    if not each.assigns:
        return each
    if each.heredoc is None:
        return replace(each, target=_once(machine, state, each.target))
    word = embedded.as_word(machine, each.heredoc.value, each.heredoc)
    known = machine.value(state, word) if word is not None else None
    if not isinstance(known, str):
        return each
    return replace(each, heredoc=machine.context.joined(known, each.heredoc), expands=False)


def _once(machine: Machine, state: State, word: sh.Word | None) -> sh.Word | None:
    """A word as what it becomes now, where nothing splits; itself where that is not known."""
    if word is None or word.literal is not None:
        return word
    known = machine.value(state, word)
    return _plain(machine, known, word.text) if isinstance(known, str) else word


def _plain(machine: Machine, value: str, where: Text) -> sh.Word:
    return sh.Word(where, (sh.LiteralText(where, machine.context.joined(value, where), True),))
