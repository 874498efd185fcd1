"""Figures of cascades and of adoption: what is drawn is what was given; bad input is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from analysis.contacts.cascade import Meeting
from analysis.figures.adoption import adoption_curves, hazard_by_exposure
from analysis.figures.cascade import (
    beside_nulls,
    cascade_timeline,
    census_bars,
    meeting_steps,
    sensitivity_surface,
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test drew."""
    yield
    plt.close("all")


LINES = pd.DataFrame(
    {"days": [2.0, 3.0, 5.0], "first_order": [1, 1, 2], "second_order": [0, 1, 1], "enduring": [1, 1, 1]}
)
SURFACE = pd.DataFrame(
    {
        "window": [30, 30, 90, 90],
        "persistence": [0, 14, 0, 14],
        "horizon": 7.0,
        "coalescence": [0.25, 0.125, 0.5, np.nan],
    }
)


def legend(axis: Axes) -> list[str]:
    """Return what the legend names."""
    found = axis.get_legend()
    return [text.get_text() for text in found.get_texts()] if found else []


def test_closures_are_steps_from_the_meeting_on() -> None:
    (axis,) = cascade_timeline(LINES, 7.0, marks=[1.0, 4.0]).axes
    *drawn, marks = axis.lines
    steps = {line.get_label(): line for line in drawn}
    assert legend(axis) == [*steps, "activity"] == ["first order", "second order", "enduring", "activity"]
    for name, line in steps.items():
        counts = list(LINES[str(name).replace(" ", "_")])
        assert list(line.get_xdata()) == [0, 2, 3, 5, 7], "to the end of the window"
        assert list(line.get_ydata()) == [0, *counts, counts[-1]]
        assert line.get_drawstyle() == "steps-post"
    assert list(marks.get_xdata()) == [1, 4]
    assert len({line.get_linestyle() for line in steps.values()}) == 3, "told apart without colour"


def test_an_event_without_closures_is_a_flat_start() -> None:
    (axis,) = cascade_timeline(LINES.iloc[:0], 7.0).axes
    assert [list(line.get_ydata()) for line in axis.lines] == [[0, 0]] * 3
    assert legend(axis) == ["first order", "second order", "enduring"]


MEETING = Meeting(
    pd.DataFrame(
        {
            "part": ["collaborator"] * 2
            + ["contact of the one"] * 30
            + ["contact of the other"]
            + ["contact of both"] * 3
        },
        index=["a", "b", *(f"c{number}" for number in range(30)), "d", *"xyz"],
    ),
    pd.DataFrame(
        [
            ("a", "c0", -5.0, "before"),
            ("a", "b", 0.0, "meeting"),
            ("b", "c0", 1.0, "first order"),
            ("c1", "d", 4.0, "second order"),
            ("c1", "c2", 4.0, "other"),
        ],
        columns=["first", "second", "days", "kind"],
    ),
)


def test_steps_of_a_meeting_draw_the_ties_by_then_and_everybody_in_one_place() -> None:
    figure = meeting_steps(MEETING, {"before": -1, "soon": 1, "late": 9})
    counts = {"before": [1, 0, 0, 0, 0], "soon": [1, 0, 0, 1, 1], "late": [1, 1, 1, 1, 1]}
    assert [axis.get_title(loc="left") for axis in figure.axes] == [
        "before: 0 closures",
        "soon: 1 closures",
        "late: 2 closures",
    ]
    spots = []
    for axis, expected in zip(figure.axes, counts.values(), strict=True):
        lines = [found for found in axis.collections if isinstance(found, LineCollection)]
        assert [len(found.get_segments()) for found in lines] == expected
        spots.append(np.vstack([found.get_offsets() for found in axis.collections if found not in lines]))
    assert len(spots[0]) == 36 == len(np.unique(spots[0].round(6), axis=0)), "nobody stands on another"
    assert (spots[0] == spots[1]).all() and (spots[1] == spots[2]).all()
    with pytest.raises(ValueError, match="found no step"):
        meeting_steps(MEETING, {})


def test_a_circle_with_nobody_of_its_own_is_drawn() -> None:
    people = MEETING.people[MEETING.people["part"] != "contact of the other"]
    ties = MEETING.ties[~MEETING.ties["second"].eq("d")]
    (axis,) = meeting_steps(Meeting(people, ties), {"late": 9}).axes
    assert (
        sum(len(found.get_offsets()) for found in axis.collections if not isinstance(found, LineCollection))
        == 35
    )


def test_of_a_large_meeting_only_those_of_a_closure_are_drawn() -> None:
    (axis,) = meeting_steps(MEETING, {"late": 9}, most=35).axes
    lines = [found for found in axis.collections if isinstance(found, LineCollection)]
    assert [len(found.get_segments()) for found in lines] == [1, 1, 1], "second, first order, the meeting"
    spots = np.vstack([found.get_offsets() for found in axis.collections if found not in lines])
    assert len(spots) == 5, "a, b, c0, c1, d"


def test_triads_with_a_tie_are_two_bars_a_kind_with_their_numbers() -> None:
    kinds = {"003": (90, 7), "102": (28_640, 25_988), "201": (0, 0), "300": (0, 50)}
    frame = pd.DataFrame.from_dict(kinds, orient="index", columns=["before", "after"])
    axes = census_bars(frame).axes
    assert [axis.get_title()[:3] for axis in axes] == ["102", "300"], "those there are, without 003"
    for axis, kind in zip(axes, ("102", "300"), strict=True):
        assert [bar.get_height() for bar in axis.patches] == list(kinds[kind])  # type: ignore[attr-defined]
        assert [text.get_text() for text in axis.texts] == [f"{number:,}" for number in kinds[kind]]
    with pytest.raises(ValueError, match="found no triad with a tie"):
        census_bars(frame.loc[["003", "201"]])
    with pytest.raises(ValueError, match="found no column after"):
        census_bars(frame[["before"]])


