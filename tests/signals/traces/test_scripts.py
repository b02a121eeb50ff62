"""Scripts and command strings: who is PID 1 and what the verdict is; written cases, each measured on a kernel with the three shells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from signals_support import APP, command, image, script

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path


ALL = ("dash", "bash", "ash")


# text, verdicts for dash, bash, ash
COMMANDS = [
    ("app", "killed graceful graceful"),
    ("app >/dev/null", "killed killed graceful"),
    ("V=1 app", "killed graceful graceful"),
    ("app && true", "killed killed killed"),
    ("app | cat", "killed killed killed"),
    ("exec app | cat", "killed killed killed"),
    ("exec app", "graceful graceful graceful"),
    ("(exec app)", "killed killed graceful"),
    ("for i in 1; do app; done", "killed killed killed"),
    ("app & wait", "killed killed killed"),
    ("app & app", "killed killed abrupt"),
    ("app & exec app 2", "abrupt abrupt abrupt"),
    ("trap : TERM; app", "killed killed killed"),
    ("trap 'exit 0' TERM; app & wait", "abrupt abrupt abrupt"),
    ("trap 'kill $p; wait $p' TERM; app & p=$!; wait $p", "graceful graceful graceful"),
    ("trap 'kill $p' TERM; app & p=$!; wait $p", "abrupt abrupt abrupt"),
    ("trap 'kill $a; wait $a' TERM; app & a=$!; app & wait", "abrupt abrupt abrupt"),
    ("trap 'kill $p; sleep 1; exit' TERM; app & p=$!; wait", "graceful graceful graceful"),
    ("trap 'exit 0' INT; app & wait", "killed killed killed"),
    ("trap 'return 0' TERM; app & wait; wait", "abrupt killed abrupt"),
    ("trap 'kill -TERM $p; while kill -0 $p; do :; done' TERM; app & p=$!; wait", "graceful graceful graceful"),
    ("trap 'stop=1' TERM; while [ -z \"$stop\" ]; do sleep 0.2; done", "graceful graceful graceful"),
    ("trap 'exit 0' TERM; while true; do sleep 60; done", "killed killed killed"),
    ("trap 'kill 0; wait' EXIT; app & wait", "killed abrupt killed"),
    ("trap 'kill $p; wait $p' TERM; app | cat & p=$!; wait", "killed killed killed"),
    ("(trap 'kill $p; wait $p' TERM; app & p=$!; wait); true", "killed killed killed"),
    ("(app &); exec sleep 100", "killed killed killed"),
    ("kill -0 $$ && exec app", "graceful graceful graceful"),
    ("[ -d /proc/1 ] && [ -e /proc/$$ ] && exec app", "graceful graceful graceful"),
    (
        "trap 'kill $p; wait $p' TERM; app & p=$!; while [ -e /proc/$p ]; do wait $p; done; true",
        "graceful graceful graceful",
    ),
    ("app & p=$!; while [ ! -e /proc/$p ]; do sleep 1; done; exec app 2", "abrupt abrupt abrupt"),
]


@pytest.mark.parametrize(
    ("text", "shell", "verdict"),
    [
        (text, shell, verdict)
        for text, verdicts in COMMANDS
        for shell, verdict in zip(ALL, verdicts.split(), strict=True)
    ],
)
def test_command_strings(tmp_path: Path, text: str, shell: str, verdict: str) -> None:
    assert command(tmp_path, shell, text).verdict == verdict


# text, verdict, first word of PID 1's argv
SCRIPTS = [
    ('exec "$@"', "graceful", "app"),
    ('"$@"', "killed", "/bin/sh"),
    ('set -e; f() { exec "$@"; }; f "$@"', "graceful", "app"),
    ('if [ "${1#-}" != "$1" ]; then set -- app "$@"; fi; exec "$@"', "graceful", "app"),
    ('case "$1" in app) exec "$@";; *) "$@";; esac', "graceful", "app"),
    ('case "$1" in other) exec "$@";; *) "$@";; esac', "killed", "/bin/sh"),
    ('[ "$1" = app ] && exec "$@"; exec sleep 1000', "graceful", "app"),
    ('shift; exec app "$@"', "graceful", "app"),
    ('for a in "$@"; do shift; set -- "$@" "$a"; done; exec "$1" "$2"', "graceful", "app"),
    ("x=ap; x=${x}p; exec $x", "graceful", "app"),
    ('until nc -z db 5432; do sleep 1; done; exec "$@"', "graceful", "app"),
    ('i=0; while [ $i -lt 5 ]; do i=$((i+1)); done; [ $i = 5 ] && exec "$@"', "graceful", "app"),
    # A value that a builtin assigns is expanded once, and an argument of a function before it runs.
    ('i=0; f() { local x=$((i=i+1)) "y=$((i=i+1))"; [ $x$y$i = 122 ] && exec "$@"; }; f "$@"', "graceful", "app"),
    ('i=0 n=x; export $n=$((i=i+1)) "${n}y=$((i=i+1))"; [ $x$xy$i = 122 ] && exec "$@"', "graceful", "app"),
    ('i=0; f() { i=$((i+1)); }; f x=$((i=i+1)); [ $i = 2 ] && exec "$@"', "graceful", "app"),
    ('. /lib.sh; start "$@"', "graceful", "app"),
    ('eval "exec $*"', "graceful", "app"),
    ("[ -f /lib.sh ] && exec app; app", "graceful", "app"),
    ("[ -f /not-there/at-all ] || exec app", "graceful", "app"),
    ('getopts a:b opt -a x && [ "$opt$OPTARG" = ax ] && exec app', "graceful", "app"),
    ('if [ "$(id -u)" = 0 ]; then exec gosu nobody /entry.sh "$@"; fi; exec "$@"', "graceful", "app"),
    ("exec A=1 app", "unknown", ""),
]


# What was measured one way and the other, or is not followed: who is promised nothing.
RACES = [
    ("#!/bin/bash\nset -e\ntrap 'kill $p; wait' TERM\nsleep 100 & p=$!\napp &\nwait\n", "whether `kill $p` succeeds"),
    (
        "#!/bin/bash\nshopt -s lastpipe\n{ app; echo $?; } | cat\n",
        "a command that stays writes to the shell itself (lastpipe)",
    ),
    (
        "#!/bin/bash\nexec > >(tee /tmp/log) 2>&1\napp & p=$!\ntrap 'echo stopping; wait $p' TERM\nwait $p\n",
        "whether `tee /tmp/log` is gone before the shell writes to it",
    ),
    (
        "trap 'app & kill $!; wait $!; exit' TERM\napp 2 & wait\n",
        "whether SIGTERM comes before `app` has begun",
    ),
    # Killed 2 times of 8 in dash, and 6 of 8 in BusyBox; where a child shell tells it, 2 and 1.
    ("trap 'app & date; kill $!; wait $!; exit' TERM\napp 2 & wait\n", "whether SIGTERM comes before `app` has begun"),
    (
        "trap 'app & q=$!; sh -c \"kill $q\"; wait $q; exit' TERM\napp 2 & wait\n",
        "whether SIGTERM comes before `app` has begun",
    ),
    ("#!/bin/bash\nset -e\ntrap 'kill %1; wait' TERM\ntrue &\napp & wait\n", "whether `kill %1` succeeds"),
    (
        "#!/bin/bash\nsleep 100 & aside=$!\nsetsid app & p=$!\ntrap 'wait $aside; kill $p; wait $p' TERM\nwait $p\n",
        "whether the shell hears that `sleep 100` has ended",
    ),
    (
        "#!/bin/bash\nsetsid app & setsid app 2 & p=$!\ntrap 'kill $p; wait $p; kill %%; wait' TERM\nwait\n",
        "whether `kill %%` reaches the application",
    ),
]


@pytest.mark.parametrize(("text", "reason"), RACES)
def test_what_depends_on_who_is_quicker(tmp_path: Path, text: str, reason: str) -> None:
    """dumb-init tells the whole group: whether ``kill`` still finds who dies of that is a race, as is whether somebody reads what the shell
    prints."""
    trace = script(tmp_path, "dash", text, before=["dumb-init", "--"])
    assert (trace.verdict, reason in trace.missing) == ("unknown", True), trace.missing


@pytest.mark.parametrize("shell", ["dash", "bash", "ash"])
@pytest.mark.parametrize(
    "text",
    [
        # Measured 8 times each: abrupt 2 to 8 times in each of the three shells.
        "trap : TERM\n{ trap 'echo stop; wait' TERM; app & wait; } | cat\n",
        "trap : TERM\n( trap 'echo stop >&2; wait' TERM; app & wait ) 2>&1 | cat\n",
        "mkfifo /tmp/f\ncat < /tmp/f &\nexec > /tmp/f\ntrap 'echo stop; wait $p' TERM\napp & p=$!\nwait $p\n",
        # The shell says itself that `sleep` was terminated.
        "trap : TERM\n{ trap : TERM; app & sleep infinity; wait; } 2>&1 | cat\n",
        "mkfifo /tmp/f\ncat < /tmp/f &\nexec > /tmp/f 2>&1\ntrap : TERM\napp & p=$!\nsleep infinity\nwait $p\n",
    ],
)
def test_who_reads_what_a_shell_prints_may_be_gone(tmp_path: Path, shell: str, text: str) -> None:
    trace = script(tmp_path, shell, text, before=["dumb-init", "--"])
    assert (trace.verdict, "whether `cat` is gone before the shell writes to it" in trace.missing) == ("unknown", True)


def test_kill_complains_to_who_may_be_gone(tmp_path: Path) -> None:
    """Abrupt 14 times of 24, and killed the others (measured)."""
    text = "exec > >(cat) 2>&1\napp &\ntrap 'kill $pids; wait' TERM\nwhile :; do sleep 0.3 & wait $!; done\n"
    trace = script(tmp_path, "bash", text, before=["tini", "-g", "--"])
    assert (trace.verdict, "whether `cat` is gone before the shell writes to it" in trace.missing) == ("unknown", True)


def test_what_a_program_writes_is_read_as_a_script(tmp_path: Path) -> None:
    """bash: it waits for what nobody knows, and a promise would rest on what stands behind it (killed, measured with one that stays)."""
    trace = script(tmp_path, "bash", "source /dev/fd/3 3< <(app2)\nexec app\n")
    assert (trace.verdict, trace.missing[0]) == ("unknown", "what is behind /dev/fd/3, which is read as a script")


@pytest.mark.parametrize("shell", ["bash", "ash"])
@pytest.mark.parametrize(
    "front",
    ["trap 'echo stop; wait $p' TERM\napp & p=$!\nwait $p", "trap : TERM\napp & p=$!\nsleep infinity\nwait $p"],
)
def test_who_reads_in_a_process_substitution_may_be_gone(tmp_path: Path, shell: str, front: str) -> None:
    trace = script(tmp_path, shell, f"exec > >(cat) 2>&1\n{front}\n", before=["dumb-init", "--"])
    assert (trace.verdict, "whether `cat` is gone before the shell writes to it" in trace.missing) == ("unknown", True)


@pytest.mark.parametrize(
    ("shell", "action"),
    [("dash", "wait $aside; kill $p; wait $p"), ("bash", "kill $p; wait"), ("bash", "kill $p; wait $p; wait $aside")],
)
def test_a_missed_end_of_which_nothing_comes(tmp_path: Path, shell: str, action: str) -> None:
    """Only bash misses the end of who dies of the same signal, and only while another child runs: 40 of 40 each."""
    text = f"sleep 100 & aside=$!\nsetsid app & p=$!\ntrap '{action}' TERM\nwait $p\n"
    trace = script(tmp_path, shell, text, before=["dumb-init", "--"])
    assert (trace.verdict, trace.missing) == ("graceful", ())


def test_a_job_of_which_a_part_has_ended(tmp_path: Path) -> None:
    """bash's ``kill %1`` does not get past such a part: killed, measured in front of and behind the application."""
    trace = script(tmp_path, "bash", "trap 'kill %1; wait' TERM\ntrue | app &\nwait\n")
    assert (trace.verdict, trace.missing[0]) == ("unknown", "whether `kill %1` reaches the application")


