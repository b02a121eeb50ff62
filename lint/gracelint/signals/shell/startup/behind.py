"""What a script still means to do behind one of its commands.

A fix that puts ``exec`` in front of a command takes all of that away. Whoever wrote more than an ``exit`` behind a program expects it to return, whatever
gracelint knows of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell.model import AndOr, Background, Block, Branch, Case, For, Function, Group, If, Simple, Subshell
from ....regexes import regex
from ...sleeping import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.signals.shell.model.outcome import Command, Outcome
    from gracelint.source import Text

    from ....parsers.shell.model import Command as Node

_EQUALS = regex(r"\s==?\s|=~")
_COMPARED = regex(r"\$\{?(\w+)[^\s=]*\s+(?:==?|=~)\s")
_HANDS_ON = regex(r'"?\$(?:@|\*|\{@)')
_PREPARING = frozenset(
    {
        "cd",
        "export",
        "set",
        "unset",
        "sleep",
        "source",
        ".",
        "mkdir",
        "chmod",
        "chown",
        "umask",
        "ulimit",
        "trap",
        "kill",
        "rm",
    }
)
_LONG = 3600  # seconds of a pause that is no pause
_ENDS = frozenset({"exit", "return", "wait", "true", ":", "false", "echo", "printf"})


def work_behind(outcome: Outcome, command: Command, *, always: bool = False) -> bool:
    """Whether a script does anything behind a command, or behind the calls that lead to it, but wait, print and leave. Of a command in a
    file that is read with ``.`` only its own file is looked at.

    ``always``: only what it does whenever that command was run and has ended; behind the branches of a choice by a value (``case``,
    ``[ "$1" = web ]``) nothing counts, as each of them may be meant to stay.
    """
    from ....parsers.shell import parse_command

    body = parse_command(outcome.source).body
    if always:
        return _always_goes_on(body, command.text)
    return any(_goes_on(body, text) for text in (*command.calls, command.text) if text.buffer is outcome.source.buffer)


def work_behind_in_job(outcome: Outcome, command: Command) -> bool:
    """The same of a command in a background job: only what the job itself does behind it counts."""
    from ....parsers.shell import parse_command
    from ....parsers.shell.walk import walk

    nodes = walk(parse_command(outcome.source).body)
    jobs = [node.command for node in nodes if isinstance(node, Background) and _holds(node.text, command.text)]
    if not jobs:
        return False
    job = jobs[-1]
    bodies = [job.body] if isinstance(job, Subshell) else _blocks(job)
    return _first(job, command.text) or any(
        _goes_on(body, command.text) for body in bodies if _holds(body.text, command.text)
    )


def _goes_on(block: Block, at: Text) -> bool:
    for index, node in enumerate(block.commands):
        if _holds(node.text, at):
            rest = block.commands[index + 1 :]
            inside = any(_goes_on(inner, at) for inner in _blocks(node) if _holds(inner.text, at))
            behind = not isinstance(node, Function) and not all(_ends(each) for each in rest)
            return inside or behind or _first(node, at) or _answers(node, at)
    return False


def _always_goes_on(block: Block, at: Text) -> bool:
    for index, node in enumerate(block.commands):
        if _holds(node.text, at):
            rest = block.commands[index + 1 :]
            behind = _asks_more(node, rest) if _chooses(node) else any(deed(each) for each in rest)
            return behind or any(_always_goes_on(inner, at) for inner in _blocks(node) if _holds(inner.text, at))
    return False


def _chooses(node: Node) -> bool:
    """Whether a command is a choice by a value."""
    conditions = [branch.condition.commands for branch in node.branches] if isinstance(node, If) else []
    return isinstance(node, Case) or any(_EQUALS.search(each[-1].text.value) for each in conditions if each)


def _asks_more(node: Node, rest: Sequence[Node]) -> bool:
    """Whether what is behind a choice that has but one deed to offer depends on something else than the choice did, and so is no other choice in its place
    (``[ "$MAP" = true ]``, then ``[ "$ICONS" = true ]``)."""
    if not isinstance(node, If) or sum(any(map(deed, block.commands)) for block in _bodies(node)) > 1:
        return False
    asked = _asked(node)
    others = [each for each in rest if isinstance(each, If) and _chooses(each)]
    return any(
        asked.isdisjoint(_asked(each)) and any(deed(one) for block in _bodies(each) for one in block.commands)
        for each in others
    )


def _asked(node: If) -> frozenset[str]:
    """The variables that are compared."""
    conditions = (command.text.value for branch in node.branches for command in branch.condition.commands)
    return frozenset(name for condition in conditions for name in _COMPARED.findall(condition))


def _bodies(node: If) -> list[Block]:
    return [*(branch.body for branch in node.branches), *([node.otherwise] if node.otherwise is not None else [])]


def says_and_leaves(outcome: Outcome, command: Command) -> bool:
    """Whether a command in a branch is followed there by words for the reader and an ``exit`` of its own: a set-up, after which the container is started again."""
    from ....parsers.shell import parse_command

    rest = _behind(parse_command(outcome.source).body, command.text)
    names = [node.words[0].text.value if isinstance(node, Simple) and node.words else "" for node in rest]
    return bool(rest) and names[-1] == "exit" and names.count("echo") > 1 and "$?" not in rest[-1].text.value


def pauses_to_leave(source: Text, command: Command) -> bool:
    """Whether a command only pauses (``sleep 120``), and the last command behind it, in its own block of a script, is an ``exit``: so that last words can be read,
    or the container is not started again at once. What stood in front of it is what the script is for."""
    from ....parsers.shell import parse_command

    seconds = duration(command.argv) if command.argv else None
    if seconds is None or seconds >= _LONG:
        return False
    rest = _behind(parse_command(source).body, command.text)
    last = rest[-1] if rest else None
    return isinstance(last, Simple) and bool(last.words) and last.words[0].text.value == "exit"


def execs_behind(outcome: Outcome, command: Command) -> bool:
    """Whether the shell is to become another program behind a command, in the command's own block."""
    from ....parsers.shell import parse_command

    rest = _behind(parse_command(outcome.source).body, command.text)
    return any(isinstance(node, Simple) and len(node.words) > 1 and node.words[0].text.value == "exec" for node in rest)


