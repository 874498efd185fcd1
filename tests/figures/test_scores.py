"""Scores by wave: what is drawn, on which axes, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer

from analysis.figures.scores import scores_by_wave
from analysis.figures.theme import MARKERS
from analysis.measurement.scales import scale_scores, scale_summary
from analysis.privacy.texts import refuse_single_people, texts_of

SCALES = pd.DataFrame({"minimum": [1, 0], "maximum": [5, 10]}, index=["collective_efficacy", "use"])


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def summary(*rows: tuple[str, int, float, float, float]) -> pd.DataFrame:
    columns = ["scale", "wave", "lower_quartile", "median", "upper_quartile"]
    return pd.DataFrame(list(rows), columns=columns).set_index(["scale", "wave"])


GIVEN = summary(
    ("collective_efficacy", 1, 2.0, 3.0, 3.5),
    ("collective_efficacy", 4, 2.5, 3.25, 5.0),
    ("use", 1, 0.0, 0.0, 7.0),
)


def drawn(axis: Axes) -> list[tuple[float, float, float, float]]:
    """Return place, median and both ends of the bar of each wave."""
    (container,) = (part for part in axis.containers if isinstance(part, ErrorbarContainer))
    marks, _, (ends,) = container.lines
    return [
        (float(x), float(y), float(segment[0, 1]), float(segment[1, 1]))
        for x, y, segment in zip(marks.get_xdata(), marks.get_ydata(), ends.get_segments(), strict=True)
    ]


def test_a_panel_a_scale_holds_the_median_and_the_middle_half() -> None:
    efficacy, use = scores_by_wave(GIVEN, SCALES).axes
    assert drawn(efficacy) == [(0, 3.0, 2.0, 3.5), (1, 3.25, 2.5, 5.0)]
    assert drawn(use) == [(0, 0.0, 0.0, 7.0)]
    assert [axis.get_title(loc="left") for axis in (efficacy, use)] == ["collective efficacy", "use"]
    assert [label.get_text() for label in efficacy.get_xticklabels()] == ["1", "4"]
    assert efficacy.get_ylabel() == "score (median, middle half)"
    assert [axis.get_xlabel() for axis in (efficacy, use)] == ["wave", "wave"]


def test_the_axes_span_the_range_of_the_answers() -> None:
    for axis, (low, high) in zip(scores_by_wave(GIVEN, SCALES).axes, ((1, 5), (0, 10)), strict=True):
        bottom, top = axis.get_ylim()
        assert bottom < low < high < top
        # Room for marks at the ends, no more.
        assert top - bottom < 1.1 * (high - low)


def test_there_may_be_more_scales_than_shapes() -> None:
    names = [f"s{number}" for number in range(len(MARKERS) + 6)]
    scales = pd.DataFrame({"minimum": 1, "maximum": 5}, index=names)
    figure = scores_by_wave(summary(*((name, 1, 2.0, 3.0, 4.0) for name in names)), scales)
    assert [axis.get_title(loc="left") for axis in figure.axes] == names
    assert all(drawn(axis) == [(0, 3.0, 2.0, 4.0)] for axis in figure.axes)


def test_labels_lie_apart_and_within_the_figure() -> None:
    waves = range(1, 9)
    rows = [(name, wave, 2.0, 3.0, 4.0) for name in SCALES.index for wave in waves]
    figure = scores_by_wave(summary(*rows), SCALES)
    figure.canvas.draw()
    boxes = [axis.get_tightbbox() for axis in figure.axes]
    assert not boxes[0].overlaps(boxes[1])
    for axis in figure.axes:
        ticks = [label.get_window_extent() for label in axis.get_xticklabels()]
        assert len(ticks) == len(waves)
        assert all(one.x1 < other.x0 for one, other in pairwise(ticks))
    assert all(0 <= box.x0 < box.x1 <= figure.bbox.x1 for box in boxes)


def test_no_label_shows_a_person() -> None:
    people = [f"p_{number:08x}" for number in range(3)]
    items = pd.DataFrame(
        {"item_id": ["a"], "scale": ["use"], "minimum": [0], "maximum": [10], "reversed": [0]}
    )
    answers = [(1, person, "a", 4.0) for person in people]
    responses = pd.DataFrame(answers, columns=["wave", "actor_id", "item_id", "value"])
    scores = scale_scores({"items": items, "responses": responses})
    texts = texts_of(scores_by_wave(scale_summary(scores), SCALES))
    assert "use" in texts
    assert not any(person in text for person in people for text in texts)
    refuse_single_people(texts, 5, "the figure")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (summary(), "found no score; allowed: a summary of at least one scale in one wave"),
        (
            summary(("use", 1, 1, 2, 3), ("trust", 1, 1, 2, 3), ("aims", 1, 1, 2, 3)),
            "found no range of trust, aims; allowed: minimum and maximum of every scale",
        ),
    ],
)
def test_scores_that_cannot_be_drawn_are_refused(given: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        scores_by_wave(given, SCALES)
    assert str(caught.value) == message
    assert not plt.get_fignums()
