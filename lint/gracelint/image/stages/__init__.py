"""Stages: instructions with their variables, the configuration and the launch that they leave, and the steps of the file system."""
