"""Item map and reliabilities: what is drawn, on which axes, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.figures.measurement import item_map, panel_curves, reliability_of_scales

PEOPLE = pd.DataFrame({"low": [-1.0, -0.5, 0.0], "high": [-0.5, 0.0, 0.5], "people": [3, 12, 5]})
THRESHOLDS = pd.DataFrame(
    {
        "item": ["easy_one", "easy_one", "hard", "hard"],
        "location": [-0.3, -0.3, 0.3, 0.3],
        "threshold": [1, 2, 1, 2],
        "at": [-0.8, 0.2, -0.2, 0.8],
    }
)
RELIABILITY = pd.DataFrame(
    {
        "scale": ["trust", "long_scale", "use"],
        "wave": [1, 1, 1],
        "alpha": [0.8, 0.9, math.nan],
        "lower": [0.75, 0.88, math.nan],
        "upper": [0.84, 0.92, math.nan],
        "omega": [0.81, 0.91, math.nan],
        "separation": [0.78, math.nan, math.nan],
    }
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_people_stand_above_the_thresholds_of_the_items() -> None:
    above, below = item_map(PEOPLE, THRESHOLDS).axes
    bars = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in above.patches]
    assert bars == [(-1.0, 0.5, 3), (-0.5, 0.5, 12), (0.0, 0.5, 5)]
    first, second, places = below.lines
    assert list(zip(first.get_xdata(), first.get_ydata(), strict=True)) == [(-0.8, 0), (-0.2, 1)]
    assert list(zip(second.get_xdata(), second.get_ydata(), strict=True)) == [(0.2, 0), (0.8, 1)]
    assert list(places.get_xdata()) == [-0.3, 0.3]
    assert first.get_marker() != second.get_marker()
    assert [label.get_text() for label in below.get_yticklabels()] == ["easy one", "hard"]
    assert above.get_xlim() == below.get_xlim()
    assert [text.get_text() for text in below.get_legend().get_texts()] == ["1", "2"]


def test_items_of_two_answers_need_no_legend() -> None:
    _, below = item_map(PEOPLE, THRESHOLDS[THRESHOLDS["threshold"] == 1]).axes
    assert below.get_legend() is None


def test_scales_that_could_be_estimated_are_drawn() -> None:
    (axis,) = reliability_of_scales(RELIABILITY).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["trust", "long scale"]
    marks = {container.get_label(): container.lines for container in axis.containers}
    assert list(marks) == ["alpha", "omega", "separation (Rasch)"]
    np.testing.assert_allclose(np.asarray(marks["alpha"][0].get_xdata(), dtype=float), [0.8, 0.9])
    ends = [segment[:, 0].tolist() for segment in marks["alpha"][2][0].get_segments()]
    np.testing.assert_allclose(ends, [[0.75, 0.84], [0.88, 0.92]])
    np.testing.assert_allclose(
        np.asarray(marks["separation (Rasch)"][0].get_xdata(), dtype=float), [0.78, math.nan]
    )


def test_waves_are_told_apart() -> None:
    later = pd.concat([RELIABILITY, RELIABILITY.assign(wave=2)])
    (axis,) = reliability_of_scales(later).axes
    assert [label.get_text() for label in axis.get_yticklabels()][2] == "trust, wave 2"


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="found 0 intervals and 4 thresholds; allowed: at least one of each"):
        item_map(PEOPLE.iloc[:0], THRESHOLDS)
    with pytest.raises(ValueError, match="found no reliability that could be estimated"):
        reliability_of_scales(RELIABILITY.iloc[2:])
    assert not plt.get_fignums()


CURVES = pd.DataFrame(
    {
        "measure": ["trust", "trust", "use", "use"],
        "wave": [2015, 2016, 2015, 2016],
        "units": 12,
        "lower_quartile": [1.0, 2.0, 3.0, 4.0],
        "median": [2.0, 3.0, 4.0, 5.0],
        "upper_quartile": [3.0, 4.0, 5.0, 6.0],
    }
)


def test_each_measure_has_a_panel_and_who_answered_stands_under_it() -> None:
    response = pd.DataFrame({"wave": [2015, 2016], "median": [0.8, 0.45]})
    figure = panel_curves(CURVES, response=response)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title(loc="left") for axis in shown] == [
        "trust\nthe same 12",
        "use\nthe same 12",
        "",
        "",
    ]
    assert list(shown[1].lines[0].get_ydata()) == [4.0, 5.0]
    assert list(shown[3].lines[0].get_ydata()) == [0.8, 0.45] and shown[3].get_ylim() == (0, 1)
    assert len([axis for axis in panel_curves(CURVES).axes if axis.get_visible()]) == 2
    with pytest.raises(ValueError, match="found no curve"):
        panel_curves(CURVES.iloc[:0])
