"""What BuildKit refuses about a well-formed line: unknown instructions, missing arguments, wrong order.

The rules are those of BuildKit's frontend/dockerfile/instructions/parse.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex
from .keywords import INSTRUCTIONS
from .model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...source import Document, Text
    from .model import Instruction

_NEEDS_ONE = frozenset(
    {"ARG", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL", "STOPSIGNAL"}
    | {"USER", "VOLUME", "WORKDIR"}
)
_LINK = regex(r"(?:[\w.-]+/)+[\w.-]+")
_NEEDS_TWO = frozenset({"ADD", "COPY"})
CHECKED = _NEEDS_ONE | _NEEDS_TWO
"""Instructions that may lack arguments, or have wrong ones; of others only a malformed array is refused."""
_PAIRS = frozenset({"ENV", "LABEL"})
_SPACE = regex(r"[\t\v\f\r ]")
_LOOKED_INTO = _NEEDS_TWO | _PAIRS | {"FROM", "SHELL", "HEALTHCHECK"}
_NOT_IN_ONBUILD = frozenset({"FROM", "MAINTAINER"})
_MOST_UNKNOWN = 20
# Files of these names are built as they are.
_WHOLE = frozenset({"dockerfile", "containerfile", "-"})
_DOCKERS_OWN = regex(r"(?:docker\.io/|index\.docker\.io/)?docker/dockerfile(?:-upstream)?(?:[:@]|$)")
# Jinja, Go and jq templates; ERB and EJS; FreeMarker; names between %%. None of them can begin an instruction or be part of an image's name.
_TEMPLATE = regex(r"\{\{|\{%|\{#|<%|</?#\w|%%\w")
# What can be no port, no user and no default that anybody would want.
_NAME_TO_FILL = regex(r"%%[A-Z][A-Z0-9_]*%%")
_FILLED = frozenset({"ARG", "ENV", "EXPOSE", "LABEL", "USER", "WORKDIR"})


def template(instructions: Sequence[Instruction]) -> Problem | None:
    """What is said of a file that a template engine completes before it is a Dockerfile; None if it is one.

    A tag where an instruction or a base image should stand tells: elsewhere (a heredoc, ``--format '{{.Name}}'``) it may be meant as it is. In a file
    without FROM, which is a part of something in any case, a tag tells wherever it stands.
    """
    whole = any(instruction.keyword == "FROM" for instruction in instructions)
    for instruction in instructions:
        if instruction.keyword == "FROM":
            at, found = instruction.value, _TEMPLATE.search(instruction.value.value)
        elif instruction.keyword in _FILLED:
            at, found = instruction.value, _NAME_TO_FILL.search(instruction.value.value)
        elif instruction.keyword in INSTRUCTIONS and whole:
            continue
        else:
            at, found = instruction.keyword_text, _TEMPLATE.match(instruction.keyword_text.value)
        if not found and not whole:
            at, found = instruction.value, _TEMPLATE.search(instruction.value.value)
        if found:
            message = "this is a template, not yet a Dockerfile, and nothing in it is judged: lint what is made of it"
            return Problem(message, at.span, template=True)
    return None


def of_another_frontend(directives: Sequence[tuple[str, Text]], instructions: Sequence[Instruction]) -> Problem | None:
    """What is said of a file whose first line asks for a frontend other than Docker's own, which knows more instructions (``INCLUDE``);
    None of all others."""
    syntax = next((value for name, value in directives if name == "syntax"), None)
    if syntax is None or _DOCKERS_OWN.match(syntax.value.strip()):
        return None
    if all(instruction.keyword in INSTRUCTIONS for instruction in instructions):
        return None
    message = "this is written for a frontend of its own, with instructions that Docker's does not have, and nothing in it is judged"
    return Problem(message, syntax.span, template=True)


def of_a_link(document: Document) -> Problem | None:
    """What is said of a file that holds nothing but a path: a symbolic link, checked out where there are none or committed from there. None
    of all others."""
    text = document.text.strip()
    if not _LINK.fullmatch(text):
        return None
    message = f"this is the text of a symbolic link to {text}, not a Dockerfile, and nothing in it is judged"
    return Problem(message, document.span(0, len(text)), template=True)


def of_lines(document: Document, instructions: Sequence[Instruction]) -> Problem | None:
    """What is said of a file under another name than Dockerfile in which no line begins with an instruction: the inner lines of one, which
    something puts together (``Dockerfile.envs`` of nothing but ``NAME=value``). None of all others."""
    name = document.path.rpartition("/")[2].lower()
    if not instructions or name in _WHOLE or any(instruction.keyword in INSTRUCTIONS for instruction in instructions):
        return None
    message = (
        "no line of this begins with an instruction: it is a part of one, or no Dockerfile, and nothing in it is judged"
    )
    return Problem(message, instructions[0].keyword_text.span, template=True)


def order(document: Document, instructions: Sequence[Instruction]) -> Iterator[Problem]:
    """No instruction at all (nobody builds that as it is), no FROM, and what stands in front of the first FROM."""
    if not instructions:
        # Left empty, or with words for the reader only, it holds a place and is not built.
        yield Problem("the file has no instructions: it does not build as it is", document.span(0, 0), template=True)
        return
    if not any(instruction.keyword == "FROM" for instruction in instructions):
        name = document.path.rpartition("/")[2].lower()
        part = name not in _WHOLE and all(instruction.keyword in INSTRUCTIONS for instruction in instructions)
        message = "the file has no FROM" + (": it is a part of another, or does not build" if part else "")
        yield Problem(message, instructions[0].keyword_text.span, template=part)
        return
    for instruction in instructions:
        if instruction.keyword == "FROM":
            return
        if instruction.keyword != "ARG" and instruction.keyword in INSTRUCTIONS:
            message = f"{instruction.keyword} stands before the first FROM"
            yield Problem(message, instruction.keyword_text.span)
            return


def unknown(instructions: Sequence[Instruction]) -> Iterator[Problem]:
    """Lines that begin with no instruction: of several in a row, which have one cause, the first; in a file that is no Dockerfile the first
    ones only."""
    before = [True, *(instruction.keyword in INSTRUCTIONS for instruction in instructions)]
    found = [
        each for each, known in zip(instructions, before, strict=False) if each.keyword not in INSTRUCTIONS and known
    ]
    for instruction in found[:_MOST_UNKNOWN]:
        yield unknown_instruction(instruction)
    if len(found) > _MOST_UNKNOWN:
        message = f"{len(found) - _MOST_UNKNOWN} more lines begin with no known instruction"
        yield Problem(message, found[_MOST_UNKNOWN].keyword_text.span)


def unknown_instruction(instruction: Instruction) -> Problem:
    """The problem of an instruction that BuildKit does not know, with the one that may be meant."""
    from difflib import get_close_matches

    written = instruction.keyword_text.value
    shown = written if len(written) <= 40 else written[:40] + "…"
    near = get_close_matches(instruction.keyword, INSTRUCTIONS, 1) if len(written) <= 40 else []
    hint = f"; did you mean {near[0]}?" if near else ""
    return Problem(f"unknown instruction {shown}{hint}", instruction.keyword_text.span)


def arguments(instruction: Instruction) -> Iterator[Problem]:
    """Missing or refused arguments of one instruction."""
    keyword = instruction.keyword
    if instruction.malformed and instruction.malformed.fatal:
        yield Problem(f"{keyword}: {instruction.malformed.reason}", instruction.value.span)
        return
    if keyword in _NEEDS_ONE and not (len(instruction.value) if instruction.array is None else instruction.array):
        yield Problem(f"{keyword} requires at least one argument", instruction.keyword_text.span)
    if keyword == "ONBUILD" and instruction.inner:
        yield from _onbuild(instruction.inner)
    if keyword not in _LOOKED_INTO or (len(instruction.value) and not instruction.words):
        return  # nothing more to ask, or a line that was not read, which is a problem of its own
    words = instruction.words if instruction.array is None else instruction.array
    if keyword in _NEEDS_TWO and len(words) < 2:
        yield Problem(f"{keyword} requires a source and a destination", instruction.keyword_text.span)
    elif not words:
        return
    elif keyword in _PAIRS:
        yield from _pairs(instruction)
    elif keyword == "FROM" and len(words) != 1 and not (len(words) == 3 and words[1].value.lower() == "as"):
        yield Problem("FROM requires an image, and perhaps AS and a name", instruction.value.span)
    elif keyword == "SHELL" and instruction.array is None:
        yield Problem("SHELL requires its arguments as a JSON array", instruction.value.span)
    elif keyword == "HEALTHCHECK":
        yield from _healthcheck(instruction)


def _pairs(instruction: Instruction) -> Iterator[Problem]:
    """``ENV name value``, or ``ENV name=value …``: the first word decides."""
    first, *others = instruction.words
    if "=" not in first.value:
        if not _SPACE.search(instruction.value.value):
            yield Problem(f"{instruction.keyword} requires a name and a value", instruction.value.span)
        return
    for word in others:
        if "=" not in word.value:
            yield Problem(f"{instruction.keyword}: expected name=value", word.span)
            return


def _healthcheck(instruction: Instruction) -> Iterator[Problem]:
    kind = instruction.words[0]
    inner = instruction.inner
    if kind.value.upper() == "NONE":
        if len(instruction.words) > 1:
            yield Problem("HEALTHCHECK NONE takes no arguments", instruction.value.span)
    elif inner is None:
        yield Problem("HEALTHCHECK requires CMD or NONE", kind.span)
    elif inner.malformed and inner.malformed.fatal:
        yield Problem(f"HEALTHCHECK: {inner.malformed.reason}", inner.value.span)
    elif not inner.array and not inner.words:
        yield Problem("a command is missing after HEALTHCHECK CMD", kind.span)


def _onbuild(inner: Instruction) -> Iterator[Problem]:
    if inner.keyword == "ONBUILD":
        yield Problem("ONBUILD ONBUILD is not allowed", inner.keyword_text.span)
    elif inner.keyword in _NOT_IN_ONBUILD:
        yield Problem(f"{inner.keyword} is not allowed behind ONBUILD", inner.keyword_text.span)
    elif inner.keyword not in INSTRUCTIONS:
        yield unknown_instruction(inner)
    else:
        yield from arguments(inner)
