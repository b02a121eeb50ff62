"""Root folders in which real entrypoint scripts run to their end: a Debian's files below, what an image adds above.

A root is an overlay: a debootstrapped Debian (for Alpine's images BusyBox's applets over it, with its shell as ``sh``), then the text files
that the image's Dockerfile puts in, its users and folders, real gosu, tini and dumb-init, and a stand-in (`stand_in.c`) under each name
that a script or the launch mentions and the Debian lacks. What else a script wants to find is a label's to say (`Needs`).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bare_root import install

from gracelint.image.model import ImageFile
from gracelint.lab import kernel
from gracelint.lab.witness import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gracelint.image.model import Image

HERE = Path(__file__).parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STARTERS = {"gosu": ("gosu", "su-exec"), "tini": ("tini", "docker-init"), "dumb-init": ("dumb-init",)}
# What Alpine's images have from BusyBox and matters here: what starts processes, and what stays.
APPLETS = ("sh", "ash", "su", "timeout", "setsid", "nohup", "nice", "env", "flock", "xargs", "sleep", "tail", "cat")
ONCE = ("--version", "--help", "-V", "-v", "version", "help")  # of any program: it tells, and ends
_WORD = re.compile(r"(?<![\w$/.-])(/?[A-Za-z][\w./+-]*)")
_EXEC = re.compile(
    r"\bexec\s+(?:(?:gosu|su-exec)\s+\S+\s+)?(?:tini\s+(?:-\S+\s+)*|dumb-init\s+(?:--\s+)?)?([A-Za-z/][\w./-]*)"
)
_USER = re.compile(r"\b(?:useradd|adduser|groupadd|addgroup)\b[^;&|\n]*?\s([a-z_][\w-]*)\s*(?:$|[;&|])")
_OWNER = re.compile(r"\b(?:gosu|su-exec|chown(?:\s+-\w+)*|-user|setuidgid|--reuid=|runuser -u)\s+'?\"?([a-z_][\w-]*)")
_MKDIR = re.compile(r"\b(?:mkdir|install\s+-\w*d\w*)\s+([^;&|\n]+)")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


@dataclass(frozen=True)
class Needs:
    """What an entrypoint wants, besides what its Dockerfile says.

    ``env``: variables it asks for. ``files``: texts by path, a folder where the path ends in a slash. ``borrowed``: files of other
    checkouts (of the base image, say), by path. ``answers``: what commands print, or their status, or ``"stays"`` or ``"daemon"``, by
    pattern. ``apps``: programs that stay. ``stubs``: tools that would find nothing to work on, and so are stand-ins as well. ``users``:
    accounts.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    borrowed: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str | int] = field(default_factory=dict)
    apps: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


