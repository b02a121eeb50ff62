"""Writes what of ``docs/`` follows from code and data; tests fail when it is stale. Run it after changing one of these:

- ``docs/rules/``: a page a rule and the table, from the rules' docstrings;
- the counted parts of ``docs/evidence.md``, between ``<!-- NAME -->`` and ``<!-- /NAME -->``, from the lab's records and the catalogue.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gracelint.lab.programs.__main__ import EVIDENCE
from gracelint.signals import names
from gracelint.signals.model import VERDICTS
from gracelint.signals.programs import catalogue
from gracelint_rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "rules"
EVIDENCE_PAGE = Path(__file__).parent / "evidence.md"
BASES = ("grace", "request", "witness", "ends")


def pages() -> dict[str, str]:
    """File names and contents."""
    written = {f"{rule.code}.md": f"# {rule.code}: {rule.name}\n\n{rule.doc.strip()}\n" for rule in RULES}
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {_title(rule.doc)} |" for rule in RULES]
    head = "# Rules\n\nEach page says what a rule finds, why it matters, and what to write instead.\n\n"
    written["README.md"] = head + "| code | name | severity | finds |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    return written


def _title(doc: str) -> str:
    return doc.strip().partition("\n")[0].replace("|", "\\|")


def evidence() -> str:
    """The page about evidence, with its counted parts counted anew."""
    text = EVIDENCE_PAGE.read_text(encoding="utf-8")
    for name, part in {"figures": _figures(), "documented": _documented()}.items():
        text, places = re.subn(
            rf"(?s)(<!-- {name} -->\n).*?(?=<!-- /{name} -->)", lambda found, part=part: found[1] + part, text
        )
        if places != 1:
            raise ValueError(f"{EVIDENCE_PAGE.name} has {places} places for {name}")
    return text


def _figures() -> str:
    """How many records there are, and what their verdicts rest on."""
    records: list[dict[str, Any]] = json.loads(EVIDENCE.read_text(encoding="utf-8"))["records"]
    commands, packages = {tuple(one["argv"]) for one in records}, {one["package"] for one in records}
    lines = [
        f"{len(records)} records of {len(commands)} command lines of {len(packages)} packages.\n",
        "| verdict | " + " | ".join(f"`{basis}`" for basis in BASES) + " | all |",
        "|---|" + "--:|" * (len(BASES) + 1),
    ]
    counted = Counter((one["verdict"], one["basis"]) for one in records)
    for verdict in VERDICTS:
        row = [counted[verdict, basis] for basis in BASES]
        if any(row):
            lines.append(f"| {verdict} | " + " | ".join(map(str, (*row, sum(row)))) + " |")
    caught = sum(_catches(one) for one in records if not one["exited"])
    lines.append(f"\nIn {caught} of them PID 1 caught the signal and was still there after the grace period.")
    return "\n".join(lines) + "\n"


def _catches(record: dict[str, Any]) -> bool:
    number = names.number(record["signal"])
    return number is not None and bool(int(record["sigcgt"], 16) >> (number - 1) & 1)


def _documented() -> str:
    """The entries of the catalogue that say *handles* without a measurement."""
    found = [f"`{key}`" for key in sorted(filter(_only_documented, catalogue.keys()))]
    return f"{len(found)} entries: {', '.join(found)}.\n"


def _only_documented(key: str) -> bool:
    tables = list(_tables(catalogue.entry(key)))
    handles = any(table.get("does") == "handles" for table in tables)
    given = [each for table in tables for each in table.get("evidence", ())]
    return handles and not any(each.startswith("measured: ") for each in given)


def _tables(table: Any) -> Iterator[dict[str, Any]]:
    if isinstance(table, dict):
        yield table
        for value in table.values():
            yield from _tables(value)
    elif isinstance(table, list):
        for value in table:
            yield from _tables(value)


if __name__ == "__main__":
    for path in FOLDER.glob("*.md"):
        path.unlink()
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    EVIDENCE_PAGE.write_text(evidence(), encoding="utf-8")
