"""Mixed models and growth: as lme4, as plain means where data are balanced, as drawn, on bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as t_distribution

from analysis.checks import NotEstimable
from analysis.measurement.growth import growth
from analysis.measurement.mixed_model import mixed_model


@pytest.fixture(scope="module")
def folder(reference_folder: Path) -> Path:
    return reference_folder / "psychometrics"


@pytest.fixture(scope="module")
def lme4(folder: Path) -> dict[str, Any]:
    """Return what R's lme4 finds."""
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return found


@pytest.mark.parametrize(("restricted", "name"), [(True, "lmer_REML"), (False, "lmer_ML")])
def test_sleepstudy_equals_lme4(restricted: bool, name: str, folder: Path, lme4: dict[str, Any]) -> None:
    data = pd.read_csv(folder / "sleepstudy.csv")
    design = pd.DataFrame({"(Intercept)": 1.0, "Days": data["Days"]})
    found = mixed_model(data["Reaction"], design, data["Subject"], between=design, restricted=restricted)
    expected = lme4[name]
    assert found.fixed["estimate"].to_dict() == pytest.approx(expected["fixef"], abs=1e-6)
    # Both searches stop where a step gains next to nothing: variances agree to a few parts in 10⁵.
    assert found.fixed["standard_error"].to_dict() == pytest.approx(expected["se"], rel=1e-4)
    assert found.log_likelihood == pytest.approx(expected["logLik"], abs=1e-5)
    intercept, days, both, residual = (row["vcov"] for row in expected["varcor"])
    assert found.variances.tolist() == pytest.approx([intercept, days, residual], rel=2e-4)
    assert found.between_groups.loc["(Intercept)", "Days"] == pytest.approx(both, rel=2e-3)
    assert (found.rows, found.groups) == (180, 18)


def test_crossed_plates_and_samples_equal_lme4(folder: Path, lme4: dict[str, Any]) -> None:
    data = pd.read_csv(folder / "penicillin.csv")
    found = mixed_model(
        data["diameter"],
        pd.DataFrame({"(Intercept)": np.ones(len(data))}),
        ["all"] * len(data),
        components={"plate": data["plate"], "sample": data["sample"]},
    )
    expected = lme4["lmer_crossed_penicillin"]
    assert found.fixed["estimate"].to_dict() == pytest.approx(expected["fixef"], abs=1e-6)
    assert found.variances.tolist() == pytest.approx([row["vcov"] for row in expected["varcor"]], rel=5e-4)
    assert -2 * found.log_likelihood == pytest.approx(expected["REMLcrit"], abs=1e-5)
    assert found.summary().startswith("(Intercept) 22.972 (21.")


def panel(seed: int, schools: int = 12, people: int = 6, waves: int = 3) -> pd.DataFrame:
    """Return measures of people who all answer in all waves, in two districts that change differently."""
    generator = np.random.default_rng(seed)
    rows = []
    level, rise = generator.normal(0, 0.6, schools), generator.normal(0, 0.15, schools)
    for school in range(schools):
        district = "north" if school < schools // 2 else "south"
        for person in range(people):
            own = generator.normal()
            for wave in range(waves):
                change = (0.3 if district == "north" else 0.1) + rise[school]
                measure = level[school] + own + change * wave + generator.normal(0, 0.5)
                rows.append((2021 + wave, f"p{school}_{person}", f"s{school}", district, measure))
    return pd.DataFrame(rows, columns=["wave", "actor_id", "organization_id", "district", "measure"])


def test_free_levels_of_balanced_data_are_plain_means() -> None:
    frame = panel(1)
    found = growth(frame, district="district", shape="free")
    means = frame.groupby(["district", "wave"])["measure"].mean()
    levels = found.levels.set_index(["district", "wave"])["estimate"]
    pd.testing.assert_series_equal(levels, means, check_names=False, rtol=1e-6)
    moves = means.unstack("wave")
    by_district = found.changes.set_index(["district", "wave"])["estimate"].unstack("wave")
    np.testing.assert_allclose(by_district, moves[[2022, 2023]].sub(moves[2021], axis=0), rtol=1e-6)
    row = found.contrasts.iloc[-1]
    assert row[["district", "against", "wave"]].tolist() == ["north", "south", 2023]
    assert row["estimate"] == pytest.approx(by_district.loc["north", 2023] - by_district.loc["south", 2023])


