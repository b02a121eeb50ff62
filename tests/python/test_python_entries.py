"""Where a program begins: launchers, installed commands, layouts of projects; and what Python would refuse in the modules it imports."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
import python_lab

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.parsers.dockerfile import parse
from gracelint.problems import of_applications
from gracelint.signals.trace import follow
from gracelint.source import Document

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
    "poetry-table": {"pyproject.toml": '[tool.poetry]\nname = "svc"\n[tool.poetry.scripts]\nsvc = { reference = "svc.cli:main", type = "console" }\n'},
    "hatch": {"pyproject.toml": '[project]\nname = "svc"\nscripts = { svc = "svc.cli:main" }\n'},
    "setup.cfg": {"setup.cfg": "[metadata]\nname = svc\n[options.entry_points]\nconsole_scripts =\n    svc = svc.cli:main\n"},
    "setup.py-text": {"setup.py": "from setuptools import setup\nsetup(entry_points=\"\"\"\n[console_scripts]\nsvc = svc.cli:main\n\"\"\")\n"},
    "setup.py": {"setup.py": "from setuptools import setup\nsetup(entry_points={'console_scripts': ['svc=svc.cli:main']})\n"},
}  # fmt: skip
DEAF = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: None)\napp = None\n"
# Each with what it runs the program by; and what execs or runs any command.
LAUNCHERS = [
    ("coverage run --parallel-mode", ["app.py"]),
    ("coverage run -m", ["app"]),
    ("python -m coverage run", ["app.py"]),
    ("newrelic-admin run-python", ["app.py"]),
    ("newrelic-admin run-program", ["python", "app.py"]),
    ("python -m debugpy --listen 0.0.0.0:5678", ["app.py"]),
    ("python -m debugpy --listen 0.0.0.0:5678 -m", ["app"]),
    ("memray run -o trace.bin", ["app.py"]),
    ("python -m cProfile -o profile", ["app.py"]),
    ("python -m cProfile -o profile -m", ["app"]),
    ("poetry run", ["python", "app.py"]),
    ("pipenv run", ["python", "-m", "app"]),
]
RUNNERS = [
    "python -m",
    "ddtrace-run",
    "opentelemetry-instrument",
    "newrelic-admin run-program",
    "uv run",
    "poetry run",
    "pipenv run",
    "pdm run",
    "coverage run -m",
]
MANAGE = (
    "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n"
)
COMMAND = (
    "import signal, time\n\nclass Command:\n    stopped = False\n\n    def stop(self, *args):\n        self.stopped = True\n\n"
    "    def handle(self, *args, **options):\n        signal.signal(signal.SIGTERM, self.stop)\n        while not self.stopped:\n            time.sleep(1)\n"
)


def traced(
    folder: Path, files: dict[str, str], command: list[str], extra: str = "", base: str = "python:3.11-slim"
) -> tuple[str, int]:
    """The verdict on an image, and how many problems its applications have."""
    python_lab.write(files, folder)
    image = python_lab.image_of(folder, command, extra, base)
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
        *(
            ({"app.py": source + LOOP}, [*line.split(), *command], "", verdict)
            for source, verdict in ((EXIT, "graceful"), ("", "killed"))
            for line, command in LAUNCHERS
        ),
        *(({"app.py": "app = None\n"}, [*line.split(), "gunicorn", "app:app"], "", "graceful") for line in RUNNERS),
        *(({"app.py": DEAF}, [*line.split(), "gunicorn", "app:app"], "", "killed") for line in RUNNERS),
        *(({"app.py": "app = None\n"}, [*line.split(), "celery", "-A", "app", "worker"], "", "graceful") for line in RUNNERS),
        ({"app.py": EXIT + LOOP}, ["hatch", "run", "python", "app.py"], "", "killed"),
        ({"app.py": EXIT + LOOP}, ["uv", "run", "app.py"], "", "graceful"),
        ({"app.py": LOOP}, ["uv", "run", "-m", "app"], "", "abrupt"),
        ({"app.py": EXIT + LOOP}, ["pdm", "run", "python", "app.py"], "", "graceful"),
        ({"app.py": EXIT + LOOP}, ["python", "-c", EXIT + LOOP], "", "graceful"),
        ({"app.py": "app = None\n"}, ["gunicorn", "app:app"], "", "graceful"),
        ({"app.py": "app = None\n"}, ["uvicorn", "pkg.mod:app"], "", "unknown"),  # nowhere: nobody knows what it does
        ({"pkg/mod.py": "app = None\n"}, ["uvicorn", "pkg.mod:app"], "", "graceful"),
        ({"web/__init__.py": "app = None\n"}, ["gunicorn", "pkg.mod:app"], "", "unknown"),
        ({"notes.txt": ""}, ["gunicorn", "pkg.mod:app"], "", "graceful"),  # no module at all: an outline
        ({"app.py": "app = None\n"}, ["flask", "--app", "app", "run"], "", "killed"),
    ],
)  # fmt: skip
def test_layout(files: dict[str, str], command: list[str], extra: str, expected: str, tmp_path: Path) -> None:
    assert traced(tmp_path, files, command, extra)[0] == expected


BUILT = {
    "pip in a venv": "WORKDIR /src\nCOPY . .\nRUN python -m venv /venv && /venv/bin/pip install .\nFROM python:3.11-slim\nCOPY --from=build /venv /venv\nENV PATH=/venv/bin:$PATH\n",
    "pip --user": "COPY . /src\nRUN pip install --user /src\nFROM python:3.11-slim\nCOPY --from=build /root/.local /root/.local\nENV PATH=/root/.local/bin:$PATH\n",
    "pip --prefix": "COPY . /src\nRUN pip install --prefix=/install /src\nFROM python:3.11-slim\nCOPY --from=build /install /usr/local\n",
    "wheel": "WORKDIR /src\nCOPY . .\nRUN pip wheel --wheel-dir /wheels .\nFROM python:3.11-slim\nCOPY --from=build /wheels /wheels\nRUN pip install /wheels/*.whl\n",
    "uv": "WORKDIR /src\nCOPY . .\nRUN uv sync --frozen --no-editable\nFROM python:3.11-slim\nCOPY --from=build /src/.venv /src/.venv\nENV PATH=/src/.venv/bin:$PATH\n",
    "poetry": "WORKDIR /src\nCOPY . .\nRUN poetry config virtualenvs.in-project true && poetry install --only main\nFROM python:3.11-slim\nCOPY --from=build /src/.venv /venv\nENV PATH=/venv/bin:$PATH\n",
    "another folder": "COPY . /src\nRUN pip install -e /src\nWORKDIR /data\n",
    "setup.py": "COPY . /src\nRUN cd /src && python setup.py install\nWORKDIR /data\n",
}
NOT_BUILT = {
    "only what it needs": "COPY . /src\nRUN pip install -r /src/requirements.txt\nFROM python:3.11-slim\nCOPY --from=build /usr/local /usr/local\n",
    "without the project": "WORKDIR /src\nCOPY . .\nRUN uv sync --no-install-project\nFROM python:3.11-slim\nCOPY --from=build /src/.venv /src/.venv\n",
    "not copied from": "COPY . /src\nRUN pip install /src\nFROM python:3.11-slim\nRUN pip install svc\n",
}


@pytest.mark.parametrize("source", ["", "src/"], ids=["flat", "src"])
@pytest.mark.parametrize("command", [["svc"], ["python", "-m", "svc"], ["gunicorn", "svc.web:app"]], ids=" ".join)
@pytest.mark.parametrize("name", [*BUILT, *NOT_BUILT])
def test_installed(name: str, command: list[str], source: str, tmp_path: Path) -> None:
    """A project of the build context that the image has only as an installed package: its own files tell what it does."""
    handler = "signal.signal(signal.SIGTERM, lambda *_: None)\n"
    files = {
        **PROJECTS["pep-621"],
        f"{source}svc/__init__.py": "",
        f"{source}svc/cli.py": MAIN,
        f"{source}svc/__main__.py": "from svc.cli import main\nmain()\n",
        f"{source}svc/web.py": f"import signal\n{handler}app = None\n",
    }
    python_lab.write(files, tmp_path)
    text = "FROM python:3.11-slim AS build\n" + (BUILT | NOT_BUILT)[name] + f"CMD {json.dumps(command)}\n"
    path = tmp_path / "Dockerfile"
    path.write_text(text, encoding="utf-8")
    image = build_image(parse(Document.decode("Dockerfile", text.encode())), Context(str(tmp_path), str(path)))
    known = {"svc": "graceful", "python": "graceful", "gunicorn": "killed"}
    unknown = {"svc": "unknown", "python": "unknown", "gunicorn": "graceful"}
    assert follow(image).verdict == (known if name in BUILT else unknown)[command[0]]


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
    assert traced(tmp_path, files, ["python", "app.py"], base="python:3.13-slim") == ("graceful", problems)


def test_module_newer_than_the_python(tmp_path: Path) -> None:
    """The import raises SyntaxError, and the container ends."""
    files = {"other.py": "type Pair[T] = tuple[T, T]\n", "app.py": "import other\n" + EXIT + LOOP}
    assert traced(tmp_path, files, ["python", "app.py"], base="python:3.10-slim") == ("unknown", 0)


@pytest.mark.parametrize(
    ("project", "installs", "expected"),
    [
        ("svc", "RUN pip install .\n", "graceful"),
        # Not installed: what the catalogue knows by that name is meant; so it is in that program's own project.
        ("svc", "", "killed"),
        ("waitress-serve", "RUN pip install .\n", "killed"),
    ],
)
def test_own_command_with_the_name_of_a_known_program(
    project: str, installs: str, expected: str, tmp_path: Path
) -> None:
    files = {
        "pyproject.toml": f"[project]\nname = '{project}'\n[project.scripts]\nwaitress-serve = 'svc:main'\n",
        "svc.py": MAIN,
    }
    python_lab.write(files, tmp_path)
    image = python_lab.image_of(tmp_path, ["waitress-serve", "--port=80", "app:app"], installs)
    assert follow(image).verdict == expected


DJANGO = {
    "manage.py": "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
    "shop/__init__.py": "",
    "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "shop/management/commands/work.py": f"from django.core.management.base import BaseCommand\n\nclass Command(BaseCommand):\n    def handle(self, *args, **options):\n{textwrap.indent(LOOP, ' ' * 8)}",
}
READY = "import signal, sys\nfrom django.apps import AppConfig\n\nclass Shop(AppConfig):\n    name = 'shop'\n\n    def {name}(self):\n        signal.signal(signal.SIGTERM, {handler})\n"


@pytest.mark.parametrize(
    ("name", "handler", "command", "expected"),
    [
        ("ready", "lambda *_: sys.exit(0)", ["python", "manage.py", "work"], "graceful"),
        ("ready", "lambda *_: None", ["python", "manage.py", "work"], "killed"),
        ("prepare", "lambda *_: sys.exit(0)", ["python", "manage.py", "work"], "killed"),
        ("ready", "lambda *_: None", ["gunicorn", "shop.wsgi"], "killed"),
        ("prepare", "lambda *_: None", ["gunicorn", "shop.wsgi"], "graceful"),
    ],
)
def test_applications_of_django_are_made_ready(
    name: str, handler: str, command: list[str], expected: str, tmp_path: Path
) -> None:
    python_lab.write({**DJANGO, "shop/apps.py": READY.format(name=name, handler=handler)}, tmp_path)
    assert follow(python_lab.image_of(tmp_path, command)).verdict == expected


def test_ros_may_install_handlers(tmp_path: Path) -> None:
    """Which those are depends on its release."""
    flag = "import rclpy, time\nrclpy.init()\nwhile rclpy.ok():\n    time.sleep(0.1)\n"
    python_lab.write({"app.py": flag}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "unknown"
    flag = "import rospy\nrospy.init_node('a')\nwhile not rospy.is_shutdown():\n    rospy.sleep(1)\n"
    python_lab.write({"app.py": flag}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "unknown"


@pytest.mark.parametrize(
    ("option", "words", "expected"),
    [
        ("'--pause', default=0.1", [], "graceful"),
        ("'--pause', default=30", [], "killed"),
        ("'--pause', '-p', 'pause', type=float, default='30'", [], "killed"),
        ("'--pause', default=30", ["--pause", "1"], "graceful"),
        ("'--pause', default=0.1", ["--pause=30"], "killed"),
        ("'--pause', type=int, required=True", [], "unknown"),
        ("'--pause', default=0.1, envvar='PAUSE'", [], "graceful"),
    ],
)
def test_options_of_click(option: str, words: list[str], expected: str, tmp_path: Path) -> None:
    text = (
        "import click, signal, time\nrunning = True\n\ndef stop(*_):\n    global running\n    running = False\n\n"
        f"@click.command()\n@click.option({option})\n@click.option('-v', '--verbose', is_flag=True)\ndef main(pause, verbose):\n"
        "    signal.signal(signal.SIGTERM, stop)\n    while running:\n        time.sleep(pause)\n\nmain()\n"
    )
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path, ["python", "app.py", *words])) == expected


@pytest.mark.parametrize(
    ("extra", "expected"),
    [("", "killed"), ("RUN pip install reporter\n", "graceful"), ("RUN ./install.sh\n", "graceful")],
)
def test_a_package_that_a_handler_imports(extra: str, expected: str, tmp_path: Path) -> None:
    """Without a command that may have installed it, it is not there, and who catches that goes on."""
    app = (
        "import signal, sys, time\ndef stop(*_):\n    import reporter\n    reporter.flush()\n    sys.exit(0)\nsignal.signal(signal.SIGTERM, stop)\n"
        "while True:\n    try:\n        time.sleep(1)\n    except Exception:\n        pass\n"
    )
    python_lab.write({"app.py": app}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path, extra=extra)) == expected
    python_lab.write({"app.py": f"import reporter\n{app}"}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path, extra=extra)) == "graceful"
