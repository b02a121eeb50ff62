"""The service puts itself in the background; what stays in front hears the signal.

## What it does
Reports services that are started in their daemon mode (`service x start`, `nginx` without `daemon off`, `--detach`, `-D`), with something else in front, or with nothing: then the script ends, and the container
with it.

## Why is this bad?
The stop signal goes to PID 1. The daemon is an orphan in the background: it hears nothing, and is killed when PID 1 leaves or the grace period ends.

## Example
```sh
#!/bin/sh
nginx
exec tail -f /var/log/nginx/access.log
```

## Use instead
```sh
#!/bin/sh
exec nginx -g 'daemon off;'
```

## Fix safety
Unsafe: the service starts without the option that detached it, or with the one that keeps it in the foreground, with `exec`, in place of the `tail` or `sleep` right behind it. What `tail` printed
of its log is no longer seen: have it log to the standard output. No fix where a control program (`service`) starts it, or where other commands come in between.

## When not to care
Never for a service with clients or data.

## References
- [nginx in the foreground](https://nginx.org/en/docs/ngx_core_module.html#daemon)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule
from gracelint.signals.model import READS_ITS_INPUT

from ..blame.blamed_programs import has_trait
from ..blame.blamed_shells import helps_another
from ..blame.defects import of_rule
from ..telling.launching import base_name
from ..telling.telling import listed, name_of, service_name, severity_of, shown, tell
from .foreground import foreground_fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.diagnostics import Finding
    from gracelint.signals.model import Hop
    from gracelint.signals.shell.model.outcome import Command, Outcome

_DAEMON = regex(r"[a-z-]{3,}d")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each service that went to the background, or for several of one script together."""
    told: set[tuple[object, frozenset[str]]] = set()
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        daemon = next((command for command in outcome.daemons if command.text == defect.at), None) if outcome else None
        if outcome is None or daemon is None:
            continue
        name, signal = service_name(daemon), case.trace.stop_signal.name
        front = name_of(outcome.command) if outcome.command is not None else "the shell"
        if name == front and outcome.command is not None:
            name, front = f"what `{shown(daemon.argv)}` started", f"`{shown(outcome.command.argv)}`"
        others = [service_name(command) for command in outcome.daemons if command.text != daemon.text]
        names = list(dict.fromkeys([name, *(other for other in others if other != front)]))
        together = outcome.source.span, frozenset(names)
        if together in told:
            continue
        told.add(together)
        # What a base image that nobody knows has in its configuration may keep the service in front: an image that ends at once would not be used.
        doubtful = outcome.end == "exits" and not case.image.base.known
        unless = (
            f" (unless the base image, which is not known, has {name} configured to stay in front)" if doubtful else ""
        )
        yield tell(
            RULE,
            case,
            defect,
            f"{_story(defect.hop, outcome, names, signal, front)}; {_advice(outcome, names)}{unless}",
            severity="info"
            if doubtful or (outcome.end in ("exec", "foreground") and helps_another(outcome, daemon))
            else "error"
            if outcome.end == "exits"
            else severity_of(defect.path),
            confidence="low" if doubtful else "high",
            fix=foreground_fix(case, outcome, daemon),
        )


def _story(hop: Hop, outcome: Outcome, names: Sequence[str], signal: str | None, front: str) -> str:
    """What becomes of them."""
    several, named = len(names) > 1, listed(names)
    if outcome.end != "exits":
        hears_it = front if outcome.end == "exec" or outcome.command is None else f"the shell, which waits for {front}"
        if outcome.end == "loop":
            hears_it = "the shell, which goes round in a loop"
        does, hears, they = ("run", "hear", "they are") if several else ("runs", "hears", f"{named} is")
        # Behind a shell that passes nothing on, the script gets no signal either.
        gets = f", which goes to {hears_it}" if hop.pid1 else ""
        return f"{named} {does} in the background and never {hears} {signal}{gets}: {they} killed without notice"
    typed = READS_ITS_INPUT in outcome.reasons
    last = "the shell at its end leaves too where there is no terminal" if typed else "the script ends"
    are = "are" if several else "is"
    return f"{named} {are} started in the background, and then {last}: the container ends with it, and {named} {are} killed"


def _advice(outcome: Outcome, names: Sequence[str]) -> str:
    """What stands in front is another service, or something that may give way."""
    front = outcome.command
    perhaps = [name for name in map(_perhaps_a_daemon, outcome.before) if name is not None and name not in names]
    if len(names) > 1 or perhaps:
        all_of_them = f" ({listed([*names, *dict.fromkeys(perhaps)])})" if perhaps else ""
        return f"run each in a container of its own, or have a supervisor in front start them all{all_of_them}"
    program = front.program if front is not None else None
    gives_way = program is not None and (has_trait(program, "keep-alive") or program.kind in ("tools", "wrappers"))
    if outcome.end == "exits" or front is None or gives_way:
        return f"run {names[0]} in the foreground, as the last command, with exec"
    return f"run {names[0]} in a container of its own, or have a supervisor in front start both"


def _perhaps_a_daemon(command: Command) -> str | None:
    """The name of a program that nobody knows and that may have gone to the background as well: by custom, a ``d`` at its end says so."""
    words = command.argv
    if has_trait(command.program, "privilege-drop"):
        words = tuple(word for word in words if "/" in word)
    elif command.program is not None:
        return None
    name = base_name(words[0]) if words else ""
    return name if _DAEMON.fullmatch(name) else None


RULE = Rule("GL216", "daemonized-service", "error", check, __doc__)
