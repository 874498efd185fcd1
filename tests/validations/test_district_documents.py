"""Intervals of documents beside the twin's truth: three twins here, two hundred by `make validate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.files import DATA_RAW, STUDIES
from analysis.sources.two_districts import coded_documents
from analysis.validations.district_documents import document_coverage, document_intervals, main
from analysis.validations.district_findings import document_findings, not_estimated, stored_documents
from analysis.validations.records import outside

PARAMETERS: dict[str, Any] = json.loads(
    (DATA_RAW / "two_districts/parameters.json").read_text(encoding="utf-8")
)


def test_every_share_and_every_error_has_an_interval() -> None:
    found = document_intervals(PARAMETERS, coded_documents(PARAMETERS, np.random.default_rng(1)))
    assert found.index.get_level_values("kind").value_counts().to_dict() == {"share": 144, "coder error": 12}
    assert found.notna().all(axis=None) and found["held"].mean() > 0.9
    assert found.loc[("share", "integrate", "district_a", "2023"), "truth"] == 0.34
    assert found.loc[("coder error", "buffer", "all", "all"), "truth"] == 0.05


def test_coverage_counts_every_twin_and_comes_from_its_seed_alone() -> None:
    one, again = (document_coverage(PARAMETERS, seeds=3, seed=2, workers=1) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    assert (one["twins"] == 3).all() and len(one) == 156


def test_the_command_writes_what_a_page_reads(tmp_path: Path) -> None:
    out = tmp_path / "documents.json"
    assert main(["--twins", "2", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert len(stored_documents(stored)) == 156 and stored["parameters"]["codes"] == PARAMETERS["codes"]


def test_intervals_of_documents_hold_over_two_hundred_twins() -> None:
    path = STUDIES / "district_comparison/results/documents.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    covered = stored_documents(stored)
    assert stored["parameters"] == {name: PARAMETERS[name] for name in ("documents", "codes")}
    assert (covered["twins"] == 200).all() and len(covered) == 156
    # Of 156 intervals that hold what they promise one or two lie outside their 99 % band.
    assert outside(covered) <= 5
    kinds = covered.groupby(level="kind")[["held", "twins"]].sum()
    assert (kinds["held"] / kinds["twins"]).between(0.94, 0.97).all()


def test_every_parameter_is_estimated_or_listed_with_its_reason() -> None:
    listed = not_estimated()
    assert listed["reason"].str.len().gt(10).all()
    names = set(PARAMETERS) - {"roles", "documents"} | {"became"}
    names |= {f"documents: {part}" for part in PARAMETERS["documents"]}
    names |= {f"roles: {part}" for part in PARAMETERS["roles"]["teacher"]}
    estimated = {"scales", "weak_link", "roles: silent", "codes", "documents: coder_errs"}
    assert set(listed.index) | estimated == names
    assert not set(listed.index) & estimated


def test_findings_name_what_does_not_hold() -> None:
    index = pd.MultiIndex.from_tuples(
        [("share", "adapt", "d", "2020"), ("coder error", "adapt", "all", "all")],
        names=["kind", "code", "district", "year"],
    )
    covered = pd.DataFrame({"held": [190, 150], "twins": 200, "least": 181, "most": 197}, index=index)
    own, many = document_findings(covered, (150, 156))
    assert "150 of 156" in own.sentence and "1 of 2" in many.sentence
    assert many.numbers == ("documents.outside", "documents.intervals")
