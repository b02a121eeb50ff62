"""GL2: what a shell does with the signal."""
