"""Each notebook's cells, run in this process with little data or few replicates, and what they record."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.cells import IN_PACKAGES, KEPT_HERE, RUNS, Recorded, built, executed

ROOT = Path(__file__).resolve().parents[2]

# Of each run: parameters that cost less, and the tables that do not hang on them (what their keys begin
# with). These are as the run itself has them, in reports/expected/.
CHEAPER: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "actor_models/pupils": (
        {"replicates": 20, "simulations": 100},
        ("ready", "estimates", "odds", "importance"),
    ),
    "actor_models/drinking": ({}, ("",)),
    "actor_models/rsiena": ({}, ("",)),
    "class_friendships/fraternity": ({}, ("",)),
    "class_friendships/teacher_and_pupils": ({"permutations": 99}, ("table", "each", "rounding")),
    "contact_events/student_calls": ({}, ("",)),
    "contact_events/next_contact_example": ({}, ("",)),
    "contact_events/recovery": ({}, ("",)),
    "coordinated_change/coding_classrooms": ({"draws": 20}, ("volume", "bounds", "mark", "chance")),
    "coordinated_change/codes_chat": ({"draws": 99}, ("codes", "connected", "axes")),
    "coordinated_change/discourse_chapter": ({}, ("",)),
    "coordinated_change/ledger_twin": ({"orders": 20}, ("pieces", "volume", "claims", "codes", "opposed")),
    "coordinated_change/mechanisms_twin": (
        {"draws": 9, "studies": 20},
        ("changes", "kinds", "interaction", "solutions", "reach-all", "carried"),
    ),
    "coordinated_change/mechanisms_example": ({"draws": 9, "studies": 20}, ("changes", "kinds", "reach-all")),
    "coordinated_change/recovery": ({}, ("",)),
    "coordinated_change/webs_twin": (
        {"draws": 19},
        ("routines", "links", "media", "depend", "weak", "reach"),
    ),
    "district_comparison/teacher_scales": ({}, ("",)),
    "district_comparison/satisfaction": ({}, ("",)),
    "district_comparison/michigan": ({}, ("",)),
    "district_comparison/new_york": ({}, ("",)),
    "district_comparison/chicago": (
        {"elements": ["collaborative_teachers"]},
        (
            "listed",
            "panel.collaborative_teachers",
            "changes.collaborative_teachers",
            "schools.with-any-figure",
        ),
    ),
    "district_comparison/two_cities": ({}, ("",)),
    "district_comparison/comparison": ({}, ("",)),
    "district_comparison/environment_twin": ({}, ("",)),
    "district_comparison/health_twin": (
        {"draws": 200},
        ("levels", "changes", "contrasts", "rates", "bounds", "ordinal-waves", "ordinal-between"),
    ),
    "district_comparison/recovery": ({}, ("",)),
    "network_design/run_charts_new_york": (
        {"draws": 200},
        ("charts", "fewest", *(f"rules.{points}.false" for points in (8, 12, 24, 48))),
    ),
    "network_design/activities_example": ({}, ("",)),
    "network_design/design_example": ({"draws": 19}, ("elements", "leaning", "ratings", "highest")),
    "network_design/theory_example": ({}, ("",)),
    "network_design/efficacy_twin": (
        {"draws": 99},
        ("reliability", "aggregation", "schools", "association.density.estimate", "bias", "power"),
    ),
    "network_design/efficacy_teachers": (
        {"draws": 99},
        ("schools", "association.density.estimate", "bias", "power"),
    ),
    "network_design/efficacy_example": ({"draws": 99}, ("aggregation", "bias", "power")),
    "network_design/recovery": ({"draws": 99}, ("coverage", "charts", "levels", "seeds", "outside")),
    "network_design/essay": ({}, ("",)),
    "network_design/run_charts_twin": ({"draws": 200}, ("charts", "steps", "cycles")),
    "network_design/design_twin": ({"draws": 19}, ("elements", "leaning", "gaps")),
    "network_design/leadership_twin": (
        {"draws": 19},
        ("weeks", "attendance.", "trends.backbone.initiated.slope"),
    ),
    "network_design/staged_growth": (
        {"draws": 20},
        (
            *("settings", "networks", "counts", "accountings", "margins", "shares", "spread"),
            *("rates", "assumed", "first", "figures"),
        ),
    ),
    "network_design/leadership_dlt1": ({"draws": 19}, ("weeks", "trends.backbone.betweenness.slope")),
    "online_courses/case_study": ({}, ("",)),
    "online_courses/course_table": ({}, ("",)),
    "online_courses/network_chapter": ({}, ("",)),
    "online_courses/peer_support": ({}, ("",)),
    "online_courses/temporal_chapter": ({}, ("",)),
    "relational_trust/help_example": (
        {"permutations": 19, "replicates": 20},
        ("answered", "structure", "isolates", "changes", "dyads", "lasting"),
    ),
    "relational_trust/triangulation_example": (
        {"replicates": 1, "attendances": [0.8], "rates": [0.1]},
        ("traced", "notes", "joint"),
    ),
    "relational_trust/trust_teachers": ({"replicates": 49}, ("reliability", "icc", "people", "schools")),
    "relational_trust/recovery": (
        {"seeds": 2},
        ("rates", "pair", "many-twins", "separable", "levels", "misspecified", "caution"),
    ),
    "school_leaders/replication": (
        {"correlation_permutations": 49, "regression_permutations": 49},
        ("overview", "table_9_1", "isolates_tried", "text_confidential_means", "text_isolates"),
    ),
    "school_leaders/case_study_key": ({}, ("",)),
    "school_leaders/reanalysis": ({"permutations": 49}, ("silent", "turnover")),
    "school_leaders/table_9_4": ({}, ("",)),
    "star_coalescence/cascades_example": ({"replicates": 9}, ("",)),
    "star_coalescence/cascades_twin": (
        {"replicates": 9, "factors": [0.5, 1.0]},
        ("people", "all-events", "two-paths", "event", "rates", "triads", "brokers"),
    ),
    "star_coalescence/scale_up_example": (
        {"rewirings": 9, "permutations": 9},
        ("who", "reach-table", "categories", "hazard"),
    ),
    "star_coalescence/scale_up_twin": (
        {"rewirings": 9, "permutations": 9},
        ("who", "reach-table", "categories", "bass", "thresholds", "hazard-by-exposure", "hazard-model"),
    ),
    "star_coalescence/netdiffuser": (
        {"rewirings": 9, "permutations": 9},
        ("thresholds", "pairing", "diffreg", "bass", "infection"),
    ),
    "star_coalescence/medical_innovation": (
        {"rewirings": 9},
        ("months", "hazard", "fit", "readings", "left"),
    ),
    "star_coalescence/policies": ({}, ("",)),
    "star_coalescence/policy_ties": ({}, ("",)),
    "star_coalescence/recovery": ({}, ("",)),
    "star_coalescence/adoption_recovery": ({}, ("",)),
    "star_coalescence/activities_twin": ({}, ("",)),
    "synthesis/cross_case": ({}, ("",)),
    "synthesis/errata": ({}, ("",)),
    "synthesis/bias": ({}, ("",)),
    "synthesis/what_to_collect": ({"replicates": 4}, ("levels", "assumed", "burden", "minutes", "members")),
    "your_network/network": ({"permutations": 19}, ("answered", "structure", "changes")),
    "your_network/one_page": ({}, ("",)),
    "your_network/survey": ({}, ("",)),
    "your_network/activities": ({}, ("",)),
}

NAMED: dict[str, list[str]] = defaultdict(list)
"""Findings that the tables of the synthesis name, by run."""
for _path in sorted((ROOT / "notebooks/synthesis/tables").glob("*.csv")):
    for _row in csv.DictReader(_path.read_text(encoding="utf-8").splitlines()):
        if _row.get("run") and _row.get("finding"):
            NAMED[_row["run"]].append(_row["finding"])

Runner = Callable[..., Recorded]


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of checked tables that these tests share."""
    return tmp_path_factory.mktemp("data_derived")


