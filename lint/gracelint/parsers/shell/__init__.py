"""Shell scripts and command strings: ``model`` is what the rest of gracelint sees."""
