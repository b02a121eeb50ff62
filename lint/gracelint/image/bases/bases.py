"""What is known of the image behind ``FROM``: its shell, and the ENTRYPOINT, CMD, STOPSIGNAL … that a build inherits.

Method: a reference is split into repository and tag. The tag is read as *version* (its first word that begins with a
digit), *distribution* (``bookworm``, ``alpine3.19``, ``ubi9`` …) and *flavour* (all other words, without the numbers in
them). Each image of the data has, for the facts and for the distribution it stands on, tables from flavour to version to
value. The flavour with the most words that the tag has too is taken, and in it the last version that is not later than the
tag's; a shortened version (``3.7``) is the last of its line, and no version at all (``latest``, ``alpine``) the newest.
The distribution's release decides the version of ``/bin/sh``.

Hazards: the official images' tables were made from every state of the ``library/`` files of docker-library/official-images
and the Dockerfile at the commit that they name, so an old tag means its last build; a pinned digest may be an older build.
What is newer than the data (``as-of``) is taken to be as the newest that is known.

The data is JSON, one file an image, because a lookup is on the path of nearly every run: the import of tomllib alone takes
longer than the whole lookup.
"""

from __future__ import annotations

import json
import os.path
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from ...records import dataclass, fields, replace
from ...regexes import regex
from ..model import BaseImage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import ShellFamily

# Registries (and folders in them) that serve Docker Hub's official images under the same names.
_OFFICIAL = regex(
    r"(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com|mirror\.gcr\.io)/(?:library/)?"
    # One repository for each architecture (docker-library/official-images, README: "Architectures other than amd64?").
    r"|(?:docker\.io/)?(?:amd64|arm32v[5-7]|arm64v8|i386|mips64le|ppc64le|riscv64|s390x|aarch64|armhf)/"
    r"|(?:[^/]+/)*library/)(?=[^/]+$)"
)
_HUB = regex(r"(?:(?:index\.|registry-1\.)?docker\.io|registry\.hub\.docker\.com|mirror\.gcr\.io)/")
_OFFICIAL_NAME = regex(r"[a-z0-9][a-z0-9._-]{0,99}")
_WORD = regex(r"[a-z][a-z_]*")
_NUMBERS = regex(r"\d+")
_VERSION = regex(r"v?\d+(?:$|[._+]|u\d)")
_DOTTED = regex(r"\d+(?:\.\d+)*")
_LAST = 10**9  # stands for "the last of its line" in a shortened version


_PLAIN_WORDS = frozenset({"latest", "rc", "beta", "alpha"})
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference taken apart: ``repository`` is the official image's bare name, or host/path; ``tag`` without a digest."""

    repository: str
    tag: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag taken apart.

    ``number`` is the first number in it, ``version`` the same to sort by; ``distribution`` is ``family:release`` (or ``family``, ``""``); ``words`` is
    the flavour.
    """

    number: str
    version: tuple[int, ...]
    distribution: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Shell:
    """What ``/bin/sh`` is, its version, and that of bash, where the distribution brings it."""

    family: ShellFamily | None = None
    version: str | None = None
    bash: str | None = None


def split_reference(reference: str) -> Reference:
    """Repository and tag of a reference, the mirrors of Docker Hub's official images mapped to the bare name."""
    name = reference.strip().partition("@")[0].lower()
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    repository = head + slash + last
    if slash:
        official = _OFFICIAL.match(repository)
        if official:
            repository = repository[official.end() :]
        repository = _HUB.sub("", repository, count=1)
    return Reference(repository, tag)


def version_key(text: str, rest: int = _LAST) -> tuple[int, ...]:
    """A version as four numbers that sort; ``rest`` stands for those that are not there."""
    numbers = [int(number[:9]) for number in _NUMBERS.findall(text)[:4]]
    return tuple(numbers + [rest] * (4 - len(numbers)))


def read_tag(tag: str) -> Tag:
    """A tag's version, distribution and flavour."""
    version = ""
    distribution = ""
    words: set[str] = set()
    for part in tag.split("-"):
        found = _distribution_word(part)
        if found is not None:
            # The name of a release may stand beside: `noble-chiseled` is Ubuntu's files without a shell.
            distribution = max(distribution, found, key=lambda one: (one == "none", len(one)))
            words.add(found.partition(":")[0])
        elif _VERSION.match(part):
            version = version or part
        elif match := _WORD.match(part):
            words.add(match[0])
    number = _DOTTED.search(version or tag)
    return Tag(number[0] if number else "", version_key(version), distribution, frozenset(words - _PLAIN_WORDS))


def _distribution_word(word: str) -> str | None:
    """``family:release`` for a word that names a distribution: a code name, or a family and its number (``alpine3.19``)."""
    data = _load("bases.json")
    if word in data["release-names"]:
        return str(data["release-names"][word])
    match = _WORD.match(word)
    family = data["tag-words"].get(match[0]) if match else None
    if match is None or family is None:
        return None
    release = word[match.end() :]
    return f"{family}:{release}" if release else str(family)


def choose(table: Mapping[str, Mapping[str, _Value]], tag: Tag) -> _Value | None:
    """The value for a tag in a table from flavour (words joined by ``-``) to first version to value (see the header)."""
    fitting = [name for name in table if not name or tag.words.issuperset(name.split("-"))]
    if not fitting:
        return None
    values = table[max(fitting, key=lambda name: (len(name.split("-")) if name else 0, name))]
    chosen: _Value | None = None
    for start, value in values.items():
        if chosen is not None and version_key(start, 0) > tag.version:
            break
        chosen = value
    return chosen


