"""What cannot be estimated is carried on; what is wrong stays wrong."""

from __future__ import annotations

import pytest

from analysis.checks import NotEstimable
from analysis.estimable import estimable, if_estimable


def share(part: int, whole: int) -> float:
    if not whole:
        raise NotEstimable("nobody was asked")
    return part / whole


@if_estimable
def doubled(value: float, *, times: int = 2) -> float:
    """Return a value several times."""
    return value * times


def test_only_what_cannot_be_estimated_is_caught() -> None:
    assert estimable(share, 1, whole=4) == 0.25
    reason = estimable(share, 0, 0)
    assert isinstance(reason, NotEstimable) and str(reason) == "nobody was asked"
    with pytest.raises(ValueError, match="invalid literal"):
        estimable(int, "two")
    with pytest.raises(KeyError):
        estimable({}.__getitem__, "no such column")


def test_a_reason_is_handed_on_and_a_result_is_used() -> None:
    reason = NotEstimable("why")
    assert doubled(reason) is reason
    assert doubled(2.0, times=3) == 6.0
    assert doubled.__doc__ == "Return a value several times."
