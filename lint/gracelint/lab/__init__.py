"""The lab: the same question, asked of the real kernel.

`run` starts an argv as PID 1 of a new PID namespace, sends the stop signal from outside and reports who got what and who ended how.
`probe` is the command for users; `shells` measures how shells behave. Linux only, standard library only.
"""

from .keeper import NotStartedError, UnavailableError
from .ready import After, Output, Port, Ready, Steady, Written
from .report import Process, Report, Status, Testimony
from .runner import run

__all__ = [
    "After",
    "NotStartedError",
    "Output",
    "Port",
    "Process",
    "Ready",
    "Report",
    "Status",
    "Steady",
    "Testimony",
    "UnavailableError",
    "Written",
    "run",
]
