"""Command lines of the tools that builds use: options, operands, and the tools that make no entrypoint.

`LEAVES_ALONE` are commands that change no file of a script's kind by being given its name; `TAME` ones that put files into
the system's own folders only, so that they make no entrypoint; `LOCAL` ones that write there and where they run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .surroundings import Argument

LEAVES_ALONE = frozenset(
    """: [ addgroup adduser basename bash-completion break cat chgrp chown command continue cut date df diff dirname du echo env exit
    export false file find getent git-config grep groupadd groupmod head hash id ls md5sum openssl-version passwd printf pwd
    readlink realpath return set setcap sha1sum sha256sum sha512sum shellcheck shopt sleep sort stat strings sync
    tail test time true tty type ulimit umask uname unset useradd usermod visudo wc whereis which whoami xargs""".split()
)
TAME = LEAVES_ALONE | frozenset(
    """add-apt-repository apk apt apt-cache apt-get apt-key apt-mark ash bash bsdtar bundle cd chmod conda corepack cp
    curl dash debconf-set-selections deluser dnf dos2unix dpkg dpkg-query easy_install fc-cache find fromdos gem git
    gpg groupdel install key ldconfig ln locale-gen localedef mamba microdnf mkdir mktemp mv npm npx pip pip3 pipenv
    pipx pnpm poetry popd pushd rm rmdir rpm sed sh tar tee touch tr unlink unzip update-alternatives
    update-ca-certificates userdel uv wget yarn yum zypper""".split()
)
LOCAL = frozenset(
    """a2disconf a2dismod a2dissite a2enconf a2enmod a2ensite ant bower bun cargo cc clang cmake composer configure cpan cpanm crontab deno
    django-admin docker-php-ext-configure docker-php-ext-enable docker-php-ext-install dotnet flask g++ gcc go gradle gradlew grunt gulp
    hatch java javac jq lein luarocks make manage.py meson mix mvn mvnw ng nginx ninja node npm-check-updates openssl patch pear pecl perl php
    phpdismod phpenmod pyenv python python2 python3 rails rake ruby rustup sbt ssh-keygen strip swift tsc vite webpack""".split()
)
BUILDERS = frozenset(
    """adduser ash bash bundle conda corepack dash easy_install gem mamba newusers npm npx pip pip3 pipenv pipx pnpm poetry sh useradd uv
    yarn""".split()
)
"""Of these, what may make folders and files of any name, though no script that an image starts with."""

SAFE = frozenset(": echo export printf readonly set shopt sleep true umask unset".split())
"""Commands that cannot fail."""
DECIDED = SAFE | frozenset("[ cat cd chmod cp install ln mkdir mv rm sed tee test touch".split())
"""Commands that fail if the files are not as they need them, and for no other reason that is worth a thought."""
ASKING = frozenset("[ cmp command diff egrep fgrep getent grep hash id ls pgrep test type which".split())
"""Commands that are called for their status: no failure surprises."""

PROJECT_TOOLS = {
    **dict.fromkeys(("uv", "poetry", "pdm", "pipenv"), ".venv"),
    **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), "node_modules"),
    **dict.fromkeys(("composer", "bundle"), "vendor"),
}
"""The folder of a project's own in which a tool keeps what the project needs, its commands among that."""


def split(words: Sequence[Argument], with_value: str) -> tuple[dict[str, str], list[Argument]]:
    """Options (single letters and long names, with their values) and operands.

    ``with_value`` holds the letters whose value may be the next word.
    """
    options: dict[str, str] = {}
    operands: list[Argument] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        value = word.value
        if value == "--":
            operands += rest
            break
        if value.startswith("--"):
            option, _, given = value[2:].partition("=")
            options[option] = given
        elif value.startswith("-") and len(value) > 1:
            letters = value[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in with_value:
                    options[letter] = letters or (rest.pop(0).value if rest else "")
                    break
                options[letter] = ""
        else:
            operands.append(word)
    return options, operands


def is_option(value: str) -> bool:
    """Whether a word of ``chmod`` is an option, not a mode like ``-x``."""
    return bool(re.fullmatch(r"-[Rvfc]+|--[a-z].*", value))


# The ways in which people write "take the carriage returns away" for sed.
_RETURNS = regex(r"s([/|#,@])(?:\\r|\r|\\x0[dD]|\\015)[+*]?\$?\1\1g?;?")


def strips_returns(script: str) -> bool:
    """Whether a ``sed`` script takes carriage returns away and does nothing else."""
    return _RETURNS.fullmatch(script) is not None
