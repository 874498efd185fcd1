"""Districts over years, as drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.figures.districts import (
    belief_bands,
    joint_map,
    levels_by_district,
    lowest_map,
    schools_by_wave,
)


def test_levels_have_a_panel_a_scale_and_a_line_a_district() -> None:
    keys = [(scale, district, wave) for scale in "abcd" for district in ("north", "south") for wave in (1, 2)]
    index = pd.MultiIndex.from_tuples(keys, names=["scale", "district", "wave"])
    levels = pd.DataFrame({"estimate": 3.0, "lower": 2.5, "upper": 3.5}, index=index)
    figure = levels_by_district(levels)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title(loc="left") for axis in shown] == [*"abcd"]
    assert all(len(axis.containers) == 2 for axis in shown)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["north", "south"]
    plt.close(figure)
    with pytest.raises(ValueError, match="found no level"):
        levels_by_district(levels.iloc[:0])


def test_the_map_writes_shares_that_are_some() -> None:
    index = pd.MultiIndex.from_tuples([("north", 1), ("south", 1)], names=["district", "wave"])
    figure = lowest_map(pd.DataFrame({"x": [1.0, 0.25], "y": [0.0, 0.75]}, index=index))
    assert [text.get_text() for text in figure.axes[0].texts] == ["100 %", "25 %", "75 %"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["north, 1", "south, 1"]
    plt.close(figure)
    with pytest.raises(ValueError, match="found no share"):
        lowest_map(pd.DataFrame())


def test_bands_of_belief_lie_over_the_band_before() -> None:
    beliefs = pd.DataFrame(
        {"lower": [0.2, 0.1], "middle": [0.5, 0.2], "upper": [0.9, 0.4]}, index=["h", "a_rival"]
    )
    figure = belief_bands(beliefs, (0.1, 0.5))
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["h", "a rival"]
    (container,) = axis.containers
    assert [tuple(line.round(2)[:, 0]) for line in container.lines[2][0].get_segments()] == [
        (0.2, 0.9),
        (0.1, 0.4),
    ]
    plt.close(figure)
    with pytest.raises(ValueError, match="found no hypothesis"):
        belief_bands(beliefs.iloc[:0], (0.1, 0.5))


def test_a_panel_for_each_school_and_a_gap_where_a_wave_is_left_out() -> None:
    keys = [("a", "s", 1), ("a", "s", 3), ("a", "t", 1), ("a", "t", 2), ("a", "t", 3), ("b", "u", 2)]
    index = pd.MultiIndex.from_tuples(keys, names=["district", "school", "wave"])
    values = pd.Series([1.0, 2.0, 3.0, 3.5, 4.0, 2.0], index=index)
    levels = pd.DataFrame({"estimate": values, "lower": values - 0.5, "upper": values + 0.5})
    figure = schools_by_wave(levels)
    panels = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title(loc="left") for axis in panels] == ["s", "t", "u"]
    # Grey first: the two schools of the district, then the school itself.
    assert [len(axis.get_lines()) >= 3 for axis in panels[:2]] == [True, True]
    own = panels[0].get_lines()[2].get_ydata()
    assert np.isnan(own[1]) and own[0] == 1.0 and own[2] == 2.0
    with pytest.raises(ValueError, match="found no level"):
        schools_by_wave(levels.iloc[:0])


def test_the_joint_display_says_in_each_cell_how_strands_meet() -> None:
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 2)], names=["district", "year"])
    display = pd.DataFrame(
        {
            "documents": "conflict",
            "survey": ["conflict", "unclear", "not told"],
            "outcome": ["yes", "no", "no"],
        },
        index=index,
    )
    axis = joint_map(display, ["yes", "no"]).axes[0]
    texts = [text.get_text().split("\n")[0] for text in axis.texts]
    assert texts == ["yes", "no", "no"] and axis.images[0].get_array().mask.tolist()[1] == [True, False]
    with pytest.raises(ValueError, match="found no; allowed: cells with yes"):
        joint_map(display, ["yes"])
    with pytest.raises(ValueError, match="found no cell"):
        joint_map(display.iloc[:0], ["yes"])
