"""Folders of services, each with a ``run`` script: runit and s6."""

from __future__ import annotations

import posixpath
from math import inf
from typing import TYPE_CHECKING

from ....image.model import Argument, ImageFile
from ....records import replace
from ..starts import command
from .files import absolute, content, matching
from .options import signal_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model import Started
    from ..catalogue import Entry
    from ..facts import Situation


def _run_scripts(situation: Situation, paths: Sequence[str]) -> Iterator[tuple[str, Started]]:
    """The run scripts of service folders, each as a program of its own."""
    for path in paths:
        found = situation.image.files.lookup(path)
        text = found.content or found.placed if isinstance(found, ImageFile) else None
        if text is not None:
            yield path, command((Argument(path, text),), "supervisor")


def runsvdir(facts: Entry, situation: Situation) -> Entry:
    """``runsvdir DIR``: DIR/*/run."""
    words = situation.line.operands
    folder = words[0].value if words else "/etc/service"
    started = tuple(child for _, child in _run_scripts(situation, matching(situation, f"{folder}/*/run")))
    return {"started": started} if started else {"missing": [f"the services in {folder} are not known"]}


def runsv(facts: Entry, situation: Situation) -> Entry:
    """``runsv DIR``: DIR/run."""
    words = situation.line.operands
    paths = [absolute(situation, f"{word.value}/run") for word in words[:1]]
    started = tuple(child for _, child in _run_scripts(situation, paths))
    return {"started": started} if started else {"missing": ["the service's run script is not known"]}


def s6(facts: Entry, situation: Situation) -> Entry:
    """``s6-svscan DIR``: DIR/*/run, each stopped with the signal in its ``down-signal``, and killed after its ``timeout-kill``."""
    words = situation.line.operands
    folder = words[0].value if words else "."
    started = _services(situation, (f"{folder}/*/run",))
    return {"started": started} if started else {"missing": [f"the services in {folder} are not known"]}


def _services(situation: Situation, patterns: Sequence[str]) -> tuple[Started, ...]:
    paths = [path for pattern in patterns for path in matching(situation, pattern)]
    children: list[Started] = []
    for path, child in _run_scripts(situation, paths):
        kind = content(situation, posixpath.join(posixpath.dirname(path), "type"))
        if kind is not None and kind.value.strip() == "oneshot":
            continue  # s6-rc runs it to its end before it starts what depends on it
        down = content(situation, posixpath.join(posixpath.dirname(path), "down-signal"))
        signal = signal_name(down.value) if down is not None else "SIGTERM"
        limit = content(situation, posixpath.join(posixpath.dirname(path), "timeout-kill"))
        written = limit.value.strip() if limit is not None else ""
        # In milliseconds; 0 is for ever (s6: doc/servicedir.html).
        kills_after = int(written) / 1000 if written.isdecimal() and len(written) < 10 and int(written) else None
        children.append(replace(child, stop_signal=signal, kills_after=kills_after))
    return tuple(children)


def s6_overlay(facts: Entry, situation: Situation) -> Entry:
    """``/init CMD``: the services of both generations, and the command as one more child."""
    # rc.shutdown waits for s6-rc without a limit before the rest is told and killed (s6-overlay: layout/rootfs-overlay, skel/rc.shutdown).
    longrun = _services(situation, ("/etc/s6-overlay/s6-rc.d/*/run",))
    awaited = (child if child.kills_after is not None else replace(child, kills_after=inf) for child in longrun)
    services = (*_services(situation, ("/etc/services.d/*/run",)), *awaited)
    words = situation.line.operands
    own = (replace(command(words, "supervisor"), stop_signal="SIGTERM", to_group=True),) if words else ()
    change: Entry = {"started": (*services, *own)}
    if not change["started"]:
        change["missing"] = ["the services of s6-overlay are not known"]
    grace = situation.image.env.get("S6_KILL_GRACETIME")
    if grace and grace.isdecimal():
        limit = int(grace[:9]) / 1000
        change["on"] = {signal: {**old, "kills-after": limit} for signal, old in facts["on"].items()}
    return change
