"""Commands that are given paths by another one: what ``find`` and ``xargs`` do to what is found.

Method: a command on all that is found is read as in a loop over it, with a pattern in the place of ``{}`` (`gracelint.image.runs.surroundings.Each`).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from ...source import join
from .actions import Chmod, Opaque, Remove, Target, Unpack
from .options import LEAVES_ALONE, is_option
from .sought import ACTIONS, PRINTING, UNKNOWN, Sought, asked
from .surroundings import Argument, Each

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...source import Text
    from .sought import Asked, Expression
    from .surroundings import Surroundings

    Read = Callable[[Sequence[Argument]], None]
    """Reads a command."""

_MAKING = frozenset("cp install ln mkdir mv tar tee touch unzip".split())
_FOLLOWING = ("-L", "-H", "-P")
_WILD = frozenset("*?[")


def found_by(words: Sequence[Argument], around: Surroundings) -> tuple[Each | None, ...]:
    """What ``find FOLDER… CONDITIONS`` prints."""
    folders, _, question = _read(words, around)
    return (
        tuple(_found(folder, question, question.printed, _follows(words)) for folder in folders)
        if question.printed
        else ()
    )


def found_by_grep(words: Sequence[Argument], around: Surroundings) -> tuple[Each | None, ...]:
    """The files that ``grep -l`` prints: which of them hold the text, nobody knows here."""
    operands = [word for word in words[1:] if not word.value.startswith("-")]
    has_pattern = any(word.value in ("-e", "-f") for word in words)
    return tuple(doubted(word.value, around) for word in operands[0 if has_pattern else 1 :])


def doubted(value: str | Each | None, around: Surroundings) -> Each | None:
    """The same, of which only some may be there."""
    if value is None:
        return None
    text, deep = (value.pattern, value.deep) if isinstance(value, Each) else (value, None)
    if deep is None:
        path = around.absolute(_above_wildcards(text))
        deep = None if path is None else Sought(path, path)
    return None if deep is None else Each(text, deep.doubted())


def find(words: list[Argument], text: Text, around: Surroundings, read: Read) -> None:
    """``find``: what it deletes, and what it executes."""
    folders, first, question = _read(words, around)
    for at, tests in question.actions.items():
        word = words[first + at].value
        found = [_found(folder, question, tests, _follows(words)) for folder in folders]
        if word == "-delete":
            around.add(Remove(tuple(_targets(found, around)), recursive=False), text)
        elif word in ACTIONS and word not in PRINTING:
            start = first + at + 1
            end = next((i for i in range(start, len(words)) if words[i].value in (";", "+")), len(words))
            for each in found:
                _on_found(words[start:end], "{}", each, text, around, read)


def xargs(
    words: list[Argument], text: Text, around: Surroundings, found: Sequence[str | Each | None] | None, read: Read
) -> None:
    """``xargs``: its command on what it is given."""
    rest, place = list(words[1:]), None
    while rest and rest[0].value.startswith("-"):
        option = rest.pop(0).value
        if option.startswith("-I"):
            place = option[2:] or (rest.pop(0).value if rest else "{}")
        elif option in ("-n", "-P", "-L", "-d", "-s", "-a") and rest:
            rest.pop(0)
    for each in (None,) if found is None else found:
        _on_found(rest, place, each, text, around, read)


def _read(words: Sequence[Argument], around: Surroundings) -> tuple[list[Target], int, Asked]:
    """The folders that are searched, where the conditions begin, and what these ask."""
    at = 1
    while at < len(words) and words[at].value in _FOLLOWING:
        at += 1
    folders: list[Target] = []
    while at < len(words) and not words[at].value.startswith(("-", "(", "!")):
        folders.append(around.target(words[at]))
        at += 1
    question = asked([None if word.text is None else word.value for word in words[at:]])
    return folders or [Target(around.workdir, ".")], at, question


def _follows(words: Sequence[Argument]) -> bool:
    """Whether a folder to be searched may be reached through a link."""
    return len(words) > 1 and words[1].value in ("-L", "-H")


def _found(folder: Target, question: Asked, tests: Expression, follows: bool) -> Each | None:
    names = [test.value for together in tests for test in together if test.option == "-name" and not test.negated]
    name = names[0] if len(names) == 1 and names[0] is not None else "*"
    if folder.path is None:
        return Each(f"{folder.raw}/{name}", None) if name != "*" else None
    start = f"{folder.raw}/" if follows else folder.raw
    sought = Sought(folder.path, start, tests, question.pruned, question.depths)
    if folder.pattern:
        whole = _above_wildcards(folder.path)
        sought = Sought(whole, whole, ((UNKNOWN, *tests[0]),) if len(tests) == 1 else ((UNKNOWN,),), question.pruned)
    return Each(posixpath.join(folder.path, name), sought)


def _above_wildcards(path: str) -> str:
    """The folder in which all that a pattern names stands; of a plain path, itself."""
    at = next((at for at, char in enumerate(path) if char in _WILD), None)
    return path if at is None else path[:at].rpartition("/")[0] or "/"


def _targets(found: Sequence[Each | None], around: Surroundings) -> list[Target]:
    known = [each for each in found if each is not None]
    return [Target(around.absolute(each.pattern), each.pattern, pattern=True, deep=each.deep) for each in known]


def _on_found(
    words: Sequence[Argument],
    place: str | None,
    found: str | Each | None,
    text: Text,
    around: Surroundings,
    read: Read,
) -> None:
    """A command on what is found, which stands in the place of a word, or behind all."""
    if not words:
        return
    name = posixpath.basename(words[0].value)
    around.names.add(name)
    if found is None:
        _on_anything(name, words, text, around)
        return
    if place is None:
        given = [*words, _argument(words[-1], found, "", "")]
    else:
        given = [_filled(word, place, found) for word in words]
    read(given)


def _filled(word: Argument, place: str, found: str | Each) -> Argument:
    before, separator, behind = word.value.partition(place)
    return _argument(word, found, before, behind) if separator and word.text is not None else word


def _argument(word: Argument, found: str | Each, before: str, behind: str) -> Argument:
    """A word that stands for all that is found, with what is written before and behind it."""
    if not isinstance(found, Each):
        return replace(word, text=join([(before + found + behind, word.word.text)]))
    if found.deep is not None and (before or behind):
        return replace(word, text=None, ends=(before, behind))
    return replace(word, text=join([(before + found.pattern + behind, word.word.text)]), pattern=True, deep=found.deep)


def _on_anything(name: str, words: Sequence[Argument], text: Text, around: Surroundings) -> None:
    """A command on nobody knows what."""
    values = [word.value for word in words[1:]]
    if name == "chmod" and any(not is_option(value) for value in values):
        mode = next(value for value in values if not is_option(value))
        around.add(Chmod((Target(None, "$"),), mode, any("R" in value for value in values if is_option(value))), text)
    elif name not in LEAVES_ALONE:
        around.add(Opaque((Target(None, text.value),), f"RUN {name}"), text)
        if name in _MAKING:
            around.add(Unpack(Target(around.workdir, "."), f"RUN xargs {name}"), text)
