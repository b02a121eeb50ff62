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

from ..telling.launching import SHELLS, base_name
from ..telling.shell_form import exec_form_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.parsers.dockerfile.model import Instruction


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the launch."""
    image = case.image
    if image.base.shell != "none" or not image.base.known or not image.launch.arguments:
        return
    first = image.launch.arguments[0]
    yield from _as_arguments(case)
    if base_name(first.value) not in SHELLS or first.inherited:
        return
    found = image.files.which(first.value, image.workdir, image.env.get("PATH") or "")
    if isinstance(found, ImageFile) or (isinstance(found, Unknown) and _may_bring_a_shell(case, first.value)):
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


def _as_arguments(case: Case) -> Iterator[Finding]:
    """Shell form CMD behind the ENTRYPOINT of an image without a shell, which gets the shell's name as its first argument."""
    image, line = case.image, case.image.launch.cmd
    entrypoint = image.launch.entrypoint
    if (
        line is None
        or line.form != "shell"
        or line.instruction is None
        or entrypoint is None
        or not entrypoint.arguments
    ):
        return
    first = entrypoint.arguments[0]
    if not first.inherited or not image.launch.cmd_used or base_name(first.value) in SHELLS:
        return
    yield RULE.finding(
        line.instruction.value.strip(),
        f"{image.base.reference} has no shell, and its ENTRYPOINT, {base_name(first.value)}, gets /bin/sh -c and this text as arguments;"
        " write a JSON array of its arguments",
    )


def _may_bring_a_shell(case: Case, shell: str) -> bool:
    """Whether an instruction puts files in that gracelint cannot see: another image's where the shell would be, an archive's, or what a RUN makes.

    In scratch there is nothing else that it could not see.
    """
    started = {base_name(word) for argument in case.image.launch.arguments for word in argument.value.split()[:1]}
    return case.image.base.reference == "scratch" or any(
        instruction.keyword == "RUN"
        or (
            instruction.keyword in ("COPY", "ADD")
            and instruction.flag("from") is not None
            and any(_covers(instruction, place, started) for place in (shell, f"/bin/{base_name(shell)}"))
        )
        for instruction in case.instructions
    )


def _covers(copy: Instruction, shell: str, started: set[str]) -> bool:
    """Whether a COPY may put something at a path. What is started (by name) is a file, of which no other one comes."""
    words = [word.value for word in copy.array or copy.words]
    if not words:  # an error, which GL001 says
        return False
    *sources, target = words
    if not target.startswith("/") or "$" in target:
        return True
    files = [source for source in sources if base_name(source) in started]
    folder = target.rstrip("/") + "/"
    return target == shell or (shell.startswith((folder, f"/usr{folder}")) and len(files) < len(sources))


RULE = Rule("GL108", "no-shell-in-image", "error", check, __doc__)
