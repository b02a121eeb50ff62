"""Makes ``catalogue.jsonl`` out of the catalogue's TOML files: ``python -m gracelint.signals.programs.build``.

Checks the data against the schema that the catalogue's README describes, resolves ``extends``, spells out keys with several
signals, and adds the indexes by name. Not used at run time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .catalogue import FILE, FOLDER, Entry
from .facts import overlay
from .schema import KINDS, check


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


def entries(folder: Path = Path(FOLDER)) -> dict[str, Entry]:
    """All entries by key; raises ValueError where the data is not as the schema demands."""
    written: dict[str, Entry] = {}
    for kind in KINDS:
        for key, entry in _toml(folder / f"{kind}.toml").items():
            if key in written:
                raise ValueError(f"{kind}.toml: {key} is there twice")
            problems = check(entry)
            if problems:
                raise ValueError(f"{kind}.toml: {key}: {'; '.join(problems)}")
            written[key] = {"kind": kind, **_spelled_out(entry)}
    return {key: _resolved(entry, written) for key, entry in written.items()}


def _resolved(entry: Entry, entries: dict[str, Entry]) -> Entry:
    """The entry laid over the one it extends."""
    if "extends" not in entry:
        return entry
    own = {key: value for key, value in entry.items() if key != "extends"}
    below = _resolved(entries[entry["extends"]], entries)
    identity = ("names", "scripts", "modules", "classes", "evidence")
    return overlay({key: value for key, value in below.items() if key not in identity}, own)


def _index(entries: dict[str, Entry], field: str) -> dict[str, str]:
    index: dict[str, str] = {}
    for key, entry in entries.items():
        for name in entry.get(field, [key] if field == "names" else []):
            if index.setdefault(name, key) != key:
                raise ValueError(f"{name} belongs to {index[name]} and to {key}")
    return index


def text() -> str:
    """The content of the JSON file: the index, then one entry a line."""
    found = entries()
    index: dict[str, Any] = {field: _index(found, field) for field in ("names", "scripts", "modules", "classes")}
    index["entries"] = {key: number for number, key in enumerate(sorted(found), 1)}
    return "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
        for line in (index, *(found[key] for key in sorted(found)))
    )


if __name__ == "__main__":
    Path(FILE).write_text(text(), "utf-8")
