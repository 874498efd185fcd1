"""Admissible activities: a case worked by hand, every history of small cases, and who is not counted."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from analysis.evidence.attribution import (
    KNOWLEDGE,
    activity_shares,
    admissible,
    exposures,
    intervals,
    new_ties,
    risk_set,
    summarised,
)
from analysis.ties.panel import Panel

NAN = math.nan
WAVES = [1, 2, 3]
PAIR = ["wave", "sender_id", "receiver_id"]


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Three waves and three activities: two before the second wave, one after it."""
    return {
        "waves": pd.DataFrame(
            {
                "wave": [1, 2, 3],
                "opened_on": ["2025-01-06", "2025-03-01", "2025-04-28"],
                "closed_on": ["2025-01-10", "2025-03-05", "2025-05-02"],
            }
        ),
        "activities": pd.DataFrame(
            [("fair", "2025-03-15"), ("visit", "2025-02-15"), ("kick-off", "2025-01-18")],
            columns=["activity_id", "date"],
        ),
        "attendance": pd.DataFrame(
            [("kick-off", name) for name in "acd"] + [("visit", name) for name in "abc"] + [("fair", "d")],
            columns=["activity_id", "actor_id"],
        ),
        "contacts": pd.DataFrame(
            [
                ("2025-01-18T10:30", "c", "a"),
                ("2025-02-15", "b", "c"),
                ("2025-02-16", "a", "c"),
                ("2025-03-15", "a", "d"),
            ],
            columns=["time", "sender_id", "receiver_id"],
        ),
    }


@pytest.fixture
def panel() -> Panel:
    """Four people in two waves; d did not answer the first, b not the second."""
    first = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [NAN] * 4]
    second = [[0, 1, 2, 0], [NAN] * 4, [1, 3, 0, 0], [1, 0, 0, 0]]
    return Panel.from_matrices([first, second], actors=list("abcd"))


@pytest.fixture
def pairs() -> pd.DataFrame:
    """Four new ties, the last of them in the third wave; their index is not 0, 1, 2, 3."""
    listed = [(2, "a", "c"), (2, "c", "a"), (2, "c", "b"), (3, "d", "a")]
    return pd.DataFrame(listed, columns=PAIR, index=[7, 3, 9, 1])


@st.composite
def random_panels(draw: st.DrawFn) -> Panel:
    """Two or three waves of three to five people; cells and whole rows may be missing."""
    count, size = draw(st.integers(2, 3)), draw(st.integers(3, 5))
    cells = st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, NAN])
    values = draw(st_numpy.arrays(float, (count, size, size), elements=cells))
    values[draw(st_numpy.arrays(bool, (count, size), elements=st.sampled_from([False] * 3 + [True])))] = NAN
    return Panel.from_matrices(values, actors=list("abcde")[:size])


allowed_cells = st.tuples(st.integers(0, 6), st.integers(0, 4)).flatmap(
    lambda shape: st_numpy.arrays(bool, shape, elements=st.booleans())
)


def framed(cells: Any) -> pd.DataFrame:
    """Return cells under the names of activities."""
    return pd.DataFrame(cells, columns=["kick-off", "visit", "fair", "feast"][: np.shape(cells)[1]])


def test_activities_lie_between_the_waves_on_either_side(tables: dict[str, pd.DataFrame]) -> None:
    found = intervals(tables, WAVES)
    assert found.columns.tolist() == ["wave", "activity_id", "date"]
    assert found.to_numpy().tolist() == [
        [2, "kick-off", "2025-01-18"],
        [2, "visit", "2025-02-15"],
        [3, "fair", "2025-03-15"],
    ]


@pytest.mark.parametrize(
    ("day", "waves"),
    [
        ("2025-01-05", []),
        ("2025-01-06", [2]),
        ("2025-01-10", [2]),
        ("2025-02-28", [2]),
        ("2025-03-01", [2, 3]),
        ("2025-03-05", [2, 3]),
        ("2025-03-06", [3]),
        ("2025-05-02", [3]),
        ("2025-05-03", []),
    ],
)
def test_a_day_on_which_a_wave_is_collected_belongs_to_both_sides(
    tables: dict[str, pd.DataFrame], day: str, waves: list[int]
) -> None:
    tables["activities"] = pd.DataFrame({"activity_id": ["only"], "date": [day]})
    found = intervals(tables, WAVES)
    assert found["wave"].tolist() == waves
    assert found["activity_id"].tolist() == ["only"] * len(waves)


