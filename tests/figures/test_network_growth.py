"""The map, its counts and the sensitivity bars: what is drawn is what was found."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures.network_growth import growth_map_drawn, sensitivity_bars, verdict_bars


def cells() -> pd.DataFrame:
    rows = [(40, 0.3, 2, 0.1), (40, 0.3, 8, 0.1), (40, 0.3, 2, 0.4), (40, 0.3, 8, 0.4)]
    frame = pd.DataFrame(rows, columns=["people", "alike", "attention", "forgetting"])
    return frame.assign(verdict=["small first", "all at once", "no matter", "undecided"])


def test_every_cell_has_its_mark_at_its_place() -> None:
    (axis,) = growth_map_drawn(cells()).axes
    marks = {text.get_position(): text.get_text() for text in axis.texts}
    assert marks == {(0, 0): "▲", (1, 0): "▼", (0, 1): "=", (1, 1): "?"}
    assert [label.get_text() for label in axis.get_xticklabels()] == ["2", "8"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["10 %", "40 %"]


def test_rows_of_several_outcomes_are_no_map() -> None:
    with pytest.raises(ValueError, match="found 8 rows"):
        growth_map_drawn(pd.concat([cells(), cells()]))


def test_bars_are_as_long_as_the_counts() -> None:
    index = pd.MultiIndex.from_tuples(
        [("by week", "cohesion"), ("longer", "cohesion")], names=["spending", "outcome"]
    )
    counts = pd.DataFrame(
        [[20, 3, 0, 1], [0, 0, 24, 0]],
        index=index,
        columns=["small first", "all at once", "no matter", "undecided"],
    )
    (axis,) = verdict_bars(counts).axes
    assert [bar.get_width() for bar in axis.patches] == [20, 3, 0, 1, 0, 0, 24, 0]
    assert [text.get_text() for text in axis.texts] == ["▲ 20", "= 24"]


def test_inputs_stand_in_the_order_of_their_shares() -> None:
    index = pd.MultiIndex.from_product([["cohesion"], ["pace", "size", "time"]], names=["outcome", "input"])
    shares = pd.DataFrame(
        {"first": [0.2, 0.5, -0.01], "total": [0.3, 0.6, 0.1], "total_lower": 0.05, "total_upper": 0.7},
        index=index,
    )
    (axis,) = sensitivity_bars(shares).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["time", "pace", "size"]
    assert [bar.get_width() for bar in axis.patches] == [0.1, 0.3, 0.6, 0.0, 0.2, 0.5]
    with pytest.raises(ValueError, match="found no outcome"):
        sensitivity_bars(shares.iloc[:0])
