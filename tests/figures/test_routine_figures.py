"""Pictures of routines: what is drawn is what the tables hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch

from analysis.figures.routines import cascade_drawn, reach_drawn, truth_grid, web_by_medium

HOMES = {"review": "office", "council": "office", "studio": "partner"}
LINKS = pd.DataFrame(
    [("review", "council", "people"), ("council", "studio", "artifact")],
    columns=["from_id", "to_id", "medium"],
)


def test_a_web_has_an_arrow_for_each_link_and_one_place_for_each_routine() -> None:
    figure = web_by_medium(HOMES, {"ever": LINKS, "later": LINKS.iloc[:1]})
    arrows = [sum(isinstance(patch, FancyArrowPatch) for patch in axis.patches) for axis in figure.axes]
    assert arrows == [2, 1]
    places = [
        {text.get_text(): text.get_position() for text in axis.texts if text.get_text() in HOMES}
        for axis in figure.axes
    ]
    assert places[0] == places[1] and len(places[0]) == 3
    with pytest.raises(ValueError, match="no panel"):
        web_by_medium(HOMES, {})


def test_a_cascade_shows_what_was_possible_and_what_was_enacted() -> None:
    frame = pd.DataFrame(
        {
            "organization": ["office", "office", "partner"],
            "possible_from": [0.0, 2.0, 5.0],
            "reached": [0.0, 3.0, np.nan],
            "enacted": [1.0, 0.0, np.nan],
            "from_id": ["", "review", np.nan],
        },
        index=pd.Index(["review", "council", "studio"], name="routine"),
    )
    axis = cascade_drawn(frame, 20).axes[0]
    grey = [line for line in axis.lines if line.get_linewidth() == 7 and len(line.get_xdata()) == 2]
    assert [list(line.get_xdata()) for line in grey] == [[0, 20], [2, 20], [5, 20]]
    assert cascade_drawn(frame, np.inf).axes[0].get_xlim()[1] == 6.5


def test_reach_has_a_bar_for_each_change() -> None:
    frame = pd.DataFrame({"possible": [4, 0], "reached": [2, 0], "enacted": [1, 0]}, index=["e", "f"])
    axis = reach_drawn(frame).axes[0]
    assert [patch.get_height() for patch in axis.patches] == [0, 4]


def test_a_truth_table_names_each_combination() -> None:
    frame = pd.DataFrame(
        {
            "link": [0, 1],
            "outcome": pd.array([pd.NA, 1], dtype="Int64"),
            "n": [0, 3],
            "with_outcome": [0, 3],
            "consistency": [np.nan, 1.0],
        }
    )
    texts = [text.get_text() for text in truth_grid(frame, ["link"], "change").axes[0].texts]
    assert texts == ["3 of 3", "leads to it", "no case", "not known", "change"]
