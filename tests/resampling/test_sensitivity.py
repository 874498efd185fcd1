"""Shares of variance: Ishigami's function, whose shares are known, scipy's estimator, and noise taken out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import sobol_indices

from analysis.checks import NotEstimable
from analysis.resampling.sensitivity import saltelli_design, variance_shares

NAMES = ["x1", "x2", "x3"]
A, B = 7.0, 0.1
# Ishigami & Homma (1990); shares in closed form as in Saltelli et al. (2008), Global Sensitivity Analysis.
_PARTS = [(1 + B * np.pi**4 / 5) ** 2 / 2, A**2 / 8, 0.0]
_JOINT = B**2 * np.pi**8 * 8 / 225
_ALL = sum(_PARTS) + _JOINT
FIRST = np.array(_PARTS) / _ALL
TOTAL = np.array([_PARTS[0] + _JOINT, _PARTS[1], _JOINT]) / _ALL


def ishigami(points: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * points - 1)
    return np.sin(x[..., 0]) + A * np.sin(x[..., 1]) ** 2 + B * x[..., 2] ** 4 * np.sin(x[..., 0])


def test_ishigami_s_shares_are_found() -> None:
    shares = variance_shares(ishigami(saltelli_design(3, 11, seed=1)), NAMES, seed=2)
    np.testing.assert_allclose(shares["first"], FIRST, atol=0.02)
    np.testing.assert_allclose(shares["total"], TOTAL, atol=0.02)
    for name, truth in (("first", FIRST), ("total", TOTAL)):
        assert (shares[f"{name}_lower"] <= truth).all()
        assert (truth <= shares[f"{name}_upper"]).all()


def test_the_estimator_is_scipy_s() -> None:
    outputs = ishigami(saltelli_design(3, 6, seed=3))
    theirs = sobol_indices(
        func={"f_A": outputs[:1], "f_B": outputs[1:2], "f_AB": outputs[2:, None]}, n=outputs.shape[1]
    )
    ours = variance_shares(outputs, NAMES, seed=1)
    np.testing.assert_allclose(ours["first"], theirs.first_order, atol=1e-12)
    np.testing.assert_allclose(ours["total"], theirs.total_order, atol=1e-12)


def test_noise_of_a_known_size_is_taken_out() -> None:
    generator = np.random.default_rng(4)
    outputs = ishigami(saltelli_design(3, 12, seed=5))
    noisy = outputs + generator.normal(0, 3, outputs.shape)
    raw = variance_shares(noisy, NAMES, seed=1, resamples=10)
    mended = variance_shares(noisy, NAMES, noise=9.0, seed=1, resamples=10)
    np.testing.assert_allclose(mended["total"], TOTAL, atol=0.06)
    np.testing.assert_allclose(mended["first"], FIRST, atol=0.08)
    assert (raw["total"] - TOTAL).max() > 0.2


def test_inputs_may_stand_in_any_order() -> None:
    outputs = ishigami(saltelli_design(3, 6, seed=3))
    order = [2, 0, 1]
    turned = outputs[[0, 1, *(2 + place for place in order)]]
    one = variance_shares(outputs, NAMES, seed=1).loc[[NAMES[place] for place in order]]
    other = variance_shares(turned, [NAMES[place] for place in order], seed=1)
    np.testing.assert_array_equal(one, other)


def test_what_cannot_be_shared_is_said() -> None:
    with pytest.raises(NotEstimable, match="does not vary beyond"):
        variance_shares(np.ones((4, 8)), ["a", "b"], seed=1)
    with pytest.raises(ValueError, match=r"found outputs of shape \(4, 8\), 1 not finite"):
        outputs = np.arange(32.0).reshape(4, 8)
        outputs[0, 0] = np.nan
        variance_shares(outputs, ["a", "b"], seed=1)
