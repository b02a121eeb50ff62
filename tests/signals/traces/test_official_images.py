"""The official images as they are launched by default: the verdict is what was measured with the real server (docs/conformance.md,
docs/evidence.md), and nothing is reported that their maintainers would dispute."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from gracelint.cli.main import main
from gracelint.cli.streams import Streams
from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path

# PHP-FPM drops its requests on SIGQUIT unless process_control_timeout is set: measured.
VERDICTS = {
    "postgres:17": "graceful",
    "postgres:16-alpine": "graceful",
    "mariadb:11": "graceful",
    "mysql:8": "graceful",
    "redis:7": "graceful",
    "redis:7-alpine": "graceful",
    "mongo:7": "graceful",
    "rabbitmq:3": "graceful",
    "rabbitmq:4-management": "graceful",
    "wordpress:php8.2-apache": "graceful",
    "wordpress:php8.2-fpm": "abrupt",
    "nextcloud:30-apache": "graceful",
    "nextcloud:30-fpm": "abrupt",
    "ghost:5": "graceful",
    "ghost:6-alpine": "graceful",
    "cassandra:5": "graceful",
    "httpd:2.4": "graceful",
    "php:8.3-apache": "graceful",
    "php:8.3-fpm": "abrupt",
    "nginx:1.27": "graceful",
    "nginx:1.27-alpine": "graceful",
}
# A container without a terminal: they read an empty input and end before anybody could stop them (node 20 and PHP 8.2: status 0, at once).
ENDS = ("node:22", "node:22-alpine", "php:8.3-cli")


@pytest.mark.parametrize("image", VERDICTS)
def test_verdict(image: str, tmp_path: Path) -> None:
    assert verdict(image, tmp_path) == (VERDICTS[image], ())


@pytest.mark.parametrize("image", ENDS)
def test_it_ends_by_itself(image: str, tmp_path: Path) -> None:
    found, missing = verdict(image, tmp_path)
    assert found == "unknown"
    assert "the container ends by itself" in missing


def verdict(image: str, folder: Path) -> tuple[str, tuple[str, ...]]:
    trace = follow(build_image(parse(Document("Dockerfile", f"FROM {image}\n")), Context(str(folder))))
    return trace.verdict, tuple(trace.missing)


@pytest.mark.parametrize("image", [*VERDICTS, *ENDS])
def test_no_finding_that_is_more_than_information(image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    out, err = io.StringIO(), io.StringIO()
    words = ["Dockerfile", "--isolated", "--no-cache", "--min-severity", "warning"]
    status = main(words, Streams(io.StringIO(), out, err, {}))
    assert (status, err.getvalue()) == (0, ""), out.getvalue()
