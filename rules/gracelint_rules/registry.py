"""The one place where rules are registered, in the order of their codes.

Other people's rules are modules named in the configuration's ``plugins``; each has a ``RULES`` of its own.
"""

from __future__ import annotations

from . import (
    cmd_ignored,
    exec_form_builtin,
    invalid_stop_signal,
    malformed_exec_form,
    no_shell_in_image,
    parse_error,
    uncatchable_stop_signal,
    unexpanded_variable,
    unresolved_entrypoint,
    unused_ignore,
)

RULES = (
    parse_error.RULE,
    unused_ignore.RULE,
    unresolved_entrypoint.RULE,
    malformed_exec_form.RULE,
    cmd_ignored.RULE,
    unexpanded_variable.RULE,
    exec_form_builtin.RULE,
    no_shell_in_image.RULE,
    uncatchable_stop_signal.RULE,
    invalid_stop_signal.RULE,
)
