"""``java -jar`` of a Spring Boot project: what its build file, sources and configuration say of the requests in flight."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

BUILT = "FROM maven:3.9-eclipse-temurin-21 AS build\nWORKDIR /app\nCOPY . .\nRUN mvn package\n"
RUNS = 'FROM eclipse-temurin:21-jre\n{copy}\nENTRYPOINT ["java", "-jar", "/app.jar"]\n'
OF_STAGE = "COPY --from=build /app/target/*.jar /app.jar"
STARTER = "<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>"
SOURCE = {
    "src/main/java/App.java": "class App { static void main(String[] a) { SpringApplication.run(App.class, a); } }\n"
}
SETTINGS = "src/main/resources/application.yml"
GRACEFUL = "server:\n  port: 8080\n  # with half a minute\n  shutdown: graceful\n"


def pom(version: str, starter: str = STARTER) -> dict[str, str]:
    parent = f"<parent><artifactId>spring-boot-starter-parent</artifactId><version>{version}</version></parent>"
    return {"pom.xml": f"<project>{parent}<dependencies>{starter}</dependencies></project>\n"}


def verdict(folder: Path, files: dict[str, str], dockerfile: str = BUILT + RUNS.format(copy=OF_STAGE)) -> str:
    return follow(image(folder, dockerfile, {**SOURCE, **files})).verdict


@pytest.mark.parametrize(
    ("version", "settings", "expected"),
    [
        ("3.4.0", "", "graceful"),
        ("4.0.1", "", "graceful"),
        ("3.3.7", "", "abrupt"),
        ("3.3.7", GRACEFUL, "graceful"),
        ("2.3.0.RELEASE", GRACEFUL, "graceful"),
        ("2.2.13.RELEASE", GRACEFUL, "abrupt"),  # there is no such setting yet
        ("3.5.0", "server:\n  shutdown: immediate\n", "abrupt"),
        ("3.5.0", "management:\n  server:\n    port: 1\nother:\n  shutdown: immediate\n", "graceful"),
        ("3.3.7", "server:\n  shutdown: ${HOW}\n", "unknown"),
        ("3.3.7", f"---\nspring.config.activate.on-profile: prod\n---\n{GRACEFUL}", "unknown"),
        ("3.5.0", "spring.main.register-shutdown-hook: false\n", "unknown"),
        ("3.5.0", "spring:\n  main:\n    web-application-type: none\n", "unknown"),
        ("${newest}", "", "unknown"),
    ],
)
def test_version_and_setting(tmp_path: Path, version: str, settings: str, expected: str) -> None:
    assert verdict(tmp_path, {**pom(version), SETTINGS: settings}) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (pom("3.5.0", ""), "unknown"),  # perhaps a command that ends
        (pom("3.5.0", f"<!-- {STARTER} -->"), "unknown"),
        (pom("3.5.0", STARTER.replace("-web", "-web-services")), "unknown"),
        ({**pom("3.5.0"), "src/main/java/App.java": "class App { }\n"}, "unknown"),
        ({**pom("3.5.0"), "src/main/java/Own.java": "app.setRegisterShutdownHook(false);\n"}, "unknown"),
        ({**pom("3.3.7"), "src/main/resources/application-prod.properties": "server.shutdown=graceful\n"}, "unknown"),
        ({**pom("3.3.7"), "src/main/resources/application.properties": "server.shutdown=graceful\n"}, "graceful"),
        ({**pom("3.3.7"), "src/main/resources/application.properties": "#server.shutdown=graceful\n"}, "abrupt"),
    ],
)
def test_the_project(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert verdict(tmp_path, files) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@PreDestroy void bye() { drain(); }", "unknown"),
        ("class Store implements DisposableBean { }", "unknown"),
        ('@Bean(destroyMethod = "drain") Store store() { return new Store(); }', "unknown"),
        ("Runtime.getRuntime().addShutdownHook(new Thread(this::drain));", "unknown"),
        ("@EventListener void on(ContextClosedEvent event) { drain(); }", "unknown"),
        ("@Bean ExecutorService jobs() { return Executors.newFixedThreadPool(4); }", "unknown"),
        ('@KafkaListener(topics = "jobs") void job(String text) { }', "unknown"),
        ("class Store implements Lifecycle { }", "unknown"),
        ("factory.setShutdown(Shutdown.IMMEDIATE);", "unknown"),
        ("@PostConstruct void hello() { }", "graceful"),
        ("@EventListener void on(ApplicationReadyEvent event) { }", "graceful"),
    ],
)
def test_what_else_is_closed(tmp_path: Path, line: str, expected: str) -> None:
    assert verdict(tmp_path, {**pom("3.5.0"), "src/main/java/More.java": f"class More {{ {line} }}\n"}) == expected


def test_a_version_of_the_project_above(tmp_path: Path) -> None:
    above = "<artifactId>spring-boot-dependencies</artifactId>\n<version>${spring-boot.version}</version>"
    files = {
        "pom.xml": f"<properties><spring-boot.version>3.5.1</spring-boot.version></properties>{above}",
        "web/pom.xml": f"<parent><artifactId>all</artifactId></parent>{STARTER}",
        "web/src/main/java/App.java": SOURCE["src/main/java/App.java"],
    }
    dockerfile = BUILT + RUNS.format(copy="COPY --from=build /app/web/target/web-1.jar /app.jar")
    assert verdict(tmp_path, files, dockerfile) == "graceful"
    assert verdict(tmp_path, {**files, "pom.xml": files["pom.xml"].replace("3.5.1", "3.1.0")}, dockerfile) == "abrupt"
    waits = "executor.setAwaitTerminationSeconds(60);\n"
    assert verdict(tmp_path / "other", {**files, "jobs/src/main/java/Jobs.java": waits}, dockerfile) == "unknown"


def test_gradle(tmp_path: Path) -> None:
    plugins = 'plugins { id("org.springframework.boot") version "3.4.2" }\n'
    files = {"build.gradle.kts": f'{plugins}implementation("org.springframework.boot:spring-boot-starter-webflux")\n'}
    dockerfile = BUILT + RUNS.format(copy="COPY --from=build /app/build/libs/app.jar /app.jar")
    assert verdict(tmp_path, files, dockerfile) == "graceful"
    assert verdict(tmp_path, files) == "unknown"  # Maven writes to target


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY target/*.jar /app.jar", "graceful"),  # made outside, and copied from the build context
        ("COPY target/app-1.jar /app.jar", "graceful"),
        ("COPY app.jar /app.jar", "unknown"),
        ("COPY target/*.jar /app.jar\nENV SERVER_SHUTDOWN=immediate", "abrupt"),
    ],
)
def test_the_build_context(tmp_path: Path, lines: str, expected: str) -> None:
    assert verdict(tmp_path, pom("3.4.0"), RUNS.format(copy=lines)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('"java", "-Dserver.shutdown=graceful", "-jar", "/app.jar"', "graceful"),
        ('"java", "-jar", "/app.jar", "--server.shutdown=graceful"', "graceful"),
        ('"java", "-jar", "/app.jar", "--server.port=1"', "abrupt"),
        ('"java", "-Xrs", "-jar", "/app.jar"', "killed"),
        ('"java", "-cp", "/app.jar", "App"', "unknown"),
    ],
)
def test_the_command_line(tmp_path: Path, words: str, expected: str) -> None:
    dockerfile = RUNS.format(copy="COPY target/*.jar /app.jar").replace('"java", "-jar", "/app.jar"', words)
    assert verdict(tmp_path, pom("3.2.0"), dockerfile) == expected


@pytest.mark.parametrize(
    "hostile",
    ["server:\n" + " \n" * 100_000, "server:\n" * 30_000, "\n" * 240_000, "server:\n" + " " * 240_000, "<!--" * 60_000],
)
@pytest.mark.usefixtures("unwatched")
def test_a_hostile_file_takes_no_time(tmp_path: Path, hostile: str) -> None:
    begun = time.process_time()
    assert verdict(tmp_path, {**pom("3.4.0"), SETTINGS: hostile}) == "graceful"
    assert verdict(tmp_path / "other", {**pom("3.4.0"), "pom.xml": hostile}) == "unknown"
    assert time.process_time() - begun < 3
