"""The launch names a script that cannot be started.

## What it does
Follows ENTRYPOINT and CMD (through shells, init wrappers and the like) to the file they name, and reports it when the build context should hold it and does not,
when nothing puts it into the image, when it has no execute bit, when its first line ends in a carriage return, when a byte order mark stands before it,
when its interpreter is bash and the base image (alpine) has none, or when it has no `#!` line although nothing but the kernel reads it. Where COPY names something that the build context does not hold, this is information: the image does not build
so, and whoever builds it puts something there first.

## Why is this bad?
The container does not start: `no such file or directory` (also for a `#!/bin/sh` that ends in a carriage return: the kernel looks for `/bin/sh\\r`),
`permission denied`, or `exec format error`. There is nothing to stop gracefully.

## Example
```dockerfile
FROM alpine
COPY <<EOF /entrypoint.sh
exec sleep 100
EOF
ENTRYPOINT ["/entrypoint.sh"]
```

## Use instead
```dockerfile
FROM alpine
COPY --chmod=755 <<EOF /entrypoint.sh
#!/bin/sh
exec sleep 100
EOF
ENTRYPOINT ["/entrypoint.sh"]
```

## Fix safety
Unsafe: `--chmod` needs BuildKit (the default builder since Docker 23); behind a COPY of a whole folder it is `RUN chmod +x` that is written. Line endings are changed in the whole file, and `#!/bin/sh` is a guess.

## When not to care
When a step outside the Dockerfile makes the file, or the checkout loses its modes (then set them in the Dockerfile: it costs nothing).

## References
- execve(2), "Interpreter scripts", ENOENT, EACCES, ENOEXEC
- [moby/moby#20211](https://github.com/moby/moby/issues/20211)
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from gracelint.diagnostics import Related
from gracelint.image.model import Absent, ImageFile
from gracelint.image.stages.interpreters import lacks
from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..telling import starting
from ..telling.launching import SHELL_ONLY, SHELLS, base_name, executed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.image.model import Argument
    from gracelint.source import Span

# s6-rc-compile copies the run scripts of service definitions, and gives each copy the mode 0755 (s6-rc-compile.c, filecopy_unsafe).
_COMPILED = "/etc/s6-overlay/s6-rc.d/"
# Up to version 2, s6-overlay gives each of these the mode 0755 when it starts (etc/s6/init/init-stage2-fixattrs.txt of v2.2.0.3); version 3
# does not (just-containers/s6-overlay#376).
_MADE_EXECUTABLE = "/etc/services.d/"
_OLD_OVERLAY = regex(r"(?i)(?:s6|overlay)[^\n]*?(?<![\d.])[12](?:\.\d+){3}(?![\d.])")
# What people call a Dockerfile, or its folder, that others build upon.
_BASE = regex(r"(?i)(?:^|[/._-])base(?:image)?(?:/dockerfile|\.dockerfile)?\Z")
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)")
# A RUN that starts a script of a project's own: what that does to the modes of files is not followed.
_RUNS_SCRIPT = regex(r"(?:^|&&|;|\|\|)\s*(?:(?:ba|da|a)?sh\s+(?:-\w+\s+)*)?[\w./-]*/?[\w.-]+\.sh\b")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each file of the launch that cannot be started."""
    image = case.image
    seen: set[str] = set()
    told: set[Span] = set()
    for (argument, *_), _ in executed(case):
        if argument.inherited or argument.implied or argument.value in (*seen, *SHELL_ONLY) or case.standalone:
            continue
        if image.base.shell == "none" and base_name(argument.value) in SHELLS:
            continue  # GL108 says it
        if argument.value.endswith(".wasm"):
            continue  # a Wasm runtime reads it, by its name in the image; execve is not asked
        seen.add(argument.value)
        for finding in _judged(case, argument):
            told.add(argument.text.span)
            yield finding
    stumbled = _stumbled_over(case)
    if stumbled is not None and stumbled[0].text.span not in told:
        yield from _judged(case, *stumbled)


