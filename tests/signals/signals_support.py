"""Images for the tests of the signal path, made of strings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gracelint.image.model import Image
    from gracelint.signals.model import Trace
    from gracelint.signals.shell.model.outcome import Outcome

# Base images whose /bin/sh is the shell in question.
BASES = {"dash": "debian:12", "bash": "fedora:40", "ash": "alpine:3.20"}
# A witness: it handles the stop signals, and takes a moment to clean up.
APP = {
    "app": {"on": {"SIGTERM": "handles", "SIGINT": "handles", "SIGQUIT": "handles"}},
    "deaf": {"on": {}},
    "waiter": {"on": {}},
}


def image(folder: Path, dockerfile: str, files: Mapping[str, str] | None = None) -> Image:
    """The image of a Dockerfile's text, with these files in its context."""
    for name, text in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="")
        path.chmod(0o755)
    return build_image(parse(Document("Dockerfile", dockerfile)), Context(str(folder)))


def command(folder: Path, shell: str, text: str, before: Sequence[str] = (), **options: Any) -> Trace:
    """The trace of ``sh -c text``."""
    words = json.dumps([*before, "sh", "-c", text])
    built = image(folder, f"FROM {BASES[shell]}\nCMD {words}\n")
    return follow(built, programs=APP, **options)


def script(
    folder: Path,
    shell: str,
    text: str,
    arguments: Sequence[str] = (),
    before: Sequence[str] = (),
    extra: str = "",
    **files: str,
) -> Trace:
    """The trace of a script file that is the entrypoint."""
    shebang = "" if text.startswith("#!") else "#!/bin/sh\n"
    words = json.dumps([*before, "/entry.sh"])
    dockerfile = f"FROM {BASES[shell]}\n{extra}COPY . /\nENTRYPOINT {words}\nCMD {json.dumps(list(arguments))}\n"
    named = {name.replace("_", "."): value for name, value in files.items()}
    return follow(image(folder, dockerfile, {"entry.sh": shebang + text, **named}), programs=APP)


def outcome(trace: Trace) -> Outcome:
    """The outcome of the first shell of the first path, past or present."""
    path = trace.paths[0]
    found = next(hop.shell for hop in (*path.hops, *path.before) if hop.shell is not None)
    assert found is not None
    return found
