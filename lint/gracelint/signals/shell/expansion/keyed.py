"""Arrays by keys (``declare -A``) and names for other variables (``declare -n``) of bash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass
from ..model.values import Unknown, default

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Value

BUCKETS = 1024  # ASSOC_HASH_BUCKETS of bash 5 (assoc.h)


@dataclass(frozen=True, slots=True)
class Keyed:
    """An array by keys: pairs in the order in which they were first set."""

    items: tuple[tuple[str, Value], ...] = ()

    def get(self, key: str) -> Value | None:
        """The value of a key; None where it has none."""
        return dict(self.items).get(key)

    def with_item(self, key: str, value: Value) -> Keyed:
        """The array with a value set."""
        return Keyed(tuple({**dict(self.items), key: value}.items()))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the order in which bash gives them: by their hash (``hash_string`` in hashlib.c; measured with bash 5.2)."""
        buckets: dict[int, list[str]] = {}
        for key, _ in self.items:
            buckets.setdefault(_hash(key) % BUCKETS, []).insert(0, key)
        return tuple(key for number in sorted(buckets) for key in buckets[number])

    @property
    def values(self) -> tuple[Value, ...]:
        """The values, in the order of `keys`."""
        known = dict(self.items)
        return tuple(known[key] for key in self.keys)


def _hash(key: str) -> int:
    value = 2166136261
    for byte in key.encode("utf-8", "surrogateescape"):
        value = (value * 16777619 & 0xFFFFFFFF) ^ byte
    return value


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable that stands for another one."""

    target: str


def key_of(machine: Machine, state: State, index: str, text: Text) -> str | None:
    """What the text between the brackets of an element names as its key; None where it is not known."""
    if not any(character in index for character in "$`\\"):
        return index.replace('"', "").replace("'", "")
    from ....parsers.shell import model as sh

    script = machine.context.parse(machine.context.joined(': "' + index.replace('"', "") + '"', text), file=False)
    command = script.body.commands[0] if len(script.body.commands) == 1 else None
    if not isinstance(command, sh.Simple) or len(command.words) != 2:
        return None
    return default(machine.value(state, command.words[1]))


def unknown(name: str) -> Unknown:
    """An array of which it is not known any more what is in it."""
    return Unknown(f"${name}")
