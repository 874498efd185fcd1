"""Rare categories join a neighbour: by hand, by property, and where nothing is left."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measurement.categories import merged_categories


def test_by_hand() -> None:
    first = pd.DataFrame({"a": [1, 2, 2, 3, 3, 4, 4, 5], "b": [1, 1, 1, 1, 2, 2, 2, 2]}, dtype=float)
    second = pd.DataFrame({"a": [2, 2, 2, 3, 3, 4, 4, 4], "b": [2, 2, 1, 1, 1, np.nan, 1, 1]}, dtype=float)
    found = merged_categories({1: first, 2: second}, fewest=2)
    # 1 was given once and joins 2; 5 was given once and joins 4; of the second item both stand alone.
    assert found[1]["a"].tolist() == [1, 1, 1, 2, 2, 3, 3, 3]
    assert found[2]["a"].tolist() == [1, 1, 1, 2, 2, 3, 3, 3]
    pd.testing.assert_series_equal(found[2]["b"], second["b"])


def test_enough_people_gave_each_category_everywhere_and_order_is_kept() -> None:
    generator = np.random.default_rng(1)
    answers = {
        unit: pd.DataFrame(np.clip(np.rint(generator.normal(mean, 1.2, (90, 3))), 1, 7), columns=list("abc"))
        for unit, mean in (("x", 3.5), ("y", 4.5))
    }
    found = merged_categories(answers)
    for item in "abc":
        counts = pd.DataFrame({unit: own[item].value_counts() for unit, own in found.items()})
        assert counts.notna().all(axis=None) and counts.min(axis=None) >= 10
        for unit, own in found.items():
            pairs = pd.DataFrame({"before": answers[unit][item], "after": own[item]}).sort_values("before")
            assert pairs["after"].is_monotonic_increasing


def test_too_few_people_leave_one_category() -> None:
    found = merged_categories({1: pd.DataFrame({"a": [1.0, 2.0, 3.0]})}, fewest=5)
    assert found[1]["a"].tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="found 0 people"):
        merged_categories({1: pd.DataFrame({"a": [1.0]})}, fewest=0)
