"""What a script has written to a file of its own is known until somebody else may have written there."""

from __future__ import annotations

import pytest

from gracelint.image.build import standalone
from gracelint.signals.trace import follow
from gracelint.source import Document

BEGIN = "#!/bin/bash\nredis-server & echo $! > /tmp/a.pid\n"
END = "\ntrap 'kill $(cat /tmp/a.pid); wait' TERM\nwait\n"
KEPT = ["", ":", "sleep 0.1", "echo 1 > /tmp/b.pid", "sed -i s/a/b/ /tmp/b.conf", "redis-cli ping", "touch /tmp/a.pid"]
WRITTEN = [
    "sed -i s/.*/9/ /tmp/a.pid",
    "sh -c 'echo 9 > /tmp/a.pid'",
    "( echo 9 > /tmp/a.pid )",
    "f=/tmp/a.pid; ( echo 9 > $f )",
    "{ echo 9; } > /tmp/a.pid",
    "w() { echo 9; }; w > /tmp/a.pid",
    "w() { echo 9 > /tmp/a.pid; }; ( w )",
    "echo 9 | tee /tmp/a.pid",
    "(sleep 1; echo 9 > /tmp/a.pid) &",
    "echo 9 > /tmp/b.pid; ln -sf /tmp/b.pid /tmp/a.pid",
    ": > /tmp/a.pid",
    "cp /dev/null /tmp/a.pid",
    "exec 3> /tmp/a.pid; echo 9 >&3",
    "rm /tmp/a.pid",
]


def verdict(between: str) -> str:
    """Of a script that stops its server by the number in a file, with this in front of the trap."""
    return follow(standalone(Document("/run.sh", BEGIN + between + END))).verdict


@pytest.mark.parametrize("between", KEPT)
def test_known(between: str) -> None:
    assert verdict(between) == "graceful"


@pytest.mark.parametrize("between", WRITTEN)
def test_written_by_others(between: str) -> None:
    assert verdict(between) != "graceful"
