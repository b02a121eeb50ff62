"""Rounds that are all alike: ``for i in {30..0}; do if ping; then break; fi; sleep 1; done``,
``while [ "$run" ]; do n=$((n + 1)); sleep 1; done``.

What a round makes of a shell follows from what the shell was before. So where a round leaves it as the round has found it, but for the
loop's own variable (of ``for``) or one that is only counted (of ``while``), and nothing in the round looks at that, each further one does
the same, and need not be gone through: behind the loop the variable has its last value, and in the round that stands for them, which a
``break`` may leave, any of theirs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from ..builtins.traps import PSEUDO
from ..model.keyed import Reference
from ..model.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....parsers.shell import model as sh

FEWEST = 2
"""From so many rounds on that are still to go it is worth a look."""
# Whatever may look at a variable without its name.
_INDIRECT = re.compile(
    r"\$\{!|\beval\b|\bsource\b|(?:^|[\s;&|({`])\.\s|\b(?:local|declare|typeset)\s+-\w*n"
    # all variables are shown
    r"|\b(?:set|declare|typeset|export|local|readonly)\s*(?:-p\s*)?(?:[\n;&|)}<>]|$)"
)
# Where a name without a dollar is a variable.
_RECKONING = re.compile(r"\(\(|\$\[|\[\[|\blet\b|\$\{[^}]*:\s|\w\[|\b(?:local|declare|typeset)\s+-\w*i")
# Where what is printed goes to a part of the script, and where it goes nowhere else.
_LISTENED = re.compile(r"(?<!\|)\|(?!\|)|\$\((?!\()|`|<\(|>\(")
_PRINTS = re.compile(r"(?<![\w./-])(?:echo|printf)\s(?:[^;|&<>\n`$]|\$(?!\())*(?=[;\n]|$)")
_WORD = re.compile(r"[\w.:@%+-]+")

_PARTS = attrgetter(
    *(
        name
        for name in State.__match_args__
        if name not in ("stack", "sequence", "round", "variables", "scopes", "assumed", "over")
    )
)


def standing(state: State, node: sh.For) -> tuple[object, ...]:
    """All that a round may depend on, and change, but for the loop's variable."""
    variables = {name: value for name, value in state.variables.items() if name != node.name}
    scopes = [(dict(saved), lent) for _, saved, lent in state.scopes]
    return node, variables, scopes, dict(state.assumed), dict(state.over), _PARTS(state)


def ignored(state: State, node: sh.For) -> bool:
    """Whether nothing in a round, nor in the functions that it may call, can look at the loop's variable."""
    return _unseen(state, node.body.text.value, node.name)


def counted(
    state: State, node: sh.While | sh.ArithmeticFor, before: Mapping[str, object], now: Mapping[str, object]
) -> frozenset[str]:
    """The variables that a round has changed (``before``: their values in front of it), if it does nothing with them but to count and to
    print them; none if there is any other."""
    changed = frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    for name in changed:
        values = before.get(name), now.get(name)
        if not all(isinstance(value, str) and value.lstrip("-").isdecimal() for value in values):
            return frozenset()
        text = _uncounted(node.text.value, name, "e" in state.options)
        # What the loop does not count itself is a builtin's (OPTIND).
        if text == node.text.value or not _unseen(state, text, name):
            return frozenset()
    return changed


def reckoned(state: State, node: sh.While | sh.For | sh.ArithmeticFor, name: str) -> bool:
    """Whether a variable is a number to the script, which may be that of a job as well."""
    return any(_reckons(text, name) for text in (node.text.value, state.shell.source.value))


@lru_cache(maxsize=64)
def _reckons(text: str, name: str) -> bool:
    first = rf"(?<![\w$]){name}"
    steps = rf"{first}\s*(?:\+\+|--|[-+*/%]=)|(?:\+\+|--){name}\b"
    sums = rf"{first}=[\"']?(?:\$\(\(|\$\[|\$\(expr|`expr)|\(\(\s*{name}\s*=|\blet\s+[\"']?{name}\b"
    return re.search(rf"{steps}|{sums}", text) is not None


def _unseen(state: State, text: str, name: str) -> bool:
    """Whether no command of a text, nor of the functions that it may call, can look at a variable."""
    if any(isinstance(value, Reference) for value in state.variables.values()) or not PSEUDO.isdisjoint(state.traps):
        return False
    if state.exports.get(name, False) is not False:  # a script that is run may
        return False
    texts = [text]
    functions = dict(state.functions)
    for part in texts:  # which grows
        if _looks(part, name):
            return False
        texts += [functions.pop(word).text.value for word in _words(part) if word in functions]
    return True


@lru_cache(maxsize=64)
def _uncounted(text: str, name: str, strict: bool) -> str:
    """A text without the commands that count a variable, and without those that print it for nobody who is a part of the script.
    ``strict``: under ``set -e``, which looks at what ``((n--))`` comes to."""
    sum_of = rf"[\s\d+*-]*(?:\$?{name}|\$\{{{name}\}})[\s\d+*-]*"
    text = re.sub(rf"(?<![\w$]){name}=(?:\$\(\({sum_of}\)\)|\$\(expr{sum_of}\)|`expr{sum_of}`)", "", text)
    step = rf"(?:{name}\s*(?:\+\+|--|[+-]=\s*\d+)|(?:\+\+|--){name})"
    alone, end = r"(^|[;\n]|\bdo\b|\bthen\b)\s*", r"(?=\s*(?:[;\n]|$))"  # a command whose status nobody asks for
    text = re.sub(rf"{alone}:\s+\$\(\(\s*{step}\s*\)\){end}", r"\1", text)
    if not strict:
        text = re.sub(rf"{alone}\(\(\s*{step}\s*\)\){end}", r"\1", text)
    if _LISTENED.search(text) is None:
        text = _PRINTS.sub("", text)
    return text


@lru_cache(maxsize=64)
def _looks(text: str, name: str) -> bool:
    """Whether a text names a variable, or may look at it in a roundabout way. An option (``sed -i``) does not, but where something may be reckoned."""
    if _INDIRECT.search(text) is not None:
        return True
    if _RECKONING.search(text) is None:
        text = re.sub(rf"(?<=\s)-{re.escape(name)}(?!\w)", "", text)
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
