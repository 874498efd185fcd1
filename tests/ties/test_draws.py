"""Networks drawn at random: what they keep, and that nothing else is kept."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ties.draws import Kept, drawn_networks, drawn_reciprocated
from analysis.ties.possible import Possible
from analysis.ties.structure import dyad_census


def some(seed: int, size: int = 9) -> tuple[np.ndarray, Possible]:
    generator = np.random.default_rng(seed)
    values = (generator.random((size, size)) < 0.4).astype(float)
    values[generator.random((size, size)) < 0.1] = np.nan
    possible = Possible.of(values, generator.integers(0, 3, size))
    return np.nan_to_num(possible.seen(values)) != 0, possible


@given(st.integers(0, 50), st.sampled_from(get_args(Kept)))
def test_each_draw_keeps_what_it_says_in_each_block(seed: int, keep: Kept) -> None:
    ties, possible = some(seed)
    for drawn in drawn_networks(ties, possible, keep=keep, draws=3, seed=seed):
        assert not drawn[~possible.cells].any()
        for block in (0, 1):
            inside = possible.blocks() == block
            one, other = ties & inside, drawn & inside
            if keep == "out_degrees":
                assert one.sum(axis=1).tolist() == other.sum(axis=1).tolist()
            elif keep == "ties":
                assert one.sum() == other.sum()
            else:
                pairs = inside & inside.T
                known = [dyad_census(np.where(pairs, net, np.nan)) for net in (one, other)]
                assert known[0] == known[1]


def test_every_network_with_these_out_degrees_is_as_likely() -> None:
    ties = np.array([[0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=bool)
    drawn = drawn_networks(ties, Possible.of(ties), draws=4000, seed=3)
    counts = Counter(network.tobytes() for network in drawn)
    assert len(counts) == 8
    assert max(abs(count - 500) for count in counts.values()) < 4 * np.sqrt(500)


def test_counts_are_those_of_the_networks() -> None:
    ties, possible = some(4)
    slow = [int((net & net.T).sum()) for net in drawn_networks(ties, possible, draws=3000, seed=1)]
    fast = drawn_reciprocated(ties, possible, draws=3000, seed=2)
    assert abs(np.mean(slow) - fast.mean()) < 4 * np.std(slow) * np.sqrt(2 / 3000)
    assert (drawn_reciprocated(ties, possible, draws=9, seed=2) == fast[:9]).all()


def test_another_thing_to_keep_is_refused() -> None:
    ties, possible = some(1)
    with pytest.raises(ValueError, match="keep is 'degrees'"):
        next(drawn_networks(ties, possible, keep="degrees", draws=1, seed=1))  # type: ignore[arg-type]
