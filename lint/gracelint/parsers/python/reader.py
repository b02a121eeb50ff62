"""From libcst's tree to the Python model.

libcst reads any version of the language from 3.0 on with one parser of its own, so a file may be newer than the interpreter that runs
gracelint. Places come from its byte positions, which do not depend on what counts as a line. Hazards: its parser is native and
recursive, so nesting is measured on the text before it is called; positions are bytes, documents count characters.
"""

from __future__ import annotations

import ast
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from . import model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from libcst.metadata import CodeSpan

    from ...source import Document, Text

# CPython's own limits: 200 nested parentheses, 100 levels of indentation (Parser/lexer/state.h MAXLEVEL, MAXINDENT).
_MAX_BRACKETS = 200
_MAX_INDENTS = 100
_MAX_CHARACTERS = 2_000_000
# Chains of operators nest without any bracket, and the parser tries prefixes again and again.
_MAX_OPERATORS = 2_000
_MAX_PREFIXES = 200
_MARK = re.compile(
    r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<line>\n)|(?P<prefix>\b(?:not|lambda|if|await)\b)|(?P<operator>[-+*/|&.<>=~])"
)


def read(document: Document) -> model.Module:
    """The model of a document."""
    refused = _refused(document.text)
    if refused is not None:
        return _unreadable(document, refused, 0)
    try:
        module = cst.parse_module(document.text)
    except cst.ParserSyntaxError as error:
        line = min(max(error.raw_line, 1), len(document.line_starts))
        return _unreadable(
            document, f"not Python: {_first_line(error.message)}", document.line_starts[line - 1] + error.raw_column
        )
    except (RecursionError, ValueError, UnicodeError) as error:
        return _unreadable(document, f"not Python: {_first_line(str(error))}", 0)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    try:
        return model.Module(document, _Reader(document, wrapper).block(wrapper.module.body))
    except RecursionError:
        return _unreadable(document, "nested too deeply to be followed", 0)


def _unreadable(document: Document, message: str, offset: int) -> model.Module:
    at = min(max(offset, 0), len(document.text))
    return model.Module(document, (), model.SyntaxProblem(message, document.span(at, at)))


def _first_line(message: str) -> str:
    return message.strip().partition("\n")[0].rstrip(".")


def _refused(text: str) -> str | None:
    """Why a text is not handed to the native parser; counted without regard to strings, which errs on the safe side by far."""
    if len(text) > _MAX_CHARACTERS:
        return f"larger than {_MAX_CHARACTERS:,} characters"
    depth = operators = prefixes = 0
    for mark in _MARK.finditer(text):
        match mark.lastgroup:
            case "open":
                depth += 1
                if depth > _MAX_BRACKETS:
                    return f"more than {_MAX_BRACKETS} nested brackets"
            case "close":
                depth = max(0, depth - 1)
            case "line" if depth == 0:
                operators = prefixes = 0
            case "prefix":
                prefixes += 1
            case "operator":
                operators += 1
        if operators > _MAX_OPERATORS or prefixes > _MAX_PREFIXES:
            return "a line with too many operators"
    if any(line.startswith(" " * _MAX_INDENTS * 8) for line in text.splitlines()):
        return "indented too deeply"
    return None


