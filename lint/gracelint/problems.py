"""What a shell or Python would refuse in the files that an image starts.

A false alarm here is worse than silence, so a Python file counts only where it is the application itself or a module it imports, its Python
is certainly Python 3, and both readers refuse it: this Python, which says best what is wrong, and libcst, which knows newer versions than
the one that runs gracelint.
"""

from __future__ import annotations

import posixpath
import warnings
from typing import TYPE_CHECKING

from .discovery import TEMPLATES
from .regexes import regex
from .signals.launch.scripts import LONGEST_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .image.model import Image
    from .parsers.dockerfile.model import Problem
    from .parsers.shell.model import Block
    from .signals.model import Trace
    from .source import Document, Text

_SHELL_SCRIPT = regex(r"#!\s*(?:\S*/)?(?:env\s+)?(?:ba|da|a)?sh\b")
_PYTHON_3 = regex(r"(?:.*/)?(?:python|pypy)(?:@|:(?!2)|$)")
# Names of properties, which no shell knows: Maven and Ant put values in their place before the image is built.
_PROPERTY = regex(r"\$\{[A-Za-z_][\w-]*(?:\.[\w-]+)+\}")
_ITSELF = regex(r'"?\$\{?0\}?"?')
_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without the import
_MOST_SOUND = 1_000
_sound: set[str] = set()
"""Shell scripts that were read in this process and found without a fault; services of one house share theirs."""


def of_scripts(documents: Iterable[Document]) -> Iterator[Problem]:
    """The stretches of shell scripts that a shell would refuse; none of one that is too long to be followed."""
    for document in documents:
        read = len(document.text) <= LONGEST_SCRIPT
        if (
            read
            and document.text.startswith("#!")
            and _SHELL_SCRIPT.match(document.text)
            and not document.path.endswith(TEMPLATES)
        ):
            yield from _of_script(document)


def _of_script(document: Document) -> Iterator[Problem]:
    from .parsers.dockerfile.model import Problem
    from .parsers.shell import parse_script

    if document.text in _sound:
        return
    script = parse_script(document.whole())
    found = script.problems
    if any(_PROPERTY.search(problem.text.value) for problem in found):
        return  # a template: what the image gets is made of it
    handed_on = _handed_on(script.body) if found else None
    if handed_on is not None:
        found = tuple(problem for problem in found if problem.text.start < handed_on)
    if not found and len(_sound) < _MOST_SOUND:
        _sound.add(document.text)
    for problem in found:
        yield Problem(problem.reason, problem.text.span)


def _handed_on(body: Block) -> int | None:
    """Where a shell stops to read a script that it always hands on to another interpreter (``exec node "$0" "$@"``): what stands behind is
    not for it."""
    from .parsers.shell.model import Simple

    for node in body.commands:
        words = [word.text.value for word in node.words] if isinstance(node, Simple) else []
        if words[:1] == ["exec"] and any(_ITSELF.fullmatch(word) for word in words[2:]):
            return node.text.end
    return None


def of_applications(image: Image, trace: Trace) -> Iterator[Problem]:
    """Why Python would refuse the files that it is given as applications."""
    for text in dict.fromkeys(_applications(image, trace)):
        refusal = _refusal(text.value)
        if refusal is None:
            continue
        from .parsers.dockerfile.model import Problem
        from .parsers.python import parse

        problem = parse(text).problem
        if problem is not None and problem.certain:
            lines = text.value.split("\n")
            number = min(max(refusal.lineno or 1, 1), len(lines)) - 1
            start = sum(len(line) + 1 for line in lines[:number])
            yield Problem(f"not Python: {refusal.msg}", text.cut(start, start + len(lines[number])).span)


def _applications(image: Image, trace: Trace) -> Iterator[Text]:
    from .image.model import ImageFile

    for hop in (hop for path in trace.paths for hop in path.hops):
        application = hop.program.application if hop.program is not None else None
        if application is None or not application.value.endswith(".py"):
            continue
        if not (posixpath.basename(hop.argv[0]).startswith("python3") or _PYTHON_3.match(image.base.reference)):
            continue
        if hop.program is not None and hop.program.python is not None:
            yield from hop.program.python.broken
        file = image.files.lookup(posixpath.normpath(posixpath.join(image.workdir, application.value)))
        if isinstance(file, ImageFile) and file.content is not None and file.exact:
            yield file.content


def _refusal(source: str) -> SyntaxError | None:
    """What this Python has against it; what it says about odd escapes stays unsaid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "", "exec", flags=_ONLY_AST, dont_inherit=True)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or "nested too deeply")
    return None
