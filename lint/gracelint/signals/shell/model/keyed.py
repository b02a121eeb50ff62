"""Arrays by keys (``declare -A``) and names for other variables (``declare -n``) of bash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass

if TYPE_CHECKING:
    from .values import Value

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
