"""Real entrypoints: PID 1 and the verdict, as gracelint predicts them, against the kernel:
`python tests/conformance/entrypoints.py CHECKOUTS --debian DIR`.

CHECKOUTS is a folder of checked-out repositories, named ``owner+name``. Nothing of them is kept here but the labels in
`tests/fixtures/conformance/entrypoints.toml`: repository and Dockerfile, what the script needs so that it gets to its end, and the PID 1
and the verdict that were measured. DIR is a debootstrapped Debian. The roots are `entrypoint_roots`' work; programs are witnesses and
one-shot tools real ones or stand-ins that succeed, so this compares ways through scripts: for the verdict, gracelint is told that a witness
handles every signal. Alpine's shell is that of Debian's package ``busybox`` (``--busybox``): that of ``busybox-static`` prefers its applets
to PATH, which Alpine's does not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent))  # run as a script from anywhere

from entrypoint_labels import Label, load, unlabelled
from entrypoint_roots import PATH, Needs, Roots

from gracelint.lab import NotStartedError, Steady, Written, run
from gracelint.lab.witness import testimonies
from gracelint.signals.launch.resolve import Resolver
from gracelint.signals.model import Program, Reaction
from gracelint.signals.names import number
from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gracelint.image.model import Argument, Image
    from gracelint.signals.model import Trace
    from gracelint.signals.process import Environment

GRACE = 2.5
CLEANUP = 0.2
# What the witnesses handle: all signals with which real images are stopped.
CAUGHT = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH")
HANDLED = {signal: Reaction("handles", "a witness cleans up and ends") for signal in CAUGHT}


@dataclass(frozen=True)
class Measured:
    """What the kernel says: PID 1 (empty: it ended), the verdict, the witnesses' names, what was printed."""

    pid1: tuple[str, ...]
    verdict: str
    apps: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True)
class Result:
    """A label, what was measured, and what gracelint predicts (``judged``: told that the witnesses handle every signal)."""

    label: Label
    measured: Measured
    trace: Trace
    judged: Trace
    seconds: float

    @property
    def predicted(self) -> set[tuple[str, ...]]:
        ways = [way for way in self.trace.paths if way.default] or list(self.trace.paths)
        return {way.pid1 for way in ways if way.hops}

    @property
    def judgement(self) -> str:
        label, measured = self.label, self.measured
        if (label.pid1, label.verdict) != (measured.pid1, measured.verdict):
            return "not as labelled"
        missing = self.trace.missing + self.judged.missing
        if not measured.pid1:
            ends = not self.predicted or "the container ends by itself" in missing
            return "ends" if ends else "unknown" if self._excused else "wrong"
        if not any(fits(way, measured.pid1) for way in self.predicted):
            return "unknown" if self._excused and self.trace.verdict == "unknown" else "wrong"
        if self.judged.verdict not in (measured.verdict, "unknown"):
            return "wrong"
        if self.judged.verdict == "unknown":
            return "unknown" if self._excused else "wrong"
        return "right" if len(self.predicted) == 1 else "one of several"

    @property
    def _excused(self) -> bool:
        reasons = self.trace.missing + self.judged.missing
        return self.label.unknown is not None and any(self.label.unknown in reason for reason in reasons)


def fits(predicted: tuple[str, ...], measured: tuple[str, ...]) -> bool:
    """Whether an argv is what was predicted: a word that gracelint does not know is shown as ``$…``, and may be any number of words."""
    if not predicted:
        return not measured
    if predicted[0].startswith("$"):
        return any(fits(predicted[1:], measured[at:]) for at in range(len(measured) + 1))
    if not measured:
        return False
    known = predicted[0].partition("=$")[0]
    same = predicted[0] == measured[0] or (known != predicted[0] and measured[0].startswith(f"{known}="))
    return same and fits(predicted[1:], measured[1:])


def measure(image: Image, needs: Needs, roots: Roots) -> Measured:
    """PID 1 in the steady state, told to stop."""
    root = roots.make(image, needs)
    record = root / "stand-in/record"
    environment = {name: value for name, value in image.env.items() if value is not None}
    environment |= {"HOME": "/root", "GRACELINT_RECORD": "/stand-in/record"}
    environment["GRACELINT_CLEANUP"] = str(round(CLEANUP * 1000))
    environment["GRACELINT_CATCH"] = " ".join(str(number(signal)) for signal in CAUGHT)
    environment.pop("LD_PRELOAD", None)  # a library that is not there makes the loader print to everybody's output
    environment["PATH"] = f"{environment.get('PATH', PATH)}:{PATH}"
    ready = (Written(str(record), b" ready\n", 1, 4.0), Steady(0.15, limit=4.0))
    try:
        report = run(
            image.launch.argv,
            signal=image.stop_signal.name or "SIGTERM",
            grace=GRACE,
            root=str(root),
            env=environment,
            cwd=image.workdir,
            ready=ready,
            uid=None if image.user in (None, "root", "0") else 1000,
        )
    except NotStartedError as error:
        return Measured((), "", output=str(error))
    output = report.output.decode("utf-8", "replace")
    if not report.signalled:
        return Measured((), "", output=output)
    report = replace(report, testimonies=testimonies(record.read_text()))
    apps = tuple(dict.fromkeys(each.name for each in report.testimonies))
    return Measured(report.pid1.argv, report.verdict, apps, output)


