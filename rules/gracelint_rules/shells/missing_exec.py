"""The script's long-running command runs as the shell's child.

## What it does
Follows the entrypoint script with the arguments of the launch, and reports the command that the shell waits for in the end, when it is started without `exec`.
What the script starts when it gets other arguments than the image's (`docker run IMAGE worker`) is looked at as well, and reported as a warning.

## Why is this bad?
No shell replaces itself by the last command of a script file. It stays PID 1, has no handler for the stop signal, and the kernel drops it: the application
is killed after the grace period. Behind tini or dumb-init it is worse, because it looks fine: the shell dies at once, and the application is killed unasked.

## Example
```sh
#!/bin/sh
set -e
python manage.py migrate
gunicorn app:app
```

## Use instead
```sh
#!/bin/sh
set -e
python manage.py migrate
exec gunicorn app:app
```

## Fix safety
Unsafe: what stands behind the command is no longer run, EXIT traps neither, and the command's exit status is the container's. Safe where it is the last command of the script and no trap is set.
Beside services in the background it is not `exec` that is written but a trap that tells all of them, as GL209 does.

## When not to care
When the script must do something after the application ends: then start it with `&`, trap the signal, forward it and wait.

## References
- [ENTRYPOINT best practice](https://docs.docker.com/build/building/best-practices/#entrypoint)
- bash(1), "exec"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.no_exec import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """The command that the script's shell waits for."""
    yield from report(RULE, case, "the script's shell")


RULE = Rule("GL201", "missing-exec", "error", check, __doc__)
