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
NUMBERS = {
    run.id: json.loads((ROOT / f"reports/expected/school_leaders/{run.id}.json").read_text())
    for run in STUDY.runs
}
EXPECTED = NUMBERS["replication"]
CHAPTER = [claim for claim in STUDY.claims if claim.run != "case_study_key"]
"""Of the chapter; the key to a case study on the same files is another text."""
OURS = (".note", ".star", ".sign")
"""Ends of the claims made of a printed number's stars, notes and signs."""


def part(label: str) -> str:
    """A label as it stands in a claim's id."""
    return re.sub(r"[^a-z0-9_]+", "-", label.lower()).strip("-")


def test_every_printed_number_is_a_claim_quoted_as_printed(reference_folder: Path) -> None:
    with (reference_folder / "carolan_ch9/published.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 117
    claimed: Counter[str] = Counter()
    for row in rows:
        table = "text" if row["table"] == "text" else f"t{row['table'].replace('.', '_')}"
        statistic = re.sub(r" \(.*", "", row["statistic"])
        name = ".".join(filter(None, (table, part(row["row"]), part(row["column"]), part(statistic))))
        found = [
            claim for claim in CHAPTER if claim.id == name or claim.id in (f"{name}.sent", f"{name}.received")
        ]
        assert found, name
        assert {claim.published for claim in found} == {row["printed"]}, name
        claimed.update(claim.id for claim in found)
    rest = {claim.id for claim in CHAPTER} - set(claimed)
    assert all(name.endswith(OURS) for name in rest), (
        "what else is claimed are significances, stars and signs"
    )
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
    for claim in CHAPTER:
        numbers = NUMBERS[claim.run]
        if claim.kind == "number":
            agrees = abs(numbers[claim.number] - float(claim.published)) <= claim.tolerance + 1e-9
        else:
            agrees = numbers[claim.number] == claim.published
        if agrees:
            outcomes["reproduced"] += 1
        elif claim.explained_by and claim.kind == "number":
            assert abs(numbers[claim.explained_by] - float(claim.published)) <= claim.tolerance + 1e-9, (
                claim.id
            )
            outcomes["explained"] += 1
        elif claim.explained_by:
            assert numbers[claim.explained_by] == claim.published, claim.id
            outcomes["explained"] += 1
        else:
            assert claim.open, claim.id
            outcomes["open"] += 1
        assert not (agrees and (claim.explained_by or claim.open)), (
            f"{claim.id} is declared a deviation, and is none"
        )
    assert outcomes == {"reproduced": 78, "explained": 25, "open": 37}


def test_the_efficacy_effects_have_the_printed_signs_on_the_transpose_only() -> None:
    signs = {
        name: value for name, value in NUMBERS["table_9_4"].items() if name.startswith("table_9_4_sign.")
    }
    assert signs == {
        "table_9_4_sign.network.sender-efficacy": "positive",
        "table_9_4_sign.network.receiver-efficacy": "negative",
        "table_9_4_sign.transpose.sender-efficacy": "negative",
        "table_9_4_sign.transpose.receiver-efficacy": "positive",
    }


def test_the_simulated_estimates_are_those_of_another_program(reference_folder: Path) -> None:
    """R ergm 4.6.0 on the same network, as the reference's README gives them; both are simulated."""
    assert (reference_folder / "carolan_ch9/README.md").is_file()
    elsewhere = {
        "arcs-and-reciprocity": {"arc": (-3.12, 0.12), "reciprocity": (3.16, 0.28)},
        "without-transitivity-male-efficacy": {
            "arc": (-4.51, 0.68),
            "reciprocity": (3.38, 0.32),
            "sender-male": (0.53, 0.20),
            "receiver-male": (0.06, 0.20),
            "sender-efficacy": (0.42, 0.10),
            "receiver-efficacy": (-0.27, 0.09),
        },
    }
    numbers = NUMBERS["table_9_4"]
    for model, terms in elsewhere.items():
        for term, (estimate, error) in terms.items():
            ours = numbers[f"table_9_4_simulated.{model}.{term}.estimate"]
            noise = numbers[f"table_9_4_simulated.{model}.{term}.monte-carlo-error"]
            # Theirs has a Monte Carlo error of about the same size, and is rounded to two decimals.
            assert abs(ours - estimate) <= 3 * (2 * noise**2) ** 0.5 + 0.005, (model, term)
            assert abs(numbers[f"table_9_4_simulated.{model}.{term}.standard-error"] - error) <= 0.02
    assert numbers["table_9_4_simulated_same_network"] == "the same"
    assert numbers["table_9_4_simulated_gap"] < 3
