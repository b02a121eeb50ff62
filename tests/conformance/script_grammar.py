"""Entrypoint scripts by a grammar, from a seed.

What is drawn is a tree (`script_sketch`). The grammar writes what entrypoints are made of: conditions on known arguments and variables, functions, traps in every spelling, applications in front and behind, waits,
loops, wrappers, sourced files, and the exec at the end. About one script in eight has a habit of the other shells' (``[[`` under dash, ``trap … SIGTERM``).

Times: a pause during the start is 0.02 s, far below what the lab takes for steady; a pause in a loop 0.3 s, far above.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import script_idioms as idioms
from script_preparations import Preparations
from script_sketch import HOLE, Node, Sketch

if TYPE_CHECKING:
    from collections.abc import Callable

    from script_sketch import Block


def sketch(seed: int, shell: str) -> Sketch:
    """The case of a number, in a shell."""
    return _Writer(random.Random(f"{seed} {shell}"), shell).sketch()


class _Writer(Preparations):
    """Draws one case: the launch, the preparations, and at the end what stays."""

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
            self.one(f"(\n{HOLE}\n)", f"{{\n{HOLE}\n}}", f"{{\n{HOLE}\n}} 2>&1", f"(\n{HOLE}\n) &\nwait $!"),
            (body,),
        )

    def main_function(self) -> list[Node]:
        body = tuple(self.finish(1))
        local = (Node("local name=$1"),) if self.some(0.2) else ()
        return [
            Node(f"main() {{\n{HOLE}\n}}", ((*local, *body),)),
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
                    "/sub.sh & child=$!\ntrap 'kill $child; wait $child' TERM\nwait $child",
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
