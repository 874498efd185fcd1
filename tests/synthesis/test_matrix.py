"""The matrix says what other runs recorded: the new number, *not run* where a report is gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.compendium.plan import run_unit
from analysis.compendium.recorded import NOT_RECORDED, NOT_RUN, Linked
from analysis.compendium.state import State
from analysis.compendium.table_html import as_html
from analysis.figures.evidence_matrix import evidence_matrix
from analysis.synthesis.cross_findings import cross_findings, essay_findings, kind_counts
from analysis.synthesis.evidence import KINDS, NO_DATA, PUBLISHED, REAL, SIMULATED, SYNTHETIC, essay_evidence
from analysis.synthesis.matrix import (
    cell_table,
    evidence_of,
    gaps,
    kinds_matrix,
    linked_matrix,
    mixed_evidence,
    named_together,
    shown_matrix,
    tensions,
)
from analysis.synthesis.written import MECHANISMS, written
from analysis.tables.faults import InvalidInput
from tests.notebooks.cells import RUNS
from tests.synthesis.conftest import reading

ONLY = "network_design/activities_twin"
"""The one run that the cell on closure in network design rests on."""


def test_every_run_named_is_read_and_every_number_named_is_recorded(reports: Path) -> None:
    named = {run for name in ("evidence", "tensions", "essay") for run in written(name)["run"] if run}
    read = {run.name for run in RUNS["synthesis/cross_case"].reads}
    assert named == read
    # A number that its run does not record is an error.
    evidence = evidence_of()
    judged = evidence["number"] != ""
    assert evidence.loc[judged, "value"].notna().all() and judged.sum() >= 20
    assert set(evidence.loc[judged, "shown"]) == {"shown", "not shown"}


def test_a_cell_is_of_its_strongest_kind_and_says_so(reports: Path) -> None:
    evidence = evidence_of()
    kinds = kinds_matrix(evidence)
    assert list(kinds.index) == list(MECHANISMS)
    assert kinds.at["reciprocated trust", "relational_trust"] == REAL
    assert kinds.at["routines and reflection", "coordinated_change"] == SYNTHETIC
    assert kinds.at["diffusion", "network_design"] == PUBLISHED
    assert kinds.at["closure", "relational_trust"] == NO_DATA
    assert kind_counts(kinds)["cells"].sum() == kinds.size
    assert (gaps(kinds).sum(axis=1) == kinds.shape[1]).all()
    linked = linked_matrix(evidence, kinds)
    cell = linked.at["leadership", "network_design"]
    assert cell == Linked(REAL, "../network_design/leadership_dlt1.html#" + cell.link.partition("#")[2])
    assert linked.at["closure", "relational_trust"] == NO_DATA
    assert f'<a href="{cell.link}">real</a>' in as_html(linked, 3)


def test_where_a_report_is_gone_its_cells_read_not_run(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kinds_matrix(evidence_of())
    shutil.rmtree(reports / ONLY)
    reading(RUNS["synthesis/cross_case"], reports, monkeypatch)
    evidence = evidence_of()
    after = kinds_matrix(evidence)
    moved = before.compare(after)
    assert list(moved.index) == ["closure"]
    assert after.at["closure", "network_design"] == NOT_RUN
    said = cell_table(evidence, "closure").loc["network design", "what the page says"]
    assert set(map(str, said)) == {NOT_RUN} and len(said) == 2
    (found,) = [
        one
        for one in cross_findings(after, mixed_evidence(evidence), named_together())
        if one.key == "cells.not-run"
    ]
    assert found.sentence.startswith("In 1 cell the evidence was not run here: closure in")
    # A finding that its page no longer makes is said to be gone; it is no error, and no evidence.
    (reports / "actor_models/drinking/findings.json").write_text("{}", encoding="utf-8")
    evidence = evidence_of()
    own = evidence[evidence["run"] == "actor_models/drinking"]
    assert set(map(str, own["sentence"])) == {NOT_RECORDED} and set(own["kind"]) == {NOT_RUN}


def _change(reports: Path, run: str, key: str, value: float) -> None:
    path = reports / run / "numbers.json"
    numbers = json.loads(path.read_text(encoding="utf-8"))
    assert numbers[key]["value"] != value
    numbers[key]["value"] = value
    path.write_text(json.dumps(numbers), encoding="utf-8")


RUN, KEY = "relational_trust/help_boys", "reciprocity.go_around_with.2.p"


def test_a_changed_number_is_what_the_matrix_shows(reports: Path) -> None:
    before = shown_matrix(evidence_of()).at["reciprocated trust", "relational_trust"]
    _change(reports, RUN, KEY, 0.4)
    evidence = evidence_of()
    row = cell_table(evidence, "reciprocated trust").loc[("relational trust", "help_boys")]
    assert (row["number"], row["shown"]) == (0.4, "not shown")
    after = shown_matrix(evidence).at["reciprocated trust", "relational_trust"]
    assert (before, after) == ("4 of 5", "3 of 5")
    # The twin shows it too, and is not counted among real findings.
    own = evidence[evidence["run"] == "relational_trust/help_twin"]
    assert own["shown"].tolist() == ["shown"] and own["kind"].tolist() == [SYNTHETIC]


def test_a_cell_of_several_tests_shows_only_what_all_of_them_find(reports: Path) -> None:
    """Both circles opened more often than one-sided brokerage gives is not enough beside stricter chance."""

    def cell(page: str) -> pd.Series:
        return cell_table(evidence_of(), "closure").loc[("star coalescence", page)]

    assert (cell("cascades_dlt1")["shown"], cell("cascades_high_school")["shown"]) == ("shown", "not shown")
    _change(reports, "star_coalescence/cascades_dlt1", "nulls-both-sides.degree-preferential.p_holm", 0.3)
    assert (cell("cascades_dlt1")["number"], cell("cascades_dlt1")["shown"]) == (0.3, "not shown")


class _Current(State):
    """A state to which everything is as it was built."""

    def __init__(self) -> None:
        pass

    def reasons(self, unit: str, inputs: object) -> list[str]:
        return []


def test_a_changed_number_makes_stale_only_what_reads_it(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.compendium.studies.REPORTS", reports)
    # What is told of a file does not matter here, nor where it lies.
    monkeypatch.setattr("analysis.compendium.plan._named", str)

    def inputs() -> dict[str, dict[str, str]]:
        return {name: run_unit(run, _Current()).inputs() for name, run in RUNS.items()}

    before = inputs()
    _change(reports, RUN, KEY, 0.4)
    after = inputs()
    stale = {name for name in RUNS if before[name] != after[name]}
    assert stale == {name for name, run in RUNS.items() if RUN in {other.name for other in run.reads}}
    assert "synthesis/cross_case" in stale
    (changed,) = [
        key
        for key, value in before["synthesis/cross_case"].items()
        if after["synthesis/cross_case"][key] != value
    ]
    assert changed == f"what {RUN} recorded"


def test_what_people_wrote_is_part_of_what_a_run_is_made_of() -> None:
    inputs = run_unit(RUNS["synthesis/cross_case"], _Current()).inputs()
    assert "notebooks/synthesis/tables/evidence.csv" in inputs


def test_real_data_that_do_not_agree_are_named(reports: Path) -> None:
    mixed = mixed_evidence(evidence_of())
    assert mixed.at["diffusion", "together"] == "do not agree"
    assert mixed.at["leadership", "together"] == "agree"
    _change(reports, "network_design/leadership_dlt2", "trends.backbone.betweenness.p_holm", 0.3)
    mixed = mixed_evidence(evidence_of())
    assert mixed.loc["leadership", ["shown", "not shown"]].tolist() == [1, 1]
    assert mixed.at["leadership", "together"] == "do not agree"


def test_texts_and_claims_stand_beside_findings(reports: Path) -> None:
    apart = tensions()
    assert set(apart["kind"]) <= {REAL, SIMULATED, SYNTHETIC, NOT_RUN}
    assert all(isinstance(cell, Linked) for cell in apart["what bears on it"])
    # What a model drew is no observation, whatever data its rates come from.
    drawn = essay_evidence().query("place == 'start small' and kind == @SIMULATED")
    assert len(drawn) == 3 and RUNS["network_design/staged_growth"].label == "SIMULATED"
    essay = essay_evidence()
    bare = essay[essay["kind"] == PUBLISHED]
    assert (bare["sentence"] == "").all() and len(bare) >= 1
    (found,) = essay_findings(essay)
    claims = essay.index.get_level_values("claim").nunique()
    assert found.sentence.startswith(f"Of {claims} claims of the essay ")
    together = named_together()
    assert together["studies"].is_monotonic_decreasing and together["studies"].min() >= 1
    assert together.at[("closure", "diffusion"), "which"] == "star coalescence"


def test_the_figure_says_every_cell_in_words(reports: Path) -> None:
    evidence = evidence_of()
    kinds = kinds_matrix(evidence)
    figure = evidence_matrix(kinds, shown_matrix(evidence), KINDS)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert len(words) == kinds.size
    assert sum(NO_DATA in word for word in words) == int((kinds == NO_DATA).sum().sum())
    assert "real\n4 of 5 shown" in words
    with pytest.raises(ValueError, match="found rumour; allowed: at least one cell"):
        evidence_matrix(pd.DataFrame({"a": ["rumour"]}), pd.DataFrame({"a": [""]}), KINDS)


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return how to write a table in place of the committed one."""
    folder = tmp_path / "notebooks"
    (folder / "synthesis/tables").mkdir(parents=True)
    monkeypatch.setattr("analysis.synthesis.written.STUDIES", folder)
    monkeypatch.setattr("analysis.synthesis.written.ROOT", tmp_path)

    def write(name: str, text: str) -> None:
        (folder / f"synthesis/tables/{name}.csv").write_text(text, encoding="utf-8")

    return write


def test_every_fault_of_a_table_is_told_at_once(tables: Callable[[str, str], None]) -> None:
    tables(
        "evidence",
        "mechanism,study,role,run,finding,number,rule\n"
        "trust,a,found,a/b,c,,\nclosure,,rumour,a/b,c,p,below .05\nclosure,a,found,a/b,c,p,\n",
    )
    with pytest.raises(InvalidInput) as caught:
        written("evidence")
    told = str(caught.value)
    assert "evidence.csv, row 2, column mechanism: found 'trust'; allowed: reciprocated trust" in told
    assert "row 3, column study: found nothing" in told and "column role: found 'rumour'" in told
    assert "row 3, column rule" in told and "row 4, column rule: found 'p', ''" in told
    tables("named", "mechanism,study\nclosure,a\n")
    with pytest.raises(InvalidInput, match="column source: found no such column"):
        written("named")
