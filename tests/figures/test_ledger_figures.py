"""Pictures of a ledger: what is drawn is what the tables hold."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures.ledger import accumulation_drawn, ledger_matrix


def counts(direction: str) -> pd.DataFrame:
    columns = pd.MultiIndex.from_tuples([("interview", direction), ("plan", direction)])
    return pd.DataFrame([[3, 0], [1, 2]], index=["links", "talk"], columns=columns)


def test_the_matrix_says_every_count() -> None:
    axis = ledger_matrix(counts("for")).axes[0]
    assert [text.get_text() for text in axis.texts] == ["3", "1", "–", "2"]
    with pytest.raises(ValueError, match="no piece"):
        ledger_matrix(counts("neither"))


def test_each_curve_has_its_panel() -> None:
    curve = pd.DataFrame(
        {"collected": [1, 2], "mean": [1.5, 2], "lower": [1, 2], "upper": [2, 2]}, index=[1, 2]
    )
    figure = accumulation_drawn({"codes": curve, "claims": curve})
    assert [axis.get_ylabel() for axis in figure.axes] == ["codes so far", "claims so far"]
