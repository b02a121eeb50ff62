"""Writes ``docs/rules/``: a page a rule and the table, from the rules' docstrings. Run it after changing one; a test fails when it is stale."""

from __future__ import annotations

from pathlib import Path

from gracelint_rules.registry import RULES

FOLDER = Path(__file__).parent / "rules"


def pages() -> dict[str, str]:
    """File names and contents."""
    written = {f"{rule.code}.md": f"# {rule.code}: {rule.name}\n\n{rule.doc.strip()}\n" for rule in RULES}
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {_title(rule.doc)} |" for rule in RULES]
    head = "# Rules\n\nEach page says what a rule finds, why it matters, and what to write instead.\n\n"
    written["README.md"] = head + "| code | name | severity | finds |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    return written


def _title(doc: str) -> str:
    return doc.strip().partition("\n")[0].replace("|", "\\|")


if __name__ == "__main__":
    for path in FOLDER.glob("*.md"):
        path.unlink()
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
