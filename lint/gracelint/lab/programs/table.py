"""The tables of programs: which are measured, and how. `tables/README.md` says what each key means."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datafiles import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TABLES = Path(__file__).with_name("tables")

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is in flight when the signal comes: over HTTP or FastCGI, or a client of the program's own.

    ``judged``: its answer is what tells graceful from abrupt. A database may send its clients away: it rolls back, and nothing is lost.
    """

    http: str | None = None
    fastcgi: str | None = None
    client: Command | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One program, as the table has it; words may hold ``{port}`` and the like, see `measure`. Times are in seconds."""

    name: str
    group: str
    package: str
    argv: Command
    signals: tuple[str, ...] = ("TERM",)
    documented: str | None = None
    needs: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    before: tuple[Command, ...] = ()
    beside: tuple[Command, ...] = ()
    backend: bool = False
    witnesses: int = 0
    request: Request | None = None
    ready: Mapping[str, Any] = field(default_factory=dict)
    grace: float = 3.0
    settle: float = 0.2


_KNOWN = frozenset(one.name for one in fields(Case)) - {"name", "group"} | {"app"}
_READY = frozenset({"port", "output", "after"})


def cases(paths: Sequence[Path] | None = None) -> Iterator[Case]:
    """All cases of these tables (default: the package's own), in their order. Raises ValueError for what a table may not hold."""
    for path in paths or sorted(TABLES.glob("*.toml")):
        table = read_toml(path)
        shared, variants = table.pop("files", {}), table.pop("variants", {})
        for name, entry in table.items():
            chosen = entry.pop("variants", ())
            if "app" in entry:
                entry.setdefault("argv", ["python3", "app.py"])
            yield _case(name, path.stem, {**entry}, shared)
            for variant in chosen:
                yield _case(f"{name}, {variant}", path.stem, _varied(entry, variants[variant]), shared)


def _varied(entry: dict[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """The same program, started in another way: words in front of its argv, more packages and files, anything else instead."""
    change = dict(variant)
    front, needs, files = change.pop("front", []), change.pop("needs", []), change.pop("files", [])
    if files:
        change["files"] = [*entry.get("files", ()), *files]
    return {
        **entry,
        **change,
        "argv": [*front, *change.get("argv", entry["argv"])],
        "needs": [*entry.get("needs", ()), *needs],
    }


def _case(name: str, group: str, entry: dict[str, Any], shared: Mapping[str, str]) -> Case:
    unknown = [*(entry.keys() - _KNOWN), *(entry.get("ready", {}).keys() - _READY)]
    if unknown:
        raise ValueError(f"{group}: {name}: unknown {', '.join(sorted(unknown))}")
    for key in ("before", "beside"):
        entry[key] = tuple(tuple(command) for command in entry.get(key, ()))
    # A file by its name alone is one of the files that the table's programs share.
    own = entry.get("files", {})
    entry["files"] = {file: shared[file] for file in own} if isinstance(own, list) else own
    if "app" in entry:
        entry["files"] = {**entry["files"], "app.py": entry.pop("app")}
    if "request" in entry:
        request = entry["request"]
        entry["request"] = Request(**{**request, "client": tuple(request["client"]) if "client" in request else None})
    for key in ("argv", "signals", "needs"):
        if key in entry:
            entry[key] = tuple(entry[key])
    return Case(name=name, group=group, **entry)
