"""``gracelint probe``: hands over to the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .streams import Streams


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command."""
    from ..lab.probe import main

    return main(argv, streams.stdout, streams.stderr)
