"""From the expressions of Python's own syntax tree (`ast`) to the model's.

One method a kind of expression, in a table by its class; what is not there becomes `Other`, with the expressions inside it.
Hazards: `ast` counts columns in bytes of UTF-8; and before Python 3.12 its places inside formatted strings are wrong (see `formatted`).
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Literal

from ...regexes import regex
from ...source import Text
from . import model
from .formatted import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# PEP 701: since then formatted strings are read by the tokenizer.
_PLACES_IN_FORMATTED = sys.version_info >= (3, 12)
_LINE = regex(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class Expressions:
    """One module's expressions: ``whole`` is its text."""

    def __init__(self, whole: Text) -> None:
        self._whole = whole
        self._buffer = whole.buffer
        # Where each line begins, counted in the buffer; `ast` counts lines from 1.
        self._starts = [0]
        at = whole.start
        source = whole.value
        self._lines = [] if source.isascii() else [""]
        for line in _lines(source):
            self._starts.append(at)
            at += len(line)
            if self._lines:
                self._lines.append("" if line.isascii() else line)
        # Whether the function that is being read yields.
        self.yields = False

    def text(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.keyword | ast.pattern) -> Text:
        """Where a node stands."""
        # Both are None only in trees that were not parsed.
        end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
        if self._lines:
            return Text(self._buffer, self._offset(node.lineno, node.col_offset), self._offset(end_line, end_column))
        starts = self._starts
        return Text(self._buffer, starts[node.lineno] + node.col_offset, starts[end_line] + end_column)

    def _offset(self, number: int, column: int) -> int:
        line = self._lines[number]
        inside = len(line.encode()[:column].decode()) if line else column
        return self._starts[number] + inside

    def parameters(self, node: ast.arguments) -> tuple[model.Parameter, ...]:
        """The parameters of a function or lambda, in order."""
        plain = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(plain) - len(node.defaults)) + node.defaults
        found = [self._parameter(one.arg, default) for one, default in zip(plain, defaults, strict=True)]
        if node.vararg is not None:
            found.append(model.Parameter(node.vararg.arg, star="*"))
        for one, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            found.append(self._parameter(one.arg, default, named=True))
        if node.kwarg is not None:
            found.append(model.Parameter(node.kwarg.arg, star="**"))
        return tuple(found)

    def _parameter(self, name: str, default: ast.expr | None, *, named: bool = False) -> model.Parameter:
        return model.Parameter(name, self.expression(default) if default is not None else None, named=named)

    def expression(self, node: ast.expr) -> model.Expression:
        """An expression."""
        convert = _EXPRESSIONS.get(type(node))
        if convert is not None:
            return convert(self, node)
        return model.Other(self.text(node), "other", self.each(ast.iter_child_nodes(node)))

    def each(self, nodes: Iterable[ast.AST | None]) -> tuple[model.Expression, ...]:
        """Those of them that are expressions."""
        return tuple(self.expression(node) for node in nodes if isinstance(node, ast.expr))

    def _name(self, node: ast.Name) -> model.Expression:
        return model.Name(self.text(node), node.id)

    def _attribute(self, node: ast.Attribute) -> model.Expression:
        return model.Attribute(self.text(node), self.expression(node.value), node.attr)

    def _constant(self, node: ast.Constant) -> model.Expression:
        if node.value is ...:
            return model.Other(self.text(node), "other", ())
        return model.Constant(self.text(node), node.value)

    def _call(self, node: ast.Call) -> model.Expression:
        arguments = [
            (one.lineno, one.col_offset, model.Argument(self.expression(one.value), None, "*"))
            if isinstance(one, ast.Starred)
            else (one.lineno, one.col_offset, model.Argument(self.expression(one)))
            for one in node.args
        ]
        named = [
            (one.lineno, one.col_offset, model.Argument(self.expression(one.value), one.arg, "" if one.arg else "**"))
            for one in node.keywords
        ]
        if arguments and named and arguments[-1][:2] > named[0][:2]:
            # ``f(a=1, *rest)``
            both = sorted([*arguments, *named], key=lambda one: one[:2])
        else:
            both = arguments + named
        return model.Call(self.text(node), self.expression(node.func), tuple(argument for _, _, argument in both))

    def _items(self, node: ast.Tuple | ast.List | ast.Set) -> model.Expression:
        if len(node.elts) > model.MOST_ITEMS:
            return self._data(node, node.elts)
        return model.Items(self.text(node), _KINDS[type(node)], tuple(map(self.expression, node.elts)))

    def _starred(self, node: ast.Starred) -> model.Expression:
        return model.Other(self.text(node), "starred", (self.expression(node.value),))

    def _data(self, node: ast.expr, inside: Iterable[ast.expr | None]) -> model.Expression:
        parts = (one.value if isinstance(one, ast.Starred) else one for one in inside)
        return model.Other(self.text(node), "data", self.each(one for one in parts if not _is_data(one)))

    def _dictionary(self, node: ast.Dict) -> model.Expression:
        if len(node.values) > model.MOST_ITEMS:
            pairs = zip(node.keys, node.values, strict=True)
            return self._data(node, (one for pair in pairs for one in pair))
        items = tuple(
            (self.expression(key) if key is not None else None, self.expression(value))
            for key, value in zip(node.keys, node.values, strict=True)
        )
        return model.Dictionary(self.text(node), items)

    def _lambda(self, node: ast.Lambda) -> model.Expression:
        return model.Lambda(self.text(node), self.parameters(node.args), self.expression(node.body))

    def _awaited(self, node: ast.Await) -> model.Expression:
        return model.Await(self.text(node), self.expression(node.value))

    def _binary(self, node: ast.BinOp) -> model.Expression:
        operands = (self.expression(node.left), self.expression(node.right))
        return model.Operation(self.text(node), symbol(node.op), operands)

    def _logical(self, node: ast.BoolOp) -> model.Expression:
        return model.Operation(self.text(node), symbol(node.op), tuple(map(self.expression, node.values)))

    def _unary(self, node: ast.UnaryOp) -> model.Expression:
        return model.Operation(self.text(node), symbol(node.op), (self.expression(node.operand),))

    def _comparison(self, node: ast.Compare) -> model.Expression:
        text, left = self.text(node), self.expression(node.left)
        parts: list[model.Expression] = []
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.expression(comparator)
            parts.append(model.Operation(text, symbol(operator), (left, right)))
            left = right
        return parts[0] if len(parts) == 1 else model.Operation(text, "and", tuple(parts))

    def _subscript(self, node: ast.Subscript) -> model.Expression:
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if not any(isinstance(index, ast.Slice) for index in indices):
            return model.Subscript(self.text(node), self.expression(node.value), self.expression(node.slice))
        parts = [node.value]
        for index in indices:
            bounds = (index.lower, index.upper, index.step) if isinstance(index, ast.Slice) else (index,)
            parts += [bound for bound in bounds if bound is not None]
        return model.Other(self.text(node), "slice", self.each(parts))

    def _choice(self, node: ast.IfExp) -> model.Expression:
        test, body, otherwise = self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        return model.Choice(self.text(node), test, body, otherwise)

    def _bind(self, node: ast.NamedExpr) -> model.Expression:
        return model.Bind(self.text(node), node.target.id, self.expression(node.value))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> model.Expression:
        key = self.expression(node.key) if isinstance(node, ast.DictComp) else None
        value = self.expression(node.value if isinstance(node, ast.DictComp) else node.elt)
        clauses = tuple(
            model.Clause(self.expression(one.target), self.expression(one.iter), self.each(one.ifs))
            for one in node.generators
        )
        text = self.text(node)
        # The parentheses of a generator are its own, or those of the call whose only argument it is.
        text = text.cut(1, len(text) - 1).strip() if isinstance(node, ast.GeneratorExp) else text
        return model.Comprehension(text, _COMPREHENSIONS[type(node)], key, value, clauses)

    def _yielded(self, node: ast.Yield | ast.YieldFrom) -> model.Expression:
        self.yields = True
        return model.Other(self.text(node), "yield", self.each([node.value]))

    def _formatted(self, node: ast.JoinedStr) -> model.Expression:
        text = self.text(node)
        if _PLACES_IN_FORMATTED:
            return model.Other(text, "formatted", self._fields(node))
        parts: list[model.Expression] = []
        for start, end in fields(text.value):
            inside = Expressions(text.cut(start, end))
            # Brackets stand where the braces are, so that it may begin with a space or go on for several lines.
            body = ast.parse(f"({text.value[start + 1 : end - 1]})", mode="eval").body
            parts.append(inside.expression(body))
            self.yields = self.yields or inside.yields
        return model.Other(text, "formatted", tuple(parts))

    def _fields(self, node: ast.JoinedStr) -> tuple[model.Expression, ...]:
        """The expressions in a formatted string, those of their formats among them."""
        parts: list[model.Expression] = []
        for value in node.values:
            inner = getattr(value, "value", None)
            if not isinstance(value, ast.Constant) and isinstance(inner, ast.expr):
                parts.append(self.expression(inner))
            layout = getattr(value, "format_spec", None)
            if isinstance(layout, ast.JoinedStr):
                parts += self._fields(layout)
        return tuple(parts)


