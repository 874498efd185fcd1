"""The class: what is printed comes without the answers of pupil 6 and no other; small classes by hand."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.arrays import Floats
from analysis.files import DATA_RAW
from analysis.sources import class_friendships
from analysis.tables.package import read_package
from analysis.ties.class_friendships import both_reports, class_measures, each_left_out, rounded_twice

PUPILS = np.array([[0, 1, 1], [1, 0, 0], [1, 1, 0]], dtype=float)
TEACHER = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float)


@pytest.fixture(scope="module")
def reports(data_mirror: Path) -> tuple[Floats, Floats]:
    package = read_package(DATA_RAW / "class_friendships/datapackage.json")
    return both_reports(class_friendships.tables(data_mirror / "class_friendships", package))


def test_three_pupils_by_hand() -> None:
    found = class_measures(PUPILS, TEACHER)
    # Both ways: pupils 1-2 and 1-3 by their own answers, 1-2 by the teacher's.
    assert found["agreement"] == pytest.approx(2 / 3)
    assert found["expected agreement"] == pytest.approx(2 / 3 * 1 / 3 + 1 / 3 * 2 / 3)
    assert found["density, pupils"] == pytest.approx(2 / 3)
    assert found["mean friends, teacher"] == pytest.approx(2 / 3)
    # Only pupil 1 has two friends; who has one is left out, who has none counts as 0.
    assert (found["mean ego betweenness, pupils"], found["pupils with ego betweenness, pupils"]) == (1, 1)
    assert (found["mean ego betweenness, teacher"], found["pupils with ego betweenness, teacher"]) == (0, 1)
    assert class_measures(PUPILS, TEACHER, 1)["density, pupils"] == 0


def test_pupil_6_and_nobody_else(reports: tuple[Floats, Floats]) -> None:
    each = each_left_out(*reports)
    printed = {
        "density, pupils": 0.174,
        "agreement": 0.832,
        "expected agreement": 0.770,
        "SD of friends, pupils": 3.34,
        "mean ego betweenness, pupils": 0.329,
        "SD of ego betweenness, pupils": 0.243,
    }
    fits = pd.DataFrame(
        {
            name: (each[name] - value).abs() <= 0.5 * 10 ** -len(str(value).split(".")[1]) + 1e-12
            for name, value in printed.items()
        }
    )
    assert fits.index[fits["density, pupils"]].to_list() == [6, 21, 27]
    assert fits.index[fits.all(axis=1)].to_list() == [6]
    assert each.index[each["names = named"] == 1].to_list() == [6]
    assert each.loc[6, ["density, pupils", "agreement", "expected agreement"]].round(4).to_list() == [
        0.1738,
        0.8319,
        0.7704,
    ]


def test_expected_agreement_is_the_mean_over_every_exchange(reports: tuple[Floats, Floats]) -> None:
    pupils, teacher = (matrix[:6, :6] * matrix[:6, :6].T for matrix in reports)
    pairs = np.triu_indices(6, 1)
    shares = [
        (pupils[np.ix_(order, order)][pairs] == teacher[pairs]).mean() for order in permutations(range(6))
    ]
    assert class_measures(pupils, teacher)["expected agreement"] == pytest.approx(np.mean(shares))


def test_rounding_in_two_steps() -> None:
    found = rounded_twice(pd.Series({"a": 0.08547, "b": 0.17379}))
    assert found["at once"].to_list() == [0.085, 0.174]
    assert found["twice"].to_list() == [0.086, 0.174]
