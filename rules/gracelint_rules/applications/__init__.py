"""GL3: what the application does with the signal."""
