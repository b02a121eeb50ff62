"""Where each node of a libcst tree stands, in characters.

libcst's trees carry no places; they follow from writing the tree out again, which gives back the text exactly. Its own metadata does that
too, at four times the cost: it visits the whole tree beforehand, counts bytes, and keeps an object a node. Hazard: `_codegen` is libcst's
own protocol for this (`libcst.metadata.span_provider` uses it the same way); the tests hold both equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libcst.metadata.span_provider import SpanProvidingCodegenState

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import libcst as cst


class _Syntactic:
    """Notes where a node's own syntax begins and ends, without the white space it owns."""

    __slots__ = ("end_node", "node", "places", "start", "start_node")

    def __init__(
        self, places: Places, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.places, self.node, self.start_node, self.end_node = places, node, start_node, end_node
        self.start = 0

    def __enter__(self) -> None:
        self.start = self.places.position

    def __exit__(self, *_: object) -> None:
        spans = self.places.spans
        start = self.start if self.start_node is None else spans[id(self.start_node)][0]
        end = self.places.position if self.end_node is None else spans[id(self.end_node)][1]
        spans[id(self.node)] = (start, end)


class Places(SpanProvidingCodegenState):
    """``spans``: start and end of each node, by its identity, once the module has been written to it."""

    def __init__(self, module: cst.Module) -> None:
        # Nothing is computed for a provider: the spans are kept here.
        super().__init__(module.default_indent, module.default_newline, None)  # type: ignore[arg-type]  # None for the provider, as nothing asks it
        self.spans: dict[int, tuple[int, int]] = {}
        self._starts: list[int] = []
        module._codegen(self)

    def add_indent_tokens(self) -> None:
        """The indentation of a line is written."""
        for token in self.indent_tokens:
            self.position += len(token)

    def add_token(self, value: str) -> None:
        """A token is written."""
        self.position += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        """A node begins."""
        self._starts.append(self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        """A node ends; if its own syntax was not noted, all of it counts."""
        start = self._starts.pop()
        if id(node) not in self.spans:
            self.spans[id(node)] = (start, self.position)

    def pop_trailing_newline(self) -> None:
        """The last line has no line ending: nothing follows whose place would depend on it."""

    def record_syntactic_position(  # type: ignore[override]  # the same context manager, without a generator
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> AbstractContextManager[None]:
        """Note the syntax of a node that is written in the block."""
        return _Syntactic(self, node, start_node, end_node)


def places(module: cst.Module) -> dict[int, tuple[int, int]]:
    """Start and end of every node of a module, by identity."""
    return Places(module).spans
