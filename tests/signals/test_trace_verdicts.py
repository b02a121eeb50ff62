"""Who is PID 1, what holds it and what the verdict is: written cases, each measured on a kernel with the three shells."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from signals_support import APP, command, image, outcome, script

from gracelint.image.build import standalone
from gracelint.signals.trace import follow
from gracelint.source import Document

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
        "whether SIGTERM comes before `/bin/sh /entry.sh` has begun",
    ),
    ("#!/bin/bash\nset -e\ntrap 'kill %1; wait' TERM\ntrue &\napp & wait\n", "whether `kill %1` succeeds"),
]


@pytest.mark.parametrize(("text", "reason"), RACES)
def test_what_depends_on_who_is_quicker(tmp_path: Path, text: str, reason: str) -> None:
    """dumb-init tells the whole group: whether ``kill`` still finds who dies of that is a race, as is whether somebody reads what the shell prints."""
    trace = script(tmp_path, "dash", text, before=["dumb-init", "--"])
    assert (trace.verdict, reason in trace.missing) == ("unknown", True), trace.missing


def test_a_job_of_which_a_part_has_ended(tmp_path: Path) -> None:
    """bash's ``kill %1`` does not get past such a part: killed, measured in front of and behind the application."""
    trace = script(tmp_path, "bash", "trap 'kill %1; wait' TERM\ntrue | app &\nwait\n")
    assert (trace.verdict, trace.missing[0]) == ("unknown", "whether `kill %1` reaches the application")


@pytest.mark.parametrize(("program", "found"), [("app", False), ("/usr/bin/app", True)])
def test_busybox_looks_for_the_name_that_exec_gives(tmp_path: Path, program: str, found: bool) -> None:
    """``exec -a server app`` starts a server of PATH, if there is one (1.35: "app: not found", with execve of …/server); a path is started as it is, under that name."""
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
    ("words", "text", "verdict"),
    [
        ("tini --", "app; true", "abrupt"),
        ("tini -g --", "app; true", "abrupt"),
        ("tini --", "exec app", "graceful"),
        ("tini -g --", "trap : TERM; app", "graceful"),
        ("tini --", "trap 'kill $p; wait $p' TERM; app & p=$!; wait", "graceful"),
        ("dumb-init", "app; true", "abrupt"),
        ("dumb-init", "trap : TERM; app", "graceful"),
    ],
)
def test_behind_an_init(tmp_path: Path, words: str, text: str, verdict: str) -> None:
    assert command(tmp_path, "dash", text, words.split()).verdict == verdict


@pytest.mark.parametrize(
    ("words", "text", "verdict"),
    [
        ("dumb-init", "exec celery -A proj worker", "abrupt"),
        ("tini -g --", "exec celery -A proj worker -P prefork", "abrupt"),
        ("tini --", "exec celery -A proj worker", "graceful"),
        ("dumb-init", "exec celery -A proj worker --pool=threads", "graceful"),
        ("", "trap 'kill $!; wait' TERM; celery -A proj worker & wait", "graceful"),
        ("", "trap 'trap - TERM; kill 0; wait' TERM; celery -A proj worker & wait", "abrupt"),
    ],
)
def test_workers_that_a_group_signal_kills(tmp_path: Path, words: str, text: str, verdict: str) -> None:
    assert script(tmp_path, "bash", text + "\n", before=words.split()).verdict == verdict


SUPERVISED = "[supervisord]\nnodaemon=true\n[program:a]\ncommand=app a\n[program:b]\ncommand=app b\n"


