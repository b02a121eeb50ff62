"""The measuring of programs: tables, judgement, the slow requests; and a sample measured again."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gracelint.lab import Process, Report, Status, Testimony
from gracelint.lab.programs import Bench, Case, cases
from gracelint.lab.programs import __main__ as command
from gracelint.lab.programs import client as client_program
from gracelint.lab.programs.install import Packages
from gracelint.lab.programs.judge import judge, record
from gracelint.lab.programs.measure import filled, shown
from gracelint.signals import names
from gracelint.signals.model import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

CASES = {case.name: case for case in cases()}
DOCUMENT: dict[str, Any] = json.loads(command.EVIDENCE.read_text("utf-8"))
RECORDS: list[dict[str, Any]] = DOCUMENT["records"]

# One of each way to be ready and to be judged; all from packages that CI installs. About a second each.
SAMPLE = [
    ("tini", "TERM"),
    ("tini -g, shell", "TERM"),
    ("dumb-init", "TERM"),
    ("dumb-init -c, shell", "TERM"),
    ("gosu", "TERM"),
    ("timeout", "TERM"),
    ("busybox timeout", "TERM"),
    ("C", "TERM"),
    ("perl", "TERM"),
    ("nginx", "TERM"),
    ("nginx", "QUIT"),
    ("haproxy", "USR1"),
    ("redis", "TERM"),
    ("memcached", "HUP"),
    ("asyncio.run", "INT"),
    ("asyncio.run, child", "TERM"),
    ("multiprocessing.Process.join", "INT"),
    ("http.server.ThreadingHTTPServer, handler that exits", "TERM"),
]


# --- the evidence ---------------------------------------------------------------------------------------------------


def test_sixty_programs_and_more_were_measured() -> None:
    assert len({one["argv"][0] for one in RECORDS}) >= 60
    assert len({one["name"] for one in RECORDS}) >= 100


def test_every_record_is_of_a_case_and_complete() -> None:
    for one in RECORDS:
        case = CASES[one["name"]]
        assert one["signal"].removeprefix("SIG") in case.signals, one["name"]
        assert one["argv"] == [shown(word) for word in case.argv]
        assert one["version"]
        assert one["verdict"] in VERDICTS
        assert one["verdict"] != "unknown"
        assert len(one["sigcgt"]) == 16
        assert one["exited"] == (one["verdict"] != "killed")


def test_nothing_of_the_machine_is_in_the_evidence() -> None:
    text = command.EVIDENCE.read_text("utf-8")
    assert "/tmp/" not in text
    assert "/home/" not in text
    assert "cases/" not in text


def test_the_file_is_as_the_command_writes_it(tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    command.write(copy, command.read(command.EVIDENCE), list(cases()))
    assert copy.read_text("utf-8") == command.EVIDENCE.read_text("utf-8")


# --- tables ---------------------------------------------------------------------------------------------------------


def test_names_are_unique_and_signals_exist() -> None:
    every = list(cases())
    assert len({case.name for case in every}) == len(every)
    for case in every:
        assert all(names.number(signal) for signal in case.signals)
        assert case.documented is None or case.documented in case.signals
        assert case.package.partition(":")[0] in ("apt", "pip", "npm", "here")


def test_variants(tmp_path: Path) -> None:
    table = tmp_path / "t.toml"
    table.write_text(
        '[files]\n"a" = "A"\n"b" = "B"\n[variants.child]\nfront = ["tini"]\nneeds = ["apt:tini"]\nfiles = ["b"]\nsignals = ["TERM"]\n'
        '[x]\npackage = "apt:x"\napp = "pass"\nfiles = ["a"]\nsignals = ["TERM", "INT"]\nvariants = ["child"]\n'
    )
    plain, child = cases([table])
    assert (plain.name, plain.argv, plain.signals, plain.needs) == ("x", ("python3", "app.py"), ("TERM", "INT"), ())
    assert plain.files == {"a": "A", "app.py": "pass"}
    assert (child.name, child.argv) == ("x, child", ("tini", "python3", "app.py"))
    assert (child.signals, child.needs) == (("TERM",), ("apt:tini",))
    assert child.files == {"a": "A", "b": "B", "app.py": "pass"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[x]\npackage = "apt:x"\nargv = ["x"]\nsignal = "TERM"\n', "t: x: unknown signal"),
        ('[x]\npackage = "apt:x"\nargv = ["x"]\nready = { moon = "full" }\n', "t: x: unknown moon"),
    ],
)
def test_a_table_may_not_hold_other_things(tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "t.toml"
    table.write_text(text)
    with pytest.raises(ValueError, match=message):
        list(cases([table]))


def test_shared_files_and_places(tmp_path: Path) -> None:
    table = tmp_path / "t.toml"
    table.write_text('[files]\n"a" = "port={port}"\n"b" = ""\n[x]\npackage = "apt:x"\nargv = ["x"]\nfiles = ["a"]\n')
    (case,) = cases([table])
    assert case.files == {"a": "port={port}"}
    assert filled(case.files["a"], {"port": "1"}) == "port=1"
    assert filled("{elsewhere} {port}") == "{elsewhere} 8000"


# --- judgement ------------------------------------------------------------------------------------------------------


def report(status: Status = Status(0, None), exited: bool = True, signalled: bool = True, *others: Process) -> Report:  # noqa: B008  # a constant
    one = Process(1, 0, ("x",), "/x", 0, 0, 0, True, 0.1, status)
    return Report(("x",), 15, 3.0, "", signalled, (one, *others), exited, 0.1, status)


KILLED = Process(2, 1, ("y",), "/y", 0, 0, 0, True, 0.1, Status(None, 9))
DONE = Testimony("app", 2, (15,), True)
CUT = Testimony("app", 2, (15,), False)
UNTOLD = Testimony("app", 2)


@pytest.mark.parametrize(
    ("seen", "answer", "told", "expected"),
    [
        (report(), None, [], ("graceful", "ends")),
        (report(Status(None, 11)), None, [], ("abrupt", "ends")),
        (report(Status(0, None), True, True, KILLED), None, [], ("abrupt", "ends")),
        (report(exited=False), "answered", [DONE], ("killed", "grace")),
        (report(signalled=False), "answered", [DONE], ("unknown", "unobserved")),
        (report(), "answered", [], ("graceful", "request")),
        (report(Status(0, None), True, True, KILLED), "answered", [], ("graceful", "request")),
        (report(), "dropped: reset", [], ("abrupt", "request")),
        (report(Status(None, 11)), "answered", [], ("abrupt", "ends")),
        (report(), None, [DONE], ("graceful", "witness")),
        (report(), None, [DONE, UNTOLD], ("abrupt", "witness")),
        (report(), None, [CUT], ("abrupt", "witness")),
        (report(Status(None, 11)), None, [DONE], ("abrupt", "ends")),
    ],
)
def test_judgement(seen: Report, answer: str | None, told: list[Testimony], expected: tuple[str, str]) -> None:
    assert judge(seen, answer, told)[:2] == expected


def test_an_answer_that_does_not_decide() -> None:
    assert judge(report(), "dropped: reset", [], judged=False)[:2] == ("graceful", "ends")


def test_a_request_is_not_all() -> None:
    """What else was to be cleaned up counts too."""
    done, lost = Testimony("app", 1, finished=True), Testimony("exit", 1)
    assert judge(report(), "answered", [done])[:2] == ("graceful", "request")
    assert judge(report(), "answered", [done, lost])[:2] == ("abrupt", "witness")
    assert judge(report(), "dropped: reset", [done, lost])[:2] == ("abrupt", "request")


def test_a_record_without_the_empty_words_of_a_changed_title() -> None:
    case = Case("x", "tools", "apt:x", ("x", "{port}"))
    one = Process(1, 0, ("x: master", "", ""), "/x", 1 << 14, 0, 0, True, 0.1, Status(0, None))
    found = record(case, "1", Report(("x",), 15, 3.0, "", True, (one,), True, 0.1, Status(0, None)), None, [], filled)
    assert found["pid1"] == ["x: master"]
    assert found["argv"] == ["x", "8000"]
    assert found["signal"] == "SIGTERM"
    assert found["sigcgt"] == "0000000000004000"


# --- the client -----------------------------------------------------------------------------------------------------


@pytest.fixture
def peer() -> Iterator[Callable[[bytes], str]]:
    """A server that answers one connection with these bytes and closes it: its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(answer: bytes) -> str:
            def once() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(1 << 16)
                    connection.sendall(answer)

            threading.Thread(target=once, daemon=True).start()
            return str(server.getsockname()[1])

        yield serve


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone", "answered"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndo", "dropped: IncompleteRead"),
        ("http", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "dropped: status 502"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother", "dropped: other"),
        ("http", b"", "dropped: RemoteDisconnected"),
        ("fastcgi", b"\x01\x06\x00\x01\x00\x04\x00\x00done", "answered"),
        ("fastcgi", b"", "dropped: "),
    ],
)
def test_a_request_is_answered_or_dropped(
    peer: Callable[[bytes], str], kind: str, answer: bytes, expected: str
) -> None:
    assert client_program.main(kind, peer(answer), "/slow", "5") == expected


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert client_program.main("http", str(free.getsockname()[1]), "/", "0.1").startswith("dropped: ")


