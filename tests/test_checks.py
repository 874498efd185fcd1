"""Checks of input, and the one error of data that cannot answer: which estimator raises it, and which not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from analysis.adoption.adopters import adopter_categories
from analysis.adoption.bass import bass
from analysis.adoption.hazards import hazard_model
from analysis.adoption.morans_i import morans_i
from analysis.adoption.structure_dependence import structure_dependence
from analysis.checks import NotEstimable, require_count, require_level, require_one_of
from analysis.contacts.coalescence import coalescence_test
from analysis.measurement.aggregation import intraclass_correlation
from analysis.resampling.correlation import correlation
from analysis.resampling.qap import mrqap, qap_correlation
from analysis.tie_models.change_statistics import edges, mutual, sender
from analysis.tie_models.formation import formation_rates
from analysis.tie_models.p1 import p1
from analysis.tie_models.pstar import dyad_independent, pstar
from analysis.tie_models.separable import separable
from analysis.ties.mixing import external_internal_test
from analysis.ties.reciprocity import reciprocity_test

NOBODY = np.zeros((6, 6))
SOME = (np.random.default_rng(1).random((6, 6)) < 0.5).astype(float)
MISSING = np.full((6, 6), np.nan)
ROWS = pd.DataFrame({"adopted": [0, 1] * 10, "exposure": [0.0, 1.0] * 10, "period": range(20)})
MEETINGS = pd.DataFrame({"time": [1.0, 2.0], "sender_id": ["a", "b"], "receiver_id": ["b", "c"]})
WHEN = {"window": 5.0, "persistence": 0.0}


@pytest.mark.parametrize(
    "call",
    [
        lambda: reciprocity_test(NOBODY, seed=1),
        lambda: external_internal_test(NOBODY, list("aabbcc"), seed=1),
        lambda: correlation([1, 2, 3], [1, 2, 3], seed=1),
        lambda: correlation([1, 1, 1, 1], [1, 2, 3, 4], seed=1),
        lambda: qap_correlation(SOME, NOBODY, seed=1),
        lambda: mrqap(SOME, {"twice": SOME}, seed=1),
        lambda: mrqap(MISSING, {"some": SOME}, seed=1),
        lambda: p1(NOBODY),
        lambda: pstar(NOBODY, {"edges": edges()}),
        lambda: pstar(MISSING, {"edges": edges()}),
        lambda: dyad_independent(NOBODY, {"edges": edges(), "mutual": mutual()}),
        lambda: dyad_independent(MISSING, {"edges": edges()}),
        lambda: separable(NOBODY, NOBODY, {"edges": edges()}, "formation", seed=1),
        lambda: separable(NOBODY, SOME, {"edges": edges(), "all": sender([1] * 6)}, "formation", seed=1),
        lambda: formation_rates([], pd.DataFrame({"session": []})),
        lambda: adopter_categories([1, 1, np.inf]),
        lambda: bass([np.inf] * 5, [1, 2, 3]),
        lambda: bass([1, 2, 3], [1, 2]),
        lambda: hazard_model(ROWS.assign(adopted=0)),
        lambda: hazard_model(ROWS),
        lambda: morans_i(NOBODY, range(6), seed=1),
        lambda: structure_dependence(NOBODY, range(6), range(6), never="missing", seed=1),
        lambda: intraclass_correlation([1, 1, 1, 1], list("aabb")),
        lambda: coalescence_test(MEETINGS, "time_shuffled", "closure", seed=1, **WHEN),
    ],
)
def test_data_that_cannot_answer_are_not_estimable(call: Callable[[], object]) -> None:
    with pytest.raises(NotEstimable):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: reciprocity_test(SOME, draws=0, seed=1),
        lambda: reciprocity_test(SOME[:4], seed=1),
        lambda: external_internal_test(SOME, list("aabb"), seed=1),
        lambda: correlation([1, 2, 3, 4], [1, 2, 3, 4], level=95, seed=1),
        lambda: correlation([1, 2, 3, 4], [1, 2, 3, 4], replicates=0, seed=1),
        lambda: mrqap(SOME, {}, seed=1),
        lambda: mrqap(2 * SOME, {"some": SOME.T}, family="logit", seed=1),
        lambda: pstar(SOME, {"edges": "edges"}),  # type: ignore[dict-item]
        lambda: separable(SOME, SOME, {"edges": edges()}, "dissolution", seed=1),  # type: ignore[arg-type]
        lambda: formation_rates([1, 0], pd.DataFrame({"session": [1, 1]}), level=0),
        lambda: bass([1, 2, 3], [1, 2, 4]),
        lambda: hazard_model(ROWS, exposure="exposed"),
        lambda: hazard_model(ROWS, level=1),
        lambda: morans_i(SOME, range(5), seed=1),
        lambda: intraclass_correlation([1, 2], list("ab"), method="mean"),  # type: ignore[arg-type]
        lambda: coalescence_test(MEETINGS, "shuffled", "closure", seed=1, **WHEN),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_argument_is_no_answer_of_the_data(call: Callable[[], object]) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert not isinstance(caught.value, NotEstimable)


def test_values_allowed_pass_and_others_are_named() -> None:
    require_one_of("kind", "mean", ["mean", "sum"])
    require_one_of("kind", "mean", Literal["mean", "sum"])
    require_level(0.95)
    require_count("draws", 1)
    for call, message in (
        (
            lambda: require_one_of("kind", "m", Literal["mean", "sum"]),
            "kind is 'm'; allowed are 'mean', 'sum'",
        ),
        (lambda: require_level(0), "found level 0; allowed: between 0 and 1"),
        (lambda: require_level(float("nan")), "found level nan; allowed: between 0 and 1"),
        (lambda: require_count("people", 1, 2), "found 1 people; allowed: at least 2"),
    ):
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == message
