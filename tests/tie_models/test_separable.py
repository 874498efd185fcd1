"""Separable models: logistic regression by the definition, exact probabilities, missing and infinite ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import binom, chisquare

from analysis.tie_models.change_statistics import (
    Term,
    edge_covariate,
    edges,
    gwesp,
    match,
    mutual,
    node_sum,
    receiver,
    sender,
    transitive_ties,
    transitive_triples,
)
from analysis.tie_models.separable import Part, _order, _parts, _sampled, goodness_of_draws, separable

Floats = NDArray[np.float64]
Ties = frozenset[tuple[int, int]]

PEOPLE = 12
GROUPS = ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c", "c"]
YEARS = np.array([1.0, 9, 4, 2, 7, 3, 5, 8, 6, 2, 1, 4])
DISTANCE = np.abs(np.subtract.outer(np.arange(12.0) ** 1.2, np.arange(12.0)))
QUICK = {"replicates": 20, "sweeps": 1, "seed": 3}


def statistic(ties: Ties, term: Term) -> float:
    """Return a term's statistic of a whole network, tie by tie."""
    match term.kind:
        case "edges":
            return len(ties)
        case "mutual":
            return sum((j, i) in ties for i, j in ties) / 2
        case "sender" | "receiver" | "edge_covariate" | "match":
            values: Any = term.values
            worth = {
                "sender": lambda i, j: values[i],
                "receiver": lambda i, j: values[j],
                "edge_covariate": lambda i, j: values[i, j],
                "match": lambda i, j: values[i] == values[j],
            }[term.kind]
            return float(sum(worth(i, j) for i, j in ties))
    sent: dict[int, set[int]] = {}
    for i, j in ties:
        sent.setdefault(i, set()).add(j)
    partners = [sum(k in sent.get(via, ()) for via in sent[i]) for i, k in ties]
    if term.kind == "transitive_ties":
        return sum(count > 0 for count in partners)
    # Hunter 2007, Social Networks 29, 216-230: e^d (1 - (1 - e^-d)^p), here as the sum it is.
    further = 1 - math.exp(-float(term.decay or 0.0))
    return sum(further**partner for count in partners for partner in range(count))


def change(ties: Ties, pair: tuple[int, int], terms: Mapping[str, Term]) -> list[float]:
    """Return the statistics with a tie less those without it."""
    return [statistic(ties | {pair}, term) - statistic(ties - {pair}, term) for term in terms.values()]


def ties_of(matrix: Floats) -> Ties:
    return frozenset((int(i), int(j)) for i, j in np.argwhere(matrix == 1))


def by_definition(
    before: Floats, after: Floats, terms: Mapping[str, Term], part: Part
) -> tuple[Floats, list[float]]:
    """Return change statistics and outcomes of the free pairs, by what formation and persistence are."""
    first, second = ties_of(before), ties_of(after)
    network = first | second if part == "formation" else first & second
    free = [
        (i, j)
        for i, j in itertools.permutations(range(len(before)), 2)
        if not math.isnan(before[i, j])
        and not math.isnan(after[i, j])
        and ((i, j) in first) == (part == "persistence")
    ]
    design = np.array([change(network, pair, terms) for pair in free])
    return design, [float(pair in second) for pair in free]


def waves(seed: int = 2, people: int = PEOPLE) -> tuple[Floats, Floats]:
    """Return two waves of a network: ties last in six cases of ten and form in a quarter."""
    generator = np.random.default_rng(seed)
    before = (generator.random((people, people)) < 0.35).astype(float)
    after = (generator.random((people, people)) < np.where(before == 1, 0.6, 0.25)).astype(float)
    for matrix in (before, after):
        np.fill_diagonal(matrix, 0.0)
    return before, after


def with_gaps() -> tuple[Floats, Floats]:
    """Return two waves, with cells missing in either, in both, and a row in the second."""
    before, after = waves()
    before[0, 3] = before[5, 2] = before[7, 8] = np.nan
    after[0, 3] = after[2, 5] = np.nan
    after[9] = np.nan
    return before, after


DYADIC = {"edges": edges(), "sent": sender(YEARS), "got": receiver(YEARS), "group": match(GROUPS)}
MODELS = {
    "covariates": {**DYADIC, "distance": edge_covariate(DISTANCE)},
    "mutual": {"edges": edges(), "mutual": mutual(), "group": match(GROUPS)},
    "gwesp": {"edges": edges(), "mutual": mutual(), "triads": gwesp(0.7)},
    "transitive": {"edges": edges(), "triads": transitive_ties(), "sent": sender(YEARS)},
}


