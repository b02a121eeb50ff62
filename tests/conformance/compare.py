"""Predicted against measured, over generated scripts: `python tests/conformance/compare.py 10000` prints the table.

Every script is drawn from its number (`script_grammar`), run by the kernel and read by gracelint (`script_judges`), in each of the shells.
The results:

agreed      verdict, PID 1's argv, and who was told and finished are as predicted one of some what was measured is one of several ways that
gracelint leaves open: their verdicts differ, or who was told or could finish hangs on a race unknown     gracelint does not know, and says
why unsteady    measured eight times with more time, some of the answers were as predicted, and the others no worse (if one of them is
worse, it has disagreed) disagreed   it is otherwise: a bug in gracelint (or in the lab)

A machine that is busy with other things is slow, and so a first measurement that does not fit is no disagreement yet: three that leave
`PATIENCE` times as much time for everything decide, and five more where these three do not agree. A disagreement is made as small as it
gets and, with ``--keep FOLDER``, written down as a fixture. Exit status 1 if there is any.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))  # run as a script from anywhere

from script_grammar import sketch
from script_judges import WORST, Stand, predicted
from script_sketch import Sketch, smaller

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from script_cases import Answer, Case, Told

    from gracelint.signals.model import Trace

SHELLS = ("dash", "bash", "ash")
RESULTS = ("agreed", "one of some", "unknown", "unsteady", "disagreed")
MOST_CUTS = 150
PATIENCE, AGAIN, MORE = 3.0, 3, 5


@dataclass(frozen=True)
class Judgement:
    """``kind`` is the reason of an unknown, or in what way they disagree."""

    result: str
    kind: str = ""


@dataclass(frozen=True)
class Comparison:
    """One script: what both said, and how long gracelint took (seconds). ``sketch`` is shrunk where they disagree."""

    seed: int
    sketch: Sketch
    judgement: Judgement
    measured: Answer
    ways: tuple[Answer, ...]
    seconds: float


def fits(way: Answer, measured: Answer) -> bool:
    """Whether what was measured is what was predicted."""
    if "ends" in (way.verdict, measured.verdict):
        return way.verdict == measured.verdict
    if way.crashes:
        return way.pid1 == measured.pid1
    same = way.verdict == measured.verdict or (measured.verdict == "stops" and way.verdict in ("graceful", "abrupt"))
    return same and way.pid1 == measured.pid1 and any(_heard(told, measured.told) for told in way.outcomes)


def _heard(way: Told, measured: Told) -> bool:
    """Whether the same applications heard and finished. One that is killed right behind its signal may not get round to writing it down."""
    if len(way) != len(measured):
        # A loop that starts one more in each round: how many there are depends on when it is stopped.
        return len(way) > 1 and set(way) == set(measured) and len(set(way)) == 1
    pairs = zip(_sorted(way), _sorted(measured), strict=True)
    return all(
        name == other and finished == ended and (heard == told or (heard and not ended))
        for (name, heard, finished), (other, told, ended) in pairs
    )


def _sorted(told: Told) -> list[tuple[str, bool, bool]]:
    return sorted(told, key=lambda each: (each[0], each[2], each[1]))


def is_worse(measured: Answer, ways: Iterable[Answer]) -> bool:
    """Whether what was measured is worse than all that was predicted."""
    return all(WORST.index(measured.verdict) < WORST.index(way.verdict) for way in ways if way.verdict in WORST)


def ways_of(trace: Trace | Exception) -> tuple[Answer, ...]:
    """The ways that the launch takes without an environment of the user's own."""
    if isinstance(trace, Exception):
        return ()
    return tuple(predicted(path) for path in trace.paths if path.default) or tuple(map(predicted, trace.paths))


def judge(trace: Trace | Exception, measured: Answer) -> Judgement:
    """How a prediction stands against a measurement."""
    if isinstance(trace, Exception):
        *_, last = traceback.extract_tb(trace.__traceback__)
        return Judgement("disagreed", f"{type(trace).__name__} in {last.name} ({Path(last.filename).name})")
    ways = ways_of(trace)
    fitting = [way for way in ways if fits(way, measured)]
    if fitting:
        certain = len({way.verdict for way in ways}) == 1 and any(not way.races for way in fitting)
        return Judgement("agreed" if certain else "one of some")
    if measured.verdict == "ends" and any(way.open for way in ways):
        return Judgement("one of some")  # ways that end at once are left out where others hold on
    if not ways or any(way.verdict == "unknown" for way in ways):
        return Judgement("unknown", _general(trace.missing[0] if trace.missing else "no reason given"))
    verdicts = "/".join(sorted({way.verdict for way in ways}))
    if measured.verdict not in {way.verdict for way in ways}:
        return Judgement("disagreed", f"{verdicts} predicted, {measured.verdict} measured")
    if measured.pid1 not in {way.pid1 for way in ways}:
        return Judgement("disagreed", f"{verdicts}, but another PID 1")
    return Judgement("disagreed", f"{verdicts}, but others were told or finished")


def _general(reason: str) -> str:
    """A reason without the names in it."""
    return re.sub(r"(/\S+|\"[^\"]*\"|`[^`]*`|\bapp2?\b)", "…", reason)


