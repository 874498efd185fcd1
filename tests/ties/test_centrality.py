"""Diffusion degree by hand, and ego betweenness by the formula of its authors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.arrays import Floats
from analysis.ties.centrality import diffusion_degree, ego_betweenness


def by_squares(ties: Floats) -> list[float]:
    """Everett & Borgatti (2005): reciprocals of A²[1 − A] above the diagonal, of each person's network."""
    found = []
    for person in range(len(ties)):
        group = [person, *np.flatnonzero(ties[person])]
        own = ties[np.ix_(group, group)]
        paths = np.triu((own @ own) * (1 - own), 1)
        found.append(float((1 / paths[paths > 0]).sum()))
    return found


@given(st.integers(2, 9), st.integers(0, 10_000))
def test_ego_betweenness_is_that_of_its_authors(size: int, seed: int) -> None:
    upper = np.triu(np.random.default_rng(seed).random((size, size)) < 0.5, 1).astype(float)
    ties = upper + upper.T
    found = ego_betweenness(ties)
    assert found["betweenness"].to_list() == pytest.approx(by_squares(ties))
    assert found["ties"].to_list() == ties.sum(0).tolist()
    assert (found["share"].isna() == (found["ties"] < 2)).all()
    assert found["share"].dropna().between(0, 1 + 1e-12).all()


def test_diffusion_degree_by_hand() -> None:
    # a replies to b twice and to herself once; c replies to b.
    counts = [[1, 2, 0], [0, 0, 0], [0, 1, 0]]
    assert diffusion_degree(counts).tolist() == [4 + 3, 3 + 4 + 1, 1 + 3]


@given(st.integers(2, 8), st.integers(0, 10_000))
def test_who_is_called_what_changes_nothing(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    counts, order = random.integers(0, 3, (size, size)), random.permutation(size)
    moved = diffusion_degree(counts[np.ix_(order, order)])
    assert moved.tolist() == diffusion_degree(counts)[order].tolist()


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        ego_betweenness([[0, 1], [0, 0]])
    with pytest.raises(ValueError, match="zeros and ones"):
        ego_betweenness([[0, 2], [2, 0]])
    with pytest.raises(ValueError, match="shape"):
        diffusion_degree([[0, 1, 1]])
    with pytest.raises(ValueError, match="negative"):
        diffusion_degree([[0, -1], [0, 0]])