@pytest.mark.parametrize(
    ("words", "text", "verdict"),
    [
        ("tini -g --", "uvicorn app:app & exec gunicorn app:app", "abrupt"),
        ("dumb-init", "gunicorn app:app & exec uvicorn app:app", "abrupt"),
        ("dumb-init", "trap : TERM; gunicorn app:app & uvicorn app:app & wait; wait", "graceful"),
        ("", "trap 'kill $a $b; wait $a $b' TERM; app & a=$!; app & b=$!; wait", "graceful"),
        ("", "trap 'kill $a $b; wait $b' TERM; app & a=$!; app & b=$!; wait", "abrupt"),
        ("", "trap 'kill $a $b; wait -n' TERM; app & a=$!; app & b=$!; wait", "abrupt"),
        ("", "trap 'kill $a $b' TERM; app & a=$!; app & b=$!; while kill -0 $a; do wait $a; done", "abrupt"),
        ("tini -g --", "exec supervisord -c /supervisord.conf", "graceful"),
    ],
)
def test_nobody_is_safe_because_another_one_is_slower(tmp_path: Path, words: str, text: str, verdict: str) -> None:
    trace = script(tmp_path, "bash", text + "\n", before=words.split(), supervisord_conf=SUPERVISED)
    assert trace.verdict == verdict, trace.paths
    if verdict == "abrupt":
        (path,) = trace.paths
        assert [hop.notified for hop in path.hops if hop.finishes is False]
        assert "is told, but killed before it has finished" in path.why


@pytest.mark.parametrize(
    ("extra", "words", "disposition", "word"),
    [
        ("", ["tini", "--", "nginx", "-g", "daemon off;"], "misreads", ""),
        ("", ["dumb-init", "--rewrite", "15:3", "nginx", "-g", "daemon off;"], "handles", ""),
        ("", ["dumb-init", "--rewrite", "15:1", "tail", "-f", "/x"], "terminates", "SIGHUP"),
        ("stopsignal=QUIT", ["supervisord", "-c", "/supervisord.conf"], "handles", ""),
        ("stopsignal=TERM", ["supervisord", "-c", "/supervisord.conf"], "misreads", ""),
    ],
)
def test_a_child_is_told_of_with_the_signal_that_it_gets(
    tmp_path: Path, extra: str, words: list[str], disposition: str, word: str
) -> None:
    text = f"[supervisord]\nnodaemon=true\n[program:web]\ncommand=nginx -g 'daemon off;'\n{extra}\n"
    dockerfile = f"FROM debian:12\nCOPY . /\nENTRYPOINT {json.dumps(words)}\n"
    trace = follow(image(tmp_path, dockerfile, {"supervisord.conf": text}))
    hop = trace.paths[0].hops[-1]
    assert hop.disposition == disposition and word in hop.why, hop


def test_the_engines_own_init(tmp_path: Path) -> None:
    trace = command(tmp_path, "dash", "app; true", init=True)
    assert (trace.verdict, trace.paths[0].pid1[0]) == ("abrupt", "/sbin/docker-init")
    assert command(tmp_path, "dash", "exec app", init=True).verdict == "graceful"


def test_unknown_conditions_split_the_way(tmp_path: Path) -> None:
    trace = script(tmp_path, "dash", 'if [ "$ROLE" = worker ]; then app w; else exec app s; fi\n')
    found = {path.when: (path.default, path.verdict) for path in trace.paths}
    assert found == {("$ROLE = worker",): (False, "killed"), ("$ROLE != worker",): (True, "graceful")}
    assert trace.verdict == "graceful"


def test_branches_that_do_nothing_come_together(tmp_path: Path) -> None:
    text = "\n".join(f'if [ -n "$V{n}" ]; then echo {n}; fi' for n in range(30))
    trace = script(tmp_path, "dash", f"{text}\nexec app\n")
    assert [path.when for path in trace.paths] == [()]


def test_error_exits_are_no_ways_of_their_own(tmp_path: Path) -> None:
    trace = script(tmp_path, "dash", 'if [ -z "$PASSWORD" ]; then echo no >&2; exit 1; fi\nexec app\n')
    assert [path.verdict for path in trace.paths] == ["graceful"]


