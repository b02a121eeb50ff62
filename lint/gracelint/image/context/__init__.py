"""The build context, through ``.dockerignore``."""
