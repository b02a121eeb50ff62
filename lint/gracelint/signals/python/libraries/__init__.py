"""What code outside the image's own files does: the standard library, frameworks, the interpreter's built-in functions."""
