"""The signal's way through one image: the launch followed to its steady state, then told to stop.

`follow` asks the `Resolver` for every way that the launch can turn out, has the `Kernel` simulate the stop of each, and words the result. A verdict falls out
of the simulation, nothing else decides it: ``killed`` if PID 1 is still there when the grace period is over; else ``graceful`` if every process with something to lose was
told and could finish; else ``abrupt``. Where something was not known, all possibilities were run, and if they differ the verdict is ``unknown``.

The shell evaluator is imported only where a shell is on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kernel import Kernel, runs
from .model import VERDICTS, SignalPath, Trace
from .process import Bound, Environment
from .resolve import DEFAULT_SEARCH, Resolver
from .telling import Teller

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..image.model import Image
    from .kernel import Driver, Task
    from .model import Verdict
    from .process import Alternative, Process

LIVE_STEPS = 20000
INIT = "docker-init"


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
    resolver = Resolver(image, programs or {})
    launch = image.launch
    missing = list(image.missing)
    search = image.env.get("PATH") or DEFAULT_SEARCH
    ways: list[Alternative] = []
    if launch.arguments:
        environment = Environment(image.workdir, search, image.user, pid1=not init)
        ways = resolver.launch(launch.arguments, environment, 2 if init else 1, "exec-form")
        if init:
            ways = [_under_init(way) for way in ways]
    else:
        missing.append("the image starts nothing by itself")
    signal = image.stop_signal.name
    if signal is None:
        missing.append(f"the stop signal {image.stop_signal.raw} is not one that an engine accepts")
    paths = tuple(_path(resolver, way, signal, grace_period) for way in ways)
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
    everything = _Everything(forward)
    program = Program(INIT, "inits", (), everything, everything, stays=True)
    child = replace(way.process, own_group=True, how="init")
    argv = (f"/sbin/{INIT}", "--", *child.argv)
    return replace(
        way, process=Process(1, argv, "exec-form", child.text, program, children=(child,), stays=child.stays)
    )


class _Everything(dict):  # type: ignore[type-arg] # maps every signal to one reaction
    """A reaction to whatever signal."""

    def __init__(self, reaction: object) -> None:
        super().__init__(SIGTERM=reaction)
        self._reaction = reaction

    def get(self, key: object, default: object = None) -> object:
        return self._reaction

    def __missing__(self, key: object) -> object:
        return self._reaction


def _reaches(paths: list[SignalPath]) -> bool | None:
    told = [hop.notified for path in paths if (hop := path.app) is not None]
    if not told or len(told) < len(paths):
        return None
    if False in told:
        return False
    return None if None in told else True


class _Run:
    """One simulation, and how it ended."""

    def __init__(self, resolver: Resolver, process: Process, signal: str, grace: float, choices: Any) -> None:
        self.resolver = resolver
        self.shells: dict[int, Any] = {}
        self.kernel = kernel = Kernel(choices, self._attach)
        root = kernel.boot(process)
        for shell in list(self.shells.values()):
            shell.resume()
        kernel.run(0.0)
        self.early = kernel.gone_at is not None
        if not self.early:
            kernel.signal(root, signal, outside=True)
            kernel.run(grace)

    def _attach(self, kernel: Kernel, task: Task) -> Driver | None:
        from .shell.host import Budget
        from .shell.live import LiveShell

        shell = LiveShell(kernel, task, self.resolver, Budget(LIVE_STEPS))
        self.shells[task.pid] = shell
        return shell

    @property
    def steps(self) -> int:
        """How much work it was."""
        budgets = [shell.machine.budget for shell in self.shells.values()]
        return sum(budget.whole - budget.steps for budget in budgets)

    @property
    def verdict(self) -> Verdict:
        kernel = self.kernel
        if kernel.reasons or kernel.close:
            return "unknown"
        if kernel.gone_at is None:
            return "killed"
        for task in kernel.tasks.values():
            if task.loses and task.ended != "exited" and not (task.notified and task.ended == "finished"):
                return "abrupt"
        return "unknown" if self.assumed else "graceful"

    @property
    def assumed(self) -> list[str]:
        """Programs that were taken to end by themselves, because others come after them, and that may as well run on."""
        tasks = self.kernel.tasks.values()
        return [task.process.name for task in tasks if task.loses and task.ended == "exited" and not task.notified]


def _path(resolver: Resolver, way: Alternative, signal: str | None, grace: float) -> SignalPath:
    teller = Teller(signal or "SIGTERM", grace)
    if way.process is None or signal is None:
        return teller.ended(way)
    results: list[_Run] = []
    labels: list[str] = []
    steps = 0
    for choices in runs():
        run = _Run(resolver, way.process, signal, grace, choices)
        if run.early and results:
            continue
        if results and results[0].early:
            results.clear()
        results.append(run)
        labels.extend(label for label, _ in choices.asked if label not in labels)
        steps += run.steps
        if steps > LIVE_STEPS:
            break  # as with too many choices, what was tried has to do
    verdicts = {run.verdict for run in results}
    first = results[0]
    verdict: Verdict = verdicts.pop() if len(verdicts) == 1 else "unknown"
    if first.early or way.process.stays is False:
        verdict = "unknown"
        labels.append("the container ends by itself")
    bounds = [reason for reason in way.reasons if isinstance(reason, Bound)]
    if bounds:
        verdict = "unknown"
    reasons = [*labels, *(reason for run in results for reason in run.kernel.reasons)] if verdict == "unknown" else []
    if verdict == "unknown":
        reasons += [f"whether {name} ends by itself" for run in results for name in run.assumed]
    if any(run.kernel.close for run in results) and verdict == "unknown":
        reasons.append("whether the application finishes before PID 1 leaves")
    return teller.path(way, first.kernel, first.shells, verdict, tuple(dict.fromkeys(reasons)))
