"""Loops over words: ``for`` and ``select``. A word may stand for any number of words (a parameter that nobody knows, the files of a
pattern): then its turns may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ..builtins import variables
from ..evaluator import refusals
from ..expansion import globs
from ..expansion import words as wording
from ..files import filesystem
from ..model.parts import Truth
from ..model.values import Unknown, alone, default, name
from . import conditional, repeating

if TYPE_CHECKING:
    from ..evaluator.interpreter import Frame
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value


class Words:
    """What a ``for`` frame remembers: its turns, and of the last one before which that is of use, the state and the assumptions at its beginning.

    A turn is a value and, where it may be left out, the number of the turn behind all that stand for the same word, and the condition on which it takes place.
    """

    __slots__ = ("assumed", "before", "turns")

    def __init__(self, turns: tuple[Turn, ...], before: object = None, assumed: dict[str, bool] | None = None) -> None:
        self.turns, self.before, self.assumed = turns, before, assumed or {}


class Turn:
    """One round of ``for``."""

    __slots__ = ("behind", "more", "value")

    def __init__(self, value: Value, behind: int = 0, more: Truth | None = None) -> None:
        self.value, self.behind, self.more = value, behind, more


def _select(machine: Machine, state: State, node: sh.For) -> list[State]:
    """``select``: without a round, as nobody answers; at the end of its input it has failed."""
    words = machine.expand(state, node.words) if node.words is not None else state.parameters
    if not words:
        return machine.finished(state, 0)
    last = node.redirects[-1] if node.redirects else None
    if last is not None and last.operator == "<" and machine.value(state, last.target) == "/dev/null":
        state.done(1)  # which set -e does not count
        return [state]
    return machine.undecided(state, "select")


def begin(machine: Machine, state: State, node: sh.For) -> list[State]:
    """``for`` and ``select``."""
    if node.selects:
        return _select(machine, state, node)
    written = node.words or ()
    if refusals.bad_substitution(machine, state, written) or refusals.names_nothing(machine, state, written):
        return [state]
    turns: list[Turn] = []
    if node.words is None:
        for field in state.parameters:
            _add(turns, field.value, field.rest)
    for word in node.words or ():
        listed = _listed(state, word)
        if listed is not None:
            _add_listed(machine, state, turns, listed)
            continue
        for field in wording.expand(machine, state, (word,)):
            if isinstance(field.value, str) and "f" not in state.options and globs.is_pattern(word, field.value):
                nothing = () if "nullglob" in state.options else (field.value,)
                _add_files(turns, field.value, filesystem.matching(machine, state, field.value) or nothing)
            else:
                _add(turns, field.value, field.rest or _is_open(word, field))
    if turns and turns[0].more is None and node.name in state.readonly:
        return variables.read_only(machine, state, node.name)
    if node.redirects:
        state.push("within", label="redirected")
    state.push("within", label="loop")
    state.push("for", node, 0, Words(tuple(turns)))
    state.done(0)
    return [state]


def _add(turns: list[Turn], value: Value, many: bool) -> None:
    """The turns of a word that is one, or of one that stands for any number of words."""
    if not many:
        turns.append(Turn(value))
        return
    behind, label = len(turns) + 2, name(value)
    turns.append(Turn(value, behind, Truth(None, None, f"there is a word in {label}", f"there is no word in {label}")))
    turns.append(Turn(value, behind, _more(f"a second word in {label}", None)))


def _add_files(turns: list[Turn], value: str, files: tuple[str, ...]) -> None:
    """The turns of a pattern: the files that are known to match, or the pattern itself, and perhaps others."""
    turns += [Turn(file) for file in files]
    turns.append(Turn(value, len(turns) + 1, _more(f"another file like {value}", False)))


def _listed(state: State, word: sh.Word) -> tuple[sh.Word, ...] | None:
    """What ``$(ls …)`` is asked for."""
    part = word.sole
    if not isinstance(part, sh.CommandSubstitution) or part.quoted or len(part.body.commands) != 1:
        return None
    (command,) = part.body.commands
    if not isinstance(command, sh.Simple) or not command.words or "ls" in state.functions:
        return None
    words = command.words
    while len(words) > 1 and words[1].literal in _PLAIN_LISTS:
        words = (words[0], *words[2:])
    asked = words[0].literal == "ls" and len(words) > 1 and not words[1].text.value.startswith("-")
    return words[1:] if asked else None


# Options of `ls` with which it prints names, one below the other.
_PLAIN_LISTS = frozenset({"-1", "-A", "-1A", "-A1", "-v", "-1v", "-d", "-1d", "-r", "-t", "-tr"})


def _add_listed(machine: Machine, state: State, turns: list[Turn], words: tuple[sh.Word, ...]) -> None:
    """The turns of what ``ls`` prints of these words: files, as they are named, and what is known to be in folders."""
    for word in words:
        for field in wording.expand(machine, state, (word,)):
            value = field.value
            if not isinstance(value, str):
                _add(turns, value, many=True)
            elif globs.is_pattern(word, value):
                _add_files(turns, value, filesystem.matching(machine, state, value))
            elif filesystem.exists(machine, state, value, "f") is True:
                turns.append(Turn(value))
            else:
                inside = f"{value.rstrip('/')}/*"
                files = filesystem.matching(machine, state, inside)
                _add_files(turns, inside, tuple(file.rpartition("/")[2] for file in files))


def _more(what: str, by_default: bool | None) -> Truth:
    return Truth(None, by_default, f"there is {what}", f"there is not {what}")


def _is_open(word: sh.Word, field: Field) -> bool:
    """Whether a field stands for any number of words: an unknown expansion without quotes, and an array that nobody knows."""
    if not isinstance(field.value, Unknown) or field.value.default is not None:
        return False
    return any(not getattr(part, "quoted", True) or getattr(part, "index", None) == "@" for part in word.parts)


def iterate(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The next turn of ``for``."""
    node, words = frame.node, frame.data
    assert isinstance(node, sh.For) and isinstance(words, Words)
    state.pop()
    if frame.index >= len(words.turns):
        state.rounds = words.turns
        return [state]
    turn = words.turns[frame.index]
    if turn.more is None:
        return [_next(machine, state, node, frame.index, words)]
    if words.before is not None and words.before == conditional.snapshot(state, node, node.name):
        state.push("for", node, turn.behind, words)  # nor is one behind it of use that begins with the same
        return [state]
    status = state.status
    state.done(None, turn.more)
    result = []
    for each, taken in machine.split(state):
        each.status = status
        if taken:
            each.assumed = dict(words.assumed if words.before is not None else each.assumed)
            _turn_taken(each, node, frame.index, words)
        else:
            each.push("for", node, turn.behind, Words(words.turns))
        result.append(each)
    return result


