"""The signal arrives: where a program is at rest, which handler runs there, how long what goes on takes."""
