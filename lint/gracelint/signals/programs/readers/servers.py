"""Servers' own files: whether they go into the background, and how they stop."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....regexes import regex
from ..starts import command
from .files import content, first, first_appended, matching
from .lines import settings, truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text
    from ..catalogue import Entry
    from ..facts import Situation

_DAEMON_OFF = regex(r"^[ \t]*daemon[ \t]+off[ \t]*;", re.MULTILINE)
_LIFETIME = regex(r"^[ \t]*shutdown_lifetime[ \t]+(\d{1,6})[ \t]*(minutes?|hours?)?", re.MULTILINE)


# Seconds: the shortest grace period that is common, `docker stop`'s.
_SHORT = 10


def nginx(facts: Entry, situation: Situation) -> Entry:
    """``daemon off;`` in nginx.conf. One that is named, and that nobody has seen, may say it (nginx(8): ``-c`` is taken from the prefix, ``-p``)."""
    given, prefix = situation.line.value(("-c",)), situation.line.value(("-p",))
    paths: tuple[str, ...] = ("/etc/nginx/nginx.conf", "/usr/local/openresty/nginx/conf/nginx.conf")
    named = given is not None or prefix is not None
    if named:
        paths = (posixpath.join(prefix.value if prefix else "", given.value if given else "conf/nginx.conf"),)
    text = first(situation, paths) or first_appended(situation, paths)
    if text is None:
        unread = named or any(situation.image.files.known(path) for path in paths)
        return {"missing": [f'whether {paths[0]} says "daemon off;"']} if unread else {}
    return {"daemonizes": False} if _DAEMON_OFF.search(text.value) else {}


def squid(facts: Entry, situation: Situation) -> Entry:
    """``shutdown_lifetime`` in squid.conf."""
    given = situation.line.value(("-f",))
    text = first(situation, (given.value,) if given else ("/etc/squid/squid.conf",))
    match = _LIFETIME.search(text.value) if text is not None else None
    if not match:
        return {}
    scale = {"m": 60, "h": 3600}.get((match[2] or " ")[0], 1)
    limit = int(match[1]) * scale
    change: Entry = {"timeout": limit, "timeout-text": text.cut(*match.span(1)) if text else None}
    if limit < _SHORT:
        why = f"squid ends after shutdown_lifetime, {limit} seconds"
        change |= {"clean": ["SIGTERM"], "on": {"SIGTERM": {"does": "handles", "why": why, "breaks-off": "any"}}}
    return change


_FPM_FILES = (
    "/usr/local/etc/php-fpm.conf",
    "/usr/local/etc/php-fpm.d/*.conf",
    "/etc/php/*/fpm/php-fpm.conf",
    "/etc/php/*/fpm/pool.d/*.conf",
    "/etc/php-fpm.conf",
    "/etc/php-fpm.d/*.conf",
    "/etc/php*/php-fpm.conf",
    "/etc/php*/php-fpm.d/*.conf",
)
# PHP's official image, and the official ones that are built on it.
_FPM_IMAGE = regex(
    r"(?:^|/)(?:php|backdrop|drupal|friendica|joomla|matomo|monica|nextcloud|phpmyadmin|postfixadmin|wordpress|yourls):[\w.-]*fpm"
)


def php_fpm(facts: Entry, situation: Situation) -> Entry:
    """``daemonize`` and ``process_control_timeout``; the official image's own file says ``daemonize = no``."""
    given = situation.line.value(("-y", "--fpm-config"))
    patterns = (given.value,) if given else _FPM_FILES
    change: Entry = {}
    if not given and situation.image.base.known and _FPM_IMAGE.search(situation.image.base.reference):
        change["daemonizes"] = False
    for path in (path for pattern in patterns for path in matching(situation, pattern)):
        text = content(situation, path)
        for setting in settings(text) if text is not None else ():
            if setting.key == "daemonize":
                change["daemonizes"] = truth(setting.value.value)
            elif setting.key == "process_control_timeout":
                change |= _control_timeout(setting.value)
    if any(situation.line.given(("-F", "--nodaemonize"))):
        change["daemonizes"] = False
    return change


