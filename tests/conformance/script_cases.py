"""A container to try: scripts, how they are launched, and what became of it (measured) or would (predicted).

A case is kept as one small text file in the txtar form of the rules' fixtures: ``-- case --`` holds JSON, the rest are the scripts.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Told: TypeAlias = "tuple[tuple[str, bool, bool], ...]"

# Base images whose shell is the one in question, and the interpreter that scripts name.
BASES = {"dash": "debian:12", "bash": "debian:12", "ash": "alpine:3.20"}
INTERPRETERS = {"dash": "/bin/sh", "bash": "/bin/bash", "ash": "/bin/sh"}
ENV = {"MODE": "prod", "PORT": "8000"}
APPLICATIONS = ("app", "app2", "worker")
_HEADER = re.compile(r"^-- (\S+) --$")


@dataclass(frozen=True)
class Answer:
    """What becomes of a container that is told to stop.

    ``verdict`` is gracelint's, or ``ends``: there was nobody to tell, because the container had ended (or never started). ``told`` are the applications that were
    there: name, whether they got a signal, whether they finished (None in a prediction: that is a race). ``open``: a prediction that rests on a condition which was not known. ``crashes``: one of a shell
    that signals itself until it crashes; whether that takes longer than the applications need, or than the grace period lasts, is a matter of the processor.
    """

    verdict: str
    pid1: tuple[str, ...] = ()
    told: tuple[tuple[str, bool | None, bool | None], ...] = ()
    open: bool = False
    crashes: bool = False

    @property
    def races(self) -> bool:
        """Whether it hangs on a race who was told or finished."""
        return any(None in who for who in self.told)

    @property
    def outcomes(self) -> Iterator[Told]:
        """Every way in which the races of ``told`` can go."""
        either: list[list[tuple[str, bool, bool]]] = [
            [
                (name, heard, finished)
                for heard in ((False, True) if told is None else (told,))
                for finished in ((False, True) if finishes is None else (finishes,))
            ]
            for name, told, finishes in self.told
        ]
        return product(*either)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        return cls(data["verdict"], tuple(data["pid1"]), tuple(tuple(each) for each in data["told"]))


def _of_measured(measured: Answer) -> dict[str, object]:
    """What is not of predictions alone."""
    return {name: value for name, value in asdict(measured).items() if name not in ("open", "crashes")}


@dataclass(frozen=True)
class Case:
    """A container: the family of its shell, ENTRYPOINT and CMD (exec form), its scripts in ``/``, and the stop signal."""

    shell: str
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    stop: str = "SIGTERM"

    @property
    def dockerfile(self) -> str:
        env = "".join(f"ENV {name}={value}\n" for name, value in ENV.items())
        return (
            f"FROM {BASES[self.shell]}\n{env}WORKDIR /work\nCOPY app app2 worker /usr/local/bin/\nCOPY *.sh /\nSTOPSIGNAL {self.stop}\n"
            f"ENTRYPOINT {json.dumps(list(self.entrypoint))}\nCMD {json.dumps(list(self.cmd))}\n"
        )

    def dumps(self, measured: Answer, comment: str = "") -> str:
        """The case as text, with what was measured."""
        own = {name: value for name, value in asdict(self).items() if name != "files"}
        head = json.dumps({**own, "measured": _of_measured(measured)}, indent=1)
        members = "".join(f"-- {name} --\n{text}" for name, text in self.files.items())
        return f"{comment}-- case --\n{head}\n{members}"


def load(path: Path) -> tuple[Case, Answer]:
    """A kept case and what was measured of it."""
    members: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if header := _HEADER.match(line.rstrip("\n")):
            lines = members.setdefault(header[1], [])
        else:
            lines.append(line)
    head = json.loads("".join(members.pop("case")))
    measured = Answer.from_json(head.pop("measured"))
    files = {name: "".join(text) for name, text in members.items()}
    known = {each.name for each in fields(Case)}
    words = {key: tuple(value) if isinstance(value, list) else value for key, value in head.items() if key in known}
    return Case(**words, files=files), measured
