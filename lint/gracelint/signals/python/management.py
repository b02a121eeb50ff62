"""Django's management commands: ``manage.py NAME`` runs ``handle`` of the class ``Command`` in ``…/management/commands/NAME.py``.

Only the application's own are followed; of Django's own the catalogue tells. (docs.djangoproject.com/en/stable/howto/custom-management-commands)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .attributes import attribute
from .bindings import module
from .calls import call
from .state import PROCESS
from .values import NONE, UNKNOWN, Const, Items, Type

if TYPE_CHECKING:
    from ...image.model import Image
    from ...source import Text
    from .run import Run
    from .special import Special
    from .state import Frame, State
    from .values import Arguments, Value


def command_file(image: Image, name: str) -> str | None:
    """The path in the image of the application's own management command of a name; None where it has none."""
    if not name.isidentifier():
        return None
    ending = f"/management/commands/{name}.py"
    found = image.files.listing("/", lambda path: path.endswith(ending) and "/site-packages/" not in path)
    return found[0] if found else None


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
}
