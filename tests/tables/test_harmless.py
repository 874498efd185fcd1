"""No cell of a table that people open in a spreadsheet is run."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.tables.harmless import harmless, harmless_text


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=HYPERLINK(A1)",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "\t=1",
        " =1",
        "-a",
    ],
)
def test_what_a_spreadsheet_would_run_is_a_text(text: str) -> None:
    assert harmless_text(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-0.31", "-1.2 to 0.4", "+3 %", "1e-5", "help", "", "a=b", "[-1, 2]", "−0.3"]
)
def test_figures_and_words_stay(text: str) -> None:
    assert harmless_text(text) == text


def test_a_table_keeps_its_numbers_and_shape() -> None:
    frame = pd.DataFrame(
        {"=a": ["=1", "b"], "n": [1, 2], "m": ["x", pd.NA]},
        index=pd.Index(["@x", "y"], name="who"),
    )
    assert harmless(frame).to_csv(lineterminator="\n") == "who,'=a,n,m\n'@x,'=1,1,x\ny,b,2,\n"
    assert frame.loc["@x", "=a"] == "=1"
