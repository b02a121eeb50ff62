"""What builtins refuse: options that they lack, words that are no numbers or names, and places in which they mean nothing.

With which status, and whether that is the end of the shell, differs (`traits.Builtins`; measured). It is the end for POSIX's special
builtins, of bash only under the name ``sh``, and only for an option. Words that nobody knows are taken to be right. What `variables`,
`traps` and ``wait`` refuse besides stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....regexes import regex
from ..evaluator import scopes
from ..jobs import jobspecs
from ..model.dialects import SPECIAL
from ..model.values import default

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.outcome import Family
    from ..model.state import State
    from ..model.values import Field

# The letters of each builtin's options, with a colon behind those that take a value.
_DECLARE = "aAfFgiIlnrtuxp"
_COMPLETE = "abcdefgjksuvo:prA:G:W:P:S:X:F:C:V:DEI"
OPTIONS: dict[Family, dict[str, str]] = {
    "bash": {
        **dict.fromkeys(("declare", "typeset", "local"), _DECLARE),
        **dict.fromkeys(("compgen", "complete"), _COMPLETE),
        **dict.fromkeys(("mapfile", "readarray"), "d:u:n:O:tC:c:s:"),
        **dict.fromkeys(". source eval builtin caller fg bg times".split(), ""),
        "alias": "p",
        "bind": "lvpVPsSXf:q:u:m:r:x:",
        "cd": "eLP@",
        "disown": "ahr",
        "enable": "adnpsf:",
        "export": "fnp",
        "hash": "dlp:rt",
        "help": "dms",
        "history": "acd:nrwps",
        "jobs": "lnprsx",
        "printf": "v:",
        "pwd": "LP",
        "read": "ersa:d:i:n:p:t:u:N:",
        "readonly": "aAfp",
        "shopt": "opqsu",
        "suspend": "f",
        "trap": "lp",
        "type": "afptP",
        "ulimit": "HSabcdefiklmnpqrstuvxPRT",
        "umask": "Sp",
        "unalias": "a",
        "unset": "fnv",
    },
    "dash": {
        **dict.fromkeys(("fg", "bg", "printf", "trap", "local"), ""),
        **dict.fromkeys(("cd", "pwd"), "LP"),
        **dict.fromkeys(("export", "readonly"), "p"),
        "hash": "rv",
        "jobs": "lp",
        "read": "p:r",
        "ulimit": "HSatfdscmlpnvwr",
        "umask": "S",
        "unalias": "a",
        "unset": "fv",
    },
    "ash": {
        **dict.fromkeys(("fg", "bg", "trap", "local"), ""),
        **dict.fromkeys(("cd", "pwd"), "LP"),
        **dict.fromkeys(("export", "readonly"), "np"),
        "hash": "r",
        "jobs": "lp",
        "read": "a:d:n:p:rst:u:",
        "ulimit": "HSacdefilmnpqrstuvwx",
        "umask": "S",
        "unalias": "a",
        "unset": "fv",
    },
}
DIGITS = regex(r"[0-9]+\Z")
NUMBER = regex(r"[ \t]*[-+]?[0-9]+[ \t]*\Z")
LIMIT = regex(r"([0-9]+|unlimited|hard|soft)\Z")
MASK = regex(r"([0-7]{1,4}|[ugoa]*([-+=][rwxXstugo]*)+(,[ugoa]*([-+=][rwxXstugo]*)+)*)\Z")
# `.` looks for its file itself, `local` is one of dash's and ash's.
_SPECIAL = (SPECIAL | {"local"}) - {"."}
FAILED = 1
WRONG = 2


def refusal(
    machine: Machine, state: State, node: sh.Simple, fields: list[Field], *, special: bool
) -> list[State] | None:
    """What comes of a builtin that refuses its words; None where it takes them. ``special``: unless ``command`` stands in front, the
    failure of a special builtin is more than that."""
    name = fields[0].shown
    dialect = state.shell.dialect
    letters, check = OPTIONS[dialect.family].get(name), CHECKS.get(name)
    if letters is None and check is None:
        return None
    ends = special and name in _SPECIAL
    words = [default(field.value) for field in fields[1:]]
    misplaced = name == "local" and not scopes.in_function(state)
    if letters is not None and not misplaced and (wrong := _wrong_option(letters, words)):
        status = dialect.builtins.option_statuses.get(name, WRONG)
        return failed(machine, state, status, ends=ends and dialect.specials_end, why=f"{name} has no option {wrong}")
    wrong_word = check(machine, state, name, words) if check is not None else None
    if wrong_word is None:
        return None
    status, why, always = wrong_word
    return failed(machine, state, status, ends=always or (ends and dialect.builtins.words_end), why=why)


def failed(machine: Machine, state: State, status: int, *, ends: bool, why: str) -> list[State]:
    """It has this status, or is the end of the shell."""
    if ends:
        return [machine.leave(state, status, f"{why}, and {state.shell.dialect.family} gives up")]
    return machine.finished(state, status)


def _wrong_option(letters: str, words: list[str | None]) -> str:
    """The first option that is none, as it is written."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word is None or word[:1] != "-" or word in ("-", "--"):
            return ""
        for at, letter in enumerate(word[1:], 1):
            found = letters.find(letter) if letter != ":" else -1
            if found < 0:
                return word
            if letters[found + 1 : found + 2] == ":":
                if at + 1 == len(word) and rest:
                    rest.pop(0)
                break
    return ""


# --- words of one builtin: the status, why, and whether that always ends the shell ---

