"""Growing in stages or all at once: weeks by hand, equal budgets, the same bits, what must not matter."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from analysis.tie_models.network_growth import (
    ARMS,
    OUTCOMES,
    Grown,
    GrowthPlan,
    both_arms,
    compare_arms,
    draw_crowd,
    grow,
    outcomes_of,
    timetable,
)
from analysis.tie_models.network_growth_kernels import closeness_sum, joining_order, relationships

SMALL = GrowthPlan(people=60, cohort=12, school=12)


def plans() -> some.SearchStrategy[GrowthPlan]:
    """Plans that can be spent: time enough, and everything else anything."""
    share = some.floats(0, 1)
    return some.builds(
        GrowthPlan,
        people=some.integers(20, 70),
        cohort=some.integers(6, 20),
        weeks=some.integers(20, 30),
        growing=some.integers(0, 12),
        every=some.integers(1, 6),
        pace=some.floats(0.1, 0.8),
        attention=some.integers(6, 20),
        backbone=some.integers(1, 4),
        returning=share,
        lasting=share,
        through_backbone=share,
        alike=share,
        acquainted=share,
        forgetting=share,
        evenness=some.floats(0.2, 5),
        recruitment=some.sampled_from(("working relationships", "likeness", "neither")),
        spending=some.sampled_from(("by week", "by people", "longer")),
    )


@settings(max_examples=40)
@given(plans(), some.integers(0, 2**32))
def test_both_arms_spend_the_same_budget_on_the_same_people_within_everybodys_time(
    plan: GrowthPlan, seed: int
) -> None:
    crowd = draw_crowd(plan, np.random.default_rng(seed))
    for arm in ARMS:
        present, spend, unspent = timetable(plan, arm)
        grown = grow(plan, crowd, present, spend, seed=seed)
        assert unspent == 0
        assert len(grown.week) == spend.sum() == plan.budget
        assert present[-1] == plan.people
        assert (np.bincount(grown.week, minlength=len(spend)) == spend).all()
        assert (grown.sender != grown.receiver).all()
        # Nobody is in contact before they have joined, or beyond the time they have.
        assert (np.maximum(grown.sender, grown.receiver) < present[grown.week]).all()
        for week in range(len(spend)):
            now = grown.week == week
            ends = np.concatenate([grown.sender[now], grown.receiver[now]])
            assert (np.bincount(ends, minlength=plan.people) <= plan.time).all()
        ties = set(zip(*grown.ties.nonzero(), strict=True))
        assert ties <= set(zip(grown.sender, grown.receiver, strict=True))
        values = outcomes_of(grown, backbone=plan.backbone, cohort=plan.cohort, watched=plan.watched)
        for name, value in zip(OUTCOMES, values, strict=True):
            most = plan.watched if name == "second tie" else 1
            assert np.isnan(value) or 0 <= value <= most + 1e-12, name


@pytest.mark.parametrize("spending", ["by week", "by people", "longer"])
def test_a_cohort_of_everybody_is_the_other_arm_bit_for_bit(spending: str) -> None:
    """No difference is made by how arms are timed, spent or measured: with nobody to add they are one."""
    both = both_arms(replace(SMALL, cohort=60, spending=spending), np.random.default_rng(5))
    assert both[0].tobytes() == both[1].tobytes()


def test_the_same_seed_gives_the_same_bits_with_one_worker_or_two() -> None:
    one, two = (compare_arms(SMALL, networks=12, seed=3, workers=workers) for workers in (1, 2))
    assert one.outcomes.tobytes() == two.outcomes.tobytes()
    other = compare_arms(SMALL, networks=12, seed=4)
    assert one.outcomes.tobytes() != other.outcomes.tobytes()


def test_where_contacts_are_forgotten_at_once_starting_small_leaves_nothing_by_the_end() -> None:
    """Only contacts of the last week are left, as many in both arms, of the same people: no difference."""
    table = compare_arms(
        replace(SMALL, forgetting=1.0, lasting=0.0), networks=200, seed=1, level=0.999
    ).tidy()
    ended = table.set_index("outcome").loc[["cohesion", "reciprocity"]]
    assert (ended["lower"] < 0).all()
    assert (ended["upper"] > 0).all()


def test_a_timetable_worked_by_hand() -> None:
    plan = GrowthPlan(
        people=10, cohort=4, weeks=8, growing=4, every=2, pace=0.5, watched=2, backbone=1, attention=3,
        backbone_time=1.0,
    )  # fmt: skip
    # 40 contacts, 5 a week. Four have time for 12, less 3, halved: 4; so one a week is owed until the first
    # addition, when seven have time for 21, less 3, halved: 9; ten for 13.
    present, spend, unspent = timetable(plan, "small first")
    assert present.tolist() == [4, 4, 7, 7, 10, 10, 10, 10]
    assert spend.tolist() == [4, 4, 7, 5, 5, 5, 5, 5]
    assert unspent == 0
    present, spend, _ = timetable(plan, "all at once")
    assert present.tolist() == [10] * 8
    assert spend.tolist() == [5] * 8
    # In proportion to 62 person-weeks; and at the pace of the other arm, with two more weeks to reach its 80.
    assert timetable(replace(plan, spending="by people", attention=9), "small first")[1].sum() == 40
    present, spend, _ = timetable(replace(plan, spending="longer", attention=9), "small first")
    assert present.tolist() == [4, 4, 7, 7, 10, 10, 10, 10, 10, 10]
    assert spend.sum() == 40


def test_outcomes_worked_by_hand() -> None:
    # Backbone 0; a path 1 - 2 - 3, its first tie returned; 0 is tied to 1 and 3; 4 is alone.
    ties = np.zeros((5, 5), dtype=bool)
    for one, other in ((1, 2), (2, 1), (2, 3), (0, 1), (3, 0)):
        ties[one, other] = True
    ends = np.array([1, 2, 2, 0, 3]), np.array([2, 1, 3, 1, 0])
    second = np.array([3, 1, 2, 4, -1])
    joined = np.array([0, 0, 0, 1, 1])
    grown = Grown(np.arange(5), *ends, ties, second, joined)
    found = dict(zip(OUTCOMES, outcomes_of(grown, backbone=1, cohort=3, watched=6), strict=True))
    assert found["cohesion"] == pytest.approx(2 * (4 + 2 / 2) / 20)  # a square, two pairs at distance 2
    assert found["reciprocity"] == 2 / 5
    assert found["second tie"] == (4 + 6) / 2  # the third in week 4 after joining in week 1; the fourth never
    assert found["backbone load"] == 2 / 5
    assert found["survival"] == pytest.approx(2.5 / 2.5)  # 1 and 3 are at distance 2 without 0 as well


def test_nothing_to_divide_by_is_missing() -> None:
    nobody = np.zeros(3, dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    grown = Grown(none, none, none, np.zeros((3, 3), dtype=bool), nobody - 1, nobody)
    cohesion, *others = outcomes_of(grown, backbone=1, cohort=3, watched=2)
    assert cohesion == 0
    assert np.isnan(others).all()


@settings(max_examples=30)
@given(some.integers(2, 90), some.floats(0, 0.2), some.integers(0, 2**32))
def test_closeness_is_networkx_s_and_does_not_depend_on_names(people: int, chance: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    ties = generator.random((people, people)) < chance
    ties = np.triu(ties, 1) | np.triu(ties, 1).T
    cells = ties.astype(np.uint8)
    pairs = people * (people - 1)
    assert closeness_sum(cells, 0, 0) / pairs == pytest.approx(
        nx.global_efficiency(nx.from_numpy_array(ties)), abs=1e-12
    )
    order = generator.permutation(people)
    assert closeness_sum(cells[np.ix_(order, order)], 0, 0) == pytest.approx(closeness_sum(cells, 0, 0))
    without = nx.from_numpy_array(ties)
    without.remove_node(0)
    assert closeness_sum(cells, 1, 1) == pytest.approx(
        nx.global_efficiency(without) * max((people - 1) * (people - 2), 1), abs=1e-9
    )


def test_ties_at_work_have_the_rates_asked_for() -> None:
    schools = np.arange(300) // 20
    generator = np.random.default_rng(1)
    asks = relationships(schools, np.full(15, 0.2), 0.01, 0.4, generator)
    own = schools[:, None] == schools[None, :]
    np.fill_diagonal(own, False)
    assert asks[own].mean() == pytest.approx(0.2, abs=0.02)
    assert asks[schools[:, None] != schools[None, :]].mean() == pytest.approx(0.01, abs=0.002)
    assert (asks & asks.T).sum() / asks.sum() == pytest.approx(0.4, abs=0.04)
    assert not asks.diagonal().any()


def test_who_joins_next_is_brought_in_by_the_rule() -> None:
    generator = np.random.default_rng(2)
    kinds = np.arange(40) % 4
    # Two schools in which everybody asks everybody: the one that the first comes from fills up first.
    schools = np.arange(40) // 20
    asks = (schools[:, None] == schools[None, :]).astype(np.uint8)
    by_work = joining_order(1, 1, asks, kinds, generator)
    assert sorted(by_work) == list(range(40))
    assert len(set(schools[by_work[:20]])) == 1
    assert len(set(schools[joining_order(0, 1, asks, kinds, generator)[:20]])) == 2
    # Alike, with a backbone of one: all of its kind before anybody else.
    alike = kinds[joining_order(2, 1, asks, kinds, generator)]
    assert len(set(alike[:10])) == 1
    # The backbone is drawn among all alike.
    assert len({int(joining_order(2, 1, asks, kinds, generator)[0]) for _ in range(60)}) > 20


def test_each_chance_moves_what_it_should() -> None:
    def mean(**given: float) -> np.ndarray:
        return compare_arms(replace(SMALL, **given), networks=20, seed=9).outcomes.mean(axis=(0, 1))

    place = {name: k for k, name in enumerate(OUTCOMES)}
    assert mean(returning=0.9)[place["reciprocity"]] > mean(returning=0.1)[place["reciprocity"]] + 0.3
    assert mean(through_backbone=0.8)[place["backbone load"]] > mean()[place["backbone load"]] + 0.2
    assert mean(forgetting=0.5)[place["cohesion"]] < mean(forgetting=0.01)[place["cohesion"]] - 0.1
    assert mean(lasting=0.9)[place["second tie"]] > mean(lasting=0.0)[place["second tie"]]


def test_every_fault_of_a_plan_is_named_at_once() -> None:
    with pytest.raises(ValueError, match="cohort 300, allowed: at most the 200 people") as caught:
        GrowthPlan(
            cohort=300, returning=1.2, forgetting=float("nan"), alike=-0.1, pace=0.0, attention=0,
            growing=39, recruitment="friends", asked_within=-1.0, backbone=301,
        )  # fmt: skip
    told = str(caught.value)
    for fault in (
        "returning 1.2, allowed: from 0 to 1",
        "forgetting nan, allowed: from 0 to 1",
        "alike -0.1",
        "pace 0.0, allowed: above 0",
        "attention 0, allowed: at least 1",
        "backbone 301, allowed: at most the cohort of 300",
        "growing 39, allowed: 0 to 32",
        "recruitment 'friends', allowed: 'working relationships', 'likeness', 'neither'",
        "asked_within -1.0, allowed: 0 or more",
    ):
        assert fault in told


def test_a_budget_that_cannot_be_spent_is_named_with_what_could_be() -> None:
    with pytest.raises(
        ValueError, match="budget 8000 contacts, small first, allowed: at most 6040"
    ) as caught:
        GrowthPlan(pace=1.0, attention=2, backbone_time=1.0)
    assert "budget 8000 contacts, all at once, allowed: at most 7960" in str(caught.value)


def test_results_read_in_words() -> None:
    found = compare_arms(SMALL, networks=3, seed=1)
    assert found.summary().startswith("small first less all at once, 3 networks: cohesion ")
    assert found.tidy()["networks"].tolist() == [3] * 5
    with pytest.raises(ValueError, match="networks"):
        compare_arms(SMALL, networks=1, seed=1)
