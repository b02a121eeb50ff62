"""The check command: what it reads, says, and returns."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import BROKEN, CLEAN, CommandLine

ONLY = ("--select", "GL110")


def test_a_file_is_checked_without_naming_the_command(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    plain, named = gracelint("Dockerfile", *ONLY), gracelint("check", "Dockerfile", *ONLY)
    assert (plain.status, plain.out) == (named.status, named.out)
    assert plain.status == 1
    assert "GL110" in plain.out


def test_the_default_is_the_folder(gracelint: CommandLine) -> None:
    gracelint.put("a/Dockerfile", BROKEN)
    assert gracelint(*ONLY, "--format", "json").json["findings"][0]["path"] == "a/Dockerfile"


def test_nothing_found(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", CLEAN)
    result = gracelint(*ONLY)
    assert (result.status, result.out, result.err) == (0, "Nothing found in 1 file.\n", "")
    assert gracelint(*ONLY, "--quiet").out == ""


def test_no_files_is_said_and_is_no_error(gracelint: CommandLine) -> None:
    result = gracelint()
    assert result.status == 0
    assert "no Dockerfiles found" in result.err


def test_quiet_leaves_only_the_findings(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    result = gracelint("--quiet", "--format", "concise", *ONLY)
    assert (result.status, result.out.count("\n"), result.err) == (1, 1, "")
    assert gracelint("--format", "concise", *ONLY).out.startswith(result.out)


def test_a_stage_that_some_of_the_dockerfiles_have(gracelint: CommandLine) -> None:
    gracelint.put("a/Dockerfile", "FROM debian:12 AS Web\nSTOPSIGNAL SIGKILL\n")
    gracelint.put("b/Dockerfile", BROKEN)
    gracelint.put("c/Dockerfile", "no instruction\n")
    assert gracelint("--target", "web", "--format", "json", *ONLY).json["findings"][0]["path"] == "a/Dockerfile"
    assert gracelint("--target", "1", *ONLY).status == 2
    assert "GL001" in gracelint("c", "--target", "web").out


def test_exit_zero(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    result = gracelint("--exit-zero", *ONLY)
    assert result.status == 0
    assert "GL110" in result.out


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "GL110"], ["GL110"]),
        (["--select", "GL1"], ["GL110"]),
        (["--select", "GL001,GL110"], ["GL110"]),
        (["--select", "gl110"], ["GL110"]),
        (["--select", "GL111"], []),
        (["--select", "GL1", "--ignore", "GL110"], []),
        (["--select", "GL110", "--ignore", "GL1"], ["GL110"]),
        (["--select", "GL111", "--extend-select", "GL110"], ["GL110"]),
        (["--select", "GL110", "--min-severity", "error"], ["GL110"]),
        (["--select", "GL110", "--min-confidence", "high"], ["GL110"]),
    ],
)
def test_selection(gracelint: CommandLine, options: list[str], codes: list[str]) -> None:
    gracelint.put("Dockerfile", BROKEN)
    assert gracelint("--format", "json", *options).codes == codes


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--select", "GL999"], "GL999"),
        (["--nonsense"], "--nonsense"),
        (["--format", "xml"], "xml"),
        (["--jobs", "0"], "not a positive number"),
        (["--min-severity", "awful"], "awful"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["-", "Dockerfile"], "cannot be mixed"),
        (["--context", "nowhere"], "nowhere"),
        (["--target", "nowhere"], "no Dockerfile here has a stage nowhere"),
        (["--output-file", "no/such/folder/file"], "no/such/folder/file"),
        (["trace"], "DOCKERFILE"),
        (["trace", "nowhere"], "no such file"),
        (["rule", "GL999"], "GL999"),
        (["rule", "missing-exc"], "missing-exec"),
    ],
)
def test_wrong_use_is_said_with_status_2(gracelint: CommandLine, argv: list[str], says: str) -> None:
    gracelint.put("Dockerfile", CLEAN)
    result = gracelint(*argv)
    assert result.status == 2
    assert says in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", [[], ["check"], ["trace"], ["rule"], ["config"]])
def test_help(gracelint: CommandLine, command: list[str]) -> None:
    result = gracelint(*command, "--help")
    assert result.status == 0
    assert result.out.startswith("usage: gracelint")


def test_version(gracelint: CommandLine) -> None:
    assert gracelint("--version").out.startswith("gracelint ")


def test_standard_input(gracelint: CommandLine) -> None:
    result = gracelint("-", "--stdin-filename", "sub/Dockerfile", "--format", "json", *ONLY, stdin=BROKEN)
    assert [finding["path"] for finding in result.json["findings"]] == ["sub/Dockerfile"]
    assert gracelint("-", "--format", "concise", *ONLY, stdin=BROKEN).out.startswith("-:2:12: GL110")


def test_output_file(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    result = gracelint("--output-file", "report.txt", *ONLY, FORCE_COLOR="1")
    assert (result.status, result.out) == (1, "")
    report = (gracelint.folder / "report.txt").read_text()
    assert "GL110" in report
    assert "\x1b" not in report


def test_show_files(gracelint: CommandLine) -> None:
    for name in ("Dockerfile", "b/Containerfile", "c/x.dockerfile"):
        gracelint.put(name, BROKEN)
    assert gracelint("--show-files").out.splitlines() == ["Dockerfile", "b/Containerfile", "c/x.dockerfile"]


def test_statistics(gracelint: CommandLine) -> None:
    for name in ("Dockerfile", "b/Dockerfile"):
        gracelint.put(name, BROKEN)
    assert gracelint("--statistics", *ONLY).out == "2  GL110  [*] uncatchable-stop-signal\n"
    row = {"code": "GL110", "name": "uncatchable-stop-signal", "count": 2, "fixable": True, "fixable_count": 2}
    assert gracelint("--statistics", "--format", "json", *ONLY).json == [row]
    assert gracelint("--statistics", "--output-file", "counts", *ONLY).out == ""
    assert (gracelint.folder / "counts").read_text().startswith("2  GL110")


def test_verbose_says_what_was_done(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", CLEAN)
    assert "read 1 file" in gracelint("--verbose", *ONLY).err


def test_several_processes_say_the_same(gracelint: CommandLine) -> None:
    for number in range(8):
        gracelint.put(f"{number}/Dockerfile", BROKEN + f"# gracelint: ignore[GL{number}01]\n")
    select = ("--select", "GL110,GL002", "--format", "json")
    assert gracelint(*select, "--jobs", "2").out == gracelint(*select, "--jobs", "1").out


def test_a_script_that_two_images_share_is_reported_once(gracelint: CommandLine) -> None:
    for name, base in (("a.Dockerfile", "python:3.12-slim"), ("b.Dockerfile", "debian:12")):
        gracelint.put(name, f'FROM {base}\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n')
    gracelint.put("run.sh", "#!/bin/sh\ngunicorn app:app\n").chmod(0o755)
    found = gracelint("--format", "json").json["findings"]
    assert [(finding["code"], finding["dockerfile"]) for finding in found] == [("GL201", "a.Dockerfile")]


def test_same_finding_by_two_ways_is_reported_once(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    gracelint.put(
        "compose.yaml",
        "services:\n  a: {build: .}\n  b: {build: ., stop_grace_period: 30s}\n  c: {build: ., stop_grace_period: 1m}\n",
    )
    assert gracelint("--format", "json", *ONLY).codes == ["GL110"]


def test_a_bug_in_a_rule_is_reported_and_the_rest_goes_on(
    gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = "check.__module__ = 'gracelint_rules.ours'\n"  # as if it were one of our own
    gracelint.put("plugin_with_bug.py", PLUGIN.replace("yield", "1 / 0; yield") + ours)
    gracelint.put("gracelint.toml", 'plugins = ["plugin_with_bug"]\nselect = ["GL110", "MY001"]')
    gracelint.put("Dockerfile", BROKEN)
    monkeypatch.syspath_prepend(str(gracelint.folder))
    result = gracelint()
    assert result.status == 3
    assert "GL110" in result.out
    assert "bug in gracelint: Dockerfile (MY001): ZeroDivisionError" in result.err
    assert "report it" in result.err
    assert "Traceback" not in result.err
    assert "Traceback" in gracelint("--verbose").err


PLUGIN = """
from gracelint.rule import Rule


