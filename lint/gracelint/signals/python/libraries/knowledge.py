"""What foreign calls do, looked up by name: the reader of ``calls.toml``.

Which calls an entry is about:

- ``names``: full names; ``package.*.method`` is that method of whatever the package made
- ``singleton``: there is one object of the kind
- ``evidence``: ``measured: NAME SIGNAL verdict``, a record of ``signals/data/programs.json``

``does`` says what such a call does:

- ``rest``: stays in the call until told; ``pause``: returns by itself after a while
- ``marks``: notes something on its object that ends a rest
- ``calls``: calls its first argument, there and then
- ``endless``: an iterable that does not end
- ``changes``: what it returns does, without anybody's doing
- ``may-install``: handlers that nobody measured
- ``serves``: from here on requests are served in the background of the event loop, and an exception out of the loop drops them
- ``inert``: nothing that matters

How a rest ends, and how long a pause is:

- ``until``: the mark that lets a rest end; ``until-in-thread``: the one in a thread, where that is something else (measured: ``close()`` in
  another thread wakes no ``accept()``)
- ``raises``: what it then raises; ``refuses``: what a call raises that comes when the mark is there
- ``timeout``: position and name of the argument that makes it a pause; ``forever``: the limit that is none
- ``unblocked``: position and name of the argument whose falsehood makes it a pause; ``timed-by``: an attribute that does
- ``seconds``: position and name of the argument that says how long it pauses, counted in ``unit``s of a second
- ``ends``: ``perhaps``, where it is not known whether it ends by itself
- ``drained``: it returns when others have done what its queue holds, which may be never
- ``interrupted``: it returns after any handler; ``woken``: a selector

What a framework does with signals:

- ``on``: the signals for which it installs a handler of its own, with what that ``does`` and ``why``, in the catalogue's words
- ``unless``: not if this argument is false (or, of a trigger, given); ``when``: more of them, if the first of the arguments ``given`` is true
- ``raises-again``: it ends itself by the same signal when it is done, which PID 1 survives
- ``leaves``: what it raises when its own handler has ended it (default: it returns)
- ``broken-off``: what it means when the exception of a program's own handler comes out of it; ``stopped``: when it ends by its mark (a
  server may drop its requests)
- ``breaks-off``: it finishes its work when such an exception comes out of it, unless a second one breaks that off
- ``application``: position and name of the argument that is served, or names what is imported
- ``loop-handlers``: its own handlers are its event loop's
- ``cancels``: its event loop is its own; when it is left it cancels the tasks that are left, and waits for them
- ``until-call``: position and name of an argument that it calls and awaits, instead of handling signals itself: when that is done it ends
- ``development``: a development server; ``traits``: of the catalogue's, what holds for it as well
- ``stop-with``: what a handler had better do, where the documentation has more than an exit

Children:

- ``launches``: it waits for a child process, which it ``kills`` when an exception passes
- ``locks``: a handler cannot wait for the same meanwhile (``certain`` or ``perhaps``)
"""

from __future__ import annotations

import builtins
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..program.versions import spans

if TYPE_CHECKING:
    from collections.abc import Mapping

Entry = dict[str, Any]

# Modules that were in the standard library once; applications are written for any version.
_FORMER = frozenset("asynchat asyncore distutils imp smtpd".split())


@lru_cache(maxsize=1)
def _entries() -> tuple[Mapping[str, Entry], frozenset[str]]:
    from importlib import resources

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    table = tomllib.loads(resources.files(__package__).joinpath("calls.toml").read_text(encoding="utf-8"))
    found: dict[str, Entry] = {}
    for key, entry in table.items():
        entry["key"] = key
        for part in (entry, entry.get("when", {})):
            part["on"] = {signal: does for signals, does in part.get("on", {}).items() for signal in signals.split()}
        entry |= {word: entry[words] for words in list(entry) for word in words.split()}
        for name in entry.get("names", ()):
            found[name] = entry
        for name, mark in entry.get("marks", {}).items():
            found[name] = {"does": "marks", "mark": mark, "singleton": entry.get("singleton", False)}
    return found, frozenset(table["unknown-frameworks"]["last"])


def entries() -> list[Entry]:
    """All entries, in their order."""
    found, _ = _entries()
    return list({entry["key"]: entry for entry in found.values() if "key" in entry}.values())


def entry_of(name: str) -> Entry | None:
    """What is known of a call by its full name; None if nothing is."""
    entries, _ = _entries()
    found = entries.get(name)
    if found is not None or "." not in name:
        return found
    package, last = name.split(".")[:-1], name.rpartition(".")[2]
    for length in range(len(package), 0, -1):
        found = entries.get(f"{'.'.join(package[:length])}.*.{last}")
        if found is not None:
            return found
    return None


@lru_cache(maxsize=1)
def _packages() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in _entries()[0])


def famous(package: str) -> bool:
    """Whether it is a public package, of which the catalogue knows something."""
    return package in _packages()


def perhaps_rests(name: str) -> bool:
    """Whether a call of this name may well be where the program stays."""
    return name.rpartition(".")[2] in _entries()[1]


def builtin(name: str) -> bool:
    """Whether some version of Python has a builtin of this name."""
    return hasattr(builtins, name) or f"builtins.{name}" in spans()


def standard(name: str) -> bool:
    """Whether a full name is Python's own or the standard library's, of whichever version."""
    root = name.partition(".")[0]
    known = root in sys.stdlib_module_names or root in _FORMER or root in spans()
    return known or (root == name and builtin(name))
