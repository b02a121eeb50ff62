"""The signal's way through one image: the launch followed to its steady state, then told to stop.

`follow` asks the `Resolver` for every way that the launch can turn out, has the `Stop` of each simulated, and words the result. A verdict
falls out of the simulation, nothing else decides it: ``killed`` if PID 1 is still there when the grace period is over; else ``graceful`` if
every process with something to lose was told and could finish; else ``abrupt``.

The shell evaluator is imported only where a shell is on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..image.paths import DEFAULT_PATH
from . import names
from .launch.resolve import Resolver
from .model import VERDICTS, SignalPath, Trace
from .process import Alternative, Bound, Environment
from .stop.stopping import Stop
from .telling import Teller

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..image.model import Image, StopSignal
    from .model import Verdict

INIT = "docker-init"
ENDS = "the container ends by itself"
LONGEST = 131_071
"""Bytes of one argument of execve, its end apart (``MAX_ARG_STRLEN``, 32 pages, in the kernel's include/uapi/linux/binfmts.h): what is
longer starts nowhere, and is not read, which took minutes."""


def follow(
    image: Image,
    *,
    grace_period: float = 10.0,
    init: bool = False,
    programs: Mapping[str, Any] | None = None,
) -> Trace:
    """The signal's way through an image.

    ``grace_period`` is in seconds; ``init``: the engine puts its init in front (``docker run --init``). ``programs`` are the user's own
    (``[tool.gracelint.programs]``). Never fails: what cannot be followed is ``unknown``, with the reason in ``missing``.
    """
    number = 2 if init else 1
    resolver = Resolver(image, programs or {}, number)
    launch = image.launch
    missing = list(image.missing)
    search = image.env.get("PATH") or DEFAULT_PATH
    ways: list[Alternative] = []
    if any(len(argument.value) > LONGEST for argument in launch.arguments):
        ways = [Alternative(None, failed=f"a word of the launch is longer than the {LONGEST} bytes that Linux takes")]
    elif launch.arguments:
        environment = Environment(image.workdir, search, image.user, pid1=not init)
        ways = resolver.launch(launch.arguments, environment, number, "exec-form")
        if init:
            ways = [_under_init(way) for way in ways]
    else:
        missing.append("the image starts nothing by itself")
    signal = image.stop_signal.name
    if signal is None:
        missing.append(f"the stop signal {image.stop_signal.raw} is not one that an engine accepts")
    paths = tuple(_path(resolver, way, image.stop_signal, grace_period) for way in ways)
    default = [path for path in paths if path.default] or list(paths)
    verdict: Verdict = "unknown"
    if default:
        verdict = min((path.verdict for path in default), key=VERDICTS.index)
    for path in default:
        missing.extend(item for item in path.missing if item not in missing)
    return Trace(image, image.stop_signal, grace_period, verdict, _reaches(default), paths, tuple(missing))


def _under_init(way: Alternative) -> Alternative:
    """The launch as the child of the engine's own init, which is tini."""
    from ..records import replace
    from .model import Program, Reaction
    from .process import Process

    if way.process is None:
        return way
    forward = Reaction("forwards", "the engine's init passes the signal on to its child", to="child")
    everything = dict.fromkeys(names.every(), forward)
    program = Program(INIT, "inits", (), everything, everything, stays=True)
    child = replace(way.process, own_group=True, how="init")
    argv = (f"/sbin/{INIT}", "--", *child.argv)
    return replace(
        way, process=Process(1, argv, "exec-form", child.text, program, children=(child,), stays=child.stays)
    )


def _reaches(paths: list[SignalPath]) -> bool | None:
    told = [hop.notified for path in paths if (hop := path.app) is not None]
    if not told or len(told) < len(paths):
        return None
    if False in told:
        return False
    return None if None in told else True


def _path(resolver: Resolver, way: Alternative, sent: StopSignal, grace: float) -> SignalPath:
    signal = sent.name
    teller = Teller(signal or "SIGTERM", grace)
    if way.process is None or signal is None:
        return teller.unsimulated(way)
    stop = Stop(resolver, way.process, signal, grace)
    verdict, reasons = stop.verdict, stop.reasons
    ends = stop.early or way.process.stays is False
    if ends:
        program = way.process.program
        missing = program.missing if program is not None else ()
        # What is missing of a daemon is what may keep it in front: supervisord's configuration.
        ends = not missing or program is None or not program.daemonizes
        # One that is known to end does so whatever it makes of the signal; that it has ended in the simulation may rest on what is not known.
        reasons = reasons if stop.early or not ends else ()
        verdict, reasons = "unknown", (*((ENDS,) if ends else ()), *missing, *reasons)
    if sent.doubt:
        verdict, reasons = "unknown", (sent.doubt, *reasons)
    if any(isinstance(reason, Bound) for reason in way.reasons):
        verdict = "unknown"
    path = teller.path(way, stop, verdict, tuple(dict.fromkeys(reasons)), ends=ends)
    step = _step(path) if verdict in ("killed", "abrupt") else None
    if step is None:
        return path
    return teller.path(way, stop, "unknown", tuple(dict.fromkeys((f"whether {step} ends by itself", *reasons))))


def _step(path: SignalPath) -> str | None:
    """The command that a shell waits for, where the script is written as if it ended; None where nothing says so, or it was followed to
    what it starts."""
    for index, hop in enumerate(path.hops):
        outcome = hop.shell
        if outcome is None or outcome.end != "foreground" or outcome.command is None:
            continue
        if any(each.parent is not None and path.hops[each.parent].parent == index for each in path.hops):
            continue
        from .shell.startup.finite import is_step

        if is_step(outcome):
            return f"`{outcome.command.text.value}`"
    return None
