"""What objects of Python's own have: a few classes and modules that every program uses, looked at in the Python that runs gracelint.

Names that came or went with a version are left out (`versions`). What a container's Python has is Linux's: elsewhere nothing is said of the
modules that differ by system.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections import OrderedDict, deque

from ..domain.values import Box, Const, Made, Ref, Value

_MODULES = {"threading": threading, "queue": queue}
if sys.platform == "linux":
    _MODULES |= {"sys": sys, "os": os, "signal": signal, "time": time}
# Classes whose objects have no more than the class says.
_CLASSES = {"threading.Event": threading.Event, "threading.Thread": threading.Thread}


_BOXES = {"list": list, "set": set, "deque": deque, "dict": OrderedDict}


def kind_of(owner: Value) -> object:
    """What has all the members that an object has; None where that is not known."""
    match owner:
        case Ref(name=name):
            return _MODULES.get(name)
        case Made(kind=kind):
            return _CLASSES.get(kind)
        case Box(kind=kind):
            return _BOXES.get(kind)
        case Const(value=value):
            return value
    return None
