"""The validation itself: seeded, the same whatever the number of workers; it notices wrong intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.validations import actor_models
from analysis.validations.actor_models import coverage_and_levels, main, sparse_panels


def test_results_do_not_depend_on_the_workers() -> None:
    one, two = (coverage_and_levels(30, panels=2, seed=5, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one[0], two[0])
    pd.testing.assert_frame_equal(one[1], two[1])
    assert (one[0]["panels"] + one[2]["not_converged"] == 2).all() and (one[0]["covered"] <= 2).all()


def test_intervals_in_the_wrong_place_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(actors: int, generator: np.random.Generator) -> dict[str, Any]:
        drawn = generator.normal(size=6)
        return {
            "converged": True,
            "ties": 4.0,
            "estimates": drawn,
            "errors": np.full(6, 0.1),
            "covered": np.zeros(6, bool),
            "p": [0.001] * 6,
        }

    monkeypatch.setattr(actor_models, "one_panel", shifted)
    coverage, levels, _ = coverage_and_levels(30, panels=2, seed=5, workers=1)
    assert coverage["covered"].sum() == 0 and (levels["rejected"] == 2).all()


def test_sparse_panels_end_one_way_or_another() -> None:
    found = sparse_panels(panels=3, seed=2, workers=1)
    assert found["converged"] + found["not converged"] + found["not estimable"] == 3
    assert 0 < found["longest seconds"] < 60


def test_the_command_writes_what_a_page_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actor_models, "SIZES", (30,))
    out = tmp_path / "validation.json"
    assert main(["--panels", "2", "--sparse", "2", "--together", "2", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    found = stored["by_size"]["30"]
    assert [row["term"] for row in found["coverage"]][2:] == [
        "outdegree (density)",
        "reciprocity",
        "GWESP i → k → j",
        "same school",
    ]
    assert len(stored["together"]["coverage"]) == 13
    assert len(found["levels"]) == 6 and found["not_converged"] <= 2
    assert "panels of 30: 2 of 2" in capsys.readouterr().err
