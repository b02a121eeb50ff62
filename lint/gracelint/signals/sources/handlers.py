"""Does an application of a runtime handle the signal? A look at its source, for the languages that gracelint does not read.

A runtime that installs no handler leaves it to the program it runs. Method: if the program's file is in the image and neither it nor
another file of its language beside or below it mentions the signal (or a library that is known to install handlers), nothing handles it. Of
a program that the build makes of TypeScript that source is looked at (`transpiled`), and all of its project. If one does, or if the file or
one that it loads is not known, nobody can say without reading the language: the reaction is unknown, and says why. Python is read for real
(`signals.python`). Where a runtime itself acts on the signal (Ruby raises an exception, Deno ends), that counts for programs that say
nothing of it and, as the exception unwinds the main thread only, neither rescue all exceptions nor start processes. Hazard: a package from
a registry may install a handler of its own; node_modules and the like are not looked at.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ...image.model import ImageFile
from ...records import replace
from ...regexes import regex
from ..model import Reaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...image.model import Files, Image
    from ..model import Program

# Suffixes of the languages, by the catalogue's runtime.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "node": (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"),
    "bun": (".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx"),
    "deno": (".js", ".mjs", ".ts", ".tsx"),
    "ruby": (".rb", ".ru"),
    "perl": (".pl", ".pm", ".psgi"),
    "php": (".php",),
    "lua": (".lua",),
    "tcl": (".tcl",),
    "R": (".R", ".r"),
}
SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH")
# Libraries that install handlers for the stop signals, by what imports or enables them, in lower case: to look for so many words one by one
# is ten times as quick as an expression of them all.
_LIBRARIES = (
    *"terminus close-with-grace lightship exit-hook signal-exit node-graceful node-cleanup gracefulshutdown graceful-shutdown enableshutdownhooks http-terminator".split(),
    # Servers and workers that stop on the signals unless they are told not to (Apollo's 5.5.1 measured), and their parts.
    *(
        quote + name
        for name in "@apollo/server apollo-server graphile-worker @temporalio/worker @prisma/client".split()
        for quote in "'\""
    ),
    # Browsers that are started close with the program (handleSIGTERM); servers with signal handling of their own.
    *(
        quote + name + quote
        for name in "apify crawlee death puppeteer puppeteer-core puppeteer-extra playwright playwright-core whatsapp-web.js moleculer sails @strapi/strapi".split()
        for quote in "'\""
    ),
    *r"swoole hyperf\ workerman react\eventloop revolt\eventloop spiral\roadrunner pcntl_signal pcntl_async_signal".split(),
)
# A program of JavaScript ends with its last line where nothing is loaded but what reads files and reckons, nothing is waited for, and no
# loop may have no end.
_SELF_ENDING = ("node", "bun")
_GOES_ON = regex(
    r"\b(?:while|do|await|import|Promise|then|setInterval|setTimeout|setImmediate|nextTick|queueMicrotask|addEventListener|serve|listen|fetch|watch|watchFile|eval|Function|Worker|Deno|Bun)\b"
    r"|\bfor\s*\([^);]{0,200};\s*;|\bprocess\s*\.\s*(?!env\b|argv\b|cwd\b|exit\b|version)|\.on\s*\("
    r"|\brequire\b(?!\s*\(\s*['\"](?:\./[^'\"]*|(?:node:)?(?:fs|path|os|util|crypto|assert|url|querystring))['\"])"
)
# What keeps the exception that the runtime raises from ending the program, or loses what the program has started (measured, Ruby 3.1).
_UNWOUND = {
    "ruby": regex(
        r"\brescue\s+(?:::)?(?:Exception|SignalException|Interrupt|Object)\b"
        r"|\b(?:spawn|fork|system|daemon|popen\w*|Open3)\b|\bexec\s*\(|^\s*exec\b|%x|`",
        re.MULTILINE,
    )
}
_MOST_FILES = 2_000
_REQUIRING = ("node", "bun")
# ``require("../lib/main.js")``, ``import x from "./x"``, ``import("./x")``; of files that hold no program nothing is asked.
_REQUIRED = regex(r"(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)(['\"])(\.\.?/[^'\"\n]{1,200})\1")
_NO_PROGRAM = (".json", ".css", ".svg", ".png", ".html", ".txt", ".md", ".node", ".wasm", ".graphql", ".yml", ".yaml")
_VENDORED = regex(r"/(?:node_modules|vendor|bower_components|\.git)/")


def judged(program: Program, image: Image) -> Program:
    """The program with what can be said of its application; itself where there is nothing to look at."""
    suffixes = SUFFIXES.get(program.runtime or "")
    if suffixes is None or program.application is None:
        return program
    name = program.application.value
    path = name if name.startswith("/") else f"{image.workdir.rstrip('/')}/{name}"
    # A name that has an ending of the language is the file's own; of another one a runtime may find the file by its stem.
    names = (path,) if path.endswith(suffixes) else (path, *(path + suffix for suffix in suffixes))
    found = next((file for file in map(image.files.lookup, names) if isinstance(file, ImageFile)), None)
    files, folder = image.files, posixpath.dirname(found.path) if found is not None else "/"
    if found is None and program.runtime in _REQUIRING:
        from .transpiled import origin

        source = origin(path, image)
        found, files, folder = source or (None, files, folder)
    if found is None or found.content is None:
        return _unknown(
            program, SIGNALS, f"what {name} does with signals is not known: its text is not in the build context"
        )
    known = _texts(found, suffixes, files, folder)
    if known is None:
        return _unknown(program, SIGNALS, f"{name} has more files beside it than are looked at")
    if program.runtime in _REQUIRING:
        lacking = _required(found, known, suffixes, files)
        if lacking is not None:
            why = f"what {name} does with signals is not known: {lacking}, which it loads, is not in the build context"
            return _unknown(program, SIGNALS, why)
    texts = known.values()
    if program.runtime in _SELF_ENDING and not any(map(_GOES_ON.search, texts)):
        return replace(program, stays=False)
    mentioned = {signal for text in texts for signal in _mentions(text)}
    unwound = _UNWOUND.get(program.runtime or "")
    raised = [signal for signal, reaction in program.as_pid1.items() if reaction.disposition == "handles"]
    if unwound is not None and not mentioned.issuperset(raised) and any(map(unwound.search, texts)):
        why = f"{name} or a file beside it starts processes or rescues the exception that the signal raises, and its language is not read"
        program = _unknown(program, tuple(signal for signal in raised if signal not in mentioned), why)
    return _unknown(
        program,
        tuple(sorted(mentioned)),
        f"{name} or a file beside it handles the signal, and its language is not read",
    )


def _required(found: ImageFile, texts: dict[str, str], suffixes: tuple[str, ...], files: Files) -> str | None:
    """Adds the texts of the files that the program loads from elsewhere in the image; returns one that is not there, by the name it is loaded by."""
    waiting, seen = [(found.path, texts.get(found.path, ""))], {found.path}
    asked: set[str] = set()
    while waiting and len(seen) < _MOST_FILES:
        here, text = waiting.pop()
        for match in _REQUIRED.finditer(text):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(here), match[2]))
            if match[2].endswith(_NO_PROGRAM) or path in asked:
                continue
            asked.add(path)
            other = _module(path, suffixes, files)
            if other is None or other.content is None:
                return match[2]
            if other.path not in seen:
                seen.add(other.path)
                texts[other.path] = other.content.value
                waiting.append((other.path, other.content.value))
    return None


def _module(path: str, suffixes: tuple[str, ...], files: Files) -> ImageFile | None:
    """The file that a path means: of ``x.js`` also the TypeScript that it will be made of; without an ending the file that has one, or the
    index of the folder."""
    stem, ending = posixpath.splitext(path)
    names: tuple[str, ...]
    if ending in suffixes:
        names = (path, f"{stem}.ts", f"{stem}.tsx") if ending == ".js" else (path,)
    else:
        names = (path, *(path + suffix for suffix in suffixes), *(f"{path}/index{suffix}" for suffix in suffixes))
    return next((file for name in names if isinstance(file := files.lookup(name), ImageFile)), None)


def _texts(found: ImageFile, suffixes: tuple[str, ...], files: Files, folder: str) -> dict[str, str] | None:
    """The program's text, and those of its language below a folder, by path; None where there are too many."""
    texts = {found.path: found.content.value} if found.content is not None else {}
    if folder == "/":
        return texts
    others = files.listing(folder, lambda path: path.endswith(suffixes) and not _VENDORED.search(path))
    if len(others) > _MOST_FILES:
        return None
    known = (files.lookup(path) for path in others)
    texts.update(
        (one.path, one.content.value) for one in known if isinstance(one, ImageFile) and one.content is not None
    )
    return texts


def _mentions(text: str) -> Iterator[str]:
    lowered = text.lower()
    if any(word in lowered for word in _LIBRARIES):
        yield from SIGNALS
    for signal in SIGNALS:
        if signal[3:] in text and re.search(rf"\b(?:SIG)?{signal[3:]}\b", text):
            yield signal


def _unknown(program: Program, signals: tuple[str, ...], why: str) -> Program:
    reactions = {signal: Reaction("unknown", why) for signal in signals}
    return replace(
        program,
        as_pid1={**program.as_pid1, **reactions},
        as_child={**program.as_child, **reactions},
        missing=(*program.missing, why) if signals else program.missing,
    )
