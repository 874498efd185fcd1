"""Exploratory factor analysis: against psych, R's factanal, criteria at their minimum, on bad answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.exploratory import exploratory, sampling_adequacy
from analysis.measurement.rotation import Rotation, rotate

ITEMS = [f"x{place}" for place in range(1, 10)]
R = json.loads(
    (Path(__file__).parents[1] / "reference" / "lavaan_factor_models.json").read_text(encoding="utf-8")
)["factanal"]


@pytest.fixture(scope="module")
def reference(reference_folder: Path) -> dict[str, Any]:
    """Return what psych finds."""
    found: dict[str, Any] = json.loads((reference_folder / "psychometrics" / "results.json").read_text())
    return found


@pytest.fixture(scope="module")
def children(reference_folder: Path) -> pd.DataFrame:
    """Return Holzinger & Swineford's 301 children."""
    return pd.read_csv(reference_folder / "psychometrics" / "holzinger_swineford.csv")


def test_sampling_adequacy_equals_psych(children: pd.DataFrame, reference: dict[str, Any]) -> None:
    found = sampling_adequacy(children, ITEMS)
    assert found.overall == pytest.approx(reference["KMO"], abs=1e-9)
    assert found.chi_square == pytest.approx(reference["bartlett"]["chisq"], abs=1e-8)
    assert (found.df, found.p) == (36, pytest.approx(reference["bartlett"]["p.value"], rel=1e-6))
    assert found.tidy()["kmo"].min() == found.by_item["x7"]


def test_minimum_residuals_and_oblimin_equal_psych(children: pd.DataFrame, reference: dict[str, Any]) -> None:
    found = exploratory(children, ITEMS, 3)
    expected = reference["fa3_oblimin"]
    # psych stops when a step gains less than a ten-thousandth of a loading.
    assert found.loadings.to_numpy() == pytest.approx(np.array(expected["loadings"]), abs=5e-5)
    assert found.factor_correlations.to_numpy() == pytest.approx(np.array(expected["Phi"]), abs=5e-5)
    assert (found.chi_square, found.df) == (pytest.approx(expected["chi"], abs=1e-4), expected["dof"])
    # psych's RMSEA.
    rmsea = (found.chi_square / (found.df * 301) - 1 / 300) ** 0.5
    assert rmsea == pytest.approx(expected["RMSEA"][0], abs=1e-5)


def test_maximum_likelihood_and_varimax_equal_factanal(children: pd.DataFrame) -> None:
    found = exploratory(children, ITEMS, 3, extraction="maximum_likelihood", rotation="varimax")
    expected = np.array(R["loadings"])
    order = np.argsort(-(expected**2).sum(axis=0))
    # R stops turning when the criterion gains less than a hundred-thousandth: ours is never below its.
    ours, theirs = found.loadings.to_numpy(), expected[:, order]
    assert ours == pytest.approx(theirs, abs=1e-3)
    scaled = [own / np.sqrt((own**2).sum(axis=1, keepdims=True)) for own in (ours, theirs)]
    criteria = [float((own**2).var(axis=0).sum()) for own in scaled]
    assert criteria[1] <= criteria[0] + 1e-9
    assert found.uniquenesses.tolist() == pytest.approx(R["uniquenesses"], abs=1e-5)
    assert found.chi_square == pytest.approx(R["chi_square"], abs=1e-6)
    assert found.factor_correlations.to_numpy() == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize("rotation", ["varimax", "oblimin", "geomin"])
def test_rotation_changes_no_fitted_correlation(rotation: Rotation, children: pd.DataFrame) -> None:
    plain, turned = (exploratory(children, ITEMS, 3, rotation=own) for own in ("none", rotation))
    one, other = plain.loadings.to_numpy(), turned.loadings.to_numpy()
    assert other @ turned.factor_correlations.to_numpy() @ other.T == pytest.approx(one @ one.T, abs=1e-9)
    assert np.diag(turned.factor_correlations) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("rotation", ["varimax", "oblimin", "geomin"])
def test_simple_structure_is_found_from_any_turn_of_it(rotation: Rotation) -> None:
    simple = np.kron(np.eye(3), np.array([[0.9], [0.7], [0.5], [0.8]]))
    simple[:4] *= 1.05
    simple[8:] *= 0.95
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    found = rotate(simple @ turn, rotation, starts=5)
    assert found.loadings == pytest.approx(simple, abs=1e-3)
    again = rotate(simple @ turn, rotation, starts=5)
    assert np.array_equal(found.loadings, again.loadings)


def test_one_factor_of_three_items_by_hand() -> None:
    generator = np.random.default_rng(6)
    answers = pd.DataFrame(
        generator.normal(size=(200, 1)) + generator.normal(size=(200, 3)), columns=list("abc")
    )
    r = answers.corr().to_numpy()
    for extraction in ("minimum_residual", "maximum_likelihood"):
        found = exploratory(answers, list("abc"), 1, extraction=extraction)  # type: ignore[arg-type]
        assert float(found.loadings.loc["a", "factor 1"]) ** 2 == pytest.approx(
            r[0, 1] * r[0, 2] / r[1, 2], abs=1e-6
        )


def test_unrelated_and_related_items_are_told_apart() -> None:
    generator = np.random.default_rng(8)
    noise = pd.DataFrame(generator.normal(size=(500, 6)), columns=list("abcdef"))
    assert sampling_adequacy(noise, list(noise)).p > 0.01
    related = sampling_adequacy(noise.add(generator.normal(size=500), axis=0), list(noise))
    assert related.p < 1e-50 and related.overall > 0.8


def test_results_read_as_a_sentence_and_a_table(children: pd.DataFrame) -> None:
    found = exploratory(children.assign(x1=children["x1"].where(children.index > 3)), ITEMS, 2)
    assert found.summary().startswith("2 factors (minimum residual, oblimin): χ² ")
    assert found.summary().endswith("297 people, 4 left out who did not answer every item")
    assert found.tidy().columns.tolist() == ["item", "factor 1", "factor 2", "uniqueness"]


def test_input_that_makes_no_sense_is_refused(children: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="found 6 factors of 9 items; allowed: no more parameters"):
        exploratory(children, ITEMS, 6)
    with pytest.raises(ValueError, match="rotation is 'promax'; allowed are"):
        exploratory(children, ITEMS, 2, rotation="promax")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="found 0 starts"):
        rotate(np.eye(3), "geomin", starts=0)
    summed = children.assign(x9=children["x1"] + children["x2"])
    with pytest.raises(NotEstimable, match="follow from the others exactly"):
        exploratory(summed, ITEMS, 2)
    with pytest.raises(NotEstimable, match="item x2 has one answer, 1, from everybody; items x1 and x3"):
        sampling_adequacy(children.assign(x2=1, x3=children["x1"]), ITEMS)


def test_an_item_with_nothing_of_its_own_is_said() -> None:
    root = np.linalg.cholesky(
        np.array([[1, 0.9, 0.9, 0], [0.9, 1, 0.63, 0], [0.9, 0.63, 1, 0], [0, 0, 0, 1]])
    )
    answers = pd.DataFrame(np.random.default_rng(2).normal(size=(400, 4)) @ root.T, columns=list("abcd"))
    with pytest.raises(NotEstimable, match=r"item a would have nothing of its own \(Heywood case\)"):
        exploratory(answers, list("abcd"), 1)
