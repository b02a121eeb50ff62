"""What ``find`` finds: its conditions, asked of one path.

Method: an expression is alternatives (``-o``) of tests that all have to hold; each is answered with yes, no, or None where nobody can tell (``-perm``,
``-newer``). An action happens if all holds that stands in front of it, and no alternative before its own (POSIX find, "OPERANDS").
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, TypeAlias

from ...records import NamedTuple, dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["file", "folder", "link"]

NAMED = frozenset("-name -iname -path -ipath -wholename -iwholename -type".split())
DEPTHS = frozenset(("-maxdepth", "-mindepth"))
ACTIONS = frozenset("-exec -execdir -ok -okdir -delete -print -print0 -ls -quit".split())
PRINTING = frozenset(("-print", "-print0"))
_WITH_VALUE = frozenset(
    """-amin -anewer -atime -cmin -cnewer -context -ctime -fstype -gid -group -ilname -inum -iregex -links -lname -mmin -mtime
    -newer -perm -regex -regextype -samefile -size -uid -used -user -xtype -printf -fprint -fprint0 -fls""".split()
)
_ALWAYS = frozenset("-true -depth -d -mount -xdev -noleaf -follow -daystart -warn -nowarn -a -and".split()) | PRINTING
_LETTERS = {"file": "f", "folder": "d", "link": "l"}
_MOST = 100


@dataclass(frozen=True, slots=True)
class Test:
    """One condition: an ``option`` with its value, or, in parentheses, others. Of an option that is none of `NAMED` nobody can tell."""

    option: str
    value: str | None = None
    others: Expression = ()
    negated: bool = False


Expression: TypeAlias = "tuple[tuple[Test, ...], ...]"
UNKNOWN = Test("")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is found below a folder (and the folder itself), which is written ``start``; ``pruned`` are folders that are not gone into."""

    folder: str
    start: str
    tests: Expression = ((),)
    pruned: Expression = ()
    depths: tuple[int, int] = (0, _MOST)

    def fits(self, path: str, kind: Kind) -> bool | None:
        """Whether a path is found, if such a thing stands there."""
        below = self.folder.rstrip("/") + "/"
        if path != self.folder and not path.startswith(below):
            return False
        rest = path[len(below) :]
        depth = rest.count("/") + 1 if rest else 0
        if not self.depths[0] <= depth <= self.depths[1]:
            return False
        passed = _not(_any([self._hold(self.pruned, each, "folder") for each in self._above(rest)]))
        return _all([passed, self._hold(self.tests, path, kind)])

    def above(self, path: str) -> Iterator[tuple[str, bool | None]]:
        """The folders above a path that may be found, and whether they are."""
        rest = path.removeprefix(self.folder.rstrip("/") + "/")
        for each in self._above(rest) if rest != path else ():
            fits = self.fits(each, "folder")
            if fits is not False:
                yield each, fits

    def doubted(self) -> Sought:
        """The same, of which only some may be found."""
        return replace(self, tests=((UNKNOWN, Test("", others=self.tests)),))

    def named(self, name: str) -> Sought:
        """The same of what has other names."""
        return replace(self, tests=((Test("-name", name), UNKNOWN),))

    def _written(self, path: str) -> str:
        """A path as it is printed."""
        rest = path.removeprefix(self.folder).lstrip("/")
        return posixpath.join(self.start, rest) if rest else self.start

    def _above(self, rest: str) -> Iterator[str]:
        """The folder, and those below it in which a path stands."""
        parts = rest.split("/") if rest else []
        for end in range(min(len(parts), _MOST)):
            yield posixpath.join(self.folder, *parts[:end]).rstrip("/") or "/"

    def _hold(self, tests: Expression, path: str, kind: Kind) -> bool | None:
        return _any([_all([self._holds(test, path, kind) for test in together]) for together in tests])

    def _holds(self, test: Test, path: str, kind: Kind) -> bool | None:
        held: bool | None = None
        if test.others:
            held = self._hold(test.others, path, kind)
        elif test.option in NAMED and test.value is not None:
            text, pattern = self._written(path), test.value
            if test.option == "-type":
                held = _LETTERS[kind] in pattern.split(",")
            else:
                if test.option in ("-name", "-iname"):
                    text = posixpath.basename(text.rstrip("/")) or text
                if test.option.startswith("-i"):
                    text, pattern = text.lower(), pattern.lower()
                held = fnmatchcase(text, pattern)
        return _not(held) if test.negated else held


