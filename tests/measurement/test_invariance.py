"""Invariance: against lavaan, on items that differ by construction, over waves, on bad input."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.files import DATA_RAW
from analysis.measurement.factor_model import FactorModel
from analysis.measurement.invariance import Invariance, invariance_across_groups, invariance_across_waves
from analysis.sources import group_climate_surveys
from analysis.tables.package import read_package

SCALES = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
LAVAAN = json.loads(
    (Path(__file__).parents[1] / "reference" / "lavaan_factor_models.json").read_text(encoding="utf-8")
)


def holzinger(reference_folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "psychometrics" / f"holzinger_{name}.csv")


@pytest.fixture(scope="module")
def plain(reference_folder: Path) -> Invariance:
    """Return invariance of Holzinger & Swineford's tests between two schools."""
    children = holzinger(reference_folder, "swineford")
    return invariance_across_groups(children, SCALES, children["school"])


@pytest.fixture(scope="module")
def ordinal(reference_folder: Path) -> Invariance:
    """Return the same of the tests cut into four categories."""
    children = holzinger(reference_folder, "ordinal4")
    return invariance_across_groups(children, SCALES, children["school"], ordinal=True)


@pytest.fixture(scope="module")
def soldiers(data_mirror: Path) -> dict[int, pd.DataFrame]:
    """Return three scores of the same soldiers in three waves."""
    package = read_package(DATA_RAW / "group_climate_surveys" / "datapackage.json")
    tables = group_climate_surveys.tables(data_mirror / "group_climate_surveys", package)
    own = tables["responses"][tables["responses"]["item_id"].str.startswith("univbct_")]
    wide = own.pivot(index=["wave", "actor_id"], columns="item_id", values="value").astype(float)
    wide = wide.rename(columns=lambda item: item.removeprefix("univbct_"))
    return {wave: wide.loc[wave] for wave in (1, 2, 3)}


def changes(found: Invariance, expected: dict[str, list[float]], tolerance: float) -> None:
    rows = found.comparisons.iloc[1:]
    assert rows["chi_square_change"].tolist() == pytest.approx(expected["chisq_diff"], rel=tolerance)
    assert rows["df_change"].tolist() == expected["df_diff"]
    assert rows["p_change"].tolist() == pytest.approx(expected["p"], rel=30 * tolerance, abs=1e-9)


def test_levels_between_schools_equal_lavaan(plain: Invariance, reference_folder: Path) -> None:
    reference = json.loads((reference_folder / "psychometrics" / "results.json").read_text())
    assert plain.levels == ("configural", "metric", "scalar", "strict")
    assert plain.comparisons["chi_square"].round(3).tolist() == [115.851, 124.044, 164.103, 181.511]
    assert plain.comparisons["df"].tolist() == [48, 54, 60, 69]
    expected = reference["invariance_lrt"][1:]
    rows = plain.comparisons.iloc[1:]
    assert rows["chi_square_change"].tolist() == pytest.approx(
        [row["Chisq diff"] for row in expected], abs=1e-6
    )
    assert rows["p_change"].tolist() == pytest.approx([row["Pr(>Chisq)"] for row in expected], rel=1e-5)


def test_score_tests_of_items_equal_lavaan(plain: Invariance) -> None:
    items = plain.items.set_index(["level", "item"])["chi_square"]
    assert items["metric"].tolist() == pytest.approx(LAVAAN["groups_score_metric"], abs=2e-4)
    # lavaan tests the nine loadings, then the nine intercepts.
    assert items["scalar"].tolist() == pytest.approx(LAVAAN["groups_score_scalar"][9:], abs=2e-4)
    assert set(plain.items["df"]) == {1}


def test_the_items_known_to_break_it_are_named(plain: Invariance, ordinal: Invariance) -> None:
    # x3 and x7, as lavaan's own pages find.
    assert plain.breaking("scalar") == ordinal.breaking("intercepts") == ["x3", "x7"]
    assert plain.breaking("metric") == ordinal.breaking("thresholds") == []
    assert "items that break it: x3, x7" in plain.summary()


def test_partial_invariance_equals_lavaan(reference_folder: Path) -> None:
    children = holzinger(reference_folder, "swineford")
    found = invariance_across_groups(
        children, SCALES, children["school"], levels=2, released=[("intercepts", "x3"), ("intercepts", "x7")]
    )
    last = found.models[-1].fit
    assert (last.chi_square, last.df) == (
        pytest.approx(LAVAAN["groups_partial"]["chisq"], abs=1e-5), LAVAAN["groups_partial"]["df"]
    )  # fmt: skip
    assert found.breaking("scalar") == []


