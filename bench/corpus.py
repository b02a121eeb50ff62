"""A corpus of realistic Dockerfiles, the same for the same seed.

Shapes follow what public repositories hold: Python, Node, Go, Java, PHP and Ruby services, most of them multi-stage, with package
installs over continuation lines, comments, labels and health checks; shell and exec form mixed; one in eight with an entrypoint script.
"""

from __future__ import annotations

import random
from pathlib import Path

APT = (
    "ca-certificates curl git gnupg jq libpq-dev libssl-dev locales make netcat-openbsd procps tini unzip wget".split()
)
SCRIPT = """#!/bin/sh
set -e
if [ "$1" = "serve" ]; then
    echo "waiting for ${{DB_HOST:-db}}"
    until nc -z "${{DB_HOST:-db}}" 5432; do sleep 1; done
    shift
    set -- {server} "$@"
fi
{ending}
"""


def _apt(rng: random.Random) -> str:
    packages = sorted(rng.sample(APT, rng.randint(2, 7)))
    lines = " \\\n".join(f"        {package}" for package in packages)
    return f"""RUN apt-get update \\
    # keep the list sorted
    && apt-get install -y --no-install-recommends \\
{lines} \\
    && rm -rf /var/lib/apt/lists/*
"""


def _launch(rng: random.Random, argv: list[str]) -> str:
    quoted = ", ".join(f'"{word}"' for word in argv)
    plain = " ".join(argv)
    return rng.choice(
        [
            f"CMD [{quoted}]",
            f"CMD [{quoted}]",
            f"ENTRYPOINT [{quoted}]",
            f"CMD {plain}",
            f"ENTRYPOINT {plain}",
            f"CMD exec {plain}",
            f'CMD ["sh", "-c", "{plain}"]',
            f'ENTRYPOINT ["{argv[0]}"]\nCMD [{", ".join(quoted.split(", ")[1:])}]',
        ]
    )


def _python(rng: random.Random) -> tuple[str, list[str]]:
    version = rng.choice(["3.9", "3.10", "3.11", "3.12-slim", "3.13-slim-bookworm", "3.12-alpine"])
    server = rng.choice(
        [
            ["gunicorn", "--bind", "0.0.0.0:8000", "app.wsgi"],
            ["uvicorn", "app.main:app", "--host", "0.0.0.0"],
            ["celery", "-A", "app", "worker"],
            ["python", "-m", "http.server", "8000"],
        ]
    )
    install = "" if "alpine" in version else _apt(rng)
    return (
        f"""FROM python:{version} AS base
ENV PYTHONUNBUFFERED=1 \\
    PIP_NO_CACHE_DIR=1
WORKDIR /app
{install}COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . .
EXPOSE 8000
HEALTHCHECK --interval=30s CMD curl -f http://localhost:8000/health || exit 1
""",
        server,
    )


def _node(rng: random.Random) -> tuple[str, list[str]]:
    version = rng.choice(["18", "20-alpine", "22-bookworm-slim"])
    return (
        f"""FROM node:{version} AS build
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:{version}
ENV NODE_ENV production
WORKDIR /usr/src/app
COPY --from=build --chown=node:node /usr/src/app ./
USER node
EXPOSE 3000
""",
        rng.choice([["node", "dist/server.js"], ["npm", "start"], ["yarn", "start"]]),
    )


def _go(rng: random.Random) -> tuple[str, list[str]]:
    base = rng.choice(["alpine:3.19", "debian:12-slim", "gcr.io/distroless/static-debian12", "scratch"])
    return (
        f"""# syntax=docker/dockerfile:1
ARG GO_VERSION=1.22
FROM golang:${{GO_VERSION}} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -ldflags "-s -w -X main.version=${{VERSION}}" -o /out/server ./cmd/server

FROM {base}
LABEL org.opencontainers.image.source="https://example.com/server" \\
      org.opencontainers.image.licenses="MIT"
COPY --from=build /out/server /usr/local/bin/server
""",
        ["/usr/local/bin/server", "--listen", ":8080"],
    )


def _java(rng: random.Random) -> tuple[str, list[str]]:
    return (
        f"""FROM maven:3.9-eclipse-temurin-{rng.choice(["17", "21"])} AS build
WORKDIR /build
COPY pom.xml .
RUN mvn -B dependency:go-offline
COPY src src
RUN mvn -B package -DskipTests

FROM eclipse-temurin:{rng.choice(["17-jre", "21-jre-alpine"])}
ENV JAVA_OPTS=""
COPY --from=build /build/target/*.jar /app.jar
EXPOSE 8080
""",
        ["java", "-jar", "/app.jar"],
    )


def _php(rng: random.Random) -> tuple[str, list[str]]:
    return (
        f"""FROM php:{rng.choice(["8.2-fpm", "8.3-apache", "8.3-cli-alpine"])}
{_apt(rng)}RUN docker-php-ext-install pdo pdo_mysql opcache
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
COPY . /var/www/html
STOPSIGNAL SIGQUIT
""",
        ["php-fpm"],
    )


def _ruby(rng: random.Random) -> tuple[str, list[str]]:
    return (
        f"""FROM ruby:{rng.choice(["3.2", "3.3-slim"])}
{_apt(rng)}WORKDIR /rails
COPY Gemfile Gemfile.lock ./
RUN bundle install --jobs 4 && \\
    rm -rf ~/.bundle
COPY . .
""",
        ["bundle", "exec", "puma", "-C", "config/puma.rb"],
    )


def write(folder: Path, count: int, seed: int = 1) -> list[Path]:
    """Writes the corpus, and returns its Dockerfiles."""
    rng = random.Random(seed)
    paths = []
    for number in range(count):
        body, argv = rng.choice([_python, _node, _go, _java, _php, _ruby])(rng)
        home = folder / f"service{number:03}"
        home.mkdir(parents=True)
        if rng.random() < 0.125:
            ending = rng.choice(['exec "$@"', '"$@"'])
            (home / "entrypoint.sh").write_text(SCRIPT.format(server=" ".join(argv), ending=ending))
            (home / "entrypoint.sh").chmod(0o755)
            launch = 'COPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["serve"]'
        else:
            launch = _launch(rng, argv)
        paths.append(home / "Dockerfile")
        paths[-1].write_text(f"{body}{launch}\n")
    return paths
