"""Root folders in which the launches of fixtures really run: a shell, small tools, inits, and witnesses under the names of programs.

A fixture's image is not built by an engine: its files (as gracelint sees them) are laid over a bare root folder, and its launch runs there as PID 1
in the lab. The applications are witnesses, so that "told and finished" is proof and not an impression.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING

import packages
from bare_root import install

from gracelint.image.model import ImageFile
from gracelint.lab import Steady, Written, run
from gracelint.lab.witness import build, testimonies

if TYPE_CHECKING:
    from gracelint.image.model import Image
    from gracelint.lab import Ready, Report

APPLICATIONS = ("gunicorn", "redis-server", "java", "node", "worker", "reporter", "yarn")
APPLETS = (
    "cat",
    "sleep",
    "tail",
    "tee",
    "rm",
    "id",
    "mkdir",
    "date",
    "touch",
    "env",
    "nice",
    "true",
    "false",
    "time",
    "tr",
)
# Programs that are sometimes an application, sometimes a job that ends, and sometimes put an application into the background.
STAND_INS = ("python", "kinto", "celery", "nginx", "php-fpm8.2", "app", "appctl", "ourapp", "teller")
STAND_IN = r"""#!/bin/dash
name=${0##*/}
for word; do  # measured of nginx and click: neither takes quotes off or parts a word
    case $word in \'*\'|--*\ *) echo "cannot read $word"; exit 2 ;; esac
done
case "$name $* " in
    *" migrate "*|*" check "*|*" upgrade "*|*" prepare "*|*" flush "*|*" stop "*|*/job.py\ *) exit 0 ;;
    *" --detach "*) detached=yes ;;
    nginx*"daemon off"*|php-fpm*" -F "*) ;;
    nginx*|php-fpm*) detached=yes ;;
esac
[ "$detached" ] || exec /usr/local/bin/worker "$@"
/usr/local/bin/worker "$@" &
"""
# Daemons that have nothing to lose: each is a small tool that stays until it is told.
BYSTANDERS = ("cron",)
BYSTANDER = "#!/bin/dash\nexec tail -f /dev/null\n"
PATH = "/usr/local/bin:/usr/bin:/bin"
SHELLS = {"dash": "dash", "ash": "busybox", "bash": "bash"}


@dataclass(frozen=True)
class Rootfs:
    """A root folder whose ``/bin/sh`` is of a family."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, family: str) -> Rootfs:
        folder.chmod(0o755)  # it is the / of users who are not root, too
        for name in ("bin", "usr/local/bin", "usr/bin", "record", "tmp", "proc", "dev", "run", "etc", "var/log", "app"):
            (folder / name).mkdir(parents=True)
        for name in ("dash", "bash", "busybox", "tini", "dumb-init", "flock", "setsid"):
            install(folder, name)
        for name in APPLETS:
            os.link(folder / "bin/busybox", folder / "bin" / name)
        install(folder, "gosu")  # su-exec is not to be had for Debian; both set the user and exec, and fork nothing
        os.link(folder / "bin/gosu", folder / "bin/su-exec")
        packages.sudo(folder)
        if family == "dash":
            packages.supervisor(folder)
        (folder / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nredis:x:999:999::/:/bin/sh\n")
        (folder / "etc/group").write_text("root:x:0:\nredis:x:999:\n")
        os.link(folder / "bin" / SHELLS[family], folder / "bin/sh")
        build(folder / "usr/local/bin" / APPLICATIONS[0])
        for name in APPLICATIONS[1:]:
            os.link(folder / "usr/local/bin" / APPLICATIONS[0], folder / "usr/local/bin" / name)
        scripts = dict.fromkeys(STAND_INS, STAND_IN) | dict.fromkeys(BYSTANDERS, BYSTANDER)
        for name, text in scripts.items():
            stand_in = folder / "usr/local/bin" / name
            stand_in.write_text(text)
            stand_in.chmod(0o755)
        return cls(folder)

    def measure(
        self, image: Image, grace: float = 2.5, ready: tuple[Ready, ...] | None = None, patience: float = 1.0
    ) -> Report:
        """Start the image's launch here, stop it with its stop signal, and say what happened. ``ready`` is when it is stopped (None: when a
        witness is at work, or none has come within the seconds of ``patience``)."""
        placed = []
        try:
            for path in image.files.listing("/"):
                found = image.files.lookup(path)
                target = self.folder / path.lstrip("/")
                if not isinstance(found, ImageFile) or found.content is None or target.exists():
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(found.content.value.encode("utf-8", "surrogateescape"))
                target.chmod(0o755 if found.executable else 0o644)
                placed.append(target)
            return self._run(image, grace, ready, patience)
        finally:
            for target in placed:
                target.unlink()

    def _run(self, image: Image, grace: float, ready: tuple[Ready, ...] | None, patience: float) -> Report:
        record = self.folder / "record/witnesses"
        record.write_text("")
        record.chmod(0o666)
        environment = {name: value for name, value in image.env.items() if value is not None}
        environment |= {"PATH": PATH, "HOME": "/", "GRACELINT_RECORD": "/record/witnesses", "GRACELINT_CLEANUP": "400"}
        if image.stop_signal.name == "SIGWINCH":  # httpd's graceful stop
            environment["GRACELINT_CATCH"] = str(int(Signals.SIGWINCH))
        launch = image.launch.argv
        # What a base image's own script does before it execs its arguments is not to be proven here.
        launch = (
            launch[1:] if launch[0] in image.base.passes_through and image.launch.arguments[0].inherited else launch
        )
        argv = [_resolved(launch[0], self.folder), *launch[1:]]
        (self.folder / image.workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)
        report = run(
            argv,
            signal=image.stop_signal.name or "SIGTERM",
            grace=grace,
            root=str(self.folder),
            env=environment,
            cwd=image.workdir,
            ready=ready or (Written(str(record), b" ready\n", 1, patience), Steady(0.05)),
        )
        return replace(report, testimonies=testimonies(record.read_text()))


def _resolved(command: str, root: Path) -> str:
    """What execvp would find in the root folder; the lab is not in it when it looks."""
    if "/" in command:
        return command
    for folder in PATH.split(":"):
        if (root / folder.lstrip("/") / command).exists():
            return f"{folder}/{command}"
    return command
