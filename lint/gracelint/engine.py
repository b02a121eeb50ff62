"""Units are judged: the rules are asked.

Method: one unit after the other, in this process or in others (`judge` needs nothing but its arguments). What has to be
seen as a whole (an ignore comment that any image uses, the same finding from two images) is done afterwards, in `gracelint.report`.

Hazard: a rule that fails must not take the others with it, so each is asked over a net, and what falls into it is a `Bug`.
"""

from __future__ import annotations

import sys
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

from . import disk, suppress
from .cases import Unit, View, absolute
from .diagnostics import SEVERITIES, Finding
from .discovery import read_bytes, reason
from .records import dataclass, replace
from .regexes import regex
from .source import Document, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .image.context.shared import Shared
    from .rule import Case, Rule
    from .signals.model import Fate

    Fates: TypeAlias = Mapping[Fate, str] | None

# From so many images on, other processes save more time than starting them costs (bench/bench.py).
WORTH_PROCESSES = 16
# The first few are judged in this one (`_first`): at most one in so many, until so many in a row needed no module that was not there.
_FEW = 8
_SETTLED = 3


@dataclass(frozen=True, slots=True)
class Bug:
    """An error of gracelint itself, or of a plugin: in what, the traceback, and ``whose``, the package to blame."""

    where: str
    message: str
    traceback: str
    whose: str = "gracelint"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one unit yields: findings before suppression, and ignore comments and real paths of the files read.

    ``fates``: what becomes of a container that is started as the image says, and of one that is started with arguments that nobody knows, with
    the reasons (None: such a start was not judged). Told only where all rules were asked, as fixes want it: what may be kept holds none.
    """

    findings: tuple[Finding, ...] = ()
    ignores: tuple[suppress.Ignore, ...] = ()
    read: frozenset[str] = frozenset()
    bugs: tuple[Bug, ...] = ()
    fates: tuple[Fates, Fates] = (None, None)


class PluginError(Exception):
    """A module of the setting ``plugins`` that holds no usable rules; the message is for the user."""


@lru_cache
def rules_for(plugins: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules there are: our own, then those of the modules that the configuration names. Raises `PluginError`."""
    from gracelint_rules.registry import RULES

    rules: list[Rule] = list(RULES)
    for name in plugins:
        rules += _plugin(name)
    codes = [rule.code for rule in rules]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice:
        raise PluginError(f"two rules have the code {twice}")
    return tuple(rules)


def _plugin(name: str) -> Sequence[Rule]:
    from importlib import import_module

    from .rule import Rule

    try:
        rules = import_module(name).RULES
    except (Exception, SystemExit) as error:  # whatever a stranger's module does while it is imported
        raise PluginError(f"plugin {name}: {type(error).__name__}: {error}") from error
    if not isinstance(rules, (list, tuple)) or not all(isinstance(rule, Rule) for rule in rules):
        raise PluginError(f"plugin {name}: RULES must be a list or tuple of gracelint.rule.Rule")
    for rule in rules:
        wrong = _wrong(rule)
        if wrong:
            raise PluginError(f"plugin {name}: the rule {rule.code!r:.40} has {wrong}")
    return rules


_CODE = regex(r"[A-Z]+[0-9]+")


def _wrong(rule: Rule) -> str | None:
    """What a rule must not have, because comments, settings and reports could not name it."""
    if not isinstance(rule.code, str) or not _CODE.fullmatch(rule.code):
        return "a code that is not capital letters and digits"
    if rule.severity not in SEVERITIES:
        return f"a severity that is none of {', '.join(SEVERITIES)}"
    if not isinstance(rule.name, str) or not isinstance(rule.doc, str) or not rule.doc.strip():
        return "no name, or no documentation"
    return None if callable(rule.check) else "a check that is no function"


def judge(
    unit: Unit, overlay: Mapping[str, bytes] | None = None, every: bool = False, shared: Shared | None = None
) -> Judged:
    """All findings of one unit. ``overlay`` holds contents, by real path, that stand in for the files'; ``every`` asks the rules
    that are off as well; ``shared`` is what the run's other units have read."""
    overlay = overlay or {}
    file = absolute(unit.file)
    try:
        data = overlay[file] if file in overlay else read_bytes(unit.file)
    except (OSError, ValueError) as error:
        from gracelint_rules.launch.parse_error import RULE

        wrong = RULE.finding(Document(unit.path, "").span(0, 0), f"cannot be read: {reason(error)}")
        return Judged((wrong,), read=frozenset({file}))
    disk.told("text", unit.file, data)
    try:
        view = View(unit, Document.decode(unit.path, data), overlay, shared)
        found, bugs = _judge(view, every)
        read = {file, *(absolute(document.path) for document in view.documents[1:])}
        fates = _fates(view) if every and not bugs else (None, None)
        return Judged(tuple(found), tuple(view.ignores()), frozenset(read), tuple(bugs), fates)
    except Exception as error:  # the net: a bug of ours must not take the other files with it
        return Judged(read=frozenset({file}), bugs=(_bug(unit.path, error),))


