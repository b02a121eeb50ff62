"""The catalogue against the kernel: measured command lines, predicted by the catalogue alone."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from programs_fixtures import image, words

from gracelint.image.model import ImageFile
from gracelint.signals.programs import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gracelint.image.model import Argument, Image
    from gracelint.signals.model import Program

_EVIDENCE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "programs" / "evidence.json").read_text("utf-8")
)
# What the small test applications handle, cleanly and within 0.3 seconds; all other programs are the catalogue's.
_HANDLED: dict[str, list[str]] = _EVIDENCE["applications"]
_APPLICATION_SECONDS = 0.3


def predicted(argv: Sequence[Argument], around: Image, signal: str, pid1: bool = True) -> str:
    """The verdict class of a command line that is sent a signal, by the catalogue; dash is every ``sh``."""
    name = argv[0].value.rpartition("/")[2]
    if name in ("sh", "bash", "dash"):
        return _shell(argv[-1].value, name == "bash", around, signal, pid1)
    script = around.files.lookup(argv[0].value)
    if isinstance(script, ImageFile) and script.content is not None:
        return _shell(script.content.value.splitlines()[-1], False, around, signal, pid1)
    program = describe(argv, around)
    if program is None:
        return "unknown"
    if program.starts and program.starts[0].how == "exec":
        return predicted(program.starts[0].arguments, around, signal, pid1)
    if program.application is not None and signal in _HANDLED.get(program.application.value, ()):
        return "graceful"
    return _reacted(program, around, signal, pid1)


def _shell(script: str, execs: bool, around: Image, signal: str, pid1: bool) -> str:
    if script.startswith("exec ") or (execs and not re.search("[;&|<>]", script)):
        return predicted(words(shlex.split(script.removeprefix("exec "))), around, signal, pid1)
    # dash catches the interrupt, and waits for its foreground child all the same.
    return "killed" if pid1 or signal == "SIGINT" else "abrupt"


def _reacted(program: Program, around: Image, signal: str, pid1: bool) -> str:
    reaction = (program.as_pid1 if pid1 else program.as_child).get(signal)
    if reaction is None:
        return "killed" if pid1 else "abrupt"
    if reaction.disposition == "misreads":
        return "abrupt" if reaction.ends else "killed"
    simple = {"handles": "graceful", "terminates": "abrupt", "ignores": "killed", "unknown": "unknown"}
    if reaction.disposition != "forwards":
        return simple[reaction.disposition]
    if not reaction.waits or (reaction.kills_after or 1) < _APPLICATION_SECONDS:
        return "abrupt"
    sent = reaction.signal or signal
    children = [predicted(one.arguments, around, one.stop_signal or sent, pid1=False) for one in program.starts]
    if not children:
        return "unknown"
    limits = [one.kills_after for one in program.starts if one.kills_after] + [reaction.kills_after]
    if any(limits):
        children = ["abrupt" if verdict == "killed" else verdict for verdict in children]
    return next((verdict for verdict in ("killed", "abrupt", "unknown") if verdict in children), "graceful")


def _identity(row: dict[str, Any]) -> str:
    return f"{' '.join(row['argv'])[:60]} {row['signal']}"


@pytest.mark.parametrize("row", _EVIDENCE["rows"], ids=_identity)
def test_the_catalogue_says_what_was_measured(row: dict[str, Any]) -> None:
    around = image({**_EVIDENCE["files"], **row.get("files", {})}, base=row.get("base", "debian:12"))
    verdict = predicted(words(row["argv"]), around, row["signal"])
    assert verdict in (row["verdict"], "unknown"), row["name"]
    assert verdict != "unknown" or row.get("undecided", False), "add undecided to the row if this is right"
