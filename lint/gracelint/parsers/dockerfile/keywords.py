"""Keyword and value of logical lines, as ``dockerfile_parse`` reads them.

Hazards, and what is done about them. `dockerfile_parse` knows no heredocs, ends an instruction at an empty line, takes a doubled
escape for a continuation and appends continuation lines to a string one by one (quadratic). It is therefore fed
the beginnings of logical lines, one line each. It splits at Python's white space, BuildKit only at ``[\\t\\v\\f\\r ]``: other
spaces are masked by a character of the same width, so that offsets hold. Its import costs more than all else
here, so it is done on first use.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

INSTRUCTIONS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})  # fmt: skip
"""BuildKit's frontend/dockerfile/command/command.go."""

Split = tuple[str, int, int]

_KEYWORD = regex(r"[^\t\v\f\r ]+")
_LONGEST = max(len(name) for name in INSTRUCTIONS)
_HEAD = regex(r"[^\t\v\f\r ]*[\t\v\f\r ]*.?", re.DOTALL)
"""Keyword, white space and the first character of the value: all that the split depends on."""

_MASK = "\ufffd"
_FOREIGN_SPACES = dict.fromkeys(
    [0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000],
    _MASK,
)


class Keywords:
    """The keywords of one file. Lines that begin alike are split alike, so `dockerfile_parse` sees each beginning once, and
    the ordinary ones (`_plain`) never: they leave nothing to decide."""

    def __init__(self) -> None:
        self._known: dict[str, Split] = {}

    def split(self, lines: list[str], escape: str) -> list[Split]:
        """Of each line the keyword (see `canonical`), how many characters it was written in, and the offset of what follows it.

        The lines are stripped, not empty and hold no newline; ``escape`` is the same in every call.
        """
        found = [_plain(line) for line in lines]
        odd = {at: _HEAD.match(lines[at])[0] for at, split in enumerate(found) if split is None}  # type: ignore[index]  # no line is empty
        unknown = [head for head in dict.fromkeys(odd.values()) if head not in self._known]
        if unknown:
            self._known.update(zip(unknown, _split(unknown, escape), strict=True))
        return [self._known[odd[at]] if split is None else split for at, split in enumerate(found)]


def _plain(line: str) -> Split | None:
    """The split of a line that is an instruction's name, one blank, and something printable; None of any other."""
    at = line.find(" ", 0, _LONGEST + 1)
    if at < 0 or not "!" <= line[at + 1] <= "~":
        return None
    written = line[:at]
    if written in INSTRUCTIONS:
        return written, at, at + 1
    keyword = written.upper()
    return (keyword, at, at + 1) if written.isascii() and keyword in INSTRUCTIONS else None


def _split(lines: Sequence[str], escape: str) -> list[Split]:
    from dockerfile_parse import DockerfileParser

    masked = [_masked(line, escape) for line in lines]
    text = f"# escape={escape}\n" + "".join([line + "\n" for line in masked])
    entries = DockerfileParser(fileobj=StringIO(text)).structure[1:]
    found = []
    for line, seen, entry in zip(lines, masked, entries, strict=True):
        match = _KEYWORD.match(line)
        written = match[0] if match else ""
        found.append((canonical(written, entry["instruction"]), len(written), len(seen) - len(entry["value"])))
    return found


def _masked(line: str, escape: str) -> str:
    """A line in which `dockerfile_parse` sees no other space, continuation or comment than BuildKit does."""
    line = line.translate(_FOREIGN_SPACES)
    if line.startswith("#"):
        line = _MASK + line[1:]
    return line[:-1] + _MASK if line.endswith(escape) else line


def canonical(written: str, upper: str) -> str:
    """The name of an instruction: ``upper``, unless the word only looks like one when put into upper case.

    BuildKit compares in lower case, where the Kelvin sign is a k, but a long s is not an s.
    """
    if written.isascii():
        return upper if upper in INSTRUCTIONS else written.upper()
    lowered = written.lower().replace("i\u0307", "i")
    return lowered.upper() if lowered.isascii() else written
