"""The commands of a RUN as file operations.

Method: a walk over the shell model with the working folder and the variables known so far. A build that went on had
every ``&&`` succeed, so both sides count as run; what stands behind ``||``, behind a test or inside ``if``, ``while``,
``case`` may have run (`Operation.certain` False). ``for`` over plain words is unrolled. Of commands without an
entry here in `gracelint.image.runs.tools` the paths they name may have changed (`Opaque`), unless they are known to leave them alone.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...parsers.shell import parse_command
from ...parsers.shell.model import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    Background,
    Block,
    Case,
    Conditional,
    Coprocess,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Simple,
    Subshell,
    Unreadable,
    While,
)
from ...source import join
from . import rounds
from .actions import Opaque, Target, Transfer, Write
from .options import strips_returns
from .printing import echoed, heredoc_text, printed
from .surroundings import Each
from .tools import handed_over, operate

if TYPE_CHECKING:
    from ...parsers.shell.model import Command, Redirect
    from ...source import Text
    from .surroundings import Argument, Surroundings

MAX_NESTING = 40


def read_commands(block: Block, around: Surroundings) -> None:
    """Add the operations of a block's commands to ``around``, in order."""
    around.depth += 1
    if around.depth <= MAX_NESTING:
        for command in block.commands:
            _read(command, around)
    around.depth -= 1


def _read(command: Command, around: Surroundings) -> None:
    if around.workdir is not None:
        around.folders.add(around.workdir)
    match command:
        case Simple():
            _simple(command, around)
        case AndOr():
            _chain(command, around)
        case Group(body=body):
            read_commands(body, around)
            _kept(command, _printed_by(command, around), around)
        case Subshell(body=body):
            read_apart(body, around)
            _kept(command, _printed_by(command, around), around)
        case Pipeline():
            _pipeline(command, around)
        case For(words=words, name=name, body=body) if words is not None:
            _loop(command, around)
        case Function(name=name, body=body):
            around.names.discard(name)
            _perhaps(Block(command.text, (body,)), around)
        case If(branches=branches, otherwise=otherwise):
            for branch in branches:
                read_commands(branch.condition, around)
                _perhaps(branch.body, around)
            if otherwise is not None:
                _perhaps(otherwise, around)
        case While(condition=condition, body=body):
            _perhaps(condition, around)
            _perhaps(body, around)
        case Case(arms=arms):
            for arm in arms:
                _perhaps(arm.body, around)
        case Background(command=inner):
            _perhaps(Block(command.text, (inner,)), around)
        case For(body=body) | ArithmeticFor(body=body):
            _perhaps(body, around)
        case Coprocess(command=inner):
            _perhaps(Block(command.text, (inner,)), around)
        case Unreadable():
            around.names.add("(unreadable)")
            around.add(Opaque((Target(None, command.text.value),), "RUN"), command.text)
        case Conditional() | ArithmeticCommand():
            pass


def _perhaps(block: Block, around: Surroundings) -> None:
    """Commands that may run; afterwards the working folder is known only if they did not change it."""
    certain, workdir = around.certain, around.workdir
    before = dict(around.assigned)
    around.certain = False
    read_commands(block, around)
    around.certain = certain
    around.workdir = workdir if workdir == around.workdir else None
    around.assigned = {
        name: value if before.get(name, value) == value else None for name, value in around.assigned.items()
    }


def read_apart(block: Block, around: Surroundings) -> None:
    """Commands in a subshell: what they do to files stays, where they went does not."""
    workdir, assigned = around.workdir, dict(around.assigned)
    read_commands(block, around)
    around.workdir, around.assigned = workdir, assigned


def _chain(command: AndOr, around: Surroundings) -> None:
    """``a && b || c``, without recursion along the chain. What stands behind the right side of the last ``||`` has run where the build went on. In front of it the
    first command has run, and others where those before cannot fail, unless nothing but success leads past the ``||`` (``|| exit 1``)."""
    chain: list[tuple[str, Command]] = []
    left: Command = command
    while isinstance(left, AndOr):
        chain.append((left.operator, left.right))
        left = left.left
    parts = [("&&", left), *reversed(chain)]
    lenient = [number for number, (operator, part) in enumerate(parts) if operator == "||" and not _fails(part)]
    excused = around.excused
    last = len(parts) if excused else max(lenient, default=0)
    doubtful = False
    for number, (operator, part) in enumerate(parts):
        before, previous = parts[number - 1] if number else ("", None)
        if operator == "||":
            doubtful = True
        elif previous is not None:
            settled = before == "||" and number > last
            may_fail = _is_test(previous) or (number < last and not _succeeds(previous))
            doubtful = may_fail or (doubtful and not settled)
        around.excused = excused or number < last
        if doubtful:
            _perhaps(Block(part.text, (part,)), around)
        else:
            _read(part, around)
    around.excused = excused


def _fails(command: Command) -> bool:
    """Whether a command ends a build (``exit 1``, ``{ echo …; exit 1; }``), or fails for certain."""
    if isinstance(command, (Group, Subshell)):
        return bool(command.body.commands) and _fails(command.body.commands[-1])
    words = [word.literal for word in command.words] if isinstance(command, Simple) else []
    return words[:1] == ["false"] or (words[:1] == ["exit"] and words[1:] not in (["0"], [None]))


