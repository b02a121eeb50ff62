"""Which real entrypoints there are: those with a label, of which PID 1 and the verdict were measured, and others that have none yet."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrypoint_roots import PATH, Needs

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.model import ImageFile
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.image.model import Image

LABELS = Path(__file__).parents[1] / "fixtures/conformance/entrypoints.toml"
TRIED = 12  # Dockerfiles of a repository: most are variants of one another
NOTHING = Needs()


@dataclass(frozen=True)
class Label:
    """One entrypoint. ``pid1`` is empty where the container ends by itself; ``unknown``: the reason with which gracelint may say so."""

    repository: str
    dockerfile: str
    cmd: tuple[str, ...] | None = None
    needs: Needs = NOTHING
    pid1: tuple[str, ...] = ()
    verdict: str = ""
    unknown: str | None = None

    @property
    def name(self) -> str:
        return f"{self.repository} {self.dockerfile}"

    def image(self, checkouts: Path) -> Image:
        """The image, its Dockerfile's folder being the context, as the container is started."""
        path = checkouts / self.repository.replace("/", "+", 1) / self.dockerfile
        document = Document.decode(path.name, path.read_bytes())
        context = Context(str(path.parent), str(path))
        return build_image(parse(document), context, env=self.needs.env, cmd=self.cmd)


def load(path: Path = LABELS) -> list[Label]:
    """The labels."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return [_label(name, table) for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items()]


def _label(name: str, table: dict[str, Any]) -> Label:
    repository, _, dockerfile = name.partition(" ")
    rest = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    own = {key: rest.pop(key) for key in ("cmd", "pid1", "verdict", "unknown") if key in rest}
    return Label(repository, dockerfile, needs=Needs(**rest), **own)


def unlabelled(checkouts: Path, labels: list[Label], most: int) -> Iterator[Label]:
    """Dockerfiles with entrypoint scripts that differ from one another and from those with a label."""
    seen = {digest for label in labels if (digest := _digest(label, checkouts)) is not None}
    for repository in sorted(checkouts.iterdir()):
        taken = 0
        for path in sorted(repository.rglob("Dockerfile"), reverse=True)[:TRIED]:
            label = Label(repository.name.replace("+", "/", 1), str(path.relative_to(repository)))
            digest = _digest(label, checkouts) if taken < most else None
            if digest is not None and digest not in seen:
                seen.add(digest)
                taken += 1
                yield label


def _digest(label: Label, checkouts: Path) -> str | None:
    """A number for the text of the shell script that the image starts; None if it starts none that is known."""
    try:
        image = label.image(checkouts)
    except OSError:
        return None
    words = [word for word in image.launch.argv if not word.startswith("-")]
    for word in words[:2]:
        found = image.files.which(word, image.workdir, image.env.get("PATH") or PATH)
        if isinstance(found, ImageFile) and found.content is not None:
            text = found.content.value
            if re.match(r"#!\s*\S*(sh|bash|dash|ash)\b|#!.*env (ba)?sh", text):
                return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return None