@pytest.mark.parametrize(
    "text", ["true &\napp &\nwait\n", "true &\nsleep 0.2\napp &\nwait\n", "false &\napp & p=$!\nwait $p\n"]
)
def test_jobs_that_bash_may_name_though_they_have_ended(tmp_path: Path, text: str) -> None:
    """``xargs kill`` fails for these, and under ``set -e`` that ends the trap (measured: abrupt 1 of 4, 8 of 8 and 8 of 8 times)."""
    trap = "trap 'jobs -p | xargs kill; wait' TERM\n"
    assert script(tmp_path, "bash", f"set -e\n{trap}{text}").verdict == "unknown"
    assert script(tmp_path, "bash", f"{trap}app &\nwait\n").verdict == "graceful"
    assert script(tmp_path, "bash", f"set -e\n{trap}app &\nwait\n").verdict == "graceful"


@pytest.mark.parametrize("text", ["trap 'kill %2; wait' TERM\nwait", "set -m\nfg %1"])
def test_the_number_of_a_job_behind_one_that_ends_at_once(tmp_path: Path, text: str) -> None:
    """bash reads the next line of ``-c`` when the first job has ended, or before that: then the second one has another number (measured: both)."""
    assert command(tmp_path, "bash", f"true &\napp &\n{text}").verdict == "unknown"


