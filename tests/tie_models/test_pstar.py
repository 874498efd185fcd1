"""p*: against R ergm and ergmx, by hand, by direct maximisation; the adapter to ergmx on a stand-in."""

from __future__ import annotations

import builtins
import itertools
import json
import math
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook
from scipy.optimize import minimize

from analysis.files import ROOT
from analysis.tie_models import ergm as adapter
from analysis.tie_models.change_statistics import (
    Term,
    cyclic_triples,
    edge_covariate,
    edges,
    gwesp,
    in_stars,
    match,
    mutual,
    node_sum,
    out_stars,
    receiver,
    sender,
    transitive_ties,
    transitive_triples,
    triangles,
    two_paths,
)
from analysis.tie_models.ergm import ergm_mcmc
from analysis.tie_models.pstar import PStar, dyad_independent, pstar

Floats = NDArray[np.float64]
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "ergm.json").read_text())
ERGM = REFERENCE["ergm"]["models"]
BASE = {"arc": edges(), "reciprocity": mutual()}
POSITION = np.arange(18.0)
ERGMX = {
    "edges + mutual + ttriple": {"triad": transitive_triples()},
    "edges + mutual + transitiveties": {"triad": transitive_ties()},
    "edges + mutual + ctriple": {"triad": cyclic_triples()},
    "edges + mutual + twopath": {"path": two_paths()},
    "edges + mutual + ostar(2)": {"star": out_stars()},
    "edges + mutual + istar(2)": {"star": in_stars()},
    "edges + mutual + gwesp(0.25, fixed=TRUE)": {"triad": gwesp(0.25)},
    "edges + mutual + gwesp(1.5, fixed=TRUE)": {"triad": gwesp(1.5)},
    "edges + mutual + nodeocov('position') + nodeicov('position')": {
        "sender": sender(POSITION),
        "receiver": receiver(POSITION),
    },
    "edges + mutual + edgecov('distance')": {
        "distance": edge_covariate(np.abs(np.subtract.outer(POSITION, POSITION)))
    },
}


def read(folder: Path, name: str) -> Floats:
    return pd.read_csv(folder / "ergm" / f"{name}.csv").to_numpy(float)


def groups(folder: Path) -> list[str]:
    return pd.read_csv(folder / "ergm" / "samplike_group.csv")["group"].tolist()


def leaders(mirror: Path) -> tuple[Floats, Floats, Floats]:
    """Confidential ties of year 3, male, efficacy."""
    folder = mirror / "school_leaders"
    book = CalamineWorkbook.from_path(str(folder / "year-3-confidential-ties.xlsx"))
    rows = [row[-43:] for row in book.get_sheet_by_index(0).to_python()][-43:]
    ties = (np.array(rows, dtype=float) >= 3).astype(float)
    np.fill_diagonal(ties, 0.0)
    header, *table = (
        CalamineWorkbook.from_path(str(folder / "School Leaders Data Chapter 9_e.xlsx"))
        .get_sheet_by_index(0)
        .to_python()
    )
    people = pd.DataFrame(table, columns=header)
    return ties, people["MALE"].to_numpy(float), people["EFFICACY"].to_numpy(float)


def network(seed: int, density: float, size: int) -> Floats:
    ties = (np.random.default_rng(seed).random((size, size)) < density).astype(float)
    np.fill_diagonal(ties, 0.0)
    return ties


def assert_equals(result: PStar, reference: dict[str, Any], tolerance: float) -> None:
    np.testing.assert_allclose(result.estimates, list(reference["coef"].values()), atol=tolerance)
    np.testing.assert_allclose(result.standard_errors, list(reference["se"].values()), rtol=2e-4)
    assert result.log_likelihood == pytest.approx(reference["logLik"], abs=1e-6)


