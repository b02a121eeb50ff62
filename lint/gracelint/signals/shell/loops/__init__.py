"""Loops: which of them hold the shell, which are left, and which rounds need not be gone through."""
