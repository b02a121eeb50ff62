"""Configuration files that say what a program does: readers, by the name that the catalogue gives them (``reads``).

A reader gets the facts gathered so far and the situation, and returns facts to lay over them; ``started`` among them is what the program
starts, ``instead`` the words of another program that it really is. Files come from the image, may be hostile, and are never
executed: size and depth are bounded, what cannot be read is ``missing``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..catalogue import Entry
    from ..facts import Situation

    Reader = Callable[[Entry, Situation], Entry]

# A reader's module is imported when a command line asks for it.
READERS = {
    **dict.fromkeys(("none", "dumb-init", "timeout", "watchmedo", "after-terminator", "find"), "options"),
    **dict.fromkeys(("runuser", "start-stop-daemon", "capsh"), "options"),
    **dict.fromkeys(("npm", "npx", "yarn", "pnpm", "bun", "deno-task", "node", "node-run"), "javascript"),
    **dict.fromkeys(("pm2", "nodemon"), "node_managers"),
    **dict.fromkeys(("npm-run-all", "concurrently", "run-script-os"), "several"),
    **dict.fromkeys(("next-start", "nitro-server", "sveltekit-server"), "built"),
    **dict.fromkeys(("python-program", "pipenv", "pdm", "hatch", "uv", "gunicorn", "uvicorn"), "python"),
    **dict.fromkeys(("nginx", "php-fpm", "squid", "apachectl", "uwsgi", "sidekiq"), "servers"),
    **dict.fromkeys(("procfile", "foreman", "forego", "honcho"), "procfiles"),
    **dict.fromkeys(("runsvdir", "runsv", "s6", "s6-overlay"), "service_folders"),
    "supervisord": "supervisord",
    "execlineb": "execline",
    "dotnet": "dotnet",
    "jar": "spring",
    "nest-start": "nest",
}


def reader(name: str) -> Reader:
    """The function behind a reader's name."""
    function: Reader = getattr(import_module(f".{READERS[name]}", __package__), name.replace("-", "_"))
    return function
