"""What a shell variable or word can be: a known string, or something unknown that still has a readable name.

An unknown value may have a ``default``: what it is when the image is started as it is, with no environment of the user's own. Conditions on
it split the way through a script; the command lines that come of it are those of the default launch.

Hazard: strings can double with every loop (``x=$x$x``), so they are cut to unknown above `LONGEST`; names as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....image.model import Argument
    from ....source import Text

LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known. ``name`` is how a person would write it (``$PORT``, ``$(hostname)``).

    ``default``: its value under the default launch, if that is known (a variable that nobody sets is empty). ``nonempty``: known not to be empty.
    ``variable`` is set where it is exactly the initial value of that variable, so that a condition on it tells something about the variable.
    ``rest``: it stands for any number of words (among parameters and in arrays).
    """

    name: str
    default: str | None = None
    nonempty: bool = False
    variable: str | None = None
    rest: bool = False


Value: TypeAlias = "str | Unknown"
Array: TypeAlias = "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Field:
    """One word after expansion, with where it was written.

    ``parameter``: it came from a positional parameter of the script (so the launch's arguments decide it). ``argument`` is the launch's own word, where it passed
    through unchanged.
    """

    value: Value
    text: Text
    parameter: bool = False
    argument: Argument | None = None

    @property
    def rest(self) -> bool:
        """Whether it stands for any number of words that are not known."""
        return isinstance(self.value, Unknown) and self.value.rest

    @property
    def shown(self) -> str:
        """Its value under the default launch, else its name."""
        value = self.value
        return value if isinstance(value, str) else shown(value)

    @property
    def known(self) -> bool:
        """Whether the default launch decides it."""
        return default(self.value) is not None


def shown(value: Value) -> str:
    """A value for people: what it is by default, else its name."""
    if isinstance(value, str):
        return value
    return value.name if value.default is None else value.default


def default(value: Value) -> str | None:
    """A value under the default launch."""
    return value if isinstance(value, str) else value.default


def name(value: Value) -> str:
    """A value as a person would write it, short enough to read."""
    return value if isinstance(value, str) else clip(value.name)


def concatenate(parts: Sequence[Value]) -> Value:
    """One value out of several."""
    if len(parts) == 1:
        return parts[0]
    if all([part.__class__ is str for part in parts]):  # noqa: C419  # a list is quicker than a generator
        return bounded("".join(parts))  # type: ignore[arg-type]  # all are strings, as just seen
    names: list[str] = []
    known: list[str] = []
    nonempty = False
    for part in parts:
        if isinstance(part, str):
            names.append(part)
            known.append(part)
            nonempty = nonempty or part != ""
            continue
        names.append(part.name)
        nonempty = nonempty or part.nonempty
        if part.default is not None:
            known.append(part.default)
    whole = clip_known("".join(known)) if len(known) == len(parts) else None
    return Unknown(within("".join(names)), whole, nonempty)


def join(values: Iterable[Value], separator: str = " ") -> Value:
    """Values with a separator in between, as ``"$*"`` does."""
    parts: list[Value] = []
    for value in values:
        if parts:
            parts.append(separator)
        parts.append(value)
    return alone(concatenate(parts)) if parts else ""


def alone(value: Value) -> Value:
    """A value as one word."""
    if isinstance(value, Unknown) and value.rest:
        return Unknown(value.name, value.default, value.nonempty)
    return value


def bounded(value: str) -> Value:
    """The string itself, or unknown where it has grown beyond all use."""
    return value if len(value) <= LONGEST else Unknown("a very long string", nonempty=True)


def within(text: str) -> str:
    """A name within bounds. It is not cut short of them: a command string of which a piece is not known is read by its name."""
    return text if len(text) <= LONGEST else "$(a very long string)"


def clip(text: str) -> str:
    """A name short enough to read."""
    return text if len(text) <= 200 else text[:197] + "..."


def clip_known(text: str) -> str | None:
    """A default within bounds."""
    return text if len(text) <= LONGEST else None
