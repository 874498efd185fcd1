"""Reliabilities of a scale whose spreads are known: three draws here, fifty by `make validate`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.validations.district_comparison import (
    Scenario,
    drawn_answers,
    main,
    reliabilities,
    scenario_reliabilities,
)

SMALL = Scenario(schools=40)


def test_eight_items_tell_people_and_schools_apart_as_published() -> None:
    found = scenario_reliabilities(Scenario(), seeds=3, seed=1, workers=1)["mean"]
    assert found["separation"] == pytest.approx(0.88, abs=0.01)
    assert found["separation_without"] == pytest.approx(0.88, abs=0.01)
    assert found["alpha"] == pytest.approx(0.90, abs=0.01)
    # Between draws it varies by .017, so that a mean of three is good to three times .01.
    assert found["icc2"] == pytest.approx(0.77, abs=0.03)
    # Who has the lowest or highest score sits in the schools that differ most.
    assert found["icc2_without"] < found["icc2"]
    assert found["school_sd"] == pytest.approx(0.61, abs=0.06)
    assert found["person_sd"] == pytest.approx(1.54, abs=0.05)
    assert 0.01 < found["extreme"] < 0.03


def test_answers_are_drawn_by_the_model() -> None:
    answers, measures = drawn_answers(SMALL, np.random.default_rng(2))
    assert answers.shape == (1000, 8) and set(np.unique(answers)) == {0.0, 1.0, 2.0, 3.0}
    assert answers.index.value_counts().tolist() == [25] * 40
    steps = np.add.outer(SMALL.locations, SMALL.thresholds)
    logits = np.cumsum(measures[:, None, None] - steps, axis=2)
    weights = np.exp(np.concatenate([np.zeros((1000, 8, 1)), logits], axis=2))
    chances = weights / weights.sum(axis=2, keepdims=True)
    expected = chances @ np.arange(4.0)
    spread = np.sqrt((chances @ np.arange(4.0) ** 2 - expected**2).sum(axis=0))
    strays = (answers.to_numpy() - expected).sum(axis=0) / spread
    assert (np.abs(strays) < 3.5).all()


def test_draws_come_from_their_seed_alone() -> None:
    one, two, other = (scenario_reliabilities(SMALL, seeds=2, seed=seed, workers=1) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(one, two)
    assert (one["mean"] != other["mean"]).any()


def test_more_items_tell_people_apart_better() -> None:
    few, many = (
        reliabilities(Scenario(tuple(np.linspace(-0.7, 0.8, items)), schools=40), np.random.default_rng(3))
        for items in (4, 16)
    )
    assert few["separation"] + 0.1 < many["separation"]


def test_one_draw_has_no_spread() -> None:
    with pytest.raises(ValueError, match="found 1 draws; allowed: at least 2"):
        scenario_reliabilities(SMALL, seeds=1, seed=1, workers=1)


def test_the_command_writes_what_a_page_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "validation.json"
    assert main(["--seeds", "2", "--twins", "2", "--schools", "4", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert stored["scenario"]["person_sd"] == 1.54 and stored["seeds"] == 2
    assert "separation" in {row["quantity"] for row in stored["reliabilities"]}
    assert len(stored["coverage"]) == 270 and stored["silence"]["as made"] == 0
    assert "reliabilities: 2 of 2" in capsys.readouterr().err
