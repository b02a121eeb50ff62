"""What the commands of a RUN do to files."""
