"""A script in an unquoted heredoc, whose `$@` and `$pid` the build expands.

## What it does
Looks at entrypoint scripts that the Dockerfile itself writes (`COPY <<EOF /entrypoint.sh`, `RUN cat <<EOF > /entrypoint.sh`), and reports `$@`, `$1`, `$!` and variables that no ARG or ENV sets when
the heredoc's delimiter is not quoted.

## Why is this bad?
The text of an unquoted heredoc is expanded while the image is built. BuildKit (or the shell of RUN) knows no arguments and none of the script's own variables, and puts nothing in their place: `exec "$@"` becomes
`exec ""` and the container cannot start; `kill "$pid"` becomes `kill ""` and the application is never told.

## Example
```dockerfile
FROM python:3.12-slim
COPY --chmod=755 <<EOF /entrypoint.sh
#!/bin/sh
exec "$@"
EOF
ENTRYPOINT ["/entrypoint.sh"]
CMD ["gunicorn", "app:app"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY --chmod=755 <<"EOF" /entrypoint.sh
#!/bin/sh
exec "$@"
EOF
ENTRYPOINT ["/entrypoint.sh"]
CMD ["gunicorn", "app:app"]
```

## Fix safety
Safe where nothing in the heredoc can be set at build time: the delimiter is quoted, and the script is what was written. Unsafe where it expands other variables too, or has backslashes: then a backslash is put
before each `$` that was lost.

## When not to care
Never: what the build expands to nothing was meant for the script, or for nobody.

## References
- [Here-documents in Dockerfiles](https://docs.docker.com/reference/dockerfile/#here-documents)
- POSIX XCU 2.7.4: if any part of the delimiter is quoted, the lines are not expanded
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Related
from gracelint.rule import Case, Rule

from ..telling.writing import fix_of
from .heredocs import expanded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix

    from .heredocs import Expanded


def check(case: Case) -> Iterator[Finding]:
    """One finding for each script in a heredoc that loses what it expands, at the first place."""
    for heredoc in expanded(case):
        first = heredoc.lost[0]
        names = ", ".join(dict.fromkeys(text.value for text in heredoc.lost))
        yield RULE.finding(
            first,
            f"the build expands {names} in this heredoc, before there is a script that could: nothing is left of it in the image; quote the delimiter"
            f' (<<"{heredoc.source.name}")',
            related=(Related(heredoc.source.marker.span, "the delimiter is not quoted"),),
            fix=_fix(heredoc),
        )


def _fix(heredoc: Expanded) -> Fix | None:
    marker, name = heredoc.source.marker.value, heredoc.source.name
    if heredoc.meant or not marker.endswith(name):
        return fix_of("unsafe", "Put a backslash before it", [text.insert_before("\\") for text in heredoc.lost])
    at = heredoc.source.marker.cut(len(marker) - len(name), len(marker))
    return fix_of("safe", "Quote the delimiter", [at.edit(f'"{name}"')])


RULE = Rule("GL221", "unquoted-heredoc", "error", check, __doc__)
