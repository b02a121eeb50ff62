"""A script that has become another user may not signal what root has started (kill(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import script

if TYPE_CHECKING:
    from pathlib import Path

RUN = "#!/bin/sh\ntrap 'kill $(cat /tmp/p); sleep 1; exit' TERM\nwhile :; do sleep 0.1; done\n"


@pytest.mark.parametrize(
    ("become", "extra", "verdict"),
    [
        ("exec setpriv --reuid=1000 --regid=1000 --clear-groups /run.sh", "", "abrupt"),
        ("exec setpriv setpriv --reuid=1000 --regid=1000 --clear-groups /run.sh", "", "abrupt"),
        ("exec setpriv setpriv --reuid 1000 --clear-groups /run.sh", "", "abrupt"),
        ("exec nice setpriv setpriv /run.sh", "", "graceful"),
        ("exec gosu 1000 /run.sh", "", "abrupt"),
        ("exec gosu root gosu 1000 /run.sh", "", "abrupt"),
        ("exec gosu root /run.sh", "", "graceful"),
        ("exec setpriv --no-new-privs /run.sh", "", "graceful"),
        ("exec setpriv --no-new-privs /run.sh", "USER 1000\n", "graceful"),
        ("exec /run.sh", "USER 1000\n", "graceful"),
    ],
)
def test_who_may_signal_whom(tmp_path: Path, become: str, extra: str, verdict: str) -> None:
    trace = script(tmp_path, "dash", f"app & echo $! > /tmp/p\n{become}\n", extra=extra, run_sh=RUN)
    assert trace.verdict == verdict, trace.missing
