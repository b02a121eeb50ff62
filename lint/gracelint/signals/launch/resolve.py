"""From a command line to a process: script or program, what it becomes, what it starts.

`Resolver.start` is asked for the launch itself and for every command that a script runs. A shell is recognized in `shells`, and what it
runs is evaluated (`shell.startup`); a script with another shebang becomes its interpreter; the rest is asked of the catalogue, and what a
program execs, forks or supervises is followed in turn. Everything shares one step budget, and depth is bounded.
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from ...image.model import Absent, Argument, ImageFile, values
from ...image.paths import DEFAULT_PATH
from ...records import replace
from ...regexes import regex
from .. import sleeping
from ..process import Alternative, Bound, Environment, Process, with_before
from ..sources import apphosts, released
from . import alone, shells
from .literal import literal_word
from .questions import Questions
from .scripts import family, interpreted, passed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...image.model import Image
    from ...source import Text
    from ..model import How, Program, Started
    from ..shell.builtins.exporting import Exported
    from ..shell.evaluator.host import Budget
    from ..shell.evaluator.machine import Machine
    from ..shell.model.outcome import Family
    from ..shell.model.state import State
    from ..shell.model.values import Field

STEPS = 16000
STOPPING = 24000
DEEPEST = 12
# An option or an assignment where a command should stand.
_NO_PROGRAM = regex(r"-|\w+=[^/]*$|\d+$")
_IN_A_FOLDER = regex(r"/[\w.-]+\Z")
# A program that is asked for where it is called: `exec $(which squid) -N`.
_LOOKED_UP = regex(r"(?:\$\(|`)\s*(?:which|command -v|type -P)\s+([\w.+-]+)\s*[)`]\Z")
# Where execvp looks that finds no PATH (glibc's `confstr`).
WITHOUT_PATH = "/bin:/usr/bin"


class Resolver(Questions):
    """The launch of one image: process numbers and the budget of steps are shared by everything in it."""

    def __init__(self, image: Image, programs: Mapping[str, Any], launch: int) -> None:
        """``launch`` is the number of the launch's own process: 1, or 2 below the engine's init."""
        super().__init__(image, programs)
        self._pids = launch
        self._budget: Budget | None = None
        self._stops: Budget | None = None

    # --- what the shell evaluator asks (host.Context), beside `Questions` ---

    def new_pid(self) -> int:
        """A number for a new process."""
        self._pids += 1
        return self._pids

    def start(
        self, machine: Machine, state: State, fields: list[Field], environment: Environment, pid: int
    ) -> list[Alternative]:
        """What a command of a script becomes."""
        arguments = tuple(
            field.argument
            if field.argument is not None and field.argument.value == field.shown
            else Argument(field.shown, field.text, unknown=not field.known)
            for field in fields
        )
        return self.launch(arguments, environment, pid, "fork", shell=state.shell.dialect.family)

    @property
    def budget(self) -> Budget:
        """The steps that all shells of the launch share."""
        if self._budget is None:
            from ..shell.evaluator.host import Budget

            self._budget = Budget(STEPS)
        return self._budget

    @property
    def stops(self) -> Budget:
        """The steps of shells that are told to stop, which all ways of the launch share."""
        if self._stops is None:
            from ..shell.evaluator.host import Budget

            self._stops = Budget(STOPPING)
        return self._stops

    # --- the launch ---

    def launch(
        self,
        arguments: Sequence[Argument],
        environment: Environment,
        pid: int,
        how: How,
        *,
        shell: Family | None = None,
    ) -> list[Alternative]:
        """Every way that a command line can turn out. ``shell`` is the family of the one that starts it, if any."""
        if not arguments or not arguments[0].value:
            return [Alternative(None, failed="there is no command")]
        if environment.depth > DEEPEST:
            process = self.unknown(
                pid, arguments, environment, Bound("programs start one another too deeply to follow")
            )
            return [Alternative(process, reasons=process.missing)]
        looked_up = _LOOKED_UP.match(arguments[0].value) if arguments[0].unknown else None
        if looked_up is not None:  # wherever it is: who asks for it expects it to be there
            arguments = (replace(arguments[0], value=looked_up[1], unknown=False), *arguments[1:])
        if arguments[0].rest or arguments[0].unknown:
            return self._untold(arguments, environment, pid, how)
        deeper = environment.deeper()
        called = shells.called(self, arguments, deeper, pid, how)
        if called is not None:
            return called
        found = (
            self.made(arguments[0], environment)
            or self.made_on_path(arguments[0], environment)
            or self.which(arguments[0].value, environment.workdir, environment.search)
        )
        if isinstance(found, Absent) and "/" in arguments[0].value and not self.has_come(arguments[0], environment):
            return [Alternative(None, 127, failed=found.reason, culprit=replace(arguments[0], value=found.path))]
        if not isinstance(found, ImageFile) and environment.depth and _is_no_program(arguments[0].value, environment):
            return [Alternative(None, 127, failed=f"there is no program called {arguments[0].value}")]
        if isinstance(found, ImageFile) and found.path in environment.permitted:
            found = replace(found, executable=True)
        if isinstance(found, ImageFile) and found.content is not None:
            script = interpreted(self.image, found, arguments, shell)
            if script is not None:
                return [script] if isinstance(script, Alternative) else self.launch(script, deeper, pid, how)
        return self._program(arguments, deeper, pid, how)

    def unknown(
        self, pid: int, arguments: Sequence[Argument], environment: Environment, reason: str, how: How = "fork"
    ) -> Process:
        """A process of which nothing is known, for this reason."""
        argv = values(arguments) or tuple(argument.value for argument in arguments)
        text = arguments[0].text if arguments else None
        return Process(pid, argv, how, text, ignored=environment.ignored, user=environment.user, missing=(reason,))

    def _untold(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How = "fork"
    ) -> list[Alternative]:
        """A command line whose first word is not known, or no more of it than what the program is called (``"$PREFIX"/bin/nginx``)."""
        if not arguments[0].rest and _IN_A_FOLDER.search(arguments[0].value):
            named = [replace(arguments[0], unknown=False), *arguments[1:]]
            if self.describe(named, environment) is not None:
                return self._program(named, environment.deeper(), pid, how)
        reason = f"what {arguments[0].value} stands for is not known"
        process = self.unknown(pid, arguments, environment, reason, how)
        return [Alternative(process, reasons=process.missing)]

    # --- programs ---

    def _read(self, program: Program | None, arguments: Sequence[Argument], environment: Environment) -> Program | None:
        """The program, with what the source of the image's own application says. A command that the image's own project installs is that,
        whatever else has its name."""
        if program is not None and (own := self.own(program, arguments, environment)) is not None:
            return own
        if program is None or (program.runtime == "python" and not program.starts) or self._manages(program, arguments):
            return self.python(program, arguments, environment)
        return self.hosted(program, arguments, environment) if program.hosts is not None else program

    def _manages(self, program: Program, arguments: Sequence[Argument]) -> bool:
        """Whether it is a management command of the application itself, which is read."""
        if program.name != "django":
            return False
        from ..python.libraries.management import command_file

        return any(command_file(self.image, word.value) is not None for word in arguments[1:4])

    def _program(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How
    ) -> list[Alternative]:
        program = self.describe(arguments, environment) or self._released(arguments, environment)
        if environment.search == WITHOUT_PATH and "/" not in arguments[0].value:
            small = program is not None and program.kind in ("wrappers", "tools")
            if not small and not isinstance(self.which(arguments[0].value, "/", WITHOUT_PATH), ImageFile):
                return self._perhaps_found(arguments, environment, pid, how)
        if program is None:
            known = passed(self.image, arguments)
            if known is not None:
                return self.launch(known, environment, pid, how, shell=family(self.image, "sh")[0])
        program = self._read(program, arguments, environment)
        argv, text = values(arguments), _whole(arguments)
        if program is None:
            reason = f"what {argv[0]} does with signals is not known"
            return [Alternative(replace(self.unknown(pid, arguments, environment, reason, how), text=text))]
        refused = alone.refused(program, argv, environment, pid)
        if refused is not None:
            return [refused]
        odd = literal_word(arguments, program)
        if odd is not None:
            reason = f"{argv[0]} gets {odd.value} as one word, just as it stands, because no shell reads it: what comes of that is not known"
            return [Alternative(replace(self.unknown(pid, arguments, environment, reason, how), stays=program.stays))]
        if "forks-if-leader" in program.traits and not (environment.pid1 or environment.leads):
            execs = tuple(replace(started, how="exec") for started in program.starts)
            program = replace(program, daemonizes=False, starts=execs)
        if "SIGCHLD" in environment.ignored and "waits-for-sigchld" in program.traits:
            program = alone.deaf_to_children(program)
        process = Process(
            pid,
            argv,
            how,
            text,
            program,
            ignored=environment.ignored,
            own_group="own-group" in program.traits,
            stays=alone.stays(program, argv),
            duration=sleeping.limited(argv)[0] if environment.live and program.starts else sleeping.duration(argv),
            user=environment.user,
            missing=program.missing,
        )
        if not program.starts:
            return [alone.alone(process, program)]
        if program.starts[0].how == "exec":
            return self._becoming(process, program, environment)
        from .starting import starting

        return starting(self, process, program, environment)

    def _becoming(self, process: Process, program: Program, environment: Environment) -> list[Alternative]:
        """A program that replaces itself by another one."""
        from .starting import user, within

        started = program.starts[0]
        cleared = "clears-environment" in program.traits or "-" in started.env  # `env -` is `env -i`
        path = started.env.get("PATH", None if cleared else environment.search)
        following = replace(
            environment,
            ignored=environment.ignored | ({"SIGHUP"} if "ignores-hangup" in program.traits else set()),
            search=WITHOUT_PATH if path is None else path,
            user=user(program, process.argv, environment.user),
            exported=self._handed_on(started, environment, cleared=cleared),
            workdir=started.folder or environment.workdir,
            leads=environment.leads or process.own_group,
            watched=environment.watched or program.name == "timeout",
        )
        return [
            replace(way, process=with_before(within(way.process, process), process)) if way.process else way
            for way in self.launch(started.arguments, following, process.pid, process.how)
        ]

    def _handed_on(self, started: Started, environment: Environment, *, cleared: bool) -> Callable[[], Exported] | None:
        """The variables of what a program execs: ``env`` changes them."""
        if not cleared and not started.env:
            return environment.exported
        from ..shell.builtins import exporting

        before = environment.exported() if environment.exported else exporting.of_image(self.image.env)
        assigned = {name: value for name, value in started.env.items() if name != "-"}
        return partial(before.with_variables, assigned, cleared=cleared)

    def _released(self, arguments: Sequence[Argument], environment: Environment) -> Program | None:
        """The start script of a release, or the program beside an assembly, that the build has made."""
        if "/" not in arguments[0].value:
            return None
        path = posixpath.normpath(posixpath.join(environment.workdir, arguments[0].value))
        words = released.as_program(tuple(arguments), path, self.image.files)
        words = words or apphosts.as_program(tuple(arguments), path, self.image.files)
        return self.describe(words, environment) if words is not None else None

    def _perhaps_found(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How
    ) -> list[Alternative]:
        """A program that is looked for without a PATH, and is perhaps elsewhere."""
        name = arguments[0].value
        ways = self._program(arguments, replace(environment, search=DEFAULT_PATH), pid, how)
        found = [replace(way, conditions=(*way.conditions, f"{name} is in /bin or /usr/bin")) for way in ways]
        failed = f"{name} is looked for without a PATH"
        return [*found, Alternative(None, 127, (f"{name} is not in /bin or /usr/bin",), failed=failed)]


def _is_no_program(word: str, environment: Environment) -> bool:
    """Whether a script means no program by a word that stands where a command should: an option, an assignment, a number, what only a shell
    itself can do (``timeout 5 wait $pid``)."""
    if _NO_PROGRAM.match(word):
        return True
    if environment.exported is None:  # no shell has started it
        return False
    from ..shell.model.dialects import ONLY_BUILTINS

    return word in ONLY_BUILTINS


def _whole(arguments: Sequence[Argument]) -> Text:
    """Where a command line is written: what the user has written of it, behind words that are the base image's."""
    own = [argument for argument in arguments if not argument.inherited] or arguments
    first, last = own[0].text, own[-1].text
    return first.until(last) if first.buffer is last.buffer and first.end <= last.end else first
