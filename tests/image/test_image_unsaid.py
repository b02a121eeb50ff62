"""A command that no step says anything about is answered without looking, and the answer is the one that looking gives."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.files.unsaid import Unsaid
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path

    from gracelint.image.model import Image

STEPS = [
    "RUN apt-get update && apt-get install -y tini && rm -rf /var/lib/apt/lists/*",
    "RUN rm -f /usr/local/bin/app",
    "RUN cp /x/tool /usr/local/bin/app",
    "RUN install app /usr/bin",
    "RUN mv /x/* /usr/local/bin/",
    "RUN chmod +x /usr/local/bin/a*",
    "RUN for f in one two; do cp $f.sh /usr/bin; done",
    "RUN N=app; cp tool /usr/bin/$N",
    "RUN ln -s /opt/app/run.sh /bin/app",
    "RUN curl -o /usr/bin/run.sh https://example.com",
    "RUN tar xf x.tar -C /usr",
    "COPY app /",
    "COPY app /usr/local/bin/",
    "COPY app /bin/app",
    "COPY run.sh /usr/bin/",
    "COPY tree /usr",
    "COPY tree/ /",
    "COPY missing /usr/bin/",
    "COPY *.sh /usr/bin/",
    "COPY --from=alpine /usr/bin/app /usr/bin/",
    "COPY --from=other /usr/bin /usr/bin",
    "COPY app $UNKNOWN",
    "COPY --parents ./bin/app /usr/",
    "COPY <<EOF /usr/bin/app\n#!/bin/sh\nEOF",
    "ADD https://example.com/app /usr/bin/",
    "ADD app.tar.gz /usr/bin/",
    "WORKDIR /usr/bin/app/x",
    "ENV PATH=/opt/tools:bin:$PATH",
]
COMMANDS = ["app", "run.sh", "one.sh", "sh", "tini", "x", "nginx", "redis-server", ".", "app.tar.gz"]
BASES = ["debian:12", "alpine:3.20", "scratch", "corp/unknown", "redis:7", "gcr.io/distroless/static"]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("context")
    (folder / "tree" / "bin").mkdir(parents=True)
    for name in ("app", "run.sh", "tree/bin/app", "bin/app", "app.tar.gz"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def image(context: Path, base: str, steps: tuple[str, ...]) -> Image:
    lines = ["FROM debian:12 AS other", "COPY run.sh /usr/bin/", f"FROM {base}", *steps]
    return build_image(parse(Document("Dockerfile", "\n".join(lines) + "\n")), Context(str(context)))


def answers(image: Image) -> list[str]:
    search = image.env.get("PATH") or ""
    return [repr(image.files.which(command, image.workdir, search)) for command in COMMANDS]


@pytest.mark.parametrize("base", BASES)
def test_the_same_as_looking(context: Path, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [(), *((step,) for step in STEPS), *product(STEPS[:12], STEPS[11:18])]
    quick = [answers(image(context, base, steps)) for steps in cases]
    monkeypatch.setattr(Unsaid, "answer", lambda _self, _command: None)
    for steps, found in zip(cases, quick, strict=True):
        assert found == answers(image(context, base, steps)), steps


def test_nobody_looks(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = image(context, "debian:12", (STEPS[0], "COPY app /usr/local/bin/", "COPY tree /srv"))
    monkeypatch.setattr("gracelint.image.files.files.ImageFiles.entry", None)
    assert "base image debian:12 or a package may hold /usr/local/sbin/nginx" in answers_for(built, "nginx")


def answers_for(image: Image, command: str) -> str:
    return repr(image.files.which(command, image.workdir, image.env["PATH"] or ""))
