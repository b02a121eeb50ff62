"""The signal path: who is PID 1, does the application hear the stop signal, does it act."""
