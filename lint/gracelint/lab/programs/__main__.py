"""``python -m gracelint.lab.programs [TABLE ...] --work DIR``: measure programs, and put the records where the evidence is kept."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..keeper import NotStartedError
from .measure import Bench, NotReadyError
from .table import cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .judge import Record
    from .table import Case

EVIDENCE = Path(__file__).parents[2] / "signals" / "data" / "programs.json"
WHAT = (
    "Programs started as PID 1 of a new PID namespace and sent a signal from outside, one run at a time, by "
    "python -m gracelint.lab.programs. Masks are PID 1's when the signal came; others: the rest of the process tree; "
    "what basis means, and what else stands here, is in docs/evidence.md."
)
Key = tuple[str, str]


def read(path: Path) -> dict[Key, Record]:
    """The records of a file, by name and signal."""
    if not path.exists():
        return {}
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {(one["name"], one["signal"]): one for one in document["records"]}


def write(path: Path, records: dict[Key, Record], order: Sequence[Case]) -> None:
    """Write records, one a line, in the order of the tables; what no table asks for any more is left out."""
    wanted = dict.fromkeys((case.name, f"SIG{signal}") for case in order for signal in case.signals)
    lines = [json.dumps(records[key], ensure_ascii=False) for key in wanted if key in records]
    path.write_text(
        f'{{"what": {json.dumps(WHAT)},\n "records": [\n  ' + ",\n  ".join(lines) + "\n]}\n", encoding="utf-8"
    )


def settled(bench: Bench, case: Case, signal: str, known: Record | None) -> Record:
    """A record; where its verdict is not the known one, the one that most of three runs agree on."""
    first = bench.measure(case, signal)
    if known is None or known["verdict"] == first["verdict"]:
        return first
    runs = [first, bench.measure(case, signal), bench.measure(case, signal)]
    verdict, _ = Counter(run["verdict"] for run in runs).most_common(1)[0]
    print(f"  {case.name} {signal}: {known['verdict']} before, now {[run['verdict'] for run in runs]}", flush=True)
    return next(run for run in runs if run["verdict"] == verdict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for; 1 if something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m gracelint.lab.programs", description=__doc__)
    parser.add_argument(
        "tables", nargs="*", type=Path, metavar="TABLE", help="tables of programs; default: gracelint's own"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for installed packages and for the runs")
    parser.add_argument("--output", type=Path, default=EVIDENCE, help="where the records go")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="measure this program only")
    parser.add_argument("--new", action="store_true", help="measure only what has no record yet")
    parser.add_argument("--install", action="store_true", help="install what is missing (apt-get, pip, npm)")
    options = parser.parse_args(arguments)
    chosen = [case for case in cases(options.tables or None) if not options.only or case.name in options.only]
    bench = Bench.build(options.work)
    if options.install:
        _install(bench, chosen)
    order = [*cases(), *chosen]
    failures = 0
    for case in chosen:
        for signal in case.signals:
            key = (case.name, f"SIG{signal}")
            known = read(options.output)
            if options.new and key in known:
                continue
            try:
                found = settled(bench, case, signal, known.get(key))
            except (NotReadyError, NotStartedError, OSError) as error:  # TimeoutError is an OSError
                failures += 1
                print(f"! {case.name} {signal}: {type(error).__name__}: {str(error)[-1500:]}", flush=True)
                continue
            # Read again: a second run, of another table, may have written in the meantime.
            write(options.output, {**read(options.output), key: found}, order)
            print(
                f"{case.name} {signal}: {found['verdict']} ({found['basis']}) {found['seconds']} s; {found['why']}",
                flush=True,
            )
    return 1 if failures else 0


def _install(bench: Bench, chosen: Sequence[Case]) -> None:
    """Install package by package: one that is not to be had must not keep the others away."""
    for package in dict.fromkeys(package for case in chosen for package in (case.package, *case.needs)):
        _installed(bench, package)


def _installed(bench: Bench, package: str) -> None:
    try:
        bench.packages.install([package])
    except subprocess.CalledProcessError as error:
        print(f"! {package}: {error}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
