"""The validation itself: seeded, whatever the number of workers; it notices what does not hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources.central_office import grown
from analysis.validations import coordinated_change
from analysis.validations.coordinated_change import (
    OUT,
    TWINS,
    chances_found,
    coder_coverage,
    expected_kappa,
    found_by_test,
    main,
    parameter_coverage,
    told_apart,
    web_levels,
)
from analysis.validations.findings import apart_findings

PARAMETERS, WITHOUT = (
    json.loads((DATA_RAW / name / "parameters.json").read_text(encoding="utf-8")) for name in TWINS
)


def test_the_kappa_to_expect_is_that_of_very_many_segments() -> None:
    random = np.random.default_rng(1)
    applies = random.random(400_000) < 0.3
    one, other = (applies ^ (random.random(400_000) < errs) for errs in (0.04, 0.12))
    agree = (one == other).mean()
    chance = one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())
    assert expected_kappa(0.3, 0.04, 0.12) == pytest.approx((agree - chance) / (1 - chance), abs=0.005)


def test_every_chance_of_the_twin_is_set_beside_what_its_tables_give() -> None:
    found = chances_found(PARAMETERS, np.random.default_rng(1))
    assert found.loc["outcome, both", "truth"] == PARAMETERS["outcome"]["both"]
    assert found.loc["carries, people", "truth"] == PARAMETERS["carries"]["people"]
    assert (found["lower"] <= found["upper"]).all() and (found["number"] <= found["of"]).all()
    # So many changes that a share is near its chance: the counts are of the right cases.
    many = chances_found({**PARAMETERS, "episodes": 600, "every": 1}, np.random.default_rng(2))
    off = (many["number"] / many["of"] - many["truth"]).abs()
    assert (off < 4.5 * (many["truth"] * (1 - many["truth"]) / many["of"]) ** 0.5).all()


def test_results_do_not_depend_on_the_workers() -> None:
    one, two = (
        parameter_coverage(PARAMETERS, seeds=2, seed=5, workers=workers)[["truth", "mean", "held"]]
        for workers in (1, 2)
    )
    pd.testing.assert_frame_equal(one, two)


def test_intervals_in_the_wrong_place_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert coder_coverage(PARAMETERS, seeds=4, seed=1, workers=1)["held"].sum() >= 12
    monkeypatch.setattr(coordinated_change, "expected_kappa", lambda *chances: 0.2)
    assert coder_coverage(PARAMETERS, seeds=4, seed=1, workers=1)["held"].sum() == 0


def test_an_interaction_is_found_where_it_is_and_not_where_changes_overlap() -> None:
    apart = told_apart({"with": PARAMETERS, "without": WITHOUT}, [120], seeds=12, seed=1, workers=1)
    assert apart.loc[("with", 120), "found"] >= 7 and apart.loc[("without", 120), "found"] <= 3
    assert found_by_test({**PARAMETERS, "every": 1}, np.random.default_rng(1)) == 1
    told = apart_findings(apart.rename_axis(["twin", "episodes"]), "with", 120, 120, 0.8)
    assert [one.key for one in told] == ["apart", "needed"]


def test_the_command_writes_what_a_page_reads(tmp_path: Path) -> None:
    out = tmp_path / "validation.json"
    assert main(["--seeds", "2", "--draws", "19", "--sizes", "36", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert stored["parameters"] == dict(zip(TWINS, (PARAMETERS, WITHOUT), strict=True))
    assert len(stored["webs"]) == 4 and len(stored["apart"]) == 2
    levels = web_levels(PARAMETERS, seeds=2, draws=19, seed=stored["seed"], workers=1)
    assert levels["rejected"].tolist() == [row["rejected"] for row in stored["webs"]]


def test_the_committed_results_are_of_these_twins() -> None:
    stored = json.loads(OUT.read_text(encoding="utf-8"))
    assert stored["parameters"] == dict(zip(TWINS, (PARAMETERS, WITHOUT), strict=True))
    assert set(grown(PARAMETERS).truth) >= set(stored["parameters"][TWINS[0]])
