"""A baseline: findings that are known and left out, so that only new ones are reported.

A finding is known by its file, its code and the source text it stands on (white space squeezed), not by its line, so lines may
move; equal ones are counted. When a file that was linted has fewer of them than the baseline says, the rest is pruned.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from .terminal import well_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .diagnostics import Finding

Key = tuple[str, str, str]
_VERSION = 1


class BaselineError(Exception):
    """A file that is no baseline; the message is for the user."""


def key(finding: Finding) -> Key:
    """What a finding is known by."""
    span = finding.span
    text = span.document.line(span.first.line)
    return well_formed(span.document.path), finding.code, well_formed(" ".join(text.split()))


def load(text: str) -> Counter[Key]:
    """The findings of a baseline file. Raises `BaselineError`."""
    try:
        table = json.loads(text)
        if table["version"] != _VERSION:
            raise BaselineError(f"version {table['version']} is not known")
        return Counter(
            {(entry["path"], entry["code"], entry["text"]): int(entry["count"]) for entry in table["findings"]}
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BaselineError("it is not a baseline that gracelint wrote") from error


def dump(known: Counter[Key]) -> str:
    """The text of a baseline file; sorted, one entry a line, so that it merges well."""
    rows = [
        json.dumps({"path": path, "code": code, "text": text, "count": count})
        for (path, code, text), count in sorted(known.items())
        if count > 0
    ]
    body = ",\n  ".join(rows)
    return (
        f'{{"version": {_VERSION}, "findings": [\n  {body}\n]}}\n'
        if rows
        else f'{{"version": {_VERSION}, "findings": []}}\n'
    )


def count(findings: Iterable[Finding]) -> Counter[Key]:
    """A baseline of these findings."""
    return Counter(key(finding) for finding in findings)


def subtract(
    findings: Iterable[Finding], known: Counter[Key], judged: Callable[[Key], bool]
) -> tuple[list[Finding], Counter[Key]]:
    """The findings that are not known, and the baseline pruned of what was looked for (``judged``) and not found."""
    left = Counter(known)
    new: list[Finding] = []
    for finding in findings:
        name = key(finding)
        if left[name] > 0:
            left[name] -= 1
        else:
            new.append(finding)
    pruned = Counter({name: number - (left[name] if judged(name) else 0) for name, number in known.items()})
    return new, +pruned
