"""The map and its verdicts: noise is no winner, a planted difference is found, workers change nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.tie_models.network_growth import ARMS, BETTER, OUTCOMES, GrowthPlan
from analysis.tie_models.network_growth_map import (
    AXES,
    MARGINS,
    RANGES,
    VERDICTS,
    growth_map,
    map_plans,
    sensitivity,
    verdict,
    verdict_counts,
)

BASE = GrowthPlan(people=40, cohort=8)
FEW = {"people": (40,), "alike": (0.0, 0.6), "attention": (4, 16), "forgetting": (0.05, 0.4)}


def test_every_cell_of_the_map_can_be_spent() -> None:
    plans = map_plans(BASE)
    assert len(plans) == np.prod([len(values) for values in AXES.values()])
    assert {(plan.people, plan.attention, plan.forgetting, plan.alike) for plan in plans} == {
        (people, attention, forgetting, alike)
        for people in AXES["people"]
        for attention in AXES["attention"]
        for forgetting in AXES["forgetting"]
        for alike in AXES["alike"]
    }
    assert {(plan.people, plan.cohort) for plan in plans} == {(40, 8), (100, 20), (200, 40), (400, 80)}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_verdicts_by_hand(outcome: str) -> None:
    margin, better = MARGINS[outcome], BETTER[outcome]
    assert verdict(outcome, better * 3 * margin, margin) == "small first"
    assert verdict(outcome, -better * 3 * margin, margin) == "all at once"
    assert verdict(outcome, better * 3 * margin, 2.5 * margin) == "undecided"
    assert verdict(outcome, better * 0.4 * margin, 0.5 * margin) == "no matter"
    assert verdict(outcome, better * 0.4 * margin, 0.5 * margin, scale=0.1) == "undecided"
    assert verdict(outcome, float("nan"), float("nan")) == "undecided"


def test_noise_alone_declares_no_winner_more_often_than_allowed() -> None:
    """Two arms that are the same in law, 500 maps of 40 differences: a map with any winner is to be rare."""
    generator = np.random.default_rng(1)
    wrong = 0
    for _ in range(500):
        draws = generator.normal(0, 1.0, (40, 50))
        error = draws.std(axis=1, ddof=1) / np.sqrt(50)
        reach = 3.2272 * error  # normal quantile at 1 − .05 ÷ 2 ÷ 40
        found = {
            verdict("cohesion", difference, half, scale=0.0)
            for difference, half in zip(draws.mean(axis=1), reach, strict=True)
        }
        wrong += bool(found & set(ARMS))
    assert wrong <= 46  # 99.9 % of Binomial(500, .06): fifty draws have slightly heavier tails than normal


def test_a_map_is_the_same_with_one_worker_or_two() -> None:
    one, two = (growth_map(BASE, networks=6, seed=2, axes=FEW, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert len(one) == 8 * len(OUTCOMES)
    assert set(one["verdict"]) <= set(VERDICTS)
    counts = verdict_counts(one)
    assert (counts.sum(axis=1) == 8).all()
    assert counts.index.tolist() == list(OUTCOMES)
    merged = one.groupby(["outcome", "verdict"]).size()
    for (outcome, told), count in merged.items():
        assert counts.loc[outcome, told] == count


def test_a_cohort_of_everybody_does_not_matter_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.tie_models.network_growth_map.COHORT", 1.0)
    cells = growth_map(BASE, networks=3, seed=2, axes={"attention": (4, 16)}, workers=1)
    ended = cells[cells["outcome"] != "second tie"]  # nobody is new
    assert (ended["difference"] == 0).all()
    assert (ended["verdict"] == "no matter").all()


def test_a_planted_difference_is_found() -> None:
    """By people, contacts come later where the network starts small, and more of them are remembered."""
    axes = {"forgetting": (0.05, 0.2)}
    base = GrowthPlan(spending="by people", pace=0.3)
    cells = growth_map(base, networks=60, seed=3, axes=axes, workers=1)
    assert (cells[cells["outcome"] == "cohesion"]["verdict"] == "small first").all()


def test_sensitivity_names_every_input_and_takes_out_noise() -> None:
    shares, spread = sensitivity(BASE, power=4, networks=3, seed=1, workers=1)
    assert spread["outcome"].tolist() == list(OUTCOMES)
    load = shares[shares["outcome"] == "backbone load"]
    assert load["input"].tolist() == list(RANGES)
    assert spread["better"].between(0, 1).all()
    # The backbone's load depends on how often people turn to it more than on how alike they choose.
    by_input = load.set_index("input")["total"]
    assert by_input["attention"] + by_input["cohort"] > by_input["alike"]
