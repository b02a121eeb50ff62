"""What a script tells its jobs before anybody stops it: who is gone by then, and who goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import script

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("start", "told", "left"),
    [
        ("nginx -g 'daemon off;'", "kill -HUP $pid", True),  # it reloads
        ("nginx -g 'daemon off;'", "pkill -USR1 nginx", True),
        ("nginx -g 'daemon off;'", "( kill -HUP $pid )", True),
        ("nginx -g 'daemon off;'", "sh -c 'kill -HUP $1' _ $pid", True),
        ("tini -- nginx -g 'daemon off;'", "kill -HUP $pid", True),  # it passes that on
        ("nginx -g 'daemon off;'", "kill -QUIT $pid", False),
        ("nginx -g 'daemon off;'", "kill -KILL $pid", False),
        ("nginx -g 'daemon off;'", "( kill $pid )", False),
        ("tini -- nginx -g 'daemon off;'", "kill $pid", False),
        ("myserver", "kill -HUP $pid", True),  # nobody knows, and it is not expected to end
        ("myserver", "kill $pid", False),
        ("redis-server", "kill -HUP $pid", True),  # it ignores that
    ],
)
def test_who_goes_on(tmp_path: Path, start: str, told: str, left: bool) -> None:
    (path,) = script(tmp_path, "dash", f"{start} & pid=$!\nsleep 1\n{told}\nexec memcached\n").paths
    assert path.pid1 == ("memcached",)
    assert (len(path.hops) > 1, path.verdict == "graceful") == (left, not left)


def test_a_job_that_was_told_to_reload_is_waited_for(tmp_path: Path) -> None:
    text = "nginx -g 'daemon off;' & pid=$!\nsleep 1\ntrap 'kill -QUIT $pid; wait $pid' TERM\n{}wait $pid\n"
    for told in ("", "kill -HUP $pid\n"):
        assert [path.verdict for path in script(tmp_path, "dash", text.format(told)).paths] == ["graceful"]
    assert not script(tmp_path, "dash", text.format("kill -QUIT $pid\n")).paths[0].hops


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("app & p=$!\ntrap '/opt/stop-app & wait $p' TERM\nwait $p\n", "unknown"),
        (
            "app & p=$!\n(while sleep 60; do /opt/stop-app; done) &\ntrap 'wait $p' TERM\nwait $p\n",
            "killed",
        ),  # nobody asks it to, now
    ],
)
def test_a_command_in_the_background_of_a_trap_may_stop_the_application(
    text: str, verdict: str, tmp_path: Path
) -> None:
    assert script(tmp_path, "dash", text).verdict == verdict


# What tells a job that was forked a moment ago, with how often of 20 times the signal was lost in dash and BusyBox (two processors).
@pytest.mark.parametrize(
    ("told", "races"),
    [
        ("/bin/true\nkill $pid", True),  # 2
        ('sh -c "kill $pid"', True),  # 5 and 2
        ("echo $pid | xargs kill", True),  # 2 of 60, and 7 of 60 beside others
        ("(kill $pid)", True),  # 1 and 3
        ("x=$(kill $pid)", True),  # 1
        ("sleep 0.5\nkill $pid", False),
        ('sleep 0.5\nsh -c "kill $pid"', False),
        ("sleep 0.5\necho $pid | xargs kill", False),
        ("( sleep 0.5; kill $pid )", False),
    ],
)
@pytest.mark.parametrize("shell", ["dash", "bash", "ash"])
def test_who_may_not_have_begun(tmp_path: Path, shell: str, told: str, races: bool) -> None:
    text = f"trap : TERM\nmemcached & pid=$!\n{told}\nsleep 1\nexec memcached -v\n"
    expected = {"graceful", "abrupt"} if races and shell != "bash" else {"graceful"}
    assert {path.verdict for path in script(tmp_path, shell, text).paths} == expected
    plain = text.replace("trap : TERM\n", "")
    assert {path.verdict for path in script(tmp_path, shell, plain).paths} == {"graceful"}


def test_what_a_trap_of_a_job_does_is_not_guessed(tmp_path: Path) -> None:
    text = "( trap 'exit 3' TERM; memcached & wait ) & pid=$!\nsleep 1\nkill {}$pid\nexec memcached -v\n"
    told = script(tmp_path, "dash", text.format(""))
    assert (told.verdict, "comes to its trap" in " ".join(told.missing)) == ("unknown", True)
    (path,) = script(tmp_path, "dash", text.format("-KILL ")).paths
    assert (path.verdict, len(path.hops)) == ("abrupt", 2)  # no trap hears that: memcached is left
