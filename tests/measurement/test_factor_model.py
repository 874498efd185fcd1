"""Confirmatory factor analysis: against lavaan, by maximising directly, by properties, on bad answers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime, minimize

from analysis.checks import NotEstimable
from analysis.measurement.factor_model import FactorModel, confirmatory
from analysis.measurement.fit_indices import fit_indices, rmsea_interval

SCALES = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}


@pytest.fixture(scope="module")
def reference(reference_folder: Path) -> dict[str, Any]:
    """Return what psych and lavaan find."""
    found: dict[str, Any] = json.loads((reference_folder / "psychometrics" / "results.json").read_text())
    return found


@pytest.fixture(scope="module")
def children(reference_folder: Path) -> pd.DataFrame:
    """Return Holzinger & Swineford's 301 children."""
    return pd.read_csv(reference_folder / "psychometrics" / "holzinger_swineford.csv")


@pytest.fixture(scope="module")
def ordinal(reference_folder: Path) -> pd.DataFrame:
    """Return the same children, their scores cut into four categories."""
    return pd.read_csv(reference_folder / "psychometrics" / "holzinger_ordinal4.csv")


def matches(model: FactorModel, expected: dict[str, float]) -> None:
    names = {"chisq": "chi_square", "df": "df", "pvalue": "p", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea",
             "rmsea.ci.lower": "rmsea_lower", "rmsea.ci.upper": "rmsea_upper", "srmr": "srmr"}  # fmt: skip
    for theirs, ours in names.items():
        # Their search stops when a step gains little: SRMR, of all indices, has its error in the first order.
        assert getattr(model.fit, ours) == pytest.approx(expected[theirs], rel=1e-6, abs=1e-6), theirs
    assert model.aic == pytest.approx(expected["aic"], abs=1e-5)
    assert model.bic == pytest.approx(expected["bic"], abs=1e-5)
    assert model.log_likelihood == pytest.approx(expected["logl"], abs=1e-5)


def test_one_group_equals_lavaan(children: pd.DataFrame, reference: dict[str, Any]) -> None:
    model = confirmatory(children, SCALES)
    matches(model, reference["cfa"]["fit"])
    assert (round(model.fit.chi_square, 3), model.fit.df) == (85.306, 24)
    assert model.summary() == (
        "χ² 85.306 with 24 degrees of freedom (p < 0.0001), CFI 0.931, RMSEA 0.092 (0.071 to 0.114), "
        "SRMR 0.065; 301 people"
    )
    expected = {(row["rhs"]): row["std.all"] for row in reference["cfa"]["est"] if row["op"] == "=~"}
    loadings = model.loadings()
    for item, value in expected.items():
        assert loadings.loc[item].max() == pytest.approx(value, abs=1e-6)


def held_against(model: FactorModel, expected: list[dict[str, Any]]) -> None:
    by_place = {(row["lhs"], row["op"], row["rhs"]): row for row in expected}
    found = 0
    for _, own in model.estimates.iterrows():
        key = {
            "loadings": (own["column"], "=~", own["row"]),
            "factor_covariance": (own["column"], "~~", own["row"]),
            "residual_covariance": (own["column"], "~~", own["row"]),
            "thresholds": (own["row"], "|", str(own["column"]).replace("threshold ", "t")),
        }.get(own["matrix"])
        if key is None:
            continue
        row = by_place[key]
        assert own["estimate"] == pytest.approx(row["est"], abs=2e-6), key
        assert own["se"] == pytest.approx(row["se"], abs=3e-6), key
        found += 1
    assert found >= 21


def test_estimates_and_errors_equal_lavaan(children: pd.DataFrame, reference: dict[str, Any]) -> None:
    held_against(confirmatory(children, SCALES, scaling="first_item"), reference["cfa"]["est"])


def test_robust_statistics_equal_lavaan(children: pd.DataFrame, reference: dict[str, Any]) -> None:
    model = confirmatory(children, SCALES, robust=True, means=False, scaling="first_item")
    expected = reference["cfa_MLR"]["fit"]
    assert model.scaled is not None
    # Both programs take second derivatives from differences, each with its own step.
    assert model.scaled.chi_square == pytest.approx(expected["chisq.scaled"], rel=5e-7)
    assert model.scaling_factor == pytest.approx(expected["chisq.scaling.factor"], rel=5e-7)
    assert model.cfi_robust == pytest.approx(expected["cfi.robust"], abs=1e-7)
    assert model.rmsea_robust == pytest.approx(expected["rmsea.robust"], abs=1e-7)
    held_against(model, reference["cfa_MLR"]["est"])


