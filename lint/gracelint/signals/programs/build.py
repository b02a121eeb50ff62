"""Makes ``catalogue.json`` out of the catalogue's TOML files: ``python -m gracelint.signals.programs.build``.

Checks the data against the schema that the catalogue's README describes, resolves ``extends``, spells out keys with several
signals, and adds the indexes by name. Not used at run time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .catalogue import FILE, Entry
from .facts import overlay
from .schema import KINDS, check

FOLDER = Path(__file__).parent.parent / "catalogue"


def _toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(path.read_text("utf-8"))


def _spelled_out(value: Any) -> Any:
    """Keys such as ``"SIGTERM SIGINT"`` as one key a signal, everywhere."""
    if isinstance(value, list):
        return [_spelled_out(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _spelled_out(item)
        for key, item in value.items()
        for name in (key.split() if key.startswith("SIG") else [key])
    }


def catalogue(folder: Path = FOLDER) -> dict[str, Any]:
    """All entries with their indexes; raises ValueError where the data is not as the schema demands."""
    entries: dict[str, Entry] = {}
    for kind in KINDS:
        for key, entry in _toml(folder / f"{kind}.toml").items():
            if key in entries:
                raise ValueError(f"{kind}.toml: {key} is there twice")
            problems = check(entry)
            if problems:
                raise ValueError(f"{kind}.toml: {key}: {'; '.join(problems)}")
            entries[key] = {"kind": kind, **_spelled_out(entry)}
    resolved = {key: _resolved(entry, entries) for key, entry in entries.items()}
    return {
        "entries": resolved,
        "names": _index(resolved, "names"),
        "modules": _index(resolved, "modules"),
        "classes": _index(resolved, "classes"),
    }


def _resolved(entry: Entry, entries: dict[str, Entry]) -> Entry:
    """The entry laid over the one it extends."""
    if "extends" not in entry:
        return entry
    own = {key: value for key, value in entry.items() if key != "extends"}
    below = _resolved(entries[entry["extends"]], entries)
    identity = ("names", "modules", "classes", "evidence")
    return overlay({key: value for key, value in below.items() if key not in identity}, own)


def _index(entries: dict[str, Entry], field: str) -> dict[str, str]:
    index: dict[str, str] = {}
    for key, entry in entries.items():
        for name in entry.get(field, [key] if field == "names" else []):
            if index.setdefault(name, key) != key:
                raise ValueError(f"{name} belongs to {index[name]} and to {key}")
    return index


def text() -> str:
    """The content of the JSON file."""
    return json.dumps(catalogue(), ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


if __name__ == "__main__":
    (FOLDER / FILE).write_text(text(), "utf-8")
