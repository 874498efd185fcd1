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
    assert (found.tidy()["standard_error"] < 1e-3).all()
    fixed = bass(people, clock, ceiling=0.8)
    assert [fixed.innovation, fixed.imitation] == pytest.approx([0.02, 0.4], rel=1e-3)


def test_standard_errors_are_those_of_least_squares() -> None:
    """Beside scipy's curve_fit, which has its own search and Jacobian."""
    random = np.random.default_rng(3)
    clock = np.arange(1.0, 16)
    times = np.where(random.random(300) < 0.75, np.ceil(random.gamma(4, 1.6, 300)), INF)
    found = bass(np.where(times > 15, INF, times), clock, ceiling=None)

    def shape(at: Floats, p: float, q: float, top: float) -> Floats:
        fall = np.exp(-(p + q) * at)
        return top * (1 - fall) / (1 + q / p * fall)

    estimates, covariance = curve_fit(shape, clock, found.observed, p0=[0.02, 0.4, 0.7])
    assert found.tidy()["estimate"].tolist() == pytest.approx(estimates.tolist(), rel=1e-4)
    expected = np.sqrt(np.diag(covariance)).tolist()
    assert found.tidy()["standard_error"].tolist() == pytest.approx(expected, rel=1e-3)


def test_a_constant_hazard_leaves_nothing_to_imitate() -> None:
    """Half of those left adopt in every period: F(t) = 1 − 2^−t, so p = ln 2 and q = 0, its bound."""
    spread = np.concatenate([np.repeat(np.arange(1.0, 9), 2 ** np.arange(7, -1, -1)), [INF]])
    found = bass(spread, np.arange(1, 9))
    assert found.innovation == pytest.approx(math.log(2), rel=1e-4)
    assert found.imitation == pytest.approx(0, abs=1e-4)


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
