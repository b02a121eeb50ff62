"""The shell model: what gracelint sees of a shell script, whichever parser read it.

One vocabulary for POSIX sh, dash, busybox ash and bash. Every node has a ``text``: where it stands in what the user
wrote. Words keep their structure (literals, parameters, substitutions), because what a word becomes decides which
program runs. Nodes are immutable and compare by structure and place, so that two front ends can be held equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ...records import dataclass

if TYPE_CHECKING:
    from ...source import Text

# --- words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LiteralText:
    """Characters that stand for themselves, quotes and backslashes removed.

    ``quoted``: nothing in it splits, globs or is a keyword. ``value`` is unescaped; its text maps each character.
    Adjacent literals of the same quoting are one node.
    """

    text: Text
    value: Text
    quoted: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """``$name``, ``${name}``, ``${name:-word}``: ``name`` is a variable, a digit string or one of ``@*#?-$!0``.

    ``operator`` is None, one of ``- :- = := ? :? + :+ # ## % %% / // /# /% : ^ ^^ , ,, @``, ``length`` (``${#x}``),
    ``indirect`` (``${!x}``) or ``keys`` (``${!x[@]}``). ``argument`` is what stands behind the operator (for ``/``
    the pattern, with ``replacement``; for ``:`` the raw offset and length, as one literal). ``index`` is the raw text of ``[...]``.
    """

    text: Text
    name: str
    operator: str | None
    argument: Word | None
    replacement: Word | None
    index: str | None
    quoted: bool


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    """``$(...)`` or backquotes."""

    text: Text
    body: Block
    quoted: bool


@dataclass(frozen=True, slots=True)
class ProcessSubstitution:
    """``<(...)`` (direction ``<``) or ``>(...)``."""

    text: Text
    direction: Literal["<", ">"]
    body: Block


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``$((...))``, or as bash had it before, ``$[...]`` (other shells take that for what it is); ``expression`` is its raw text."""

    text: Text
    expression: str
    quoted: bool


Part: TypeAlias = "LiteralText | Parameter | CommandSubstitution | ProcessSubstitution | Arithmetic"


class _Reckoned:
    """Holds what is worked out of a word the first time that it is asked for."""

    __slots__ = ("_literal", "_pieces", "_positional", "_sole", "_whole")
    _literal: str | None
    _pieces: tuple[str | Part, ...]
    _positional: bool
    _sole: Part | None
    _whole: bool


@dataclass(frozen=True, slots=True)
class Word(_Reckoned):
    """A word as the shell sees it before expansion; ``parts`` is empty only for ``''`` and ``""``."""

    text: Text
    parts: tuple[Part, ...]

    @property
    def literal(self) -> str | None:
        """Its value where it is plain or quoted text only (no expansion; ``~`` and globs not considered)."""
        try:
            return self._literal
        except AttributeError:
            values = []
            for part in self.parts:
                if not isinstance(part, LiteralText):
                    value = None
                    break
                values.append(part.value.value)
            else:
                value = values[0] if len(values) == 1 else "".join(values)
            object.__setattr__(self, "_literal", value)
            return value

    @property
    def sole(self) -> Part | None:
        """The one expansion that it consists of, quotes around it apart (``"$x"``); None for any other word."""
        try:
            return self._sole
        except AttributeError:
            found = [part for part in self.parts if not isinstance(part, LiteralText) or part.text.value != '"']
            sole = found[0] if len(found) == 1 and not isinstance(found[0], LiteralText) else None
            object.__setattr__(self, "_sole", sole)
            return sole

    @property
    def pieces(self) -> tuple[str | Part, ...]:
        """What it is made of: strings, and expansions. A quote that only opens or closes (``"$x"``) is nothing by itself."""
        try:
            return self._pieces
        except AttributeError:
            found: list[str | Part] = []
            for part in self.parts:
                if not isinstance(part, LiteralText):
                    found.append(part)
                elif part.text.value != '"':
                    found.append(part.value.value)
            object.__setattr__(self, "_pieces", tuple(found))
            return self._pieces

    @property
    def whole(self) -> bool:
        """Whether it is one word whatever its expansions become: all of them are quoted, and none has several items (``"$@"``)."""
        try:
            return self._whole
        except AttributeError:
            whole = bool(self.pieces) and all(
                isinstance(part, (LiteralText, ProcessSubstitution))
                or (part.quoted and not (isinstance(part, Parameter) and (part.name == "@" or part.index == "@")))
                for part in self.parts
            )
            object.__setattr__(self, "_whole", whole)
            return whole

    @property
    def positional(self) -> bool:
        """Whether one of ``$1``, ``$2`` … is in it."""
        try:
            return self._positional
        except AttributeError:
            found = any(isinstance(part, Parameter) and part.name.isdigit() and part.name != "0" for part in self.parts)
            object.__setattr__(self, "_positional", found)
            return found


# --- commands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assignment:
    """``name=value``, ``name+=value`` (``appends``), ``name[index]=value``; ``array`` for ``name=(a b)``."""

    text: Text
    name: str
    value: Word | None
    appends: bool = False
    index: str | None = None
    array: tuple[Word, ...] | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """``operator`` is ``<``, ``>``, ``>>``, ``>|``, ``<>``, ``>&``, ``<&``, ``&>``, ``&>>``, ``<<``, ``<<-`` or ``<<<``.

    ``descriptor`` is the number or ``{name}`` in front, None without. For heredocs ``target`` is the delimiter as written and
    ``heredoc`` the body (tabs stripped for ``<<-``; not expanded), with ``expands`` where the delimiter was not quoted.
    """

    text: Text
    operator: str
    descriptor: str | None
    target: Word | None
    heredoc: Text | None = None
    expands: bool = True


