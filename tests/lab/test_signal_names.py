from __future__ import annotations

import signal
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracelint.signals import names


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SIGTERM", 15),
        ("TERM", 15),
        ("term", 15),
        ("SigTerm", 15),
        (" 15 ", 15),
        ("9", 9),
        ("64", 64),
        ("SIGRTMIN", 34),
        ("rtmin+3", 37),
        ("SIGRTMIN+30", 64),
        ("RTMAX", 64),
        ("RTMAX-14", 50),
        ("SIGCLD", 17),
        ("POLL", 29),
        ("IOT", 6),
        # near misses
        ("", None),
        ("SIG", None),
        ("SIGSIGTERM", None),
        ("SIGTERM+1", None),
        ("0", None),
        ("65", None),
        ("-15", None),
        ("1" * 10000, None),
        ("١٥", None),
        ("RTMIN+31", None),
        ("RTMIN-1", None),
        ("RTMAX+1", None),
        ("RTMIN+", None),
        ("RTMIN+٣", None),
        ("EXIT", None),
        ("TERM ;", None),
    ],
)
def test_number(text: str, number: int | None) -> None:
    assert names.number(text) == number


@pytest.mark.skipif(sys.platform != "linux", reason="compares with Linux's own table")
def test_the_table_is_linuxs() -> None:
    own = {number: name for number in range(1, 32) if (name := names.name(number))}
    assert {
        member.value: member.name for member in signal.Signals if member < 32 and member.name != own[member.value]
    } == {}
    # Python names it since 3.11.
    assert own.keys() - {16} == {member.value for member in signal.Signals if member < 32} - {16}
    assert (names.RTMIN, names.RTMAX) == (signal.SIGRTMIN, signal.SIGRTMAX)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "SIGHUP"),
        (29, "SIGIO"),
        (31, "SIGSYS"),
        (33, "SIG33"),
        (34, "SIGRTMIN"),
        (37, "SIGRTMIN+3"),
        (49, "SIGRTMIN+15"),
        (50, "SIGRTMAX-14"),
        (64, "SIGRTMAX"),
    ],
)
def test_name(number: int, name: str) -> None:
    assert names.name(number) == name


@given(st.integers(1, 64).filter(lambda number: number not in (32, 33)))
def test_names_and_numbers_are_inverse(number: int) -> None:
    assert names.number(names.name(number)) == number
    assert names.canonical(str(number)) == names.name(number)


@given(st.sets(st.integers(1, 64)))
def test_masks(numbers: set[int]) -> None:
    mask = names.encode(numbers)
    assert names.parse_mask(f"{mask:016x}") == mask
    assert names.decode(mask) == tuple(names.name(number) for number in sorted(numbers))


@pytest.mark.parametrize("text", ["", "g", "0x", "0x1_0", "-1", "1" * 17, "0x 1", "１"])
def test_what_is_no_mask(text: str) -> None:
    assert names.parse_mask(text) is None


@given(st.text())
def test_any_text_has_a_number_or_none(text: str) -> None:
    number = names.number(text)
    assert number is None or 1 <= number <= 64
    names.parse_mask(text)
