"""Tests of analysis.ties.panel: matrices and tables become the same panel, and bad ones are refused."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ties.panel import Panel

NAN = math.nan
FIRST = np.array([[0.0, 2.0, 4.0], [1.0, 5.0, 0.0], [NAN, NAN, NAN]])
SECOND = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 1.0], [2.0, 0.0, 0.0]])


def _labelled(matrix: npt.NDArray[Any], names: str) -> pd.DataFrame:
    return pd.DataFrame(matrix, index=list(names), columns=list(names))


def _tables() -> dict[str, pd.DataFrame]:
    """Four actors, two waves: b is silent in wave 1, c joins between the waves, d leaves between them."""
    return {
        "actors": pd.DataFrame(
            {
                "actor_id": ["a", "b", "c", "d"],
                "joined_on": [None, None, "2021-06-15", None],
                "left_on": [None, None, None, "2021-08-31"],
            }
        ),
        "waves": pd.DataFrame(
            {
                "wave": [2, 1],
                "label": ["autumn", "spring"],
                "opened_on": ["2021-10-01", "2021-05-01"],
                "closed_on": ["2021-10-31", "2021-05-31"],
            }
        ),
        "ties": pd.DataFrame(
            [
                (1, "help", "a", "b", 3.0),
                (1, "help", "d", "d", 2.0),
                (1, "advice", "a", "d", 9.0),
                (2, "help", "b", "c", 1.0),
                (2, "help", "c", "a", NAN),
            ],
            columns=["wave", "relation", "sender_id", "receiver_id", "value"],
        ),
        "nonresponse": pd.DataFrame({"wave": [1], "actor_id": ["b"]}),
    }


# ---------------------------------------------------------------- from matrices


def test_plain_matrices() -> None:
    panel = Panel.from_matrices([FIRST, SECOND], relation="help")
    assert (panel.relation, panel.actors, panel.waves) == ("help", ("1", "2", "3"), (1, 2))
    np.testing.assert_array_equal(panel.values, [FIRST, SECOND])
    assert panel.present.all()
    assert panel.answered.tolist() == [[True, True, False], [True, True, True]]


def test_parts_cannot_be_changed() -> None:
    given_matrix = SECOND.copy()
    panel = Panel.from_matrices([given_matrix])
    given_matrix[0, 1] = 99
    assert panel.values[0, 0, 1] == 3
    for part in (panel.values, panel.present, panel.answered):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 0
    panel.matrix(1)[0, 1] = 99
    assert panel.values[0, 0, 1] == 3
    with pytest.raises(AttributeError):
        panel.relation = "other"  # type: ignore[misc]


def test_labels_name_the_actors_and_align_the_waves() -> None:
    shuffled = _labelled(SECOND, "abc").loc[["c", "a", "b"], ["c", "a", "b"]]
    panel = Panel.from_matrices([_labelled(FIRST, "abc"), shuffled], waves=["spring", "autumn"])
    assert (panel.actors, panel.waves) == (("a", "b", "c"), ("spring", "autumn"))
    np.testing.assert_array_equal(panel.values, [FIRST, SECOND])
    turned = Panel.from_matrices([_labelled(FIRST, "abc"), shuffled], actors=["b", "c", "a"])
    assert turned.actors == ("b", "c", "a")
    np.testing.assert_array_equal(turned.values[1], SECOND[np.ix_([1, 2, 0], [1, 2, 0])])


def test_numbered_frames_are_plain_unless_another_has_labels() -> None:
    assert Panel.from_matrices([pd.DataFrame(SECOND)], actors="xyz").actors == ("x", "y", "z")
    shuffled = pd.DataFrame(SECOND).loc[[2, 0, 1], [2, 0, 1]]
    panel = Panel.from_matrices([pd.DataFrame(SECOND), shuffled])
    assert panel.actors == ("0", "1", "2")
    np.testing.assert_array_equal(panel.values[0], panel.values[1])


def test_plain_matrix_beside_labelled_ones_takes_the_order_given() -> None:
    panel = Panel.from_matrices([SECOND, _labelled(SECOND, "abc")], actors=["c", "b", "a"])
    np.testing.assert_array_equal(panel.values[0], SECOND)
    np.testing.assert_array_equal(panel.values[1], SECOND[::-1, ::-1])


def test_nullable_frames_and_lists_are_read() -> None:
    nullable = _labelled(SECOND, "abc").astype("Float64")
    nullable.loc["a", "b"] = pd.NA
    assert math.isnan(Panel.from_matrices([nullable]).values[0, 0, 1])
    assert Panel.from_matrices([[[0, None], [True, 0]]]).values.tolist()[0][1] == [1.0, 0.0]  # type: ignore[list-item]


def test_absent_actors_are_missing_not_zero() -> None:
    matrix = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    panel = Panel.from_matrices([matrix, matrix], present=[[True, True, False], [True, True, True]])
    np.testing.assert_array_equal(panel.values[0], [[0, 1, NAN], [1, 0, NAN], [NAN, NAN, NAN]])
    np.testing.assert_array_equal(panel.values[1], matrix)
    assert panel.answered.tolist() == panel.present.tolist() == [[True, True, False], [True, True, True]]


def test_a_lone_actor_answers() -> None:
    assert Panel.from_matrices([[[0.0]]]).answered.tolist() == [[True]]


@pytest.mark.parametrize(
    ("matrices", "options", "messages"),
    [
        ([], {}, ["there is no matrix"]),
        ([np.zeros((2, 3)), np.zeros(4)], {}, [r"matrix 1 has shape \(2, 3\)", r"matrix 2 has shape \(4,\)"]),
        ([np.zeros((2, 2)), np.zeros((3, 3))], {}, ["matrix 2 has 3 actors; there are 2"]),
        ([np.diag([0, math.inf])], {}, ["matrix 1, row 2, column 2 is infinite"]),
        ([[["x", 1], [0, 0]]], {}, ["matrix 1 holds something that is no number"]),
        (SECOND, {}, [r"matrix 1 has shape \(3,\)"]),
        ([_labelled(SECOND, "aba")], {}, ["matrix 1, labels: found a more than once"]),
        ([_labelled(SECOND, "abc").rename(index={"c": None})], {}, ["a row without a label", "only in rows"]),
        (
            [_labelled(SECOND, "abc")[["a", "c", "b"]]],
            {},
            ["different order, first at position 2: row 'b', column 'c'"],
        ),
        ([_labelled(SECOND, "abc").rename(columns={"c": "x"})], {}, ["labels c, x stand only in rows or in"]),
        ([_labelled(SECOND, "abc"), _labelled(SECOND, "abx")], {}, ["matrix 2: c, x not both among"]),
        ([_labelled(SECOND, "abc"), SECOND], {}, ["plain arrays stand beside labelled frames"]),
        ([SECOND], {"actors": "aab"}, ["actors: found a more than once"]),
        ([SECOND], {"actors": "ab"}, ["matrix 1 has 3 actors; there are 2"]),
        ([SECOND, SECOND], {"waves": [1, 1]}, ["waves: found 1 more than once"]),
        ([SECOND], {"waves": [1, 2]}, ["there are 1 matrices, but 2 names of waves"]),
        ([SECOND], {"present": [True]}, [r"present has shape \(1,\); needed is \(1, 3\)"]),
        (
            [SECOND],
            {"present": [[True, True, False]], "waves": ["spring"]},
            ["a tie of someone absent: wave 'spring' 2 → 3, wave 'spring' 3 → 1;"],
        ),
    ],
)
def test_bad_matrices_are_refused(matrices: Any, options: dict[str, Any], messages: list[str]) -> None:
    for message in messages:
        with pytest.raises(ValueError, match=message):
            Panel.from_matrices(matrices, **options)


def test_all_faults_of_matrices_at_once() -> None:
    with pytest.raises(ValueError) as refusal:
        Panel.from_matrices([np.full((2, 2), np.inf), np.zeros((1, 2)), SECOND], actors="aa", waves=[1, 1])
    assert len(str(refusal.value).splitlines()) == 7


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"values has shape \(1, 2, 2\); 1 waves of 3 actors need \(1, 3, 3\)"
    ):
        Panel("help", ("a", "b", "c"), (1,), np.zeros((1, 2, 2)), np.ones((1, 3)) > 0, np.ones((1, 3)) > 0)


# ---------------------------------------------------------------- from tables


def test_tables_by_hand() -> None:
    panel = Panel.from_tables(_tables(), relation="help")
    assert (panel.relation, panel.actors, panel.waves) == ("help", ("a", "b", "c", "d"), (1, 2))
    assert panel.present.tolist() == [[True, True, False, True], [True, True, True, False]]
    assert panel.answered.tolist() == [[True, False, False, True], [True, True, True, False]]
    missing = [NAN] * 4
    np.testing.assert_array_equal(panel.values[0], [[0, 3, NAN, 0], missing, missing, [0, 0, NAN, 2]])
    np.testing.assert_array_equal(
        panel.values[1], [[0, 0, 0, NAN], [0, 0, 1, NAN], [NAN, 0, 0, NAN], missing]
    )


def test_optional_tables_and_columns_may_be_absent() -> None:
    tables = _tables()
    del tables["nonresponse"]
    tables["actors"] = tables["actors"][["actor_id"]]
    tables["waves"] = tables["waves"][["wave"]]
    panel = Panel.from_tables(tables, relation="help")
    assert panel.present.all()
    assert panel.answered.all()
    assert np.isnan(panel.values).sum() == 1


@pytest.mark.parametrize(
    "convert",
    [
        lambda text: pd.Timestamp(text),
        lambda text: datetime.date.fromisoformat(text),
        lambda text: text + "T23:59:59",
        lambda text: text,
    ],
)
def test_dates_in_any_form(convert: Any) -> None:
    tables = _tables()
    for name, columns in {"actors": ["joined_on", "left_on"], "waves": ["opened_on", "closed_on"]}.items():
        for column in columns:
            tables[name][column] = [None if pd.isna(d) else convert(d) for d in tables[name][column]]
    expected = Panel.from_tables(_tables(), relation="help")
    np.testing.assert_array_equal(Panel.from_tables(tables, relation="help").present, expected.present)


@pytest.mark.parametrize(
    ("joined", "left", "there"),
    [
        ("2021-05-31", None, True),  # joined on the day the wave closed
        ("2021-06-01", None, False),
        (None, "2021-05-01", True),  # left on the day it opened
        (None, "2021-04-30", False),
        ("", " ", True),
        ("2021-05-31T18:00", None, True),  # days are compared, not hours
    ],
)
def test_presence_is_a_matter_of_days(joined: str | None, left: str | None, there: bool) -> None:
    tables = _tables()
    tables["ties"] = tables["ties"][tables["ties"]["sender_id"] == "a"]
    tables["actors"] = pd.DataFrame(
        {
            "actor_id": ["a", "b", "c", "d"],
            "joined_on": [None, None, joined, None],
            "left_on": [None, None, left, None],
        }
    )
    assert Panel.from_tables(tables, relation="help").present[0].tolist() == [True, True, there, True]


def test_waves_that_did_not_ask_are_left_out() -> None:
    tables = _tables()
    assert Panel.from_tables(tables, relation="advice").waves == (1, 2)
    panel = Panel.from_tables(tables, relation="advice", waves=[1])
    assert panel.waves == (1,)
    assert panel.values.shape == (1, 4, 4)
    assert panel.values[0, 0, 3] == 9


def test_numbers_as_identifiers_become_text() -> None:
    tables = {
        "actors": pd.DataFrame({"actor_id": [10, 20]}),
        "waves": pd.DataFrame({"wave": [1]}),
        "ties": pd.DataFrame(
            {"wave": [1], "relation": ["help"], "sender_id": [10], "receiver_id": [20], "value": [1]}
        ),
        "nonresponse": pd.DataFrame({"wave": [1], "actor_id": [20]}),
    }
    panel = Panel.from_tables(tables, relation="help")
    assert panel.actors == ("10", "20")
    np.testing.assert_array_equal(panel.values[0], [[0, 1], [NAN, NAN]])


def _add(table: str, **row: object) -> Any:
    def change(tables: dict[str, pd.DataFrame]) -> None:
        tables[table] = pd.concat([tables[table].astype(object), pd.DataFrame([row], dtype=object)])

    return change


def _tie(**changes: object) -> Any:
    row = {"wave": 1, "relation": "help", "sender_id": "a", "receiver_id": "d", "value": 1.0}
    return _add("ties", **(row | changes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("ties"), "table ties is missing"),
        (lambda t: t.update(actors=t["actors"].iloc[:0]), "table actors has no rows"),
        (
            lambda t: t.update(ties=t["ties"].drop(columns=["value", "wave"])),
            "table ties lacks value, wave; it has",
        ),
        (_add("actors", actor_id="a"), "column actor_id: found a more than once"),
        (_add("actors", actor_id=None), "actors, column actor_id: found an empty one"),
        (_add("waves", wave=1), "waves, column wave: found 1 more than once"),
        (_add("waves", wave=None), "waves, column wave: found an empty one"),
        (_add("actors", actor_id="e", joined_on="31.5.2021"), "column joined_on: found 31.5.2021; dates"),
        (_add("waves", wave=3, closed_on="June"), "waves, column closed_on: found June"),
        (_add("nonresponse", wave=1, actor_id="zoe"), "nonresponse, column actor_id: zoe unknown"),
        (_add("nonresponse", wave=7, actor_id="a"), "nonresponse, column wave: 7 unknown; there are 1, 2"),
        (_tie(sender_id="zoe"), "column sender_id: zoe unknown; there are a, b, c, d"),
        (_tie(receiver_id="zoe"), "column receiver_id: zoe unknown"),
        (_tie(wave=7), "ties, column wave: 7 unknown"),
        (_tie(receiver_id="b"), "listed more than once: wave 1 a → b; keep one report"),
        (_tie(value="often"), "ties, column value: found often"),
        (_tie(value=math.inf), "ties, column value: found inf"),
        (_tie(sender_id="b"), "a sender who did not answer: wave 1 b → d"),
        (_tie(receiver_id="c"), "a tie of someone absent: wave 1 a → c"),
    ],
)
def test_bad_tables_are_refused(change: Any, message: str) -> None:
    tables = _tables()
    change(tables)
    with pytest.raises(ValueError, match=message):
        Panel.from_tables(tables, relation="help")


def test_unknown_relation_and_wave_name_those_there_are() -> None:
    with pytest.raises(ValueError, match="relation: trust unknown; there are advice, help") as refusal:
        Panel.from_tables(_tables(), relation="trust", waves=[1, 9])
    assert "waves asked for: 9 unknown; there are 1, 2" in str(refusal.value)


def test_mixed_names_are_listed_all_the_same() -> None:
    with pytest.raises(ValueError, match=r"waves: found (1, x|x, 1) more than once"):
        Panel.from_matrices([SECOND] * 4, waves=[1, "x", 1, "x"])


def test_all_faults_of_tables_at_once() -> None:
    tables = _tables()
    for change in (_tie(wave=7), _tie(sender_id="zoe"), _tie(value="often"), _add("actors", actor_id="a")):
        change(tables)
    with pytest.raises(ValueError) as refusal:
        Panel.from_tables(tables, relation="help")
    assert len(str(refusal.value).splitlines()) == 5


def test_a_long_list_of_faults_is_cut() -> None:
    tables = _tables()
    for number in range(9):
        _tie(sender_id=f"x{number}")(tables)
    with pytest.raises(ValueError, match="x0, x1, x2, x3, x4, x5 and 3 more unknown"):
        Panel.from_tables(tables, relation="help")


# ---------------------------------------------------------------- what a panel gives


def test_matrix_with_and_without_threshold_and_self_ties() -> None:
    panel = Panel.from_matrices([FIRST])
    np.testing.assert_array_equal(panel.matrix(1), [[0, 2, 4], [1, 0, 0], [NAN, NAN, 0]])
    np.testing.assert_array_equal(panel.matrix(1, self_ties=True), FIRST)
    np.testing.assert_array_equal(panel.matrix(1, threshold=2), [[0, 1, 1], [0, 0, 0], [NAN, NAN, 0]])
    np.testing.assert_array_equal(
        panel.matrix(1, threshold=2, self_ties=True), [[0, 1, 1], [0, 1, 0], [NAN, NAN, NAN]]
    )


def test_graph_keeps_actors_values_and_who_answered() -> None:
    graph = Panel.from_tables(_tables(), relation="help").graph(1)
    assert graph.graph == {"relation": "help", "wave": 1}
    assert list(graph.nodes(data=True)) == [
        ("a", {"present": True, "answered": True}),
        ("b", {"present": True, "answered": False}),
        ("c", {"present": False, "answered": False}),
        ("d", {"present": True, "answered": True}),
    ]
    assert list(graph.edges(data="value")) == [("a", "b", 3.0)]
    with_self = Panel.from_tables(_tables(), relation="help").graph(1, threshold=3, self_ties=True)
    assert list(with_self.edges(data="value")) == [("a", "b", 3.0)]
    assert ("d", "d", 2.0) in Panel.from_tables(_tables(), relation="help").graph(1, self_ties=True).edges(
        data="value"
    )


@pytest.mark.parametrize("method", ["matrix", "graph"])
def test_unknown_wave_and_threshold_are_refused(method: str) -> None:
    panel = Panel.from_matrices([SECOND, SECOND], waves=["spring", "autumn"])
    with pytest.raises(ValueError, match="wave 'winter' is unknown; there are spring, autumn"):
        getattr(panel, method)("winter")
    with pytest.raises(ValueError, match="threshold is nan; allowed is a finite number"):
        getattr(panel, method)("spring", threshold=NAN)


# ---------------------------------------------------------------- properties


@st.composite
def answers(draw: st.DrawFn) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Two waves of 2–6 actors with the rows of some silent; some tie in each, since a relation needs one."""
    size = draw(st.integers(2, 6))
    flat = draw(st.lists(st.sampled_from([0.0, 1.0, 4.0]), min_size=2 * size**2, max_size=2 * size**2))
    values = np.array(flat).reshape(2, size, size)
    values[:, 0, 1] = 2.0
    silent = np.array(draw(st.lists(st.booleans(), min_size=2 * size, max_size=2 * size))).reshape(2, size)
    silent[:, 0] = False
    values[silent] = NAN
    return values, ~silent


