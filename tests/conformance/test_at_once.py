"""What is done at once for speed comes to the same as step by step: words that are read by one pattern, words that are one field whatever
they become, facts that are compared only with those like them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from script_cases import load
from script_judges import make_context, predict

from gracelint.output.trace_json import render
from gracelint.parsers.shell import level, parse_script, reading
from gracelint.parsers.shell import words as read
from gracelint.parsers.shell.model import Word
from gracelint.records import replace
from gracelint.signals.shell.model.outcome import Command
from gracelint.signals.shell.model.state import holds
from gracelint.source import Document
from gracelint.terminal import PLAIN

KEPT = sorted((Path(__file__).parents[1] / "fixtures/conformance").glob("*.txt"))
SAMPLE = 12  # one of so many scripts

LINES = (
    "app a {b,c} # a comment",
    "app a# b 2>log {fd}>log",
    """app 'a b' "a b" '' "" "$x" "${x}" "$1" "${10}" "$@" "$*" "$#" """,
    """app "$12" "${#}" "${x:-y}" "a$x" 'a'b "a"b "a"'b' "a\\"b" "a`b`" "$(b)" "$[1]" $"a" $'a' """,
    """x='a b' y="$x" z="" export n="$x" a=(b "$c" 'd')""",
    """for i in a 'b c' "$d" "$@"; do app "$i"; done""",
    """case "$1" in 'a b') app;; "$x"|b) app;; esac""",
    """[ "$x" = 'y' ] && [[ "$x" == 'y'* ]] || app "a" \\\n\t'b' """,
    """app "a
b" 'c
d' "$e";app "f"&app 'g'|app "$h" >"$i" <<'j'
"k"
j""",
    """app "a""",
    """app 'a""",
    """app "$x" \\""",
)


def step_by_step(patch: pytest.MonkeyPatch) -> None:
    never = re.compile(r"(?!)")
    for module, name in ((level, "PLAIN_WORD"), (read, "PLAIN_WORD"), (read, "_QUOTED_WORD")):
        patch.setattr(module, name, never)
    patch.setattr(Word, "whole", property(lambda word: False))
    forget()


def forget() -> None:
    for cache in (reading.parse_script, reading.parse_command, reading._ordinary):
        cache.cache_clear()


@pytest.mark.parametrize("line", LINES)
def test_words_are_read_alike(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Document("entry.sh", line).whole()
    forget()
    at_once = repr(parse_script(text))  # joined texts have buffers of their own
    step_by_step(monkeypatch)
    assert repr(parse_script(text)) == at_once
    forget()


@pytest.mark.parametrize("path", KEPT[::SAMPLE], ids=lambda path: path.stem)
def test_followed_alike(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = load(path)
    context = make_context(tmp_path / "context")

    def followed() -> list[str]:
        return list(render(predict(case, context), PLAIN))

    forget()
    at_once = followed()
    step_by_step(monkeypatch)
    assert followed() == at_once
    forget()


def test_facts_are_compared_whole() -> None:
    text = Document("entry.sh", "app a; app b").whole()
    command = Command(text.cut(0, 5), text.cut(0, 5), ("app", "a"))
    others = (
        replace(command, text=text.cut(7, 12)),
        replace(command, argv=("app", "b")),
        replace(command, calls=(text,)),
        replace(command, around=("function",)),
        replace(command, assignments=True),
    )
    assert not any(holds(others, each) for each in (command, replace(command, known=False)))
    assert all(holds(others, replace(each)) for each in others)
    assert holds((*others, replace(command)), command)
    assert holds(("a reason",), "a reason") and not holds(("a reason",), "another")
