"""A CMD that a shell-form ENTRYPOINT never uses.

## What it does
Reports a CMD in an image whose ENTRYPOINT is written in shell form.

## Why is this bad?
Docker starts a shell-form ENTRYPOINT as `/bin/sh -c "<entrypoint>"` and hands CMD to that shell as arguments, which the command
never sees. The arguments of `docker run image ARGS` are lost in the same way.

## Example
```dockerfile
FROM alpine
ENTRYPOINT exec cat
CMD ["/etc/hosts"]
```

## Use instead
```dockerfile
FROM alpine
ENTRYPOINT ["cat"]
CMD ["/etc/hosts"]
```

## Fix safety
No fix of its own: which of both is wanted is for the writer to say. Where the ENTRYPOINT can become exec form, GL101 offers it.

## When not to care
Where CMD is there as documentation only. Better write a comment.

## References
- [How CMD and ENTRYPOINT interact](https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Related
from gracelint.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the CMD in force."""
    launch = case.image.launch
    if launch.cmd_used or launch.cmd is None or launch.entrypoint is None:
        return
    cmd, entrypoint = launch.cmd.instruction, launch.entrypoint.instruction
    if cmd is None or entrypoint is None or not launch.cmd.arguments or _uses_arguments(entrypoint.value.value):
        return
    yield RULE.finding(
        cmd.span,
        "this CMD is never used: ENTRYPOINT is in shell form, and its shell does not pass CMD (or the arguments of docker run) on;"
        " write ENTRYPOINT as a JSON array",
        related=(Related(entrypoint.span, "the shell-form ENTRYPOINT"),),
    )


def _uses_arguments(command: str) -> bool:
    """Whether the entrypoint's own text uses ``$0``, ``$@`` or ``$1``: then the shell does hand CMD's words to it."""
    return any(use in command for use in ("$@", "$*", "$0", "$1", "${@", "${*", "${0", "${1"))


RULE = Rule("GL105", "cmd-ignored", "warning", check, __doc__)