@settings(deadline=None, max_examples=40)
@given(answers(), st.randoms(use_true_random=False))
def test_tables_and_matrices_give_the_same_panel(
    answer: tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]], random: Any
) -> None:
    values, answered = answer
    names = [f"actor {number}" for number in range(values.shape[1])]
    rows = [
        (int(wave) + 1, "help", names[sender], names[receiver], values[wave, sender, receiver])
        for wave, sender, receiver in np.argwhere(np.nan_to_num(values))
    ]
    random.shuffle(rows)
    tables = {
        "actors": pd.DataFrame({"actor_id": names}),
        "waves": pd.DataFrame({"wave": [1, 2]}),
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender_id", "receiver_id", "value"]),
        "nonresponse": pd.DataFrame(
            [(int(wave) + 1, names[actor]) for wave, actor in np.argwhere(~answered)],
            columns=["wave", "actor_id"],
        ),
    }
    listed = Panel.from_tables(tables, relation="help")
    direct = Panel.from_matrices(list(values), actors=names, relation="help")
    assert (listed.actors, listed.waves, listed.relation) == (direct.actors, direct.waves, direct.relation)
    for part in ("values", "present", "answered"):
        np.testing.assert_array_equal(getattr(listed, part), getattr(direct, part))
    np.testing.assert_array_equal(direct.answered, answered)


@settings(deadline=None, max_examples=40)
@given(answers(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(
    answer: tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]], random: Any
) -> None:
    values, _ = answer
    names = [f"actor {number}" for number in range(values.shape[1])]
    frames = [pd.DataFrame(matrix, index=names, columns=names) for matrix in values]
    shuffled = random.sample(names, len(names))
    moved = Panel.from_matrices([frame.loc[shuffled, shuffled] for frame in frames], actors=names)
    straight = Panel.from_matrices(frames)
    np.testing.assert_array_equal(moved.values, straight.values)
    np.testing.assert_array_equal(moved.answered, straight.answered)
    own = Panel.from_matrices([frame.loc[shuffled, shuffled] for frame in frames])
    assert own.actors == tuple(shuffled)
    assert set(own.graph(1).edges(data="value")) == set(straight.graph(1).edges(data="value"))