class Asked(NamedTuple):
    """What a command line of ``find`` asks: the conditions of what it prints, and of each of its actions, by the place of its word; the folders that are not gone into, and the depths."""

    printed: Expression
    actions: dict[int, Expression]
    pruned: Expression
    depths: tuple[int, int]


def asked(values: Sequence[str | None]) -> Asked:
    """Read the words behind the folders; None stands for one that is not known."""
    reader = _Reader(values)
    whole = reader.expression()
    if reader.is_odd:
        whole, reader.pruned = ((UNKNOWN,),), []
        reader.actions = dict.fromkeys(reader.actions, whole)
    printing = [tests for at, tests in reader.actions.items() if values[at] in PRINTING]
    others = [at for at in reader.actions if values[at] not in PRINTING]
    printed = tuple(each for tests in printing for each in tests) if printing else () if others else whole
    return Asked(
        printed, reader.actions, tuple(reader.pruned), (reader.depths["-mindepth"], reader.depths["-maxdepth"])
    )


class _Reader:
    """An expression read from the left to the right. ``is_odd``: there is something in it that is not understood."""

    def __init__(self, values: Sequence[str | None]) -> None:
        self.values, self.at, self.nesting = values, 0, 0
        self.actions: dict[int, Expression] = {}
        self.pruned: list[tuple[Test, ...]] = []
        self.depths = {"-mindepth": 0, "-maxdepth": _MOST}
        self.is_odd = False

    def expression(self) -> Expression:
        """The alternatives up to a closing parenthesis, or to the end."""
        before: list[tuple[Test, ...]] = []
        tests: list[Test] = []
        negated = False
        while self.at < len(self.values):
            at, word = self.at, self.values[self.at]
            self.at += 1
            if word == ")":
                break
            if word in ("-o", "-or"):
                before.append(tuple(tests))
                tests = []
            elif word in ("!", "-not"):
                negated = not negated
            elif word == "-prune":
                self.pruned.append(self._reached(before, tests)[0])
                self.is_odd = self.is_odd or self.nesting > 0
            elif word in ACTIONS:
                self.actions[at] = self._reached(before, tests)
                self.is_odd = self.is_odd or self.nesting > 0 or negated
                if word not in PRINTING and word != "-delete":
                    self._skip_command()
            elif word not in _ALWAYS:
                test = self._test(word)
                tests += [replace(test, negated=negated)] if test is not None else []
                negated = False
        return (*before, tuple(tests))

    def _reached(self, before: list[tuple[Test, ...]], tests: list[Test]) -> Expression:
        """What holds where an action is reached."""
        others = [Test("", others=tuple(before), negated=True)] if before else []
        return ((*others, *tests),)

    def _test(self, word: str | None) -> Test | None:
        if word == "(":
            self.nesting += 1
            others = self.expression() if self.nesting < _MOST else ((UNKNOWN,),)
            self.nesting -= 1
            return Test("", others=others)
        if word in NAMED or word in DEPTHS or word in _WITH_VALUE:
            value = self.values[self.at] if self.at < len(self.values) else None
            self.at += 1
            if word not in DEPTHS:
                return Test(word or "", value)
            if value is not None and value.isascii() and value.isdigit():
                self.depths[word or ""] = min(int(value), _MOST)
            else:
                self.is_odd = True
            return None
        return UNKNOWN

    def _skip_command(self) -> None:
        while self.at < len(self.values) and self.values[self.at] not in (";", "+"):
            self.at += 1
        self.at += 1


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Sequence[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False
