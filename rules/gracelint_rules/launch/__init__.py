"""GL0 and GL1: what can be read, and what the image starts."""
