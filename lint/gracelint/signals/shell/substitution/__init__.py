"""Command substitutions: what they print where it is known, and who keeps their pipe open."""
