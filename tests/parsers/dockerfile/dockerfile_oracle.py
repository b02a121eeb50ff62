"""BuildKit's own parser (PyPI `dockerfile`) and ours, put into one shape.

`dockerfile` 3.4 holds a BuildKit of 2022. Where BuildKit's master (August 2026, frontend/dockerfile) differs, gracelint follows the
master, and the tests keep away from it:

- white space between ``<<`` and the name (shell/lex.go, processPossibleHeredoc, May 2025),
- the directive ``check`` (parser/directives.go, 2024),
- text behind a whole JSON array, which counted as exec form until July 2024 (line_parsers.go, commit 80518e257,
  frontend 1.9): `former_exec_form` is what it was then,
- the escape directive for flags (split_command.go, commit 877d8a771, frontend 1.15),
- ``${x#…}``, ``${x%…}``, ``${x/…}`` in a line with heredocs (shell/lex.go, 2023 and later).

Its limits: it gives no heredocs behind ONBUILD (but their lines), aborts the process on text that is not UTF-8, and ends the
text at a NUL. BuildKit, old and new, scans flags by byte and garbles other characters than ASCII in them; we do not.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import dockerfile

from gracelint.parsers.dockerfile.keywords import INSTRUCTIONS
from gracelint.parsers.dockerfile.words import SPACES

if TYPE_CHECKING:
    from gracelint.parsers.dockerfile.model import Dockerfile, Instruction


class IncomparableError(Exception):
    """BuildKit's reading is no text."""


class Command(NamedTuple):
    keyword: str
    inner: str | None
    json: bool
    lines: tuple[int, int]
    flags: tuple[str, ...]
    value: tuple[str, ...]
    heredocs: tuple[tuple[str, str], ...]


def by_buildkit(text: str) -> list[Command] | None:
    """What BuildKit reads, None if it refuses the file."""
    try:
        commands = dockerfile.parse_string(text)
    except (
        UnicodeDecodeError
    ) as error:  # it cuts characters in two at white space that it takes for one byte (``CMD\u00a0``)
        raise IncomparableError from error
    except dockerfile.GoParseError:
        return None
    return [
        Command(
            command.cmd.lower(),
            command.sub_cmd.lower() if command.sub_cmd else None,
            command.json,
            (command.start_line, command.end_line),
            command.flags,
            command.value,
            tuple((heredoc.name, heredoc.content) for heredoc in command.heredocs),
        )
        for command in commands
        if command.cmd is not None
    ]


def by_us(model: Dockerfile) -> list[Command]:
    """The same of our model."""
    return [_command(instruction, model.escape) for instruction in model.instructions]


def _command(instruction: Instruction, escape: str) -> Command:
    onbuild = instruction.keyword == "ONBUILD" and instruction.inner
    target = instruction.inner if onbuild and instruction.inner else instruction
    array = target.array is not None
    if target.keyword == "HEALTHCHECK":
        array = target.inner is not None and target.inner.array is not None
    return Command(
        instruction.keyword_text.value.lower(),
        target.keyword_text.value.lower() if onbuild else None,
        array,
        (instruction.first_line, instruction.last_line),
        () if onbuild else tuple(_flag(flag) for flag in instruction.flags),
        tuple(_values(target, escape)),
        () if onbuild else tuple((heredoc.name, _raw(heredoc)) for heredoc in instruction.heredocs),
    )


def former_exec_form(command: Command) -> Command:
    """The command as frontends before 1.9 read it: what stands behind a JSON value is ignored."""
    text = command.value[-1] if command.value else ""
    if (command.inner or command.keyword) in ("add", "copy", "volume"):
        text = " ".join(command.value)
    try:
        array, _ = json.JSONDecoder(strict=True).raw_decode(text)
    except ValueError:
        return command
    if command.json or not isinstance(array, list):
        return command
    if not all(isinstance(element, str) for element in array):
        raise NotStringsError
    head = command.value[:-1] if "healthcheck" in (command.keyword, command.inner) else ()
    array = [element.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for element in array]
    return command._replace(json=True, value=(*head, *array))


class NotStringsError(Exception):
    """A frontend before 1.9 refuses the file."""


def _flag(flag) -> str:
    return f"--{flag.name}" + ("" if flag.value is None else f"={flag.value.value}")


def _raw(heredoc) -> str:
    """A body before its tabs are stripped, as BuildKit's parser leaves it."""
    span = heredoc.body.span
    if not heredoc.strips_tabs or not heredoc.body.value:
        return heredoc.body.value
    text = span.document.text
    start = span.start
    while start > 0 and text[start - 1] == "\t":
        start -= 1
    return text[start : span.end]


def _values(target: Instruction, escape: str) -> list[str]:
    keyword, value = target.keyword, target.value.value
    words = [word.value for word in target.words]
    if target.array is not None:
        return [element.value for element in target.array]
    if keyword not in INSTRUCTIONS or (keyword == "ONBUILD" and value):
        return [""]
    if keyword in ("ENV", "LABEL"):
        return _pairs(value, [_closed(word, escape) for word in words])
    if keyword == "ARG":
        return [_closed(word, escape) for word in words]
    if keyword in ("FROM", "EXPOSE", "ADD", "COPY", "VOLUME"):
        return words
    if keyword == "HEALTHCHECK" and words:
        if target.inner is None:
            rest = re.sub(f"^[{SPACES}]+", "", value[len(words[0]) :])
            return [words[0], *([rest] if rest else [])]
        return [words[0], *_values(target.inner, escape)]
    return [value] if value else []


def _closed(word: str, escape: str) -> str:
    """A word as BuildKit's parseWords leaves it: an escape with nothing behind it is dropped."""
    at, quote = 0, ""
    while at < len(word):
        if word[at] == escape and quote != "'":
            if at + 1 == len(word):
                return word[:-1]
            at += 1
        elif quote:
            quote = "" if word[at] == quote else quote
        elif word[at] in "'\"":
            quote = word[at]
        at += 1
    return word


def _pairs(value: str, words: list[str]) -> list[str]:
    if words and "=" not in words[0]:
        return re.split(r"[\t\v\f\r ]+", value, maxsplit=1)
    return [part for word in words for part in word.split("=", 1)]
