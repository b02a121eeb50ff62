"""From libcst's expressions to the model's.

One method a kind of expression, in a table by libcst's class; what is not there becomes `Other`, with the expressions inside it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

import libcst as cst

from . import model
from .places import places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...source import Text


class Expressions:
    """One module's expressions: ``whole`` is its text."""

    def __init__(self, whole: Text, module: cst.Module) -> None:
        self._whole = whole
        self._spans = places(module)
        # Whether the function that is being read yields.
        self.yields = False

    def text(self, node: cst.CSTNode) -> Text:
        """Where a node stands."""
        start, end = self._spans[id(node)]
        return self._whole.cut(start, end)

    def parameters(self, node: cst.Parameters) -> tuple[model.Parameter, ...]:
        """The parameters of a function or lambda, in order."""
        found = [self._parameter(one) for one in (*node.posonly_params, *node.params)]
        if isinstance(node.star_arg, cst.Param):
            found.append(model.Parameter(node.star_arg.name.value, star="*"))
        found += [self._parameter(one, named=True) for one in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append(model.Parameter(node.star_kwarg.name.value, star="**"))
        return tuple(found)

    def _parameter(self, node: cst.Param, *, named: bool = False) -> model.Parameter:
        default = self.expression(node.default) if node.default is not None else None
        return model.Parameter(node.name.value, default, named=named)

    def expression(self, node: cst.BaseExpression) -> model.Expression:
        """An expression."""
        convert = _EXPRESSIONS.get(type(node))
        if convert is not None:
            return convert(self, node)
        return model.Other(self.text(node), "other", self.parts(node))

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

    def _name(self, node: cst.Name) -> model.Expression:
        text = self.text(node)
        constants: dict[str, bool | None] = {"True": True, "False": False, "None": None}
        return model.Constant(text, constants[node.value]) if node.value in constants else model.Name(text, node.value)

    def _attribute(self, node: cst.Attribute) -> model.Expression:
        return model.Attribute(self.text(node), self.expression(node.value), node.attr.value)

    def _constant(self, node: cst.BaseString | cst.BaseNumber) -> model.Expression:
        text = self.text(node)
        if isinstance(node, cst.ConcatenatedString) and _is_formatted(node):
            return self._formatted(node)
        try:
            # In brackets, as strings next to each other may stand on lines of their own.
            value = ast.literal_eval(f"({text.value})")
        except (ValueError, SyntaxError, MemoryError):
            return model.Other(text, "other", ())
        return model.Constant(text, value)

    def _formatted(self, node: cst.BaseExpression) -> model.Expression:
        found: list[cst.BaseExpression] = []
        stack: list[cst.CSTNode] = [node]
        while stack:
            one = stack.pop()
            if isinstance(one, cst.FormattedStringExpression):
                found.append(one.expression)
                stack += reversed(one.format_spec or ())
            elif isinstance(one, cst.ConcatenatedString):
                stack += (one.right, one.left)
            elif isinstance(one, cst.FormattedString):
                stack += reversed(one.parts)
        return model.Other(self.text(node), "formatted", tuple(map(self.expression, found)))

    def _comprehension(self, node: cst.BaseComp) -> model.Expression:
        key = self.expression(node.key) if isinstance(node, cst.DictComp) else None
        value = self.expression(node.value if isinstance(node, cst.DictComp) else node.elt)  # type: ignore[attr-defined]  # the other three kinds have one
        clauses: list[model.Clause] = []
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            conditions = tuple(self.expression(one.test) for one in clause.ifs)
            target, iterable = self.expression(clause.target), self.expression(clause.iter)
            clauses.append(model.Clause(target, iterable, conditions))
            clause = clause.inner_for_in
        return model.Comprehension(self.text(node), _COMPREHENSIONS[type(node)], key, value, tuple(clauses))

    def _call(self, node: cst.Call) -> model.Expression:
        arguments = tuple(
            model.Argument(self.expression(a.value), a.keyword.value if a.keyword is not None else None, _star(a.star))
            for a in node.args
        )
        return model.Call(self.text(node), self.expression(node.func), arguments)

    def _items(self, node: cst.Tuple | cst.List | cst.Set) -> model.Expression:
        kinds: dict[type[cst.CSTNode], Literal["tuple", "list", "set"]] = {
            cst.Tuple: "tuple",
            cst.List: "list",
            cst.Set: "set",
        }
        if len(node.elements) > model.MOST_ITEMS:
            return self._data(self._with_brackets(node), [element.value for element in node.elements])
        values = tuple(
            model.Other(self.text(e), "starred", (self.expression(e.value),))
            if isinstance(e, cst.StarredElement)
            else self.expression(e.value)
            for e in node.elements
        )
        return model.Items(self._with_brackets(node), kinds[type(node)], values)

    def _with_brackets(self, node: cst.Tuple | cst.List | cst.Set) -> Text:
        """A tuple's own parentheses belong to it, as the brackets of a list do."""
        if isinstance(node, cst.Tuple) and node.lpar:
            return self.text(node.lpar[-1]).until(self.text(node.rpar[0]))
        return self.text(node)

    def _data(self, text: Text, inside: Iterable[cst.BaseExpression]) -> model.Expression:
        return model.Other(text, "data", tuple(self.expression(one) for one in inside if not _is_data(one)))

    def _dictionary(self, node: cst.Dict) -> model.Expression:
        if len(node.elements) > model.MOST_ITEMS:
            inside = [
                one for e in node.elements for one in ([e.key] if isinstance(e, cst.DictElement) else []) + [e.value]
            ]
            return self._data(self.text(node), inside)
        items = tuple(
            (self.expression(e.key) if isinstance(e, cst.DictElement) else None, self.expression(e.value))
            for e in node.elements
        )
        return model.Dictionary(self.text(node), items)

    def _function(self, node: cst.Lambda) -> model.Expression:
        return model.Lambda(self.text(node), self.parameters(node.params), self.expression(node.body))

    def _awaited(self, node: cst.Await) -> model.Expression:
        return model.Await(self.text(node), self.expression(node.expression))

    def _binary(self, node: cst.BinaryOperation) -> model.Expression:
        return model.Operation(
            self.text(node), symbol(node.operator), (self.expression(node.left), self.expression(node.right))
        )

    def _logical(self, node: cst.BooleanOperation) -> model.Expression:
        word, operands = symbol(node.operator), [node.right]
        left = node.left
        while isinstance(left, cst.BooleanOperation) and symbol(left.operator) == word and not left.lpar:
            operands.append(left.right)
            left = left.left
        operands.append(left)
        return model.Operation(self.text(node), word, tuple(map(self.expression, reversed(operands))))

    def _unary(self, node: cst.UnaryOperation) -> model.Expression:
        return model.Operation(self.text(node), symbol(node.operator), (self.expression(node.expression),))

    def _comparison(self, node: cst.Comparison) -> model.Expression:
        text, left = self.text(node), self.expression(node.left)
        parts: list[model.Expression] = []
        for target in node.comparisons:
            right = self.expression(target.comparator)
            parts.append(model.Operation(text, symbol(target.operator), (left, right)))
            left = right
        return parts[0] if len(parts) == 1 else model.Operation(text, "and", tuple(parts))

    def _subscript(self, node: cst.Subscript) -> model.Expression:
        indices = [element.slice for element in node.slice]
        if any(isinstance(index, cst.Slice) for index in indices):
            return model.Other(self.text(node), "slice", self.parts(node))
        found = [self._index(index) for index in indices if isinstance(index, cst.Index)]
        last = node.slice[-1]
        if len(found) == 1 and isinstance(last.comma, cst.MaybeSentinel) and not getattr(last.slice, "star", None):
            index = found[0]
        else:
            end = found[-1].text if isinstance(last.comma, cst.MaybeSentinel) else self.text(last.comma).strip()
            index = model.Items(found[0].text.until(end), "tuple", tuple(found))
        return model.Subscript(self.text(node), self.expression(node.value), index)

    def _index(self, node: cst.Index) -> model.Expression:
        value = self.expression(node.value)
        return model.Other(self.text(node), "starred", (value,)) if node.star else value

    def _choice(self, node: cst.IfExp) -> model.Expression:
        return model.Choice(
            self.text(node), self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        )

    def _bind(self, node: cst.NamedExpr) -> model.Expression:
        name = node.target.value if isinstance(node.target, cst.Name) else ""
        return model.Bind(self.text(node), name, self.expression(node.value))


def _is_data(node: cst.BaseExpression) -> bool:
    """Whether an expression consists of nothing but literals."""
    if isinstance(node, cst.Name):
        return node.value in ("True", "False", "None")
    if isinstance(node, cst.Dict):
        return all(isinstance(e, cst.DictElement) and _is_data(e.key) and _is_data(e.value) for e in node.elements)
    if isinstance(node, cst.Tuple | cst.List | cst.Set):
        return all(isinstance(e, cst.Element) and _is_data(e.value) for e in node.elements)
    if isinstance(node, cst.ConcatenatedString):
        return not _is_formatted(node)
    return isinstance(node, cst.SimpleString | cst.BaseNumber | cst.Ellipsis)


def _is_formatted(node: cst.CSTNode) -> bool:
    while isinstance(node, cst.ConcatenatedString):
        if isinstance(node.left, cst.FormattedString):
            return True
        node = node.right
    return isinstance(node, cst.FormattedString)


def _yielded(self: Expressions, node: cst.Yield) -> model.Expression:
    self.yields = True
    return model.Other(self.text(node), "yield", self.parts(node))


_COMPREHENSIONS: dict[type[cst.CSTNode], Literal["list", "set", "dict", "generator"]] = {
    cst.ListComp: "list",
    cst.SetComp: "set",
    cst.DictComp: "dict",
    cst.GeneratorExp: "generator",
}
_EXPRESSIONS: dict[type[cst.CSTNode], Callable[..., model.Expression]] = {
    cst.Name: Expressions._name,
    cst.Attribute: Expressions._attribute,
    cst.SimpleString: Expressions._constant,
    cst.ConcatenatedString: Expressions._constant,
    cst.Integer: Expressions._constant,
    cst.Float: Expressions._constant,
    cst.Imaginary: Expressions._constant,
    cst.Call: Expressions._call,
    cst.Tuple: Expressions._items,
    cst.List: Expressions._items,
    cst.Set: Expressions._items,
    cst.Dict: Expressions._dictionary,
    cst.Lambda: Expressions._function,
    cst.Await: Expressions._awaited,
    cst.BinaryOperation: Expressions._binary,
    cst.BooleanOperation: Expressions._logical,
    cst.UnaryOperation: Expressions._unary,
    cst.Comparison: Expressions._comparison,
    cst.Subscript: Expressions._subscript,
    cst.IfExp: Expressions._choice,
    cst.NamedExpr: Expressions._bind,
    cst.Yield: _yielded,
    cst.FormattedString: Expressions._formatted,
    cst.ListComp: Expressions._comprehension,
    cst.SetComp: Expressions._comprehension,
    cst.DictComp: Expressions._comprehension,
    cst.GeneratorExp: Expressions._comprehension,
}

_SYMBOLS: dict[str, str] = {
    "Not": "not", "And": "and", "Or": "or", "Equal": "==", "NotEqual": "!=", "LessThan": "<", "LessThanEqual": "<=",
    "GreaterThan": ">", "GreaterThanEqual": ">=", "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**",
    "BitOr": "|", "BitAnd": "&", "BitXor": "^", "LeftShift": "<<", "RightShift": ">>", "MatrixMultiply": "@",
    "Minus": "-", "Plus": "+", "BitInvert": "~",
}  # fmt: skip


def symbol(operator: cst.CSTNode) -> str:
    """How an operator is written."""
    name = type(operator).__name__
    return _SYMBOLS.get(name.removesuffix("Assign"), name)


def _star(star: str) -> Literal["", "*", "**"]:
    return "**" if star == "**" else "*" if star == "*" else ""
