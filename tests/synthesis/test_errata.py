"""The list of printed numbers in error grows with the claims, and says what shows each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.compendium.claims import Claim
from analysis.compendium.plan import run_unit
from analysis.compendium.reads import DEVIATIONS, Reads, with_deviations
from analysis.compendium.recorded import NOT_RUN
from analysis.compendium.studies import Study, load_studies
from analysis.synthesis.errata import (
    SIGN,
    STATEMENT,
    changed,
    counts,
    errata,
    errata_caption,
    errata_findings,
    errata_table,
    readings,
    totals,
)
from tests.notebooks.cells import RUNS
from tests.notebooks.test_cells import as_recorded
from tests.synthesis.conftest import reading
from tests.synthesis.test_matrix import _Current

RUN = RUNS["synthesis/errata"]


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the reports of every run that the list of errata reads."""
    for other in RUN.reads:
        as_recorded(other.name, tmp_path)
    reading(RUN, tmp_path, monkeypatch)
    return tmp_path


def _with_claim(studies: Sequence[Study], claim: Claim, study: str) -> list[Study]:
    return [replace(one, claims=(*one.claims, claim)) if one.id == study else one for one in studies]


NEW = Claim(
    "new.mean",
    "a mean",
    "Somebody (2020), Table 1",
    "number",
    "9.99",
    0.005,
    "satisfaction",
    "bliese.icc.value",
    "",
    "",
    "bliese.icc-again",
)


def test_every_claim_with_a_declared_deviation_is_read_and_listed(reports: Path) -> None:
    studies = load_studies()
    declared = {(study.id, claim.id) for study in studies for claim in study.claims if claim.declared}
    assert {name.partition("/")[0] for name, _ in RUN.deviations} == {study for study, _ in declared}
    assert {name for name, _ in RUN.deviations} <= {run.name for run in RUN.reads}
    rows = errata(studies)
    listed = {(study, claim) for study, _, claim in rows.index}
    # What is declared and reproduces nevertheless is no error: the ledger says so.
    assert listed <= declared and len(listed) >= 36 and len(declared - listed) <= 2
    assert set(rows["verdict"]) == {"published error", "deviates (explained)"}
    assert counts(rows)["in all"].sum() == len(rows)


def test_the_list_grows_by_itself(reports: Path) -> None:
    studies = load_studies()
    before = errata(studies)
    path = reports / "district_comparison/satisfaction/numbers.json"
    as_recorded("district_comparison/satisfaction", reports)
    numbers = json.loads(path.read_text(encoding="utf-8"))
    numbers["bliese.icc-again"] = {"value": numbers["bliese.icc.value"]["value"], "label": "from the parts"}
    path.write_text(json.dumps(numbers), encoding="utf-8")
    grown = _with_claim(studies, NEW, "district_comparison")
    with pytest.raises(ValueError, match="found run 'district_comparison/satisfaction'; allowed: the runs"):
        errata(grown)
    more = replace(RUN, reads=(*RUN.reads, RUNS["district_comparison/satisfaction"]))
    with pytest.MonkeyPatch.context() as patch:
        reading(more, reports, patch)
        after = errata(grown)
    (new,) = set(after.index) - set(before.index)
    assert new == ("district_comparison", "satisfaction", "new.mean")
    row = after.loc[new]
    assert (row["printed"], row["verdict"]) == ("9.99", "published error")
    assert str(row["shown by"]).startswith("from the parts: 0.")
    assert row["computed"].link == "../district_comparison/satisfaction.html#bliese.icc.value"
    assert row["changes"] == "its size, 0.05 times the printed"


def test_which_runs_are_read_follows_from_the_claims() -> None:
    reads = {"s/errata": Reads([DEVIATIONS, "a/x"], (), None)}  # type: ignore[arg-type]
    assert with_deviations(reads, ["b/y", "a/x"]) == {"s/errata"}
    assert reads["s/errata"].names == ["a/x", "b/y"]
    assert with_deviations({"s/other": Reads(["a/x"], (), None)}, ["b/y"]) == set()  # type: ignore[arg-type]


def test_a_changed_claim_makes_the_list_stale() -> None:
    before = run_unit(RUN, _Current()).inputs()
    (name, claim), *others = RUN.deviations
    elsewhere = replace(RUN, deviations=((name, replace(claim, line=999)), *others))
    assert run_unit(elsewhere, _Current()).inputs() == before, "a claim that moved is the same claim"
    reworded = replace(RUN, deviations=((name, replace(claim, published="1")), *others))
    after = run_unit(reworded, _Current()).inputs()
    assert [key for key in before if before[key] != after[key]] == ["claims that declare a deviation"]


def test_where_data_are_not_there_nothing_is_said(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (reports / "star_coalescence/netdiffuser/numbers.json").unlink()
    reading(RUN, reports, monkeypatch)
    rows = errata(load_studies())
    row = rows.loc[("star_coalescence", "netdiffuser", "kor-threshold")]
    assert (row["verdict"], row["computed"], row["changes"]) == (NOT_RUN, NOT_RUN, "")
    assert errata_findings(rows)[-1].sentence.startswith("1 more could not be looked into here")


def test_what_changes_is_a_sign_a_statement_or_a_size() -> None:
    number = replace(NEW, published="-0.20")
    assert changed(number, 0.3) == SIGN
    # Nothing but rounding is no other sign.
    assert changed(number, 1e-18) == "its size"
    assert changed(number, -0.6) == "its size, 3 times the printed"
    assert changed(replace(NEW, kind="direction", published="negative"), "positive") == STATEMENT
    assert changed(number, None) == ""


def test_tables_are_of_one_work_and_findings_say_what_they_change(reports: Path) -> None:
    rows = errata(load_studies())
    table = errata_table(rows, "school_leaders", "replication")
    assert table.index.tolist() == list(range(1, len(table) + 1))
    assert errata_caption(rows, "school_leaders", "replication") == (
        "Printed values in error: Carolan (2014), ch. 9."
    )
    told = errata_caption(rows, "star_coalescence", "netdiffuser")
    assert told.startswith("Peer software values in error: R package netdiffuseR 1.22.6")
    # What a peer program gives is no print, and is not counted among the printed values.
    own = rows.xs("netdiffuser", level="run")
    assert totals(own) == {"published-error": 0, "explained": 0, "software": 1, "not-run": 0}
    said = errata_findings(rows)[0].sentence
    assert f"{totals(rows)['explained']} more are explained" in said and "1 given by a peer program" in said
    changes = readings(rows)
    assert (changes["rows"] > 0).all() and len(changes) >= 5
    assert readings(rows.iloc[:0]).empty
