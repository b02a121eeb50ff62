"""Rounds of ``for`` that are all alike are not gone through one by one, and it comes to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import signals_support

from gracelint.signals.launch import resolve
from gracelint.signals.shell.loops import repeating

if TYPE_CHECKING:
    from pathlib import Path

    from gracelint.signals.model import Trace
    from gracelint.signals.shell.evaluator.host import Budget

TRIES = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do"
# Where rounds are alike: a function that asks something, a service to wait for, what stands behind the loop.
ALIKE = {
    "ping": f"{TRIES} if ping -q; then break; fi; sleep 1; done\nexec app\n",
    "behind": f'{TRIES} if ping -q; then break; fi; sleep 1; done\nif [ "$i" = 12 ]; then exit 1; fi\nexec app\n',
    "functions": f'ask() {{ if curl -i "$1"; then return 0; fi; say "$1"; return 1; }}\nsay() {{ echo "no $1"; }}\n{TRIES} ask x && break; sleep 1; done\nexec app\n',
    "in a function": f'wait_for() {{ {TRIES} ping && return; sleep 1; done; [ "$i" != 12 ] || exit 1; }}\nwait_for\napp\n',
    "a service": f"app & pid=$!\n{TRIES} kill -0 $pid || exit 1; ping && break; sleep 1; done\nwait $pid\n",
    "no break": f"{TRIES} sleep 1; done\necho $i\napp\n",
    "in the middle": f'{TRIES} if ping; then break; fi; sleep 1; done\n[ "$i" = 1 ] || [ "$i" = 12 ] || exec deaf\nexec app\n',
    "at last": f'ok=\n{TRIES} if ping; then ok=1; break; fi; sleep 1; done\nif [ "$i$ok" = 12 ]; then exit 1; fi\nexec app\n',
}
# Where they are not, or may not be.
OTHERS = {
    "the variable": f"{TRIES} if [ $i = 9 ]; then exec app; fi; sleep 1; done\n",
    "its sum": f"{TRIES} if [ $((i)) -eq 9 ]; then exec app; fi; done\n",
    "less it": f"{TRIES} if [ $((9-i)) = 0 ]; then exec app; fi; done\n",
    "less it, apart": f"{TRIES} if [ $((9 -i)) = 0 ]; then exec app; fi; done\n",
    "in a called function": f'try() {{ test "$i" = 9 && exec app; }}\n{TRIES} try; sleep 1; done\n',
    "roundabout": f"n=i\n{TRIES} eval \"x=\\$$n\"; if [ $x = 9 ]; then exec app; fi; done\n",
    "another variable": f"n=\n{TRIES} n=x$n; if [ $n = xxxxxxxxx ]; then exec app; fi; done\n",
    "arguments": f"set -- a b c d e f g h j\n{TRIES} shift; if [ $# = 0 ]; then exec app; fi; done\n",
    "jobs": f"{TRIES} sleep 5 & done\nwait\napp\n",
    "jobs before it is left": f"{TRIES} app & if ping; then break; fi; done\nif [ $i = 3 ]; then exec deaf; fi\nwait\n",
    "a file": f"{TRIES} echo x >>/tmp/x; if [ \"$(wc -l </tmp/x)\" = 9 ]; then exec app; fi; done\n",
    "options": f"{TRIES} case $- in *e*) exec app;; esac; set -e; done\n",
    "traps": f"{TRIES} trap \"t=$t.\" TERM; t=$t.; done\napp & wait\n",
}  # fmt: skip
BASH = {
    "braces": 'for i in {30..0}; do if ping; then break; fi; sleep 1; done\nif [ "$i" = 0 ]; then exit 1; fi\nexec app\n',
    "an index": "a=(x x x x x x x x x y)\nfor i in {1..12}; do if [ ${a[-i]} = y ]; then exec app; fi; done\n",
    "compared": "for i in {1..12}; do if [[ -9 -eq -i ]]; then exec app; fi; done\n",
    "declared": "declare -i n\nfor i in {1..12}; do n=9-i; if [ $n = 0 ]; then exec app; fi; done\n",
    "let": "for i in {1..12}; do let n=9-i || exec app; done\n",
    "by name": "n=i\nfor i in {1..12}; do if [ \"${!n}\" = 9 ]; then exec app; fi; done\n",
    "a reference": "declare -n n=i\nfor i in {1..12}; do if [ \"$n\" = 9 ]; then exec app; fi; done\n",
    "arrays": "for i in {1..12}; do a+=(x); if [ ${#a[@]} = 9 ]; then exec app; fi; done\n",
    "seconds": "for i in {1..12}; do if [ $SECONDS -gt 9 ]; then exec app; fi; sleep 1; done\napp\n",
}  # fmt: skip
FAMILIES = [
    *((shell, name) for shell in ("dash", "bash", "ash") for name in (*ALIKE, *OTHERS)),
    *(("bash", name) for name in BASH),
]


def told(trace: Trace) -> object:
    """What a trace says, places and conditions included."""
    return (
        trace.verdict,
        trace.missing,
        [
            (path.verdict, path.when, path.why, [(hop.argv, hop.disposition, hop.how, str(hop.text)) for hop in (*path.before, *path.hops)])
            for path in trace.paths
        ],
    )  # fmt: skip


@pytest.mark.parametrize(("shell", "name"), FAMILIES)
def test_the_same_as_going_through_all(
    shell: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budgets: list[Budget]
) -> None:
    text = {**ALIKE, **OTHERS, **BASH}[name]
    short = told(signals_support.script(tmp_path, shell, text))
    steps = launch(budgets)
    monkeypatch.setattr(repeating, "FEWEST", 1000)
    assert short == told(signals_support.script(tmp_path, shell, text))
    if name in ALIKE or name == "braces":
        assert steps < 0.7 * launch(budgets)


def launch(budgets: list[Budget]) -> int:
    """The steps of the last trace."""
    return [budget for budget in budgets if budget.whole == resolve.STEPS][-1].spent
