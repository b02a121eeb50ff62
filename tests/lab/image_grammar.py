"""Dockerfiles with their build contexts, drawn from a number: stages, variables, launches, and what COPY, ADD and RUN do to files
(`image_grammar.toml`).

Every command of a RUN has to succeed, as what is left by a command that failed unseen (``|| true``) is anybody's guess. So a part of
the images cannot be built, which is soon said.

What the engine's BuildKit is too old for (heredocs, ``COPY --parents``) is drawn all the same, and given to it in older words that mean the
same by BuildKit's own source (``dispatchRun``, ``dispatchCopy``): ``RUN ["/bin/sh", "-c", …]``, a file of the context, a COPY for each source.
"""

from __future__ import annotations

import io
import json
import posixpath
import random
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE = "busybox:1.36"
LISTS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
T = TypeVar("T")


class Drawn(NamedTuple):
    """A Dockerfile, the same in ``older`` words, the files of its context (text and mode), its .dockerignore, and what it is built with."""

    dockerfile: str
    older: str
    files: dict[str, tuple[str, int]]
    ignore: str | None
    build_args: dict[str, str]
    target: str | None

    def write(self, folder: Path) -> None:
        """Put them into a folder."""
        for name, (text, mode) in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            path.chmod(mode)
        (folder / "empty").mkdir()
        for name, to in LISTS["links"].items():
            (folder / name).symlink_to(to)
        for name in LISTS["archives"]:
            (folder / name).write_bytes(_archive(self.files, "gz" if name.endswith("gz") else ""))
        if self.ignore is not None:
            (folder / ".dockerignore").write_text(self.ignore, "utf-8")
        (folder / "Dockerfile").write_bytes(self.dockerfile.encode())


