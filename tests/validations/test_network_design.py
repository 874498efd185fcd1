"""The validation itself: seeded, the same whatever the number of workers; it notices wrong intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.compendium.stored import stored_results
from analysis.files import DATA_RAW
from analysis.sources.rural_network import grown
from analysis.validations import network_design
from analysis.validations.network_design import coverage, main, recovered, recovery_findings, rule_levels

PARAMETERS = json.loads((DATA_RAW / "rural_network/parameters.json").read_text(encoding="utf-8"))


def test_everything_planted_is_set_beside_what_is_found() -> None:
    twin = grown(PARAMETERS)
    found = recovered(twin.tables, twin.truth, draws=99, seed=1)
    assert found["made_with"].tolist() == [0.6, -0.015, 3.0, 0.0, 2.0, 5.0, 10.0, 4.0, 14.0, 0.0]
    assert (found["lower"] <= found["estimate"]).all() and (found["estimate"] <= found["upper"]).all()
    pd.testing.assert_frame_equal(found, recovered(twin.tables, twin.truth, draws=99, seed=1))


def test_the_seed_decides() -> None:
    one, two = (coverage(PARAMETERS, seeds=2, seed=5, draws=19, workers=1) for _ in range(2))
    for first, again in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(first, again)
    assert (one[0]["twins"] == 2).all() and one[1]["charts"].tolist() == [2, 2]


def test_intervals_in_the_wrong_place_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(*given: Any, **options: Any) -> pd.DataFrame:
        found = recovered(*given, **options)
        return found.assign(lower=found["lower"] + 99, held=False)

    monkeypatch.setattr(network_design, "recovered", shifted)
    table, charts = coverage(PARAMETERS, seeds=2, seed=5, draws=19, workers=1)
    assert table["held"].sum() == 0 and not table["holds"].any()
    told = recovery_findings(table.assign(held=False), table, charts, 2)
    assert "not every interval holds" in told[1].sentence and told[0].sentence.startswith("Not all")


def test_the_level_of_the_rules_is_that_of_all_orders() -> None:
    """Counted exactly: 1, 3, 4 % by limits that grow, and 1, 16, 43 % by six in a row."""
    levels = rule_levels()
    assert levels["limits"].round(2).tolist() == [0.01, 0.03, 0.04]
    assert levels["six_in_a_row"].round(2).tolist() == [0.01, 0.16, 0.43]


def test_the_committed_record_holds_its_band_and_is_of_these_parameters() -> None:
    stored = stored_results("network_design", "validation")
    assert stored["parameters"] == PARAMETERS and stored["seeds"] == 200
    rows = stored["coverage"]
    assert len(rows) == 10 and all(row["least"] <= row["held"] <= row["most"] for row in rows)
    assert [row["points"] for row in stored["rule_levels"]] == [12, 24, 48]


def test_the_command_writes_what_a_page_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_design, "_DRAWS", 19)
    out = tmp_path / "validation.json"
    assert main(["--seeds", "2", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert stored["seeds"] == 2 and {row["measure"] for row in stored["charts"]} == {
        "tasks_tried",
        "lesson_visits",
    }
    assert "twins: 2 of 2" in capsys.readouterr().err
