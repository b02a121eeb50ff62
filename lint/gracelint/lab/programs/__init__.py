"""What programs do with stop signals, measured: ``python -m gracelint.lab.programs``.

Every program of ``tables/*.toml`` is installed (`install`), prepared in a folder of its own, started as PID 1 of a new PID namespace, sent each
of its signals (`measure`), and judged (`judge`). The records are the package's ``signals/data/programs.json``, the evidence against which the
catalogue of programs is held. `tables/README.md` describes the tables.

Hazards: a machine so loaded that a program is killed before it could finish turns a graceful record into another one. A record
whose verdict differs from the recorded one is therefore measured twice more, and the majority counts.
"""

from .measure import Bench
from .table import TABLES, Case, cases

__all__ = ["TABLES", "Bench", "Case", "cases"]
