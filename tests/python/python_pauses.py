"""How long generated programs pause: as a plain number, or computed in one of the ways of real programs; short, or longer than the lab's
grace period."""

from __future__ import annotations

import random
import re

SHORT, LONG = "0.1", "4"
# What has to stand in front, and the pause itself. {n} is its length, {t} ten times that.
_FORMS = {
    "environment": ("PAUSE = float(os.environ.get('PAUSE', '{n}'))", "PAUSE"),
    "getenv": ("PAUSE = float(os.getenv('PAUSE', {n}))", "PAUSE"),
    "or": ("PAUSE = float(os.getenv('PAUSE') or {n})", "PAUSE"),
    "quotient": ("TENTHS = {t}", "TENTHS / 10"),
    "sum": ("BASE = {n} - 0.05", "BASE + 0.05"),
    "timedelta": ("import datetime", "datetime.timedelta(seconds={n}).total_seconds()"),
    "uniform": ("import random", "random.uniform({n} * 0.9, {n})"),
    "jitter": ("import random", "{n} + random.random() / 50"),
    "bounded": ("", "min({n}, 100 * len(sys.argv))"),
    "what-is-left": ("import time\nBEGAN = time.time()", "max(0.05, {n} - (time.time() - BEGAN) / 1000)"),
    "option": (
        "import argparse\nPARSER = argparse.ArgumentParser()\nPARSER.add_argument('--pause', type=float, default={n})\nOPTIONS = PARSER.parse_args()",
        "OPTIONS.pause",
    ),
    "class": ("class Settings:\n    pause = {n}\n\nSETTINGS = Settings()", "SETTINGS.pause"),
    "given": (
        "class Settings:\n    def __init__(self, pause=None):\n        self.pause = pause or {n}\n\nSETTINGS = Settings()",
        "SETTINGS.pause",
    ),
    "dataclass": (
        "import dataclasses\n\n@dataclasses.dataclass\nclass Settings:\n    name: str\n    pause: float = 7\n\nSETTINGS = Settings('x', {n})",
        "SETTINGS.pause",
    ),
    "chosen": ("import random", "random.choice([{n}, {n} * 0.8])"),
    "conditional": ("PAUSE = {n} if os.environ.get('SLOW') else {n} * 0.9", "PAUSE"),
    "table": ("CONFIG = {{'pause': {n}, 'name': 'x'}}", "CONFIG['pause']"),
    "default-of-a-table": ("CONFIG = {{'name': 'x'}}", "CONFIG.get('pause', {n})"),
    "rounded": ("", "round({n} * 1.01, 2)"),
    "function": ("def pause(times=2):\n    return times * {n} / 2\n", "pause()"),
}
_PLAIN = re.compile(r"(?<=[(,= ])0\.1(?=\))")
_BESIDE = re.compile(r"(?<=[(,= ])0\.05(?=\))")


def paced(seed: int, text: str) -> tuple[str, str]:
    """A program with its pauses drawn (a label, and its text): half of the programs keep the plain ones."""
    choice = random.Random(f"pauses {seed}")
    if choice.random() < 0.5 or "'-c'" in text:
        # A program in a program has other names.
        return "", text
    place = _PLAIN if choice.random() < 0.7 else _BESIDE
    if not place.search(text):
        return "", text
    name, length = choice.choice(list(_FORMS)), choice.choice((SHORT, LONG))
    before, pause = (part.format(n=length, t=f"{float(length) * 10:g}") for part in _FORMS[name])
    imports = "import os\nimport sys\n" + before + "\n\n"
    return f"-{name}-{length}", imports + place.sub(lambda _: pause, text)