def test_ordinal_items_equal_lavaan(ordinal: pd.DataFrame, reference: dict[str, Any]) -> None:
    model = confirmatory(ordinal, SCALES, ordinal=True, scaling="first_item")
    expected = reference["cfa_WLSMV"]["fit"]
    assert model.scaled is not None
    assert (round(model.fit.chi_square, 3), round(model.scaled.chi_square, 3)) == (51.537, 74.152)
    assert model.fit.chi_square == pytest.approx(expected["chisq"], abs=1e-5)
    assert model.scaled.chi_square == pytest.approx(expected["chisq.scaled"], abs=1e-5)
    assert model.scaled.cfi == pytest.approx(expected["cfi.scaled"], abs=1e-7)
    assert model.scaled.rmsea == pytest.approx(expected["rmsea.scaled"], abs=1e-7)
    assert (model.fit.df, model.fit.srmr) == (24, pytest.approx(expected["srmr"], abs=1e-7))
    held_against(model, reference["cfa_WLSMV"]["est"])
    assert math.isnan(model.log_likelihood)


@pytest.mark.parametrize(
    ("level", "equal", "statistic", "df"),
    [
        ("configural", (), 115.851, 48),
        ("metric", ("loadings",), 124.044, 54),
        ("scalar", ("loadings", "intercepts"), 164.103, 60),
        ("strict", ("loadings", "intercepts", "residuals"), 181.511, 69),
    ],
)
def test_groups_equal_lavaan(
    level: str,
    equal: tuple[str, ...],
    statistic: float,
    df: int,
    children: pd.DataFrame,
    reference: dict[str, Any],
) -> None:
    model = confirmatory(children, SCALES, groups=children["school"], equal=equal)
    assert (round(model.fit.chi_square, 3), model.fit.df) == (statistic, df)
    matches(model, reference["invariance"][level])


