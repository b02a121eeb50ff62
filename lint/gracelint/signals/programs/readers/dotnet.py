"""``dotnet App.dll``: a web application of ASP.NET Core, whose host stops it on the signal?

Method: the project ``App.csproj`` in a stage before, or in the build context, has the SDK of the web, and its sources build a host and run
it: that listens to SIGTERM, has the server finish its requests and ends
(https://learn.microsoft.com/en-us/dotnet/core/extensions/generic-host#host-shutdown; HostOptions.ShutdownTimeout is half a minute since
.NET 6). Of sources that take the signal into their own hands, or have more to be stopped, which may take any time (services, callbacks,
objects that are disposed of), nothing is said.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....regexes import regex
from .files import absolute, known_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....image.model import Files
    from ..catalogue import Entry
    from ..facts import Situation

_WEB = regex(r"<Project\s+Sdk\s*=\s*[\"']Microsoft\.NET\.Sdk\.Web(?:/[\w.-]{1,40})?[\"']")
_OTHER_NAME = regex(r"<(?:AssemblyName|OutputType)>")
_BUILDS = regex(
    r"\bWebApplication\s*\.\s*Create(?:Slim|Empty)?(?:Builder)?\s*\(|\b(?:Web)?Host\s*\.\s*Create(?:Default|Application)Builder\s*[(<]"
)
_RUNS = regex(r"(?<!\bTask)\s?\.\s?Run(?:Async)?\s*\(")
_OWN_WAY = regex(
    r"\b(?:BackgroundService|IHostedService|AddHostedService|IHostLifetime|ConsoleLifetime|ProcessExit|PosixSignalRegistration|AssemblyLoadContext|CancelKeyPress|UseShutdownTimeout|ShutdownTimeout|ApplicationStopp(?:ing|ed)|DisposeAsync|Add\w{0,40}(?:Hosted|MassTransit|Hangfire|Quartz)\w{0,40}|UseOrleans)\b"
    r"|\bvoid\s+Dispose\s*\("
    r"|\bEnvironment\s*\.\s*(?:Exit|FailFast)\b"
)
_REFERENCE = regex(r"<ProjectReference\s+Include\s*=\s*[\"']([^\"'<>\n]{1,200})[\"']")
_MOST_SOURCES = 1_000
_MOST_PROJECTS = 50


def dotnet(facts: Entry, situation: Situation) -> Entry:
    """What the project does that makes the program, where it is ASP.NET Core's and all that decides it is known."""
    operands = situation.line.operands
    name = posixpath.basename(operands[0].value) if operands else ""
    if not name.endswith(".dll") or "SIGTERM" not in facts.get("on", {}):
        return {}
    found = list(_projects(situation, operands[0].value, name.removesuffix(".dll")))
    if len(found) != 1 or not _served(*found[0]):
        return {}
    return {"instead": [Argument("aspnetcore", situation.program.text, implied=True)]}


def _projects(situation: Situation, path: str, name: str) -> Iterator[tuple[Files, str]]:
    """The project files of this name, in the first stage before, or build context, that has any."""
    seen: list[Files] = []
    for files in (*situation.image.files.stages(), *_contexts(situation, path)):
        if files in seen:
            continue
        seen.append(files)
        found = files.listing("/", lambda each: each.endswith(f"/{name}.csproj"))
        if found:
            yield from ((files, each) for each in found)
            return


def _contexts(situation: Situation, path: str) -> Iterator[Files]:
    yield from (files for files, _ in situation.image.files.origins(absolute(situation, path), context=True))


def _served(files: Files, project: str) -> bool:
    """Whether a project is a web application that is left to the host."""
    text = known_text(files, project)
    if not _WEB.search(text) or _OTHER_NAME.search(text):
        return False
    projects = _with_references(files, project)
    if projects is None:
        return False
    folders = tuple(f"{posixpath.dirname(each)}/" for each in projects)
    sources = files.listing("/", lambda each: each.endswith(".cs") and each.startswith(folders))
    if len(sources) > _MOST_SOURCES:
        return False
    texts = [known_text(files, each) for each in sources]
    running = [text for text in texts if _BUILDS.search(text) and _RUNS.search(text)]
    return bool(running) and not any(map(_OWN_WAY.search, texts))


def _with_references(files: Files, project: str) -> list[str] | None:
    """A project and all that it is built with; None where one of them is not known."""
    projects = [project]
    for each in projects:  # which grows
        text = known_text(files, each)
        if not text or len(projects) > _MOST_PROJECTS:
            return None
        named = (match[1].replace("\\", "/") for match in _REFERENCE.finditer(text))
        others = (posixpath.normpath(posixpath.join(posixpath.dirname(each), name)) for name in named)
        projects += [other for other in dict.fromkeys(others) if other not in projects]
    return projects