def base_image(reference: str, overrides: Mapping[str, BaseImage] | None = None) -> BaseImage:
    """What is known of an image, by the reference in FROM with its variables expanded.

    ``overrides`` are the user's own images, by patterns on the reference; of those that match, the one with the most
    literal characters counts, and what it leaves open is filled from the data. Never raises. An image that is not known has ``known=False`` and a guess of the shell:
    by the distribution in its tag, or as of the official image of its name (``registry.corp/python:3.12``).
    """
    known = _known(reference)
    if not overrides:
        return known
    from fnmatch import fnmatchcase

    patterns = [pattern for pattern in overrides if fnmatchcase(reference, pattern)]
    if not patterns:
        return known
    best = max(patterns, key=lambda pattern: (len(pattern.replace("*", "")), pattern))
    return _fill(overrides[best], known)


def _fill(override: BaseImage, known: BaseImage) -> BaseImage:
    """The override, with the data's value where it says nothing; a version of another shell than its own is dropped."""
    unset = BaseImage(override.reference, True, None)
    given = {
        field.name: value
        for field in fields(BaseImage)
        if (value := getattr(override, field.name)) != getattr(unset, field.name)
    }
    if override.shell is not None and override.shell != known.shell:
        known = replace(known, shell_version=None)
    return replace(known, **{**given, "known": True})


def is_windows(reference: str) -> bool:
    """Whether an image is one of Windows, by its repository or its tag."""
    split = split_reference(reference)
    family = _match(_load("bases.json")["repositories"], split.repository)
    return family == "windows" or "windows" in read_tag(split.tag).words


@lru_cache(maxsize=4096)
def _known(reference: str) -> BaseImage:
    """What the data says of a reference."""
    split = split_reference(reference)
    tag = read_tag(split.tag)
    entry = _entry(split.repository)
    if entry is None or is_windows(reference):
        name = split.repository.rpartition("/")[2]
        guess = _entry(name) if entry is None else None
        distribution = _distribution(guess["distribution"] if guess else {}, tag)
        shell = _shell(distribution or ("alpine" if "alpine" in name.split("-") else ""))
        return BaseImage(reference, False, shell.family, shell.version, bash_version=shell.bash)
    facts = choose(entry.get("facts", {}), tag) or {}
    shell = _shell(_distribution(entry.get("distribution", {}), tag))
    family: ShellFamily | None = facts.get("sh", shell.family)
    path = facts.get("path")
    return BaseImage(
        reference,
        known=True,
        shell=family,
        shell_version=shell.version if family == shell.family else None,
        entrypoint=_words(facts.get("entrypoint")),
        cmd=_words(facts.get("cmd")),
        stop_signal=facts.get("stop-signal"),
        shell_argv=_words(facts.get("shell")),
        user=facts.get("user"),
        workdir=facts.get("workdir"),
        env={"PATH": path} if path else {},
        source=entry["source"],
        bash_version=shell.bash,
        passes_through=tuple(facts.get("passes-through", ())),
        prepends=_words(facts.get("prepends")),
        prepends_to=tuple(facts.get("prepends-to", ())),
        tools=tuple(facts.get("tools", ())),
    )


def _words(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _entry(repository: str) -> Mapping[str, Any] | None:
    """The data's entry of a repository: a distribution's own image, an official image, or another that is often used."""
    data = _load("bases.json")
    family = _match(data["repositories"], repository)
    if family is not None:
        return {"source": data["source"], "distribution": {"": {"0": family}}}
    if _OFFICIAL_NAME.fullmatch(repository) and os.path.exists(_path(f"bases_official/{repository}.json")):
        official: Mapping[str, Any] = _load(f"bases_official/{repository}.json")
        return official
    return _match(_load("bases_others.json"), repository)


def _match(table: Mapping[str, _Value], repository: str) -> _Value | None:
    """The value under the repository's name, else under the longest pattern (``name*``, ``corp/*-base``) that it fits."""
    if repository in table:
        return table[repository]
    fitting = [name for name in table if "*" in name and _fits(repository, name)]
    return table[max(fitting, key=len)] if fitting else None


def _fits(repository: str, pattern: str) -> bool:
    """Whether a name fits a pattern with one ``*``."""
    before, _, after = pattern.partition("*")
    return len(repository) >= len(before) + len(after) and repository.startswith(before) and repository.endswith(after)


def _distribution(table: Mapping[str, Mapping[str, str]], tag: Tag) -> str:
    """``family:release`` an image stands on: what the tag says, else what the table says.

    A family alone in the table is a distribution's own image: the tag's version is the release.
    """
    if ":" in tag.distribution:
        return tag.distribution
    chosen = choose(table, tag) or ""
    if tag.distribution and chosen.partition(":")[0] != tag.distribution:
        return tag.distribution
    if chosen and ":" not in chosen:
        suites = _load("bases.json")["distributions"][chosen].get("suites", {})
        return f"{chosen}:{next((suites[word] for word in tag.words & suites.keys()), tag.number)}"
    return chosen


def _shell(distribution: str) -> _Shell:
    """The shells of a distribution; without a release, those of its newest."""
    family, _, release = distribution.partition(":")
    data = _load("bases.json")["distributions"].get(family)
    if data is None:
        return _Shell()
    wanted = version_key(release)
    row: Mapping[str, str] = {}
    for candidate in data["releases"]:
        if version_key(candidate["from"], 0) <= wanted:
            row = candidate
    return _Shell(data["shell"], row.get("sh"), row.get("bash"))


@cache
def _load(name: str) -> Any:
    """A data file beside this module."""
    with open(_path(name), encoding="utf-8") as stream:
        return json.load(stream)


def _path(name: str) -> str:
    return os.path.join(os.path.dirname(__file__), name)
