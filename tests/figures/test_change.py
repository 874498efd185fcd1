"""Bars of ties kept, new and lost: what is drawn, and that its labels can be read."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from analysis.checks import NotEstimable
from analysis.figures.change import turnover_bars
from analysis.privacy.texts import refuse_single_people, texts_of
from analysis.ties.overview import changes
from analysis.ties.panel import Panel


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def compared(*rows: tuple[int, int, int], relation: str = "help") -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(
        [(relation, f"{wave} to {wave + 1}") for wave in range(1, len(rows) + 1)], names=["relation", "waves"]
    )
    return pd.DataFrame(list(rows), columns=["kept", "new", "lost"], index=index)


def bars(figure: Figure) -> dict[str, list[tuple[float, float]]]:
    """Return where each part starts and how wide it is, a pair a comparison."""
    containers = [part for part in figure.axes[0].containers if isinstance(part, BarContainer)]
    return {
        str(part.get_label()): [(bar.get_x(), bar.get_width()) for bar in part.patches] for part in containers
    }


def told(figure: Figure) -> list[Annotation]:
    return [text for text in figure.axes[0].texts if isinstance(text, Annotation)]


def test_each_part_begins_where_the_one_before_ends() -> None:
    figure = turnover_bars(compared((10, 4, 6), (7, 0, 9)))
    assert bars(figure) == {
        "kept": [(0, 10), (0, 7)],
        "new": [(10, 4), (7, 0)],
        "lost": [(14, 6), (7, 9)],
    }
    (axis,) = figure.axes
    heights = [bar.get_y() + bar.get_height() / 2 for bar in axis.containers[0].patches]
    assert heights == pytest.approx([0, 1])
    assert [label.get_text() for label in axis.get_yticklabels()] == [
        "help, wave 1 to 2",
        "help, wave 2 to 3",
    ]
    # The first comparison stands above the second.
    assert axis.get_ylim()[0] > axis.get_ylim()[1]
    assert axis.get_xlabel() == "ties, over pairs observed in both waves"


def test_parts_are_told_apart_without_colour() -> None:
    figure = turnover_bars(compared((10, 4, 6)))
    (axis,) = figure.axes
    looks = {(part.patches[0].get_facecolor(), part.patches[0].get_hatch()) for part in axis.containers}
    assert len(looks) == 3
    assert all(red == green == blue for (red, green, blue, _), _ in looks)
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["kept", "new", "lost"]


def test_every_count_but_zero_is_written_where_it_belongs() -> None:
    labels = told(turnover_bars(compared((10, 4, 6), (7, 0, 9))))
    assert {(text.get_text(), text.xy) for text in labels} == {
        ("10", (5, 0)),
        ("4", (12, 0)),
        ("6", (17, 0)),
        ("7", (3.5, 1)),
        ("9", (11.5, 1)),
    }


def test_what_does_not_fit_into_its_part_is_named_beside_the_axes() -> None:
    labels = told(turnover_bars(compared((100, 1, 2), (3, 0, 300), (0, 0, 0))))
    assert {(text.get_text(), text.xy) for text in labels} == {
        ("100", (50, 0)),
        ("1 new, 2 lost", (1, 0)),
        ("300", (153, 1)),
        ("3 kept", (1, 1)),
    }


@pytest.mark.parametrize(
    "rows",
    [
        [(10, 4, 6)],
        [(100, 1, 2), (3, 0, 300)],
        [(1, 1, 1), (40, 40, 40), (5, 6, 7)],
        [(1000, 60, 60), (5, 5, 1100)],
        [(1, 0, 0)],
    ],
)
def test_labels_lie_apart_and_within_the_figure(rows: list[tuple[int, int, int]]) -> None:
    figure = turnover_bars(compared(*rows, relation="materials of others"))
    figure.canvas.draw()
    (axis,) = figure.axes
    boxes = [text.get_window_extent() for text in told(figure)]
    boxes += [label.get_window_extent() for label in axis.get_yticklabels()]
    boxes.append(axis.get_legend().get_window_extent())
    whole = figure.bbox
    for place, box in enumerate(boxes):
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1
        assert whole.y0 <= box.y0 < box.y1 <= whole.y1
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_where_there_is_one_wave_only_nothing_is_drawn() -> None:
    panel = Panel.from_matrices([[[0, 1], [0, 0]]])
    with pytest.raises(NotEstimable, match="no wave to compare"):
        turnover_bars(changes({"help": panel}))
    assert not plt.get_fignums()


def test_no_label_shows_a_person() -> None:
    people = [f"p_{number:08x}" for number in range(3)]
    ring, back = [[0, 1, 0], [0, 0, 1], [1, 0, 0]], [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    panel = Panel.from_matrices([ring, back], actors=people)
    texts = texts_of(turnover_bars(changes({"help": panel})))
    assert "help, wave 1 to 2" in texts
    assert not any(person in text for person in people for text in texts)
    refuse_single_people(texts, 5, "the figure")


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(KeyError, match="lost"):
        turnover_bars(compared((1, 2, 3)).drop(columns="lost"))
    assert not plt.get_fignums()
