"""The validation itself: seeded, the same whatever the number of workers; it notices wrong intervals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.validations import relational_trust
from analysis.validations.relational_trust import coverage, main, separable_coverage, twin_rates

PARAMETERS = json.loads((DATA_RAW / "pipnic_twin/parameters.json").read_text(encoding="utf-8"))


def test_every_source_is_set_beside_the_rate_it_was_made_with() -> None:
    found = twin_rates(PARAMETERS, np.random.default_rng(1)).set_index("source")
    assert found["truth"].to_dict() == PARAMETERS["rates"]
    assert (found["lower"] <= found["rate"]).all() and (found["rate"] <= found["upper"]).all()


def test_results_do_not_depend_on_the_workers() -> None:
    one, two = (coverage(PARAMETERS, seeds=2, seed=5, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert (one["twins"] == 2).all() and (one["covered"] <= 2).all()


def test_intervals_in_the_wrong_place_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(parameters: dict[str, object], generator: np.random.Generator) -> pd.DataFrame:
        found = twin_rates(parameters, generator)
        return found.assign(lower=found["lower"] + 0.5, upper=found["upper"] + 0.5)

    monkeypatch.setattr(relational_trust, "twin_rates", shifted)
    assert coverage(PARAMETERS, seeds=2, seed=5, workers=1)["covered"].sum() == 0


def test_the_command_writes_what_a_page_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "validation.json"
    assert main(["--seeds", "2", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert stored["parameters"] == PARAMETERS and stored["seeds"] == 2
    assert [row["source"] for row in stored["formation_rates"]] == list(PARAMETERS["rates"])
    assert {row["term"] for row in stored["separable"]} == {"edges", "mutual", "same school"}
    assert "formation rates: 2 of 2" in capsys.readouterr().err


def test_networks_of_any_sizes_can_be_drawn() -> None:
    found = separable_coverage([3, 3, 4], seeds=2, seed=1, workers=1)
    assert (found["covered"] <= 2).all() and found.index.tolist() == ["edges", "mutual", "same school"]