def test_undirected_models_equal_ergm(reference_folder: Path) -> None:
    florence = read(reference_folder, "flomarriage")
    wealth = read(reference_folder, "flomarriage_wealth")[:, 0]
    for name, terms in (
        ("flo_edges", {"edges": edges()}),
        ("flo_edges_wealth", {"edges": edges(), "wealth": node_sum(wealth)}),
        ("flo_edges_triangle_MPLE", {"edges": edges(), "triangle": triangles()}),
    ):
        result = pstar(florence, terms, directed=False)
        assert_equals(result, ERGM[name], 1e-6)
        assert result.observed == 120
        assert result.exact == (name != "flo_edges_triangle_MPLE")


def test_pseudo_likelihood_equals_ergm(reference_folder: Path) -> None:
    sampson = read(reference_folder, "samplike")
    for name, terms in (
        ("samp_edges_mutual_MPLE", BASE),
        ("samp_edges_mutual_gwesp_MPLE", {**BASE, "gwesp": gwesp(0.25)}),
    ):
        assert_equals(pstar(sampson, terms), ERGM[name], 1e-6)


@pytest.mark.parametrize("formula", ERGMX)
def test_pseudo_likelihood_equals_ergmx(formula: str, reference_folder: Path) -> None:
    expected = REFERENCE["ergmx"]["models"][formula]
    result = pstar(read(reference_folder, "samplike"), {**BASE, **ERGMX[formula]})
    np.testing.assert_allclose(result.estimates, expected["coef"], atol=1e-6)
    np.testing.assert_allclose(result.standard_errors, expected["se"], rtol=2e-4)


def test_pseudo_likelihood_with_groups_equals_ergmx(reference_folder: Path) -> None:
    expected = REFERENCE["ergmx"]["models"]["edges + mutual + nodematch('group')"]
    terms = {**BASE, "same group": match(groups(reference_folder))}
    result = pstar(read(reference_folder, "samplike"), terms)
    np.testing.assert_allclose(result.estimates, expected["coef"], atol=1e-6)


def test_exact_likelihood_lies_within_ergms_simulation_error(reference_folder: Path) -> None:
    sampson = read(reference_folder, "samplike")
    for name, terms in (
        ("samp_edges_mutual", BASE),
        ("samp_edges_mutual_match", {**BASE, "group": match(groups(reference_folder))}),
    ):
        result, reference = dyad_independent(sampson, terms), ERGM[name]
        error = np.array(list(reference["mcmc_error"].values()))
        difference = result.estimates - np.array(list(reference["coef"].values()))
        assert (np.abs(difference) < 3 * error).all()
        # Standard errors are simulated too; 5 per cent of them is what 1,000 draws leave.
        np.testing.assert_allclose(result.standard_errors, list(reference["se"].values()), rtol=0.05)


def test_exact_log_likelihood_equals_simulated_ones(reference_folder: Path) -> None:
    sampson = read(reference_folder, "samplike")
    plain = dyad_independent(sampson, BASE)
    # Bridge sampling of R ergm leaves an error of a few hundredths here.
    assert plain.log_likelihood == pytest.approx(ERGM["samp_edges_mutual"]["logLik"], abs=0.1)
    grouped = dyad_independent(sampson, {**BASE, "group": match(groups(reference_folder))})
    reference = REFERENCE["ergmx_log_likelihood"]
    mean, error = np.mean(reference["logLik"]), np.linalg.norm(reference["standard_error"]) / 3
    assert abs(grouped.log_likelihood - mean) < 3 * error