@pytest.mark.parametrize(("program", "found"), [("app", False), ("/usr/bin/app", True)])
def test_busybox_looks_for_the_name_that_exec_gives(tmp_path: Path, program: str, found: bool) -> None:
    """``exec -a server app`` starts a server of PATH, if there is one (1.35: "app: not found", with execve of …/server); a path is started
    as it is, under that name."""
    trace = script(tmp_path, "ash", f"exec -a server {program}\n")
    known = "what server does with signals is not known" not in trace.missing
    assert (trace.paths[0].pid1[0], known) == ("server", found)


def test_waits_are_told_as_they_are_written(tmp_path: Path) -> None:
    """The number of a process is another one in each round of a loop, and says nothing."""
    text = "while :; do\n  exec {fd}< <(sleep 1; check)\n  wait $! && break\n  sleep 1\ndone\nexec app\n"
    trace = script(tmp_path, "bash", text)
    assert {condition for path in trace.paths for condition in path.when} <= {"`wait $!` succeeds", "`wait $!` fails"}
    assert len(trace.paths) <= 2


@pytest.mark.parametrize(("text", "verdict", "first"), SCRIPTS)
@pytest.mark.parametrize("shell", ALL)
def test_script_files(tmp_path: Path, shell: str, text: str, verdict: str, first: str) -> None:
    trace = script(tmp_path, shell, text + "\n", ["app", "--port", "80"], lib_sh='start() { exec "$@"; }\n')
    (path,) = [path for path in trace.paths if path.default]
    assert (trace.verdict, path.pid1[0] if path.pid1 else "") == (verdict, first), trace.missing


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # The first turn is in front of the first step: that it changes nothing says nothing.
        ("i=0; for ((; i<3; i++)); do :; done; exec app", "graceful"),
        ("i=0; for ((i=0; i<3; i++)); do sleep 1; done; exec app", "graceful"),
        ("i=0; for ((; i<3; i++)); do continue; done; exec app", "graceful"),
        ("i=0; for ((; i<3; )); do :; done; exec app", "killed"),
        ("i=0; for ((;; i++)); do sleep 1; done; exec app", "killed"),
        ("for ((;;)); do :; done; exec app", "killed"),
    ],
)
def test_loops_that_count(tmp_path: Path, text: str, verdict: str) -> None:
    assert script(tmp_path, "bash", f"{text}\n", ["app"]).verdict == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("npm run build:node\nnpm install x\nif [ -e c ]; then node v.js; else echo none; fi", "unknown"),
        ("if [ ! -f /data/c ]; then\n  teller -c /data/c -e\n  echo one\n  echo two\n  exit\nfi\nexec app", "unknown"),
        ("ctl create user\nctl create role\n", "unknown"),
        ("teller -c /data/c", "killed"),
        ("teller -c /data/c\necho ended\nexit 1", "killed"),
        ("if [ -f /data/c ]; then\n  teller -c /data/c\nfi", "killed"),
        ("app\nteller --report", "killed"),
    ],
)
def test_what_a_script_goes_on_behind_may_end(tmp_path: Path, text: str, verdict: str) -> None:
    """A program that nobody knows, with more to do behind it, is not said to hold the shell; one that is known to stay is."""
    trace = script(tmp_path, "dash", text)
    assert trace.verdict == verdict
    assert any("ends by itself" in each for each in trace.missing) == (verdict == "unknown")


