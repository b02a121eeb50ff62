"""Traces of launches that this run has followed before.

Services of one house start alike, and following a launch is the dearest part of judging an image. Method: what `trace.follow` makes depends on how
the launch is written, and on what it then asks the image: its variables, its base, its files. While a launch is followed, each question is kept with
its answer. As the answers so far decide what is asked next, all launches that are written alike make up one tree: a node is a question, its branches are the
answers, a leaf is a trace. Trees are for launches that are seen for the second time. An image is asked along the tree, which costs no more than following it would; where it comes to a leaf it has that
trace, where it leaves the tree it is followed, and the tree grows.

A trace also says where its words are written, and that is elsewhere in another file. So a leaf is a pickle in which places are named
(`places`), and loading it puts the other image's in.

Hazards: what holds a place cannot be compared, so an image that is asked for its instructions is followed anew each time, and so is one
whose trace holds a place that has no name, or the number of a line (`process.Placed`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..records import dataclass, field, replace
from .asked import Inquiry, written
from .trace import follow as follow_anew

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from ..image.model import Image
    from .asked import Question
    from .model import Trace

MOST = 20_000
"""So many questions are kept; a run that has asked more is not one in which launches repeat."""


@dataclass(slots=True, eq=False)
class Node:
    """A question, and what follows from each answer. A leaf asks nothing, and has a trace (see `Places.write`), or None: then images that come
    here are to be followed anew."""

    question: Question | None = None
    answers: dict[Hashable, Node] = field(default_factory=dict)
    trace: bytes | None = None


class Recall:
    """The launches that were followed so far."""

    def __init__(self) -> None:
        self._trees: dict[Hashable, Node | None] = {}
        self._size = 0

    def follow(self, image: Image, *, grace_period: float, init: bool, programs: Mapping[str, Any]) -> Trace:
        """As `trace.follow`."""
        if programs:
            return follow_anew(image, grace_period=grace_period, init=init, programs=programs)
        start = (written(image), grace_period, init)
        if start not in self._trees:
            self._trees[start] = None  # most are never seen again: that costs them nothing
            return follow_anew(image, grace_period=grace_period, init=init)
        root = self._trees[start] = self._trees[start] or Node()
        inquiry = Inquiry(image)
        node: Node | None = root
        while node is not None and node.question is not None:
            node = node.answers.get(inquiry.ask(node.question))
        if node is not None and node.trace is not None:
            from .places import Places

            return Places(image, inquiry.contents).read(node.trace)
        if (node is not None and node is not root) or self._size > MOST:
            return follow_anew(image, grace_period=grace_period, init=init)
        inquiry = Inquiry(image)
        trace = replace(follow_anew(inquiry.image, grace_period=grace_period, init=init), image=image)
        self._grow(root, inquiry, trace)
        return trace

    def _grow(self, node: Node, inquiry: Inquiry, trace: Trace) -> None:
        """Adds what an image was asked, and the trace."""
        from .places import NamelessError, Places

        self._size += len(inquiry.asked)
        for question, answer in inquiry.asked:
            if node.question is None:
                node.question = question
            elif not node.question.same(question):
                return  # not decided by the answers so far: the branch stays without a leaf
            node = node.answers.setdefault(answer, Node())
        if inquiry.steady:
            try:
                node.trace = Places(trace.image, inquiry.contents).write(trace)
            except NamelessError:
                return


follow = Recall().follow
"""`Recall.follow` of this process."""
