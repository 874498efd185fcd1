"""A sentence says nothing but what was recorded."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from analysis.compendium.findings import numerals_not_recorded
from analysis.compendium.results import FINDING, Results
from analysis.finding import Finding
from tests.compendium.test_results import Shown, folder, numbers, shown

__all__ = ["folder", "shown"]


@pytest.mark.parametrize(
    ("sentence", "values", "words", "wrong"),
    [
        ("Ties rose from 77 to 170.", [77, 170], [], []),
        ("Ties rose from 77 to 171.", [77, 170], [], ["171"]),
        ("Two of three are returned.", [], [], []),
        ("82 % answered, that is 0.82 or 81.8%.", [27 / 33], [], []),
        ("83 % answered.", [27 / 33], [], ["83 %"]),
        ("E-I is −0.38.", [-0.378], [], []),
        ("E-I is −0.38.", [0.378], [], ["−0.38"]),
        ("It fell by 0.38.", [-0.378], [], []),
        ("There are 1,393 adoptions.", [1393], [], []),
        ("p < 0.001", [0.0005], [], []),
        ("p < 0.001", [0.002], [], ["< 0.001"]),
        ("In wave 3 there are 5.", [5], ["help, 3, ties"], []),
        ("In wave 4 there are 5.", [5], ["help, 3, ties"], ["4"]),
        ("A 95 % interval.", [0.5], ["95 % bootstrap intervals"], []),
        ("It is said: 12 of 30.", ["12 of 30 months"], [], []),
        ("It is 1.", [True], [], ["1"]),
    ],
)
def test_numerals_are_those_recorded(
    sentence: str, values: list[Any], words: list[str], wrong: list[str]
) -> None:
    assert numerals_not_recorded(sentence, values, words) == wrong


def test_what_was_rounded_before_may_round_the_other_way() -> None:
    # 0.85496 is recorded as 0.855: 85 %, though 0.855 alone rounds to 86.
    assert numerals_not_recorded("85 % answered.", [0.855], digits=3) == []
    assert numerals_not_recorded("84 % answered.", [0.855], digits=3) == ["84 %"]


def test_findings_are_shown_and_written(folder: Any, shown: Shown) -> None:

    results = Results("twin")
    results.table("structure", pd.DataFrame({"ties": [77, 170]}, index=[1, 3]), "Ties by wave.")
    keys = ["structure.1.ties", "structure.3.ties"]
    results.finding("ties", "Ties rose from 77 to 170.", numbers=keys)
    results.findings([Finding("again", "In wave 3 there are 170 ties.", ("structure.3.ties",))])
    expected = {"sentence": "Ties rose from 77 to 170.", "numbers": keys, "label": "SYNTHETIC"}
    written = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    assert written["ties"] == expected and list(written) == ["ties", "again"]
    assert shown[1][FINDING] == {"key": "ties", **expected}
    assert len(numbers(folder)) == 2


@pytest.mark.parametrize(
    ("sentence", "keys", "message"),
    [
        ("There are 170 ties.", ["n", "m"], "finding 'f': found no recorded number m"),
        ("There are some ties.", [], "finding 'f': found no recorded number named"),
        ("There are 171 ties.", ["n"], r"finding 'f': 171 in .* is none of the numbers named \(n = 170\)"),
    ],
)
def test_a_finding_that_nothing_recorded_bears_out_is_refused(
    folder: Any, sentence: str, keys: list[str], message: str
) -> None:
    results = Results("twin")
    results.number("n", 170, "ties")
    with pytest.raises(ValueError, match=message):
        results.finding("f", sentence, numbers=keys)
    assert not (folder / "findings.json").exists()


def test_a_run_without_a_dataset_takes_its_label_from_what_it_reads(
    folder: Any, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPENDIUM_RUN_LABEL", "REAL")
    results = Results(None)
    results.number("n", 1, "one")
    results.finding("f", "There is 1.", numbers=["n"])
    assert shown[-1][FINDING]["label"] == "REAL"
