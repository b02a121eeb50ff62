"""Home Assistant's add-ons: ``ARG BUILD_FROM`` gets its value from ``build.yaml`` beside the Dockerfile, where its builder reads it.

Source: developers.home-assistant.io, "Add-on configuration", "Add-on extended build". The base images of the architectures are the same but for
the machine; amd64's stands for all, else the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...parsers.dockerfile.model import Dockerfile
    from ..context.context import Context

_ARGUMENT = "BUILD_FROM"
_FILES = ("build.yaml", "build.yml", "build.json")


def build_args(dockerfile: Dockerfile, context: Context) -> dict[str, str]:
    """The build arguments of an add-on whose Dockerfile leaves its base image open; none for all others."""
    asks = any(each.keyword == "ARG" and each.value.value.strip() == _ARGUMENT for each in dockerfile.instructions)
    for name in _FILES if asks else ():
        text = context.document(name)
        if text is None:
            continue
        from ...compose.loading import load

        values, _ = load(text.text)
        bases = values.get("build_from") if isinstance(values, dict) else None
        if isinstance(bases, dict) and bases:
            base = bases.get("amd64", next(iter(bases.values())))
            return {_ARGUMENT: base} if isinstance(base, str) and base else {}
    return {}
