"""Which program is it, what does it do with signals, and what does it start?

Method: the program's name is looked up in the catalogue (`catalogue`), its arguments are read (`arguments`), the facts that hold
for them are gathered (`facts`), configuration files that the image holds are asked (`readers`), and the command it starts is cut out
(`starts`). A runtime that runs a program of the catalogue (``python -m gunicorn``, ``node npm-cli.js``) is described as that program.
Hazard: the catalogue goes by names. The caller looks first whether the name is a script of the image's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace
from ..model import Hosting, Order, Place, Program
from . import catalogue
from .applets import is_applet
from .configured import configured
from .facts import gather, overlay
from .reactions import NONE, reactions, seconds
from .readers import reader
from .readers.files import absolute
from .starts import started

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...image.model import Argument, Image
    from .catalogue import Entry
    from .configured import Settings
    from .facts import Situation

# What asks a server to say something and end, whatever the server.
_QUESTIONS = ("--help", "--version", "--dry-run")
# How often a command line may turn out to be another program's (busybox → timeout, python → gunicorn).
_DELEGATIONS = 4


def describe(
    arguments: Sequence[Argument], image: Image, programs: Mapping[str, Settings] | None = None
) -> Program | None:
    """What is known of a command line; None where its program is not in the catalogue.

    ``programs`` are the user's own, from the configuration; they come first. The words of what the program starts are
    the very arguments given, so that each still knows where it was written.
    """
    if not arguments:
        return None
    own = configured(arguments, programs or {})
    if own is not None:
        return own
    key = catalogue.by_command(arguments[0].value, image.workdir)
    return _described(key, arguments, image, is_applet(key, image), _DELEGATIONS) if key else None


def _described(
    key: str, arguments: Sequence[Argument], image: Image, busybox: bool, delegations: int
) -> Program | None:
    facts, situation = gather(catalogue.entry(key), arguments[0], arguments[1:], image, busybox)
    if delegations and (other := _delegate(facts, situation)) is not None:
        found = _described(other[0], other[1], image, busybox or key == "busybox", delegations - 1)
        if found is not None:
            evidence = found.evidence + tuple(facts.get("evidence", ())) if found.starts else found.evidence
            return replace(found, evidence=evidence)
    if "reads" in facts:
        change = reader(facts["reads"])(facts, situation)
        if delegations and (own := change.pop("instead", ())):
            other_key = catalogue.by_command(own[0].value, image.workdir)
            return _described(other_key, own, image, False, delegations - 1) if other_key else None
        if words := change.pop("words", ()):
            # What a configuration file sets stands before the command line's own options, which win.
            facts, situation = gather(catalogue.entry(key), arguments[0], (*words, *arguments[1:]), image, busybox)
        facts = overlay(facts, change)
    return _program(key, _perhaps_in_front(facts, situation), situation)


def _perhaps_in_front(facts: Entry, situation: Situation) -> Entry:
    """A daemon that is given a word which nobody knows may be kept in the foreground by it."""
    word = next((word for word in situation.line.operands if word.unknown), None)
    if word is None or not facts.get("daemonizes"):
        return facts
    why = f"whether {word.value} keeps {situation.program.value} in the foreground"
    return overlay(facts, {"daemonizes": False, "stays": None, "missing": [why]})


def _delegate(facts: Entry, situation: Situation) -> tuple[str, Sequence[Argument]] | None:
    """The program that this one is asked to run in its own process, with the words from its name on."""
    application = facts.get("application", {})
    operands = situation.line.operands
    module = situation.line.value(application.get("module", ()))
    if module is not None:
        other = catalogue.by_module(module.value)
        return (other, (module, *operands)) if other else None
    if not application.get("operand") or not operands or _given(application, "code", situation):
        return None
    named = operands[0].value
    other = (
        catalogue.by_class(named)
        if application.get("classes")
        else catalogue.by_command(named, situation.image.workdir)
    )
    return (other, operands) if other and catalogue.entry(other)["kind"] != "runtimes" else None


def _given(table: Mapping[str, list[str]], key: str, situation: Situation) -> bool:
    return any(situation.line.given(table.get(key, ())))


def _application(facts: Entry, situation: Situation) -> Argument | None:
    """What a runtime runs; a reader may know better than the command line."""
    if "program" in facts:
        found: Argument = facts["program"]
        return found
    application = facts.get("application", {})
    named = situation.line.value(application.get("module", ()))
    if named is None and application.get("operand") and not _given(application, "code", situation):
        named = next(iter(situation.line.operands), None)
    return named


def _hosting(facts: Entry, situation: Situation) -> Hosting | None:
    """The application that a server imports, if the command line names it."""
    table = facts.get("hosts")
    if not table:
        return None
    line = situation.line
    named = line.value(table.get("option", ()))
    if named is None and "operand" in table:
        named = line.operands[table["operand"]] if len(line.operands) > table["operand"] else None
    value = situation.image.env.get(table["env"]) if "env" in table else None
    if named is None and value:
        named = replace(situation.program, value=value)
    if named is None and table.get("program"):
        named = situation.program
    if named is None:
        held = (
            name
            for name in table.get("default", ())
            if situation.image.files.known(f"{situation.image.workdir}/{name}.py")
        )
        named = next((replace(situation.program, value=name) for name in held), None)
    if named is None:
        return None
    leaves = reactions({"SIGTERM": table["leaves"]}, NONE).get("SIGTERM") if "leaves" in table else None
    return Hosting(
        named,
        table["imported"],
        line.value(table.get("folder", ())),
        table.get("attribute", ""),
        any(line.given(table.get("factory", ()))),
        tuple(table.get("inside", ())),
        table.get("worker", False),
        table.get("threads", False),
        table.get("ends-threads", False),
        table.get("loop", False),
        leaves,
        facts.get("config"),
        tuple(table.get("hooks", ())),
    )


def _order(table: Mapping[str, Any] | None) -> Order | None:
    """What is written under ``stops``."""
    if table is None:
        return None
    places = (
        Place(tuple(place["order"]), tuple(place["program"]), tuple(place.get("default", ())))
        for place in table.get("places", ())
    )
    return Order(
        tuple(table.get("programs", ())),
        table.get("signal"),
        table.get("own", False),
        table.get("waits", False),
        tuple(places),
    )


def _asked(situation: Situation) -> bool:
    """Whether the command line asks for something to be said, by an option anywhere; ``-h`` by itself is that as well, or an option that
    lacks its value."""
    words = [operand.value for operand in situation.line.operands]
    if [word.value for word in situation.line.words] == ["-h"]:
        return True
    return any(situation.line.given(_QUESTIONS)) or any(word in _QUESTIONS for word in words)


def _program(key: str, facts: Entry, situation: Situation) -> Program:
    """The facts in the model's words."""
    asked = facts["kind"] == "servers" and _asked(situation)
    given = situation.line.value(facts.get("timeout-options", ()))
    limit = seconds(given.value) if given is not None else facts.get("timeout")
    found = facts["started"] if "started" in facts else started(facts.get("starts", ()), situation)
    folder = situation.line.value(facts.get("chdir", ()))
    if folder is not None:
        found = tuple([replace(one, folder=one.folder or absolute(situation, folder.value)) for one in found])
    return Program(
        name=key,
        kind=facts["kind"],
        starts=found,
        as_pid1=reactions(facts.get("on", NONE), facts.get("as-pid1", NONE)),
        as_child=reactions(facts.get("on", NONE), facts.get("as-child", NONE)),
        stays=False if asked else facts.get("stays"),
        daemonizes=facts.get("daemonizes", False),
        foreground=tuple(facts.get("foreground", ())),
        clean_signals=tuple(facts.get("clean", ())),
        timeout=limit or None,
        timeout_text=given.text if given is not None and limit else facts.get("timeout-text"),
        unbounded=bool(facts.get("unbounded", False)) and not limit,
        drain=facts.get("drain", ""),
        runtime=facts.get("runtime") or None,
        application=_application(facts, situation),
        missing=tuple(facts.get("missing", ())),
        evidence=tuple(facts.get("evidence", ())),
        traits=tuple(dict.fromkeys(facts.get("traits", ()))),
        hosts=_hosting(facts, situation),
        order=_order(facts.get("stops")),
    )


__all__ = ["describe"]
