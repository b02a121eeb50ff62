"""The stop signal is not the one on which this program stops cleanly.

## What it does
Reports programs that do something else on the stop signal in force than to stop cleanly: nginx, php-fpm and httpd cut requests on SIGTERM, postgres waits for its clients, uWSGI reloads; and programs that inherit a base image's STOPSIGNAL they do not know.

## Why is this bad?
The program gets the signal and does what it was built to do on it: drop connections at once, or not stop at all. The first loses requests on every deploy, the second takes the whole grace period and ends in SIGKILL.

## Example
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y nginx
CMD ["nginx", "-g", "daemon off;"]
```

## Use instead
```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y nginx
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
```

## Fix safety
Unsafe: another signal is sent to whatever is PID 1 in this image.

## When not to care
When a platform ignores STOPSIGNAL, or a load balancer has drained the container before.

## References
- [Controlling nginx](https://nginx.org/en/docs/control.html)
- [STOPSIGNAL](https://docs.docker.com/reference/dockerfile/#stopsignal)
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.stop_signal import started_otherwise, stop_signal_fix
from ..telling.telling import drain_setting, program_name, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.parsers.dockerfile.model import Instruction

    from ..blame.defects import Defect

_SEPARATED = regex(r"&&|\|\||;|(?<!\\)\n")
_INSTALLS = regex(
    r"(?<!\S)(?:apt-get|apt|aptitude|apk|yum|dnf|microdnf|tdnf|zypper|pacman|emerge|nix\S*|brew|gem|npm|pip3?|cargo|go|make|cmake|curl|wget|git|tar|unzip|dpkg|rpm|cp|mv|ln|install|add)(?!\S)"
)
_SETTINGS = ("/etc/", "/var/")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each program that stops cleanly on another signal."""
    if any(word.rest for word in case.image.launch.arguments):
        return  # STOPSIGNAL is one for all ways to start an image: its own decides
    for defect in of_rule(case, RULE.name):
        program = defect.hop.program
        if program is None:
            continue
        name = program_name(defect.hop.argv)
        signal, clean = case.trace.stop_signal, next(iter(program.clean_signals), None)
        source = "" if signal.source == "default" else f" (from the {signal.source})"
        unsure = _base_may_say(case, name)
        yield tell(
            RULE,
            case,
            defect,
            f"{'unless the base image, which is not known, sets another signal, ' if unsure else ''}{name} is stopped with {signal.name}{source}, but {defect.hop.why.rstrip('.')}; {_advice(case, defect, clean, drain_setting(case, program.drain))}",
            severity="info" if unsure else "error" if defect.path.verdict == "killed" else "warning",
            confidence="low" if unsure else "high",
            fix=stop_signal_fix(case, clean) if clean and defect.hop.pid1 else None,
        )


def _advice(case: Case, defect: Defect, clean: str | None, drain: str) -> str:
    """What to do: ``clean`` is the signal on which the program stops cleanly, ``drain`` the setting without which it drops its requests on any."""
    if clean is None:
        other = f"have it stop on {case.trace.stop_signal.name} in its own configuration ({drain})"
        unknown = "no signal is known on which it stops cleanly: start what it runs in its place"
        return f"it is killed after {case.trace.grace_period:g} s; {other if drain else unknown}"
    hops = defect.path.hops
    by_script = not defect.hop.pid1 and any(
        one.shell is not None and one.shell.stop is not None and one.shell.stop.sent for one in hops
    )
    stops = f"{'its graceful stop is' if drain else 'it stops cleanly on'} {clean}"
    also = f"{drain} into its configuration, without which it drops the requests in flight on {clean}, too"
    if by_script:
        return f"{stops}: send it {clean} in the handler, and wait for it{', and write ' + also if drain else ''}"
    setting = f"stop_signal: {clean} for this service" if started_otherwise(case) else f"STOPSIGNAL {clean}"
    return f"{stops}: write {setting}{', and ' + also if drain else ''}"


def _base_may_say(case: Case, program: str) -> bool:
    """Whether a program seems to be the base image's own, of which nobody knows what it sets: the images of such programs mostly set their
    stop signal."""
    signal = case.image.stop_signal
    if signal.source != "default" or case.image.base.known or case.standalone:
        return False
    return not any(_brings(each, _letters(program)) for each in case.instructions)


def _brings(instruction: Instruction, name: str) -> bool:
    """Whether an instruction may put a program into the image: it copies what has its name, or a RUN installs, fetches or builds something
    that has. Whose files are, and what is configured, brings nothing."""
    text = instruction.value.value
    if instruction.keyword in ("COPY", "ADD"):
        words = [word for word in text.split() if not word.startswith("--")]
        named = any(_letters(posixpath.basename(word.rstrip("/"))) == name for word in words)
        return named and not words[-1].startswith(_SETTINGS)
    if instruction.keyword != "RUN":
        return False
    commands = _SEPARATED.split("\n".join((text, *(each.body.value for each in instruction.heredocs))))
    return any(_INSTALLS.search(command) and name in _letters(command) for command in commands)


def _letters(text: str) -> str:
    """Without versions, which stand anywhere (``php-fpm83``, ``php83-fpm``)."""
    return "".join(filter(str.isalpha, text))


RULE = Rule("GL112", "wrong-stop-signal", "warning", check, __doc__)
