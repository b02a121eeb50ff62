"""The cheap records behave as the standard library's dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from functools import cached_property
from types import ModuleType
from typing import ClassVar

import pytest

from gracelint import records

SOURCE = '''
from __future__ import annotations
from typing import ClassVar
from functools import cached_property

@dataclass(frozen=True, slots=True)
class Point:
    """A point."""
    x: int
    y: int = 2
    names: list[str] = field(default_factory=list, repr=False)
    ORIGIN: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("negative")

    @property
    def total(self) -> int:
        return self.x + self.y

@dataclass(frozen=True, slots=True)
class Empty:
    pass

@dataclass(slots=True)
class Mutable:
    a: int
    b: list[int] = field(default_factory=list)

@dataclass(frozen=True, eq=False)
class Open:
    a: int

    @cached_property
    def twice(self) -> int:
        return 2 * self.a

@dataclass(frozen=True, slots=True)
class Longer(Point):
    z: int = 9
'''


def module(kind: ModuleType) -> ModuleType:
    made = ModuleType(f"records_of_{kind.__name__.replace('.', '_')}")
    made.__dict__.update(dataclass=kind.dataclass, field=kind.field)
    sys.modules[made.__name__] = made
    exec(SOURCE, made.__dict__)
    return made


@pytest.fixture(params=[records, dataclasses], ids=["ours", "standard"])
def made(request: pytest.FixtureRequest) -> ModuleType:
    return module(request.param)


@pytest.mark.parametrize("replace", [records.replace, dataclasses.replace], ids=["ours", "standard"])
def test_replace(made: ModuleType, replace: object) -> None:
    assert callable(replace)
    point = made.Point(1, names=["n"])
    assert replace(point, x=5) == made.Point(5, 2, ["n"])
    with pytest.raises(TypeError):
        replace(point, w=1)
    with pytest.raises(ValueError, match="negative"):
        replace(point, x=-1)


def test_what_every_record_can(made: ModuleType) -> None:
    point = made.Point(1)
    assert (point.x, point.y, point.names, point.total, made.Point.ORIGIN) == (1, 2, [], 3, 0)
    assert point.names is not made.Point(1).names
    assert repr(point) == "Point(x=1, y=2)"
    assert made.Point(x=1, y=2) == point != made.Point(1, 3)
    assert point != made.Mutable(1) and made.Empty() == made.Empty() and made.Empty() != ()
    assert hash(made.Longer(1, 2, (), 3)) == hash(made.Longer(1, 2, (), 3))
    assert made.Longer(1) == made.Longer(1, 2, [], 9) != point
    for copied in (copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))):
        assert copied == point
    for wrong in ((), (1, 2, [], 4)):
        with pytest.raises(TypeError):
            made.Point(*wrong)
    match point:
        case made.Point(x, 2):
            assert x == 1
        case _:
            pytest.fail("no match")
    assert [each.name for each in dataclasses.fields(made.Point)] == ["x", "y", "names"]
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "names": []}
    assert not hasattr(point, "__dict__")


@pytest.mark.parametrize("kind", [records, dataclasses], ids=["ours", "standard"])
def test_frozen_or_not(kind: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "REFUSES", True)
    made = module(kind)
    point, mutable, opened = made.Point(1), made.Mutable(1), made.Open(4)
    for record, name in ((point, "x"), (opened, "a")):
        with pytest.raises(AttributeError):
            setattr(record, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del opened.a
    mutable.a = 7
    mutable.b.append(1)
    assert mutable == made.Mutable(7, [1])
    with pytest.raises(TypeError, match="unhashable"):
        hash(mutable)
    assert opened.twice == 8 and opened != made.Open(4) and hash(opened) != hash(None)
    assert isinstance(made.Open.__dict__["twice"], cached_property)


def test_frozen_records_refuse_in_development_mode() -> None:
    check = "from gracelint.source import Document; Document('a', 'b').path = 'c'"
    for options, refused in ((["-X", "dev"], True), ([], False)):
        ran = subprocess.run([sys.executable, *options, "-c", check], capture_output=True, text=True, check=False)
        assert ("FrozenInstanceError: cannot change field 'path'" in ran.stderr) is refused, ran.stderr


def test_the_standard_library_is_not_imported() -> None:
    check = "import sys, gracelint.records, gracelint.image.model; sys.exit('dataclasses' in sys.modules)"
    assert subprocess.run([sys.executable, "-S", "-c", check], env={"PYTHONPATH": "lint"}, check=False).returncode == 0


class Pair(records.NamedTuple):
    """Two numbers."""

    left: int
    right: int = 2

    @property
    def sum(self) -> int:
        return self.left + self.right


class Nothing(records.NamedTuple):
    pass


def test_a_named_tuple_is_one() -> None:
    assert Pair(1) == (1, 2)
    assert Pair(1)._replace(right=5).sum == 6
    assert (Pair._fields, Pair.__doc__, Pair.__module__) == (("left", "right"), "Two numbers.", __name__)
    assert pickle.loads(pickle.dumps(Pair(3))) == Pair(3)
    assert repr(Pair(1)) == "Pair(left=1, right=2)"
    assert Nothing() == ()


class Measured(records.Lazy):
    __slots__ = ("area",)
    area: int


MADE: list[str] = []


def _area(square: Square) -> int:
    MADE.append("area")
    return square.side**2


@records.dataclass(frozen=True, slots=True)
class Square(Measured):
    side: int

    worked_out: ClassVar = {"area": _area}


def test_a_lazy_value_is_worked_out_once() -> None:
    MADE.clear()
    square = Square(3)
    assert MADE == []
    assert (square.area, square.area, MADE) == (9, 9, ["area"])


def test_a_lazy_value_is_no_part_of_the_record() -> None:
    known, fresh = Square(3), Square(3)
    assert known.area == 9 and known == fresh and repr(known) == "Square(side=3)"
    assert pickle.loads(pickle.dumps(known)) == copy.copy(known) == fresh
    assert records.replace(known, side=4).area == 16


def test_what_is_no_lazy_value_is_no_attribute() -> None:
    assert not hasattr(Square(3), "volume")
