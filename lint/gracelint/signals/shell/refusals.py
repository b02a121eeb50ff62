"""Where a shell gives up: syntax and expansions that it does not know, and under ``set -u`` variables that are not set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from . import parameters
from .state import Ended

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .state import State

# Operators for parameters that may not be set.
_FOR_UNSET = frozenset({"-", ":-", "=", ":=", "+", ":+", "?", ":?"})


def bad_substitution(state: State, words: Iterable[sh.Word]) -> bool:
    """Whether a word has an expansion that this shell does not know, or under ``set -u`` a variable that is not set: the script ends there."""
    bad = state.shell.dialect.bad_substitutions
    strict = "u" in state.options
    for word in words if bad or strict else ():
        for part in word.parts:
            if not isinstance(part, sh.Parameter):
                continue
            if part.operator in bad or (part.index is not None and "index" in bad):
                failed = f"{state.shell.dialect.family} does not know {part.text.value} and gives up"
            elif strict and part.operator not in _FOR_UNSET and part.index is None and _unset(state, part.name):
                failed = f"{part.text.value} is not set, which set -u makes an error"
            else:
                continue
            state.ended = Ended("exits", status=2, failed=failed)
            return True
    return False


def _unset(state: State, name: str) -> bool:
    return name not in "@*#?-$" and parameters.parameter(state, name) is None


def foreign(state: State, what: str) -> State:
    """This shell does not know bash's syntax: what it makes of it is not followed."""
    state.ended = Ended("unknown", reason=f"{state.shell.dialect.family} cannot read {what}, which is bash's")
    return state


def refused(state: State, node: sh.Simple) -> bool:
    """Whether the shell gives up at a simple command."""
    values = [assignment.value for assignment in node.assignments if assignment.value is not None]
    if bad_substitution(state, (*node.words, *values)):
        return True
    if not state.shell.dialect.bash_syntax:
        if any(assignment.array is not None for assignment in node.assignments):
            foreign(state, "an array")
        elif any(isinstance(part, sh.ProcessSubstitution) for word in node.words for part in word.parts):
            foreign(state, "<(…)")
    return state.ended is not None
