"""Commands that have a server stop (`nginx -s quit`, `redis-cli shutdown`), in scripts with real servers: as PID 1, and as predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gracelint.image.build import standalone
from gracelint.lab import After, run
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab")]

NGINX = (
    "daemon on; pid nginx.pid; error_log error.log;\nevents {}\nhttp { access_log off; server { listen unix:web; } }\n"
)
REDIS = "redis-server --port 0 --unixsocket store --save ''"
OTHER = "redis-server --port 0 --unixsocket other --save ''"
STOP = "redis-cli -s store shutdown nosave"
WEB = "nginx -p . -c nginx.conf"
FRONT = "nginx -p . -c front.conf -g 'daemon off;'"
SCRIPTS = {
    "set up, stopped, started": (f"{REDIS} &\nsleep 0.3\n{STOP}\nexec {REDIS}", "graceful"),
    "set up, awaited, started": (f"{REDIS} & pid=$!\nsleep 0.3\n{STOP}\nwait $pid\nexec {REDIS}", "graceful"),
    "set up, not stopped": (f"{WEB}\nsleep 0.3\nexec {REDIS}", "abrupt"),
    "another one is stopped": (f"{WEB}\n{STOP}\nexec {REDIS}", "abrupt"),
    # A worker that has not begun when nginx is told is killed a second later: time for it to begin.
    "a daemon is stopped": (f"{WEB}\nsleep 0.3\n{WEB} -s stop\nsleep 0.6\nexec {REDIS}", "graceful"),
    "a daemon of a shell of its own": (f"sh -c '{WEB}'\nexec {REDIS}", "abrupt"),
    "a command that waits, in a trap": (f"trap '{STOP}' TERM\n{REDIS} &\nwait", "graceful"),
    "a command that waits, for a daemon": (f"trap '{STOP}; exit' TERM\n{REDIS} --daemonize yes\nwhile :; do sleep 0.2; done", "graceful"),
    "nobody is told in a trap": (f"trap '{STOP}; exit' TERM\n{WEB}\nwhile :; do sleep 0.2; done", "abrupt"),
    "one of two, in a trap": (f"trap '{STOP}; wait' TERM\n{REDIS} &\n{OTHER} &\nwait", "killed"),
    "one of two, at set-up": (f"{REDIS} &\n{OTHER} &\nsleep 0.3\n{STOP}\nexec {REDIS}", "abrupt"),
    "somewhere else": (f"trap 'redis-cli -h store.invalid shutdown; exit' TERM\n{REDIS} &\nwait", "abrupt"),
    "another socket": (f"trap 'redis-cli -s elsewhere shutdown; exit' TERM\n{REDIS} &\nwait", "abrupt"),
    "another socket, at set-up": (f"{REDIS} &\nsleep 0.3\nredis-cli -s elsewhere shutdown\nexec {OTHER}", "abrupt"),
    "its socket, written otherwise": (f"trap 'redis-cli -s ./store shutdown nosave; exit' TERM\n{REDIS} &\nwait", "graceful"),
    "the last socket of two": (f"trap 'redis-cli -s elsewhere -s store shutdown nosave; exit' TERM\n{REDIS} &\nwait", "graceful"),
    "another configuration": (f'trap "nginx -p . -c other.conf -s quit; exit" TERM\n{WEB} &\nsleep 99 & wait', "abrupt"),
    "a signal that it was started to ignore": (f"sed 's/daemon on; //' nginx.conf > front.conf\n{FRONT} & p=$!\ntrap 'kill -QUIT $p; wait' TERM\nwait", "graceful"),
    "a signal and a wait in a trap": (f'trap "{WEB} -s quit; wait" TERM\n{WEB} &\nsleep 99 & wait', "killed"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_as_predicted(name: str, tmp_path: Path) -> None:
    text, verdict = SCRIPTS[name]
    (tmp_path / "nginx.conf").write_text(NGINX)
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/bash\n{text}\n")
    report = run(["/bin/bash", str(script)], cwd=str(tmp_path), ready=[After(1.5)], grace=3)
    trace = follow(standalone(Document(str(script), script.read_text())))
    assert (report.verdict, trace.verdict) == (verdict, verdict), report.output.decode()
