"""Command lines, and what the catalogue makes of them: hits and near misses."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import pytest
from programs_fixtures import image, words

from gracelint.signals.programs import catalogue, describe

KEYS = catalogue.keys()


@dataclass(frozen=True)
class Expected:
    """What is asked of a program; a field that is None is not asked. ``starts`` is ``how: words``, several by `` + ``."""

    name: str
    starts: str | None = None
    term: str | None = None
    stays: bool | None = None
    daemonizes: bool | None = None
    app: str | None = None
    timeout: float | None = None
    trait: str | None = None


# Options that the program lacks, beside some that it has: it ends with a usage message.
LACKING = {
    "chpst -Q app": "chpst -P -u app app",
    "prlimit --files=10 app": "prlimit -c0 -n1024:2048 --nproc=10 --noheadings app",
    "setarch --personality app": "setarch -R app",
    "setarch x86_64 --personality app": "setarch x86_64 --addr-no-randomize app",
    "unshare --network app": "unshare -m --pid --fork --kill-child app",
    "nsenter -q app": "nsenter -t 2 -m -n/proc/2/ns/net --preserve-credentials app",
    "xargs --max-processes=2 app": "xargs -r -0 -i{} -P2 app",
    "sudo --become=app app": "sudo -EHnu app --preserve-env=PATH app",
    "doas -p app": "doas -nu app app",
    "su --keep app -c app": "su -mp --shell=/bin/sh app -c app",
    "runuser -u app app -x": "runuser -u app -- app -x",
    "timeout -q 5 app": "timeout -vk 3 5 app",
    "flock -t 5 /l app": "flock -nE 3 /l app",
    "chroot --chdir=/ / app": "chroot --skip-chdir --userspec=app / app",
    "taskset --cpus 1 app": "taskset -ac 1 app",
    "chrt --rt 1 app": "chrt -f --reset-on-fork 1 app",
    "time --quietly app": "time -v --quiet app",
    "dbus-run-session -q app": "dbus-run-session -- app",
    "xvfb-run -x app": "xvfb-run -a -s x app",
}
NOTHING = ""
CASES: dict[str, Expected | None] = {
    # init wrappers
    "tini -- app -x": Expected("tini", "init: app -x", "forwards child"),
    "tini app": Expected("tini", "init: app"),
    "/usr/bin/tini-static -g -- app": Expected("tini", "init: app", "forwards group"),
    "/sbin/docker-init -- app": Expected("tini", "init: app", "forwards child"),
    "tini -e 143 -p SIGTERM -- app -g": Expected("tini", "init: app -g", "forwards child"),
    "tini -e143 -vvg app": Expected("tini", "init: app", "forwards group"),
    "tini -s -- gosu nobody app": Expected("tini", "init: gosu nobody app"),
    "tini --version": Expected("tini", NOTHING),
    "dumb-init app": Expected("dumb-init", "init: app", "forwards group"),
    "dumb-init -- app": Expected("dumb-init", "init: app"),
    "dumb-init -c app": Expected("dumb-init", "init: app", "forwards child"),
    "dumb-init --single-child -- app": Expected("dumb-init", "init: app", "forwards child"),
    "dumb-init app -c": Expected("dumb-init", "init: app -c", "forwards group"),
    "dumb-init --rewrite 15:3 nginx": Expected("dumb-init", "init: nginx", "forwards group SIGQUIT"),
    "dumb-init -r15:3 -- nginx": Expected("dumb-init", "init: nginx", "forwards group SIGQUIT"),
    "dumb-init -r 2:15 nginx": Expected("dumb-init", "init: nginx", "forwards group"),
    "dumb-init -r 15:0 app": Expected("dumb-init", "init: app", "ignores"),
    "dumb-init -r x:y -- app": Expected("dumb-init", "init: app", "forwards group"),
    "catatonit -g -- app": Expected("catatonit", "init: app", "forwards group"),
    "/sbin/init": Expected("systemd", NOTHING, "misreads"),
    "/lib/systemd/systemd --user": Expected("systemd", NOTHING, "misreads"),
    "init": None,
    "./init": None,
    # wrappers that become the command
    "gosu nobody app -x": Expected("gosu", "exec: app -x", stays=False, trait="privilege-drop"),
    "su-exec 1000:1000 app": Expected("gosu", "exec: app"),
    "setpriv --reuid 1000 --clear-groups app --x": Expected("setpriv", "exec: app --x"),
    "setpriv --reuid=1000 app": Expected("setpriv", "exec: app"),
    "chpst -u nobody -e /env app": Expected("chpst", "exec: app"),
    "s6-setuidgid nobody app": Expected("setuidgid", "exec: app"),
    "env A=1 B=2 app C=3": Expected("env", "exec: app C=3"),
    "env -i app": Expected("env", "exec: app"),
    "env - A=1 app": Expected("env", "exec: app"),
    "env -u A --unset B app": Expected("env", "exec: app"),
    "env -S 'python -u app.py' --x": Expected("env", "exec: python -u app.py --x"),
    "env '-Spython -u' app.py": Expected("env", "exec: python -u app.py"),
    "env --ignore-signal=TERM app": Expected("env", "exec: app"),
    "env A=1": Expected("env", NOTHING),
    "nice app": Expected("nice", "exec: app"),
    "nice -n 5 app": Expected("nice", "exec: app"),
    "nice -5 app": Expected("nice", "exec: app"),
    "ionice -c2 -n 7 app": Expected("ionice", "exec: app"),
    "nohup app -f": Expected("nohup", "exec: app -f"),
    "stdbuf -oL -e 0 app": Expected("stdbuf", "exec: app"),
    "chroot --userspec=nobody / app": Expected("chroot", "exec: app"),
    "taskset -c 0,1 app": Expected("taskset", "exec: app"),
    "chrt -f 10 app": Expected("chrt", "exec: app"),
    "prlimit --nofile=1024 app": Expected("prlimit", "exec: app"),
    "setarch x86_64 app": Expected("setarch", "exec: app"),
    "setarch -R app": Expected("setarch", "exec: app"),
    "linux32 app": Expected("setarch", "exec: app"),
    "with-contenv app": Expected("with-contenv", "exec: app"),
    "ssh-agent app": Expected("ssh-agent", "exec: app", daemonizes=False),
    "ssh-agent -s": Expected("ssh-agent", NOTHING, daemonizes=True),
    "start-stop-daemon --start --exec /bin/app -- -x": Expected("start-stop-daemon", "exec: /bin/app -x"),
    "start-stop-daemon -S -b -x /bin/app": Expected("start-stop-daemon", "exec: /bin/app", daemonizes=True),
    "start-stop-daemon --stop --exec /bin/app": Expected("start-stop-daemon", NOTHING),
    "capsh --drop=all -- -c 'exec app'": Expected("capsh", "exec: /bin/bash -c 'exec app'"),
    "ddtrace-run gunicorn a:b": Expected("command-launchers", "exec: gunicorn a:b"),
    "newrelic-admin run-program gunicorn a:b": Expected("newrelic-admin", "exec: gunicorn a:b"),
    "newrelic-admin validate-config x": Expected("newrelic-admin", NOTHING, stays=False),
    "wait-for-it.sh db:5432 -t 30 -- app -- x": Expected("wait-for-it", "exec: app -- x"),
    "./wait-for-it.sh db:5432": Expected("wait-for-it", NOTHING, stays=False),
    "strace -D -o /x app": Expected("strace", "exec: app"),
    "flock -F /lock app": Expected("flock", "exec: app"),
    "flock --no-fork /lock -c 'app x'": Expected("flock", "exec: /bin/sh -c 'app x'"),
    "dotenv run -- app": Expected("dotenv", "exec: app"),
    # wrappers that stay
    "sudo -u nobody app": Expected("sudo", "fork: app", "forwards child", trait="privilege-drop"),
    "sudo -EH -u nobody A=1 app": Expected("sudo", "fork: app"),
    "su nobody -s /bin/bash -c 'exec app'": Expected("su", "fork: /bin/bash -c 'exec app'", "forwards child SIGTERM"),
    "su - nobody -c app": Expected("su", "fork: /bin/sh -c app"),
    "su --command=app nobody": Expected("su", "fork: /bin/sh -c app"),
    "su nobody": Expected("su", NOTHING),
    "runuser -u nobody -- app -c": Expected("runuser", "fork: app -c", "forwards child SIGTERM"),
    "runuser nobody -c app": Expected("runuser", "fork: /bin/sh -c app"),
    "timeout 10 app -k": Expected("timeout", "fork: app -k", "forwards group"),
    "timeout -k 5 10 app": Expected("timeout", "fork: app"),
    "timeout --signal=INT --foreground 1h app": Expected("timeout", "fork: app", "forwards child"),
    "setsid app": Expected("setsid", "fork: app", daemonizes=True, stays=False),
    "setsid -w app": Expected("setsid", "fork: app", daemonizes=False, stays=True),
    "flock -w 5 /lock app -c": Expected("flock", "fork: app -c"),
    "flock /lock -c 'app x'": Expected("flock", "fork: /bin/sh -c 'app x'"),
    "xargs -n 1 app": Expected("xargs", "fork: app"),
    "xargs -n1 -I {} app {}": Expected("xargs", "fork: app '{}'"),
    "xargs -i app {}": Expected("xargs", "fork: app '{}'"),
    "xargs -i{} -l3 app {}": Expected("xargs", "fork: app '{}'"),
    "setarch x86_64 -R app": Expected("setarch", "exec: app"),
    "prlimit -n1024 --core=0 app": Expected("prlimit", "exec: app"),
    "time -v app": Expected("time", "fork: app"),
    "strace -f -o /x app": Expected("strace", "fork: app", "ignores"),
    "script -qefc 'app x' /dev/null": Expected("script", "fork: app x", "forwards group SIGHUP"),
    "script -c 'app | cat' /dev/null": Expected("script", "fork: /bin/sh -c 'app | cat'"),
    "unshare -pf app": Expected("unshare", "fork: app", "ignores"),
    "unshare -n app": Expected("unshare", "exec: app"),
    "dockerize -wait tcp://db:1 -timeout 10s app -wait": Expected("dockerize", "fork: app -wait"),
    "watchmedo auto-restart -d . -- app": Expected(
        "watchmedo", "fork: app", "forwards group SIGINT", trait="development"
    ),
    "watchmedo auto-restart --signal SIGTERM -d . app": Expected("watchmedo", "fork: app", "forwards group SIGTERM"),
    "watchfiles 'python app.py' src": Expected("watchfiles", "fork: python app.py", "forwards child SIGINT"),
    "busybox timeout 5 app": Expected("timeout", "exec: app"),
    "busybox sleep 5": Expected("sleep", NOTHING),
    "busybox httpd -f -p 80": Expected("httpd", NOTHING, daemonizes=False),
    "busybox httpd -p 80": Expected("httpd", NOTHING, daemonizes=True),
    "busybox sh -c app": Expected("busybox", "exec: sh -c app"),
    # supervisors
    "honcho start": Expected("honcho", NOTHING, "forwards children SIGTERM"),
    "honcho run app x": Expected("honcho", "fork: /bin/sh -c 'app x'"),
    "foreman run app": Expected("foreman", "exec: app"),
    "concurrently 'app x' 'b | c'": Expected("concurrently", "supervisor: app x + supervisor: /bin/sh -c 'b | c'"),
    "nodemon app.js": Expected("nodemon", "supervisor: node app.js", trait="development"),
    "nodemon --exec ts-node app.ts": Expected("nodemon", "supervisor: /bin/sh -c 'ts-node app.ts'"),
    "nodemon -w src app.py": Expected("nodemon", "supervisor: python3 app.py"),
    "pm2-runtime start app.js": Expected("pm2-runtime", "supervisor: node app.js", "forwards children SIGINT"),
    "pm2-runtime app.js -i max": Expected("pm2-runtime", "supervisor: node app.js"),
    "pm2-runtime npm -- start": Expected("pm2-runtime", "supervisor: npm start", "unknown"),
    "pm2 start app.js": Expected("pm2", NOTHING, daemonizes=True),
    "pm2 start --no-daemon app.js": Expected("pm2", NOTHING, "ignores", stays=True),
    "pm2 logs": Expected("pm2", NOTHING, stays=True, trait="keep-alive"),
    "/init app": Expected("s6-overlay", "supervisor: app", "forwards everyone SIGTERM"),
    "service nginx start": Expected("service", NOTHING, daemonizes=True),
    "supervisord -c /x.conf": Expected("supervisord", NOTHING, daemonizes=True),
    "supervisord --nodaemon": Expected("supervisord", NOTHING, daemonizes=False),
    # runtimes
    "python app.py -m x": Expected("python", NOTHING, "default", app="app.py"),
    "python3.11 -u -W ignore app.py": Expected("python", app="app.py"),
    "/usr/local/bin/python3 -m app.main --x": Expected("python", app="app.main"),
    "python -c 'import x'": Expected("python", NOTHING),
    "python": Expected("python", NOTHING),
    "python -m gunicorn a:b": Expected("gunicorn", NOTHING, "handles"),
    "python -um gunicorn a:b": Expected("gunicorn", NOTHING, "handles"),
    "python /usr/local/bin/gunicorn a:b": Expected("gunicorn"),
    "python -m cProfile -o /x app.py": Expected("python-programs", "exec: python app.py"),
    "python -m http.server 80": Expected("python-http-server", NOTHING, "default", trait="development"),
    "python manage.py runserver": Expected("django", NOTHING, "terminates", trait="development"),
    "python manage.py runserver --noreload": Expected("django", NOTHING, "default"),
    "./manage.py migrate": Expected("django", NOTHING, "default", stays=False),
    "python manage.py": Expected("django", NOTHING, "default", stays=False),
    "python manage.py listen": Expected("django", NOTHING, "unknown", stays=None),
    "docker-gen -watch -notify 'nginx -s reload' a.tmpl b": Expected("docker-gen", NOTHING, "handles", stays=True),
    "docker-gen a.tmpl b": Expected("docker-gen", NOTHING, "handles"),
    "eggdrop -nt -m eggdrop.conf": Expected("eggdrop", NOTHING, "handles", daemonizes=False),
    "eggdrop eggdrop.conf": Expected("eggdrop", daemonizes=True),
    "gogs web": Expected("gogs", NOTHING, "terminates", stays=True),
    "gogs admin create-user": Expected("gogs", NOTHING, "default", stays=False),
    "hitch --config=/etc/hitch/hitch.conf": Expected("hitch", NOTHING, "terminates", stays=True),
    "krakend run -c krakend.json": Expected("krakend", NOTHING, "handles", stays=True),
    "krakend check": Expected("krakend", NOTHING, "default", stays=False),
    "listmonk --config config.toml": Expected("listmonk", NOTHING, "terminates", stays=True),
    "listmonk --install --yes": Expected("listmonk", stays=False),
    "nats-streaming-server -m 8222": Expected("nats-streaming-server", NOTHING, "handles", stays=True),
    "'/usr/lib/plexmediaserver/Plex Media Server'": Expected("plex", NOTHING, "handles", stays=True),
    "odoo --workers 2": Expected("odoo", NOTHING, "unknown", stays=True),
    "odoo -d x -i base --stop-after-init": Expected("odoo", stays=False),
    "odoo shell -d x": Expected("odoo", stays=False),
    "solr start -f -p 8983": Expected("solr", NOTHING, "misreads", daemonizes=False, stays=True),
    "solr -f": Expected("solr", NOTHING, "misreads", daemonizes=False, stays=True),
    "solr-foreground": Expected("solr", NOTHING, "misreads", daemonizes=False, stays=True),
    "solr start": Expected("solr", daemonizes=True),
    "solr zk upconfig -n x": Expected("solr", NOTHING, "default", stays=False),
    "spiped -F -d -s [0.0.0.0]:8025 -t [x]:25 -k key": Expected("spiped", NOTHING, "handles", daemonizes=False),
    "node --max-old-space-size=256 node_modules/node-red/red.js --userDir /data": Expected(
        "node-red", NOTHING, "handles"
    ),
    "node red.js": Expected("node", app="red.js"),
    "node --require x server.js": Expected("node", NOTHING, "default", app="server.js"),
    "node18 server.js": Expected("node", app="server.js"),
    "node --watch server.js": Expected("node", "fork: node server.js", "forwards child", trait="development"),
    "node -e 'x'": Expected("node", NOTHING),
    "node node_modules/.bin/nodemon app.js": Expected("nodemon", "supervisor: node app.js"),
    "deno run -A app.ts": Expected("deno", NOTHING, "terminates", app="app.ts"),
    "java -Xmx1g -cp x -jar app.jar --jar": Expected("java", NOTHING, "unknown", app="app.jar"),
    "java -Xrs -jar app.jar": Expected("java", NOTHING, "default"),
    "java -cp /x kafka.Kafka": Expected("kafka", NOTHING, "handles"),
    "/opt/java/openjdk/bin/java com.example.Main": Expected("java", app="com.example.Main"),
    "dotnet app.dll": Expected("dotnet", NOTHING, "unknown", app="app.dll"),
    "dotnet test": Expected("dotnet", stays=False),
    "jruby -S rackup config.ru": Expected("jruby", NOTHING, "unknown", app=None),
    "named -f": Expected("named", NOTHING, stays=True, daemonizes=False),
    "named -V": Expected("named", NOTHING, stays=False, daemonizes=False),
    "ruby -Ilib app.rb": Expected("ruby", NOTHING, "handles", app="app.rb"),
    "php -S 0.0.0.0:80 -t public": Expected("php", NOTHING, "default", trait="development"),
    "php8.2 artisan queue:work": Expected("artisan", NOTHING, "handles"),
    "php artisan migrate": Expected("artisan", NOTHING, stays=False),
    "php -d a=b /app/artisan queue:work": Expected("artisan", NOTHING, "handles"),
    "php /srv/shop/bin/console messenger:consume": Expected("symfony-console", NOTHING, "handles"),
    "php /srv/console messenger:consume": Expected("php", NOTHING),
    "perl -w app.pl": Expected("perl", app="app.pl"),
    # servers
    "gunicorn -w 2 -b :80 a:b": Expected("gunicorn", NOTHING, "handles", timeout=30),
    "gunicorn --graceful-timeout 60 a:b": Expected("gunicorn", timeout=60),
    "gunicorn a:b --graceful-timeout=5": Expected("gunicorn", timeout=5),
    "gunicorn -D a:b": Expected("gunicorn", daemonizes=True, stays=False),
    "gunicorn --reload a:b": Expected("gunicorn", trait="development"),
    "uvicorn a:b --reload": Expected("uvicorn", NOTHING, "handles", trait="development"),
    "uvicorn a:b --timeout-graceful-shutdown 5": Expected("uvicorn", timeout=5),
    "hypercorn a:b": Expected("hypercorn", NOTHING, "handles", timeout=3),
    "hypercorn -w 4 a:b": Expected("hypercorn", NOTHING, "terminates"),
    "hypercorn -w 1 a:b": Expected("hypercorn", NOTHING, "handles"),
    "flask --app x run": Expected("flask", NOTHING, "default", trait="development"),
    "flask db upgrade": Expected("flask", NOTHING, stays=False),
    "celery -A app worker -c 2": Expected("celery", NOTHING, "handles", trait="group-breaks-workers"),
    "celery -A app worker --detach": Expected("celery", daemonizes=True),
    "celery --app=app beat": Expected("celery", NOTHING, "handles", stays=True),
    "celery -A app inspect ping": Expected("celery", stays=False),
    "uwsgi --http :80 --wsgi-file x": Expected("uwsgi", NOTHING, "terminates"),
    "uwsgi --http :80 --master": Expected("uwsgi", NOTHING, "misreads"),
    "uwsgi -M --die-on-term": Expected("uwsgi", NOTHING, "terminates"),
    "nginx": Expected("nginx", NOTHING, "misreads", daemonizes=True),
    "nginx -g 'daemon off;'": Expected("nginx", NOTHING, "misreads", daemonizes=False, stays=True),
    "nginx -g 'pid /x; daemon  off;' -c /x": Expected("nginx", daemonizes=False),
    "nginx -g 'daemon on;'": Expected("nginx", daemonizes=True),
    "nginx -t": Expected("nginx", stays=False, daemonizes=False),
    "/usr/local/openresty/bin/openresty -g 'daemon off;'": Expected("nginx", daemonizes=False),
    "php-fpm8.2 -F": Expected("php-fpm", NOTHING, "terminates", daemonizes=False),
    "php-fpm": Expected("php-fpm", daemonizes=True),
    "httpd -DFOREGROUND": Expected("httpd", NOTHING, "misreads", daemonizes=False),
    "apache2 -D FOREGROUND": Expected("httpd", daemonizes=False),
    "httpd -D SSL": Expected("httpd", daemonizes=True),
    "apachectl -D FOREGROUND": Expected("apachectl", "fork: httpd -D FOREGROUND", "default", daemonizes=False),
    "apache2ctl start": Expected("apachectl", daemonizes=True),
    "haproxy -db -f x": Expected("haproxy", NOTHING, "default"),
    "haproxy -W -db -f x": Expected("haproxy", NOTHING, "terminates"),
    "redis-server /x.conf": Expected("redis", NOTHING, "handles", daemonizes=False),
    "redis-server --daemonize yes": Expected("redis", daemonizes=True),
    "redis-cli ping": Expected("redis-cli", stays=False),
    "postgres -D /x": Expected("postgres", NOTHING, "misreads"),
    "mongod --dbpath /data/db": Expected("mongod", NOTHING, "handles", stays=True),
    "mongod --dbpath /data/db --repair": Expected("mongod", stays=False),
    "sshd": Expected("sshd", daemonizes=True),
    "/usr/sbin/sshd -D -e": Expected("sshd", NOTHING, "terminates", daemonizes=False),
    "/usr/sbin/sshd -De": Expected("sshd", daemonizes=False),
    "cron": Expected("cron", daemonizes=True),
    "cron -f": Expected("cron", NOTHING, "default", daemonizes=False),
    "memcached -m 64 -d": Expected("memcached", daemonizes=True),
    "rails server -b 0.0.0.0": Expected("rails", NOTHING, "handles"),
    "bin/rails s -d": Expected("rails", daemonizes=True),
    "rails db:migrate": Expected("rails", stays=False),
    "bundle exec puma -C x": Expected("bundle", "exec: puma -C x"),
    "caddy run": Expected("caddy", NOTHING, "handles"),
    "caddy start": Expected("caddy", daemonizes=True),
    "catalina.sh run": Expected("tomcat", NOTHING, "handles", stays=True),
    "cloud-sql-proxy x": Expected("cloud-sql-proxy", NOTHING, "handles"),
    # package runners, as far as no file is needed
    "npm ci": Expected("npm", NOTHING, stays=False),
    "npx next start": Expected("npx", "fork: sh -c 'next start'", "forwards child"),
    "npx -y -p x next start": Expected("npx", "fork: sh -c 'next start'"),
    "npx -c 'next start'": Expected("npx", "fork: sh -c 'next start'"),
    "npm exec -- next start": Expected("npm", "fork: sh -c 'next start'"),
    "pnpm exec next start": Expected("pnpm", "fork: next start", "forwards child"),
    "yarn install": Expected("yarn", NOTHING, stays=False),
    "cross-env A=1 node app.js": Expected("cross-env", "fork: node app.js", "forwards child"),
    "cross-env-shell A=1 'node app.js'": Expected("cross-env-shell", "fork: /bin/sh -c 'node app.js'"),
    "tsx watch --ignore 'a.ts.*' app.ts": Expected("tsx", "fork: node app.ts"),
    "tsx watch app.ts": Expected("tsx", "fork: node app.ts", trait="development"),
    "ts-node app.ts": Expected("ts-node", NOTHING, "default", app="app.ts"),
    "uv run --no-dev gunicorn a:b": Expected("uv", "fork: gunicorn a:b", "forwards child"),
    "uv run --with x -- app": Expected("uv", "fork: app"),
    "uv run app.py": Expected("uv", "fork: python app.py"),
    "uv run -m app x": Expected("uv", "fork: python -m app x"),
    "uv sync": Expected("uv", NOTHING, stays=False),
    "poetry run gunicorn a:b": Expected("poetry", "exec: gunicorn a:b"),
    "pipenv run app": Expected("pipenv", "exec: app"),
    "conda run -n x --no-capture-output app": Expected("conda", "fork: app", "unknown"),
    "go run .": Expected("go", NOTHING, "terminates"),
    # tools
    "sleep infinity": Expected("sleep", NOTHING, "default", stays=True, trait="keep-alive"),
    "tail -f /dev/null": Expected("tail", NOTHING, "default", stays=True, trait="keep-alive"),
    "tail -n 5 /x -F": Expected("tail", stays=True),
    "tail -n 5 /x": Expected("tail", stays=False),
    "chown -R a:b /x": Expected("coreutils", stays=False),
    "aria2c --enable-rpc --dir /data": Expected("aria2", NOTHING, "handles", stays=True),
    "aria2c https://example.org/a": Expected("aria2", NOTHING, "handles"),
    "aria2c --enable-rpc -D": Expected("aria2", daemonizes=True),
    "collectd -f": Expected("collectd", NOTHING, "handles", stays=True, daemonizes=False),
    "collectd": Expected("collectd", daemonizes=True),
    "collectd -t -f": Expected("collectd", stays=False),
    "opendkim -f -x /etc/opendkim.conf": Expected("opendkim", NOTHING, "handles", stays=True),
    "opendkim -x /etc/opendkim.conf": Expected("opendkim", daemonizes=True),
    "kamailio -DD -E": Expected("kamailio", NOTHING, "handles", stays=True),
    "kamailio -m 64": Expected("kamailio", daemonizes=True),
    "freshclam": Expected("freshclam", stays=False),
    "freshclam -d": Expected("freshclam", daemonizes=True),
    "freshclam -d -F": Expected("freshclam", NOTHING, "handles", stays=True, daemonizes=False),
    "deluged -d": Expected("deluged", NOTHING, "handles", stays=True),
    "deluged": Expected("deluged", daemonizes=True),
    "gitea web": Expected("gitea", NOTHING, "handles", stays=True),
    "gitea --config /data/app.ini web": Expected("gitea", NOTHING, "handles", stays=True),
    "gitea migrate": Expected("gitea", stays=False),
    "xray run -c /etc/xray.json": Expected("xray", NOTHING, "handles", stays=True),
    "xray -t 0.0.0.0:2000": Expected("xray", NOTHING, "default"),
    "dgraph alpha": Expected("dgraph", NOTHING, "handles", stays=True),
    "dgraph bulk -f data": Expected("dgraph", stays=False),
    "watchtower --interval 30": Expected("watchtower", NOTHING, "handles", stays=True),
    "bashio::log.info hello": Expected("bashio", stays=False),
    "shop::log.info hello": None,
    "python3 -m wyoming_piper --uri tcp://0.0.0.0:10200": Expected("wyoming", NOTHING, "default", stays=True),
    "python3 -m wyoming_satellite": Expected("python", stays=None),
    "caddy -quic --conf /etc/caddy/Caddyfile": Expected("caddy", NOTHING, "misreads", stays=True),
    "caddy --config /etc/caddy/Caddyfile": Expected("caddy", stays=False),
    "watchtower --run-once": Expected("watchtower", stays=False),
    # not in the catalogue
    "app": None,
    "/app/server": None,
    "gunicorn.py": None,
    "mytini app": None,
    "./serve": None,
    "ng build --watch": Expected("frontend-development", stays=True),
    "webpack watch -c prod.js": Expected("frontend-development", stays=True),
    "ng build --prod": Expected("frontend-development", stays=False),
    "./gotify-app serve": Expected("gotify", NOTHING, "handles"),
    "./gitea web": None,
    "freeswitch -nonat -c": Expected("freeswitch", NOTHING, "misreads"),
    "freeswitch -elegant-term -nf": Expected("freeswitch", NOTHING, "handles"),
    "/app/serve -x": None,
    "/serve -x": None,
    "/opt/shop/task work": None,
    "build/prometheus": None,
    "/usr/local/bin/serve -l 80": Expected("http-server", NOTHING, "handles"),
    "node_modules/.bin/serve": Expected("http-server"),
    "/app/node_modules/.bin/serve": Expected("http-server"),
    "/app/venv/bin/gunicorn a:b": Expected("gunicorn", NOTHING, "handles"),
    "/prometheus": Expected("prometheus", NOTHING, "handles"),
    "node ./serve": Expected("node", NOTHING, "default", app="./serve"),
    "python-app": None,
    "": None,
    "/": None,
}


@pytest.mark.parametrize("line", CASES)
def test_a_command_line(line: str) -> None:
    expected = CASES[line]
    program = describe(words(shlex.split(line) or [""]), image())
    if expected is None:
        assert program is None
        return
    assert program is not None
    starts = " + ".join(f"{one.how}: {shlex.join(a.value for a in one.arguments)}" for one in program.starts)
    reaction = program.as_pid1.get("SIGTERM")
    term = " ".join(filter(None, (reaction.disposition, reaction.to, reaction.signal))) if reaction else "default"
    found = Expected(
        program.name,
        starts if expected.starts is not None else None,
        term if expected.term is not None else None,
        program.stays if expected.stays is not None else None,
        program.daemonizes if expected.daemonizes is not None else None,
        program.application.value if expected.app is not None and program.application else None,
        program.timeout if expected.timeout is not None else None,
        expected.trait if expected.trait in program.traits else None,
    )
    assert found == expected


def test_nothing_is_no_program() -> None:
    assert describe((), image()) is None


def test_the_wrapped_command_keeps_its_words() -> None:
    argv = words(["tini", "--", "gosu", "nobody", "app"])
    program = describe(argv, image())
    assert program is not None
    assert program.starts[0].arguments == argv[2:]
    assert program.starts[0].text is not None
    assert program.starts[0].text.value == "gosu\nnobody\napp"


@pytest.mark.parametrize(
    ("argv", "env", "term"),
    [
        ("tini -- app", {"TINI_KILL_PROCESS_GROUP": "1"}, "group"),
        ("tini -- app", {"TINI_KILL_PROCESS_GROUP": ""}, "child"),
        ("tini -- app", {"TINI_KILL_PROCESS_GROUP": None}, "child"),
        ("dumb-init app", {"DUMB_INIT_SETSID": "0"}, "child"),
        ("dumb-init app", {"DUMB_INIT_SETSID": "1"}, "group"),
    ],
)
def test_the_environment_changes_an_init(argv: str, env: dict[str, str | None], term: str) -> None:
    program = describe(words(argv.split()), image(env=env))
    assert program is not None
    assert program.as_pid1["SIGTERM"].to == term


def test_inits_pass_on_what_can_be_caught() -> None:
    program = describe(words(["tini", "app"]), image())
    assert program is not None
    assert {"SIGTERM", "SIGQUIT", "SIGWINCH", "SIGRTMIN+3"} <= set(program.as_pid1)
    assert not {"SIGKILL", "SIGSTOP", "SIGCHLD"} & set(program.as_pid1)


def test_alpine_programs_are_busybox_applets() -> None:
    program = describe(words(["su", "nobody", "-c", "app"]), image(base="alpine:3.20", shell="ash"))
    assert program is not None
    assert program.starts[0].how == "exec"


@pytest.mark.parametrize(
    ("argv", "settings", "how", "term"),
    [
        ("launch -x -- app y", {"exec": True}, "exec", None),
        ("/usr/bin/launch app y", {"exec": True}, "exec", None),
        ("launch app y", {"forwards": "child"}, "init", "forwards"),
        ("launch", {"on": {"SIGTERM": "handles"}}, None, "handles"),
        ("launch", {"on": {"SIGTERM": "obeys"}}, None, None),
        ("launch", {}, None, None),
        ("tini -- app y", {"exec": True}, "exec", None),
    ],
)
def test_the_users_programs_come_first(
    argv: str, settings: dict[str, object], how: str | None, term: str | None
) -> None:
    program = describe(words(argv.split()), image(), {argv.split()[0].rpartition("/")[2]: settings})
    assert program is not None
    assert [(one.how, [a.value for a in one.arguments]) for one in program.starts] == (
        [(how, ["app", "y"])] if how else []
    )
    reaction = program.as_pid1.get("SIGTERM")
    assert (reaction.disposition if reaction else None) == term
    assert program.evidence == ("configuration",)


@pytest.mark.parametrize("key", [key for key in KEYS if catalogue.entry(key).get("foreground")])
def test_the_words_that_keep_a_server_in_front_do(key: str) -> None:
    """``foreground`` takes back what ``daemonizes`` says."""
    name = next(iter(catalogue.entry(key).get("names", [key])))
    program = describe(words([name]), image())
    assert program is not None and program.daemonizes and program.foreground
    kept = describe(words([name, *program.foreground]), image())
    assert kept is not None and not kept.daemonizes and kept.stays


@pytest.mark.parametrize(("lacks", "has"), LACKING.items())
def test_options_that_a_program_lacks(lacks: str, has: str) -> None:
    for command, expected in ((lacks, True), (has, False)):
        program = describe(words(shlex.split(command)), image())
        assert program is not None and ("no-such-option" in program.traits) is expected
