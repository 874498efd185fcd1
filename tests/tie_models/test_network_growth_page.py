"""Sentences of the page on staged growth: each says what the numbers say, also when they say otherwise."""

from __future__ import annotations

import pandas as pd

from analysis.tie_models.network_growth import OUTCOMES
from analysis.tie_models.network_growth_map import VERDICTS
from analysis.tie_models.network_growth_page import (
    accounting_findings,
    forecast_findings,
    map_findings,
    sensitivity_findings,
)


def counts(by_week: list[int], longer: list[int]) -> pd.DataFrame:
    rows = {
        (way, outcome): row for way, row in (("by week", by_week), ("longer", longer)) for outcome in OUTCOMES
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(VERDICTS)).set_axis(
        pd.MultiIndex.from_tuples(rows, names=["spending", "outcome"])
    )


def accountings(step: float) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([OUTCOMES, ["likeness", "neither"]], names=["outcome", "recruitment"])
    return pd.DataFrame({"by week": [0.0, step] * len(OUTCOMES)}, index=index)


def test_the_counting_is_blamed_only_where_the_winner_turns() -> None:
    turned, still = (
        accounting_findings(counts([7, 0, 1, 2], longer), accountings(0.0))[0].sentence
        for longer in ([0, 5, 3, 2], [6, 0, 2, 2])
    )
    assert turned.startswith(
        "Simulated: the way the budget is spent decides. With the same contacts every week"
    )
    assert "sooner in 7 of 10 settings and later in none." in turned
    assert turned.endswith(
        "At the same pace per person it is sooner in none, later in 5, and no different in 3."
    )
    assert still.startswith("Simulated: with the same contacts every week")


def test_recruitment_matters_where_it_moves_a_difference_beyond_the_margin() -> None:
    little, much = (
        accounting_findings(counts([1, 0, 0, 0], [1, 0, 0, 0]), accountings(step))[-1].sentence
        for step in (0.005, 0.02)
    )
    assert "changes no difference by more than the margin" in little
    assert "cohesion at the end, reciprocity, the backbone's load and what is left" in much


def test_what_every_counting_agrees_on_is_said() -> None:
    agreed = accounting_findings(counts([7, 0, 1, 2], [6, 0, 2, 2]), accountings(0.0))[1:-1]
    assert [one.key for one in agreed] == [f"agreed.{name.replace(' ', '-')}" for name in OUTCOMES]
    assert agreed[0].sentence.endswith(
        "cohesion at the end is better with small first, in 6 of 10 settings or more."
    )
    assert agreed[0].numbers == ("settings", "counts.longer.cohesion.small-first")
    assert len(accounting_findings(counts([7, 0, 1, 2], [5, 0, 3, 2]), accountings(0.0))) == 2


def test_each_outcome_of_the_map_is_counted() -> None:
    found = map_findings(counts([3, 4, 5, 6], [0, 0, 0, 18]))
    assert [one.key for one in found] == ["map.cohesion", "map.reciprocity", "map.survival"]
    assert found[0].sentence == (
        "Simulated, cohesion at the end: starting small is better in 3 of the settings, all at once in 4. It "
        "does not matter in 5, and 6 are too close to call."
    )
    assert found[0].numbers[0] == "counts.by-week.cohesion.small-first"


def test_what_is_not_foretold_is_named() -> None:
    told = pd.DataFrame({"inside": [1, 0, 1]}, index=["reciprocity", "survival", "partners"])
    (found,) = forecast_findings(told, told.assign(inside=[1, 0, 0]))
    assert "foretells 2 of 3 figures of the next within its range (not: survival)" in found.sentence
    assert found.sentence.endswith("it foretells 1.")
    assert "(not" not in forecast_findings(told.assign(inside=1), told)[0].sentence


def test_the_two_largest_inputs_are_named() -> None:
    index = pd.MultiIndex.from_product([["cohesion"], ["pace", "size", "time"]], names=["outcome", "input"])
    (found,) = sensitivity_findings(pd.DataFrame({"total": [0.3, 0.1, 0.55]}, index=index))
    assert "depends most on time (55 % of its variance) and on pace (30 %)" in found.sentence
    assert found.numbers == ("shares.cohesion.time.total", "shares.cohesion.pace.total")
