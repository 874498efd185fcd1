"""Sociograms and estimates: what is drawn, where, and what cannot be drawn."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.figures.estimates import estimates_by_model
from analysis.figures.sociogram import sociograms
from analysis.figures.svg import as_svg
from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.ties.panel import Panel

ACTORS = list("abcd")
# a and b tie each other, c ties a, d is alone; then c and d tie each other weakly.
FIRST = [[0, 4, 0, 0], [3, 0, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]]
SECOND = [[0, 4, 0, 0], [3, 0, 0, 0], [2, 0, 0, 1], [0, 0, 1, 0]]
GROUPS = ["school", "district", "school", "district"]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def panel(*matrices: list[list[float]], actors: list[str] | None = None) -> Panel:
    return Panel.from_matrices(matrices, actors=actors or ACTORS, waves=[1, 3][: len(matrices)])


def drawn(panels: dict[str, Panel] | None = None, groups: list[str] = GROUPS, **options: object) -> Figure:
    given = panels or {"advice": panel(FIRST, SECOND), "trust": panel(SECOND)}
    return sociograms(given, groups, **{"seed": 1, **options})  # type: ignore[arg-type]


def points(axis: Axes) -> list[NDArray[np.float64]]:
    """Places of each group's members."""
    return [np.asarray(part.get_offsets()) for part in axis.collections if isinstance(part, PathCollection)]


def lines(axis: Axes) -> list[list[NDArray[np.float64]]]:
    """Unreciprocated, then reciprocated ties, each from place to place."""
    return [part.get_segments() for part in axis.collections if isinstance(part, LineCollection)]


def test_relations_are_rows_and_waves_columns() -> None:
    figure = drawn(wave="year")
    assert len(figure.axes) == 4
    titles = [axis.get_title(loc="left") or axis.get_title() for axis in figure.axes]
    assert titles == ["advice, year 1 (3 ties)", "advice, year 3 (5 ties)", "trust, year 1 (5 ties)", ""]
    assert not figure.axes[3].collections
    assert all(not axis.axison for axis in figure.axes)


def test_everybody_stands_at_one_place_throughout() -> None:
    figure = drawn()
    first, *others = [points(axis) for axis in figure.axes[:3]]
    for other in others:
        np.testing.assert_array_equal(np.concatenate(other), np.concatenate(first))
    assert len(np.unique(np.concatenate(first), axis=0)) == 4


def test_ties_join_the_places_of_their_actors() -> None:
    axis = drawn().axes[0]
    (a, c), (b, _) = points(axis)
    single, mutual = lines(axis)
    assert [segment.tolist() for segment in single] == [[c.tolist(), a.tolist()]]
    assert [segment.tolist() for segment in mutual] == [[a.tolist(), b.tolist()]]


@pytest.mark.parametrize(
    ("threshold", "counts"), [(None, (1, 2)), (1, (1, 2)), (2, (1, 1)), (4, (1, 0)), (5, (0, 0))]
)
def test_the_threshold_says_what_is_a_tie(threshold: float | None, counts: tuple[int, int]) -> None:
    axis = drawn({"advice": panel(SECOND)}, threshold=threshold).axes[0]
    assert tuple(map(len, lines(axis))) == counts
    total = counts[0] + 2 * counts[1]
    assert f"({total} ties)" in axis.get_title(loc="left")


def test_what_was_not_observed_and_self_ties_are_not_drawn() -> None:
    gapped = [[7, 4, 0, 0], [3, 0, 0, 0], [np.nan, np.nan, np.nan, np.nan], [0, 0, 0, 0]]
    axis = drawn({"advice": panel(gapped)}).axes[0]
    assert tuple(map(len, lines(axis))) == (0, 1)
    assert "(2 ties)" in axis.get_title(loc="left")


