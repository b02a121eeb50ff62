"""Configuration files that say what a program does: readers, by the name that the catalogue gives them (``reads``).

A reader gets the facts gathered so far and the situation, and returns facts to lay over them; ``started`` among them is what the program
starts. Files come from the image, may be hostile, and are never executed: size and depth are bounded, what cannot be read is ``missing``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..catalogue import Entry
    from ..facts import Situation

    Reader = Callable[[Entry, Situation], Entry]

READERS: Mapping[str, Reader] = {
    "nginx": options.none,
    "supervisord": options.none,
    "bun": options.none,
    "deno-task": options.none,
    "node-run": options.none,
    "none": options.none,
    "dumb-init": options.dumb_init,
    "timeout": options.timeout,
    "watchmedo": options.watchmedo,
    "after-terminator": options.after_terminator,
    "runuser": options.runuser,
    "start-stop-daemon": options.start_stop_daemon,
    "capsh": options.capsh,
}
