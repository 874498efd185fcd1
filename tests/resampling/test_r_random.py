"""R's random numbers: against R."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.resampling.r_random import RGenerator

R = json.loads((Path(__file__).parents[1] / "reference" / "r_random.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", list(R["seeds"]))
def test_numbers_and_samples_equal_rs(seed: str) -> None:
    expected = R["seeds"][seed]
    generator = RGenerator(int(seed))
    assert [generator.uniform() for _ in range(3)] == pytest.approx(expected["runif_3"], abs=1e-11)
    for size, draws, replace in ((10, None, False), (876, 12, False), (3, 15, True), (100_000, 6, False)):
        name = "_".join(["sample", str(size), *([str(draws)] if draws else []), *(["replace"] * replace)])
        found = RGenerator(int(seed)).sample(size, draws, replace=replace)
        assert (found + 1).tolist() == expected[name], name


def test_every_position_is_drawn_once() -> None:
    assert sorted(RGenerator(5).sample(1000).tolist()) == list(range(1000))
    assert RGenerator(5).sample(1).tolist() == [0]


def test_input_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="found 4 draws; allowed: at most 3, each position once"):
        RGenerator(1).sample(3, 4)
    with pytest.raises(ValueError, match="found 0 positions to draw from; allowed: at least 1"):
        RGenerator(1).sample(0)
    with pytest.raises(ValueError, match="found 0 draws; allowed: at least 1"):
        RGenerator(1).sample(3, 0)
