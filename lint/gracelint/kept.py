"""A judgement as plain data, and back: what an entry of the cache says (`gracelint.cache`).

A document is written as where its text is read from. Hazard: an entry may hold anything; each piece is checked as it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from . import disk
from .diagnostics import CONFIDENCES, SEVERITIES, Finding, Fix, Related
from .discovery import display, read_bytes
from .engine import Judged
from .source import Document, Edit, Span
from .suppress import Ignore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cases import Unit
    from .compose.service import Service

    Json: TypeAlias = Any


class NotKeptError(Exception):
    """A judgement that is not to be kept, or an entry that is not to be believed."""


class Writer:
    """Makes plain data of a judgement."""

    def __init__(self, unit: Unit, record: disk.Record) -> None:
        self._unit = unit
        self._record = record
        self._documents: dict[int, int] = {}
        self._sources: list[list[str]] = []

    def entry(self, judged: Judged) -> dict[str, Json]:
        """A judgement."""
        text = self._record.answers.get(("text", self._unit.file))
        if not isinstance(text, str):
            raise NotKeptError
        return {
            "text": text,
            "findings": [self._finding(each) for each in judged.findings],
            "ignores": [
                [
                    *self._span(each.span),
                    [[code, *self._span(at)] for code, at in each.codes],
                    *each.lines,
                    each.whole_file,
                ]
                for each in judged.ignores
            ],
            "read": sorted(judged.read),
            "documents": self._sources,
        }

    def _finding(self, finding: Finding) -> list[Json]:
        fix = finding.fix
        return [
            finding.code, finding.name, finding.severity, finding.confidence, finding.message, self._span(finding.span),
            [[self._span(each.span), each.message] for each in finding.related],
            fix and [fix.safety, fix.message, [[self._span(each.span), each.text] for each in fix.edits]],
            finding.dockerfile, finding.target,
        ]  # fmt: skip

    def _span(self, span: Span) -> list[int]:
        document = span.document
        index = self._documents.get(id(document))
        if index is None:
            index = self._documents[id(document)] = len(self._sources)
            self._sources.append(self._source(document))
        return [index, span.start, span.end]

    def _source(self, document: Document) -> list[str]:
        unit = self._unit
        said = disk.digest(document.encode())
        if document.path == unit.path and said == self._record.answers.get(("text", unit.file)):
            return ["unit", ""]
        if unit.service is not None and document is unit.service.document:
            return ["service", ""]
        for (kind, path), answer in self._record.answers.items():
            if answer == said and kind.startswith("content") and display(path) == document.path:
                return ["content", path]
        raise NotKeptError


class Reader:
    """Makes a judgement of plain data, if it is sound and every question gets the same answer as before."""

    def __init__(self, unit: Unit, entry: dict[str, Json]) -> None:
        self._unit = unit
        self._entry = entry
        self._contents: dict[str, bytes] = {}
        self._documents: list[Document] = []

    def judged(self) -> Judged:
        """The judgement."""
        entry = self._entry
        data = read_bytes(self._unit.file)
        if disk.digest(data) != entry["text"]:
            raise NotKeptError
        for kind, path, answer in entry["asked"]:
            if kind == "text":
                continue
            found, content = disk.ask(_text(kind), _text(path))
            if found != answer:
                raise NotKeptError
            if content is not None:
                self._contents[path] = content
        self._documents = [self._document(kind, path, data) for kind, path in entry["documents"]]
        return Judged(
            tuple([self._finding(*each) for each in entry["findings"]]),
            tuple([self._ignore(*each) for each in entry["ignores"]]),
            frozenset([_text(path) for path in entry["read"]]),
        )

    def _document(self, kind: str, path: str, data: bytes) -> Document:
        service: Service | None = self._unit.service
        if kind == "unit":
            return Document.decode(self._unit.path, data)
        if kind == "service" and service is not None:
            return service.document
        return Document.decode(display(path), self._contents[path])

    def _finding(
        self, code: Json, name: Json, severity: Json, confidence: Json, message: Json, span: Json, related: Json,
        fix: Json, dockerfile: Json, target: Json,
    ) -> Finding:  # fmt: skip
        return Finding(
            _text(code),
            _text(name),
            _one_of(severity, SEVERITIES),
            _one_of(confidence, CONFIDENCES),
            _text(message),
            self._span(*span),
            tuple([Related(self._span(*at), _text(why)) for at, why in related]),
            None if fix is None else self._fix(*fix),
            None if dockerfile is None else _text(dockerfile),
            None if target is None else _text(target),
        )

    def _fix(self, safety: Json, message: Json, edits: Json) -> Fix:
        made = tuple([Edit(self._span(*span), _text(text)) for span, text in edits])
        return Fix(_one_of(safety, ("safe", "unsafe")), _text(message), made)

    def _ignore(
        self, document: Json, start: Json, end: Json, codes: Json, first: Json, last: Json, whole: Json
    ) -> Ignore:
        named = tuple([(_text(code), self._span(*at)) for code, *at in codes])
        return Ignore(self._span(document, start, end), named, (_number(first), _number(last)), whole is True)

    def _span(self, document: Json, start: Json, end: Json) -> Span:
        found = self._documents[_number(document)]
        if not 0 <= _number(start) <= _number(end) <= len(found.text):
            raise NotKeptError
        return Span(found, start, end)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise NotKeptError
    return value


def _number(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NotKeptError
    return value


def _one_of(value: Json, choices: Sequence[Json]) -> Json:
    if value not in choices:
        raise NotKeptError
    return value
