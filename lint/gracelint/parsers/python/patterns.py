"""From the patterns of `ast` and of libcst to the model's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import model

if TYPE_CHECKING:
    import libcst as cst

    from .ast_expressions import Expressions as AstExpressions
    from .libcst_expressions import Expressions as CstExpressions


def of_ast(reader: AstExpressions, node: ast.pattern) -> model.Pattern:
    """The model of a pattern that `ast` has read."""

    def each(nodes: list[ast.pattern]) -> tuple[model.Pattern, ...]:
        return tuple(of_ast(reader, one) for one in nodes)

    match node:
        case ast.MatchValue(value=value):
            return model.IsValue(reader.expression(value))
        case ast.MatchSingleton(value=value):
            return model.IsValue(model.Constant(reader.text(node), value))
        case ast.MatchSequence(patterns=patterns):
            return model.Sequence(each(patterns))
        case ast.MatchStar(name=name):
            return model.Rest(name)
        case ast.MatchAs(pattern=inner, name=name):
            return model.Capture(name, of_ast(reader, inner) if inner is not None else None)
        case ast.MatchOr(patterns=patterns):
            return model.OneOf(each(patterns))
        case ast.MatchClass(cls=kind, patterns=patterns, kwd_attrs=names, kwd_patterns=named):
            return model.OfClass(reader.expression(kind), each(patterns), tuple(zip(names, each(named), strict=True)))
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            items = tuple((reader.expression(key), one) for key, one in zip(keys, each(patterns), strict=True))
            return model.Mapping(items, rest)
    return model.Capture(None)


def of_libcst(reader: CstExpressions, node: cst.MatchPattern) -> model.Pattern:
    """The model of a pattern that libcst has read."""
    import libcst as cst

    def name_of(found: cst.Name | None) -> str | None:
        return found.value if found is not None else None

    match node:
        case cst.MatchValue(value=value):
            return model.IsValue(reader.expression(value))
        case cst.MatchSingleton(value=value):
            return model.IsValue(reader.expression(value))
        case cst.MatchList(patterns=patterns) | cst.MatchTuple(patterns=patterns):
            return model.Sequence(
                tuple(
                    model.Rest(name_of(one.name)) if isinstance(one, cst.MatchStar) else of_libcst(reader, one.value)
                    for one in patterns
                )
            )
        case cst.MatchAs(pattern=inner, name=name):
            return model.Capture(name_of(name), of_libcst(reader, inner) if inner is not None else None)
        case cst.MatchOr(patterns=patterns):
            return model.OneOf(tuple(of_libcst(reader, one.pattern) for one in patterns))
        case cst.MatchClass(cls=kind, patterns=patterns, kwds=named):
            return model.OfClass(
                reader.expression(kind),
                tuple(of_libcst(reader, one.value) for one in patterns),
                tuple((one.key.value, of_libcst(reader, one.pattern)) for one in named),
            )
        case cst.MatchMapping(elements=elements, rest=rest):
            items = tuple((reader.expression(one.key), of_libcst(reader, one.pattern)) for one in elements)
            return model.Mapping(items, name_of(rest))
    return model.Capture(None)