@pytest.mark.parametrize("made", [waves, with_gaps])
@pytest.mark.parametrize("part", ["formation", "persistence"])
@pytest.mark.parametrize("model", MODELS)
def test_estimates_are_a_logistic_regression_on_the_free_pairs(model: str, part: Part, made: Any) -> None:
    before, after = made()
    design, outcome = by_definition(before, after, MODELS[model], part)
    expected = sm.Logit(outcome, design).fit(disp=False)
    found = separable(before, after, MODELS[model], part, **QUICK)
    np.testing.assert_allclose(found.estimates, expected.params, atol=1e-6)
    np.testing.assert_allclose(found.naive_errors, expected.bse, rtol=1e-5)
    assert (found.pairs, found.ties) == (len(outcome), sum(outcome))
    assert found.terms == tuple(MODELS[model])


def test_missing_cells_are_not_free_and_ties_seen_once_are_ties_of_the_formation_network() -> None:
    before, after = np.zeros((4, 4)), np.zeros((4, 4))
    before[0, 1] = after[1, 0] = after[2, 3] = 1
    after[0, 1] = after[3, 2] = np.nan
    before[1, 2] = np.nan
    # Of 12 pairs one is tied before, two more are missing in a wave.
    only = separable(before, after, {"edges": edges()}, "formation", **QUICK)
    assert (only.pairs, only.ties) == (9, 2)
    assert only.estimates[0] == pytest.approx(math.log(2 / 7))
    # 0 → 1 was seen before, and 1 → 0 returns it: the one tie that could be. Eight pairs and a tie are left.
    both = separable(before, after, {"edges": edges(), "mutual": mutual()}, "formation", **QUICK)
    np.testing.assert_allclose(both.estimates, [math.log(1 / 7), math.inf], atol=1e-6)


@pytest.mark.parametrize("part", ["formation", "persistence"])
def test_self_ties_do_not_count(part: Part) -> None:
    before, after = waves()
    plain = separable(before, after, MODELS["gwesp"], part, **QUICK)
    np.fill_diagonal(before, 1.0)
    np.fill_diagonal(after, 1.0)
    looped = separable(before, after, MODELS["gwesp"], part, **QUICK)
    pd.testing.assert_frame_equal(plain.tidy(), looped.tidy())


def draws(
    network: Floats, terms: Mapping[str, Term], estimates: Floats, cells: Floats, number: int, seed: int
) -> list[Ties]:
    """Return networks drawn as the bootstrap draws them, 25 sweeps each."""
    generator = np.random.default_rng(seed)
    parts = _parts(network, terms, estimates)
    found = []
    for _ in range(number):
        order = _order(cells, 25, generator)
        found.append(ties_of(_sampled(network, *parts, order, generator.random(len(order)))))
    return found


def exact(network: Floats, terms: Mapping[str, Term], estimates: Floats, cells: Floats) -> dict[Ties, float]:
    """Return the probability of every network of the free cells."""
    pairs = [(int(i), int(j)) for i, j in cells]
    fixed = ties_of(network) - set(pairs)
    weights = {}
    for size in range(len(pairs) + 1):
        for chosen in itertools.combinations(pairs, size):
            ties = fixed | set(chosen)
            weights[ties] = math.exp(
                sum(
                    value * statistic(ties, term)
                    for value, term in zip(estimates, terms.values(), strict=True)
                )
            )
    return {ties: weight / sum(weights.values()) for ties, weight in weights.items()}


def distance(found: list[Ties], probabilities: dict[Ties, float]) -> float:
    """Return the p-value of chi-square; networks expected fewer than five times are one class."""
    expected = np.array([*probabilities.values()]) * len(found)
    observed = np.array([found.count(ties) for ties in probabilities], dtype=float)
    assert observed.sum() == len(found)
    rare = expected < 5
    classes = [np.append(counts[~rare], counts[rare].sum()) for counts in (observed, expected)]
    kept = [counts[classes[1] > 0] for counts in classes]
    return float(chisquare(*kept).pvalue)


def three() -> tuple[Floats, Floats]:
    return np.zeros((3, 3)), np.array([*itertools.permutations(range(3), 2)])


def three_with_a_fixed_tie() -> tuple[Floats, Floats]:
    network, cells = three()
    network[0, 1] = network[1, 2] = 1
    return network, cells[1:5]


