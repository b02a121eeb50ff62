"""A Docker engine of the tests' own, and the files of a Debian for its images. There is no registry: images are imported and built."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path


def start(folder: Path, storage: str) -> tuple[subprocess.Popen[bytes], str]:
    """An engine, and why it did not start (empty if it did)."""
    (folder / storage).mkdir()
    words = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver", storage]
    for option, name in (("data-root", "data"), ("exec-root", "exec"), ("pidfile", "pid")):
        words += [f"--{option}", str(folder / storage / name)]
    log = folder / storage / "log"
    with log.open("wb") as stream:
        engine = subprocess.Popen([*words, "--host", os.environ["DOCKER_HOST"]], stdout=stream, stderr=stream)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and engine.poll() is None:
        if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0:
            return engine, ""
        time.sleep(0.2)
    engine.terminate()
    engine.wait(30)
    return engine, "\n".join(log.read_text(errors="replace").splitlines()[-3:])


def bootstrap(root: Path, *packages: str) -> None:
    """A minimal Debian of this machine's release with some packages, made by debootstrap from the mirror that apt uses here."""
    release = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    assert release is not None
    suite = release[1]
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", f"Codename: {suite}"]
    mirrors = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    more = [f"--include={','.join(packages)}"] if packages else []
    subprocess.run(
        ["debootstrap", "--variant=minbase", *more, suite, root, mirrors[0]], check=True, capture_output=True
    )