def test_arcs_and_reciprocity_by_hand(reference_folder: Path) -> None:
    # With m mutual, a asymmetric and n null dyads: exp(arc) = (a/2) / n, exp(reciprocity) = mn / (a/2)².
    result = dyad_independent(read(reference_folder, "samplike"), BASE)
    m, a, n = 28, 32, 93
    assert result.estimates[0] == pytest.approx(math.log(a / 2 / n), abs=1e-9)
    assert result.estimates[1] == pytest.approx(math.log(m * n / (a / 2) ** 2), abs=1e-9)
    # Delta method for a multinomial: the variance of a log odds is a sum of reciprocals.
    assert result.standard_errors[0] ** 2 == pytest.approx(1 / a + 1 / n, abs=1e-9)
    assert result.standard_errors[1] ** 2 == pytest.approx(1 / m + 1 / n + 4 / a, abs=1e-9)
    shares = np.array([m, a / 2, a / 2, n]) / 153
    assert result.log_likelihood == pytest.approx(
        float((np.array([m, a / 2, a / 2, n]) * np.log(shares)).sum())
    )


def test_school_leaders_exactly(data_mirror: Path) -> None:
    ties, male, efficacy = leaders(data_mirror)
    sex = {"sender male": sender(male), "receiver male": receiver(male)}
    skill = {"sender efficacy": sender(efficacy), "receiver efficacy": receiver(efficacy)}
    reference = REFERENCE["school_leaders"]["models"]
    # Expected to four digits: our own numbers, of which those of R are a simulated approximation.
    exact = {
        "arcs and reciprocity": [-3.1101, 3.1241],
        "male": [-3.3999, 3.1060, 0.5177, 0.0773],
        "male, efficacy": [-4.5266, 3.3644, 0.5405, 0.0703, 0.4181, -0.2710],
    }
    for name, terms in (
        ("arcs and reciprocity", BASE),
        ("male", {**BASE, **sex}),
        ("male, efficacy", {**BASE, **sex, **skill}),
    ):
        result = dyad_independent(ties, terms)
        np.testing.assert_allclose(result.estimates, exact[name], atol=5e-5)
        # Monte Carlo error is about a tenth of a standard error in simulations of ergm's default length.
        distance = np.abs(result.estimates - reference[name]["coef"]) / result.standard_errors
        assert distance.max() < 0.15
        np.testing.assert_allclose(result.standard_errors, reference[name]["se"], atol=0.016)
    pseudo = pstar(ties, {**BASE, "transitivity": transitive_triples(), **sex, **skill}).tidy()
    expected = REFERENCE["school_leaders_pseudo"]
    np.testing.assert_allclose(pseudo["estimate"][-2:], expected["coef"], atol=0.005)
    np.testing.assert_allclose(pseudo["standard_error"][-2:], expected["se"], atol=0.006)


def test_exact_fit_equals_direct_maximisation() -> None:
    x, values = network(4, 0.4, 9), np.linspace(-1, 2, 9)
    cells = np.outer(values, values[::-1])

    def negative(parameters: Floats) -> float:
        arc, reciprocity, out, into, cell = parameters
        total = 0.0
        for i, j in itertools.combinations(range(9), 2):
            forth = arc + out * values[i] + into * values[j] + cell * cells[i, j]
            back = arc + out * values[j] + into * values[i] + cell * cells[j, i]
            weights = [0.0, forth, back, forth + back + reciprocity]
            chosen = weights[int(x[i, j] + 2 * x[j, i])]
            total += chosen - math.log(sum(math.exp(weight) for weight in weights))
        return -total

    found = minimize(negative, np.zeros(5), method="BFGS", options={"gtol": 1e-7})
    terms = {**BASE, "out": sender(values), "in": receiver(values), "cell": edge_covariate(cells)}
    result = dyad_independent(x, terms)
    np.testing.assert_allclose(result.estimates, found.x, atol=1e-5)
    assert result.log_likelihood == pytest.approx(-found.fun, abs=1e-9)


