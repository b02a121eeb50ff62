"""What commands print, and the files that it goes into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell.model import Group, Simple, Subshell
from ...source import join
from .actions import Probe, Transfer, Write
from .conditions import Attempt, tried
from .options import strips_returns
from .printing import echoed, heredoc_text, printed
from .surroundings import Each

if TYPE_CHECKING:
    from ...parsers.shell.model import Command, Redirect
    from ...source import Text
    from .actions import Action, Target
    from .conditions import Condition
    from .surroundings import Argument, Surroundings


def kept(
    command: Simple | Group | Subshell, output: Text | None, around: Surroundings, words: list[Argument] | None = None
) -> None:
    """What goes into files instead of to standard output: into the last one, where there are several, the others are made empty."""
    outputs = [(each, target) for each in _outputs(command) if (target := _target(each, around)) is not None]
    if isinstance(command, Simple) and [word.literal for word in command.words] == ["exec"]:
        around.held += [target for _, target in outputs]
    last = max((at for at, (each, _) in enumerate(outputs) if _is_output(each)), default=-1)
    for at, (redirect, target) in enumerate(outputs):
        is_output, appends = _is_output(redirect), ">>" in redirect.operator
        everything: Condition = True
        if len(outputs) > 1 and not around.trust.is_given:
            around.add(Write(target, command.text.cut(0, 0), appends), command.text, _opened(command, redirect, around))
            everything = opened(command, around)
        if at == last and isinstance(command, Simple) and _copies(command, words or [], target, around, everything):
            continue
        text = output if at == last else None if not is_output else command.text.cut(0, 0)
        around.add(Write(target, text, appends), command.text, everything)


def _target(redirect: Redirect, around: Surroundings) -> Target | None:
    """The file of a redirection; None where it is a device."""
    target = None if redirect.target is None else around.target(around.expand(redirect.target))
    return None if target is None or (target.path or "").startswith("/dev/") else target


def _is_output(redirect: Redirect) -> bool:
    return redirect.descriptor in (None, "1")


def opened(command: Simple | Group | Subshell, around: Surroundings) -> Condition:
    """Whether what a command reads and writes by redirection can be opened: if not, it does not run."""
    return True if around.trust.is_given else _opened(command, None, around)


def _opened(command: Simple | Group | Subshell, before: Redirect | None, around: Surroundings) -> Condition:
    """The same of its redirections in front of one."""
    actions: list[Action] = []
    for redirect in command.redirects:
        if redirect is before:
            break
        target = _target(redirect, around)
        if target is not None and redirect.operator == "<":
            actions.append(Probe(target, ("file",)))
        elif target is not None and redirect in _outputs(command):
            actions.append(Write(target, None, appends=True))
    attempts = tuple(Attempt(len(around.operations), each, around.where, around.others) for each in actions)
    return tried(attempts, not around.hindered, None if around.hindered else True) if attempts else True


def _outputs(command: Simple | Group | Subshell) -> list[Redirect]:
    """The redirections of output into files."""
    return [each for each in command.redirects if each.operator in (">", ">>", ">|", "&>", "&>>")]


def _copies(command: Simple, words: list[Argument], target: Target, around: Surroundings, when: Condition) -> bool:
    """``cat a > b`` and ``tr -d '\\r' < a > b``: the one file, in another place; ``when`` all that it is redirected to can be opened."""
    values = [word.value for word in words]
    source: Target | None = None
    strips = False
    appends = any(">>" in redirect.operator for redirect in _outputs(command))
    inputs = [redirect for redirect in command.redirects if redirect.operator == "<" and redirect.target]
    if values[:1] == ["cat"] and len(values) == 2 and not values[1].startswith("-"):
        source = around.target(words[1])
    elif inputs and inputs[0].target is not None and (values == ["cat"] or values[:2] == ["tr", "-d"]):
        source = around.target(around.expand(inputs[0].target))
        strips = values[0] == "tr"
        if strips and values[2:] not in (["\\r"], ["\r"], ["\\015"], ["\\r\\n"]):
            return False
    elif values[:1] == ["sed"] and len(values) == 3 and strips_returns(values[1]):
        source, strips = around.target(words[2]), True
    if source is None or source.pattern or appends:
        return False
    if not inputs:  # the shell empties the file before the command looks for the other one
        around.add(Write(target, command.text.cut(0, 0), appends=False), command.text)
    copy = Transfer(
        (source,),
        target,
        moves=False,
        into=False,
        keeps_mode=False,
        strips=strips,
        fills=True,
        folders=False,
        follows=True,
        through=True,
    )
    around.add(copy, command.text, when)
    return True


def printed_by(command: Command, around: Surroundings) -> Text | None:
    """What a command, or several between braces, print; None where not known."""
    parts = command.body.commands if isinstance(command, (Group, Subshell)) else (command,)
    pieces: list[Text | tuple[str, Text]] = [command.text.cut(0, 0)]
    for part in parts:
        if not isinstance(part, Simple) or not part.words or part.redirects != _documents(part):
            return None
        printed_text = output(part, [around.expand(word) for word in part.words], around)
        if printed_text is None:
            return None
        pieces.append(printed_text)
    return join(pieces)


def _documents(command: Simple) -> tuple[Redirect, ...]:
    """The heredocs among the redirections."""
    return tuple(redirect for redirect in command.redirects if redirect.heredoc is not None)


def output(command: Simple, words: list[Argument], around: Surroundings) -> Text | None:
    """What a command prints; None where not known."""
    name = words[0].value if words else ":"
    if name in (":", "true"):
        return command.text.cut(0, 0)
    texts = [word.text for word in words]
    known = [text for text in texts if text is not None]
    if name in ("echo", "printf") and len(known) == len(texts) and not any(word.pattern for word in words):
        return echoed(known, around.shell) if name == "echo" else printed(known)
    if name == "cat" and (len(words) == 1 or [word.value for word in words[1:]] == ["-"]):
        return heredoc(command, around)
    return None


def heredoc(command: Simple, around: Surroundings) -> Text | None:
    """The text of the command's heredoc, expanded; None without one, or where not known."""
    for redirect in reversed(command.redirects):
        if redirect.operator in ("<<", "<<-") and redirect.heredoc is not None:
            if not redirect.expands:
                return redirect.heredoc
            variables = around.variables.fork()
            for name, value in around.assigned.items():
                variables = variables.set(name, None if isinstance(value, Each) else value)
            return heredoc_text(redirect.heredoc, variables)
    return None