@pytest.fixture
def recorded(
    derived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Runner:
    """Return how to run one run's cells, with what its dataset needs."""

    def runner(name: str, cells: list[dict[str, Any]] | None = None) -> Recorded:
        run = RUNS[name]
        if run.dataset is None:
            reports = tmp_path / "reports"
            monkeypatch.setattr("analysis.compendium.recorded.REPORTS", reports)
            for read in run.reads:
                as_recorded(read.name, reports)
        else:
            dataset = run.dataset.name
            mirror = None if dataset in (*KEPT_HERE, *IN_PACKAGES) else request.getfixturevalue("data_mirror")
            built(dataset, derived, mirror)
        return executed(run, CHEAPER[name][0], derived, tmp_path, monkeypatch, cells)

    return runner


def as_recorded(name: str, reports: Path) -> None:
    """Write a run's expected numbers, and the findings that the synthesis names, as if just recorded."""
    path = ROOT / f"reports/expected/{name}.json"
    if not path.is_file():
        # Not run yet anywhere: what reads it says so.
        return
    values = json.loads(path.read_text(encoding="utf-8"))
    entries = {
        key: {"value": value["value"] if isinstance(value, dict) else value, "label": key}
        for key, value in values.items()
    }
    findings = {key: {"sentence": f"{name}: {key}", "numbers": [next(iter(values))]} for key in NAMED[name]}
    run = RUNS[name]
    data = {"label": run.label, "names": [package.name for package in run.datasets]}
    files = {"numbers": entries, "findings": findings, "provenance": {"data": data}}
    (reports / name).mkdir(parents=True)
    for file, content in files.items():
        (reports / name / f"{file}.json").write_text(json.dumps(content), encoding="utf-8")


def test_every_notebook_is_run_here() -> None:
    assert {RUNS[name].notebook.path for name in CHEAPER} == {run.notebook.path for run in RUNS.values()}


@pytest.mark.parametrize("name", CHEAPER)
def test_the_cells_of_a_notebook_record_what_the_run_is_known_for(name: str, recorded: Runner) -> None:
    found = recorded(name)
    steady = CHEAPER[name][1]
    path = ROOT / f"reports/expected/{name}.json"
    known = {
        key: value
        for key, value in json.loads(path.read_text(encoding="utf-8")).items()
        if any(key.startswith(part) for part in steady)
    }
    assert len(known) >= 8
    assert known.keys() <= found.numbers.keys(), "numbers that are gone"
    for key, value in known.items():
        exact = isinstance(value, (str, bool))
        assert found.numbers[key] == (value if exact else pytest.approx(value, rel=1e-5, abs=1e-8)), key
    if not name.endswith("_example"):
        # Of few people some sentences rest on numbers that are withheld.
        protected = any(package.smallest_cell for package in RUNS[name].datasets)
        assert (1 if protected else 2) <= len(found.findings) <= 8


def _planted(name: str, right: str, wrong: str) -> list[dict[str, Any]]:
    cells = json.loads(RUNS[name].notebook.path.read_text(encoding="utf-8"))["cells"]
    text = json.dumps(cells)
    assert text.count(right) == 1
    planted: list[dict[str, Any]] = json.loads(text.replace(right, wrong))
    return planted


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        # A column that is not there, inside the call that records: no sentence of the page may hide it.
        (
            "star_coalescence/scale_up_twin",
            "moran_table(moran), caption",
            "moran_table(moran)[['mean']], caption",
        ),
        ("star_coalescence/cascades_twin", "coalescence.table(), coal", "coalescence.table()[['sd']], coal"),
    ],
)
def test_a_mistyped_column_stops_the_notebook(name: str, right: str, wrong: str, recorded: Runner) -> None:
    with pytest.raises(KeyError):
        recorded(name, _planted(name, right, wrong))


