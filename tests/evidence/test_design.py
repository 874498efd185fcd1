"""Design elements: ratings by hand, documents, raters' agreement against the coefficients' own function."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.evidence.agreement import agreement
from analysis.evidence.design import (
    ANCHORS,
    ELEMENTS,
    design_findings,
    leanings,
    rated,
    raters_agree,
    rubric,
)
from analysis.evidence.tallies import tallies_of_ratings
from analysis.figures.rubric import rubric_heat_map

COLUMNS = ["element", "date", "rating", "document_id", "rater_id", "leaning"]
ROWS = [
    ("leadership team", "2024-10-01", 1, "plan", "x", "execution"),
    ("leadership team", "2024-10-01", 2, None, "y", "execution"),
    ("leadership team", "2025-04-01", 3, "plan", "x", "execution"),
    ("leadership team", "2025-04-01", 3, "plan", "y", "execution"),
    ("a ninth element", "2025-04-01", 1, None, "x", "both"),
    ("a ninth element", "2025-04-01", 1, None, "y", "both"),
    ("membership criteria", "2024-10-01", 0, None, "x", "sharing"),
    ("membership criteria", "2024-10-01", 0, None, "y", "sharing"),
    ("membership criteria", "2025-04-01", 2, "minutes", "x", "sharing"),
    ("membership criteria", "2025-04-01", 1, None, "y", "sharing"),
]


def table(rows: list[tuple[object, ...]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def test_ratings_are_counted_by_hand_in_any_order_of_rows() -> None:
    found = rated(table())
    assert found.index.tolist() == ["membership criteria", "leadership team", "a ninth element"]
    assert found.loc["leadership team"].tolist() == [1.5, 3.0, 1.5, 4.0, 3.0]
    assert found.loc["membership criteria"].tolist() == [0.0, 1.5, 1.5, 2.0, 1.0]
    assert np.isnan(found.loc["a ninth element", "2024-10-01"])
    pd.testing.assert_frame_equal(found, rated(table(ROWS[::-1])))


def test_there_are_eight_elements_and_four_anchors() -> None:
    assert len(ELEMENTS) == 8 and list(ANCHORS) == [0, 1, 2, 3]
    assert rubric().index.tolist() == ["0", "1", "2", "3"]


def test_raters_agree_as_the_coefficients_say() -> None:
    found = raters_agree(table(), draws=0, seed=1)
    ratings = pd.DataFrame({"x": [1, 3, 1, 0, 2], "y": [2, 3, 1, 0, 1]})
    known = agreement(
        tallies_of_ratings(ratings), seed=1, level="ordinal", weights="quadratic", draws=0
    ).frame
    for name in ("alpha", "ac", "cohen", "percent", "units"):
        assert found[name].tolist() == pytest.approx(known[name].tolist())


def test_leanings_are_a_profile() -> None:
    found = leanings(table())
    assert found["elements"].to_dict() == {"both": 1, "execution": 1, "sharing": 1}
    assert found.loc["execution", ["2024-10-01", "2025-04-01"]].tolist() == [1.5, 3.0]


def test_a_page_says_what_is_built_least_and_what_has_no_document() -> None:
    told = [one.sentence for one in design_findings(rated(table()), raters_agree(table(), draws=0, seed=1))]
    assert told[0] == "Rated lowest on 2025-04-01: “a ninth element” (1.0 of 3)."
    assert told[1] == "4 of 8 ratings above zero have a document behind them."
    assert told[2].startswith("How far raters agree: Krippendorff's alpha, ordinal, is 0.")
    assert len(design_findings(rated(table()), NotEstimable("one rater"))) == 2


def test_each_cell_of_the_heat_map_says_its_rating() -> None:
    figure = rubric_heat_map(rated(table()).iloc[:, :-3], 3)
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.0", "1.5", "1.5", "3.0", "–", "1.0"]
    plt.close(figure)
    with pytest.raises(ValueError, match="no element"):
        rubric_heat_map(pd.DataFrame(), 3)


def test_bad_input_is_named_and_one_rater_is_too_few() -> None:
    with pytest.raises(ValueError, match=r"found ratings 2\.5, 7; allowed: 0, 1, 2, 3"):
        rated(table().assign(rating=[7, 2.5, *[1] * 8]).astype({"rating": object}))
    for short in (table().assign(rater_id=None), table().drop(columns=["rater_id", "leaning"])):
        with pytest.raises(NotEstimable, match="two raters"):
            raters_agree(short, draws=0, seed=1)
    with pytest.raises(NotEstimable, match="no leaning"):
        leanings(table().drop(columns="leaning"))
