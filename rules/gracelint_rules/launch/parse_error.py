"""A file, or part of it, that cannot be read as what it is.

## What it does
Reports what BuildKit would refuse in a Dockerfile, what a shell would refuse in an entrypoint script, and what Python
would refuse in an application: unknown instructions, unterminated heredocs, arrays that hold other things than strings,
bytes that are not text, syntax errors.

## Why is this bad?
The image does not build, or the container does not start. And gracelint cannot see behind the place: what
comes after it is judged without what stands there.

## Example
```dockerfile
FROM alpine
CMD ["sleep", 10]
```

## Use instead
```dockerfile
FROM alpine
CMD ["sleep", "10"]
```

## Fix safety
No fix: only the writer knows what was meant.

## When not to care
Where the file is a template (Jinja, Go, ERB and the like) that another tool completes before it is built: gracelint says so once, as information,
and judges nothing in it. Exclude it in the configuration, and lint what is made of it.

## References
- [Dockerfile reference](https://docs.docker.com/reference/dockerfile/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each stretch that cannot be read."""
    for problem in case.problems:
        yield RULE.finding(problem.span, problem.message, severity="info" if problem.template else "error")


RULE = Rule("GL001", "parse-error", "error", check, __doc__)
