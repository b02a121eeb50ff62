"""From a lab report to a record of evidence.

What a verdict rests on (``basis``), the first that applies:

``unobserved``  PID 1 ended before the signal: nothing was measured.
``grace``       PID 1 was still there after the grace period: killed, whatever else happened.
``request``     A request of two seconds was in flight: abrupt if it was not answered; graceful if it was, and what else bore witness finished.
``witness``     The application wrote down that it finished its clean-up (a C witness takes half a second for it; a small program of another
                language uses what the language offers: finally, atexit, defer, END, a shutdown hook): graceful if each did.
``ends``        How the processes ended (see `report`): abrupt if one died of a signal. That each left by itself says no more than that;
                whether it dropped its work is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...signals import names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..report import Process, Report, Testimony
    from .table import Case

Record = dict[str, Any]


def judge(
    report: Report, answer: str | None, testimonies: Sequence[Testimony], judged: bool = True
) -> tuple[str, str, str]:
    """Verdict, basis, and why. ``answer``: what became of the request, None if there was none; ``judged``: it decides."""
    verdict, basis, why = report.judgement
    if not report.signalled or not report.exited:
        return verdict, basis, why
    if answer is not None and judged:
        if report.status.signal is not None:
            return "abrupt", "ends", f"PID 1 itself was ended by {report.status}"
        lost = answer == "answered" and any(not testimony.finished for testimony in testimonies)
        if not lost:
            return ("graceful" if answer == "answered" else "abrupt"), "request", f"the request in flight was {answer}"
    if testimonies:
        if report.status.signal is not None:
            return "abrupt", "ends", f"PID 1 itself was ended by {report.status}"
        for testimony in testimonies:
            if not testimony.finished:
                what = "in the middle of its clean-up" if testimony.signals else "without clean-up"
                return "abrupt", "witness", f"{testimony.name} was ended {what}"
        return "graceful", "witness", "the application finished its clean-up"
    return verdict, basis, why


def record(
    case: Case,
    version: str,
    report: Report,
    answer: str | None,
    testimonies: Sequence[Testimony],
    tidy: Callable[[str], str],
) -> Record:
    """The evidence of one run; ``tidy`` takes this machine's paths and ports out of a word."""
    verdict, basis, why = judge(report, answer, testimonies, case.request is None or case.request.judged)
    one = report.pid1
    found: Record = {
        "name": case.name,
        "group": case.group,
        "package": case.package,
        "version": version,
        "argv": _words(case.argv, tidy),
        "signal": names.name(report.signal),
        "pid1": _words(one.argv, tidy),
        "sigcgt": f"{one.caught:016x}",
        "sigign": f"{one.ignored:016x}",
        "sigblk": f"{one.blocked:016x}",
        "exited": report.exited,
        "grace": report.grace_period,
        "seconds": round(report.seconds, 2),
        "status": {"code": report.status.code, "signal": report.status.signal and names.name(report.status.signal)},
        "verdict": verdict,
        "basis": basis,
        "why": tidy(why),
    }
    if case.documented is not None:
        found["documented"] = names.name(report.signal) == f"SIG{case.documented}"
    if case.env:
        found["env"] = dict(case.env)
    if answer is not None:
        found["request"] = answer.partition(":")[0]
    if testimonies:
        found["witnesses"] = list(map(_witness, testimonies))
    others = [_seen(process, report, tidy) for process in report.processes if process.pid != 1 and not _over(process)]
    if others:
        found["others"] = others
    return found


def _words(argv: Sequence[str], tidy: Callable[[str], str]) -> list[str]:
    # A program that changes its title leaves empty words behind.
    kept = next((number for number in range(len(argv), 0, -1) if argv[number - 1]), 0)
    return [tidy(word) for word in argv[:kept]]


def _witness(testimony: Testimony) -> Record:
    signals = [names.name(number) for number in testimony.signals]
    return {"name": testimony.name, "signals": signals, "finished": testimony.finished}


def _seen(process: Process, report: Report, tidy: Callable[[str], str]) -> Record:
    """What is told of a process beside PID 1."""
    ended = process.ended is not None and (process.ended <= report.seconds or process.status is not None)
    return {
        "pid": process.pid,
        "parent": process.parent,
        "argv": _words(process.argv, tidy),
        "sigcgt": f"{process.caught:016x}",
        "present": process.present,
        "end": str(process.status) if ended and process.status is not None else None,
        "torn_down": process in report.torn_down,
    }


def _over(process: Process) -> bool:
    """It ended before the signal was sent."""
    return process.ended is not None and process.ended < 0
