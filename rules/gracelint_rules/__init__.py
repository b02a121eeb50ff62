"""The rules: one file a rule, named after what it finds. ``registry`` lists them; nothing is scanned for."""
