"""Which of a shell's descriptors are open: standard input, output and error as long as nothing has closed them, others where something has opened them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....parsers.shell import model as sh
    from ..model.state import State

STANDARD = frozenset({"0", "1", "2"})


def is_open(state: State, descriptor: str) -> bool | None:
    """Whether something can be read from, or written to, a descriptor; None where that is not known."""
    known = next((each for each in reversed(state.inputs) if descriptor in (each.descriptor, each.other)), None)
    if known is not None:
        return not known.closed
    if descriptor in STANDARD:
        return True
    return None if state.shell.descriptors is None else descriptor in state.shell.descriptors


def handed_on(state: State, redirects: Sequence[sh.Redirect]) -> frozenset[str] | None:
    """The descriptors, beside the first three, that a program finds open."""
    if state.shell.descriptors is None or not (state.inputs or redirects):
        return state.shell.descriptors
    there = {each.descriptor for each in state.inputs if not each.other} | state.shell.descriptors
    own = {each.descriptor: not closes(each) for each in redirects if each.descriptor is not None}
    return frozenset(
        {each for each in there if is_open(state, each) and own.get(each, True)}.union(filter(own.get, own))
    )


def closes(each: sh.Redirect) -> bool:
    """Whether a redirection is ``>&-`` or ``<&-``."""
    return each.operator in (">&", "<&") and each.target is not None and each.target.literal == "-"
