"""A server that drops its requests when it is stopped, for want of a setting.

## What it does
Reports servers that end at once on every signal that stops them, until their own configuration tells them to finish what they are doing: php-fpm without `process_control_timeout`, uWSGI
without `hook-master-start` (`die-on-term` kills its workers), and applications of Spring Boot from 2.3 to 3.3 without `server.shutdown=graceful` (earlier ones drop their requests in any case), where their project is at hand.

## Why is this bad?
The right signal reaches the right process, the container stops at once, and the log shows an orderly shutdown. The requests in flight are cut off all the same, on every deploy.

## Example
```dockerfile
FROM php:8.3-fpm
COPY . /var/www/html
CMD ["php-fpm"]
```

## Use instead
```dockerfile
FROM php:8.3-fpm
COPY <<EOF /usr/local/etc/php-fpm.d/zz-drain.conf
[global]
process_control_timeout = 8s
EOF
COPY . /var/www/html
CMD ["php-fpm"]
```

## Fix safety
No fix: which of its files holds the server's settings is the project's to say.

## When not to care
When a load balancer sends no more requests before the container is stopped, and waits for those that run.

## References
- [php-fpm: process_control_timeout](https://www.php.net/manual/en/install.fpm.configuration.php#process-control-timeout)
- [uWSGI: hooks](https://uwsgi-docs.readthedocs.io/en/latest/Hooks.html)
- [Spring Boot: graceful shutdown](https://docs.spring.io/spring-boot/reference/web/graceful-shutdown.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..telling.telling import drain_setting, program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each server that hears its graceful signal, or knows none, and ends at once: where it is started first, as its
    settings hold wherever it is."""
    if all(word.inherited for word in case.image.launch.arguments):
        return  # all of it is the base image's, and so are its defaults
    spoken = set[str]()
    for path in case.trace.paths:
        for hop in path.hops:
            program, signal = hop.program, hop.received or case.trace.stop_signal.name
            if program is None or not program.drain or hop.text is None or program.name in spoken:
                continue
            if not (hop.pid1 or hop.notified) or hop.disposition != "terminates" or program.stays is False:
                continue
            if program.clean_signals and signal not in program.clean_signals:
                continue  # another signal is what is missing first
            spoken.add(program.name)
            graceful = ", its graceful stop, too" if program.clean_signals else ""
            setting = drain_setting(case, program.drain)
            yield RULE.finding(
                hop.text,
                f"{program_name(hop.argv)} drops the requests in flight on {signal}{graceful}; write {setting} into its configuration",
            )


RULE = Rule("GL408", "dropped-requests", "info", check, __doc__)