def check(case):
    for instruction in case.instructions:
        if instruction.keyword == "CMD":
            yield RULE.finding(instruction.keyword_text, "ours")


RULE = Rule("MY001", "our-own", "info", check, "Our own.")
RULES = [RULE]
"""


def test_rules_of_ones_own(gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    gracelint.put("plugin_that_works.py", PLUGIN)
    gracelint.put("gracelint.toml", 'plugins = ["plugin_that_works"]\nselect = ["MY"]')
    gracelint.put("Dockerfile", BROKEN)
    monkeypatch.syspath_prepend(str(gracelint.folder))
    assert gracelint("--format", "json").codes == ["MY001"]
    assert "our-own" in gracelint("rule").out
    assert gracelint("--select", "GL110", "--format", "json").codes == ["GL110"]


@pytest.mark.parametrize(
    "content",
    ["raise RuntimeError('no')", "RULES = 1", "RULES = ['x']", "", "import sys; sys.exit(0)"],
)
def test_a_plugin_that_is_none(gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    name = f"plugin_{abs(hash(content))}"
    gracelint.put(f"{name}.py", content)
    gracelint.put("gracelint.toml", f'plugins = ["{name}"]')
    gracelint.put("Dockerfile", CLEAN)
    monkeypatch.syspath_prepend(str(gracelint.folder))
    result = gracelint()
    assert result.status == 2
    assert name in result.err


def test_a_script_alone_is_an_entrypoint(gracelint: CommandLine) -> None:
    gracelint.put("run.sh", '#!/bin/sh\nexec "$@"\n')
    result = gracelint("run.sh", "--format", "json")
    assert result.status == 0
    assert result.json["summary"]["files"] == 1


def test_a_script_alone_may_get_any_arguments(gracelint: CommandLine) -> None:
    gracelint.put(
        "run.sh",
        """#!/bin/bash
