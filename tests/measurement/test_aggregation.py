"""Intraclass correlations: by hand, by direct maximisation, against R's multilevel, on published schools."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import f_oneway

from analysis.checks import NotEstimable
from analysis.files import DATA_RAW
from analysis.measurement.aggregation import (
    NULL_SHARES,
    Method,
    intraclass_correlation,
    within_group_agreement,
)
from analysis.sources import school_teacher_advice
from analysis.tables.package import read_package

Floats = NDArray[np.float64]
TESTS = Path(__file__).resolve().parents[1]
METHODS: tuple[Method, ...] = get_args(Method)


def restricted(scores: Floats, groups: list[str]) -> float:
    """Return ICC(1) at the maximum of the restricted likelihood, over the ratio of the two variances."""
    by_group = pd.Series(scores).groupby(groups)
    sizes, means = by_group.size().to_numpy(), by_group.mean().to_numpy()
    within = float(((scores - by_group.transform("mean")) ** 2).sum())

    def deviance(ratio: float) -> float:
        weights = sizes / (1 + sizes * ratio)
        mean = weights @ means / weights.sum()
        squares = within + weights @ (means - mean) ** 2
        return float(
            (len(scores) - 1) * math.log(squares) + np.log(1 + sizes * ratio).sum() + math.log(weights.sum())
        )

    ratio = minimize_scalar(deviance, bounds=(0, 50), method="bounded", options={"xatol": 1e-10}).x
    return float(ratio / (1 + ratio))


@pytest.fixture(scope="module")
def reference(reference_folder: Path) -> dict[str, Any]:
    """Return what R's package multilevel finds."""
    found: dict[str, Any] = json.loads((reference_folder / "multilevel" / "results.json").read_text())
    return found


def with_company(tables: dict[str, pd.DataFrame], survey: str) -> pd.DataFrame:
    """Return the answers to one survey, a column per item, with the company of each soldier."""
    own = tables["responses"][tables["responses"]["item_id"].str.startswith(f"{survey}_")]
    wide = own.pivot(index="actor_id", columns="item_id", values="value").astype(float)
    home = tables["actors"].set_index("actor_id")["organization_id"]
    return wide.rename(columns=lambda item: item.removeprefix(f"{survey}_").upper()).assign(
        company=home[wide.index].astype(str)
    )


