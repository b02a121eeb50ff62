"""Servers that the build of a JavaScript framework leaves: `node` runs a file that is not in the build context, and whose place says what it is.

- Next.js: ``output: "standalone"`` leaves ``.next/standalone/server.js``, in a repository of many packages in the package's own folder below that
  (https://nextjs.org/docs/app/api-reference/config/next-config-js/output). As ``next start`` it finishes its requests since 14.1; up to 14.0 both
  end at once, and a request in flight is dropped (measured, 12.3 to 16.0).
- Nitro, the server of Nuxt: ``.output/server/index.mjs`` (https://nitro.build/deploy/runtimes/node). It finishes its requests since 2.5,
  which Nuxt has since 3.6;
  before, nothing handles the signal (measured, 2.0 to 2.11).
- SvelteKit's adapter-node: the folder ``build`` (https://svelte.dev/docs/kit/adapter-node). It finishes its requests since 5.0; before,
  nothing handles the signal (measured,
  4.0 to 5.5). A folder of that name is anybody's, so that the project has to ask for the adapter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ....image.model import Argument
from ....regexes import regex
from .asked import asked, since
from .files import absolute

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from ..catalogue import Entry
    from ..facts import Situation


class _Server(NamedTuple):
    """``place``: where the build leaves it, with the project's folder as a group. ``words`` is its name in the catalogue. ``telling``: a package
    without which a file at this place is somebody else's."""

    place: re.Pattern[str]
    words: tuple[str, ...]
    telling: str | None = None


_SERVERS = (
    _Server(regex(r"(/.*|)/\.next/standalone/(?:.*/)?server\.js"), ("next", "start")),
    _Server(regex(r"(/.*|)/\.output/server/index\.mjs"), ("nitro-server",)),
    _Server(regex(r"(/.*|)/build(?:/index(?:\.js)?)?"), ("sveltekit-server",), "@sveltejs/adapter-node"),
)
_NAMES = regex(r"(?:^|/)(?:server\.js|index(?:\.m?js)?|build/?)$")


def server(situation: Situation) -> Sequence[Argument]:
    """The catalogue's name of the server that node is asked to run, and its project's folder; empty if it is none of these."""
    named = situation.line.operands[0].value
    if not _NAMES.search(named):
        return ()
    words: tuple[str, ...] = ()
    for files, place in situation.image.files.origins(absolute(situation, named)):
        found = files.known(place)
        if found is not None and found.content is not None:
            return ()  # the project's own
        # The last place is where it was built.
        words = _at(situation, place) or words
    return [Argument(word, situation.program.text, implied=True) for word in words]


def _at(situation: Situation, place: str) -> tuple[str, ...]:
    for one in _SERVERS:
        match = one.place.fullmatch(place)
        if match and (one.telling is None or asked(situation, match[1] or "/", one.telling) is not None):
            return (*one.words, match[1] or "/")
    return ()


def _told(facts: Entry, finishes: bool | None, name: str, first: str, before: Mapping[str, str]) -> Entry:
    """What a server does that finishes its requests since a version, as the catalogue says, and ``before`` did something else."""
    if finishes is None:
        return _not_known(facts, f"{name} finishes its requests since {first}, and its version is not known")
    return {} if finishes else {"on": dict.fromkeys(facts["on"], before), "clean": ()}


def _not_known(facts: Entry, why: str) -> Entry:
    reactions = {signal: {"does": "unknown", "why": why} for signal in facts["on"]}
    return {"on": reactions, "clean": (), "missing": [why]}


def _folder(situation: Situation) -> str:
    operands = situation.line.operands
    return operands[0].value if operands else ""


_NO_HANDLER = {"does": "default"}
_NEXT_MANUAL = "NEXT_MANUAL_SIG_HANDLE"
_NEXT_BEFORE = {"does": "terminates", "why": "Next.js before 14.1 ends at once, and drops its requests"}


def next_start(facts: Entry, situation: Situation) -> Entry:
    """``next start [folder]``: by the version that the folder's package.json asks for, in the image or in a stage before."""
    if situation.image.env.get(_NEXT_MANUAL):
        return _not_known(facts, f"{_NEXT_MANUAL} leaves the signal to the application")
    finishes = since(asked(situation, _folder(situation), "next"), (14, 1), (12, 0))
    return _told(facts, finishes, "Next.js", "14.1", _NEXT_BEFORE)


_NITRO_PRESET = regex(r"\bpreset\s*:\s*['\"](?!node[-_]server['\"])([\w-]{1,40})['\"]")
_NITRO_DISABLED = "NITRO_SHUTDOWN_DISABLED"


def nitro_server(facts: Entry, situation: Situation) -> Entry:
    """The server of Nitro, by the version of Nuxt or Nitro that the project asks for, and its settings."""
    folder = _folder(situation)
    if situation.image.env.get(_NITRO_DISABLED):
        return _not_known(facts, f"{_NITRO_DISABLED} leaves the signal to the application")
    for name in ("nuxt.config.ts", "nuxt.config.js", "nitro.config.ts", "nitro.config.mjs"):
        found = (files.known(absolute(situation, name, folder)) for files in situation.image.files.stages())
        text = next((one.content.value for one in found if one is not None and one.content is not None), "")
        if match := _NITRO_PRESET.search(text):
            return _not_known(facts, f"what Nitro's preset {match[1]} does with it was not measured")
    finishes = since(asked(situation, folder, "nuxt"), (3, 6), (3, 6))
    if finishes is None:
        finishes = since(asked(situation, folder, "nitropack"), (2, 5), (2, 0))
    return _told(facts, finishes, "Nitro", "2.5 (Nuxt 3.6)", _NO_HANDLER)


def sveltekit_server(facts: Entry, situation: Situation) -> Entry:
    """The server of SvelteKit's adapter-node, by the version of that."""
    finishes = since(asked(situation, _folder(situation), "@sveltejs/adapter-node"), (5, 0), (4, 0))
    return _told(facts, finishes, "SvelteKit's server", "adapter-node 5", _NO_HANDLER)
