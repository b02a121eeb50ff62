"""What following a launch asks of the image and of the catalogue: each question is answered once a launch."""

from __future__ import annotations

import posixpath
import re
from functools import partial
from typing import TYPE_CHECKING

from ...image.model import Absent, ImageFile
from ...image.model import Unknown as Missing
from ...records import replace
from ...source import join
from ..sources.released import overlay
from .variables import handed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...image.entries import Kind
    from ...image.model import Argument, Image
    from ...parsers.shell.model import Script
    from ...source import Text
    from ..model import Program
    from ..process import Environment
    from ..shell.evaluator.findings import Readings
    from ..shell.model.outcome import Family
    from ..shell.model.parts import Made
    from .left import Left

_GIVES = r"\b(?:chown|chgrp|chmod|setfacl)\b"


class Questions:
    """One image with the user's programs."""

    def __init__(self, image: Image, programs: Mapping[str, Any]) -> None:
        self.image, self.programs = image, programs
        self._found: dict[tuple[str, str, str], ImageFile | Absent | Missing] = {}
        self._looked: dict[str, object] = {}
        self._listings: dict[str, tuple[str, ...]] = {}
        self._kinds: dict[str, Kind] = {}
        self._joined: dict[tuple[str, Text], Text] = {}
        self._described: dict[
            tuple[object, ...], list[tuple[Mapping[str, object], Mapping[str, object], Program | None]]
        ] = {}
        """What is known of a command line, each time with what was asked of variables and of files that scripts have left."""
        self._programs: dict[tuple[object, ...], list[tuple[Program | None, Mapping[str, object], Program | None]]] = {}
        """What sources say, each with the program of the catalogue that they are the source of, and the variables that were asked for."""
        self._replaced: dict[tuple[str, str], bool] = {}
        self.readings: dict[tuple[Family, str | None, bool], Readings] = {}
        """What shells have read in their scripts, by their family, their version, and whether they are called ``sh``."""

    # --- files and texts ---

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Missing:
        """What ``execvp`` would start, looked up once."""
        key = (command, workdir, search)
        found = self._found.get(key)
        if found is None:
            found = self.image.files.which(command, workdir, search)
            if "/" in command and not isinstance(found, (ImageFile, Absent)):
                found = overlay(found.path, self.image.files) or found
            self._found[key] = found
        return found

    def made(self, word: Argument, environment: Environment) -> ImageFile | Missing | None:
        """What a path with a slash means that the scripts before have written, or made a link of; None for what the image decides."""
        if not environment.made or "/" not in word.value:
            return None
        return self._made(posixpath.normpath(posixpath.join(environment.workdir, word.value)), word, environment)

    def made_on_path(self, word: Argument, environment: Environment) -> ImageFile | None:
        """The program of a name without a slash that the scripts before have put on PATH, in front of what the image has there."""
        if not environment.made or "/" in word.value:
            return None
        paths = [f"{folder}/{word.value}" for folder in environment.search.split(":")]
        if environment.made.keys().isdisjoint(paths):
            return None
        for path in paths:
            own = path in environment.made
            found = self._made(path, word, environment) if own else self.lookup(path)
            if isinstance(found, ImageFile) and (found.executable is not False or found.path in environment.permitted):
                return found if own else None
            # What a base image brings along below /usr/local is nothing that a script gives the same name to.
            if not own and not isinstance(found, Absent) and not path.startswith("/usr/local/"):
                return None
        return None

    def _made(self, path: str, word: Argument, environment: Environment) -> ImageFile | Missing | None:
        from ..shell.files.changes import behind

        where = behind(environment.made, path)
        made = environment.made.get(where)
        if made is None and where != path:
            linked = self.lookup(where)
            return linked if isinstance(linked, ImageFile) and linked.content is not None else None
        if made is None or not made.written or made.kind != "file":
            return None
        if made.content is None:
            return Missing(where, f"what the script has written to {where} is not known")
        runs = where in environment.permitted
        return ImageFile(where, self.joined(made.content, word.text), runs, None, exact=False)

    def has_come(self, word: Argument, environment: Environment) -> bool:
        """Whether a file that the image lacks may be there when the script asks for it: a program has run that may have made it, it is what
        the script itself has made by other means than writing to it, or the script has looked, and goes on where it is there."""
        if not (environment.commands or environment.made or environment.assumed):
            return False
        from ..shell.files.changes import has_made
        from ..shell.files.filesystem import looked_for, may_have_made

        path = posixpath.normpath(posixpath.join(environment.workdir, word.value))
        made = has_made(environment.made, path)
        if made is not None:
            return made
        there = looked_for(environment.assumed, word.value)
        return there or may_have_made(environment.commands, environment.workdir, path)

    def lookup(self, path: str) -> object:
        """What stands at a path of the image, looked up once."""
        if path not in self._looked:
            self._looked[path] = self.image.files.lookup(path)
        return self._looked[path]

    def is_link(self, path: str) -> bool | None:
        """Whether a symbolic link stands at an absolute path; None where that is not known, as of what a base image brings."""
        if self.image.files.link(path) is not None:
            return True
        found = self.lookup(path)
        return False if isinstance(found, ImageFile) and found.content is not None else None

    def made_elsewhere(self, path: str) -> bool:
        """Whether another stage of the Dockerfile makes a file at an absolute path."""
        return self.image.files.made_elsewhere(path)

    def given_away(self, folder: str) -> bool:
        """Whether a folder of the distribution, which is root's, may have been given to somebody: by a command of the Dockerfile that names
        it or a variable, or in a base image of which nothing is known."""
        if not self.image.base.known:
            return True
        named = re.compile(rf"{_GIVES}(?:[^\n;&|]*[^\w\n;&|./-])?(?:\$|{re.escape(folder)}/?(?![\w./-]))")
        runs = (each.value.value.replace("\\\n", " ") for each in self.image.instructions if each.keyword == "RUN")
        return any(named.search(text) for text in runs)

    def standing(self, path: str) -> Kind:
        """What kind of thing stands at an absolute path; ``none`` for certain, but for what is mounted there."""
        if path not in self._kinds:
            self._kinds[path] = self.image.files.standing(path)
        return self._kinds[path]

    def folder(self, path: str) -> bool:
        """Whether something is known to stand below a path."""
        return bool(self.listing(path))

    def listing(self, path: str) -> tuple[str, ...]:
        """The files that are known to stand below a path; looked for once."""
        if path not in self._listings:
            self._listings[path] = self.image.files.listing(path)
        return self._listings[path]

    def parse(self, text: Text, *, file: bool) -> Script:
        """The model of a script."""
        from ...parsers.shell import parse_command, parse_script

        return parse_script(text) if file else parse_command(text)

    def joined(self, value: str, text: Text) -> Text:
        """A value as a text that stands for what was written; the same one again, so that it is parsed once."""
        if text.value == value:
            return text
        key = (value, text)
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = _unquoted(text, value) or join([(value, text)], _nowhere)
        return found

    # --- programs ---

    def describe(self, arguments: Sequence[Argument], environment: Environment | None = None) -> Program | None:
        """What the catalogue knows of a command line, and its application's source says. ``environment``: where it is started, and with
        which variables; None: as the image says."""
        workdir = environment.workdir if environment is not None else self.image.workdir
        variables = handed(self.image.env, environment.exported if environment is not None else None)
        made = environment.made if environment is not None else {}
        files = self._left(made, arguments[0].text) if made else None
        known = self._described.setdefault((_words(arguments), workdir, files is None), [])
        for asked, of_files, program in known:
            if variables.agrees(asked) and (files is None or files.agrees(of_files)):
                return program
        from ..programs import describe

        image = replace(self.image, workdir=workdir, env=variables, files=files or self.image.files)
        program = describe(arguments, image, self.programs)
        if program is not None and program.application is not None:
            from ..sources.handlers import judged

            program = judged(program, image)
        known.append((variables.asked, files.asked if files is not None else {}, program))
        return program

    def _left(self, made: Mapping[str, Made], text: Text) -> Left:
        """The image's files as scripts have left them."""
        from .left import Left

        return Left(self.image.files, made, partial(self.joined, text=text))

    def python(
        self, program: Program | None, arguments: Sequence[Argument], environment: Environment
    ) -> Program | None:
        """A Python program, or a command that a project in the image installs, with what its source says."""
        from ..python import application, installed

        workdir, ignored = environment.workdir, environment.ignored

        def read(image: Image) -> Program | None:
            if program is None:
                return installed(arguments, image, workdir=workdir, ignored=ignored)
            return application(program, arguments, image, workdir=workdir, ignored=ignored)

        return self._once((_words(arguments), workdir, ignored), program, environment, read)

    def _once(
        self,
        key: tuple[object, ...],
        program: Program | None,
        environment: Environment,
        read: Callable[[Image], Program | None],
    ) -> Program | None:
        """What is read of a program in its environment: once for all in which it finds what it asks for."""
        variables = handed(self.image.env, environment.exported)
        known = self._programs.setdefault(key, [])
        for one, asked, found in known:
            if one == program and variables.agrees(asked):
                return found
        found = read(replace(self.image, env=variables))
        known.append((program, variables.asked, found))
        return found

    def own(self, program: Program, arguments: Sequence[Argument], environment: Environment) -> Program | None:
        """A command that a project in the image installs under the name of a program of the catalogue; None if none does, or it is that
        program's own project."""
        key = (arguments[0].value.rpartition("/")[2], program.name)
        if key not in self._replaced:
            from ..python.program.projects import replaces

            self._replaced[key] = replaces(self.image, *key)
        return self.python(None, arguments, environment) if self._replaced[key] else None

    def hosted(self, program: Program, arguments: Sequence[Argument], environment: Environment) -> Program:
        """A server, with what the application that it imports does to its signals."""
        from ..python.verdict.hosted import hosted

        def read(image: Image) -> Program:
            return hosted(program, image, workdir=environment.workdir, ignored=environment.ignored)

        key = ("hosted", environment.workdir, environment.ignored)
        return self._once(key, program, environment, read) or program


def _words(arguments: Sequence[Argument]) -> tuple[str, ...]:
    return tuple(argument.value for argument in arguments)


def _nowhere(text: str) -> str | None:
    """The encoder of a value that was put together: nothing can be written into it."""
    return None


# What cannot be written between a shell's quotes as it is.
_SPECIAL = {"'": frozenset("'"), '"': frozenset('"\\$`')}


def _unquoted(text: Text, value: str) -> Text | None:
    """The value of a shell's word where it is what stands between one pair of quotes, letter for letter; None for any other word.

    What is written into it has to mean the same inside the quotes.
    """
    raw = text.value
    special = _SPECIAL.get(raw[:1])
    if special is None or raw[-1:] != raw[0] or raw[1:-1] != value or not value:
        return None
    return join([text.cut(1, len(raw) - 1)], lambda new: None if special.intersection(new) else text.buffer.encode(new))