def test_unknown_programs_are_unknown_where_it_matters(tmp_path: Path) -> None:
    assert command(tmp_path, "dash", "exec no-such-program").verdict == "unknown"
    assert command(tmp_path, "dash", "no-such-program; true").verdict == "killed"
    trace = command(tmp_path, "dash", "trap 'no-such-tool' TERM; app & wait; wait")
    assert trace.verdict == "unknown"


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


def test_what_rules_read(tmp_path: Path) -> None:
    found = outcome(script(tmp_path, "dash", "trap 'kill $p' SIGTERM INT\napp & p=$!\nwait $p\n"))
    assert (found.end, [trap.signal for trap in found.rejected], found.traps) == ("wait", ["SIGTERM"], ())
    (job,) = found.jobs
    assert (job.text.value, job.variable, job.service, job.waited is not None) == ("app &", "p", True, True)
    found = outcome(script(tmp_path, "bash", "trap 'kill $p' TERM\napp & p=$!\nwait $p\n"))
    assert found.stop is not None
    assert [(sent.to, sent.reached) for sent in found.stop.sent] == [("job", (found.jobs[0].pid,))]
    assert (found.stop.ran, found.stop.ends, found.stop.unfinished) == (True, "exits", (found.jobs[0].pid,))
    found = outcome(script(tmp_path, "dash", "trap 'rm x' TERM\nexec app\n"))
    assert (found.end, found.keyword.value, [trap.signal for trap in found.lost]) == ("exec", "exec", ["SIGTERM"])
    found = outcome(script(tmp_path, "dash", "exec app | cat\n"))
    assert [(lost.where, lost.keyword.value) for lost in found.lost_execs] == [("pipeline", "exec")]
    assert [member.argv for member in found.pipeline] == [("app",), ("cat",)]
    found = outcome(script(tmp_path, "dash", "exec app\n", ["app", "x"]))
    assert found.arguments == "none"
    assert outcome(script(tmp_path, "dash", 'exec "$@"\n', ["app", "x"])).arguments == "all"


