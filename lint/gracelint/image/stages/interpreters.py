"""Whether an image certainly lacks the interpreter that a script asks for.

Only of bash, the one that people take for granted: alpine and busybox have none, nor have the official images of languages and servers that
are built on alpine and install no more than they need (their Dockerfiles in the docker-library repositories). Whatever may have brought it (a RUN that
speaks of it or runs a script, files of another image) speaks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from ..model import Image

_WITHOUT_BASH = frozenset("alpine busybox golang nginx node php python redis".split())
_OFFICIAL = regex(r"(?:docker\.io/)?(?:library/)?([a-z]+)(?:[:@].*)?")
# What may install bash: its name, that of what depends on it, a script, a name that is not known.
_MAY_INSTALL = regex(r"bash|bats|wireguard|xvfb-run|libreoffice|\.sh\b|\|\s*sh\b|\bmake\b|\bADD\b|apk\b[^;&|]*\$")


def lacks(image: Image, interpreter: str) -> bool:
    """Whether ``interpreter``, a path or a name, is certainly not in the image."""
    base = image.base
    if interpreter.rpartition("/")[2] != "bash" or not base.known or base.shell != "ash":
        return False
    match = _OFFICIAL.fullmatch(base.reference)
    if match is None or match[1] not in _WITHOUT_BASH or base.source == "configuration":
        return False
    from ..model import ImageFile

    if any(isinstance(image.files.lookup(path), ImageFile) for path in ("/bin/bash", "/usr/bin/bash", interpreter)):
        return False
    for instruction in image.instructions:
        bodies = (heredoc.body.value for heredoc in instruction.heredocs)
        if instruction.keyword == "RUN" and any(
            _MAY_INSTALL.search(text) for text in (instruction.value.value, *bodies)
        ):
            return False
        if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is not None:
            words = instruction.array or instruction.words  # none: an error, which GL001 says
            if words and words[-1].value.rstrip("/") in (
                "",
                ".",
                "/bin",
                "/usr",
                "/usr/bin",
                "/usr/local",
                "/usr/local/bin",
            ):
                return False
    return True
