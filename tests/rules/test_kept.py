"""What --fix does not mean stays byte for byte: a fix of a file that is written otherwise is the fix of the file, written otherwise.

Every bad case is disguised (a byte order mark, Windows line endings, bytes that are no text, no final newline, comments in between) and
mended; taking the disguise off must give what mending the plain case gave. So nothing outside the edits can have changed, and no offset was
counted wrongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import archive
import pytest
from test_fixtures import BAD, FIX, lint, name_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Disguise = Callable[[str, bytes], bytes]

pytestmark = pytest.mark.slow

NO_TEXT = b"# caf\xe9 \xff \xf0\x9f\x90\xb3\n"


def byte_order_mark(name: str, data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data if "Dockerfile" in name else data


def windows_line_endings(name: str, data: bytes) -> bytes:
    """Of the Dockerfile only, and without heredocs: elsewhere they are a defect of their own."""
    return data.replace(b"\n", b"\r\n") if "Dockerfile" in name and b"<<" not in data else data


def no_text_at_the_top(name: str, data: bytes) -> bytes:
    """Behind a shebang. Python refuses such a file."""
    if not name.endswith((".sh", "Dockerfile")):
        return data
    first, newline, rest = data.partition(b"\n")
    return first + newline + NO_TEXT + rest if first.startswith(b"#!") else NO_TEXT + data


def no_text_at_the_end(name: str, data: bytes) -> bytes:
    return data + NO_TEXT if name.endswith((".sh", "Dockerfile")) else data


def no_final_newline(name: str, data: bytes) -> bytes:
    return data.removesuffix(b"\n")


def taken_out(files: dict[str, bytes]) -> dict[str, tuple[bytes, int]]:
    """The files without the lines of no text, and how many of those there were."""
    return {name: (data.replace(NO_TEXT, b""), data.count(NO_TEXT)) for name, data in files.items()}


DISGUISES = (byte_order_mark, windows_line_endings, no_text_at_the_top, no_text_at_the_end, no_final_newline)
CASES = [path for path in BAD if (path.parents[1] / "fixed" / path.name).exists()]


def mended(
    members: dict[str, archive.Member],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    disguise: Disguise = lambda _, data: data,
) -> dict[str, bytes]:
    """The files of a case, disguised, after --fix."""
    folder.mkdir()
    archive.unpack(members, folder)
    paths = {name: folder / name for name in members if name != "expected"}
    for name, path in paths.items():
        path.write_bytes(disguise(name, path.read_bytes()))
    monkeypatch.chdir(folder)
    lint(folder, *FIX)
    return {name: path.read_bytes() for name, path in paths.items()}


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_the_rest_is_kept(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = archive.read(path)
    plain = mended(members, tmp_path / "plain", monkeypatch)
    for disguise in DISGUISES:
        other = mended(members, tmp_path / disguise.__name__, monkeypatch, disguise)
        expected = {name: disguise(name, data) for name, data in plain.items()}
        if disguise is no_text_at_the_top:
            # What a fix writes at the top of a script may come in front of a comment there, which belongs to what stands behind it.
            assert taken_out(other) == taken_out(expected)
        else:
            assert other == expected, disguise.__name__