class Roots:
    """Makes one root after the other in ``folder``, over the Debian in ``debian``. Needs root, and a C compiler."""

    def __init__(self, folder: Path, debian: Path, busybox: Path, checkouts: Path) -> None:
        self.folder, self.debian, self.checkouts = folder, debian, checkouts
        kernel.unshare(kernel.CLONE_NEWNS)  # the overlays end with this process
        kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        self.stage = folder / "stage"
        (self.stage / "stand-in").mkdir(parents=True)
        for name in ("bin", "lib", "lib64"):
            (self.stage / "usr" / name).mkdir(parents=True)
            (self.stage / name).symlink_to(f"usr/{name}")
        build(self.stage / "stand-in/witness")
        words = ["cc", "-O1", "-static", "-o", str(self.stage / "stand-in/program"), str(HERE / "stand_in.c")]
        subprocess.run(words, check=True)
        for program, names in STARTERS.items():
            install(self.stage, program)
            for name in names[1:]:
                os.link(self.stage / "usr/bin" / program, self.stage / "usr/bin" / name)
        self.shells = {family: folder / family for family in ("ash", "bash")}
        listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
        for family, names in (("ash", set(APPLETS) & set(listed)), ("bash", ["sh"])):
            where = self.shells[family] / "usr/bin"
            where.mkdir(parents=True)
            for name in names:
                (where / name).symlink_to("bash" if family == "bash" else "busybox")
        shutil.copy(busybox, self.shells["ash"] / "usr/bin/busybox")

    def close(self) -> None:
        """Take the last root away."""
        subprocess.run(["umount", "--lazy", self.folder / "root"], check=False, capture_output=True)

    def make(self, image: Image, needs: Needs) -> Path:
        """The root folder of an image; the one made before is gone."""
        top, upper = self.folder / "root", self.folder / "upper"
        self.close()
        shutil.rmtree(upper, ignore_errors=True)
        for path in (top, upper / "data", upper / "work"):
            path.mkdir(parents=True, exist_ok=True)
        shell = self.shells.get(image.base.shell or "")
        lower = [self.stage, *([shell] if shell else []), self.debian]
        options = f"lowerdir={':'.join(map(str, lower))},upperdir={upper / 'data'},workdir={upper / 'work'}"
        kernel.mount("overlay", str(top), "overlay", 0, options)
        for name, text in needs.files.items():
            _write(top, name, text)
        for name, source in needs.borrowed.items():
            repository, _, path = source.partition(" ")
            _write(top, name, (self.checkouts / repository.replace("/", "+", 1) / path).read_text(), 0o755)
        for name in image.base.passes_through:
            _write(top, name if "/" in name else f"/usr/local/bin/{name}", _passing_through(image.base.prepends))
        texts = [*_texts(image, top), *(inside(top, name).read_text() for name in needs.borrowed)]
        runs = "\n".join(each.value.value for each in image.instructions if each.keyword == "RUN")
        self._folders(image, runs, top)
        named = {user for text in (runs, *texts) for user in _OWNER.findall(text)}
        self._users({*_USER.findall(runs), *named, *needs.users, image.user or "root"}, top)
        self._programs(image, needs, texts, top)
        return top

    def _folders(self, image: Image, runs: str, top: Path) -> None:
        """Folders that the Dockerfile makes or names, for anybody to write in."""
        known = {name: value or "" for name, value in image.env.items()}
        words = [word for match in _MKDIR.findall(runs) for word in match.split()]
        for each in image.instructions:
            if each.keyword == "VOLUME":
                words += re.findall(r"[^\s\[\],\"]+", each.value.value)
        words += [value for value in known.values() if ":" not in value]
        for word in (image.workdir, *words):
            path = _VARIABLE.sub(lambda match: known.get(match[1], ""), word.strip("\"'"))
            if not re.fullmatch(r"/[\w./@+-]+", path):
                continue
            place = inside(top, path)
            if place == top or any(parent.exists() and not parent.is_dir() for parent in (place, *place.parents)):
                continue
            place.mkdir(parents=True, exist_ok=True)
            place.chmod(0o777)

    def _users(self, names: set[str], top: Path) -> None:
        accounts = (top / "etc/passwd").read_text()
        for number, name in enumerate(sorted(names), 1000):
            name = name.partition(":")[0]
            if not name.isdigit() and f"\n{name}:" not in f"\n{accounts}":
                for path, line in (
                    ("passwd", f"{name}:x:{number}:{number}::/tmp:/bin/sh"),
                    ("group", f"{name}:x:{number}:"),
                ):
                    with (top / "etc" / path).open("a") as stream:
                        stream.write(line + "\n")

    def _programs(self, image: Image, needs: Needs, texts: list[str], top: Path) -> None:
        """A stand-in for whatever is named and not there, and the table of their answers."""
        launched = [word for word in image.launch.argv if _WORD.fullmatch(word)]
        stay = {*(match for text in texts for match in _EXEC.findall(text)), *launched[:2], *needs.apps}
        names = {match for text in texts for match in _WORD.findall(text)} | stay
        for name in needs.stubs:
            inside(top, f"/usr/bin/{name}").unlink()
        names |= set(needs.stubs)
        search = [*PATH.split(":"), *(image.env.get("PATH") or "").split(":")]
        for name in sorted(names):
            if "/" in name and (not name.startswith("/") or ("bin" not in name.split("/") and name not in stay)):
                continue
            if "/" not in name and any(inside(top, f"{each}/{name}").exists() for each in search if each):
                continue
            target = inside(top, name if "/" in name else f"/usr/bin/{name}")
            if target.exists() or name.endswith("/") or any(up.is_file() for up in target.parents):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            starter = next((real for real, names in STARTERS.items() if target.name in names), None)
            # What a stand-in is called by is its name.
            target.symlink_to(f"/usr/bin/{starter}" if starter else "/stand-in/program")
        lines = [f"{pattern}\t{_answer(answer)}" for pattern, answer in needs.answers.items()]
        lines += [f"* {word}\t0\t" for word in ONCE]
        lines += [f"{name.rpartition('/')[2]}{rest}\tstays\t" for name in sorted(stay) for rest in ("", " *")]
        (top / "stand-in/answers").write_text("\n".join(lines) + "\n")
        (top / "stand-in/record").write_text("")
        (top / "stand-in/record").chmod(0o666)


def inside(top: Path, name: str) -> Path:
    """Where a path of the root stands, links followed as within it (an absolute link would lead out of it)."""
    at, words, links = top, list(reversed(os.path.normpath(f"/{name}").strip("/").split("/"))), 0
    while words:
        word = words.pop()
        if word == "..":
            at = at if at == top else at.parent
            continue
        step = at / word
        if step.is_symlink() and links < 40:
            links += 1
            link = os.readlink(step)
            at = top if link.startswith("/") else at
            words += reversed([each for each in link.split("/") if each not in ("", ".")])
        else:
            at = step
    return at


def _answer(answer: str | int) -> str:
    if isinstance(answer, int):
        return f"{answer}\t"
    return f"{answer}\t" if answer in ("stays", "daemon") else "0\t" + answer.replace("\n", "\\n")


def _passing_through(prepends: tuple[str, ...] | None) -> str:
    """What is known of a base image's entrypoint script, as a script."""
    words = " ".join(map(shlex.quote, prepends or ()))
    prefix = f'case "$1" in -*) set -- {words} "$@";; esac\n' if words else ""
    return f'#!/bin/sh\n{prefix}exec "$@"\n'


def _write(top: Path, name: str, text: str, mode: int = 0o755) -> None:
    path = inside(top, name)
    folder = path if name.endswith("/") else path.parent
    folder.mkdir(parents=True, exist_ok=True)
    if not name.endswith("/"):
        path.write_text(text)
        path.chmod(mode)


def _texts(image: Image, top: Path) -> Iterator[str]:
    """Put the image's text files in; the scripts among them."""
    for name in image.files.listing("/"):
        found = image.files.lookup(name)
        path = inside(top, name)
        if not isinstance(found, ImageFile) or found.content is None:
            continue
        if path.exists() or any(parent.is_file() for parent in path.parents):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.content.value.encode("utf-8", "surrogateescape"))
        path.chmod(0o755 if found.executable is not False else 0o644)
        if found.content.value.startswith("#!"):
            yield found.content.value
