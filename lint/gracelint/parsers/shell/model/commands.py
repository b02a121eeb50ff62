"""Commands, simple and compound, and the script that they make up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from ....records import Lazy, dataclass
from ....regexes import regex
from .words import LiteralText, assign

if TYPE_CHECKING:
    from ....source import Text
    from .conditions import Condition
    from .words import Part, Word


@dataclass(frozen=True, slots=True)
class Assignment:
    """``name=value``, ``name+=value`` (``appends``), ``name[index]=value``; ``array`` for ``name=(a b)``."""

    text: Text
    name: str
    value: Word | None
    appends: bool = False
    index: str | None = None
    array: tuple[Word, ...] | None = None


class _Opening(Lazy):
    """What is worked out of a redirection."""

    __slots__ = ("assigns",)
    assigns: bool
    """Whether its file or its here-document may assign when it is expanded."""


# What may assign in a here-document.
_ASSIGNS = regex(r"\$\(\(|\$\[|\$\{[^}]*=")


def _redirect_assigns(redirect: Redirect) -> bool:
    if redirect.heredoc is not None:
        return redirect.expands and _ASSIGNS.search(redirect.heredoc.value) is not None
    return redirect.target is not None and redirect.target.literal is None and assign(redirect.target.parts)


@dataclass(frozen=True, slots=True)
class Redirect(_Opening):
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

    worked_out: ClassVar = {"assigns": _redirect_assigns}


class _Worded(Lazy):
    """What is worked out of a simple command."""

    __slots__ = ("assigns", "expansions", "written")
    assigns: bool
    """Whether one of these may assign when it is expanded."""
    expansions: tuple[Part, ...]
    """What is expanded in its words and in the values of its assignments, in that order."""
    written: Text
    """Its words as they are written, the first to the last; the whole command where that is no text of one piece."""


def _expansions(command: Simple) -> tuple[Part, ...]:
    words = command.words
    if command.assignments:
        words += tuple(each.value for each in command.assignments if each.value is not None)
    return tuple(
        part for word in words if word.literal is None for part in word.parts if not isinstance(part, LiteralText)
    )


def _assigns(command: Simple) -> bool:
    return assign(command.expansions)


def _written(command: Simple) -> Text:
    words = command.words
    first, last = (words[0].text, words[-1].text) if words else (command.text, command.text)
    return first.until(last) if first.buffer is last.buffer else command.text


@dataclass(frozen=True, slots=True)
class Simple(_Worded):
    """Assignments, words and redirections; declaration builtins (``export``, ``local`` …) are simple commands whose
    ``NAME=value`` arguments stand in ``words`` as written (arrays among them as raw literals)."""

    text: Text
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]

    worked_out: ClassVar = {"assigns": _assigns, "expansions": _expansions, "written": _written}


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


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script or command string.

    ``comments`` begin at their ``#``. ``problems`` are stretches that could not be read (also in the body, as
    `Unreadable`).
    """

    text: Text
    body: Block
    comments: tuple[Text, ...]
    problems: tuple[Unreadable, ...]