def test_robust_levels_equal_lavaan(reference_folder: Path) -> None:
    children = holzinger(reference_folder, "swineford")
    found = invariance_across_groups(children, SCALES, children["school"], robust=True)
    for model, expected in zip(found.models, LAVAAN["groups_mlr"], strict=True):
        assert model.reported.chi_square == pytest.approx(expected["chisq.scaled"], rel=1e-6)
        assert model.scaling_factor == pytest.approx(expected["chisq.scaling.factor"], rel=1e-6)
        assert model.reported.cfi == pytest.approx(expected["cfi.scaled"], abs=1e-6)
        assert model.reported.rmsea == pytest.approx(expected["rmsea.scaled"], abs=1e-6)
        assert (model.cfi_robust, model.rmsea_robust) == pytest.approx(
            (expected["cfi.robust"], expected["rmsea.robust"]), abs=1e-6
        )
    changes(found, LAVAAN["groups_mlr_difference"], 1e-4)


def equals_ordinal(
    models: tuple[FactorModel, ...], expected: list[dict[str, float]], tolerance: float
) -> None:
    for model, own in zip(models, expected, strict=True):
        assert model.fit.df == own["df"]
        for found, name in (
            (model.fit.chi_square, "chisq"),
            (model.reported.chi_square, "chisq.scaled"),
            (model.reported.cfi, "cfi.scaled"),
            (model.fit.srmr, "srmr"),
        ):
            assert found == pytest.approx(own[name], rel=tolerance), name
        assert model.reported.rmsea == pytest.approx(own["rmsea.scaled"], abs=1e-5)


def test_ordinal_levels_equal_lavaan(ordinal: Invariance) -> None:
    assert ordinal.levels == ("configural", "thresholds", "loadings", "intercepts")
    assert ordinal.comparisons["df"].tolist() == [48, 57, 63, 69]
    equals_ordinal(ordinal.models, LAVAAN["groups_ordinal"], 1e-5)
    changes(ordinal, LAVAAN["groups_ordinal_difference"], 1e-3)
    loadings = ordinal.models[2].estimates.query("matrix == 'loadings' and group == 'Grant-White'")
    assert loadings["estimate"].tolist() == pytest.approx(LAVAAN["groups_ordinal_loadings"]["est"], abs=1e-4)
    assert loadings["se"].tolist() == pytest.approx(LAVAAN["groups_ordinal_loadings"]["se"], rel=2e-3)


def test_waves_of_the_same_people_equal_lavaan(soldiers: dict[int, pd.DataFrame]) -> None:
    found = invariance_across_waves(soldiers, {"attitude": ["jsat", "commit", "ready"]})
    # Of 495 soldiers two have no score in any wave, and so no row.
    assert (found.people, found.over, found.left_out) == (394, "waves", 493 - 394)
    for model, expected in zip(found.models, LAVAAN["waves"], strict=True):
        assert (model.fit.chi_square, model.fit.df) == (
            pytest.approx(expected["chisq"], abs=1e-4),
            expected["df"],
        )
        assert (model.fit.cfi, model.fit.rmsea) == pytest.approx(
            (expected["cfi"], expected["rmsea"]), abs=1e-5
        )
        assert model.fit.srmr == pytest.approx(expected["srmr"], abs=1e-5)


def test_ordinal_waves_equal_lavaan(soldiers: dict[int, pd.DataFrame]) -> None:
    # Rounded as R rounds after a billionth is added, so that halves go up.
    cut = {wave: np.floor(own + 0.5 + 1e-9) for wave, own in soldiers.items()}
    found = invariance_across_waves(cut, {"attitude": ["jsat", "commit", "ready"]}, ordinal=True)
    equals_ordinal(found.models, LAVAAN["waves_ordinal"], 1e-4)
    changes(found, LAVAAN["waves_ordinal_difference"], 5e-3)


