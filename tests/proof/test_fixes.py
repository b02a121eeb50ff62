"""The fix proof: for every bad case that gets a fix, the kernel says killed or abrupt before, and graceful after.

The table of all fixes, measured, is printed at the end (``pytest -m lab tests/proof -rP`` shows it).
"""

from __future__ import annotations

from pathlib import Path

import archive
import pytest
import test_fixtures
from rootfs import APPLETS, Rootfs

from gracelint import compose
from gracelint.compose.commands import words
from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab import NotStartedError
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

pytestmark = pytest.mark.lab

# Rules whose defect lies between PID 1 and the application; the others need real programs (see tests/lab).
PROVEN = (
    "shell-form-entrypoint",
    "shell-form-cmd",
    "malformed-exec-form",
    "shell-wrapper-without-exec",
    "cmd-ignored",
    "exec-form-builtin",
    "missing-exec",
    "exec-without-effect",
    "deferred-trap",
    "trap-does-not-forward",
    "child-not-awaited",
    "unportable-trap",
    "abandoned-background-process",
    "trap-kills-itself",
    "trap-for-another-signal",
    "trap-does-not-exit",
    "keep-alive-as-pid1",
    "daemonized-service",
    "exec-with-assignment",
    "loop-without-trap",
    "unquoted-heredoc",
    "unresolved-entrypoint",
    "wrapper-does-not-forward",
)
# Not to be measured: a busybox before 1.28 is to be had as no package, and of what a loop of small tools has in hand, as it copies, no witness tells.
NOT_MEASURED = ("shell-form-cmd-old-busybox", "missing-exec-loop-below-supervisord")
CASES = [
    path
    for path in test_fixtures.BAD
    if path.parts[-3] in PROVEN
    and test_fixtures.name_of(path) not in NOT_MEASURED
    and (path.parents[1] / "fixed" / path.name).exists()
]


@pytest.fixture(scope="session")
def rootfs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rootfs]:
    return {family: Rootfs.make(tmp_path_factory.mktemp(family), family) for family in ("dash", "ash", "bash")}


def measured(folder: Path, rootfs: dict[str, Rootfs], arguments: tuple[str, ...] | None) -> str:
    """The verdict of the kernel on the Dockerfile of a folder, started as its compose file says, or with arguments in CMD's place."""
    path = folder / "Dockerfile"
    document = Document.decode("Dockerfile", path.read_bytes())
    entrypoint, cmd, env = None, arguments, {}
    for service in compose.Finder().services(str(path), str(folder)):
        if service.start:
            entrypoint = None if service.entrypoint is None else words(service.entrypoint)
            cmd = None if service.command is None else words(service.command)
            env = service.env
    context = Context(str(folder), str(path))
    image = build_image(parse(document), context, entrypoint=entrypoint, cmd=cmd, env=env)
    family = image.base.shell or "dash"  # where nothing tells, that is what is taken for granted, and said
    assert family in rootfs, image.base
    try:
        # supervisord, and the Python that runs it, take their time to start
        slow = any(b"supervisord" in file.read_bytes() for file in folder.iterdir() if file.is_file())
        report = rootfs[family].measure(image, patience=10.0 if slow else 1.0)
    except NotStartedError:
        return "does not start"
    if not report.signalled:
        return "ends at once" if report.testimonies else "does not start"
    if report.exited and not report.testimonies and all(tool(process.argv) for process in report.torn_down):
        return "graceful"  # nothing but small tools was there to be killed
    return report.verdict


def tool(argv: tuple[str, ...]) -> bool:
    """Whether a process is one of the root folder's small tools."""
    return bool(argv) and argv[0].rpartition("/")[2] in APPLETS


@pytest.mark.parametrize("path", CASES, ids=test_fixtures.name_of)
def test_fix_is_proven(path: Path, tmp_path: Path, rootfs: dict[str, Rootfs]) -> None:
    members = archive.read(path)
    arguments = archive.arguments(path)
    archive.unpack(members, tmp_path)
    before = measured(tmp_path, rootfs, arguments)
    archive.unpack(archive.read(path.parents[1] / "fixed" / path.name), tmp_path)
    after = measured(tmp_path, rootfs, arguments)
    print(f"{path.parts[-3]:28} {path.stem:28} {before:14} -> {after}")
    assert after == "graceful"
    severity, confidence = members["expected"].text.split()[2:4]
    lucky = (
        severity == "info" and confidence != "low"
    )  # a part of a Dockerfile is told with little confidence, and works as badly as the whole
    assert before == ("graceful" if lucky else before)
    assert lucky or before in ("killed", "abrupt", "does not start", "ends at once")
