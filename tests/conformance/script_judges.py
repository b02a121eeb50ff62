"""The two who answer: the kernel (`measure`) and gracelint (`predict`).

The kernel is asked in the lab: a bare root folder with the shell in question, the tools that entrypoints use and witnesses under three names, each of which
cleans up for half a second, or, where another one is to be the slowest, for a tenth of one, as gracelint's simulation assumes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bare_root import install
from script_cases import APPLICATIONS, ENV, Answer, Case

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab import NotStartedError, Steady, Written, run
from gracelint.lab.witness import build, testimonies
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gracelint.lab import Report
    from gracelint.lab.ready import Inside
    from gracelint.signals.model import SignalPath, Trace

GRACE = 2.5
CLEANUP, QUICK = 0.5, 0.1  # as in gracelint's simulation
QUIET = 0.08
MOST_ORDERS = 8  # a loop may start a new application in each of its rounds
MOST_AGAIN = 6  # runs more, for all of them together
Above: TypeAlias = tuple[tuple[str, ...], ...]
Who: TypeAlias = tuple[str, Above, int]
"""An application: its name, the words of those that have started it, and which one of the same, in the order in which they were started."""
# Where there is time: the child that BusyBox's timeout leaves, also behind a command that is over, looks once a second whether that is so.
LOOKED = 1.2
WORST = ("killed", "abrupt", "stops", "graceful", "ends")
PATH = "/usr/local/bin:/usr/bin:/bin"
TOOLS = """
    cp mv ln chown sleep cat tail env nice nohup timeout setsid mkdir id basename dirname tr grep tee seq touch rm chmod sed date ls expr
    mkfifo xargs chroot flock ionice setpriv gosu kill pkill killall true false test head wc cut sort uniq awk mktemp find pgrep ps readlink
    stat hostname uname whoami nproc printenv install diff cmp md5sum sync yes echo printf
""".split()
INITS = ("tini", "dumb-init")
CONFIGURED = {"on": dict.fromkeys(("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"), "handles")}
PROGRAMS: dict[str, Any] = dict.fromkeys(APPLICATIONS, CONFIGURED)


@dataclass(frozen=True)
class Resting:
    """No application cleans up: what the script itself has stopped is on its way out, and the container perhaps with it."""

    record: Path
    limit: float

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield while one does."""
        while any(each.signals and not each.finished for each in testimonies(self.record.read_text())):
            yield


