"""Rasch models: against psychotools and eRm, against plain enumeration, by property, on bad input."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.rasch import Model, RaschModel, rasch
from tests.measurement.scales import answers_to

MODELS: list[Model] = ["rating_scale", "partial_credit"]


def test_the_rating_scale_model_equals_psychotools(
    lq2002: pd.DataFrame, rasch_reference: dict[str, Any]
) -> None:
    expected = rasch_reference["lq2002_RSM"]
    found = rasch(lq2002)
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=1e-3)
    np.testing.assert_allclose(found.locations, expected["item_locations"], atol=1e-5)
    np.testing.assert_allclose(found.steps, list(expected["relative_thresholds"].values()), atol=1e-5)
    assert found.locations.index.tolist() == expected["items"]
    assert found.people == expected["n"] == 2042


def test_the_partial_credit_model_equals_psychotools(
    lq2002: pd.DataFrame, rasch_reference: dict[str, Any]
) -> None:
    expected = rasch_reference["lq2002_PCM"]
    found = rasch(lq2002, model="partial_credit")
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=1e-3)
    np.testing.assert_allclose(found.thresholds, list(expected["thresholds"].values()), atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_two_answers_equal_erm(model: Model, lq2002: pd.DataFrame, rasch_reference: dict[str, Any]) -> None:
    expected = rasch_reference["lq2002_dichotomised"]
    found = rasch((lq2002 >= 4).astype(float), model=model)
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=1e-3)
    difficulties = pd.Series(expected["item_difficulties_sum_zero"])
    pd.testing.assert_series_equal(found.locations, difficulties, check_names=False, atol=1e-5, rtol=0)
    errors = pd.Series(expected["se"])
    pd.testing.assert_series_equal(found.location_errors, errors, check_names=False, atol=1e-5, rtol=0)


@pytest.mark.parametrize("model", MODELS)
def test_marginal_likelihood_puts_items_where_conditional_does(model: Model, lq2002: pd.DataFrame) -> None:
    conditional, marginal = rasch(lq2002, model=model), rasch(lq2002, model=model, likelihood="marginal")
    assert (marginal.locations - conditional.locations).abs().max() < 0.03
    assert 1.1 < marginal.sd < 1.2


def test_2042_people_and_eleven_items_take_a_tenth_of_a_second(lq2002: pd.DataFrame) -> None:
    rasch(lq2002)
    begun = time.process_time()
    rasch(lq2002)
    assert time.process_time() - begun < 0.1


def enumerated(thresholds: list[Floats], answers: Floats) -> float:
    """Return the conditional log-likelihood, by going through all answers that could have been given."""
    total = 0.0
    seen = ~np.isnan(answers)
    for pattern in np.unique(seen, axis=0):
        items = np.flatnonzero(pattern)
        logs = [np.concatenate([[0.0], -np.cumsum(thresholds[item])]) for item in items]
        possible = np.array(list(product(*(range(len(log)) for log in logs))), dtype=int)
        summed = sum(log[column] for log, column in zip(logs, possible.T, strict=True))
        alike = np.bincount(possible.sum(axis=1), np.exp(summed))
        given = answers[(seen == pattern).all(axis=1)][:, items].astype(int)
        total += sum(float(log[column].sum()) for log, column in zip(logs, given.T, strict=True))
        total -= float(np.log(alike)[given.sum(axis=1)].sum())
    return total


# Unequal numbers of answers, and gaps.
TRUE = [[-0.8, 0.4], [-0.2], [-1.0, 0.0, 1.2], [0.5, 0.6]]
RANGES = {"i1": (0, 2), "i2": (0, 1), "i3": (0, 3), "i4": (0, 2)}


def mixed() -> pd.DataFrame:
    generator = np.random.default_rng(11)
    answers = answers_to(TRUE, generator.normal(0, 1.2, 150), seed=12)
    return answers.mask(generator.random(answers.shape) < 0.15)


def split(fit: RaschModel) -> list[Floats]:
    return [row[~np.isnan(row)] for row in fit.thresholds.to_numpy()]


def test_items_of_different_ranges_with_gaps_equal_enumeration() -> None:
    answers = mixed()
    found = rasch(answers, model="partial_credit", ranges=RANGES)
    assert found.log_likelihood == pytest.approx(enumerated(split(found), answers.to_numpy()), abs=1e-8)

    start = np.concatenate(split(found))
    for move in np.vstack([np.eye(len(start)), -np.eye(len(start))]) * 0.02:
        moved = [np.asarray(part) for part in np.split(start + move, np.cumsum([2, 1, 3]))]
        assert enumerated(moved, answers.to_numpy()) < found.log_likelihood
    assert found.locations.sum() == pytest.approx(0, abs=1e-12)
    assert found.informative < found.people <= 150


def test_the_rating_scale_model_is_the_partial_credit_model_held_to_common_steps() -> None:
    answers = answers_to([[-1.5, 0.5], [-0.7, 1.3], [-0.3, 1.7]], np.random.default_rng(1).normal(size=80), 2)
    found = rasch(answers)
    values = answers.to_numpy()

    def lacking(free: Floats) -> float:
        locations = np.array([free[0], free[1], -free[0] - free[1]])
        return -enumerated([place + np.array([free[2], -free[2]]) for place in locations], values)

    search = minimize(lacking, [0.0, 0.0, -0.5], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    assert found.log_likelihood == pytest.approx(-search.fun, abs=1e-6)
    assert found.locations.iloc[:2].tolist() == pytest.approx(search.x[:2], abs=1e-4)
    assert found.steps.iloc[0] == pytest.approx(search.x[2], abs=1e-4)


def test_standard_errors_are_the_curvature_of_the_enumerated_likelihood() -> None:
    answers = answers_to([[-0.5], [0.0], [0.6]], np.random.default_rng(3).normal(size=100), 4)
    found = rasch(answers)
    values = answers.to_numpy()

    def value(first: float, second: float) -> float:
        return enumerated([np.array([place]) for place in (first, second, -first - second)], values)

    a, b = found.locations.iloc[:2]
    h = 1e-3
    curve = np.empty((2, 2))
    curve[0, 0] = (value(a + h, b) - 2 * value(a, b) + value(a - h, b)) / h**2
    curve[1, 1] = (value(a, b + h) - 2 * value(a, b) + value(a, b - h)) / h**2
    curve[0, 1] = curve[1, 0] = (
        value(a + h, b + h) - value(a + h, b - h) - value(a - h, b + h) + value(a - h, b - h)
    ) / (4 * h**2)
    errors = np.sqrt(np.diag(np.linalg.inv(-curve)))
    assert found.location_errors.iloc[:2].tolist() == pytest.approx(errors, rel=1e-4)


def integrated(fit: RaschModel, answers: Floats) -> float:
    """Return the marginal log-likelihood by Gauss and Hermite's rule."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(80)
    theta = fit.mean + fit.sd * nodes
    total = 0.0
    for row in answers:
        chance = mass / mass.sum()
        for steps, answer in zip(split(fit), row, strict=True):
            if math.isnan(answer):
                continue
            logits = np.cumsum(theta[:, None] - steps, axis=1)
            weights = np.exp(np.column_stack([np.zeros(len(theta)), logits]))
            chance = chance * weights[:, int(answer)] / weights.sum(axis=1)
        total += math.log(chance.sum())
    return total