def _stumbled_over(case: Case) -> tuple[Argument, str] | None:
    """What a shell cannot start, or cannot read, on all ways that the launch as it is can go; and why."""
    paths = [path for path in case.trace.paths if path.default]
    culprits = {path.culprit.text.span: path.culprit for path in paths if path.culprit is not None and not path.hops}
    if case.standalone or len(culprits) != 1 or any(path.culprit is None for path in paths):
        return None
    (culprit,) = culprits.values()
    for line in (case.image.launch.entrypoint, case.image.launch.cmd):
        instruction = line.instruction if line is not None else None
        if (
            instruction is not None
            and instruction.malformed is not None
            and _inside(culprit.text.span, instruction.span)
        ):
            return None  # GL103 says it
    if culprit.inherited or culprit.implied or _left_to_the_user(case, culprit):
        return None
    return culprit, paths[0].why.partition(": ")[2]


def _left_to_the_user(case: Case, culprit: Argument) -> bool:
    """Whether a word is written with a variable that neither the image nor the script sets: who starts the container does."""
    script = culprit.text.span.document.text
    return any(
        name not in case.image.env and not regex(rf"\b{name}=").search(script)
        for name in _VARIABLE.findall(culprit.text.value)
    )


def _inside(inner: Span, outer: Span) -> bool:
    return inner.document is outer.document and outer.start <= inner.start and inner.end <= outer.end


def _judged(case: Case, argument: Argument, by_shell: str = "") -> Iterator[Finding]:
    """What is wrong with the file that a word names. ``by_shell`` says why a shell could not start it: it does not ask for a #! line."""
    found = case.image.files.which(argument.value, case.image.workdir, case.image.env.get("PATH") or "")
    if isinstance(found, ImageFile):
        yield from _without_permission(case, argument, found)
        yield from _with_a_bad_start(case, argument, found, by_shell=bool(by_shell))
    elif isinstance(found, Absent):
        yield from _absent(case, argument, found, by_shell)
    elif by_shell:
        yield from _not_there(case, argument, by_shell, by_shell)


def _absent(case: Case, argument: Argument, missing: Absent, by_shell: str) -> Iterator[Finding]:
    """A file that the image certainly lacks."""
    if missing.text is None:
        if _works_on_a_mount(case, missing):
            return
        if _BASE.search(case.image.dockerfile.document.path):
            yield _perhaps(
                argument,
                f"unless an image that is built upon this one brings {argument.value}, the container does not start: nothing puts it into the image",
            )
            return
        yield from _not_there(case, argument, missing.reason, by_shell)
        return
    here = (Related(missing.text.span, missing.reason),)
    if case.image.files.problem(missing.text) is not None:
        # The image does not even build so. Where somebody builds it, a script of the project, or its CI, makes or fetches what is copied.
        yield _perhaps(
            argument,
            f"{argument.value} is missing ({missing.reason}): unless something puts that there before the build, the image does not build",
            here,
        )
        return
    yield from _not_there(case, argument, missing.reason, by_shell, here)


def _not_there(
    case: Case, argument: Argument, reason: str, by_shell: str, related: tuple[Related, ...] = ()
) -> Iterator[Finding]:
    if by_shell and _in_an_empty_folder(case, argument):
        yield _perhaps(
            argument,
            f"unless somebody mounts {case.image.workdir}, in which the image has nothing, the container does not start: {argument.value} is missing",
        )
    elif reason:
        yield RULE.finding(
            argument.text,
            f"the container does not start: {argument.value} is not in the image ({reason}); copy it, or correct the path",
            related=related,
        )


def _perhaps(argument: Argument, message: str, related: tuple[Related, ...] = ()) -> Finding:
    """What somebody else may well see to."""
    return RULE.finding(argument.text, message, severity="info", confidence="low", related=related)


def _works_on_a_mount(case: Case, missing: Absent) -> bool:
    """Whether nothing of the context is in the image, and its working directory is to be the project in which the Dockerfile itself lies: a
    tool, which is run with the sources mounted there."""
    copies = any(each.keyword in ("COPY", "ADD") and each.flag("from") is None for each in case.instructions)
    *_, folder, _ = ["", *case.image.dockerfile.document.path.split("/")]
    return not copies and folder != "" and missing.path.startswith(f"{case.image.workdir.rstrip('/')}/{folder}/")


