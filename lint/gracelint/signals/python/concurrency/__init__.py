"""What runs beside the main line, and is waited for: threads, tasks of event loops, processes, commands."""
