"""What ``mix release`` leaves: a start script of its own, and beside it what the project lays over it.

It writes to ``_build/ENVIRONMENT/rel/NAME``: there ``bin/NAME start`` execs the Erlang machine, which stops its applications in order
(measured: Elixir 1.14, PID 1 is beam.smp), and the files of ``rel/overlays`` are copied in as they are, such as Phoenix' ``bin/server``
(https://hexdocs.pm/mix/Mix.Tasks.Release.html#module-overlays). So what a path of the image is can be told by where it was copied from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace
from ...regexes import regex

if TYPE_CHECKING:
    from ...image.model import Argument, Files, ImageFile

_RELEASE = regex(r"(/.*|)/_build/\w+/rel/(\w+)/(.+)")
PROGRAM = "mix-release"


def overlay(path: str, files: Files) -> ImageFile | None:
    """The project's own file that the release has at an absolute path of the image."""
    for stage, place in files.origins(path):
        match = _RELEASE.fullmatch(place)
        found = stage.known(f"{match[1]}/rel/overlays/{match[3]}") if match else None
        if found is not None:
            return replace(found, path=path)
    return None


def as_program(arguments: tuple[Argument, ...], path: str, files: Files) -> tuple[Argument, ...] | None:
    """A command line of the release's own script at an absolute path, by its name in the catalogue; None if it is another program."""
    for stage, place in files.origins(path):
        match = _RELEASE.fullmatch(place)
        if match and match[3] == f"bin/{match[2]}" and stage.known(f"{match[1]}/mix.exs") is not None:
            return (replace(arguments[0], value=PROGRAM), *arguments[1:])
    return None
