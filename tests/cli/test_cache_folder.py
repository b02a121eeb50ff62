"""The folder of results that are kept: it grows no further than it should, and nothing in it, or in its place, can do harm."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gracelint import cache

from .cache_project import FOLDER, entries, project, run

if TYPE_CHECKING:
    import pytest


def test_the_folder_is_for_nobody_else() -> None:
    with project():
        run()
        assert Path(FOLDER, ".gitignore").read_text().endswith("\n*\n")
        assert Path(FOLDER, "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def looked_through(days_ago: float) -> None:
    """The folder was pruned so long ago."""
    aged(Path(FOLDER, "CACHEDIR.TAG"), days_ago)


def aged(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_what_is_old_is_taken_away_once_a_day(judgements: list[str]) -> None:
    with project():
        run()
        old, new = entries()
        aged(old, 31)
        aged(new, 29)
        left = Path(FOLDER, f"{'0' * 40}.json.4711")
        left.touch()
        aged(left, 31)
        looked_through(0.9)
        run()
        assert entries() == [old, new]
        assert left.exists()
        looked_through(1.1)
        judgements.clear()
        run()
        assert len(judgements) == 1
        assert entries() == [old, new]
        assert not left.exists()
        assert time.time() - Path(FOLDER, "CACHEDIR.TAG").stat().st_mtime < 60
        looked_through(-5)  # a clock that was wrong
        aged(old, 31)
        run()
        assert time.time() - old.stat().st_mtime < 60


def test_the_oldest_of_too_many_bytes_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with project():
        run()
        old, new = entries()
        aged(old, 2)
        aged(new, 1)
        monkeypatch.setattr(cache, "MOST_KEPT", new.stat().st_size)
        looked_through(2)
        assert cache.opened(FOLDER) is not None
        assert entries() == [new]


def test_pruning_takes_nothing_else(tmp_path: Path) -> None:
    with project():
        (tmp_path / "kept").write_text("x")
        run()
        others = [
            Path(FOLDER, name) for name in ("notes.txt", f"{'1' * 39}.json", f"{'1' * 40}.json.bak", ".gitignore")
        ]
        for each in others:
            each.touch()
        link, folder = Path(FOLDER, f"{'2' * 40}.json"), Path(FOLDER, f"{'3' * 40}.json")
        link.symlink_to(tmp_path / "kept")
        folder.mkdir()
        for each in (*others, tmp_path / "kept", folder):
            aged(each, 100)
        looked_through(2)
        run()
        assert all(each.exists() for each in (*others, link, folder, tmp_path / "kept"))


def test_whatever_stands_in_an_entry() -> None:
    with project():
        expected = run("--no-cache")
        run()
        whole = [path.read_bytes() for path in entries()]
        entry = json.loads(whole[0])
        wrong: list[bytes] = [
            b"",
            b"[]",
            b"null",
            b"{}",
            b"\xff\xfe",
            b"[" * 100_000,
            whole[0][:-1],
            whole[0][:200],
            whole[1],
        ]
        for key in entry:
            for value in (
                None,
                0,
                -1,
                "x",
                [],
                [[]],
                [None],
                [[None] * 10],
                [["content x", "/etc/passwd", None]],
                {},
                True,
                1e300,
            ):
                wrong += [json.dumps({**entry, key: value}).encode()]
        for index in range(10):
            for value in (None, -1, "\x1b[31m", [], [0, 5, 1], [0, 0, 10**9], [7, 0, 0], {}):
                found = [[*each[:index], value, *each[index + 1 :]] for each in entry["findings"]]
                wrong.append(json.dumps({**entry, "findings": found}).encode())
        for data in wrong:
            entries()[0].write_bytes(data)
            status, out, err = run()
            assert status in (0, 1)
            assert "bug" not in err
            if b'"maker"' not in data or data == whole[1]:
                assert (status, out, err) == expected
                assert entries()[0].read_bytes() == whole[0]


def test_whatever_stands_in_the_folders_place(tmp_path: Path) -> None:
    with project():
        expected = run("--no-cache")
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        Path(FOLDER).symlink_to(elsewhere)
        assert run() == expected
        assert list(elsewhere.iterdir()) == []
        Path(FOLDER).unlink()
        Path(FOLDER).write_text("a file")
        assert run() == expected
        Path(FOLDER).unlink()
        run()
        for path in entries():
            path.unlink()
            path.symlink_to(tmp_path / "away")
        assert run() == expected
        assert not (tmp_path / "away").exists()
        for path in entries():
            path.unlink(missing_ok=True)
            os.mkfifo(path)
        assert run() == expected
        shutil.rmtree(FOLDER)
        run()
        Path(FOLDER).chmod(0o777)
        for path in entries():
            path.write_text("{}")
        assert run() == expected
        assert all(path.read_text() == "{}" for path in entries()), "a folder that others can write to is not used"
