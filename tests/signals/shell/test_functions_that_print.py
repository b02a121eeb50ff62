"""Functions that only print are not followed, and it comes to the same; others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import signals_support
from test_rounds_alike import launch, told

from gracelint.signals.shell.evaluator import remarks

if TYPE_CHECKING:
    from pathlib import Path

    from gracelint.signals.shell.evaluator.host import Budget

# What ends the container where its status is not 0, or a variable has been changed.
BEHIND = 'if [ "$?" = 0 ] && [ "$kind" = app ]; then exec app; fi\nexec deaf\n'
CALL = f"set -e\nkind=app\nlog a b\n{BEHIND}"
STAMPED = '{ local kind="$1"; shift; printf "%s [%s] %s\\n" "$(date -Iseconds)" "$kind" "$*"; }\n'
PRINTS = {
    "a line": 'log() { echo "$@"; }\n',
    "with the time": f"log() {STAMPED}",
    "to the other stream": 'log() { echo "$0: $*" >&2; }\n',
    "through another one": f'stamped() {STAMPED}log() {{ stamped Note "$@" >&2; }}\n',
    "where it is wanted": 'log() { if [ -z "$QUIET" ]; then echo "${1:-nothing}"; fi; }\n',
    "this or that": 'log() { if [ "$LEVEL" = 1 ]; then echo "<6>$*"; elif [ -t 1 ]; then echo "${1%x}"; else :; fi; }\n',
    "its own variables": 'log() { local text="$*"; if [ "$#" = 0 ]; then text="$(cat)"; fi; local at; at="$(date)"; echo "$at $text"; }\n',
}  # fmt: skip
# What may not be left out; each ends in another way than the functions above, or may do so.
DOES_MORE = {
    "assigns": 'log() { kind="$1"; echo "$@"; }\n',
    "assigns in an expansion": 'log() { echo "${unset:=x}"; kind="$unset"; }\n',
    "assigns where it is not local": 'log() { if [ "$A" ]; then local kind; fi; kind=other; echo "$@"; }\n',
    "a pipe": 'log() { echo "$@" | app2; }\n',
    "the last to fail": 'log() { [ -z "$1" ] && echo "$@"; }\n',
    "too few to shift": "log() { local first; shift; shift; shift; echo; }\n",
    "no number": 'log() { printf "%d\\n" "$1"; }\n',
    "exits": 'log() { echo "$@"; exit 1; }\n',
    "execs": 'log() { echo "$@"; exec deaf; }\n',
    "jobs": 'log() { echo "$@"; app & }\n',
    "another one's echo": 'echo() { kind=other; }\nlog() { echo "$@"; }\n',
    "a trap": 'log() { echo "$@"; trap "" TERM; }\n',
    "a reader": 'log() { read -r kind; echo "$kind"; }\n',
    "a file": 'log() { echo "$@" >/no/such/folder; }\n',
    "calls itself": 'log() { echo "$1"; log "$@"; }\n',
}  # fmt: skip
# An echo that is defined behind its first call.
LATER = 'log() { echo "$@"; }\nlog a\necho() { kind=other; }\n'
BASH = {"a pattern of no file": "shopt -s failglob\nlog() { echo /no/such/*; }\n"}
SHELLS = ("dash", "bash", "ash")
CASES = [
    *((shell, name) for shell in SHELLS for name in (*PRINTS, *DOES_MORE, "later")),
    *(("bash", name) for name in BASH),
]


@pytest.mark.parametrize(("shell", "name"), CASES)
def test_the_same_as_following_it(
    shell: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budgets: list[Budget]
) -> None:
    text = {**PRINTS, **DOES_MORE, **BASH, "later": LATER}[name] + CALL
    short = told(signals_support.script(tmp_path, shell, text))
    steps = launch(budgets)
    monkeypatch.setattr(remarks, "only_prints", lambda *_: False)
    assert short == told(signals_support.script(tmp_path, shell, text))
    assert (steps < launch(budgets)) is (name in PRINTS or name == "later")
