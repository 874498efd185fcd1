"""Alpha and omega: against R's psych, by hand, by property, and where there is no answer."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.measurement.reliability import alpha, omega

ITEMS = [f"x{number}" for number in range(1, 10)]


@pytest.fixture(scope="module")
def psych(reference_folder: Path) -> dict[str, Any]:
    """Return what R's psych finds."""
    found: dict[str, Any] = json.loads((reference_folder / "psychometrics" / "results.json").read_text())
    return found


@pytest.fixture(scope="module")
def pupils(reference_folder: Path) -> pd.DataFrame:
    """Return nine tests of 301 pupils (Holzinger & Swineford 1939)."""
    return pd.read_csv(reference_folder / "psychometrics" / "holzinger_swineford.csv")[ITEMS]


def test_alpha_equals_psych(pupils: pd.DataFrame, psych: dict[str, Any]) -> None:
    found = alpha(pupils)
    expected = psych["alpha_all"]
    assert round(found.alpha, 5) == 0.76049
    assert found.alpha == pytest.approx(expected["raw"], abs=1e-9)
    assert found.standardised == pytest.approx(expected["std"], abs=1e-9)
    assert (found.lower, found.alpha, found.upper) == pytest.approx(tuple(expected["feldt"]), abs=1e-9)
    assert found.items["item_rest"].tolist() == pytest.approx(
        [row["r.drop"] for row in expected["item.stats"]], abs=1e-9
    )
    assert found.items["alpha_without"].tolist() == pytest.approx(
        [row["raw_alpha"] for row in expected["drop"]], abs=1e-9
    )
    assert (found.people, found.incomplete) == (301, 0)


def test_groups_of_one_whose_answers_are_normal_give_feldts_interval() -> None:
    generator = np.random.default_rng(2)
    answers = pd.DataFrame(generator.normal(size=(2000, 1)) + generator.normal(size=(2000, 5)))
    feldt, found = alpha(answers), alpha(answers, groups=pd.Series(range(2000)))
    assert (found.lower, found.upper) == pytest.approx((feldt.lower, feldt.upper), abs=0.002)
    assert found.alpha == feldt.alpha


def test_people_who_are_copies_of_one_another_are_worth_one() -> None:
    generator = np.random.default_rng(3)
    answers = pd.DataFrame(generator.normal(size=(300, 1)) + generator.normal(size=(300, 4)))
    schools = pd.Series(np.arange(300))
    once = alpha(answers, groups=schools)
    fourfold = pd.concat([answers] * 4, ignore_index=True)
    found = alpha(fourfold, groups=pd.concat([schools] * 4, ignore_index=True))
    assert found.upper - found.lower == pytest.approx(once.upper - once.lower, rel=0.01)
    assert alpha(fourfold).upper - alpha(fourfold).lower < 0.6 * (once.upper - once.lower)


def test_the_interval_between_groups_is_a_jackknife_by_another_way() -> None:
    generator = np.random.default_rng(4)
    schools = np.repeat(np.arange(40), 12)
    level = generator.normal(0, 0.7, 40)[schools][:, None]
    answers = pd.DataFrame(level + generator.normal(size=(480, 1)) + generator.normal(size=(480, 4)))
    found = alpha(answers, groups=pd.Series(schools))
    without = [math.log(1 - alpha(answers[schools != school]).alpha) for school in range(40)]
    error = (39 / 40 * sum((one - np.mean(without)) ** 2 for one in without)) ** 0.5
    reach = math.log((1 - found.lower) / (1 - found.upper)) / 2
    assert reach == pytest.approx(2.0227 * error, rel=0.05)


def test_where_groups_are_the_strata_the_interval_is_feldts(pupils: pd.DataFrame) -> None:
    group = pd.Series(["a", "b"] * 150 + ["a"], index=pupils.index)
    found = alpha(pupils, groups=group, strata=group)
    assert (found.lower, found.upper) == (alpha(pupils).lower, alpha(pupils).upper)