@pytest.fixture(scope="module")
def soldiers(soldiers_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the answers of 7,382 soldiers, a column per item, with their company."""
    return with_company(soldiers_tables, "bh1996")


@pytest.fixture(scope="module")
def teachers(data_mirror: Path) -> pd.DataFrame:
    """Return teachers with their school and their trust, filled in where they gave none."""
    package = read_package(DATA_RAW / "school_teacher_advice" / "datapackage.json")
    return school_teacher_advice.tables(data_mirror / "school_teacher_advice", package)["actors"]


SCORES = ["HRS", "LEAD", "COHES", "WBEING"]


@pytest.mark.parametrize("score", SCORES)
def test_analysis_of_variance_with_the_mean_size_equals_multilevel(
    score: str, soldiers: pd.DataFrame, reference: dict[str, Any]
) -> None:
    found = intraclass_correlation(soldiers[score], soldiers["company"], method="anova_mean")
    expected = reference["bh1996"][score]
    assert (found.icc1, found.icc2) == pytest.approx(
        (expected["ICC1_anova"], expected["ICC2_anova"]), abs=1e-6
    )
    assert (found.people, found.groups, found.group_size) == (7_382, 99, pytest.approx(7_382 / 99))


@pytest.mark.parametrize("score", SCORES)
def test_restricted_likelihood_equals_multilevel_and_direct_maximisation(
    score: str, soldiers: pd.DataFrame, reference: dict[str, Any]
) -> None:
    found = intraclass_correlation(soldiers[score], soldiers["company"], method="reml")
    (expected,) = (row for row in reference["bh1996_mult_icc"] if row["Variable"] == score)
    # Every search stops when a step gains next to nothing, and the likelihood is flat at its top.
    assert (found.icc1, found.icc2) == pytest.approx((expected["ICC1"], expected["ICC2"]), abs=1e-6)
    direct = restricted(soldiers[score].to_numpy(), soldiers["company"].tolist())
    assert found.icc1 == pytest.approx(direct, abs=1e-6)


def test_trust_of_433_teachers_in_15_schools(teachers: pd.DataFrame) -> None:
    anova, mean, reml = (
        intraclass_correlation(teachers["trust"], teachers["organization_id"], method=method)
        for method in METHODS
    )
    assert (anova.people, anova.groups) == (reml.people, reml.groups) == (433, 15)
    program = json.loads((TESTS / "reference/r_school_teacher_advice.json").read_text())["icc"]
    assert anova.icc1 == pytest.approx(program["anova_n0"], abs=5e-7)
    assert anova.group_size == pytest.approx(program["n0"], abs=5e-6)
    assert (mean.icc1, mean.icc2) == pytest.approx((program["anova_mean"], program["icc2"]), abs=1e-9)
    # Both searches stop when a step gains next to nothing.
    assert reml.icc1 == pytest.approx(program["reml"], abs=1e-6)
    # Sizes from 12 to 76 make the typical school smaller than the mean one.
    assert anova.group_size < mean.group_size == pytest.approx(433 / 15)
    assert anova.lower < anova.icc1 < anova.upper


BALANCED = [1.0, 2, 3, 4, 5, 6, 2, 3, 4]
THREE = list("aaabbbccc")


@pytest.mark.parametrize("method", ["anova_n0", "anova_mean"])
def test_three_groups_of_three_by_hand(method: Method) -> None:
    # Means 2, 5 and 3 about 10/3: squares 3 × 42/9 = 14 over 2; within 2 a group, 6 over 6.
    found = intraclass_correlation(BALANCED, THREE, method=method)
    assert found.f == pytest.approx(7)
    assert found.within == pytest.approx(1)
    assert found.between == pytest.approx((7 - 1) / 3)
    assert found.icc1 == pytest.approx((7 - 1) / (7 + 2))
    assert found.icc2 == pytest.approx(6 / 7)
    assert (found.groups, found.people, found.group_size) == (3, 9, pytest.approx(3))
    # With 2 and 6 degrees of freedom the upper tail of F at x is (1 + x/3)^-3.
    assert found.p == pytest.approx((1 + 7 / 3) ** -3)
    for end, tail in ((found.lower, 0.025), (found.upper, 0.975)):
        ratio = 7 / (3 * (tail ** (-1 / 3) - 1))
        assert end == pytest.approx((ratio - 1) / (ratio + 2))


def test_a_table_of_f_gives_the_interval() -> None:
    # Tables: the upper 5 % of F with 2 and 6 degrees of freedom begin at 5.143, with 6 and 2 at 19.33.
    found = intraclass_correlation(BALANCED, THREE, level=0.9)
    low, high = 7 / 5.143, 7 * 19.33
    assert (found.lower, found.upper) == pytest.approx(
        ((low - 1) / (low + 2), (high - 1) / (high + 2)), abs=1e-4
    )


def test_restricted_likelihood_of_equal_groups_is_the_analysis_of_variance() -> None:
    found = intraclass_correlation(BALANCED, THREE, method="reml")
    # Searle, Casella & McCulloch 1992, Variance Components: equal where sizes are and nothing is negative.
    assert found.icc1 == pytest.approx(2 / 3, abs=1e-6)
    assert found.icc2 == pytest.approx(6 / 7, abs=1e-6)
    assert all(math.isnan(value) for value in (found.lower, found.upper, found.f, found.p))


UNEQUAL = [3.0, 1, 4, 1, 5, 9, 2, 6]
UNEQUAL_GROUPS = list("aabbbbcc")


def test_unequal_groups_by_hand() -> None:
    found = intraclass_correlation(UNEQUAL, UNEQUAL_GROUPS)
    # n₀ = (8 - (4 + 16 + 4) / 8) / 2.
    assert found.group_size == pytest.approx(2.5)
    # Means 2, 4.75, 4 about 3.875; within 2 + 32.75 + 8 over 5.
    between = (2 * 1.875**2 + 4 * 0.875**2 + 2 * 0.125**2) / 2
    assert found.within == pytest.approx(8.55)
    assert found.icc1 == pytest.approx((between - 8.55) / (between + 1.5 * 8.55))
    assert found.icc2 == pytest.approx(1 - 8.55 / between)
    mean = intraclass_correlation(UNEQUAL, UNEQUAL_GROUPS, method="anova_mean")
    assert mean.icc1 == pytest.approx((between - 8.55) / (between + (8 / 3 - 1) * 8.55))
    assert mean.icc2 == found.icc2


def drawn(seed: int, between: float) -> tuple[Floats, list[str]]:
    """Return scores of 14 groups of 2 to 12 people."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(2, 13, size=14)
    groups = [f"g{number}" for number, size in enumerate(sizes) for _ in range(size)]
    scores = np.repeat(generator.normal(0, between, 14), sizes) + generator.normal(size=len(groups))
    return scores, groups


def test_f_and_p_equal_scipys() -> None:
    scores, groups = drawn(5, 0.3)
    found = intraclass_correlation(scores, groups)
    expected = f_oneway(*(own for _, own in pd.Series(scores).groupby(groups)))
    assert (found.f, found.p) == pytest.approx((expected.statistic, expected.pvalue))


@pytest.mark.parametrize(("seed", "between"), [(1, 0.6), (2, 1.5), (3, 0.3), (4, 0.3), (7, 0.2)])
def test_restricted_likelihood_is_at_its_maximum(seed: int, between: float) -> None:
    scores, groups = drawn(seed, between)
    found = intraclass_correlation(scores, groups, method="reml")
    assert found.icc1 == pytest.approx(restricted(scores, groups), abs=1e-6)
    assert found.icc2 == pytest.approx(
        found.between / (found.between + found.within / (len(scores) / 14)), abs=1e-12
    )


def test_groups_that_differ_less_than_chance_are_negative_or_at_the_bound() -> None:
    scores = [1.0, 2, 3, 2, 3, 1, 3, 1, 2.5]
    anova = intraclass_correlation(scores, THREE)
    assert -1 / 2 < anova.icc1 < 0
    assert anova.f < 1 and anova.p > 0.9
    reml = intraclass_correlation(scores, THREE, method="reml")
    assert 0 <= reml.icc1 < 1e-6


def test_groups_of_one_mean_have_no_reliability_and_the_least_icc1() -> None:
    found = intraclass_correlation([1.0, 2, 3, 1, 2, 3], list("aaabbb"))
    # -1 / (n - 1) for groups of n.
    assert found.icc1 == pytest.approx(-0.5)
    assert math.isnan(found.icc2)
    assert (found.f, found.p) == (0, 1)


@pytest.mark.parametrize("method", ["anova_n0", "anova_mean"])
def test_people_of_one_mind_within_groups_share_everything(method: Method) -> None:
    found = intraclass_correlation([1, 1, 2, 2, 2], list("aabbb"), method=method)
    assert (found.icc1, found.icc2, found.lower, found.upper, found.p) == (1, 1, 1, 1, 0)
    assert found.f == math.inf


def test_people_of_one_mind_share_everything_by_restricted_likelihood_too() -> None:
    found = intraclass_correlation([1, 1, 2, 2, 2, 4], list("aabbbc"), method="reml")
    # The groups stand at 1, 2 and 4, squares of 16/9, 1/9 and 25/9 about 7/3, over 2.
    assert (found.icc1, found.icc2, found.within) == (1, 1, 0)
    assert found.between == pytest.approx(7 / 3)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=12)
