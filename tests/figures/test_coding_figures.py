"""Agreement and networks of codes, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.figures.coding import agreement_drawn, networks_of_groups, units_and_codes


def test_each_code_has_both_coefficients_with_their_intervals() -> None:
    names = ["alpha", "alpha_lower", "alpha_upper", "ac", "ac_lower", "ac_upper", "prevalence", "category"]
    rows = [[0.6, 0.5, 0.7, 0.8, 0.7, 0.9, 0.83, "1"], [-0.2, -0.4, 0.1, 0.4, 0.2, 0.6, 0.5, "0"]]
    figure = agreement_drawn(pd.DataFrame(rows, ["on_task", "uptake"], names))
    axis = figure.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == [
        "on task\n(83 % are 1)",
        "uptake\n(50 % are 0)",
    ]
    assert axis.get_xlim()[0] < -0.4
    plt.close(figure)
    with pytest.raises(ValueError, match="no code with a coefficient"):
        agreement_drawn(pd.DataFrame([[np.nan] * 8], ["on_task"], names))


def test_a_line_is_as_wide_as_its_connection_is_strong() -> None:
    compared = pd.DataFrame(
        {
            "plan": [0.2, 0.4, 0.0, np.nan],
            "note": [0.2, 0.0, 0.8, np.nan],
            "difference": [0.0, -0.4, 0.8, 0.9],
        }
    )
    figure = networks_of_groups(compared, ["help", "time", "client_and_consultant_requests"])
    widths = [[line.get_linewidth() for line in axis.get_lines()] for axis in figure.axes]
    assert widths[0] == pytest.approx([0.3 + 7 * 0.25, 0.3 + 7 * 0.5, 0.3])
    assert widths[2] == pytest.approx([0.3, 0.3 + 7 * 0.5, 7.3])
    colours = [line.get_color() for line in figure.axes[2].get_lines()]
    assert colours[1] == figure.axes[0].get_lines()[0].get_color()
    assert colours[2] == figure.axes[1].get_lines()[0].get_color()
    plt.close(figure)
    with pytest.raises(ValueError, match="found 3 connections; allowed: 6 for 4 codes"):
        networks_of_groups(compared, ["a", "b", "c", "d"])


def test_codes_are_drawn_to_the_scale_of_units() -> None:
    layout = pd.DataFrame(
        {"MR1": [1.0, -1.0, 4.0], "SVD2": [0.5, 0.5, 2.0], "kind": ["plan", "note", "code"]},
        ["a", "b", "help"],
    )
    figure = units_and_codes(layout)
    [text] = figure.axes[0].texts
    assert (text.get_text(), *text.get_position()) == ("help", 1.0, 0.5)
    plt.close(figure)