def test_one_date_of_a_wave_is_enough(tables: dict[str, pd.DataFrame]) -> None:
    expected = intervals(tables, WAVES)
    tables["waves"]["opened_on"] = [None, "2025-03-01", "2025-04-28"]
    tables["waves"]["closed_on"] = ["2025-01-10", None, None]
    pd.testing.assert_frame_equal(intervals(tables, WAVES), expected)


def test_a_wave_left_out_makes_one_longer_interval(tables: dict[str, pd.DataFrame]) -> None:
    found = intervals(tables, [1, 3])
    assert found["wave"].tolist() == [3, 3, 3]
    assert found["activity_id"].tolist() == ["kick-off", "visit", "fair"]
    assert len(intervals(tables, [2])) == 0


def test_waves_without_dates_are_refused(tables: dict[str, pd.DataFrame], pairs: pd.DataFrame) -> None:
    tables["waves"].loc[1:, ["opened_on", "closed_on"]] = None
    for call in (lambda: intervals(tables, WAVES), lambda: admissible(tables, pairs, WAVES)):
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == (
            "waves 2, 3 have no date; allowed: opened_on or closed_on in the table waves, so that "
            "activities can be put before or after them"
        )


def test_pairs_at_risk_by_hand(panel: Panel) -> None:
    found = risk_set(panel)
    assert found[[*PAIR, "formed"]].to_numpy().tolist() == [
        [2, "a", "c", 1],
        [2, "a", "d", 0],
        [2, "c", "a", 1],
        [2, "c", "b", 1],
        [2, "c", "d", 0],
    ]
    # d was silent in the first wave: whether d named anybody then is not known.
    np.testing.assert_array_equal(found["returned"], [0, NAN, 0, 1, NAN])


def test_new_ties_are_those_not_there_before(panel: Panel) -> None:
    # d names a in the second wave, but was silent in the first.
    assert new_ties(panel).to_numpy().tolist() == [[2, "a", "c"], [2, "c", "a"], [2, "c", "b"]]


def test_the_threshold_decides_what_a_tie_is(panel: Panel) -> None:
    found = risk_set(panel, threshold=2)
    # Without ties of 1 in the first wave a and b are at risk; those of 1 in the second are not formed.
    assert found[["sender_id", "receiver_id", "formed"]].to_numpy().tolist() == [
        ["a", "b", 0],
        ["a", "c", 1],
        ["a", "d", 0],
        ["c", "a", 0],
        ["c", "b", 1],
        ["c", "d", 0],
    ]
    np.testing.assert_array_equal(found["returned"], [0, 0, NAN, 0, 0, NAN])
    assert new_ties(panel, threshold=2)["receiver_id"].tolist() == ["c", "b"]


def test_who_joins_is_at_risk_from_the_wave_after_and_who_leaves_is_not(
    tables: dict[str, pd.DataFrame],
) -> None:
    people = pd.DataFrame(
        {
            "actor_id": ["stays", "joins", "leaves"],
            "joined_on": [None, "2025-02-01", None],
            "left_on": [None, None, "2025-04-01"],
        }
    )
    listed = [
        (2, "stays", "joins"),
        (3, "stays", "joins"),
        (2, "stays", "leaves"),
        (2, "leaves", "joins"),
        (3, "joins", "stays"),
    ]
    ties = pd.DataFrame(listed, columns=PAIR).assign(relation="help", value=1)
    found = risk_set(Panel.from_tables({**tables, "actors": people, "ties": ties}, relation="help"))
    assert found.to_numpy().tolist() == [
        [2, "stays", "leaves", 1, 0.0],
        [2, "leaves", "stays", 0, 0.0],
        [3, "joins", "stays", 1, 1.0],
    ]


def test_one_wave_has_nobody_at_risk() -> None:
    panel = Panel.from_matrices([np.ones((3, 3))])
    assert risk_set(panel).columns.tolist() == [*PAIR, "formed", "returned"]
    assert len(risk_set(panel)) == len(new_ties(panel)) == 0