_Failure = tuple[int, str, bool]


def _number(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    """``exit``, ``return``, ``shift``, ``break``, ``continue``: of a number."""
    word = words[0] if words else None
    if word is None or word in ("--", ""):
        return None
    traits = state.shell.dialect.builtins
    why = f"{name} is given {word}, which is no number that it takes"
    if not (NUMBER if traits.signed_numbers else DIGITS).match(word):
        # `exit` leaves all the same, and `break` gives up the script.
        ends = traits.number_ends and name in ("exit", "break", "continue")
        return (FAILED if name == "shift" else WRONG), why, ends
    if name in ("break", "continue") and int(word[:9]) <= 0 and not traits.signed_numbers:
        return WRONG, why, False
    if name == "shift" and word.strip().startswith("-"):
        return FAILED, why, False
    return None


def _mask(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    operands = [word for word in words if word is None or not word.startswith("-")]
    if not operands or operands[0] is None or MASK.match(operands[0]):
        return None
    if operands[0].isalpha() and state.shell.dialect.builtins.any_mask:
        return None
    return state.shell.dialect.builtins.refusal(name), f"umask is given {operands[0]}", False


def _limit(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    last = words[-1] if words else None
    if last is None or last.startswith("-") or LIMIT.match(last):
        return None
    return state.shell.dialect.builtins.refusal(name), f"ulimit is given {last}", False


def _names(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    """``unset`` and ``read``: of names of variables."""
    if "-f" in words:
        return None
    subscripts = state.shell.dialect.builtins.subscripts
    for word in _operands(OPTIONS[state.shell.dialect.family].get(name, ""), words):
        bare = word.partition("[")[0] if word is not None and subscripts else word
        if (bare and not bare.replace("_", "a").isalnum()) or (bare and bare[0].isdigit()):
            if name == "unset" and subscripts:
                return None  # it may be a function's
            return state.shell.dialect.builtins.refusal(name), f"{name} is given {word}, which is no name", False
    return None


def _operands(letters: str, words: list[str | None]) -> list[str | None]:
    rest = list(words)
    while rest and rest[0] is not None and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        if rest and word and letters.find(f"{word[-1]}:") >= 0:
            rest.pop(0)
    return rest


def _alias(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    """``alias x`` and ``unalias x`` where there is no alias at all."""
    if not words and name == "unalias" and not state.shell.dialect.builtins.bare_unalias:
        return WRONG, "unalias is given no name", False
    plain = [word for word in words if word is not None and "=" not in word and not word.startswith("-")]
    return (FAILED, f"there is no alias {plain[0]}", False) if plain and not state.shell.aliased else None


def _jobs(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    for word in words:
        if word and word.startswith("%") and jobspecs.is_no_job(state, word):
            return state.shell.dialect.builtins.refusal(name), f"there is no job {word}", False
    return None


def _print(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    """``printf``: without a layout, with a place that only bash fills, or of a number that is none."""
    if not words:
        return WRONG, "printf is given nothing", False
    layout = words[0]
    if not state.shell.dialect.builtins.quotes and layout is not None and "%q" in layout:
        return state.shell.dialect.builtins.refusal(name), "printf does not know %q", False
    if layout in ("%d", "%d\\n", "%i", "%i\\n") and len(words) == 2 and words[1] and words[1][0].isalpha():
        return FAILED, f"printf is given {words[1]}", False
    return None


def _dot(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    if words:
        return None
    return (WRONG, f"{name} is given no file", False) if state.shell.dialect.source.needs_file else None


def _folder(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    """``cd``: more than one folder, or a last one that is not known."""
    if not state.shell.dialect.builtins.checks_cd:
        return None
    operands = _operands("", words)
    if len(operands) > 1 and None not in operands:
        return FAILED, "cd is given more than one folder", False
    if operands == ["-"] and state.lookup("OLDPWD") is None:
        return FAILED, "OLDPWD is not set", False
    return None


def _declared(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    """``declare -p x``, ``declare -f x``, ``export -f x``: of what is there."""
    checks = state.shell.dialect.builtins.checks_declared
    if not checks or not words or words[0] is None or not words[0].startswith("-"):
        return None
    letters, operands = set(words[0][1:]), [word for word in words[1:] if word is not None and "=" not in word]
    if "f" in letters or "F" in letters:
        absent = [word for word in operands if word not in state.functions]
    elif "p" in letters:
        absent = [word for word in operands if machine.parameter(state, word) is None]
    else:
        return None
    return (FAILED, f"{absent[0]} is not there", False) if absent and len(operands) == len(words) - 1 else None


def _local(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    if scopes.in_function(state):
        return None
    return state.shell.dialect.builtins.refusal(name), "local stands in no function", False


def _suspend(machine: Machine, state: State, name: str, words: list[str | None]) -> _Failure | None:
    return FAILED, "there is no job control", False


CHECKS: dict[str, Callable[[Machine, State, str, list[str | None]], _Failure | None]] = {
    **dict.fromkeys(("exit", "return", "shift", "break", "continue"), _number),
    **dict.fromkeys(("unset", "read"), _names),
    **dict.fromkeys(("alias", "unalias"), _alias),
    **dict.fromkeys((".", "source"), _dot),
    **dict.fromkeys(("declare", "typeset", "export", "readonly"), _declared),
    "local": _local,
    "umask": _mask,
    "ulimit": _limit,
    "jobs": _jobs,
    "printf": _print,
    "cd": _folder,
    "suspend": _suspend,
}
