"""Run charts drawn: a panel for each series, a median for each part, a mark where a new process begins."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from analysis.figures.run_charts import charts_drawn
from analysis.measurement.run_charts import run_chart


def test_each_series_has_its_panel_its_medians_and_its_marks() -> None:
    series = {
        "trust": run_chart([1, 2, 1, 8, 9, 8], changes=[4]).series,
        "reach": run_chart([1, 2, 3]).series,
        "help": run_chart([3, 2, 1]).series,
    }
    figure = charts_drawn(series)
    visible = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title(loc="left") for axis in visible] == ["trust", "reach", "help"]
    assert [len(axis.lines) for axis in visible] == [4, 2, 2]
    plt.close(figure)
    cycles = pd.DataFrame({"wave": {"exit tickets, tried with one class in each school": 2}})
    figure = charts_drawn(series, cycles)
    visible = [axis for axis in figure.axes if axis.get_visible()]
    assert [len(axis.lines) for axis in visible] == [5, 3, 3]
    assert [text.get_text() for text in visible[0].texts] == ["exit tickets, tried with one …"]
    plt.close(figure)
    with pytest.raises(ValueError, match="no series"):
        charts_drawn({})
