"""``java -jar``: a Spring Boot application, which closes itself on the signal; and does its server finish the requests in flight?

Method: where the jar was copied from tells the project that made it (``target/`` of Maven, ``build/libs/`` of Gradle), in a stage before or
in the build context. Its build file names the version of Spring Boot and a server among the starters; its sources start
``SpringApplication`` and leave its shutdown hook and the signal alone; its configuration, the command line and the environment may set
``server.shutdown``. Where one of these is not known, or the profiles of the configuration differ, nothing is said.

Facts: ``server.shutdown`` is there since 2.3 and ``graceful`` by default since 3.4, with half a minute for the requests
(https://docs.spring.io/spring-boot/reference/web/graceful-shutdown.html,
https://github.com/spring-projects/spring-boot/wiki/Spring-Boot-3.4-Release-Notes#graceful-shutdown,
https://github.com/spring-projects/spring-boot/wiki/Spring-Boot-2.3-Release-Notes#graceful-shutdown).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....regexes import regex
from .files import absolute, known_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....image.model import Files
    from ..catalogue import Entry
    from ..facts import Situation

# Maven's folder, and Gradle's.
_BUILT = regex(r"(/.*|)/(target|build/libs)/[^/]+\.jar")
_BUILD_FILES = {"target": ("pom.xml",), "build/libs": ("build.gradle", "build.gradle.kts")}
_ALL_BUILD_FILES = [name for names in _BUILD_FILES.values() for name in names]
_NUMBER = regex(r"(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?(?:[.-]\w{1,20})?")
# The version, or the name of the property that holds it, where the build file imports what Spring Boot manages.
_VERSION = regex(
    r"<artifactId>\s*spring-boot-(?:starter-parent|dependencies)\s*</artifactId>\s*<version>\s*(?:\$\{([\w.-]{1,60})\}|([\w.-]{1,40}))\s*</version>"
    r"|\borg\.springframework\.boot['\"]\s*\)?\s*version\s*\(?\s*['\"]()([\w.-]{1,40})['\"]"
)
_PARENT = regex(r"(?s)<parent>.{0,600}?</parent>")
_RELATIVE = regex(r"<relativePath>\s*([\w./-]{1,100})\s*</relativePath>")
_SERVER = regex(r"\bspring-boot-starter-(?:web|webflux|webmvc|tomcat|jetty|undertow|reactor-netty)\b(?!-)")
_STARTS = regex(r"\bSpringApplication(?:Builder)?\b|\brunApplication\s*<")
# Sources that take the signal or the hook into their own hands, or have more to be closed, which may take any time: hooks, beans' own ends,
# executors (since Java 19 closing one waits for its tasks), listeners of queues (each container waits for the message that it is at).
_OWN_WAY = regex(
    r"[rR]egisterShutdownHook\b|\baddShutdownHook\b|\bsun\.misc\.Signal\b|\bRuntime\s*\.\s*getRuntime\s*\(\s*\)\s*\.\s*halt\b|\bWebApplicationType\.NONE\b"
    r"|[aA]waitTermination|[wW]aitForTasksToComplete|\b(?:Smart)?Lifecycle\b|\bPreDestroy\b|\bDisposableBean\b|\bdestroyMethod\b|\bContextClosedEvent\b"
    r"|\bExecutorService\b|\b(?:Auto)?Closeable\b|\bsetShutdown\b|\bserver\.shutdown\b|@(?:Kafka|Rabbit|Jms|Sqs|Pulsar|Stream)Listener\b"
)
_SOURCE = (".java", ".kt", ".groovy")
_SETTINGS = regex(r"/(application|bootstrap)(-[\w.-]+)?\.(?:properties|ya?ml)")
_FLAT = regex(r"(?m)^[ \t]*server\.shutdown\s*[:=]\s*[\"']?([^\s\"'#]+)")
_NESTED = regex(r"(?m)^server:[ \t]*\n(?:(?:[ \t#].*)?\n)*?[ \t]+shutdown:[ \t]*[\"']?([^\s\"'#]+)")
# No hook, no server, or more to wait for.
_HOOK_OFF = regex(
    r"\bregister-?[sS]hutdown-?[hH]ook\b|\bweb-?[aA]pplication-?[tT]ype\s*[:=]\s*[\"']?(?i:none)\b|\bawait-?[tT]ermination"
)
_OPTION = regex(r"(?:-D|--)server\.shutdown=(\S+)")
# One without an end goes to the end of the text.
_COMMENT = regex(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MOST_SOURCES = 1_000
_DEEPEST = 4
_FIRST, _DEFAULT = (2, 3), (3, 4)


def jar(facts: Entry, situation: Situation) -> Entry:
    """``java -jar app.jar``: what the project does that makes the jar, where it is Spring Boot's and all that decides it is known."""
    operands = situation.line.operands
    if not operands or not any(situation.line.given(("-jar",))) or "SIGTERM" not in facts.get("on", {}):
        return {}
    found = _project(situation, operands[0].value)
    kind = _kind(situation, *found) if found is not None else None
    if kind is None:
        return {}
    return {"instead": [Argument(word, situation.program.text, implied=True) for word in ("spring-boot", kind)]}


