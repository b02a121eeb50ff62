"""Programs that nobody knows, but whose name says that they do one thing and end: ``create-user.sh``, ``python setup.py``, ``bin/migrate``.

A name is a weak witness, so it never makes a promise: it only takes a verdict back, and keeps a rule silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ....regexes import regex
from ...programs import catalogue
from .behind import deed, for_each, says_and_leaves, siblings_before, work_behind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..model.outcome import Command, Job, Outcome

_DEEDS = frozenset(
    "add bootstrap build check chown compile config configure copy create download fetch fix gen generate import init initialise initialize"
    " halt initialisation initialization install load migrate migration migrations patch permissions populate poweroff prepare preload provision reboot register"
    " restore seed setup shutdown stop test tests unpack upgrade wait warm warmup".split()
)
# A script that controls a service (ctl.sh start, apictl restart) starts it in the background and returns.
_CONTROL = regex(r"ctl$|\.sh$|service$|daemon$")
_ASKS = frozenset({"--help", "--version"})
_VERBS = frozenset({"start", "stop", "restart", "reload", "status"})
_WORDS = 5
# What may stand behind the application of a script, for when it has ended, and what closes what it stands in.
_TIDYING = frozenset("echo printf exit return rm true : wait sleep fi done esac ;; } ) else kill trap".split())
_INTERPRETERS = frozenset({"python", "node", "php", "ruby", "perl", "bash", "sh", "bun", "deno"})
# What a call of a function, or of another file, puts around a command.
_CALLED = frozenset({"condition", "function", "group", "source"})
_ENDING = regex(r"\.\w{1,4}$")
_BETWEEN = regex(r"[-_.:]+|(?<=[a-z])(?=[A-Z])")
_VERSION = regex(r"[\d.]+$")


def sounds_finite(command: Command) -> bool:
    """Whether the program's name, or that of the script that an interpreter or a runner runs, holds a word for a deed that ends."""
    if not _ASKS.isdisjoint(command.argv[1:]):
        return True
    if not command.argv or (command.program is not None and command.program.stays and not _is_unread_runner(command)):
        return False
    name = command.argv[0].rpartition("/")[2]
    words = [name]
    if _is_interpreter(command):
        if command.argv[1:2] in (("-e",), ("-r",), ("--eval",)):
            return True  # a few lines of a script's own, which compute something
        words = _interpreted(command)
    elif command.program is not None and (command.program.kind == "package-runners" or command.program.name == "make"):
        words = [word for word in command.argv[1:_WORDS] if not word.startswith("-")]
    elif command.program is not None:
        return False  # the catalogue knows it better than its name
    elif _CONTROL.search(name) and not _VERBS.isdisjoint(command.argv[1:]):
        return True
    return _names_a_deed(words)


def _names_a_deed(words: list[str]) -> bool:
    return any(not _DEEDS.isdisjoint(map(str.lower, _BETWEEN.split(_ENDING.sub("", word)))) for word in words)


def _is_interpreter(command: Command) -> bool:
    return _VERSION.sub("", command.argv[0].rpartition("/")[2]) in _INTERPRETERS


def _interpreted(command: Command) -> list[str]:
    """The script that an interpreter runs; of a module also the words behind it (``python -m spacy download``, ``python -m app.migrate``),
    of Django's the command (``manage.py import_users``)."""
    manages = command.program is not None and command.program.name == "django"
    modules = 3 if command.argv[1:2] == ("-m",) else 2 if manages else 1
    return [word.rpartition("/")[2] for word in command.argv[1:] if not word.startswith("-")][:modules]


def _waits_for_others(command: Command) -> bool:
    """Whether an interpreter runs a script that by its name waits for something, however long it takes (``python wait_for_redis.py``)."""
    words = _interpreted(command) if command.argv and _is_interpreter(command) else []
    return any("wait" in _BETWEEN.split(word.lower()) for word in words)


def _is_unread_runner(command: Command) -> bool:
    """Whether it is npm or the like with a script that is in no package.json that was read: that it stays is what most such scripts do."""
    return command.program is not None and command.program.kind == "package-runners" and not command.program.starts


def may_serve(job: Job) -> bool:
    """Whether a background job may have something to lose whenever the stop comes: it runs until it is told, or may well do."""
    if not job.service or job.stays is False:
        return False
    return job.stays is True or not (sounds_finite(job.command) or _last_of_several(job))


