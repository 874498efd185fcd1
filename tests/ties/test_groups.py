"""Tests of analysis.ties.groups in plain arithmetic and on bad input."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.files import DATA_RAW
from analysis.sources.school_teacher_advice import tables
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from analysis.ties.groups import group_summary, within_groups
from analysis.ties.panel import Panel
from analysis.ties.structure import density, reciprocity

NAN = math.nan


def test_group_summary_in_plain_arithmetic() -> None:
    values, groups = [1.0, 3.0, NAN, 10.0, 4.0], ["site", "site", "site", "office", "office"]
    sample = group_summary(values, groups)
    assert sample.index.tolist() == ["office", "site", "total"]
    assert sample["n"].tolist() == [2, 2, 4]
    assert sample["mean"].tolist() == [7.0, 2.0, 4.5]
    np.testing.assert_allclose(sample["sd"], [math.sqrt(18), math.sqrt(2), math.sqrt(45 / 3)])
    population = group_summary(values, groups, ddof=0, total="all")
    assert population.index.tolist() == ["office", "site", "all"]
    np.testing.assert_allclose(population["sd"], [3.0, 1.0, math.sqrt(45 / 4)])


def test_group_summary_of_too_few() -> None:
    found = group_summary(pd.Series([2.0, NAN]), pd.Series([1, "x"]))
    assert found.index.tolist() == [1, "x", "total"]
    assert found["n"].tolist() == [1, 0, 1]
    np.testing.assert_array_equal(found["mean"], [2, NAN, 2])
    assert found["sd"].isna().all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: group_summary([1.0], ["a", "b"]), "2 groups for 1 actors"),
        (lambda: group_summary([1.0], ["total"]), "choose another total"),
        (lambda: group_summary([1.0], ["a"], ddof=-1), "ddof is -1"),
        (
            lambda: group_summary(pd.Series([1.0, 2.0]), pd.Series(["a", "b"], index=[1, 0])),
            "different indexes",
        ),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


MEASURES = ["members", "ties", "density", "edgewise"]


def test_inside_each_group_by_hand() -> None:
    matrix = [
        # oak: 0, 2, 4; elm: 1, 3; fir: 5
        [1, 1, 2, 0, 1, 0],
        [0, 0, 0, 0, 0, 1],
        [3, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 1],
    ]
    found = within_groups(matrix, ["oak", "elm", "oak", "elm", "oak", "fir"])
    assert found.index.name == "group"
    assert found.columns.tolist() == MEASURES
    assert found.index.tolist() == ["elm", "fir", "oak"]
    # Of oak 0-2, 2-0 and 0-4, of six; self-ties and ties across count nowhere.
    np.testing.assert_allclose(found, [[2, 0, 0, NAN], [1, 0, NAN, NAN], [3, 3, 3 / 6, 2 / 3]])


def test_who_did_not_answer_has_no_ties_that_count_as_none() -> None:
    matrix = np.array([[0, 1, 1], [1, 0, 0], [NAN, NAN, NAN]])
    # Three ties in four cells observed, and one pair of which both told.
    found = within_groups(matrix, [1, 1, 1])
    np.testing.assert_allclose(found, [[3, 3, 3 / 4, 1.0]])
    silent = within_groups(np.full((2, 2), NAN), ["a", "a"])
    np.testing.assert_allclose(silent, [[2, 0, NAN, NAN]])


@given(st.integers(0, 999), st.lists(st.sampled_from(["a", "b", 3]), min_size=1, max_size=9), st.randoms())
def test_order_plays_no_part_and_one_group_is_the_network(
    seed: int, groups: list[Any], random: Random
) -> None:
    generator = np.random.default_rng(seed)
    size = len(groups)
    matrix = generator.choice([0.0, 1.0, 2.0, NAN], (size, size))
    found = within_groups(matrix, groups)
    assert found["members"].to_dict() == Counter(groups)
    order = random.sample(range(size), size)
    moved = within_groups(matrix[np.ix_(order, order)], [groups[one] for one in order])
    pd.testing.assert_frame_equal(found, moved)
    whole = within_groups(matrix, ["all"] * size).loc["all"]
    ties = (np.nan_to_num(matrix) != 0).sum() - (np.nan_to_num(np.diag(matrix)) != 0).sum()
    expected = [size, ties, density(matrix), reciprocity(matrix, "edgewise")]
    np.testing.assert_allclose(whole.astype(float), np.array(expected, dtype=float))
    assert found["ties"].sum() <= ties


def test_fifteen_schools_hold_all_teachers_and_all_ties(data_mirror: Path) -> None:
    package = read_package(DATA_RAW / "school_teacher_advice" / "datapackage.json")
    real = checked(tables(data_mirror / "school_teacher_advice", package), package)
    panel = Panel.from_tables(real, relation=str(real["ties"]["relation"].iloc[0]))
    found = within_groups(panel.matrix(panel.waves[0]), real["actors"]["organization_id"])
    assert len(found) == 15
    assert (found["members"].sum(), found["ties"].sum()) == (433, 1_540)
    homes = real["actors"].set_index("actor_id")["organization_id"]
    ties = real["ties"]
    pairs = set(ties[["sender_id", "receiver_id"]].itertuples(index=False, name=None))
    for school, row in found.iterrows():
        members = (homes == school).sum()
        arcs = {pair for pair in pairs if homes[pair[0]] == school}
        returned = sum(pair[::-1] in arcs for pair in arcs)
        expected = [members, len(arcs), len(arcs) / (members * (members - 1)), returned / len(arcs)]
        assert row.tolist() == pytest.approx(expected), school


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["a"], "there are 1 groups for 2 actors; one each is needed"),
        (["a", None], "no group for the actors at [1] (1 in all); each needs one"),
    ],
)
def test_groups_that_do_not_fit_a_network_are_refused(groups: list[Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        within_groups(np.zeros((2, 2)), groups)
    assert str(caught.value) == message
