"""gracelint: tells whether a container stops gracefully.

The packages are rooms of one pipeline (see CONTRIBUTING.md): ``parsers`` read documents into small models,
``image`` works out what the built image holds and starts, ``signals`` follows the stop signal through it,
``gracelint_rules`` turn what is known into findings, ``output`` prints them, ``lab`` asks the real kernel.
"""

__version__ = "0.1.0"
