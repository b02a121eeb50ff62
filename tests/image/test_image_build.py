"""Images as a whole: signals, overrides, what is missing, hostile files, and what must not be imported or read."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gracelint.image.build import build_image, standalone
from gracelint.image.context.context import Context
from gracelint.image.model import Absent, Image, ImageFile, StopSignal, Unknown
from gracelint.image.stages.stop_signal import canonical_signal
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document


def image(text: str, target: str | None = None, folder: Path | None = None, **options: Any) -> Image:
    context = Context(None if folder is None else str(folder))
    return build_image(parse(Document("Dockerfile", text)), context, target, **options)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("SIGTERM", "SIGTERM"),
        ("term", "SIGTERM"),
        ("sigquit", "SIGQUIT"),
        ("15", "SIGTERM"),
        ("015", "SIGTERM"),
        ("+3", "SIGQUIT"),
        ("9", "SIGKILL"),
        ("37", "SIGRTMIN+3"),
        ("SIGRTMIN+3", "SIGRTMIN+3"),
        ("rtmin", "SIGRTMIN"),
        ("RTMAX-14", "SIGRTMAX-14"),
        ("64", "SIGRTMAX"),
        ("SIGIOT", "SIGABRT"),
        ("SIGCLD", "SIGCHLD"),
        ("POLL", "SIGIO"),
        ("0", None),
        ("-15", None),
        ("65", None),
        ("SIG", None),
        ("", None),
        ("SIGSIGTERM", None),
        ("SIGRTMIN+16", None),
        ("RTMIN + 3", None),
        ("TERM,KILL", None),
        ("١٥", None),
        ("9" * 5_000, None),
    ],
)
def test_signal_names(raw: str, name: str | None) -> None:
    assert canonical_signal(raw) == name


def test_stop_signal_has_a_place() -> None:
    found = image("FROM debian:12\nSTOPSIGNAL  'quit'\n").stop_signal
    assert (found.name, found.raw, found.source) == ("SIGQUIT", "quit", "dockerfile")
    assert found.text is not None
    assert found.text.span.first == (2, 13)


def test_stop_signal_by_default() -> None:
    assert image("FROM debian:12\n").stop_signal == StopSignal("SIGTERM", "SIGTERM", "default", None)


def test_stop_signal_that_is_not_known_is_said() -> None:
    found = image("FROM debian:12\nARG SIG\nSTOPSIGNAL $SIG\n")
    assert found.stop_signal.name == "SIGTERM"
    assert found.stop_signal.doubt == "STOPSIGNAL $SIG is not known"


def test_build_arguments() -> None:
    text = "ARG V=1\nFROM debian:$V\nARG V\nARG S=TERM\nSTOPSIGNAL $S\nWORKDIR /v$V\n"
    found = image(text, build_args={"S": "INT", "V": "2"})
    assert (found.base.reference, found.stop_signal.name, found.workdir) == ("debian:2", "SIGINT", "/v2")


def test_overrides() -> None:
    text = 'FROM debian:12\nENTRYPOINT ["run"]\nCMD ["app"]\n'
    assert image(text, cmd=("other", "x")).launch.argv == ("run", "other", "x")
    assert image(text, entrypoint=("new",)).launch.argv == ("new",)
    assert image(text, entrypoint=("new",), cmd=("y",)).launch.argv == ("new", "y")
    assert image(text, entrypoint=("",), cmd=("y",)).launch.argv == ("y",)
    found = image(text, user="me", env={"A": "b"}, stop_signal=StopSignal("SIGINT", "INT", "compose", None))
    assert (found.user, found.env["A"], found.stop_signal.name) == ("me", "b", "SIGINT")


def test_places_of_the_words() -> None:
    launch = image('FROM debian:12\nENTRYPOINT ["run", "a\\n"]\nCMD app -x\n').launch
    assert [argument.text.value for argument in launch.arguments] == ["run", "a\n", "CMD", "CMD", "app -x"]
    assert [argument.implied for argument in launch.arguments] == [False, False, True, True, False]
    assert launch.arguments[1].text.span.first == (2, 21)


def test_unknown_base() -> None:
    found = image("FROM corp/base:1\n")
    assert found.launch.argv == ()
    assert any("corp/base:1 is not known" in each for each in found.missing)
    assert isinstance(found.files.lookup("/entrypoint.sh"), Unknown)


def test_unknown_reference() -> None:
    found = image('ARG BASE\nFROM $BASE\nCMD ["x"]\n')
    assert not found.base.known
    assert found.launch.argv == ("x",)


@pytest.mark.parametrize(
    "text", ["", "RUN x\n", "FROM\n", "CMD x\n", "FROM a AS\nFROM\n", "\0\x1b[31m", "FROM a\nCOPY\n"]
)
def test_not_much_of_a_dockerfile(text: str) -> None:
    found = image(text)
    assert found.missing
    found.files.lookup("/x")


def test_missing_target() -> None:
    assert image("FROM debian:12 AS a\n", "b").missing == ("there is no stage b",)


def test_scratch_has_nothing_but_what_is_copied() -> None:
    found = image("FROM scratch\nCOPY <<X /app\nx\nX\n")
    assert isinstance(found.files.lookup("/app"), ImageFile)
    assert isinstance(found.files.lookup("/bin/sh"), Absent)


def test_which(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("a")
    text = "FROM debian:12\nWORKDIR /w\nCOPY --chmod=755 a.sh /opt/bin/tool\nCOPY --chmod=755 a.sh local.sh\n"
    files = image(text, folder=tmp_path).files
    found = files.which("tool", "/w", "/bin:/opt/bin")
    assert isinstance(found, ImageFile)
    assert found.path == "/opt/bin/tool"
    assert isinstance(files.which("./local.sh", "/w", ""), ImageFile)
    assert isinstance(files.which("local.sh", "/w", "/opt/bin"), Unknown | Absent)
    assert isinstance(files.which("../w/local.sh", "/w", ""), ImageFile)
    assert isinstance(files.which("python", "/w", "/usr/bin"), Unknown)
    assert files.listing("/w") == ("/w/local.sh",)


def test_standalone_script() -> None:
    document = Document("docker/run.sh", "#!/bin/sh\nexec app\n")
    found = standalone(document)
    assert [(word.value, word.rest) for word in found.launch.arguments] == [("/run.sh", False), ("$@", True)]
    assert standalone(document, argv=("serve",)).launch.argv == ("/run.sh", "serve")
    file = found.files.which("/run.sh", "/", "/bin")
    assert isinstance(file, ImageFile)
    assert file.content is not None
    assert file.content.span.document is document
    assert standalone(Document("app.py", "print()\n")).launch.argv == ("python3", "/app.py")


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:12\n" + "RUN chmod +x /app/x.sh\n" * 5_000,
        "FROM debian:12\n" + "COPY a.sh /app\n" * 5_000,
        "FROM debian:12\n" + "RUN mv /app/x.sh /app/y.sh && mv /app/y.sh /app/x.sh\n" * 300,
        "FROM debian:12\n" + "RUN cp -r /app/. /app/x && cp -r /app/x/. /app\n" * 300,
        "FROM debian:12\n" + "ENV A=b$A$A\n" * 60,
        "FROM debian:12\n" + "ENV A=b\n" * 20_000,
        "FROM debian:12 AS s0\n"
        + "".join(f"FROM s{n} AS s{n + 1}\nCOPY --from=s{n} /app /app\n" for n in range(2_000)),
        "FROM debian:12\nRUN " + "(" * 5_000 + "chmod +x /app/x.sh" + ")" * 5_000,
        "FROM debian:12\nRUN " + " && ".join(["chmod +x /app/x.sh"] * 3_000),
        "FROM debian:12\n" + "RUN ln -s /app/a /app/x.sh && ln -s /app/x.sh /app/a && mv /app/a /app/b\n" * 300,
        "FROM debian:12\nRUN " + "[ -e q ] && ln -s x.sh y.sh; echo a > y.sh; mv y.sh z.sh; cd sub; cd ..;" * 40,
        "FROM debian:12 AS s0\nRUN ln -s /app/y /app/x.sh\n"
        + "".join(
            f"FROM debian:12 AS s{n + 1}\nCOPY --from=s{n} /app /app\nRUN ln -s y /app/x.sh\n" for n in range(300)
        ),
        "FROM debian:12\nCOPY --from=9 /x.sh /app/x.sh\nCOPY --from=0 /x.sh /app/x.sh\n",
    ],
    ids=[
        "chmods",
        "copies",
        "moves",
        "folders",
        "doubling",
        "variables",
        "stages",
        "parentheses",
        "chain",
        "links",
        "links perhaps",
        "links of stages",
        "itself",
    ],
)
@pytest.mark.usefixtures("unwatched")
def test_hostile_builds_end(text: str, tmp_path: Path) -> None:
    found = image(text, folder=tmp_path)
    begun = time.process_time()
    answer = found.files.lookup("/app/x.sh")
    found.files.listing("/app")
    assert time.process_time() - begun < 4  # far below one second where nobody else computes
    assert not (isinstance(answer, ImageFile) and answer.exact)


def test_what_takes_too_long_is_unknown() -> None:
    found = image("FROM debian:12\n" + "RUN cp -r /app/. /app/x && cp -r /app/x/. /app\n" * 300)
    answer = found.files.lookup("/app/x.sh")
    assert isinstance(answer, Unknown)
    assert "too many steps" in answer.reason


@pytest.mark.parametrize(
    "command",
    [
        "if",
        "a " + "&& a " * 300 + "&& make x.sh",
        "for ((;;)); do make x.sh; done",
        "coproc make x.sh",
        "for x; do make x.sh; done",
    ],
)
def test_a_command_that_is_not_understood_may_make_what_it_names(command: str) -> None:
    found = image(f"FROM debian:12\nWORKDIR /app\nRUN {command} x.sh\n").files.lookup("/app/x.sh")
    assert isinstance(found, Unknown), found


@pytest.mark.parametrize(("sources", "exact"), [("run.sh", False), ("*.sh other.sh", False), ("*.py other.sh", True)])
def test_what_is_copied_to_a_place_that_is_not_known_may_overwrite(tmp_path: Path, sources: str, exact: bool) -> None:
    for name in ("first.sh", "run.sh", "other.sh"):
        (tmp_path / name).write_text(f"#!/bin/sh\n# {name}\n")
    text = f"FROM busybox:1.36\nCOPY first.sh /run.sh\nCOPY {sources} $WHERE/\n"
    found = build_image(parse(Document("Dockerfile", text)), Context(str(tmp_path))).files.lookup("/run.sh")
    assert isinstance(found, ImageFile)
    assert found.exact is exact


def test_an_ordinary_dockerfile_reads_nothing_and_imports_no_shell_parser(tmp_path: Path) -> None:
    program = """
