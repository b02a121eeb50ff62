"""Builtin commands, but for those about processes (`jobs`)."""
