"""How shells behave as PID 1, measured: ``python -m gracelint.lab.shells``.

Every form of ``data/shell_forms.toml`` is run under every shell, as ``-c TEXT`` and as a file, with a witness as the application, and
stopped with SIGTERM. What was seen goes to ``data/shell_rows.json`` (the evidence); what follows from it (`behaviour`) to the package's
``signals/data/shells.json``, from which the static side reads how shells behave.

Hazards: a machine so loaded that a tenth of a second passes unused can turn a graceful row into another one. A row that differs from the
recorded one is therefore measured again, with ten times the time, before it is believed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..signals import names
from . import behaviour
from .datafiles import read_toml, write_json
from .keeper import NotStartedError
from .ready import Steady
from .witness import Stand, build

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .report import Report

DATA = Path(__file__).with_name("data")
FORMS = DATA / "shell_forms.toml"
HISTORY = DATA / "shell_history.toml"
ROWS = DATA / "shell_rows.json"
BEHAVIOUR = Path(__file__).parent.parent / "signals" / "data" / "shells.json"

MODES = ("c", "file")
# What is recorded of a run: what PID 1 was when the signal came, the verdict, PID 1's exit code or signal, what each application
# testified (told and untold ones were killed; which of the two can be a race), what PID 1 caught, whether the trap ran, and what a
# shell that ended before the signal complained about.
COLUMNS = ("pid1", "verdict", "status", "apps", "sigcgt", "ran", "said")
_CLEANUP, _GRACE = 0.25, 0.8
# Some take their time: a shell that signals itself until its stack is full, runuser that waits 2 s for its child.
PATIENCE = {"kill-self": 6.0, "wrapper": 4.0}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell: its name here, how it is started, the program behind that, and the Debian package it comes from."""

    name: str
    argv: tuple[str, ...]
    program: str
    package: str

    @property
    def executable(self) -> str | None:
        """Its file, symbolic links resolved; None if it is not installed."""
        found = shutil.which(self.program)
        return None if found is None else os.path.realpath(found)

    @property
    def version(self) -> str:
        """The package's version; "unknown" where there is no dpkg."""
        query = ("dpkg-query", "-W", "-f", "${Version}", self.package)
        try:
            return subprocess.run(query, check=True, capture_output=True, text=True).stdout
        except (FileNotFoundError, subprocess.CalledProcessError):
            return "unknown"


