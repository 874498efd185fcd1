"""One innovation as a page shows it: by hand, and what a page says where the data cannot answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.adoption.spread import Spread, spread_numbers, spread_of
from analysis.adoption.spread_findings import (
    adoption_findings,
    bass_table,
    hazard_table,
    moran_table,
    period_bands,
    structure_table,
)
from analysis.checks import NotEstimable
from analysis.estimable import estimable


def tables(times: list[float], ties: str, groups: str = "") -> dict[str, pd.DataFrame]:
    """Return adoption by a, b, c, … in numbered periods, infinite for never, and their ties."""
    people = list("abcdefghij"[: len(times)])
    rows = [
        ("drug", person, str(9 if np.isinf(time) else int(time)), int(np.isinf(time)))
        for person, time in zip(people, times, strict=True)
    ]
    pairs = ties.split()
    return {
        "adoptions": pd.DataFrame(rows, columns=["innovation", "adopter_id", "adopted_on", "censored"]),
        "ties": pd.DataFrame(
            [("advice", one, other, 1.0) for one, other in pairs],
            columns=["relation", "sender_id", "receiver_id", "value"],
        ),
        "actors": pd.DataFrame(
            {"actor_id": [*people, "z"], "organization_id": list((groups or "s" * len(people)) + "s")}
        ),
    }


@pytest.fixture
def spread() -> Spread:
    """Return five people: a in 1, b in 2, c and d in 3, e never; everybody names the one before."""
    return spread_of(tables([1, 2, 3, 3, np.inf], "ba cb dc ed ez", groups="ssttt"))


def test_who_adopted_and_how_far_it_went(spread: Spread) -> None:
    frame, groups = spread.who()
    assert frame["number"].tolist() == [4, 1]
    assert groups == [frozenset("abcd"), frozenset("e")]
    reached = spread.reach(np.array([1, 3]))
    assert isinstance(reached, pd.DataFrame)
    assert reached.to_numpy().tolist() == [[1, 1, 0.2], [3, 4, 0.8]]
    assert spread.adopters_by(np.array([1, 3])) == [frozenset("a"), frozenset("abcd")]
    assert spread.fewest_new in (frozenset("a"), frozenset("b"))


def test_every_number_of_the_setting_says_whom_it_is_about(spread: Spread) -> None:
    numbers = {number["key"]: (number["value"], set(number["people"])) for number in spread_numbers(spread)}
    assert numbers["ties"] == (4, set("abcde"))
    assert numbers["unused"] == (1, set("ez"))
    assert numbers["unknown"] == (1, {"z"})
    assert numbers["innovation"][0] == "drug" and "innovation.others" not in numbers


def test_curves_by_community_and_who_they_tell_of(spread: Spread) -> None:
    at = np.array([1, 3])
    curves = spread.curves_by_community(at)
    assert isinstance(curves, dict)
    assert {name: curve.tolist() for name, curve in curves.items()} == {
        "all": [0.2, 0.8],
        "s": [0.5, 1.0],
        "t": [0.0, pytest.approx(2 / 3)],
    }
    assert set(map("".join, map(sorted, spread.communities_by(at)))) == {"a", "b", "ab", "", "cd", "e", "cde"}


def test_thresholds_by_hand(spread: Spread) -> None:
    # b adopts after a had: 1; c after b: 1; d's c adopts with d: 0; a and e have none.
    found = spread.thresholds()
    assert isinstance(found, pd.DataFrame)
    assert found.loc["all ties together"].tolist() == [pytest.approx(2 / 3), 3]
    assert spread.with_threshold == frozenset("bcd") == spread.thresholds_people()


def test_who_adopts_next_by_exposure(spread: Spread) -> None:
    found = spread.hazard_by_exposure()
    assert isinstance(found, pd.DataFrame)
    # Whose ties had all adopted: b in 2 and c in 3, who adopt, and e from 4 to 9. d adopts in 3 with c.
    assert found.loc["3/4 to all", ["at_risk", "adopted"]].tolist() == [8, 2]
    assert found.loc["none of them", "adopted"] == 1


def test_categories_are_counted_and_say_who(spread: Spread) -> None:
    assert spread.categories()["number"].tolist() == [len(group) for group in spread.categories_people()]
    assert spread.categories_people()[-1] == frozenset("e")


def test_what_cannot_be_estimated_is_said_and_gives_no_sentence() -> None:
    lonely = spread_of(tables([1, 1, np.inf], "az", groups="sss"))
    structure, moran = estimable(lonely.structure, 9, 1), estimable(lonely.moran, 9, 1)
    curve = estimable(spread_of(tables([1, 1], "az", groups="ss")).bass)
    hazard = estimable(lonely.hazard, "row-normalised", 10)
    by_period = estimable(lonely.moran_by_period, lonely.setting.periods, 9, 1)
    for table in (
        structure_table(structure),
        moran_table(moran),
        bass_table(curve),
        hazard_table(hazard),
        period_bands(by_period),
        lonely.thresholds(),
        lonely.hazard_by_exposure(),
        lonely.curves_by_community(lonely.setting.periods),
        lonely.reach(np.array([])),
        estimable(lonely.categories),
    ):
        assert isinstance(table, NotEstimable) and str(table)
    assert str(hazard) == "there are no ties among them in these periods"
    none: dict[str, NotEstimable] = {"hazard-model": NotEstimable("why")}
    found = adoption_findings(lonely, lonely.reach(np.array([])), curve, structure, moran, none, {})  # type: ignore[arg-type]
    assert found == []


def test_a_model_needs_enough_exposed_and_enough_adoptions(spread: Spread) -> None:
    with pytest.raises(NotEstimable, match=r"^people were exposed in fewer than 10 of their periods$"):
        spread.hazard("row-normalised", 10)


def test_sentences_say_what_the_tables_hold(spread: Spread) -> None:
    reached = spread.reach(spread.setting.periods)
    structure, moran = spread.structure(49, 1), estimable(spread.moran, 49, 1)
    found = {
        one.key: one
        for one in adoption_findings(spread, reached, NotEstimable("no"), structure, moran, {}, {})
    }
    assert found["reach"].sentence.startswith(
        "By period 9, 4 had adopted, 80 % of all. Half of all had by period 3"
    )
    assert found["reach"].numbers[0] == "reach-table.9.adopters"
    assert found["structure"].sentence.startswith("On average 0.67 of an adopter's ties had adopted before.")
    assert "networks with the same numbers of ties, redrawn at random" in found["structure"].sentence