@settings(deadline=None, max_examples=8)
@given(order=st.permutations(range(9)))
def test_relabelling_changes_nothing_and_transposing_swaps_sender_and_receiver(order: list[int]) -> None:
    x, values = network(4, 0.4, 9), np.linspace(-1, 2, 9)
    places = np.ix_(order, order)
    for fit, extra in ((dyad_independent, {}), (pstar, {"triads": transitive_triples()})):
        terms = {**BASE, **extra, "out": sender(values), "in": receiver(values)}
        moved = {**BASE, **extra, "out": sender(values[order]), "in": receiver(values[order])}
        result = fit(x, terms)
        np.testing.assert_allclose(fit(x[places], moved).estimates, result.estimates, atol=1e-7)
        turned = fit(x.T, terms).estimates
        np.testing.assert_allclose(turned[-2:], result.estimates[[-1, -2]], atol=1e-7)
        np.testing.assert_allclose(turned[:-2], result.estimates[:-2], atol=1e-7)


def test_without_reciprocity_both_fits_are_one_logistic_regression() -> None:
    x, values = network(4, 0.4, 9), np.linspace(-1, 2, 9)
    terms = {"arc": edges(), "out": sender(values)}
    exact, pseudo = dyad_independent(x, terms), pstar(x, terms)
    np.testing.assert_allclose(exact.estimates, pseudo.estimates, atol=1e-7)
    np.testing.assert_allclose(exact.standard_errors, pseudo.standard_errors, atol=1e-6)
    assert exact.log_likelihood == pytest.approx(pseudo.log_likelihood)
    assert pseudo.exact and "too small" not in pseudo.summary()


def test_missing_ties_are_left_out() -> None:
    x, values = network(4, 0.4, 9), np.linspace(-1, 2, 9)
    x[0, 3] = x[5, 6] = x[6, 5] = np.nan
    terms = {**BASE, "out": sender(values)}
    pseudo, exact = pstar(x, terms), dyad_independent(x, terms)
    # 0 → 3 is unknown, and so is what reciprocity adds to 3 → 0; both cells of 5, 6 are unknown.
    assert (pseudo.observed, pseudo.missing) == (68, 4)
    assert (exact.observed, exact.missing) == (34, 2)
    alone = pstar(x, {"arc": edges()})
    assert (alone.observed, alone.missing) == (69, 3)
    assert alone.estimates[0] == pytest.approx(math.log(np.nansum(x) / (69 - np.nansum(x))))


def test_results_read_as_table_and_text() -> None:
    result = pstar(network(4, 0.4, 9), {**BASE, "triads": transitive_triples()})
    table = result.tidy()
    assert list(table.columns) == ["term", "estimate", "standard_error", "ratio"]
    np.testing.assert_allclose(table["ratio"], table["estimate"] / table["standard_error"])
    assert "72 ordered pairs, 0 missing" in result.summary()
    assert "standard errors are too small" in result.summary()
    exact = dyad_independent(network(4, 0.4, 9), BASE).summary()
    assert "exact maximum likelihood" in exact and "36 dyads" in exact and "too small" not in exact


SEPARATED = np.triu(np.ones((5, 5)), 1)


@pytest.mark.parametrize(
    ("matrix", "terms", "directed", "message"),
    [
        (np.zeros((3, 3)), {}, True, "at least one entry"),
        (np.zeros((3, 3)), {"a": "edges"}, True, "'a' is 'edges'"),
        (np.zeros((3, 3)), {"t": triangles(), "v": node_sum([1, 2, 3])}, True, "(?s)'t' .*'v' .* directed"),
        (np.zeros((3, 3)), {"m": mutual()}, False, "'m' .mutual. is not defined for undirected ties"),
        (np.zeros((3, 3)), {"arc": edges()}, True, "no finite maximum; it rises with arc towards -infinity"),
        (SEPARATED, {"arc": edges(), "out": sender([5.0, 4, 3, 2, 1]), "in": receiver([5.0, 4, 3, 2, 1])},
         True, "no finite maximum"),
        (network(4, 0.4, 9), {"arc": edges(), "again": edges()}, True, "cannot be told apart"),
        (np.full((3, 3), np.nan), {"arc": edges()}, True, "no pair is observed"),
    ],
)  # fmt: skip
def test_models_that_cannot_be_fitted_are_refused(
    matrix: Floats, terms: dict[str, Any], directed: bool, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        pstar(matrix, terms, directed=directed)


def test_terms_beyond_the_dyad_have_no_exact_fit() -> None:
    with pytest.raises(ValueError, match=r"'triads' \(gwesp\): goes beyond the dyad"):
        dyad_independent(network(4, 0.4, 9), {**BASE, "triads": gwesp(0.3)})
    with pytest.raises(ValueError, match="no dyad is observed"):
        dyad_independent(np.full((3, 3), np.nan), BASE)


class Fit:
    """What ergmx gives back, as far as the adapter reads it."""

    method, iterations = "MCMLE", 3

    def __init__(self, converged: bool) -> None:
        self.converged = converged
        self.coef = {"edges": -1.0, "mutual": 2.0}

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"Std. Error": [0.5, 0.25], "MCMC %": [4.0, 1.0]})