SHELLS = (
    Shell("dash", ("dash",), "dash", "dash"),
    Shell("bash", ("bash",), "bash", "bash"),
    Shell("bash-as-sh", ("sh",), "bash", "bash"),  # by the link in the bench's own folder: bash in its POSIX mode
    Shell("busybox", ("busybox", "ash"), "busybox", "busybox-static"),
    Shell("mksh", ("mksh",), "mksh", "mksh"),
    Shell("zsh", ("zsh",), "zsh", "zsh"),
    Shell("ksh93", ("ksh93",), "ksh93", "ksh93u+m"),
    Shell("yash", ("yash",), "yash", "yash"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """One thing that is asked of a shell."""

    group: str
    name: str
    text: str

    @property
    def witnesses(self) -> int:
        """How many applications it starts."""
        return max(self.text.count("app & "), 1 if re.search(r"\bapp\b", self.text) else 0)


def forms() -> tuple[Form, ...]:
    """All forms, in the order of the file."""
    return tuple(
        Form(group, name, text) for group, entries in read_toml(FORMS).items() for name, text in entries.items()
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder in which one shell can be measured: the witness, ``sh`` (that shell), and the files that forms name."""

    shell: Shell
    stand: Stand
    executable: str

    @classmethod
    def prepare(cls, shell: Shell, witness: Path, folder: Path) -> Bench:
        """Fill a new folder. The shell has to be installed."""
        executable = shell.executable
        if executable is None:
            raise NotStartedError(f"{shell.program} is not installed (Debian package {shell.package})")
        (folder / "bin").mkdir(parents=True)
        os.link(witness, folder / "bin" / "app")
        stand = Stand(folder / "bin", _CLEANUP)
        (folder / "bin" / "sh").symlink_to(executable)
        os.mkfifo(folder / "fifo")
        for name, text in (("part.sh", "app\n"), ("exec.sh", "exec app\n"), ("empty.sh", "")):
            (folder / name).write_text(text, encoding="ascii")
        return cls(shell, stand, executable)

    def measure(self, mode: str, form: Form, patience: float = 1.0) -> Row:
        """One row. ``patience`` stretches all times."""
        patience *= PATIENCE.get(form.group, 1.0)
        folder = self.stand.folder.parent
        if mode == "c":
            rest = ["-c", form.text]
        else:
            script = folder / f"{form.group}.{form.name}.sh"
            script.write_text(form.text + "\n", encoding="utf-8")
            rest = [f"./{script.name}"]
        stand = Stand(self.stand.folder, _CLEANUP * patience)
        report = stand.run(
            [*self.shell.argv, *rest],
            grace=_GRACE * patience,
            witnesses=form.witnesses,
            ready=Steady(0.03 * patience, 1.0),
            cwd=str(folder),
            limit=2.0 * patience,
        )
        return {"mode": mode, "group": form.group, "form": form.name, **self._cell(report, form)}

    def _cell(self, report: Report, form: Form) -> Row:
        known = {os.path.realpath(self.stand.folder / "app"): "app", self.executable: "shell"}
        pid1 = report.pid1.executable
        status = report.status
        cell: Row = {
            "pid1": known.get(pid1, pid1.rpartition("/")[2]) if report.signalled else None,
            "verdict": report.verdict,
            "status": status.code if status.signal is None else names.name(status.signal),
            "apps": [],
            "sigcgt": None,
            "ran": b"RAN" in report.output if "RAN" in form.text else None,
            "said": None,
        }
        if report.signalled:  # an application that PID 1 left behind before may have been there or not
            cell["sigcgt"] = f"{report.pid1.caught:x}"
            cell["apps"] = sorted(
                "finished" if one.finished else "told" if one.signals else "untold" for one in report.testimonies
            )
        complaint = report.output.replace(b"RAN\n", b"").decode("utf-8", "replace").strip()
        if complaint and not report.signalled:
            cell["said"] = complaint.replace(str(self.stand.folder.parent), "")[:100]
        return cell


def measure(
    shells: Iterable[Shell], wanted: Sequence[Form], modes: Sequence[str] = MODES, jobs: int = 8
) -> Iterator[tuple[Shell, Row]]:
    """Rows of shells that are installed, in no particular order of time but in a fixed order of rows."""
    with tempfile.TemporaryDirectory(prefix="gracelint-shells-") as top:
        Path(top).chmod(0o755)
        witness = build(Path(top) / "witness")
        benches = [Bench.prepare(shell, witness, Path(top) / shell.name) for shell in shells]
        tasks = [(bench, mode, form) for mode in modes for form in wanted for bench in benches]
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for task, row in zip(tasks, pool.map(lambda task: task[0].measure(*task[1:]), tasks), strict=True):
                yield task[0].shell, row


def document(rows: Iterable[tuple[Shell, Row]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both data files hold: the evidence (all rows), and what follows from it."""
    by_shell: dict[str, list[Row]] = {}
    for shell, row in rows:
        by_shell.setdefault(shell.name, []).append(row)
    tables: dict[str, Any] = {}
    for name, measured in by_shell.items():
        for row in measured:
            group = tables.setdefault(name, {}).setdefault(row["mode"], {}).setdefault(row["group"], {})
            group[row["form"]] = [row[column] for column in COLUMNS]
    shells = {
        shell.name: {"argv": shell.argv, "package": shell.package, "version": shell.version}
        for shell in SHELLS
        if shell.name in by_shell
    }
    about = {"version": 1, "made_by": "python -m gracelint.lab.shells", "signal": "SIGTERM", "shells": shells}
    evidence = {**about, "columns": COLUMNS, "rows": tables}
    texts: dict[str, dict[str, str]] = {}
    for form in forms():
        texts.setdefault(form.group, {})[form.name] = form.text
    facts = {
        **about,
        "forms": texts,
        "behaviour": {name: behaviour.derive(measured) for name, measured in by_shell.items()},
        "history": read_toml(HISTORY),
    }
    return evidence, facts


def recorded() -> Iterator[tuple[Shell, Row]]:
    """The rows of the data file."""
    shells = {shell.name: shell for shell in SHELLS}
    known = {(form.group, form.name) for form in forms()}
    for name, modes in json.loads(ROWS.read_text(encoding="utf-8"))["rows"].items():
        for mode, groups in modes.items():
            for group, rows in groups.items():
                for form, cell in rows.items():
                    if (group, form) in known:
                        yield (
                            shells[name],
                            {"mode": mode, "group": group, "form": form, **dict(zip(COLUMNS, cell, strict=True))},
                        )


def updated(new: Iterable[tuple[Shell, Row]]) -> Iterator[tuple[Shell, Row]]:
    """The recorded rows with some of them measured again, in the order of the forms."""
    rows = {_key(shell, row): (shell, row) for shell, row in recorded()} if ROWS.exists() else {}
    rows.update({_key(shell, row): (shell, row) for shell, row in new})
    for shell in SHELLS:
        for mode in MODES:
            for form in forms():
                key = (shell.name, mode, form.group, form.name)
                if key in rows:
                    yield rows[key]


def _key(shell: Shell, row: Row) -> tuple[str, str, str, str]:
    return shell.name, row["mode"], row["group"], row["form"]


def main(args: Sequence[str] | None = None) -> int:
    """Measure everything, or some of it, and write both data files; with ``--print``, only print it."""
    parser = argparse.ArgumentParser(
        prog="python -m gracelint.lab.shells", description="Measure how shells behave as PID 1."
    )
    add = parser.add_argument
    add("--print", action="store_true", dest="only_print", help="print rows, write nothing")
    add("--derive", action="store_true", help="measure nothing, derive behaviour from the recorded rows")
    add("--shell", action="append", help="only this shell; the others' rows are kept")
    add("--group", action="append", help="only this group of forms; the others' rows are kept")
    add("--jobs", type=int, default=8, help="runs at a time (default: 8)")
    options = parser.parse_args(args)
    shells = [shell for shell in SHELLS if not options.shell or shell.name in options.shell]
    absent = [shell.package for shell in shells if shell.executable is None]
    if absent:
        parser.error(f"not installed, as Debian calls them: {' '.join(absent)}")
    wanted = [form for form in forms() if not options.group or form.group in options.group]
    rows = iter(()) if options.derive else measure(shells, wanted, jobs=options.jobs)
    if options.only_print:
        for shell, row in rows:
            print(shell.name, json.dumps(row), flush=True)
        return 0
    evidence, facts = document(updated(rows))
    write_json(evidence, ROWS, 5)
    write_json(facts, BEHAVIOUR, 3)
    return 0


if __name__ == "__main__":
    sys.exit(main())