def for_each(outcome: Outcome, command: Command) -> bool:
    """Whether a command is run for one word after the other: the next one has its turn when it has ended."""
    from ....parsers.shell import parse_command
    from ....parsers.shell.walk import walk

    return any(
        isinstance(node, For) and not node.selects and _holds(node.body.text, command.text)
        for node in walk(parse_command(outcome.source).body)
    )


def _behind(block: Block, at: Text) -> tuple[Node, ...]:
    """The commands behind a place in its innermost block."""
    for index, node in enumerate(block.commands):
        if _holds(node.text, at):
            inner = next((each for each in _blocks(node) if _holds(each.text, at)), None)
            return _behind(inner, at) if inner is not None else block.commands[index + 1 :]
    return ()


def deed(node: Node) -> bool:
    """Whether a command does more than to wait, print, leave, prepare, or hand the arguments on."""
    if isinstance(node, AndOr):
        return deed(node.left) or deed(node.right)
    if not isinstance(node, Simple) or not node.words or _ends(node):
        return False
    return node.words[0].text.value not in _PREPARING and not _HANDS_ON.search(node.text.value)


def siblings_before(block: Block, at: Text) -> list[Node]:
    """The commands that stand in front of a place in its innermost block, from the first to the last."""
    for index, node in enumerate(block.commands):
        if _holds(node.text, at):
            while isinstance(node, Background):
                node = node.command
            bodies = [node.body] if isinstance(node, Subshell) else _blocks(node)
            inner = next((each for each in bodies if _holds(each.text, at)), None)
            return siblings_before(inner, at) if inner is not None else list(block.commands[:index])
    return []


def _first(node: Node, at: Text) -> bool:
    """Whether a command has another one behind it in a chain, which does more than end the script."""
    while isinstance(node, AndOr):
        if _holds(node.left.text, at):
            return not _ends(node.right) or _first(node.left, at)
        node = node.right
    return False


def _answers(node: Node, at: Text) -> bool:
    """Whether a command is what an ``if`` asks, and a branch does more with the answer than to end the script (``if ! su-exec …; then exec …``)."""
    return (
        isinstance(node, If)
        and any(_holds(branch.condition.text, at) for branch in node.branches)
        and not all(_ends(each) for body in _bodies(node) for each in body.commands)
    )


def _ends(node: Node) -> bool:
    """Whether a command only waits, prints or leaves, hands the arguments on (which then name another program), or defines something."""
    if isinstance(node, AndOr):
        return _ends(node.left) and _ends(node.right)
    if not isinstance(node, Simple):
        return isinstance(node, Function)
    words = [word.text.value.strip('"') for word in node.words]
    return not words or words[0] in _ENDS or words in (["$@"], ["exec", "$@"])


def _blocks(node: Node) -> Iterator[Block]:
    """The blocks of a command that stand for themselves: branches, arms, groups, functions' bodies."""
    if isinstance(node, AndOr):
        yield from _blocks(node.left)
        yield from _blocks(node.right)
    elif isinstance(node, Group):
        yield node.body
    elif isinstance(node, Function):
        yield from _blocks(node.body)
    elif isinstance(node, If):
        for branch in node.branches:
            yield from _of(branch)
        if node.otherwise is not None:
            yield node.otherwise
    elif isinstance(node, Case):
        for arm in node.arms:
            yield arm.body


def _of(branch: Branch) -> Iterator[Block]:
    yield branch.condition
    yield branch.body


def _holds(whole: Text, part: Text) -> bool:
    return whole.buffer is part.buffer and whole.start <= part.start and part.end <= whole.end