def four_with_several_partners() -> tuple[Floats, Floats]:
    network = np.zeros((4, 4))
    network[0, 1] = network[0, 2] = network[1, 3] = 1
    return network, np.array([(0, 3), (2, 3), (1, 2), (2, 1), (0, 2), (3, 0)])


FREE = {"edges": edges(), "group": match(["a", "b", "a", "b"])}
SAMPLED: dict[str, tuple[Any, dict[str, Term], list[float]]] = {
    "mutual": (three, {"edges": edges(), "mutual": mutual()}, [-0.8, 1.5]),
    "covariate": (three, {"edges": edges(), "sent": sender([1, 2, 4.0])}, [-1.0, 0.4]),
    "transitive": (three, {"edges": edges(), "triads": transitive_ties()}, [-0.6, 0.9]),
    "gwesp": (three, {"edges": edges(), "mutual": mutual(), "triads": gwesp(0.7)}, [-0.6, -0.5, 0.8]),
    "fixed": (three_with_a_fixed_tie, {"edges": edges(), "triads": gwesp(0.3)}, [-0.6, 1.2]),
    "partners": (four_with_several_partners, {**FREE, "triads": gwesp(1.2)}, [-0.7, 0.4, 0.8]),
    "counted once": (four_with_several_partners, {**FREE, "triads": transitive_ties()}, [-0.7, 0.4, 0.9]),
    "no limit": (four_with_several_partners, {**FREE, "triads": gwesp(40.0)}, [-0.7, 0.4, 0.6]),
}


@pytest.mark.parametrize("name", SAMPLED)
def test_networks_are_drawn_with_their_exact_probabilities(name: str) -> None:
    made, terms, values = SAMPLED[name]
    network, cells = made()
    if "group" in terms:
        terms = {**terms, "group": match(["a", "b", "a", "b"][: len(network)])}
    estimates = np.array(values)
    found = draws(network, terms, estimates, cells, 3000, seed=11)
    assert distance(found, exact(network, terms, estimates, cells)) > 0.01
    # The same draws do not fit a model whose last term is at work half as much.
    halved = estimates * np.array([1.0] * (len(estimates) - 1) + [0.5])
    assert distance(found, exact(network, terms, halved, cells)) < 1e-4


def test_a_sweep_holds_every_free_pair_once_in_an_order_of_its_own() -> None:
    cells = np.array([(0, 1), (2, 0), (1, 2), (3, 0)])
    order = _order(cells, 30, np.random.default_rng(2))
    sweeps = [tuple(map(tuple, sweep)) for sweep in order.reshape(30, 4, 2).tolist()]
    assert {tuple(sorted(sweep)) for sweep in sweeps} == {((0, 1), (1, 2), (2, 0), (3, 0))}
    assert len(set(sweeps)) > 10


@pytest.mark.parametrize("triads", [gwesp(0.0), gwesp(0.7), gwesp(40.0), transitive_ties()])
def test_every_step_of_the_sampler_is_one_of_the_definition(triads: Term) -> None:
    terms = {"edges": edges(), "mutual": mutual(), "triads": triads}
    estimates = np.array([-1.2, 0.8, 0.25])
    network, _ = waves(seed=4, people=7)
    cells = np.array([*itertools.permutations(range(7), 2)])[5:]
    generator = np.random.default_rng(6)
    order = cells[generator.integers(len(cells), size=600)]
    uniform = generator.random(600)
    ties = ties_of(network)
    for (i, j), draw in zip(order.tolist(), uniform, strict=True):
        odds = float(np.dot(estimates, change(ties, (i, j), terms)))
        ties = ties | {(i, j)} if draw < 1 / (1 + math.exp(-odds)) else ties - {(i, j)}
    before = network.copy()
    assert ties_of(_sampled(network, *_parts(network, terms, estimates), order, uniform)) == ties
    assert np.array_equal(network, before)


