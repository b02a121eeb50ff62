"""``entrypoint`` and ``command`` of a service, as words that know where they were written.

A list is taken as it stands. A string is split into words as a shell would, but no shell ever sees it
(https://docs.docker.com/reference/compose-file/services/#command): where it holds an operator of a shell, what Compose makes of it differs
by version, and so it is not known. Compose puts variables (``${NAME}``) in before it splits: they stay as they are written, and ``$$`` is
one dollar sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..regexes import regex
from ..source import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

    from ..parsers.shell.model import Word
    from ..source import Document, Text

_STARTS = ("entrypoint", "command")
# What can stand in a scalar of any style without a second look: no quotes, no escapes, nothing that begins a comment or a mapping.
_HARMLESS = regex(r"[\w ./@=+-]*")


# A list's words, or a string that is still to be split.
Line: TypeAlias = "tuple[Text, ...] | Text"


def words(line: Line) -> tuple[Text, ...] | None:
    """The words of a line; None where they cannot be told, or the program is one that only a variable names."""
    found = line if isinstance(line, tuple) else _split(line)
    return None if found and "$" in found[0].value else found


def _split(text: Text) -> tuple[Text, ...] | None:
    from ..parsers.shell import parse_command
    from ..parsers.shell.literals import literal_text
    from ..parsers.shell.model import Simple

    if not text.value:
        return ()
    script = parse_command(text)
    command = script.body.commands[0] if len(script.body.commands) == 1 and not script.problems else None
    if not isinstance(command, Simple) or command.redirects or command.assignments:
        return None
    return tuple(literal_text(word) or _unquoted(word) for word in command.words)


def _unquoted(word: Word) -> Text:
    """The value of a word with variables, which stay as they are written."""
    from ..parsers.shell.model import LiteralText

    parts = [part.value if isinstance(part, LiteralText) else part.text for part in word.parts]
    quoted = word.text.value[0] == word.text.value[-1] == '"'
    return join(parts, word.text.buffer.encode if quoted else _refuse)


class Written:
    """Where the words of a compose file's services stand. ``root`` is the file's root node, None where it has none."""

    def __init__(self, document: Document, root: yaml.Node | None) -> None:
        self._document = document
        self._services = _of(root, "services")

    def line(self, service: str, key: str, value: object) -> Line | None:
        """A value as it was written; None where it is not given, or cannot be told to be one command."""
        node: Any = _of(_of(self._services, service), key)
        if isinstance(value, str):
            line: Line = self._text(node).strip()
        elif isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
            line = tuple(self._text(item) for item in node.value)
        else:
            return None
        return None if words(line) is None else line

    def ranges(self) -> list[tuple[int, int]]:
        """First and last lines of each ``entrypoint`` and ``command``, with its key."""
        found = set()
        for _, service in self._services.value if _is_mapping(self._services) else ():
            for key, value in service.value if _is_mapping(service) else ():
                if key.value in _STARTS:
                    end = len(self._document.text[: value.end_mark.index].rstrip())
                    found.add((key.start_mark.line + 1, self._document.position(max(end - 1, 0)).line))
        return sorted(found)

    def _text(self, node: yaml.ScalarNode) -> Text:
        """The value of a scalar, each character with its place; the whole scalar where an escape hides the places."""
        start, end = node.start_mark.index, node.end_mark.index
        value = str(node.value)
        parts = list(self._aligned(value, start, end, node.style))
        whole = self._document.cut(start, end)
        text = (
            join(parts, _encode)
            if "".join(part for part, _ in parts) == value and parts
            else join([(value, whole)], _refuse)
        )
        return _one_dollar(text)

    def _aligned(self, value: str, at: int, end: int, style: str | None) -> Iterator[tuple[str, Text]]:
        """Pieces of the value beside what they were written as: lines as they are, and what is folded between them."""
        source = self._document.text
        if style in ("|", ">"):
            at = source.find("\n", at, end) + 1 or end
            while at < end and source[at] != value[:1] and source[at] in " \r\n":
                at += 1
        elif style:
            at, end = at + 1, end - 1
        done = 0
        while done < len(value):
            same = 0
            if value[done] not in " \n":
                while done + same < len(value) and at + same < end and source[at + same] == value[done + same] != "\n":
                    same += 1
            if same:
                yield value[done : done + same], self._document.cut(at, at + same)
                done, at = done + same, at + same
                continue
            stop = at
            while stop < end and source[stop] in " \t\r\n":
                stop += 1
            rest = done
            while rest < len(value) and value[rest] in " \n":
                rest += 1
            if rest == done or (stop == at and rest < len(value)):
                return
            yield value[done:rest], self._document.cut(at, stop)
            done, at = rest, stop


def _of(node: Any, key: str) -> Any:
    """The value of a key in a mapping node, the last one: what is merged in stands in front. None where it is not there."""
    pairs = node.value if _is_mapping(node) else ()
    return next((value for name, value in reversed(pairs) if name.value == key), None)


def _is_mapping(node: Any) -> bool:
    return node is not None and node.id == "mapping"


def _one_dollar(text: Text) -> Text:
    """``$$`` is how Compose writes a dollar sign."""
    value = text.value
    if "$$" not in value:
        return text
    parts: list[Text] = []
    at = 0
    while (found := value.find("$$", at)) >= 0:
        parts.append(text.cut(at, found + 1))
        at = found + 2
    return join([*parts, text.cut(at, len(value))], text.buffer.encode)


def _encode(text: str) -> str | None:
    return text if _HARMLESS.fullmatch(text) else None


def _refuse(_text: str) -> None:
    return None
