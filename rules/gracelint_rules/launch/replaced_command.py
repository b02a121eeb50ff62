"""A CMD or ENTRYPOINT that a later one of the same stage replaces.

## What it does
Reports every CMD and ENTRYPOINT of a stage but the last one of its kind, where they are not the same.

## Why is this bad?
An image has one command. The earlier one never runs, at the build as little as at the start: a migration is left out, a second service is never there, and nothing says so.

## Example
```dockerfile
FROM python:3.12-slim
COPY . /app
WORKDIR /app
CMD ["python", "manage.py", "migrate"]
CMD ["gunicorn", "app.wsgi"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY . /app
WORKDIR /app
COPY --chmod=755 <<EOF /entrypoint.sh
#!/bin/sh
set -e
python manage.py migrate
exec gunicorn app.wsgi
EOF
CMD ["/entrypoint.sh"]
```

## Fix safety
No fix: whether both are meant, or the earlier one was left behind, is for the writer to say.

## When not to care
Where the earlier one is an old version of the later. Then it is noise, and better deleted.

## References
- [CMD](https://docs.docker.com/reference/dockerfile/#cmd)
- [BuildKit: MultipleInstructionsDisallowed](https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Related
from gracelint.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.parsers.dockerfile.model import Instruction


def check(case: Case) -> Iterator[Finding]:
    """One finding for each command that is replaced in its own stage."""
    own = set(map(id, case.instructions))
    last: dict[str, Instruction] = {}
    for instruction in reversed(case.dockerfile.instructions):
        keyword = instruction.keyword
        if keyword == "FROM":
            last.clear()
        if keyword not in ("CMD", "ENTRYPOINT") or id(instruction) not in own:
            continue
        winner = last.setdefault(keyword, instruction)
        if winner.value.value.split() == instruction.value.value.split() or instruction.value.value.strip() == "[]":
            continue  # an empty one only takes the base image's away
        yield RULE.finding(
            instruction.span,
            f"this {keyword} never runs, line {winner.first_line} replaces it: an image has one {keyword}; where both are meant, write a script that does the one and ends in exec and"
            " the other, else delete it",
            related=(Related(winner.span, f"the {keyword} that counts"),),
        )


RULE = Rule("GL113", "replaced-command", "warning", check, __doc__)
