"""Measures of people, their errors and fit: against eRm, closed forms, direct maximisation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.person_measures import Estimator, item_fit, item_map, person_measures
from analysis.measurement.rasch import RaschModel, rasch
from tests.measurement.scales import answers_to

STEPS = [[-1.5, 0.5, 1.0], [-0.7, 0.2, 1.3], [-0.3, 0.4, 1.7]]
ANSWERS = answers_to(STEPS, np.random.default_rng(1).normal(0, 1.5, 300), 2)


@pytest.fixture(scope="module")
def model() -> RaschModel:
    """Return a partial-credit model of three items."""
    return rasch(ANSWERS, model="partial_credit")


@pytest.fixture(scope="module")
def binary(lq2002: pd.DataFrame) -> pd.DataFrame:
    """Return the soldiers' answers as agreement or none."""
    return (lq2002 >= 4).astype(float)


def test_separation_reliability_equals_erm(binary: pd.DataFrame, rasch_reference: dict[str, Any]) -> None:
    found = person_measures(rasch(binary), binary, estimator="maximum")
    expected = rasch_reference["lq2002_dichotomised"]["separation_reliability_eRm"]
    assert found.separation_reliability() == pytest.approx(expected, abs=1e-6)
    # There are no measures at the ends, so that leaving these out changes nothing.
    assert found.separation_reliability(extremes=False) == found.separation_reliability()
    assert found.people["measure"].isna().sum() == found.people["extreme"].sum() == 475


def test_infit_and_outfit_equal_erm(binary: pd.DataFrame, rasch_reference: dict[str, Any]) -> None:
    found = item_fit(rasch(binary), binary)
    for name in ("infit", "outfit"):
        expected = pd.Series(rasch_reference["lq2002_dichotomised"][name])
        pd.testing.assert_series_equal(found[name], expected, check_names=False, atol=5e-6, rtol=0)
    assert (found["people"] == 2042 - 475).all()


@pytest.mark.parametrize("items", [3, 10])
def test_warms_measure_of_equal_items_has_a_closed_form(items: int) -> None:
    # With all items alike it is the mode under Jeffreys' prior: ½ of an answer is added to each side.
    generator = np.random.default_rng(items)
    drawn = pd.DataFrame((generator.random((60, items)) < 0.5).astype(float)).add_prefix("i")
    fit = rasch(drawn)
    fit = replace(fit, locations=fit.locations * 0, thresholds=fit.thresholds * 0)
    ladder = pd.DataFrame(np.tri(items + 1, items, -1), columns=drawn.columns)
    found = person_measures(fit, ladder).people
    score = np.arange(items + 1)
    expected = np.log((score + 0.5) / (items - score + 0.5))
    np.testing.assert_allclose(found["measure"], expected, atol=1e-10)
    chance = 1 / (1 + np.exp(-expected))
    np.testing.assert_allclose(found["standard_error"], (items * chance * (1 - chance)) ** -0.5, rtol=1e-9)
    assert found["extreme"].tolist() == [True, *[False] * (items - 1), True]
    plain = person_measures(fit, ladder, estimator="maximum").people["measure"]
    inner = score[1:-1]
    np.testing.assert_allclose(plain.iloc[1:-1], np.log(inner / (items - inner)), atol=1e-10)
    assert plain.iloc[[0, -1]].isna().all()


def direct(fit: RaschModel, answers: Floats, weighted: bool) -> float:
    """Return where the (weighted) likelihood of one person's answers is highest."""

    def lacking(measure: float) -> float:
        logged = information = 0.0
        for steps, answer in zip(fit.thresholds.to_numpy(), answers, strict=True):
            if math.isnan(answer):
                continue
            weights = np.exp(np.concatenate([[0.0], np.cumsum(measure - steps)]))
            chances = weights / weights.sum()
            places = np.arange(len(chances))
            logged += math.log(chances[int(answer)])
            information += chances @ places**2 - (chances @ places) ** 2
        return -logged - (0.5 * math.log(information) if weighted else 0.0)

    return float(minimize_scalar(lacking, bounds=(-12, 12), method="bounded", options={"xatol": 1e-9}).x)


GAPS = pd.DataFrame(
    [[0.0, 0, 0], [3, 3, 3], [1, 2, 0], [3, math.nan, 1], [math.nan, math.nan, 2], [math.nan, 0, math.nan]],
    columns=["i1", "i2", "i3"],
)


@pytest.mark.parametrize("estimator", ["weighted", "maximum"])
def test_measures_are_where_the_likelihood_is_highest(estimator: Estimator, model: RaschModel) -> None:
    found = person_measures(model, GAPS, estimator=estimator).people
    for place, (row, measure) in enumerate(zip(GAPS.to_numpy(), found["measure"], strict=True)):
        if math.isnan(measure):
            assert estimator == "maximum" and place in (0, 1, 5)
            continue
        assert measure == pytest.approx(direct(model, row, estimator == "weighted"), abs=1e-5)
    assert found["answered"].tolist() == [3, 3, 3, 2, 1, 1]
    assert found["score"].tolist() == [0, 9, 3, 4, 2, 0]
    assert found["extreme"].tolist() == [True, True, False, False, False, True]


