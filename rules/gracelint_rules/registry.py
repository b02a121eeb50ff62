"""The one place where rules are registered, in the order of their codes.

What the engine must know of every rule stands in a table here, together with what an image must have for the rule to look at it;
a rule's module (it is called as the rule is) is imported when an image has that, or when its page is asked for. Most images
meet few rules, and importing all of them was a fifth of a short run. Hazard: the table repeats what the module's ``RULE``
says, and a condition must hold wherever its rule finds something; tests hold both.

Other people's rules are modules named in the configuration's ``plugins``; each has a ``RULES`` of its own.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from gracelint.rule import Rule

from .blame.defects import defects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gracelint.diagnostics import Finding, Severity
    from gracelint.rule import Case
    from gracelint.signals.model import Program

    Condition = Callable[[Case], bool]


# Where the modules of rules are, by the first digit of their codes.
ROOMS = {"GL0": "launch", "GL1": "launch", "GL2": "shells", "GL3": "applications", "GL4": "supervision"}


class Registered(Rule):
    """A rule of ours. ``condition`` tells of an image whether the rule can find anything there; None: where a hop of the signal's way is to
    blame for what the rule speaks of (`defects`)."""

    condition: Condition | None

    def __init__(self, code: str, name: str, severity: Severity, condition: Condition | None = None) -> None:
        super().__init__(code, name, severity, self._check, "")
        object.__setattr__(self, "condition", condition)

    @cached_property
    def own(self) -> Rule:
        """What the rule's module says it is."""
        from importlib import import_module

        room, module = ROOMS[self.code[:3]], self.name.replace("-", "_")
        rule: Rule = import_module(f"{__package__}.{room}.{module}").RULE
        return rule

    def _check(self, case: Case) -> Iterable[Finding]:
        return self.own.check(case) if self.code in concerned(case) else ()

    @property
    def doc(self) -> str:
        """The page."""
        return self.own.doc


@lru_cache(maxsize=1)
def concerned(case: Case) -> frozenset[str]:
    """The codes of our rules that can find anything in an image. Each condition is asked once, whatever the number of its rules."""
    blamed = {defect.rule for defect in defects(case)}
    found = [codes for condition, codes in _CONDITIONS.items() if condition(case)]
    return frozenset(_BLAMED[name] for name in blamed if name in _BLAMED).union(*found)


def _always(_case: Case) -> bool:
    return True


def _never(_case: Case) -> bool:
    return False


@lru_cache(maxsize=1)
def _way(case: Case) -> frozenset[str]:
    """What is on the signal's way, in one walk over its hops for all conditions."""
    found: set[str] = set()
    for path in case.trace.paths:
        for hop in (*path.before, *path.hops):
            if hop.shell is not None:
                found.add("shell")
            if hop.robbed:
                found.add("robbed")
            if hop.program is not None:
                found.update(_of_program(hop.program))
    return frozenset(found)


def _of_program(program: Program) -> Iterator[str]:
    if program.starts:
        yield "starter"
    if program.timeout_text or program.unbounded:
        yield "timeout"
    if program.drain:
        yield "drain"
    responses = program.python.responses.values() if program.python is not None else ()
    if any(response.as_pid1 is not None and response.as_pid1.after for response in responses):
        yield "pause"


def _shell(case: Case) -> bool:
    """A shell is on the signal's way."""
    return "shell" in _way(case)


def _starter(case: Case) -> bool:
    """A program on the way starts others."""
    return "starter" in _way(case)


def _robbed(case: Case) -> bool:
    """A master's workers get the stop signal as well."""
    return "robbed" in _way(case)


def _timeout(case: Case) -> bool:
    """A program on the way limits its own shutdown, in the image's own words, or has no limit."""
    return "timeout" in _way(case)


def _drain(case: Case) -> bool:
    """A program on the way drops its work for want of a setting."""
    return "drain" in _way(case)


def _slow(case: Case) -> bool:
    """The way has a limit, or none, or a Python program that was read pauses before it stops."""
    return not {"timeout", "pause"}.isdisjoint(_way(case))


def _supervisor(case: Case) -> bool:
    """A program on the way starts others, in the image's words or by its settings."""
    from .telling.launching import executed

    named = any(defect.rule == "supervisor-stop-settings" for defect in defects(case))
    return named or _starter(case) or len(executed(case)) > 1


def _cmd_unused(case: Case) -> bool:
    """The image has an ENTRYPOINT that gets no CMD."""
    launch = case.image.launch
    return launch.entrypoint is not None and not (launch.cmd is not None and launch.cmd_used)


def _replaced(case: Case) -> bool:
    """ENTRYPOINT or CMD is there more than once."""
    keywords = [instruction.keyword for instruction in case.instructions]
    return keywords.count("CMD") > 1 or keywords.count("ENTRYPOINT") > 1


