"""Small projects in one file, so that a rule's case can be read at a glance.

The format is Go's txtar: ``-- path --`` begins a file. Words behind the path: an octal mode (``755``), ``crlf``. Text
before the first file is a comment: it says why the case is what it is, and in a line ``modes: F15, N03`` which of the failure modes
in modes.toml it holds, and in a line ``arguments: worker`` with what in CMD's place the defect shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HEADER = re.compile(r"^-- (\S+)((?: \w+)*) --$")
_MODES = re.compile(r"^modes: (.*)$", re.MULTILINE)
_ARGUMENTS = re.compile(r"^arguments: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Member:
    """A file of a case."""

    text: str
    mode: int
    crlf: bool


def read(path: Path) -> dict[str, Member]:
    """The files of an archive, by path."""
    members: dict[str, Member] = {}
    name, mode, crlf = "", 0o644, False
    lines: list[str] = []

    def close() -> None:
        if name:
            members[name] = Member("".join(lines), mode, crlf)

    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if header := _HEADER.match(line.rstrip("\n")):
            close()
            name, words = header.group(1), header.group(2).split()
            mode = next((int(word, 8) for word in words if word.isdigit()), 0o644)
            crlf = "crlf" in words
            lines = []
        else:
            lines.append(line)
    close()
    return members


def modes(path: Path) -> list[str]:
    """The failure modes that a case names before its first file."""
    return [name for line in _MODES.findall(_comment(path)) for name in line.split(", ")]


def arguments(path: Path) -> tuple[str, ...] | None:
    """The arguments that show the defect of a case, None where those of the image do."""
    found = _ARGUMENTS.search(_comment(path))
    return tuple(found[1].split()) if found else None


def _comment(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("-- ")[0]


def unpack(members: dict[str, Member], folder: Path) -> None:
    """Write the files of a case (but not its ``expected``) into a folder."""
    for name, member in members.items():
        if name == "expected":
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = member.text.replace("\n", "\r\n") if member.crlf else member.text
        target.write_bytes(text.encode("utf-8", "surrogateescape"))
        target.chmod(member.mode)


def changes(members: dict[str, Member], folder: Path) -> dict[str, Member]:
    """The files of an unpacked case that are no longer what they were."""
    changed = {}
    for name, member in members.items():
        if name == "expected":
            continue
        data = (folder / name).read_bytes().decode("utf-8", "surrogateescape")
        original = member.text.replace("\n", "\r\n") if member.crlf else member.text
        if data != original:
            crlf = "\r\n" in data
            changed[name] = Member(data.replace("\r\n", "\n"), member.mode, crlf)
    return changed


def write(path: Path, members: dict[str, Member]) -> None:
    """Write an archive; none where there are no files."""
    if not members:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(_header(name, member) + member.text for name, member in members.items()), encoding="utf-8")


def _header(name: str, member: Member) -> str:
    words = [name, *(["755"] if member.mode == 0o755 else []), *(["crlf"] if member.crlf else [])]
    return f"-- {' '.join(words)} --\n"


def expect(path: Path, lines: list[str]) -> None:
    """Write the ``expected`` of a case, keeping the rest as it is."""
    text, _, _ = path.read_text(encoding="utf-8").partition("-- expected --\n")
    path.write_text(text + "-- expected --\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
