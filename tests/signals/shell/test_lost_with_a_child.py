"""What a child shell assigns is lost with it, as is what stands in front of a function's call when that is over, and what the shell itself
expands is assigned once: the value of ``i`` behind each text, asked of the shells that are there (dash 0.5.12, bash 5.2 and busybox 1.35 say so)."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from signals_support import script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import NoReturn

SHELLS = {"dash": ["dash"], "bash": ["bash"], "ash": ["busybox", "ash"]}
STARTS = {"0": "i=0", "": "i="}

# What is lost: the value in front, the text.
LOST = [
    ("0", "x=$(echo $((i=i+1)))"),
    ("0", "x=`echo $((i=i+1))`"),
    ("0", "x=$(echo $((i=i+1)) | cat)"),
    ("0", "x=$(true $((i=i+1)) && echo a)"),
    ("0", "x=$([ $((i=i+1)) = 1 ] && echo a)"),
    ("0", "x=$(cd /tmp/$((i=i+1)) 2>/dev/null && pwd)"),
    ("0", "x=$(basename /a/$((i=i+1)))"),
    ("0", "x=$(cat nothing$((i=i+1)) 2>/dev/null)"),
    ("0", "x=$(cat <<X\n$((i=i+1))\nX\n)"),
    ("0", "x=$(eval 'echo $((i=i+1))')"),
    ("0", 'if [ "$(echo $((i=i+1)))" = 1 ]; then :; fi'),
    ("0", "echo $((i=i+1)) | cat >/dev/null"),
    ("0", "i=1 | cat"),
    ("0", "{ i=1; } | cat"),
    ("0", "echo a | while read x; do i=1; done"),
    ("0", "true $((i=i+1)) &"),
    ("", "x=$(echo ${i:=y})"),
    ("", "x=$(: ${i:=y})"),
    ("", "echo ${i:=y} | cat >/dev/null"),
    ("", "( : ${i:=y} )"),
    ("", "x=$(f() { echo ${i:=y}; }; f)"),
    ("", "f() { echo ${i:=y}; }; x=$(f)"),
    ("", "f() { echo ${i:=y}; }; f | cat >/dev/null"),
    ("", 'case "$(echo ${i:=y})" in y) ;; esac'),
]
# What the shell itself has done: the value in front, the text, the value behind it.
KEPT = [
    ("", ": ${i:=y}", "y"),
    ("", "eval ': ${i:=y}'", "y"),
    ("", "f() { echo ${i:=y}; }; f >/dev/null", "y"),
    ("0", "{ i=1; }", "1"),
    ("0", "echo $((i=i+1)) && true", "1"),
    ("0", "! echo $((i=i+1)) >/dev/null", "1"),
    ("0", "/bin/echo $((i=i+1))", "1"),
    ("0", "x=$(echo a)$((i=i+1))", "1"),
    ("0", "[ $((i=i+1)) = 1 ] && x=$(echo a)", "1"),
    ("0", "case $((i=i+1)) in 1) ;; esac", "1"),
    ("0", "for x in $((i=i+1)) b; do :; done", "1"),
    ("0", "while read x; do i=1; done <<X\na\nX", "1"),
    # Several look at what is expanded, though the shell does it once.
    ("0", "echo a > o$((i=i+1))", "1"),
    ("0", "{ echo a; } > o$((i=i+1))", "1"),
    ("0", "while read x; do :; done > o$((i=i+1)) </dev/null", "1"),
    ("0", "f() { echo; }; f > o$((i=i+1))", "1"),
    ("0", "exec 3> o$((i=i+1))", "1"),
    ("0", "> o$((i=i+1))", "1"),
    ("0", ": > o$((i=i+1)); [ -f o1 ] && i=x", "x"),
    ("0", "x=b; echo a > o$x$((i=i+1)); read i < ob1", "a"),
    ("0", "/bin/echo $((i=i+1)) >/dev/null", "1"),
    ("0", "/bin/echo $((i=i+1)) > o; read x < o; i=$i$x", "11"),
    ("0", "x=$((i=i+1)) true", "1"),
    ("0", "x=$((i=i+1)) /bin/true", "1"),
    ("0", "f() { i=$x$i; }; x=$((i=i+1)) f", "11"),
    ("0", "command export x=$((i=i+1)); i=$x$i", "11"),
    ("0", "( echo a ) > o$((i=i+1)) | cat", "0"),
    ("0", ": <<X\n$((i=i+1))\nX", "1"),
    ("0", "read y <<X\n$((i=i+1))\nX\ni=$y$i", "11"),
    ("0", "while read y; do :; done <<X\n$((i=i+1))\nX", "1"),
    ("0", "f() { cat >/dev/null; }; f <<X\n$((i=i+1))\nX", "1"),
    ("0", "read y <<'X'\n$((i=i+1))\nX\n[ \"$y\" = '$((i=i+1))' ] && i=x", "x"),
    # In the child, it is seen.
    ("0", "x=$(: $((i=i+1)); echo $i); i=$x", "1"),
    ("0", "x=$(true $((i=i+1)) && echo $i); i=$x", "1"),
    ("0", "x=$([ $((i=i+1)) = 1 ] && echo $i); i=$x", "1"),
    ("0", "i=$(echo $((i=i+1)))", "1"),
    ("", "i=$(echo ${i:=y}; echo $i)", "y\ny"),
]
# What stands in front of a function's call is the function's for as long as it runs, whatever it does with it.
LENT = [
    ("0", "f() { :; }; i=1 f", "0"),
    ("", "f() { :; }; unset i; i=1 f", ""),
    ("0", "f() { x=$i; }; i=1 f; i=$i$x", "01"),
    ("0", "f() { g; x=$i; }; g() { :; }; i=1 f; i=$i$x", "01"),
    ("0", "f() { i=2 g; x=$i; }; g() { :; }; i=1 f; i=$i$x", "01"),
    ("0", "f() { i=2; x=$i; }; i=1 f; i=$i$x", "02"),
    ("0", "f() { local i=2; x=$i; }; i=1 f; i=$i$x", "02"),
    ("0", "f() { return 1; }; i=1 f || true", "0"),
    ("0", "f() { for x in 1; do return; done; }; i=1 f", "0"),
    ("0", "f() { i=2; }; i=1; i=3 f", "1"),
    ("0", "f() { x=$i$1; }; i=1 f $i; i=$x", "10"),
    ("0", "f() { exit 1; }; ( i=1 f )", "0"),
]
# Of the same, what lasts, by bash and by the others.
CLAIMED = [
    ("0", "f() { export i; }; i=1 f", "1", "0"),
    ("0", "f() { export i=2; }; i=1 f", "2", "0"),
    ("0", "f() { g; }; g() { export i; }; i=1 f", "1", "0"),
    ("0", "f() { readonly i; }; i=1 f", "1", "0"),
    ("0", "f() { unset i; x=$i; }; i=1 f; i=$i$x", "00", "0"),
    ("0", "f() { unset i; i=2; }; i=1 f", "2", "0"),
    ("0", "f() { g; x=$i; }; g() { unset i; }; i=1 f; i=$i$x", "00", "0"),
]
CASES = [*((front, text, front) for front, text in LOST), *KEPT, *LENT]
# The redirections of a program and of a subshell are expanded in the child, as bash does it, or by the shell itself.
EXPANDED_IN = [
    "cat <<X >/dev/null\n$((i=i+1))\nX",
    "/bin/echo a > o$((i=i+1))",
    "( echo a ) > o$((i=i+1))",
    "cat < /dev/null > o$((i=i+1))",
    "x=/bin/echo; $x a > o$((i=i+1))",
    "mkdir -p d > o$((i=i+1))",
]
IN_BASH = [
    ("0", "x=$(echo $((i++)))", "0"),
    ("0", "echo $((i++)) | cat", "0"),
    ("0", "mapfile -t z < <(echo $((i++)))", "0"),
    ("0", "[[ $((i++)) -lt 9 && -n $(date) ]]", "1"),
    ("0", "a[i++]=3; i=$i$a", "13"),
    ("0", "a[i+=1]+=z; i=$i${a[1]}", "1z"),
    ("0", "a=(p q r); x=${a[i++]}${a[i++]}; i=$i$x", "2pq"),
    ("0", "a=(p q r); echo ${a[i++]} > o; read x < o; i=$i$x", "1p"),
    ("0", "a=(p q r); x=$(echo ${a[i++]}); i=$i$x", "0p"),
    ("0", "x=abc; y=${x:i++:1}; i=$i$y", "1a"),
    ("0", "[[ i++ -lt 3 ]]", "1"),
    ("0", "[[ i++ -lt 3 && -n $(date) ]]", "1"),
    ("0", "while [ $i -lt 3 ]; do a[i++]=x; done", "3"),
    ("0", "a=(p q); (( a[0] += 1 )); x=${a[i]}; i=$x", "1"),
    ("0", "(( a[i++] = 7 )); i=$i$a", "17"),
    ("0", "a=(1 2); (( a[i++] += 1 )); i=$i$a", "12"),
    ("0", "cat <<< $((i++)) >/dev/null", "0"),
    ("0", "read y <<< $((i=i+1)); i=$y$i", "11"),
    ("0", "shopt -s lastpipe; echo 1 | read i", "1"),
]
ALL = [
    *((shell, *case) for shell in SHELLS for case in CASES),
    *((shell, "0", text, "0" if shell == "bash" else "1") for shell in SHELLS for text in EXPANDED_IN),
    *(("bash", *case) for case in IN_BASH),
    *((shell, *case, kept if shell == "bash" else lost) for shell in SHELLS for *case, kept, lost in CLAIMED),
]


@pytest.mark.parametrize(("shell", "front", "text", "behind"), ALL)
def test_the_value_behind(tmp_path: Path, shell: str, front: str, text: str, behind: str) -> None:
    whole = f'#!/bin/{"bash" if shell == "bash" else "sh"}\n{STARTS[front]}\n{text}\nif [ "$i" = "{behind}" ]; then exec app; fi\nexec deaf\n'
    assert script(tmp_path, shell, whole).verdict == "graceful"


@pytest.mark.parametrize(("shell", "front", "text", "behind"), ALL)
def test_the_shell_says_so(
    tmp_path: Path, missing: Callable[[str], NoReturn], shell: str, front: str, text: str, behind: str
) -> None:
    argv = SHELLS[shell]
    if shutil.which(argv[0]) is None:
        missing(f"there is no {argv[0]}")
    whole = f'{STARTS[front]}\n{text}\nprintf "=%s=" "$i"\n'
    done = subprocess.run([*argv, "-c", whole], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.endswith(f"={behind}="), done
