"""Fixes through the command line: what is written, what is kept, what is refused."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from .conftest import BROKEN, CommandLine

UNSAFE = ("--fix", "--unsafe-fixes", "--select", "GL110,GL002")


def test_applies_and_reports_the_rest(gracelint: CommandLine) -> None:
    path = gracelint.put("Dockerfile", BROKEN)
    result = gracelint(*UNSAFE)
    assert result.status == 0
    assert "Fixed 1 finding in 1 file." in result.err
    assert path.read_text() == BROKEN.replace("SIGKILL", "SIGTERM")
    assert gracelint(*UNSAFE).err == ""


def test_unsafe_fixes_have_to_be_asked_for(gracelint: CommandLine) -> None:
    path = gracelint.put("Dockerfile", BROKEN)
    assert gracelint("--fix", "--select", "GL110").status == 1
    assert path.read_text() == BROKEN


def test_only_selected_findings_are_fixed(gracelint: CommandLine) -> None:
    path = gracelint.put("Dockerfile", BROKEN)
    gracelint("--fix", "--unsafe-fixes", "--select", "GL002")
    assert path.read_text() == BROKEN


def test_a_silenced_finding_is_not_fixed(gracelint: CommandLine) -> None:
    text = BROKEN.replace("STOP", "# gracelint: ignore[GL110] so be it\nSTOP")
    path = gracelint.put("Dockerfile", text)
    gracelint(*UNSAFE)
    assert path.read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfFROM debian:12\nSTOPSIGNAL SIGKILL\n",
        b"FROM debian:12\r\nSTOPSIGNAL SIGKILL\r\nRUN x\r\n",
        b"FROM debian:12\nSTOPSIGNAL SIGKILL",
        b"FROM debian:12\n# caf\xe9 \xff\nSTOPSIGNAL SIGKILL\n",
        b"FROM debian:12\n\n\n   stopsignal \\\n # why\n   SIGKILL   \n\n",
        b"FROM debian:12\nSTOPSIGNAL SIGKILL\r\nRUN x\n",
    ],
)
def test_everything_else_is_kept_byte_for_byte(gracelint: CommandLine, text: bytes) -> None:
    path = gracelint.put("Dockerfile", text)
    gracelint(*UNSAFE)
    assert path.read_bytes() == text.replace(b"SIGKILL", b"SIGTERM")


def test_mode_and_links_are_kept_and_nothing_is_left_behind(gracelint: CommandLine) -> None:
    real = gracelint.put("real/file", BROKEN)
    real.chmod(0o751)
    (gracelint.folder / "Dockerfile").symlink_to("real/file")
    gracelint("Dockerfile", *UNSAFE)
    assert (gracelint.folder / "Dockerfile").is_symlink()
    assert "SIGTERM" in real.read_text()
    assert real.stat().st_mode & 0o7777 == 0o751
    assert sorted(os.listdir(gracelint.folder / "real")) == ["file"]


def test_diff_changes_nothing_and_patch_takes_it(gracelint: CommandLine) -> None:
    for name, text in (("Dockerfile", BROKEN), ("b/Dockerfile", BROKEN.rstrip().replace('\nCMD ["/bin/cat"]', ""))):
        gracelint.put(name, text)
    result = gracelint("--diff", *UNSAFE[1:])
    assert result.status == 1
    assert gracelint("--diff", "--exit-zero", *UNSAFE[1:]).status == 0
    assert "SIGKILL" in (gracelint.folder / "Dockerfile").read_text()
    assert "\\ No newline at end of file" in result.out
    subprocess.run(
        ["patch", "-p0", "--batch"], input=result.out.encode(), check=True, cwd=gracelint.folder, capture_output=True
    )
    assert gracelint("--diff", *UNSAFE[1:]).status == 0
    assert "SIGTERM" in (gracelint.folder / "b" / "Dockerfile").read_text()


def test_fix_only(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", BROKEN + 'ENTRYPOINT ["cd"]\n')
    result = gracelint("--fix-only", "--unsafe-fixes", "--select", "GL110,GL107")
    assert (result.status, result.out) == (0, "")
    assert "SIGTERM" in (gracelint.folder / "Dockerfile").read_text()


def test_standard_input_is_mended_to_standard_output(gracelint: CommandLine) -> None:
    result = gracelint("-", *UNSAFE, stdin=BROKEN.encode() + b"# \xff\n")
    assert result.out.encode("utf-8", "surrogateescape") == BROKEN.replace("SIGKILL", "SIGTERM").encode() + b"# \xff\n"
    assert os.listdir(gracelint.folder) == []
    shown = gracelint("-", "--diff", *UNSAFE[1:], stdin=BROKEN)
    assert (shown.status, shown.err) == (1, "Would fix 1 finding in 1 file.\n")
    assert "+STOPSIGNAL SIGTERM" in shown.out.splitlines()


PLUGIN = """
from gracelint.diagnostics import Fix
from gracelint.rule import Rule
from gracelint.source import Edit, Span


