"""Every relation by wave: five people by hand, and what no relabelling changes."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ties.overview import changes, overview, panels_of
from analysis.ties.panel import Panel

COLUMNS = ["people", "answered", "response_rate", "ties", "density", "edgewise", "dyadic", "mutual"]
COLUMNS += ["asymmetric", "isolates"]


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Five people: b is silent in wave 2, e comes after wave 1; materials were not asked for in wave 1."""
    ties = [
        (1, "help", "a", "b", 2),
        (1, "help", "b", "a", 1),
        (1, "help", "a", "c", 1),
        (1, "help", "a", "a", 3),
        (2, "help", "a", "b", 1),
        (2, "help", "c", "a", 3),
        (2, "help", "a", "c", 2),
        (2, "help", "e", "b", 1),
        (2, "materials", "c", "e", 1),
    ]
    return {
        "actors": pd.DataFrame(
            {"actor_id": list("abcde"), "joined_on": ["", "", "", "", "2024-06-01"], "left_on": ""}
        ),
        "waves": pd.DataFrame(
            {
                "wave": [1, 2],
                "opened_on": ["2024-01-01", "2025-01-01"],
                "closed_on": ["2024-01-31", "2025-01-31"],
            }
        ),
        "nonresponse": pd.DataFrame({"wave": [2], "actor_id": ["b"], "relation": [None]}),
        "ties": reported(ties),
    }


def reported(ties: list[tuple[int, str, str, str, float]], by: str = "sender_id") -> pd.DataFrame:
    """Return the table of ties, each reported by its sender, or by its receiver."""
    frame = pd.DataFrame(ties, columns=["wave", "relation", "sender_id", "receiver_id", "value"])
    return frame.assign(reported_by=frame[by])


def test_a_relation_has_the_waves_in_which_somebody_reports_it(tables: dict[str, pd.DataFrame]) -> None:
    panels = panels_of(tables)
    assert {name: panel.waves for name, panel in panels.items()} == {"help": (1, 2), "materials": (2,)}
    assert {name: panel.relation for name, panel in panels.items()} == {
        "help": "help",
        "materials": "materials",
    }
    assert panels["help"].actors == tuple("abcde")


def test_of_two_reports_of_a_tie_the_senders_is_taken(tables: dict[str, pd.DataFrame]) -> None:
    receivers = reported([(1, "help", "a", "b", 3), (1, "help", "d", "c", 1)], "receiver_id")
    both = {**tables, "ties": pd.concat([receivers, tables["ties"]], ignore_index=True)}
    expected = panels_of(tables)
    for relation, panel in panels_of(both).items():
        np.testing.assert_array_equal(panel.values, expected[relation].values)


def test_where_receivers_alone_report_theirs_are_the_ties(tables: dict[str, pd.DataFrame]) -> None:
    # That c names themselves does not make the relation one that senders report.
    receivers = reported([(1, "advice", "a", "b", 3), (1, "advice", "c", "c", 1)], "receiver_id")
    found = panels_of({**tables, "ties": pd.concat([tables["ties"], receivers], ignore_index=True)})
    assert list(found) == ["help", "materials", "advice"]
    assert found["advice"].waves == (1,)
    assert np.argwhere(found["advice"].matrix(1) > 0).tolist() == [[0, 1]]


def test_five_people_by_hand(tables: dict[str, pd.DataFrame]) -> None:
    found = overview(panels_of(tables))
    assert found.index.names == ["relation", "wave"]
    assert found.columns.tolist() == COLUMNS
    # Wave 1: a, b, c, d, of whom a ⇄ b, a → c; d is alone. 12 ordered pairs, 6 dyads.
    first = [4, 4, 1, 3, 3 / 12, 2 / 3, 5 / 6, 1, 1, 1]
    # Wave 2: a, c, d, e answer about four others each; of their 6 dyads a ⇄ c is mutual, the rest null.
    second = [5, 4, 4 / 5, 4, 4 / 16, 1, 1, 1, 0, 1]
    # Materials: c → e alone; a and d are without any, b is silent.
    materials = [5, 4, 4 / 5, 1, 1 / 16, 0, 5 / 6, 0, 1, 2]
    expected = {("help", 1): first, ("help", 2): second, ("materials", 2): materials}
    assert found.index.tolist() == list(expected)
    for place, row in expected.items():
        np.testing.assert_allclose(found.loc[place].astype(float), row, err_msg=str(place))


