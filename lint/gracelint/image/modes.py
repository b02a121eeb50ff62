"""File modes as ``chmod`` writes them: ``755``, ``+x``, ``u+x,g-w`` (POSIX chmod, "EXTENDED DESCRIPTION")."""

from __future__ import annotations

from ..regexes import regex

_OCTAL = regex(r"0*[0-7]{1,5}")
_CLAUSE = regex(r"([ugoa]*)((?:[-+=][rwxXstugo]*)+)")
_ACTION = regex(r"([-+=])([rwxXstugo]*)")


def executable_after(mode: str, before: bool | None) -> bool | None:
    """Whether a file can be executed (by anyone) after ``chmod mode``; None where not known.

    A file that could be executed before counts as executable for owner, group and others alike.
    """
    if _OCTAL.fullmatch(mode):
        return bool(int(mode, 8) & 0o111)
    bits: dict[str, bool | None] = dict.fromkeys("ugo", before)
    for clause in mode.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        who = "ugo" if not match[1] or "a" in match[1] else match[1]
        for operator, permissions in _ACTION.findall(match[2]):
            for each in who:
                bits[each] = _bit(bits[each], operator, permissions, before)
    values = set(bits.values())
    return True if True in values else None if None in values else False


def _bit(old: bool | None, operator: str, permissions: str, before: bool | None) -> bool | None:
    """One class's execute bit after one action; ``X`` sets it where anyone had it, ``g`` copies the group's."""
    given: bool | None = "x" in permissions
    if not given and set(permissions) & set("Xugo"):
        given = before
    if operator == "=":
        return given
    if given is None:
        return old if old is (operator == "+") else None
    return (operator == "+") if given else old