def test_few_values_are_bars_where_they_are() -> None:
    (axis,) = beside_nulls({"none": np.array([0.0, 0.25, 0.25, 0.5])}, 0.25, "coalescence").axes
    middles = [bar.get_x() + bar.get_width() / 2 for bar in axis.patches]  # type: ignore[attr-defined]
    assert middles == pytest.approx([0, 0.25, 0.5])
    assert [bar.get_height() for bar in axis.patches] == [1, 2, 1]  # type: ignore[attr-defined]


@pytest.mark.parametrize("observed", [0.0, 2.5, 40.0, -3.0])
def test_every_draw_known_is_in_a_bar_and_the_observed_is_the_line(observed: float) -> None:
    draws = {
        "random_placement": np.array([0.0, 1.0, 1.0, np.nan]),
        "time_shuffled": np.array([2.0, 9.0, -1.5]),
    }
    figure = beside_nulls(draws, observed, "closures")
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["random placement", "time shuffled"]
    for axis, values in zip(figure.axes, draws.values(), strict=True):
        assert sum(bar.get_height() for bar in axis.patches) == np.isfinite(values).sum()  # type: ignore[attr-defined]
        assert [list(line.get_xdata()) for line in axis.lines] == [[observed, observed]]
        low, high = axis.get_xlim()
        assert low <= observed <= high
    assert figure.axes[-1].get_xlabel() == "closures (line: observed)"


def test_nothing_drawn_or_seen_is_no_error() -> None:
    (axis,) = beside_nulls({"none": np.zeros(5)}, 0.0, "closures").axes
    assert sum(bar.get_height() for bar in axis.patches) == 5  # type: ignore[attr-defined]


def test_a_surface_has_windows_across_and_persistences_down() -> None:
    (axis,) = sensitivity_surface(SURFACE.sample(frac=1, random_state=1), "coalescence").axes
    assert [text.get_text() for text in axis.get_xticklabels()] == ["30", "90"]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["0", "14"]
    assert [text.get_text() for text in axis.texts] == ["25", "50", "12.5"], "what is missing is empty"
    assert (axis.get_xlabel(), axis.get_ylabel()) == (
        "window, in days",
        "persistence, in days",
    )
    assert axis.get_title(loc="left") == "coalescence, %; horizon 7 days"
    later = SURFACE.assign(horizon=14.0, coalescence=0.75)
    first, second = sensitivity_surface(pd.concat([later, SURFACE]), "coalescence").axes
    assert [text.get_text() for text in first.texts] == ["25", "50", "12.5"]
    assert [text.get_text() for text in second.texts] == ["75"] * 4


def curves(*names: str) -> dict[str, pd.Series]:
    """Return a curve per community, each of its own height."""
    return {name: pd.Series([0.0, 0.1 * place], index=[0, 4]) for place, name in enumerate(names, start=1)}


@pytest.mark.parametrize(
    ("names", "most", "named"),
    [
        (["north", "south", "all"], 6, ["north", "south", "all"]),
        (["north", "south", "all"], 1, ["each village (2)", "all"]),
        (["north", "south", "west"], 2, ["each village (3)"]),
    ],
)
def test_curves_are_the_shares_and_many_are_not_named(names: list[str], most: int, named: list[str]) -> None:
    given = curves(*names)
    (axis,) = adoption_curves(given, "month", of="village", most_named=most).axes
    assert legend(axis) == named and axis.get_xlabel() == "month"
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in axis.lines]
    # Each ends in a step as wide as half a period.
    assert drawn == [([*curve.index, 4.5], [*curve, curve.iloc[-1]]) for curve in given.values()]
    thick = [name for name, line in zip(names, axis.lines, strict=True) if line.get_linewidth() > 2]
    assert thick == [name for name in names if name == "all"]


def test_hazards_are_dots_with_intervals_and_the_numbers_they_rest_on() -> None:
    frame = pd.DataFrame(
        {
            "at_risk": [5000, 8],
            "adopted": [500, 2],
            "hazard": [0.1, 0.25],
            "lower": [0.09, 0.1],
            "upper": [0.12, 0.6],
        },
        index=["none", "some"],
    )
    (axis,) = hazard_by_exposure(frame).axes
    assert list(axis.lines[0].get_ydata()) == [0.1, 0.25]
    (bars,) = (found for found in axis.collections if isinstance(found, LineCollection))
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [
        pytest.approx([0.09, 0.12]),
        pytest.approx([0.1, 0.6]),
    ]
    assert [text.get_text() for text in axis.get_xticklabels()] == ["none\n500 of 5,000", "some\n2 of 8"]
    assert axis.get_ylim()[0] == 0


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: cascade_timeline(LINES[["days", "enduring"]], 7.0),
            "^found no column first_order, second_order$",
        ),
        (lambda: beside_nulls({}, 1.0, "x"), "^found no null model; allowed: at least one$"),
        (
            lambda: sensitivity_surface(SURFACE, "share"),
            "^found no column share; the table has window, persistence, horizon, coalescence$",
        ),
        (lambda: adoption_curves({}, "month"), "^found no curve; allowed: at least one$"),
        (
            lambda: hazard_by_exposure(pd.DataFrame({"at_risk": [], "hazard": []})),
            "^found no class of exposure; allowed: at least one$",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_left_open(
    draw: Callable[[], Figure], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
    assert plt.get_fignums() == []
