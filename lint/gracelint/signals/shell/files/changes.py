"""What a script itself has done to files: made, removed, linked, written, as `parts.Made` of each path.

Only so many paths are remembered (`MOST_FILES`). What the image brings along stands in `filesystem`, which asks here first.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....image.paths import normal
from ..model.parts import Coming, Left, Made
from .permissions import user_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from ....image.entries import Kind
    from ..model.state import State

MOST_FILES = 64
MOST_LINKS = 8


def followed(state: State, path: str) -> str:
    """An absolute path behind the links that the script has made."""
    return behind(state.made, path)


def behind(made: Mapping[str, Made], path: str) -> str:
    """An absolute path behind the links among these."""
    for _ in range(MOST_LINKS):
        above, rest = path, ""
        while above != "/" and (above not in made or made[above].target is None):
            above, _, last = above.rpartition("/")
            above, rest = above or "/", posixpath.join(last, rest) if rest else last
        target = made[above].target if above != "/" else None
        if target is None:
            return path
        path = normal(posixpath.join(posixpath.dirname(above), target, rest))
    return path


def is_link(state: State, path: str) -> bool:
    """Whether the script has made a link of a path."""
    return path in state.made and state.made[path].target is not None


def has_made(made: Mapping[str, Made], path: str) -> bool | None:
    """Whether a script has made what stands at a path, or may have, as part of a folder; False where it has removed it, None where it has done neither."""
    own = made.get(path)
    if own is not None:
        return own.kind != "none"
    while path != "/":
        path = posixpath.dirname(path)
        above = made.get(path)
        if above is not None and (above.written or above.kind == "unknown"):
            return True
    return None


def note(state: State, path: str, kind: Kind, *, certain: bool = False) -> None:
    """The script has made, or removed, what stands at a path: others, as long as that is not ``certain``, may make it again."""
    if kind == "none" and state.restless and not certain:
        kind = "unknown"  # others make files as well
    for condition in [each for each in state.assumed if each.startswith(f"{path} ")]:
        del state.assumed[condition]  # which says nothing of what is there now
    if kind == "file" and (found := state.made.get(path)) is not None and found.kind == "file":
        return  # it stays whose it is
    if len(state.made) < MOST_FILES:
        state.made = {**state.made, path: Made(kind, user_of(state))}


def note_doubtful(state: State, path: str) -> None:
    """Somebody who may not be allowed to has written to a file: what is in it is not known."""
    if len(state.made) < MOST_FILES and path not in state.made:
        state.made = {**state.made, path: Made("unknown", None)}


def note_link(state: State, path: str, target: str) -> None:
    """The script has made a link to a path, as it was written."""
    if len(state.made) < MOST_FILES:
        state.made = {**state.made, path: Made("unknown", user_of(state), target=target)}


def note_pipe(state: State, path: str) -> None:
    """The script has made a named pipe."""
    if len(state.made) < MOST_FILES:
        state.made = {**state.made, path: Made("unknown", user_of(state), pipe=True)}


def written(state: State, path: str, text: str | None, tail: str | None = None) -> None:
    """A redirection has written this to a file that is there (None: something, of which no more may be known than how it ends)."""
    found = state.made.get(path)
    if found is not None:
        state.made = {**state.made, path: Made(found.kind, found.user, True, text, tail=tail)}


def doubt(state: State, where: str | None = None) -> None:
    """Somebody else may have written to the files that a text names (None: to any): what is in them is not known any more."""
    known = (path for path, file in state.made.items() if file.content is not None or file.tail is not None)
    if any(where is None or path in where for path in known):
        state.made = {
            path: Made(file.kind, file.user, True) if where is None or path in where else file
            for path, file in state.made.items()
        }


def has_changed(begun: State, shell: State) -> bool:
    """Whether a shell has changed files since it stood like this."""
    return (shell.made, shell.permitted, shell.restless) != (begun.made, begun.permitted, begun.restless)


def since(begun: State, shell: State) -> Left:
    """What it has changed."""
    made = {path: made for path, made in shell.made.items() if begun.made.get(path) != made}
    return Left(made, shell.permitted, shell.restless, shell.slow)


def meet(state: State, left: Left) -> None:
    """Beside this shell another one changes files, now or later: what that touches is as it was, or as it leaves it."""
    _unsettle(state, left)
    if left.made:
        state.made = either(state.made, {**state.made, **left.made})


def take(state: State, left: Left) -> None:
    """What another shell has changed is as that has left it."""
    _unsettle(state, left)
    if left.made:
        state.made = {**state.made, **left.made}


def expect(state: State, pid: int, left: Iterable[Left]) -> None:
    """What a job in the background has changed is certain once the shell has waited for it, and, where that takes no time, in the steady state."""
    for each in left:
        if each.made:
            state.coming = (
                *state.coming,
                Coming(pid, each, {path: state.made[path] for path in each.made if path in state.made}),
            )


def arrived(state: State, pids: Container[int] | None) -> None:
    """What these jobs leave is there by now (None: of all that take no time), unless this shell has changed it itself."""
    there = [each for each in state.coming if (not each.left.slow if pids is None else each.pid in pids)]
    for coming in there:
        own = {
            path: made for path, made in coming.left.made.items() if state.made.get(path) is coming.doubted.get(path)
        }
        state.made = {**state.made, **own}
    if there:
        state.coming = tuple([each for each in state.coming if each not in there])


def _unsettle(state: State, left: Left) -> None:
    state.permitted |= left.permitted
    state.restless = state.restless or left.restless


def either(one: Mapping[str, Made], two: Mapping[str, Made]) -> dict[str, Made]:
    """What is known of files that are as one way has left them, or as the other."""
    paths = one.keys() | two.keys()
    return {
        path: one[path] if one.get(path) == two.get(path) else _both(one.get(path), two.get(path)) for path in paths
    }


def _both(one: Made | None, two: Made | None) -> Made:
    pipe = any(each is not None and each.pipe for each in (one, two))
    if one is None or two is None or one.kind != two.kind or one.target or two.target:
        return Made("unknown", None, True, pipe=pipe)
    return Made(one.kind, one.user if one.user == two.user else None, one.written or two.written, pipe=pipe)


def adopt(state: State, child: State) -> None:
    """A script that has run to its end leaves the files as it has made them, from what it has found."""
    state.made, state.permitted = dict(child.made), state.permitted | child.permitted
    state.restless = state.restless or child.restless


def open_to_all(state: State, path: str) -> None:
    """Whose a file is, and who may write to it, is not known any more."""
    found = state.made.get(path)
    if found is not None:
        state.made = {**state.made, path: Made(found.kind, None, found.written, found.content, tail=found.tail)}
