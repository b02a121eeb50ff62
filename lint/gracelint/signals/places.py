"""Traces as data in which places have names, so that they can be read with another image's places (see `gracelint.signals.recall`).

Named are the words of the launch, what is written in its instructions, and what is written in files that were read. Two images whose
`asked.written` are equal, and whose files hold the same, have all these places, and the same text stands there.
"""

from __future__ import annotations

import io
from pickle import Pickler, PicklingError, Unpickler
from typing import TYPE_CHECKING, Any, TypeAlias

from ..image.model import Argument
from ..source import Buffer, Document, Run, Text
from .asked import lines
from .process import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..image.model import Image
    from ..source import Span
    from .model import Trace

    Name: TypeAlias = "tuple[Any, ...]"


class NamelessError(PicklingError):
    """A trace holds a place that has no name."""


class Places:
    """The places of one image. ``contents`` are the texts of the files that were read, each the whole of its document, in order."""

    def __init__(self, image: Image, contents: Sequence[Text]) -> None:
        self.image, self.words = image, image.launch.arguments
        self.contents = contents
        spans = [line.instruction.span for line in lines(image) if line.instruction is not None]
        self.regions = [*spans, *(content.span for content in contents)]

    def write(self, trace: Trace) -> bytes:
        """A trace of the image as data. Raises `NamelessError`."""
        data = io.BytesIO()
        try:
            _Writer(data, self).dump(trace)
        except (TypeError, AttributeError, RecursionError) as error:  # something in it is no data
            raise NamelessError from error
        return data.getvalue()

    def read(self, data: bytes) -> Trace:
        """A trace of what was written of an image with the same launch and contents."""
        trace: Trace = _Reader(data, self).load()
        return trace

    def region(self, runs: Sequence[Run]) -> int:
        """The number of the region that these runs lie in. Raises `NamelessError`."""
        for number, (document, start, end) in enumerate(self.regions):
            if all(run.document is document and start <= run.origin and run.origin_end <= end for run in runs):
                return number
        raise NamelessError


class _Writer(Pickler):
    """Writes names in place of places."""

    def __init__(self, data: io.BytesIO, places: Places) -> None:
        super().__init__(data, protocol=-1)
        self._places = places
        self._arguments = {id(word): number for number, word in enumerate(places.words)}
        self._texts = {_identity(word.text): number for number, word in reversed([*enumerate(places.words)])}
        self._buffers: dict[int, Name] = {}
        for number, word in enumerate(places.words):
            self._buffers.setdefault(id(word.text.buffer), ("word", number))
        for number, content in enumerate(places.contents):
            self._buffers.setdefault(id(content.buffer), ("content", number))

    def persistent_id(self, obj: object) -> Name | None:
        kind = type(obj)
        if kind is Text:
            number = self._texts.get(_identity(obj))  # type: ignore[arg-type]  # a Text
            return None if number is None else ("text", number)
        if kind is Buffer:
            return self._buffer(obj)  # type: ignore[arg-type]  # a Buffer
        if kind is Argument:
            number = self._arguments.get(id(obj))
            return None if number is None else ("argument", number)
        if obj is self._places.image or obj is self._places.image.stop_signal:
            return ("image" if obj is self._places.image else "signal", 0)
        if kind is Document or kind is Placed:
            raise NamelessError
        return None

    def _buffer(self, buffer: Buffer) -> Name:
        number = self._places.region(buffer.runs)
        name = self._buffers.get(id(buffer))
        if name is None:
            start = self._places.regions[number].start
            runs = tuple((run.start, run.end, run.origin - start, run.origin_end - start) for run in buffer.runs)
            name = self._buffers[id(buffer)] = ("cut", len(self._buffers), number, buffer.value, runs, buffer.encode)
        return name


class _Reader(Unpickler):
    """Puts places where names stand."""

    def __init__(self, data: bytes, places: Places) -> None:
        super().__init__(io.BytesIO(data))
        self._places = places
        self._cut: dict[int, Buffer] = {}

    def persistent_load(self, pid: Name) -> object:
        kind, number, *rest = pid
        places = self._places
        if kind == "image":
            return places.image
        if kind == "signal":
            return places.image.stop_signal
        if kind == "text":
            return places.words[number].text
        if kind == "argument":
            return places.words[number]
        if kind == "word":
            return places.words[number].text.buffer
        if kind == "content":
            return places.contents[number].buffer
        if number not in self._cut:
            region, value, runs, encode = rest
            self._cut[number] = Buffer(value, _moved(places.regions[region], runs), encode)
        return self._cut[number]


def _identity(text: Text) -> tuple[int, int, int]:
    return id(text.buffer), text.start, text.end


def _moved(region: Span, runs: Sequence[tuple[int, int, int, int]]) -> tuple[Run, ...]:
    document, at, _ = region
    return tuple(Run(start, end, document, at + origin, at + origin_end) for start, end, origin, origin_end in runs)
