"""The study of relational trust: what its pages must show, from the accepted numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.compendium.stored import stored_results
from analysis.compendium.studies import load_studies

ROOT = Path(__file__).resolve().parents[2]
STUDY = next(study for study in load_studies() if study.id == "relational_trust")
NUMBERS = {
    run.id: json.loads((ROOT / f"reports/expected/relational_trust/{run.id}.json").read_text())
    for run in STUDY.runs
}


def test_an_outward_looking_index_may_still_lie_below_chance() -> None:
    found = NUMBERS["recovery"]
    # By hand: 352 of the 420 ordered pairs of teams of 5, 4, 4, 4, 4 go across, 68 stay within.
    expected = (352 - 68) / 420
    assert found["caution.expected"] == pytest.approx(expected)
    assert found["caution.ei"] == 0.5 < found["caution.expected"]
    assert found["caution.p80"] < 0.05 < found["caution.p20"]


def test_the_school_leaders_are_as_two_recomputations_elsewhere_have_them() -> None:
    found = NUMBERS["help_leaders"]
    known = {
        "mixing.collaboration.1.external_internal": -0.378,
        "mixing.collaboration.3.external_internal": -0.276,
        "mixing.confidential.1.external_internal": -0.680,
        "mixing.confidential.3.external_internal": -0.552,
        "structure.collaboration.1.edgewise": 0.189,
        "structure.collaboration.3.edgewise": 0.503,
        "structure.confidential.1.edgewise": 0.080,
        "structure.confidential.3.edgewise": 0.503,
        "changes.collaboration.1-to-3.jaccard": 0.08,
        "changes.confidential.1-to-3.jaccard": 0.06,
    }
    for name, value in known.items():
        assert found[name] == pytest.approx(value, abs=0.005 if "jaccard" in name else 0.0005), name
    isolates = [
        f"isolates.{relation}.{wave}.isolates"
        for relation in ("collaboration", "confidential")
        for wave in (1, 3)
    ]
    assert [found[name] for name in isolates] == [4, 0, 15, 2]


def test_the_teachers_of_fifteen_schools() -> None:
    found = NUMBERS["trust_teachers"]
    assert [found[f"counts.{name}"] for name in ("teachers", "schools", "ties", "filled")] == [
        433,
        15,
        1540,
        57,
    ]
    published = "icc.as-published"
    assert found[f"{published}.anova_n0.icc1"] == pytest.approx(0.147, abs=0.0005)
    assert found[f"{published}.reml.icc1"] == pytest.approx(0.164, abs=0.0005)
    assert sum(found[f"schools.school_{number:02d}.ties"] for number in range(1, 16)) == 1540


def test_the_claims_on_peer_software_quote_what_r_gave() -> None:
    reference = json.loads((ROOT / "tests/reference/r_school_teacher_advice.json").read_text())
    icc, returned = reference["icc"], reference["reciprocity"]
    given = {
        "icc.anova": icc["anova_n0"],
        "icc.anova-mean": icc["anova_mean"],
        "icc.reml": icc["reml"],
        "icc2": icc["icc2"],
        "reciprocity": returned["edgewise"],
        "reciprocity.chance": returned["mean"],
        "reciprocity.lower": returned["lower"],
        "reciprocity.upper": returned["upper"],
    }
    claims = {claim.id: claim for claim in STUDY.claims if claim.kind == "software"}
    assert claims.keys() == given.keys()
    for name, value in given.items():
        quoted = claims[name].published
        assert quoted == f"{value:.{len(quoted) - 1}f}".lstrip("0")
        assert "R 4.2.2" in claims[name].source


def test_two_histories_lead_to_the_same_waves_and_differ() -> None:
    for run in ("triangulation_twin", "triangulation_example"):
        found = NUMBERS[run]
        assert found["two-histories.differently-traced.count"] > 0
        assert found["two-histories.cells-in-which-the-two-differ.count"] == 0
        assert found["two-histories.cells-off-the-network-observed.count"] == 0


def test_more_knowledge_leaves_fewer_histories_and_narrower_ranges() -> None:
    found = NUMBERS["triangulation_twin"]
    kinds = ["dates", "dates-and-attendance", "dates-attendance-and-contacts"]
    histories = [found[f"traced.{kind}.histories"] for kind in kinds]
    assert histories == sorted(histories, reverse=True)
    for session in range(1, 5):
        most = [found[f"ranges.{kind}.session_{session}.at_most"] for kind in kinds]
        assert most == sorted(most, reverse=True)


def test_the_committed_validation_is_of_the_committed_parameters_and_holds_its_level() -> None:
    stored = stored_results("relational_trust", "validation")
    parameters = json.loads((ROOT / "data_raw/pipnic_twin/parameters.json").read_text(encoding="utf-8"))
    assert stored["parameters"] == parameters
    assert stored["seeds"] == 200
    for row in [*stored["formation_rates"], *stored["separable"]]:
        assert row["covered"] >= row["least"], row
    # Of misspecified twins the page marks what does not hold; the tests on the pages do.
    assert all(row["networks"] == 400 for row in stored["misspecified_coverage"])
    for row in stored["misspecified_levels"]:
        assert row["networks"] >= 200 and row["holds"] == (row["rejected"] <= row["most"])
        assert row["holds"], row
