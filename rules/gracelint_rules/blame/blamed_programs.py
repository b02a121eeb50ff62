"""What a program on the signal's way is blamed for: which rule speaks of it, and at which place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gracelint.rule import Case
    from gracelint.signals.model import Hop, Program
    from gracelint.signals.python.behaviour import Response
    from gracelint.source import Text


def of_program(case: Case, hop: Hop) -> tuple[str, Text] | None:
    """A program on the way that does not handle the stop signal, or not well."""
    program = hop.program
    at = hop.text or case.image.from_text
    if program is None or at is None or hop.disposition in ("handles", "unknown", "defers"):
        return None
    if hop.disposition == "forwards" and not _leaves_first(case, hop):
        return None
    if not hop.pid1 and (hop.notified is False or hop.how == "supervisor"):
        return None  # who never hears of the stop is not to blame for it; GL403 speaks of what a supervisor sends
    if has_trait(program, "development"):
        return "development-server", at
    if has_trait(program, "keep-alive"):
        # Below an init that tells it, it ends at once, as it should.
        return None if not hop.pid1 and hop.disposition == "terminates" else ("keep-alive-as-pid1", at)
    if program.kind == "package-runners":
        return "package-runner-as-pid1", at
    if program.kind == "supervisors" and not program.clean_signals and not program.daemonizes:
        return "supervisor-stop-settings", at
    sent = hop.received or case.trace.stop_signal.name
    wrong_signal = program.clean_signals and sent not in program.clean_signals
    if program.starts and not (program.kind == "supervisors" and wrong_signal):
        # GL210 looks for privilege droppers by itself: they stay in front on graceful ways too.
        return None if has_trait(program, "privilege-drop") else ("wrapper-does-not-forward", at)
    if program.python is not None:
        return of_python(program.python.responses.get(case.trace.stop_signal.name or ""), hop)
    if program.kind == "runtimes" and program.application is None and program.runtime is not None:
        return None  # an interpreter without a program is an interactive session or a demonstration, there to be overridden
    if program.kind == "runtimes":
        return ("absent-sigterm-handler" if program.runtime == "python" else "runtime-ignores-signal"), at
    signal = case.trace.stop_signal
    if wrong_signal:
        return "wrong-stop-signal", signal.text if signal.source == "dockerfile" and signal.text is not None else at
    if hop.disposition == "misreads" and hop.pid1 and not program.as_pid1[signal.name or ""].ends:
        return "wrong-stop-signal", at
    # A server that ends at once on the signal it is made to stop with has no better one: that is its maintainers' choice.
    deaf = program.kind == "servers" and hop.application and hop.disposition == "ignores"
    return ("runtime-ignores-signal", at) if deaf else None


def _leaves_first(case: Case, hop: Hop) -> bool:
    """Whether a program passes the signal on and leaves without waiting for what it told."""
    assert hop.program is not None
    reaction = (hop.program.as_pid1 if hop.pid1 else hop.program.as_child).get(case.trace.stop_signal.name or "")
    return reaction is not None and not reaction.waits


def of_python(response: Response | None, hop: Hop) -> tuple[str, Text] | None:
    """What is wrong in a Python application that was read, and where."""
    if response is None or response.defect is None:
        return None
    if response.defect == "absent-sigterm-handler" and not hop.pid1:
        # Behind an init it stops, and only what it would have cleaned up is lost.
        return ("cleanup-never-runs", response.cleanups[0]) if response.cleanups else None
    # GL309 speaks of both.
    launches = response.defect == "launcher-does-not-wait"
    return "launcher-does-not-forward" if launches else response.defect, response.at or response.blocking


def has_trait(program: Program | None, trait: str) -> bool:
    """Whether the catalogue marks a program with a trait (see the catalogue's README)."""
    return program is not None and trait in program.traits


def sweeps(program: Program | None) -> bool:
    """Whether it stops what it did not start itself by a signal to all (``kill(-1)``)."""
    return program is not None and any(reaction.to == "everyone" for reaction in program.as_pid1.values())
