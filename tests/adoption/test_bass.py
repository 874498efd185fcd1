"""The Bass curve: against netdiffuseR, on curves made with known parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import curve_fit

from analysis.adoption.bass import bass
from tests.adoption.adopters import Study

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan

# ---------------------------------------------------------------- against netdiffuseR


def test_bass_as_in_netdiffuser(med: Study, netdiffuser: dict[str, Any]) -> None:
    found = bass(med.times, med.periods)
    # nls stops when a step changes little (1e-5 of the scale), which leaves about six digits.
    assert found.innovation == pytest.approx(netdiffuser["fitbass"]["p"], rel=1e-4)
    assert found.imitation == pytest.approx(netdiffuser["fitbass"]["q"], rel=1e-4)
    assert found.ceiling == 1
    assert np.isnan(found.ceiling_se)
    assert np.isnan(found.peak)
    assert found.residual_sum == pytest.approx(((found.fitted - found.observed) ** 2).sum())
    assert "no evidence of influence" in found.summary()


# ---------------------------------------------------------------- known parameters


def test_bass_finds_the_curve_it_was_given() -> None:
    """100,000 people by p = .02, q = .4, of whom four in five ever adopt; the peak is ln(20) / .42."""
    clock = np.arange(1, 26)
    fall = np.exp(-0.42 * clock)
    number = np.round(80_000 * (1 - fall) / (1 + 20 * fall)).astype(int)
    spread = np.repeat(clock, np.diff(number, prepend=0)).astype(float)
    people = np.concatenate([spread, np.full(100_000 - len(spread), NAN)])
    found = bass(people, clock, ceiling=None)
    assert found.tidy()["estimate"].tolist() == pytest.approx([0.02, 0.4, 0.8], rel=1e-3)
    assert found.peak == pytest.approx(math.log(20) / 0.42, rel=1e-3)
    assert (found.tidy()["standard_error"] < 2e-3).all()
    # The share of 100,000 that ever adopts cannot be known better than √(.8 · .2 / 100,000).
    assert found.ceiling_se >= math.sqrt(0.8 * 0.2 / 100_000)
    fixed = bass(people, clock, ceiling=0.8)
    assert [fixed.innovation, fixed.imitation] == pytest.approx([0.02, 0.4], rel=1e-3)


def test_intervals_hold_what_the_people_were_drawn_with() -> None:
    """200 groups of 300 people: as often as the 99 % binomial band of 95 % allows."""
    random = np.random.default_rng(3)
    clock, made_with = np.arange(1.0, 16), np.array([0.03, 0.4, 0.8])
    fall = np.exp(-0.43 * clock)
    share = 0.8 * (1 - fall) / (1 + 0.4 / 0.03 * fall)
    held, estimates, errors = np.zeros(3), [], []
    for _ in range(200):
        period = np.searchsorted(share, random.random(300)) + 1.0
        found = bass(np.where(period > 15, INF, period), clock, ceiling=None).tidy()
        estimates.append(found["estimate"].to_numpy(float))
        errors.append(found["standard_error"].to_numpy(float))
        held += np.abs(estimates[-1] - made_with) <= 1.959964 * errors[-1]
    assert np.all((held >= 180) & (held <= 198))
    assert np.mean(errors, axis=0) == pytest.approx(np.std(estimates, axis=0), rel=0.2)


def test_standard_errors_are_those_of_sums_of_one_multinomial() -> None:
    """Beside scipy's curve_fit with its own search and Jacobian, its points given the same covariance."""
    random = np.random.default_rng(3)
    clock = np.arange(1.0, 16)
    times = np.where(random.random(300) < 0.75, np.ceil(random.gamma(4, 1.6, 300)), INF)
    found = bass(np.where(times > 15, INF, times), clock, ceiling=None)

    def shape(at: Floats, p: float, q: float, top: float) -> Floats:
        fall = np.exp(-(p + q) * at)
        return top * (1 - fall) / (1 + q / p * fall)

    estimates, _ = curve_fit(shape, clock, found.observed, p0=[0.02, 0.4, 0.7])
    assert found.tidy()["estimate"].tolist() == pytest.approx(estimates.tolist(), rel=1e-4)
    steps = np.diag(estimates * 1e-5)
    slopes = [(shape(clock, *(estimates + d)) - shape(clock, *(estimates - d))) / 2 / d.sum() for d in steps]
    jacobian, fitted = np.transpose(slopes), shape(clock, *estimates)
    covariance = np.array([[min(s, t) * (1 - max(s, t)) / 300 for t in fitted] for s in fitted])
    bread = np.linalg.inv(jacobian.T @ jacobian) @ jacobian.T
    expected = np.sqrt(np.diag(bread @ covariance @ bread.T)).tolist()
    assert found.tidy()["standard_error"].tolist() == pytest.approx(expected, rel=1e-3)


def test_a_constant_hazard_leaves_nothing_to_imitate() -> None:
    """Half of those left adopt in every period: F(t) = 1 − 2^−t, so p = ln 2 and q = 0, its bound."""
    spread = np.concatenate([np.repeat(np.arange(1.0, 9), 2 ** np.arange(7, -1, -1)), [INF]])
    found = bass(spread, np.arange(1, 9))
    assert found.innovation == pytest.approx(math.log(2), rel=1e-4)
    assert found.imitation == pytest.approx(0, abs=1e-4)


def test_at_a_bound_there_is_no_standard_error() -> None:
    """All adopt: the ceiling lies at 1, and nothing about the others is known to cover."""
    clock = np.arange(1.0, 11)
    found = bass(np.repeat(clock, [1, 2, 4, 8, 12, 12, 8, 4, 2, 1]), clock, ceiling=None)
    assert found.ceiling == pytest.approx(1)
    assert found.tidy()["standard_error"].isna().all()


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bass([1, 2, 3], [1, 2]), "found 2 periods; needed: more than 2"),
        (lambda: bass([1, 2, 3], [1, 2, 4]), "found gaps from 1 to 2; allowed: evenly spaced periods"),
        (lambda: bass([9, NAN], [1, 2, 3]), "found no adopter in these periods; needed: one or more"),
        (
            lambda: bass([1, 2], [1, 2, 3], ceiling=1.5),
            "ceiling is 1.5; allowed: above 0 and up to 1, or None",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
