"""What shells differ in, a name for each: the records that `dialects` fills for dash, busybox ash and bash.

Measured, where no other source is named, with dash 0.5.12, busybox 1.35 and bash 5.2. No other module asks which shell it is; two tables
only are kept beside what reads them: the letters of each builtin's options (`misuse`) and the variables that a shell sets (`specials`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ....records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .jobtraits import Kill, Trap, Wait
    from .outcome import Family


@dataclass(frozen=True, slots=True)
class Syntax:
    """What its parser and its expansions make of what the others have."""

    refuses: frozenset[str] = frozenset()
    """Syntax of bash on which the parser gives up, which is the end of the script."""
    misreads: frozenset[str] = frozenset()
    """Syntax that means something else here. ``splits``: the words in ``[[`` split; ``jobs``: it has no option but -p and -l; ``time``: it
    is a program; ``echo``: it reads backslashes and has no -e; ``^``: in the brackets of a pattern it is a character; ``read``: it has no
    option but -p and -r, and wants a name."""
    bad_substitutions: frozenset[str] = frozenset()
    """Operators in ``${…}`` on which the script ends ("index": of an array)."""
    appends: bool = False
    """``x+=y`` is an assignment."""
    braces: bool = False
    """``{a,b}`` is two words."""
    dollar_quotes: str = ""
    """The quotes in front of which a dollar is none (``$'a'``)."""
    dollar_brackets: bool = False
    """``$[1+1]`` is arithmetic, and not text."""
    arrays: bool = False
    """It has arrays, and fills some of them itself (``PIPESTATUS``)."""
    named_descriptors: bool = False
    """``{log}>file`` chooses a descriptor and puts its number into a variable, where for the others ``{log}`` is a word."""
    long_descriptors: bool = True
    """``200>file`` is a redirection, where for others ``200`` is a word."""
    substitutes_files: bool = False
    """``$(<file)`` is what the file holds, and not nothing."""
    declares_whole: bool = False
    """The value in ``local x=$y`` does not split."""
    reckons_in_brackets: bool = False
    """``[[ x -eq y ]]`` works out what stands on its sides."""
    arithmetic_ends: bool = True
    """Arithmetic that cannot be worked out ends the script; else only the command is given up."""
    unset_in_arithmetic: bool = False
    """``set -u`` looks at the variables of arithmetic too."""


@dataclass(frozen=True, slots=True)
class Exec:
    """How a shell is replaced: by ``exec``, and by its last command where nobody wrote ``exec``."""

    tails: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    """How a shell process got its commands, to the sets of constructs through which the last command is exec'ed in place (none: never).
    ``command`` (``-c``), ``file``, and for forked children ``subshell`` (also a simple background command or member of a pipeline) and
    ``compound`` (any other)."""
    tail_needs_end: bool = False
    """A newline behind the last command of ``-c`` keeps the shell."""
    tail_ignores_quit: bool = False
    """What replaces the shell itself without ``exec`` finds SIGQUIT ignored, as the shell has it."""
    remembers_traps: bool = False
    """A trap keeps the shell also when it is gone."""
    pseudo_traps_keep: bool = False
    """Of ``-c``: a trap for EXIT or ERR keeps the shell, whatever its action (``should_suppress_fork`` in bash's builtins/evalstring.c)."""
    merges_background: bool = True
    """A compound command and the ``&`` behind it are one: its redirections belong to the ``&``, and of a pipeline that is all there is in
    braces, the members run in the background themselves (`list` in dash's parser.c and in ash.c; measured)."""
    negates_in_place: bool = False
    """What runs in the background behind ``!`` is what is written there, and no shell that turns its status round (measured, bash 5.2)."""
    options: str = ""
    """The letters that ``exec`` takes (none: also no ``--``)."""
    finds_shown: bool = False
    """``exec -a name app`` looks for ``name`` on PATH."""
    leaves_by_exit_trap: bool = True
    """The EXIT trap runs when the command of ``exec`` is not there."""
    redirects_in_child: bool = False
    """The redirections of a program, and of a subshell, are expanded in the child that runs it: what they assign is lost with it (measured, bash 5.2)."""
    assigns_first: bool = False
    """What stands in front of a command as ``NAME=value`` is expanded in front of its redirections (measured, bash 5.2; dash and BusyBox expand it behind them)."""


@dataclass(frozen=True, slots=True)
class Source:
    """How ``.`` reads a file."""

    here: bool = False
    """It looks for a name without a slash in the working folder too, not on PATH only, and goes on where it finds nothing (bash's manual, "POSIX Mode")."""
    afresh: bool = False
    """``set -e`` counts in the file also where the status of ``.`` is looked at (``if . ./x``)."""
    folders: bool = False
    """A folder counts as an empty file."""
    arguments: bool = True
    """The words behind the file are its positional parameters."""
    set_lasts: bool = False
    """The positional parameters that ``set`` gives in a file with words of its own are the caller's behind it, but for a function
    (``maybe_pop_dollar_vars`` in bash's builtins/source.def)."""
    absent_status: int = 2
    """Its status where the file is not there."""
    needs_file: bool = True
    """Without the name of a file it fails."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What ``exit`` and ``return`` leave, and with which status."""

    return_counts: bool = True
    """Under ``set -e`` a ``return`` that fails ends the shell by itself; else the call that it returns from does, where nobody looks at its status."""
    return_anywhere: bool = True
    """``return`` outside of functions leaves the script; else it fails."""
    status_before_trap: bool = True
    """``exit`` without a number has, in a trap, the status from before it."""
    whole_status: bool = False
    """``return 256`` is 256, and not 0."""


@dataclass(frozen=True, slots=True)
class Builtins:
    """What builtins take, and what comes of words that they refuse (`misuse`)."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    """The status of a builtin that refuses a word, where that is not 2."""
    option_statuses: Mapping[str, int] = field(default_factory=dict)
    """And of one that has no such option."""
    words_end: bool = True
    """A word that one of POSIX's special builtins, or ``local``, refuses ends the shell."""
    signed_numbers: bool = False
    """A number may have a sign and blanks around it, and ``break 0`` is no failure by itself."""
    number_ends: bool = False
    """Another word than a number ends the script at ``exit``, ``break`` and ``continue``, whatever stands in front of them."""
    shift_ends: bool = False
    """To ``shift`` more parameters than there are ends the script."""
    bad_name_ends: bool = True
    """A name that no variable can have ends the script at ``export`` and its like."""
    subscripts: bool = False
    """``read`` takes ``a[1]`` for a name, and ``unset`` any name, as a function may have it."""
    any_mask: bool = False
    """``umask`` takes any word of letters."""
    bare_unalias: bool = True
    """``unalias`` without a name is no failure."""
    checks_cd: bool = False
    """``cd`` fails at a second folder, and at ``-`` where OLDPWD is not set."""
    checks_declared: bool = False
    """``declare -p x`` and ``export -f x`` fail where there is no ``x``."""
    quotes: bool = False
    """``printf`` knows ``%q``."""
    printf_assigns: bool = False
    """``printf -v x`` sets ``x``."""
    aliases: bool = True
    """Aliases are expanded in a script without ``shopt -s expand_aliases``."""
    bare_local: Literal["empty", "outer"] = "empty"
    """What ``local x`` makes of a variable."""
    keeps_lent: bool = False
    """What stands in front of a function's call lasts if that exports it or makes it read-only; if that unsets it, the one outside is seen (measured, bash 5.2)."""
    getopts_begins_anew: bool = True
    """``getopts`` begins with the first word again where there are fewer by now than it has gone through; else it is at their end."""

    def refusal(self, name: str) -> int:
        """The status with which a builtin refuses a word."""
        return self.statuses.get(name, 2)


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
    source: Source
    leave: Leave
    builtins: Builtins
    lacks: frozenset[str] = frozenset()
    """Builtins of the others that are no commands here."""
    options: frozenset[str] = frozenset()
    """The names that ``set -o`` knows."""
    letters: frozenset[str] = frozenset()
    """The letters that ``set`` knows."""
    options_vary: bool = True
    """Other versions know other options, so that those of a version that is not known are not refused."""
    letters_from_birth: frozenset[str] = frozenset()
    """The letters of ``$-`` that nobody has set."""
    shows_command_letter: bool = True
    """``c`` is in ``$-`` of a shell that runs a command string."""
    unknown_option_ends: bool = True
    """Another name behind ``set -o`` ends the script (another letter does where ``specials_end``)."""
    errexit_in_substitutions: bool = False
    """``set -e`` holds in ``$(…)`` as well."""
    compounds_pass: bool = False
    """A compound command whose redirection fails is nothing to ``set -e``."""
    specials_end: bool = True
    """One of POSIX's special builtins that fails ends the shell."""
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
    """SIGINT without a trap is caught, also by PID 1, and ends the shell when its foreground command is over (else it is dropped then,
    unless the command died of it)."""
    ignores_quit: bool = True
    """SIGQUIT means nothing to the shell itself."""
