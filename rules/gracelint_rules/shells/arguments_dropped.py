"""An entrypoint that ends in exec of something else than "$@", so CMD and docker run's arguments are lost.

## What it does
Reports an entrypoint script that never uses its arguments in an image that sets CMD.

## Why is this bad?
`ENTRYPOINT ["/entrypoint.sh"]` gets the words of CMD as `$1`, `$2` … If the script never looks at them, CMD does nothing, and `docker run image COMMAND` does not run the command.

## Example
```dockerfile
FROM python:3.12-slim
COPY --chmod=755 <<EOF /entrypoint.sh
#!/bin/sh
exec gunicorn app:app
EOF
ENTRYPOINT ["/entrypoint.sh"]
CMD ["gunicorn", "other:app"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY --chmod=755 <<"EOF" /entrypoint.sh
#!/bin/sh
exec "$@"
EOF
ENTRYPOINT ["/entrypoint.sh"]
CMD ["gunicorn", "other:app"]
```

## Fix safety
Unsafe: offered only where CMD says the very words that the script execs (then `exec "$@"` starts the same program), or begins with an option (then "$@" goes behind the
command, which gets arguments that it did not get before).

## When not to care
When the image is meant to run one thing only. Then leave CMD out.

## References
- [ENTRYPOINT best practice](https://docs.docker.com/build/building/best-practices/#entrypoint)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Related
from gracelint.image.model import ImageFile
from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..telling.telling import shown
from ..telling.writing import fix_of
from .heredocs import expanded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Command, Outcome


# A script that looks at its arguments in any way, in a condition too.
_LOOKS = regex(r"\$(?:[1-9@*#]|\{[#!]?[1-9@*])|\bshift\b|\bgetopts\b|\bfor \w+\s*(?:;|\n)")


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the command of the entrypoint script that ignores CMD."""
    cmd, entrypoint = case.image.launch.cmd, case.image.launch.entrypoint
    if (
        cmd is None
        or cmd.instruction is None
        or entrypoint is None
        or not case.image.launch.cmd_used
        or not cmd.arguments
    ):
        return
    words = tuple(argument.value for argument in cmd.arguments)
    outcomes = [
        hop.shell
        for path in case.trace.paths
        for hop in (*path.before, *path.hops)
        if hop.shell is not None and hop.shell.mode == "file" and hop.argv != words and hop.argv[-len(words) :] == words
    ]
    if not outcomes or any(_LOOKS.search(outcome.source.value) for outcome in outcomes):
        return
    if any(_LOOKS.search(text.value) for heredoc in expanded(case) for text in heredoc.lost):
        return  # it did, before the build took it away
    # On another way it may hold earlier, at a program that nobody knows: where it ends is the place.
    outcome = max(outcomes, key=lambda each: each.command.text.start if each.command is not None else -1)
    image = case.image
    search = image.env.get("PATH") or ""
    for word in words:
        started = image.files.which(word, image.workdir, search) if word else None
        content = started.content if isinstance(started, ImageFile) else None
        if content is not None and content.span.document is outcome.source.span.document:
            return  # the script is what CMD starts, by itself or by sh, behind an entrypoint that lets it through
    command = outcome.command
    if command is None or outcome.end not in ("exec", "foreground"):
        return
    yield RULE.finding(
        command.text,
        f"the script never looks at its arguments: CMD ({shown(words)}) does nothing, and neither do the arguments of docker run; "
        + ('write "$@" behind this command' if words[0].startswith("-") else 'end it with exec "$@"')
        + ", or leave CMD out",
        related=(Related(cmd.instruction.span, "this CMD is not used"),),
        fix=_fix(outcome, command, words),
    )


def _fix(outcome: Outcome, command: Command, words: tuple[str, ...]) -> Fix | None:
    """Options go behind the command; the same command again is CMD's to say."""
    if outcome.keyword is None:
        return None
    if words[0].startswith("-") and command.calls == ():
        return fix_of("unsafe", 'Pass "$@" on', [command.words.insert_after(' "$@"')])
    if command.known and command.argv == words:
        return fix_of("unsafe", 'Exec "$@"', [command.words.edit('"$@"')])
    return None


RULE = Rule("GL211", "arguments-dropped", "info", check, __doc__)
