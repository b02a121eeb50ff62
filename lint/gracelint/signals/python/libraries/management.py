"""Django's management commands: ``manage.py NAME`` runs ``handle`` of the class ``Command`` in ``…/management/commands/NAME.py``. Before
that, and before an application is served, ``ready`` of each application's configuration (``…/apps.py``) has run
(docs.djangoproject.com/en/stable/ref/applications/#django.apps.AppConfig.ready).

Only the application's own are followed; of Django's own the catalogue tells. (docs.djangoproject.com/en/stable/howto/custom-management-commands)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..domain.state import PROCESS
from ..domain.values import NONE, UNKNOWN, Const, Instance, Items, Made, Type
from ..interpreter.attributes import attribute, method
from ..interpreter.calls import call
from ..interpreter.imports import module
from ..program.projects import file_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....image.model import Image
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..program.sources import Sources
    from .special import Special


_MOST_APPLICATIONS = 20


def command_file(image: Image, name: str) -> str | None:
    """The path in the image of the application's own management command of a name; None where it has none."""
    if not name.isidentifier():
        return None
    ending = f"/management/commands/{name}.py"
    found = image.files.listing("/", lambda path: path.endswith(ending) and "/site-packages/" not in path)
    return found[0] if found else None


def configurations(sources: Sources) -> Iterator[str]:
    """The modules of the image's own that configure an application of Django and have it do something when it is ready; all are taken to be
    installed."""
    files = sources.image.files
    for path in files.listing("/", _configures)[:_MOST_APPLICATIONS]:
        name, file = sources.name_of(path), file_at(files, path)
        if name is not None and file is not None and file.content is not None and "def ready" in file.content.value:
            yield name


def _configures(path: str) -> bool:
    return path.endswith("/apps.py") and "/site-packages/" not in path


def _set_up(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``django.setup()``, once."""
    if not run.ready:
        run.ready = True
        for name in configurations(run.sources):
            _make_ready(run, frame, name, text, state)
    return Made("django.core.handlers.Handler", run.number())


def _make_ready(run: Run, frame: Frame, name: str, text: Text, state: State) -> None:
    way = state.copy()
    loaded = module(run, replace(frame, raises=[]), name, way)
    if way.dead or loaded is None:
        return
    state.become(way)
    number = getattr(loaded, "number", PROCESS)
    for kind in [value for key, value in state.store.items() if key[0] == number and isinstance(value, Type)]:
        own = method(run, Instance(kind, run.number()), "ready", state)
        if own is not None and not state.dead:
            call(run, frame, own, (), text, state)


def _execute(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``execute_from_command_line(argv)``, ``call_command(name)``."""
    given = arguments.get(0, "argv")
    words = given.items[1:2] if isinstance(given, Items) else (given,)
    name = words[0].value if words and isinstance(words[0], Const) else None
    path = command_file(run.sources.image, name) if isinstance(name, str) else None
    found = run.sources.name_of(path) if path is not None else None
    if found is None:
        run.foreign.append((text, "django.core.management.execute_from_command_line"))
        return UNKNOWN
    _set_up(run, frame, None, arguments, text, state)
    loaded = module(run, frame, found, state)
    command = state.store.get((getattr(loaded, "number", PROCESS), "Command"))
    if state.dead or not isinstance(command, Type):
        return UNKNOWN
    made = call(run, frame, command, (), text, state)
    handle = attribute(run, frame, made, "handle", run.somewhere(text), state)
    call(run, frame, handle, (), text, state)
    return NONE


SPECIAL: dict[str, Special] = {
    "django.core.management.execute_from_command_line": _execute,
    "django.core.management.call_command": _execute,
    "django.setup": _set_up,
    "django.core.wsgi.get_wsgi_application": _set_up,
    "django.core.asgi.get_asgi_application": _set_up,
}
