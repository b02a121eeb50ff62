"""A shell that gets a signal: time, real children, pending traps."""
