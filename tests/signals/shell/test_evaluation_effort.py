"""The work that the evaluation of long scripts takes, in steps: they are the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import signals_support

from gracelint.signals.launch import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from gracelint.signals.shell.evaluator.host import Budget

pytestmark = pytest.mark.usefixtures("unwatched")

# Settings read in functions, as the entrypoints of databases do it: every variable may or may not be set.
SETTINGS = (
    'add() { if [ "$2" ]; then options="$options $1=$2"; else unset_count=$((unset_count+1)); fi; }\n'
    + "".join(
        f'if [ "$SETTING_{number}" ]; then mode{number}=on; else mode{number}=off; fi\n'
        f'add --setting-{number} "$SETTING_{number}"\n'
        for number in range(60)
    )
    + "exec app\n"
)


def test_independent_settings_add_up_and_do_not_multiply(tmp_path: Path, budgets: list[Budget]) -> None:
    trace = signals_support.script(tmp_path, "dash", SETTINGS)
    assert trace.verdict == "graceful"
    launch = next(budget for budget in budgets if budget.whole == resolve.STEPS)
    assert launch.spent < 3000


# What entrypoints of databases and web applications are made of, in few lines; with the steps that each may take. The bounds are somewhat above what was
# needed when they were written; ways that do not meet again (settings, arguments, variables of functions, commands that may hold) take a multiple.
LOG = 'log() { local kind="$1"; shift; printf "%s [%s] %s\\n" "$(date --rfc-3339=seconds)" "$kind" "$*"; }\n'
FROM_FILE = """
from_file() {
    local name="$1" file="${1}_FILE" value="${2:-}"
    if [ "$(eval echo \\$$name)" ] && [ "$(eval echo \\$$file)" ]; then
        echo >&2 "$name and $file are exclusive"
        exit 1
    fi
    if [ "$(eval echo \\$$name)" ]; then
        value="$(eval echo \\$$name)"
    elif [ "$(eval echo \\$$file)" ]; then
        value="$(cat "$(eval echo \\$$file)")"
    fi
    export "$name"="$value"
    unset "$file"
}
"""
SHAPES = {
    "secrets": (FROM_FILE + "".join(f"from_file DB_{number} x\n" for number in range(12)) + 'exec "$@"\n', 950),
    "logs": (LOG + "".join(f'[ "$A{number}" ] && log Note "a{number}"\n' for number in range(20)) + 'exec "$@"\n', 350),
    "local in a branch": (
        'setting() { if [ "$2" ]; then local found="$2"; fi; log "$1"; }\nlog() { echo "$@"; }\n'
        + "".join(f'setting a{number} "$B{number}"\n' for number in range(20))
        + 'exec "$@"\n',
        480,
    ),
    "a command that may hold": (
        "if ! lock --try; then echo waiting; lock; fi\n"
        + "".join(f'if [ "$C{number}" ]; then mode=a{number}; else mode=b{number}; fi\n' for number in range(20))
        + 'exec "$@"\n',
        370,
    ),
    "set up in a subshell": (
        "(\n"
        + "".join(
            f'if [ "$D{number}" ]; then install{number}; else echo skipped; fi\nls /data | sort | (while read -r f; do run "$f"; done)\n'
            for number in range(8)
        )
        + ') 9> /run/lock\nexec "$@"\n',
        340,
    ),
    "functions asked for their output": (
        'value() { local wanted="$1"; shift; while [ $# -gt 0 ]; do case "$1" in "$wanted"=*) echo "${1#*=}"; return 0 ;; esac; shift; done; return 1; }\n'
        'setting() { local found; if ! found="$(value "$1" "$@")"; then found="$(jq -r .$1 /etc/app.json | head -c10)"; fi; echo "${found:-$2}"; }\n'
        + "".join(f'E{number}="$(setting e{number} "$E{number}")"\n' for number in range(20))
        + 'exec "$@"\n',
        160,
    ),
    "arguments taken out one by one": (
        'without() { local no="$1"; shift; kept=(); while [ $# -gt 0 ]; do local word="$1"; shift; '
        'if [ "$word" = "$no" ]; then continue; fi; kept+=("$word"); done; }\n'
        'words=("$@")\nif [ "$F" ]; then words+=("$F"); fi\n'
        + "".join(f'without --option{number} "${{words[@]}}"; words=("${{kept[@]}}")\n' for number in range(8))
        + 'exec "$@"\n',
        330,
    ),
    "arguments looked through": (
        'has() { local wanted="$1"; shift; for each; do case "$each" in "$wanted"|"$wanted"=*) return 0 ;; esac; done; return 1; }\n'
        + "".join(f'if ! has --option{number} "$@"; then set -- "$@" --option{number}; fi\n' for number in range(8))
        + 'exec "$@"\n',
        350,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_entrypoints_are_made_of_takes_few_steps(tmp_path: Path, budgets: list[Budget], shape: str) -> None:
    text, most = SHAPES[shape]
    trace = signals_support.script(tmp_path, "bash", text, ["app"])
    assert trace.verdict == "graceful"
    assert trace.paths[0].pid1[0] == "app"
    launch = next(budget for budget in budgets if budget.whole == resolve.STEPS)
    assert launch.spent < most


# Made to explode: text, the reason given for the unknown.
EXPLODING = [
    (
        "".join(f"if check{i}; then trap 'echo {i}' TERM; else app{i} & fi\n" for i in range(30)) + "wait\n",
        "too many ways through the script",
    ),
    ('a() { b "$@"; }\nb() { a "$@"; }\na\nexec app\n', "calls itself too deeply"),
    ("a() { if x; then b; else b y; fi; b; }\nb() { if z; then a; fi; a; }\na\nexec app\n", "calls itself too deeply"),
    (
        "".join(f"f{i}() {{ echo; }}\n" for i in range(1000))
        + f"all() {{ {'; '.join(f'f{i}' for i in range(1000))}; }}\n"
        + "x=$(all)\n" * 1000
        + "exec app\n",
        "takes too many steps",
    ),
    (
        "".join(
            f'while c{i}; do case "$(x{i})" in a*) trap "echo {i}" TERM;; b*) trap - TERM;; *) app{i} &;; esac\n'
            for i in range(12)
        )
        + "done\n" * 12
        + "wait\n",
        "takes too many steps",
    ),
    ("a() { b & c; }\nb() { c & a; }\nc() { a & b; }\na\nwait\n", "nested too deeply"),
    ('f() { eval "$1 $1"; }\nf "f \'f f\'"\nexec app\n', "nested too deeply"),
    ("if x; then\n" * 3000 + "exec app\n" + "fi\n" * 3000, "nested too deeply"),
    ("x=" + "$(echo " * 500 + "a" + ")" * 500 + "\nexec app\n", "nested too deeply"),
    (f"case $X in\n{''.join(f'{arm}) app{arm};;{chr(10)}' for arm in range(2000))}esac\n", "too many arms"),
]


@pytest.mark.parametrize(
    ("text", "reason"), EXPLODING, ids=[f"{at}-{reason}" for at, (_, reason) in enumerate(EXPLODING)]
)
def test_what_is_made_to_explode_is_unknown(tmp_path: Path, text: str, reason: str, budgets: list[Budget]) -> None:
    trace = signals_support.script(tmp_path, "dash", text)
    assert trace.verdict == "unknown"
    assert any(reason in missing for missing in trace.missing), trace.missing
    assert all(budget.spent <= budget.whole + 100 for budget in budgets)