def _is_data(node: ast.expr | None) -> bool:
    """Whether an expression consists of nothing but literals."""
    if isinstance(node, ast.Dict):
        return all(map(_is_data, node.keys)) and all(map(_is_data, node.values))
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(map(_is_data, node.elts))
    return isinstance(node, ast.Constant)


def _lines(source: str) -> list[str]:
    """The lines as Python's tokenizer counts them, with their endings; at least one."""
    return _LINE.findall(source)


_KINDS: dict[type[ast.expr], Literal["tuple", "list", "set"]] = {
    ast.Tuple: "tuple",
    ast.List: "list",
    ast.Set: "set",
}
_COMPREHENSIONS: dict[type[ast.expr], Literal["list", "set", "dict", "generator"]] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
}
_EXPRESSIONS: dict[type[ast.expr], Callable[..., model.Expression]] = {
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Constant: Expressions._constant,
    ast.Call: Expressions._call,
    ast.Tuple: Expressions._items,
    ast.List: Expressions._items,
    ast.Set: Expressions._items,
    ast.Starred: Expressions._starred,
    ast.Dict: Expressions._dictionary,
    ast.Lambda: Expressions._lambda,
    ast.Await: Expressions._awaited,
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._logical,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._comparison,
    ast.Subscript: Expressions._subscript,
    ast.IfExp: Expressions._choice,
    ast.NamedExpr: Expressions._bind,
    ast.Yield: Expressions._yielded,
    ast.YieldFrom: Expressions._yielded,
    ast.JoinedStr: Expressions._formatted,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
}
_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Not: "not", ast.And: "and", ast.Or: "or", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
    ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip


def symbol(operator: ast.AST) -> str:
    """How an operator is written."""
    return _SYMBOLS[type(operator)]
