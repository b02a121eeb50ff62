"""Where the commands of a RUN run: working folder, variables, and what has been found so far."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...parsers.shell.model import CommandSubstitution, LiteralText, Parameter, Simple
from ...records import NamedTuple, dataclass, field
from ...source import join
from .actions import Opaque, Target
from .conditions import Attempt, Trust, all_of, negation
from .operations import Course, Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...parsers.shell.model import Part, Word
    from ...source import Text
    from ..model import ShellFamily
    from ..stages.variables import Variables
    from .actions import Action
    from .conditions import Condition, Folders
    from .sought import Sought

MAX_OPERATIONS = 2_000
_WILD = frozenset("*?[")
_CUTTING = {"basename": posixpath.basename, "dirname": lambda path: posixpath.dirname(path) or "."}


class Each(NamedTuple):
    """What a loop's variable stands for, one after the other: all that a pattern names (``deep`` as in `Target`)."""

    pattern: str
    deep: Sought | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """A word after expansion: its text (None: not known; ``ends``: what is known to stand at its beginning and end), and whether that is a pattern (``deep`` as in `Target`)."""

    word: Word
    text: Text | None
    pattern: bool
    deep: Sought | None = None
    ends: tuple[str, str] = ("", "")

    @property
    def value(self) -> str:
        """Its value; what is not known as ``$…``, so that nothing matches it."""
        return self.word.text.value if self.text is None else self.text.value


