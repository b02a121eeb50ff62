"""The reports, over a few findings made by hand."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from gracelint.diagnostics import Finding, Fix, Related
from gracelint.engine import Bug
from gracelint.output import FORMATS, renderer
from gracelint.output.as_github import command, summary
from gracelint.output.closing import FOR_PEOPLE, closing
from gracelint.report import Report
from gracelint.source import Document, Edit, Span
from gracelint.terminal import PLAIN, Style

DOCKERFILE = Document("docker/Dockerfile", 'FROM debian\nCOPY run.sh /\nCMD \\\n\t["日本",\\\n "x"]\n')
SCRIPT = Document("run, 1:2%.sh", "#!/bin/sh\n\tapp\t--x\n")


def at(document: Document, text: str) -> Span:
    start = document.text.index(text)
    return document.span(start, start + len(text))


FINDINGS = (
    Finding(
        "GL201",
        "missing-exec",
        "error",
        "high",
        "100% lost,\nsaid: x",
        at(SCRIPT, "app\t--x"),
        (Related(at(DOCKERFILE, "run.sh"), "copied\x1b here"),),
        Fix("safe", "write exec", (Edit(at(SCRIPT, "app")._replace(end=at(SCRIPT, "app").start), "exec "),)),
        "docker/Dockerfile",
        "final",
    ),
    Finding("GL102", "shell-form-cmd", "warning", "medium", "two lines", at(DOCKERFILE, '["日本",\\\n "x"]')),
    Finding("GL001", "parse-error", "info", "low", "cannot be read", Document("gone", "").span(0, 0)),
)
REPORT = Report(FINDINGS, frozenset({"a", "b", "c"}))


def rendered(name: str, report: Report = REPORT, style: Style = PLAIN) -> str:
    end = closing(report, style) if name in FOR_PEOPLE else ()
    return "\n".join((*renderer(name)(report, style), *end))


def test_text() -> None:
    assert rendered("text") == (
        "error[GL201]: 100% lost,\\nsaid: x\n"
        " --> run, 1:2%.sh:2:2\n"
        "2 |     app --x\n"
        "  |     ^^^^^^^ missing-exec\n"
        " ::: docker/Dockerfile:2:6\n"
        "2 | COPY run.sh /\n"
        "  |      ------ copied\\x1b here\n"
        "  = in the image final of docker/Dockerfile\n"
        "  = fix: write exec (--fix)\n"
        "\n"
        "warning[GL102]: two lines (medium confidence)\n"
        " --> docker/Dockerfile:4:2\n"
        '4 |     ["日本",\\\n'
        "  |     ^^^^^^^^^\n"
        '5 |  "x"]\n'
        "  |  ^^^^ shell-form-cmd\n"
        "\n"
        "info[GL001]: cannot be read (low confidence)\n"
        " --> gone:1:1\n"
        "\n"
        "Found 3 findings (1 error, 1 warning, 1 info) in 3 files.\n"
        "[*] 1 can be fixed with `--fix`."
    )


def test_text_of_long_lines_is_cut_around_the_place() -> None:
    document = Document("f", "x" * 5_000 + "HERE" + "y" * 1_000_000)
    lines = rendered("text", Report((Finding("GL1", "n", "error", "high", "m", at(document, "HERE")),))).splitlines()
    assert len(lines[2]) < 200
    assert lines[3].index("^") == lines[2].index("HERE")


def test_text_of_many_lines_is_cut() -> None:
    document = Document("f", "a\n" * 1_000)
    lines = rendered("text", Report((Finding("GL1", "n", "error", "high", "m", document.span(0, 2_000)),))).splitlines()
    assert len(lines) < 15
    assert any("996 more lines" in line for line in lines)


def test_concise() -> None:
    assert rendered("concise").splitlines()[:2] == [
        "run, 1:2%.sh:2:2: GL201 [*] 100% lost,\\nsaid: x",
        "docker/Dockerfile:4:2: GL102 two lines",
    ]


POSITION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["line", "column"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}
SPAN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["start", "end"],
    "properties": {"start": POSITION, "end": POSITION},
}
TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}


def table(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


SCHEMA = table(
    version={"const": 1},
    findings={
        "type": "array",
        "items": table(
            code={"type": "string", "pattern": "^[A-Z]+[0-9]{3}$"},
            name=TEXT,
            severity={"enum": ["error", "warning", "info"]},
            confidence={"enum": ["high", "medium", "low"]},
            message=TEXT,
            path=TEXT,
            span=SPAN,
            dockerfile=MAYBE,
            target=MAYBE,
            related={"type": "array", "items": table(path=TEXT, span=SPAN, message=TEXT)},
            fix={
                "anyOf": [
                    {"type": "null"},
                    table(
                        safety={"enum": ["safe", "unsafe"]},
                        message=TEXT,
                        edits={"type": "array", "minItems": 1, "items": table(path=TEXT, span=SPAN, text=TEXT)},
                    ),
                ]
            },
            url={"type": "string", "format": "uri"},
        ),
    },
    summary=table(files={"type": "integer"}, findings={"type": "integer"}, fixable={"type": "integer"}),
)


def test_json() -> None:
    result = json.loads(rendered("json"))
    jsonschema.validate(result, SCHEMA)
    first = result["findings"][0]
    assert first["span"] == {"start": {"line": 2, "column": 2}, "end": {"line": 2, "column": 9}}
    assert first["fix"]["edits"][0]["text"] == "exec "
    assert result["summary"] == {"files": 3, "findings": 3, "fixable": 1}


def test_github() -> None:
    assert rendered("github").splitlines() == [
        "::error file=run%2C 1%3A2%25.sh,line=2,endLine=2,col=2,endColumn=9,title=GL201 missing-exec::100%25 lost,\\nsaid: x",
        "::warning file=docker/Dockerfile,line=4,endLine=5,title=GL102 shell-form-cmd::two lines",
        "::notice file=gone,line=1,endLine=1,col=1,endColumn=1,title=GL001 parse-error::cannot be read",
    ]


def test_github_as_in_the_contract() -> None:
    document = Document("Dockerfile", "\n\n\n\nENTRYPOINT python -m app.main\n")
    finding = Finding(
        "GL101", "shell-form-entrypoint", "error", "high", "message", at(document, "ENTRYPOINT python -m app.main")
    )
    assert command(finding) == (
        "::error file=Dockerfile,line=5,endLine=5,col=1,endColumn=30,title=GL101 shell-form-entrypoint::message"
    )


def test_summary_holds_everything_and_no_markup_of_the_file() -> None:
    document = Document("a|b`<img>`", "x")
    many = tuple(
        Finding("GL101", "n", "error", "high", f"**{n}** | [x](y) @team", document.span(0, 1)) for n in range(30)
    )
    text = summary(Report(many, frozenset("a")))
    rows = [line for line in text.splitlines() if "GL101" in line]
    assert len(rows) == 30
    assert all(row.count("|") == 5 and "<" not in row and "**" not in row and "@" not in row for row in rows)
    assert "Nothing found in 1 file" in summary(Report((), frozenset("a")))


def test_gitlab() -> None:
    issues = json.loads(rendered("gitlab"))
    assert [issue["severity"] for issue in issues] == ["major", "minor", "info"]
    assert len({issue["fingerprint"] for issue in issues}) == 3
    twice = json.loads(rendered("gitlab", Report((FINDINGS[0], FINDINGS[0]))))
    assert twice[0]["fingerprint"] != twice[1]["fingerprint"]


def test_sarif() -> None:
    log = json.loads(rendered("sarif"))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
    by_rule = {result["ruleId"]: result for result in run["results"]}
    location = by_rule["GL201"]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "run%2C%201%3A2%25.sh"
    change = by_rule["GL201"]["fixes"][0]["artifactChanges"][0]
    assert change["replacements"][0]["insertedContent"]["text"] == "exec "


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found(name: str) -> None:
    text = rendered(name, Report((), frozenset("a")))
    if name in ("json", "gitlab", "sarif"):
        json.loads(text)
    else:
        assert text == ("" if name == "github" else "Nothing found in 1 file.")


def test_nothing_found_but_not_everything_judged() -> None:
    assert "not all of which could be judged" in rendered(
        "text", Report((), frozenset("a"), bugs=(Bug("f", "m", "t"),))
    )


@pytest.mark.parametrize("name", ["text", "concise"])
def test_colours_change_nothing_else(name: str) -> None:
    import re

    coloured = rendered(name, style=Style(True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == rendered(name)
