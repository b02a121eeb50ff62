"""Settings in files made of sections and ``key = value`` lines: INI as supervisord and uWSGI read it, and simple TOML.

TOML files are read by lines too, because the place of a value is wanted, which the standard library does not tell; a value
that is more than one line of text is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass
from ....regexes import regex
from ....source import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text

_SECTION = regex(r"\s*\[+([^\]]*)\]+")
# Pieces of one value that is continued over lines; what is longer is nobody's command.
_PARTS = 400
_SEPARATOR = regex("[=:]")
_INLINE = regex(r"""(?<![\w-])([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*')""")
_COMMENT = regex(r"\s[;#].*$")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line: its section, its key, and its value as written."""

    section: str
    key: str
    value: Text


def settings(text: Text, comments: bool = True) -> Iterator[Setting]:
    """The settings of a file. Indented lines continue the value above (INI); ``comments`` end a value at `` ;`` or `` #``."""
    section, key = "", ""
    parts: list[Text | tuple[str, Text]] = []
    at = 0
    for line in text.value.splitlines(keepends=True):
        start, at = at, at + len(line)
        bare = line.rstrip()
        if key and bare and line[0].isspace() and bare.lstrip()[0] not in ";#":
            if len(parts) > _PARTS:
                continue
            lead = len(bare) - len(bare.lstrip())
            parts += [("\n", text.cut(start, start)), text.cut(start + lead, start + len(bare))]
            continue
        if key:
            yield Setting(section, key, join(parts))
            key = ""
        if found := _SECTION.match(bare):
            section = found[1].strip()
        elif bare[:1] not in ("", ";", "#") and (found := _SEPARATOR.search(bare)):
            key = bare[: found.start()].strip().strip('"')
            value = bare[found.end() :].lstrip()
            begin = start + len(bare) - len(value)
            value = _COMMENT.sub("", value).rstrip() if comments else value
            parts = [text.cut(begin, begin + len(value))]
    if key:
        yield Setting(section, key, join(parts))


def unquoted(text: Text) -> Text | None:
    """The inside of a TOML string of one line; None for any other value."""
    value = text.value
    for quote in ('"', "'"):
        if len(value) > 1 and value[0] == quote and (end := value.find(quote, 1)) > 0:
            while quote == '"' and value[end - 1] == "\\" and (end := value.find(quote, end + 1)) > 0:
                pass
            if end < 0:
                return None
            inner = text.cut(1, end)
            return _escapes(inner) if quote == '"' else inner
    return None


def _escapes(text: Text) -> Text:
    parts: list[Text | tuple[str, Text]] = []
    at, value = 0, text.value
    while (escape := value.find("\\", at)) >= 0:
        parts += [text.cut(at, escape), (value[escape + 1 : escape + 2], text.cut(escape, escape + 2))]
        at = escape + 2
    return join([*parts, text.cut(min(at, len(value)), len(value))])


def inline(text: Text) -> dict[str, Text]:
    """The strings of a TOML inline table, ``{cmd = "…"}``."""
    if not text.value.startswith("{"):
        return {}
    found = ((match[1], unquoted(text.cut(*match.span(2)))) for match in _INLINE.finditer(text.value))
    return {key: value for key, value in found if value is not None}


def truth(value: str) -> bool:
    """What INI files call true."""
    return value.strip().lower() in ("1", "true", "yes", "on", "t", "y")
