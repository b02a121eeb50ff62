"""Real entrypoints: PID 1 as gracelint predicts it, against the kernel: `python tests/conformance/entrypoints.py CHECKOUTS`.

CHECKOUTS is a folder of checked-out repositories, named ``owner+name``; nothing of them is kept here but the labels in
`tests/fixtures/conformance/entrypoints.json`: repository, path of the Dockerfile, and the PID 1 that was measured.

The lab has the image's text files in a bare root folder. Every other command that the scripts name is a stub that succeeds at once, privilege droppers exec what they are given,
and the programs that a script execs, or that CMD names, are witnesses. So this compares ways through scripts, not programs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))  # run as a script from anywhere

from script_judges import Stand

from gracelint.image.build import build_image
from gracelint.image.context import Context
from gracelint.image.model import ImageFile
from gracelint.lab import NotStartedError, Steady, Written, run
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gracelint.image.model import Image

LABELS = Path(__file__).parents[1] / "fixtures/conformance/entrypoints.json"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DROPPERS = ("gosu", "su-exec")
# Commands that would find nothing to work on in the bare root.
STUBBED = (
    "chown",
    "chmod",
    "find",
    "chgrp",
    "install",
    "sed",
    "awk",
    "ls",
    "cp",
    "mv",
    "rm",
    "ln",
    "touch",
    "date",
    "hostname",
)
_WORD = re.compile(r"(?<![\w$/.-])(/?[A-Za-z][\w./+-]*)")
_EXEC = re.compile(
    r"\bexec\s+(?:(?:gosu|su-exec)\s+\S+\s+)?(?:tini\s+(?:-\S+\s+)*|dumb-init\s+(?:--\s+)?)?([A-Za-z/][\w./-]*)"
)
TRIED = 12  # Dockerfiles of a repository: most are variants of one another
_STUB = "int main(void) { return 0; }\n"
# gosu USER COMMAND…: scripts that start themselves again look who they are.
_DROPPER = """#include <unistd.h>
int main(int argc, char **argv) {
    if (argc < 3 || setgid(1000) || setuid(1000)) return 1;
    execvp(argv[2], argv + 2);
    return 127;
}
"""


@dataclass(frozen=True)
class Result:
    """One entrypoint: what was predicted, and what was measured (PID 1; empty where it ended)."""

    repository: str
    path: str
    predicted: tuple[tuple[str, ...], ...]
    measured: tuple[str, ...]
    verdict: str
    seconds: float
    missing: tuple[str, ...]

    @property
    def judgement(self) -> str:
        if self.measured in self.predicted:
            return "right" if len(set(self.predicted)) == 1 else "one of several"
        if not self.measured:
            return "ended in the lab"
        return "unknown" if self.verdict == "unknown" or not self.predicted else "wrong"


def image_of(path: Path) -> Image:
    """The image of a Dockerfile, its own folder being the context."""
    return build_image(parse(Document.decode(path.name, path.read_bytes())), Context(str(path.parent), str(path)))


def entry(image: Image) -> str | None:
    """The text of the script that the image starts; None if it starts none that is known."""
    if not image.launch.argv:
        return None
    words = [word for word in image.launch.argv if not word.startswith("-")]
    for word in words[:2]:
        found = image.files.which(word, image.workdir, image.env.get("PATH") or PATH)
        if isinstance(found, ImageFile) and found.content is not None and found.content.value.startswith("#!"):
            return found.content.value
    return None


def candidates(checkouts: Path, most: int) -> Iterator[tuple[str, Path]]:
    """Repositories and Dockerfiles whose entrypoint scripts differ."""
    seen: set[str] = set()
    for repository in sorted(checkouts.iterdir()):
        taken = 0
        for path in sorted(repository.rglob("Dockerfile"), reverse=True)[:TRIED]:
            if taken >= most:
                break
            text = entry(image_of(path))
            digest = hashlib.sha256((text or "").encode("utf-8", "replace")).hexdigest()
            if text is None or digest in seen or not re.match(r"#!\s*\S*(sh|bash|dash|ash)\b|#!.*env (ba)?sh", text):
                continue
            seen.add(digest)
            taken += 1
            yield repository.name.replace("+", "/", 1), path


class Lab:
    """A root folder for one entrypoint after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stand = Stand.make(folder / "stand")
        for name, text in (("stub", _STUB), ("dropper", _DROPPER)):
            (folder / f"{name}.c").write_text(text)
            subprocess.run(["cc", "-static", "-o", folder / name, folder / f"{name}.c"], check=True)

    def measure(self, image: Image) -> tuple[str, ...]:
        """PID 1 in the steady state; empty if there is none."""
        root = self.folder / "root"
        shutil.rmtree(root, ignore_errors=True)
        family = "ash" if image.base.shell == "ash" else "dash"
        shutil.copytree(self.stand.folder / family, root, copy_function=os.link, symlinks=True)
        if family == "ash":
            bash = self.stand.folder / "bash"
            for source in (bash / "usr/bin/bash", *bash.glob("lib*/**/*.so*")):
                target = root / source.relative_to(bash)
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    os.link(source, target)
        texts = list(self._files(image, root))
        self._commands(image, root, texts)
        return self._run(image, root)

    def _files(self, image: Image, root: Path) -> Iterator[str]:
        for path in image.files.listing("/"):
            found = image.files.lookup(path)
            target = root / path.lstrip("/")
            if (
                not isinstance(found, ImageFile)
                or found.content is None
                or target.exists()
                or ".." in path
                or target.parent.is_file()
            ):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found.content.value.encode("utf-8", "surrogateescape"))
            target.chmod(0o755 if found.executable is not False else 0o644)
            if found.content.value.startswith("#!"):
                yield found.content.value

    def _commands(self, image: Image, root: Path, texts: list[str]) -> None:
        for name in DROPPERS:
            os.link(self.folder / "dropper", root / "usr/bin" / name)
        words = image.launch.argv
        witnesses = {match for text in texts for match in _EXEC.findall(text)} | {
            word for word in words if _WORD.fullmatch(word)
        }
        names = {match for text in texts for match in _WORD.findall(text)} | set(STUBBED)
        for name, program in [(n, "stand/witness") for n in witnesses] + [(n, "stub") for n in names]:
            folder = root if name.startswith("/") else root / "usr/bin"
            if "/" in name and not name.startswith("/"):
                continue
            if not name.startswith("/") and any((root / each.lstrip("/") / name).exists() for each in PATH.split(":")):
                continue
            if name.startswith("/") and "bin" not in name.split("/"):
                continue
            target = folder / name.lstrip("/")
            if target.exists() or name.endswith("/") or ".." in name:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(self.folder / program, target)

    def _run(self, image: Image, root: Path) -> tuple[str, ...]:
        record = root / "record/witnesses"
        record.write_text("")
        environment = {name: value for name, value in image.env.items() if value is not None}
        environment |= {"HOME": "/", "GRACELINT_RECORD": "/record/witnesses", "GRACELINT_CLEANUP": "0"}
        environment["PATH"] = f"{environment.get('PATH', PATH)}:{PATH}"
        folders = [value for value in environment.values() if value.startswith("/") and ":" not in value]
        for folder in (image.workdir, *folders):  # where scripts write, as whatever user they are
            place = root / os.path.normpath(f"/{folder}").lstrip("/")
            if not place.exists() and not any(parent.is_file() for parent in place.parents):
                place.mkdir(parents=True)
            if place.is_dir():
                place.chmod(0o777)
        ready = (Written(str(record), b" ready\n", 1, 2.0), Steady(0.1, limit=2.0))
        uid = None if image.user in (None, "root", "0") else 1000
        try:
            report = run(
                image.launch.argv, grace=0.1, root=str(root), env=environment, cwd=image.workdir, ready=ready, uid=uid
            )
        except NotStartedError:
            return ()
        return report.pid1.argv if report.signalled else ()


