"""What a vignette prints of physicians, from a record of six people by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.adoption.medical_innovation import adoption_by_month, adoption_hazard, structure_by_city
from analysis.adoption.setting import Adoption, adoption_setting

PEOPLE = ["a", "b", "c", "d", "e", "f"]


@pytest.fixture
def setting() -> Adoption:
    """Six people of two cities: two adopt in month 1, one each in 2 and 3, two never."""
    ties = [("a", "b"), ("b", "a"), ("c", "a"), ("d", "e"), ("e", "d"), ("f", "d"), ("e", "f")]
    tables = {
        "organizations": pd.DataFrame({"organization_id": ["one", "two"], "kind": "city"}),
        "actors": pd.DataFrame({"actor_id": PEOPLE, "organization_id": ["one"] * 3 + ["two"] * 3}),
        "ties": pd.DataFrame(ties, columns=["sender_id", "receiver_id"]).assign(
            wave=1, relation="names", value=1.0
        ),
        "adoptions": pd.DataFrame(
            {
                "innovation": "drug",
                "adopter_id": PEOPLE,
                "adopted_on": [1, 2, 3, 1, 3, 3],
                "censored": [0, 0, 0, 0, 1, 1],
            }
        ),
    }
    return adoption_setting(tables, "drug", relation="names", valued=True)


def test_who_never_adopts_does_so_a_month_after_the_last(setting: Adoption) -> None:
    found = adoption_by_month(setting, steps=2, permutations=9, seed=1)
    assert found["adopters"].to_list() == [2, 1, 1, 2]
    assert found["so far"].to_list() == [2, 3, 4, 6]
    assert found["hazard"].to_list()[1:] == pytest.approx([1 / 4, 1 / 3, 1])
    assert np.isnan(found["hazard"].iloc[0])
    assert np.isnan(found["moran"].iloc[-1])
    assert (found["density"] == 7 / 30).all()


def test_a_hazard_of_months_alone_gives_their_shares(setting: Adoption) -> None:
    people = pd.DataFrame(
        {"belief_in_science": 1.0, "professional_age": 1.0}, index=pd.Index(PEOPLE, name="actor_id")
    )
    without = ("exposure", "city", "belief", "professional")
    terms, fit = adoption_hazard(setting, people, without)
    # One of four adopts in month 2, one of three in month 3.
    assert terms["estimate"].to_list() == pytest.approx(
        [np.log(1 / 3), np.log(1 / 2) - np.log(1 / 3)], abs=1e-6
    )
    assert fit.loc["null df", "value"] == 6
    assert fit.loc["residual deviance", "value"] == pytest.approx(
        -2 * (np.log(1 / 4) + 3 * np.log(3 / 4) + np.log(1 / 3) + 2 * np.log(2 / 3)), abs=1e-6
    )


def test_a_city_is_rewired_by_itself(setting: Adoption) -> None:
    found = structure_by_city(setting, rewirings=9, seed=3)
    assert found.index.to_list() == ["1", "2", "all"]
    # Everybody's first name had adopted when they did, but for the two who adopted first.
    assert found.loc["1", "observed"] == pytest.approx((0 + 1 + 1) / 3)
    assert (found["p_strict"] <= found["p"] + 1e-12).all()
