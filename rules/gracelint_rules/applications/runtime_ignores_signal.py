"""Another runtime's program (node, perl, php, ruby ...) as PID 1 with nothing that handles the stop signal.

## What it does
Reports applications of runtimes other than Python that start as PID 1, or behind an init, where nothing installs a handler for the stop signal; and servers and tools that have none, such as cron.
What to do: let the application listen for the signal (each language has a function for it), finish what it is doing, and exit. Of a program that is not your own: start it behind an init
(`docker run --init`, or tini in the image), so that it ends at once instead of after the grace period.

## Why is this bad?
The default action of a signal does not apply to PID 1: the kernel drops what PID 1 does not handle. The same program that dies of SIGTERM on a developer's machine ignores it in a container, and is killed after
the grace period. Behind an init it dies at once, in the middle of its work.

## Example
```dockerfile
FROM node:22
COPY <<EOF server.js
require('http').createServer((q, s) => s.end('hi')).listen(80)
EOF
CMD ["node", "server.js"]
```

## Use instead
```dockerfile
FROM node:22
COPY <<EOF server.js
const server = require('http').createServer((q, s) => s.end('hi')).listen(80)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
EOF
CMD ["node", "server.js"]
```

## Fix safety
Unsafe: a server that handles no signal at all, such as cron, is started behind the init that the image installs, and then ends at once. No fix for applications: how to stop is their own matter.

## When not to care
When the container is run with `--init` and the application has nothing to lose.

## References
- [Docker and Node.js best practices](https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#handling-kernel-signals)
- pid_namespaces(7)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.initial import init_fix
from ..telling.telling import shown, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gracelint.diagnostics import Finding
    from gracelint.signals.model import Program, Reaction


# What a process without a handler does not even die of where it is not PID 1, signal(7).
_HARMLESS = ("SIGWINCH", "SIGCHLD", "SIGURG", "SIGCONT")
# How an application of a runtime listens for a signal; without SIG in front of its name in some.
_LISTENS = {
    **dict.fromkeys(("node", "bun"), "process.on('{signal}', …)"),
    "deno": "Deno.addSignalListener('{signal}', …)",
    "perl": "$SIG{{{short}}} = sub {{ … }}",
    "php": "pcntl_async_signals(true); pcntl_signal({signal}, …)",
    "ruby": "Signal.trap('{short}') {{ … }}",
}
_START = "start it behind an init (tini, docker run --init)"


def check(case: Case) -> Iterator[Finding]:
    """One finding for each application without a handler."""
    for defect in of_rule(case, RULE.name):
        hop = defect.hop
        signal = hop.received or case.trace.stop_signal.name  # a script may send another one
        own = hop.program is not None and hop.program.kind == "runtimes"
        if hop.program is not None and not own and _ignores(hop.program.as_child, signal):
            # Whatever stands in front of it: it would ignore the signal there, too.
            yield tell(
                RULE,
                case,
                defect,
                f"{shown(hop.argv)} ignores {signal}: {hop.why.rstrip('.')}; it is killed after {case.trace.grace_period:g} s; start what it keeps running in its place",
                confidence="medium",
            )
            continue
        what = (
            f"drops {signal}: it is PID 1, nothing in it handles the signal, and the kernel does not apply default actions to PID 1; it is killed after"
            f" {case.trace.grace_period:g} s"
            if hop.pid1
            else f"dies of {signal} at once, in the middle of its work: nothing in it handles the signal"
        )
        advice = (
            f"install a handler{_listening(hop.program, signal)} that finishes its work and exits"
            if own
            else f"{_START}, and stop it with SIGTERM, as {signal} does nothing by default"
            if signal in _HARMLESS
            else _START
        )
        yield tell(
            RULE,
            case,
            defect,
            f"{shown(hop.argv)} {what}; {advice}",
            confidence="medium",
            fix=None if own or signal in _HARMLESS else init_fix(case),
        )


def _listening(program: Program | None, signal: str | None) -> str:
    """What to write in the application, between parentheses; empty where that is not known."""
    line = _LISTENS.get(program.name, "") if program is not None and signal is not None else ""
    return f" ({line.format(signal=signal, short=(signal or '').removeprefix('SIG'))})" if line else ""


def _ignores(reactions: Mapping[str, Reaction], signal: str | None) -> bool:
    reaction = reactions.get(signal or "")
    return reaction is not None and reaction.disposition == "ignores"


RULE = Rule("GL308", "runtime-ignores-signal", "warning", check, __doc__)