@given(shift=st.integers(-1000, 1000), scale=st.sampled_from([-100.0, -1.0, 0.01, 2.5, 1000.0]))
def test_shift_and_scale_change_variances_only(method: Method, shift: int, scale: float) -> None:
    scores, groups = drawn(5, 0.3)
    plain = intraclass_correlation(scores, groups, method=method)
    moved = intraclass_correlation(shift + scale * scores, groups, method=method)
    # An analysis of variance is exact; the other search stops near its end.
    tolerance = 1e-5 if method == "reml" else 1e-8
    assert (moved.icc1, moved.icc2) == pytest.approx((plain.icc1, plain.icc2), abs=tolerance)
    assert (moved.lower, moved.upper, moved.f) == pytest.approx(
        (plain.lower, plain.upper, plain.f), rel=1e-6, nan_ok=True
    )
    assert (moved.between, moved.within) == pytest.approx(
        (plain.between * scale**2, plain.within * scale**2), rel=20 * tolerance
    )


@pytest.mark.parametrize("method", METHODS)
def test_names_and_order_of_groups_and_people_change_nothing(method: Method) -> None:
    scores, groups = drawn(5, 0.3)
    plain = intraclass_correlation(scores, groups, method=method)
    # Numbers, and texts that look like them, are different groups.
    names = [name if number % 2 else str(name - 1) for number, name in enumerate(range(14))]
    labels = dict(zip(sorted(set(groups)), names, strict=True))
    order = np.random.default_rng(4).permutation(len(scores))
    moved = intraclass_correlation(
        pd.Series(scores[order], index=order),
        pd.Series([labels[groups[place]] for place in order]),
        method=method,
    )
    assert (moved.people, moved.groups, moved.group_size) == (plain.people, plain.groups, plain.group_size)
    assert (moved.icc1, moved.icc2) == pytest.approx((plain.icc1, plain.icc2), abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("missing", [math.nan, None, pd.NA])
def test_missing_scores_and_groups_leave_the_person_out(method: Method, missing: Any) -> None:
    plain = intraclass_correlation(BALANCED, THREE, method=method)
    scores = pd.Series([*BALANCED, missing, missing, 99], dtype="object")
    found = intraclass_correlation(scores, [*THREE, "a", "d", missing], method=method)
    assert found.tidy().astype({"method": str}).equals(plain.tidy().astype({"method": str}))


def test_the_interval_narrows_with_its_level_and_keeps_the_estimate() -> None:
    wide, narrow = (intraclass_correlation(BALANCED, THREE, level=level) for level in (0.95, 0.5))
    assert wide.lower < narrow.lower < narrow.icc1 == wide.icc1 < narrow.upper < wide.upper
    assert narrow.level == 0.5


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("anova_n0", "ICC(1) 0.667 (-0.012 to 0.989), ICC(2) 0.857; 9 people in 3 groups "
         "(analysis of variance, n₀)"),
        ("anova_mean", "ICC(1) 0.667 (-0.012 to 0.989), ICC(2) 0.857; 9 people in 3 groups "
         "(analysis of variance, mean group size)"),
        ("reml", "ICC(1) 0.667, ICC(2) 0.857; 9 people in 3 groups (restricted maximum likelihood)"),
    ],
)  # fmt: skip
def test_results_read_as_a_sentence_and_a_row(method: Method, told: str) -> None:
    found = intraclass_correlation(BALANCED, THREE, method=method)
    assert found.summary() == told
    row = found.tidy()
    assert len(row) == 1
    assert row.loc[0, ["method", "groups", "people"]].tolist() == [method, 3, 9]