@pytest.mark.parametrize("first", [1, 4, 7])
def test_alpha_of_three_tests_equals_psych(first: int, pupils: pd.DataFrame, psych: dict[str, Any]) -> None:
    expected = psych[f"alpha_x{first}_{first + 2}"]
    found = alpha(pupils[ITEMS[first - 1 : first + 2]])
    assert (found.alpha, found.standardised) == pytest.approx((expected["raw"], expected["std"]), abs=1e-9)


def test_omega_of_three_factors_equals_psych(pupils: pd.DataFrame, psych: dict[str, Any]) -> None:
    found = omega(pupils)
    expected = psych["omega_3f"]
    assert (round(found.hierarchical, 3), round(found.total, 3)) == (0.449, 0.851)
    # Both searches stop where a step gains next to nothing.
    assert found.hierarchical == pytest.approx(expected["omega_h"], abs=1e-5)
    assert found.total == pytest.approx(expected["omega.tot"], abs=1e-5)
    table = np.array(expected["schmid"])
    np.testing.assert_allclose(found.loadings["general"], table[:, 0], atol=1e-5)
    np.testing.assert_allclose(found.loadings["unique"], table[:, 5], atol=1e-5)
    groups = {tuple(np.abs(column).round(3)) for column in table[:, 1:4].T}
    ours = found.loadings[["group_1", "group_2", "group_3"]].to_numpy()
    assert {tuple(np.abs(column).round(3)) for column in ours.T} == groups
    assert found.against == ()


def test_omega_of_one_factor_equals_psych(pupils: pd.DataFrame, psych: dict[str, Any]) -> None:
    found = omega(pupils[["x4", "x5", "x6"]], factors=1)
    assert found.total == found.hierarchical == pytest.approx(psych["omega_1f_x4_6"]["omega.tot"], abs=1e-7)


def test_alpha_by_hand() -> None:
    # Variances 1, 1 and 1/3; the sums 4, 7 and 8 have variance 13/3: 3/2 × (1 − 7/3 ÷ 13/3) = 9/13.
    found = alpha(pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2], "c": [2, 2, 3]}))
    assert found.alpha == pytest.approx(9 / 13)
    # a against b + c = 3, 5, 5: covariance 1, variances 1 and 4/3.
    assert found.items.loc["a", "item_rest"] == pytest.approx(1 / (4 / 3) ** 0.5)
    assert found.items.loc["c", "alpha_without"] == pytest.approx(2 * (1 - 2 / 3))


def test_one_factor_by_hand() -> None:
    # Three items: each loading is the root of two correlations' product over the third.
    generator = np.random.default_rng(7)
    common = generator.normal(size=(200, 1))
    answers = pd.DataFrame(common + generator.normal(size=(200, 3)), columns=list("abc"))
    ab, ac, bc = (answers.corr().loc[pair[0], pair[1]] for pair in ("ab", "ac", "bc"))
    loadings = np.sqrt([ab * ac / bc, ab * bc / ac, ac * bc / ab])
    found = omega(answers, factors=1)
    np.testing.assert_allclose(found.loadings["general"], loadings, atol=1e-6)
    own = (1 - loadings**2).sum()
    assert found.total == pytest.approx(1 - own / (loadings.sum() ** 2 + own), abs=1e-6)


def drawn(seed: int, people: int = 120, items: int = 5) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    common = generator.normal(size=(people, 1))
    values = common + generator.normal(0, 1.2, (people, items))
    return pd.DataFrame(values, columns=[f"i{number}" for number in range(items)])


@settings(max_examples=15)
@given(seed=st.integers(0, 1000), scale=st.sampled_from([0.1, 3.0, 50.0]), shift=st.integers(-20, 20))
def test_units_and_order_change_nothing_and_the_interval_narrows(seed: int, scale: float, shift: int) -> None:
    answers = drawn(seed)
    found = alpha(answers)
    moved = alpha((answers * scale + shift).iloc[::-1, ::-1])
    assert (moved.alpha, moved.lower, moved.upper) == pytest.approx(
        (found.alpha, found.lower, found.upper), abs=1e-9
    )
    narrow = alpha(answers, level=0.5)
    assert found.lower < narrow.lower < found.alpha < narrow.upper < found.upper < 1
    assert omega(answers * scale + shift, factors=1).total == pytest.approx(
        omega(answers, factors=1).total, abs=1e-6
    )


