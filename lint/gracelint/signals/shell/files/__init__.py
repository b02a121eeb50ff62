"""What a script does to files, and what it finds there."""
