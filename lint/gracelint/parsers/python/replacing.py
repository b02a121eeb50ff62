"""A program that does nothing but wait for another one becomes that one: its last statement, written as ``os.exec*``.

That is the same only where nothing comes behind the wait: no statement, no ``finally``, no loop, neither there nor behind the calls that
lead there. So each of these places has to be the last of its block, up to its function or module. Anything else is refused.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import RemoveImportsVisitor

from .codemods import all_nodes, edits_of, located, with_body
from .importing import imported
from .places import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Edit, Text
    from .codemods import Step

# What may stand behind: an end with the same status.
_EXIT = r"(?:return|raise\s+SystemExit|(?:sys\.)?exit|quit)\b\s*\(?\s*(?:{})?\s*\)?"
_NOTHING = re.compile("pass|" + _EXIT.format("0|None"))
_STATUS = r"{}(?:\.returncode)?"
# A command line that a shell would only split.
_PLAIN = re.compile(r"[\w\s@%+=:,./-]+")
# A word that names a program, whole.
_PROGRAM = re.compile(r"[\w./+-]+(?:\s|\Z)")
_QUOTED = re.compile(r"'[^']*'")
# Where the command fails, they hear of it now only if it cannot be started at all.
_STILL_CAUGHT = frozenset({"KeyboardInterrupt", "FileNotFoundError", "PermissionError", "OSError"})
_FUNCTIONS = ("run", "call", "check_call", "system")
_WRITES = re.compile(r"\bprint\(|\bstdout\b")


def become(source: Text, at: Text, calls: Sequence[tuple[Text, Text]]) -> tuple[Edit, ...] | None:
    """The statement that waits for a program at ``at`` becomes that program. ``calls`` are the calls that lead there, each with its module."""
    module, way = located(source, at)
    if module is None or not way:
        return None
    spans = places(module)
    start, end = at.start - source.start, at.end - source.start
    call = next(
        (one for one in all_nodes(module) if isinstance(one, cst.Call) and spans[id(one)] == (start, end)), None
    )
    taken = _last(way, module, at, checked=call is None or _checked(call))
    if call is None or not taken or not all(_leads(*one) for one in calls):
        return None
    command = _command(call, module)
    if command is None:
        return None
    first, words, environment = command
    code = f"os.execvpe({first}, {words}, {environment})" if environment else f"os.execvp({first}, {words})"
    writes = any(_WRITES.search(text.value) for text in (source, *(each for each, _ in calls)))
    lines = [*(["sys.stdout.flush()"] if writes else []), code]
    step = way[-1]
    body = list(step.block.body)
    above = getattr(body[step.index], "leading_lines", ())
    new = [cst.parse_statement(line, config=module.config_for_parsing) for line in lines]
    new[0] = new[0].with_changes(leading_lines=above)
    body[step.index : step.index + taken] = new
    changed = with_body(module, step.block, body)
    changed = imported(changed, [("os", None), *([("sys", None)] if writes else [])])
    return edits_of(source, _without_unused(changed))


def _without_unused(module: cst.Module) -> cst.Module:
    """Without the import that nothing needs any more."""
    context = CodemodContext()
    RemoveImportsVisitor.remove_unused_import(context, "subprocess")
    return RemoveImportsVisitor(context).transform_module(module)


def _leads(source: Text, call: Text) -> bool:
    """Whether nothing comes behind a call."""
    module, way = located(source, call)
    return module is not None and bool(_last(way, module, call, checked=False))


def _last(way: Sequence[Step], module: cst.Module, at: Text, *, checked: bool) -> int:
    """How many statements from a place on end the function or the module; 0 where more comes behind it. ``checked``: it raises where its
    command fails."""
    taken = 0
    for step in reversed(way):
        behind = step.block.body[step.index + 1 :]
        if not taken:
            codes = [module.code_for_node(one).strip() for one in step.block.body[step.index : step.index + 2]]
            taken = _statements(_uncommented(codes[0]), _uncommented(codes[1]) if behind else "", at.value)
            behind = behind[taken - 1 :]
        if not taken or not all(_NOTHING.fullmatch(_uncommented(module.code_for_node(one))) for one in behind):
            return 0
        owner = step.owner
        if isinstance(owner, cst.FunctionDef):
            return taken if owner.asynchronous is None else 0
        if isinstance(owner, cst.Try):
            caught = {_caught(handler) for handler in owner.handlers}
            if owner.finalbody or owner.orelse or owner.body is not step.block or (checked and caught - _STILL_CAUGHT):
                return 0
        elif owner is not None and not isinstance(owner, cst.If):
            return 0
    return taken


def _statements(code: str, behind: str, call: str) -> int:
    """How many statements it takes to wait and to end with the status of what was waited for; 0 where that is not all."""
    if code == call or re.fullmatch(_EXIT.format(_STATUS.format(re.escape(call))), code):
        return 1
    name, _, value = code.partition("=")
    if value.strip() != call or not name.strip().isidentifier():
        return 0
    return 2 if behind and re.fullmatch(_EXIT.format(_STATUS.format(name.strip())), behind) else int(not behind)


def _uncommented(code: str) -> str:
    """A statement without the comments around it."""
    lines = [line for line in code.strip().splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(lines).partition("  #")[0].strip()


def _caught(handler: cst.ExceptHandler) -> str:
    return handler.type.value if isinstance(handler.type, cst.Name) else ""


def _checked(call: cst.Call) -> bool:
    named = [argument for argument in call.args if argument.keyword is not None and argument.keyword.value == "check"]
    return _name(call).endswith("check_call") or bool(named)


def _name(call: cst.Call) -> str:
    return cst.Module(()).code_for_node(call.func)


def _command(call: cst.Call, module: cst.Module) -> tuple[str, str, str] | None:
    """The program, its argv and its environment, as code; None where they do not follow."""
    function = _name(call).rpartition(".")[2]
    if function not in _FUNCTIONS:
        return None
    environment, shell, given = "", function == "system", None
    for argument in call.args:
        keyword = argument.keyword.value if argument.keyword is not None else ""
        code = module.code_for_node(argument.value)
        if argument.star or (keyword == "" and given is not None):
            return None
        if keyword == "env":
            environment = code
        elif keyword == "shell" and code in ("True", "False"):
            shell = code == "True"
        elif keyword in ("", "args", "command"):
            given = argument.value
        elif keyword not in ("check", "text", "universal_newlines"):
            return None
    if isinstance(given, cst.SimpleString):
        text = given.evaluated_value
        if not isinstance(text, str) or not _PLAIN.fullmatch(text) or not text.split() or (" " in text and not shell):
            return None
        words = shlex.split(text)
        return (
            (f'"{words[0]}"', f"[{', '.join(chr(34) + word + chr(34) for word in words)}]", environment)
            if ("=" not in words[0])
            else None
        )
    if shell:
        line = _line(given, module)
        return ('"sh"', f'["sh", "-c", {line}]', environment) if line else None
    if isinstance(given, cst.List) and given.elements and not isinstance(given.elements[0], cst.StarredElement):
        first = given.elements[0].value
        if isinstance(first, cst.SimpleString | cst.Name | cst.Attribute):
            return module.code_for_node(first), module.code_for_node(given), environment
    if isinstance(given, cst.Name) and _is_list(given.value, module):
        return f"{given.value}[0]", given.value, environment
    return None


def _line(given: cst.BaseExpression | None, module: cst.Module) -> str:
    """A shell's command line that is put together (an f-string, ``" ".join(words)``) and is one command as far as it is written, with
    ``exec`` before it; empty where that is not so."""
    if isinstance(given, cst.FormattedString) and _one_command(given):
        start = len(given.start)
        code = module.code_for_node(given)
        return f"{code[:start]}exec {code[start:]}"
    if isinstance(given, cst.Call) and _name(given) in ('" ".join', "' '.join") and len(given.args) == 1:
        words = given.args[0].value
        lists = _lists(words.value, module) if isinstance(words, cst.Name) else [words]
        if lists and all(
            isinstance(one, cst.List) and _one_command(*(each.value for each in one.elements)) for one in lists
        ):
            return f'"exec " + {module.code_for_node(given)}'
    return ""


def _one_command(*pieces: cst.BaseExpression) -> bool:
    """Whether what is written of a command line begins with a program, and has no syntax of a shell outside of quotes."""
    first = pieces[0].parts[0] if isinstance(pieces[0], cst.FormattedString) and pieces[0].parts else pieces[0]
    begins = first.value if isinstance(first, cst.FormattedStringText) else _text(first)
    parts = [part for piece in pieces for part in (piece.parts if isinstance(piece, cst.FormattedString) else [piece])]
    texts = [part.value if isinstance(part, cst.FormattedStringText) else _text(part) for part in parts]
    return bool(_PROGRAM.match(begins)) and all(_PLAIN.fullmatch(_QUOTED.sub("", text) or "-") for text in texts)


def _text(value: cst.CSTNode) -> str:
    """The text of a string as it is; nothing for anything else."""
    found = value.evaluated_value if isinstance(value, cst.SimpleString) else ""
    return found if isinstance(found, str) else ""


def _is_list(name: str, module: cst.Module) -> bool:
    """Whether all that is assigned to a name are lists."""
    values = _lists(name, module)
    return bool(values) and all(isinstance(value, cst.List) for value in values)


def _lists(name: str, module: cst.Module) -> list[cst.BaseExpression | None]:
    """All that is assigned to a name."""
    return [
        node.value
        for node in all_nodes(module)
        if isinstance(node, cst.Assign | cst.AnnAssign)
        for target in (node.targets if isinstance(node, cst.Assign) else [node])
        if isinstance(target.target, cst.Name) and target.target.value == name
    ]
