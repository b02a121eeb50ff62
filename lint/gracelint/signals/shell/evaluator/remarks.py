"""Functions that only tell somebody something: ``log() { local type="$1"; shift; printf '%s [%s] %s\\n' "$(date)" "$type" "$*"; }``.

Scripts call them at every turn, and a call leaves everything as it was, but for the status, which is 0. What may be in one is a list:
``echo`` and ``printf`` of texts that cannot fail, ``local``, ``shift`` where there is something to shift, ``if`` with a condition in
brackets, functions of the same kind; and in their words no expansion that assigns, fails or runs more than a tool that tells the time or a
name. Everything else is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import NamedTuple
from ....regexes import regex
from ..builtins.traps import PSEUDO
from ..expansion.globs import is_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model.state import State
    from ..model.values import Field
    from .machine import Machine

# Options with which an expansion may end the shell, or drop what it is at.
_ENDING = frozenset({"u", "failglob"})
# What of a parameter's operators neither assigns nor ends the shell.
_HARMLESS = frozenset({None, "-", ":-", "+", ":+", "#", "##", "%", "%%", "length"})
_REPLACING = frozenset({"/", "//", "/#", "/%"})
_ECHOING = frozenset({"echo", ":", "true"})
_READING = "cat"
_TELLING = frozenset({_READING, "basename", "date", "dirname", "hostname", "id", "uname", "whoami"})
_DECLARED = regex(r"[A-Za-z_]\w*(?=\Z|=(?!\())")
# Of what else `printf` is given, it may say that it is no number.
_LAYOUT = regex(r"(?!-)(?:[^%]|%[sb%]|%\([^)]*\)T)*\Z")
_SINKS = frozenset({"/dev/null", "/dev/stderr", "/dev/stdout"})
_DEEPEST = 8


class Remark(NamedTuple):
    """What a function that only prints rests on: how many arguments it shifts, the variables that it has for itself, the commands that are
    to be what they are called, and the functions that it calls, each with how many arguments there are for certain."""

    shifts: int
    variables: frozenset[str]
    commands: frozenset[str]
    calls: frozenset[tuple[str, int]]


def only_prints(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> bool:
    """Whether a call of a function does nothing but to print."""
    if machine.live or node.assignments or not _printed(node.redirects):
        return False
    if not _ENDING.isdisjoint(state.options) or state.shell.aliases or not PSEUDO.isdisjoint(state.traps):
        return False
    rest = next((number for number, field in enumerate(fields) if getattr(field.value, "rest", False)), len(fields))
    return _harmless(machine, state, fields[0].shown, rest - 1, 0)


def _harmless(machine: Machine, state: State, name: str, given: int, depth: int) -> bool:
    function = state.functions[name]
    remark = state.shell.found.remarks.of(function, lambda function: _Reader(state).read(function))
    return (
        remark is not None
        and depth < _DEEPEST
        and (not depth or machine.budget.spend())
        and remark.shifts <= given
        and remark.variables.isdisjoint(state.readonly)
        and remark.commands.isdisjoint(state.functions)
        and not (state.inputs and _READING in remark.commands)
        and all(
            each in state.functions and _harmless(machine, state, each, number, depth + 1)
            for each, number in remark.calls
        )
    )


class _Reader:
    """Reads the body of a function."""

    def __init__(self, state: State) -> None:
        self._dialect = state.shell.dialect
        self._functions = state.functions
        self._shifts = self._nested = 0
        self._variables: set[str] = set()
        self._commands: set[str] = set()
        self._calls: set[tuple[str, int]] = set()

    def read(self, function: sh.Function) -> Remark | None:
        """What it rests on; None where it does, or may do, more than to print."""
        body = function.body
        if not isinstance(body, sh.Group) or not _printed(body.redirects) or not self._block(body.body):
            return None
        return Remark(self._shifts, frozenset(self._variables), frozenset(self._commands), frozenset(self._calls))

    def _block(self, block: sh.Block) -> bool:
        return all(map(self._command, block.commands))

    def _command(self, command: sh.Command) -> bool:
        if isinstance(command, sh.If):
            bodies = [branch.body for branch in command.branches]
            if command.otherwise is not None:
                bodies.append(command.otherwise)
            conditions = (branch.condition.commands for branch in command.branches)
            self._nested += 1
            harmless = all(map(self._condition, conditions)) and all(map(self._block, bodies))
            self._nested -= 1
            return harmless and _printed(command.redirects)
        if not isinstance(command, sh.Simple) or not _printed(command.redirects):
            return False
        if not command.words:
            return all(map(self._assigned, command.assignments))
        return not command.assignments and self._simple(command.words[0].literal, command.words[1:])

    def _assigned(self, assignment: sh.Assignment) -> bool:
        """An assignment to a variable that the function has had for itself from there on, whatever its conditions."""
        plain = assignment.index is None and assignment.array is None and assignment.name in self._variables
        return plain and (assignment.value is None or self._words((assignment.value,)))

    def _condition(self, commands: tuple[sh.Command, ...]) -> bool:
        command = commands[0] if len(commands) == 1 else None
        if not isinstance(command, sh.Simple) or command.assignments or command.redirects or not command.words:
            return False
        name = command.words[0].literal
        return name in ("[", "test") and self._own(name) and self._words(command.words[1:])

    def _own(self, name: str) -> bool:
        """Whether a command is what it is called, and no function; to be asked again with each call."""
        self._commands.add(name)
        return name not in self._functions

    def _simple(self, name: str | None, words: tuple[sh.Word, ...]) -> bool:
        if name is None or name in self._dialect.lacks or not self._words(words):
            return False
        if name in self._functions:
            self._calls.add((name, sum(map(_is_one, words))))
            return True
        self._commands.add(name)
        if name == "printf":
            return bool(words) and words[0].literal is not None and _LAYOUT.match(words[0].literal) is not None
        if name == "shift":
            self._shifts += 1
            return not words
        return all(map(self._declared, words)) if name == "local" else name in _ECHOING

    def _declared(self, word: sh.Word) -> bool:
        """Outside of conditions, ``local NAME`` and ``local NAME=value``, whose value does not split."""
        found = _DECLARED.match(word.text.value)
        whole = self._dialect.syntax.declares_whole or all(map(_quoted, word.parts[1:]))
        if found is None or not whole or self._nested:
            return False
        self._variables.add(found[0])
        return True

    def _words(self, words: Iterable[sh.Word]) -> bool:
        return all(self._part(part) for word in words for part in word.parts)

    def _part(self, part: sh.Part) -> bool:
        if isinstance(part, sh.CommandSubstitution):
            command = part.body.commands[0] if len(part.body.commands) == 1 else None
            if not isinstance(command, sh.Simple) or command.assignments or command.redirects or not command.words:
                return False
            name = command.words[0].literal
            return name in _TELLING and self._own(name) and self._words(command.words[1:])
        if isinstance(part, sh.Parameter):
            inner = [word for word in (part.argument, part.replacement) if word is not None]
            replaces = part.operator in _REPLACING and part.operator not in self._dialect.syntax.bad_substitutions
            known = replaces or part.operator in _HARMLESS
            return bool(part.name) and known and part.index in (None, "@", "*") and self._words(inner)
        return isinstance(part, sh.LiteralText)


def _quoted(part: sh.Part) -> bool:
    return getattr(part, "quoted", False)


def _is_one(word: sh.Word) -> bool:
    """Whether a word is one argument for certain."""
    several = (isinstance(part, sh.Parameter) and (part.name == "@" or part.index == "@") for part in word.parts)
    return (
        not any(several)
        and all(isinstance(part, sh.LiteralText) or _quoted(part) for part in word.parts)
        and not is_pattern(word, "")
    )


def _printed(redirects: tuple[sh.Redirect, ...]) -> bool:
    """Whether redirections lead to where it is only read."""
    return all(
        each.target is not None
        and (
            (each.operator == ">&" and each.target.literal in ("1", "2"))
            or (each.operator in (">", ">>", "&>") and each.target.literal in _SINKS)
        )
        for each in redirects
    )
