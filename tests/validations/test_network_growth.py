"""The record of the growth simulator, of few small networks: whole, and read by the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources import mooced_dlt, school_teacher_advice
from analysis.tables.package import read_package
from analysis.tie_models.network_growth import GrowthPlan
from analysis.tie_models.network_growth_map import AXES, RANGES
from analysis.tie_models.network_growth_page import accountings_of, counts_of, plan_of, rates_of, spread_of
from analysis.validations.network_growth import main

SOURCES = {"mooced_dlt": mooced_dlt, "school_teacher_advice": school_teacher_advice}


def test_the_record_is_whole(data_mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(name: str) -> Mapping[str, pd.DataFrame]:
        return SOURCES[name].tables(data_mirror / name, read_package(DATA_RAW / name / "datapackage.json"))

    monkeypatch.setattr("analysis.validations.network_growth.load", read)
    for axis, values in {"people": (40,), "alike": (0.3,), "attention": (4, 8)}.items():
        monkeypatch.setitem(AXES, axis, values)
    monkeypatch.setitem(RANGES, "people", (40, 50, True))
    few = ["--networks", "2", "--power", "2", "--points", "2", "--draws", "2"]
    out = tmp_path / "growth.json"
    assert main(["--out", str(out), "--workers", "1", *few]) == 0
    record = json.loads(out.read_bytes())
    assert counts_of(record).sum(axis=1).tolist() == [8] * 15
    assert len(accountings_of(record)) == 15
    assert len(rates_of(record)) == 6
    assert len(spread_of(record)) == 5
    assert isinstance(plan_of(record, "base"), GrowthPlan)
    assert plan_of(record, "fitted").returning == record["fitted"]["returning"]
