"""Every scale of a dataset: reliability by wave, or why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.files import DATA_RAW
from analysis.measurement.person_measures import person_measures
from analysis.measurement.rasch import rasch
from analysis.measurement.reliability import alpha, omega
from analysis.measurement.scale_reliability import reliability_by_scale, reliability_table, who_answered_all
from analysis.sources import teacher_efficacy_burnout
from analysis.tables.package import read_package
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


def test_scales_of_teachers_equal_psych_to_four_decimals(data_mirror: Path) -> None:
    package = read_package(DATA_RAW / "teacher_efficacy_burnout/datapackage.json")
    found = reliability_table(
        teacher_efficacy_burnout.tables(data_mirror / "teacher_efficacy_burnout", package)
    ).droplevel("wave")
    path = Path(__file__).resolve().parents[1] / "reference/r_collective_efficacy.json"
    known = json.loads(path.read_text(encoding="utf-8"))["reliability"]
    for scale, row in found.iterrows():
        assert row["alpha"] == pytest.approx(known[scale]["alpha"], abs=1e-8), scale
        # Both searches stop when a step gains next to nothing.
        assert row["omega"] == pytest.approx(known[scale]["omega"], abs=1e-6), scale
    assert len(found) == 5


def test_a_page_without_items_says_so_and_a_choice_of_scales_is_kept() -> None:
    with pytest.raises(NotEstimable, match="no items"):
        reliability_table({})
    assert who_answered_all({}) == []
    first = str(tables()["items"]["scale"].iloc[0])
    chosen = reliability_table(tables(), [first])
    assert set(chosen.index.get_level_values("scale")) == {first}
    assert len(who_answered_all(tables(), [first])) == len(chosen)
