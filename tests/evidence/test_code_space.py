"""Units and codes on axes: against rENA on 20 chats, by property, and on bad input."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.evidence.code_space import place_codes, project
from analysis.evidence.codes import normalised
from tests.evidence.test_codes import theirs


def same_points(ours: np.ndarray, others: np.ndarray, counts: pd.DataFrame, rena: dict[str, Any]) -> None:
    """Compare points unit by unit (found by their counts) up to the sign of an axis."""
    place = {tuple(row): number for number, row in enumerate(theirs(rena, "counts").tolist())}
    matched = others[[place[tuple(row)] for row in counts.to_numpy().tolist()]]
    for axis in range(matched.shape[1]):
        sign = np.sign(ours[:, axis] @ matched[:, axis])
        assert ours[:, axis] * sign == pytest.approx(matched[:, axis], abs=1e-8)


def test_singular_axes_are_those_of_rena(chats: Any, rena: dict[str, Any]) -> None:
    found = project(chats[0])
    assert found.shares.iloc[:5].tolist() == pytest.approx(rena["variance_svd"][:5], abs=1e-9)
    assert found.shares.iloc[:2].tolist() == pytest.approx([0.31067, 0.27385], abs=5e-6)
    same_points(found.points.to_numpy(), theirs(rena, "points_svd"), chats[0], rena)


def test_the_axis_of_means_is_that_of_rena(chats: Any, rena: dict[str, Any]) -> None:
    counts, kinds = chats
    found = project(counts, kinds)
    assert found.shares.index[:2].tolist() == ["MR1", "SVD2"]
    assert found.shares.iloc[:5].tolist() == pytest.approx(rena["variance_mean_rotation"][:5], abs=1e-9)
    assert found.shares.iloc[0] == pytest.approx(0.26589, abs=5e-6)
    same_points(found.points.to_numpy(), theirs(rena, "points_mean_rotation"), counts, rena)
    means = found.points.groupby(kinds, sort=False).mean()
    assert means["MR1"].tolist() == pytest.approx([-0.08616, 0.08616], abs=5e-6)
    assert means.drop(columns="MR1").abs().max(axis=None) < 1e-12


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_axes_keep_distances_and_order_of_units_does_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = ["a & b", "a & c", "b & c"]
    counts = pd.DataFrame(random.integers(0, 9, (8, 3)), columns=names, index=[*"stuvwxyz"])
    groups = dict(zip(counts.index, [1, 2] * 4, strict=True))
    lines = normalised(counts).to_numpy()
    for found in (project(counts), project(counts, groups)):
        ours = found.points.to_numpy()
        for i, j in combinations(range(8), 2):
            assert np.linalg.norm(ours[i] - ours[j]) == pytest.approx(
                np.linalg.norm(lines[i] - lines[j]), abs=1e-9
            )
        assert found.shares.sum() == pytest.approx(1)
    mixed = project(counts.iloc[::-1])
    pd.testing.assert_series_equal(mixed.shares, project(counts).shares)


def test_codes_are_placed_as_rena_places_them(chats: Any, rena: dict[str, Any]) -> None:
    counts = chats[0]
    found = place_codes(counts, project(counts))
    assert found.codes.index.tolist() == [
        "data",
        "technical_constraints",
        "performance_parameters",
        "client_and_consultant_requests",
        "design_reasoning",
        "collaboration",
    ]
    for kind in ("pearson", "spearman"):
        assert found.fit[kind].tolist() == pytest.approx([one[kind] for one in rena["gof"]], abs=1e-8)
    assert found.fit["pearson"].tolist() == pytest.approx([0.9955, 0.9947], abs=5e-5)


def test_codes_lie_where_no_other_places_come_closer_and_order_does_not_matter() -> None:
    random = np.random.default_rng(5)
    names = ["a & b", "a & c", "b & c", "a & d", "b & d", "c & d"]
    counts = pd.DataFrame(random.integers(0, 9, (12, 6)), columns=names)
    found = project(counts)
    placed = place_codes(counts, found)
    share = np.zeros((12, 4))
    for row, values in enumerate(counts.to_numpy()):
        for value, (one, other) in zip(values, [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)], strict=True):
            share[row, [one, other]] += value
        share[row] /= share[row].sum()
    left = found.points.to_numpy()[:, :2] - share @ placed.codes.to_numpy()
    assert share.T @ left == pytest.approx(np.zeros((4, 2)), abs=1e-12)
    other = place_codes(counts.iloc[::-1], project(counts.iloc[::-1]))
    assert other.codes.to_numpy() == pytest.approx(placed.codes.to_numpy())
    assert placed.fit.abs().max(axis=None) <= 1


def test_bad_groups_are_named_at_once() -> None:
    counts = pd.DataFrame({"a & b": [1, 0, 1], "a & c": [0, 1, 1]}, index=[*"xyz"])
    with pytest.raises(ValueError, match=r"no group for z; 1 groups \(1\); allowed: 2"):
        project(counts, {"x": 1, "y": 1})
    with pytest.raises(NotEstimable, match="3 units that do not differ"):
        project(counts * 0)
    with pytest.raises(NotEstimable, match="no difference of the means of 1 and 2"):
        project(
            pd.concat([counts, counts.set_axis([*"uvw"])]),
            dict(zip("xyzuvw", [1] * 3 + [2] * 3, strict=True)),
        )