def _archive(files: dict[str, tuple[str, int]], packed: str) -> bytes:
    """Some of the files, packed."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=f"w:{packed}") as tar:
        for name in ("run.sh", "src/a.sh"):
            text, mode = files[name]
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), mode
            tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def draw(number: int) -> Drawn:
    """The image of a number."""
    return _Drawing(number).image()


class _Stage:
    """A stage under way: its name, its working folder, and the files that it probably holds."""

    def __init__(self, name: str | None, parent: _Stage | None) -> None:
        self.name = name
        self.workdir = parent.workdir if parent else "/"
        self.files = set(parent.files) if parent else set()

    def put(self, sources: list[str], place: str) -> None:
        """Note what a COPY brings."""
        if any(mark in place + "".join(sources) for mark in "$*?["):
            return
        whole = posixpath.normpath(posixpath.join(self.workdir, place))
        scripts = LISTS["scripts"]
        for source in (posixpath.normpath(source.lstrip("/")) for source in sources):
            if source in scripts:
                into = place.endswith(("/", ".")) or any(path.startswith(whole + "/") for path in self.files)
                self.files.add(posixpath.join(whole, posixpath.basename(source)) if into else whole)
            inner = [name for name in scripts if " " not in name and (source == "." or name.startswith(source + "/"))]
            self.files.update(posixpath.join(whole, posixpath.relpath(name, source)) for name in inner)


class _Drawing:
    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.escape = "`" if self.maybe(0.1) else "\\"
        self.stages: list[_Stage] = []
        self.runs = 0
        self.older: dict[str, str] = {}
        self.documents: dict[str, tuple[str, int]] = {}
        self.is_ignoring = self.maybe(0.3)
        self.has_shell = False

    def one(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def any(self, name: str) -> str:
        return self.one(LISTS[name])

    def image(self) -> Drawn:
        modes = (0o644, 0o755, 0o600, 0o744, 0o775)
        files = {name: (f"{self.any('heads')}# {name}\n{self.any('bodies')}", self.one(modes)) for name in LISTS["scripts"]}  # fmt: skip
        outer = self.random.sample(LISTS["before_from"], self.one((0, 0, 1, 2)))
        lines = ["# escape=`"] if self.escape == "`" else []
        lines += [f"ARG {each}" for each in outer]
        for index in range(self.one((1, 1, 2, 2, 3))):
            lines += self.stage(index, f"BASE={BASE}" in outer)
        ignored = "\n".join(self.random.sample(LISTS["ignored"], self.one((1, 2, 3)))) + "\n"
        given = {name: self.one(("given", "src", "/data")) for name in ("V", "NAME", "DIR", "A") if self.maybe(0.1)}
        names = [stage.name for stage in self.stages if stage.name]
        target = self.one(names) if names and self.maybe(0.15) else None
        text = "\n".join(lines) + self.one(("\n", "\n", ""))
        older = text
        for newer, words in self.older.items():
            older = older.replace(newer, words)
        return Drawn(text, older, {**files, **self.documents}, ignored if self.is_ignoring else None, given, target)

    def stage(self, index: int, has_base: bool) -> list[str]:
        base = self.one(("$BASE", "${BASE}", "${BASE:-scratch}")) if has_base and self.maybe(0.5) else BASE
        earlier = [stage for stage in self.stages if stage.name]
        parent = self.one(earlier) if earlier and self.maybe(0.5) else None
        stage = _Stage(self.one((None, f"s{index}", f"stage-{index}.x")), parent)
        self.stages.append(stage)
        name = f" {self.one(('AS', 'as'))} {stage.name}" if stage.name else ""
        lines = [f"{self.one(('FROM', 'from'))} {parent.name if parent else base}{name}"]
        for _ in range(self.one((2, 3, 4, 5, 6, 8))):
            lines += self.instruction()
        for keyword in ("ENTRYPOINT", "CMD"):
            lines += self.launch(keyword) if self.maybe(0.65) else []
        return lines + ([f"USER {self.any('users')}"] if self.maybe(0.2) else [])

    def instruction(self) -> list[str]:
        kinds = (self.copy, self.run, self.env, self.arg, self.workdir, self.plain, self.launched, self.newer)
        lines = self.random.choices(kinds, [34, 22 if self.runs < 3 else 0, 10, 6, 8, 8, 5, 10])[0]()
        if "\n" in lines[0] or lines[0].startswith(("#", "MAINTAINER")) or not lines[0] or not self.maybe(0.04):
            return lines
        return [f"ONBUILD {lines[0]}", *lines[1:]]

    def plain(self) -> list[str]:
        line = self.any("plain")
        self.has_shell = self.has_shell or line.startswith("SHELL")
        return [line]

    def env(self) -> list[str]:
        if self.maybe(0.25):
            return [f"ENV {self.one(('A', 'B', 'NAME'))} {self.any('values')}{self.one(('', ' more', '  spaced'))}"]
        names = self.random.sample(["A", "B", "NAME", "DIR", "V"], self.one((1, 1, 2)))
        pairs = [f"{name}={self.any('values')}" for name in names]
        if len(pairs) > 1 and self.maybe(0.3):
            return [f"ENV {pairs[0]} {self.escape}", f"  {pairs[1]}"]
        return ["ENV " + " ".join(pairs)]

    def arg(self) -> list[str]:
        return [f"ARG {self.any('args')}"]

    def workdir(self) -> list[str]:
        path, stage = self.any("workdirs"), self.stages[-1]
        if "$" not in path:
            stage.workdir = posixpath.normpath(posixpath.join(stage.workdir, path))
        return [f"WORKDIR {path}"]

    def launched(self) -> list[str]:
        return self.launch(self.one(("ENTRYPOINT", "CMD")))

    def launch(self, keyword: str) -> list[str]:
        more = self.any("arguments")
        quoted = f', "{more}"' if more else ""
        text = self.any("launches").format(word=self.any("words"), quoted=quoted, plain=more, escape=self.escape)
        return f"{self.one((keyword, keyword, keyword.lower()))} {text}".split("\n")

    # --- files -----------------------------------------------------------------------------------------------------

    def copy(self) -> list[str]:
        keyword, flags = self.one(("COPY", "COPY", "COPY", "ADD")), []
        common = "sources" if keyword == "COPY" or self.maybe(0.7) else "packed"
        sources = [self.any(common if self.maybe(0.75) else "rare_sources") for _ in range(self.one((1, 1, 1, 2)))]
        if keyword == "COPY" and len(self.stages) > 1 and self.maybe(0.3):
            origin = self.random.randrange(len(self.stages) - 1)
            stage = self.stages[origin]
            flags.append(f"--from={self.one((stage.name or origin, origin))}")
            sources = [self.one(sorted(stage.files) or ["/app", "/usr/local/bin", "/etc"])]
        flags += [f"--chmod={self.any('modes')}"] if self.maybe(0.2) else []
        flags += [f"--chown={self.any('owners')}"] if self.maybe(0.1) else []
        self.random.shuffle(flags)
        place = self.any("places" if self.maybe(0.7) else "rare_places")
        place += "" if len(sources) == 1 or place.endswith("/") or place == "." else "/"
        self.stages[-1].put(sources, place)
        words = [*sources, place]
        listed = "[" + ", ".join(f'"{word}"' for word in words) + "]" if self.maybe(0.2) else " ".join(words)
        return [" ".join([keyword, *flags, listed])]

    # --- what the engine is told in older words ----------------------------------------------------------------------

    def newer(self) -> list[str]:
        """A heredoc, or ``COPY --parents``."""
        if self.maybe(0.6):
            return [self.script()]
        if self.is_ignoring:
            return self.copy()
        return [self.document() if self.maybe(0.6) else self.with_parents()]

    def script(self) -> str:
        """Several lines for a shell, in a heredoc or, where another SHELL would run them, in an exec form."""
        body, options = self.command("heredocs") + "\n", "-c"
        line = "RUN <<SCRIPT"
        if self.maybe(0.2):
            options, body = "-ec", f"#!/bin/sh -e\n{body}"
        elif self.maybe(0.2):
            line, older = "RUN sh -e <<'SCRIPT'", f"sh -e <<'SCRIPT'\n{body}SCRIPT\n"
            return self.told(f"{line}\n{body}SCRIPT", f"RUN {json.dumps(['/bin/sh', '-c', older])}")
        older = f"RUN {json.dumps(['/bin/sh', options, body])}"
        return older if self.has_shell or self.maybe(0.2) else self.told(f"{line}\n{body}SCRIPT", older)

    def document(self) -> str:
        """``COPY <<EOF file``."""
        name = self.one(("start", "run.sh", "EOF"))
        file = f"docs/{len(self.documents)}/{name}"
        body = f"{self.any('heads')}{self.any('bodies')}".replace("\r", "").rstrip("\n") + "\n"
        self.documents[file] = (body, 0o644)
        place, flag = self.any("places"), self.one(("", "", "--chmod=755 "))
        whole = posixpath.normpath(posixpath.join(self.stages[-1].workdir, place))
        self.stages[-1].files.add(posixpath.join(whole, name) if place.endswith(("/", ".")) else whole)
        return self.told(f"COPY {flag}<<'{name}' {place}\n{body}{name}", f"COPY {flag}{file} {place}")

    def with_parents(self) -> str:
        """``COPY --parents``: each source with its folders, but for those in front of ``/./``."""
        sources, place = (
            self.random.sample(LISTS["with_parents"], self.one((1, 2))),
            self.one(("/app/", "/data/x/", "./")),
        )
        lines = []
        for source in sources:
            kept = source.rpartition("./")[2] if "/./" in source else source
            folder = posixpath.join(place, posixpath.dirname(kept.rstrip("/")))
            is_file = source in LISTS["scripts"] or "/./" in source
            lines.append(f"COPY {source} {folder.rstrip('/') + '/' if is_file else posixpath.join(place, kept)}")
        return self.told(f"COPY --parents {' '.join(sources)} {place}", "\n".join(lines))

    def told(self, newer: str, older: str) -> str:
        """An instruction, of which the engine is told the older words."""
        self.older[newer] = older
        return newer

    # --- commands ----------------------------------------------------------------------------------------------------

    def path(self) -> str:
        stage = self.stages[-1]
        if not stage.files or self.maybe(0.1):
            return self.any("missing")
        found = self.one(sorted(stage.files))
        below = stage.workdir.rstrip("/") + "/"
        return found[len(below) :] if found.startswith(below) and self.maybe(0.3) else found

    def run(self) -> list[str]:
        self.runs += 1
        if self.maybe(0.07):
            return [f"RUN --mount={self.any('mounts')} {self.command('from_mounts')}"]
        commands = [self.command() for _ in range(self.one((1, 1, 2, 3)))]
        prefix = self.one(("", "", "", "set -e; ", "set -eux; ", "set -ex && "))
        if len(commands) > 1 and self.maybe(0.3):
            between = [f" && {each} {self.escape}" for each in commands[1:-1]]
            return [f"RUN {prefix}{commands[0]} {self.escape}", *between, f"  && {commands[-1]}"]
        if self.maybe(0.1):
            text = commands[0].replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
            return [f'RUN ["/bin/sh", "-c", "{text}"]']
        return [f"RUN {prefix}{' && '.join(commands)}"]

    def command(self, commands: str = "commands") -> str:
        stage = self.stages[-1]
        has_app = any(path.startswith("/app/") for path in stage.files)
        folder = self.one(("", "/", "/app/" if has_app else "", "/usr/local/bin/"))
        new = folder + self.one(("new.sh", "start", "begin", "entry"))
        p, q = self.path(), self.path() if self.maybe(0.25) else new
        if posixpath.join(stage.workdir, p) == posixpath.join(stage.workdir, q):
            q = "/other.sh"
        form = self.any(commands)
        if form.endswith("{q}") and self.maybe(0.5):  # what it makes is there for those that follow
            stage.files.add(posixpath.join(stage.workdir, q))
        return form.format(p=p, q=q, folder=self.any("folders"))