class _Reader:
    """One module's conversion."""

    def __init__(self, document: Document, wrapper: MetadataWrapper) -> None:
        self._whole = document.whole()
        self._spans: Mapping[cst.CSTNode, CodeSpan] = wrapper.resolve(ByteSpanPositionProvider)
        text = document.text
        # Character offset of each byte offset; None where they are the same.
        self._characters: list[int] | None = None
        if not text.isascii():
            sizes = (len(character.encode("utf-8", "surrogateescape")) for character in text)
            self._characters = [0] * (len(text.encode("utf-8", "surrogateescape")) + 1)
            for index, end in enumerate(accumulate(sizes)):
                self._characters[end] = index + 1

    def text(self, node: cst.CSTNode) -> Text:
        span = self._spans[node]
        start, end = span.start, span.start + span.length
        if self._characters is not None:
            start, end = self._characters[start], self._characters[end]
        return self._whole.cut(start, end)

    # --- statements ----------------------------------------------------------------------------------------------

    def block(self, body: Sequence[cst.CSTNode] | cst.BaseSuite) -> tuple[model.Statement, ...]:
        nodes = body.body if isinstance(body, cst.BaseSuite) else body
        statements: list[model.Statement] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    statements += self.small(small)
            elif isinstance(node, cst.BaseSmallStatement):
                statements += self.small(node)
            elif isinstance(node, cst.BaseCompoundStatement):
                statements.append(self.compound(node))
        return tuple(statements)

    def small(self, node: cst.BaseSmallStatement) -> list[model.Statement]:
        text = self.text(node)
        match node:
            case cst.Import():
                return [model.Import(text, _dotted(name.name), _alias(name)) for name in node.names]
            case cst.ImportFrom():
                names = (
                    ()
                    if isinstance(node.names, cst.ImportStar)
                    else tuple((_dotted(n.name), _alias(n)) for n in node.names)
                )
                return [model.ImportFrom(text, _dotted(node.module) if node.module else "", len(node.relative), names)]
            case cst.Assign():
                return [
                    model.Assign(
                        text, tuple(self.expression(t.target) for t in node.targets), self.expression(node.value)
                    )
                ]
            case cst.AnnAssign():
                value = self.expression(node.value) if node.value is not None else None
                return [model.Assign(text, (self.expression(node.target),), value)]
            case cst.AugAssign():
                operator = _symbol(node.operator).rstrip("=")
                return [model.Assign(text, (self.expression(node.target),), self.expression(node.value), operator)]
            case cst.Expr():
                return [model.Evaluate(text, self.expression(node.value))]
            case cst.Return():
                return [model.Return(text, self.expression(node.value) if node.value is not None else None)]
            case cst.Raise():
                return [model.Raise(text, self.expression(node.exc) if node.exc is not None else None)]
            case cst.Global() | cst.Nonlocal():
                keyword: Literal["global", "nonlocal"] = "global" if isinstance(node, cst.Global) else "nonlocal"
                return [model.Scope(text, keyword, tuple(item.name.value for item in node.names))]
        return [model.Plain(text, type(node).__name__.lower(), self.parts(node))]

    def compound(self, node: cst.BaseCompoundStatement) -> model.Statement:
        text = self.text(node)
        match node:
            case cst.FunctionDef():
                parameters, defaults = self.parameters(node.params)
                decorators = tuple(self.expression(d.decorator) for d in node.decorators)
                name = node.name
                asynchronous = node.asynchronous is not None
                return model.Function(
                    text,
                    name.value,
                    self.text(name),
                    parameters,
                    defaults,
                    decorators,
                    self.block(node.body),
                    asynchronous,
                )
            case cst.ClassDef():
                bases = tuple(self.expression(base.value) for base in node.bases)
                decorators = tuple(self.expression(d.decorator) for d in node.decorators)
                return model.Class(
                    text, node.name.value, self.text(node.name), bases, decorators, self.block(node.body)
                )
            case cst.If():
                return model.If(text, self.expression(node.test), self.block(node.body), self.otherwise(node.orelse))
            case cst.While():
                return model.While(text, self.expression(node.test), self.block(node.body), self.otherwise(node.orelse))
            case cst.For():
                return model.For(
                    text,
                    self.expression(node.target),
                    self.expression(node.iter),
                    self.block(node.body),
                    self.otherwise(node.orelse),
                    node.asynchronous is not None,
                )
            case cst.With():
                items = tuple(
                    (self.expression(item.item), self.expression(item.asname.name) if item.asname else None)
                    for item in node.items
                )
                return model.With(text, items, self.block(node.body), node.asynchronous is not None)
            case cst.Try() | cst.TryStar():
                final = self.block(node.finalbody.body) if node.finalbody else ()
                handlers = tuple(self.handler(handler) for handler in node.handlers)
                return model.Try(text, self.block(node.body), handlers, self.otherwise(node.orelse), final)
            case cst.Match():
                return model.Match(
                    text, self.expression(node.subject), tuple(self.block(arm.body) for arm in node.cases)
                )
        return model.Plain(text, type(node).__name__.lower())

    def otherwise(self, node: cst.If | cst.Else | None) -> tuple[model.Statement, ...]:
        if node is None:
            return ()
        return (self.compound(node),) if isinstance(node, cst.If) else self.block(node.body)

    def handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> model.Handler:
        text = self.text(node)
        kind = self.expression(node.type) if node.type is not None else None
        name = node.name.name.value if node.name is not None and isinstance(node.name.name, cst.Name) else None
        return model.Handler(text, text.cut(0, len("except")), kind, name, self.block(node.body))

    def parameters(self, node: cst.Parameters) -> tuple[tuple[str, ...], tuple[model.Expression, ...]]:
        every = [*node.posonly_params, *node.params, *node.kwonly_params]
        defaults = tuple(self.expression(p.default) for p in every if p.default is not None)
        return tuple(p.name.value for p in every), defaults

    # --- expressions ---------------------------------------------------------------------------------------------

    def expression(self, node: cst.BaseExpression) -> model.Expression:
        convert = _EXPRESSIONS.get(type(node))
        if convert is not None:
            return convert(self, node)
        return model.Other(self.text(node), type(node).__name__, self.parts(node))

    def parts(self, node: cst.CSTNode) -> tuple[model.Expression, ...]:
        """The expressions directly inside a node, however they are wrapped."""
        found: list[model.Expression] = []
        stack = list(reversed(node.children))
        while stack:
            child = stack.pop()
            if isinstance(child, cst.BaseExpression):
                found.append(self.expression(child))
            else:
                stack += reversed(child.children)
        return tuple(found)

    def name(self, node: cst.Name) -> model.Expression:
        text = self.text(node)
        constants: dict[str, bool | None] = {"True": True, "False": False, "None": None}
        return model.Constant(text, constants[node.value]) if node.value in constants else model.Name(text, node.value)

    def attribute(self, node: cst.Attribute) -> model.Expression:
        return model.Attribute(self.text(node), self.expression(node.value), node.attr.value)

    def constant(self, node: cst.BaseString | cst.BaseNumber) -> model.Expression:
        text = self.text(node)
        try:
            value = ast.literal_eval(text.value)
        except (ValueError, SyntaxError, MemoryError):
            return model.Other(text, type(node).__name__, self.parts(node))
        if not isinstance(value, str | bytes | int | float | complex):
            return model.Other(text, type(node).__name__, ())
        return model.Constant(text, value)

    def call(self, node: cst.Call) -> model.Expression:
        arguments = tuple(
            model.Argument(self.expression(a.value), a.keyword.value if a.keyword is not None else None, _star(a.star))
            for a in node.args
        )
        return model.Call(self.text(node), self.expression(node.func), arguments)

    def items(self, node: cst.Tuple | cst.List | cst.Set) -> model.Expression:
        kinds: dict[type[cst.CSTNode], Literal["tuple", "list", "set"]] = {
            cst.Tuple: "tuple",
            cst.List: "list",
            cst.Set: "set",
        }
        values = tuple(
            model.Other(self.text(e), "starred", (self.expression(e.value),))
            if isinstance(e, cst.StarredElement)
            else self.expression(e.value)
            for e in node.elements
        )
        return model.Items(self.text(node), kinds[type(node)], values)

    def dictionary(self, node: cst.Dict) -> model.Expression:
        items = tuple(
            (self.expression(e.key) if isinstance(e, cst.DictElement) else None, self.expression(e.value))
            for e in node.elements
        )
        return model.Dictionary(self.text(node), items)

    def function(self, node: cst.Lambda) -> model.Expression:
        return model.Lambda(self.text(node), self.parameters(node.params)[0], self.expression(node.body))

    def awaited(self, node: cst.Await) -> model.Expression:
        return model.Await(self.text(node), self.expression(node.expression))

    def binary(self, node: cst.BinaryOperation | cst.BooleanOperation) -> model.Expression:
        return model.Operation(
            self.text(node), _symbol(node.operator), (self.expression(node.left), self.expression(node.right))
        )

    def unary(self, node: cst.UnaryOperation) -> model.Expression:
        return model.Operation(self.text(node), _symbol(node.operator), (self.expression(node.expression),))

    def comparison(self, node: cst.Comparison) -> model.Expression:
        text, left = self.text(node), self.expression(node.left)
        parts: list[model.Expression] = []
        for target in node.comparisons:
            right = self.expression(target.comparator)
            parts.append(model.Operation(text, _symbol(target.operator), (left, right)))
            left = right
        return parts[0] if len(parts) == 1 else model.Operation(text, "and", tuple(parts))

    def subscript(self, node: cst.Subscript) -> model.Expression:
        first = node.slice[0].slice if len(node.slice) == 1 else None
        if isinstance(first, cst.Index):
            return model.Subscript(self.text(node), self.expression(node.value), self.expression(first.value))
        return model.Other(self.text(node), "slice", self.parts(node))

    def choice(self, node: cst.IfExp) -> model.Expression:
        return model.Choice(
            self.text(node), self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        )

    def bind(self, node: cst.NamedExpr) -> model.Expression:
        name = node.target.value if isinstance(node.target, cst.Name) else ""
        return model.Bind(self.text(node), name, self.expression(node.value))


