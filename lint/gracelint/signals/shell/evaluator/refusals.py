"""Where a shell gives up: syntax and expansions that it does not know, and under ``set -u`` variables that are not set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....records import replace
from ....regexes import regex
from ..expansion import globs, operators, parameters, reckoning
from ..files import filesystem
from ..model.dialects import SPECIAL, function_named
from ..model.values import Unknown
from . import scopes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model.state import State
    from .interpreter import Frame
    from .machine import Machine

# Without any of these, there is nothing in a text that `_bashism` names.
BASH = regex(r"\([ \t]*\)|=\(|\(\(|<<<|\bfunction\b|\bselect\b|\bcoproc\b|[<>]\(|;&|\[\[|\|&|\d\d[<>]|&>>|!\s+!")
ARRAY = regex(r"[A-Za-z_]\w*\+?=\(")
TWICE = regex(r"(?:time\s+(?:-p\s+)?)?!\s+!")
PARENTHESIS = regex(r"(?<![$\w\"'])\(")
# `function f {` and a new line, `function f` and a new line.
WORD = regex(r"function[ \t]+[^\s(){}]+[ \t]*(\{[ \t]*)?\n")
WORD_ALONE = regex(r"function[ \t]+[^\s(){}]+[ \t]*\n")
NAME = regex(r"(?<![\w#])[A-Za-z_]\w*")
SEPARATING = regex(r"[\s;&|<>()]")  # what ends a word
# Operators for parameters that may not be set.
_FOR_UNSET = frozenset({"-", ":-", "=", ":=", "+", ":+", "?", ":?"})


def bad_substitution(machine: Machine, state: State, items: Iterable[sh.Word]) -> bool:
    """Whether a word has an expansion that this shell does not know, or under ``set -u`` a variable that is not set: the script ends there."""
    return _bad(machine, state, (part for word in items if word.literal is None for part in word.parts))


def _bad(machine: Machine, state: State, parts: Iterable[sh.Part]) -> bool:
    bad = state.shell.dialect.syntax.bad_substitutions
    strict = "u" in state.options
    for part in parts:
        if part.__class__ is sh.Arithmetic:
            if _not_reckoned(machine, state, part):
                return True
            continue
        if part.__class__ is not sh.Parameter or not (strict or bad):
            continue
        if part.operator in bad or (part.index is not None and "index" in bad):
            failed = f"{state.shell.dialect.family} does not know {part.text.value} and gives up"
        elif strict and part.operator not in _FOR_UNSET and part.index is None and _may_be_unset(machine, state, part):
            return True
        elif strict and part.operator not in _FOR_UNSET and part.index is None and _unset(state, part.name):
            failed = f"{part.text.value} is not set, which set -u makes an error"
        else:
            continue
        machine.leave(state, 2, failed)
        return True
    return False


def _may_be_unset(machine: Machine, state: State, part: sh.Parameter) -> bool:
    """Whether a trap, which nobody has tried before the stop, rests on a variable that only the user can set; on the way to the steady state it has to be set."""
    found = parameters.parameter(state, part.name) if machine.live else None
    if not isinstance(found, Unknown) or found.variable != part.name or found.default:
        return False
    state.give_up(f"whether {part.name} is set, which set -u asks for")
    return True


def _not_reckoned(machine: Machine, state: State, part: sh.Arithmetic) -> bool:
    """Whether a shell gives up at an expression that it cannot work out, or at least drops what it was at."""
    family, syntax = state.shell.dialect.family, state.shell.dialect.syntax
    if reckoning.is_text(state, part):
        if not part.quoted and SEPARATING.search(part.expression):
            state.give_up(f"what {family} makes of {part.text.value}, which is bash's")
            return True
        return False
    expression = reckoning.expanded(machine, state, part.expression, part.text)
    if syntax.unset_in_arithmetic and "u" in state.options and isinstance(expression, str):
        for name in NAME.findall(expression):
            if _unset(state, name):
                machine.leave(state, 1, f"{name} is not set, which set -u makes an error")
                return True
    if not reckoning.is_invalid(state, expression):
        return False
    if syntax.arithmetic_ends:
        machine.leave(state, 2, f"{family} cannot work out {part.text.value} and gives up")
    else:
        drop(machine, state)
    return True


def kept(machine: Machine, state: State, name: str) -> list[State]:
    """An assignment to a variable that is read-only, alone or of a whole array: dash and ash end, bash drops what it has read with it, which
    ends it under ``set -e``; but for a file or an ``eval`` of whose status something is made (``. lib.sh || true``; measured, 5.2)."""
    if state.shell.dialect.specials_end or ("e" in state.options and not _is_looked_at(state)):
        status = 2 if state.shell.dialect.specials_end else 1
        return [machine.leave(state, status, f"{name} is read-only, and {state.shell.dialect.family} gives up")]
    drop(machine, state)
    return [state]


def _is_looked_at(state: State) -> bool:
    """Whether something is made of the status of what is read by lines, and dropped (`drop`)."""
    frame = state.stack
    while frame is not None and not _is_read_by_lines(frame):
        frame = frame.parent
    return frame is not None and frame.tested and state.pid == state.shell.pid


def drop(machine: Machine, state: State) -> None:
    """bash goes on with the next line of the script, or of the file, the ``eval`` or the trap that it is in; a subshell ends (``parse_and_execute``, DISCARD)."""
    if state.pid != state.shell.pid or not scopes.unwind(machine, state, _is_read_by_lines):
        machine.leave(state, 1)
        return
    frame = state.stack
    assert frame is not None and isinstance(frame.node, sh.Block)
    commands, at = frame.node.commands, frame.index
    while at < len(commands) and on_one_line(commands[at - 1], commands[at]):
        at += 1
    state.pop()
    state.push("seq", frame.node, at)
    state.done(1)


def _is_read_by_lines(frame: Frame) -> bool:
    below = frame.parent
    return below is not None and (
        below.label in ("file", "command", "source")
        or below.kind in ("eval", "trap", "exit", "error", "debug", "return")
    )


def _unset(state: State, name: str) -> bool:
    """Whether a variable is not set for certain; one that only the user can set has to be."""
    if name in "@*#?-$":
        return False
    if name == "!":
        return not state.last_pid
    found = parameters.parameter(state, name)
    if isinstance(found, Unknown) and found.variable == name:
        operators.require(state, name, Unknown(f"${name}"))
    return found is None


def refused(machine: Machine, state: State, node: sh.Simple) -> bool:
    """Whether the shell gives up at a simple command."""
    expansions = node.expansions
    if expansions and _bad(machine, state, expansions):
        return True
    if "failglob" in state.options and names_nothing(machine, state, node.words):
        return True
    if not node.redirects:
        return False
    targets = [each.target for each in node.redirects if each.target is not None and each.heredoc is None]
    return bool(targets) and bad_substitution(machine, state, targets)


def names_nothing(machine: Machine, state: State, items: Iterable[sh.Word]) -> bool:
    """Whether a word is a pattern that is not known to name a file: with ``shopt -s failglob``, bash drops what it was at where it names none."""
    if "failglob" not in state.options or "f" in state.options:
        return False
    for word in items:
        if globs.is_pattern(word, ""):
            value = machine.value(state, word)
            if not isinstance(value, str) or not filesystem.matching(machine, state, value):
                state.give_up(f"whether {word.text.value} names a file, which failglob asks for")
                return True
    return False


def not_redirected(machine: Machine, state: State, command: object) -> list[State]:
    """A command whose redirection fails is not run; where it is a special builtin, that is the end of the shell (of bash, only where it is called ``sh``)."""
    first = command.words[0].literal if isinstance(command, sh.Simple) and command.words else None
    if first in SPECIAL and state.shell.dialect.specials_end:
        return [machine.leave(state, 2, f"a file that {first} is to read or write cannot be opened")]
    if state.shell.dialect.compounds_pass and not isinstance(command, (sh.Simple, sh.Subshell)):
        state.done(1)  # which set -e does not count
        return [state]
    return machine.finished(state, 1)


# --- syntax ---


def _is_long(each: sh.Redirect) -> bool:
    return each.descriptor is not None and each.descriptor.isdigit() and len(each.descriptor) > 1


def with_descriptors(state: State, node: sh.Simple) -> sh.Simple:
    """``exec {log}>file`` where ``{log}`` is a word, and no variable for the number of a descriptor; ``exec 200>lock`` where ``200`` is one
    (dash reads one digit)."""
    syntax = state.shell.dialect.syntax

    def is_word(each: sh.Redirect) -> bool:
        named = not syntax.named_descriptors and each.descriptor is not None and each.descriptor.startswith("{")
        return named or (not syntax.long_descriptors and _is_long(each))

    if not any(map(is_word, node.redirects)):
        return node
    words, redirects = list(node.words), []
    for each in node.redirects:
        if each.descriptor is not None and is_word(each):
            text = each.text.cut(0, len(each.descriptor))
            words.append(sh.Word(text, (sh.LiteralText(text, text, False),)))
            each = replace(each, descriptor=None)
        redirects.append(each)
    return replace(node, words=tuple(sorted(words, key=lambda word: word.text.start)), redirects=tuple(redirects))


def unparsable(machine: Machine, state: State, frame: Frame) -> bool:
    """Whether the shell's parser gives up on what it would read next: the commands up to the end of the line, whole, before it runs any of them."""
    parent, block = frame.parent, frame.node
    assert isinstance(block, sh.Block)
    if parent is None or not (parent.kind in ("eval", "trap", "exit") or parent.label in ("file", "command", "source")):
        return False
    at = frame.index
    while True:
        what = _foreign(state, block.commands[at])
        if what:
            machine.leave(state, 2, f"{state.shell.dialect.family} cannot read {what}, which is bash's")
            return True
        if at + 1 >= len(block.commands) or not on_one_line(block.commands[at], block.commands[at + 1]):
            return False
        at += 1


