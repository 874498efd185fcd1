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
from analysis.ties.dynamics import composition, dyad_transitions, persistence
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
    assert len(who_before_after({"help": panels["help"]})) == 6 * len(composition(panels["help"]))


def test_one_wave_has_no_rows(panels: dict[str, Panel]) -> None:
    alone = {"help": Panel.from_matrices([panels["help"].matrix(1)], actors="abcd")}
    assert who_before_after(alone).empty
    for function in (ties_out_of_sight, dyads_before_after, lasting, returned_when):
        assert function(alone).empty
        assert list(function(alone).columns) == list(function(panels).columns)


def of_pairs(*histories: str) -> Panel:
    """Return a panel of pairs, one named by the other: in each wave 0, 1, 2 (both) or ? (unseen)."""
    size = 2 * len(histories)
    waves = np.zeros((len(histories[0]), size, size))
    for place, history in enumerate(histories):
        one, other = 2 * place, 2 * place + 1
        for wave, state in enumerate(history):
            waves[wave, one, other] = NAN if state == "?" else float(state in "12")
            waves[wave, other, one] = float(state in "2<")
    return Panel.from_matrices(list(waves), relation="help")


def test_shares_of_spells_ended_by_hand() -> None:
    # Four are seen one wave on: one returned, one withdrawn. Two are left; one of them is not observed
    # again, so that one is seen two waves on, and returned: half of the half that was left has ended so.
    panel = of_pairs("120", "100", "1?0", "112", "11?")
    found = returned_when({"help": panel}).loc["help"]
    assert found[["at_risk", "returned", "withdrawn", "turned"]].to_numpy().tolist() == [
        [4, 1, 1, 0],
        [1, 1, 0, 0],
    ]
    shares = found[["share_returned", "share_withdrawn", "share_turned", "share_one_way"]]
    np.testing.assert_allclose(shares, [[0.25, 0.25, 0, 0.5], [0.75, 0.25, 0, 0]], atol=1e-12)


def test_without_censoring_shares_are_those_of_all_spells() -> None:
    panel = of_pairs("1120", "1000", "11<<", "1112", "1111")
    found = returned_when({"help": panel}).loc["help"]
    # The turned one is a spell the other way round, seen for one wave more.
    assert found["at_risk"].tolist() == [6, 4, 2]
    assert found["turned"].tolist() == [0, 1, 0]
    np.testing.assert_allclose(found.filter(like="share").sum(axis=1), 1.0)


def test_a_long_wait_out_of_sight_is_no_long_wait() -> None:
    """Ends follow a chance that does not change; spells cut short at random leave the shares alone."""
    random = np.random.default_rng(3)
    histories = []
    for _ in range(300):
        states = "1"
        while len(states) < 4:
            draw = random.random()
            states += "2" if draw < 0.3 else "0" if draw < 0.5 else "1"
            if states[-1] != "1":
                break
        # A third are unseen from some wave on.
        states = states.ljust(4, states[-1])
        cut = int(random.integers(1, 4)) if random.random() < 1 / 3 else 4
        histories.append(states[:cut].ljust(4, "?"))
    found = returned_when({"help": of_pairs(*histories)}).loc["help"]
    expected = [0.3, 0.3 * 1.5, 0.3 * 1.75]
    # Four standard errors of a share of 300.
    np.testing.assert_allclose(found["share_returned"], expected, atol=4 * 0.5 / 300**0.5)