def test_a_line_through_balanced_data_is_that_of_the_means_and_its_error_that_of_schools() -> None:
    frame = panel(2)
    found = growth(frame, district="district")
    slopes = (
        frame.groupby(["organization_id", "district"])[["wave", "measure"]]
        .apply(lambda own: float(np.polyfit(own["wave"], own["measure"], 1)[0]))
        .rename("slope")
        .reset_index()
    )
    for name, own in slopes.groupby("district"):
        change = found.fit.fixed.loc[f"{name}: change", "estimate"]
        assert change == pytest.approx(own["slope"].mean(), rel=1e-6)
    # Both districts share one variance of slopes: pooled over six schools each.
    pooled = slopes.groupby("district")["slope"].var().mean()
    error = found.fit.fixed.loc["north: change", "standard_error"]
    assert error == pytest.approx((pooled / 6) ** 0.5, rel=0.02)
    last = found.changes.iloc[1]
    assert last["estimate"] == pytest.approx(2 * found.fit.fixed.loc["north: change", "estimate"])
    # Twelve schools of two districts leave ten degrees of freedom.
    assert last["upper"] - last["lower"] == pytest.approx(2 * t_distribution.ppf(0.975, 10) * 2 * error)
    contrast = found.contrasts[found.contrasts["wave"] == 2022].iloc[0]
    assert contrast["standard_error"] == pytest.approx(error * 2**0.5, rel=1e-3)


def test_changes_and_variances_are_found_as_drawn() -> None:
    found = growth(panel(3, schools=80, people=10), district="district")
    changes = found.fit.fixed.loc[["north: change", "south: change"]]
    strays = (changes["estimate"] - [0.3, 0.1]) / changes["standard_error"]
    assert (strays.abs() < 2.6).all()
    spreads = np.sqrt(found.fit.variances)
    expected = {"group: start": 0.6, "group: change": 0.15, "person": 1.0, "residual": 0.5}
    assert spreads.to_dict() == pytest.approx(expected, rel=0.25)
    assert (found.people, found.schools, found.movers) == (800, 80, 0)
    assert found.summary().startswith("change from the first to the last wave: north +0.")


def test_without_districts_all_schools_are_one() -> None:
    found = growth(panel(1), shape="free", level=0.5)
    assert found.levels["district"].unique().tolist() == ["all"]
    assert found.contrasts.empty and found.fit.level == 0.5
    wide = growth(panel(1), shape="free")
    assert (found.levels["upper"] < wide.levels["upper"]).all()


def test_rows_in_any_order_and_units_give_the_same() -> None:
    frame = panel(4)
    plain = growth(frame, district="district")
    mixed = frame.sample(frac=1, random_state=1).assign(measure=lambda one: 5 + 100 * one["measure"])
    moved = growth(mixed, district="district")
    np.testing.assert_allclose(moved.changes["estimate"], 100 * plain.changes["estimate"], rtol=1e-3)
    np.testing.assert_allclose(
        moved.changes["standard_error"], 100 * plain.changes["standard_error"], rtol=1e-2
    )
    named = frame.rename(columns={"wave": "year", "actor_id": "who", "organization_id": "where"})
    same = growth(named, wave="year", person="who", school="where", district="district")
    np.testing.assert_allclose(same.changes["estimate"], plain.changes["estimate"])


def test_gaps_leave_rows_out_and_movers_are_counted() -> None:
    frame = panel(5)
    frame.loc[3, "measure"] = np.nan
    frame.loc[frame.index[-1], "organization_id"] = "s0"
    found = growth(frame)
    assert found.fit.rows == len(frame) - 1
    assert (found.movers, found.people) == (1, 72)


def test_people_who_are_not_known_again_are_rows() -> None:
    frame = panel(6)
    found = growth(frame.drop(columns="actor_id"), person=None)
    assert "person" not in found.fit.variances and found.people == len(frame)


FRAME = panel(7)