@pytest.mark.parametrize("triads", [gwesp(0.0), gwesp(0.7), transitive_ties()])
def test_every_step_of_an_undirected_sampler_is_one_of_the_definition(triads: Term) -> None:
    """Counted over both cells of a pair, of which each undirected tie has half."""
    terms = {"edges": edges(), "triads": triads}
    estimates = np.array([-1.2, 0.35])
    network, _ = waves(seed=4, people=7)
    network = np.maximum(network, network.T)
    cells = np.argwhere(np.triu(np.ones((7, 7)), 1))[3:]
    generator = np.random.default_rng(6)
    order = cells[generator.integers(len(cells), size=500)]
    uniform = generator.random(500)
    ties = ties_of(network)
    for (i, j), draw in zip(order.tolist(), uniform, strict=True):
        both = {(i, j), (j, i)}
        halves = [
            (statistic(ties | both, term) - statistic(ties - both, term)) / 2 for term in terms.values()
        ]
        odds = float(np.dot(estimates, halves))
        ties = ties | both if draw < 1 / (1 + math.exp(-odds)) else ties - both
    drawn = _sampled(network, *_parts(network, terms, estimates), order, uniform, False)
    assert ties_of(drawn) == ties


@pytest.mark.parametrize("part", ["formation", "persistence"])
def test_an_undirected_tie_counts_once(part: Part) -> None:
    before, after = (np.triu(matrix) + np.triu(matrix).T for matrix in waves())
    terms = {"edges": edges(), "group": match(GROUPS), "triads": gwesp(0.7)}
    first, second = ties_of(before), ties_of(after)
    network = first | second if part == "formation" else first & second
    free = [
        pair
        for pair in itertools.combinations(range(PEOPLE), 2)
        if (pair in first) == (part == "persistence")
    ]
    design = []
    for i, j in free:
        both = {(i, j), (j, i)}
        design.append(
            [(statistic(network | both, t) - statistic(network - both, t)) / 2 for t in terms.values()]
        )
    expected = sm.Logit([float(pair in second) for pair in free], np.array(design)).fit(disp=False)
    found = separable(before, after, terms, part, directed=False, **QUICK)
    np.testing.assert_allclose(found.estimates, expected.params, atol=1e-6)
    assert found.pairs == len(free)
    assert found.goodness.index.get_level_values("aspect").unique().tolist() == ["degree", "shared partners"]
    with pytest.raises(ValueError, match="allowed: edges, match, edge_covariate, gwesp, transitive_ties"):
        separable(before, after, {"mutual": mutual()}, part, directed=False, **QUICK)
    with pytest.raises(ValueError, match="not symmetric"):
        separable(*waves(), terms, part, directed=False, **QUICK)


def test_goodness_counts_degrees_and_shared_partners_by_hand() -> None:
    # 0 → 1 → 2, 0 → 2, and 3 alone: 0 → 2 has one shared partner, the other two ties none.
    network = np.zeros((4, 4), dtype=bool)
    network[0, 1] = network[1, 2] = network[0, 2] = True
    draws = np.random.default_rng(2).random((200, 4, 4)) < 0.4
    draws &= ~np.eye(4, dtype=bool)
    found = goodness_of_draws(network, draws)
    assert found.loc["out-degree", "observed"].tolist() == [2, 1, 1, 0]
    assert found.loc["in-degree", "observed"].tolist() == [2, 1, 1, 0]
    assert found.loc["shared partners", "observed"].tolist()[:2] == [2, 1]
    assert found.loc["out-degree", "mean"].sum() == pytest.approx(4)
    first = draws.sum(axis=2)
    assert found.loc[("out-degree", 0), "mean"] == pytest.approx((first == 0).sum(axis=1).mean())
    assert (found["lower"] <= found["mean"]).all() and (found["mean"] <= found["upper"]).all()


def test_goodness_is_in_doubt_about_what_a_model_does_not_give() -> None:
    """Three closed circles of four: no model of density alone draws so many shared partners."""
    circles = np.kron(np.eye(3), np.ones((4, 4))).astype(bool) & ~np.eye(12, dtype=bool)
    draws = np.random.default_rng(5).random((300, 12, 12)) < circles.sum() / 132
    draws &= ~np.eye(12, dtype=bool)
    assert goodness_of_draws(circles, draws).loc["shared partners", "p"].iloc[0] < 0.01
    levels = [
        goodness_of_draws(draws[k], np.delete(draws, k, 0)).loc["shared partners", "p"].iloc[0]
        for k in range(60)
    ]
    assert sum(p <= 0.05 for p in levels) <= binom.ppf(0.999, 60, 0.05)


