"""Whether a program of an Alpine image is BusyBox's applet, or that of a package which the Dockerfile installs.

BusyBox's applets lack most options of the programs that they stand for. Packages: pkgs.alpinelinux.org, by the files that they hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from ...image.model import Image

_UTIL_LINUX = "util-linux util-linux-misc"
_PACKAGES = {
    **dict.fromkeys(("env", "nice", "nohup", "tail", "timeout", "chroot"), "coreutils"),
    **dict.fromkeys(("flock", "ionice", "nsenter", "setpriv", "setsid", "taskset", "unshare"), _UTIL_LINUX),
    "crond": "cronie dcron",
    "su": "shadow util-linux util-linux-login",
    "watch": "procps procps-ng",
    "xargs": "findutils",
}
_ADDS = regex(r"\bapk\b[^;&|]*\badd\b([^;&|]*)")


def is_applet(name: str, image: Image) -> bool:
    """Whether a program of this name is BusyBox's, as far as its image's own instructions tell."""
    if image.base.shell != "ash":
        return False
    packages = {name, *_PACKAGES.get(name, "").split()}
    for instruction in image.instructions:
        if instruction.keyword != "RUN":
            continue
        texts = [instruction.value.value, *(heredoc.body.value for heredoc in instruction.heredocs)]
        for text in texts:
            for words in _ADDS.findall(text):
                if any(word.partition("=")[0].partition("~")[0] in packages for word in words.split()):
                    return False
    return True
