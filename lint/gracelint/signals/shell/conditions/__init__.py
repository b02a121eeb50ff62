"""``test``, ``[`` and ``[[``: what a condition is in a given state."""
