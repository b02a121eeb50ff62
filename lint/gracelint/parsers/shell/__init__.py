"""Shell scripts and command strings as one model, read with a grammar of our own, bashlex and tree-sitter-bash.

Importing this package imports neither; they are imported by the first text that needs one.
"""

from __future__ import annotations

from .literals import literal_text
from .reading import parse_command, parse_script
from .walk import commands_of, walk

__all__ = ["commands_of", "literal_text", "parse_command", "parse_script", "walk"]
