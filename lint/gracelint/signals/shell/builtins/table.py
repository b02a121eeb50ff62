"""Builtin commands: those that print, test, and set parameters and options; `TABLE` holds them all.

Those for variables are in `variables` and `reading`, control flow in `flow`, signals and processes (``trap``, ``kill``, ``wait``, ``exec``
…) in the room of jobs (`jobcontrol.TABLE`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..conditions import single_brackets
from ..evaluator import scopes
from ..expansion.bounds import compute
from ..files import filesystem, making, opening, outputs, working_folder
from ..jobs import jobcontrol
from ..model.dialects import BASH_OPTIONS, NAMED_OPTIONS, SHOPTS
from ..model.parts import Truth
from ..model.values import Field, Unknown, clip, default
from . import flow, misuse, reading, variables
from .printing import printed_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State

    Builtin = Callable[[Machine, State, sh.Simple, list[Field]], list[State]]


def _printing(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """What prints something, and fails where it cannot."""
    closed = any(
        each.operator == ">&"
        and each.descriptor in (None, "1")
        and each.target is not None
        and each.target.literal == "-"
        for each in node.redirects
    )
    if node.redirects and fields[0].value == "echo":
        opening.wrote(machine, state, node, printed_line(state.shell.dialect, fields[1:]))
    return machine.finished(state, int(closed and (fields[0].value != "umask" or len(fields) == 1)))


def _to_reader(printing: Builtin) -> Builtin:
    """A builtin that prints, perhaps to a process that is gone by now, once a signal has come."""

    def run(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
        writer = outputs.writer(state, outputs.OUTPUT, node.redirects) if machine.live and state.outputs else None
        here = state.stack
        if writer is None or not machine.host.broken(state, writer):
            return printing(machine, state, node, fields)
        return machine.finished(state, 1) if state.stack is here else [state]

    return run


def _complaining(builtin: Builtin) -> Builtin:
    """A builtin that says on standard error why it has failed, perhaps to a process that is gone by now, once a signal has come."""

    def run(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
        ways = builtin(machine, state, node, fields)
        if machine.live:
            for way in ways:
                writer = outputs.writer(way, outputs.ERRORS, node.redirects) if way.status and way.outputs else None
                if writer is not None:
                    machine.host.broken(way, writer)
        return ways

    return run


def _looked_for(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``hash``: whether a command is there."""
    if len(fields) < 2 or fields[1].shown.startswith("-"):
        return machine.finished(state, 0)
    return query(machine, state, fields[1:])


