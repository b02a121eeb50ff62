"""Where a program begins: launchers, installed commands, layouts of projects; and what Python would refuse in the modules it imports."""

from __future__ import annotations

from pathlib import Path

import pytest
import python_lab

from gracelint.problems import of_applications
from gracelint.signals.trace import follow

EXIT = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
LOOP = "import time\nwhile True:\n    time.sleep(1)\n"
MAIN = (
    "import signal, sys, time\n\ndef main():\n    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    "    while True:\n        time.sleep(1)\n"
)
PROJECTS = {
    "pep-621": {"pyproject.toml": "[project]\nname = 'svc'\n[project.scripts]\nsvc = 'svc.cli:main'\n"},
    "gui": {"pyproject.toml": "[project]\nname = 'svc'\n[project.gui-scripts]\nsvc = 'svc.cli:main'\n"},
    "poetry": {"pyproject.toml": '[tool.poetry]\nname = "svc"\n[tool.poetry.scripts]\nsvc = "svc.cli:main"\n'},
    "flit": {"pyproject.toml": '[tool.flit.metadata]\nmodule = "svc"\n[tool.flit.scripts]\nsvc = "svc.cli:main"\n'},
    "hatch": {"pyproject.toml": '[project]\nname = "svc"\nscripts = { svc = "svc.cli:main" }\n'},
    "setup.cfg": {"setup.cfg": "[metadata]\nname = svc\n[options.entry_points]\nconsole_scripts =\n    svc = svc.cli:main\n"},
    "setup.py": {"setup.py": "from setuptools import setup\nsetup(entry_points={'console_scripts': ['svc=svc.cli:main']})\n"},
}  # fmt: skip
MANAGE = (
    "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n"
)
COMMAND = (
    "import signal, time\n\nclass Command:\n    stopped = False\n\n    def stop(self, *args):\n        self.stopped = True\n\n"
    "    def handle(self, *args, **options):\n        signal.signal(signal.SIGTERM, self.stop)\n        while not self.stopped:\n            time.sleep(1)\n"
)


def traced(folder: Path, files: dict[str, str], command: list[str], extra: str = "") -> tuple[str, int]:
    """The verdict on an image, and how many problems its applications have."""
    python_lab.write(files, folder)
    image = python_lab.image_of(folder, command, extra)
    trace = follow(image)
    return trace.verdict, len(list(of_applications(image, trace)))


@pytest.mark.parametrize("source", ["", "src/"], ids=["flat", "src"])
@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_project(project: dict[str, str], source: str, tmp_path: Path) -> None:
    """The same command, declared in every way; and the near miss whose handler does nothing."""
    files = {**project, f"{source}svc/__init__.py": "", f"{source}svc/cli.py": MAIN}
    assert traced(tmp_path / "a", files, ["svc"])[0] == "graceful"
    files[f"{source}svc/cli.py"] = MAIN.replace("sys.exit(0)", "None")
    assert traced(tmp_path / "b", files, ["svc"])[0] == "killed"


@pytest.mark.parametrize(
    ("files", "command", "extra", "expected"),
    [
        ({"svc/run.py": EXIT + LOOP}, ["python", "-m", "svc.run"], "", "graceful"),
        ({"lib/ns/on.py": EXIT, "app.py": "import ns.on\n" + LOOP}, ["python", "app.py"], "ENV PYTHONPATH=lib\n", "graceful"),
        ({"lib/ns/on.py": EXIT, "app.py": "try:\n    import nowhere\nexcept ImportError:\n    pass\n" + LOOP}, ["python", "app.py"], "", "killed"),
        ({"svc/main.py": EXIT + LOOP}, ["python", "main.py"], "WORKDIR /app/svc\n", "graceful"),
        ({"svc/on.py": EXIT, "svc/main.py": "import on\n" + LOOP}, ["python", "svc/main.py"], "", "graceful"),
        ({"svc/on.py": EXIT, "svc/main.py": "from . import on\n" + LOOP, "svc/__init__.py": ""}, ["python", "-m", "svc.main"], "", "graceful"),
        ({"run.py": "#!/usr/bin/env python3\n" + EXIT + LOOP}, ["./run.py"], "RUN chmod +x run.py\n", "graceful"),
        ({"manage.py": MANAGE, "svc/management/commands/work.py": COMMAND}, ["python", "manage.py", "work"], "", "graceful"),
        ({"manage.py": MANAGE, "svc/management/commands/work.py": COMMAND.replace("= True", "= False")}, ["python", "manage.py", "work"], "", "killed"),
        ({"app.py": EXIT + LOOP}, ["opentelemetry-instrument", "python", "app.py"], "", "graceful"),
        ({"app.py": LOOP}, ["opentelemetry-instrument", "python", "app.py"], "", "killed"),
        ({"app.py": EXIT + LOOP}, ["ddtrace-run", "python", "app.py"], "", "graceful"),
        ({"app.py": LOOP}, ["ddtrace-run", "python", "app.py"], "", "killed"),
        ({"app.py": "app = None\n"}, ["gunicorn", "app:app"], "", "graceful"),
        ({"app.py": "app = None\n"}, ["uvicorn", "pkg.mod:app"], "", "graceful"),
        ({"app.py": "app = None\n"}, ["flask", "--app", "app", "run"], "", "killed"),
    ],
)  # fmt: skip
def test_layout(files: dict[str, str], command: list[str], extra: str, expected: str, tmp_path: Path) -> None:
    assert traced(tmp_path, files, command, extra)[0] == expected


@pytest.mark.parametrize(
    ("module", "problems"),
    [
        ("print 'two'\n", 1),
        ("def f(:\n", 1),
        ("x = 1\n", 0),
        ("type Pair[T] = tuple[T, T]\n", 0),
        ("'" + "(" * 500 + "'\n# " + "[" * 500 + "\n" + "x = 1 + 2\n" * 1500, 0),
    ],
    ids=["python-2", "broken", "fine", "newer", "brackets-in-text"],
)
def test_imported_module(module: str, problems: int, tmp_path: Path) -> None:
    """What Python would refuse in an imported module is told, and the rest is read."""
    files = {"other.py": module, "app.py": "import other\n" + EXIT + LOOP}
    assert traced(tmp_path, files, ["python", "app.py"]) == ("graceful", problems)
