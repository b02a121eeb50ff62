"""Which files are the program: its entry, its modules, the projects and the Python that the image has."""
