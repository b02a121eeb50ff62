"""The same question through a real Docker engine."""

from __future__ import annotations


class EngineError(Exception):
    """There is no engine, or it refused; the message says what."""