@pytest.mark.parametrize(
    ("scores", "groups", "options", "message"),
    [
        ([1, 2, 3], list("aab"), {"method": "ml"},
         "method is 'ml'; allowed are 'anova_n0', 'anova_mean', 'reml'"),
        ([1, 2, 3], list("aa"), {}, "found 3 scores and 2 groups; allowed: one group per score"),
        ([1, 2, 3], list("aab"), {"level": 1}, "found level 1; allowed: between 0 and 1"),
        ([1, "high", 3, math.inf], list("aabb"), {},
         "found 2 scores that are no finite numbers, the first 'high' for person 2; "
         "allowed: numbers, NaN where missing"),
        ([1, 2, 3], list("aaa"), {},
         "found scores of 3 people in 1 groups; allowed: at least two groups, and two people in one of them"),
        ([1, 2, 3], list("abc"), {},
         "found scores of 3 people in 3 groups; allowed: at least two groups, and two people in one of them"),
        ([1, 2, math.nan, math.nan], list("aabb"), {},
         "found scores of 2 people in 1 groups; allowed: at least two groups, and two people in one of them"),
        ([], [], {},
         "found scores of 0 people in 0 groups; allowed: at least two groups, and two people in one of them"),
    ],
)  # fmt: skip
def test_input_that_makes_no_sense_is_refused(
    scores: list[Any], groups: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        intraclass_correlation(scores, groups, **options)
    assert str(caught.value) == message


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("score", [2.0, 0.1, 1e9])
def test_scores_that_are_all_the_same_are_refused(method: Method, score: float) -> None:
    # Three times a tenth has a mean that is no tenth: rounding must not pass for variance.
    with pytest.raises(ValueError) as caught:
        intraclass_correlation([score] * 6, list("aaabbb"), method=method)
    assert str(caught.value) == "all scores are the same; there is no variance to share out"


def test_agreement_about_eleven_items_equals_multilevel(
    soldiers_tables: dict[str, pd.DataFrame], reference: dict[str, Any]
) -> None:
    survey = with_company(soldiers_tables, "bhr2000")
    items = [name for name in reference["names"]["bhr2000"] if name not in ("GRP", "HRS", "RELIG")]
    found = within_group_agreement(survey[items], survey["company"], lowest=1, highest=5)
    expected = reference["bhr2000_rwgj_11items"]
    agreement = found.groups["agreement"]
    assert round(agreement.mean(), 5) == 0.88761
    assert (agreement.mean(), agreement.median(), agreement.min(), agreement.max()) == pytest.approx(
        tuple(expected[name] for name in ("mean", "median", "min", "max")), abs=1e-10
    )
    # Companies are numbered in the order of the survey's own names.
    first = found.groups.head(5)
    assert first["agreement"].tolist() == pytest.approx(
        [row["rwg.j"] for row in expected["first5"]], abs=1e-9
    )
    assert first["people"].tolist() == [row["gsize"] for row in expected["first5"]]


def test_agreement_about_cohesion_and_leadership_equals_multilevel(
    soldiers: pd.DataFrame, soldiers_tables: dict[str, pd.DataFrame], reference: dict[str, Any]
) -> None:
    found = within_group_agreement(soldiers["COHES"], soldiers["company"], lowest=1, highest=5)
    assert round(found.groups["agreement"].mean(), 5) == 0.63164
    expected = [row["rwg"] for row in reference["bh1996_rwg_COHES"]["first5"]]
    assert found.groups["agreement"].head(5).tolist() == pytest.approx(expected, abs=1e-9)
    survey = with_company(soldiers_tables, "lq2002")
    eleven = survey.filter(like="LEAD")
    several = within_group_agreement(eleven, survey["company"], lowest=1, highest=5)
    assert (eleven.shape[1], round(several.groups["agreement"].mean(), 5)) == (11, 0.86778)
    assert several.summary().startswith("r_wg(11) mean 0.868, median 0.870")


def test_agreement_by_hand() -> None:
    # Answers 4, 4, 5: variance 1/3 against 2; 1 and 5: 8, more than by chance.
    one = within_group_agreement(pd.Series([4, 4, 5, 1, 5]), list("aaabb"), lowest=1, highest=5)
    assert one.groups["agreement"].tolist() == pytest.approx([5 / 6, 0])
    assert one.groups["beyond"].tolist() == [False, True]
    two = within_group_agreement(
        pd.DataFrame({"x": [4, 4, 5], "y": [2, 2, 2 + 2 / 3**0.5]}), list("aaa"), lowest=1, highest=5
    )
    assert two.groups["variance"].tolist() == pytest.approx([(1 / 3 + 4 / 9) / 2])
    share = 1 - (1 / 3 + 4 / 9) / 4
    assert two.groups["agreement"].tolist() == pytest.approx([2 * share / (2 * share + 1 - share)])


@pytest.mark.parametrize(
    ("null", "expected"),
    [
        ("uniform", 2.0),
        ("slight_skew", 1.34),
        ("moderate_skew", 0.90),
        ("heavy_skew", 0.44),
        ("normal", 1.04),
    ],
)
def test_variances_by_chance_are_those_printed(null: str, expected: float) -> None:
    # LeBreton & Senter (2008), Table 2, five answers.
    found = within_group_agreement(pd.Series([4, 5]), list("aa"), lowest=1, highest=5, null=null)
    assert found.expected == pytest.approx(expected) and found.null == null
    assert found.groups["agreement"].tolist() == pytest.approx([max(1 - 0.5 / expected, 0)])


def test_other_numbers_of_answers_and_shares_of_ones_own() -> None:
    answers, groups = pd.Series([1.0, 2, 7, 6]), list("aabb")
    assert within_group_agreement(answers, groups, lowest=1, highest=7).expected == 4
    # Shares 1/16, 2/16, 3/16, 4/16 and down again: 2 × (9 + 2 × 4 + 3 × 1) ÷ 16.
    triangular = within_group_agreement(answers, groups, lowest=1, highest=7, null="triangular")
    assert triangular.expected == pytest.approx(2.5)
    own = within_group_agreement(answers, groups, lowest=1, highest=7, null=[1 / 7] * 7)
    assert (own.expected, own.null) == (pytest.approx(4), "given")


def test_groups_of_one_and_items_nobody_answered_have_no_agreement() -> None:
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": [1.0, 2, 3, math.nan, math.nan]})
    found = within_group_agreement(frame, ["a", "a", "b", "c", "c"], lowest=1, highest=5)
    assert found.groups["agreement"].isna().tolist() == [False, True, True]
    assert found.tidy()["group"].tolist() == ["a", "b", "c"]
    left = within_group_agreement(frame, ["a", "a", None, None, None], lowest=1, highest=5)
    assert left.groups.index.tolist() == ["a"]


@pytest.mark.parametrize(
    ("answers", "groups", "options", "message"),
    [
        ([1, 6], ["a"], {"null": "flat"},
         "found 2 rows and 1 groups, where every row has one; answers outside 1 to 5; null 'flat', where "
         "uniform, triangular, slight_skew, moderate_skew, heavy_skew, normal are known"),
        ([1, 2], list("aa"), {"highest": 1}, "found answers from 1 to 1, where the lowest comes first"),
        ([1, 2], list("aa"), {"highest": 4, "null": "normal"},
         "found shares of 5 answers for 4, where each has one and they add up to 1"),
        ([1, 2], list("aa"), {"null": [0.5, 0.5, 0.5, 0, 0]},
         "found shares of 5 answers for 5, where each has one and they add up to 1"),
    ],
)  # fmt: skip
def test_agreement_that_makes_no_sense_is_refused(
    answers: list[float], groups: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        within_group_agreement(pd.Series(answers), groups, **{"lowest": 1, "highest": 5, **options})
    assert str(caught.value) == message


def test_groups_that_are_all_of_one_have_no_agreement_to_estimate() -> None:
    with pytest.raises(NotEstimable, match="found no group with two people who answered every item"):
        within_group_agreement(pd.Series([1, 2, 3]), list("abc"), lowest=1, highest=5)


def test_shares_by_chance_add_up() -> None:
    assert all(sum(shares) == pytest.approx(1) for shares in NULL_SHARES.values())
