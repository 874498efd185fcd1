"""Classes of exposure: by hand, by property, on bad input."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.adoption.hazard_classes import hazard_by_class

NAN = np.nan
ROWS = pd.DataFrame({"actor": [1, 2], "adopted": [0, 1], "exposure": [0.0, 1.0]})


def test_classes_of_exposure_by_hand() -> None:
    frame = pd.DataFrame(
        [
            ("a", 0, NAN),
            ("a", 1, 0.0),
            ("b", 0, 0.0),
            ("b", 0, 0.25),
            ("c", 1, 0.3),
            ("c", 0, 0.5),
            ("d", 1, 1.0),
        ],
        columns=["actor", "adopted", "exposure"],
    )
    found = hazard_by_class(frame)
    assert found[["people", "at_risk", "adopted"]].to_dict("index") == {
        "no ties": {"people": 1, "at_risk": 1, "adopted": 0},
        "none of them": {"people": 2, "at_risk": 2, "adopted": 1},
        "up to 1/4": {"people": 1, "at_risk": 1, "adopted": 0},
        "1/4 to 1/2": {"people": 1, "at_risk": 2, "adopted": 1},
        "3/4 to all": {"people": 1, "at_risk": 1, "adopted": 1},
    }
    assert found["hazard"].tolist() == [0, 0.5, 0, 0.5, 1]
    # Wilson's interval of 1 of 2.
    z = 1.959964
    half = z / (1 + z**2 / 2) * math.sqrt(1 / 8 + z**2 / 16)
    assert found.loc["none of them", ["lower", "upper"]].tolist() == pytest.approx([0.5 - half, 0.5 + half])
    assert found["lower"].iloc[0] == 0 and found["upper"].iloc[-1] == 1
    assert hazard_by_class(frame.iloc[:0]).empty


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([NAN, 0, 0.2, 0.25, 0.5, 0.7, 1])),
        min_size=1,
        max_size=80,
    )
)
def test_every_person_period_is_in_one_class(rows: list[tuple[int, bool, float]]) -> None:
    frame = pd.DataFrame(rows, columns=["actor", "adopted", "exposure"])
    found = hazard_by_class(frame)
    assert (found["at_risk"].sum(), found["adopted"].sum()) == (len(frame), frame["adopted"].sum())
    assert (found["people"] <= found["at_risk"]).all()
    assert ((found["lower"] <= found["hazard"]) & (found["hazard"] <= found["upper"])).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: hazard_by_class(ROWS.drop(columns="actor")),
            "no column actor; there are adopted, exposure",
        ),
        (
            lambda: hazard_by_class(ROWS.assign(exposure=1.5)),
            "exposure: found 1.5; allowed: 0 to 1, and missing for who has no ties",
        ),
        (lambda: hazard_by_class(ROWS, level=95), "found level 95; allowed: between 0 and 1"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