@dataclass(frozen=True)
class Stand:
    """Root folders, one a shell, and a build context. One case at a time."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Stand:
        """Build it (needs a C compiler, and the shells and inits of .ci/packages.txt)."""
        folder.mkdir(parents=True, exist_ok=True)
        build(folder / "witness")
        for shell in ("dash", "bash", "ash"):
            root = folder / shell
            for name in ("usr/bin", "usr/local/bin", "record", "tmp", "proc", "dev", "work", "etc"):
                (root / name).mkdir(parents=True)
            (root / "bin").symlink_to("usr/bin")
            for name in INITS:
                install(root, name)
            if shell == "ash":
                install(root, "busybox")
                applets = subprocess.run(
                    ["busybox", "--list"], capture_output=True, text=True, check=True
                ).stdout.split()
                for name in ("sh", *TOOLS):
                    if name in applets:
                        os.link(root / "bin/busybox", root / "bin" / name)
                    else:
                        install(root, name)  # Alpine's busybox has it, Debian's not
            else:
                for name in ("dash", "bash", *TOOLS):
                    install(root, name)
                os.link(root / "bin/dash", root / "bin/sh")
            for name in APPLICATIONS:
                os.link(folder / "witness", root / "usr/local/bin" / name)
        make_context(folder / "context")
        return cls(folder)

    def copy(self, folder: Path) -> Stand:
        """Another one, of hard links: for another case at the same time."""
        shutil.copytree(self.folder, folder, copy_function=os.link, symlinks=True)
        return Stand(folder)

    def measure(self, case: Case, patience: float = 1.0) -> Answer:
        """What the kernel says. Where several applications were there, each of the first few in turn needs longest to clean up, and the worst of it counts.

        ``patience`` multiplies the times that a busy machine may need more of.
        """
        alike = self._run(case, patience)
        if len(alike.pids) > 1:
            again = iter(range(MOST_AGAIN))
            whos = list(alike.pids)[:MOST_ORDERS]
            return slowest_in_turn([self._slow(case, patience, who, alike.pids[who], again) for who in whos])
        return slowest_in_turn([alike])

    def _slow(self, case: Case, patience: float, who: Who, pid: int, again: Iterator[int]) -> Order:
        """A run in which this application was the slowest, which a witness knows by its number: where the kernel has given it another
        one this time, because two shells forked at once, it is tried again with that, as often as ``again`` lasts."""
        order = self._run(case, patience, pid)
        while order.pids.get(who, pid) != pid and next(again, None) is not None:
            pid = order.pids[who]
            order = self._run(case, patience, pid)
        return order

    def _run(self, case: Case, patience: float, slowest: int | None = None) -> Order:
        root = self.folder / case.shell
        _place(case, root)
        _empty(root / "tmp")
        record = root / "record/witnesses"
        record.write_text("")
        record.chmod(0o666)
        environment = {
            **ENV,
            "PATH": PATH,
            "HOME": "/",
            "GRACELINT_RECORD": "/record/witnesses",
            "GRACELINT_CLEANUP": str(round(CLEANUP * 1000)),
            "GRACELINT_QUICK": str(round(QUICK * 1000)),
        }
        if slowest is not None:
            environment["GRACELINT_SLOWEST"] = str(slowest)
        steady = Steady(QUIET if patience == 1.0 else LOOKED, limit=3.0 * patience)
        there = Written(str(record), b" ready\n", 1, 0.6 * patience)
        ready = (there, steady, Resting(record, 3 * CLEANUP), steady)
        argv = [*case.entrypoint, *case.cmd]
        grace = GRACE * patience
        try:
            report = run(argv, signal=case.stop, grace=grace, root=str(root), env=environment, cwd="/work", ready=ready)
        except NotStartedError:
            return Order("ends")
        return order_of(report, record.read_text())

    def predict(self, case: Case) -> Trace:
        """What gracelint says."""
        return predict(case, self.folder / "context")


def make_context(folder: Path) -> Path:
    """A build context that holds the applications, as far as gracelint looks at them."""
    folder.mkdir()
    for name in APPLICATIONS:
        (folder / name).write_bytes(b"\x7fELF\0")
        (folder / name).chmod(0o755)
    return folder


def predict(case: Case, context: Path) -> Trace:
    """What gracelint says, with a context of `make_context` to put the scripts in."""
    _place(case, context)
    image = build_image(parse(Document("Dockerfile", case.dockerfile)), Context(str(context)))
    return follow(image, grace_period=GRACE, programs=PROGRAMS)


@dataclass(frozen=True)
class Order:
    """One run, with one of the applications as the slowest. ``told``: whether each heard and finished; ``pids``: its process number, which may be another one
    in the next run, where two shells fork at once."""

    verdict: str
    pid1: tuple[str, ...] = ()
    told: Mapping[Who, tuple[bool, bool]] = field(default_factory=dict)
    pids: Mapping[Who, int] = field(default_factory=dict)


def order_of(report: Report, record: str) -> Order:
    """A lab run in the terms that are compared."""
    if not report.signalled:
        return Order("ends")
    over = {process.pid for process in report.processes if process.ended is not None and process.ended < 0}
    report = replace(report, testimonies=tuple(each for each in testimonies(record) if each.pid not in over))
    present = {(process.pid, process.argv[0].rpartition("/")[2]) for process in report.tree if process.argv}
    told: dict[Who, tuple[bool, bool]] = {}
    pids: dict[Who, int] = {}
    parents = {process.pid: process.parent for process in report.tree}
    argvs = {process.pid: process.argv for process in report.tree}
    ranks = Counter[tuple[str, Above]]()
    for each in sorted(report.testimonies, key=lambda each: each.pid):
        # Of two with one name, either may get the lower number.
        alike = each.name, tuple(argvs[pid] for pid in _above(parents, each.pid))
        who = *alike, ranks[alike]
        ranks[alike] += 1
        pids[who] = each.pid
        if (each.pid, each.name) in present:  # not one that was started since
            told[who] = bool(each.signals), each.finished
    verdict = report.verdict
    if not report.testimonies and verdict in ("graceful", "abrupt"):
        verdict = "stops"  # nobody had anything to lose
    return Order(verdict, report.pid1.argv, told, pids)


def _above(parents: Mapping[int, int], pid: int) -> Iterator[int]:
    """The processes that have started one, its parent first."""
    while (pid := parents.get(pid, 0)) in parents:
        yield pid


def slowest_in_turn(orders: Sequence[Order]) -> Answer:
    """One answer of several runs: the worst verdict, and who heard and finished every time."""
    worst = min(orders, key=lambda order: WORST.index(order.verdict))
    told = []
    for who in worst.told:
        outcomes = [order.told[who] for order in orders if who in order.told]
        told.append((who[0], all(heard for heard, _ in outcomes), all(finished for _, finished in outcomes)))
    return Answer(worst.verdict, worst.pid1, tuple(sorted(told)))


def predicted(path: SignalPath) -> Answer:
    """A predicted way in the terms of what is measured."""
    if not path.hops or "the container ends by itself" in path.missing:
        return Answer("ends")
    told = []
    if any(hop.program is None and hop.shell is None for hop in path.hops):
        return Answer("unknown", path.pid1)  # a program that nobody knows: it may not even be there
    for hop in path.hops:
        name = hop.argv[0].rpartition("/")[2] if hop.argv else ""
        known = hop.program.name if hop.program is not None else name  # `exec -a` shows another one
        if known in APPLICATIONS and hop.shell is None:
            told.append((name, hop.notified, hop.finishes if hop.at_stake else False))
    crashes = any(hop.shell is not None and hop.shell.stop and hop.shell.stop.ends == "crashes" for hop in path.hops)
    return Answer(path.verdict, path.pid1, tuple(told), bool(path.when) or path.leaving, crashes)


def _empty(folder: Path) -> None:
    """A folder in which anybody may make files, as every image has it, without those of the case before."""
    shutil.rmtree(folder)
    folder.mkdir()
    folder.chmod(0o1777)


def _place(case: Case, folder: Path) -> None:
    for old in folder.glob("*.sh"):
        old.unlink()
    for name, text in case.files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
