"""Configurations: against R's QCA on Lipset's countries, by brute force, by property, and on bad input."""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.evidence.configuration_checks import robustness, shuffled
from analysis.evidence.configurations import solve
from analysis.evidence.minimisation import covered, minimal_models, prime_implicants
from analysis.evidence.truth_tables import TruthTable, necessity, truth_table

CONDITIONS = ["DEV", "URB", "LIT", "IND", "STB"]
HELPS = dict.fromkeys(CONDITIONS, 1)
KINDS = {"LC": ("crisp", 1.0), "LF": ("fuzzy", 0.8)}


@pytest.fixture(scope="module")
def known(reference_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((reference_folder / "qca" / "results.json").read_text())
    for short, (kind, _) in KINDS.items():
        found[short] = pd.read_csv(reference_folder / "qca" / f"lipset_{kind}.csv", index_col="case")
    return found


def table(known: dict[str, Any], short: str, *, negated: bool = False) -> TruthTable:
    return truth_table(known[short], "SURV", CONDITIONS, negated=negated, consistency=KINDS[short][1])


@pytest.mark.parametrize("short", KINDS)
def test_truth_tables_are_those_of_qca(known: dict[str, Any], short: str) -> None:
    frame = table(known, short).frame
    theirs = known[f"{short}_truth"]
    assert len(frame) == len(theirs) == 32
    for row, other in zip(frame.itertuples(), theirs, strict=True):
        assert [getattr(row, name) for name in CONDITIONS] == [other[name] for name in CONDITIONS]
        assert row.n == other["n"]
        assert ("?" if pd.isna(row.outcome) else str(row.outcome)) == other["OUT"]
        assert row.cases.replace(" ", "") == other["cases"]
        if row.n:
            assert row.consistency == pytest.approx(float(other["incl"]), abs=1e-9)
            assert row.pri == pytest.approx(float(other["PRI"]), abs=1e-9)
    assert not frame["contradictory"].any()


@pytest.mark.parametrize(
    "kind", ["complex", "parsimonious", "neg_complex", "neg_parsimonious", "intermediate"]
)
@pytest.mark.parametrize("short", KINDS)
def test_solutions_are_those_of_qca(known: dict[str, Any], short: str, kind: Any) -> None:
    theirs = known[f"{short}_{kind}"]
    theirs = theirs.get("C1P1", theirs)
    terms = [theirs["sol"] if kind == "intermediate" else theirs["solutions"]]
    while isinstance(terms[0], list):
        terms = terms[0]
    found = solve(
        table(known, short, negated=kind.startswith("neg")),
        kind.removeprefix("neg_"),
        HELPS if kind == "intermediate" else None,
    )
    assert len(found.models) == 1
    assert set(found.models[0]) == set(terms)
    frame = found.frame.set_index("term")
    for other in theirs["IC"]:
        row = frame.loc[other["term"]]
        if row.ndim > 1:  # a model of one term is a term and a whole
            row = row[~row["whole"]].iloc[0]
        names = {"consistency": "inclS", "pri": "PRI", "coverage": "covS", "unique_coverage": "covU"}
        for name, name_there in names.items():
            if name_there in other:
                assert row[name] == pytest.approx(other[name_there], abs=1e-6)
        assert set(row["cases"].split(", ")) == set(other["cases"].replace("; ", ",").split(","))
    if kind != "intermediate":
        whole = found.frame[found.frame["whole"]].iloc[0]
        for name, name_there in {"consistency": "inclS", "pri": "PRI", "coverage": "covS"}.items():
            assert whole[name] == pytest.approx(theirs["sol"][0][name_there], abs=1e-6)


@pytest.mark.parametrize("short", KINDS)
def test_necessity_is_that_of_qca(known: dict[str, Any], short: str) -> None:
    found = necessity(known[short], "SURV", CONDITIONS)
    for other in known[f"{short}_necessity"]:
        row = found.loc[other["_row"], ["consistency", "relevance", "coverage"]].tolist()
        assert row == pytest.approx([other["inclN"], other["RoN"], other["covN"]], abs=1e-6)
    assert found.index.tolist() == [*CONDITIONS, *(f"~{name}" for name in CONDITIONS)]


@pytest.mark.parametrize("short", KINDS)
def test_enhanced_solutions_assume_nothing_for_both(known: dict[str, Any], short: str) -> None:
    here, there = table(known, short), table(known, short, negated=True)

    def assumed(kind: Any) -> tuple[set[str], set[str]]:
        first, second = (solve(one, kind) for one in (here, there))
        return tuple(set(sum(one.assumed, ())) for one in (first, second))  # type: ignore[return-value]

    plain, enhanced = assumed("parsimonious"), assumed("enhanced")
    assert not enhanced[0] & enhanced[1]
    if short == "LF":
        assert plain[0] & plain[1]  # DEV*~IND and ~STB both take in remainders
        assert enhanced[0] < plain[0] or enhanced[1] < plain[1]
    else:
        assert not plain[0] & plain[1]
        assert enhanced == plain


@settings(max_examples=60)
@given(rows=st.lists(st.sampled_from([0, 1, 2]), min_size=8, max_size=8))
def test_every_shortest_model_is_found_and_no_other(rows: list[int]) -> None:
    cube = list(product((0, 1), repeat=3))
    present = [row for row, value in zip(cube, rows, strict=True) if value == 1]
    absent = [row for row, value in zip(cube, rows, strict=True) if value == 0]
    terms = [term for term in product((0, 1, 2), repeat=3) if not absent or not covered([term], absent).any()]
    terms = [term for term in terms if present and covered([term], present).any()]
    shorter = [
        [t for t in terms if t != s and all(b in (2, a) for a, b in zip(s, t, strict=True))] for s in terms
    ]
    primes = [term for term, others in zip(terms, shorter, strict=True) if not others]
    assert prime_implicants(present, absent, 3) == sorted(primes)
    for size in range(len(primes) + 1):
        models = [m for m in combinations(sorted(primes), size) if not present or covered(m, present).all()]
        if models:
            break
    assert minimal_models(present, absent, 3) == models


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_solutions_nest_and_cover_and_names_do_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = pd.DataFrame(random.uniform(0, 1, (9, 4)).round(2), columns=[*"abc", "y"])
    scores = scores.where(scores != 0.5, 0.51)
    scores.loc[0, "y"], scores.loc[1, "y"] = 0.1, 0.9
    found = truth_table(scores, "y", [*"abc"], consistency=0.75)
    helps = {"a": 1, "b": 1, "c": 0}
    cube = list(product((0, 1), repeat=3))

    def reach(kind: Any) -> list[set[int]]:
        read = []
        for model in solve(found, kind, helps).models:
            terms = [
                tuple(
                    {name: 1, f"~{name}": 0}.get(lit, 2)
                    if (lit := next((part for part in term.split("*") if part.removeprefix("~") == name), ""))
                    else 2
                    for name in "abc"
                )
                for term in model
            ]
            read.append(set(np.flatnonzero(covered(terms, cube))))
        return read

    leads = {number for number, row in enumerate(cube) if row in found.rows(1)}
    if not leads:
        assert solve(found, "complex").models == ()
        return
    assert all(one == leads for one in reach("complex"))
    widest = set().union(*reach("parsimonious"))
    for kind in ("intermediate", "parsimonious", "enhanced"):
        for one in reach(kind):
            assert leads <= one
            assert not one & {number for number, row in enumerate(cube) if row in found.rows(0)}
    assert all(one <= widest | leads for one in reach("intermediate"))
    turned = truth_table(scores[[*"cab", "y"]], "y", [*"cab"], consistency=0.75)
    ours, theirs = (
        {frozenset(frozenset(t.split("*")) for t in m) for m in solve(one, "parsimonious").models}
        for one in (found, turned)
    )
    assert ours == theirs
    frame = solve(found, "complex").frame
    assert ((frame["unique_coverage"] <= frame["coverage"] + 1e-12) | frame["whole"]).all()


def test_all_models_are_told_when_several_are_as_short() -> None:
    cube = [row for row in product((0, 1), repeat=3) if row not in ((0, 1, 0), (1, 0, 1))]
    scores = pd.DataFrame([*[(*row, 1) for row in cube], (0, 1, 0, 0), (1, 0, 1, 0)], columns=[*"abc", "y"])
    found = solve(truth_table(scores, "y", [*"abc"]), "complex")
    assert found.models == (("~a*~b", "a*~c", "b*c"), ("~a*c", "a*b", "~b*~c"))
    assert "2 models are equally short" in found.summary()
    assert found.assumed == ((), ())
    assert found.tidy()["model"].tolist() == [1] * 4 + [2] * 4


def test_contradictions_remainders_and_cut_offs() -> None:
    scores = pd.DataFrame({"a": [1, 1, 1, 0], "b": [1, 1, 1, 0], "y": [1, 1, 0, 0]}, index=[*"wxyz"])
    strict = truth_table(scores, "y", ["a", "b"], consistency=0.7)
    row = strict.frame.iloc[3]
    assert (row["n"], row["with_outcome"], row["contradictory"], row["outcome"]) == (3, 2, True, 0)
    assert strict.rows(None) == [(0, 1), (1, 0)]
    assert solve(strict, "parsimonious").models == ()
    assert solve(strict, "parsimonious").summary() == "No combination leads to y."
    loose = truth_table(scores, "y", ["a", "b"], consistency=2 / 3)
    assert solve(loose, "parsimonious").models == (("a",), ("b",))
    assert solve(loose, "intermediate", {"a": 1}).models == (("a*b",),)
    few = truth_table(scores, "y", ["a", "b"], consistency=0.5, frequency=2)
    assert few.rows(None) == [(0, 0), (0, 1), (1, 0)]
    assert solve(few, "parsimonious").models == (("always",),)
    assert solve(truth_table(scores, "y", ["a", "b"], consistency=0.5, pri=0.9), "complex").models == ()


def test_robustness_tells_what_each_change_makes_of_it(known: dict[str, Any]) -> None:
    found = robustness(table(known, "LC"), "parsimonious", consistencies=[0.5], frequencies=[2, 4])
    same = found.set_index(["change", "value"])["same"]
    assert len(found) == 3 + 18 + 18 * 5
    assert same["consistency cut-off", "0.5"]
    assert same["case left out", "AU"]  # DE tells of the same
    recoded = found[found["change"] == "condition recoded"]
    assert 0 < recoded["same"].mean() < 1
    assert (found["models"] == "DEV*STB").equals(found["same"])


def test_as_good_a_solution_is_rare_by_chance_where_there_is_something(known: dict[str, Any]) -> None:
    real = shuffled(table(known, "LC"), "parsimonious", seed=1, draws=99)
    assert real.loc["product", "observed"] == 1
    assert real.loc["product", "p"] <= 0.05
    assert real.loc["consistency", "p"] > real.loc["product", "p"]
    again = shuffled(table(known, "LC"), "parsimonious", seed=1, draws=99)
    pd.testing.assert_frame_equal(real, again)


def test_all_that_is_wrong_with_scores_is_named_at_once() -> None:
    scores = pd.DataFrame({"a": [0.5, 2, None], "b": [0.1, 0.5, 0.2], "y": [1, 1, 1]}, index=["u", "v", "v"])
    with pytest.raises(ValueError) as raised:
        truth_table(scores, "y", ["a", "b", *[f"c{number}" for number in range(9)], "b"])
    for part in (
        "12 conditions; allowed: 1 to 10",
        "named twice: b",
        "no column c0, c1",
        "cases twice: v",
        "a missing for v",
        "a outside 0 to 1 for v",
        "a exactly .5 for u",
        "b exactly .5 for v",
        "an outcome, y, that every case has",
    ):
        assert part in str(raised.value)


def test_an_outcome_that_never_varies_cannot_be_explained() -> None:
    scores = pd.DataFrame({"a": [0, 1], "y": [0.2, 0.3]})
    for call in (truth_table, necessity):
        with pytest.raises(NotEstimable, match="that no case has; it has to vary"):
            call(scores, "y", ["a"])
    with pytest.raises(NotEstimable, match="no case"):
        truth_table(scores.iloc[:0], "y", ["a"])


def test_other_bad_input_is_named() -> None:
    scores = pd.DataFrame({"a": [0, 1, 1], "b": [0, 0, 0], "y": [0, 1, 0]})
    found = truth_table(scores, "y", ["a", "b"])
    with pytest.raises(ValueError, match="kind is 'any'"):
        solve(found, "any")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one condition"):
        solve(found, "intermediate")
    with pytest.raises(ValueError, match="expectations z 1, a 2; allowed: 0 or 1 for a, b"):
        solve(found, "intermediate", {"z": 1, "a": 2})
    with pytest.raises(NotEstimable, match="no combination that leads to y"):
        shuffled(found, "complex", seed=1)
    with pytest.raises(ValueError, match="found 0 draws"):
        shuffled(found, "complex", seed=1, draws=0)
