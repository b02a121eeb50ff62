"""Entrypoints in the shape of those of databases and web applications: who is PID 1, what becomes of the stop signal, and how much work it
is to find out, in function calls.

Calls are the same on every machine; another Python may make a few more. The bounds are a tenth above what was needed when they were
written: what follows each way by itself where ways used to meet, or a thing twice that was followed once, takes a multiple.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import signals_support

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

pytestmark = pytest.mark.usefixtures("unwatched")

LOG = r"""
log() { local kind="$1"; shift; printf '%s [%s] %s\n' "$(date --rfc-3339=seconds)" "$kind" "$*"; }
note() { log Note "$@"; }
error() { log Error "$@" >&2; exit 1; }
"""
FROM_FILE = """
file_env() {
	local var="$1" fileVar="${1}_FILE" def="${2:-}"
	if [ "${!var:-}" ] && [ "${!fileVar:-}" ]; then
		error "both $var and $fileVar are set"
	fi
	local val="$def"
	if [ "${!var:-}" ]; then
		val="${!var}"
	elif [ "${!fileVar:-}" ]; then
		val="$(< "${!fileVar}")"
	fi
	export "$var"="$val"
	unset "$fileVar"
}
"""
# A server that is set up by one of its own that listens to nobody else, under its own user.
DATABASE = f"""#!/bin/bash
set -eo pipefail
shopt -s nullglob
{LOG}{FROM_FILE}
client() {{
	if [ -n "$DB_NAME" ]; then set -- --database="$DB_NAME" "$@"; fi
	db-client --protocol=socket -uroot "$@"
}}
run_sql() {{
	if [ '--no-password' = "$1" ]; then shift; DB_PWD='' client "$@"; else DB_PWD=$DB_ROOT_PASSWORD client "$@"; fi
}}
process_init_files() {{
	local f
	for f; do
		case "$f" in
			*.sh)
				if [ -x "$f" ]; then note "running $f"; "$f"; else note "sourcing $f"; . "$f"; fi ;;
			*.sql) note "running $f"; run_sql < "$f"; echo ;;
			*.sql.gz) note "running $f"; gunzip -c "$f" | run_sql; echo ;;
			*.sql.xz) note "running $f"; xzcat "$f" | run_sql; echo ;;
			*) note "ignoring $f" ;;
		esac
		echo
	done
}}
temp_server_start() {{
	"$@" --skip-networking --socket=/run/db.sock &
	declare -g DB_PID=$!
	local i
	for i in {{30..0}}; do
		if run_sql --no-password --database=db <<<'SELECT 1' &> /dev/null; then break; fi
		sleep 1
	done
	if [ "$i" = 0 ]; then error "unable to start"; fi
}}
temp_server_stop() {{
	kill "$DB_PID"
	wait "$DB_PID"
}}
setup_env() {{
	declare -g DATADIR EXISTS
	DATADIR="$(db-defaults "${{@:2}}" | awk '$1 == "datadir" {{ print $2 }}')"
	file_env DB_ROOT_HOST '%'
	file_env DB_NAME
	file_env DB_USER
	file_env DB_PASSWORD
	file_env DB_ROOT_PASSWORD
	if [ -d "$DATADIR/db" ]; then EXISTS=true; fi
}}
setup_db() {{
	local create=
	if [ -n "$DB_ROOT_HOST" ] && [ "$DB_ROOT_HOST" != localhost ]; then
		read -r -d '' create <<-EOSQL || true
			CREATE USER 'root'@'$DB_ROOT_HOST' IDENTIFIED BY '$DB_ROOT_PASSWORD' ;
		EOSQL
	fi
	run_sql --no-password --database=db <<-EOSQL
		$create
		FLUSH PRIVILEGES ;
	EOSQL
	if [ -n "$DB_NAME" ]; then note "creating $DB_NAME"; run_sql <<<"CREATE DATABASE $DB_NAME ;"; fi
}}
wants_help() {{
	local arg
	for arg; do
		case "$arg" in -'?'|--help|--print-defaults|-V|--version) return 0 ;; esac
	done
	return 1
}}
main() {{
	if [ "${{1:0:1}}" = '-' ]; then set -- app "$@"; fi
	if [ "$1" = 'app' ] && ! wants_help "$@"; then
		note "starting"
		setup_env "$@"
		mkdir -p "$DATADIR"
		if [ "$(id -u)" = "0" ]; then
			find "$DATADIR" \\! -user daemon -exec chown daemon '{{}}' +
			exec gosu daemon "$BASH_SOURCE" "$@"
		fi
		if [ -z "$EXISTS" ]; then
			if [ -z "$DB_ROOT_PASSWORD" ] && [ -z "$DB_ALLOW_EMPTY_PASSWORD" ]; then error "no password"; fi
			db-install --datadir="$DATADIR" "${{@:2}}"
			temp_server_start "$@"
			setup_db
			process_init_files /docker-entrypoint-initdb.d/*
			temp_server_stop
			note "ready for start up"
		fi
	fi
	exec "$@"
}}
if ! [ "${{FUNCNAME[0]}}" = source ]; then main "$@"; fi
"""
# What is copied into place under a lock, and hooks that are looked for by a program.
SITE = """#!/bin/sh
set -eu
version_greater() { [ "$(printf '%s\\n' "$@" | sort -t '.' -n -k1,1 -k2,2 | head -n 1)" != "$1" ]; }
empty() { [ -z "$(ls -A "$1/")" ]; }
run_as() { if [ "$(id -u)" = 0 ]; then su -p "$user" -s /bin/sh -c "$1"; else sh -c "$1"; fi; }
run_path() {
	local folder="/hooks.d/$1"
	local found=0
	if ! [ -d "$folder" ] || empty "$folder"; then echo "nothing in $folder"; return 0; fi
	find "$folder" -maxdepth 1 -iname '*.sh' -print | sort | (
		while read -r script; do
			if ! [ -x "$script" ]; then echo "skipped: $script"; continue; fi
			found=$((found+1))
			run_as "$script" || { code="$?"; echo "$script: $code"; exit 1; }
		done
		if [ "$found" -gt 0 ]; then echo "done"; else echo "nothing to do"; fi
	)
}
if expr "$1" : "app" 1>/dev/null; then
	if [ -n "${NO_REWRITE+x}" ]; then a2disconf rewrite; fi
fi
if expr "$1" : "app" 1>/dev/null || [ "$1" = fpm ] || [ "${UPDATE:-0}" -eq 1 ]; then
	uid="$(id -u)"
	if [ "$uid" = 0 ]; then
		case "$1" in app*) user="${RUN_USER:-www-data}" ;; *) user=www-data ;; esac
	else
		user="$uid"
	fi
	(
		if ! flock -n 9; then echo "waiting"; flock 9; fi
		installed=0.0.0
		if [ -f /var/www/version ]; then installed="$(php -r 'echo 1;')"; fi
		shipped="$(php -r 'echo 2;')"
		if version_greater "$installed" "$shipped"; then echo "too new: $installed"; exit 1; fi
		if version_greater "$shipped" "$installed"; then
			if [ "$(id -u)" = 0 ]; then options="-rlDog --chown $user"; else options=-rlD; fi
			rsync $options /usr/src/site/ /var/www/
			for dir in config data themes; do
				if [ ! -d "/var/www/$dir" ] || empty "/var/www/$dir"; then rsync $options "/usr/src/site/$dir" /var/www/; fi
			done
			if [ "$installed" = 0.0.0 ]; then
				if [ -n "${ADMIN+x}" ] && [ -n "${PASSWORD+x}" ]; then
					run_path pre-installation
					tries=0
					until [ "$tries" -gt 10 ] || run_as "php occ install"; do tries=$((tries+1)); sleep 10; done
					if [ "$tries" -gt 10 ]; then exit 1; fi
					run_path post-installation
				fi
			else
				run_path pre-upgrade
				run_as 'php occ upgrade'
				run_path post-upgrade
			fi
		fi
	) 9> /var/www/init.lock
	run_path before-starting
fi
exec "$@"
"""
# Options that are looked through and replaced in copies of the arguments.
OPTIONS = f"""#!/usr/bin/env bash
set -Eeuo pipefail
if [ "${{1:0:1}}" = '-' ]; then set -- app "$@"; fi
original="$1"
if [[ "$original" == app* ]] && [ "$(id -u)" = '0' ]; then
	if [ "$original" = 'app' ]; then find /data \\! -user daemon -exec chown daemon '{{}}' +; fi
	chown --dereference daemon "/proc/$$/fd/1" || :
	exec gosu daemon "$BASH_SOURCE" "$@"
fi
error() {{ echo "$@" >&2; exit 1; }}
{FROM_FILE}
have() {{
	local wanted="$1"; shift
	local each
	for each; do case "$each" in "$wanted"|"$wanted"=*) return 0 ;; esac; done
	return 1
}}
declare -a kept
without() {{
	local unwanted="$1"; shift
	kept=()
	while [ "$#" -gt 0 ]; do
		local each="$1"; shift
		if [ "$each" = "$unwanted" ]; then continue; fi
		kept+=( "$each" )
	done
}}
with_value() {{ without "$1" "${{@:3}}"; kept+=( "$1" "$2" ); }}
if [ "$original" = 'app' ]; then
	file_env ROOT_NAME
	file_env ROOT_PASSWORD
	auth=
	if [ "$ROOT_NAME" ] && [ "$ROOT_PASSWORD" ]; then
		if ! have --auth "$@"; then set -- "$@" --auth; fi
		auth=1
	fi
	set_up=
	for path in /data/storage.bson /data/local.0; do if [ -e "$path" ]; then set_up=1; break; fi; done
	if [ "$auth" ] && [ -z "$set_up" ]; then
		kept=( "$@" )
		with_value --bind 127.0.0.1 "${{kept[@]}}"
		with_value --port 27017 "${{kept[@]}}"
		without --replset "${{kept[@]}}"
		without --auth "${{kept[@]}}"
		db-forked "${{kept[@]:1}}" --fork
		tries=30
		while true; do
			if db-client ping; then break; fi
			(( tries-- ))
			if [ "$tries" -le 0 ]; then exit 1; fi
			sleep 1
		done
		for f in /docker-entrypoint-initdb.d/*; do
			case "$f" in *.sh) . "$f" ;; *.js) db-client "$f" ;; *) echo "ignoring $f" ;; esac
		done
		db-forked "${{kept[@]:1}}" --shutdown
	fi
	if ! have --bind "$@"; then set -- "$@" --bind_all; fi
	unset ROOT_NAME ROOT_PASSWORD
fi
rm -f /tmp/app.json
exec "$@"
"""
# Settings that go into a file, and scripts of a folder, run or read.
SERVER = """#!/bin/sh
set -e
say() { if [ -z "${QUIET:-}" ]; then echo "$@"; fi; }
if [ "$1" = app ] || [ "$1" = app-debug ]; then
	if find /docker-entrypoint.d/ -mindepth 1 -maxdepth 1 -type f -print -quit 2>/dev/null | read v; then
		say "$0: looking for scripts"
		find /docker-entrypoint.d/ -follow -type f -print | sort -V | while read -r f; do
			case "$f" in
				*.envsh) if [ -x "$f" ]; then say "reading $f"; . "$f"; else say "ignoring $f"; fi ;;
				*.sh) if [ -x "$f" ]; then say "running $f"; "$f"; else say "ignoring $f"; fi ;;
				*) say "ignoring $f" ;;
			esac
		done
	else
		say "$0: no scripts"
	fi
	for name in LISTEN CLUSTER SEEDS RACK; do
		eval "value=\\$APP_$name"
		if [ "$value" ]; then sed -i -e "s/^$name=.*/$name=$value/" /etc/app.conf; fi
	done
fi
exec "$@"
"""
# The text, the arguments, what becomes of each way (PID 1 and the verdict), and the calls that it takes at most.
SHAPES = {
    "database": (DATABASE, ["app"], ["app: graceful"], 108_000),
    "database with an option": (DATABASE, ["--verbose"], ["app --verbose: graceful"], 109_000),
    "database that is asked for help": (DATABASE, ["app", "--help"], ["app --help: graceful"], 27_000),
    "database whose shell stays": (DATABASE.replace('exec "$@"', '"$@"; note over'), ["app"], ["/bin/bash /entry.sh app: killed"], 108_000),
    "database beside a server that is left": (DATABASE.replace("\t\t\ttemp_server_stop\n", ""), ["app"], ["app: graceful", "app: abrupt"], 108_000),
    "database that its files replace": (DATABASE.replace('"$f"; else', 'exec deaf; else'), ["app"], ["deaf: killed", "app: graceful"], 109_000),
    "site": (SITE, ["app"], ["app: graceful"], 130_000),
    "site that is left to a trap": (SITE.replace('exec "$@"', 'trap : TERM\n"$@" & wait'), ["app"], ["/bin/sh /entry.sh app: abrupt"], 131_000),
    "options": (OPTIONS, ["app"], ["app --bind_all: graceful", "app --auth --bind_all: graceful"], 70_000),
    "server": (SERVER, ["app"], ["app: graceful"], 31_000),
    "server in a pipe": (SERVER.replace('exec "$@"', '"$@" | cat'), ["app"], ["/bin/sh /entry.sh app: killed"], 33_000),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(shape: str, tmp_path: Path) -> None:
    text, arguments, expected, most = SHAPES[shape]
    signals_support.script(tmp_path, "bash", text, arguments)  # what is imported and looked up once
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        trace = signals_support.script(tmp_path, "bash", text, arguments)
    finally:
        sys.setprofile(before)
    assert [f"{' '.join(path.pid1)}: {path.verdict}" for path in trace.paths] == expected
    assert calls < most
