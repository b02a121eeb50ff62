"""What an application does with a signal: the facts that the trace and the rules speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...source import Text
    from ..model import Reaction

Defect = Literal[
    "absent-sigterm-handler",
    "handler-does-not-stop",
    "handler-not-installed",
    "exit-swallowed",
    "cleanup-never-runs",
    "threads-outlive-exit",
    "launcher-does-not-forward",
    "launcher-does-not-wait",
    "development-server",
    "displaced-server-handler",
]


@dataclass(frozen=True, slots=True)
class Response:
    """What becomes of one signal, sent to PID 1 (``as_pid1``) or to another process (``as_child``).

    ``blocking`` is where the program is at rest, ``blocking_name`` what it calls there, ``stop_with`` what a handler had better do about that call ("calls
    server.stop(grace)"; "": nothing particular). ``defect`` names what is wrong, if anything is, and ``at`` is its place; ``registered`` is where the handler is
    installed, ``cleanups`` what wants to run when the program ends (and does not); ``interrupt``: there is an ``except KeyboardInterrupt`` that does something;
    ``loop``: an event loop runs there; ``late``: ``at`` is a registration behind the call that blocks; ``source`` is the module it is in; ``pause`` is the longest one that the signal does
    not shorten, ``pause_set_by`` the environment variable or option whose default its length is; ``main`` is where the main coroutine begins, if the program is at rest in another task;
    ``entrance`` is a module, and where in it the function that the program calls first goes the way that leads there.
    ``calls`` are the calls that lead there, each with its module, where the program does nothing beside waiting for another one (None: it does more, or it is not known).
    """

    as_pid1: Reaction | None
    as_child: Reaction | None
    blocking: Text
    blocking_name: str
    stop_with: str = ""
    defect: Defect | None = None
    at: Text | None = None
    registered: Text | None = None
    cleanups: tuple[Text, ...] = ()
    interrupt: bool = False
    loop: bool = False
    late: bool = False
    source: Text | None = None
    threads: tuple[Text, ...] = ()
    pause: Text | None = None
    pause_set_by: str = ""
    main: Text | None = None
    entrance: tuple[Text, Text] | None = None
    calls: tuple[tuple[Text, Text], ...] | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """An application, read. ``stays``: it runs until told (None: not known); ``responses`` by signal; ``missing`` what would have to be known, ``broken`` the modules that cannot be read.

    ``becomes`` is the command line that it makes way for by ``os.exec*``, and ``at`` where."""

    entry: Text
    stays: bool | None
    responses: Mapping[str, Response] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    broken: tuple[Text, ...] = ()
    becomes: tuple[str, ...] = ()
    at: Text | None = None