def test_groups_differ_in_shape_and_colour_and_are_named_once() -> None:
    figure = drawn()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["school", "district"]
    schools, districts = (part for part in figure.axes[0].collections if isinstance(part, PathCollection))
    assert schools.get_facecolor().tolist() != districts.get_facecolor().tolist()
    assert schools.get_paths()[0].vertices.shape != districts.get_paths()[0].vertices.shape
    assert [part.get_offsets().shape for part in (schools, districts)] == [(2, 2), (2, 2)]


def test_there_may_be_more_groups_than_shapes() -> None:
    size = len(PALETTE) + 2
    ring = np.roll(np.eye(size), 1, axis=1)
    names = [f"g{index}" for index in range(size)]
    axis = drawn({"advice": Panel.from_matrices([ring])}, names).axes[0]
    assert len(points(axis)) == size


def test_the_seed_alone_places_people() -> None:
    assert as_svg(drawn()) == as_svg(drawn())
    assert as_svg(drawn()) != as_svg(drawn(seed=2))


@pytest.mark.parametrize(
    ("panels", "groups", "message"),
    [
        ({}, [], "found no panel; allowed: at least one"),
        (
            {"advice": panel(FIRST), "trust": panel(FIRST, actors=list("abdc"))},
            GROUPS,
            "panels of the same actors in the same order",
        ),
        (
            {"advice": panel(FIRST), "trust": Panel.from_matrices([np.zeros((3, 3))], actors=list("abc"))},
            GROUPS,
            "panels of the same actors in the same order",
        ),
        ({"advice": panel(FIRST)}, GROUPS[:3], "found 3 groups; allowed: one for each of the 4 actors"),
        ({"advice": panel(FIRST)}, [*GROUPS, "x"], "found 5 groups; allowed: one for each of the 4 actors"),
    ],
)
def test_what_cannot_be_drawn_in_one_layout_is_refused(
    panels: dict[str, Panel], groups: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sociograms(panels, groups, seed=1)
    assert not plt.get_fignums()


MODELS = {
    "Model 1": pd.DataFrame(
        {"term": ["intercept", "advice"], "estimate": [9.0, 0.5], "permutation_sd": [1.0, 0.1]}
    ),
    "Model 2": pd.DataFrame(
        {
            "term": ["trust", "intercept", "advice"],
            "estimate": [-0.2, 8.0, 0.4],
            "permutation_sd": [0.05, 1.0, 0.2],
        }
    ),
}


def bars_of(figure: Figure) -> dict[str, dict[float, tuple[float, float, float]]]:
    """By model and height: the estimate, and the ends of its bar."""
    (axis,) = figure.axes
    found = {}
    for container in axis.containers:
        marks, _, (bars,) = container.lines
        ends = [segment[:, 0].tolist() for segment in bars.get_segments()]
        found[container.get_label()] = {
            round(float(height), 6): (float(estimate), *end)
            for height, estimate, end in zip(marks.get_ydata(), marks.get_xdata(), ends, strict=True)
        }
    return found


def test_one_bar_a_term_and_model_and_none_for_the_intercept() -> None:
    figure = estimates_by_model(MODELS)
    found = bars_of(figure)
    assert found.keys() == {"Model 1", "Model 2"}
    assert found["Model 1"] == {-0.08: pytest.approx((0.5, 0.3, 0.7))}
    assert found["Model 2"] == {
        1.08: pytest.approx((-0.2, -0.3, -0.1)),
        0.08: pytest.approx((0.4, 0.0, 0.8)),
    }
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["advice", "trust"]
    assert axis.get_ylim() == (1.5, -0.5)
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["Model 1", "Model 2"]


def test_bars_may_be_normal_intervals() -> None:
    found = bars_of(estimates_by_model(MODELS, level=0.9))
    reach = 0.1 * 1.6448536269514722
    assert found["Model 1"] == {-0.08: pytest.approx((0.5, 0.5 - reach, 0.5 + reach))}


def test_bars_may_be_measured_in_another_column() -> None:
    model = pd.DataFrame({"term": ["exposure"], "estimate": [0.5], "standard_error": [0.1]})
    found = bars_of(estimates_by_model({"one": model}, spread="standard_error"))
    assert found["one"] == {0.0: pytest.approx((0.5, 0.3, 0.7))}
    with pytest.raises(ValueError, match="one without permutation_sd; allowed: models with columns"):
        estimates_by_model({"one": model})


def test_models_differ_in_shape_and_colour_however_many() -> None:
    count = len(MARKERS) + 1
    figure = estimates_by_model({f"Model {index}": MODELS["Model 1"] for index in range(count)})
    marks = [container.lines[0] for container in figure.axes[0].containers]
    looks = {(mark.get_marker(), mark.get_color()) for mark in marks}
    assert len(marks) == len(looks) == count


def test_models_that_cannot_be_drawn_are_all_named() -> None:
    lacking = {
        **MODELS,
        "Model 3": MODELS["Model 1"].drop(columns=["term", "permutation_sd"]),
        "Model 4": MODELS["Model 1"].drop(columns="estimate"),
    }
    found = (
        "found Model 3 without term, permutation_sd; Model 4 without estimate; allowed: models with columns"
    )
    with pytest.raises(ValueError, match=found):
        estimates_by_model(lacking)
    with pytest.raises(ValueError, match="found no model; allowed"):
        estimates_by_model({})
    assert not plt.get_fignums()


def test_the_theme_ends_with_its_context() -> None:
    before = dict(plt.rcParams)
    with themed():
        assert plt.rcParams["axes.spines.top"] is False
        assert plt.rcParams["font.family"] == ["DejaVu Sans"]
    assert dict(plt.rcParams) == before
    assert len(set(MARKERS)) == len(MARKERS)
    assert len(set(PALETTE)) == len(PALETTE)


def test_who_was_absent_is_not_drawn_and_who_was_silent_is_hollow() -> None:
    values = np.array([FIRST, SECOND], dtype=float)
    values[0, 3] = values[0, :, 3] = np.nan  # d had not joined
    values[1, 2] = np.nan  # c did not answer
    present = np.ones((2, 4), bool)
    present[0, 3] = False
    answered = present.copy()
    answered[1, 2] = False
    given = Panel("advice", tuple(ACTORS), (1, 2), values, present, answered)
    figure = drawn({"advice": given})
    assert sum(len(part) for part in points(figure.axes[0])) == 3
    assert sum(len(part) for part in points(figure.axes[1])) == 4
    faces = [
        (len(np.asarray(part.get_offsets())), bool((part.get_facecolors()[0][:3] == 1).all()))
        for part in figure.axes[1].collections
        if isinstance(part, PathCollection)
    ]
    assert [number for number, hollow in faces if hollow] == [1]


def test_components_stand_apart_and_people_without_ties_in_a_row() -> None:
    """One isolate used to squeeze everybody else into a dot."""
    size = 30
    matrix = np.zeros((size, size))
    for first in range(0, 20, 1):
        matrix[first, (first + 1) % 20] = 1
    matrix[20, 21] = matrix[22, 23] = 1
    given = Panel.from_matrices([matrix])
    places = np.concatenate(points(drawn({"tie": given}, ["x"] * size).axes[0]))
    large, alone = places[:20], places[24:]
    span = np.ptp(places, axis=0).max()
    assert np.ptp(large, axis=0).min() > span / 3
    assert len(np.unique(alone[:, 1].round(9))) == 1
    assert alone[:, 1].max() < places[:24, 1].min()
    boxes = [(part.min(axis=0), part.max(axis=0)) for part in (large, places[20:22], places[22:24])]
    for (low, high), (other_low, other_high) in [
        (boxes[0], boxes[1]),
        (boxes[0], boxes[2]),
        (boxes[1], boxes[2]),
    ]:
        assert (high < other_low).any() or (other_high < low).any()
