"""The data files of the lab: what is asked, as TOML, and what was seen, as JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def read_toml(path: Path) -> dict[str, Any]:
    """A table that was written by hand."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(path.read_text(encoding="utf-8"))


def write_json(value: Any, path: Path, depth: int) -> None:
    """Write JSON that shows in a diff what changed: one line for what lies ``depth`` levels down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(value, depth, "") + "\n", encoding="utf-8")


def _lines(value: Any, depth: int, indent: str) -> str:
    deeper = indent + " "
    if depth and isinstance(value, dict) and value:
        items = (f"{deeper}{json.dumps(str(key))}: {_lines(item, depth - 1, deeper)}" for key, item in value.items())
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if depth and isinstance(value, list) and value:
        return "[\n" + ",\n".join(deeper + _lines(item, depth - 1, deeper) for item in value) + f"\n{indent}]"
    return json.dumps(value)
