"""The ways of one launch: what splits them, what brings them together, and what is said of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import APP, command, image, outcome, script

from gracelint.image.build import standalone
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path


def test_unknown_conditions_split_the_way(tmp_path: Path) -> None:
    trace = script(tmp_path, "dash", 'if [ "$ROLE" = worker ]; then app w; else exec app s; fi\n')
    found = {path.when: (path.default, path.verdict) for path in trace.paths}
    assert found == {("$ROLE = worker",): (False, "killed"), ("$ROLE != worker",): (True, "graceful")}
    assert trace.verdict == "graceful"


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("env | grep -q SHOP_MODE", "killed"),
        ("printenv | grep ^SHOP_MODE=", "killed"),
        ("! env | grep -q SHOP_ROLE", "killed"),
        ("env | grep -q SHOP_ROLE", "graceful"),
        ("env | grep -q ^MODE_SHOP", "graceful"),
        ("! env | grep -q SHOP_MODE", "graceful"),
        ("export SHOP_ROLE=x; env | grep -q SHOP_ROLE", "killed"),
        ("env | grep -v SHOP_ROLE", "killed"),  # any line that is another one
    ],
)
def test_variables_that_are_looked_for_are_those_of_the_image(tmp_path: Path, condition: str, verdict: str) -> None:
    text = f"if {condition}; then app w; else exec app s; fi\n"
    trace = script(tmp_path, "dash", text, extra="ENV SHOP_MODE=web\n")
    assert trace.verdict == verdict
    assert len(trace.paths) == 2


@pytest.mark.parametrize(
    ("line", "first"), [("", "app2"), ("RUN ln -s /entry.sh /run.sh\n", "app"), ("COPY entry.sh /run.sh\n", "app2")]
)
def test_a_link_is_told_from_a_file(tmp_path: Path, line: str, first: str) -> None:
    trace = script(tmp_path, "dash", "[ -h /run.sh ] && exec app\nexec app2\n", extra=line)
    default = [way.pid1 for way in trace.paths if way.default]
    assert (first,) in default
    assert len(trace.paths) == (1 if line else 2)


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


TRAPPED = "trap 'kill $app; wait $app; exit' TERM\n{job} & early=$!\napp & app=$!\nwait $app\n"
LONG = "for each in open('/tmp/list'):\n    print(each)\n"
HEARS = f"import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit())\n{LONG}"


@pytest.mark.parametrize("text", [TRAPPED, "{job} & exec app\n"])
@pytest.mark.parametrize(
    ("job", "late"),
    [
        ("php artisan migrate", (False, "abrupt")),  # a step of the start: the launch as it is comes to its end
        ("python3 manage.py migrate", (False, "abrupt")),
        ("npm install", (False, "abrupt")),
        ("python3 /work.py", (True, "abrupt")),  # nobody knows how long
        ("timeout 3600 python3 /work.py", (True, "abrupt")),
        ("sleep 5", None),  # nothing to lose
        ("cp -r /a /b", None),
    ],
)
def test_jobs_that_end_by_themselves(tmp_path: Path, text: str, job: str, late: tuple[bool, str] | None) -> None:
    trace = script(tmp_path, "dash", text.format(job=job), work_py=LONG)
    found = {path.when: (path.default, path.verdict) for path in trace.paths}
    assert found.pop(()) == (True, "graceful")
    assert found == ({(f"`{job}` is not over yet",): late} if late else {})
    assert trace.verdict == (late[1] if late and late[0] else "graceful")


@pytest.mark.parametrize(
    ("job", "verdict"),
    [
        ("(python3 /work.py; echo over)", "abrupt"),
        ("(python3 /work.py; touch /over; sleep 5; ls)", "abrupt"),
        ("{ sleep 5; python3 /work.py; }", "abrupt"),
        ("python3 /work.py && touch /over", "abrupt"),
        ("(python3 /work.py || echo failed)", "abrupt"),
        ("(if python3 /work.py; then echo over; fi)", "abrupt"),
        ("(python3 /work.py; echo over) | cat", "abrupt"),
        ("(python3 /work.py & wait; echo over)", "abrupt"),
        ("while :; do python3 /work.py; sleep 60; done", "abrupt"),
        ("while sleep 60; do python3 /work.py; done", "abrupt"),
        ("(php artisan migrate; echo over)", "graceful"),
        ("(php artisan migrate && cp /a /b)", "graceful"),
        ("while :; do php artisan schedule:run; sleep 60; done", "unknown"),  # where it is in its round
        ("while :; do cp /a /b; sleep 60; done", "graceful"),
        ("sh -c 'python3 /work.py'", "abrupt"),
        ("sh -c 'sleep 5; python3 /work.py; echo over'", "abrupt"),
        ("(sleep 5; timeout 60 python3 /work.py; echo over)", "abrupt"),
        ("(sh -c 'python3 /work.py; echo over' && ls)", "abrupt"),
        ("nice sh -c 'python3 /work.py; echo over'", "abrupt"),
        ("sh -c '(python3 /work.py; echo over)'", "abrupt"),
        ("sh -c 'php artisan migrate; echo over'", "graceful"),
        ("sh -c 'cp /a /b; echo over'", "graceful"),
        ("sh -c 'python3 /work.py & exit'", "abrupt"),
    ],
)
def test_shells_in_the_background_that_end_by_themselves(tmp_path: Path, job: str, verdict: str) -> None:
    assert script(tmp_path, "dash", f"{job} & exec app\n", work_py=LONG).verdict == verdict


def test_a_trap_that_counts_on_a_job_that_ends(tmp_path: Path) -> None:
    text = TRAPPED.format(job="python3 /work.py").replace("kill $app; wait $app;", "kill $early && kill $app; wait;")
    trace = script(tmp_path, "dash", text, work_py=HEARS)
    found = {path.when: path.verdict for path in trace.paths}
    assert found == {(): "killed", ("`python3 /work.py` is not over yet",): "unknown"}


@pytest.mark.parametrize(
    ("read", "first"),
    [
        ("sed s/a/b/ /mounted.env", {"app"}),  # what only somebody mounts sets nothing
        ("grep -v '^$' /work.py | xargs", {"app", "app 2"}),
        ("aws ssm get-parameters", {"app", "app 2"}),
    ],
)
def test_variables_behind_an_export_that_nobody_knows(tmp_path: Path, read: str, first: set[str]) -> None:
    text = f'MODE=one\nexport $({read})\nif [ "$MODE" = one ]; then exec app; fi\nexec app 2\n'
    trace = script(tmp_path, "dash", text, work_py=LONG)
    assert {" ".join(path.hops[-1].argv) for path in trace.paths} == first


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        ("curl -fsSo /run/app.env https://config/app", "unknown"),
        ("dd if=/source of=/run/app.env", "unknown"),
        ("cd /run; install -m 600 /source app.env", "unknown"),
        ("chown app /run/app.env", "graceful"),  # of who has mounted it, as only a user may
        ("curl -fsSo /run/other.env https://config/app", "graceful"),
        ("ls -l /run/app.env", "graceful"),
    ],
)
def test_a_file_that_is_read_behind_a_program_that_was_told_of_it(tmp_path: Path, before: str, verdict: str) -> None:
    """Any name may be set in it; what only somebody mounts is taken to set nothing."""
    assert script(tmp_path, "dash", f"{before}\n. /run/app.env\nexec ${{CMD:-app}}\n").verdict == verdict


def test_an_end_that_rests_on_what_is_not_known(tmp_path: Path) -> None:
    """What is done behind a loop, until the container has ended, is one guess among others: it is not told as certain."""
    text = (
        "#!/bin/bash\nset -Eeo pipefail\n/opt/watch &\n"
        'need() { if ! [ "${!file:-}" ]; then value="$(< "${!file}")"; fi; }\n'
        'until grep -q "$LINE" /run/ready; do need "APP_$word"; done\n'
        'for each in "$PREFIX"/* "$PREFIX"/sockets/*; do if [ -S "$each" ]; then rm -f "$each"; fi; done\n'
        "exec /opt/nginx/sbin/nginx -c nginx.conf\n"
    )
    trace = script(tmp_path, "dash", text, extra="USER app\n")
    (held,) = (path for path in trace.paths if path.pid1[0] == "/bin/bash")
    assert held.verdict == "unknown"
    assert "whether ${!file:-} is not set" in held.missing


def test_each_read_has_an_answer_of_its_own(tmp_path: Path) -> None:
    """That there was no line says nothing of the next file, whose lines may start what nobody tells."""
    first = "while read -r a; do echo $a; done </data/a\n"
    assert script(tmp_path, "bash", f"{first}exec app\n").verdict == "graceful"
    assert script(tmp_path, "bash", f"{first}while read -r b; do app w & done </data/b\nexec app\n").verdict == "abrupt"


CHECKED = """add() {
  if ! told="$(checked "$1" 2>&1)"; then exit 1; elif [ "$2" -gt 1 ]; then
    if [ -n "$told" ]; then echo "$told"; fi
  fi
}
"""
ADDED = """if printenv {0} >/dev/null; then
  while read -r line; do add "$line" "${{DEBUG:-0}}"; done {1}