class Comparer:
    """Compares, one script after the other."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand

    def compare(self, seed: int, shell: str) -> Comparison:
        """One script."""
        drawn = sketch(seed, shell)
        began = time.process_time()
        trace = self.predict(drawn.case)
        seconds = time.process_time() - began
        judgement, measured = self.judge(drawn.case, trace)
        if judgement.result == "disagreed":
            less = self.shrink(drawn, judgement)
            shrunk = self.predict(less.case)
            again, otherwise = self.judge(less.case, shrunk)
            if again.result == "disagreed":
                drawn, trace, judgement, measured = less, shrunk, again, otherwise
        return Comparison(seed, drawn, judgement, measured, ways_of(trace), seconds)

    def predict(self, case: Case) -> Trace | Exception:
        """The prediction, or the bug that it met."""
        try:
            return self.stand.predict(case)
        except Exception as error:
            return error

    def judge(self, case: Case, trace: Trace | Exception) -> tuple[Judgement, Answer]:
        """Measured once, and where that does not fit, again with more time."""
        measured = self.stand.measure(case)
        judgement = judge(trace, measured)
        if judgement.result != "disagreed":
            return judgement, measured
        again = [self.stand.measure(case, PATIENCE) for _ in range(AGAIN)]
        judgements = [judge(trace, each) for each in again]
        differing = [number for number, each in enumerate(judgements) if each.result == "disagreed"]
        if not differing:
            return judgements[0], again[0]
        if len(differing) == AGAIN:
            return judgements[0], again[0]
        again += [self.stand.measure(case, PATIENCE) for _ in range(MORE)]
        others = [(judged, each) for each in again if (judged := judge(trace, each)).result == "disagreed"]
        judged, worst = min(others, key=lambda pair: WORST.index(pair[1].verdict))
        if is_worse(worst, ways_of(trace)):
            return judged, worst
        return Judgement("unsteady", f"{judged.kind}, {len(others)} of {len(again)} times"), worst

    def shrink(self, drawn: Sketch, judgement: Judgement) -> Sketch:
        """The smallest sketch found that still disagrees in the same way."""
        cuts = 0
        again = True
        while again and cuts < MOST_CUTS:
            again = False
            for less in smaller(drawn):
                cuts += 1
                if cuts >= MOST_CUTS:
                    break
                trace = self.predict(less.case)
                if judge(trace, self.stand.measure(less.case, PATIENCE / 2)) == judgement:
                    drawn, again = less, True
                    break
        return drawn


_comparer: Comparer


def _begin(folder: str, numbers: multiprocessing.queues.Queue[int]) -> None:
    global _comparer
    os.nice(5)
    _comparer = Comparer(Stand(Path(folder) / "stand").copy(Path(folder) / str(numbers.get())))


def _compare(task: tuple[int, str]) -> Comparison:
    return _comparer.compare(*task)


def compare(tasks: Iterable[tuple[int, str]], jobs: int) -> Iterator[Comparison]:
    """Compare all (seed, shell), as many at a time as there are ``jobs`` (a run mostly waits, so three a processor are not too many)."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        Stand.make(Path(folder) / "stand")
        numbers = context.Queue()
        for number in range(jobs):
            numbers.put(number)
        with context.Pool(jobs, _begin, (folder, numbers)) as pool:
            yield from pool.imap_unordered(_compare, tasks)


def table(found: Iterable[Comparison]) -> Iterator[str]:
    """The table, in lines."""
    found = list(found)
    width = max(map(len, RESULTS))
    yield f"{'':{width}}  " + "".join(f"{shell:>8}" for shell in (*SHELLS, "all"))
    counts = Counter((each.judgement.result, each.sketch.shell) for each in found)
    for result in RESULTS:
        row = [counts[result, shell] for shell in SHELLS]
        yield f"{result:{width}}  " + "".join(f"{number:8}" for number in (*row, sum(row)))
    for result in ("unknown", "unsteady", "disagreed"):
        kinds = Counter(each.judgement.kind for each in found if each.judgement.result == result)
        if kinds:
            yield f"\n{result}:"
            yield from (f"{number:6}  {kind}" for kind, number in kinds.most_common(25))
    times = sorted(each.seconds for each in found)
    if times:
        yield f"\ngracelint's time: median {1000 * times[len(times) // 2]:.0f} ms, slowest {1000 * times[-1]:.0f} ms"


def told(each: Comparison) -> str:
    """A disagreement in full, as a fixture: what draws it again, what was predicted, and the script with what was measured."""
    again = f"compare.py 1 --first {each.seed} --shell {each.sketch.shell}"
    ways = "".join(f"predicted: {way}\n" for way in each.ways)
    comment = f"{again}: {each.judgement.result}, {each.judgement.kind}\n{ways}measured: {each.measured}\n"
    return each.sketch.case.dumps(each.measured, comment)


def main() -> int:
    parser = argparse.ArgumentParser(description="Predicted against measured, over generated scripts.")
    parser.add_argument("scripts", type=int, help="how many scripts, each in every shell")
    parser.add_argument("--first", type=int, default=0, help="number of the first (default 0)")
    parser.add_argument("--shell", action="append", choices=SHELLS, help="only this shell")
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1))
    parser.add_argument("--keep", type=Path, help="a folder for what they disagree about")
    parser.add_argument("--unknown", type=Path, help="a folder for what gracelint does not know")
    options = parser.parse_args()
    shells = options.shell or SHELLS
    tasks = [(seed, shell) for seed in range(options.first, options.first + options.scripts) for shell in shells]
    found = []
    for each in compare(tasks, options.jobs):
        found.append(each)
        folder = {"disagreed": options.keep, "unsteady": options.keep, "unknown": options.unknown}.get(
            each.judgement.result
        )
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{each.sketch.shell}-{each.seed}.txt").write_text(told(each))
        if len(found) % 200 == 0:
            print(f"{len(found)} of {len(tasks)}", file=sys.stderr)
    print("\n".join(table(found)))
    return int(any(each.judgement.result == "disagreed" for each in found))


if __name__ == "__main__":
    sys.exit(main())