def _judge(view: View, every: bool) -> tuple[list[Finding], Iterable[Bug]]:
    unit = view.unit
    bugs: dict[str, Bug] = {}
    rules = [rule for rule in rules_for(unit.settings.plugins) if every or rule.code in unit.codes]
    found = _all_asked(rules, view.case, unit, bugs)
    other = view.otherwise
    if other is not None:
        found += _only_otherwise(found, _all_asked(rules, other, unit, bugs), view.document)
    if unit.kind == "dockerfile":
        found = [replace(finding, dockerfile=unit.path, target=view.image.target) for finding in found]
    return found, bugs.values()


def _fates(view: View) -> tuple[Fates, Fates]:
    """What the traces that the rules have asked for say."""
    return view.case.trace.fates, None if view.otherwise is None else view.otherwise.trace.fates


def _all_asked(rules: Iterable[Rule], case: Case, unit: Unit, bugs: dict[str, Bug]) -> list[Finding]:
    """What rules find. Those of ours that can find nothing in the image are left out."""
    idle = _idle(case)
    return [finding for rule in rules if rule.code not in idle for finding in _asked(rule, case, unit, bugs)]


def _asked(rule: Rule, case: Case, unit: Unit, bugs: dict[str, Bug]) -> list[Finding]:
    """What a rule finds, over a net; ``bugs`` gets what falls into it, by its message: what all rules stumble over is one bug."""
    try:
        return _found(rule, case)
    except (Exception, SystemExit) as error:
        whose = getattr(rule.check, "__module__", rule.code).partition(".")[0]
        bug = _bug(f"{unit.path} ({rule.code})", error, whose)
        bugs.setdefault(bug.message, bug)
        return []


def _only_otherwise(found: Sequence[Finding], otherwise: Iterable[Finding], dockerfile: Document) -> Iterator[Finding]:
    """What shows only when a container is started with other arguments than CMD's: the command without exec in another branch of the
    script. Only errors that are certain, at places of which nothing was said, and as warnings: nobody may start it so.
    """
    told = [finding.span for finding in found]
    for finding in otherwise:
        span = finding.span
        apart = all(
            span.document is not other.document or span.end <= other.start or other.end <= span.start for other in told
        )
        if finding.severity == "error" and finding.confidence == "high" and span.document is not dockerfile and apart:
            message = f"Started with other arguments than the image's: {finding.message}"
            yield replace(finding, severity="warning", confidence="medium", message=message)


def _idle(case: Case) -> frozenset[str]:
    """The codes of our own rules that can find nothing in an image."""
    from gracelint_rules.registry import CODES, concerned

    try:
        return CODES - concerned(case)
    except Exception:  # then each rule is asked, and the net is spread under each
        return frozenset()


def _found(rule: Rule, case: Case) -> list[Finding]:
    """What a rule finds. Raises `TypeError` where it yields something else: a stranger's rule is not to break what comes after it."""
    found = list(rule.check(case))
    for finding in found:
        sound = isinstance(finding, Finding) and isinstance(finding.span, Span) and isinstance(finding.message, str)
        if not sound:
            raise TypeError(f"{rule.code} yields {finding!r:.100}, which is no finding")
    return found


def _bug(where: str, error: BaseException, package: str = "gracelint") -> Bug:
    import traceback

    whose = "gracelint" if package == "gracelint_rules" else package
    text = "".join(traceback.format_exception(error))
    return Bug(where, f"{type(error).__name__}: {error}", text, whose)


def judge_all(
    units: Sequence[Unit],
    jobs: int | None = None,
    overlay: Mapping[str, bytes] | None = None,
    every: bool = False,
    by: Callable[[Unit], Judged] | None = None,
) -> list[Judged]:
    """Every unit judged, in order. ``jobs`` None: in as many processes as are worth it. ``by`` judges in place of `judge`."""
    if not units:
        return []
    from .image.context.shared import Shared

    one = by or partial(judge, overlay=overlay, every=every, shared=Shared())
    if jobs is None:
        import os

        jobs = min(os.cpu_count() or 1, len(units) // (WORTH_PROCESSES // 2))
    if jobs < 2 or len(units) < 3:
        return [one(unit) for unit in units]
    judged = _first(one, units)
    return judged + _in_processes(one, units[len(judged) :], jobs)


def _first(one: Callable[[Unit], Judged], units: Sequence[Unit]) -> list[Judged]:
    """The first units, judged before any process forks: what they import, compile and look up is in memory then, and done once for all processes."""
    judged: list[Judged] = []
    settled = 0
    for unit in units[: max(1, len(units) // _FEW)]:
        before = len(sys.modules)
        judged.append(one(unit))
        settled = settled + 1 if len(sys.modules) == before else 0
        if settled == _SETTLED:
            break
    return judged


def _in_processes(one: Callable[[Unit], Judged], units: Sequence[Unit], jobs: int) -> list[Judged]:
    from . import processes

    if processes.can_fork():
        return processes.spread(lambda number: one(units[number]), len(units), jobs)
    from concurrent.futures import ProcessPoolExecutor

    jobs = min(jobs, len(units))
    with ProcessPoolExecutor(jobs) as pool:
        chunk = max(1, len(units) // (jobs * 4))
        return list(pool.map(one, units, chunksize=chunk))