HOSTILE = {
    "jobs": "\n".join(f'if [ -n "$V{n}" ]; then sleep 1000 & fi' for n in range(30)) + "\nexec app",
    "mutual recursion": "a() { b; }; b() { a; }; a; exec app",
    "subshell recursion": "f() { (f); (f); }; f",
    "arms": "case $(hostname) in\n" + "\n".join(f"a{n}) echo {n};;" for n in range(200)) + "\nesac\nexec app",
    "counting": "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; exec app",
    "eval": 'x="eval \\"\\$x\\""; eval "$x"',
    "reads itself": ". /entry.sh",
    "execs itself": "exec /entry.sh",
    "long": "echo a\n" * 40_000 + "exec app",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_scripts_end_in_unknown(tmp_path: Path, name: str) -> None:
    trace = script(tmp_path, "bash", "#!/bin/bash\n" + HOSTILE[name] + "\n")
    assert trace.verdict == "unknown"
    assert trace.missing


def test_a_long_script_that_is_sourced_is_not_read(tmp_path: Path) -> None:
    files = {"entry.sh": "#!/bin/bash\n. /long.sh\nexec app\n", "long.sh": "echo a\n" * 40_000}
    dockerfile = 'FROM debian:12\nCOPY entry.sh long.sh /\nENTRYPOINT ["/entry.sh"]\n'
    trace = follow(image(tmp_path, dockerfile, files), programs=APP)
    assert trace.verdict == "unknown"
    assert "/long.sh is longer than 250,000 characters, and is not read" in trace.missing


@pytest.mark.parametrize(("size", "verdict"), [(131_071, "graceful"), (131_072, "unknown")])
def test_a_word_that_the_kernel_does_not_take(tmp_path: Path, size: int, verdict: str) -> None:
    trace = follow(image(tmp_path, f'FROM debian:12\nCMD ["app", "{"a" * size}"]\n'), programs=APP)
    assert trace.verdict == verdict
    assert verdict == "graceful" or "cannot start" in trace.paths[0].why


def test_doubling_values_are_cut(tmp_path: Path) -> None:
    assert script(tmp_path, "bash", "x=a; " + "x=$x$x; " * 60 + "exec app\n").verdict == "graceful"


def test_exec_form_needs_no_shell_parser(tmp_path: Path) -> None:
    code = (
        "import sys; from signals_support import image, APP; from gracelint.signals.trace import follow; from pathlib import Path;"
        f"t = follow(image(Path({str(tmp_path)!r}), 'FROM debian:12\\nCMD [\"app\"]\\n'), programs=APP);"
        "assert t.verdict == 'graceful';"
        "print([m for m in sys.modules if m.startswith(('bashlex', 'tree_sitter', 'gracelint.parsers.shell', 'gracelint.signals.shell.'))])"
    )
    folder = __file__.rpartition("/")[0]
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_what_does_not_start(tmp_path: Path) -> None:
    built = image(tmp_path, 'FROM debian:12\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n', {"entry.sh": "exec app\n"})
    trace = follow(built, programs=APP)
    assert trace.verdict == "unknown"
    assert "no shebang" in trace.missing[0]


@pytest.mark.parametrize(("shell", "fate"), [("bash", "graceful"), ("dash", "ends"), ("sh", "ends")])
def test_a_script_without_shebang_that_a_shell_starts(tmp_path: Path, shell: str, fate: str) -> None:
    """bash runs it by itself, the others by /bin/sh (measured: Debian's dash says "redirection unexpected")."""
    text = f'FROM debian:12\nCOPY entry.sh /\nCMD ["{shell}", "-c", "/entry.sh"]\n'
    trace = follow(image(tmp_path, text, {"entry.sh": "cat <<< hello\nexec app\n"}), programs=APP)
    assert [path.fate for path in trace.paths] == [fate]


@pytest.mark.parametrize(
    ("words", "config", "fates"),
    [
        ('["supervisord", "-c", "/s.conf"]', "[supervisord]\n[program:a]\ncommand=app\n", ["ends"]),
        ('["supervisord", "-c", "/s.conf"]', "[supervisord]\nnodaemon=true\n[program:a]\ncommand=app\n", ["graceful"]),
        ('["supervisord", "-c", "/other.conf"]', "", ["unknown"]),
        ('["true"]', "", ["ends"]),
        ('["tini"]', "", ["fails"]),
        ('["sh", "-c", "true && exec tini"]', "", ["fails"]),
        ('["app"]', "", ["graceful"]),
    ],
)
def test_what_becomes_of_the_container(tmp_path: Path, words: str, config: str, fates: list[str]) -> None:
    built = image(tmp_path, f"FROM debian:12\nCOPY s.conf /\nCMD {words}\n", {"s.conf": config})
    trace = follow(built, programs=APP)
    assert sorted(trace.fates) == fates
    assert trace.verdict == ("graceful" if fates == ["graceful"] else "unknown")


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ('["supervisord", "-n"]', "supervisord.conf is not known"),
        ('["tini", "--", "pm2-runtime", "ecosystem.config.js"]', "which programs ecosystem.config.js names"),
    ],
)
def test_a_supervisor_whose_programs_are_not_known(tmp_path: Path, words: str, missing: str) -> None:
    trace = follow(image(tmp_path, f"FROM node:20\nCMD {words}\n"))
    assert (trace.verdict, trace.missing) == ("unknown", (missing,))


def test_of_much_that_is_not_known_a_sentence_says_a_part(tmp_path: Path) -> None:
    asked = " && ".join(f"[ -f /data/{name} ]" for name in "abcde")
    trace = script(tmp_path, "dash", f"trap 'if {asked}; then kill $!; wait; fi; exit' TERM\napp &\nwait\n")
    assert trace.missing == tuple(f"whether /data/{name} exists" for name in "abcde")
    assert trace.paths[0].why == f"{'; '.join(trace.missing[:3])}; and 2 more"


