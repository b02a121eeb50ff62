"""Shell form in an image that has no shell.

## What it does
Reports shell-form ENTRYPOINT and CMD, and arrays that start `sh` or `bash`, in images built on `scratch` or distroless bases, unless something
puts the shell there.

## Why is this bad?
Shell form means `/bin/sh -c "..."`. Without `/bin/sh` the container does not start: `exec: "/bin/sh": stat /bin/sh: no such file or directory`.

## Example
```dockerfile
FROM gcr.io/distroless/static-debian12
CMD /server --port 80
```

## Use instead
```dockerfile
FROM gcr.io/distroless/static-debian12
CMD ["/server", "--port", "80"]
```

## Fix safety
Safe, and offered only where the command is plain words: exec form starts the same program with the same arguments.

## When not to care
Where a build outside the Dockerfile adds a shell.

## References
- [Exec form](https://docs.docker.com/reference/dockerfile/#exec-form)
- [distroless](https://github.com/GoogleContainerTools/distroless#entrypoints)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.image.model import ImageFile, Unknown
from gracelint.rule import Case, Rule

from .launching import SHELLS, base_name
from .shell_form import exec_form_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the launch."""
    image = case.image
    if image.base.shell != "none" or not image.base.known or not image.launch.arguments:
        return
    first = image.launch.arguments[0]
    if base_name(first.value) not in SHELLS or first.inherited:
        return
    found = image.files.which(first.value, image.workdir, image.env.get("PATH") or "")
    if isinstance(found, ImageFile) or (isinstance(found, Unknown) and _may_bring_a_shell(case)):
        return
    line = next(
        (
            line
            for line in (image.launch.entrypoint, image.launch.cmd)
            if line is not None and line.arguments[:1] == (first,)
        ),
        None,
    )
    if line is None or line.instruction is None:
        return
    shell_form = line.form == "shell"
    yield RULE.finding(
        line.instruction.value.strip() if shell_form else first.text,
        f"{image.base.reference} has no {first.value}, so the container does not start: "
        + (
            "shell form needs a shell; write a JSON array"
            if shell_form
            else "name the program itself, or put a shell into the image"
        ),
        fix=exec_form_fix(case, line) if shell_form else None,
    )


def _may_bring_a_shell(case: Case) -> bool:
    """Whether an instruction puts files in that gracelint cannot see: another image's, an archive's, or what a RUN makes.

    In scratch there is nothing else that it could not see.
    """
    return case.image.base.reference == "scratch" or any(
        instruction.keyword == "RUN"
        or (instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is not None)
        for instruction in case.instructions
    )


RULE = Rule("GL108", "no-shell-in-image", "error", check, __doc__)
