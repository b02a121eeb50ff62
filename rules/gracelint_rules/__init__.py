"""The rules: one file a rule, named after what it finds, in the room of its code. ``registry`` lists them; nothing is scanned for."""
