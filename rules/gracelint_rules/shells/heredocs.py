"""What the build takes out of scripts that stand in unquoted heredocs of a Dockerfile.

BuildKit expands the heredocs of COPY and ADD itself, the shell of a RUN those of its commands. Both know build arguments and the image's
environment; what else a ``$`` names becomes nothing. Only heredocs that a script on the launch's way was read from are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.records import dataclass
from gracelint.regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.parsers.dockerfile.model import Heredoc, Instruction
    from gracelint.rule import Case
    from gracelint.source import Span, Text

_EXPANSION = regex(
    r"(?P<escaped>[\\`].)|\$(?:(?P<name>\w+|[@*#?$!-])|\{[#!]?(?P<braced>\w+|[@*#?$!-])(?P<rest>[^}]*)\})"
)
_BUILD_ARGUMENT = regex(r"[A-Za-z_]\w*")
# Set by BuildKit, or taken from its environment: https://docs.docker.com/reference/dockerfile/#predefined-args
_PREDEFINED = frozenset(
    "HTTP_PROXY http_proxy HTTPS_PROXY https_proxy FTP_PROXY ftp_proxy NO_PROXY no_proxy ALL_PROXY all_proxy TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDPLATFORM BUILDOS"
    " BUILDARCH BUILDVARIANT PATH HOME HOSTNAME PWD".split()
)


# ${name:-word}: what stands there was thought of.
_CONDITIONAL = (":-", ":+", "-", "+")


@dataclass(frozen=True)
class Expanded:
    """A heredoc that loses text. ``lost`` are the expansions that come to nothing, at least one; ``meant``: others, or backslashes, may be meant."""

    source: Heredoc
    lost: tuple[Text, ...]
    meant: bool


def expanded(case: Case) -> Iterator[Expanded]:
    """The heredocs that hold a script on the launch's way and lose some of it."""
    scripts = [
        hop.shell.source.span
        for path in case.trace.paths
        for hop in (*path.before, *path.hops)
        if hop.shell is not None and hop.shell.mode == "file"
    ]
    for instruction in case.instructions:
        # `RUN <<EOF` is a script of the build's own.
        written = instruction.keyword in ("COPY", "ADD") or not instruction.value.value.lstrip().startswith("<<")
        for heredoc in instruction.heredocs if written else ():
            if heredoc.expands and any(_within(span, heredoc.body.span) for span in scripts):
                yield from _judged(case, heredoc, shell=instruction.keyword == "RUN")


def _within(span: Span, body: Span) -> bool:
    return span.document is body.document and body.start <= span.start and span.end <= body.end


def _judged(case: Case, heredoc: Heredoc, *, shell: bool) -> Iterator[Expanded]:
    """What a heredoc loses. The shell of a RUN may have set any variable itself."""
    known = {*case.image.env, *_PREDEFINED, *_arguments(case)}
    lost: list[Text] = []
    meant = False
    for match in _EXPANSION.finditer(heredoc.body.value):
        name = match["name"] or match["braced"]
        if match["escaped"] or name in known or (match["rest"] or "").startswith(_CONDITIONAL):
            meant = True
        elif not name.isidentifier() or (not shell and (case.image.base.known or not name.isupper())):
            lost.append(heredoc.body.cut(*match.span()))
        else:
            meant = True  # the base image may set it
    if lost:
        yield Expanded(heredoc, tuple(lost), meant)


def _arguments(case: Case) -> Iterator[str]:
    """The names that ARG declares, before the first stage as well."""
    own: list[Instruction] = [*case.dockerfile.instructions, *case.instructions]
    for instruction in own:
        if instruction.keyword == "ARG":
            for word in instruction.words:
                found = _BUILD_ARGUMENT.match(word.value)
                if found is not None:
                    yield found[0]