# What a substitution runs is followed where it may be a server that stays, however it is named.
ASKED = [
    ('run() { "$1" -g "$2"; }\nv=$(run nginx "daemon off;")\n', True),
    ("v=$(nginx -g 'daemon off;')\n", True),
    ('run() { server=nginx; $server -g "daemon off;"; }\nv=$(run)\n', True),
    ("run() { local server=nginx; $server; }\nv=$(run)\n", False),
    ("run() { while :; do :; done; }\nv=$(run)\n", True),
    ("run() { for word; do echo $word; done | sort | head -n1; }\nv=$(run a b)\n", False),
]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("serve start; tail --pid=$(cat /run/a.pid) -f /log", False),
        ("set -e; serve start && tail --pid=$(cat /run/a.pid) -f /log", False),
        ("hold() { tail --pid=$(cat /run/a.pid) -f /log; }; serve start; hold", False),
        ("tail --pid=$(cat /run/a.pid) -f /log; echo over", True),
        ("for n in 1 2; do tail --pid=$(cat /run/a.pid) -f /log; done", True),
    ],
)
def test_who_waits_for_some_process_last_holds_the_script(tmp_path: Path, text: str, ends: bool) -> None:
    trace = script(tmp_path, "bash", f"{text}\n")
    assert any("ends by itself" in each for each in trace.missing) is ends


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('. /opt/lib.sh\nif [ -z "$SECRET" ]; then fail no; exit 3; fi\nexec app\n', "graceful"),
        ("source /opt/lib.sh\nprepare all || { fail no; exit 3; }\nexec app\n", "graceful"),
        ("source /opt/lib.sh\nwork\n", "killed"),
        ('source /opt/lib.sh\nif [ -z "$SECRET" ]; then /opt/fail no; exit 3; fi\nexec app\n', "unknown"),
        ('if [ -z "$SECRET" ]; then fail no; exit 3; fi\nexec app\n', "unknown"),
        ("source /opt/lib.sh\napp\necho over\n", "killed"),
        # What only sets variables defines nothing.
        ("source /venv/bin/activate\nwork\necho over\n", "killed"),
        ("source /venv/bin/activate\nif [ -f /data/w ]; then work; exit; fi\nexec app\n", "unknown"),
        ("source ~/.bashrc; source /etc/default/app; . /srv/prod.env\nwork\necho over\n", "killed"),
        ("source /venv/bin/activate; source /opt/lib.sh\nwork\necho over\n", "unknown"),
        ("source /opt/lib.sh\nsh /opt/work\necho over\n", "killed"),
    ],
)
def test_functions_of_a_file_that_nobody_knows_come_to_an_end(tmp_path: Path, text: str, verdict: str) -> None:
    assert script(tmp_path, "bash", text).verdict == verdict