def test_feldts_interval_covers() -> None:
    # Five parallel items of reliability ρ each: alpha of the scale is 5ρ ÷ (1 + 4ρ).
    single = 1 / (1 + 1.2**2)
    truth = 5 * single / (1 + 4 * single)
    held = sum((found := alpha(drawn(seed, 40))).lower <= truth <= found.upper for seed in range(200))
    # The 1 % and 99 % points of 200 draws at .95.
    assert 182 <= held <= 197


def test_people_with_a_gap_are_left_out_and_counted() -> None:
    answers = drawn(3)
    gaps = pd.concat([answers, pd.DataFrame({"i0": [5.0, math.nan]})], ignore_index=True)
    for method in (alpha, omega):
        options: dict[str, Any] = {} if method is alpha else {"factors": 1}
        found, plain = method(gaps, **options), method(answers, **options)
        assert (found.people, found.incomplete) == (120, 2)
        assert found.tidy().drop(columns="incomplete").equals(plain.tidy().drop(columns="incomplete"))


def test_an_item_that_goes_the_other_way_is_named() -> None:
    answers = drawn(3)
    found = omega(answers.assign(i2=-answers["i2"]), factors=1)
    assert found.against == ("i2",)
    assert found.summary().endswith("0 left out; against the general factor: i2")


@pytest.mark.parametrize("method", [alpha, omega])
@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"a": [1, 1, 1, 1], "b": [1, 2, 3, 3]},
         "found fewer than 3 items (2); item a has one answer, 1, from everybody"),
        ({"a": [1, 2, 1, 3], "b": [1, 2, 1, 3], "c": [2, 2, 3, 1]},
         "found items a and b are alike"),
        ({"a": [1, 2, None, None], "b": [None, None, 1, 3], "c": [2, 2, 3, 1]},
         "found nobody who answered all 3 items"),
        ({"a": [1, 2, 3], "b": [None, None, None], "c": [2, 2, 3]}, "found item b has no answer"),
        ({"a": [1, 2, None], "b": [2, 1, 1], "c": [3, 4, 1]},
         "found 2 people with all answers, where 3 are needed"),
    ],
)  # fmt: skip
def test_answers_that_cannot_tell_are_named(method: Any, answers: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(NotEstimable) as caught:
        method(pd.DataFrame(answers))
    assert str(caught.value) == message


def test_factor_models_without_an_answer_are_refused() -> None:
    answers = drawn(1)
    with pytest.raises(NotEstimable, match="found 5 items for 3 factors; needed: three a factor"):
        omega(answers)
    with pytest.raises(NotEstimable, match="one of the items is a sum of others"):
        omega(answers.assign(i5=answers["i0"] + answers["i1"]), factors=1)
    # Of three correlations one below zero: no single factor gives them.
    generator = np.random.default_rng(2)
    a, b = generator.normal(size=(2, 100))
    odd = pd.DataFrame({"a": a, "b": b, "c": a + b + 0.1 * generator.normal(size=100)})
    with pytest.raises(NotEstimable, match="more than all the variance of one of the items"):
        omega(odd, factors=1)


@pytest.mark.parametrize("factors", [0, 2])
def test_numbers_of_factors_that_determine_no_general_one_are_refused(factors: int) -> None:
    with pytest.raises(ValueError, match=f"found {factors} factors; allowed: 1, or 3 or more"):
        omega(drawn(1), factors=factors)


def test_results_read_as_a_sentence() -> None:
    answers = drawn(3)
    assert alpha(answers).summary() == (
        "alpha 0.804 (95% interval 0.743 to 0.855) of 5 items answered by 120 people; 0 left out"
    )
    assert omega(answers, factors=1).summary().startswith("omega total 0.8")
    with pytest.raises(ValueError, match="found level 2"):
        alpha(answers, level=2)
