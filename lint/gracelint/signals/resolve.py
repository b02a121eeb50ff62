"""From a command line to a process: script or program, what it becomes, what it starts.

`Resolver.start` is asked for the launch itself and for every command that a script runs. A shell with ``-c`` or a script file is evaluated
(`shell.startup`); a script with another shebang becomes its interpreter; the rest is asked of the catalogue, and what a program execs, forks or supervises is
followed in turn. Everything shares one step budget, and depth is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..image.interpreters import lacks
from ..image.model import Absent, Argument, ImageFile, values
from ..records import replace
from ..regexes import regex
from ..source import join, nowhere, unquoted
from . import sleeping
from .process import Alternative, Bound, Environment, Process, with_before
from .scripts import family, interpreted
from .scripts import options as shell_options
from .starting import starting, user, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..image.model import Image
    from ..image.model import Unknown as Missing
    from ..parsers.shell.model import Script
    from ..source import Text
    from .model import How, Program
    from .shell.host import Budget
    from .shell.machine import Machine
    from .shell.state import State
    from .shell.values import Field

STEPS = 16000
DEEPEST = 12
# An option or an assignment where a command should stand.
_NO_PROGRAM = regex(r"-|\w+=[^/]*$")
# Wrappers that are nothing without a command.
_IDLE = frozenset(
    {"tini", "dumb-init", "catatonit", "timeout", "nohup", "setsid", "nice", "gosu", "su-exec", "setpriv", "flock"}
)
DEFAULT_SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Resolver:
    """What the launch of one image needs: the image, the user's programs, parsed scripts, process numbers, the budget."""

    def __init__(self, image: Image, programs: Mapping[str, Any]) -> None:
        self.image, self.programs = image, programs
        # 1 is the launch, or the engine's init, and then 2 is the launch.
        self._pids = 2
        self._budget: Budget | None = None
        self._found: dict[tuple[str, str, str], ImageFile | Absent | Missing] = {}
        self._looked: dict[str, object] = {}
        self._listings: dict[str, tuple[str, ...]] = {}
        self._joined: dict[tuple[str, Text], Text] = {}
        self._programs: dict[tuple[str, ...], Program | None] = {}

    # --- what the shell evaluator asks (machine.Context) ---

    def new_pid(self) -> int:
        """A number for a new process."""
        self._pids += 1
        return self._pids

    def parse(self, text: Text, *, file: bool) -> Script:
        """The model of a script."""
        from ..parsers.shell import parse_command, parse_script

        return parse_script(text) if file else parse_command(text)

    def joined(self, value: str, text: Text) -> Text:
        """A value as a text that stands for what was written; the same one again, so that it is parsed once."""
        if text.value == value:
            return text
        key = (value, text)
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = unquoted(text, value) or join([(value, text)], nowhere)
        return found

    def start(
        self, machine: Machine, state: State, fields: list[Field], environment: Environment, pid: int
    ) -> list[Alternative]:
        """What a command of a script becomes."""
        arguments = tuple(
            field.argument
            if field.argument is not None and field.argument.value == field.shown
            else Argument(field.shown, field.text)
            for field in fields
        )
        if not fields[0].known:
            return self._untold(arguments, environment, pid)
        return self.launch(arguments, environment, pid, "fork", by_shell=True)

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Missing:
        """What ``execvp`` would start, looked up once."""
        key = (command, workdir, search)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self.image.files.which(command, workdir, search)
        return found

    def lookup(self, path: str) -> object:
        """What stands at a path of the image, looked up once."""
        if path not in self._looked:
            self._looked[path] = self.image.files.lookup(path)
        return self._looked[path]

    def folder(self, path: str) -> bool:
        """Whether something is known to stand below a path."""
        return bool(self.listing(path))

    def listing(self, path: str) -> tuple[str, ...]:
        """The files that are known to stand below a path; looked for once."""
        if path not in self._listings:
            self._listings[path] = self.image.files.listing(path)
        return self._listings[path]

    @property
    def budget(self) -> Budget:
        """The steps that all shells of the launch share."""
        if self._budget is None:
            from .shell.host import Budget

            self._budget = Budget(STEPS)
        return self._budget

    # --- the launch ---

    def launch(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How, *, by_shell: bool = False
    ) -> list[Alternative]:
        """Every way that a command line can turn out."""
        if not arguments or not arguments[0].value:
            return [Alternative(None, failed="there is no command")]
        if environment.depth > DEEPEST:
            process = self._unknown(
                pid, arguments, environment, Bound("programs start one another too deeply to follow")
            )
            return [Alternative(process, reasons=process.missing)]
        if arguments[0].rest:
            return self._untold(arguments, environment, pid, how)
        deeper = replace(environment, depth=environment.depth + 1)
        shell = self._shell(arguments, deeper, pid, how)
        if shell is not None:
            return shell
        found = self.which(arguments[0].value, environment.workdir, environment.search)
        if isinstance(found, Absent) and "/" in arguments[0].value:
            return [Alternative(None, 127, failed=found.reason, culprit=replace(arguments[0], value=found.path))]
        if not isinstance(found, ImageFile) and environment.depth and _NO_PROGRAM.match(arguments[0].value):
            return [Alternative(None, 127, failed=f"there is no program called {arguments[0].value}")]
        if isinstance(found, ImageFile) and found.content is not None:
            script = interpreted(self.image, found, arguments, by_shell=by_shell)
            if script is not None:
                return [script] if isinstance(script, Alternative) else self.launch(script, deeper, pid, how)
        return self._program(arguments, deeper, pid, how)

    def _unknown(
        self, pid: int, arguments: Sequence[Argument], environment: Environment, reason: str, how: How = "fork"
    ) -> Process:
        argv = values(arguments) or tuple(argument.value for argument in arguments)
        text = arguments[0].text if arguments else None
        return Process(pid, argv, how, text, ignored=environment.ignored, missing=(reason,))

    def _untold(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How = "fork"
    ) -> list[Alternative]:
        """A command line whose first word is not known."""
        reason = f"what {arguments[0].value} stands for is not known"
        process = self._unknown(pid, arguments, environment, reason, how)
        return [Alternative(process, reasons=process.missing)]

    def _shell(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How
    ) -> list[Alternative] | None:
        """A shell with a command string or a script; None if it is no shell."""
        words = list(arguments)
        name = words[0].value.rpartition("/")[2]
        at = 1
        if name == "busybox" and len(words) > 1 and words[1].value in ("sh", "ash"):
            name, at = "ash", 2
        shell, version = family(self.image, name)
        if shell is None:
            return None
        if lacks(self.image, words[0].value):
            return [Alternative(None, 127, failed=f"{self.image.base.reference} has no {name}", culprit=words[0])]
        options, at = shell_options(words, at)
        argv = values(arguments)
        from .shell import run

        if "c" in options and at < len(words):
            body = words[at]
            text = self.joined(body.value, body.text)
            return run.shell(
                self, shell, version, "command", text, argv, words[at + 1 :], options, environment, pid, how
            )
        if at >= len(words) or "s" in options:
            process = self._unknown(pid, arguments, environment, "a shell without a script reads its input", how)
            return [Alternative(None, 0, reasons=process.missing)]
        script = words[at]
        found = self.which(script.value, environment.workdir, environment.workdir)
        if isinstance(found, Absent):
            plain = f"nothing puts {script.value} into {environment.workdir}"
            return [Alternative(None, 127, failed=found.reason if "/" in script.value else plain, culprit=script)]
        if not isinstance(found, ImageFile) or found.content is None:
            reason = f"the script {script.value} is not known"
            process = self._unknown(pid, arguments, environment, reason, how)
            return [Alternative(process, reasons=(reason,))]
        return run.shell(self, shell, version, "file", found.content, argv, words[at:], options, environment, pid, how)

    # --- programs ---

    def describe(self, arguments: Sequence[Argument]) -> Program | None:
        """What the catalogue knows of a command line, and its application's source says."""
        from .programs import describe

        key = tuple(argument.value for argument in arguments)
        if key not in self._programs:
            program = describe(arguments, self.image, self.programs)
            if program is not None and program.application is not None:
                from .sources import judged

                program = judged(program, self.image)
            self._programs[key] = program
        return self._programs[key]

    def _python(
        self, program: Program | None, arguments: Sequence[Argument], environment: Environment
    ) -> Program | None:
        """A Python program, or a command that a project in the image installs, with what its source says."""
        key = (*(argument.value for argument in arguments), "\0", environment.workdir, *sorted(environment.ignored))
        if key not in self._programs:
            from .python import application, installed

            workdir, ignored = environment.workdir, environment.ignored
            if program is None:
                self._programs[key] = installed(arguments, self.image, workdir=workdir, ignored=ignored)
            else:
                self._programs[key] = application(program, arguments, self.image, workdir=workdir, ignored=ignored)
        return self._programs[key]

    def _hosted(self, program: Program, arguments: Sequence[Argument], environment: Environment) -> Program:
        """A server, with what the application that it imports does to its signals."""
        key = (
            *(argument.value for argument in arguments),
            "\0hosted",
            environment.workdir,
            *sorted(environment.ignored),
        )
        if key not in self._programs:
            from .python.hosted import hosted

            workdir, ignored = environment.workdir, environment.ignored
            self._programs[key] = hosted(program, self.image, workdir=workdir, ignored=ignored)
        return self._programs[key] or program

    def _manages(self, program: Program | None, argv: tuple[str, ...]) -> bool:
        """Whether it is a management command of the application itself, which is read."""
        if program is None or program.name != "django":
            return False
        from .python.management import command_file

        return any(command_file(self.image, word) is not None for word in argv[1:4])

    def _program(
        self, arguments: Sequence[Argument], environment: Environment, pid: int, how: How
    ) -> list[Alternative]:
        program = self.describe(arguments)
        argv = values(arguments)
        text = _whole(arguments)
        if program is None:
            known = self._passed(arguments)
            if known is not None:
                return self.launch(known, environment, pid, how)
        own = program is None or (program.runtime == "python" and not program.starts)
        if own or self._manages(program, argv):
            program = self._python(program, arguments, environment)
        elif program is not None and program.hosts is not None:
            program = self._hosted(program, arguments, environment)
        if program is None:
            reason = f"what {argv[0]} does with signals is not known"
            return [Alternative(Process(pid, argv, how, text, ignored=environment.ignored, missing=(reason,)))]
        if "no-such-option" in program.traits:
            return [Alternative(None, 1, failed=f"BusyBox's {program.name} lacks an option that it is given")]
        if "needs-root" in program.traits and _is_unprivileged(environment.user):
            return [Alternative(None, 1, failed=f"{argv[0]} needs root, and is run by {environment.user}")]
        if "only-pid1" in program.traits and pid != 1:
            return [Alternative(None, failed=f"{argv[0]} refuses to run unless it is PID 1")]
        if "forks-if-leader" in program.traits and not (environment.pid1 or environment.leads):
            execs = tuple(replace(started, how="exec") for started in program.starts)
            program = replace(program, daemonizes=False, starts=execs)
        duration = sleeping.duration(argv)
        # A daemon's command returns at once; what it leaves in the background is the shell's to remember.
        stays = False if program.daemonizes else program.stays
        if duration is not None:
            # A long sleep may be what the container is for; a short one is a pause.
            stays = None if duration >= sleeping.LONG_SLEEP else False
        pause = duration is not None or sleeping.pauses(argv)
        stays = False if duration is None and pause else stays
        process = Process(
            pid,
            argv,
            how,
            text,
            program,
            ignored=environment.ignored,
            own_group="own-group" in program.traits,
            stays=stays,
            duration=duration,
            missing=program.missing,
        )
        if not program.starts and program.name == "flock" and argv[-1].isdigit():
            return [Alternative(None)]  # locks a file that its parent has open
        if not program.starts and program.name == "env":
            return [Alternative(None, 0)]  # prints
        if not program.starts and program.name in _IDLE:
            return [Alternative(None, 1, failed=f"{argv[0]} is given no command")]
        if not program.starts:
            return [Alternative(process, status=0 if pause else None)]
        if program.starts[0].how == "exec":
            following = replace(
                environment,
                ignored=environment.ignored | ({"SIGHUP"} if "ignores-hangup" in program.traits else set()),
                search=program.starts[0].env.get("PATH", environment.search),
                user=user(program, arguments) or environment.user,
            )
            ways = self.launch(program.starts[0].arguments, following, pid, how)
            return [
                replace(way, process=with_before(within(way.process, process), process)) if way.process else way
                for way in ways
            ]
        return starting(self, process, program, environment)

    def _passed(self, arguments: Sequence[Argument]) -> Sequence[Argument] | None:
        """The arguments of a base image's entrypoint script that is known to exec them."""
        base = self.image.base
        if not base.passes_through or len(arguments) < 2:
            return None
        name = arguments[0].value
        if name not in base.passes_through and name.rpartition("/")[2] not in (
            entry.rpartition("/")[2] for entry in base.passes_through
        ):
            return None
        rest = list(arguments[1:])
        if base.prepends and rest[0].value.startswith("-"):
            rest = [*(Argument(word, arguments[0].text, inherited=True) for word in base.prepends), *rest]
        return rest


def _whole(arguments: Sequence[Argument]) -> Text:
    first, last = arguments[0].text, arguments[-1].text
    return first.until(last) if first.buffer is last.buffer and first.end <= last.end else first


def _is_unprivileged(user: str | None) -> bool:
    """Whether a user is certainly not root. ``nobody`` also stands for one that is not known (`starting.user`)."""
    name = (user or "root").partition(":")[0]
    return name not in ("root", "0", "nobody") and name.replace("-", "_").isidentifier() | name.isdigit()