def _own(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``enable x``, ``help x``: of builtins; ``enable -n x`` takes them away."""
    names = [default(field.value) for field in fields[1:] if not field.shown.startswith("-")]
    known = TABLE.keys() | {"if", "for", "while", "case", "until", "select", "function", "coproc", "time"}
    foreign = [word for word in names if word is not None and word.isalnum() and word not in known]
    if fields[0].value == "enable":
        letters = {letter for field in fields[1:] if field.shown.startswith("-") for letter in field.shown[1:]}
        meant = {name for name in names if name is not None}
        state.disabled = state.disabled | meant if "n" in letters else state.disabled - meant
    return machine.finished(state, 1 if foreign else 0)


def _quiet(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """A builtin that succeeds and changes nothing that matters here."""
    return machine.finished(state, 0)


def _false(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    return machine.finished(state, 1)


def query(machine: Machine, state: State, names: list[Field]) -> list[State]:
    """``command -v``, ``type``: whether a command exists."""
    names = [field for field in names if not field.shown.startswith("-")]
    known = default(names[0].value) if names else None
    if known and filesystem.locate(machine, state, known):
        return machine.finished(state, 0)
    text = names[0].shown if names else "a command"
    return machine.finished(state, None, Truth(None, None, f"{text} is installed", f"{text} is not installed"))


def _query(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    return query(machine, state, fields[1:])


def _test(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    inside = fields[1:]
    if fields[0].value == "[":
        if not inside or inside[-1].value != "]":
            return machine.finished(state, 2)
        inside = inside[:-1]
    if "==" in state.shell.dialect.syntax.misreads and any(field.value == "==" for field in inside[1:-1]):
        return machine.finished(state, 2)  # an operator that it does not know
    return machine.decided(state, single_brackets.brackets(machine, state, inside))


def _set(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    rest = fields[1:]
    while rest:
        word = rest[0].value
        if word in ("--", "-"):
            _give(state, rest[1:])
            break
        if not isinstance(word, str) or word[:1] not in ("-", "+") or len(word) < 2:
            _give(state, rest)
            break
        letters = set(word[1:])
        rest = rest[1:]
        refused = _refused_option(state, letters, rest)
        if refused:
            dialect = state.shell.dialect
            is_name = bool(rest) and refused == rest[0].shown
            ends = dialect.unknown_option_ends if is_name else dialect.specials_end
            status = misuse.WRONG if ends else state.shell.dialect.builtins.refusal("set")
            return misuse.failed(machine, state, status, ends=ends, why=f"set has no option {refused}")
        if "o" in letters:
            letters.discard("o")
            if rest:
                letters |= {NAMED_OPTIONS.get(rest[0].shown, "")}
                rest = rest[1:]
        letters.discard("")
        if letters & {"n", "t"} and word[0] == "-":
            return [machine.leave(state, 0)]  # nothing more is run
        if "posix" in letters:
            state.shell = state.shell.as_posix(word[0] == "-")
        if not state.shell.dialect.monitors:
            letters.discard("m")
        state.options = state.options | letters if word[0] == "-" else state.options - letters
    return machine.finished(state, 0)


def _give(state: State, words: list[Field]) -> None:
    """``set -- words``."""
    state.parameters = tuple(words)
    if state.scopes and state.shell.dialect.source.set_lasts and not scopes.in_function(state):
        state.scopes = (*state.scopes[:-1], state.scopes[-1]._replace(parameters=None))


def _refused_option(state: State, letters: set[str], rest: list[Field]) -> str:
    """A letter, or the name behind ``-o``, that a shell of a known version does not have."""
    dialect = state.shell.dialect
    if dialect.version is None and dialect.options_vary:
        return ""
    unknown = sorted(letters - dialect.letters - {"o"})
    if unknown:
        return f"-{unknown[0]}"
    name = rest[0].value if "o" in letters and rest else ""
    return name if isinstance(name, str) and name and name not in dialect.options else ""


def _shift(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    count = compute(state, fields[1].shown) if len(fields) > 1 else 1
    if count is None:
        state.parameters = (Field(Unknown("$@", rest=True), node.text, parameter=True),)
    elif not state.shift(max(0, count)):
        ends = state.shell.dialect.builtins.shift_ends
        return misuse.failed(
            machine,
            state,
            misuse.WRONG if ends else misuse.FAILED,
            ends=ends,
            why=f"there are not {count} arguments to shift",
        )
    return machine.finished(state, 0)


def _shopt(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``shopt``: what it sets is remembered beside the options of ``set`` (``-o``: it is one of these)."""
    letters = {letter for field in fields[1:] for letter in field.shown[1:] if field.shown.startswith("-")}
    asked = [field.shown for field in fields[1:] if not field.shown.startswith("-")]
    known = BASH_OPTIONS if "o" in letters else SHOPTS
    if not known.issuperset(asked):
        if not all(field.known for field in fields):
            return _unsure(machine, state, node, fields)
        return machine.finished(state, 0 if "o" in letters and letters & {"s", "u"} else 1)
    names = {NAMED_OPTIONS.get(name, name) if "o" in letters else name for name in asked}
    if letters & {"s", "u"} and names:
        state.options = state.options | names if "s" in letters else state.options - names
        return machine.finished(state, 0)
    if not names or names - {"expand_aliases", "lastpipe", "nullglob", "e", "u", "m", "pipefail", "extglob"}:
        return _unsure(machine, state, node, fields) if state.tested and names else machine.finished(state, 0)
    return machine.finished(state, int(not names <= state.options))


def _unsure(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``compgen``: whether something like that is there."""
    return machine.undecided(state, " ".join(field.shown for field in fields))


def _alias(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``alias``: what counts only where aliases are expanded."""
    state.shell.aliased = True
    if state.shell.dialect.builtins.aliases or "expand_aliases" in state.options:
        state.shell.aliases.update(field.shown.partition("=")[0] for field in fields[1:] if "=" in field.shown)
    return machine.finished(state, 0)


def _limit(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``ulimit``: a limit that is set may be above what is allowed."""
    sets = len(fields) > 1 and not fields[-1].shown.startswith("-") and fields[-1].value != "0"
    if sets and (state.tested or machine.live):
        return machine.undecided(state, " ".join(field.shown for field in fields))
    if sets:
        return machine.hinges(state, Truth.success(f"`{clip(node.text.value)}`"))
    return machine.finished(state, 0)


QUIET = ": true times unalias complete history suspend bind caller"

TABLE: dict[str, Builtin] = {
    **dict.fromkeys(QUIET.split(), _quiet),
    **dict.fromkeys("export readonly declare typeset local".split(), variables.declare),
    **dict.fromkeys(("echo", "pwd", "umask"), _to_reader(_printing)),
    **dict.fromkeys(("enable", "help"), _own),
    **dict.fromkeys(("pushd", "popd", "dirs"), working_folder.stacked),
    **dict.fromkeys(("test", "["), _test),
    **dict.fromkeys((".", "source"), flow.source),
    **dict.fromkeys(("break", "continue"), flow.leave_loop),
    **dict.fromkeys(("mapfile", "readarray"), reading.mapfile),
    "alias": _alias,
    "hash": _looked_for,
    "compgen": _unsure,
    "ulimit": _limit,
    "shopt": _shopt,
    "false": _false,
    "type": _query,
    "unset": variables.unset,
    "set": _set,
    "shift": _shift,
    "cd": working_folder.change_folder,
    **dict.fromkeys(making.TOOLS, making.tool),
    "eval": flow.evaluate,
    "return": flow.give_back,
    "exit": flow.leave_shell,
    "printf": _to_reader(variables.printf),
    "read": reading.read,
    "getopts": variables.getopts,
    "let": variables.let,
    **jobcontrol.TABLE,
    "kill": _complaining(jobcontrol.TABLE["kill"]),
}

# Programs that are followed like builtins when their path is written.
BY_PATH = ("kill", "pkill", "killall")


def found(name: str) -> Builtin | None:
    """What carries out a command of this name; None where a program of the image does."""
    found = TABLE.get(name)
    if found is not None or "/" not in name:
        return found
    folder, _, tool = name.rpartition("/")
    return TABLE.get(tool) if folder and tool in BY_PATH else None