fi
"""


@pytest.mark.parametrize("given", ["</data/names", '<<<"$NAMES"'])
def test_a_loop_ends_with_the_file_that_it_reads(tmp_path: Path, given: str) -> None:
    text = CHECKED + ADDED.format("A", given) + ADDED.format("B", given)
    trace = script(tmp_path, "bash", f"{text}exec /usr/bin/redis-server\n")
    assert {path.pid1[0] for path in trace.paths} == {"/usr/bin/redis-server"}
    assert trace.verdict == "graceful"


ASKED_TWICE = {
    "statuses": "{}; if [ $? -ne 0 ]; then {}\nfi\n",
    "statuses kept": "{}; code=$?; if [ $code -ne 0 ]; then {}\nfi\n",
    "lines": 'read -r x </data/{}; if [ -z "$x" ]; then {}\nfi\n',
    "arrays": 'mapfile -t x </data/{}; if [ -z "$x" ]; then {}\nfi\n',
    "texts": 'printf -v x "$({})"; if [ -z "$x" ]; then {}\nfi\n',
}


@pytest.mark.parametrize("name", ASKED_TWICE)
def test_what_is_asked_again_has_another_answer(tmp_path: Path, name: str) -> None:
    """That the first did not fail, or was not empty, says nothing of the second, behind which something starts that nobody tells."""
    line = ASKED_TWICE[name]
    first = line.format("one", "exit 1")
    assert script(tmp_path, "bash", f"{first}exec app\n").verdict == "graceful"
    assert script(tmp_path, "bash", f"{first}{line.format('two', 'app w &')}exec app\n").verdict == "abrupt"


@pytest.mark.parametrize(
    ("options", "asked", "ways"),
    [
        ("", "ps -ef | grep -q redis", 2),
        ("", "gunicorn -v | grep -q 20", 2),
        ("", "uname -a | grep -v x86 | grep -q WSL", 2),
        ("", "ls /data | sync", 1),
        ("set -o pipefail\n", "ls /data | sync", 2),
        ("", "tail -f /log | true", 1),
        ("", "grep -q redis /data/processes | date", 1),
    ],
)
def test_a_pipeline_ends_with_the_status_of_its_last_command(
    tmp_path: Path, options: str, asked: str, ways: int
) -> None:
    """Not of its first: what ``ps`` prints is looked at by ``grep``."""
    trace = script(tmp_path, "bash", f"{options}if {asked}; then exec redis-server; fi\nexec nginx -g 'daemon off;'\n")
    assert len(trace.paths) == ways


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("ls /modules | sort | xargs redis-server --loadmodule", ["xargs"]),
        ("tail -F /log | redis-server -", ["tail", "redis-server"]),
        ("php artisan migrate | /opt/importer", ["php", "/opt/importer"]),
        ("redis-server | tee /log", ["redis-server", "tee"]),
    ],
)
def test_what_feeds_a_pipeline_and_ends_is_over(tmp_path: Path, line: str, commands: list[str]) -> None:
    """But not what somebody still reads from, nor what has something to lose in front of what may end."""
    (path,) = script(tmp_path, "bash", f"{line}\n").paths
    assert [hop.argv[0] for hop in path.hops if hop.parent == 0] == commands


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ('"${PREFIX:?}"/bin/redis-server', "graceful"),
        ('"$(cat /data/prefix)"/sbin/redis-server', "graceful"),
        ('"${PREFIX:?}"/redis-server', "unknown"),  # it may be the project's own
        ('"${PREFIX:?}/bin/$SERVER"', "unknown"),
        ("$(which redis-server 2>/dev/null)", "unknown"),
    ],
)
def test_a_program_is_known_by_its_name_where_its_folder_is_not(tmp_path: Path, word: str, verdict: str) -> None:
    assert script(tmp_path, "bash", f"exec {word} --port 1\n").verdict == verdict


def test_a_command_in_front_of_another_is_not_the_last(tmp_path: Path) -> None:
    """However many there were before: what nobody knows of is meant to end."""
    many = "".join(f"curl http://host/{number}\n" for number in range(60))
    assert not script(tmp_path, "bash", f"{many}/opt/app/prepare\ncurl http://host/\n").paths[0].hops
    assert script(tmp_path, "bash", f"{many}/opt/app/prepare\n").verdict == "killed"
