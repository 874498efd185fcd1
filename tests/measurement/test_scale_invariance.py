"""Every scale over waves: its levels, or why there are none, and whom each row rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measurement.invariance import invariance_across_waves
from analysis.measurement.scale_invariance import invariance_by_scale, who_answered_always
from analysis.measurement.scale_reliability import reliability_by_scale, who_answered_all
from analysis.measurement.scales import scale_answers


def drawn() -> dict[str, pd.DataFrame]:
    """Return 200 people's answers to four items in two waves, and to three items in one."""
    generator = np.random.default_rng(3)
    trust = generator.normal(size=200)
    items = [("trust", f"t{number}") for number in range(4)] + [("use", f"u{number}") for number in range(3)]
    rows = []
    for wave in (1, 2):
        for scale, item in items:
            if scale == "use" and wave == 2:
                continue
            for person in range(200):
                value = np.clip(np.round(3 + trust[person] + generator.normal()), 1, 5)
                rows.append((wave, f"p{person:03d}", item, value))
    responses = pd.DataFrame(rows, columns=["wave", "actor_id", "item_id", "value"])
    named = pd.DataFrame(items, columns=["scale", "item_id"]).assign(minimum=1, maximum=5, reversed=0)
    return {"items": named, "responses": responses.drop(index=0)}


def test_levels_are_those_of_the_single_function_and_one_wave_is_said() -> None:
    tables = drawn()
    found = invariance_by_scale(tables)
    levels = ["configural", "metric", "scalar"]
    assert found.index.tolist() == [*(("trust", level) for level in levels), ("use", "none")]
    waves = {
        wave: own.droplevel("wave") for wave, own in scale_answers(tables, "trust").groupby(level="wave")
    }
    alone = invariance_across_waves(waves, {"trust": [f"t{number}" for number in range(4)]}, levels=2)
    for level, (_, row) in zip(levels, alone.comparisons.iterrows(), strict=True):
        assert found.loc[("trust", level), "chi_square"] == pytest.approx(row["chi_square"])
    assert found.loc[("use", "none"), "note"] == "found 1 wave with answers; needed: two"


def test_each_row_rests_on_those_who_answered_all_of_it() -> None:
    tables = drawn()
    found = invariance_by_scale(tables)
    people = who_answered_always(tables, found)
    assert [len(group) for group in people] == [199, 199, 199, 200]
    assert found["people"].tolist() == [199, 199, 199, 200]
    assert ("p000", "trust") not in people[0] and ("p000", "use") in people[3]
    reliability = reliability_by_scale(tables)
    assert [len(group) for group in who_answered_all(tables)] == reliability["people"].tolist()
