"""Entrypoints in Python that make way for the application by ``os.exec*``: what they become is followed, if nothing else is left running."""

from __future__ import annotations

from pathlib import Path

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

HEAD = "import multiprocessing, os, signal, subprocess, sys, time\n"
GUNICORN = 'os.execvp("gunicorn", ["gunicorn", "app:app"])\n'


def verdict(folder: Path, text: str, arguments: str = '"gunicorn", "app:app"') -> tuple[str, tuple[str, ...]]:
    (folder / "entry.py").write_text(HEAD + text)
    (folder / "app.py").write_text("app = None\n")
    lines = f'FROM python:3.12\nCOPY entry.py app.py /\nENTRYPOINT ["python", "/entry.py"]\nCMD [{arguments}]\n'
    image = build_image(parse(Document("Dockerfile", lines)), Context(str(folder), str(folder / "Dockerfile")))
    trace = follow(image)
    return trace.verdict, trace.paths[0].pid1


@pytest.mark.parametrize(
    "text",
    [
        GUNICORN,
        'os.execlp("gunicorn", "gunicorn", "app:app")\n',
        'os.execvpe("gunicorn", ["gunicorn", "app:app"], dict(os.environ, A="1"))\n',
        'os.execv("/usr/bin/gunicorn", ["gunicorn", "app:app"])\n',
        "os.execvp(sys.argv[1], sys.argv[1:])\n",
        "args = sys.argv[1:]\nif not args:\n    sys.exit(2)\nos.execvp(args[0], args)\n",
        f'subprocess.check_call(["python", "manage.py", "migrate"])\n{GUNICORN}',
        f"def main():\n    {GUNICORN}\nif __name__ == '__main__':\n    main()\n",
    ],
)
def test_it_is_the_application_from_there_on(tmp_path: Path, text: str) -> None:
    found, pid1 = verdict(tmp_path, text)
    assert found == "graceful"
    assert pid1[0].endswith("gunicorn")
    assert pid1[1:] == ("app:app",)


def test_a_shell_that_stays_is_seen(tmp_path: Path) -> None:
    assert verdict(tmp_path, 'os.execlp("sh", "sh", "-c", "gunicorn app:app; true")\n')[0] == "killed"


@pytest.mark.parametrize(
    "text",
    [
        f'subprocess.Popen(["celery", "worker"])\n{GUNICORN}',
        f'os.system("celery worker &")\n{GUNICORN}',
        f'if os.fork() == 0:\n    os.execvp("celery", ["celery", "worker"])\n{GUNICORN}',
        f"multiprocessing.Process(target=time.sleep, args=(1000,)).start()\n{GUNICORN}",
        f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{GUNICORN}",
        f"signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n{GUNICORN}",
        'os.execv("gunicorn", ["gunicorn", "app:app"])\n',
        f'if os.environ["ROLE"] == "web":\n    {GUNICORN}os.execvp("celery", ["celery", "worker"])\n',
        "words = os.environ['RUN'].split()\nos.execvp(words[0], words)\n",
    ],
)
def test_what_is_left_behind_or_not_known_is_not_called_graceful(tmp_path: Path, text: str) -> None:
    assert verdict(tmp_path, text)[0] != "graceful"
