"""What ``echo``, ``printf`` and a shell heredoc write, with every character's origin kept.

Measured on dash 0.5.12, bash 5.2 and BusyBox 1.36 (``sh -c 'echo "a\\nb"'`` and the like): dash's ``echo`` always
interprets backslashes and knows ``-n`` only; bash's and BusyBox's do so after ``-e``. ``printf`` is the same in all, but
for ``\\x``, which dash does not know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import Text, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..model import ShellFamily
    from ..stages.variables import Variables

_CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ECHO_OPTION = regex(r"-[neE]+")
_ESCAPE = regex(r"\\(?:0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_DIRECTIVE = regex(r"%(?:%|[-0-9.]*[a-zA-Z])")
_IN_HEREDOC = regex(r"\\[$`\\\n]|\$(?:\w+|\{\w+\}|[@*#?$!-])|\$[({]|`")

MAX_ROUNDS = 1_000


def echoed(words: Sequence[Text], shell: ShellFamily | None) -> Text | None:
    """What ``echo`` prints for its arguments (at least its own name); None where it depends on an unknown shell."""
    rest = list(words[1:])
    newline, escapes = True, shell == "dash"
    if shell == "dash":
        if rest and rest[0].value == "-n":
            newline, rest = False, rest[1:]
    else:
        while rest and _ECHO_OPTION.fullmatch(rest[0].value):
            for option in rest.pop(0).value[1:]:
                newline = newline and option != "n"
                escapes = {"e": True, "E": False}.get(option, escapes)
    if shell is None and any("\\" in word.value for word in rest) and not escapes:
        return None
    pieces: list[Text | tuple[str, Text]] = [words[0].cut(0, 0)]
    for number, word in enumerate(rest):
        if number:
            pieces.append((" ", word.cut(0, 0)))
        if not escapes:
            pieces.append(word)
            continue
        unescaped, stopped = _unescape(word, is_echo=True)
        pieces += unescaped
        if stopped:
            return join(pieces)
    if newline:
        pieces.append(("\n", words[-1].cut(len(words[-1]), len(words[-1]))))
    return join(pieces)


def printed(words: Sequence[Text]) -> Text | None:
    """What ``printf FORMAT ARGUMENT…`` prints; None for directives other than ``%s``, ``%b``, ``%d`` and ``%%``."""
    rest = list(words[1:])
    if rest and rest[0].value == "--":
        rest = rest[1:]
    if not rest or rest[0].value.startswith("-"):
        return None
    form, arguments = rest[0], rest[1:]
    directives = [match for match in _DIRECTIVE.finditer(form.value) if match.group() != "%%"]
    if any(match.group() not in ("%s", "%b", "%d", "%i") for match in directives):
        return None
    pieces: list[Text | tuple[str, Text]] = [form.cut(0, 0)]
    for _ in range(MAX_ROUNDS):
        at = 0
        for match in _DIRECTIVE.finditer(form.value):
            pieces += _unescape(form.cut(at, match.start()), is_echo=False)[0]
            at = match.end()
            if match.group() == "%%":
                pieces.append(("%", form.cut(match.start(), at)))
            elif arguments:
                argument = arguments.pop(0)
                pieces += _unescape(argument, is_echo=True)[0] if match.group() == "%b" else [argument]
            elif match.group() in ("%d", "%i"):
                pieces.append(("0", form.cut(match.start(), at)))
        pieces += _unescape(form.cut(at, len(form)), is_echo=False)[0]
        if not arguments or not directives:
            return join(pieces)
    return None


def _unescape(text: Text, is_echo: bool) -> tuple[list[Text | tuple[str, Text]], bool]:
    """Backslash sequences of ``echo`` (octal as ``\\0nnn``) or of a format (``\\nnn``), and whether ``\\c`` ended all."""
    pieces: list[Text | tuple[str, Text]] = []
    at = 0
    for match in _ESCAPE.finditer(text.value):
        start, end = match.span()
        code = match.group()[1:]
        pieces.append(text.cut(at, start))
        at = end
        if code == "c":
            return pieces, True
        if code[0] == "x" and len(code) > 1:
            value = chr(int(code[1:], 16))
        elif code[0] in "01234567" and (code[0] == "0" or not is_echo):
            value = chr(int(code, 8) & 0xFF)
        elif code == "e":
            value = "\x1b"
        elif code in _CONTROL:
            value = _CONTROL[code]
        elif not is_echo and code in ('"', "'"):
            value = code
        else:
            pieces.append(text.cut(start, end))
            continue
        pieces.append((value, text.cut(start, end)))
    pieces.append(text.cut(at, len(text)))
    return pieces, False


def heredoc_text(body: Text, variables: Variables) -> Text | None:
    """An unquoted heredoc of a shell after expansion; None where it holds a command or an unknown value.

    POSIX 2.7.4: parameters are expanded, a backslash escapes only ``$``, a backquote, itself and a line's end.
    """
    pieces: list[Text | tuple[str, Text]] = [body.cut(0, 0)]
    at = 0
    for match in _IN_HEREDOC.finditer(body.value):
        start, end = match.span()
        found = match.group()
        pieces.append(body.cut(at, start))
        at = end
        if found.startswith("\\"):
            if found != "\\\n":
                pieces.append(body.cut(start + 1, end))
            continue
        if found in ("$(", "${", "`"):
            return None
        is_set, value = variables.get(found.strip("${}"))
        if is_set and value is None:
            return None
        pieces.append((value or "", body.cut(start, end)))
    pieces.append(body.cut(at, len(body)))
    return join(pieces)


def without_carriage_returns(text: Text, everywhere: bool = False) -> Text:
    """The text as ``dos2unix`` leaves it: no carriage return at the end of a line (``everywhere``: none at all)."""
    if "\r" not in text.value:
        return text
    pattern = re.compile(r"\r" if everywhere else r"\r(?=\n|\Z)")
    return join([text.cut(0, 0), *_without(text, pattern)])


def _without(text: Text, pattern: re.Pattern[str]) -> Iterable[Text]:
    at = 0
    for match in pattern.finditer(text.value):
        yield text.cut(at, match.start())
        at = match.end()
    yield text.cut(at, len(text))