def test_marginal_likelihood_equals_integration_and_is_at_its_top() -> None:
    answers = mixed()
    found = rasch(answers, model="partial_credit", likelihood="marginal", ranges=RANGES)
    seen = answers.to_numpy()
    assert found.log_likelihood == pytest.approx(integrated(found, seen), abs=1e-6)
    moves = np.array([[0.05], [-0.05], [0.0], [0.0]])
    for change in (
        {"mean": found.mean + 0.05},
        {"mean": found.mean - 0.05},
        {"sd": found.sd * 1.05},
        {"sd": found.sd / 1.05},
        {"thresholds": found.thresholds + moves},
        {"thresholds": found.thresholds - moves},
    ):
        moved: dict[str, Any] = change
        assert integrated(replace(found, **moved), seen) < found.log_likelihood


def test_marginal_likelihood_finds_people_and_items_as_drawn() -> None:
    generator = np.random.default_rng(5)
    true = [[place - 1.0, place + 1.0] for place in (-0.8, -0.3, 0.0, 0.4, 0.7)]
    answers = answers_to(true, generator.normal(0.4, 1.3, 4000), seed=6)
    found = rasch(answers, likelihood="marginal")
    assert found.mean == pytest.approx(0.4, abs=0.08)
    assert found.sd == pytest.approx(1.3, abs=0.08)
    np.testing.assert_allclose(found.locations, [-0.8, -0.3, 0.0, 0.4, 0.7], atol=0.12)
    strays = (found.locations - [-0.8, -0.3, 0.0, 0.4, 0.7]) / found.location_errors
    assert (strays.abs() < 3.5).all()


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=8)
@given(seed=st.integers(0, 500), low=st.integers(-3, 5))
def test_names_order_and_numbering_change_nothing(model: Model, seed: int, low: int) -> None:
    generator = np.random.default_rng(seed)
    answers = answers_to(
        [[-1.0, 0.2], [-0.4, 0.9], [0.1, 1.0], [-0.6, 0.6]], generator.normal(size=200), seed
    )
    plain = rasch(answers, model=model)
    order = generator.permutation(4)
    moved = rasch(answers.iloc[generator.permutation(200), order] + low, model=model)
    pd.testing.assert_frame_equal(moved.thresholds.loc[plain.thresholds.index], plain.thresholds, atol=1e-7)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood)
    turned = rasch(2 - answers, model=model)
    np.testing.assert_allclose(turned.locations, -plain.locations, atol=1e-7)
    assert plain.locations.sum() == pytest.approx(0, abs=1e-9)


