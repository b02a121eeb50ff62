"""What the shell's descriptors lead to. Where ``read`` and ``mapfile`` get their lines: a here-document, a here-string, a file of the
image, the output of a command that is worked out, a process that is still writing.

The input of a compound command (``while read …; done <<EOF``), a function or a subshell is kept in the state while the stack is deeper than
where it was given, with what has not been read of it; that of ``exec <file`` to the end. Of those that are written to it is kept that they
are open. A text that is not known, and one that is longer than `MOST_LINES`, is None: what is read there is not known, nor how often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....image import paths
from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ..expansion import embedded
from ..model.parts import ALWAYS, Input
from ..substitution import printed, tools
from . import descriptors, filesystem, named_pipes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

MOST_LINES = 40
MOST_TAKEN = 2
INPUT, OUTPUT = "0", "1"
# Programs that read their input to its end, or some of it.
CONSUMING = frozenset(
    "awk bash cat ffmpeg grep head less more nc python python3 sed sh sort ssh tail tee tr wc xargs".split()
)


# What takes its input for a script, where it is given none.
SHELLS = frozenset("ash bash busybox dash sh".split())


def enclose(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> None:
    """A compound command, or a function, with redirections of its own, which hold while the stack is deeper than it is now. (`held.enclose` comes first.)"""
    depth = state.stack.depth if state.stack is not None else 0
    leave(state, depth)
    for each in redirects:
        found = opened(machine, state, each, depth)
        if found is not None:
            state.inputs = (*state.inputs, found)[-16:]


def redirect(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> None:
    """``exec`` without a command: from here on. ``4>&3-`` closes the descriptor that it has made another of."""
    for each in redirects:
        found = opened(machine, state, each, ALWAYS)
        moved = (
            each.target.literal[:-1] if each.operator in (">&", "<&") and each.target and each.target.literal else ""
        )
        if moved and moved.isdigit() and each.target is not None and str(each.target.literal).endswith("-"):
            state.inputs = (
                *(other for other in state.inputs if other.descriptor != moved),
                Input(moved, None, ALWAYS, closed=True),
            )
        if found is not None:
            others = (other for other in state.inputs if other.descriptor != found.descriptor)
            state.inputs = (*others, found)[-16:]


def leave(state: State, depth: int | None = None) -> None:
    """Constructs that are over read no more."""
    if depth is None:
        depth = state.stack.depth if state.stack is not None else 0
    kept = [each for each in state.inputs if each.depth < depth]
    if len(kept) < len(state.inputs):
        state.inputs = tuple(kept)


def inherited(state: State, *, background: bool) -> tuple[Input, ...]:
    """What a forked child reads from: without job control, nothing where it runs in the background."""
    known = tuple(
        replace(each, depth=ALWAYS, pid=None, origin=place) for place, each in enumerate(state.inputs) if not each.other
    )
    ends = (end for each in state.inputs if each.other for end in (each.descriptor, each.other))
    known = (*known, *(Input(end, "", ALWAYS, closed=True) for end in ends))
    if background and "m" not in state.options:
        known = (*(each for each in known if each.descriptor != INPUT), Input(INPUT, "", ALWAYS))
    return known


def shared(state: State, child: tuple[Input, ...]) -> None:
    """What a child has read of what it was given, nobody reads again."""
    read = {each.origin: each.rest for each in child if each.origin is not None}
    if any(read.get(place, each.rest) != each.rest for place, each in enumerate(state.inputs)):
        state.inputs = tuple(replace(each, rest=read.get(place, each.rest)) for place, each in enumerate(state.inputs))


def piped(machine: Machine, state: State, writer: sh.Command, process: Process | None = None) -> tuple[Input, ...]:
    """What a member of a pipeline reads from: what the one in front of it writes (a ``process``, if it is one that lasts)."""
    named = "jobs" in writer.text.value and tools.may_name_ended(machine, state)
    text = _bounded(printed.output(machine, state, (writer,))) if not named else None
    return (*state.inputs, Input(INPUT, text, ALWAYS, feeder=process))


def reading(machine: Machine, state: State, node: sh.Simple, process: Process) -> Process:
    """A filter that the shell starts lasts as long as who writes what it reads to the end."""
    if process.reads is not None or not process.filters or process.name not in FILTERS:
        return process
    known = of_command(machine, state, node)
    feeder = known.feeder if known is not None else None
    files = process.name in READERS and any(not word.startswith("-") for word in process.argv[1:])
    if feeder is None or files or stops_early(process):
        return process
    return replace(process, reads=feeder.pid, stays=feeder.stays, duration=None)


def stops_early(process: Process) -> bool:
    """Whether a filter may have read enough before the end of its input."""
    return process.name in ("cmp", "head") or (
        process.name in ("grep", "egrep", "sed", "awk") and any(_STOPS.search(word) for word in process.argv[1:])
    )


def succeeds(process: Process) -> bool:
    """Whether a filter cannot but succeed: it only hands on what it reads."""
    return process.name in ("cat", "wc") and all(word in ("-", "-u", "-l", "-c") for word in process.argv[1:])


# What reads the files which it is told, some of them only these; and the options of `grep`, and the commands of `sed` and `awk`, that end it early.
FILTERS = frozenset("awk cat cmp comm cut diff egrep grep head paste sed sort tail tee tr uniq wc".split())
READERS = frozenset("cat cmp comm diff head paste sort tail wc".split())
_STOPS = regex(r"^-\w*[qmlL]|\d*q(;|$)|exit|^--(quiet|silent|max-count)")


def current(state: State, descriptor: str) -> Input | None:
    """What a descriptor reads from; None where nothing is known to have been given."""
    leave(state)
    return next((each for each in reversed(state.inputs) if each.descriptor == descriptor), None)


def given(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> Text | bool:
    """What a command reads from, as far as a shell would take it for its script: a text, something that is not known (True), nothing."""
    if not (state.inputs or node.redirects) or not any(field.shown.rpartition("/")[2] in SHELLS for field in fields):
        return False
    known = of_command(machine, state, node)
    if known is None:
        return False
    return True if known.rest is None else machine.context.joined(known.rest, node.text) if known.rest else False


def is_closed(machine: Machine, state: State, node: sh.Simple) -> bool:
    """Whether a program that the shell starts has no standard input."""
    if not state.inputs and not node.redirects:
        return False
    known = of_command(machine, state, node)
    return known is not None and known.closed


def of_command(machine: Machine, state: State, node: sh.Simple, descriptor: str = INPUT) -> Input | None:
    """What a program reads from, or finds behind another descriptor."""
    known = current(state, descriptor)
    for each in node.redirects:
        if (each.descriptor or INPUT) == descriptor and each.operator[:1] == "<":
            known = opened(machine, state, each, ALWAYS)
    return known


def advance(state: State, known: Input, rest: str | None) -> None:
    """Something was read."""
    state.inputs = tuple(replace(each, rest=rest) if each is known else each for each in state.inputs)


def took(state: State, known: Input) -> bool:
    """A line of what is not known is read during a stop; False where there are no more. Files end, and what a script does with their first
    line it does with the others."""
    if known.taken >= MOST_TAKEN:
        return False
    state.inputs = tuple(
        replace(each, rest=None, taken=each.taken + 1) if each is known else each for each in state.inputs
    )
    return True


def consumed(state: State, node: sh.Simple, name: str) -> None:
    """A program in the foreground has perhaps read from what the shell reads from."""
    if name.rpartition("/")[2] in CONSUMING and not any(each.operator[:1] == "<" for each in node.redirects):
        known = current(state, INPUT)
        if known is not None and known.rest:
            advance(state, known, None)


def opened(machine: Machine, state: State, each: sh.Redirect, depth: int) -> Input | None:
    """What a redirection leads to; None where it writes to what programs have open anyway."""
    descriptor = each.descriptor or (INPUT if each.operator[:1] == "<" else OUTPUT)
    if each.operator[:1] != "<":
        counts = (
            descriptors.closes(each)
            or not descriptors.is_open(state, descriptor)
            or descriptor not in descriptors.STANDARD
        )
        return (
            Input(descriptor, None, depth, closed=descriptors.closes(each)) if counts and descriptor.isdigit() else None
        )
    part = each.target.sole if each.target is not None else None
    if each.operator == "<>" and isinstance(part, sh.ProcessSubstitution):
        return Input(
            descriptor, None, depth, pipe=True, silent=printed.output(machine, state, part.body.commands) == ""
        )
    if each.operator == "<>":
        both = named_pipes.both_ends(machine, state, each)
        return Input(descriptor, None, depth, pipe=both) if both or descriptor not in descriptors.STANDARD else None
    word = _duplicates(machine, state, each)
    if word is not None or each.operator == "<&":
        other = current(state, word.removesuffix("-") or word) if word is not None else None
        if word == "-":
            return Input(descriptor, "", depth, closed=True)
        return Input(descriptor, None, depth) if other is None else replace(other, descriptor=descriptor, depth=depth)
    text = _bounded(_text(machine, state, each))
    return Input(descriptor, text, depth, _writer(state, each) if text is None else None)


def _duplicates(machine: Machine, state: State, each: sh.Redirect) -> str | None:
    """The descriptor that a redirection makes another one of: ``<&3``, ``</dev/fd/3``."""
    part = each.target.sole if each.target is not None else None
    if each.operator not in ("<", "<&") or isinstance(part, sh.ProcessSubstitution):
        return None
    known = machine.value(state, each.target)
    word = known if isinstance(known, str) else known.default
    return word if word is None or each.operator == "<&" else paths.descriptor(word)


def _writer(state: State, each: sh.Redirect) -> int | None:
    """The process behind ``< <(…)`` that may last."""
    part = each.target.sole if each.target is not None else None
    if not isinstance(part, sh.ProcessSubstitution):
        return None
    return next(
        (held.process.pid for held in reversed(state.held) if not held.writes and held.part is part),
        None,
    )


def text(machine: Machine, state: State, each: sh.Redirect) -> Value | None:
    """All that a redirection of the input leads to; None where that is not known."""
    if each.operator not in ("<", "<<", "<<-", "<<<") or (each.descriptor or INPUT) != INPUT:
        return None
    return _text(machine, state, each)


def _text(machine: Machine, state: State, each: sh.Redirect) -> Value | None:
    if each.heredoc is not None:
        return _document(machine, state, each)
    if each.operator == "<<<":
        word = machine.value(state, each.target)
        return word + "\n" if isinstance(word, str) else None
    part = each.target.sole if each.target is not None else None
    if isinstance(part, sh.ProcessSubstitution):
        return printed.output(machine, state, part.body.commands)
    path = machine.value(state, each.target)
    if not isinstance(path, str) or not path:
        return None
    number = paths.descriptor(path)
    known = current(state, number) if number is not None else None
    return filesystem.content(machine, state, path) if known is None else known.rest


def _document(machine: Machine, state: State, each: sh.Redirect) -> Value | None:
    """The body of a here-document, expanded as in double quotes."""
    assert each.heredoc is not None
    body = each.heredoc.value
    if not each.expands or not any(character in body for character in "$`\\"):
        return body
    word = embedded.as_word(machine, body, each.heredoc)
    return machine.value(state, word) if word is not None else None


def _bounded(text: Value | None) -> str | None:
    return text if isinstance(text, str) and text.count("\n") <= MOST_LINES else None
