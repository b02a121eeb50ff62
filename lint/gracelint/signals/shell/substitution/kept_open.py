"""Who keeps a pipe open: processes that a substitution has left behind, and whose output, or another descriptor, is still the pipe that somebody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ..model.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ....source import Text
    from ..model.parts import JobState
    from ..model.state import State


def keeping_open(
    state: State, body: sh.Block | sh.Command, orphans: Iterable[JobState], reader: Text, *, document: bool = False
) -> list[JobState]:
    """The jobs that have been left behind with the pipe as their output that somebody reads. Where that is not known of one, nothing is known of the shell."""
    holding = []
    for job in orphans:
        daemon = job.process.program is not None and job.process.program.daemonizes  # which gives up what it writes to
        open_there = bool(job.process.stays) and not daemon and holds(state, body, job.text, document=document)
        if open_there is None:
            state.give_up(f"whether `{' '.join(job.process.argv)}` keeps open what {clip(reader.value)} reads")
        elif open_there:
            holding.append(job)
    return holding


def holds(state: State, body: sh.Block | sh.Command, text: Text | None, *, document: bool) -> bool | None:
    """Whether what is started there has what somebody reads as its output, or as another descriptor; None for what another script has started."""
    if text is None:
        return None
    if text.buffer is not body.text.buffer and not any(
        _contains(function.text, text) for function in state.functions.values()
    ):
        return None
    pipe = {"1"}
    for each in _redirects(state, body, text):
        to = each.descriptor or ("0" if each.operator.startswith("<") else "1")
        target = each.target.literal if each.target is not None else None
        both = each.operator in ("&>", "&>>") or (each.operator == ">&" and not (target or "1").isdigit())
        if both and "&>" in state.shell.dialect.syntax.misreads and each.operator != ">&":
            continue
        if both and target != "-":
            pipe -= {"1", "2"}
        elif each.operator in (">&", "<&") and target in pipe:
            pipe.add(to)
        else:
            pipe.discard(to)
    if not pipe and document and state.shell.dialect.documents_are_open:
        return None  # it depends on who reads the document
    return bool(pipe)


def _redirects(state: State, body: object, text: Text) -> Iterator[sh.Redirect]:
    """The redirections that hold for a job: those of the commands around it, of an ``exec`` before it, and of the calls of functions that start it."""
    for each in walk(body):
        redirects: tuple[sh.Redirect, ...] = getattr(each, "redirects", ())
        if isinstance(each, sh.Simple) and each.words:
            function = state.functions.get(each.words[0].literal or "")
            if function is not None and _contains(function.text, text):
                yield from redirects
                if not _contains(function.text, each.text):
                    yield from _redirects(state, function.body, text)
                continue
            if each.words[0].literal == "exec" and len(each.words) == 1 and each.text.end <= text.start:
                yield from redirects
                continue
        if redirects and (_contains(each.text, text) or _contains(text, each.text)):
            yield from redirects


def _contains(outer: Text, inner: Text) -> bool:
    return outer.buffer is inner.buffer and outer.start <= inner.start and inner.end <= outer.end
