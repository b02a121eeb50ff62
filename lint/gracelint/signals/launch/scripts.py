"""Scripts: what the kernel makes of a file that begins with "#!" (execve(2)), which shell a name stands for, and a shell's own options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...image.model import Argument
from ...image.stages.interpreters import lacks
from ...records import replace
from ..process import Alternative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...image.model import Image, ImageFile
    from ..shell.model.outcome import Family

# bashio is a bash script that sources its argument (hassio-addons/bashio: lib/bashio), so what it is given runs in that bash.
SHELLS: dict[str, Family] = {"bash": "bash", "bashio": "bash", "dash": "dash", "ash": "ash"}

LONGEST_SCRIPT = 250_000
"""Characters of a shell script that is followed. What is longer is nobody's handwriting, and would take seconds."""


def interpreted(
    image: Image, found: ImageFile, arguments: Sequence[Argument], shell: Family | None
) -> tuple[Argument, ...] | Alternative | None:
    """The command line by which a script of the image runs: its interpreter's. An `Alternative` where it cannot start; None for what is no
    script.

    A file without a shebang is nothing to the kernel, but a shell that meets it runs it: bash by itself (``execute_shell_script``), dash
    and busybox by ``/bin/sh`` (``tryexec``). ``shell`` is the family of the one that starts it.
    """
    content = found.content
    assert content is not None
    first = arguments[0]
    head = content.value[:256].split("\n", 1)[0]
    if "\0" in content.value[:512] or content.value.startswith("\x7fELF"):
        return None
    path = first.value if "/" in first.value else found.path
    script = Argument(path, first.text, first.inherited)
    if found.executable is False:
        return Alternative(None, 126, failed=f"{path} is not executable", culprit=replace(first, value=found.path))
    if found.has_bom or not head.startswith("#!"):
        if shell is None:
            why = "begins with a byte order mark" if found.has_bom else "has no shebang"
            return Alternative(None, 126, failed=f"{path} {why}, so the kernel cannot start it")
        by = "bash" if shell == "bash" else "/bin/sh"
        return (Argument(by, first.text, implied=True), script, *arguments[1:])
    if head.endswith("\r"):
        reason = f"{path} has Windows line endings, so its interpreter is not found"
        return Alternative(None, 127, failed=reason, culprit=replace(first, value=found.path))
    interpreter = head[2:].strip().split(None, 1)
    if not interpreter:
        return Alternative(None, 126, failed=f"the shebang of {path} names no interpreter")
    line = content.cut(0, len(head))
    words: tuple[Argument, ...] = (
        *(Argument(word, line, implied=True) for word in interpreter),
        script,
        *arguments[1:],
    )
    if interpreter[0].rpartition("/")[2] == "env" and len(interpreter) > 1:
        rest = re.sub(r"^(-S|--split-string=?)\s*", "", interpreter[1]).split()
        rest = [word for word in rest if "=" not in word and not word.startswith("-")]
        words = (*(Argument(word, line, implied=True) for word in rest), script, *arguments[1:])
    if words[0] is not script and lacks(image, words[0].value):
        reason = f"{words[0].value}, which {path} asks for, is not in {image.base.reference}"
        return Alternative(None, 127, failed=reason, culprit=replace(first, value=found.path))
    return words


def family(image: Image, name: str) -> tuple[Family | None, str | None]:
    """Whose shell a name is in this image, and its version; None for what is no shell, or not known."""
    base = image.base
    if name == "sh":
        if base.shell in ("dash", "ash", "bash"):
            return base.shell, base.shell_version
        return ("dash", None) if base.shell is None else (None, None)
    if name == "bash":
        return "bash", base.shell_version if base.shell == "bash" else base.bash_version
    if name in SHELLS:
        return SHELLS[name], base.shell_version if base.shell == SHELLS[name] else None
    return None, None


def options(words: Sequence[Argument], at: int) -> tuple[frozenset[str], int]:
    """A shell's own options, and where its operands begin."""
    letters: set[str] = set()
    while at < len(words):
        word = words[at].value
        if word in ("--", "-"):
            at += 1
            break
        if word.startswith("--"):
            at += 2 if word in ("--rcfile", "--init-file") else 1
            continue
        if len(word) < 2 or word[0] not in "-+":
            break
        letters |= set(word[1:]) if word[0] == "-" else set()
        at += 1
        if word[1:].endswith(("o", "O")) and at < len(words):
            letters |= {
                {"errexit": "e", "monitor": "m", "nounset": "u", "pipefail": "pipefail"}.get(words[at].value, "")
            }
            at += 1
    return frozenset(letters), at


def hands_on(image: Image, name: str) -> bool:
    """Whether a file is a base image's entrypoint script that is known to exec its arguments."""
    known = image.base.passes_through
    return name in known or name.rpartition("/")[2] in [entry.rpartition("/")[2] for entry in known]


def passed(image: Image, arguments: Sequence[Argument]) -> Sequence[Argument] | None:
    """The arguments of a base image's entrypoint script that is known to exec them."""
    base = image.base
    if len(arguments) < 2 or not hands_on(image, arguments[0].value):
        return None
    rest = list(arguments[1:])
    if base.prepends and (rest[0].value.startswith("-") or rest[0].value in base.prepends_to):
        rest = [*(Argument(word, arguments[0].text, inherited=True) for word in base.prepends), *rest]
    return rest
