"""Drawn Dockerfiles (`image_grammar.py`), built by BuildKit and read by gracelint: configuration and files have to be the same, as far as
gracelint claims to know them.

The base is BusyBox in folders like those of its official image, under its name. The engine's BuildKit (0.8 and up) knows no heredocs, takes a
trailing comment for the end of an exec form, and ``/app/.`` for ``/app``: those are not drawn.
"""

from __future__ import annotations

import concurrent.futures
import io
import json
import os
import posixpath
import random
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from image_grammar import BASE, Drawn, draw

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.model import Absent, Image, ImageFile
from gracelint.image.stages.stop_signal import canonical_signal
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRESH = 90
BUILT = 0.12  # more than a third can be (828 of 2,150): of ninety, fewer than eleven are no chance
"""The share of drawn images that can be built, at least: else nothing is compared."""
LONGEST = 60.0  # seconds: a RUN that reads what it writes has no end (`cat a >> b`, where b is a link to a); the engine gives up what its client has left
OF_BASE = "/bin /dev /etc /home /lib /lib64 /opt /proc /root /run /sbin /srv /sys /tmp /usr /var /.dockerenv".split()
IN_BASE = "/usr/bin /usr/lib /usr/sbin /usr/local /usr/local/bin".split()
ASKED = "/run.sh /app/start /app/run.sh /data/x/y.sh /app/a.sh /start /usr/local/bin/run /link /app/new.sh /a.sh /srv/run.sh".split()


class File(NamedTuple):
    """What stands at a path: a ``kind`` of `gracelint.image.entries`, or ``link``; ``text`` is its content, or where the link leads."""

    kind: str
    mode: int = 0
    text: bytes = b""


class Built(NamedTuple):
    """The configuration and the files of an image that was built."""

    config: dict[str, Any]
    files: dict[str, File]

    def at(self, path: str) -> File | None:
        """What stands at a path, links followed; None where the base image has a say."""
        for _ in range(40):
            parts = path.split("/")
            ways = ("/".join(parts[:end]) for end in range(2, len(parts) + 1))
            link = next((way for way in ways if self.files.get(way, File("none")).kind == "link"), None)
            if link is None:
                break
            rest = path[len(link) :].lstrip("/")
            to = self.files[link].text.decode()
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), to, rest)).replace("//", "/")
        own = path in OF_BASE or path in IN_BASE or path.startswith(("/bin/", "/etc/", "/dev/", "/proc/", "/sys/"))
        return None if own else self.files.get(path, File("none"))


