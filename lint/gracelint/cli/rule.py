"""``gracelint rule``: a rule's page, or the table of rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..config import ConfigError, Finder
from ..engine import PluginError, rules_for
from ..output import url
from ..output.page import headline, page
from ..terminal import Style, wants_colour
from .options import settings_options
from .parsing import Parser
from .streams import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..rule import Rule
    from .streams import Streams


def run(argv: Sequence[str], streams: Streams) -> int:
    """The whole command."""
    parser = Parser(
        streams, "rule", "Shows a rule's page; without a code, the table of rules.", "gracelint rule [OPTIONS] [CODE]"
    )
    parser.add_argument("code", metavar="CODE", nargs="?", help="a code (GL201) or a name (missing-exec)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    settings_options(parser)
    options = parser.parse_args(argv)
    try:
        rules = rules_for(Finder(options.config, options.isolated).settings(".").plugins)
    except (ConfigError, PluginError) as error:
        raise UsageError(str(error)) from error
    wanted = rules if options.code is None else (_find(options.code, rules),)
    if options.format == "json":
        tables = [_table(rule) for rule in wanted]
        streams.put(json.dumps(tables if options.code is None else tables[0], indent=2))
        return Exit.CLEAN
    style = Style(wants_colour(streams.stdout, streams.environ))
    if options.code is None:
        width = max(len(rule.name) for rule in rules)
        for rule in rules:
            streams.put(f"{style(rule.code, 'bold')}  {rule.name:<{width}}  {rule.severity:<7}  {headline(rule.doc)}")
    else:
        for line in page(wanted[0], style):
            streams.put(line)
    return Exit.CLEAN


def _find(word: str, rules: Sequence[Rule]) -> Rule:
    for rule in rules:
        if word.upper() == rule.code or word.lower() == rule.name:
            return rule
    from difflib import get_close_matches

    close = get_close_matches(word.lower(), [name for rule in rules for name in (rule.code.lower(), rule.name)], 1)
    hint = (
        f"did you mean {close[0].upper() if close[0].startswith('gl') else close[0]}?"
        if close
        else "`gracelint rule` lists them"
    )
    raise UsageError(f"there is no rule {word}; {hint}")


def _table(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "summary": headline(rule.doc),
        "documentation": rule.doc.strip(),
        "url": url(rule.code),
    }
