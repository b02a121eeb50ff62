"""npm, yarn, pnpm, npx, pipenv ... between the signal and the application.

## What it does
Reports package managers that start the application and stay in front of it, where the stop signal is lost or the application is not waited for.

## Why is this bad?
A package runner starts a shell that starts the application. Some versions swallow SIGTERM, others pass it to that shell only, which dies, and leave without waiting: the application is killed in the middle of its work.

## Example
```dockerfile
FROM node:22
COPY <<EOF package.json
{"scripts": {"start": "node server.js"}}
EOF
CMD ["npm", "start"]
```

## Use instead
```dockerfile
FROM node:22
COPY <<EOF server.js
const server = require('http').createServer((q, s) => s.end('hi')).listen(80)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
EOF
CMD ["node", "server.js"]
```

## Fix safety
Unsafe: the command that the runner would run is written in its place. The environment variables that the runner sets (`npm_...`) are not there, pre and post scripts do not run.

## When not to care
In development images. Where the Dockerfile's path or the stage says so (`Dockerfile.dev`, `compose/local/`, `AS development`), it is information only.

## References
- [Docker and Node.js best practices](https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd)
- [npm/cli#6547](https://github.com/npm/cli/issues/6547)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.blamed_programs import has_trait
from ..blame.defects import of_rule
from ..blame.purpose import for_development
from ..telling.telling import cost, program_name, severity_of, tell
from .runners import runner_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

    from ..blame.defects import Defect


# Names that scripts of package.json have, and no programs.
_SCRIPTS = frozenset({"dev", "prod", "production", "serve", "start"})
_VERBS = frozenset({"run", "run-script"})


def check(case: Case) -> Iterator[Finding]:
    """One finding for each package runner that loses the signal."""
    for defect in of_rule(case, RULE.name):
        runner = program_name(defect.hop.argv)
        app = _started(defect)
        # Of a development server nobody misses the requests.
        meant = for_development(case)
        development = any(has_trait(hop.program, "development") for hop in defect.path.hops)
        if app in _SCRIPTS or app == runner:  # package.json is not known, and so not what runs in the end
            app = f"what its script {_script(defect, app)} runs"
        yield tell(
            RULE,
            case,
            defect,
            f"{runner} stands between {case.trace.stop_signal.name} and {app}: {defect.hop.why.rstrip('.')}; {cost(case, defect.path)};"
            f" start {'a production server' if development and not meant else app} directly",
            severity="info" if meant else "warning" if development else severity_of(defect.path),
            fix=runner_fix(case, defect.hop),
        )


def _script(defect: Defect, app: str) -> str:
    """The name of the script that a runner is asked for: ``dev`` of ``npm run dev``."""
    words = [word for word in defect.hop.argv[1:] if not word.startswith("-") and word not in _VERBS]
    return words[0] if words else app


def _started(defect: Defect) -> str:
    """The program that the runner comes to start: a supervisor itself, not what it keeps running."""
    hops, at = defect.path.hops, defect.hop
    # What its script had in the background before is not what it starts.
    while children := [
        hop for hop in hops if hop.parent is not None and hops[hop.parent] is at and hop.how != "background"
    ]:
        if at is not defect.hop and children[-1].how == "supervisor":
            break
        at = children[-1]
    found = at if at is not defect.hop else defect.path.app
    return program_name(found.argv) if found is not None else "the application"


RULE = Rule("GL401", "package-runner-as-pid1", "warning", check, __doc__)
