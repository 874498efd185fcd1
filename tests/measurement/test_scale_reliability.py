"""Every scale of a dataset: reliability by wave, or why there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measurement.person_measures import person_measures
from analysis.measurement.rasch import rasch
from analysis.measurement.reliability import alpha, omega
from analysis.measurement.scale_reliability import reliability_by_scale
from tests.measurement.scales import answers_to


def tables(*, fraction: bool = False) -> dict[str, pd.DataFrame]:
    """Return a scale of four items in two waves, its last item reversed, and one of two items."""
    steps = [[place - 0.8, place + 0.8] for place in (-0.5, 0.0, 0.4, 0.6)]
    waves = []
    for wave in (1, 2):
        answers = 1 + answers_to(steps, np.random.default_rng(wave).normal(size=150), wave)
        answers["i4"] = 4 - answers["i4"]
        answers["j1"], answers["j2"] = answers["i1"], answers["i2"]
        if fraction:
            answers.loc[3, "i2"] = 1.5
        answers["actor_id"] = [f"p{number}" for number in range(150)]
        waves.append(answers.melt("actor_id", var_name="item_id").assign(wave=wave))
    items = pd.DataFrame({"item_id": ["i1", "i2", "i3", "i4", "j1", "j2"], "minimum": 1, "maximum": 3})
    items["scale"] = ["trust"] * 4 + ["use"] * 2
    items["reversed"] = [0, 0, 0, 1, 0, 0]
    return {"items": items, "responses": pd.concat(waves, ignore_index=True)}


def test_a_row_a_scale_and_wave_holds_what_the_single_functions_give() -> None:
    given = tables()
    found = reliability_by_scale(given, level=0.9)
    assert found[["scale", "wave"]].to_numpy().tolist() == [
        ["trust", 1],
        ["trust", 2],
        ["use", 1],
        ["use", 2],
    ]
    first = found.iloc[0]
    own = given["responses"].query("wave == 1").pivot(index="actor_id", columns="item_id", values="value")
    wide = own[["i1", "i2", "i3", "i4"]].assign(i4=4 - own["i4"])
    single = alpha(wide, level=0.9)
    assert first[["alpha", "lower", "upper"]].tolist() == pytest.approx(
        [single.alpha, single.lower, single.upper]
    )
    assert first["omega"] == pytest.approx(omega(wide, factors=1).total)
    assert first["separation"] == pytest.approx(person_measures(rasch(wide), wide).separation_reliability())
    assert first[["items", "people", "why"]].tolist() == [4, 150, ""]


def test_why_there_is_none_is_said() -> None:
    found = reliability_by_scale(tables())
    assert found.loc[2, "why"] == "found fewer than 3 items (2)"
    assert found.loc[2, ["alpha", "lower", "omega", "separation"]].isna().all()


def test_scores_between_answers_have_an_alpha_and_no_measure() -> None:
    found = reliability_by_scale(tables(fraction=True)).iloc[0]
    assert found["alpha"] > 0.3 and np.isnan(found["separation"])
    assert found["why"] == "separation: found answers that are no steps of one range"


def test_soldiers_leadership(soldiers_tables: dict[str, pd.DataFrame]) -> None:
    found = reliability_by_scale(soldiers_tables).set_index("scale")
    # R's multilevel gives .89134325979 for the first.
    assert found.loc["bhr2000_leadership", "alpha"] == pytest.approx(0.89134325979, abs=1e-9)
    assert found.loc["lq2002_leadership", "people"] == 2042
    assert found.loc["lq2002_leadership", "separation"] == pytest.approx(0.895, abs=1e-3)