def test_weighted_measures_are_next_to_unbiased() -> None:
    generator = np.random.default_rng(9)
    steps = [[place - 1.0, place + 1.0] for place in np.linspace(-1, 1, 12)]
    fit = rasch(answers_to(steps, generator.normal(0, 1.5, 2000), 1))
    for measure in (-1.5, 0.0, 1.5):
        people = person_measures(fit, answers_to(steps, np.full(3000, measure), 2)).people
        # Three standard errors of the mean, and what the items' own errors add.
        assert people["measure"].mean() == pytest.approx(measure, abs=0.08)
        assert people["measure"].std() == pytest.approx(people["standard_error"].mean(), rel=0.08)


@settings(max_examples=10)
@given(seed=st.integers(0, 500))
def test_a_higher_score_on_the_same_items_is_a_higher_measure(seed: int) -> None:
    generator = np.random.default_rng(seed)
    answers = answers_to(STEPS, generator.normal(0, 1.5, 200), seed)
    people = person_measures(rasch(answers), answers).people
    by_score = people.groupby("score")["measure"]
    assert (by_score.nunique() == 1).all()
    assert by_score.first().is_monotonic_increasing
    assert people["measure"].notna().all()


def test_new_answers_are_measured_on_the_old_line(model: RaschModel) -> None:
    old = person_measures(model, ANSWERS).people
    wave = ANSWERS.iloc[:40, ::-1].assign(other=7.0).set_index(pd.Index(range(100, 140), name="actor_id"))
    new = person_measures(model, wave).people
    np.testing.assert_array_equal(new["measure"], old["measure"].iloc[:40])
    assert new.index.equals(wave.index)


def test_somebody_without_an_answer_has_no_measure(model: RaschModel) -> None:
    frame = pd.concat([GAPS, pd.DataFrame({"i1": [math.nan]})], ignore_index=True)
    found = person_measures(model, frame)
    last = found.people.iloc[-1]
    assert math.isnan(last["measure"]) and math.isnan(last["standard_error"])
    assert (last["answered"], last["extreme"]) == (0, False)
    assert "6 people by weighted likelihood" in found.summary()
    nobody = person_measures(model, frame.iloc[-1:])
    with pytest.raises(NotEstimable, match="found 0 people whose measures do not vary"):
        nobody.separation_reliability()
    with pytest.raises(NotEstimable, match="found nobody with a measure"):
        item_map(model, nobody)
    with pytest.raises(NotEstimable, match="found 1 people whose measures do not vary"):
        person_measures(model, GAPS.iloc[[2]]).separation_reliability()


def test_separation_reliability_by_hand(model: RaschModel) -> None:
    found = person_measures(model, ANSWERS)
    people = found.people
    expected = 1 - (people["standard_error"] ** 2).mean() / people["measure"].var(ddof=1)
    assert found.separation_reliability() == pytest.approx(expected)
    inner = people[~people["extreme"]]
    assert 0 < len(inner) < len(people)
    expected = 1 - (inner["standard_error"] ** 2).mean() / inner["measure"].var(ddof=1)
    assert found.separation_reliability(extremes=False) == pytest.approx(expected)


def test_answers_by_the_model_fit_and_answers_by_chance_do_not() -> None:
    generator = np.random.default_rng(4)
    steps = [[place] for place in np.linspace(-1, 1, 8)]
    answers = answers_to(steps, generator.normal(0, 1.3, 3000), 5)
    answers["i9"] = (generator.random(3000) < 0.5).astype(float)
    fit = item_fit(rasch(answers), answers)
    assert fit["infit"].iloc[:8].between(0.85, 1.08).all()
    assert fit["infit"].idxmax() == fit["outfit"].idxmax() == "i9"
    assert fit.loc["i9", "outfit"] > 1.4


def test_fit_counts_who_answered_the_item(model: RaschModel) -> None:
    gaps = ANSWERS.mask(np.random.default_rng(6).random(ANSWERS.shape) < 0.1)
    fit = item_fit(model, gaps)
    measured = person_measures(model, gaps, estimator="maximum").people["measure"].notna()
    assert fit["people"].tolist() == gaps[measured].notna().sum().tolist()


def test_the_map_holds_everybody_and_every_threshold(model: RaschModel) -> None:
    people = person_measures(model, ANSWERS)
    found = item_map(model, people, width=0.25)
    assert found.people["people"].sum() == 300
    np.testing.assert_allclose(found.people["high"] - found.people["low"], 0.25)
    measures = people.people["measure"].to_numpy()
    for row in found.people.itertuples():
        last = row.Index == len(found.people) - 1
        inside = (measures >= row.low) & ((measures <= row.high) if last else (measures < row.high))
        assert inside.sum() == row.people
    assert len(found.thresholds) == 9 and found.tidy() is found.thresholds
    assert found.thresholds["location"].is_monotonic_increasing
    first = found.thresholds.iloc[0]
    assert first["at"] == model.thresholds.loc[first["item"], 1]
    assert found.summary().startswith("thresholds from -1.")
    with pytest.raises(ValueError, match="found width 0; allowed: above 0"):
        item_map(model, people, width=0)


def test_input_that_makes_no_sense_is_refused(model: RaschModel) -> None:
    with pytest.raises(ValueError, match="found no answers to i1, i3; allowed: all items of the model"):
        person_measures(model, GAPS[["i2"]])
    with pytest.raises(ValueError, match="i2 has 4, where 0 to 3 are allowed"):
        person_measures(model, GAPS.assign(i2=4.0))
    with pytest.raises(ValueError, match="estimator is 'mean'; allowed are 'weighted', 'maximum'"):
        person_measures(model, GAPS, estimator="mean")  # type: ignore[arg-type]
