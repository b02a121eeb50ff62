"""Dockerfiles: ``model`` is what the rest of gracelint sees, ``parse`` makes it of a document."""

from .parser import parse

__all__ = ["parse"]
