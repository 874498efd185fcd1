"""Changes of every relation: the same numbers as those of one relation, under keys."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.ties.change import (
    dyads_before_after,
    lasting,
    returned_when,
    ties_out_of_sight,
)
from analysis.ties.dynamics import composition, dyad_transitions, persistence, reciprocation
from analysis.ties.panel import Panel
from analysis.ties.people import who_before_after

NAN = np.nan


@pytest.fixture
def panels() -> dict[str, Panel]:
    """Two relations of four people in three waves; c says nothing in the second wave of help, d leaves."""
    first = np.array([[0, 1, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]], dtype=float)
    second = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [NAN, NAN, NAN, NAN], [0, 0, 0, 0]], dtype=float)
    third = np.array([[0, 1, 0, NAN], [1, 0, 0, NAN], [1, 1, 0, NAN], [NAN, NAN, NAN, NAN]], dtype=float)
    present = np.array([[True] * 4, [True] * 4, [True, True, True, False]])
    help_ = Panel.from_matrices([first, second, third], actors="abcd", relation="help", present=present)
    trust = Panel.from_matrices([first, first], actors="abcd", waves=[1, 2], relation="trust")
    return {"help": help_, "trust": trust}


def test_people_and_ties_by_hand(panels: dict[str, Panel]) -> None:
    people = who_before_after(panels).map(len)
    assert people["help", "1 to 2"].to_dict() == {
        "stayed": 4,
        "joined": 0,
        "left": 0,
        "answered in both": 3,
        "answered in the first only": 1,
        "answered in the second only": 0,
    }
    assert people["help", "2 to 3", "left"] == 1
    assert people["help", "2 to 3", "answered in the second only"] == 1
    ties = ties_out_of_sight(panels)
    # c's tie to b cannot be followed into the wave c does not answer; nobody's tie touches d in wave 2.
    assert ties.loc[("help", "1 to 2")].to_dict() == {"people": 3, "gone": 0, "come": 0, "unknown": 1}
    assert ties.loc[("trust", "1 to 2"), "unknown"] == 0


def test_every_row_is_that_of_its_relation(panels: dict[str, Panel]) -> None:
    dyads = dyads_before_after(panels)
    expected = dyad_transitions(panels["help"].matrix(1), panels["help"].matrix(2))
    assert dyads.loc[("help", "1 to 2")].to_numpy().tolist() == expected[dyads.columns].to_numpy().tolist()
    kept = lasting(panels)
    for row in persistence(panels["help"]).to_dict("records"):
        found = kept.loc[("help", f"{row['wave']} to {row['later']}")]
        assert (found["ties"], found["there"], found["unknown"]) == (
            row["ties"],
            row["there"],
            row["unknown"],
        )
    spells = reciprocation(panels["help"])
    ended = returned_when(panels)
    assert ended.loc["help", "spells"].sum() == len(spells)
    for outcome, part in spells.groupby("outcome"):
        assert ended.loc[("help", outcome), "waited"] == part["waited"].mean()
    assert len(who_before_after({"help": panels["help"]})) == 6 * len(composition(panels["help"]))


def test_one_wave_has_no_rows(panels: dict[str, Panel]) -> None:
    alone = {"help": Panel.from_matrices([panels["help"].matrix(1)], actors="abcd")}
    assert who_before_after(alone).empty
    for function in (ties_out_of_sight, dyads_before_after, lasting):
        assert function(alone).empty
        assert list(function(alone).columns) == list(function(panels).columns)
    assert returned_when(alone)["spells"].sum() == 1
