"""``python -m gracelint`` is ``gracelint``."""

from .cli import entry

raise SystemExit(entry())
