"""The build context: nothing outside it, nothing unasked, nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gracelint import disk
from gracelint.image.build import build_image
from gracelint.image.context.context import MAX_BYTES, Context
from gracelint.image.context.ignore import Ignore
from gracelint.image.context.shared import Shared
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside.sh").write_text("outside\n")
    folder = tmp_path / "context"
    (folder / "sub").mkdir(parents=True)
    (folder / "start.sh").write_text("start\n")
    (folder / "start.sh").chmod(0o755)
    (folder / "sub" / "plain.sh").write_text("plain\n")
    for name, target in {
        "inside": "sub/plain.sh",
        "folder": "sub",
        "up": "../outside.sh",
        "absolute": "/etc/passwd",
        "dangling": "nothing",
        "loop": "loop2",
        "loop2": "loop",
        "back": "sub/../start.sh",
        "sub/out": "../../outside.sh",
    }.items():
        (folder / name).symlink_to(target)
    return folder


@pytest.mark.parametrize(
    ("path", "kind", "where"),
    [
        ("start.sh", "file", "start.sh"),
        ("./sub//plain.sh", "file", "sub/plain.sh"),
        ("sub", "folder", "sub"),
        ("", "folder", ""),
        ("inside", "file", "sub/plain.sh"),
        ("folder/plain.sh", "file", "sub/plain.sh"),
        ("back", "file", "start.sh"),
        ("up", "outside", "up"),
        ("absolute", "outside", "absolute"),
        ("sub/out", "outside", "sub/out"),
        ("../outside.sh", "outside", "../outside.sh"),
        ("sub/../../outside.sh", "outside", "sub/../../outside.sh"),
        ("dangling", "missing", "nothing"),
        ("loop", "missing", None),
        ("start.sh/x", "missing", "start.sh/x"),
        ("nul\0byte", "missing", None),
        ("x" * 5_000, "missing", None),
    ],
)
def test_entry(root: Path, path: str, kind: str, where: str | None) -> None:
    entry = Context(str(root)).entry(path)
    assert entry.kind == kind
    if where is not None and kind != "outside":
        assert entry.path == where
    assert Context(str(root)).document(path) is None or kind == "file"


def test_links_as_such(root: Path) -> None:
    entry = Context(str(root)).entry("inside", follow=False)
    assert (entry.kind, entry.target) == ("link", "sub/plain.sh")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bit")
def test_executable_bit(root: Path) -> None:
    context = Context(str(root))
    assert context.entry("start.sh").executable is True
    assert context.entry("inside").executable is False


def test_documents_are_read_once_and_shared(root: Path) -> None:
    shared: dict[str, Document | None] = {}
    one = Context(str(root), documents=shared, display=lambda path: "shown")
    two = Context(str(root), documents=shared)
    assert not shared
    document = one.document("inside")
    assert document is not None
    assert document is one.document("sub/plain.sh") is two.document("folder/plain.sh")
    assert document.path == "shown"
    assert list(shared) == [str(root / "sub" / "plain.sh")]


def test_what_is_not_read(root: Path) -> None:
    (root / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    (root / "binary").write_bytes(b"\x7fELF\0\0")
    (root / "latin").write_bytes(b"caf\xe9\n")
    os.mkfifo(root / "pipe")
    context = Context(str(root))
    assert [context.document(name) for name in ("large", "binary", "pipe", "sub", "up", "absolute")] == [None] * 6
    assert context.entry("pipe").kind == "unknown"
    latin = context.document("latin")
    assert latin is not None
    assert latin.encode() == b"caf\xe9\n"


def test_ignore_files(root: Path) -> None:
    (root / ".dockerignore").write_text("*.sh\n")
    assert Context(str(root)).entry("start.sh").kind == "ignored"
    assert ".dockerignore" in Context(str(root)).entry("start.sh").reason
    (root / "My.Dockerfile.dockerignore").write_text("sub\n")
    context = Context(str(root), str(root / "My.Dockerfile"))
    assert context.entry("start.sh").kind == "file"
    assert context.entry("sub/plain.sh").kind == "ignored"
    assert list(Context(str(root)).walk("sub")) == ["sub/out", "sub/plain.sh"]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("sub\n", "ignored"),
        ("*\n", "ignored"),
        ("sub/*\n", "folder"),
        ("sub\n!sub/plain.sh\n", "folder"),
        ("sub\n!sub/none.sh\n", "folder"),
        ("!sub\nsub\n", "folder"),
        ("sub\n!other/none.sh\n", "ignored"),
        ("*\n!sub\n", "folder"),
        ("*\n!**/deep.sh\n", "folder"),
    ],
)
def test_a_folder_is_left_out_unless_something_in_it_is_kept(root: Path, lines: str, kind: str) -> None:
    (root / "sub/deep").mkdir(parents=True)
    (root / "sub/deep/deep.sh").touch()
    (root / "sub/plain.sh").touch()
    (root / ".dockerignore").write_text(lines)
    context = Context(str(root))
    assert context.entry("sub").kind == kind
    assert ("sub" in context.matching("su*")) is (kind == "folder")


def test_an_ignore_file_outside_is_not_read(root: Path) -> None:
    (root.parent / "ignore").write_text("*\n")
    (root / ".dockerignore").symlink_to("../ignore")
    assert Context(str(root)).entry("start.sh").kind == "file"


def test_no_context() -> None:
    context = Context(None)
    assert context.entry("start.sh").kind == "unknown"
    assert context.document("start.sh") is None
    assert context.names("") == ()


def test_a_listing_reads_only_what_is_wanted(tmp_path: Path) -> None:
    for name in ("a.py", "b.txt", "lib/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    read: dict[str, Document | None] = {}
    text = "FROM alpine AS made\nCOPY . /app\nFROM alpine\nCOPY --from=made /app /srv\n"
    image = build_image(parse(Document("Dockerfile", text)), Context(str(tmp_path), documents=read))
    assert image.files.listing("/srv", lambda path: path.endswith("c.py")) == ("/srv/lib/c.py",)
    assert [path.rpartition("/")[2] for path in read] == ["c.py"]
    assert image.files.listing("/srv") == ("/srv/a.py", "/srv/b.txt", "/srv/lib/c.py")


def test_each_path_is_looked_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    mode, names = disk.mode, disk.names
    monkeypatch.setattr(disk, "mode", lambda path: asked.append(path) or mode(path))
    monkeypatch.setattr(disk, "names", lambda path: asked.append(f"{path}/") or names(path))
    for name in ("one.sh", "two.sh"):
        (root / "sub" / name).write_text("")
    context = Context(str(root))
    assert context.walk("sub") == context.walk("sub") == ("sub/one.sh", "sub/out", "sub/plain.sh", "sub/two.sh")
    assert [context.entry(path).kind for path in ("sub/one.sh", "folder/one.sh", "sub/none")] == [
        "file",
        "file",
        "missing",
    ]
    assert len(asked) == len(set(asked))


def test_what_is_ignored_is_worked_out_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of one run have the patterns, and what they say of a path, in common."""
    (root / ".dockerignore").write_text("*.md\n")
    asked: list[str] = []
    match = Ignore._match
    monkeypatch.setattr(Ignore, "_match", lambda self, path: asked.append(path) or match(self, path))
    shared = Shared()
    assert [Context(str(root), shared=shared).entry("start.sh").kind for _ in range(3)] == ["file"] * 3
    assert asked == ["start.sh"]
