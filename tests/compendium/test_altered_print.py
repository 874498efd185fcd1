"""The ledger as it is: an altered printed value is an undeclared deviation, whichever work it is of."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from analysis.compendium import verdict
from analysis.compendium.check import EXPECTED, undeclared
from analysis.compendium.claims import Claim, printed_number
from analysis.compendium.studies import Run, Study, load_studies
from analysis.compendium.verdict import judge, work_of, works

SEED, EACH = 20261127, 3
CAUGHT = ("reproduced", "deviates (explained)")
"""A declared `open` or `published error` deviates from any print: no altered value would be told from it."""


def expected_numbers(run: Run) -> dict[str, dict[str, Any]]:
    """Return the numbers committed for a run, as its report would hold them."""
    content = json.loads((EXPECTED / run.study / f"{run.id}.json").read_text(encoding="utf-8"))
    values = {key: entry["value"] if isinstance(entry, dict) else entry for key, entry in content.items()}
    return {key: {"value": value, "label": key} for key, value in values.items()}


def other_print(claim: Claim) -> Claim:
    """Return the claim with another published value, farther off than any tolerance."""
    if claim.kind == "direction":
        return replace(claim, published=f"{claim.published} not")
    number = printed_number(claim.published)
    shift = max(7 * 10.0 ** int(number.as_tuple().exponent), 3 * claim.tolerance)
    return replace(claim, published=f"{float(number) + shift:.12f}")


@pytest.fixture(scope="module")
def ledger() -> list[Study]:
    return load_studies()


def without_numbers(ledger: list[Study]) -> dict[str, str]:
    """Return the runs of which no numbers are committed, as not run."""
    runs = [run for study in ledger for run in study.runs]
    return {run.name: "stale" for run in runs if not (EXPECTED / run.study / f"{run.id}.json").is_file()}


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "recorded_numbers", expected_numbers)


@pytest.mark.usefixtures("numbers")
def test_three_altered_claims_of_each_work_are_named(ledger: list[Study]) -> None:
    before = judge(ledger, without_numbers(ledger))
    assert undeclared(before) == []
    chance, chosen = random.Random(SEED), set()
    by_work: dict[str, list[tuple[str, str]]] = {}
    for found in before:
        if found.kind in ("number", "direction") and found.verdict in CAUGHT:
            by_work.setdefault(work_of(found.source), []).append((found.study, found.claim))
    for claims in by_work.values():
        chosen |= set(chance.sample(claims, min(EACH, len(claims))))
    altered = [
        replace(
            study,
            claims=tuple(
                other_print(claim) if (study.id, claim.id) in chosen else claim for claim in study.claims
            ),
        )
        for study in ledger
    ]
    told = undeclared(judge(altered, without_numbers(ledger)))
    assert {tuple(line.split(": ")[:2]) for line in told} == chosen
    assert len(told) == len(chosen)


@pytest.mark.usefixtures("numbers")
def test_every_work_is_counted_with_all_its_claims(ledger: list[Study]) -> None:
    verdicts = judge(ledger, without_numbers(ledger))
    counted = works(verdicts)
    printed = [found for found in verdicts if found.kind in ("number", "direction")]
    assert sum(map(sum, (counts.values() for counts in counted.values()))) == len(printed)
    assert {"Carolan (2014), ch. 9", "Kellogg & Edelmann (2015)", "LASER Institute, module 2"} <= set(counted)
    assert counted["Kellogg & Edelmann (2015)"] == {"reproduced": 27, "deviates (explained)": 1}
