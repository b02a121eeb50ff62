"""Run a shell: from its command line to the ways it can turn out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..process import Alternative, Process
from .builtins import exporting
from .evaluator.findings import Readings
from .evaluator.interpreter import Shell
from .files.filesystem import folder_of
from .files.inputs import INPUT
from .model.dialects import dialect
from .model.parts import ALWAYS, Input
from .model.state import State
from .model.values import Field, Unknown
from .startup.steady import alternative_of
from .startup.ways import Startup, explore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...image.model import Argument
    from ...source import Text
    from ..launch.resolve import Resolver
    from ..launch.shells import Call
    from .model.outcome import Mode


def shell(
    resolver: Resolver, call: Call, mode: Mode, text: Text, argv: tuple[str, ...], words: Sequence[Argument]
) -> list[Alternative]:
    """Every way a shell process can turn out. ``text`` is what it runs, ``words`` are ``$0`` and the positional parameters."""
    environment, pid = call.environment, call.pid
    budget = resolver.budget
    parameters = tuple(_parameter(word) for word in words[1:])
    unsure = mode == "command" and call.operands[0].unknown
    if unsure:
        parameters = (*parameters, Field(Unknown("$@", rest=True), text, True))
    name = words[0].value if words else argv[0]
    posix = argv[0].rpartition("/")[2] == "sh"
    spoken = dialect(call.family, call.version, posix=posix)
    read = resolver.readings.setdefault((call.family, call.version, posix), Readings())
    interpreter = Shell(spoken, argv, name, text, mode, pid, read)
    interpreter.child, interpreter.aside = environment.child, environment.aside
    interpreter.ignored, interpreter.user = environment.ignored, environment.user
    interpreter.descriptors = environment.descriptors
    interpreter.leads, interpreter.watched = environment.leads, environment.watched and pid == 1
    interpreter.earlier = environment.commands
    interpreter.given = tuple(word.value for word in words[1:])
    state = State(interpreter, pid, None)
    state.parameters, state.kin = parameters, environment.kin or state.kin
    state.ignored = environment.ignored - (frozenset() if spoken.trap.ignores_children else {"SIGCHLD"})
    # What nobody knows of a command string stands in it by its name, which is none that this shell need know.
    state.unread = unsure
    state.options = call.options & {"e", "u", "x", "pipefail"}  # -m needs a terminal (measured in all three shells)
    if environment.closed:
        state.inputs = (Input(INPUT, "", ALWAYS, closed=True),)
    state.workdir, state.made = folder_of(environment.workdir), dict(environment.made)
    exported = environment.exported() if environment.exported else exporting.of_image(resolver.image.env)
    exporting.receive(state, exported)
    state.push("base", label=mode)
    state.push("seq", resolver.parse(text, file=mode == "file").body)
    if environment.live:
        return [Alternative(Process(pid, argv, call.how, text, shell=state, ignored=state.ignored))]
    host = Startup(resolver, budget)
    machine = host.machine(environment.depth)
    return [alternative_of(end, 0, pid) for end in explore(machine, state)]


def _parameter(word: Argument) -> Field:
    """A positional parameter: a word that the shell was started with."""
    value = Unknown(word.value, rest=word.rest) if word.rest or word.unknown else word.value
    return Field(value, word.text, True, word)