def _next(machine: Machine, state: State, node: sh.For, index: int, words: Words) -> State:
    """The state at the beginning of this turn; from the second one on, it stands for those behind it as well, if it leaves all as it was. Then,
    the state behind the loop."""
    ahead = words.turns[index:]
    if machine.live or len(ahead) < repeating.FEWEST or any(turn.more is not None for turn in ahead):
        return _turn_taken(state, node, index, words)
    standing = repeating.standing(state, node)
    unseen = index > 0 and repeating.ignored(state, node)
    if unseen and index > 1 and standing == state.round:
        state.variables[node.name], state.rounds = alone(ahead[-1].value), words.turns
        return state
    state.round = standing
    _turn_taken(state, node, index, words)
    if unseen and len(ahead) > repeating.FEWEST:
        state.variables[node.name] = Unknown(f"${node.name}", default(ahead[0].value))
    return state


def _turn_taken(state: State, node: sh.For, index: int, words: Words) -> State:
    """The state at the beginning of a round."""
    following = words.turns[index + 1] if index + 1 < len(words.turns) else None
    if following is not None and following.more is not None:
        words = Words(words.turns, conditional.snapshot(state, node, node.name), dict(state.assumed))
    state.variables[node.name] = alone(words.turns[index].value)
    state.push("for", node, index + 1, words)
    state.push("seq", node.body)
    return state