# Scripts whose arguments nobody knows: text, the last words of every way's PID 1.
ALONE = {
    "a loop over arguments is no place to stay": (
        'while [ $# -gt 0 ]; do case "$1" in --fast) fast=1 ;; esac; shift; done\n'
        "if [ ! -e /data/ready ]; then echo usage; exit 1; fi\nexec app\n",
        {"app"},
    ),
    "neither is getopts": (
        "while getopts f: opt; do case $opt in f) file=$OPTARG ;; esac; done\n[ -e /data/ready ] || exit 1\nexec app\n",
        {"app"},
    ),
    "an array keeps the number of its words open": (
        'words=(app "$@")\nset -- "${words[@]}" --last\nwhile [ "$1" != --last ]; do shift; done\nexec "${words[@]}"\n',
        {"app"},
    ),
    "the command is an argument": ('exec gosu nobody "$@"\n', {"$@"}),
    "the command is the rest of an array": ('words=("$@")\nexec gosu nobody "${words[@]}"\n', {"$@"}),
}


@pytest.mark.parametrize("name", ALONE)
def test_arguments_that_nobody_knows(name: str) -> None:
    text, first = ALONE[name]
    trace = follow(standalone(Document("entry.sh", "#!/bin/bash\n" + text)), programs=APP)
    assert {path.pid1[0] for path in trace.paths} == first


# What a substitution runs is followed where it may be a server that stays, however it is named.
ASKED = [
    ('run() { "$1" -g "$2"; }\nv=$(run nginx "daemon off;")\n', True),
    ("v=$(nginx -g 'daemon off;')\n", True),
    ('run() { server=nginx; $server -g "daemon off;"; }\nv=$(run)\n', True),
    ("run() { local server=nginx; $server; }\nv=$(run)\n", False),
    ("run() { while :; do :; done; }\nv=$(run)\n", True),
    ("run() { for word; do echo $word; done | sort | head -n1; }\nv=$(run a b)\n", False),
]


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
    ("user", "verdict"),
    [("root", "graceful"), ("0:0", "graceful"), ("1000", "unknown"), ("app", "unknown"), ("$APP_USER", "graceful")],
)
def test_who_may_change_users(tmp_path: Path, user: str, verdict: str) -> None:
    built = image(tmp_path, f'FROM debian:12\nUSER {user}\nENTRYPOINT ["gosu", "app", "app"]\n')
    assert follow(built, programs=APP).verdict == verdict


@pytest.mark.parametrize(
    ("base", "also", "arguments", "verdict"),
    [
        ("php:8.3-cli", "", "artisan queue:work", "unknown"),
        ("docker.io/library/php:8.3-cli@sha256:0", "", "bin/console messenger:consume async", "unknown"),
        ("alpine:3.20", "RUN apk add php83", "artisan horizon", "unknown"),
        ("php:8.3-cli", "RUN docker-php-ext-install pcntl", "artisan queue:work", "graceful"),
        ("debian:12", "RUN apt-get install -y php-cli", "artisan queue:work", "graceful"),
        ("debian:12", "", "artisan queue:listen", "killed"),
        ("debian:12", "", "artisan schedule:work", "unknown"),
    ],
)
def test_workers_of_php(tmp_path: Path, base: str, also: str, arguments: str, verdict: str) -> None:
    text = f"FROM {base}\n{also}\nCMD {json.dumps(['php', *arguments.split()])}\n"
    assert follow(image(tmp_path, text)).verdict == verdict