def _project(situation: Situation, path: str) -> tuple[Files, str, str] | None:
    """The files that hold the project which makes a jar, its folder there, and the text of its build file."""
    for files, place in situation.image.files.origins(absolute(situation, path), context=True):
        match = _BUILT.fullmatch(place)
        text = _build_file(files, match[1], _BUILD_FILES[match[2]]) if match else ""
        if match and text:
            return files, match[1], text
    return None


def _kind(situation: Situation, files: Files, folder: str, text: str) -> str | None:
    """``graceful``, ``immediate``, or ``early`` where the version is too early for the setting; None where that is not known."""
    version = _version(files, folder, text)
    if version is None or not _SERVER.search(text) or not _plain(files, folder):
        return None
    chosen = _chosen(situation, files, folder)
    if version < _FIRST:
        return "early"
    return chosen if chosen else None if chosen is None else "graceful" if version >= _DEFAULT else "immediate"


def _build_file(files: Files, folder: str, names: Sequence[str]) -> str:
    """The text of a folder's build file, without comments; empty where there is none."""
    texts = (known_text(files, f"{folder}/{name}") for name in names)
    return _COMMENT.sub("", next((text for text in texts if text), ""))


def _version(files: Files, folder: str, text: str) -> tuple[int, int] | None:
    """The version of Spring Boot that a project asks for, by itself or by the projects above it."""
    texts: list[str] = []
    for _ in range(_DEEPEST):
        texts.append(text)
        match = _VERSION.search(text)
        if match:
            return _numbers(match[2] or match[4] or _property(match[1], texts))
        parent = _PARENT.search(text)
        if parent is None:
            return None
        relative = _RELATIVE.search(parent[0])
        above = posixpath.normpath(posixpath.join(folder or "/", relative[1] if relative else ".."))
        folder = (posixpath.dirname(above) if above.endswith(".xml") else above).rstrip("/")
        text = _build_file(files, folder, _BUILD_FILES["target"])
    return None


def _property(name: str, texts: list[str]) -> str:
    values = (regex(rf"<{name.replace('.', '[.]')}>\s*([\w.-]{{1,40}})\s*<").search(text) for text in texts)
    return next((match[1] for match in values if match), "")


def _numbers(version: str) -> tuple[int, int] | None:
    match = _NUMBER.fullmatch(version)
    return (int(match[1]), int(match[2])) if match else None


def _plain(files: Files, folder: str) -> bool:
    """Whether the project's sources are known, start Spring's application, and leave the rest to it, as do those of the other modules that
    are built with it."""
    top = folder
    while top and any(files.known(f"{posixpath.dirname(top).rstrip('/')}/{name}") for name in _ALL_BUILD_FILES):
        top = posixpath.dirname(top).rstrip("/")
    sources = files.listing(top or "/", lambda path: path.endswith(_SOURCE) and "/src/main/" in path)
    if len(sources) > _MOST_SOURCES:
        return False
    texts = {path: known_text(files, path) for path in sources}
    own = (text for path, text in texts.items() if path.startswith(f"{folder}/src/main/"))
    return any(map(_STARTS.search, own)) and not any(map(_OWN_WAY.search, texts.values()))


def _chosen(situation: Situation, files: Files, folder: str) -> str | None:
    """What ``server.shutdown`` is set to, where all profiles that say something agree with the configuration itself; empty where nothing
    sets it, None where it is not known."""
    words = " ".join(word.value for word in situation.line.words)
    given = _OPTION.search(words)
    said = given[1] if given else situation.image.env.get("SERVER_SHUTDOWN") or ""
    if said:
        return _known(said)
    of_all, of_some = set[str](), set[str]()
    for path, text in _settings(files, folder):
        if _HOOK_OFF.search(text):
            return None
        values = {_known(value) for value in (*_FLAT.findall(text), *_NESTED.findall(text))}
        match = _SETTINGS.search(path)
        some = match is None or match[2] or "\n---" in text or "\n#---" in text
        (of_some if some else of_all).update(value or "?" for value in values)
    if not of_all and not of_some:
        return ""
    (value, *more) = sorted(of_all) or ["?"]
    return None if more or value == "?" or of_some - {value} else value


def _settings(files: Files, folder: str) -> Iterator[tuple[str, str]]:
    paths = files.listing(f"{folder}/src/main/resources", lambda path: _SETTINGS.search(path) is not None)
    for path in paths[:_MOST_SOURCES]:
        yield path, known_text(files, path)


def _known(value: str) -> str | None:
    return value.lower() if value.lower() in ("graceful", "immediate") else None