def test_people_at_the_ends_or_without_answers_tell_nothing() -> None:
    answers = answers_to([[-0.5], [0.0], [0.6]], np.random.default_rng(3).normal(size=100), 4)
    more = pd.concat(
        [answers, pd.DataFrame([[0.0] * 3] * 5 + [[1.0] * 3] * 4 + [[math.nan] * 3], columns=answers.columns)]
    )
    plain, found = rasch(answers), rasch(more)
    pd.testing.assert_series_equal(found.locations, plain.locations, atol=1e-9)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood)
    assert (found.informative, found.people) == (plain.informative, plain.people + 9)


def test_results_read_as_a_table_and_a_sentence(lq2002: pd.DataFrame) -> None:
    found = rasch(lq2002)
    assert found.summary() == (
        "rating-scale model of 11 items by conditional likelihood: locations from -0.59 (LEAD06) to 0.56 "
        "(LEAD03) logits; 2007 of 2042 people tell"
    )
    table = found.tidy()
    assert table.columns.tolist() == [
        "item",
        "location",
        "standard_error",
        *(f"threshold_{n}" for n in (1, 2, 3, 4)),
    ]
    np.testing.assert_allclose(table.filter(like="threshold").mean(axis=1), table["location"], atol=1e-9)
    binary = rasch((lq2002 >= 4).astype(float), likelihood="marginal")
    assert binary.summary().startswith("Rasch model of 11 items by marginal likelihood")
    assert "people -0.68 (SD 2.07)" in binary.summary()


GOOD = answers_to([[-1.0, 0.2], [-0.4, 0.9], [0.1, 1.0]], np.random.default_rng(0).normal(size=60), 1)


@pytest.mark.parametrize(
    ("answers", "options", "message"),
    [
        (GOOD.assign(i1=1.0, i4=GOOD["i2"]), {},
         "found item i1 has one answer, 1, from everybody; items i2 and i4 are alike"),
        (GOOD[["i1", "i2"]], {}, "found fewer than 3 items (2)"),
        (GOOD.replace(1.0, 0.0), {}, "found answer 1, which nobody gave to any item"),
        (GOOD.assign(i1=GOOD["i1"].replace(2.0, 1.0)), {"model": "partial_credit"},
         "found answer 2, which nobody gave to item i1"),
        (GOOD.assign(i1=GOOD["i1"].replace(2.0, 1.0), i2=2.0), {"model": "partial_credit"},
         "found item i2 has one answer, 2, from everybody; answer 2, which nobody gave to item i1"),
        (GOOD, {"ranges": dict.fromkeys(GOOD, (0, 4))},
         "found answer 3, which nobody gave to any item; answer 4, which nobody gave to any item"),
        (pd.DataFrame({"a": [0, 1], "b": [0.0, 1], "c": [math.nan, 1]}).assign(c=[0, 1]), {},
         "found items a and b are alike; items a and c are alike; items b and c are alike"),
    ],
)  # fmt: skip
def test_answers_that_cannot_tell_are_named_all_at_once(
    answers: pd.DataFrame, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(NotEstimable) as caught:
        rasch(answers, **options)
    assert str(caught.value) == message


def test_a_likelihood_without_a_maximum_is_said_to_have_none() -> None:
    # Nobody who said yes to c did not also say yes to a and b: c may be as hard as one likes.
    guttman = pd.DataFrame({"a": [1, 1, 1, 0], "b": [0, 1, 1, 0], "c": [0, 0, 1, 0.0]})
    # Two forms of a test that nobody bridges.
    first = GOOD.iloc[:30].assign(i4=math.nan, i5=math.nan, i6=math.nan)
    second = first.rename(columns=lambda name: f"i{(int(name[1]) + 2) % 6 + 1}")
    for answers in (guttman, pd.concat([first, second])):
        with pytest.raises(NotEstimable, match="found a likelihood without a maximum"):
            rasch(answers)


@pytest.mark.parametrize(
    ("answers", "options", "message"),
    [
        (GOOD, {"model": "graded"}, "model is 'graded'; allowed are 'rating_scale', 'partial_credit'"),
        (GOOD, {"likelihood": "joint"}, "likelihood is 'joint'; allowed are 'conditional', 'marginal'"),
        (GOOD.assign(i1=0.5), {}, "found answers out of range: i1 has 0.5, where 0 to 2 are allowed"),
        (GOOD, {"ranges": {"i1": (0, 1), "i2": (2, 2)}},
         "found i2 from 2 to 2; i3 without a range; allowed: two whole numbers an item, the lower first"),
        (GOOD, {"ranges": dict.fromkeys(GOOD, (0, 1))},
         "found answers out of range: i1 has 2, where 0 to 1 are allowed; i2 has 2, where 0 to 1 are "
         "allowed; i3 has 2, where 0 to 1 are allowed"),
        (GOOD, {"ranges": {"i1": (0, 3), "i2": (0, 2), "i3": (0, 2)}},
         "found items of different ranges; allowed with the rating-scale model: one range for all"),
    ],
)  # fmt: skip
def test_input_that_makes_no_sense_is_refused(
    answers: pd.DataFrame, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        rasch(answers, **options)
    assert str(caught.value) == message
    assert not isinstance(caught.value, NotEstimable)