# --- the machine ----------------------------------------------------------------------------------------------------


def test_versions_of_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    packages = Packages(tmp_path)
    assert packages.version("here:no-such-program") is None
    assert packages.version("npm:no-such-package@1") is None
    assert packages.version("pip:no-such-package>=1") is None
    (tmp_path / "npm/node_modules/@a/b").mkdir(parents=True)
    (tmp_path / "npm/node_modules/@a/b/package.json").write_text('{"version": "1.2"}')
    assert packages.version("npm:@a/b@1") == "1.2"


@pytest.fixture(scope="module")
def bench(lab: None, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("programs")
    for one in (folder, *list(folder.parents)[:3]):
        one.chmod(one.stat().st_mode | 0o055)  # servers that leave root behind must get in
    return Bench.build(folder)


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize(("name", "signal"), SAMPLE)
def test_measured_again(bench: Bench, root: None, missing: Callable[[str], NoReturn], name: str, signal: str) -> None:
    """Of programs, some of which change their user."""
    case = CASES[name]
    for package in (case.package, *case.needs):
        if bench.packages.version(package) is None:
            missing(f"{package} is not installed")
    known = next(one for one in RECORDS if one["name"] == name and one["signal"] == f"SIG{signal}")
    found = command.settled(bench, case, signal, known)
    assert (found["verdict"], found["basis"]) == (known["verdict"], known["basis"]), found


@pytest.mark.lab
def test_the_command(bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, output = tmp_path / "t.toml", tmp_path / "out.json"
    table.write_text(
        '[deaf]\npackage = "here:sh"\nargv = ["sleep", "9"]\nsettle = 0.05\ngrace = 0.2\n'
        '[app]\npackage = "here:cat"\nargv = ["app"]\nwitnesses = 1\n'
        '[broken]\npackage = "here:cat"\nargv = ["false"]\nwitnesses = 1\n'
        '[absent]\npackage = "here:no-such-program"\nargv = ["false"]\n'
    )
    table.write_text(table.read_text().replace("here:sh", "here:cat"))
    assert command.main([str(table), "--work", str(bench.work), "--output", str(output)]) == 1
    printed = capsys.readouterr().out
    assert "! broken TERM: NotReadyError" in printed
    assert "! absent TERM: NotReadyError: here:no-such-program is not installed" in printed
    records = {key[0]: one for key, one in command.read(output).items()}
    assert {name: one["verdict"] for name, one in records.items()} == {"deaf": "killed", "app": "graceful"}
    assert records["app"]["witnesses"] == [{"name": "app", "signals": ["SIGTERM"], "finished": True}]
    assert command.main([str(table), "--work", str(bench.work), "--output", str(output), "--new", "--only", "app"]) == 0
    assert capsys.readouterr().out == ""


def test_the_client_is_a_program_of_its_own() -> None:
    script = Path(client_program.__file__)
    python = shutil.which("python3") or sys.executable
    done = subprocess.run(
        [python, "-S", script, "http", "1", "/", "0.05"], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.startswith("dropped: ")
