"""Holm's step-down against statsmodels, and seeds of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.resampling.many_tests import derived_seed, holm, holm_sentence


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_as_statsmodels(p: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # It searches everything for garbage at each call, which takes a tenth of a second.
        patch.setattr("gc.collect", lambda: 0)
        expected = multipletests(p, method="holm")[1]
    np.testing.assert_allclose(holm(p), expected, rtol=1e-12)


def test_what_is_no_test_does_not_count() -> None:
    assert holm([0.01, np.nan, 0.02]).tolist()[::2] == holm([0.01, 0.02]).tolist()
    assert np.isnan(holm([np.nan])).all()


@pytest.mark.parametrize(
    ("p", "told"),
    [
        ([], "No test."),
        ([np.nan], "No test."),
        ([0.05], "1 test; its p is at most 0.05."),
        ([0.2, 0.3], "2 tests; none has a p of 0.05 or less."),
        ([0.04, 0.3], "2 tests; 1 has p of 0.05 or less. After Holm's correction none holds."),
        ([0.001, 0.3], "2 tests; 1 has p of 0.05 or less. It holds after Holm's correction."),
        ([0.001, 0.3, 0.001], "3 tests; 2 have p of 0.05 or less. All of them hold after Holm's correction."),
        ([0.001, 0.04, 0.3], "3 tests; 2 have p of 0.05 or less. After Holm's correction 1 holds: test 0."),
    ],
)
def test_in_words(p: list[float], told: str) -> None:
    assert holm_sentence({f"test {place}": value for place, value in enumerate(p)}) == told


def test_seeds_differ_by_every_label_and_by_the_page() -> None:
    seeds = {derived_seed(page, relation, wave) for page in (1, 2) for relation in "ab" for wave in (1, 2)}
    assert len(seeds) == 8
    assert derived_seed(1, "a", "b") != derived_seed(1, "ab")
    assert 0 <= min(seeds) < 2**48