class _Expanding:
    """Holds what is worked out of a simple command the first time that it is asked for."""

    __slots__ = ("_expansions", "_written")
    _expansions: tuple[Part, ...]
    _written: Text


@dataclass(frozen=True, slots=True)
class Simple(_Expanding):
    """Assignments, words and redirections; declaration builtins (``export``, ``local`` …) are simple commands whose
    ``NAME=value`` arguments stand in ``words`` as written (arrays among them as raw literals)."""

    text: Text
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]

    @property
    def expansions(self) -> tuple[Part, ...]:
        """What is expanded in its words and in the values of its assignments, in that order."""
        try:
            return self._expansions
        except AttributeError:
            words = self.words
            if self.assignments:
                words += tuple(each.value for each in self.assignments if each.value is not None)
            found = tuple(
                [
                    part
                    for word in words
                    if word.literal is None
                    for part in word.parts
                    if not isinstance(part, LiteralText)
                ]
            )
            object.__setattr__(self, "_expansions", found)
            return found

    @property
    def written(self) -> Text:
        """Its words as they are written, the first to the last; the whole command where that is no text of one piece."""
        try:
            return self._written
        except AttributeError:
            first, last = (self.words[0].text, self.words[-1].text) if self.words else (self.text, self.text)
            written = first.until(last) if first.buffer is last.buffer else self.text
            object.__setattr__(self, "_written", written)
            return written


@dataclass(frozen=True, slots=True)
class Pipeline:
    """``a | b`` (two or more commands), ``! a`` (``negated``), ``time a`` (``timed``). ``|&`` counts as ``|``."""

    text: Text
    commands: tuple[Command, ...]
    negated: bool = False
    timed: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """``left && right`` or ``left || right``; chains nest to the left."""

    text: Text
    left: Command
    operator: Literal["&&", "||"]
    right: Command


@dataclass(frozen=True, slots=True)
class Background:
    """``command &``; the text includes the ``&``."""

    text: Text
    command: Command


@dataclass(frozen=True, slots=True)
class Block:
    """Commands one after the other: a script, a branch, the inside of braces."""

    text: Text
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``{ ...; }``."""

    text: Text
    body: Block
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Subshell:
    """``( ... )``."""

    text: Text
    body: Block
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition with what runs if it holds: ``if``/``elif`` … ``then`` …"""

    condition: Block
    body: Block


@dataclass(frozen=True, slots=True)
class If:
    """``if`` with its branches and the ``else`` part."""

    text: Text
    branches: tuple[Branch, ...]
    otherwise: Block | None
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class While:
    """``while``, or ``until`` (``until``)."""

    text: Text
    condition: Block
    body: Block
    until: bool = False
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class For:
    """``for name in words`` (``words`` None: ``"$@"``), or ``select`` (``selects``)."""

    text: Text
    name: str
    words: tuple[Word, ...] | None
    body: Block
    selects: bool = False
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class ArithmeticFor:
    """``for ((a; b; c))``; ``expression`` is the raw text between the parentheses."""

    text: Text
    expression: str
    body: Block
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a ``case``; ``terminator`` is ``;;``, ``;&`` or ``;;&`` (``;;`` where the last one has none)."""

    text: Text
    patterns: tuple[Word, ...]
    body: Block
    terminator: str


@dataclass(frozen=True, slots=True)
class Case:
    """``case subject in`` arms ``esac``."""

    text: Text
    subject: Word
    arms: tuple[Arm, ...]
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition; ``body`` is usually a group."""

    text: Text
    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Conditional:
    """``[[ ... ]]``."""

    text: Text
    expression: Condition
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class ArithmeticCommand:
    """``(( ... ))``; ``expression`` is the raw text between the parentheses."""

    text: Text
    expression: str
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Coprocess:
    """``coproc [name] command``."""

    text: Text
    name: str | None
    command: Command


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stretch that no front end could read; the rest of the script is still a model."""

    text: Text
    reason: str


Command: TypeAlias = (
    "Simple | Pipeline | AndOr | Background | Group | Subshell | If | While | For | ArithmeticFor | Case"
    " | Function | Conditional | ArithmeticCommand | Coprocess | Unreadable"
)

# --- conditions inside [[ ]] ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unary:
    """``-n word``; a bare ``word`` is ``-n``."""

    text: Text
    operator: str
    operand: Word


@dataclass(frozen=True, slots=True)
class Binary:
    """``left == right``, ``-eq``, ``=~``, ``<`` …; ``right`` keeps quoting, as only unquoted parts are pattern."""

    text: Text
    left: Word
    operator: str
    right: Word


@dataclass(frozen=True, slots=True)
class Not:
    """``! condition``."""

    text: Text
    operand: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """``left && right`` (``operator`` ``&&``) or ``left || right``."""

    text: Text
    left: Condition
    operator: Literal["&&", "||"]
    right: Condition


Condition: TypeAlias = "Unary | Binary | Not | Both"


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script or command string. ``shebang`` is its first line without ``#!``, None without one.

    ``comments`` begin at their ``#``. ``problems`` are stretches that could not be read (also in the body, as
    `Unreadable`).
    """

    text: Text
    body: Block
    shebang: str | None
    comments: tuple[Text, ...]
    problems: tuple[Unreadable, ...]