@pytest.mark.parametrize(
    ("built", "verdict"),
    [
        ("RUN pip install work", "killed"),
        ("COPY work /usr/local/bin/", "killed"),
        ("COPY bin/ /usr/local/bin/", "killed"),
        ("RUN pip install work-shop", "unknown"),
        ("COPY bin/ /usr/local/share/", "unknown"),
    ],
)
def test_a_program_of_the_image_is_no_function_of_a_file_that_nobody_knows(
    tmp_path: Path, built: str, verdict: str
) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("work", "bin/work"):
        (tmp_path / name).write_bytes(b"\x7fELF")
    (tmp_path / "run.sh").write_text("#!/bin/bash\nsource /opt/lib.sh\nwork\necho over\n")
    lines = f'FROM debian:12\n{built}\nCOPY --chmod=755 run.sh /\nENTRYPOINT ["/run.sh"]\n'
    assert follow(image(tmp_path, lines)).verdict == verdict


@pytest.mark.parametrize(("text", "stays"), ASKED)
def test_servers_in_substitutions(tmp_path: Path, text: str, stays: bool) -> None:
    trace = script(tmp_path, "bash", text)
    assert any(path.hops for path in trace.paths) is stays


@pytest.mark.parametrize(
    ("base", "run", "argv", "verdict"),
    [
        ("alpine:3.20", "true", ["setpriv", "--reuid=app", "--init-groups", "app"], "unknown"),
        ("alpine:3.20", "apk add --no-cache setpriv=2.40 && true", ["setpriv", "--reuid=app", "app"], "graceful"),
        ("alpine:3.20", "apk add -U util-linux", ["setpriv", "--reuid=app", "app"], "graceful"),
        ("alpine:3.20", "apk add curl", ["setpriv", "--nnp", "app"], "graceful"),
        ("alpine:3.20", "apk add curl", ["timeout", "--foreground", "9d", "app"], "unknown"),
        ("alpine:3.20", "apk update; apk add coreutils", ["timeout", "--foreground", "9d", "app"], "graceful"),
        ("alpine:3.20", "apk add curl", ["timeout", "-s", "TERM", "9d", "app"], "graceful"),
        ("debian:12", "true", ["setpriv", "--reuid=app", "app"], "graceful"),
    ],
)
def test_options_of_applets(tmp_path: Path, base: str, run: str, argv: list[str], verdict: str) -> None:
    built = image(tmp_path, f"FROM {base}\nRUN {run}\nENTRYPOINT {json.dumps(argv)}\n")
    assert follow(built, programs=APP).verdict == verdict


