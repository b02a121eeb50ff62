"""One simple command of a RUN: its operations, those of its redirections, and whether it succeeded."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ...parsers.shell.model import CommandSubstitution
from ...source import join
from .actions import Enter, Target
from .chains import exits_with_failure, is_exit
from .conditions import Attempt, Condition, all_of, any_of, negation, tried
from .options import ASKING, DECIDED, SAFE
from .outputs import heredoc, kept, opened, output
from .tools import handed_over, operate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...parsers.shell.model import Simple
    from ...source import Text
    from .surroundings import Argument, Each, Surroundings

MOST_FOLDERS = 3
"""How many of the folders that were left are remembered, in case that the new one could not be entered."""
_PREFIXES = ("sudo", "exec", "command", "builtin", "env")


def read_simple(
    command: Simple,
    around: Surroundings,
    script: Callable[[Text, bool | None, Surroundings], Condition],
    content: Text | None = None,
    found: Sequence[str | Each | None] | None = None,
) -> Condition:
    """Add the operations of a simple command, then those of its redirections; whether it succeeded, if it ran.

    ``script`` reads the commands that ``sh -c`` is given (and is told whether it has ``-e``), or ``eval`` (None: in this very shell); ``content`` is the input, ``found`` what ``xargs`` would get.
    """
    before, since = around.workdir, len(around.operations)
    words = _without_prefixes([around.expand(word) for word in command.words])
    opens = opened(command, around)
    when, around.when = around.when, all_of(around.when, opens)
    inner: Condition = True
    text: Text | None = None
    printed: Text | None = command.text.cut(0, 0)
    if not words:
        _assign(command, around)
    elif is_exit(command):
        _leave(command, around)
    else:
        name = words[0].value
        around.names.add(posixpath.basename(name))
        around.assign(words)
        printed = output(command, words, around)
        given = heredoc(command, around) if content is None else content
        handed = handed_over(words, given)
        text = _evaluated(words) if name == "eval" else None if handed is None else handed[0]
        if text is not None:
            inner = script(text, None if handed is None else handed[1], around)
        else:
            operate(command, words, around, given, found)
            _take_note(name, words, around)
    around.when = when
    kept(command, printed, around, words)
    if text is not None:
        return all_of(opens, inner)
    status = all_of(opens, _status(command, words, since, around))
    if words and words[0].value == "cd":
        _went(words[-1], before, status, around)
    return status


def _went(word: Argument, before: str | None, status: Condition, around: Surroundings) -> None:
    """``cd``: where the commands behind it run, if it was possible and if not."""
    goes_on: Condition = True
    others = around.others
    if not word.value.startswith("/"):  # it leads on from wherever that is
        goes_on, others = around.where, ()
        for held, folder in around.others:
            if folder is not None and word.text is not None:
                inner = posixpath.normpath(posixpath.join(folder, word.value))
                attempt = Attempt(len(around.operations) - 1, Enter(Target(inner, word.value)))
                others += ((all_of(held, tried((attempt,), not around.hindered, None)), inner),)
            others += ((held, folder),)
    around.others = ((around.where, before), *others)[:MOST_FOLDERS]
    around.where = all_of(goes_on, status)


def _evaluated(words: Sequence[Argument]) -> Text | None:
    """What ``eval`` is given, if all of that is known."""
    texts = [word.text for word in words[1:]]
    known = [text for text in texts if text is not None]
    return (
        join([piece for text in known for piece in (text, (" ", text.cut(0, 0)))]) if known == texts and known else None
    )


def _without_prefixes(words: list[Argument]) -> list[Argument]:
    while words and words[0].value in _PREFIXES and len(words) > 1 and not _asks(words):
        words = words[1:]
        while words and words[0].value.partition("=")[0].isidentifier() and "=" in words[0].value:
            words = words[1:]
    return words


def _asks(words: list[Argument]) -> bool:
    """``command -v``: whether there is such a command."""
    return words[0].value == "command" and words[1].value in ("-v", "-V")


def _assign(command: Simple, around: Surroundings) -> None:
    for each in command.assignments:
        value = around.expand(each.value).text if each.value is not None else None
        known = each.index is None and each.array is None and not each.appends
        new = "" if each.value is None else value.value if value is not None else None
        around.assigned[each.name] = new if known else None


def _leave(command: Simple, around: Surroundings) -> None:
    """``exit``: what stands behind it does not run; with a failure that ends the build there is no image to speak of."""
    if not (around.fatal and exits_with_failure(command, after_failure=False)):
        around.left = any_of(around.left, all_of(around.when, negation(around.skipped)))


def _take_note(name: str, words: Sequence[Argument], around: Surroundings) -> None:
    """What a command means for those behind it."""
    if name == "set":
        _set(words, around)
    elif name in ("break", "continue"):
        before = around.skipped
        around.skipped = any_of(around.skipped, around.when)
        if name == "break":
            around.broken = any_of(around.broken, all_of(around.when, negation(before)))


def _set(words: Sequence[Argument], around: Surroundings) -> None:
    """``set -e``, ``set +e``, ``set -o errexit``, ``set -- words``."""
    values = [word.value for word in words]
    if "--" in values:
        given = words[values.index("--") + 1 :]
        around.place([None if word.text is None or word.pattern else word.value for word in given])
    for at, word in enumerate(words[1:], 1):
        if re.fullmatch(r"[-+][a-zA-Z]*e[a-zA-Z]*", word.value) or (
            word.value == "errexit" and re.fullmatch(r"[-+][a-zA-Z]*o", words[at - 1].value)
        ):
            sign = word.value[0] if word.value != "errexit" else words[at - 1].value[0]
            around.stops = sign == "-"


def _status(command: Simple, words: Sequence[Argument], since: int, around: Surroundings) -> Condition:
    """Whether it succeeded, if it ran."""
    if around.trust.is_given:
        return True
    name = posixpath.basename(words[0].value) if words else ":"
    if name in ("false", "exit"):
        return name == "exit" and not exits_with_failure(command, after_failure=False)
    otherwise = None if name in ASKING or around.hindered else around.trust.otherwise
    decided = name in DECIDED
    if not words:
        decided = not any(
            isinstance(each.value.sole, CommandSubstitution) for each in command.assignments if each.value
        )
    attempts = around.attempts(since)
    if not attempts:
        return True if decided and (not words or name in SAFE) else otherwise
    return tried(attempts, decided and not around.hindered, otherwise)