def test_the_threshold_says_what_is_a_tie(tables: dict[str, pd.DataFrame]) -> None:
    panels = panels_of(tables)
    assert overview(panels, threshold=2)["ties"].tolist() == [1, 2, 0]
    assert math.isnan(overview(panels, threshold=2).loc[("materials", 2), "edgewise"])
    compared = changes(panels, threshold=2).loc[("help", "1 to 2")]
    # a → b was at least 2 and is not; a ⇄ c was not and is.
    assert compared[["kept", "new", "lost"]].tolist() == [0, 2, 1]


def test_waves_are_compared_over_the_pairs_observed_in_both(tables: dict[str, pd.DataFrame]) -> None:
    found = changes(panels_of(tables))
    assert found.index.names == ["relation", "waves"]
    assert found.index.tolist() == [("help", "1 to 2")]
    # b → a is neither kept nor lost, since b is silent; e → b is no new tie, since e was not there before.
    # Observed in both: a, c and d about the three others of wave 1, 9 of 20 ordered pairs.
    expected = {"people": 3, "kept": 2, "new": 1, "lost": 0, "jaccard": 2 / 3, "missing": 11}
    assert found.iloc[0].to_dict() == pytest.approx(expected)


def test_each_wave_is_compared_with_the_next_alone() -> None:
    none, one = np.zeros((3, 3)), np.zeros((3, 3))
    one[0, 1] = 1
    panel = Panel.from_matrices([one, one, none, none], waves=[1, 2, 4, 7])
    found = changes({"help": panel})
    assert found.index.get_level_values("waves").tolist() == ["1 to 2", "2 to 4", "4 to 7"]
    assert found[["kept", "new", "lost"]].to_numpy().tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert found["jaccard"].tolist()[:2] == [1, 0]
    assert math.isnan(found["jaccard"].iloc[2])


def test_where_nothing_can_be_described_the_columns_are_still_there(tables: dict[str, pd.DataFrame]) -> None:
    single = {"materials": panels_of(tables)["materials"]}
    for found, columns in (
        (overview({}), COLUMNS),
        (changes({}), ["people", "kept", "new", "lost", "jaccard", "missing"]),
        (changes(single), ["people", "kept", "new", "lost", "jaccard", "missing"]),
    ):
        assert len(found) == 0
        assert found.columns.tolist() == columns
        assert found.index.nlevels == 2
    assert panels_of({**tables, "ties": tables["ties"].iloc[:0]}) == {}


def test_a_wave_without_anybody_has_no_response_rate() -> None:
    panel = Panel.from_matrices([np.full((2, 2), np.nan)], present=[[False, False]])
    row = overview({"help": panel}).loc[("help", 1)]
    assert row[["people", "answered", "ties", "isolates"]].tolist() == [0, 0, 0, 0]
    assert row[["response_rate", "density", "edgewise", "dyadic"]].isna().all()


def test_ties_of_somebody_silent_are_refused(tables: dict[str, pd.DataFrame]) -> None:
    silent = pd.DataFrame({"wave": [1], "actor_id": ["a"], "relation": [None]})
    with pytest.raises(ValueError) as caught:
        panels_of({**tables, "nonresponse": silent})
    assert str(caught.value) == (
        "the tables make no panel:\n  a tie of a sender who did not answer: "
        "wave 1 a → a, wave 1 a → b, wave 1 a → c; correct the ties or who was there"
    )


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Draw three waves of a small network in which some do not answer."""
    size = draw(st.integers(2, 6))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = (random.random((3, size, size)) < draw(st.floats(0, 1))).astype(float)
    values[random.random((3, size)) < 0.2] = np.nan
    return Panel.from_matrices(values)


@settings(max_examples=40, deadline=None)
@given(panels(), st.randoms(use_true_random=False))
def test_relabelling_people_changes_nothing_and_bounds_hold(panel: Panel, random: Random) -> None:
    order = np.random.default_rng(random.randint(0, 10_000)).permutation(len(panel.actors))
    moved = Panel.from_matrices(
        panel.values[:, order][:, :, order], actors=[panel.actors[one] for one in order]
    )
    one, other = {"help": panel}, {"help": moved}
    described, compared = overview(one), changes(one)
    pd.testing.assert_frame_equal(described, overview(other))
    pd.testing.assert_frame_equal(compared, changes(other))
    for column in ("response_rate", "density", "edgewise", "dyadic"):
        assert described[column].dropna().between(0, 1).all()
    size = len(panel.actors)
    assert (described["ties"] <= described["answered"] * (size - 1)).all()
    assert (2 * described["mutual"] + described["asymmetric"] <= described["ties"]).all()
    counted = compared[["kept", "new", "lost", "missing"]].sum(axis=1)
    assert (counted <= size * (size - 1)).all()
    later = described["ties"].to_numpy()[1:]
    assert (compared["kept"] + compared["new"] <= later).all()
