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
    """What becomes of one signal."""

    # Sent to PID 1, and to another process.
    as_pid1: Reaction | None
    as_child: Reaction | None
    # Where the program is at rest, and what it calls there.
    blocking: Text
    blocking_name: str
    # What a handler had better do about that call ("calls server.stop(grace)"; "": nothing particular).
    stop_with: str = ""
    # What is wrong, if anything is, and its place.
    defect: Defect | None = None
    at: Text | None = None
    # Where the handler is installed.
    registered: Text | None = None
    # What wants to run when the program ends (and does not).
    cleanups: tuple[Text, ...] = ()
    # There is an ``except KeyboardInterrupt`` that does something.
    interrupt: bool = False
    # An event loop runs there.
    loop: bool = False
    # ``at`` is a registration behind the call that blocks.
    late: bool = False
    # The module that the program is at rest in.
    source: Text | None = None
    # The threads that were started.
    threads: tuple[Text, ...] = ()
    # The longest pause that the signal does not shorten, and the environment variable or option whose default its length is.
    pause: Text | None = None
    pause_set_by: str = ""
    # Where the main coroutine begins, if the program is at rest in another task.
    main: Text | None = None
    # A module, and where in it the function that the program calls first goes the way that leads there.
    entrance: tuple[Text, Text] | None = None
    # The calls that lead there, each with its module, where the program does nothing beside waiting for another one (None: it does more, or
    # it is not known).
    calls: tuple[tuple[Text, Text], ...] | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """An application, read."""

    entry: Text
    # It runs until told (None: not known).
    stays: bool | None
    # By signal.
    responses: Mapping[str, Response] = field(default_factory=dict)
    # What would have to be known.
    missing: tuple[str, ...] = ()
    # The modules that cannot be read.
    broken: tuple[Text, ...] = ()
    # What the catalogue says of programs that are the same all the way through: that of what it rests in.
    traits: tuple[str, ...] = ()
    # The command line that it makes way for by ``os.exec*``, and where.
    becomes: tuple[str, ...] = ()
    at: Text | None = None