def test_the_interval_of_a_share_is_about_binomial() -> None:
    before, after = waves(people=8)
    found = separable(before, after, {"edges": edges()}, "formation", replicates=400, sweeps=1, seed=1)
    share = found.ties / found.pairs
    for end, (least, most) in ((found.lower, (0.005, 0.07)), (found.upper, (0.93, 0.995))):
        counts = binom.ppf([least, most], found.pairs, share)
        low, high = np.log(counts / (found.pairs - counts))
        assert low <= end[0] <= high
    assert found.infinite == 0


def test_a_wider_level_holds_a_narrower_one() -> None:
    setting = {**QUICK, "replicates": 60}
    wide, narrow = (
        separable(*waves(), MODELS["mutual"], "formation", level=level, **setting) for level in (0.95, 0.5)
    )
    assert (wide.lower < narrow.lower).all() and (narrow.upper < wide.upper).all()
    assert (narrow.lower <= narrow.upper).all()
    np.testing.assert_array_equal(wide.estimates, narrow.estimates)


def test_the_seed_alone_decides() -> None:
    model, part = MODELS["gwesp"], "formation"
    first, again = (separable(*waves(), model, part, **QUICK) for _ in range(2))
    pd.testing.assert_frame_equal(first.tidy(), again.tidy())
    other = separable(*waves(), model, part, **{**QUICK, "seed": 4})
    assert (first.lower != other.lower).any()
    np.testing.assert_array_equal(first.estimates, other.estimates)


@pytest.mark.parametrize("part", ["formation", "persistence"])
def test_relabelling_actors_leaves_estimates_as_they_are(part: Part) -> None:
    before, after = with_gaps()
    order = np.random.default_rng(9).permutation(PEOPLE)
    places = np.ix_(order, order)
    plain = {**MODELS["gwesp"], "sent": sender(YEARS), "distance": edge_covariate(DISTANCE)}
    moved = {**plain, "sent": sender(YEARS[order]), "distance": edge_covariate(DISTANCE[places])}
    labels = [f"p{number}" for number in order]
    frames = [pd.DataFrame(wave[places], labels, labels) for wave in (before, after)]
    found = separable(frames[0], frames[1], moved, part, **QUICK)
    expected = separable(before, after, plain, part, **QUICK)
    np.testing.assert_allclose(found.estimates, expected.estimates, atol=1e-8)
    np.testing.assert_allclose(found.naive_errors, expected.naive_errors, atol=1e-8)
    assert (found.pairs, found.ties) == (expected.pairs, expected.ties)


@pytest.mark.parametrize("unit", [0.001, 1000.0])
def test_the_unit_of_a_covariate_changes_its_estimate_by_that_unit(unit: float) -> None:
    plain, scaled = (
        separable(*waves(), {"edges": edges(), "sent": sender(YEARS * by)}, "formation", **QUICK)
        for by in (1.0, unit)
    )
    for name in ("estimates", "lower", "upper", "naive_errors"):
        np.testing.assert_allclose(getattr(scaled, name) * [1, unit], getattr(plain, name), rtol=1e-6)
    assert scaled.infinite == plain.infinite


def of_one_mind() -> tuple[Floats, Floats]:
    """Return waves between which all ties within groups of four are formed, and 12 of the others."""
    before, after = np.zeros((12, 12)), np.zeros((12, 12))
    same = np.equal.outer(GROUPS, GROUPS)
    after[same] = 1
    others = np.argwhere(~same)[::8]
    after[tuple(others.T)] = 1
    return before, after


