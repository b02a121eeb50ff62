"""What an image is there for: to develop with, as far as names and the environment say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex

from .stop_signal import started_otherwise

if TYPE_CHECKING:
    from gracelint.rule import Case

    from .defects import Defect

_DEVELOPMENT = regex(r"(?i)(?:^|[^a-z])(?:dev|devel|develop|development|local|debug)(?:[^a-z]|$)")
# Variables whose value names what an image is for.
_ENVIRONMENTS = (
    "NODE_ENV",
    "APP_ENV",
    "RAILS_ENV",
    "RACK_ENV",
    "FLASK_ENV",
    "DJANGO_ENV",
    "ASPNETCORE_ENVIRONMENT",
    "ENVIRONMENT",
)


def asks_for_development(case: Case, defect: Defect) -> bool:
    """Whether the container is started with a word of its own for developing or looking for faults: ``command: dev_server``, ``docker run IMAGE debug``."""
    image = case.image
    words = [
        word.value for word in image.launch.arguments if not word.inherited and not word.value.startswith(("-", "/"))
    ]
    said = [condition for when in defect.whens for condition in when if " = " in condition]
    other = started_otherwise(case) or any(word.rest for word in image.launch.arguments)
    return other and any(_DEVELOPMENT.search(word) for word in (*words[1:], *said, *words[:1]))


def for_development(case: Case) -> bool:
    """Whether it is there for development: by the Dockerfile's or the compose file's path, the stage, the environment, or what is mounted."""
    names = [case.image.dockerfile.document.path, case.image.target or ""]
    names += [argument.text.span.document.path for argument in case.image.launch.arguments[:1]]
    names += [case.image.env.get(name) or "" for name in _ENVIRONMENTS]
    # A compose file that lays the sources over the image, and starts something else than the image does, is there to work with.
    laid_over = started_otherwise(case) and case.image.files.is_mounted(case.image.workdir)
    return laid_over or any(_DEVELOPMENT.search(name) for name in names)
