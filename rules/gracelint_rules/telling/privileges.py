"""From su, sudo and runuser to a program that execs: what GL210 writes.

Offered only where user and command can be read off the command line, and with a tool that the image is seen to install, or that
its base always has (setpriv is in Debian's util-linux, which is essential).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.regexes import regex

from .launching import base_name, installed
from .writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gracelint.diagnostics import Fix
    from gracelint.rule import Case
    from gracelint.source import Text

_USER = r"(?P<user>[\w.$\{\}\"-]+)"
_DIRECT = regex(
    rf"(?:runuser\s+-u\s+{_USER}\s+--|sudo(?:\s+-[EHn]+)*\s+-u\s+{_USER.replace('user', 'other')}(?:\s+-[EHn]+)*(?:\s+--)?)\s+(?=[^\s-])"
)
_STRING = regex(
    rf"(?:su|runuser)\s+(?:-s\s+\S+\s+)?{_USER}\s+(?:-s\s+\S+\s+)?-c\s+(?P<quote>['\"])(?P<command>[^'\"$`\\]+)(?P=quote)\Z"
)
_TOOLS = ("gosu", "su-exec", "setpriv")


def becomes_root(argv: Sequence[str]) -> bool:
    """Whether sudo or doas is called to become root, which gosu and its like cannot: they can only give privileges up."""
    if not argv or base_name(argv[0]) not in ("sudo", "doas"):
        return False
    user, words = "root", list(argv[1:])
    while words and words[0].startswith("-") and words[0] != "--":
        word = words.pop(0)
        if word in ("-u", "--user") and words:
            user = words.pop(0)
        elif word.startswith(("--user=", "-u")):
            user = word.removeprefix("--user=").removeprefix("-u")
        elif word in ("-g", "-h", "-p", "-C", "-r", "-t", "-D", "-R", "-T", "-U") and words:
            words.pop(0)
    return user in ("root", "#0")


def exec_fix(case: Case, command: Text) -> Fix | None:
    """Write the command with a tool that replaces itself by it; None where that does not follow."""
    tool = _tool(case)
    if tool is None:
        return None
    direct = _DIRECT.match(command.value)
    if direct is not None:
        user = direct["user"] or direct["other"]
        return fix_of("unsafe", f"Use {tool}", [command.cut(0, direct.end()).edit(f"{_become(tool, user)} ")])
    string = _STRING.match(command.value)
    words = string["command"].removeprefix("exec ") if string is not None else ""
    if string is None or not words or re.search(r"[;&|<>()*?~=\n]", words):
        return None
    return fix_of("unsafe", f"Use {tool}", [command.edit(f"{_become(tool, string['user'])} {words}")])


def _become(tool: str, user: str) -> str:
    return f"setpriv --reuid {user} --regid {user} --init-groups" if tool == "setpriv" else f"{tool} {user}"


def _tool(case: Case) -> str | None:
    """A tool that the image has."""
    return installed(case, _TOOLS[:2]) or (_TOOLS[2] if case.image.base.shell == "dash" else None)
