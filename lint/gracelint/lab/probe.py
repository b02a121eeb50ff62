"""``gracelint probe``: ask the real kernel what a command line does as PID 1, or what a process does with signals.

The output is described in the documentation of the command line interface; JSON is stable. Exit status: 0 asked and answered
(whatever the answer), 2 wrong use, or something is missing that the question needs.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from ..signals import names
from . import explain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from .ready import Ready
    from .report import Process, Report

ANSWERED, WRONG_USE = 0, 2


class _UsageError(Exception):
    """The arguments make no sense; the message says why."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(message)


def main(args: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """The subcommand: ``args`` without its name. Returns the exit status."""
    from .docker import EngineError
    from .keeper import NotStartedError, UnavailableError

    parser = _arguments()
    try:
        options = _parse(parser, args)
        if options.help:
            stdout.write(parser.format_help())
            return ANSWERED
        stdout.write(_answer(options))
    except _UsageError as error:
        stderr.write(f"gracelint probe: {explain.printable(str(error))}\n{parser.format_usage()}")
    except UnavailableError as error:
        stderr.write(f"gracelint probe: cannot start a PID namespace: {explain.printable(str(error))}\n")
    except NotStartedError as error:
        stderr.write(f"gracelint probe: cannot start {explain.printable(str(error))}\n")
    except EngineError as error:
        stderr.write(f"gracelint probe: {explain.printable(str(error))}\n")
    else:
        return ANSWERED
    return WRONG_USE


def _arguments() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gracelint probe",
        usage="gracelint probe [OPTIONS] -- ARGV ... | --image IMAGE [ARGS ...] | --pid N | --mask HEX",
        description="Start ARGV as PID 1 of a new PID namespace, send it the stop signal, and tell what happened.",
        add_help=False,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--pid", metavar="N", help="only decode what a running process catches, ignores and blocks")
    add("--mask", metavar="HEX", help="only decode a signal mask of /proc/PID/status")
    add("--image", metavar="IMAGE", help="ask through a Docker engine: docker run, docker stop")
    add("--init", action="store_true", help="with --image: compare with what --init makes of it")
    add("--signal", metavar="NAME", help="the stop signal (default: SIGTERM; with --image: the image's)")
    add("--grace-period", metavar="S", type=float, default=10.0, help="seconds until SIGKILL (default: 10)")
    add(
        "--ready", metavar="WHEN", default="steady", help="steady[:S], after:S, output:TEXT or port:N (default: steady)"
    )
    add("--format", choices=("text", "json"), default="text", help="default: text")
    add("-h", "--help", action="store_true", help="this page")
    add("argv", nargs=argparse.REMAINDER, metavar="ARGV", help="what to start")
    return parser


def _parse(parser: argparse.ArgumentParser, args: Sequence[str]) -> argparse.Namespace:
    """The options. Everything behind the first ``--`` is the command line to start, untouched."""
    at = args.index("--") if "--" in args else len(args)
    options = parser.parse_args(list(args[:at]))
    options.argv += args[at + 1 :]
    if options.help:
        return options
    asked = [options.pid is not None, options.mask is not None, options.image is not None]
    if sum(asked) > 1 or (options.argv and any(asked[:2])):
        raise _UsageError("ask one thing at a time: ARGV, --image, --pid or --mask")
    if not any(asked) and not options.argv:
        raise _UsageError("nothing to start: give a command line behind --")
    if options.init and options.image is None:
        raise _UsageError("--init goes with --image")
    if not 0 <= options.grace_period <= 86400:
        raise _UsageError("--grace-period is a number of seconds, at most a day")
    if options.signal is not None and names.number(options.signal) is None:
        raise _UsageError(f"no such signal: {options.signal}")
    return options


def _answer(options: argparse.Namespace) -> str:
    as_json = options.format == "json"
    if options.mask is not None:
        return _decoded(_mask(options.mask), 0, 0, as_json)
    if options.pid is not None:
        return _decoded(*_masks_of(options.pid), as_json)
    if options.image is not None:
        return _ask_engine(options, as_json)
    from .runner import run

    report = run(
        options.argv,
        signal=options.signal or "SIGTERM",
        grace=options.grace_period,
        ready=_ready(options.ready or "steady"),
    )
    return _dumped(as_object(report)) if as_json else "".join(explain.report(report))


def _ask_engine(options: argparse.Namespace, as_json: bool) -> str:
    """The answer of a Docker engine; with --init of both ways of starting the image."""
    from . import docker

    ready = None if options.ready is None else _ready(options.ready)
    signal = None if options.signal is None else names.canonical(options.signal)
    answers = [
        docker.stop(options.image, options.argv, signal=signal, grace=options.grace_period, ready=ready, options=words)
        for words in ((), ("--init",))[: 1 + options.init]
    ]
    if as_json:
        first, *others = ({**as_object(one.report), **({"note": one.blind} if one.blind else {})} for one in answers)
        return _dumped({**first, **({"with_init": others[0]} if others else {})})
    titles = (f"docker run {explain.show([options.image, *options.argv])}", "the same with --init")
    texts = []
    for title, one in zip(titles, answers, strict=False):
        note = explain.line("note", one.blind) if one.blind else ""
        texts.append(f"== {title}\n{note}{''.join(explain.report(one.report))}")
    if options.init:
        texts.append(explain.compared(answers[0].report, answers[1].report))
    return "\n".join(texts)


def _mask(text: str) -> int:
    mask = names.parse_mask(text)
    if mask is None:
        raise _UsageError(f"not a signal mask (up to 16 hexadecimal digits): {text}")
    return mask


def _masks_of(text: str) -> tuple[int, int, int]:
    from . import procfs

    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise _UsageError(f"not a process number: {text}")
    if not procfs.available():
        raise _UsageError("--pid reads /proc, which this system does not have")
    seen = procfs.look(int(text))
    if seen is None:
        raise _UsageError(f"there is no process {text}")
    return seen.caught, seen.ignored, seen.blocked


def _decoded(caught: int, ignored: int, blocked: int, as_json: bool) -> str:
    if as_json:
        return _dumped({"version": 1, **_named(caught, ignored, blocked)})
    return "".join(explain.masks(caught, ignored, blocked))


def _ready(text: str) -> Ready:
    from .ready import After, Output, Port, Steady

    kind, _, value = text.partition(":")
    try:
        if kind == "steady":
            return Steady(float(value)) if value else Steady()
        if kind == "after":
            return After(float(value))
        if kind == "output" and value:
            return Output(value.encode("utf-8", "surrogateescape"))
        if kind == "port" and 0 < int(value) < 65536:
            return Port(int(value))
    except ValueError:
        pass
    raise _UsageError(f"--ready is steady[:S], after:S, output:TEXT or port:N, not {text}")


def _named(caught: int, ignored: int, blocked: int) -> dict[str, object]:
    masks = {"caught": caught, "ignored": ignored, "blocked": blocked}
    return {key: list(names.decode(mask)) for key, mask in masks.items()}


def as_object(report: Report) -> dict[str, object]:
    """A report as the JSON format shows it. Masks that could not be seen are null."""
    pid1, status = report.pid1, report.status
    words = {"sigcgt": pid1.caught, "sigign": pid1.ignored, "sigblk": pid1.blocked}

    def process(one: Process) -> dict[str, object]:
        masks = _named(one.caught, one.ignored, one.blocked)
        return {"argv": list(one.argv), **(masks if report.complete else dict.fromkeys(masks))}

    grace = report.grace_period
    return {
        "version": 1,
        "argv": list(report.argv),
        "signal": names.name(report.signal),
        "grace_period_seconds": int(grace) if float(grace).is_integer() else grace,
        "pid1": {
            **process(pid1),
            **{key: f"{mask:016x}" if report.complete else None for key, mask in words.items()},
        },
        "tree": [{"pid": one.pid, "parent": one.parent, **process(one)} for one in report.tree],
        "exited": report.exited,
        "seconds": round(max(0.0, report.seconds), 3),
        "status": {"code": status.code, "signal": None if status.signal is None else names.name(status.signal)},
        "verdict": report.verdict,
    }


def _dumped(value: object) -> str:
    import json

    return json.dumps(value, indent=2) + "\n"
