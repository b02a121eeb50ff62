"""The command line: ``main(argv, streams) -> int``, one module a subcommand.

Only the module and the parser of the subcommand in use are loaded. Exit status: 0 nothing found, 1 findings, 2 wrong use
or unreadable configuration, 3 a bug in gracelint.
"""

from .main import entry, main

__all__ = ["entry", "main"]
