"""What dash, busybox ash and bash do differently, as a table.

Measured (see the shells' data): where a shell replaces itself by the last command without ``exec``, which names its ``trap`` accepts, whether its EXIT
trap runs when a signal ends it, and how it names ``$0``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from ...records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .outcome import Family

# POSIX's special builtins.
SPECIAL = frozenset(": . break continue eval exec exit export readonly return set shift times trap unset".split())
FORKED_ASH = (frozenset({"list", "behind &", "and-or", "group", "subshell", "condition", "redirection"}),)
BASH_OPERATORS = frozenset({"^", "^^", ",", ",,", "@", "indirect", "keys", "index"})


def function_named(name: str) -> str:
    """What is said of a function whose name is one that no function may have ("Bad function name")."""
    return f"a function named {name}"


# Measured with dash 0.5.12 and busybox 1.35, as bash 5.2 runs them all.
REFUSED_BY_ASH = frozenset({"an array", "for ((…))", "select", "<<<", ";&", "( in [[", "|&", "coproc"}).union(
    map(function_named, SPECIAL | {"local"})
)
LACKED_BY_ASH = frozenset(
    "bind builtin caller compgen complete declare disown enable fc mapfile popd pushd readarray shopt suspend typeset".split()
)
DASH_OPTIONS = frozenset(
    "errexit noglob ignoreeof interactive monitor noexec stdin xtrace verbose vi emacs noclobber allexport notify nounset nolog debug".split()
)
NAMED_OPTIONS = {
    "noexec": "n",
    "onecmd": "t",
    "posix": "posix",
    "functrace": "T",
    "noclobber": "C",
    "errexit": "e",
    "errtrace": "E",
    "monitor": "m",
    "nounset": "u",
    "pipefail": "pipefail",
}
BASH_OPTIONS = frozenset(
    "allexport braceexpand emacs errexit errtrace functrace hashall histexpand history ignoreeof interactive-comments keyword monitor noclobber noexec noglob nolog notify nounset onecmd physical "
    "pipefail posix privileged verbose vi xtrace".split()
)
BASH_LETTERS = frozenset("abefhkmnptuvxBCEHPT")
# Of bash's `shopt`, up to 5.3.
SHOPTS = frozenset(
    "array_expand_once assoc_expand_once autocd bash_source_fullpath cdable_vars cdspell checkhash checkjobs checkwinsize cmdhist compat31 compat32 compat40 compat41 compat42 compat43 compat44 complete_fullquote "
    "direxpand dirspell dotglob execfail expand_aliases extdebug extglob extquote failglob force_fignore globasciiranges globskipdots globstar gnu_errfmt histappend histreedit histverify hostcomplete huponexit "
    "inherit_errexit interactive_comments lastpipe lithist localvar_inherit localvar_unset login_shell mailwarn no_empty_cmd_completion nocaseglob nocasematch noexpand_translation nullglob "
    "patsub_replacement progcomp progcomp_alias promptvars restricted_shell shift_verbose sourcepath syslog_history varredir_close xpg_echo".split()
)
DASH_LETTERS = frozenset("aefIimnsxvVECbup")
SIMPLE = (frozenset[str](),)


@dataclass(frozen=True, slots=True)
class Kill:
    """How one ``kill`` reads its words (measured with dash 0.5.12, busybox 1.35, bash 5.2 and procps 4.0).

    ``prefix``: ``-SIGTERM`` works; ``letters``: of the options that take a signal; ``joined``: also in one word, ``-sTERM``; ``dashes``: ``-TERM -- 7``. ``gives_up``: at a word that names nobody, those
    behind it are told nothing; ``jobs_first``: where one ``%job`` is none, nobody is. ``lists``: a word may hold several numbers, or none. ``one_is_enough``: it succeeds where one was told. ``job_names``:
    ``%name`` finds a job. ``skips_ended``: of a job those that have ended are left out, and it succeeds though nobody is left (``killcmd`` in ash.c, ``kill_pid`` in bash's jobs.c).
    """

    prefix: bool = True
    letters: str = "s"
    joined: bool = False
    dashes: bool = True
    gives_up: bool = False
    jobs_first: bool = False
    lists: bool = False
    one_is_enough: bool = False
    job_names: bool = False
    skips_ended: bool = False


PROCPS = Kill(gives_up=True)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One shell.

    ``tails`` maps how a shell process got its commands to the sets of constructs through which the last command is exec'ed in place (none: never): ``command``
    (``-c``), ``file``, and for forked children ``subshell`` (also a simple background command or member of a pipeline) and ``compound`` (any other).
    ``trap_prefix``: ``trap x SIGTERM`` is accepted. ``exit_trap_on_signal``: an EXIT trap runs when a signal ends the shell, and makes a shell that is PID 1 receive it. ``monitors``: ``set -m`` works without a
    terminal. ``job_words``: ``$(jobs -p)`` works, and ``kill %1`` reaches the job (else the process group of its number, if there is one). ``wait_options``: the letters that ``wait`` takes; ``first_of_named``: ``wait -n`` of pids comes back for the first of them (busybox waits for each in turn: ``waitcmd`` in ash.c); ``forgets_ended``: ``wait -n`` does not
    tell of a job that has ended while a foreground command ran; ``forgets_killed``: nor of one that was killed before one ran; ``forgets_by_line``: nor, in ``-c``, of any that it has noticed before a foreground command was over or a line was read (``notify_of_job_status``, jobs.c); ``doubts_failed``: it may not tell of one that failed (busybox 1.35 does not); ``forgets_waited``: behind a ``wait`` for all no job's status is known any more (``bgp_clear`` in jobs.c). ``bad_substitutions``: operators in ``${…}`` on which the
    script ends ("index": of an array). ``refuses``: syntax of bash on which the parser gives up, which is the end of the script; ``misreads``: syntax that means something else
    here (``splits``: the words in ``[[`` split, ``jobs``: it has no option but -p and -l; ``time``: it is a program; ``echo``: it reads backslashes and has no -e; ``^``: in brackets of a pattern it is a character; ``read``: it has no option but -p and -r, and wants a name); ``lacks``: builtins of the others that are no commands here; ``options``: the names that ``set -o`` knows (none: all), and whether another one ends the script; of the
    letters, others always do. ``appends``: ``x+=y`` is an assignment. ``dollar_quotes``: the quotes in front of which a dollar is none (``$'a'``).
    ``exec_options`` are the letters that ``exec`` takes (none: also no ``--``); ``leaves_by_exit_trap``: the EXIT trap runs when the command of ``exec`` is not there.
    ``pseudo_signals``: those of ERR, DEBUG and RETURN that can be trapped; ``trap_options``: ``trap -p`` and its like are known. ``waits_for_orphans``: as PID 1, a ``wait`` for all whose job is killed
    goes on until the children of that job have ended as well. ``waits_for_substitutions``: ``$!`` may be a process substitution, and a ``wait`` for all waits for all of them, too, or only for the one that ``$!`` is (jobs.c of bash; 5.2 measured).
    ``kill``: how its ``kill`` reads its words. ``blocked``: the signals that it blocks while it forks a job (`newborn`). ``refusal_ends_trap``: behind a name that
    it does not know, ``trap`` sets no more. ``leaves_on_interrupt``: SIGINT without a trap is caught, also by PID 1, and ends the shell when
    its foreground command is over (else it is dropped then, unless the command died of it). ``ignores_quit``: SIGQUIT means nothing to the shell itself. ``tail_needs_end``: a newline behind the last command of ``-c`` keeps the shell. ``tail_ignores_quit``: what replaces the shell itself without ``exec`` finds SIGQUIT ignored, as the shell has it (busybox 1.35, measured).
    ``functions_keep_loops``: a ``break`` in a function means no loop outside of it.
    ``documents_are_open``: a job that a substitution in a here-document has started keeps the pipe open through which that is read (``openhere`` in dash's and busybox's redirection).
    ``specials_end``: one of POSIX's special builtins that fails ends the shell.
    ``sources_here``: ``.`` looks for a name without a slash in the working folder too, not on PATH only, and goes on where it finds nothing (bash's manual, "POSIX Mode").
    ``reads_afresh``: ``set -e`` counts in a file that ``.`` reads, also where its status is looked at (``if . ./x``).
    """

    family: Family
    version: str | None
    tails: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    trap_prefix: bool = True
    exit_trap_on_signal: bool = False
    monitors: bool = False
    job_words: bool = True
    wait_options: str = ""
    first_of_named: bool = True
    forgets_ended: bool = False
    forgets_killed: bool = False
    forgets_by_line: bool = False
    doubts_failed: bool = False
    forgets_waited: bool = False
    bad_substitutions: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    misreads: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    unknown_option_ends: bool = True
    appends: bool = False
    dollar_quotes: str = ""
    exec_options: str = ""
    leaves_by_exit_trap: bool = True
    pseudo_signals: frozenset[str] = frozenset()
    trap_options: bool = False
    waits_for_orphans: bool = False
    waits_for_substitutions: Literal["", "last", "all"] = ""
    kill: Kill = field(default_factory=Kill)
    blocked: frozenset[str] = frozenset()
    refusal_ends_trap: bool = False
    tail_needs_end: bool = False
    tail_ignores_quit: bool = False
    leaves_on_interrupt: bool = False
    ignores_quit: bool = True
    sources_here: bool = False
    specials_end: bool = True
    functions_keep_loops: bool = True
    documents_are_open: bool = False
    reads_afresh: bool = False


def dialect(family: Family, version: str | None = None, *, posix: bool = False) -> Dialect:
    """The shell of this family and version (None: a current one); ``posix``: bash under the name ``sh``."""
    number = _number(version)
    if family == "dash":
        tails: dict[str, tuple[frozenset[str], ...]] = {"subshell": FORKED_ASH, "compound": FORKED_ASH}
        return Dialect(
            "dash",
            version,
            tails,
            trap_prefix=False,
            bad_substitutions=BASH_OPERATORS | {":", "/", "//", "/#", "/%"},
            refuses=REFUSED_BY_ASH | {"<(…)", "the word function"},
            misreads=frozenset({"&>", "==", "function", "[[", "((", "coproc", "time", "echo", "^", "read"}),
            options=DASH_OPTIONS,
            lacks=LACKED_BY_ASH | {"help", "history", "let", "source"},
            job_words=False,
            kill=Kill(prefix=False, dashes=False, joined=True, gives_up=True),
            refusal_ends_trap=True,
            leaves_on_interrupt=True,
            ignores_quit=False,
            documents_are_open=True,
            reads_afresh=True,
        )
    if family == "ash":
        tails = {"subshell": FORKED_ASH, "compound": FORKED_ASH}
        if number is None or number >= (1, 28):
            tails["command"] = FORKED_ASH
        return Dialect(
            "ash",
            version,
            tails,
            bad_substitutions=BASH_OPERATORS,
            refuses=REFUSED_BY_ASH | {function_named("source")},
            misreads=frozenset({"((", "splits", "coproc", "jobs"}),
            options=DASH_OPTIONS | {"pipefail"},
            unknown_option_ends=False,
            lacks=LACKED_BY_ASH,
            dollar_quotes="'",
            exec_options="a",
            wait_options="n",
            waits_for_orphans=True,
            functions_keep_loops=False,
            pseudo_signals=frozenset({"ERR"}) if number is None or number >= (1, 35) else frozenset(),
            first_of_named=False,
            forgets_ended=True,
            doubts_failed=True,
            kill=Kill(jobs_first=True, lists=True, skips_ended=True),
            tail_needs_end=True,
            tail_ignores_quit=True,
            leaves_on_interrupt=True,
            documents_are_open=True,
            reads_afresh=True,
        )
    tail: tuple[frozenset[str], ...] = SIMPLE
    if number is None or number >= (5, 1):
        tail = (frozenset({"list"}), frozenset({"and-or"}))
    elif number >= (4, 4):
        tail = (frozenset({"and-or"}),)
    return Dialect(
        "bash",
        version,
        {"command": tail, "subshell": tuple(labels | {"redirection"} for labels in tail)},
        exit_trap_on_signal=True,
        monitors=True,
        forgets_waited=True,
        forgets_killed=True,
        forgets_by_line=True,
        sources_here=not posix,
        specials_end=posix,
        options=BASH_OPTIONS,
        appends=True,
        dollar_quotes="'\"",
        exec_options="acl",
        wait_options="fn" if number is not None and number < (5, 1) else "fnp",
        leaves_by_exit_trap=False,
        pseudo_signals=frozenset({"ERR", "DEBUG", "RETURN"}),
        trap_options=True,
        waits_for_substitutions="last" if number is not None and number >= (5, 3) else "all",
        kill=Kill(prefix=not posix, letters="sn", joined=True, one_is_enough=True, job_names=True, skips_ended=True),
        blocked=frozenset({"SIGTERM"}),
    )


def _number(version: str | None) -> tuple[int, int] | None:
    match = re.match(r"(\d{1,4})\.(\d{1,4})", version or "")
    return (int(match[1]), int(match[2])) if match else None
