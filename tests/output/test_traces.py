"""The drawn forms of a trace, over two made by hand: as recorded in ``traces/``, and with hostile text in every place.

``python tests/output/test_traces.py`` records them anew; look at the difference (and at the SVG, in a browser) before it is committed.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gracelint.image.build import standalone
from gracelint.image.model import StopSignal
from gracelint.output.trace_view import boxes
from gracelint.records import replace
from gracelint.signals.model import Disposition, Hop, SignalPath, Trace
from gracelint.source import Document
from gracelint.terminal import PLAIN, Style

FOLDER = Path(__file__).parent / "traces"
FORMATS = {"text": "txt", "json": "json", "mermaid": "mmd", "svg": "svg", "html": "html"}

DOCUMENT = Document("docker/run.sh", '#!/bin/sh\nworker & \ngunicorn "$@"\n')


def at(text: str, document: Document = DOCUMENT):
    start = document.text.index(text)
    return document.whole().cut(start, start + len(text))


def _image(document: Document = DOCUMENT, target: str | None = None):
    return replace(standalone(document), target=target)


LOST = Trace(
    _image(target="web"),
    StopSignal("SIGQUIT", "3", "dockerfile", at("gunicorn")),
    2.5,
    "killed",
    False,
    (
        SignalPath(
            "killed",
            "PID 1 is still there after 2.5 s, and everything is killed: sh drops it",
            ("$1 is given", '$MODE = "a b"'),
            (),
            (
                Hop(("/bin/sh", "/run.sh"), True, "exec-form", "ignores", at("#!/bin/sh"), "sh drops it"),
                Hop(("worker",), False, "background", "terminates", at("worker"), "it ends", 0, notified=False),
                Hop(
                    ("gunicorn", "it's", ""),
                    False,
                    "fork",
                    "handles",
                    at("gunicorn"),
                    "it drains",
                    0,
                    True,
                    notified=False,
                ),
                Hop(("gunicorn: worker",), False, "fork", "unknown", None, "", 2, finishes=False),
            ),
            2.5,
        ),
        SignalPath(
            "graceful",
            "",
            (),
            (),
            (Hop(("app",), True, "exec", "handles", None, "it stops", None, True, notified=True, finishes=True),),
            0.0,
        ),
    ),
    ("base image corp/base:1 is not known",),
)
NOTHING = Trace(_image(), StopSignal("SIGTERM", "SIGTERM", "default", None), 10.0, "unknown", None, (), ("all",))
TRACES = {"lost": LOST, "nothing": NOTHING}

# What a terminal, an HTML or XML reader, Mermaid or a shell would obey.
HOSTILE = (
    "\x1b[31m\x07\x9b\x00\r\n\u2028\u202e\ud800\udcff\ufffe\uffff"
    "<script>alert(1)</script>]]>--><!--&amp;\"'`#quot;${x}%% end\nend\n  click a"
)


def hostile() -> Trace:
    document = Document(f"d/{HOSTILE}", f"#!/bin/sh\n{HOSTILE}\n")
    hop = Hop((HOSTILE, "-c", HOSTILE * 20), True, "exec-form", "unknown", at(HOSTILE, document), HOSTILE)
    child = replace(hop, pid1=False, parent=0, application=True, notified=False)
    return Trace(
        _image(document, HOSTILE),
        StopSignal(None, HOSTILE, "dockerfile", None),
        10.0,
        "unknown",
        None,
        (SignalPath("unknown", HOSTILE, (HOSTILE,), (), (hop, child), None, (HOSTILE,)),),
        (HOSTILE,),
    )


def rendered(name: str, trace: Trace, style: Style = PLAIN) -> str:
    lines = list(import_module(f"gracelint.output.trace_{name}").render(trace, style))
    return "".join(line + "\n" for line in lines)


@pytest.mark.parametrize(
    ("disposition", "notified", "fate"),
    [
        ("ignores", True, "SIGQUIT is dropped; killed after 2.5 s"),
        ("terminates", True, "told, ends at once"),
        ("misreads", True, "told, but killed before it has finished"),
        ("unknown", None, "killed"),
    ],
)
def test_how_a_process_ends_that_does_not_finish(disposition: Disposition, notified: bool | None, fate: str) -> None:
    hop = Hop(("app",), True, "exec-form", disposition, None, "", None, True, notified=notified, finishes=False)
    path = SignalPath("killed", "", (), (), (hop,), 2.5)
    trace = replace(LOST, paths=(path,))
    assert [box.fate for box in boxes(trace, path)] == [fate]
    over = replace(path, verdict="unknown", over="ends")
    assert [box.fate for box in boxes(replace(trace, paths=(over,)), over)] == ["gone before anybody stops it"]


@pytest.mark.parametrize(
    ("notified", "fate"),
    [(None, "may not hear SIGQUIT"), (True, "told, but may be killed before it has finished")],
)
def test_what_hangs_on_a_race_is_said(notified: bool | None, fate: str) -> None:
    hop = Hop(("app",), True, "exec-form", "handles", None, "", None, True, notified=notified, at_stake=True)
    path = SignalPath("abrupt", "", (), (), (hop,), 2.5)
    assert [(box.fate, box.good) for box in boxes(replace(LOST, paths=(path,)), path)] == [(fate, False)]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", TRACES)
def test_as_recorded(name: str, format_: str) -> None:
    assert rendered(format_, TRACES[name]) == (FOLDER / f"{name}.{FORMATS[format_]}").read_text("utf-8")


class Page(HTMLParser):
    """Elements in order, and whether all of them were closed in order."""

    VOID = frozenset({"br", "meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


TRICKY = {**TRACES, "hostile": hostile()}


@pytest.mark.parametrize("name", TRICKY)
def test_html_is_well_formed_and_does_nothing(name: str) -> None:
    text = rendered("html", TRICKY[name])
    page = Page(text)
    assert page.open == []
    assert not set(page.elements) & {"script", "img", "link", "iframe", "a"}
    assert not any(attribute.startswith("on") or attribute in ("href", "src") for attribute in page.attributes)
    assert "<!--" not in text


@pytest.mark.parametrize("name", TRICKY)
def test_svg_is_well_formed_and_inside_its_frame(name: str) -> None:
    root = ElementTree.fromstring(rendered("svg", TRICKY[name]))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "title", "rect", "text", "path"}
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(text.get("x", -1)) < width
        assert 0 < float(text.get("y", -1)) < height
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(box.get("x", 0)) + float(box.get("width", 0)) <= width
        assert float(box.get("y", 0)) + float(box.get("height", 0)) <= height


@pytest.mark.parametrize("name", TRICKY)
def test_mermaid_labels_hold_nothing_that_is_read(name: str) -> None:
    for line in rendered("mermaid", TRICKY[name]).splitlines()[1:]:
        for label in re.findall(r'"([^"]*)"', line):
            assert not re.search("[<>`]", label.replace("<br/>", ""))
            assert not re.search("#(?!(?:38|34|60|62|96|35);)", label)
        rest = re.sub(r'"[^"]*"', '""', line)
        assert re.fullmatch(
            r'  (?:engine\(\[""\]\)|subgraph way\d+\[""\]|  w\d+p\d+\[""\]:::(?:good|bad|open)|end|unknown\d+\[""\]:::open'
            r"|(?:engine|w\d+p\d+) -\.?-> w\d+p\d+|classDef (?:good|bad|open) stroke:#[0-9a-f]{6}(?:,stroke-width:2px)?)",
            rest,
        )


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_raw(format_: str) -> None:
    text = rendered(format_, hostile())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff\ufffe\uffff]", text)
    if format_ in ("text", "mermaid"):
        assert not re.search(r"^\s*(?:end\n\s*end|click)", text.replace("\n  end\n", "\n"), re.MULTILINE)


def test_json_says_what_was_there() -> None:
    table = json.loads(rendered("json", hostile()))
    assert table["paths"][0]["hops"][0]["argv"][1] == "-c"
    assert "<script>alert(1)</script>" in table["missing"][0]
    assert table["stop_signal"]["name"] is None


def test_colours_change_nothing_but_colours() -> None:
    coloured = rendered("text", LOST, Style(True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == rendered("text", LOST)


if __name__ == "__main__":
    for name, trace in TRACES.items():
        for format_, suffix in FORMATS.items():
            (FOLDER / f"{name}.{suffix}").write_text(rendered(format_, trace), "utf-8")