def drawn(people: int, seed: int, *, shift: float = 0.0, weight: float = 1.0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    factor = generator.normal(0.5, 1.3, size=(people, 1))
    answers = factor * [1, 0.9, 0.8, weight, 0.7] + generator.normal(0, 0.8, size=(people, 5))
    return pd.DataFrame(answers + np.array([0, 0.4, 0, shift, 0.1]), columns=list("abcde"))


@pytest.mark.parametrize("ordinal", [False, True])
@pytest.mark.parametrize(("change", "level"), [("weight", 1), ("shift", 2)])
def test_an_item_that_differs_is_found_at_its_level(ordinal: bool, change: str, level: int) -> None:
    first, second = drawn(900, 1), drawn(900, 2, **{change: 0.4 if change == "weight" else 1.0})
    answers = pd.concat([first, second], ignore_index=True)
    if ordinal:
        answers = answers.apply(lambda own: np.digitize(own, [-1.0, 0.3, 1.5]))
    found = invariance_across_groups(answers, {"f": list("abcde")}, [1] * 900 + [2] * 900, ordinal=ordinal)
    own = found.levels[level + ordinal]
    assert found.breaking(own) == ["d"]
    assert all(not found.breaking(name) for name in found.levels[1 : level + ordinal])


def test_items_that_are_the_same_are_seldom_named() -> None:
    named = 0
    for seed in range(20):
        answers = pd.concat([drawn(250, 2 * seed), drawn(250, 2 * seed + 1)], ignore_index=True)
        found = invariance_across_groups(answers, {"f": list("abcde")}, [1] * 250 + [2] * 250, levels=2)
        named += bool(found.breaking("scalar"))
    # One in twenty by chance: of 20, more than four would happen once in four hundred.
    assert named <= 4


def test_order_and_names_of_groups_change_nothing(plain: Invariance, reference_folder: Path) -> None:
    children = holzinger(reference_folder, "swineford").iloc[::-1]
    names = children["school"].map({"Pasteur": 2, "Grant-White": 1})
    found = invariance_across_groups(children, SCALES, names)
    for name in ("chi_square", "cfi", "srmr"):
        assert found.comparisons[name].tolist() == pytest.approx(plain.comparisons[name].tolist(), abs=1e-7)
    assert found.items["chi_square"].tolist() == pytest.approx(plain.items["chi_square"].tolist(), abs=1e-5)
    assert found.units == (1, 2)


def test_three_categories_leave_thresholds_nothing_to_test() -> None:
    answers = pd.concat([drawn(300, 1), drawn(300, 2)], ignore_index=True)
    cut = answers.apply(lambda own: np.digitize(own, [-0.5, 1.0]))
    found = invariance_across_groups(cut, {"f": list("abcde")}, [1] * 300 + [2] * 300, ordinal=True)
    row = found.comparisons.iloc[1]
    assert (row["df_change"], math.isnan(row["p_change"])) == (0, True)
    assert row["chi_square"] == pytest.approx(found.comparisons["chi_square"][0], abs=1e-3)
    assert "thresholds" not in set(found.items["level"])


def refusals() -> list[tuple[Any, type[ValueError], str]]:
    answers = pd.concat([drawn(100, 1), drawn(100, 2)], ignore_index=True)
    groups, scale = [1] * 100 + [2] * 100, {"f": list("abcde")}
    twice = answers.set_axis([*range(100)] * 2)
    cut = answers.apply(lambda own: np.digitize(own, [0.5]))
    return [
        (lambda: invariance_across_groups(twice, scale, groups), ValueError,
         "found 100 people in more than one row, the first 0; allowed: each person once. Waves of the same "
         "people are no groups: invariance_across_waves"),
        (lambda: invariance_across_groups(answers, scale, [1] * 200), NotEstimable,
         "found one group, 1; at least two are needed"),
        (lambda: invariance_across_groups(cut, scale, groups, ordinal=True), NotEstimable,
         "found two categories in a, b, c, d, e; three are needed to tell thresholds from intercepts"),
        (lambda: invariance_across_groups(answers, scale, groups, levels=4), ValueError,
         "found 4 levels; allowed: 0 to 3, after the configural one"),
        (lambda: invariance_across_groups(answers, scale, groups, released=[("slopes", "a")]), ValueError,
         "found slopes of a released; allowed: loadings, intercepts, residuals, of an item of the scales"),
        (lambda: invariance_across_waves({1: answers, 2: twice}, scale), ValueError,
         "found people with two rows in wave 2; allowed: one row per person"),
        (lambda: invariance_across_waves({1: answers, 2: answers.iloc[195:] + 0.1}, scale), NotEstimable,
         "found 5 people and 5 items; more people than items are needed in wave 1; "
         "found 5 people and 5 items; more people than items are needed in wave 2"),
        (lambda: invariance_across_waves({1: answers, 2: answers[190:] ** 2}, scale), NotEstimable,
         "found 10 people who answered every item in every wave; more than 10 are needed, "
         "the items times the waves"),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(8))
def test_input_that_makes_no_sense_is_refused(number: int) -> None:
    call, kind, message = refusals()[number]
    with pytest.raises(ValueError) as caught:
        call()
    assert (type(caught.value), str(caught.value)) == (kind, message)


def test_the_level_that_is_not_estimable_is_named() -> None:
    generator = np.random.default_rng(2)
    root = np.linalg.cholesky(np.array([[1, 0.9, 0.9], [0.9, 1, 0.63], [0.9, 0.63, 1]]))
    answers = pd.DataFrame(generator.normal(size=(800, 3)) @ root.T, columns=list("abc"))
    with pytest.raises(NotEstimable, match=r"^the configural model: the best fitting model is improper"):
        invariance_across_groups(answers, {"f": list("abc")}, [1] * 400 + [2] * 400)


def test_two_items_at_least_stay_equal() -> None:
    first, second = drawn(900, 1), drawn(900, 2)
    answers = pd.concat([first, second + np.array([0, 1, 2, 3, 4])], ignore_index=True)
    found = invariance_across_groups(answers, {"f": list("abcde")}, [1] * 900 + [2] * 900, levels=2)
    assert len(found.breaking("scalar")) == 3