def stand_in(monkeypatch: pytest.MonkeyPatch, outcome: str = "converged") -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []

    def ergm(graph: Any, formula: str, **options: Any) -> Fit:
        calls.append((graph, formula, options))
        if outcome == "degenerate":
            raise RuntimeError("the model may be degenerate\nmore")
        if outcome == "stalled":
            warnings.warn("did not converge in 30 iterations", UserWarning, stacklevel=1)
        return Fit(outcome == "converged")

    module = types.ModuleType("ergmx")
    module.ergm = ergm  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ergmx", module)
    return calls


def test_the_adapter_hands_over_network_model_and_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stand_in(monkeypatch)
    x = network(4, 0.4, 9)
    x[0, 3] = np.nan
    terms = {**BASE, "a": gwesp(0.25), "b": sender(POSITION[:9]), "c": edge_covariate(np.ones((9, 9)))}
    terms |= {"d": match(list("aabbccdde")), "e": out_stars()}
    ergm_mcmc(x, terms, seed=7, settings={"samplesize": 10})
    graph, formula, options = calls[0]
    assert formula == (
        "edges + mutual + gwesp(0.25, fixed=TRUE) + nodeocov('covariate3') + edgecov('covariate4')"
        " + nodematch('covariate5') + ostar(2)"
    )
    known = {(i, j) for i, j, marked in graph.edges(data="na") if not marked}
    assert known == {(int(i), int(j)) for i, j in np.argwhere(x == 1)}
    assert [(i, j) for i, j, marked in graph.edges(data="na") if marked] == [(0, 3)]
    assert graph.nodes[8] == {"covariate3": 8.0, "covariate5": "e"}
    assert graph.graph["covariate4"].shape == (9, 9)
    assert (options["seed"], options["samplesize"], options["n_chains"]) == (7, 10, 2)


def test_the_adapter_reads_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    result = ergm_mcmc(network(4, 0.4, 9), BASE, seed=1)
    table = result.tidy()
    assert table["estimate"].tolist() == [-1.0, 2.0]
    assert table["ratio"].tolist() == [-2.0, 8.0]
    # A share of 4 per cent of the variance is a fifth of the standard error.
    assert table["monte_carlo_error"].tolist() == pytest.approx([0.1, 0.025])
    assert "converged after 3 iterations" in result.summary()


@pytest.mark.parametrize(
    ("outcome", "message"),
    [("degenerate", "the model may be degenerate"), ("stalled", "did not converge in 30 iterations")],
)
def test_the_adapter_reports_a_failed_fit(
    monkeypatch: pytest.MonkeyPatch, outcome: str, message: str
) -> None:
    stand_in(monkeypatch, outcome)
    result = ergm_mcmc(network(4, 0.4, 9), BASE, seed=1)
    assert not result.converged
    assert np.isnan(result.estimates).all() == (outcome == "degenerate")
    assert f"NOT CONVERGED, not to be reported as results: {message}" in result.summary()


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({}, "at least one entry"),
        ({"t": triangles()}, r"'t' \(triangles\) has no counterpart"),
        ({"s": sender([1.0])}, r"'s': values have shape \(1,\) in a network of 9"),
    ],
)
def test_the_adapter_refuses_what_it_cannot_hand_over(
    monkeypatch: pytest.MonkeyPatch, terms: dict[str, Term], message: str
) -> None:
    stand_in(monkeypatch)
    with pytest.raises(ValueError, match=message):
        ergm_mcmc(network(4, 0.4, 9), terms, seed=1)