def check(case):
    for instruction in case.instructions:
        if instruction.keyword == "LABEL" and "bad" in instruction.value.value:
            span = instruction.value.span
            yield RULE.finding(span, "bad label", fix=Fix("safe", "mend", (Edit(span, {new!r}),)))


RULE = Rule("MY001", "label", "info", check, "Labels.")


def other(case):
    for instruction in case.instructions:
        if instruction.keyword == "LABEL" and "worse" in instruction.value.value:
            yield OTHER.finding(instruction.value, "worse label")


OTHER = Rule("MY002", "worse", "info", other, "Worse labels.")
RULES = [RULE, OTHER]
"""


@pytest.mark.parametrize(
    ("new", "objection"),
    [
        ("still=bad", "does not remove MY001"),
        ("now=worse", "leads to MY002"),
        ("", "leads to GL001"),
        ("x=y\nFROB x", "leads to GL001"),
    ],
)
def test_a_fix_that_does_not_prove_itself_is_refused(
    gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch, new: str, objection: str
) -> None:
    name = f"plugin_fix_{abs(hash(new))}"
    gracelint.put(f"{name}.py", PLUGIN.replace("{new!r}", repr(new)))
    gracelint.put("gracelint.toml", f'plugins = ["{name}"]')
    text = "FROM debian:12\nLABEL a=bad\nSTOPSIGNAL SIGKILL\n"
    path = gracelint.put("Dockerfile", text)
    monkeypatch.syspath_prepend(str(gracelint.folder))
    result = gracelint("--fix", "--unsafe-fixes", "--select", "MY,GL110")
    assert objection in result.err
    assert path.read_text() == text.replace("SIGKILL", "SIGTERM")  # the other fix is applied all the same
    assert "MY001" in result.out


STARTS_OTHERWISE = """
from gracelint.diagnostics import Fix
from gracelint.rule import Rule
from gracelint.source import Edit


def check(case):
    for instruction in case.instructions:
        if instruction.keyword == "CMD" and case.image.launch.argv == {old!r}:
            edit = Edit(instruction.value.span, {new!r})
            yield RULE.finding(instruction.value, "another program is better", fix=Fix("safe", "mend", (edit,)))


