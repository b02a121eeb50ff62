"""Supervisors with their services, drawn from a number: supervisord's configuration, folders of s6 and runit (`supervisor_grammar.toml`)."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LISTS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
NAMES: tuple[str, ...] = tuple(LISTS["names"])
_HEAD = "[supervisord]\nnodaemon=true\nlogfile={folder}/log\nchildlogdir={folder}\npidfile={folder}/pid\n"


class Drawn(NamedTuple):
    """What the container starts, and the files of a folder, whose place they all know: text by path, all of them executable."""

    launch: list[str]
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Put the files into their folder."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            path.chmod(0o755)


def draw(number: int, folder: str) -> Drawn:
    """The supervisor of a number, for a folder."""
    chance = random.Random(number)
    names = NAMES[: chance.choice([1, 2, 2, 3])]
    kind = chance.choice(["supervisord", "supervisord", "supervisord", "s6", "s6", "runit"])
    files = dict(_supervisord(chance, names, folder) if kind == "supervisord" else _services(chance, names, kind))
    words = chance.choice(LISTS[kind]["launches"])
    return Drawn([word.format(conf=f"{folder}/conf", services=f"{folder}/services") for word in words], files)


def _supervisord(chance: random.Random, names: Sequence[str], folder: str) -> Iterator[tuple[str, str]]:
    lists = LISTS["supervisord"]
    sections = [_HEAD.format(folder=folder)]
    for name in names:
        command = chance.choice(lists["commands"]).replace("{name}", name).replace("{scripts}", f"{folder}/scripts")
        lines = [f"{key}={value}" for key, value in _some(chance, lists["lines"])]
        chance.shuffle(lines)
        sections.append("\n".join([f"[program:{name}]", f"command={command}", *lines, ""]))
        yield f"scripts/{name}", "#!/bin/sh\n" + chance.choice(lists["scripts"]).replace("{name}", name) + "\n"
    if chance.random() < 0.15:
        sections.append(f"[group:all]\nprograms={','.join(names)}\npriority=3\n")
    yield "conf", "\n".join(sections)


def _services(chance: random.Random, names: Sequence[str], kind: str) -> Iterator[tuple[str, str]]:
    for name in names:
        run = chance.choice(LISTS["s6"]["runs"]).replace("{name}", name)
        yield f"services/{name}/run", f"{chance.choice(LISTS['s6']['heads'])}\n{run}\n"
        for file, text in _some(chance, LISTS[kind]["files"]):
            yield f"services/{name}/{file}", f"{text}\n"


def _some(chance: random.Random, choices: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """Some of the keys, each with one of its values; the first one is the share of the key."""
    for key, (share, *values) in choices.items():
        if chance.random() < share:
            yield key, chance.choice(values)