_EXPRESSIONS: dict[type[cst.CSTNode], Callable[..., model.Expression]] = {
    cst.Name: _Reader.name,
    cst.Attribute: _Reader.attribute,
    cst.SimpleString: _Reader.constant,
    cst.ConcatenatedString: _Reader.constant,
    cst.Integer: _Reader.constant,
    cst.Float: _Reader.constant,
    cst.Imaginary: _Reader.constant,
    cst.Call: _Reader.call,
    cst.Tuple: _Reader.items,
    cst.List: _Reader.items,
    cst.Set: _Reader.items,
    cst.Dict: _Reader.dictionary,
    cst.Lambda: _Reader.function,
    cst.Await: _Reader.awaited,
    cst.BinaryOperation: _Reader.binary,
    cst.BooleanOperation: _Reader.binary,
    cst.UnaryOperation: _Reader.unary,
    cst.Comparison: _Reader.comparison,
    cst.Subscript: _Reader.subscript,
    cst.IfExp: _Reader.choice,
    cst.NamedExpr: _Reader.bind,
}

_SYMBOLS: dict[str, str] = {
    "Not": "not", "And": "and", "Or": "or", "Equal": "==", "NotEqual": "!=", "LessThan": "<", "LessThanEqual": "<=",
    "GreaterThan": ">", "GreaterThanEqual": ">=", "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**",
    "BitOr": "|", "BitAnd": "&", "BitXor": "^", "LeftShift": "<<", "RightShift": ">>", "MatrixMultiply": "@",
    "Minus": "-", "Plus": "+", "BitInvert": "~",
}  # fmt: skip


def _symbol(operator: cst.CSTNode) -> str:
    name = type(operator).__name__
    return _SYMBOLS.get(name.removesuffix("Assign"), name)


def _star(star: str) -> Literal["", "*", "**"]:
    return "**" if star == "**" else "*" if star == "*" else ""


def _dotted(node: cst.BaseExpression) -> str:
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        names.append(node.value)
    return ".".join(reversed(names))


def _alias(node: cst.ImportAlias) -> str | None:
    return node.asname.name.value if node.asname is not None and isinstance(node.asname.name, cst.Name) else None
