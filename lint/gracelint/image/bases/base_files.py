"""What a base image may hold at a path, and the folders that every image has.

Certainty: below the system's own folders a package or the base image may hold anything; elsewhere a known base image
holds only what is known of it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ..entries import Folder, Found, Gone, Vague, contains
from ..model import ImageFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..entries import Entry
    from ..model import BaseImage

# Folders of every distribution (Filesystem Hierarchy Standard 3.0), so that COPY to one of them is COPY into it.
_SYSTEM_FOLDERS = frozenset(
    "/ /bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin "
    "/usr/lib /usr/local /usr/local/bin /usr/local/etc /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin "
    "/usr/share /usr/src /var /var/cache /var/lib /var/log /var/run /var/spool /var/tmp /etc/init.d".split()
)
# Below these, packages and base images put files whose names a Dockerfile does not tell.
_SYSTEM_TREES = frozenset("bin dev etc lib lib32 lib64 opt proc sbin sys usr var".split())
_WEB_ROOT = "/var/www/html"
# Debian, Fedora and Arch merged these: one is a link to the other.
_MERGED = (("/bin/", "/usr/bin/"), ("/sbin/", "/usr/sbin/"), ("/lib/", "/usr/lib/"))
_MERGING = tuple(folder for pair in _MERGED for folder in pair)


def is_system_folder(path: str, base: BaseImage) -> bool:
    """Whether the path is a folder of every distribution."""
    return path in _SYSTEM_FOLDERS and base.reference != "scratch"


def other_names(path: str) -> Iterator[str]:
    """The names a path has where ``/bin`` may be ``/usr/bin``."""
    if path.startswith(_MERGING):
        for one, other in _MERGED:
            for old, new in ((one, other), (other, one)):
                if path.startswith(old):
                    yield new + path[len(old) :]


def held_by_base(path: str, base: BaseImage) -> Entry:
    """What a base image holds at a path, before any step; `Gone` where nobody could plausibly have put something there."""
    if base.known and base.shell == "none" and base.reference == "scratch":
        return Folder() if path == "/" else nothing(path)
    if path in _SYSTEM_FOLDERS:
        return Folder()
    if not base.known:
        return Vague(f"the base image {base.reference} may hold {path}")
    if path in (*(base.entrypoint or ())[:1], *(base.cmd or ())[:1], *base.passes_through):
        return Found(ImageFile(path, None, True, None))
    if contains(base.workdir or "/", path) and base.workdir not in (None, "/"):
        return Folder() if path == base.workdir else Vague(f"the base image {base.reference} may hold {path}")
    if path.split("/", 2)[1] in _SYSTEM_TREES or posixpath.dirname(path) in (base.env.get("PATH") or "").split(":"):
        return Vague(f"the base image {base.reference} or a package may hold {path}")
    if base.shell == "none" and not (base.entrypoint or base.cmd):
        return Vague(f"{base.reference} is no distribution: its own program may be {path}")
    if posixpath.dirname(path) == "/" and _scripts_at_the_root(base):
        return Vague(
            f"{base.reference} keeps scripts of its own beside {(base.entrypoint or ('',))[0]}: {path} may be one"
        )
    return nothing(path)


def _scripts_at_the_root(base: BaseImage) -> bool:
    """Whether it is a web application's image that starts with a script in ``/``: Nextcloud's and Friendica's hold ``/cron.sh`` as well.

    Elsewhere (nginx, gradle, redis) one builds on the image, and a script in ``/`` is the builder's.
    """
    starts = (base.entrypoint or ("",))[0]
    return base.workdir == _WEB_ROOT and starts.endswith(".sh") and posixpath.dirname(starts) == "/"


def nothing(path: str) -> Gone:
    """Nothing is there, as far as all that is known goes."""
    return Gone(f"nothing puts {path} into the image")