set -eu
while getopts "ab:" option; do :; done
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then set -- gunicorn app:app; fi
case "${1:-web}" in
    web) shift; uvicorn app:app "$@" ;;
    worker) shift; exec celery --app app worker "$@" ;;
    *) exec "$@" ;;
esac
""",
    )
    result = gracelint("run.sh", "--format", "json")
    assert [(found["code"], found["span"]["start"]["line"]) for found in result.json["findings"]] == [("GL201", 7)]


def test_a_python_file_alone_is_an_application(gracelint: CommandLine) -> None:
    gracelint.put("app.py", "import time\nwhile True:\n    time.sleep(1)\n")
    gracelint.put("library.py", "import time\ndef nap():\n    time.sleep(1)\n")
    result = gracelint("app.py", "library.py", "--format", "json")
    assert [(found["code"], found["path"]) for found in result.json["findings"]] == [("GL301", "app.py")]


def test_context_beside_the_dockerfile_or_the_folder_linted(gracelint: CommandLine) -> None:
    dockerfile = 'FROM debian:12\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    gracelint.put("docker/Dockerfile", dockerfile)
    gracelint.put("run.sh", "#!/bin/sh\nexec cat\n").chmod(0o755)
    select = ("--select", "GL003", "--format", "json")
    assert gracelint(*select).codes == []
    assert gracelint("docker/Dockerfile", *select).codes == []
    assert gracelint("docker", *select).codes == ["GL003"]
    assert gracelint("docker", "--context", ".", *select).codes == []


def test_context_from_a_compose_file(gracelint: CommandLine) -> None:
    gracelint.put("deploy/Dockerfile", 'FROM debian:12\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n')
    gracelint.put("app/run.sh", "#!/bin/sh\nexec cat\n").chmod(0o755)
    gracelint.put(
        "compose.yaml", "services:\n  web:\n    build:\n      context: app\n      dockerfile: ../deploy/Dockerfile\n"
    )
    select = ("--select", "GL003", "--format", "json")
    assert gracelint(*select).codes == []
    os.unlink(gracelint.folder / "app/run.sh")
    assert gracelint(*select).codes == ["GL003"]
    os.unlink(gracelint.folder / "compose.yaml")
    assert gracelint(*select).codes == []  # which folder it is built from would be a guess


def test_paths_are_relative_to_the_working_folder(gracelint: CommandLine, tmp_path: Path) -> None:
    gracelint.put("Dockerfile", BROKEN)
    result = gracelint(str(tmp_path / "Dockerfile"), "--format", "concise", *ONLY)
    assert result.out.startswith("Dockerfile:2:12:")
