"""The abstract interpreter of the language: statements, expressions and calls, in the order in which they run."""
