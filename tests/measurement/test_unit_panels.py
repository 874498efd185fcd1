"""Measures of the same units over waves: medians as plain pandas gives them, and change as it was drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.unit_panels import (
    panel_curves,
    panel_summary,
    same_units,
    unit_change,
    unit_changes,
)


def drawn(units: int = 300, spread: float = 0.5, seed: int = 1) -> pd.DataFrame:
    """Return a measure of units that start at 20 (SD 2) and change by 1 a wave (SD `spread`), error 1."""
    generator = np.random.default_rng(seed)
    start, change = generator.normal(20, 2, units), generator.normal(1, spread, units)
    rows = [
        (wave, f"u{unit}", start[unit] + change[unit] * (wave - 2015) + generator.normal())
        for unit in range(units)
        for wave in range(2015, 2021)
    ]
    return pd.DataFrame(rows, columns=["wave", "organization_id", "value"]).assign(measure="trust")


def test_medians_are_those_of_plain_pandas_over_units_that_are_there_throughout() -> None:
    measures = drawn(40)
    gone = measures[~((measures["organization_id"] == "u3") & (measures["wave"] == 2017))]
    kept = gone.groupby("organization_id").filter(lambda own: len(own) == 6)
    summary = panel_summary(gone, ["trust"]).loc["trust"]
    assert (summary["units"], summary["throughout"], summary["waves"]) == (40, 39, 6)
    by_wave = kept.groupby("wave")["value"]
    assert summary["first"] == by_wave.median()[2015] and summary["last"] == by_wave.median()[2020]
    curves = panel_curves(gone, ["trust"]).set_index("wave")
    pd.testing.assert_series_equal(curves["median"], by_wave.median(), check_names=False)
    pd.testing.assert_series_equal(curves["lower_quartile"], by_wave.quantile(0.25), check_names=False)
    assert set(curves["units"]) == {39}


def test_three_units_by_hand() -> None:
    rows = [(1, "a", 1.0), (2, "a", 3.0), (1, "b", 4.0), (2, "b", 3.0), (1, "c", 2.0)]
    frame = pd.DataFrame(rows, columns=["wave", "organization_id", "value"]).assign(measure="trust")
    row = panel_summary(frame, ["trust"]).loc["trust"]
    assert row[["units", "throughout", "first", "last", "median_change", "rose"]].tolist() == [
        3,
        2,
        2.5,
        3.0,
        0.5,
        0.5,
    ]


def test_change_its_spread_and_its_reliability_are_found_as_drawn() -> None:
    found = unit_change(drawn(800, seed=4), "trust")
    assert found.mean == pytest.approx(1, abs=0.06) and found.lower < 1 < found.upper
    assert found.spread == pytest.approx(0.5, abs=0.06)
    # 0.25 of 0.25 + 1 / 17.5, the sum of squares of six years about their middle.
    assert found.reliability == pytest.approx(0.25 / (0.25 + 1 / 17.5), abs=0.05)
    assert "800 units" in found.summary()
    table = unit_changes(drawn(60), ["trust"])
    assert table.index.tolist() == ["trust"] and table.loc["trust", "units"] == 60


def test_names_and_order_change_nothing() -> None:
    measures = drawn(50)
    turned = measures.sample(frac=1, random_state=2).assign(
        organization_id=lambda f: "x" + f["organization_id"]
    )
    one, other = unit_change(measures, "trust"), unit_change(turned, "trust")
    assert other.mean == pytest.approx(one.mean, abs=1e-6)
    assert other.reliability == pytest.approx(one.reliability, abs=1e-5)


def test_what_cannot_be_followed_is_named() -> None:
    frame = drawn(3)
    with pytest.raises(ValueError, match="found no measure 'use'; allowed: trust"):
        same_units(frame, "use")
    with pytest.raises(NotEstimable, match="found trust in one wave; needed: two"):
        same_units(frame[frame["wave"] == 2015], "trust")
    apart = frame[(frame["wave"] == 2015) ^ (frame["organization_id"] == "u1")]
    with pytest.raises(NotEstimable, match="found no unit with trust in all 6 waves"):
        same_units(apart, "trust")
