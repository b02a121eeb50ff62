"""Entrypoint scripts by a grammar, from a seed.

What is drawn is a tree (`Node`), so that a case can be made smaller by leaving out nodes or putting a node's inside in its place (`smaller`).
The grammar writes what entrypoints are made of: conditions on known arguments and variables, functions, traps in every spelling, applications in front and behind, waits,
loops, wrappers, sourced files, and the exec at the end. About one script in eight has a habit of the other shells' (``[[`` under dash, ``trap … SIGTERM``).

Times: a pause during the start is 0.02 s, far below what the lab takes for steady; a pause in a loop 0.3 s, far above.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import script_idioms as idioms
from script_cases import INTERPRETERS, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Idioms = tuple[tuple[str, ...], ...]

_HOLE = "\0"


@dataclass(frozen=True)
class Node:
    """A line, or a compound command whose ``text`` has a hole for each of its blocks."""

    text: str
    blocks: tuple[tuple[Node, ...], ...] = ()

    def __str__(self) -> str:
        pieces = self.text.split(_HOLE)
        inner = [render(block) or ":" for block in self.blocks]
        return pieces[0] + "".join(block + piece for block, piece in zip(inner, pieces[1:], strict=True))


Block = tuple[Node, ...]


def render(block: Block) -> str:
    """A block as text."""
    return "\n".join(str(node) for node in block)


@dataclass(frozen=True)
class Sketch:
    """A case as a tree. ``inline``: a command string, the last word of the entrypoint (before CMD); ``files`` are scripts."""

    shell: str
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    files: Mapping[str, Block]
    inline: Block | None = None
    stop: str = "SIGTERM"

    @property
    def case(self) -> Case:
        """The case in full."""
        heads = {name: "" if name == "env.sh" else f"#!{INTERPRETERS[self.shell]}\n" for name in self.files}
        files = {name: f"{heads[name]}{render(block)}\n" for name, block in self.files.items()}
        words = self.entrypoint if self.inline is None else (*self.entrypoint, render(self.inline))
        return Case(self.shell, words, self.cmd, files, self.stop)

    @property
    def size(self) -> tuple[int, int]:
        """How big it is, to compare."""
        case = self.case
        return sum(map(len, case.files.values())) + len("".join(case.entrypoint)), len(case.cmd)


def smaller(sketch: Sketch) -> Iterator[Sketch]:
    """Sketches with a little less in them, the boldest cuts first."""
    if len(sketch.entrypoint) > 1 and sketch.inline is None:
        yield replace(sketch, entrypoint=sketch.entrypoint[-1:])
    if sketch.stop != "SIGTERM":
        yield replace(sketch, stop="SIGTERM")
    for at in range(len(sketch.cmd)):
        yield replace(sketch, cmd=sketch.cmd[:at] + sketch.cmd[at + 1 :])
    for name, block in sketch.files.items():
        for less in _less(block):
            yield replace(sketch, files={**sketch.files, name: less})
    if sketch.inline is not None:
        for less in _less(sketch.inline):
            yield replace(sketch, inline=less)


def _less(block: Block) -> Iterator[Block]:
    for at, node in enumerate(block):
        before, after = block[:at], block[at + 1 :]
        yield before + after
        for inner in node.blocks:
            yield before + inner + after
        for number, inner in enumerate(node.blocks):
            for less in _less(inner):
                blocks = (*node.blocks[:number], less, *node.blocks[number + 1 :])
                yield (*before, replace(node, blocks=blocks), *after)


def sketch(seed: int, shell: str) -> Sketch:
    """The case of a number, in a shell."""
    return _Writer(random.Random(f"{seed} {shell}"), shell).sketch()


class _Writer:
    """Draws one case. ``functions`` are those defined until now, ``jobs`` the variables that hold process numbers."""

    def __init__(self, rng: random.Random, shell: str) -> None:
        self.rng, self.shell = rng, shell
        self.functions: list[str] = []
        self.jobs: list[str] = []
        self.files: dict[str, Block] = {}
        self.foreign = rng.random() < 0.12
        self.sourcing = False

    @property
    def bashisms(self) -> bool:
        return self.shell == "bash" or self.foreign

    def some(self, probability: float) -> bool:
        return self.rng.random() < probability

    def one(self, *choices: str) -> str:
        return self.rng.choice(choices)

    # --- the whole ---

    def sketch(self) -> Sketch:
        launch = self.rng.random()
        name = "bash" if self.shell == "bash" else "sh"
        cmd = self.arguments()
        stop = self.rng.choices(("SIGTERM", "SIGQUIT", "SIGINT", "SIGUSR1", "SIGHUP"), (84, 5, 6, 3, 2))[0]
        before = self.rng.choices(
            (
                (), ("tini", "--"), ("tini", "-g", "--"), ("dumb-init", "--"), ("dumb-init", "-c", "--"), ("env", "A=1"),
                ("tini", "-s", "-e", "143", "--"), ("nice", "-n", "5"), ("timeout", "60"), ("nohup",), ("sh", "-c", '"$0" "$@"'), ("sh", "-c", 'exec "$0" "$@"'),
            ),
            (68, 9, 5, 7, 3, 2, 1, 1, 1, 1, 1, 1),
        )[0]  # fmt: skip
        if launch < 0.22:
            inline = self.script(short=True)
            return Sketch(self.shell, (*before, name, "-c"), self.rng.choice(((), ("app",))), self.files, inline, stop)
        entry = self.script()
        words = (*before, "/entry.sh") if launch < 0.9 else (*before, name, "/entry.sh")
        return Sketch(self.shell, words, cmd, {"entry.sh": entry, **self.files}, None, stop)

    def arguments(self) -> tuple[str, ...]:
        return self.rng.choices(
            (("app",), ("app", "--serve"), ("--serve",), (), ("app2", "x"), ("worker",), ("sh", "-c", "app")),
            (45, 15, 12, 10, 8, 5, 5),
        )[0]

    def script(self, short: bool = False) -> Block:
        block: list[Node] = []
        if not short and self.some(0.35):
            block.append(
                Node(
                    self.one(
                        "set -e", "set -eu", "set -e", "set -u", "set -ex", "set -m" if self.some(0.3) else "set -e"
                    )
                )
            )
        for _ in range(self.rng.choice((0, 0, 1) if short else (0, 1, 1, 2, 3))):
            block.extend(self.preparation(2))
        block.extend(self.finish(2, short))
        if self.some(0.08):
            block.append(self.line())
        return tuple(block)

    # --- preparation: what ends ---

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
        nodes = [Node(f"{head}\n{_HOLE}\n}}", (body,))]
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

    # --- conditions ---

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
            return Node(f"if {self.condition()}; then\n{_HOLE}\nfi", (body(depth),))
        if kind < 0.65:
            return Node(f"if {self.condition()}; then\n{_HOLE}\nelse\n{_HOLE}\nfi", (body(depth), body(depth)))
        if kind < 0.75:
            text = f"if {self.condition()}; then\n{_HOLE}\nelif {self.condition()}; then\n{_HOLE}\nelse\n{_HOLE}\nfi"
            return Node(text, (body(depth), body(depth), body(depth)))
        if kind < 0.95:
            subject = self.one('"$1"', "$1", '"${1:-app}"', '"$MODE"', '"$MODE-$1"')
            patterns = [
                self.one("app", "a*", "-*", "app|app2", "prod", "dev|test", "prod-*", "worker", "''")
                for _ in range(self.rng.choice((1, 2)))
            ]
            arms = "".join(f"{pattern})\n{_HOLE}\n;;\n" for pattern in (*patterns, "*"))
            return Node(f"case {subject} in\n{arms}esac", tuple(body(depth) for _ in (*patterns, "*")))
        return Node(f"{self.condition()} {self.one('&&', '||')} {{\n{_HOLE}\n}}", (body(depth),))

    def repeat(self, depth: int) -> Node:
        head = self.one("for i in 1 2", 'for word in "$@"', "for f in /*.sh", "while false", "until true")
        return Node(f"{head}; do\n{_HOLE}\ndone", (self.small(depth),))

    # --- the end: what stays ---

    def finish(self, depth: int, short: bool = False) -> list[Node]:
        kinds: list[tuple[float, Callable[[], list[Node]]]] = [
            (6, lambda: [self.replaced()]),
            (3, lambda: [self.foreground()]),
            (6, self.supervised),
            (1.5, self.unsupervised),
            (1, lambda: [self.pipeline()]),
            (1, lambda: [self.nested()]),
            (1, self.by_array),
            (0.7, lambda: [self.through()]),
            (1.2, self.starter),
            (0.5, self.restarting),
            (13, lambda: self.idiom(idioms.ENDINGS, idioms.BASH_ENDINGS)),
        ]
        if depth:
            kinds += [
                (3.5, lambda: [self.branch(depth, lambda d: tuple(self.finish(d - 1)))]),
                (1, self.main_function),
                (1, lambda: [self.group(depth)]),
            ]
        if depth and not short:
            kinds += [(1.5, self.chained), (0.7, self.looped)]
        chosen = self.rng.choices([each for _, each in kinds], [weight for weight, _ in kinds])[0]
        return chosen()

    def application(self) -> str:
        """A command line of an application, perhaps in a wrapper."""
        base = self.rng.choices(
            ('"$@"', "app", "app --serve", "app2", 'app "$@"', "$@", "${CMD:-app}", "/usr/local/bin/app"),
            (7, 6, 3, 2, 2, 1, 1, 1),
        )[0]
        wrapper = self.rng.choices(
            (
                "",
                "env A=1 ",
                "nice ",
                "nice -n 5 ",
                "nohup ",
                "timeout 60 ",
                "setsid ",
                "env ",
                self.one("tini -- ", "tini -g -- ", "tini -s -- "),
                self.one("dumb-init ", "dumb-init -c ", "dumb-init -r 15:2 "),
                "command ",
                "timeout -k 1 60 ",
                self.one(
                    "gosu 1000 ",
                    "gosu 1000:1000 ",
                    "setpriv " if self.shell == "ash" else "setpriv --reuid=1000 --regid=1000 --clear-groups ",
                ),
                "flock /tmp/lock ",
            ),
            (80, 3, 3, 2, 1.5, 2, 1.5, 1, 1, 1, 1, 1, 1.5, 0.5),
        )[0]
        return wrapper + base

    def redirect(self) -> str:
        both = " &>/tmp/log" if self.bashisms or self.some(0.1) else " >&2"
        forms = ("", " >/dev/null", " 2>&1", " </dev/null", " >>/tmp/log 2>&1", both, " 2>/tmp/err", " 3>&1")
        return self.rng.choices(forms, (80, 5, 5, 3, 3, 3, 2, 1))[0]

    def foreground(self) -> Node:
        prefix = "A=1 " if self.some(0.06) else ""
        tail = self.rng.choices(
            ("", " || exit 1", " && exit 0", "; exit $?", "\nexit 0", " # last"), (70, 6, 6, 6, 8, 4)
        )[0]
        return Node(prefix + self.application() + self.redirect() + tail)

    def replaced(self) -> Node:
        command = self.application() if self.some(0.95) else self.one("A=1 app", "/missing-program")
        if command.startswith("command "):
            command = command[8:]
        text = f"exec {command}{self.redirect()}"
        form = self.rng.choices(
            (
                "{}",
                "({})",
                "{{ {}; }}",
                "{} &\nwait",
                "true && {}",
                "false || {}",
                "eval '{}'",
                "{} | cat",
                'eval "{}"',
                "A=1 {}",
            ),
            (78, 4, 3, 2, 3, 2, 2, 2, 2, 2),
        )[0]
        if form == 'eval "{}"' and '"' in text:
            form = "{}"
        return Node(form.format(text))

    def by_array(self) -> list[Node]:
        """A command line put together in an array, or in the positional parameters."""
        if not self.bashisms:
            return [Node(self.one("set -- app --x", 'set -- app "$@"', 'set -- nice "$@"')), self.arguments_run()]
        fill = self.one(
            "cmd=(app --x)", 'cmd=(app "${@:2}")', 'cmd=("$@")', "cmd=(app)\ncmd+=(--port)", "declare -a cmd=(app)"
        )
        use = self.one(
            'exec "${cmd[@]}"',
            '"${cmd[@]}"',
            'exec "${cmd[@]:0:1}"',
            'exec "${cmd[0]}"',
            '"${cmd[@]}" &\nwait $!',
        )
        return [Node(fill), Node(use)]

    def arguments_run(self) -> Node:
        return Node(
            self.one(
                'exec "$@"', '"$@"', "exec $*", 'exec "$1"', 'eval "exec $*"', 'sh -c "$*"', 'exec sh -c "exec $*"'
            )
        )

    def through(self) -> Node:
        """An application whose input or output is the shell's own affair."""
        if self.bashisms and self.some(0.7):
            return Node(
                self.one(
                    "exec app > >(cat)",
                    "exec > >(tee /tmp/log) 2>&1\nexec app",
                    "app > >(cat)",
                    "exec app 2> >(cat >&2)",
                    "exec app <<< x",
                )
            )
        return Node(
            self.one(
                "app 2>&1 | cat",
                "{ app 2>&1; echo $? >/tmp/code; } | cat",
                "exec 3>&1\nexec app",
                "exec app <<EOF\n$PORT\nEOF",
                "app <<'EOF'\nx\nEOF",
                "exec app </dev/null >/tmp/log 2>&1",
            )
        )

    def starter(self) -> list[Node]:
        """A function that starts what it is given in the background."""
        nodes = [Node(self.one('start() {\n"$@" &\npid=$!\n}', 'start() { "$@" & pid=$!; pids="$pids $pid"; }'))]
        nodes += [Node(f"start {name}") for name in ("app", "app2 x")[: self.rng.choice((1, 2))]]
        self.jobs.append("pid")
        stop = self.one(
            "kill $pid", "kill $pids", "for p in $pids; do kill $p; done", "kill $pid; wait $pid", "kill $pids; wait"
        )
        trap = [Node(f"trap '{stop}' {self.names()}")] if self.some(0.8) else []
        return [*nodes, *trap, *self.waiting()]

    def restarting(self) -> list[Node]:
        """A loop in the background that starts the application again and again."""
        loop = self.one(
            "while true; do app; sleep 0.3; done &",
            "until app; do sleep 0.3; done &",
            "(while :; do app; sleep 0.3; done) &",
        )
        self.jobs.append("pid")
        return [Node(loop), Node("pid=$!"), *self.handler(), *self.waiting()]

    def group(self, depth: int) -> Node:
        body = tuple(self.finish(depth - 1))
        return Node(
            self.one(f"(\n{_HOLE}\n)", f"{{\n{_HOLE}\n}}", f"{{\n{_HOLE}\n}} 2>&1", f"(\n{_HOLE}\n) &\nwait $!"),
            (body,),
        )

    def main_function(self) -> list[Node]:
        body = tuple(self.finish(1))
        local = (Node("local name=$1"),) if self.some(0.2) else ()
        return [
            Node(f"main() {{\n{_HOLE}\n}}", ((*local, *body),)),
            Node(self.one('main "$@"', "main", 'main "$@" || exit $?', "main app")),
        ]

    def pipeline(self) -> Node:
        return Node(
            self.one(
                "app | cat",
                "app 2>&1 | tee /tmp/log",
                "app | app2",
                '"$@" | cat',
                "echo x | app",
                "! app",
                "{ app; true; } | cat",
                "app | cat &\nwait",
            )
        )

    def nested(self) -> Node:
        shell = "bash" if self.shell == "bash" and self.some(0.7) else "sh"
        inner = self.one(
            "app",
            "exec app",
            "app; true",
            "exec app --x",
            "app & wait",
            "true && app",
            "trap 'exit 0' TERM; app & wait",
            "$0",
            'exec "$@"',
        )
        rest = ' app "$@"' if inner in ("$0", 'exec "$@"') else ""
        quote = "'" if "'" not in inner else '"'
        return Node(f"{self.one('', '', 'exec ')}{shell} -c {quote}{inner}{quote}{rest}")

    def chained(self) -> list[Node]:
        if "sub.sh" not in self.files:
            self.files["sub.sh"] = ()  # no chain into itself
            jobs, self.jobs = self.jobs, []
            functions, self.functions = self.functions, []
            self.files["sub.sh"] = (*self.preparation(0), *self.finish(0))
            self.jobs, self.functions = jobs, functions
        return [
            Node(
                self.one(
                    'exec /sub.sh "$@"',
                    'exec /sub.sh "$@"',
                    "/sub.sh",
                    '/sub.sh "$@"',
                    ". /sub.sh",
                    'exec sh /sub.sh "$@"',
                    "/sub.sh &\nwait $!",
                )
            )
        ]

    def looped(self) -> list[Node]:
        nodes = [self.trap()] if self.some(0.5) else []
        text = self.one(
            "while true; do\napp\nsleep 0.3\ndone",
            "while :; do app || true; sleep 0.3; done",
            "until app; do sleep 0.3; done",
            "for i in 1 2 3; do app; done",
            "while ! app; do :; done",
        )
        return [*nodes, Node(text)]

    # --- jobs and traps ---

    def background(self) -> list[Node]:
        variable = self.one("pid", "child", "PID")
        form = self.rng.choices(
            ("{} &", "{} &", "( {} ) &", "{{ {}; }} &", "{} | cat &", "(exec {}) &", "({} &)"), (60, 20, 4, 4, 3, 4, 3)
        )[0]
        nodes = [Node(form.format(self.application() + self.redirect()))]
        if self.some(0.85):
            nodes.append(Node(f"{variable}=$!"))
            self.jobs.append(variable)
        return nodes

    def supervised(self) -> list[Node]:
        """Jobs, a trap, a wait, in one order or the other."""
        jobs = self.background()
        if self.some(0.2):
            jobs += self.background()
        traps = self.handler()
        parts = [*traps, *jobs] if self.some(0.6) else [*jobs, *traps]
        return [*parts, *self.waiting()]

    def unsupervised(self) -> list[Node]:
        nodes = self.background()
        return [
            *nodes,
            *(
                self.waiting()
                if self.some(0.7)
                else [
                    Node(
                        self.one(
                            "app2", "exec app2", "tail -f /dev/null", "exec tail -f /dev/null", "sleep infinity", '"$@"'
                        )
                    )
                ]
            ),
        ]

    def job(self) -> str:
        variable = self.rng.choice(self.jobs or ["pid"])
        return self.one(f"${variable}", f'"${variable}"', f'"${{{variable}}}"', f"${variable}")

    def signal(self) -> str:
        names = ("TERM",) * 12 + ("15", "15", "INT", "SIGTERM", "term", "HUP", "USR1", "USR2")
        return self.one(*names)

    def kill(self) -> str:
        job = self.job()
        return self.rng.choices(
            (
                f"kill {job}", f"kill -TERM {job}", f"kill -{self.signal()} {job}", f"kill -s {self.one('TERM', 'TERM', 'SIGTERM', '15')} {job}",
                f"kill {job} 2>/dev/null", f"kill -- -{job}", "kill 0", "kill $(jobs -p)", "kill %1", f"kill -0 {job} && kill {job}", "kill -TERM -1",
                f"kill -KILL {job}", f"kill -QUIT {job}", f"kill {job} $!", "kill $nothing", f"kill -n 15 {job}",
            ),
            (30, 20, 6, 6, 6, 1, 2, 4, 2, 3, 1, 1, 0.5, 2, 0.5, 0.5),
        )[0]  # fmt: skip

    def action(self) -> str:
        """What a trap does."""
        steps = [self.kill()] if self.some(0.8) else []
        if self.some(0.15):
            steps.insert(0, self.one("echo stopping", ":", "trap - TERM", "trap '' TERM"))
        if steps and self.some(0.55):
            steps.append(self.one(f"wait {self.job()}", f"wait {self.job()}", "wait", "sleep 0.1"))
        if self.some(0.5):
            steps.append(
                self.one("exit 0", "exit 0", "exit", "exit 143", "exit 1", "return 0" if self.some(0.3) else "exit 0")
            )
        return "; ".join(steps) or self.one(":", "exit 0", "")

    def names(self) -> str:
        if self.bashisms or self.some(0.03):
            return self.one(
                "TERM",
                "TERM INT",
                "SIGTERM",
                "SIGTERM SIGINT",
                "15",
                "term",
                "EXIT",
                "TERM EXIT",
                "TERM INT QUIT",
                "INT TERM HUP USR1 QUIT",
            )
        if self.shell == "ash":
            return self.one(
                "TERM", "TERM INT", "SIGTERM", "15", "EXIT", "TERM QUIT", "INT TERM HUP USR1 QUIT", "0 TERM"
            )
        return self.one(
            "TERM", "TERM INT", "15", "2 15", "EXIT", "TERM QUIT", "INT TERM HUP USR1 QUIT", "TERM EXIT", "TERM"
        )

    def handler(self) -> list[Node]:
        """A trap, by text or by function."""
        if self.some(0.08):
            return []
        action = self.action()
        if self.some(0.4):
            name = self.one("stop", "on_term", "cleanup", "_term")
            steps = tuple(Node(step) for step in action.split("; ") if step) or (Node(":"),)
            if self.some(0.3):
                steps = (Node("echo caught"), *steps)
            return [Node(f"{name}() {{\n{_HOLE}\n}}", (steps,)), Node(f"trap {name} {self.names()}")]
        quote = "'" if "'" not in action and self.some(0.93) else '"'
        if quote == '"' and '"' in action:
            quote = "'" if "'" not in action else '"'
        if quote == '"' and ('"' in action or "'" in action):
            action, quote = "exit 0", "'"
        return [Node(f"trap {quote}{action}{quote} {self.names()}")]

    def trap(self) -> Node:
        return Node(
            self.one(
                "trap 'exit 0' TERM",
                "trap : TERM",
                "trap - TERM",
                "trap 'echo bye' EXIT",
                "trap 'exit 0' INT",
                "trap 'exit 0' TERM INT",
                "trap '' HUP",
                "trap '' TERM" if self.some(0.2) else "trap 'exit 1' TERM",
                "trap '' INT",
                "trap 'true' USR1",
                "trap",
                "trap TERM",
                "trap -- 'exit 0' TERM",
                "trap - INT TERM",
                "trap '' TERM\ntrap - TERM",
                "trap 'exit 0' TERM\ntrap : TERM",
                "trap 'echo err' ERR" if self.bashisms else "trap : 1 2 3",
                "trap '' EXIT",
            )
        )

    def waiting(self) -> list[Node]:
        job = self.job()
        text = self.rng.choices(
            (
                "wait", f"wait {job}", "wait $!", 'wait "$!"', f"wait {job}\nwait {job}", f"wait {job} || true\nwait {job}",
                "while true; do sleep 0.3; done", "while :; do sleep 0.3 & wait $!; done", f"while kill -0 {job} 2>/dev/null; do sleep 0.3; done",
                "tail -f /dev/null", "sleep infinity", "sleep infinity & wait $!", "wait -n" if self.bashisms else "wait", f"wait {job}\nexit $?",
                "while true; do wait; done", f"while kill -0 {job} 2>/dev/null; do wait {job}; done", "tail -f /dev/null & wait", f"wait {job}; trap - TERM; wait {job}",
                f"wait {job}\nstatus=$?\ntrap - TERM INT\nwait {job}\nexit $status", "exec tail -f /dev/null", "", "wait && exit 0", f"until ! kill -0 {job} 2>/dev/null; do sleep 0.3; done",
                "read x", "app2", "while sleep 0.3; do :; done", f"wait {job} $!", "wait; wait", f"until wait {job}; do :; done", "wait -n; wait -n" if self.bashisms else "wait %1",
                f"wait {job} || wait {job}", "while wait -n; do :; done" if self.bashisms else f"wait {job}; exit", "disown\nwait" if self.bashisms else "wait\nwait",
            ),
            (16, 16, 8, 3, 6, 3, 3, 3, 3, 2, 2, 2, 3, 3, 1, 2, 2, 2, 2, 1, 1.5, 1, 1, 0.3, 1.5, 1.5, 2, 2, 2, 1.5, 2, 1, 1),
        )[0]  # fmt: skip
        return [Node(text)] if text else []
