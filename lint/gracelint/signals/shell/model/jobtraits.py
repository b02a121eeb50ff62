"""What shells differ in where signals and jobs are concerned: ``trap``, ``wait`` and ``kill`` (the rest is in `traits`)."""

from __future__ import annotations

from typing import Literal

from ....records import dataclass


@dataclass(frozen=True, slots=True)
class Trap:
    """What ``trap`` takes, and when an EXIT trap runs."""

    prefix: bool = True
    """``trap x SIGTERM`` is accepted."""
    real_time: bool = True
    """Signals have names like ``RTMIN+3``, of the engine's numbers."""
    options: bool = False
    """``trap -p`` and its like are known."""
    pseudo_signals: frozenset[str] = frozenset()
    """Those of ERR, DEBUG and RETURN that can be trapped."""
    refusal_ends: bool = False
    """Behind a name that it does not know, it sets no more."""
    exit_on_signal: bool = False
    """An EXIT trap runs when a signal ends the shell, and makes a shell that is PID 1 receive it."""
    interrupt_stays: bool = False
    """Once there was a trap for SIGINT, PID 1 hears it without one as well."""
    ignores_children: bool = False
    """What it starts behind ``trap '' CHLD`` ignores SIGCHLD."""
    sends_again: bool = False
    """A pending signal whose trap another action takes away is sent to itself again."""
    interrupts_jobs: bool = False
    """SIGINT and SIGQUIT, which jobs in the background ignore, can be trapped there, and are not ignored by what a shell in the background
    starts; functions and builtins do not ignore SIGINT there (bash 5.2). Else they stay ignored, whatever `trap` says (`ignoresig` in
    the sources of dash and BusyBox, whose ``S_HARD_IGN`` nothing takes away; all measured)."""
    told_in_substitutions: bool = True
    """``$(trap)`` tells of the traps of the shell around it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """For whom ``wait`` waits, and what it knows of jobs that have ended."""

    options: str = ""
    """The letters that it takes."""
    first_of_named: bool = True
    """``wait -n`` of pids comes back for the first of them (busybox waits for each in turn: ``waitcmd`` in ash.c)."""
    whole_jobs: bool = False
    """``wait -n`` comes back for a job of which all processes are over (of a pipeline, busybox takes any)."""
    oldest_first: bool = False
    """A ``wait`` for all begins with the oldest job (``wait_for_background_pids`` in bash's jobs.c), else with the newest (``waitcmd`` in ash.c)."""
    gives_up: bool = True
    """At a word that is no number and no job, those behind it are not waited for."""
    keeps_waited: bool = True
    """A job that has been waited for is known until a fork needs its place (`jobtable`)."""
    orphans: bool = False
    """Behind a job that fails, a ``wait`` for all looks at its jobs again only when another child has ended, be it one that PID 1 has got
    from others: it waits for that (``dowait`` in ash.c goes on while what `waitone` returns is not negative, which here is the job's
    status; measured, busybox 1.35)."""
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
    leaves_behind: bool = False
    """SIGINT without a trap ends the shell at once also while it waits for a pipeline or a subshell behind it, as that is no builtin, and
    ``wait`` still the last one (`wait_sigint_handler` in bash's jobs.c; 5.2, measured)."""
    doubts_failed: bool = False
    """It may not tell of one that failed."""
    keeps_ended: bool = False
    """``wait -n`` with no job left finds those that have ended, and succeeds, until a fork clears them (``makejob`` in ash.c; measured, busybox 1.35)."""
    jumps: bool = False
    """Out of a ``wait``, the handler of a trapped signal jumps, and leaves a handler that it has interrupted (``wait_intr_buf`` in bash's
    jobs.c). Of two signals that come at once, only the one with the higher number is heard, as the kernel has that handled first (5.2, measured).
    Of a child that dies at that moment, by the same group signal, the shell may never hear (41 of 120 times): a ``wait`` for that child then
    lasts until no other one is left (``waitchld``)."""
    told_of_children: bool = True
    """A trap for SIGCHLD runs whenever that comes, and ends a ``wait`` whose jobs still run; else only for a child that has ended
    (``waitchld`` in bash's jobs.c; measured)."""
    jobs_forgets_ended: bool = False
    """``jobs`` shows nothing that has ended but ``$!``, and under ``-c`` not even that (``cleanup_dead_jobs`` in bash's jobs.c)."""


@dataclass(frozen=True, slots=True)
class Kill:
    """How one ``kill`` reads its words (measured; of the program, procps 4.0)."""

    prefix: bool = True
    """``-SIGTERM`` works."""
    real_time: bool = True
    """Names like ``RTMIN+3`` are known."""
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
    """It does not get past a member of a pipeline that has ended (``kill_pid`` in bash's jobs.c: ``continue`` in front of ``p = p->next``)."""
    job_groups: bool = False
    """While ``set -m`` is on, ``%job`` is the process group that such a job leads (``kill_pid`` in bash's jobs.c)."""
    any_member: bool = False
    """``kill -- -7`` reaches the whole job though 7 only be one process of its pipeline (``kill_pid`` in bash's jobs.c)."""
    inherited_jobs: bool = False
    """``%1`` in a substitution is a job of the shell around it."""
    is_applet: bool = False
    """``/bin/kill`` is the same."""
