"""Bars of attendance: what is drawn, and that its labels can be read."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.evidence.participation import attendance_by_activity
from analysis.figures.participation import attendance_bars
from analysis.privacy.texts import refuse_single_people, texts_of


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def reached() -> pd.DataFrame:
    """Return three activities, the last of which only people from outside came to."""
    columns = {
        "date": ["2025-01-15", "2025-02-10", "2025-03-01"],
        "came": [120, 1, 3],
        "share": [1.0, 0.25, float("nan")],
    }
    return pd.DataFrame(columns, index=["kick-off of the whole district", "lab", "fair"]).rename_axis(
        "activity"
    )


def widths(figure: Figure) -> list[float]:
    return [bar.get_width() for bar in figure.axes[0].patches]


def test_a_bar_is_as_long_as_the_share(reached: pd.DataFrame) -> None:
    figure = attendance_bars(reached)
    (axis,) = figure.axes
    assert widths(figure)[:2] == [1.0, 0.25]
    assert [bar.get_x() for bar in axis.patches] == [0, 0, 0]
    assert axis.get_xlim() == (0, 1)
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0%", "25%", "50%", "75%", "100%"]
    assert axis.get_xlabel() == "share of those then in the network"


def test_activities_are_named_with_their_day_from_top_to_bottom(reached: pd.DataFrame) -> None:
    (axis,) = attendance_bars(reached).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == [
        "kick-off of the whole district, 2025-01-15",
        "lab, 2025-02-10",
        "fair, 2025-03-01",
    ]
    assert axis.get_ylim() == (2.5, -0.5)


def test_how_many_came_is_told_also_where_there_is_no_share(reached: pd.DataFrame) -> None:
    figure = attendance_bars(reached)
    (axis,) = figure.axes
    figure.canvas.draw()
    heights = axis.transData.transform([(0, place) for place in range(3)])[:, 1]
    assert [text.get_text() for text in axis.texts] == ["120 came", "1 came", "3 came"]
    for text, height in zip(axis.texts, heights, strict=True):
        box = text.get_window_extent()
        assert box.y0 < height < box.y1
        # Beside the axes, where no bar reaches.
        assert box.x0 > axis.get_window_extent().x1


def test_labels_lie_apart_and_within_the_figure(reached: pd.DataFrame) -> None:
    figure = attendance_bars(pd.concat([reached] * 4))
    figure.canvas.draw()
    (axis,) = figure.axes
    boxes = [text.get_window_extent() for text in (*axis.texts, *axis.get_yticklabels())]
    assert len(boxes) == 24
    for place, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_where_no_activity_may_be_shown_the_axes_are_empty(reached: pd.DataFrame) -> None:
    figure = attendance_bars(reached.iloc[:0])
    assert widths(figure) == []
    assert not figure.axes[0].texts


def test_no_label_shows_a_person() -> None:
    people = [f"p_{number:08x}" for number in range(3)]
    tables = {
        "actors": pd.DataFrame({"actor_id": people, "joined_on": None, "left_on": None}, dtype="string"),
        "activities": pd.DataFrame({"activity_id": ["lab"], "date": ["2025-02-10"], "kind": ["visit"]}),
        "attendance": pd.DataFrame({"activity_id": "lab", "actor_id": people[:2]}),
    }
    figure = attendance_bars(attendance_by_activity(tables))
    assert widths(figure) == [2 / 3]
    texts = texts_of(figure)
    assert "2 came" in texts
    assert not any(person in text for person in people for text in texts)
    refuse_single_people(texts, 5, "the figure")


def test_a_table_of_something_else_is_refused(reached: pd.DataFrame) -> None:
    with pytest.raises(KeyError, match="share"):
        attendance_bars(reached.drop(columns="share"))