def _last_of_several(job: Job) -> bool:
    """Whether a program that nobody knows comes after others in a group that runs in the background: ``(fetch x; unpack x) &``."""
    from ....parsers.shell import parse_command

    if job.command.program is not None or "subshell" not in job.command.around:
        return False
    return any(deed(node) for node in siblings_before(parse_command(job.text).body, job.command.text))


def is_step(outcome: Outcome) -> bool:
    """Whether a program that nobody knows has more behind it than words and tidying up, at the script's own level or in a function that it was
    called from: it is written to end."""
    command = outcome.command
    if command is None or command.argv[:1] == ("wait",):
        return False
    command = _where_written(command)
    if command.program is None and any(
        earlier.text != command.text and _same_deed(command.argv, earlier.argv) for earlier in outcome.before
    ):
        return True
    if not (_CALLED if command.calls else frozenset()).issuperset(command.around):
        unknown = command.program is None or command.program.stays is None or _may_be_over(command)
        if command.calls:
            return unknown and "pipeline" in command.around and work_behind(outcome, command, always=True)
        ends = work_behind(outcome, command, always=not _waits_for_others(command)) or says_and_leaves(outcome, command)
        ends = ends or ("loop" in command.around and for_each(outcome, command))
        return unknown and ends
    if command.program is not None and not (_may_be_over(command) or _starts_the_unknown(command)):
        return False
    *calls, own = (*command.calls, command.text)
    branches = command.around.count("condition")
    called = [_more_behind(outcome, place, "\n}", branches) for place in ([*calls[1:], own] if calls else ())]
    return _more_behind(outcome, calls[0] if calls else own) or any(called)


def _where_written(command: Command) -> Command:
    """A command that an ``eval`` runs stands where the ``eval`` does."""
    opened = [at for at, each in enumerate(command.around) if each in ("function", "eval", "trap")]
    if not opened or command.around[opened[-1]] != "eval":
        return command
    around = (*command.around[: opened[-1]], *command.around[opened[-1] + 1 :])
    return replace(command, text=command.calls[-1], calls=command.calls[:-1], around=around)


def _may_be_over(command: Command) -> bool:
    return _is_unread_runner(command) or _waits_for_others(command)


def _starts_the_unknown(command: Command) -> bool:
    """Whether it is su or the like with a command that nobody knows, or a wrapper without any (``dockerize -wait …``)."""
    program = command.program
    if program is None or program.stays is not None:
        return False
    return "privilege-drop" in program.traits or (program.kind == "wrappers" and not program.starts)


def _same_deed(words: Sequence[str], earlier: Sequence[str]) -> bool:
    """Whether a program with a subcommand was asked for the same before (``ctl create user``, ``ctl create role``), and came to an end. Of
    ``su app`` the second word is none."""
    if not words or not earlier or catalogue.by_command(words[0]) is not None:
        return False
    if words[:2] == earlier[:2] and len(words) > 1:
        return _is_deed(words[1])
    asked = _behind_options(words)
    return words[0] == earlier[0] and asked == _behind_options(earlier) and bool(asked) and _is_deed(asked[0])


def _is_deed(word: str) -> bool:
    return word[:1].isalpha() and "/" not in word and "." not in word


def _behind_options(words: Sequence[str]) -> Sequence[str]:
    """The arguments from the first one on that is no option: of ``borg --info list`` the last."""
    return words[next((at for at, word in enumerate(words) if at and not word.startswith("-")), len(words)) :]


def _more_behind(outcome: Outcome, place: Text, last: str = "", branches: int = 0) -> bool:
    """Whether commands that do something stand behind a place of a script, up to ``last``, and behind the ends of ``branches`` around it."""
    source = outcome.source
    own = place.span.document is source.span.document
    behind = source.value[place.end - source.start :] if own else place.span.document.text[place.span.end :]
    if last:
        behind = behind.partition(last)[0]
    lines = [line.split() for line in behind.split("\n")[1:]]
    while branches and lines:
        branches -= lines.pop(0)[:1] in (["fi"], ["fi;"], ["esac"])
    return any(line and not line[0].startswith("#") and line[0].rstrip(";") not in _TIDYING for line in lines)
