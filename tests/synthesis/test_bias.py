"""What bias an association withstands, read from what its run recorded."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from analysis.compendium.recorded import NOT_RUN
from analysis.resampling.robustness import robustness
from analysis.synthesis.bias import ASSUMED, bias_findings, bias_of, withstood
from analysis.synthesis.written import written
from tests.notebooks.cells import RUNS
from tests.notebooks.test_cells import as_recorded
from tests.synthesis.conftest import reading

RUN = RUNS["synthesis/bias"]


def test_a_correlation_is_held_to_the_rule_of_linear_models() -> None:
    # By hand: r = .5 of 30 cases has t = .5 √28 / √.75 = 3.055, and the edge of t with 28 degrees is 2.048.
    found = bias_of("correlation", 0.5, None, 30, 0)
    assert found["share"] == pytest.approx(1 - 2.048407 / (0.5 * math.sqrt(28 / 0.75)), abs=1e-4)
    direct = robustness(0.5, math.sqrt(0.75 / 28), 30)
    assert (found["cases"], found["impact"]) == (direct.cases, direct.impact)
    turned = bias_of("correlation", -0.5, None, 30, 0)
    assert turned["share"] == pytest.approx(found["share"])


def test_of_other_tests_only_the_share_is_known() -> None:
    found = bias_of("permutation", -0.4, 0.1, None, 0)
    assert found["share"] == pytest.approx(1 - 0.195996 / 0.4, abs=1e-5) and found["found"] is True
    assert all(math.isnan(float(str(found[name]))) for name in ("cases", "impact", "omitted"))
    missed = bias_of("likelihood", 0.1, 0.1, None, 0)
    assert missed["found"] is False and missed["share"] == pytest.approx(1 - 0.1 / 0.195996, abs=1e-5)
    for wrong in (("hunch", 0.1, 0.1, 10), ("permutation", 0.1, None, 10), ("correlation", 0.1, 0.1, None)):
        with pytest.raises(ValueError, match="allowed: correlation, regression, permutation, likelihood"):
            bias_of(*wrong, 0)


def test_every_association_named_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = written("associations")
    assert set(named["run"]) == {run.name for run in RUN.reads}
    assert set(named["test"]) <= set(ASSUMED)
    for other in RUN.reads:
        as_recorded(other.name, tmp_path)
    reading(RUN, tmp_path, monkeypatch)
    frame = withstood()
    assert frame["share"].between(0, 1).all() and len(frame) == len(named)
    correlations = named.loc[named["test"].isin(["correlation", "regression"]), "association"]
    assert frame.loc[correlations, "impact"].notna().all()
    # What the page of the regression itself says of it.
    own = json.loads((tmp_path / "network_design/efficacy_teachers/numbers.json").read_text(encoding="utf-8"))
    row = frame.loc["density of advice with trust, centralisation held constant"]
    assert row["share"] == pytest.approx(own["bias.density.share"]["value"])
    assert row["impact"] == pytest.approx(own["bias.density.impact"]["value"])
    told = {one.key: one.sentence for one in bias_findings(frame)}
    assert told["withstood"].startswith("The association that withstands most bias is confidential exch")
    shutil.rmtree(tmp_path / "actor_models/drinking")
    reading(RUN, tmp_path, monkeypatch)
    without = withstood()
    gone = without[without["found"] == NOT_RUN]
    assert len(gone) == 2 and gone["share"].isna().all()
    assert [one.key for one in bias_findings(without.iloc[:0])] == []
