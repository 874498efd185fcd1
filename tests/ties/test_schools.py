"""A network school by school: counts by hand, nobody told of, the fewest who carry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.arrays import Flags
from analysis.checks import NotEstimable
from analysis.figures.school_map import school_map
from analysis.privacy.disclosure import Disclosure
from analysis.ties.overview import overview
from analysis.ties.panel import Panel
from analysis.ties.school_findings import (
    carrier_findings,
    next_questions,
    response_findings,
    school_findings,
)
from analysis.ties.schools import carriers, carriers_by_relation, school_ties, shown_schools
from analysis.ties.tied import who_is_described
from analysis.ties.tied_schools import who_is_between, who_is_mapped, who_is_scored
from tests.test_findings import said, waves

HOMES = ("ash", "ash", "ash", "elm", "elm", "fir")


def network(
    ties: Sequence[tuple[int, int]], silent: Sequence[int] = (), homes: Sequence[str] = HOMES
) -> Panel:
    size = len(homes)
    values = np.zeros((1, size, size))
    for one, other in ties:
        values[0, one, other] = 1
    answered = np.ones((1, size), dtype=bool)
    for person in silent:
        values[0, person] = np.nan
        answered[0, person] = False
    actors = tuple(f"p{place}" for place in range(size))
    present = np.ones((1, size), dtype=bool)
    return Panel("help", actors, (3,), values, present, answered, homes=tuple(homes))


def at_least(fewest: int) -> Callable[[Sequence[Collection[Hashable]]], Flags]:
    def shown(groups: Sequence[Collection[Hashable]]) -> Flags:
        return np.array([len(group) >= fewest for group in groups], dtype=bool)

    return shown


def test_three_schools_by_hand() -> None:
    panel = network([(0, 1), (0, 3), (1, 3), (3, 0), (4, 5), (3, 4)], silent=[5])
    found = school_ties(panel, HOMES)
    assert found.between.to_numpy().tolist() == [[1, 2, 0], [1, 1, 1], [0, 0, 0]]
    ash, elm, fir = (found.scorecard.loc[name].to_dict() for name in ("ash", "elm", "fir"))
    assert (ash["asked"], ash["answered"], ash["within"], ash["to_others"], ash["from_others"]) == (
        3,
        3,
        1,
        2,
        1,
    )
    assert elm["share_across"] == pytest.approx(2 / 3)
    assert (fir["answered"], fir["response_rate"], fir["from_others"]) == (0, 0, 1)
    assert np.isnan(fir["share_across"])
    assert [len(group) for group in found.answered] == [3, 2, 0]
    assert found.summary() == "4 of 6 help ties in wave 3 go across 3 schools"
    assert found.tidy().loc["ash", "to elm"] == 2
    with pytest.raises(ValueError, match="found 2 schools"):
        school_ties(panel, ["ash", "elm"])


@given(st.lists(st.sampled_from("abcd"), min_size=4, max_size=9), st.randoms(use_true_random=False))
def test_every_tie_is_counted_once_whoever_comes_first(homes: list[str], random: object) -> None:
    pairs = [(one, other) for one in range(len(homes)) for other in range(len(homes)) if one != other]
    ties = [pair for pair in pairs if random.random() < 0.4]  # type: ignore[attr-defined]
    found = school_ties(network(ties, homes=homes), homes)
    assert int(found.between.to_numpy().sum()) == len(ties)
    assert found.scorecard["to_others"].sum() == found.scorecard["from_others"].sum()
    order = list(range(len(homes)))[::-1]
    turned = [(order[one], order[other]) for one, other in ties]
    again = school_ties(network(turned, homes=homes[::-1]), homes[::-1])
    pd.testing.assert_frame_equal(found.between, again.between)


def test_schools_are_put_together_alike_whoever_answered() -> None:
    homes = ["ash"] * 10 + ["elm"] * 6 + ["fir"] * 5 + ["oak"] * 4 + [""] * 2
    panel = network([], silent=[11, 20, 21], homes=homes)
    shown = shown_schools(panel, Disclosure(5).merged)
    assert shown == shown_schools(network([], homes=homes), Disclosure(5).merged)
    assert shown == ["ash"] * 10 + ["elm + fir + no school given + oak"] * 17
    assert list(school_ties(panel, shown).scorecard.index) == sorted(set(shown))


def test_the_fewest_who_carry_half_are_found_and_never_fewer_than_may_be_shown() -> None:
    panel = network([(0, 3), (0, 4), (0, 5), (1, 3), (1, 2), (4, 5)])
    found = carriers(panel, at_least(1))
    assert (found.people, found.ties, found.carried) == ({"p0"}, 5, 3)
    assert found.share == 0.6
    assert len(carriers(panel, at_least(4)).people) == 4
    with pytest.raises(NotEstimable, match="found too few people"):
        carriers(panel, at_least(7))
    with pytest.raises(NotEstimable, match="no tie across"):
        carriers(network([(0, 1)]), at_least(1))
    frame, people = carriers_by_relation({"help": panel, "none": network([])}, at_least(1))
    assert frame.index.tolist() == [("help", 3)]
    assert people == [{("p0", "help", "3")}]


@given(st.randoms(use_true_random=False))
def test_nobody_could_do_with_many_fewer(random: object) -> None:
    pairs = [(a, b) for a in range(6) for b in range(6) if HOMES[a] != HOMES[b]]
    ties = [pair for pair in pairs if random.random() < 0.4] or [(0, 3)]  # type: ignore[attr-defined]
    found = carriers(network(ties), at_least(1))

    def carried(group: Collection[int]) -> int:
        return sum(one in group or other in group for one, other in ties)

    fewest = next(
        size for size in range(1, 7) if any(2 * carried(g) >= len(ties) for g in combinations(range(6), size))
    )
    assert fewest <= len(found.people) <= fewest + 1
    assert found.carried == carried([int(name[1:]) for name in found.people])


def test_the_map_has_schools_and_no_person() -> None:
    panel = network([(0, 3), (3, 4)])
    figure = school_map(school_ties(panel, HOMES))
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"ash", "elm", "fir", "0", "1"} == texts
    assert len(figure.axes[0].lines) == 3
    with pytest.raises(NotEstimable):
        school_map(school_ties(panel, ["all"] * 6))


def test_the_map_says_nothing_of_ties_that_may_not_be_shown() -> None:
    panel = network([(0, 1), (0, 3), (3, 4)])
    found = school_ties(panel, HOMES)
    mapped = who_is_mapped(panel, HOMES, found.between)
    assert mapped.loc[("ash", "elm"), "ties"] == {(("p0", "p3"), "help", "3")}
    figure = school_map(found, mapped.index[[0, 2, 3, 4, 5]])
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(texts) == sorted(["ash", "elm", "fir", "1", "1", "0", "–", "0", "0"])
    assert {line.get_linewidth() for line in figure.axes[0].lines} == {1.0}
    assert {text.get_text() for text in school_map(found, mapped.index[:0]).axes[0].texts} == {
        "ash",
        "elm",
        "fir",
        "–",
    }


def test_every_cell_names_whom_it_counts() -> None:
    panel = network([(0, 1), (0, 3), (1, 3), (3, 0), (4, 5), (3, 4)], silent=[5])
    found = school_ties(panel, HOMES)
    scored = who_is_scored(panel, HOMES, found.scorecard)
    for name in ("asked", "answered", "within", "to_others", "from_others"):
        assert [len(group) for group in scored[name]] == found.scorecard[name].tolist(), name
    assert [len(group) for group in scored.loc["elm", "share_across"]] == [2, 1]
    assert [len(group) for group in scored.loc["fir", "response_rate"]] == [1, 0]
    tied = who_is_between(panel, HOMES, found.between)
    pd.testing.assert_frame_equal(tied.map(len), found.between)


def test_beside_how_many_answered_a_map_of_schools_leaves_no_few() -> None:
    homes = ["ash"] * 7 + ["elm"] * 6 + ["fir"] * 5 + ["oak"] * 4
    panel = network([(0, 7), (7, 0), (1, 8)], homes=homes)
    page, described = Disclosure(5), overview({"help": panel})[["people", "answered"]]
    behind = who_is_described({"help": panel}, described)
    assert (page.decide_cells("answered", behind, described) == "").all(axis=None)
    told = [{(f"p{n}", "help", "3") for n, home in enumerate(homes) if home == name} for name in set(homes)]
    told.sort(key=len)
    assert page.decide_rows("map", told, 4) == ["fewer than 5 people", "withheld", "", ""]
    assert page.decide("a p-value of all who answered", frozenset().union(*told)) == ""


def test_what_a_leader_is_told_follows_from_the_tables() -> None:
    panel = network([(0, 3), (0, 4), (1, 3), (1, 2), (3, 4)], silent=[2])
    found = school_ties(panel, HOMES)
    described = waves("help", {"response_rate": 5 / 6, "people": 6}, names=[3])
    held, _ = carriers_by_relation({"help": panel}, at_least(1))
    mixing = waves("help", {"external_internal": 0.1, "random_mixing": 0.6, "p": 0.01}, names=[3])
    tables = {
        "answered": described,
        "schools": found.scorecard,
        "between": found.between,
        "holding": held,
        "mixing": mixing,
    }
    told = said(next_questions(found, described, held, mixing, most=9), tables)
    assert told == [
        "Ask next: the people of ash who have not answered; 67 % did.",
        "Ask next: what could ash and fir learn from each other? They have no help tie.",
        "Ask next: what would make it worth turning to another school? "
        "Ties stay within schools more than chance.",
        "Ask next: what if the 1 person with most ties across schools left?",
    ]
    assert said(next_questions(found, described, held, mixing), tables) == told[:2]
    outward = mixing.assign(external_internal=0.9)
    assert "ask.inward" not in [one.key for one in next_questions(found, described, held, outward, most=9)]
    assert said(carrier_findings(held, "help"), tables) == [
        "67 % of the help ties across schools run through 1 person (wave 3)."
    ]
    assert said(school_findings(found), tables) == [
        "ash turns to other schools most (75 % of its help ties), elm least (0 %)."
    ]
    assert school_findings(school_ties(panel, ["all"] * 6)) == []
    for share, words in ((0.9, "enough to read"), (0.7, "Read with care"), (0.4, "too few to compare")):
        answered = described.assign(response_rate=share)
        assert words in said(response_findings(answered, "help"), {"answered": answered})[0]
    assert response_findings(described.assign(response_rate=np.nan), "help") == []
