"""Records of contacts that break assumptions, and whether intervals and tests then hold."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.arrays import Floats
from analysis.validations.contact_events import OUT, TERMS, coverage, levels, main, one_record
from analysis.validations.contact_records import BREAKS, Break, Size, drawn_record
from analysis.validations.contact_recovery import RECORDS, estimated, held, recovery_findings, rejected


def stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(OUT.read_text(encoding="utf-8"))
    return found


@cache
def fixed(breaks: Break | None) -> Floats:
    """Twenty records of the committed size."""
    return np.array([one_record(Size(), breaks, np.random.default_rng([8, place])) for place in range(20)])


def test_two_people_make_a_third_of_all_contacts() -> None:
    history = drawn_record(Size(contacts=600), "popular", np.random.default_rng(1))
    between = (history.sender < 2) & (history.receiver < 2)
    assert 0.29 < between.mean() < 0.38
    assert 0.4 < history.sender[between].mean() < 0.6


def test_nobody_crosses_closed_groups() -> None:
    history = drawn_record(Size(), "groups", np.random.default_rng(1))
    assert (history.sender % 4 == history.receiver % 4).all()
    assert len(history.time) == 400


def test_half_of_the_people_are_silent_in_half_of_the_time() -> None:
    history = drawn_record(Size(), "silent", np.random.default_rng(1))
    whole = drawn_record(Size(), None, np.random.default_rng(1))
    first = history.time < whole.time[-1] / 2
    assert len(np.unique(history.sender[first])) == 12
    assert len(np.unique(history.sender[~first])) > 20
    assert len(np.unique(history.receiver[first])) > 20


def test_contacts_share_moments() -> None:
    history = drawn_record(Size(), "batches", np.random.default_rng(1))
    whole = drawn_record(Size(), None, np.random.default_rng(1))
    assert len(np.unique(history.time)) <= 41
    assert (history.sender == whole.sender).all()
    assert (history.time >= whole.time - 1e-9).all()
    with pytest.raises(ValueError, match="breaks"):
        drawn_record(Size(), "night", np.random.default_rng(1))  # type: ignore[arg-type]


def test_the_committed_results_are_what_the_code_gives() -> None:
    results = stored()
    assert set(results["first"]) == {"own", *BREAKS}
    for kind, estimates in results["first"].items():
        generator = np.random.default_rng(np.random.SeedSequence(results["seed"]).spawn(1)[0])
        found = one_record(Size(**results["size"]), None if kind == "own" else kind, generator)
        np.testing.assert_allclose(found[:, 0], estimates, atol=1e-6)


def test_intervals_hold_where_the_model_does_and_not_with_a_busy_pair() -> None:
    own, busy = coverage(fixed(None)), coverage(fixed("popular"))
    assert (own["held"] >= own["least"]).all()
    assert (busy["held"] < busy["least"]).sum() >= 5
    assert busy.loc[("choice", "reciprocity"), "held"] <= 2
    assert busy.loc[("choice", "reciprocity"), "mean"] > 1.2


def test_intervals_clustered_by_sender_hold_more_often_where_people_differ() -> None:
    uneven = coverage(fixed("uneven")).loc["rate"]
    assert (uneven["held_clustered"] >= uneven["held"]).all()
    assert uneven["held_clustered"].sum() > uneven["held"].sum() + 5
    tests = levels(fixed("uneven")).loc[("rate", "sender's mark")]
    assert tests["rejected"] == 20 - uneven.loc["sender's mark", "held"]
    assert tests["rejected_clustered"] < tests["rejected"]


def test_what_cannot_be_estimated_is_no_record() -> None:
    records = np.full((3, len(TERMS), 3), np.nan)
    assert (coverage(records)["records"] == 0).all()
    assert coverage(records)["mean"].isna().all()
    assert (levels(records)[["records", "most"]] == 0).all(axis=None)


def test_the_command_writes_what_a_page_reads(tmp_path: Path) -> None:
    out = tmp_path / "validation.json"
    small = ["--seeds", "2", "--people", "9", "--contacts", "60", "--workers", "1", "--out", str(out)]
    assert main(small) == 0
    results = json.loads(out.read_text(encoding="utf-8"))
    assert set(results) == set(stored())
    assert results["size"] == {"people": 9, "contacts": 60}
    assert held(results, "choice").max(axis=None) <= 2
    assert estimated(results, "rate").loc["true value"].tolist() == [0.0, 0.08, 0.0]
    assert rejected(results).index.tolist() == list(RECORDS.values())
    assert recovery_findings(results)


def test_the_page_opens_with_where_intervals_fail() -> None:
    results = stored()
    found = recovery_findings(results)
    assert [one.key for one in found][:2] == ["fails-popular", "fails-groups"]
    assert [one.key for one in found][-2:] == ["holds", "clustered"]
    worst = int(held(results, "choice").loc["busy pair"].min())
    assert (
        f"they hold the true value of reciprocity (whom people turn to) in {worst} and of "
        in found[0].sentence
    )
    assert found[1].sentence.endswith(" Those of how soon hold.")
    counts = rejected(results).loc["uneven people"]
    told = f"in {counts['rate, clustered by sender']} records, and in {counts['rate']} otherwise."
    assert found[-1].sentence.endswith(told)
    best = {**results, "coverage": pd.DataFrame(results["coverage"]).assign(held=400).to_dict("records")}
    assert recovery_findings(best)[0].key == "holds"
