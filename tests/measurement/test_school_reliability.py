"""Schools told apart with errors of measurement known: against closed forms and spreads as drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.aggregation import intraclass_correlation
from analysis.measurement.school_reliability import school_reliability


def drawn(seed: int, schools: int = 60, errors: tuple[float, float] = (0.3, 0.9)) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    sizes = generator.integers(2, 25, schools)
    place = np.repeat(np.arange(schools), sizes)
    error = generator.uniform(*errors, len(place))
    measure = (
        generator.normal(0, 0.6, schools)[place]
        + generator.normal(0, 1.1, len(place))
        + generator.normal(0, error)
    )
    return pd.DataFrame({"measure": measure, "error": error, "school": place})


def test_with_one_error_for_all_the_schools_are_those_of_a_random_intercept() -> None:
    frame = drawn(1)
    found = school_reliability(frame["measure"], frame["error"], frame["school"])
    plain = intraclass_correlation(frame["measure"], frame["school"], method="reml")
    measurement = (frame["error"] ** 2).mean()
    assert found.measurement == pytest.approx(measurement)
    assert found.school == pytest.approx(plain.between, rel=1e-3)
    assert found.person == pytest.approx(plain.within - measurement, rel=1e-3)
    assert found.intraclass > plain.icc1
    assert found.intraclass == pytest.approx(found.school / (found.school + found.person))
    assert found.person_reliability == pytest.approx(
        1 - measurement / (plain.between + plain.within), rel=1e-3
    )


def test_balanced_schools_have_the_reliability_of_the_analysis_of_variance() -> None:
    generator = np.random.default_rng(3)
    schools = np.repeat(np.arange(40), 10)
    measures = generator.normal(0, 0.8, 40)[schools] + generator.normal(0, 1.3, 400)
    found = school_reliability(measures, np.full(400, 0.5), schools)
    plain = intraclass_correlation(measures, schools)
    assert found.reliability == pytest.approx(plain.icc2, abs=1e-5)
    assert (found.school, found.person + 0.25) == pytest.approx((plain.between, plain.within), rel=1e-4)
    assert found.mean == pytest.approx(measures.mean())
    means = pd.Series(measures).groupby(schools).mean()
    shrunken = measures.mean() + plain.icc2 * (means - measures.mean())
    np.testing.assert_allclose(found.schools["shrunken"], shrunken, atol=1e-4)


def restricted(frame: pd.DataFrame, person: float, school: float) -> float:
    """Return the log of the restricted likelihood from the covariance matrix itself."""
    same = np.equal.outer(frame["school"].to_numpy(), frame["school"].to_numpy())
    covariance = school * same + np.diag(person + frame["error"].to_numpy() ** 2)
    values: Floats = frame["measure"].to_numpy()
    weights = np.linalg.solve(covariance, np.ones(len(values)))
    mean = weights @ values / weights.sum()
    left = values - mean
    squares = left @ np.linalg.solve(covariance, left)
    return -0.5 * float(np.linalg.slogdet(covariance)[1] + squares + np.log(weights.sum()))


def test_own_errors_are_at_the_top_of_the_restricted_likelihood() -> None:
    frame = drawn(4, 12)
    found = school_reliability(frame["measure"], frame["error"], frame["school"], known="own")
    top = restricted(frame, found.person, found.school)
    for person, school in ((1.05, 1.0), (0.95, 1.0), (1.0, 1.05), (1.0, 0.95), (1.03, 0.97)):
        assert restricted(frame, found.person * person, found.school * school) < top
    weights = 1 / (found.person + frame["error"] ** 2)
    total = weights.groupby(frame["school"]).sum()
    np.testing.assert_allclose(found.schools["reliability"], found.school / (found.school + 1 / total))


def test_spreads_are_found_as_drawn() -> None:
    frame = pd.concat(
        [drawn(seed, 200).assign(school=lambda one, s=seed: one["school"] + 1000 * s) for seed in (5, 6)]
    )
    for known in ("pooled", "own"):
        found = school_reliability(frame["measure"], frame["error"], frame["school"], known=known)
        assert found.school**0.5 == pytest.approx(0.6, abs=0.08)
        assert found.person**0.5 == pytest.approx(1.1, abs=0.05)


def test_names_order_and_gaps_change_nothing() -> None:
    frame = drawn(7)
    plain = school_reliability(frame["measure"], frame["error"], frame["school"])
    more = pd.concat([frame, pd.DataFrame({"measure": [np.nan, 9], "error": [1, np.nan], "school": [1, 2]})])
    mixed = more.sample(frac=1, random_state=1)
    found = school_reliability(mixed["measure"], mixed["error"], "s" + mixed["school"].astype(str))
    assert (found.school, found.person, found.reliability) == pytest.approx(
        (plain.school, plain.person, plain.reliability), rel=1e-4
    )
    assert found.schools["people"].sum() == len(frame)
    assert found.summary().endswith(f"(60 schools, {len(frame)} people)")


def test_people_as_alike_as_their_errors_leave_nothing_to_the_person() -> None:
    generator = np.random.default_rng(8)
    schools = np.repeat(np.arange(30), 10)
    measures = generator.normal(0, 1.0, 30)[schools] + generator.normal(0, 0.3, 300)
    found = school_reliability(measures, np.full(300, 0.6), schools)
    assert found.person < 1e-4 and found.school == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2], [1, 1], ["a"]), ValueError,
         "found 2 measures, 2 errors and 1 schools; allowed: one of each a person"),
        (([1, 2, 3], [1, 0, -1], list("aab")), ValueError,
         "found 2 errors of measurement not above 0; allowed: above 0"),
        (([1, 2, 3], [1, 1, 1], list("aaa")), NotEstimable,
         "found 3 people in 1 schools; needed: two schools, and two people in one"),
        (([1, 2, 3], [1, 1, 1], list("abc")), NotEstimable,
         "found 3 people in 3 schools; needed: two schools, and two people in one"),
        (([2, 2, 2], [1, 1, 1], list("aab")), NotEstimable,
         "found measures that are all the same; there is no variance to share out"),
    ],
)  # fmt: skip
def test_input_that_cannot_tell_is_named(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        school_reliability(*arguments)
    assert str(caught.value) == message


def test_there_are_two_ways_to_take_errors() -> None:
    with pytest.raises(ValueError, match="known is 'none'; allowed are 'pooled', 'own'"):
        school_reliability([1, 2, 3], [1, 1, 1], list("aab"), known="none")  # type: ignore[arg-type]
