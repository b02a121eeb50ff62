"""A case as a tree, so that it can be made smaller by leaving out nodes or putting a node's inside in its place (`smaller`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from script_cases import INTERPRETERS, Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOLE = "\0"


@dataclass(frozen=True)
class Node:
    """A line, or a compound command whose ``text`` has a hole for each of its blocks."""

    text: str
    blocks: tuple[tuple[Node, ...], ...] = ()

    def __str__(self) -> str:
        pieces = self.text.split(HOLE)
        inner = [render(block) or ":" for block in self.blocks]
        return pieces[0] + "".join(block + piece for block, piece in zip(inner, pieces[1:], strict=True))


Block = tuple[Node, ...]


def render(block: Block) -> str:
    """A block as text."""
    return "\n".join(str(node) for node in block)


@dataclass(frozen=True)
class Sketch:
    """A case as a tree. ``inline``: a command string, the last word of the entrypoint (before CMD); ``files`` are scripts."""

    shell: str
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    files: Mapping[str, Block]
    inline: Block | None = None
    stop: str = "SIGTERM"

    @property
    def case(self) -> Case:
        """The case in full."""
        heads = {name: "" if name == "env.sh" else f"#!{INTERPRETERS[self.shell]}\n" for name in self.files}
        files = {name: f"{heads[name]}{render(block)}\n" for name, block in self.files.items()}
        words = self.entrypoint if self.inline is None else (*self.entrypoint, render(self.inline))
        return Case(self.shell, words, self.cmd, files, self.stop)

    @property
    def size(self) -> tuple[int, int]:
        """How big it is, to compare."""
        case = self.case
        return sum(map(len, case.files.values())) + len("".join(case.entrypoint)), len(case.cmd)


def smaller(sketch: Sketch) -> Iterator[Sketch]:
    """Sketches with a little less in them, the boldest cuts first."""
    if len(sketch.entrypoint) > 1 and sketch.inline is None:
        yield replace(sketch, entrypoint=sketch.entrypoint[-1:])
    if sketch.stop != "SIGTERM":
        yield replace(sketch, stop="SIGTERM")
    for at in range(len(sketch.cmd)):
        yield replace(sketch, cmd=sketch.cmd[:at] + sketch.cmd[at + 1 :])
    for name, block in sketch.files.items():
        for less in _less(block):
            yield replace(sketch, files={**sketch.files, name: less})
    if sketch.inline is not None:
        for less in _less(sketch.inline):
            yield replace(sketch, inline=less)


def _less(block: Block) -> Iterator[Block]:
    for at, node in enumerate(block):
        before, after = block[:at], block[at + 1 :]
        yield before + after
        for inner in node.blocks:
            yield before + inner + after
        for number, inner in enumerate(node.blocks):
            for less in _less(inner):
                blocks = (*node.blocks[:number], less, *node.blocks[number + 1 :])
                yield (*before, replace(node, blocks=blocks), *after)
