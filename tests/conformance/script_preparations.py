"""The part of the grammar that writes what comes before the application and ends: settings, conditions, functions, files that are read, loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import script_idioms as idioms
from script_jobs import Jobs
from script_sketch import HOLE, Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_sketch import Block

    Idioms = tuple[tuple[str, ...], ...]


class Preparations(Jobs):
    """Draws what ends."""

    def preparation(self, depth: int) -> list[Node]:
        kinds: list[tuple[int, Callable[[], list[Node]]]] = [
            (6, lambda: [self.line()]),
            (3, lambda: [self.choice_of_arguments(depth)]),
            (2, self.function),
            (2, self.sourced),
            (2, lambda: [self.trap()]),
            (5, lambda: self.idiom(idioms.PREPARATIONS, idioms.BASH_PREPARATIONS)),
        ]
        if depth:
            kinds += [(4, lambda: [self.branch(depth, self.small)]), (1, lambda: [self.repeat(depth)])]
        chosen = self.rng.choices([each for _, each in kinds], [weight for weight, _ in kinds])[0]
        return chosen()

    def small(self, depth: int) -> Block:
        return tuple(node for _ in range(self.rng.choice((1, 1, 2))) for node in self.preparation(depth - 1))

    def line(self) -> Node:
        bash = (
            "args=(--serve x)", 'args+=("$PORT")', "mapfile -t lines </dev/null", "shopt -s nullglob", "declare -a extra", "declare MODE2=a", "cat <<< hi",
            "while read -r l; do echo \"$l\"; done < <(echo x)", "upper=${MODE^^}", "rest=(\"${@:2}\")", "select s in a b; do break; done </dev/null", "let n=1+1", "(( n = 3 ))",
            "for ((i = 0; i < 2; i++)); do :; done", "x+=y", "first=${1:0:1}", "echo {a,b}", "[[ -n $x ]] || x=3", "echo x |& cat", "cat <(echo x)", "printf -v y %s a", "true &>/dev/null",
            "export -n HOST", "name=${0##*/}; name=${name//x/y}", "disown", "set -o pipefail", "local z=1", "read -r first rest <<< \"a b\"", "pushd /tmp >/dev/null",
        )  # fmt: skip
        if self.some(0.2 if self.bashisms else 0.01):
            return Node(self.one(*bash))
        return Node(
            self.one(
                ":", "true", "echo ready", "echo starting >&2", "x=1", "export HOST=local", "cd /tmp", "umask 022",
                "mkdir -p /tmp/run", "sleep 0.02", "test -d /tmp", "false || true", "! false", "true && echo yes",
                "[ -n \"$x\" ] || x=2", "name=$(basename /srv/app)", "echo one | cat", "cat </dev/null", "(cd /tmp && true)",
                "{ true; echo grouped; }", "unset x", "PORT=${PORT:-80}", ": ${LEVEL:=info}", "readonly R=1", "set --",
                "set -- \"$@\"", "hash -r", "eval 'y=2'", "nice true", "false", "grep -q x /dev/null || true",
                "cat <<EOF >/tmp/conf\nport=$PORT\nEOF", "cat <<'EOF' >/tmp/conf\n$x\nEOF", "exec 3>/tmp/fd", "exec 2>&1", "exec 3>&-", "read -r line </dev/null || true", "IFS=:; set -- $1; unset IFS",
                "i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done", "until [ -d /tmp ]; do sleep 0.02; done", "for i in a b; do [ $i = a ] && continue; echo $i; done", "while :; do break; done",
                "while getopts a:s opt; do :; done", "while getopts :ab: opt; do case $opt in a) x=5;; *) ;; esac; done; shift $((OPTIND - 1))", "[ -z \"$1\" ] || shift", "eval \"z=$PORT\"",
                "sh -c 'exit 0'", "sh -c 'exit 3' || true", "x=$(sh -c 'echo hi')", "x=`echo hi`", "command true", "echo \"${DEBUG:+on}\"", "printf '%s\\n' \"$@\"", "type app >/dev/null", "(exit 3) || true",
                "case $PORT in 80*) x=6;; esac", "export A=1 B=2", ". /dev/null", "[ $# -eq 0 ] || echo \"$*\"", "echo \"${1:-none}\" \"${x-}\"", "{ echo a; } >/dev/null 2>&1", "sleep 0.02 & wait $!", "sleep 0.02 & wait",
            )
        )  # fmt: skip

    def idiom(self, plain: Idioms, bash: Idioms) -> list[Node]:
        """One of those that real entrypoints are made of."""
        chosen = self.rng.choice(bash if self.bashisms and self.some(0.4) else plain)
        job = self.job()
        filled = []
        for line in chosen:
            for name, text in (("@job@", job), ("@names@", self.names())):
                line = line.replace(name, text)
            if "@app@" in line:
                line = line.replace("@app@", self.application())
            line = line.replace("@two@", self.one("app2", "app2 x", "worker")).replace("@run@", self.one(*idioms.RUNS))
            filled.append(Node(line))
        if any("/env.sh" in line for line in chosen) and self.some(0.8):
            self.files["env.sh"] = (Node("LEVEL=info"), Node("NAME=app"), Node(self.one("PORT=9000", "HOST=local")))
        return filled

    def function(self) -> list[Node]:
        name = f"prepare{len(self.functions)}"
        head = self.rng.choice(("%s() {", "%s () {", "function %s {" if self.bashisms else "%s() {")) % name
        body = self.small(1)
        self.functions.append(name)
        nodes = [Node(f"{head}\n{HOLE}\n}}", (body,))]
        if self.some(0.8):
            nodes.append(Node(self.one(name, f'{name} "$@"', f"if {name}; then :; fi", f"{name} || true")))
        return nodes

    def sourced(self) -> list[Node]:
        if self.sourcing:
            return [Node("sourced=yes")]  # a file that reads itself does so for ever
        if "lib.sh" not in self.files:
            self.sourcing = True
            self.files["lib.sh"] = tuple(self.preparation(0))
            self.sourcing = False
        return [
            Node(
                self.one(
                    ". /lib.sh",
                    "[ -f /lib.sh ] && . /lib.sh",
                    ". /lib.sh || exit 1",
                    "source /lib.sh" if self.bashisms else ". /lib.sh",
                )
            )
        ]

    def choice_of_arguments(self, depth: int) -> Node:
        return Node(
            self.one(
                'if [ "${1#-}" != "$1" ]; then\nset -- app "$@"\nfi',
                '[ "$1" = app ] || set -- app "$@"',
                "if [ $# -eq 0 ]; then\nset -- app\nfi",
                'case "$1" in\n-*) set -- app "$@" ;;\nesac',
                'if [ "$1" = worker ]; then\nshift\nset -- app2 "$@"\nfi',
                'if [ "${1:0:1}" = - ]; then\nset -- app "$@"\nfi' if self.bashisms else '[ -n "$1" ] || set -- app',
                'if [[ $1 == -* ]]; then\nset -- app "$@"\nfi' if self.bashisms else "[ $# -gt 0 ] || set -- app2",
                'set -- app --port "$PORT"',
            )
        )

    def condition(self) -> str:
        plain = (
            '[ "$1" = app ]', '[ "$1" != app ]', "[ $# -gt 0 ]", '[ "$#" -eq 1 ]', '[ -z "$DEBUG" ]', '[ -n "${DEBUG:-}" ]',
            '[ "$MODE" = prod ]', 'test "$MODE" = dev', '[ "${1#-}" = "$1" ]', "[ -f /lib.sh ]", "[ -x /entry.sh ]", "[ ! -e /absent ]",
            "command -v app >/dev/null", "command -v nothing >/dev/null 2>&1", "true", "false", "! false", '[ "$(id -u)" = 0 ]',
            '[ "$PORT" -gt 1000 ]', '[ "${MODE%d}" = pro ]', '[ "$MODE" = prod ] && [ $# -gt 0 ]', '[ "$MODE" = dev ] || [ -n "$1" ]',
            '[ "$MODE" = prod -a -n "$PORT" ]', "[ -d /work ]", '[ "${#MODE}" = 4 ]', "[ $((PORT + 1)) -eq 8001 ]", "grep -q nothing /dev/null",
        )  # fmt: skip
        extra = (
            "[[ $1 == a* ]]",
            "[[ -z $DEBUG ]]",
            "[[ $MODE =~ ^p ]]",
            "(( PORT > 80 ))",
            "[[ $1 = app && $# -gt 1 ]]",
        )
        return self.one(*plain, *idioms.CONDITIONS, *(extra if self.bashisms else ()))

    def branch(self, depth: int, body: Callable[[int], Block]) -> Node:
        kind = self.rng.random()
        if kind < 0.35:
            return Node(f"if {self.condition()}; then\n{HOLE}\nfi", (body(depth),))
        if kind < 0.65:
            return Node(f"if {self.condition()}; then\n{HOLE}\nelse\n{HOLE}\nfi", (body(depth), body(depth)))
        if kind < 0.75:
            text = f"if {self.condition()}; then\n{HOLE}\nelif {self.condition()}; then\n{HOLE}\nelse\n{HOLE}\nfi"
            return Node(text, (body(depth), body(depth), body(depth)))
        if kind < 0.95:
            subject = self.one('"$1"', "$1", '"${1:-app}"', '"$MODE"', '"$MODE-$1"')
            patterns = [
                self.one("app", "a*", "-*", "app|app2", "prod", "dev|test", "prod-*", "worker", "''")
                for _ in range(self.rng.choice((1, 2)))
            ]
            arms = "".join(f"{pattern})\n{HOLE}\n;;\n" for pattern in (*patterns, "*"))
            return Node(f"case {subject} in\n{arms}esac", tuple(body(depth) for _ in (*patterns, "*")))
        return Node(f"{self.condition()} {self.one('&&', '||')} {{\n{HOLE}\n}}", (body(depth),))

    def repeat(self, depth: int) -> Node:
        head = self.one("for i in 1 2", 'for word in "$@"', "for f in /*.sh", "while false", "until true")
        return Node(f"{head}; do\n{HOLE}\ndone", (self.small(depth),))
