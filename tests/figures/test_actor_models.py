"""Figures of actor-oriented models show what was given, and refuse what does not fit together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.figures.actor_models import goodness_of_fit_violins, importance_bars, t_ratio_dots


@pytest.fixture(autouse=True)
def closed() -> None:
    """Leave no figure open."""
    yield
    plt.close("all")


def compared(*parts: object) -> Any:
    return SimpleNamespace(**dict(zip(("labels", "observed", "simulated", "p"), parts, strict=True)))


def test_violins_have_the_observed_line_through_them() -> None:
    drawn = np.column_stack([np.arange(41.0), np.full(41, 7.0)])
    figure = goodness_of_fit_violins(
        compared(
            {"triads": ("003", "012")}, {"triads": np.array([39.0, 9.0])}, {"triads": drawn}, {"triads": 0.03}
        )
    )
    axis = figure.axes[0]
    assert axis.get_title(loc="left") == "triads (p = 0.03)"
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["003", "012"]
    np.testing.assert_allclose(axis.lines[0].get_ydata(), [1.0, 2.0])  # 19 ÷ half of 38; 2 ÷ 1
    assert len(axis.collections) == 1  # the count that never varies has no violin


def test_violins_need_the_same_aspects_everywhere() -> None:
    with pytest.raises(ValueError, match="the same in all"):
        goodness_of_fit_violins(compared({"triads": ("003",)}, {}, {}, {}))


def test_t_ratios_stand_by_their_terms() -> None:
    table = pd.DataFrame({"term": ["rate", "density", "recip"], "t_ratio": [np.nan, 0.04, -0.3]})
    axis = t_ratio_dots(table).axes[0]
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["density", "recip"]
    np.testing.assert_allclose(axis.collections[0].get_offsets()[:, 0], [0.04, -0.3])
    assert axis.get_xlim()[1] > 0.3
    with pytest.raises(ValueError, match="found no t-ratio"):
        t_ratio_dots(table.iloc[:1])


def test_bars_stack_to_one() -> None:
    table = pd.DataFrame(
        {"period": [1, 1, 2, 2], "term": ["b", "a"] * 2, "importance": [0.25, 0.75, 0.5, 0.5]}
    )
    axis = importance_bars(table).axes[0]
    ends = [[bar.get_x() + bar.get_width() for bar in group] for group in axis.containers]
    np.testing.assert_allclose(ends, [[0.25, 0.5], [1.0, 1.0]])
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["b", "a"]
    with pytest.raises(ValueError, match="needed is 1"):
        importance_bars(table.iloc[:3])
