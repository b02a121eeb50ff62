"""Programs that need more in a root folder than their libraries: Debian's, with what they read when they start."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bare_root import install

# Debian's Python reads these.
_LIBRARIES = ("python3.*/*", "python3/dist-packages/supervisor*", "python3/dist-packages/pkg_resources")
_NEVER_NEEDED = shutil.ignore_patterns("idlelib", "test", "tests", "lib2to3", "ensurepip", "pydoc_data")
_CONFIGURATION = "[supervisord]\nnodaemon=false\n[program:worker]\ncommand=worker\n"
_POLICY = """Defaults env_keep += "GRACELINT_RECORD GRACELINT_CLEANUP"\nroot ALL=(ALL:ALL) ALL\n"""
_NO_QUESTIONS = "".join(f"{kind} required pam_permit.so\n" for kind in ("auth", "account", "session"))


def sudo(root: Path) -> None:
    """sudo with its policy plugin: root may become anybody, and PAM asks nothing."""
    install(root, "sudo")
    plugins = ["/usr/libexec/sudo/sudoers.so", *map(str, Path("/lib").glob("*/security/pam_permit.so"))]
    assert len(plugins) == 2, plugins
    for plugin in plugins:
        install(root, plugin)
    (root / "etc/pam.d").mkdir()
    (root / "etc/pam.d/sudo").write_text(_NO_QUESTIONS)
    (root / "etc/sudoers").write_text(_POLICY)
    (root / "etc/hosts").write_text(f"127.0.0.1 {os.uname().nodename}\n")


def supervisor(root: Path) -> None:
    """supervisord with a whole Python; its own configuration starts a witness."""
    install(root, "/usr/bin/supervisord")
    install(root, "/usr/bin/python3")
    top = Path("/usr/lib")
    for source in (found for pattern in _LIBRARIES for found in top.glob(pattern)):
        target = root / "usr/lib" / source.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_NEVER_NEEDED, symlinks=True)
        elif not target.exists():
            shutil.copy(source, target)
    (root / "etc/supervisor").mkdir()
    (root / "etc/supervisor/supervisord.conf").write_text(_CONFIGURATION)