def on_one_line(first: sh.Command, second: sh.Command) -> bool:
    """Whether the shell reads two commands that follow each other at once."""
    one, two = first.text, second.text
    return one.buffer is two.buffer and "\n" not in one.buffer.value[one.end : two.start]


def _foreign(state: State, command: sh.Command) -> str:
    """What the shell cannot read in a command."""
    return state.shell.read.unparsable.of(command, partial(_refused, state.shell.dialect.syntax.refuses))


def _refused(refuses: frozenset[str], command: sh.Command) -> str:
    if not refuses or BASH.search(command.text.value) is None:
        return ""
    own = isinstance(command, sh.Function) and not _in_one_line(command)
    nodes = walk(command.body) if own and isinstance(command, sh.Function) else walk(command)
    return next((what for node in nodes if (what := _bashism(node)) in refuses and what), "")


def _in_one_line(node: sh.Function) -> bool:
    """Whether what is behind ``function name {`` is read together with it; else these are commands of their own."""
    return WORD.match(node.text.value) is None


def _bashism(node: object) -> str:
    """The name of a piece of bash's syntax."""
    if node.__class__ is sh.Word:  # most nodes are
        return "an array" if ARRAY.match(node.text.buffer.value, node.text.start, node.text.end) else ""
    if node.__class__ is sh.LiteralText or node.__class__ is sh.Simple:
        return ""
    match node:
        case sh.Assignment(array=items) if items is not None:
            return "an array"
        case sh.ProcessSubstitution():
            return "<(…)"
        case sh.Function() if node.text.value.startswith("function"):
            return "" if WORD_ALONE.match(node.text.value) else "the word function"
        case sh.Function():
            return function_named(node.name)
        case sh.Coprocess() if not isinstance(node.command, sh.Simple):
            return "coproc"
        case sh.ArithmeticFor():
            return "for ((…))"
        case sh.For(selects=True):
            return "select"
        case sh.Redirect(operator="<<<" | "&>>" as operator):
            return operator
        case sh.Subshell() | sh.Group() | sh.While() | sh.If() | sh.For() | sh.Case() if any(
            map(_is_long, node.redirects)
        ):
            return "a descriptor of two digits"
        case sh.Arm() if node.terminator != ";;":
            return ";&"
        case sh.Conditional() if PARENTHESIS.search(node.text.value):
            return "( in [["
        case sh.Pipeline() if TWICE.match(node.text.value):
            return "! !"
        case sh.Pipeline() if "|&" in node.text.value and any(
            "|&" in one.text.buffer.value[one.text.end : two.text.start]
            for one, two in zip(node.commands, node.commands[1:], strict=False)
        ):
            return "|&"
    return ""


def as_commands(machine: Machine, state: State, node: sh.Function) -> list[State]:
    """``function f {`` where ``function`` is no word of the shell: a command that is not there, then what was to be the body, and a ``}`` that nobody opened."""
    body = node.body.body if isinstance(node.body, sh.Group) else sh.Block(node.text, (node.body,))
    if not WORD_ALONE.match(node.text.value):
        state.push("refused", label=f"{state.shell.dialect.family} cannot read the word function, which is bash's")
    state.push("seq", body)
    return machine.finished(state, 127)
