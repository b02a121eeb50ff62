"""Settings: where they are found, what they do, and what is said of wrong ones."""

from __future__ import annotations

import pytest

from .conftest import BROKEN, CommandLine


@pytest.mark.parametrize(("name", "head"), [("pyproject.toml", "[tool.gracelint]\n"), ("gracelint.toml", "")])
def test_both_files(gracelint: CommandLine, name: str, head: str) -> None:
    gracelint.put("Dockerfile", BROKEN)
    gracelint.put(name, head + 'select = ["GL110"]\nseverity = {GL110 = "info"}\n')
    assert gracelint("--format", "json").json["findings"][0]["severity"] == "info"
    assert gracelint("--min-severity", "warning").status == 0


def test_nearest_wins_and_a_pyproject_without_our_table_is_passed_over(gracelint: CommandLine) -> None:
    gracelint.put("gracelint.toml", 'select = ["GL110"]')
    for folder, settings in (("a", 'select = ["GL107"]'), ("b", None), ("c", "")):
        gracelint.put(f"{folder}/Dockerfile", BROKEN)
        gracelint.put(f"{folder}/pyproject.toml", '[project]\nname = "gracelint-user"\n')
        if settings is not None:
            gracelint.put(f"{folder}/gracelint.toml", settings)
    paths = [
        finding["path"] for finding in gracelint("--format", "json").json["findings"] if finding["code"] == "GL110"
    ]
    assert paths == ["b/Dockerfile", "c/Dockerfile"]


def test_config_and_isolated(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    gracelint.put("gracelint.toml", 'ignore = ["ALL"]')
    gracelint.put("other.toml", 'select = ["GL110"]')
    assert gracelint().status == 0
    assert gracelint("--config", "other.toml").status == 1
    assert "GL110" in gracelint("--isolated").out


def test_per_file_ignores_and_exclude(gracelint: CommandLine) -> None:
    for name in ("Dockerfile", "old/Dockerfile", "vendor/x/Dockerfile"):
        gracelint.put(name, BROKEN)
    gracelint.put(
        "gracelint.toml", 'select = ["GL110"]\nexclude = ["vendor/"]\n[per-file-ignores]\n"old/*" = ["GL1"]\n'
    )
    result = gracelint("--format", "json").json
    assert [finding["path"] for finding in result["findings"]] == ["Dockerfile"]
    assert result["summary"]["files"] == 2
    assert gracelint("vendor/x/Dockerfile").status == 1  # named itself


def test_an_image_of_ones_own(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", "FROM registry.corp/base:1\n")
    gracelint.put(
        "gracelint.toml", '[images."registry.corp/base:*"]\nstop-signal = "SIGQUIT"\nentrypoint = ["nginx"]\n'
    )
    trace = gracelint("trace", "Dockerfile", "--format", "json").json
    assert trace["stop_signal"]["name"] == "SIGQUIT"
    assert trace["launch"]["argv"] == ["nginx"]


def test_compose_lays_over_the_image(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", 'FROM debian:12\nCMD ["cat"]\n')
    gracelint.put("compose.yaml", "services: {a: {build: ., stop_signal: SIGINT, stop_grace_period: 1m}}")
    trace = gracelint("trace", "Dockerfile", "--format", "json").json
    assert trace["stop_signal"] == {"name": "SIGINT", "source": "compose", "span": None}
    assert trace["grace_period_seconds"] == 60


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("selct = []", "did you mean `select`?"),
        ("frobnicate = 1", "known are"),
        ("select = 'GL1'", '`select` must be a list of strings, not a string ("GL1")'),
        ("select = ['GL1', 2]", "a list with an integer (2)"),
        ("select = ['XX']", "XX"),
        ("grace-period = 'long'", "number of seconds"),
        ("grace-period = true", "number of seconds"),
        ("grace-period = -1", "number of seconds"),
        ("grace-period = nan", "number of seconds"),
        ("severity = {GL101 = 'fatal'}", "`severity.GL101` must be one of error, warning, info"),
        ("severity = []", "must be a table"),
        ("per-file-ignores = {a = 'GL1'}", "`per-file-ignores.a`"),
        ("images = {x = {shel = 'dash'}}", "did you mean `shell`?"),
        ("images = {x = {shell = 'fish'}}", "`images.x.shell`"),
        ("programs = {x = {exec = 1}}", "`programs.x.exec` must be true or false"),
        ("programs = {x = {on = {SIGTERM = 'explodes'}}}", "`programs.x.on.SIGTERM`"),
        ("plugins = ['no_such_module_at_all']", "no_such_module_at_all"),
        ("select = [", "not valid TOML"),
        ("a = " + "[" * 100_000, "not valid TOML"),
        ("select = 2020-01-01", "a date or time"),
        ('"\\u001b[31m" = 1', "\\x1b[31m"),
    ],
)
def test_wrong_settings(gracelint: CommandLine, text: str, says: str) -> None:
    gracelint.put("Dockerfile", BROKEN)
    gracelint.put("gracelint.toml", text)
    result = gracelint()
    assert result.status == 2
    assert says in result.err
    assert "\x1b" not in result.err


def test_bytes_that_are_no_toml(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN)
    gracelint.put("gracelint.toml", b"\xff\xfe")
    assert gracelint().status == 2


def test_config_command(gracelint: CommandLine) -> None:
    gracelint.put("gracelint.toml", 'select = ["GL1"]\ngrace-period = 30\n')
    text = gracelint("config").out
    assert f'select = ["GL1"]  # {gracelint.folder / "gracelint.toml"}' in text
    assert "ignore = []  # built-in" in text
    table = gracelint("config", "--format", "json").json
    assert table["grace-period"]["value"] == 30
    assert gracelint("config", "--isolated", "--format", "json").json["select"] == {"value": ["ALL"], "source": None}


def test_rule_command(gracelint: CommandLine) -> None:
    table = gracelint("rule").out
    assert "GL201  missing-exec" in table
    page = gracelint("rule", "gl201").out
    assert page.startswith("GL201 missing-exec (")
    assert "What it does" in page
    assert gracelint("rule", "missing-exec", "--format", "json").json["code"] == "GL201"
    assert {rule["code"] for rule in gracelint("rule", "--format", "json").json} >= {"GL001", "GL101", "GL201"}
    assert "\x1b[1m" in gracelint("rule", "GL201", FORCE_COLOR="1").out