def test_a_mistake_in_what_a_table_shows_is_no_sentence_of_the_page(
    recorded: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.adoption.spread_findings._MORAN", ["statistic", "expectation"])
    with pytest.raises(KeyError, match="expectation"):
        recorded("star_coalescence/scale_up_twin")


def test_of_a_dataset_with_a_smallest_cell_no_page_shows_the_meeting_of_two(recorded: Runner) -> None:
    found = recorded("star_coalescence/cascades_example")
    parts = {key.split(".")[0] for key in found.numbers}
    assert not parts & {"event", "rates", "triads", "brokers", "nulls-coalescence", "nulls-both-sides"}
    assert not found.files & {"largest", "event", "timeline", "steps", "triads-figure", "surface"}
    assert "first-order-closures-that-endured" not in " ".join(found.numbers)


def test_of_a_dataset_with_a_smallest_cell_every_count_of_adopters_is_of_enough(recorded: Runner) -> None:
    found = recorded("star_coalescence/scale_up_example")
    new = [value for key, value in found.numbers.items() if key.startswith("reach-table") and "new" in key]
    assert new and all(value == 0 or value >= 5 for value in new)
    assert not {key.split(".")[0] for key in found.numbers} & {"bass", "hazard-by-exposure"}
    assert "communities" not in found.files and "reach" in found.files
