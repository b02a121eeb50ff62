"""Which reader a text is given to, and what neither is given.

Two front ends make the same model, and a test holds them equal. `ast`, Python's own parser, is some ten times as fast and knows the language of the
interpreter that runs gracelint. `libcst` knows newer and older versions as well, and says where a text is wrong; it is imported by the first
text that `ast` refuses. Hazard: both parsers are native and recursive, so nesting is measured on the text before either is called.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from ...regexes import regex
from . import ast_front, model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...source import Text

# CPython's own limits: 200 nested parentheses, 100 levels of indentation (Parser/lexer/state.h MAXLEVEL, MAXINDENT).
_MAX_BRACKETS = 200
_MAX_INDENTS = 100
# Some three seconds of work, for `ast` and for libcst.
_MAX_CHARACTERS = 1_000_000
_MAX_FOR_LIBCST = 300_000
# Chains of operators, of calls of calls and of branches nest without any bracket, and the parser tries prefixes again and again.
_MAX_OPERATORS = 2_000
_MAX_PREFIXES = 200
_MAX_BRANCHES = 1_000
# What `ast` tells apart, and how that looks: positional parameters, assignments in expressions, pattern matching, groups of exceptions,
# types and their parameters, brackets behind `with`.
_OLDEST = (3, 7)
_NEWER = regex(
    r":=|^[ \t]*match\b|\bexcept[ \t]*\*|[,(\w]\s*/\s*[,)]|^[ \t]*type[ \t]+\w|^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[|\bwith[ \t]*\(",
    re.MULTILINE,
)
_OPEN, _CLOSE, _PREFIXES = frozenset("([{"), frozenset(")]}"), frozenset(("not", "lambda", "if", "await"))
_LINK = ")("
_MARK = regex(
    r"(?P<link>[)\]]\s*(?=[(\[]))|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<line>\n)|(?P<word>\b(?:not|lambda|if|await|elif)\b)"
    r"|(?P<operator>[-+*/|&.<>=~])"
)


def read(text: Text) -> model.Module:
    """The model of a file's text; never raises: what cannot be read has a ``problem``."""
    if len(text) > _MAX_CHARACTERS:
        return model.unreadable(text, f"larger than {_MAX_CHARACTERS:,} characters", certain=False)
    refused = _refused(text.value)
    if refused is not None:
        return model.unreadable(text, refused)
    try:
        with warnings.catch_warnings():
            # What is odd about its escapes is no concern of the person who runs gracelint.
            warnings.simplefilter("ignore")
            found = ast_front.read(text)
            if found is not None:
                return found
            if len(text) > _MAX_FOR_LIBCST:
                message = f"not of this Python's version, and larger than {_MAX_FOR_LIBCST:,} characters"
                return model.unreadable(text, message, certain=False)
            from . import libcst_front

            return libcst_front.read(text)
    except RecursionError:
        return model.unreadable(text, "nested too deeply to be followed")


@lru_cache(maxsize=400)
def newer_than(text: Text, version: tuple[int, int]) -> bool:
    """Whether a Python of this version refuses a text that a later one reads, because of its syntax: ``match``, ``except*``, ``:=`` … as
    far as `ast` knows when they came (``feature_version``, from 3.7 on), and everything that the Python which runs gracelint refuses, where
    the other is no newer. The last answers are kept, as with `parse`."""
    if (
        version > sys.version_info[:2]
        or version < _OLDEST
        or not _NEWER.search(text.value)
        or _refused(text.value) is not None
    ):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text.value, feature_version=version)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return read(text).problem is None
    return False


def _refused(text: str) -> str | None:
    """Why a text is not handed to the native parser. It is counted without regard to strings and comments, which errs on the safe side;
    where that is too much, Python's own tokenizer has the last word."""
    if any(line.startswith(" " * _MAX_INDENTS * 8) for line in text.splitlines()):
        return "indented too deeply"
    roughly = _too_much(_LINK if mark.lastgroup == "link" else mark.group() for mark in _MARK.finditer(text))
    return roughly and _too_much(_words(text))


def _too_much(words: Iterable[str]) -> str | None:
    """Whether brackets nest too deeply, a logical line has too many operators, or a text too many branches. A line ends by ``\\n``; ``)(``
    is a bracket that closes in front of one that opens."""
    depth = operators = prefixes = branches = 0
    for word in words:
        if word == "elif":
            branches += 1
            if branches > _MAX_BRANCHES:
                return f"more than {_MAX_BRANCHES:,} branches"
        elif word == _LINK:
            depth = max(0, depth - 1)
            operators += 1
        elif word in _OPEN:
            depth += 1
            if depth > _MAX_BRACKETS:
                return f"more than {_MAX_BRACKETS} nested brackets"
        elif word in _CLOSE:
            depth = max(0, depth - 1)
        elif word == "\n":
            operators, prefixes = (operators, prefixes) if depth else (0, 0)
        elif word in _PREFIXES:
            prefixes += 1
        else:
            operators += 1
        if operators > _MAX_OPERATORS or prefixes > _MAX_PREFIXES:
            return "a line with too many operators"
    return None


def _words(text: str) -> Iterator[str]:
    """Brackets, operators, prefixes and ends of lines outside of strings and comments; of formatted strings, what is inside them as well."""
    import io
    import tokenize

    closing: str | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            first = token.string[:1] if token.type == tokenize.OP else token.string
            if closing is not None and token.type != tokenize.NL:
                yield _LINK if first in ("(", "[") else closing
                closing = None
            if token.type == tokenize.OP and first in (")", "]"):
                closing = first
            elif token.type in (tokenize.OP, tokenize.NAME) and _MARK.fullmatch(first):
                yield first
            elif token.type == tokenize.NEWLINE:
                yield "\n"
            elif token.type == tokenize.STRING and "f" in token.string[: token.string.find(token.string[-1])].lower():
                yield from (
                    mark.group() for mark in _MARK.finditer(token.string) if mark.lastgroup not in ("line", "link")
                )
    except (tokenize.TokenError, SyntaxError, RecursionError, ValueError):
        # What Python cannot tokenize either is not worth the risk.
        yield from "(" * (_MAX_BRACKETS + 1)
