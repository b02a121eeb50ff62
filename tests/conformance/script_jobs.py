"""The part of the grammar that writes applications in their wrappers, jobs, traps in every spelling, and waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from script_sketch import HOLE, Node

if TYPE_CHECKING:
    import random

    from script_sketch import Block


class Jobs:
    """Draws with `rng`, for a shell. ``functions`` are those defined until now, ``jobs`` the variables that hold process numbers."""

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
            return [Node(f"{name}() {{\n{HOLE}\n}}", (steps,)), Node(f"trap {name} {self.names()}")]
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
