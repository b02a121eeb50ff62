"""From measured rows to facts about shells, by rule: nothing in ``signals/data/shells.json`` is written by hand.

Each group of forms asks one question, and `ANSWERS` says how a row answers it. None means that the form does not work in that shell
at all (a syntax error, an option it lacks): the application never ran. Where ``-c`` and file give the same answer to every form of a
group, it stands there once, else under ``c`` and ``file``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Row = dict[str, Any]
Answer = bool | str | int | None


def _app_is_pid1(row: Row) -> Answer:
    return row["pid1"] == "app" or (False if row["apps"] else None)  # `exec -c`: there, but without its record


def _trap_ran(row: Row) -> Answer:
    return bool(row["ran"]) if row["apps"] else None


def _status(row: Row) -> Answer:
    status: int | str = row["status"]
    return status


def _exits_with_7(row: Row) -> Answer:
    return _status(row) == 7


def _reaction(row: Row) -> Answer:
    if row["pid1"] is None:
        return None
    if row.get("ran"):
        return "trap"
    return "stays" if row["verdict"] == "killed" else "exits"


def _verdict(row: Row) -> Answer:
    return str(row["verdict"]) if row["apps"] else None


def _graceful(row: Row) -> Answer:
    return _verdict(row) == "graceful"


# group of forms → key in shells.json, and how a row answers
ANSWERS: Mapping[str, tuple[str, Callable[[Row], Answer]]] = {
    "last": ("execs_last", _app_is_pid1),
    "not-last": ("execs_not_last", _app_is_pid1),
    "exec": ("exec_replaces", _app_is_pid1),
    "trap-name": ("trap_works", _exits_with_7),
    "trap-exec": ("execs_last_behind_trap", _app_is_pid1),
    "exit-trap": ("exit_trap_runs", _trap_ran),
    "waiting": ("while_waiting", _reaction),
    "forward": ("forward", _verdict),
    "kill-self": ("kill_self", _verdict),
    "kill-form": ("kill_works", _graceful),
    "ignore": ("ignore", _verdict),
}

# The facts most often asked for, by name: which row of which group tells.
FACTS: Mapping[str, tuple[str, str, Callable[[Row], Answer]]] = {
    "accepts_sig_prefix": ("trap-name", "SIGTERM", _exits_with_7),
    "accepts_lowercase": ("trap-name", "term", _exits_with_7),
    "accepts_lowercase_sig_prefix": ("trap-name", "sigterm", _exits_with_7),
    "unknown_name_refuses_all": ("trap-name", "unknown-first", lambda row: not _exits_with_7(row)),
    "runs_exit_trap_on_signal": ("exit-trap", "waiting", _trap_ran),
    "default_action_when_waiting": ("waiting", "wait", _reaction),
    "default_action_in_foreground": ("waiting", "foreground", _reaction),
    "trap_runs_during_foreground": ("waiting", "foreground-TERM-trap", _trap_ran),
    "wait_interrupted_by_trap": ("waiting", "wait-pid-TERM-trap", _trap_ran),
    "wait_status_when_interrupted": ("waiting", "wait-returns-status", _status),
    "knows_wait_n": ("waiting", "wait-n-TERM-trap", _trap_ran),
    "background_ignores_interrupt": ("forward", "kill-int-polite", lambda row: not _graceful(row)),
    "inherited_ignore_can_be_trapped": ("ignore", "retrap-inherited", _trap_ran),
}


def derive(rows: Iterable[Row]) -> dict[str, Any]:
    """One shell's behaviour, from its rows of both modes."""
    by_form = {(row["mode"], row["group"], row["form"]): row for row in rows}
    result: dict[str, Any] = {name: answer(by_form["c", group, form]) for name, (group, form, answer) in FACTS.items()}
    for group, (key, answer) in ANSWERS.items():
        tables = {
            mode: {form: answer(row) for (m, g, form), row in by_form.items() if (m, g) == (mode, group)}
            for mode in ("c", "file")
        }
        result[key] = tables["c"] if tables["c"] == tables["file"] and not key.startswith("exec") else tables
    return result
