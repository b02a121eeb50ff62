"""What shells differ in, a name for each: the records that `dialects` fills for dash, busybox ash and bash.

Measured, where no other source is named, with dash 0.5.12, busybox 1.35 and bash 5.2. A builtin that refuses its words does so with another status in each shell: for that see `misuse`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .outcome import Family


@dataclass(frozen=True, slots=True)
class Syntax:
    """What its parser and its expansions make of what the others have."""

    refuses: frozenset[str] = frozenset()
    """Syntax of bash on which the parser gives up, which is the end of the script."""
    misreads: frozenset[str] = frozenset()
    """Syntax that means something else here. ``splits``: the words in ``[[`` split; ``jobs``: it has no option but -p and -l; ``time``: it is a program; ``echo``: it reads backslashes and has no -e; ``^``: in the brackets of a pattern it is a character; ``read``: it has no option but -p and -r, and wants a name."""
    bad_substitutions: frozenset[str] = frozenset()
    """Operators in ``${…}`` on which the script ends ("index": of an array)."""
    appends: bool = False
    """``x+=y`` is an assignment."""
    braces: bool = False
    """``{a,b}`` is two words."""
    dollar_quotes: str = ""
    """The quotes in front of which a dollar is none (``$'a'``)."""


@dataclass(frozen=True, slots=True)
class Exec:
    """How a shell is replaced: by ``exec``, and by its last command where nobody wrote ``exec``."""

    tails: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    """How a shell process got its commands, to the sets of constructs through which the last command is exec'ed in place (none: never). ``command`` (``-c``), ``file``, and for forked children ``subshell`` (also a simple background command or member of a pipeline) and ``compound`` (any other)."""
    tail_needs_end: bool = False
    """A newline behind the last command of ``-c`` keeps the shell."""
    tail_ignores_quit: bool = False
    """What replaces the shell itself without ``exec`` finds SIGQUIT ignored, as the shell has it."""
    remembers_traps: bool = False
    """A trap keeps the shell also when it is gone."""
    pseudo_traps_keep: bool = False
    """Of ``-c``: a trap for EXIT or ERR keeps the shell, whatever its action (``should_suppress_fork`` in bash's builtins/evalstring.c)."""
    redirects_behind: bool = True
    """The redirections of a compound command behind which ``&`` is written belong to the ``&``."""
    options: str = ""
    """The letters that ``exec`` takes (none: also no ``--``)."""
    finds_shown: bool = False
    """``exec -a name app`` looks for ``name`` on PATH."""
    leaves_by_exit_trap: bool = True
    """The EXIT trap runs when the command of ``exec`` is not there."""


@dataclass(frozen=True, slots=True)
class Trap:
    """What ``trap`` takes, and when an EXIT trap runs."""

    prefix: bool = True
    """``trap x SIGTERM`` is accepted."""
    options: bool = False
    """``trap -p`` and its like are known."""
    pseudo_signals: frozenset[str] = frozenset()
    """Those of ERR, DEBUG and RETURN that can be trapped."""
    refusal_ends: bool = False
    """Behind a name that it does not know, it sets no more."""
    exit_on_signal: bool = False
    """An EXIT trap runs when a signal ends the shell, and makes a shell that is PID 1 receive it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """For whom ``wait`` waits, and what it knows of jobs that have ended."""

    options: str = ""
    """The letters that it takes."""
    first_of_named: bool = True
    """``wait -n`` of pids comes back for the first of them (busybox waits for each in turn: ``waitcmd`` in ash.c)."""
    oldest_first: bool = False
    """A ``wait`` for all begins with the oldest job (``wait_for_background_pids`` in bash's jobs.c), else with the newest (``waitcmd`` in ash.c)."""
    gives_up: bool = True
    """At a word that is no number and no job, those behind it are not waited for."""
    orphans: bool = False
    """As PID 1, a ``wait`` for all whose job is killed goes on until the children of that job have ended as well."""
    substitutions: Literal["", "last", "all"] = ""
    """``$!`` may be a process substitution, and a ``wait`` for all waits for all of them, too, or only for the one that ``$!`` is (bash's jobs.c)."""
    forgets_ended: bool = False
    """``wait -n`` does not tell of a job that has ended while a foreground command ran."""
    forgets_killed: bool = False
    """Nor of one that was killed before one ran."""
    forgets_by_line: bool = False
    """Nor, in ``-c``, of any that it has noticed before a foreground command was over or a line was read (``notify_of_job_status`` in bash's jobs.c)."""
    forgets_shown: bool = False
    """Nor of one that ``jobs`` has told of."""
    forgets_waited: bool = False
    """Behind a ``wait`` for all no job's status is known any more (``bgp_clear`` in bash's jobs.c)."""
    doubts_failed: bool = False
    """It may not tell of one that failed."""


@dataclass(frozen=True, slots=True)
class Kill:
    """How one ``kill`` reads its words (measured; of the program, procps 4.0)."""

    prefix: bool = True
    """``-SIGTERM`` works."""
    letters: str = "s"
    """Of the options that take a signal."""
    joined: bool = False
    """Also in one word, ``-sTERM``."""
    dashes: bool = True
    """``-TERM -- 7``."""
    lists: bool = False
    """A word may hold several numbers, or none."""
    gives_up: bool = False
    """At a word that names nobody, those behind it are told nothing."""
    jobs_first: bool = False
    """Where one ``%job`` is none, nobody is told."""
    one_is_enough: bool = False
    """It succeeds where one was told."""
    job_names: bool = False
    """``%name`` finds a job."""
    skips_ended: bool = False
    """Of a job those that have ended are left out, and it succeeds though nobody is left (``killcmd`` in ash.c, ``kill_pid`` in bash's jobs.c)."""
    stops_at_ended: bool = False
    """It does not get past a member of a pipeline that has ended (``kill_pid`` in bash's jobs.c)."""
    job_groups: bool = False
    """While ``set -m`` is on, ``%job`` is the process group that such a job leads (``kill_pid`` in bash's jobs.c)."""
    is_applet: bool = False
    """``/bin/kill`` is the same."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One shell, of a version (None: a current one)."""

    family: Family
    version: str | None
    syntax: Syntax
    exec: Exec
    trap: Trap
    wait: Wait
    kill: Kill
    lacks: frozenset[str] = frozenset()
    """Builtins of the others that are no commands here."""
    options: frozenset[str] = frozenset()
    """The names that ``set -o`` knows."""
    letters: frozenset[str] = frozenset()
    """The letters that ``set`` knows."""
    unknown_option_ends: bool = True
    """Another name behind ``set -o`` ends the script (another letter always does)."""
    specials_end: bool = True
    """One of POSIX's special builtins that fails ends the shell."""
    sources_here: bool = False
    """``.`` looks for a name without a slash in the working folder too, not on PATH only, and goes on where it finds nothing (bash's manual, "POSIX Mode")."""
    reads_afresh: bool = False
    """``set -e`` counts in a file that ``.`` reads, also where its status is looked at (``if . ./x``)."""
    functions_keep_loops: bool = True
    """A ``break`` in a function means no loop outside of it."""
    documents_are_open: bool = False
    """A job that a substitution in a here-document has started keeps the pipe open through which that is read (``openhere`` in dash's and busybox's redirection)."""
    monitors: bool = False
    """``set -m`` works without a terminal."""
    job_words: bool = True
    """``$(jobs -p)`` works, and ``kill %1`` reaches the job (else the process group of its number, if there is one)."""
    blocked: frozenset[str] = frozenset()
    """The signals that it blocks while it forks a job (`newborn`)."""
    leaves_on_interrupt: bool = False
    """SIGINT without a trap is caught, also by PID 1, and ends the shell when its foreground command is over (else it is dropped then, unless the command died of it)."""
    ignores_quit: bool = True
    """SIGQUIT means nothing to the shell itself."""
