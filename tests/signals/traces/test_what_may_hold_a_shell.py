"""What may hold a shell for ever, or end a trap before it has told anybody, is never taken for granted: the verdict is unknown, with the reason."""

from __future__ import annotations

import pytest

from gracelint.image.build import standalone
from gracelint.signals.trace import follow
from gracelint.source import Document

TRAP = "redis-server &\np=$!\ntrap '{}; kill $p; wait $p' TERM\nwait $p\n"
# Whether a job is still there behind a `kill` that ends it is a race.
BESIDE = "sleep 100 &\ns=$!\nredis-server &\np=$!\ntrap '{}; wait $p' TERM\nwait $p\n"
# A script, and a piece of the reason.
UNDECIDED = {
    "#!/bin/bash\nmkfifo /tmp/f\nread x < /tmp/f\nexec redis-server\n": "other end of the named pipe /tmp/f",
    "#!/bin/sh\nredis-server &\nmkfifo /tmp/s\nread x < /tmp/s\n": "other end of the named pipe /tmp/s",  # a job has an s in it
    "#!/bin/bash\nmkfifo /tmp/f\necho x > /tmp/f\nexec redis-server\n": "other end of the named pipe /tmp/f",
    "#!/bin/sh\n[ -p /tmp/f ] || mkfifo /tmp/f\n{ :; } > /tmp/f\nexec redis-server\n": "other end of the named pipe /tmp/f",
    "#!/bin/bash\nmkfifo /tmp/f\nexec 3<>/tmp/f\nread x <&3\nexec redis-server\n": "who writes what `read x <&3` reads",
    "#!/bin/bash\ncoproc cat\nread -u ${COPROC[0]} x\nexec redis-server\n": "who writes what",
    "#!/bin/dash\ncat <<X\n$(nginx -g 'daemon off;' >/tmp/log 2>&1 & echo 1)\nX\nexec redis-server\n": "keeps open what",
    "#!/bin/bash\nx=$(eval 'redis-server & echo 1')\nexec redis-server\n": "keeps open what",
    "#!/bin/bash\nx=$(redis-server --port 7)\nexec redis-server\n": "whether `redis-server --port 7` ends",
    '#!/bin/bash\nx="${y:-$(nginx -g "daemon off;" & echo 1)}"\nexec redis-server\n': "",
    "#!/bin/bash\nset -e\n" + TRAP.format("ulimit -n 99999999"): "ulimit",
    "#!/bin/bash\nset -e\n" + TRAP.format("echo bye > /opt/x/log"): "opening > /opt/x/log",
    "#!/bin/dash\n" + TRAP.format(": > /opt/x/log"): "opening > /opt/x/log",
    "#!/bin/bash\n" + TRAP.format("kill $p >> /opt/x/log; wait $p; exit"): "opening >> /opt/x/log",
    "#!/bin/bash\nset -u\n" + TRAP.format('echo "$NOTSET"'): "whether NOTSET is set",
    "#!/bin/sh\nflock /tmp/l redis-server &\nflock -w 9 /tmp/l nginx -g 'daemon off;' &\nwait\n": "gets the lock of /tmp/l",
    "#!/bin/sh\nflock -n /tmp/l flock -F /tmp/l redis-server\n": "gets the lock of /tmp/l",
    "#!/bin/sh\nexec 9>/tmp/l\nflock 9\nexec flock /tmp/l redis-server\n": "is one that the script itself holds",
    "#!/bin/dash\n" + TRAP.format(". /opt/stop.sh"): "/opt/stop.sh exists",
    "#!/bin/bash\n" + TRAP.format("x=$(kill %1); wait; exit"): "`kill %1` reaches",
    "#!/bin/sh\n(redis-server & echo $! > /run/pid) &\nsleep 1\nwhile kill -0 $(cat /run/pid); do sleep 1; done\n": "is a process that runs on",
    "#!/bin/sh\np=$(redis-server >/dev/null & echo $!)\nwhile kill -0 $p; do sleep 1; done\n": "is a process that runs on",
    "#!/bin/sh\nmkfifo /tmp/f\ncat /tmp/f &\n(redis-server > /tmp/f) & p=$!\ntrap 'kill $p; wait' TERM\nwait\n": "who writes to the named pipe /tmp/f",
    "#!/bin/dash\n" + BESIDE.format("kill $s; kill -0 $s && kill $p"): "whether sleep 100 is running",
    "#!/bin/bash\n" + BESIDE.format("kill $s; true; kill -0 $s || kill $p"): "whether sleep 100 is running",
    "#!/bin/sh\n" + BESIDE.format("kill $s; jobs >/dev/null; kill -0 $s || kill $p"): "whether sleep 100 is running",
    "#!/bin/sh\n" + BESIDE.format("kill $s; [ -d /proc/$s ] && kill $p"): "is a folder",
    "#!/bin/dash\n" + BESIDE.format("kill -9 $s; kill $s && kill $p"): "`kill $s` succeeds",
    "#!/bin/bash\nredis-server > /dev/null | cat &\ntrap 'kill %1' TERM\nwait\n": "`kill %1` comes back",
    # What a command does is done on the way that is gone, and on no other.
    "#!/bin/bash\n" + TRAP.format("grep -q x /etc/passwd && kill $p; wait $p; exit"): "grep -q x",
    "#!/bin/bash\n" + TRAP.format("grep -q x /etc/passwd || kill $p; wait $p; exit"): "grep -q x",
    "#!/bin/bash\n" + TRAP.format("[[ -d /x ]] && kill $p; wait $p; exit"): "/x is a folder",
    "#!/bin/bash\n: > /tmp/a\nsed -i s/a/b/ /tmp/a\n"
    + TRAP.format("[ -s /tmp/a ] && kill $p; wait $p; exit"): "/tmp/a is not empty",
    "#!/bin/bash\nset -E\ntrap 'echo nginx' ERR\nx=$(false)\nexec ${x:-redis-server}\n": "what $(false) stands for",
    "#!/bin/sh\n" + TRAP.replace("; kill $p", "").format("/opt/stop-app"): "`/opt/stop-app` makes the application stop",
    "#!/bin/sh\n"
    + TRAP.replace("; kill $p;", "").format("/opt/stop-app &"): "`/opt/stop-app` makes the application stop",
    "#!/bin/sh\n"
    + TRAP.replace("; kill $p", "").format("( /opt/stop-app )"): "`/opt/stop-app` makes the application stop",
    "#!/bin/sh\ns=$(cat /etc/s)\nredis-server & p=$!\ntrap 'kill -$s $p; wait $p' TERM\nwait\n": "kill -$s $p",
    "#!/bin/sh\n"
    + "".join(f"[ -f /etc/{each} ] && {each}=1\n" for each in "abcdefghijklmnop")
    + "[ -f /etc/q ] && export RUN=nginx\nexec sh -c 'exec ${RUN:-redis-server}'\n": "what $RUN stands for",
}
# Near misses.
DECIDED = (
    "#!/bin/bash\nset -E\ntrap 'echo failed >&2' ERR\nx=$(false)\nexec ${x:-redis-server}\n",
    "#!/bin/bash\nmkfifo /tmp/f\ncat < /tmp/f &\nexec redis-server > /tmp/f\n",
    "#!/bin/sh\n[ -p /tmp/f ] || mkfifo /tmp/f\ntee /tmp/log < /tmp/f &\nexec redis-server > /tmp/f 2>&1\n",
    "#!/bin/bash\nmkfifo /tmp/f\nexec 3<>/tmp/f\nexec redis-server <&3\n",
    "#!/bin/sh\nflock -s /tmp/l redis-server &\nflock -s /tmp/l redis-server --port 7 &\ntrap 'pkill redis-server; wait' TERM\nwait\n",
    "#!/bin/sh\nflock /tmp/l true\nflock -F /tmp/other true\nexec flock -F /tmp/l redis-server\n",
    "#!/bin/bash\n" + TRAP.format(". /opt/stop.sh"),
    "#!/bin/bash\n" + TRAP.format("(kill %1)"),
    "#!/bin/sh\nmkfifo /tmp/f\ncat /tmp/f &\nredis-server > /tmp/f & p=$!\ntrap 'kill $p; wait' TERM\nwait\n",
    "#!/bin/bash\nx=$(redis-server --version)\nexec redis-server\n",
    "#!/bin/bash\nx=$(mysqld --verbose --help 2>/dev/null)\nexec redis-server\n",
    "#!/bin/bash\n" + BESIDE.format("[ -r /proc/$p/status ] && kill $p"),
    "#!/bin/sh\n" + BESIDE.format("if [ -e /proc/$p/stat ] && [ -f /proc/$p/comm ]; then kill $p; fi"),
    "#!/bin/bash\nx=$(gunicorn -v | cut -d. -f1)\nexec redis-server\n",
    '#!/bin/sh\nlog() { echo "$*"; }\nlog starting "$(named -V | grep -o \'^BIND\')"\nexec redis-server\n',
    '#!/bin/bash\nx="${y:-$(hostname)}"\nexec redis-server\n',
    "#!/bin/bash\nset -e\n" + TRAP.format("ulimit -c 0"),
    "#!/bin/bash\nset -e\n" + TRAP.format("echo bye >> /var/log/app.log"),
    "#!/bin/bash\nset -e\n" + TRAP.format("echo bye > /proc/1/fd/1; echo bye > /dev/stderr; echo bye > /tmp/x"),
    "#!/bin/bash\nset -e\nmkdir -p /opt/x\n" + TRAP.format("echo bye >> /opt/x/log"),
    "#!/bin/bash\n" + TRAP.format("echo bye >> /opt/x/log"),
    '#!/bin/bash\nset -u\n: "$LOG"\n' + TRAP.format('echo "$LOG"'),
    "#!/bin/bash\n" + TRAP.format("[ -n x ] && kill $p"),
    "#!/bin/bash\nredis-server &\necho $! > /tmp/a\ntrap '[ -s /tmp/a ] && kill $(cat /tmp/a); wait' TERM\nwait\n",
)


def script(text: str) -> tuple[str, str]:
    """The verdict of a script as an image's entrypoint, and what it says is missing."""
    trace = follow(standalone(Document("/run.sh", text)))
    return trace.verdict, " ".join(trace.missing)


@pytest.mark.parametrize("text", UNDECIDED)
def test_undecided(text: str) -> None:
    verdict, missing = script(text)
    assert verdict != "graceful"
    assert UNDECIDED[text] in missing


@pytest.mark.parametrize("text", DECIDED)
def test_decided(text: str) -> None:
    assert script(text)[0] == "graceful"