def _heredoc(case: Case) -> bool:
    return any((instruction.inner or instruction).heredocs for instruction in case.dockerfile.instructions)


def _exec_form(case: Case) -> bool:
    """ENTRYPOINT or CMD is in exec form, and written in the language of shells."""
    from .telling.launching import own_exec_forms, speaks_shell

    return any(speaks_shell(line) for line in own_exec_forms(case.image.launch))


def _malformed(case: Case) -> bool:
    return any((instruction.inner or instruction).malformed is not None for instruction in case.instructions)


def _no_shell(case: Case) -> bool:
    return case.image.base.shell == "none"


def _own_stop_signal(case: Case) -> bool:
    return case.image.stop_signal.text is not None


RULES: tuple[Registered, ...] = (
    Registered("GL001", "parse-error", "error", _always),
    Registered("GL002", "unused-ignore", "warning", _never),  # the engine's own, once all others have spoken
    Registered("GL003", "unresolved-entrypoint", "error", _always),
    Registered("GL101", "shell-form-entrypoint", "error", _shell),
    Registered("GL102", "shell-form-cmd", "error"),
    Registered("GL103", "malformed-exec-form", "error", _malformed),
    Registered("GL104", "shell-wrapper-without-exec", "error"),
    Registered("GL105", "cmd-ignored", "warning", _cmd_unused),
    Registered("GL106", "unexpanded-variable", "warning", _exec_form),
    Registered("GL107", "exec-form-builtin", "error", _exec_form),
    Registered("GL108", "no-shell-in-image", "error", _no_shell),
    Registered("GL110", "uncatchable-stop-signal", "error", _own_stop_signal),
    Registered("GL111", "invalid-stop-signal", "error", _own_stop_signal),
    Registered("GL112", "wrong-stop-signal", "warning"),
    Registered("GL113", "replaced-command", "warning", _replaced),
    Registered("GL201", "missing-exec", "error"),
    Registered("GL202", "exec-without-effect", "error"),
    Registered("GL203", "deferred-trap", "error"),
    Registered("GL204", "trap-does-not-forward", "error"),
    Registered("GL205", "child-not-awaited", "error"),
    Registered("GL206", "unportable-trap", "error"),
    Registered("GL207", "trap-lost-by-exec", "info", _shell),
    Registered("GL208", "ignored-stop-signal", "error"),
    Registered("GL209", "abandoned-background-process", "warning"),
    Registered("GL210", "forking-privilege-drop", "warning", _starter),
    Registered("GL211", "arguments-dropped", "info", _shell),
    Registered("GL212", "trap-kills-itself", "error"),
    Registered("GL213", "trap-for-another-signal", "error"),
    Registered("GL214", "trap-does-not-exit", "error"),
    Registered("GL215", "keep-alive-as-pid1", "warning"),
    Registered("GL216", "daemonized-service", "error"),
    Registered("GL217", "interrupt-to-background-child", "error"),
    Registered("GL218", "exec-with-assignment", "error"),
    Registered("GL219", "signal-lost-before-exec", "info", _shell),
    Registered("GL220", "loop-without-trap", "error"),
    Registered("GL221", "unquoted-heredoc", "error", _heredoc),
    Registered("GL301", "absent-sigterm-handler", "error"),
    Registered("GL302", "handler-does-not-stop", "error"),
    Registered("GL303", "handler-not-installed", "error"),
    Registered("GL304", "exit-swallowed", "error"),
    Registered("GL305", "cleanup-never-runs", "warning"),
    Registered("GL306", "development-server", "warning"),
    Registered("GL307", "threads-outlive-exit", "error"),
    Registered("GL308", "runtime-ignores-signal", "warning"),
    Registered("GL309", "launcher-does-not-forward", "error"),
    Registered("GL310", "displaced-server-handler", "error"),
    Registered("GL401", "package-runner-as-pid1", "warning"),
    Registered("GL402", "no-init-for-children", "info", _shell),
    Registered("GL403", "supervisor-stop-settings", "warning", _supervisor),
    Registered("GL404", "grace-period-too-short", "warning", _slow),
    Registered("GL405", "group-signal-breaks-workers", "warning", _robbed),
    Registered("GL406", "unbounded-drain", "warning", _timeout),
    Registered("GL407", "wrapper-does-not-forward", "error"),
    Registered("GL408", "dropped-requests", "info", _drain),
)

CODES = frozenset(rule.code for rule in RULES)
_BLAMED = {rule.name: rule.code for rule in RULES if rule.condition is None}
_CONDITIONS = {
    condition: [rule.code for rule in RULES if rule.condition is condition]
    for condition in dict.fromkeys(rule.condition for rule in RULES)
    if condition is not None
}
