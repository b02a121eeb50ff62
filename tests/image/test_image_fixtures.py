"""Context folders with what is to be known of the image: launch, configuration, files and where their lines stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.model import Absent, Image, ImageFile, Unknown
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

FIXTURES = Path(__file__).parent.parent / "fixtures" / "image"
CASES = [
    pytest.param(folder.name, target, id=f"{folder.name}-{target}")
    for folder in sorted(FIXTURES.iterdir())
    for target in json.loads((folder / "expected.json").read_text())["stages"]
]


def image_of(folder: Path, target: str | None) -> Image:
    file = folder / "Dockerfile"
    document = Document.decode("Dockerfile", file.read_bytes())
    context = Context(str(folder), str(file), display=lambda path: Path(path).relative_to(folder).as_posix())
    return build_image(parse(document), context, target)


def described(found: ImageFile | Absent | Unknown, wanted: Any) -> Any:
    """The found file in the words of the expectation, as far as it goes."""
    if isinstance(found, Absent):
        return "absent"
    if isinstance(found, Unknown):
        return "unknown"
    facts: dict[str, Any] = {
        "content": None if found.content is None else found.content.value,
        "executable": found.executable,
        "exact": found.exact,
        "path": found.path,
        "lines": [],
    }
    if found.content is not None:
        at = 0
        for line in found.content.value.splitlines(keepends=True):
            span = found.content.cut(at, at + len(line)).span
            facts["lines"].append(f"{span.document.path}:{span.first.line}")
            at += len(line)
    return {key: facts[key] for key in wanted} if isinstance(wanted, dict) else facts


@pytest.mark.parametrize(("name", "target"), CASES)
def test_image(name: str, target: str) -> None:
    folder = FIXTURES / name
    expected = json.loads((folder / "expected.json").read_text())["stages"][target]
    image = image_of(folder, target)
    if "argv" in expected:
        assert list(image.launch.argv) == expected["argv"]
    if "cmd_used" in expected:
        assert image.launch.cmd_used is expected["cmd_used"]
    if "stop_signal" in expected:
        assert image.stop_signal.name == expected["stop_signal"]
    for key in ("workdir", "user"):
        if key in expected:
            assert getattr(image, key) == expected[key]
    for variable, value in expected.get("env", {}).items():
        assert image.env[variable] == value, variable
    for path, wanted in expected.get("files", {}).items():
        found = image.files.lookup(path)
        assert described(found, wanted) == wanted, (path, found)
    for word, problem in expected.get("problems", {}).items():
        told = [
            image.files.problem(source)
            for instruction in image.instructions
            if instruction.keyword == "COPY" and instruction.flag("from") is None
            for source in instruction.words[:-1]
            if source.value == word
        ]
        assert told
        assert all((problem or "") in (each or "") and (each is None) == (problem is None) for each in told)