@given(random_panels(), st.data())
def test_who_falls_silent_takes_out_pairs_and_adds_none(panel: Panel, data: st.DataObject) -> None:
    wave = data.draw(st.sampled_from(panel.waves))
    actor = data.draw(st.sampled_from(panel.actors))
    values = panel.values.copy()
    values[panel.waves.index(wave), panel.actors.index(actor)] = NAN
    found = risk_set(Panel.from_matrices(values, actors=panel.actors))
    expected = risk_set(panel)
    later = wave + 1
    expected = expected[
        ~((expected["sender_id"] == actor) & expected["wave"].isin([wave, later]))
    ].reset_index(drop=True)
    expected.loc[(expected["receiver_id"] == actor) & (expected["wave"] == later), "returned"] = NAN
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@given(random_panels(), st.randoms())
def test_names_and_order_of_people_play_no_part(panel: Panel, random: Any) -> None:
    order = list(range(len(panel.actors)))
    random.shuffle(order)
    names = {actor: f"person {place}" for place, actor in enumerate(panel.actors)}
    moved = Panel.from_matrices(
        panel.values[:, order][:, :, order], actors=[names[panel.actors[place]] for place in order]
    )
    expected = risk_set(panel).replace({"sender_id": names, "receiver_id": names})
    found, expected = (frame.sort_values(PAIR, ignore_index=True) for frame in (risk_set(moved), expected))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_admissible_activities_by_hand(tables: dict[str, pd.DataFrame], pairs: pd.DataFrame) -> None:
    found = admissible(tables, pairs, WAVES)
    expected = {
        "dates": [[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 1]],
        # Neither b at the kick-off nor a at the fair.
        "dates and attendance": [[1, 1, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]],
        # a and c were in touch the day after the visit, not at it; a and d on the day of the fair, not there.
        "dates, attendance and contacts": [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]],
    }
    assert tuple(found) == KNOWLEDGE == tuple(expected)
    for known, cells in expected.items():
        assert found[known].columns.tolist() == ["kick-off", "visit", "fair"]
        assert found[known].index.tolist() == pairs.index.tolist()
        assert found[known].astype(int).to_numpy().tolist() == cells


def test_each_kind_of_knowledge_needs_its_tables_and_those_before(
    tables: dict[str, pd.DataFrame], pairs: pd.DataFrame
) -> None:
    complete = admissible(tables, pairs, WAVES)
    for missing, known in (("contacts", KNOWLEDGE[:2]), ("attendance", KNOWLEDGE[:1])):
        del tables[missing]
        found = admissible(tables, pairs, WAVES)
        assert tuple(found) == known
        for kind, frame in found.items():
            pd.testing.assert_frame_equal(frame, complete[kind])


def test_an_activity_of_no_interval_has_no_column(
    tables: dict[str, pd.DataFrame], pairs: pd.DataFrame
) -> None:
    tables["activities"].loc[len(tables["activities"])] = ["camp", "2024-11-01"]
    found = admissible(tables, pairs, WAVES)
    assert all("camp" not in frame for frame in found.values())


def test_without_pairs_or_activities_the_frames_are_empty(
    tables: dict[str, pd.DataFrame], pairs: pd.DataFrame
) -> None:
    assert {frame.shape for frame in admissible(tables, pairs[:0], WAVES).values()} == {(0, 3)}
    tables["activities"] = tables["activities"][:0]
    found = admissible(tables, pairs, WAVES)
    assert {frame.shape for frame in found.values()} == {(4, 0)}
    assert summarised(found)["none"].tolist() == [4, 4, 4]


def test_silence_in_either_wave_makes_no_tie_to_be_traced(
    tables: dict[str, pd.DataFrame], panel: Panel
) -> None:
    found = admissible(tables, new_ties(panel), panel.waves)
    # The three ties of a and c; not b's, who was silent later, nor d's, who was silent before.
    assert [len(frame) for frame in found.values()] == [3, 3, 3]
    assert summarised(found)["new_ties"].tolist() == [3, 3, 3]


def test_names_of_activities_play_no_part(tables: dict[str, pd.DataFrame], pairs: pd.DataFrame) -> None:
    names = {"kick-off": "z", "visit": "y", "fair": "x"}
    renamed = {
        name: frame.assign(activity_id=frame["activity_id"].map(names)) if "activity_id" in frame else frame
        for name, frame in tables.items()
    }
    plain, other = (admissible(given, pairs, WAVES) for given in (tables, renamed))
    for known in KNOWLEDGE:
        pd.testing.assert_frame_equal(plain[known].rename(columns=names), other[known])


