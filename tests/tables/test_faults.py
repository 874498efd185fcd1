"""Faults read as one sentence each, and are raised all together."""

from __future__ import annotations

import pytest

from analysis.tables.faults import Fault, InvalidInput, raise_faults

CELL = Fault("ties.csv", "'7'", "a number from 0 to 4", row=12, column="value")
FILE = Fault("waves.csv", "no such file", "run `make data`")


def test_a_fault_says_where_what_and_what_is_allowed() -> None:
    assert str(CELL) == "ties.csv, row 12, column value: found '7'; allowed: a number from 0 to 4"


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [(None, None, "a.csv"), (3, None, "a.csv, row 3"), (None, "wave", "a.csv, column wave")],
)
def test_a_place_is_only_as_narrow_as_it_is_known(row: int | None, column: str | None, place: str) -> None:
    assert str(Fault("a.csv", "x", "y", row, column)) == f"{place}: found x; allowed: y"


def test_every_fault_is_listed_on_a_line_of_its_own() -> None:
    error = InvalidInput(fault for fault in (CELL, FILE))
    assert error.faults == (CELL, FILE)
    assert str(error).splitlines() == ["2 faults, nothing written:", f"  {CELL}", f"  {FILE}"]
    assert isinstance(error, ValueError)


def test_one_fault_is_called_one() -> None:
    assert str(InvalidInput([FILE])).startswith("1 fault, nothing written:\n")


def test_faults_are_raised_only_when_there_are_any() -> None:
    raise_faults([])
    with pytest.raises(InvalidInput) as caught:
        raise_faults(iter([FILE, CELL]))
    assert caught.value.faults == (FILE, CELL)
