"""Items compared between groups and years: planted differences found, none invented, bad input named."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2

from analysis.checks import NotEstimable
from analysis.measurement.item_functioning import item_functioning
from analysis.measurement.rasch import rasch
from tests.measurement.scales import answers_to

PLACES = np.linspace(-0.8, 0.8, 6)


def two_groups(seed: int, people: int = 800, moved: float = 0.0, gap: float = 0.0) -> pd.DataFrame:
    """Return answers of two groups, the second `gap` higher; its first item is `moved` harder."""
    generator = np.random.default_rng(seed)
    steps = [[place - 1.0, place + 1.0] for place in PLACES]
    other = [[step + moved * (number == 0) for step in one] for number, one in enumerate(steps)]
    first = answers_to(steps, generator.normal(0, 1.2, people // 2), seed)
    second = answers_to(other, generator.normal(gap, 1.2, people // 2), seed + 10_000)
    return pd.concat([first, second], ignore_index=True)


def labels(people: int = 800) -> list[str]:
    return ["A"] * (people // 2) + ["B"] * (people // 2)


def test_an_item_that_is_harder_for_one_group_is_found() -> None:
    found = item_functioning(two_groups(1, 2000, moved=0.8, gap=0.7), labels(2000))
    assert found.items.loc["i1", "p_holm"] < 1e-9
    moves = found.locations["B"] - found.locations["A"]
    # Locations add up to zero in each group: of .8 a sixth is shared out over all items.
    assert moves["i1"] == pytest.approx(0.8 * 5 / 6, abs=0.2)
    np.testing.assert_allclose(moves.iloc[1:], -0.8 / 6, atol=0.2)
    assert found.p < 1e-6
    assert found.items["largest"].tolist() == pytest.approx(moves.abs().tolist())
    assert "i1 (0." in found.summary()


def test_groups_that_differ_only_in_level_show_no_difference_more_often_than_chance_would() -> None:
    fits = [item_functioning(two_groups(seed, 600, gap=1.0), labels(600)) for seed in range(60)]
    assert sum(fit.p < 0.05 for fit in fits) <= binom.ppf(0.995, 60, 0.05)
    single = sum(int((fit.items["p"] < 0.05).sum()) for fit in fits)
    assert binom.ppf(0.001, 360, 0.05) <= single <= binom.ppf(0.999, 360, 0.05)


def test_two_groups_by_hand() -> None:
    answers = two_groups(3)
    found = item_functioning(answers, labels())
    first, second = rasch(answers.iloc[:400]), rasch(answers.iloc[400:])
    pd.testing.assert_series_equal(found.locations["A"], first.locations, check_names=False)
    z = (first.locations - second.locations) / np.hypot(first.location_errors, second.location_errors)
    np.testing.assert_allclose(found.items["chi2"], z**2)
    np.testing.assert_allclose(found.items["p"], chi2.sf(z**2, 1))
    ratio = 2 * (first.log_likelihood + second.log_likelihood - rasch(answers).log_likelihood)
    assert found.chi2 == pytest.approx(ratio)
    # Five locations and one step are free.
    assert (found.df, found.p) == (6, pytest.approx(chi2.sf(ratio, 6)))
    ordered = found.items["p"].sort_values()
    by_hand = np.maximum.accumulate(np.minimum(ordered * np.arange(6, 0, -1), 1))
    np.testing.assert_allclose(found.items["p_holm"][ordered.index], by_hand)
    assert found.people.to_dict() == {"A": 400, "B": 400} and not found.paired


def test_three_years_are_compared_together() -> None:
    answers = pd.concat([two_groups(5), two_groups(6).iloc[:400]], ignore_index=True)
    found = item_functioning(answers, [2021] * 400 + [2022] * 400 + [2023] * 400, model="partial_credit")
    assert found.locations.columns.tolist() == [2021, 2022, 2023]
    assert (found.items["df"] == 2).all() and found.df == 2 * (5 + 6)
    assert found.tidy().columns[:2].tolist() == ["item", "location_2021"]


def test_errors_by_people_agree_with_the_models_where_people_are_different() -> None:
    answers = two_groups(7, 6000)
    plain = item_functioning(answers, labels(6000))
    paired = item_functioning(answers, labels(6000), people=range(6000))
    np.testing.assert_allclose(paired.location_errors, plain.location_errors, rtol=0.06)
    np.testing.assert_allclose(paired.items["chi2"], plain.items["chi2"], rtol=0.15)
    assert paired.paired and math.isnan(paired.chi2) and math.isnan(paired.p)


def test_people_who_answer_alike_in_two_years_make_a_difference_surer() -> None:
    first = two_groups(8, 800).iloc[:400]
    second = first.copy()
    # Thirty answer one item a step higher; all else is as it was, year for year.
    up = second.index[second["i2"] < 2][:30]
    second.loc[up, "i2"] += 1
    both, years = pd.concat([first, second], ignore_index=True), [1] * 400 + [2] * 400
    apart = item_functioning(both, years)
    paired = item_functioning(both, years, people=[*range(400)] * 2)
    assert paired.items.loc["i2", "p"] < 0.001 < apart.items.loc["i2", "p"]
    same = item_functioning(pd.concat([first, first]), years, people=[*range(400)] * 2)
    assert (same.items["chi2"] == 0).all() and (same.items["p"] == 1).all()


def test_names_and_order_change_nothing() -> None:
    answers = two_groups(9, moved=0.5)
    plain = item_functioning(answers, labels())
    order = np.random.default_rng(1).permutation(800)
    groups = pd.Series([{"A": "zeta", "B": "eta"}[label] for label in labels()])
    moved = item_functioning(answers.iloc[order, ::-1], groups.iloc[order])
    pd.testing.assert_frame_equal(moved.items.loc[plain.items.index], plain.items, rtol=1e-6, atol=1e-9)


def test_rows_without_a_group_are_left_out() -> None:
    answers = pd.concat([two_groups(3), two_groups(4).iloc[:50]], ignore_index=True)
    found = item_functioning(answers, [*labels(), *[None] * 50])
    pd.testing.assert_frame_equal(found.items, item_functioning(two_groups(3), labels()).items)


BAD = two_groups(3)


@pytest.mark.parametrize(
    ("answers", "groups", "options", "error", "message"),
    [
        (BAD, ["A"] * 3, {}, ValueError, "found 800 rows and 3 groups; allowed: a group per row"),
        (BAD, labels(), {"people": [1]}, ValueError,
         "found 800 rows and 1 people; allowed: a person per row"),
        (BAD, labels(), {"people": [1] * 800}, ValueError,
         "found somebody twice in one group; allowed: a row per person and group"),
        (BAD, ["A"] * 800, {}, NotEstimable, "found 1 groups; needed: two or more"),
        (BAD.assign(i1=[1.0] * 400 + BAD["i1"][400:].tolist(), i2=BAD["i2"][:400].tolist() + [0.0] * 400),
         labels(), {}, NotEstimable,
         "found in A: item i1 has one answer, 1, from everybody; in B: item i2 has one answer, 0, from "
         "everybody"),
    ],
)  # fmt: skip
def test_input_that_cannot_be_compared_is_named(
    answers: pd.DataFrame, groups: list[str], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        item_functioning(answers, groups, **options)
    assert str(caught.value) == message
