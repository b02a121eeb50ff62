"""A family of programs: setups × main lines × tails, any with any."""

from __future__ import annotations

from dataclasses import dataclass, field

IMPORTS = "import asyncio, concurrent.futures, contextlib, http.server, multiprocessing, os, select, signal, socketserver, subprocess, sys, threading, time\n\n"
READY = "print('READY', flush=True)"


@dataclass(frozen=True)
class Family:
    """``setups`` and ``mains`` by name, any with any; ``tails`` is what stands behind the main line, ``files`` what stands beside the program."""

    setups: dict[str, str]
    mains: dict[str, str]
    tails: dict[str, str] = field(default_factory=lambda: {"end": ""})
    files: dict[str, str] = field(default_factory=dict)