def compare(label: Label, checkouts: Path, roots: Roots) -> Result:
    """One entrypoint, measured and predicted."""
    image = label.image(checkouts)
    measured = measure(image, label.needs, roots)
    began = time.process_time()
    trace = follow(image, grace_period=GRACE)
    seconds = time.process_time() - began
    return Result(label, measured, trace, judged(image, measured.apps, label.needs.answers), seconds)


def judged(image: Image, apps: tuple[str, ...], answers: Mapping[str, str | int]) -> Trace:
    """What is predicted where witnesses stand for the applications."""
    with patch.object(Resolver, "describe", _with_witnesses(apps, answers)):
        return follow(image, grace_period=GRACE)


def _with_witnesses(
    apps: tuple[str, ...], answers: Mapping[str, str | int]
) -> Callable[[Resolver, Sequence[Argument], Environment | None], Program | None]:
    """What is known of programs, but that these handle every signal where they stay, and end where the lab has an answer for them."""
    plain = Resolver.describe

    def describe(
        resolver: Resolver, arguments: Sequence[Argument], environment: Environment | None = None
    ) -> Program | None:
        program = plain(resolver, arguments, environment)
        name = arguments[0].value.rpartition("/")[2]
        if name not in apps or (program is not None and (program.stays is False or program.daemonizes)):
            return program
        line = " ".join((name, *(argument.value for argument in arguments[1:])))
        if any(fnmatchcase(line, pattern) and answer not in ("stays", "daemon") for pattern, answer in answers.items()):
            return Program(name, "tools", stays=False)
        return Program(name, "servers", as_pid1=HANDLED, as_child=HANDLED, stays=True)

    return describe


def told(result: Result) -> Iterator[str]:
    """One line, and more where it is not right."""
    measured, judgement = result.measured, result.judgement
    yield f"{judgement:15} {result.label.name} ({result.judged.verdict}; catalogue: {result.trace.verdict}; {1000 * result.seconds:.0f} ms)"
    if judgement not in ("right", "unknown", "ends"):
        yield f"    measured  {list(measured.pid1)} {measured.verdict} {measured.apps}"
        yield f"    predicted {sorted(map(list, result.predicted))} {result.judged.verdict}"
        yield f"    missing   {list(result.judged.missing)[:4]}"
        yield from (f"    | {line[:150]}" for line in measured.output.splitlines()[-6:])


def main() -> int:
    parser = argparse.ArgumentParser(description="Real entrypoints: predicted PID 1 and verdict against the lab.")
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--debian", type=Path, required=True, help="a folder that debootstrap --variant=minbase made")
    parser.add_argument("--busybox", type=Path, default=Path("/bin/busybox"), help="for Alpine's images")
    parser.add_argument("--only", nargs="*", default=[""], help="labels with one of these in their name")
    parser.add_argument(
        "--new", type=int, metavar="N", help="instead: N entrypoints a repository that have no label, as labels"
    )
    options = parser.parse_args()
    labels = load()
    chosen = labels if options.new is None else unlabelled(options.checkouts, labels, options.new)
    counts: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="entrypoints-") as folder,
        closing(Roots(Path(folder), options.debian, options.busybox, options.checkouts)) as roots,
    ):
        for label in chosen:
            if not any(part in label.name for part in options.only):
                continue
            result = compare(label, options.checkouts, roots)
            if options.new is not None:
                measured = result.measured
                result = replace(result, label=replace(label, pid1=measured.pid1, verdict=measured.verdict))
                print(
                    f"[{json.dumps(label.name)}]\npid1 = {json.dumps(measured.pid1)}\nverdict = {json.dumps(measured.verdict)}"
                )
            counts[result.judgement] += 1
            for line in told(result):
                print("# " * (options.new is not None) + line, flush=True)
    print(dict(counts))
    return 1 if counts["wrong"] or counts["not as labelled"] else 0


if __name__ == "__main__":
    sys.exit(main())
