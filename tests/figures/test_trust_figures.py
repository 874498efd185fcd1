"""Figures of the study of relational trust: what is drawn is what was given; bad input is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.figures.attribution import attribution_ranges, power_curves, source_rates
from analysis.figures.bands import against_chance
from analysis.figures.units import units_scattered


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test drew."""
    yield
    plt.close("all")


def bands() -> pd.DataFrame:
    """Return a measure of two relations, one wave of which has none."""
    index = pd.MultiIndex.from_tuples(
        [("help", 1), ("help", 2), ("trust", 1), ("trust", 2)], names=["relation", "wave"]
    )
    return pd.DataFrame(
        {
            "measure": [0.1, 0.4, 0.3, np.nan],
            "chance": [0.2, 0.2, 0.25, np.nan],
            "lower": [0.1, 0.12, 0.2, np.nan],
            "upper": [0.3, 0.32, 0.33, np.nan],
        },
        index=index,
    )


def test_a_measure_stands_beside_its_band() -> None:
    figure = against_chance(bands(), "measure", "chance", "a measure")
    first, second = figure.axes
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["help", "trust"]
    assert first.lines[0].get_ydata().tolist() == [0.1, 0.4]  # type: ignore[union-attr]
    ends = [path.vertices[:, 1].tolist() for path in first.collections[0].get_paths()]
    assert ends == [[0.1, 0.3], [0.12, 0.32]]
    assert second.lines[0].get_ydata().tolist() == [0.3], "a wave without ties has no dot"  # type: ignore[union-attr]
    assert [text.get_text() for text in first.get_xticklabels()] == ["wave 1", "wave 2"]


def test_many_waves_are_named_by_number_and_have_room() -> None:
    few = against_chance(bands(), "measure", "chance", "a measure", unit="month")
    assert [text.get_text() for text in few.axes[0].get_xticklabels()] == ["month 1", "month 2"]
    index = pd.MultiIndex.from_product([["ties"], range(3, 20)])
    many = pd.DataFrame({"measure": 0.1, "chance": 0.0, "lower": -0.1, "upper": 0.2}, index=index)
    figure = against_chance(many, "measure", "chance", "a measure", unit="month")
    (axis,) = figure.axes
    assert [text.get_text() for text in axis.get_xticklabels()] == [str(month) for month in range(3, 20)]
    assert axis.get_xlabel() == "month"
    assert figure.get_figwidth() == pytest.approx(0.3 * 17 + 1.2)
    many.index = many.index.set_levels([range(1980, 1997)], level=[1])
    (axis,) = against_chance(many, "measure", "chance", "a measure", unit="year").axes
    assert [text.get_text() for text in axis.get_xticklabels()] == [
        str(year) for year in range(1980, 1997, 2)
    ]


def test_ranges_reach_from_least_to_most() -> None:
    shares = {
        "dates": pd.DataFrame({"at_least": [0, 1], "at_most": [9, 8]}, index=["one", "two"]),
        "contacts": pd.DataFrame({"at_least": [3, 4], "at_most": [3, 5]}, index=["one", "two"]),
    }
    (axis,) = attribution_ranges(shares).axes
    spans = [[path.vertices[:, 0].tolist() for path in part.get_paths()] for part in axis.collections]
    assert spans == [[[0, 9], [1, 8]], [[3, 3], [4, 5]]]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["one", "two"]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["dates", "contacts"]  # type: ignore[union-attr]


def rates() -> pd.DataFrame:
    """Return two rates, one of which cannot be told from others."""
    return pd.DataFrame(
        {
            "source": ["session", "elsewhere"],
            "rate": [0.1, 0.05],
            "lower": [0.05, 0.0],
            "upper": [0.2, 0.3],
            "identified": [True, False],
        }
    )


def test_a_rate_that_is_not_identified_is_hollow_and_the_truth_is_a_cross() -> None:
    (axis,) = source_rates(rates(), {"session": 0.12}).axes
    drawn = {line.get_label(): line.get_xdata() for line in axis.lines}
    assert list(drawn["estimate"]) == [0.1], "only what is identified is filled"
    assert drawn["made with"][0] == 0.12 and np.isnan(drawn["made with"][1])
    (plain,) = source_rates(rates()).axes
    assert "made with" not in {line.get_label() for line in plain.lines}


def test_power_has_a_line_a_setting() -> None:
    frame = pd.DataFrame(
        {
            "people": [10, 20, 10, 20],
            "rate": [0.1, 0.1, 0.2, 0.2],
            "power": [0.2, 0.5, 0.4, 0.9],
            "power_error": 0.05,
        }
    )
    (axis,) = power_curves(frame, "people", "rate").axes
    drawn = [container.lines[0].get_ydata().tolist() for container in axis.containers]  # type: ignore[attr-defined]
    assert drawn == [[0.2, 0.5], [0.4, 0.9]]
    assert axis.get_xticks().tolist() == [10, 20]


def test_units_are_dots() -> None:
    frame = pd.DataFrame({"density": [0.1, 0.2], "trust": [3.0, 3.5], "members": [10, 20]})
    figure = units_scattered(frame, ["density"], "trust", "members")
    offsets = figure.axes[0].collections[0].get_offsets()
    assert np.asarray(offsets).tolist() == [[0.1, 3.0], [0.2, 3.5]]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: against_chance(bands(), "none", "chance", "x"), "found no column none"),
        (lambda: against_chance(bands().iloc[3:], "measure", "chance", "x"), "found no row with measure"),
        (lambda: attribution_ranges({}), "found no activity between two waves"),
        (lambda: source_rates(rates().iloc[:0]), "found no source"),
        (
            lambda: power_curves(pd.DataFrame({"people": [1]}), "people", "rate"),
            "found no column rate, power",
        ),
        (lambda: units_scattered(pd.DataFrame({"a": [1]}), [], "a", "a"), "found no measure"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_left_open(
    draw: Callable[[], Figure], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
    assert plt.get_fignums() == []
