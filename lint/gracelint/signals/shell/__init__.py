"""The symbolic evaluation of shell scripts: what holds the process in the steady state, and what a signal does then."""
