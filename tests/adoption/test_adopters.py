"""Categories, curves and hazards of adoption: against netdiffuseR, by hand, on bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from analysis.adoption.adopters import (
    adopter_categories,
    adopters_by_period,
    cumulative_adoption,
    hazard_by_period,
)
from analysis.adoption.thresholds import thresholds
from tests.adoption.adopters import TIMES, Study

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan
ROUNDED = 1e-10  # the reference files hold eleven digits

# ---------------------------------------------------------------- against netdiffuseR


def test_cumulative_adoption_and_hazards_as_in_netdiffuser(med: Study, netdiffuser: dict[str, Any]) -> None:
    number, share, rate = ([row[str(period)] for period in range(1, 19)] for row in netdiffuser["cumulative"])
    curve = cumulative_adoption(med.times, med.periods)
    assert curve["adopters"].tolist() == number
    assert curve["share"].to_numpy() == pytest.approx(share, abs=ROUNDED)
    assert np.isnan(curve["growth"].iloc[0])
    assert curve["growth"].to_numpy()[1:] == pytest.approx(rate[1:], abs=ROUNDED)
    hazard = hazard_by_period(med.times, med.periods)
    # netdiffuseR prints 0 for the first period; 11 of the 125 adopted in it.
    assert hazard["hazard"].iloc[0] == 11 / 125
    assert hazard["hazard"].to_numpy()[1:] == pytest.approx(netdiffuser["hazard"][1:], abs=ROUNDED)


def test_categories_as_in_netdiffuser(med: Study, netdiffuser: dict[str, Any]) -> None:
    """The same rule cuts times and thresholds; the cross table is netdiffuseR's."""
    own = thresholds(med.ties, med.times, med.periods, never="missing")
    found = pd.crosstab(
        adopter_categories(med.times, innovators=False),
        adopter_categories(own, innovators=False),
        dropna=False,
    ).to_numpy()[1:5, 1:5]
    names = ["Very Low Thresh.", "Low Thresh.", "High Thresh.", "Very High Thresh."]
    assert found.tolist() == [[row[name] for name in names] for row in netdiffuser["classify"][1:]]


# ---------------------------------------------------------------- by hand


def test_categories_by_the_rule() -> None:
    """Times 0, 4, 5 (18 times), 6, 10: mean 5, SD √(52 / 21) = 1.57; the one at infinity is no adopter."""
    times = [0.0, 4, *[5] * 18, 6, 10, NAN]
    found = adopter_categories(times)
    assert found.tolist() == [
        "innovator",
        "early majority",
        *["late majority"] * 19,
        "laggard",
        "non-adopter",
    ]
    assert found.cat.ordered
    assert adopter_categories(times, innovators=False).iloc[0] == "early adopter"


def test_curves_of_four_people() -> None:
    curve = cumulative_adoption(TIMES, [1, 2])
    assert curve.to_numpy().tolist()[1] == [1, 2, 0.5, 1.0]
    hazard = hazard_by_period(TIMES, [1, 2, 3, 4])
    assert hazard["at_risk"].tolist() == [4, 3, 2, 1]
    assert hazard["hazard"].tolist() == [1 / 4, 1 / 3, 1 / 2, 0]
    left = hazard_by_period(TIMES, [1, 2, 3, 4], observed_until=[2, 1, 3, 2])
    assert left["at_risk"].tolist() == [4, 3, 1, 0]
    assert left["hazard"].tolist() == pytest.approx([1 / 4, 1 / 3, 1, NAN], nan_ok=True)


def test_who_had_adopted_by_each_period() -> None:
    found = adopters_by_period([1, 5, 3, INF, 9], [2, 3, 8], list("abcde"))
    assert found == [{"a"}, {"a", "c"}, {"a", "b", "c"}]
    assert [len(group) for group in found] == cumulative_adoption([1, 5, 3, INF, 9], [2, 3, 8])[
        "adopters"
    ].tolist()
    with pytest.raises(ValueError, match="found 1 labels of 2 times; needed: one for each"):
        adopters_by_period([1, 2], [2], ["a"])


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: adopter_categories([3, 3, NAN]),
            "found 2 adopters at 1 different times; allowed: 2 times or more",
        ),
        (
            lambda: hazard_by_period(TIMES, [1, 2, 3], observed_until=[2, 1, 2, 3]),
            "actor 2 adopted at 3 but was observed until 2 only",
        ),
        (
            lambda: hazard_by_period(TIMES, [1, 2, 3], observed_until=[2, NAN]),
            "observed_until has shape (2,) and 1 missing; needed: 4 times",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
