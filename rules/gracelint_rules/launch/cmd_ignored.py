"""A CMD that the ENTRYPOINT never uses, or takes away.

## What it does
Reports a CMD in an image whose ENTRYPOINT is written in shell form; and an ENTRYPOINT that is set anew, empties the CMD which the base image or an earlier stage had, and
comes to nothing without it.

## Why is this bad?
Docker starts a shell-form ENTRYPOINT as `/bin/sh -c "<entrypoint>"` and hands CMD to that shell as arguments, which the command
never sees. The arguments of `docker run image ARGS` are lost in the same way. And an exec-form ENTRYPOINT clears the base image's CMD: a script that ends in `exec "$@"` then has nothing
to exec, and the container ends at once.

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
Unsafe: the base image's CMD is written behind the ENTRYPOINT again. For a shell-form ENTRYPOINT there is no fix of its own: which of both is wanted is for the writer to say;
where it can become exec form, GL101 offers that.

## When not to care
Where CMD is there as documentation only. Better write a comment.

## References
- [How CMD and ENTRYPOINT interact](https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix, Related
from gracelint.image.model import Argument
from gracelint.rule import Case, Rule
from gracelint.signals.programs import describe
from gracelint.source import Edit

from ..telling.telling import shown
from ..telling.writing import json_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.diagnostics import Finding
    from gracelint.parsers.dockerfile.model import Instruction


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the CMD in force, or the ENTRYPOINT that took it away."""
    launch = case.image.launch
    entrypoint = launch.entrypoint.instruction if launch.entrypoint is not None else None
    if entrypoint is None:
        return
    if launch.cmd is None:
        yield from _taken_away(case, entrypoint)
        return
    cmd = launch.cmd.instruction
    if launch.cmd_used or cmd is None or not launch.cmd.arguments or _uses(entrypoint.value.value, _ANY):
        return
    yield RULE.finding(
        cmd.span,
        "this CMD is never used: ENTRYPOINT is in shell form, and its shell does not pass CMD (or the arguments of docker run) on;"
        " write ENTRYPOINT as a JSON array",
        related=(Related(entrypoint.span, "the shell-form ENTRYPOINT"),),
    )


def _taken_away(case: Case, entrypoint: Instruction) -> Iterator[Finding]:
    """An ENTRYPOINT that starts nothing, because it emptied a CMD that starts a server."""
    words = _earlier(case)
    if not words or case.image.from_text is None or not _starts_its_arguments(case):
        return
    at = case.image.from_text
    program = describe([Argument(word, at) for word in words], case.image)
    if program is None or program.kind != "servers":
        return
    end = entrypoint.span.document.span(entrypoint.span.end, entrypoint.span.end)
    yield RULE.finding(
        entrypoint.span,
        f"this ENTRYPOINT empties the CMD that the image had ({shown(words)}), and starts nothing without it: the container ends at once;"
        f" write CMD {json_array(words)} behind it",
        severity="error",
        related=(Related(at.span, "the CMD is from here"),),
        fix=Fix("unsafe", "Write the CMD again", (Edit(end, f"\nCMD {json_array(words)}"),)),
    )


def _starts_its_arguments(case: Case) -> bool:
    """Whether a script was started, has come to its end, and would have started what it is given: a shell form is given nothing."""
    ways = [path for path in case.trace.paths if path.default]
    launch = case.image.launch
    ended = bool(ways) and all(path.over == "ends" and not path.hops for path in ways)
    shells = [hop.shell for path in ways for hop in path.before if hop.shell is not None]
    by_exec = launch.entrypoint is not None and launch.entrypoint.form == "exec"
    return ended and by_exec and any(_uses(shell.source.value, _ALL) for shell in shells)


def _earlier(case: Case) -> Sequence[str]:
    """The words of the CMD that was there before: the last one of the stages behind this, else the base image's."""
    own = next((one for one in reversed(case.instructions) if one.keyword == "CMD"), None)
    if own is not None:
        return [word.value for word in own.array or ()]
    return case.image.base.cmd or ()


# What stands for the words of CMD: all of them, as a script starts them, or any, which a shell form is handed as ``$0``, ``$1``, …
_ALL = ("$@", "$*", "${@", "${*")
_ANY = (*_ALL, "$0", "$1", "${0", "${1")


def _uses(command: str, parameters: Sequence[str]) -> bool:
    return any(use in command for use in parameters)


RULE = Rule("GL105", "cmd-ignored", "warning", check, __doc__)
