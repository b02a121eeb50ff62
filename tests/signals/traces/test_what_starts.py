"""What an image starts at all, and what becomes of the container by itself."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import signals_support
from signals_support import APP, image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path


def test_exec_form_needs_no_shell_parser(tmp_path: Path) -> None:
    code = (
        "import sys; from signals_support import image, APP; from gracelint.signals.trace import follow; from pathlib import Path;"
        f"t = follow(image(Path({str(tmp_path)!r}), 'FROM debian:12\\nCMD [\"app\"]\\n'), programs=APP);"
        "assert t.verdict == 'graceful';"
        "print([m for m in sys.modules if m.startswith(('bashlex', 'tree_sitter', 'gracelint.parsers.shell', 'gracelint.signals.shell.'))])"
    )
    folder = signals_support.__file__.rpartition("/")[0]
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
    ("user", "verdict"),
    [("root", "graceful"), ("0:0", "graceful"), ("1000", "unknown"), ("app", "unknown"), ("$APP_USER", "graceful")],
)
def test_who_may_change_users(tmp_path: Path, user: str, verdict: str) -> None:
    built = image(tmp_path, f'FROM debian:12\nUSER {user}\nENTRYPOINT ["gosu", "app", "app"]\n')
    assert follow(built, programs=APP).verdict == verdict


@pytest.mark.parametrize(
    "end",
    ["psql -c init || exit 1", "[ -x /opt/hook ] && exec /opt/hook", 'if [ "$MODE" = x ]; then exit 1; fi'],
)
def test_a_loop_that_is_left_does_not_hold_where_a_later_command_ends_the_script(tmp_path: Path, end: str) -> None:
    """But where a job runs beside it, it may be the one that looks after that."""

    def pid1s(front: str) -> set[str]:
        text = f"{front}until psql -l; do sleep 1; done\n{end}\nexec app\n"
        return {path.pid1[0] for path in signals_support.script(tmp_path, "bash", text).paths}

    assert pid1s("") <= {"app", "/opt/hook"}
    assert ("/bin/sh" in pid1s("app &\n")) is not end.startswith("[")


@pytest.mark.parametrize(
    ("base", "folder", "run", "known"),
    [
        ("debian:12", "/tmp", "", True),
        ("alpine:3.20", "/usr/bin", "", True),
        ("debian:12", "/opt/app", "", False),
        ("debian:12", "/opt/app", "RUN mkdir -p /opt/app\n", True),
        ("debian:12", "/tmp", "RUN rm -rf /tmp\n", False),
        ("registry.example/own", "/data/app", "", False),
    ],
)
def test_folders_that_the_image_has(tmp_path: Path, base: str, folder: str, run: str, known: bool) -> None:
    (tmp_path / "run.sh").write_text(f"#!/bin/sh\nif [ -d {folder} ]; then exec app; fi\nexec redis-server\n")
    text = f'FROM {base}\n{run}COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    paths = follow(image(tmp_path, text), programs=APP).paths
    assert (len(paths) == 1 and paths[0].pid1 == ("app",)) is known


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        ("env mkfifo /tmp/f", "unknown"),
        ("timeout 5 mkfifo -m 600 /tmp/f", "unknown"),
        ("find /work -maxdepth 0 -exec mkfifo /tmp/f \\;", "unknown"),
        ("env touch /tmp/f", "graceful"),
        ("env mkfifo /tmp/other", "graceful"),
    ],
)
def test_a_named_pipe_that_a_program_has_made_is_no_file(tmp_path: Path, made: str, verdict: str) -> None:
    """Measured: `cat` waits for ever, and so does the stop."""
    assert signals_support.script(tmp_path, "dash", f"{made}\ncat /tmp/f\nexec app\n").verdict == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ("sed -i s/exec// /tmp/r.sh", "unknown"),
        ("env sed -i s/exec// /tmp/r.sh", "unknown"),
        ("env A=1 nice sed -i s/exec// /tmp/r.sh", "unknown"),
        ("env", "graceful"),
        ("env A=1", "graceful"),
    ],
)
def test_what_a_program_may_have_written_is_not_known(tmp_path: Path, changed: str, verdict: str) -> None:
    """Measured: without exec, the shell stays PID 1, and the application is killed."""
    text = f"echo 'exec app' > /tmp/r.sh\n{changed}\n. /tmp/r.sh\n"
    assert signals_support.script(tmp_path, "dash", text).verdict == verdict


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        ("FROM corp/base AS source\nRUN apk add --no-cache git\n", "graceful"),  # busybox ash execs the last command
        ("FROM corp/base AS source\nFROM source AS built\nRUN apk add --no-cache git\n", "graceful"),
        ("FROM corp/base AS source\nRUN apt-get install -y git\n", "killed"),
        ("FROM corp/other AS source\nRUN apk add --no-cache git\n", "killed"),
        ("", "killed"),
    ],
)
def test_another_stage_tells_which_shell_a_base_has(tmp_path: Path, before: str, verdict: str) -> None:
    assert follow(image(tmp_path, f"{before}FROM corp/base\nCMD app\n"), programs=APP).verdict == verdict


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        ('echo "daemon off;" >> /etc/nginx/nginx.conf', "graceful"),
        ('printf "\\ndaemon off;\\n" >> /etc/nginx/nginx.conf && apt-get clean', "graceful"),
        ('echo "daemon off;" >> /etc/nginx/nginx.conf && sed -i s/80/8080/ /etc/nginx/nginx.conf', "graceful"),
        ('echo "daemon off;" >> /etc/nginx/nginx.conf && echo "user www;" >> /etc/nginx/nginx.conf', "graceful"),
        ('echo "# daemon off;" >> /etc/nginx/nginx.conf', "unknown"),
        ('echo "daemon off;" >> /etc/nginx/conf.d/default.conf', "unknown"),
        ('echo "daemon off;" >> /etc/nginx/nginx.conf && echo "user www;" > /etc/nginx/nginx.conf', "unknown"),
        ('echo "daemon off;" >> /etc/nginx/nginx.conf && rm /etc/nginx/nginx.conf', "unknown"),
    ],
)
def test_what_is_appended_to_a_file_of_which_the_rest_is_not_known(tmp_path: Path, run: str, verdict: str) -> None:
    built = image(
        tmp_path, f'FROM debian:12\nRUN apt-get install -y nginx\nRUN {run}\nSTOPSIGNAL SIGQUIT\nCMD ["nginx"]\n'
    )
    assert follow(built).verdict == verdict


_CONF = "/etc/nginx/nginx.conf"


@pytest.mark.parametrize(
    ("written", "verdict", "ends"),
    [
        (f'echo "daemon off;" >> {_CONF}', "graceful", False),
        (f'printf "user www;\\n" >> {_CONF}; echo "daemon off;" >> {_CONF}', "graceful", False),
        (f'echo "daemon off;" | tee -a {_CONF}', "graceful", False),
        (f"cat > {_CONF} <<END\nuser www;\ndaemon off;\nEND", "graceful", False),
        (f"cp /own.conf {_CONF}", "graceful", False),
        (f"ln -sf /own.conf {_CONF}", "graceful", False),
        (f"C={_CONF}; cat /own.conf > $C; chmod 600 $C", "graceful", False),
        (f"envsubst < /own.conf > {_CONF}", "unknown", False),
        (f'echo "user www;" >> {_CONF}', "unknown", True),
        (f'echo "# daemon off;" >> {_CONF}', "unknown", True),
        (f'echo "daemon off;" >> {_CONF}; echo "user www;" > {_CONF}', "unknown", True),
        (f'echo "daemon off;" >> {_CONF}; rm {_CONF}', "unknown", True),
        ('echo "daemon off;" >> /etc/nginx/conf.d/site.conf', "unknown", True),
    ],
)
def test_what_a_script_writes_into_a_configuration_is_read(
    tmp_path: Path, written: str, verdict: str, ends: bool
) -> None:
    text = 'FROM debian:12\nRUN apt-get install -y nginx\nCOPY --chmod=755 entry.sh own.conf /\nSTOPSIGNAL SIGQUIT\nCMD ["/entry.sh"]\n'
    files = {"entry.sh": f"#!/bin/sh\n{written}\nexec nginx\n", "own.conf": "user www;\ndaemon off;\n"}
    trace = follow(image(tmp_path, text, files))
    assert (trace.verdict, any("ends by itself" in each for each in trace.missing)) == (verdict, ends)


@pytest.mark.parametrize(
    ("base", "line", "verdict"),
    [
        ("php:8.3-apache", ". /usr/local/bin/docker-php-entrypoint", "graceful"),
        ("php:8.3-apache", "source /usr/local/bin/docker-php-entrypoint apache2-foreground", "graceful"),
        ("php:8.3-apache", ". /usr/local/bin/docker-php-ext-enable", "unknown"),
        ("debian:12", ". /usr/local/bin/docker-php-entrypoint", "unknown"),
    ],
)
def test_a_base_images_entrypoint_that_is_read_execs_its_arguments_as_well(
    tmp_path: Path, base: str, line: str, verdict: str
) -> None:
    text = f'FROM {base}\nCOPY --chmod=755 entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["apache2-foreground"]\n'
    trace = follow(image(tmp_path, text, {"entry.sh": f"#!/bin/bash\n{line}\necho over\n"}))
    assert trace.verdict == verdict
    assert (trace.paths[0].pid1[:1] == ("apache2-foreground",)) is (verdict == "graceful")


@pytest.mark.parametrize(
    ("maker", "starts"),
    [
        ("composer create-project some/skeleton work", True),
        ("make-project --into=work", True),
        ("composer create-project some/skeleton other", False),
        ("ls -l work", False),
    ],
)
def test_a_folder_that_was_removed_may_be_made_anew_by_who_is_told_of_it(
    tmp_path: Path, maker: str, starts: bool
) -> None:
    text = 'FROM debian:12\nWORKDIR /tmp\nCOPY --chmod=755 entry.sh /\nENTRYPOINT ["/entry.sh"]\n'
    entry = f"#!/bin/sh\nset -e\nrm -rf work/\n{maker}\ncd work\nexec app\n"
    trace = follow(image(tmp_path, text, {"entry.sh": entry}), programs=APP)
    assert [path.when for path in trace.paths if path.pid1] == [() if starts else ("/tmp/work is mounted",)]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("supervisord -c /etc/supervisor/supervisord.conf", False),
        ("service cron start; supervisord", False),
        ("supervisord -c /own.conf", True),
        ("service nginx start", True),
    ],
)
def test_a_daemon_whose_configuration_is_not_known_may_stay_in_front(tmp_path: Path, text: str, ends: bool) -> None:
    files = {"own.conf": "[supervisord]\n[program:x]\ncommand=app\n"}
    lines = f"FROM debian:12\nCOPY own.conf /\nRUN apt-get install -y supervisor nginx\nCMD true; {text}\n"
    trace = follow(image(tmp_path, lines, files))
    assert (trace.verdict, any("ends by itself" in each for each in trace.missing)) == ("unknown", ends)


@pytest.mark.parametrize(
    ("launch", "starts"),
    [
        ('FROM php:8.3-apache\nCMD ["/run.sh"]', True),
        ('FROM node:20-alpine\nCMD ["/run.sh"]', True),
        ('FROM node:20-alpine\nCMD ["node", "/run.sh"]', True),
        ('FROM php:8.3-apache\nENTRYPOINT ["/run.sh"]', False),
        ('FROM php:8.3-apache\nRUN apt-get install -y tini\nENTRYPOINT ["tini", "--", "/run.sh"]', False),
    ],
)
def test_a_shell_that_is_handed_a_script_without_a_first_line_runs_it(
    tmp_path: Path, launch: str, starts: bool
) -> None:
    """As the entrypoints of official images do, which exec what they are given."""
    head, _, tail = launch.partition("\n")
    trace = follow(image(tmp_path, f"{head}\nCOPY --chmod=755 run.sh /\n{tail}\n", {"run.sh": "sleep infinity\n"}))
    assert any("cannot start" in each for each in trace.missing) is not starts