@pytest.mark.parametrize(
    "path", ["//x", "//", "///x//y", "/../x", "x//y", "./..", "'' ", "$PWD/x", "$PWD//x/.", "~/x", "-", "/"]
)
def test_paths_of_all_sorts_come_to_an_end(tmp_path: Path, path: str) -> None:
    lines = [
        ". {}",
        "[ -e {} ]",
        "mkdir -p {}",
        "cd {} && [ -f y ]",
        "touch {}",
        "ln -s {} l; cat l",
        "echo a > {}",
        "rm -r {}",
        "cp {} z",
        "exec {}",
    ]
    text = "\n".join(f"({line.format(path)}) || true" for line in lines)
    (tmp_path / "run.sh").write_text(f"#!/bin/sh\n{text}\nexec app\n")
    words = [sys.executable, "-m", "gracelint", "trace", "--isolated", str(tmp_path / "run.sh")]
    told = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "verdict:" in told.stdout, told.stderr


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("STOPSIGNAL $SIG", "unknown"),
        ("STOPSIGNAL ${SIG:-INT}", "graceful"),
        ("ENV SIG=INT\nSTOPSIGNAL $SIG", "graceful"),
    ],
)
def test_a_stop_signal_that_nobody_knows(tmp_path: Path, line: str, verdict: str) -> None:
    trace = follow(image(tmp_path, f'FROM debian:12\nARG SIG\n{line}\nCMD ["app"]\n'), programs=APP)
    assert trace.verdict == verdict
    assert ("STOPSIGNAL $SIG is not known" in trace.missing) is (verdict == "unknown")


@pytest.mark.parametrize(
    ("line", "ways"), [("USER $NOBODY_SAYS", {"app", "app 2"}), ("USER www-data", {"app 2"}), ("USER root", {"app"})]
)
def test_a_user_that_nobody_knows_may_be_root(tmp_path: Path, line: str, ways: set[str]) -> None:
    text = '#!/bin/sh\nif [ "$(id -u)" = 0 ]; then exec app; fi\nexec app 2\n'
    trace = follow(
        image(tmp_path, f'FROM debian:12\nCOPY run.sh /\n{line}\nCMD ["/run.sh"]\n', {"run.sh": text}), programs=APP
    )
    assert {" ".join(path.hops[-1].argv) for path in trace.paths} == ways


@pytest.mark.parametrize(("seconds", "verdict"), [(8, "killed"), (6, "graceful")])
def test_supervisord_may_kill_a_helper_late(tmp_path: Path, seconds: int, verdict: str) -> None:
    """Supervisord looks once a second whether a time is over and who is gone: an application whose turn comes after one that was given eight seconds was
    told 9.5 s to 10.2 s after the stop (measured with three in place of eight: 4.5 s to 5.2 s)."""
    helper = f"[program:helper]\ncommand=bash -c 'trap \"\" TERM; sleep 100; true'\nstopwaitsecs={seconds}\n"
    conf = f"[supervisord]\nnodaemon=true\n[program:app]\ncommand=app\n{helper}"
    text = 'FROM debian:12\nCOPY c /\nCMD ["supervisord", "-c", "/c"]\n'
    trace = follow(image(tmp_path, text, {"c": conf}), programs=APP)
    # What the helper loses is nobody's concern here.
    assert trace.verdict == verdict
    assert "one after the other" in trace.paths[0].hops[0].why


@pytest.mark.parametrize(
    ("entry", "how"),
    [
        ('CMD ["npm", "start"]', "fork"),
        ('ENTRYPOINT ["sh", "-c", "/start.sh & exec npm run other"]', "background"),
    ],
)
def test_what_a_runner_starts_is_no_job_and_what_it_inherits_is_one(tmp_path: Path, entry: str, how: str) -> None:
    files = {
        "package.json": json.dumps({"name": "a", "scripts": {"start": "/start.sh", "other": "node server.js"}}),
        "start.sh": "#!/bin/sh\napp\necho done\n",
        "server.js": "require('http').createServer().listen(80)\n",
    }
    built = image(tmp_path, f"FROM node:22\nCOPY . /\nWORKDIR /\n{entry}\n", files)
    hops = follow(built, programs=APP).paths[0].hops
    assert {hop.how for hop in hops if "/start.sh" in hop.argv} == {how}


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