def test_exposures_by_hand(tables: dict[str, pd.DataFrame], panel: Panel) -> None:
    pairs = risk_set(panel)
    allowed = admissible(tables, pairs, panel.waves)["dates and attendance"]
    outcome, found = exposures(pairs, allowed, {"a": "oak", "b": "elm", "c": "oak", "d": "elm"})
    # a to d and c to d are left out: whether d had named them is not known.
    assert outcome.tolist() == [1, 1, 1]
    assert found.columns.tolist() == ["same_group", "other_group", "returned", "kick-off", "visit"]
    assert found.to_numpy().tolist() == [[1, 0, 0, 1, 1], [1, 0, 0, 1, 1], [0, 1, 1, 0, 1]]
    assert found.index.tolist() == outcome.index.tolist()


def test_exposures_nobody_had_are_left_out(tables: dict[str, pd.DataFrame], panel: Panel) -> None:
    pairs = risk_set(panel).iloc[[0]]
    allowed = admissible(tables, pairs, panel.waves)["dates, attendance and contacts"]
    _, found = exposures(pairs, allowed, dict.fromkeys("abcd", "oak"))
    assert found.columns.tolist() == ["same_group", "kick-off"]
    assert found.to_numpy().tolist() == [[1, 1]]


def test_shares_and_summary_by_hand(tables: dict[str, pd.DataFrame], pairs: pd.DataFrame) -> None:
    found = admissible(tables, pairs, WAVES)
    shares = {known: activity_shares(frame) for known, frame in found.items()}
    assert shares[KNOWLEDGE[0]].index.tolist() == ["kick-off", "visit", "fair"]
    assert shares[KNOWLEDGE[0]].to_numpy().tolist() == [[0, 3], [0, 3], [1, 1]]
    # One tie has no admissible activity: it came from elsewhere, and so may any other have.
    assert shares[KNOWLEDGE[1]].to_numpy().tolist() == [[0, 2], [0, 3], [0, 0]]
    assert shares[KNOWLEDGE[2]].to_numpy().tolist() == [[0, 2], [0, 1], [0, 0]]
    without = found[KNOWLEDGE[2]].iloc[:3]
    assert activity_shares(without).to_numpy().tolist() == [[2, 2], [1, 1], [0, 0]]
    summary = summarised(found)
    assert summary.index.tolist() == list(KNOWLEDGE)
    assert summary.index.name == "known"
    assert summary[["new_ties", "none", "one", "several"]].to_numpy().tolist() == [
        [4, 0, 1, 3],
        [4, 1, 1, 2],
        [4, 1, 3, 0],
    ]
    # Three ties, then two, with two activities each; then nothing is left to choose.
    assert summary["histories"].tolist() == pytest.approx([math.log10(8), math.log10(4), 0])


@given(allowed_cells)
def test_shares_are_the_least_and_the_most_of_all_histories(cells: Any) -> None:
    choices = [np.flatnonzero(row) for row in cells if row.any()]
    counts = np.array(
        [np.bincount(history, minlength=cells.shape[1]) for history in product(*choices)], dtype=int
    )
    shares = activity_shares(framed(cells))
    if len(choices) < len(cells):
        # "Elsewhere" is one of the answers for every tie then: a column more, and not counted.
        elsewhere = [[*choice, cells.shape[1]] for choice in choices]
        width = cells.shape[1]
        answers = [np.bincount(history, minlength=width + 1)[:width] for history in product(*elsewhere)]
        assert shares["at_least"].tolist() == np.min(answers, axis=0).tolist()
        assert shares["at_most"].tolist() == np.max(answers, axis=0).tolist()
    elif choices:
        assert shares["at_least"].tolist() == counts.min(axis=0).tolist()
        assert shares["at_most"].tolist() == counts.max(axis=0).tolist()
    summary = summarised({"dates": framed(cells)}).loc["dates"]
    assert 10 ** summary["histories"] == pytest.approx(len(counts))
    assert summary["none"] == len(cells) - len(choices)
    assert summary[["none", "one", "several"]].sum() == summary["new_ties"] == len(cells)


@given(allowed_cells, st.randoms())
def test_shares_keep_their_bounds_and_go_with_their_activity(cells: Any, random: Any) -> None:
    frame = framed(cells)
    shares = activity_shares(frame)
    assert (shares["at_least"] <= shares["at_most"]).all()
    summary = summarised({"dates": frame}).loc["dates"]
    assert shares["at_least"].sum() == (0 if summary["none"] else summary["one"]) <= len(frame)
    order = random.sample(list(frame.columns), frame.shape[1])
    moved = activity_shares(frame[order].rename(columns=str.upper))
    expected = shares.loc[order].rename(index=str.upper)
    pd.testing.assert_frame_equal(moved, expected, check_index_type=False)
