"""Gaps between ratings and answers: by hand, by name or by pair, on bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analysis.checks import NotEstimable
from analysis.evidence.design_gaps import answering, design_gaps, gap_findings

ELEMENTS = pd.DataFrame(
    [
        ("leadership team", "2024-10-01", 0),
        ("leadership team", "2025-04-01", 3),
        ("leadership team", "2025-04-01", 2),
        ("membership criteria", "2025-04-01", 1),
        ("supports", "2025-04-01", 1),
    ],
    columns=["element", "date", "rating"],
)
ITEMS = pd.DataFrame(
    [("i1", "leadership_team", 1, 5, 0), ("i2", "leadership_team", 1, 5, 1), ("j1", "entry", 0, 10, 0)],
    columns=["item_id", "scale", "minimum", "maximum", "reversed"],
)
ANSWERS = pd.DataFrame(
    [
        *((1, "a", "i1", 1), (2, "a", "i1", 3), (2, "a", "i2", 1), (2, "b", "i1", 2), (2, "b", "i2", 4)),
        *((1, "a", "j1", 5), (1, "b", "j1", 6), (1, "c", "j1", 1)),
    ],
    columns=["wave", "actor_id", "item_id", "value"],
)
TABLES = {"design_elements": ELEMENTS, "items": ITEMS, "responses": ANSWERS}


def test_the_latest_rating_stands_beside_the_latest_answers_by_hand() -> None:
    found = design_gaps(TABLES, ["membership criteria=entry"])
    gaps, groups = found.frame, answering(found)
    assert found.summary().splitlines()[0] == "leadership team: no clear gap" and found.tidy() is gaps
    assert gaps.index.tolist() == ["leadership team", "membership criteria"]
    first = gaps.loc["leadership team"]
    # Scores in wave 2, the second item turned: (3 + 5) / 2 and (2 + 2) / 2, of 1 to 5.
    assert (first["rated"], first["answered"], first["people"]) == pytest.approx((2.5 / 3, 0.5, 2))
    half = student.ppf(0.975, 1) * np.std([0.75, 0.25], ddof=1) / np.sqrt(2)
    assert (first["lower"], first["upper"]) == pytest.approx((0.5 - half, 0.5 + half))
    assert first["reading"] == "no clear gap"
    assert gaps.loc["membership criteria", "answered"] == pytest.approx(0.4)
    assert groups[0] == {("a", "leadership_team", 2), ("b", "leadership_team", 2)}
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in TABLES.items()}
    pd.testing.assert_frame_equal(design_gaps(turned).frame, design_gaps(TABLES).frame)


@pytest.mark.parametrize(
    ("rating", "reading"),
    [(3, "rated higher than members answer"), (0, "rated lower than members answer"), (2, "no clear gap")],
)
def test_a_gap_is_clear_outside_the_interval(rating: int, reading: str) -> None:
    answers = pd.DataFrame(
        [(1, f"p{number}", "j1", 6 + number % 2) for number in range(20)],
        columns=["wave", "actor_id", "item_id", "value"],
    )
    tables = TABLES | {"responses": answers, "design_elements": ELEMENTS.assign(rating=rating)}
    gaps = design_gaps(tables, ["supports=entry"]).frame
    assert gaps["reading"].tolist() == [reading]
    (told,) = gap_findings(gaps)
    assert "differ most on “supports" in told.sentence


def test_bad_pairs_are_named_all_at_once_and_nothing_to_compare_is_said() -> None:
    with pytest.raises(ValueError, match=r"found 'x=entry', 'supports'; allowed: element=scale, of leader"):
        design_gaps(TABLES, ["x=entry", "supports"])
    for left in (
        {"design_elements": ELEMENTS},
        {**TABLES, "responses": ANSWERS.iloc[:1]},
        {"design_elements": ELEMENTS, "items": ITEMS},
    ):
        with pytest.raises(NotEstimable, match="no scale that asks"):
            design_gaps(left)
    assert gap_findings(NotEstimable("none")) == [] == answering(NotEstimable("none"))
