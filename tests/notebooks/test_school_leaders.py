"""The chapter's claims against the list of all it prints, and the verdict on them from the real files."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

from analysis.compendium.studies import load_studies

ROOT = Path(__file__).resolve().parents[2]
STUDY = next(study for study in load_studies() if study.id == "school_leaders")
EXPECTED = json.loads((ROOT / "reports/expected/school_leaders/replication.json").read_text())
TABLES = ("9.1", "9.2", "9.3", "text")


def part(label: str) -> str:
    """A label as it stands in a claim's id."""
    return re.sub(r"[^a-z0-9_]+", "-", label.lower()).strip("-")


def test_every_printed_number_is_a_claim_quoted_as_printed(reference_folder: Path) -> None:
    with (reference_folder / "carolan_ch9/published.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["table"] in TABLES]
    assert len(rows) == 91
    claimed: Counter[str] = Counter()
    for row in rows:
        table = "text" if row["table"] == "text" else f"t{row['table'].replace('.', '_')}"
        statistic = re.sub(r" \(.*", "", row["statistic"])
        name = ".".join(filter(None, (table, part(row["row"]), part(row["column"]), part(statistic))))
        found = [
            claim
            for claim in STUDY.claims
            if claim.id == name or claim.id in (f"{name}.sent", f"{name}.received")
        ]
        assert found, name
        assert {claim.published for claim in found} == {row["printed"]}, name
        claimed.update(claim.id for claim in found)
    rest = {claim.id for claim in STUDY.claims} - set(claimed)
    assert all(name.endswith(".note") for name in rest), "what else is claimed are the printed significances"
    assert max(claimed.values()) == 1


def test_the_expected_numbers_are_those_of_the_recomputation_in_the_literature() -> None:
    """Derived twice elsewhere from the same files, to the digits given."""
    known = {
        "table_9_3_model_1.intercept.estimate": 1.4032,
        "table_9_3_model_1.collaboration-year-1.estimate": 0.2351,
        "table_9_3_model_1.adjusted_r_squared": 0.0193,
        "table_9_3_model_2.intercept.estimate": 1.4012,
        "table_9_3_model_2.collaboration-year-1.estimate": 0.1841,
        "table_9_3_model_2.confidential-exchanges-year-1.estimate": 0.1503,
        "table_9_3_model_2_year_3.intercept.estimate": 0.9027,
        "table_9_3_model_2_year_3.collaboration-year-1.estimate": 0.0209,
        "table_9_3_model_2_year_3.confidential-exchanges-year-3.estimate": 0.7730,
        "table_9_3_model_2_year_3.adjusted_r_squared": 0.4292,
    }
    for name, value in known.items():
        assert abs(EXPECTED[name] - value) <= 0.00005, name
    assert EXPECTED["text_isolates.collaboration-year-1"] == 4
    assert EXPECTED["overview.collaboration-year-3.self-ties"] == 10
    assert EXPECTED["overview.confidential-year-3.self-ties"] == 8


def test_every_deviation_is_declared_with_its_reason() -> None:
    """Judged from the committed numbers, so that it holds also where the files cannot be had."""
    outcomes: Counter[str] = Counter()
    for claim in STUDY.claims:
        if claim.kind == "number":
            agrees = abs(EXPECTED[claim.number] - float(claim.published)) <= claim.tolerance + 1e-9
        else:
            agrees = EXPECTED[claim.number] == claim.published
        if agrees:
            outcomes["reproduced"] += 1
        elif claim.explained_by and claim.kind == "number":
            assert abs(EXPECTED[claim.explained_by] - float(claim.published)) <= claim.tolerance + 1e-9, (
                claim.id
            )
            outcomes["explained"] += 1
        elif claim.explained_by:
            assert EXPECTED[claim.explained_by] == claim.published, claim.id
            outcomes["explained"] += 1
        else:
            assert claim.open, claim.id
            outcomes["open"] += 1
        assert not (agrees and (claim.explained_by or claim.open)), (
            f"{claim.id} is declared a deviation, and is none"
        )
    assert outcomes == {"reproduced": 71, "explained": 20, "open": 9}