def one_factor(people: int, loadings: list[float], seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    weights = np.array(loadings)
    own = np.sqrt(1 - weights**2)
    answers = (
        generator.normal(size=(people, 1)) * weights + generator.normal(size=(people, len(loadings))) * own
    )
    return pd.DataFrame(answers, columns=[f"i{place}" for place in range(len(loadings))])


def test_three_items_of_one_factor_by_hand() -> None:
    # With three items a loading squared is r12 × r13 ÷ r23, and nothing is left to misfit.
    answers = one_factor(400, [0.8, 0.7, 0.6], 3)
    model = confirmatory(answers, {"f": list(answers)})
    r = answers.corr().to_numpy()
    found = model.loadings()["f"].to_numpy()
    assert found**2 == pytest.approx(
        [r[0, 1] * r[0, 2] / r[1, 2], r[0, 1] * r[1, 2] / r[0, 2], r[0, 2] * r[1, 2] / r[0, 1]], abs=1e-8
    )
    assert (model.fit.df, model.fit.chi_square) == (0, pytest.approx(0, abs=1e-9))
    assert math.isnan(model.fit.p) and math.isnan(model.fit.rmsea)
    assert model.summary() == "the model fits by construction, with no degrees of freedom left; 400 people"


def test_maximum_is_where_a_plain_search_finds_it() -> None:
    answers = one_factor(300, [0.8, 0.7, 0.6, 0.5], 5)
    given = answers.to_numpy()
    observed = np.cov(given, rowvar=False, ddof=0)

    def deviance(theta: np.ndarray) -> float:
        implied = np.outer(theta[:4], theta[:4]) + np.diag(np.exp(theta[4:]))
        return float(
            np.linalg.slogdet(implied)[1] - np.linalg.slogdet(observed)[1]
            + np.trace(np.linalg.solve(implied, observed)) - 4
        )  # fmt: skip

    found = minimize(
        deviance, np.r_[np.full(4, 0.6), np.full(4, -0.6)], method="BFGS", options={"gtol": 1e-8}
    )
    model = confirmatory(answers, {"f": list(answers)})
    assert model.fit.chi_square == pytest.approx(300 * found.fun, abs=1e-6)
    assert model.fit.df == 2


def test_derivatives_are_those_of_the_discrepancy(ordinal: pd.DataFrame, children: pd.DataFrame) -> None:
    for answers, own in ((children, False), (ordinal, True)):
        equal = ("thresholds", "loadings") if own else ("loadings", "intercepts")
        model = confirmatory(answers, SCALES, groups=answers["school"], ordinal=own, equal=equal)
        away = model.theta + np.random.default_rng(1).normal(0, 0.02, len(model.theta))
        derivatives, residuals = model.moments.weighted(model.structure, away)
        numeric = approx_fprime(away, lambda theta, m=model: m.moments.value(m.structure, theta), 1e-7)
        assert -derivatives @ residuals == pytest.approx(numeric, abs=2e-6)


def test_units_signs_and_order_change_nothing_but_units(children: pd.DataFrame) -> None:
    plain = confirmatory(children, SCALES, robust=True)
    moved = children.assign(x2=-10 * children["x2"] + 3, x9=children["x9"] / 7)
    turned = {name: SCALES[name][::-1] for name in ("speed", "visual", "textual")}
    found = confirmatory(moved.sample(frac=1, random_state=1), turned, robust=True)
    assert found.fit.chi_square == pytest.approx(plain.fit.chi_square, abs=1e-7)
    assert found.reported.chi_square == pytest.approx(plain.reported.chi_square, abs=1e-5)
    ours, theirs = plain.loadings(), found.loadings()
    for scale, items in SCALES.items():
        for item in items:
            assert abs(theirs.loc[item, scale]) == pytest.approx(abs(ours.loc[item, scale]), abs=1e-6)
    assert theirs.loc["x2", "visual"] < 0 < theirs.loc["x1", "visual"]


def test_a_true_model_is_recovered_and_its_errors_cover() -> None:
    truth = [0.8, 0.7, 0.6, 0.5, 0.75]
    inside, statistics = 0, []
    for seed in range(60):
        model = confirmatory(one_factor(400, truth, seed), {"f": [f"i{place}" for place in range(5)]})
        own = model.estimates[model.estimates["matrix"] == "loadings"]
        inside += int((np.abs(own["estimate"] - truth) < 1.96 * own["se"]).sum())
        statistics.append(model.fit.chi_square)
    # 300 intervals of 95 %: 3.8 standard errors are 4.8 points; a χ² of 5 has mean 5 and variance 10.
    assert inside / 300 == pytest.approx(0.95, abs=0.048)
    assert float(np.mean(statistics)) == pytest.approx(5, abs=3.5 * math.sqrt(10 / 60))


def test_missing_answers_leave_people_out_and_are_counted(children: pd.DataFrame) -> None:
    gaps = children.astype({"x1": float}).copy()
    gaps.loc[:4, "x1"] = np.nan
    model = confirmatory(gaps, SCALES)
    assert (model.people, model.left_out) == (296, 5)
    assert model.fit.chi_square == pytest.approx(confirmatory(children.iloc[5:], SCALES).fit.chi_square)
    assert "5 left out" in model.summary()


def test_a_heywood_case_is_said() -> None:
    generator = np.random.default_rng(2)
    # Correlations of .9, .9 and .6 ask for a loading above 1.
    root = np.linalg.cholesky(np.array([[1, 0.9, 0.9], [0.9, 1, 0.63], [0.9, 0.63, 1]]))
    answers = pd.DataFrame(generator.normal(size=(400, 3)) @ root.T, columns=list("abc"))
    with pytest.raises(NotEstimable, match=r"improper \(Heywood case\): the residual variance of a is -0"):
        confirmatory(answers, {"f": list("abc")})


def test_two_unrelated_items_do_not_determine_a_factor() -> None:
    generator = np.random.default_rng(4)
    answers = pd.DataFrame({"a": [0, 0, 1, 1] * 50, "b": [0, 1, 0, 1] * 50, "c": generator.normal(size=200)})
    answers["d"] = answers["c"] + generator.normal(size=200)
    with pytest.raises(NotEstimable):
        confirmatory(answers, {"f": ["a", "b"], "g": ["c", "d"]})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scaling": "second"}, "scaling is 'second'; allowed are 'unit_variance', 'first_item'"),
        ({"equal": ("intercepts",)}, "found intercepts equal; allowed: loadings, intercepts, residuals, "
         "each with those before it"),
    ],
)  # fmt: skip
def test_arguments_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        confirmatory(one_factor(50, [0.7, 0.7, 0.7], 1), {"f": ["i0", "i1", "i2"]}, **options)
    assert str(caught.value) == message


def test_rmsea_and_its_interval_start_at_zero_for_a_model_that_fits() -> None:
    fit = fit_indices(10.0, 12, (100.0, 15), 200, 1, 0.02)
    assert (fit.rmsea, fit.rmsea_lower, fit.cfi) == (0, 0, 1)
    assert 0 < fit.rmsea_upper < 0.1
    # The upper end is where five in a hundred statistics would be as small.
    assert rmsea_interval(1.0, 12, 200) == (0, 0)
    with pytest.raises(ValueError, match="found level 2"):
        rmsea_interval(10, 12, 200, level=2)