@pytest.fixture(scope="module")
def builder(engine: None, missing: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Docker client that builds with BuildKit (some need a plugin for it, which is not everywhere), with the base image in its engine."""
    root = tmp_path_factory.mktemp("base")
    for folder in (*OF_BASE[:-1], *IN_BASE):
        (root / folder[1:]).mkdir(parents=True, exist_ok=True)
    shutil.copy(shutil.which("busybox") or "", root / "bin" / "busybox")
    applets = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in applets:
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    (root / "usr" / "bin" / "env").symlink_to("../../bin/env")
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\napp:x:1000:1000::/:/bin/sh\n")  # fmt: skip
    (root / "etc" / "group").write_text("root:x:0:\nnobody:x:65534:\napp:x:1000:\n")
    _install(root, "install")  # Debian's BusyBox has none
    with subprocess.Popen(["tar", "-c", "-C", root, "."], stdout=subprocess.PIPE) as files:
        subprocess.run(["docker", "import", "-", BASE], stdin=files.stdout, check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("first")
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nCOPY --chmod=755 Dockerfile /x\n")
    clients = [os.path.join(each, "docker") for each in os.get_exec_path() if shutil.which("docker", path=each)]
    for client in clients:
        if _build(client, folder, "gracelint-first").returncode == 0:
            return client
    missing(f"no Docker client here builds with BuildKit: {clients}")
    raise AssertionError


def _install(root: Path, program: str) -> None:
    """Put a program of this machine into a root folder, with its libraries."""
    path = shutil.which(program) or ""
    libraries = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout.split()
    for file in [path, *(word for word in libraries if word.startswith("/"))]:
        place = root / ("bin/" + program if file == path else file[1:])
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)


def _build(client: str, folder: Path, tag: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = [client, "build", "--quiet", "--network", "none", "--tag", tag, *options, str(folder)]
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False, env=environment, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1)


def built(client: str, drawn: Drawn, folder: Path, tag: str) -> Built | None:
    """The image as the engine makes it; None where it cannot be built."""
    options = [word for name, value in drawn.build_args.items() for word in ("--build-arg", f"{name}={value}")]
    options += ["--target", drawn.target] if drawn.target else []
    if _build(client, folder, tag, *options).returncode != 0:
        return None
    told = subprocess.run([client, "inspect", tag], capture_output=True, check=True).stdout
    container = subprocess.run([client, "create", tag, "x"], capture_output=True, text=True, check=True).stdout.strip()
    archive = subprocess.run([client, "export", container], capture_output=True, check=True).stdout
    subprocess.run([client, "rm", container], capture_output=True, check=True)
    subprocess.run([client, "rmi", tag], capture_output=True, check=False)
    return Built(json.loads(told)[0]["Config"], dict(_files(archive)))


def _files(archive: bytes) -> Iterator[tuple[str, File]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = "/" + member.name.rstrip("/")
            origin = tar.getmember(member.linkname) if member.islnk() else member
            if member.isdir():
                yield path, File("folder", member.mode)
            elif origin.issym():
                yield path, File("link", 0, origin.linkname.encode())
            elif member.isfile() or member.islnk():
                stream = tar.extractfile(member)
                yield path, File("file", member.mode, stream.read() if stream is not None else b"")


def differences(image: Image, real: Built) -> list[str]:
    """What gracelint claims about an image that is not so."""
    return [*_of_configuration(image, real.config), *_of_files(image, real)]


def _of_configuration(image: Image, config: dict[str, Any]) -> Iterator[str]:
    claims: dict[str, tuple[object, object]] = {
        "Entrypoint": (image.launch.entrypoint, config["Entrypoint"]),
        "Cmd": (image.launch.cmd, config["Cmd"]),
    }
    for name, (line, words) in claims.items():
        found = [argument.value for argument in getattr(line, "arguments", ())]
        if found != (words or []):
            yield f"{name}: {found}, not {words}"
    signal = canonical_signal(config.get("StopSignal") or "SIGTERM")
    if not image.stop_signal.doubt and image.stop_signal.name != signal:
        yield f"StopSignal: {image.stop_signal.name}, not {signal}"
    workdir = posixpath.normpath(config["WorkingDir"] or "/")
    if image.workdir != workdir and not any(reason.startswith("WORKDIR") for reason in image.missing):
        yield f"WorkingDir: {image.workdir}, not {workdir}"
    if image.user != "" and (image.user or "") != config["User"]:
        yield f"User: {image.user}, not {config['User']}"
    env = dict(each.split("=", 1) for each in config["Env"])
    for name in sorted(env.keys() | image.env.keys()):
        value = image.env.get(name, "nothing")
        if value is not None and value != env.get(name, "nothing"):
            yield f"Env {name}: {value}, not {env.get(name)}"


def _of_files(image: Image, real: Built) -> Iterator[str]:
    for path in sorted({*real.files, *ASKED}):
        file = real.at(path)
        if file is None or (path in real.files and real.files[path].kind == "link" and file.kind == "none"):
            continue
        found, standing = image.files.lookup(path), image.files.standing(path)
        if standing not in ("unknown", file.kind) and (not isinstance(found, ImageFile) or found.exact):
            yield f"{path}: {standing}, not {file.kind}"
        elif isinstance(found, Absent) and file.kind == "file":
            yield f"{path}: absent ({found.reason}), but a file"
        elif isinstance(found, ImageFile) and file.kind == "file":
            if found.executable not in (None, bool(file.mode & 0o111)):
                yield f"{path}: executable {found.executable}, not {file.mode:o}"
            if found.exact and found.content is not None and found.content.value.encode() != file.text:
                yield f"{path}: {found.content.value!r}, not {file.text!r}"


def read(drawn: Drawn, folder: Path) -> Image:
    """The image as gracelint sees it."""
    document = Document.decode("Dockerfile", drawn.dockerfile.encode())
    context = Context(str(folder), str(folder / "Dockerfile"))
    return build_image(parse(document), context, drawn.target, build_args=drawn.build_args)


@pytest.mark.lab
@pytest.mark.slow
def test_fresh_images(builder: str, tmp_path: Path) -> None:
    first = int(os.environ.get("GRACELINT_IMAGES") or random.randrange(1_000_000_000))
    count = int(os.environ.get("GRACELINT_IMAGES_NUMBER") or FRESH)

    def compared(number: int) -> tuple[int, list[str] | None]:
        drawn, folder = draw(number), tmp_path / str(number)
        drawn.write(folder)
        (folder / "Dockerfile").write_bytes(drawn.older.encode())
        real = built(builder, drawn, folder, f"gracelint-drawn-{number}")
        found = None if real is None else differences(read(drawn, folder), real)  # of the Dockerfile as drawn
        shutil.rmtree(folder)
        return number, found

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        results = dict(pool.map(compared, range(first, first + count)))
    wrong = {number: found for number, found in results.items() if found}
    done = sum(found is not None for found in results.values())
    print(f"images {first} to {first + count - 1}: {done} built, {len(wrong)} disagree")
    for number, found in wrong.items():
        drawn = draw(number)
        print(f"\n{number}, {drawn.build_args}, target {drawn.target}, ignored {drawn.ignore!r}\n{drawn.dockerfile}\n", *found, sep="\n")  # fmt: skip
    assert not wrong
    assert done >= BUILT * count