@dataclass(slots=True)
class Surroundings:
    """Where the commands run. ``workdir`` is None where not known; ``when`` they do, ``where``, ``others`` and ``trust`` as in `Course`. ``left``: the shell that runs them has been
    left before; ``skipped``: so has the round of a loop, or the loop (``broken``). ``stops``: ``set -e`` is in force; ``heeded``: and looked at here; ``fatal``: a shell that is left with a failure ends the build.
    ``hindered``: the user may lack permissions. ``held``: what ``exec > file`` has opened for all that follows.

    ``names`` are the commands met, ``folders`` the working folders, for the question what else they may have made. ``asked`` are the
    variables of the build that had a say, with what they were. ``read_in``: a file or text that is not followed may have set any variable.
    """

    workdir: str | None
    variables: Variables
    shell: ShellFamily | None
    when: Condition = True
    where: Condition = True
    others: Folders = ()
    trust: Trust = Trust.GIVEN
    left: Condition = False
    skipped: Condition = False
    broken: Condition = False
    stops: bool = False
    heeded: bool = True
    fatal: bool = True
    hindered: bool = False
    held: list[Target] = field(default_factory=list)
    depth: int = 0
    assigned: dict[str, str | Each | None] = field(default_factory=dict)
    read_in: bool = False
    operations: list[Operation] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    asked: dict[str, tuple[bool, str | None]] = field(default_factory=dict)

    def target(self, argument: Argument) -> Target:
        """The path that an argument names."""
        raw = argument.value
        if argument.text is None:
            begins, ends = argument.ends
            if not begins.startswith("/") and posixpath.basename(begins) and self.workdir is not None:
                begins = posixpath.join(self.workdir, begins)
            return Target(None, raw, ends=(begins, ends))
        path = None if raw.startswith("~") else self.absolute(raw)
        if path is None:
            return Target(None, raw, argument.pattern)
        dotted = posixpath.join(self.workdir or "/", raw) if ".." in raw.split("/") else None
        return Target(path, raw, argument.pattern, argument.deep, is_folder=raw.endswith("/"), dotted=dotted)

    def absolute(self, path: str) -> str | None:
        """A path as seen from the root; None where the working folder is not known."""
        if not path.startswith("/") and self.workdir is None:
            return None
        return "/" + posixpath.normpath(posixpath.join("/", self.workdir or "/", path)).lstrip("/")

    def add(self, action: Action, text: Text, when: Condition = True) -> None:
        """Keep an operation, which takes place if its command runs and ``when`` holds."""
        when = all_of(self.ran, when)
        if len(self.operations) < MAX_OPERATIONS and when is not False:
            trust = Trust.HINDERED if self.hindered and not self.trust.is_given else self.trust
            self.operations.append(Operation(action, text, Course(when, self.where, trust, self.others)))

    def settle(self, text: Text) -> None:
        """The commands of a RUN are over: what is added now takes place in any case."""
        if self.held:
            self.add(Opaque(tuple(self.held), "exec >"), text, None)
        self.when, self.where, self.others, self.trust = True, True, (), Trust.GIVEN
        self.left = self.skipped = False

    @property
    def ran(self) -> Condition:
        """Whether the commands run that are read here."""
        return all_of(self.when, negation(self.left), negation(self.skipped))

    def attempts(self, since: int) -> tuple[Attempt, ...]:
        """What has been tried since so many operations were kept."""
        return tuple(
            Attempt(number, each.action, each.course.where, each.course.others)
            for number, each in enumerate(self.operations[since:], since)
        )

    def expand(self, word: Word) -> Argument:
        """A word after parameter expansion."""
        if len(word.parts) == 1 and isinstance(plain := word.parts[0], LiteralText) and plain.value == word.text:
            return Argument(word, word.text, not plain.quoted and not _WILD.isdisjoint(plain.value.value))
        pieces: list[Text | tuple[str, Text]] = [word.text.cut(0, 0)]
        pattern, deep = False, None
        for at, part in enumerate(word.parts):
            if isinstance(part, LiteralText):
                pattern = pattern or (not part.quoted and not _WILD.isdisjoint(part.value.value))
                pieces.append(part.value)
                continue
            value = self._value(part)
            if value is None or (isinstance(value, Each) and value.deep and word.sole is None):
                return Argument(word, None, False, ends=(_shown(pieces), self._end(word.parts[at + 1 :])))
            if isinstance(value, Each):
                pattern, deep = True, value.deep
                pieces.append((value.pattern, part.text))
            else:
                quoted = isinstance(part, (Parameter, CommandSubstitution)) and part.quoted
                pattern = pattern or (not quoted and not _WILD.isdisjoint(value))
                pieces.append((value, part.text))
        return Argument(word, join(pieces), pattern, deep)

    def _end(self, parts: Sequence[Part]) -> str:
        """What is known to stand at the end of a word."""
        end = ""
        for part in reversed(parts):
            value = part.value.value if isinstance(part, LiteralText) else None
            if value is None:
                break
            end = value + end
        return end

    def _value(self, part: Part) -> str | Each | None:
        """What a part of a word becomes that is no text; None where not known."""
        if isinstance(part, CommandSubstitution):
            return self._printed(part)
        return self._parameter(part) if isinstance(part, Parameter) and part.index is None else None

    def _printed(self, part: CommandSubstitution) -> str | Each | None:
        """What ``$(basename "$file")`` and ``$(dirname /a/b)`` print."""
        command = part.body.commands[0] if len(part.body.commands) == 1 else None
        if not isinstance(command, Simple) or command.redirects or command.assignments:
            return None
        name, *words = (self.expand(word) for word in command.words)
        if name.value not in _CUTTING or not words or any(word.text is None or word.deep for word in words):
            return None
        path = words[0].value.rstrip("/")
        if not path or path.startswith("-"):
            return None
        if any(word.pattern for word in words):  # of each the same
            alone = len(words) == 1 and name.value == "basename"
            return Each(posixpath.basename(path)) if alone else None
        suffix = words[1].value if name.value == "basename" and len(words) == 2 else ""
        cut = _CUTTING[name.value](path)
        return cut.removesuffix(suffix) or cut if len(words) == 1 or suffix else None

    def _parameter(self, part: Parameter) -> str | Each | None:
        """What ``$name``, or ``${name%suffix}`` and its like with a text, becomes; None where not known."""
        value = self.value(part.name)
        if value is None or part.operator is None:
            return value
        if part.operator not in ("%", "%%", "#", "##") or part.argument is None:
            return None
        affix = self.expand(part.argument)
        text = value.pattern if isinstance(value, Each) else value
        if part.operator == "##" and affix.pattern and affix.value == "*/":
            own = posixpath.basename(text)
            return own if not isinstance(value, Each) else None if value.deep else Each(own)
        if affix.text is None or affix.pattern:
            return None
        left = text.removeprefix(affix.value) if "#" in part.operator else text.removesuffix(affix.value)
        if not isinstance(value, Each):
            return left
        # Of a pattern that does not end with it, some may.
        deep = None if value.deep is None else value.deep.named(posixpath.basename(left))
        return Each(left, deep) if left != text else None

    def assign(self, words: Sequence[Argument]) -> None:
        """Take note of the variables that a command sets."""
        command = words[0].value
        self.read_in = self.read_in or command in (".", "source", "eval")
        if command not in (
            "export",
            "readonly",
            "declare",
            "typeset",
            "local",
            "read",
            "mapfile",
            "readarray",
            "unset",
            "let",
        ):
            return
        for word in words[1:]:
            name, separator, value = word.value.partition("=")
            if separator:
                self.assigned[name.rstrip("+")] = value if word.text is not None and not name.endswith("+") else None
            elif command == "unset":
                self.assigned[name] = ""
            elif command in ("read", "mapfile", "readarray"):
                self.assigned[name] = None

    def place(self, words: Sequence[str | None]) -> None:
        """Give the positional parameters, behind which there are none."""
        for name in [name for name in self.assigned if name.isdigit()]:
            self.assigned[name] = ""
        self.assigned.update((str(at), word) for at, word in enumerate(words, 1))

    def value(self, name: str) -> str | Each | None:
        """A variable's value; None where not known."""
        if name in self.assigned or self.read_in or name == "_" or not name.isidentifier():
            return self.assigned.get(name)  # neither `$1` nor `$_` are known
        is_set, value = self.asked[name] = self.variables.get(name)
        return value if is_set else ""


def _shown(pieces: Sequence[Text | tuple[str, Text]]) -> str:
    return "".join(piece[0] if isinstance(piece, tuple) else piece.value for piece in pieces)
