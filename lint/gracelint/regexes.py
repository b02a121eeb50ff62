"""Regular expressions that are compiled when they are first asked: a short run asks few of those that its modules hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import compile as regex
else:

    class regex:  # noqa: N801  # stands in for the function `re.compile`
        """What `re.compile` returns, as far as attributes and methods go; it cannot be given to the functions of `re`."""

        def __init__(self, pattern, flags=0):
            self._source = pattern, flags

        def __getattr__(self, name):
            if name.startswith("__"):  # copying and pickling look for methods of ours
                raise AttributeError(name)
            if name == "pattern":
                return self._source[0]
            compiled = re.compile(*self._source)
            for method in ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"):
                # From now on found without this detour.
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


__all__ = ["regex"]