@pytest.mark.parametrize(
    ("frame", "options", "error", "message"),
    [
        (FRAME.drop(columns=["wave", "measure"]), {}, ValueError,
         "found no column measure, wave; allowed: measure, wave, actor_id, organization_id"),
        (FRAME.assign(wave="spring"), {}, ValueError, "found waves such as 'spring'; allowed: numbers"),
        (pd.concat([FRAME, FRAME.iloc[:2]]), {}, ValueError,
         "found 2 second measures of a person in a wave and school; allowed: one"),
        (FRAME, {"shape": "curved"}, ValueError, "shape is 'curved'; allowed are 'linear', 'free'"),
        (FRAME[FRAME["wave"] == 2021], {}, NotEstimable,
         "found 1 waves, where two are needed; nobody measured twice, so that people cannot be told from "
         "error; needed: two schools in each wave"),
        (FRAME[(FRAME["wave"] != 2022) | (FRAME["organization_id"] == "s3")], {}, NotEstimable,
         "found wave 2022 with 1 schools; needed: two schools in each wave"),
        (FRAME[(FRAME["district"] == "north") | (FRAME["organization_id"] == "s9")], {"district": "district"},
         NotEstimable,
         "found wave 2021 of south with 1 schools; wave 2022 of south with 1 schools; wave 2023 of south "
         "with 1 schools; needed: two schools in each wave"),
    ],
)  # fmt: skip
def test_panels_that_cannot_tell_are_named(
    frame: pd.DataFrame, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        growth(frame, **options)
    assert str(caught.value) == message


ONES = pd.DataFrame({"mean": np.ones(6)})


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([1, 2, 3], ONES, list("aabbcc")), {"between": ONES}, ValueError,
         "found rows of different numbers: 3 of response, 6 of fixed, 6 of groups, 6 of between; "
         "allowed: one number for all"),
        (([1, 2, 3, np.nan, 5, 6], ONES, ["a", "a", "b", "b", None, "c"]), {"between": ONES}, ValueError,
         "found missing values in response, groups; allowed: complete rows"),
        ((range(6), ONES, list("aabbcc")), {}, ValueError,
         "found nothing that varies; allowed: `between`, `components` or both"),
        ((range(6), ONES.assign(twice=2.0), list("aabbcc")), {"between": ONES}, NotEstimable,
         "found effects that are sums of one another among mean, twice"),
        ((range(6), ONES, list("aabbcc")), {"between": ONES, "level": 95}, ValueError,
         "found level 95; allowed: between 0 and 1"),
    ],
)  # fmt: skip
def test_models_that_make_no_sense_are_refused(
    arguments: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        mixed_model(*arguments, **options)
    assert str(caught.value) == message


def test_people_in_schools_are_as_statsmodels_has_them() -> None:
    from statsmodels.formula.api import mixedlm

    frame = panel(4, schools=20, people=8).sample(frac=0.8, random_state=1)
    frame["time"] = frame["wave"] - 2021
    design = pd.DataFrame({"start": 1.0, "change": frame["time"].astype(float)})
    schools, people = frame["organization_id"], {"person": frame["actor_id"]}
    theirs = mixedlm(
        "measure ~ time",
        frame,
        groups="organization_id",
        re_formula="~time",
        vc_formula={"person": "0 + C(actor_id)"},
    )
    for restricted in (True, False):
        found = mixed_model(
            frame["measure"], design, schools, between=design, components=people, restricted=restricted
        )
        fit = theirs.fit(reml=restricted, gtol=1e-8)
        assert found.log_likelihood == pytest.approx(fit.llf, abs=1e-6)
        np.testing.assert_allclose(found.fixed["estimate"], fit.fe_params, rtol=1e-5)
        np.testing.assert_allclose(found.between_groups, fit.cov_re, atol=1e-4)
        spreads = [fit.vcomp[0], fit.scale]
        np.testing.assert_allclose(found.variances[["person", "residual"]], spreads, rtol=1e-4)


def test_a_variance_of_zero_is_found_as_zero() -> None:
    frame = panel(1)
    # Within a school all people are alike, but for errors that cancel.
    frame["measure"] -= frame.groupby("actor_id")["measure"].transform("mean")
    found = growth(frame, district="district")
    assert found.fit.variances["person"] == pytest.approx(0, abs=1e-8)
    assert np.isfinite(found.levels[["estimate", "standard_error"]]).all(axis=None)


def test_levels_are_those_of_one_mix_of_roles_whoever_answered() -> None:
    frame = panel(5, schools=20, people=10)
    frame["role"] = np.where(frame["actor_id"].str.endswith(("_0", "_1", "_2")), "leader", "teacher")
    plain = growth(frame, district="district")
    frame["measure"] += np.where(frame["role"] == "leader", 0.7, -0.3)
    everybody = growth(frame, district="district", role="role")
    # Three of ten are leaders: their effects are zero over the mix, so nothing moved.
    assert everybody.levels["estimate"].to_numpy() == pytest.approx(plain.levels["estimate"], abs=0.15)
    alone = growth(frame, district="district", role="role", mix={"leader": 1.0, "teacher": 0.0})
    shift = alone.levels["estimate"] - everybody.levels["estimate"]
    effect = -everybody.fit.fixed.loc["role teacher", "estimate"]
    assert shift.to_numpy() == pytest.approx(0.7 * effect)
    fewer = frame.drop(frame.index[(frame["role"] == "teacher") & (frame["wave"] == 2023)][::2])
    mix = {"leader": 0.3, "teacher": 0.7}
    held = growth(fewer, district="district", role="role", mix=mix).levels["estimate"]
    assert held.to_numpy() == pytest.approx(everybody.levels["estimate"], abs=0.12)
    for wrong in ({"leader": 0.3, "coach": 0.7}, {"leader": 0.3, "teacher": 0.3}):
        with pytest.raises(ValueError, match="allowed: shares of leader, teacher that make one"):
            growth(frame, district="district", role="role", mix=wrong)
