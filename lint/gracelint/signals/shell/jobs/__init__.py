"""Processes beside the shell: forked, waited for, killed."""