import sys, builtins
from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document
text = '''FROM debian:12
WORKDIR /app
COPY . .
RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*
COPY start.sh /app/start.sh
CMD ["/app/start.sh"]
'''
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
image = build_image(parse(Document("Dockerfile", text)), Context(sys.argv[1]))
assert image.launch.argv == ("/app/start.sh",)
assert not [name for name in opened if name.startswith(sys.argv[1])], opened
image.files.lookup("/app/start.sh")
assert [name for name in opened if name.startswith(sys.argv[1])] != []
loaded = [name for name in ("bashlex", "tree_sitter", "libcst", "pathlib") if name in sys.modules]
assert not loaded, loaded
"""
    (tmp_path / "start.sh").write_text("x\n")
    subprocess.run([sys.executable, "-S", "-c", program, str(tmp_path)], check=True, env={"PYTHONPATH": _path()})


def _path() -> str:
    return ":".join(path for path in sys.path if path)


@pytest.mark.parametrize(
    ("lines", "path", "kind"),
    [
        ("", "/code", "none"),
        ("", "/usr/local/bin", "folder"),
        ("", "/usr/local/bin/app", "unknown"),
        ("WORKDIR /code/src", "/code", "folder"),
        ("VOLUME /code", "/code", "folder"),
        ('VOLUME ["/code", "/other"]', "/other", "folder"),
        ("VOLUME /code", "/codes", "none"),
        ("RUN mkdir -p /code/src", "/code", "unknown"),
        ("RUN useradd -m -d /code app", "/code", "unknown"),
        ("RUN mkdir /other", "/code", "none"),
        ("COPY --from=made /x /code", "/code/src", "unknown"),
        ("COPY --from=made /x /other", "/code", "none"),
    ],
)
def test_what_stands_at_a_path(lines: str, path: str, kind: str) -> None:
    text = f"FROM debian:12 AS made\nRUN mkdir -p /x/src\nFROM debian:12\n{lines}\n"
    assert image(text).files.standing(path) == kind
