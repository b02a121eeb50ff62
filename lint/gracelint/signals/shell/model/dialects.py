"""What dash, busybox ash and bash do differently, as a table (`traits` says what each of its words means).

Measured (see the shells' data): where a shell replaces itself by the last command without ``exec``, which names its ``trap`` accepts, whether its EXIT
trap runs when a signal ends it, and how it names ``$0``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .jobtraits import Kill, Trap, Wait
from .traits import Builtins, Dialect, Exec, Leave, Source, Syntax

if TYPE_CHECKING:
    from .outcome import Family

# POSIX's special builtins.
SPECIAL = frozenset(": . break continue eval exec exit export readonly return set shift times trap unset".split())
# Builtins of which no program has the name; what some distributions put there for POSIX (``/usr/bin/wait``) only asks a shell of its own.
ONLY_BUILTINS = (SPECIAL - {"."}) | frozenset(
    "alias bg bind builtin caller cd command compgen complete declare dirs disown enable fc fg getopts hash help history jobs let local mapfile popd pushd read readarray shopt source suspend type typeset "
    "ulimit umask unalias wait".split()
)
DECLARING = frozenset({"local", "declare", "typeset", "export", "readonly"})  # which assign
FORKED_ASH = (frozenset({"list", "behind &", "and-or", "group", "subshell", "condition", "redirection"}),)
BASH_OPERATORS = frozenset({"^", "^^", ",", ",,", "@", "indirect", "keys", "index"})


def function_named(name: str) -> str:
    """What is said of a function whose name is one that no function may have ("Bad function name")."""
    return f"a function named {name}"


# Measured with dash 0.5.12 and busybox 1.35, as bash 5.2 runs them all.
REFUSED_BY_ASH = frozenset({"an array", "for ((…))", "select", "<<<", ";&", "( in [[", "|&", "coproc", "! !"}).union(
    map(function_named, SPECIAL | {"local"})
)
LACKED_BY_ASH = frozenset(
    "bind builtin caller compgen complete declare disown enable fc mapfile popd pushd readarray shopt suspend typeset".split()
)
DASH_OPTIONS = frozenset(
    "errexit noglob ignoreeof interactive monitor noexec stdin xtrace verbose vi emacs noclobber allexport notify nounset nolog debug".split()
)
NAMED_OPTIONS = {
    "allexport": "a",
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


PROCPS = Kill(gives_up=True)


@lru_cache(maxsize=64)
def dialect(family: Family, version: str | None = None, *, posix: bool = False) -> Dialect:
    """The shell of this family and version (None: a current one); ``posix``: bash under the name ``sh``."""
    if family == "dash":
        return _dash(version)
    return _ash(version) if family == "ash" else _bash(version, posix=posix)


def _dash(version: str | None) -> Dialect:
    return Dialect(
        "dash",
        version,
        Syntax(
            refuses=REFUSED_BY_ASH | {"<(…)", "the word function", "a descriptor of two digits"},
            long_descriptors=False,
            misreads=frozenset({"&>", "==", "function", "[[", "((", "coproc", "time", "echo", "^", "read"}),
            bad_substitutions=BASH_OPERATORS | {":", "/", "//", "/#", "/%"},
        ),
        Exec({"subshell": FORKED_ASH, "compound": FORKED_ASH}),
        Trap(prefix=False, refusal_ends=True, told_in_substitutions=False),
        Wait(),
        Kill(prefix=False, dashes=False, joined=True, gives_up=True),
        Source(afresh=True, folders=True, arguments=False, needs_file=False),
        Leave(whole_status=True),
        Builtins(shift_ends=True, any_mask=True, bare_local="outer"),
        lacks=LACKED_BY_ASH | {"help", "history", "let", "source"},
        options=DASH_OPTIONS,
        letters=DASH_LETTERS,
        shows_command_letter=False,
        errexit_in_substitutions=True,
        job_words=False,
        leaves_on_interrupt=True,
        ignores_quit=False,
        documents_are_open=True,
    )


def _ash(version: str | None) -> Dialect:
    tails = {"subshell": FORKED_ASH, "compound": FORKED_ASH}
    if _since(version, 1, 28):
        tails["command"] = FORKED_ASH
    return Dialect(
        "ash",
        version,
        Syntax(
            refuses=REFUSED_BY_ASH | {function_named("source"), "&>>"},
            misreads=frozenset({"((", "splits", "coproc", "jobs", "time"}),
            bad_substitutions=BASH_OPERATORS,
            dollar_quotes="'",
        ),
        Exec(tails, tail_needs_end=True, tail_ignores_quit=True, remembers_traps=True, options="a", finds_shown=True),
        # Debian's ash refuses the names of real-time signals; where they are compiled in, they stand for other numbers (u_signal_names.c:
        # counted from 32, or as musl does).
        Trap(real_time=False, pseudo_signals=frozenset({"ERR"}) if _since(version, 1, 35) else frozenset()),
        Wait("n", first_of_named=False, orphans=True, forgets_ended=True, doubts_failed=True, keeps_ended=True),
        Kill(real_time=False, lists=True, jobs_first=True, skips_ended=True, is_applet=True),
        Source(afresh=True, folders=True),
        Leave(),
        Builtins(statuses={"printf": 1, "read": 1, "set": 1, "ulimit": 1}, option_statuses={"ulimit": 1}),
        lacks=LACKED_BY_ASH,
        options=DASH_OPTIONS | {"pipefail"},
        letters=DASH_LETTERS,
        unknown_option_ends=False,
        compounds_pass=True,
        functions_keep_loops=False,
        leaves_on_interrupt=True,
        documents_are_open=True,
    )


def _bash(version: str | None, *, posix: bool) -> Dialect:
    tail: tuple[frozenset[str], ...] = SIMPLE
    if _since(version, 5, 1):
        tail = (frozenset({"list"}), frozenset({"and-or"}))
    elif _since(version, 4, 4):
        tail = (frozenset({"and-or"}),)
    return Dialect(
        "bash",
        version,
        Syntax(
            appends=True,
            braces=True,
            dollar_quotes="'\"",
            dollar_brackets=True,
            arrays=True,
            named_descriptors=True,
            substitutes_files=True,
            declares_whole=True,
            reckons_in_brackets=True,
            arithmetic_ends=False,
            unset_in_arithmetic=True,
        ),
        Exec(
            {"command": tail, "subshell": tuple(labels | {"redirection"} for labels in tail)},
            pseudo_traps_keep=True,
            merges_background=False,
            negates_in_place=True,
            options="acl",
            leaves_by_exit_trap=False,
            redirects_in_child=True,
            assigns_first=True,
        ),
        Trap(
            options=True,
            pseudo_signals=frozenset({"ERR", "DEBUG", "RETURN"}),
            exit_on_signal=True,
            interrupt_stays=True,
            ignores_children=True,
            sends_again=True,
            interrupts_jobs=True,
        ),
        Wait(
            "fnp" if _since(version, 5, 1) else "fn",
            whole_jobs=True,
            oldest_first=True,
            gives_up=False,
            keeps_waited=False,
            substitutions="last" if version and _since(version, 5, 3) else "all",
            forgets_killed=True,
            forgets_by_line=True,
            forgets_shown=True,
            forgets_waited=True,
            leaves_behind=True,
            jumps=True,
            told_of_children=False,
            jobs_forgets_ended=True,
        ),
        Kill(
            prefix=not posix,
            letters="sn",
            joined=True,
            one_is_enough=True,
            job_names=True,
            skips_ended=True,
            stops_at_ended=True,
            job_groups=True,
            any_member=True,
            inherited_jobs=True,
        ),
        Source(here=not posix, set_lasts=True, absent_status=1),
        Leave(return_counts=False, return_anywhere=False, status_before_trap=False),
        Builtins(
            statuses=dict.fromkeys(("jobs", "local", "read", "ulimit", "umask"), 1),
            words_end=False,
            signed_numbers=True,
            number_ends=True,
            bad_name_ends=False,
            subscripts=True,
            bare_unalias=False,
            checks_cd=True,
            checks_declared=True,
            quotes=True,
            printf_assigns=True,
            aliases=False,
            keeps_lent=True,
            getopts_begins_anew=False,
        ),
        options=BASH_OPTIONS,
        letters=BASH_LETTERS,
        options_vary=False,
        letters_from_birth=frozenset({"h", "B"}),
        unknown_option_ends=posix,
        specials_end=posix,
        monitors=True,
        blocked=frozenset({"SIGTERM"}),
    )


def _since(version: str | None, major: int, minor: int) -> bool:
    """Whether it is that version or a later one; one that is not known counts as a current one."""
    match = re.match(r"(\d{1,4})\.(\d{1,4})", version or "")
    return match is None or (int(match[1]), int(match[2])) >= (major, minor)