def _succeeds(command: Command) -> bool:
    """Whether a command is not expected to fail in a build that goes on."""
    name = command.words[0].literal if isinstance(command, Simple) and command.words else None
    return name in ("cd", "mkdir", "echo", "printf", "set", "export", "umask", ":", "true")


def _is_test(command: Command) -> bool:
    if isinstance(command, Conditional):
        return True
    if isinstance(command, Pipeline):
        return command.negated or any(_is_test(part) for part in command.commands)
    name = command.words[0].literal if isinstance(command, Simple) and command.words else None
    return name in ("[", "test", "grep", "command", "which", "type", "false")


def _loop(command: For, around: Surroundings) -> None:
    for value in rounds.of_for(command, around):
        around.assigned[command.name] = value
        if value is None:
            _perhaps(command.body, around)
        else:
            read_commands(command.body, around)


def _pipeline(command: Pipeline, around: Surroundings) -> None:
    """``a | b``: each in a subshell; what the last one writes is known if the first one prints and it only keeps it."""
    last = command.commands[-1]
    for part in command.commands[:-1]:
        read_apart(Block(part.text, (part,)), around)
    if isinstance(last, While) and (read := rounds.of_while(command.commands[-2], last, around)) is not None:
        for value in read[1]:
            around.assigned[read[0]] = value
            read_apart(last.body, around)
        return
    if not isinstance(last, Simple) or not last.words:
        read_apart(Block(last.text, (last,)), around)
        return
    first = command.commands[0]
    content = _printed_by(first, around) if len(command.commands) == 2 else None
    found = rounds.handed_to_xargs(first, around) if len(command.commands) == 2 else None
    workdir = around.workdir
    _simple(last, around, piped=True, content=content, found=found)
    around.workdir = workdir


def _outputs(command: Simple | Group | Subshell) -> list[Redirect]:
    """The redirections of output into files."""
    return [each for each in command.redirects if each.operator in (">", ">>", ">|", "&>", "&>>")]


def _simple(
    command: Simple,
    around: Surroundings,
    piped: bool = False,
    content: Text | None = None,
    found: tuple[Target, ...] | None = None,
) -> None:
    """One simple command: its operations, then those of its redirections."""
    for each in command.assignments:
        if not command.words:
            value = around.expand(each.value).text if each.value is not None else None
            known = each.index is None and each.array is None and not each.appends
            new = "" if each.value is None else value.value if value is not None else None
            around.assigned[each.name] = new if known else None
    words = [around.expand(word) for word in command.words]
    while words and words[0].value in ("sudo", "exec", "command", "builtin", "env") and len(words) > 1:
        words = words[1:]
        while words and words[0].value.partition("=")[0].isidentifier() and "=" in words[0].value:
            words = words[1:]
    printed_text: Text | None = command.text.cut(0, 0)
    if words:
        around.names.add(posixpath.basename(words[0].value))
        around.assign(words)
        printed_text = _output(command, words, around)
        text = handed_over(words)
        if text is not None:
            read_apart(parse_command(text).body, around)
        else:
            operate(command, words, around, content if piped else _heredoc(command, around), found)
    _kept(command, printed_text, around, words)


def _kept(
    command: Simple | Group | Subshell, output: Text | None, around: Surroundings, words: list[Argument] | None = None
) -> None:
    """What goes into files instead of to standard output."""
    for redirect in _outputs(command):
        if redirect.target is None:
            continue
        target = around.target(around.expand(redirect.target))
        is_device = target.path is not None and target.path.startswith("/dev/")
        is_output = redirect.descriptor in (None, "1")
        if is_device or (is_output and isinstance(command, Simple) and _copies(command, words or [], target, around)):
            continue
        around.add(Write(target, output if is_output else None, appends=">>" in redirect.operator), command.text)


def _printed_by(command: Command, around: Surroundings) -> Text | None:
    """What a command, or several between braces, print; None where not known."""
    parts = command.body.commands if isinstance(command, (Group, Subshell)) else (command,)
    pieces: list[Text | tuple[str, Text]] = [command.text.cut(0, 0)]
    for part in parts:
        if not isinstance(part, Simple) or not part.words or part.redirects != _documents(part):
            return None
        output = _output(part, [around.expand(word) for word in part.words], around)
        if output is None:
            return None
        pieces.append(output)
    return join(pieces)


def _documents(command: Simple) -> tuple[Redirect, ...]:
    """The heredocs among the redirections."""
    return tuple(redirect for redirect in command.redirects if redirect.heredoc is not None)


def _copies(command: Simple, words: list[Argument], target: Target, around: Surroundings) -> bool:
    """``cat a > b`` and ``tr -d '\\r' < a > b``: the one file, in another place."""
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
    around.add(
        Transfer((source,), target, moves=False, into=False, keeps_mode=False, strips=strips, fills=True), command.text
    )
    return True


def _heredoc(command: Simple, around: Surroundings) -> Text | None:
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


def _output(command: Simple, words: list[Argument], around: Surroundings) -> Text | None:
    """What a command prints; None where not known."""
    name = words[0].value if words else ":"
    if name in (":", "true"):
        return command.text.cut(0, 0)
    texts = [word.text for word in words]
    known = [text for text in texts if text is not None]
    if name in ("echo", "printf") and len(known) == len(texts) and not any(word.pattern for word in words):
        return echoed(known, around.shell) if name == "echo" else printed(known)
    if name == "cat" and (len(words) == 1 or [word.value for word in words[1:]] == ["-"]):
        return _heredoc(command, around)
    return None
