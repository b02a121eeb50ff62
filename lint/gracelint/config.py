"""Settings: ``[tool.gracelint]`` in pyproject.toml, else gracelint.toml, nearest above the linted file.

A file is read once and checked against `KEYS`; whatever is wrong with it is a `ConfigError` that names the file, the key
and what was expected. The TOML reader is imported only when there is something to read. Patterns count from the folder of
the file that holds them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .diagnostics import SEVERITIES, Severity
from .records import dataclass, field
from .selection import Layer
from .terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PYPROJECT, OWN = "pyproject.toml", "gracelint.toml"
GRACE_PERIOD = 10.0  # docker stop's default, in seconds


class ConfigError(Exception):
    """Settings that cannot be used; the message is for the user."""


class ValueRefusedError(Exception):
    """A value that a checker refuses: what is wrong with it, and the keys that lead to it."""

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys

    def __str__(self) -> str:
        where = f"`{printable('.'.join(self.keys))}`" if self.keys else "[tool.gracelint]"
        return f"{where} {self.message}"


@dataclass(frozen=True)
class Settings:
    """The settings in force for a file. ``source`` is the file they were read from (None: built-in), ``root`` the folder
    that patterns count from, ``given`` the keys that the file sets. Times are in seconds."""

    source: str | None = None
    root: str = "."
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    grace_period: float | None = None
    plugins: tuple[str, ...] = ()
    images: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    programs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    @property
    def layer(self) -> Layer:
        """What these settings say about the selection of rules."""
        return Layer(self.select, self.ignore, self.extend_select)


def _string(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise ValueRefusedError(f"must be a string, not {_kind(value)}")


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    found = _kind(value)
    if isinstance(value, list):
        found = f"a list with {next(_kind(item) for item in value if not isinstance(item, str))}"
    raise ValueRefusedError(f"must be a list of strings, not {found}")


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueRefusedError(f"must be true or false, not {_kind(value)}")


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    raise ValueRefusedError(f"must be a number of seconds, not {_kind(value)}")


def one_of(*choices: str) -> Callable[[object], str]:
    """The checker of a value that is one of a few words."""

    def check(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ValueRefusedError(f"must be one of {', '.join(choices)}, not {_shown(value)}")

    return check


def table_of(check: Callable[[object], Any]) -> Callable[[object], dict[str, Any]]:
    """The checker of a table whose keys are the user's own."""

    def checked(value: object) -> dict[str, Any]:
        return {key: _at(key, check, item) for key, item in _table(value).items()}

    return checked


def record(**keys: Callable[[object], Any]) -> Callable[[object], dict[str, Any]]:
    """The checker of a table with these keys (``_`` stands for ``-``), each optional."""
    known = {name.replace("_", "-"): check for name, check in keys.items()}

    def checked(value: object) -> dict[str, Any]:
        table = _table(value)
        for key in table:
            if key not in known:
                raise ValueRefusedError(f"has an unknown key {_shown(key)}{_suggestion(key, known)}")
        return {key: _at(key, known[key], item) for key, item in table.items()}

    return checked


def _table(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueRefusedError(f"must be a table, not {_kind(value)}")


def _at(key: str, check: Callable[[object], Any], value: object) -> Any:
    try:
        return check(value)
    except ValueRefusedError as refused:
        raise ValueRefusedError(refused.message, key, *refused.keys) from None


def _kind(value: object) -> str:
    for kind, name in (
        (bool, "a boolean"),
        (str, "a string"),
        (int, "an integer"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a table"),
    ):
        if isinstance(value, kind):
            return name if kind in (list, dict) else f"{name} ({_shown(value)})"
    return "a date or time"


def _shown(value: object) -> str:
    return printable(repr(value) if not isinstance(value, str) else f'"{value[:60]}"')[:80]


def _suggestion(word: str, known: Mapping[str, object]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.replace("_", "-"), list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(known)}"


_DISPOSITION = one_of("handles", "terminates", "ignores", "forwards", "defers", "misreads", "unknown")

KEYS: dict[str, Callable[[object], Any]] = {
    "select": _strings,
    "ignore": _strings,
    "extend-select": _strings,
    "per-file-ignores": table_of(_strings),
    "exclude": _strings,
    "severity": table_of(one_of(*SEVERITIES)),
    "grace-period": _seconds,
    "plugins": _strings,
    "images": table_of(
        record(
            shell=one_of("dash", "ash", "bash", "none"),
            shell_version=_string,
            entrypoint=_strings,
            cmd=_strings,
            stop_signal=_string,
        )
    ),
    "programs": table_of(
        record(exec=_boolean, forwards=one_of("child", "children", "group"), on=table_of(_DISPOSITION))
    ),
}


def parse(table: object, source: str) -> Settings:
    """Checked settings out of a parsed table. Raises `ConfigError`."""
    try:
        values = record(**{key.replace("-", "_"): check for key, check in KEYS.items()})(table)
    except ValueRefusedError as refused:
        raise ConfigError(f"{printable(source)}: {refused}") from None
    fields = {key.replace("-", "_"): value for key, value in values.items()}
    return Settings(source=source, root=os.path.dirname(source) or ".", given=frozenset(values), **fields)


def read(path: str, *, required: bool = True) -> Settings | None:
    """The settings of a file; None where a pyproject.toml has none of ours and they are not required. Raises `ConfigError`."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        raise ConfigError(f"{printable(path)}: {error.strerror}") from None
    pyproject = os.path.basename(path) == PYPROJECT
    if pyproject and not required and b"gracelint" not in data:
        return None
    try:
        table = _toml(data.decode("utf-8"))
    except ValueError as error:
        raise ConfigError(f"{printable(path)}: not valid TOML: {printable(str(error))}") from None
    except RecursionError:
        raise ConfigError(f"{printable(path)}: not valid TOML: nested too deep") from None
    if pyproject:
        tool = table.get("tool")
        own = tool.get("gracelint") if isinstance(tool, dict) else None
        if own is None and not required:
            return None
        table = {} if own is None else own
    return parse(table, path)


def _toml(text: str) -> dict[str, Any]:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


class Finder:
    """Finds the settings of each folder, reading every file once.

    ``explicit`` is a file that is taken for everything (``--config``); ``isolated`` takes none at all.
    """

    def __init__(self, explicit: str | None = None, isolated: bool = False) -> None:
        self._fixed: Settings | None = None
        if isolated:
            self._fixed = Settings()
        elif explicit is not None:
            self._fixed = read(explicit)
        self._folders: dict[str, Settings] = {}

    def settings(self, folder: str) -> Settings:
        """The settings for the files of a folder. Raises `ConfigError`."""
        if self._fixed is not None:
            return self._fixed
        return self._nearest(os.path.abspath(folder))

    def _nearest(self, folder: str) -> Settings:
        """Walks up until a folder is known or has a file, then remembers the answer for all folders passed."""
        passed: list[str] = []
        while folder not in self._folders:
            passed.append(folder)
            here = self._here(folder)
            parent = os.path.dirname(folder)
            if here is None and parent != folder:
                folder = parent
                continue
            self._folders[folder] = here or Settings()
        found = self._folders[folder]
        self._folders.update(dict.fromkeys(passed, found))
        return found

    @staticmethod
    def _here(folder: str) -> Settings | None:
        pyproject, own = os.path.join(folder, PYPROJECT), os.path.join(folder, OWN)
        found = read(pyproject, required=False) if os.path.isfile(pyproject) else None
        if found is None and os.path.isfile(own):
            found = read(own)
        return found
