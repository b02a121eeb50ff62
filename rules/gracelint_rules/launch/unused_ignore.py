"""An ignore comment that silences nothing.

## What it does
Reports `# gracelint: ignore[...]` and `# gracelint: ignore-file[...]` comments whose codes are not found at that place.

## Why is this bad?
The defect was mended, or the comment stands on the wrong line, or the code is mistyped. Left alone, it would
silence the next, real finding.

## Example
```dockerfile
FROM alpine
# gracelint: ignore[GL101] we know
ENTRYPOINT ["/bin/cat"]
```

## Use instead
```dockerfile
FROM alpine
ENTRYPOINT ["/bin/cat"]
```

## Fix safety
Safe: the comment, or the codes in it that silence nothing, are removed; nothing else changes.

## When not to care
When the same file is linted with different selections of rules. Codes of rules that are not selected are not reported.

## References
- [Configuration](https://github.com/gracelint/gracelint#configuration)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(_case: Case) -> Iterator[Finding]:
    """Nothing: what an ignore silences is known only after all rules ran, so the engine makes these findings."""
    return iter(())


RULE = Rule("GL002", "unused-ignore", "warning", check, __doc__)
