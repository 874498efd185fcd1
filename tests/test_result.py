"""Whatever says its result in words is shown in one line, and on a page as words and table."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.adoption.bass import bass
from analysis.adoption.morans_i import morans_i
from analysis.contacts.closure import star_coalescence
from analysis.measurement.reliability import alpha
from analysis.resampling.correlation import correlation
from analysis.resampling.qap import mrqap, qap_correlation
from analysis.result import Result
from analysis.tie_models.p1 import p1
from analysis.ties.dynamics import turnover
from analysis.ties.mixing import external_internal_test
from analysis.ties.reports import report_agreement
from analysis.ties.structure import dyad_census

ROOT = Path(__file__).resolve().parents[1]

DECLARED = [
    (".".join(path.relative_to(ROOT).with_suffix("").parts), node.name)
    for path in sorted((ROOT / "analysis").rglob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef)
    and any(isinstance(one, ast.FunctionDef) and one.name == "summary" for one in node.body)
    and node.name != "Result"
]
"""Module and name of every class that gives a summary."""


def test_results_are_found_in_every_room_of_methods() -> None:
    rooms = {module.split(".")[1] for module, _ in DECLARED}
    assert {"ties", "tie_models", "resampling", "contacts", "adoption", "measurement"} <= rooms


@pytest.mark.parametrize(("module", "name"), DECLARED, ids=[name for _, name in DECLARED])
def test_every_class_with_a_summary_is_a_frozen_result(module: str, name: str) -> None:
    kind: Any = getattr(importlib.import_module(module), name)
    assert issubclass(kind, Result)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert kind.__repr__ is Result.__repr__, "declare it with repr=False"
    assert kind._repr_html_ is Result._repr_html_


SENDS = (np.random.default_rng(5).random((8, 8)) < 0.4).astype(float)
OTHER = (np.random.default_rng(6).random((8, 8)) < 0.4).astype(float)
HALVES = ["a"] * 4 + ["b"] * 4
ANSWERS = pd.DataFrame(np.random.default_rng(7).integers(1, 6, (30, 1)) + np.eye(30, 4), columns=list("wxyz"))
CONTACTS = pd.DataFrame(
    [("1", "2", 0), ("1", "3", 0), ("2", "4", 0), ("3", "4", 5), ("1", "4", 6), ("3", "2", 7)],
    columns=["sender_id", "receiver_id", "time"],
)

RESULTS = {
    "DyadCensus": lambda: dyad_census(SENDS),
    "Turnover": lambda: turnover(SENDS, OTHER),
    "ReportAgreement": lambda: report_agreement(SENDS, OTHER),
    "ExternalInternalTest": lambda: external_internal_test(SENDS, HALVES, permutations=99, seed=1),
    "QAPCorrelation": lambda: qap_correlation(SENDS, OTHER, permutations=99, seed=1),
    "MRQAP": lambda: mrqap(SENDS, {"other": OTHER}, permutations=99, seed=1),
    "Correlation": lambda: correlation(range(9), [3, 1, 2, 5, 4, 8, 6, 7, 9], seed=1),
    "P1Result": lambda: p1(SENDS),
    "MoranTest": lambda: morans_i(SENDS, np.arange(8.0), permutations=99, seed=1),
    "BassCurve": lambda: bass(np.repeat(np.arange(1, 9), [1, 2, 5, 10, 15, 16, 11, 6]), range(1, 9)),
    "Coalescence": lambda: star_coalescence(CONTACTS, window=4, persistence=1),
    "Alpha": lambda: alpha(ANSWERS),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_one_short_line_and_on_a_page_words_and_table(name: str) -> None:
    result = RESULTS[name]()
    assert type(result).__name__ == name
    line = repr(result)
    assert line.startswith(f"<{name}: {result.summary().splitlines()[0]}")
    assert "\n" not in line
    assert len(line) < 300
    shown = result._repr_html_()
    assert shown.count("<table") == 1
    assert all(f"<th>{column}</th>" in shown for column in result.tidy())


def test_what_a_summary_says_is_escaped_and_keeps_its_lines() -> None:
    @dataclass(frozen=True, repr=False)
    class Told(Result):
        words: str
        numbers: tuple[int, ...] = (1, 2)

        def summary(self) -> str:
            return self.words

    assert repr(Told("one\ntwo")) == "<Told: one …>"
    assert Told("one\ntwo")._repr_html_().startswith("<pre>one\ntwo</pre><table")
    assert Told("a < b")._repr_html_().startswith("<p>a &lt; b</p><table")
    assert list(Told("one").tidy()) == ["words"], "more than one number has no column"
