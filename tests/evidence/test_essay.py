"""Claims of the essay: each on a kind of evidence it gives, each number one that per page records."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from analysis.compendium.studies import load_studies
from analysis.evidence.essay import (
    CLAIMS,
    GIVEN,
    claims_table,
    essay_findings,
    given_counts,
    growth_points,
    numbers_here,
)

EXPECTED = Path(__file__).resolve().parents[2] / "reports/expected/network_design"


def test_every_claim_rests_on_something_the_essay_gives() -> None:
    assert {one.given for one in CLAIMS} == set(GIVEN)
    assert given_counts()["claims"].sum() == len(CLAIMS) == len(claims_table())
    assert claims_table()["would_test"].str.len().gt(10).all()


def test_every_number_is_one_that_a_run_read_by_the_page_records() -> None:
    (study,) = (one for one in load_studies() if one.id == "network_design")
    (essay,) = (run for run in study.runs if run.id == "essay")
    read = {one.name.partition("/")[2] for one in essay.reads}
    named = {run for one in CLAIMS for run, _ in one.numbers}
    assert named == read
    for one in CLAIMS:
        for run, key in one.numbers:
            assert key in json.loads((EXPECTED / f"{run}.json").read_text(encoding="utf-8")), (run, key)


def test_growth_points_are_those_seen_with_their_source() -> None:
    points = growth_points()
    assert points.index[0] == "February 2013, announced" and points.index[-1] == "December 2022"
    assert "nearly 30 rural schools and districts" in points.loc["undated", "where"]
    assert (points["address"] == "address not recorded").all()


def test_the_page_sets_numbers_beside_claims_and_says_what_was_not_run() -> None:
    def read(run: str, key: str) -> SimpleNamespace:
        value = None if "twin" in run else 0.25
        return SimpleNamespace(value=value, label=key, data="REAL")

    found = numbers_here(read, "study")
    assert found.index.nlevels == 2 and len(found) == sum(len(one.numbers) for one in CLAIMS)
    twins = found.index.get_level_values("run").str.contains("twin")
    assert found.loc[twins, "value"].isna().all() and (found.loc[~twins, "value"] == 0.25).all()
    told = essay_findings(given_counts(), growth_points())
    assert [one.key for one in told] == ["given", "growth"] and isinstance(found, pd.DataFrame)