def _control_timeout(value: Text) -> Entry:
    """With a timeout, SIGQUIT waits for the requests."""
    match = re.match(r"(\d{1,6})\s*([smhd]?)", value.value)
    limit = int(match[1]) * {"m": 60, "h": 3600, "d": 86400}.get(match[2], 1) if match else 0
    if not limit:
        return {}
    why = "php-fpm finishes its requests within process_control_timeout and ends"
    return {"timeout": limit, "timeout-text": value, "drain": "", "on": {"SIGQUIT": {"does": "handles", "why": why}}}


def apachectl(facts: Entry, situation: Situation) -> Entry:
    """The script runs httpd as its child."""
    words = situation.line.words
    start = Argument("httpd", words[0].text, implied=True) if words else None
    return {"started": (command((start, *words), "fork"),)} if start else {}


# A line of an ini file that is an option without a value: it is on.
_SWITCH = regex(r"(?m)^[ \t]*([a-z][a-z0-9-]*)[ \t]*$")
_GENTLE_STOP = "hook-master-start = unix_signal:15 gracefully_kill_them_all"
_GENTLE = regex(r"unix_signal:15\s+gracefully_kill_them_all")


def uwsgi(facts: Entry, situation: Situation) -> Entry:
    """Options from the command line, the environment (``UWSGI_…``) and ini files: master, die-on-term, hooks, daemonize."""
    options = dict(_uwsgi_options(situation))
    reload, stop = (
        {"does": "misreads", "why": "uWSGI reloads brutally: requests are dropped, and it comes back"},
        {"does": "terminates", "why": "uWSGI kills its workers at once, requests in flight are dropped"},
    )
    on: Entry = {}
    if truth(options.get("master", "")):
        swapped = truth(options.get("die-on-term", ""))
        on = {"SIGTERM": stop if swapped else reload, "SIGQUIT": reload if swapped else stop, "SIGINT": stop}
        on["SIGHUP"] = {"does": "misreads", "why": "uWSGI reloads and goes on"}
    change: Entry = {"on": on}
    if on:
        change["traits"] = ["workers"]
        change["drain"] = _GENTLE_STOP
    if _GENTLE.search(options.get("hook-master-start", "")):
        why = "uWSGI lets its workers finish their requests and ends (hook-master-start)"
        on["SIGTERM"] = {"does": "handles", "why": why}
        change |= {"clean": ["SIGTERM"], "drain": ""}
    if "daemonize" in options or "daemonize2" in options or "d" in options:
        change["daemonizes"] = True
    if unread := options.get("?"):
        change["missing"] = [f"{unread} is not known"]
    return change


def _uwsgi_options(situation: Situation) -> Iterator[tuple[str, str]]:
    """Long names without dashes; ``?`` names a file that could not be read."""
    for name, value in situation.image.env.items():
        if name.startswith("UWSGI_") and value is not None:
            yield name[6:].lower().replace("_", "-"), value
    files: list[str] = []
    for option in situation.line.options:
        value = option.value.value if option.value else "true"
        if option.name in ("-M",):
            yield "master", "true"
        elif option.name == "--ini":
            files.append(value)
        else:
            yield option.name.lstrip("-"), value
    files += [word.value for word in situation.line.operands if word.value.endswith((".ini", ".yaml", ".yml"))]
    for path in files:
        text = content(situation, path.partition(":")[0])
        if text is None:
            yield "?", path
            continue
        yield from ((switch, "true") for switch in _SWITCH.findall(text.value))
        for setting in settings(text):
            if setting.section in ("", "uwsgi"):
                yield setting.key, setting.value.value


# Sidekiq 6.0 raised its own limit from 8 to 25 s (github.com/sidekiq/sidekiq, 6.0-Upgrade.md).
_SIDEKIQ = regex(r"^    sidekiq \((\d+)\.", re.MULTILINE)
_OLD_SIDEKIQ, _OLD_SECONDS = 6, 8


def sidekiq(facts: Entry, situation: Situation) -> Entry:
    """The version that Gemfile.lock names decides how long sidekiq takes at most."""
    text = content(situation, "Gemfile.lock")
    match = _SIDEKIQ.search(text.value) if text is not None else None
    return {"timeout": _OLD_SECONDS} if match is not None and int(match[1]) < _OLD_SIDEKIQ else {}