@pytest.mark.parametrize("unit", [0.001, 1.0, 1000.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_terms_that_separate_ties_from_others_are_infinite_and_the_rest_stays(
    sign: float, unit: float
) -> None:
    before, after = of_one_mind()
    same = sign * unit * np.equal.outer(GROUPS, GROUPS)
    terms = {"edges": edges(), "same": edge_covariate(same)}
    found = separable(before, after, terms, "formation", **QUICK)
    assert (found.pairs, found.ties) == (132, 36 + 12)
    # 12 ties of the 96 pairs between groups.
    np.testing.assert_allclose(found.estimates, [math.log(12 / 84), sign * math.inf], atol=1e-6)
    assert found.naive_errors[0] == pytest.approx(math.sqrt(1 / 12 + 1 / 84), rel=1e-5)
    assert math.isnan(found.naive_errors[1])
    # What never fails to form forms in every replicate.
    assert found.infinite == 20
    assert found.lower[1] == found.upper[1] == sign * math.inf
    assert found.lower[0] < found.estimates[0] < found.upper[0]
    assert "20 replicates, 20 of them without finite estimates" in found.summary()


def test_replicates_without_a_tie_count_as_infinite_and_are_not_left_out() -> None:
    before, after = np.zeros((4, 4)), np.zeros((4, 4))
    after[0, 1] = 1
    found = separable(before, after, {"edges": edges()}, "formation", replicates=400, sweeps=1, seed=5)
    # No tie of 12 at one chance in 12 each.
    low, high = binom.ppf([0.0005, 0.9995], 400, (11 / 12) ** 12)
    assert low <= found.infinite <= high
    assert found.lower[0] == -math.inf
    assert math.isfinite(found.upper[0])


def test_results_read_as_table_and_text() -> None:
    found = separable(*waves(), MODELS["mutual"], "persistence", level=0.9, **QUICK)
    table = found.tidy()
    assert table.columns.tolist() == ["part", "term", "estimate", "lower", "upper", "naive_error"]
    assert table["part"].unique().tolist() == ["persistence"]
    assert table["term"].tolist() == ["edges", "mutual", "group"]
    kept = int(((waves()[0] == 1) & (waves()[1] == 1)).sum())
    assert found.summary().split("\n")[0] == (
        f"persistence: {kept} ties of {int(waves()[0].sum())} free pairs; 20 replicates, "
        f"{found.infinite} of them without finite estimates; 90% intervals"
    )


ALLOWED = "edges, mutual, sender, receiver, match, edge_covariate, gwesp, transitive_ties"
EDGES = {"edges": edges()}


@pytest.mark.parametrize(
    ("terms", "changes", "message"),
    [
        ({}, {}, "terms must be a dictionary {name: term} with at least one entry"),
        ([edges()], {}, "terms must be a dictionary {name: term} with at least one entry"),
        ({"e": "edges"}, {}, f"found 'e' (no term); allowed: {ALLOWED}"),
        ({"t": transitive_triples(), "s": node_sum(YEARS)}, {},
         f"found 't' (transitive_triples), 's' (node_sum); allowed: {ALLOWED}"),
        ({"g": gwesp(1), "t": transitive_ties()}, {}, "found two terms of shared partners; allowed: one"),
        (EDGES, {"level": 1.0}, "found level 1.0; allowed: between 0 and 1"),
        (EDGES, {"replicates": 19}, "found 19 replicates; allowed: at least 20"),
        (EDGES, {"sweeps": 0}, "found 0 sweeps; allowed: at least 1"),
        (EDGES, {"part": "dissolution"}, "part is 'dissolution'; allowed are 'formation', 'persistence'"),
        (EDGES, {"after": np.zeros((3, 3))}, "found waves of 12 and 3 actors; allowed: the same actors"),
        ({}, {"after": np.zeros((3, 3))},
         "found waves of 12 and 3 actors; allowed: the same actors\n"
         "terms must be a dictionary {name: term} with at least one entry"),
        (EDGES, {"after": waves()[0]},
         "formation: no free pair has a tie in the later wave; needed: some and not all"),
        (EDGES, {"part": "persistence", "after": waves()[0]},
         "persistence: every free pair has a tie in the later wave; needed: some and not all"),
        ({"edges": edges(), "again": sender(np.ones(12))}, {},
         "formation: over the free pairs the terms edges, again depend on each other; drop one"),
        ({"sent": sender(np.ones(3))}, {}, "sender: values have shape (3,); this network needs (12,)"),
        (EDGES, {"after": np.full((12, 12), 2.0)},
         "the network holds 2 in row 1, column 2 (and 131 more such cells); allowed are 0, 1 and NaN: "
         "choose a threshold before"),
    ],
)  # fmt: skip
def test_models_that_cannot_be_fitted_are_refused(terms: Any, changes: dict[str, Any], message: str) -> None:
    before, after = waves()
    with pytest.raises(ValueError) as caught:
        separable(
            **{**QUICK, "before": before, "after": after, "terms": terms, "part": "formation", **changes}
        )
    assert str(caught.value) == message


def test_waves_with_actors_in_another_order_are_refused() -> None:
    before, after = waves()
    labels = list("abcdefghijkl")
    first = pd.DataFrame(before, labels, labels)
    second = pd.DataFrame(after, labels, labels).loc[labels[::-1], labels[::-1]]
    with pytest.raises(ValueError) as caught:
        separable(first, second, EDGES, "formation", **QUICK)
    assert (
        str(caught.value)
        == "the waves carry different labels, or an order of their own; allowed: the same actors"
    )