def results(found: Iterable[tuple[str, Path, str]]) -> Iterator[Result]:
    """Every entrypoint, predicted and measured."""
    with tempfile.TemporaryDirectory(prefix="entrypoints-") as folder:
        lab = Lab(Path(folder))
        for repository, path, name in found:
            image = image_of(path)
            began = time.process_time()
            trace = follow(image)
            seconds = time.process_time() - began
            ways = [way for way in trace.paths if way.default] or list(trace.paths)
            pid1 = tuple(dict.fromkeys(way.pid1 for way in ways if way.hops))
            yield Result(repository, name, pid1, lab.measure(image), trace.verdict, seconds, trace.missing)


def main() -> int:
    parser = argparse.ArgumentParser(description="Real entrypoints: predicted PID 1 against the lab.")
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--most", type=int, default=2, help="entrypoints of one repository")
    parser.add_argument("--limit", type=int, default=80)
    parser.add_argument("--write", action="store_true", help="write the labels")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    found = (
        (repository, path, str(path.relative_to(options.checkouts / repository.replace("/", "+", 1))))
        for repository, path in islice(candidates(options.checkouts, options.most), options.limit)
    )
    labels: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    for each in results(found):
        counts[each.judgement] += 1
        print(
            f"{each.judgement:16} {each.repository} {each.path} ({each.verdict}, {1000 * each.seconds:.0f} ms)",
            flush=True,
        )
        if options.verbose and each.judgement not in ("right",):
            print(f"    predicted {each.predicted}\n    measured  {each.measured}\n    {each.missing[:2]}")
        if each.measured:
            labels.append({"repository": each.repository, "path": each.path, "pid1": list(each.measured)})
    print(dict(counts))
    if options.write:
        LABELS.write_text("[\n" + ",\n".join(f" {json.dumps(label)}" for label in labels) + "\n]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
