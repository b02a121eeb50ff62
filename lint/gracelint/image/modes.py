"""File modes as ``chmod`` writes them: ``755``, ``+x``, ``u+x,g-w``."""

from __future__ import annotations

import re

_OCTAL = re.compile(r"0*[0-7]{1,5}")
_CLAUSE = re.compile(r"([ugoa]*)([-+=])([rwxXst]*)")


def executable_after(mode: str, before: bool | None) -> bool | None:
    """Whether a file can be executed (by anyone) after ``chmod mode``; None where not known.

    ``X`` counts as no change, as it keeps a file's own bit.
    """
    if _OCTAL.fullmatch(mode):
        return bool(int(mode, 8) & 0o111)
    result = before
    for clause in mode.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        who, operator, bits = match.groups()
        everyone = not who or "a" in who or set("ugo") <= set(who)
        if "x" in bits:
            result = True if operator in "+=" else (False if everyone else None)
        elif operator == "=" and "X" not in bits:
            result = False if everyone else None
    return result