def _in_an_empty_folder(case: Case, argument: Argument) -> bool:
    """Whether a script looks for it in a working directory that the Dockerfile names and puts nothing into, as one to be mounted."""
    image, folder = case.image, case.image.workdir.rstrip("/")
    if not folder or argument.text.span.document is image.dockerfile.document:
        return False
    targets = [each.words[-1].value for each in case.instructions if each.keyword in ("COPY", "ADD") and each.words]
    filled = any(not target.startswith("/") or f"{target}/".startswith(f"{folder}/") for target in targets)
    path = posixpath.join(folder, argument.value)
    return path.startswith(f"{folder}/") and not filled and not image.files.listing(folder)


def _without_permission(case: Case, argument: Argument, file: ImageFile) -> Iterator[Finding]:
    """A file without an execute bit that nobody else sets."""
    overlay = _made_executable(case, file)
    if overlay is None:
        yield _perhaps(
            argument,
            f"unless the base image's s6-overlay is older than 3, and sets it when it starts, the service does not start: {file.path} has no execute bit",
            _placed(file),
        )
    elif not (overlay or file.executable is not False or file.path.startswith(_COMPILED) or _prepared(case, file)):
        yield RULE.finding(
            argument.text,
            f"the container does not start: {file.path} has no execute bit (permission denied); COPY it with --chmod=755, or RUN chmod +x on it",
            related=_placed(file),
            fix=starting.executable(case, file),
        )


def _placed(file: ImageFile) -> tuple[Related, ...]:
    return (Related(file.placed.span, f"{file.path} is put into the image here"),) if file.placed is not None else ()


def _with_a_bad_start(case: Case, argument: Argument, file: ImageFile, *, by_shell: bool) -> Iterator[Finding]:
    """A script whose first line the kernel does not read as it is meant."""
    if file.content is None or not file.content.value:
        return
    first, _, _ = file.content.value.partition("\n")
    line = file.content.cut(0, len(first.rstrip("\r")))
    related = (Related(argument.text.span, "started here"), *_placed(file))
    words = first[2:].split() if first.startswith("#!") else []
    asked = next((word for word in words if base_name(word) not in ("env", "-S") and "=" not in word), "")
    if lacks(case.image, asked):
        yield RULE.finding(
            line,
            f"the container does not start: {case.image.base.reference} has no {base_name(asked)}, which this line asks for (no such file or directory);"
            f" install it (apk add {base_name(asked)}), or write the script for sh",
            confidence="medium",
            related=related,
        )
    elif by_shell and not first.endswith("\r"):
        return
    elif file.has_bom:
        yield RULE.finding(
            line,
            f"the container does not start: {file.path} begins with a byte order mark, so the kernel does not see its #! line (exec format error);"
            " save it as UTF-8 without a mark",
            related=related,
        )
    elif first.startswith("#!") and first.endswith("\r"):
        yield RULE.finding(
            file.content.cut(0, len(first) - 1),
            f"the container does not start: this line ends in a carriage return, and the kernel looks for a program called {first[2:].strip()!r}"
            " with a carriage return in its name; write LF line endings (and `*.sh text eol=lf` in .gitattributes)",
            related=related,
            fix=starting.line_endings(file),
        )
    elif not first.startswith("#!") and file.exact and not file.content.value.startswith("\x7fELF"):
        yield RULE.finding(
            line,
            f"the container does not start: {file.path} has no #! line, and it is the kernel that starts it (exec format error);"
            " begin the file with #!/bin/sh",
            related=related,
            fix=starting.interpreter_line(case, file),
        )


def _made_executable(case: Case, file: ImageFile) -> bool | None:
    """Whether s6-overlay sets the execute bit that a service's script lacks; None where it comes with a base image that is not known."""
    if file.executable is not False or not file.path.startswith(_MADE_EXECUTABLE):
        return False
    if _OLD_OVERLAY.search(case.image.dockerfile.document.text) is not None:
        return True
    return False if case.image.base.known else None


def _prepared(case: Case, file: ImageFile) -> bool:
    """Whether a script is run in the build behind the place where the file is put into the image."""
    if file.placed is None:
        return False
    place = file.placed.span
    return any(
        instruction.keyword == "RUN"
        and instruction.span.document is place.document
        and instruction.span.start > place.start
        and _RUNS_SCRIPT.search(instruction.value.value) is not None
        for instruction in case.instructions
    )


RULE = Rule("GL003", "unresolved-entrypoint", "error", check, __doc__)