MODELS = ["--models", str(ROOT / "notebooks/school_leaders/table_9_4_models.json")]


def test_models_are_read_from_their_specification() -> None:
    actors = pd.DataFrame({"male": POSITION % 2})
    asked = {"one": {"arc": "edges", "late": {"gwesp": 0.5}, "men": {"match": "male"}}}
    found = adapter.models_of(asked, actors)["one"]
    kinds = {name: term.kind for name, term in found.items()}
    assert kinds == {"arc": "edges", "late": "gwesp", "men": "match"}
    assert found["late"].decay == 0.5
    assert found["men"].values is not None and found["men"].values.tolist() == (POSITION % 2).tolist()


def test_every_term_that_cannot_be_read_is_named() -> None:
    asked = {"one": {"a": "stars", "b": {"sender": "age"}}, "two": {"c": "gwesp", "d": {"mutual": "male"}}}
    with pytest.raises(ValueError) as caught:
        adapter.models_of(asked, pd.DataFrame({"male": [1]}))
    *faults, allowed = str(caught.value).split("\n")
    assert faults == [
        "model 'one', term 'a': found 'stars'",
        "model 'one', term 'b': found {'sender': 'age'}",
        "model 'two', term 'c': found 'gwesp'",
        "model 'two', term 'd': found {'mutual': 'male'}",
    ]
    assert allowed.startswith("allowed: edges, mutual")


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    x = 4 * network(4, 0.4, 9)
    ids = [f"leader {i}" for i in range(9)]
    ties = [(3, "confidential", ids[i], ids[j], x[i, j]) for i, j in np.argwhere(x)]
    found = {
        "actors": pd.DataFrame({"actor_id": ids, "male": POSITION[:9] % 2, "efficacy": POSITION[:9]}),
        "waves": pd.DataFrame({"wave": [3]}),
        "ties": pd.DataFrame(ties, columns=["wave", "relation", "sender_id", "receiver_id", "value"]),
    }
    monkeypatch.setattr(adapter, "load", lambda dataset: found)
    monkeypatch.setattr(adapter, "version", lambda name: "1.0")


def test_the_command_writes_every_model_with_its_provenance(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tables: None
) -> None:
    calls = stand_in(monkeypatch, "degenerate")
    assert adapter.main([*MODELS, "--out", str(tmp_path / "fits.json"), "--seed", "5"]) == 0
    written = json.loads((tmp_path / "fits.json").read_text())
    assert [model["formula"] for model in written["models"].values()] == [call[1] for call in calls]
    assert len(calls) == 11
    assert written["ties"] == int(network(4, 0.4, 9).sum())
    model = written["models"]["gwesp 0.25; male, efficacy"]
    assert (model["seed"], model["converged"], model["estimates"]) == (5, False, [None] * 7)
    assert model["settings"]["n_chains"] == 2
    assert set(written["versions"]) == {"python", "ergmx", "networkx", "numpy", "pandas", "scipy"}


def test_without_ergmx_the_command_says_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tables: None, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "ergmx":
            raise ModuleNotFoundError("No module named 'ergmx'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    assert adapter.main([*MODELS, "--out", str(tmp_path / "fits.json")]) == 1
    assert "`make ergm` builds it from requirements-ergm.lock" in capsys.readouterr().err
    assert not (tmp_path / "fits.json").exists()
