"""Where a program begins: what the words of a command line, a console script of a project, or the server that imports an application name.

A script is searched along with its folder, ``-m`` and ``-c`` along with the working directory
(docs.python.org/3/using/cmdline.html#interface-options). Nothing is executed.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....image.paths import normal
from ....records import dataclass
from ....regexes import regex
from . import projects
from .sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ....image.model import Argument, Image
    from ....source import Text
    from ...model import Hosting
    from ..domain.values import Own


@dataclass(frozen=True, slots=True)
class Host:
    """The server that imports the application."""

    name: str
    # Where the application is named.
    text: Text
    # What the catalogue says of it as a host.
    hosting: Hosting
    # The server's handlers.
    own: Mapping[str, Own]
    # What of the module is the application, or makes it (``factory``).
    attribute: str = ""
    factory: bool = False


class Unsure(str):
    """A word of ``sys.argv`` that nobody knows here: how a person would write it. ``as_value``: it may only be the value of the option in
    front of it."""

    __slots__ = ("as_value",)
    as_value: bool


def any_word(argv: Sequence[str]) -> bool:
    """Whether some word of ``sys.argv`` may be any option, or name any command."""
    return any(isinstance(word, Unsure) and not word.as_value for word in argv)


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a program begins."""

    # Its text; None: not known, and ``missing`` says why.
    source: Text | None
    # The folders modules are looked up in.
    search: tuple[str, ...]
    # ``sys.argv``; words of it may be `Unsure`.
    argv: tuple[str, ...]
    # That of ``-m pkg.mod``; the module that a ``host`` imports.
    package: str = ""
    # What a console script calls.
    function: str = ""
    missing: str = ""
    # The server that imports the module.
    host: Host | None = None


def hosted_entry(hosting: Hosting, image: Image, workdir: str) -> Entry | None:
    """The module that a server imports, and what of it is the application: ``function``, with brackets where it makes the application.
    Without a text where the folders that are searched hold other modules, and not this one."""
    words = hosting.application.value
    if words.count(":") > 1:
        words = words.removeprefix("asgi:").removeprefix("wsgi:")
    module, _, attribute = words.partition(":")
    folder = hosting.folder.value if hosting.folder is not None else ""
    search = (normal(posixpath.join(workdir, folder)), workdir, *_python_path(image, workdir))
    if module.endswith(".py") and "/" not in module.rstrip("/"):
        module = module.removesuffix(".py")
    sources = Sources(image, search)
    for name in (module, *(f"{module}.{inner}" for inner in hosting.inside)):
        found = sources.find(name) if module else None
        if found is not None and (
            name != module or not found[1] or not any(map(sources.find, _inside(module, hosting)))
        ):
            made = hosting.factory or attribute.endswith(")")
            function = f"{attribute.partition('(')[0] or hosting.attribute}{'()' if made else ''}"
            return Entry(found[0], search, (words,), name, function)
    beside = module and any(_has_modules(image, path) for path in search)
    return Entry(None, search, (words,), module) if beside else None


def _has_modules(image: Image, folder: str) -> bool:
    """Whether a folder that is searched holds modules or packages of the house's own."""

    def one(path: str) -> bool:
        inside, _, name = path[len(folder) :].strip("/").rpartition("/")
        return name.endswith(".py") if not inside else name == "__init__.py" and "/" not in inside

    return bool(image.files.listing(folder, one))


def _inside(module: str, hosting: Hosting) -> Iterator[str]:
    return (f"{module}.{inner}" for inner in hosting.inside)


def entry(arguments: Sequence[Argument], image: Image, workdir: str) -> Entry:
    """Where ``python …`` begins."""
    words = list(arguments[1:])
    path = _python_path(image, workdir)
    while words:
        word = words.pop(0)
        value = word.value
        if value in ("-W", "-X", "--check-hash-based-pycs"):
            words = words[1:]
        elif value.startswith(("-W", "-X")):
            continue
        elif value.startswith("-") and not value.startswith("--") and "c" in value[1:]:
            inline = value[value.index("c") + 1 :]
            if not inline and not words:
                return Entry(None, (), (), missing="python -c without a program")
            code = words.pop(0).text if not inline else word.text.cut(len(value) - len(inline), len(value))
            return Entry(code, (workdir, *path), ("-c", *_words(words)))
        elif value.startswith("-") and not value.startswith("--") and "m" in value[1:]:
            module = value[value.index("m") + 1 :] or (words.pop(0).value if words else "")
            return _module(module, words, image, workdir, path)
        elif value == "-":
            return Entry(None, (), (), missing="the program is read from standard input")
        elif not value.startswith("-"):
            return _file(value, words, image, workdir, path)
    return Entry(None, (), (), missing="python without a program reads its input")


def _words(arguments: Sequence[Argument]) -> Iterator[str]:
    """Words of ``sys.argv``."""
    for at, one in enumerate(arguments):
        if not one.unknown:
            yield one.value
            continue
        word = Unsure(one.value)
        before = arguments[at - 1].value if at else ""
        word.as_value = (before.startswith("-") and "=" not in before) or _SAYS_ITS_OPTION.match(word) is not None
        yield word


# `--port=$PORT`
_SAYS_ITS_OPTION = regex(r"--?[\w-]+=")


def _module(module: str, words: Sequence[Argument], image: Image, workdir: str, path: Sequence[str]) -> Entry:
    search = (workdir, *path)
    sources = Sources(image, search)
    argv = (module, *_words(words))
    found = sources.find(module)
    if found is not None and found[1]:
        found = sources.find(f"{module}.__main__")
        return Entry(found[0] if found else None, search, argv, module, missing=f"the module {module} is not known")
    if found is None and sources.namespace(module):
        found = sources.find(f"{module}.__main__")
        return Entry(found[0] if found else None, search, argv, module, missing=f"the module {module} is not known")
    package = module.rpartition(".")[0]
    return Entry(found[0] if found else None, search, argv, package, missing=f"the module {module} is not known")


def _file(name: str, words: Sequence[Argument], image: Image, workdir: str, path: Sequence[str]) -> Entry:
    full = normal(posixpath.join(workdir, name))
    search = (posixpath.dirname(full), *path)
    argv = (name, *_words(words))
    file = projects.file_at(image.files, full)
    text = file.content if file is not None else None
    if text is None:
        main = projects.content(image.files, posixpath.join(full, "__main__.py"))
        if main is not None:
            return Entry(main, (full, *path), argv)
        script = _console_script(posixpath.basename(name), argv, image, workdir, path)
        return script or Entry(None, search, argv, missing=f"the program {name} is not known")
    return Entry(text, search, argv)


def _python_path(image: Image, workdir: str) -> tuple[str, ...]:
    value = image.env.get("PYTHONPATH") or ""
    return tuple(normal(posixpath.join(workdir, part)) for part in value.split(":") if part)


def console_script(arguments: Sequence[Argument], image: Image, workdir: str) -> Entry | None:
    """Where a command begins that a project in the image installs; None if none does."""
    name = arguments[0].value.rpartition("/")[2]
    argv = (arguments[0].value, *_words(arguments[1:]))
    return _console_script(name, argv, image, workdir, _python_path(image, workdir))


def _console_script(name: str, argv: tuple[str, ...], image: Image, workdir: str, path: Sequence[str]) -> Entry | None:
    found = projects.command(image, workdir, name)
    if found is None:
        return None
    files, folder, module, function = found
    search = (*((posixpath.join(folder, "src"), folder) if files is image.files else ()), *path)
    source = Sources(image, search).find(module)
    missing = f"the module {module} is not known"
    return Entry(source[0] if source else None, search, argv, module, function, missing)