@pytest.mark.parametrize(
    ("base", "verdict"), [("alpine:3.20", "graceful"), ("busybox:1.36", "unknown"), ("debian:12", "unknown")]
)
def test_who_reads_a_file_beside_it(tmp_path: Path, base: str, verdict: str) -> None:
    """A name without a slash is looked for on PATH; Alpine's BusyBox looks in the working folder as well, others give up."""
    files = {"entry.sh": "#!/bin/sh\n. lib.sh\nrun\n", "lib.sh": "run() { exec app; }\n"}
    dockerfile = f'FROM {base}\nWORKDIR /srv\nCOPY *.sh ./\nENTRYPOINT ["sh", "entry.sh"]\n'
    assert follow(image(tmp_path, dockerfile, files), programs=APP).verdict == verdict


WATCHED = """#!/bin/sh
one & pid=$!
trap 'kill $pid; wait $pid; exit 0' TERM
while kill -0 $pid; do sleep 60; done
wait $pid
"""


def test_what_kill_0_has_found_gone_is_not_waited_for(tmp_path: Path) -> None:
    """Of a program that nobody knows: the shell stands in the loop, in which its trap comes too late, and not in the `wait` behind it."""
    built = image(tmp_path, 'FROM debian:12\nCOPY entry.sh /\nCMD ["/entry.sh"]\n', {"entry.sh": WATCHED})
    assert follow(built).verdict == "killed"


LOOKS_AFTER = """#!/bin/sh
one &
A=$!
two &
B=$!
stop() { kill -TERM $A $B; wait $A; wait $B; exit 0; }
trap stop TERM
while true; do
  if ! kill -0 $A; then kill $B; wait $B; exit 1; fi
  if ! kill -0 $B; then kill $A; wait $A; exit 1; fi
  sleep 1
done
"""


def test_a_script_that_looks_after_its_services_is_stopped_while_they_run(tmp_path: Path) -> None:
    """Of programs that nobody knows; that one of them had just ended is no way of the default launch."""
    built = image(tmp_path, 'FROM debian:12\nCOPY entry.sh /\nCMD ["/entry.sh"]\n', {"entry.sh": LOOKS_AFTER})
    trace = follow(built)
    assert trace.verdict == "unknown"
    assert [path.when for path in trace.paths if path.default] == [("one is running", "two is running")]
    awaited = (
        LOOKS_AFTER.replace("while true; do", "while kill -0 $A; do sleep 1; done").split("\n  if")[0]
        + "\nexec three\n"
    )
    assert {
        path.pid1
        for path in follow(
            image(tmp_path / "b", 'FROM debian:12\nCOPY entry.sh /\nCMD ["/entry.sh"]\n', {"entry.sh": awaited})
        ).paths
    } >= {("three",)}