RULE = Rule("MY003", "otherwise", "info", check, "Other programs.")
RULES = [RULE]
"""


@pytest.mark.parametrize(
    ("old", "new", "objection"),
    [
        (("redis-server",), '["true"]', "with it, the container ends by itself"),
        (("redis-server",), '["tini"]', "with it, the container cannot start: tini is given no command"),
        (("redis-server",), '["ours"]', "with it, the stop is unknown, not graceful: what ours does with signals is not known"),
        (("sleep", "infinity"), '["true"]', "with it, the container ends by itself"),
        (("ours",), '["true"]', "with it, the container ends by itself"),
        (("true",), '["tini"]', "with it, the container cannot start: tini is given no command"),
        (("ours",), '["redis-server"]', ""),
        (("tini",), '["true"]', ""),
        (("true",), '["ours"]', ""),
    ],
)  # fmt: skip
def test_a_fix_that_no_finding_speaks_against_is_refused_for_what_becomes_of_the_container(
    gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch, old: tuple[str, ...], new: str, objection: str
) -> None:
    name = f"plugin_fate_{abs(hash((old, new)))}"
    gracelint.put(f"{name}.py", STARTS_OTHERWISE.replace("{old!r}", repr(old)).replace("{new!r}", repr(new)))
    gracelint.put("gracelint.toml", f'plugins = ["{name}"]')
    text = f"FROM debian:12\nCMD {json.dumps(old)}\n"
    path = gracelint.put("Dockerfile", text)
    monkeypatch.syspath_prepend(str(gracelint.folder))
    result = gracelint("--fix", "--select", "MY")
    assert path.read_text() == (text if objection else f"FROM debian:12\nCMD {new}\n")
    assert (f"the fix of MY003 is not applied: {objection}\n" in result.err) is bool(objection)


def test_many_fixes_in_one_file(gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    gracelint.put("plugin_fix_many.py", PLUGIN.replace("{new!r}", "'a=good'"))
    gracelint.put("gracelint.toml", 'plugins = ["plugin_fix_many"]')
    path = gracelint.put("Dockerfile", "FROM debian:12\n" + "LABEL a=bad\n" * 50)
    monkeypatch.syspath_prepend(str(gracelint.folder))
    assert "Fixed 50 findings" in gracelint("--fix", "--select", "MY").err
    assert path.read_text() == "FROM debian:12\n" + "LABEL a=good\n" * 50


def test_a_script_is_mended_where_it_stands(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", 'FROM debian:12\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n')
    script = gracelint.put("run.sh", "#!/bin/sh\nset -e\nnginx -g 'daemon off;'\n")
    script.chmod(0o755)
    result = gracelint("--fix", "--unsafe-fixes", "--select", "GL201")
    assert (result.status, script.read_text()) == (0, "#!/bin/sh\nset -e\nexec nginx -g 'daemon off;'\n")
    assert script.stat().st_mode & 0o777 == 0o755


def test_add_ignore(gracelint: CommandLine) -> None:
    path = gracelint.put("Dockerfile", BROKEN)
    result = gracelint("--add-ignore", "--select", "GL110")
    assert result.status == 0
    assert path.read_text() == BROKEN.replace("STOP", "# gracelint: ignore[GL110]\nSTOP")
    assert gracelint("--select", "GL110,GL002").status == 0


def test_add_ignore_goes_above_the_comments_of_other_linters(gracelint: CommandLine) -> None:
    """hadolint and ShellCheck look at the line before; what they ignore must stay ignored."""
    theirs = "FROM debian:12\n# hadolint ignore=DL3025\n{}CMD redis-server\n"
    path = gracelint.put("Dockerfile", theirs.format(""))
    assert gracelint("--add-ignore", "--select", "GL102").status == 0
    ours = "# gracelint: ignore[GL102]\n"
    assert path.read_text() == theirs.format("").replace("# hadolint", f"{ours}# hadolint")
    assert gracelint("--select", "GL102,GL002").status == 0


def test_ignore_comments_hold_while_fixes_are_tried(gracelint: CommandLine) -> None:
    """What a comment silences in a file does not speak against a fix in the same file."""
    gracelint.put("Dockerfile", 'FROM python:3.12-slim\nCOPY --chmod=755 run.sh /\nENTRYPOINT ["/run.sh"]\n')
    text = (
        "#!/bin/sh\nuntil nc -z db 5432; do sleep 1; done\n"
        "# gracelint: ignore[GL209] nothing to lose\ncelery -A proj beat &\nexec gunicorn app:app\n"
    )
    script = gracelint.put("run.sh", text)
    result = gracelint("--fix", "--select", "GL219,GL209")
    assert (result.status, result.err.strip()) == (0, "Fixed 1 finding in 1 file.")
    assert script.read_text() == text.replace("#!/bin/sh\n", "#!/bin/sh\ntrap 'exit 143' TERM\n")


def test_unused_ignores_are_removed(gracelint: CommandLine) -> None:
    path = gracelint.put("Dockerfile", "# gracelint: ignore-file[GL101]\n" + BROKEN)
    gracelint("--fix", "--select", "GL002,GL101")
    assert path.read_text() == BROKEN


def test_baseline(gracelint: CommandLine) -> None:
    path = gracelint.put("Dockerfile", BROKEN)
    only = ("--baseline", "known.json", "--select", "GL110")
    first = gracelint(*only)
    assert (first.status, "wrote 1 finding" in first.err) == (0, True)
    path.write_text("# moved\n\n" + BROKEN.replace("STOPSIGNAL ", "STOPSIGNAL  "))
    assert gracelint(*only).status == 0
    gracelint.put("b/Dockerfile", BROKEN)
    assert "b/Dockerfile" in gracelint(*only, "--format", "concise").out
    before = (gracelint.folder / "known.json").read_text()
    gracelint("b", *only)
    gracelint("--baseline", "known.json", "--select", "GL107")
    assert (gracelint.folder / "known.json").read_text() == before  # neither looked for
    path.write_text(BROKEN.replace("SIGKILL", "SIGTERM"))
    assert "removed 1 mended finding" in gracelint(*only).err
    path.write_text(BROKEN)
    assert gracelint("Dockerfile", *only).status == 1


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"version": 2, "findings": []}', "\udcff", '{"version": 1, "findings": [1]}']
)
def test_a_file_that_is_no_baseline(gracelint: CommandLine, content: str) -> None:
    gracelint.put("Dockerfile", BROKEN)
    path: Path = gracelint.put("known.json", content.encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    result = gracelint("--baseline", "known.json")
    assert result.status == 2
    assert "known.json" in result.err
    assert path.read_bytes() == before
