"""Two cities' public figures: counts, change by hand and by plain pandas, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.files import DATA_RAW
from analysis.measurement.public_findings import public_comparison_findings, public_survey_findings
from analysis.measurement.public_surveys import (
    category_change,
    changes_of,
    compared_changes,
    largest_jumps,
    movers,
    schools_throughout,
    share_change,
)
from analysis.measurement.unit_panels import panel_curves, panel_summary
from analysis.sources import cps_5essentials, nyc_hs_school_survey
from analysis.tables.package import read_package

NEW_YORK = (
    "collaborative_teachers",
    "effective_school_leadership",
    "family_community_ties",
    "rigorous_instruction",
    "supportive_environment",
    "trust",
)
CHICAGO = (
    "ambitious_instruction",
    "collaborative_teachers",
    "effective_leaders",
    "involved_families",
    "supportive_environment",
    "safety",
    "culture_climate",
)


@pytest.fixture(scope="module")
def new_york(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of New York's survey."""
    package = read_package(DATA_RAW / "nyc_hs_school_survey/datapackage.json")
    return dict(nyc_hs_school_survey.tables(data_mirror / package.name, package))


@pytest.fixture(scope="module")
def chicago(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of Chicago's survey."""
    package = read_package(DATA_RAW / "cps_5essentials/datapackage.json")
    return dict(cps_5essentials.tables(data_mirror / package.name, package))


def test_schools_of_new_york_with_figures_in_all_nine_years(new_york: dict[str, pd.DataFrame]) -> None:
    rates = ["student_response_rate", "teacher_response_rate", "parent_response_rate"]
    found = schools_throughout(new_york["measures"], NEW_YORK, rates)["schools"]
    assert len(new_york["organizations"]) == 552
    assert found["with an element in every wave"] == 413
    assert found["with an element or a response rate in every wave"] == 416
    assert found["collaborative_teachers"] == 377


def test_schools_of_chicago_with_figures_in_all_six_files(chicago: dict[str, pd.DataFrame]) -> None:
    rates = ["student_response_rate", "teacher_response_rate"]
    found = schools_throughout(chicago["measures"], CHICAGO, rates)["schools"]
    assert len(chicago["organizations"]) == 682
    assert found["with an element in every wave"] == 570
    assert found["with an element or a response rate in every wave"] == 619
    assert found["collaborative_teachers"] == 507


def test_medians_are_those_of_plain_pandas(
    new_york: dict[str, pd.DataFrame], chicago: dict[str, pd.DataFrame]
) -> None:
    for tables, names, waves in ((new_york, NEW_YORK, 9), (chicago, CHICAGO[:5], 6)):
        measures = tables["measures"].assign(value=lambda frame: frame["value"].astype(float))
        curves = panel_curves(measures, names).set_index(["measure", "wave"])["median"]
        for name in names:
            own = measures[measures["measure"] == name]
            kept = own.groupby("organization_id").filter(lambda group, waves=waves: len(group) == waves)
            plain = kept.groupby("wave")["value"].median()
            assert curves[name].tolist() == plain.tolist()
            row = panel_summary(measures, [name]).loc[name]
            assert (row["first"], row["last"]) == (plain.iloc[0], plain.iloc[-1])


def test_what_breaks_new_yorks_series(new_york: dict[str, pd.DataFrame]) -> None:
    measures = new_york["measures"]
    medians = measures[measures["measure"] == "supportive_environment"].groupby("wave")["value"].median()
    assert (medians[2015], medians[2016]) == (0.83, 0.69)
    found = largest_jumps(measures, [*NEW_YORK, "student_response_rate"])
    assert found.loc["supportive_environment", ["since", "until"]].tolist() == [2015, 2016]
    assert found.loc["student_response_rate", ["since", "until"]].tolist() == [2019, 2021]
    rates = measures[measures["measure"] == "student_response_rate"].groupby("wave")["value"].median()
    assert rates[2021] == 0.45


def made(values: dict[str, list[float]], first: int = 2016) -> pd.DataFrame:
    """Return a measure of schools, a value per wave."""
    rows = [
        (first + place, school, value) for school, own in values.items() for place, value in enumerate(own)
    ]
    return pd.DataFrame(rows, columns=["wave", "organization_id", "value"]).assign(measure="trust")


def test_change_of_shares_in_a_balanced_panel_is_the_mean_of_logits() -> None:
    generator = np.random.default_rng(2)
    shares = {f"s{number}": generator.uniform(0.4, 0.95, 3).round(2).tolist() for number in range(40)}
    measures = made(shares | {"full": [1.0, 0.9, 0.8]})
    found = share_change(measures, "trust", first=2016)
    logits = measures.assign(value=measures["value"].clip(0.005, 0.995))
    means = np.log(logits["value"] / (1 - logits["value"])).groupby(measures["wave"]).mean()
    np.testing.assert_allclose(found["estimate"], means.iloc[1:] - means.iloc[0], atol=1e-6)
    assert (found["lower"] < found["estimate"]).all() and found["schools"].tolist() == [41, 41]
    later = share_change(measures, "trust", first=2017)
    assert later.index.tolist() == [2018]


def test_two_categories_change_by_the_log_odds_ratio() -> None:
    counts = {2016: 10, 2017: 25}
    rows = [
        (wave, f"s{number}", 2.0 if number < high else 1.0)
        for wave, high in counts.items()
        for number in range(40)
    ]
    measures = pd.DataFrame(rows, columns=["wave", "organization_id", "value"]).assign(measure="trust")
    found = category_change(measures, "trust", first=2016)
    assert found["estimate"].tolist() == [pytest.approx(np.log(25 / 15) - np.log(10 / 30), abs=1e-6)]
    both = changes_of(measures, ["trust"], categories=True, first=2016)
    assert both.index.tolist() == [("trust", 2017)]
    turned = category_change(measures.assign(value=3 - measures["value"]), "trust", first=2016)
    assert turned["estimate"].iloc[0] == pytest.approx(-found["estimate"].iloc[0], abs=1e-6)


def test_movers_by_hand() -> None:
    found = movers(made({"a": [1, 2, 2], "b": [3, 1, 2], "c": [2, 2, 2]}), ["trust"])
    assert found.loc[("trust", 2017)].to_dict() == {
        "since": 2016,
        "schools": 3,
        "up": 1,
        "same": 1,
        "down": 1,
    }
    assert found.loc[("trust", 2018), ["up", "same", "down"]].tolist() == [1, 2, 0]


def test_cities_are_compared_by_direction_alone() -> None:
    pairs = pd.DataFrame(
        {
            "a lower": [0.1, 0.1, -0.1, np.nan],
            "a upper": [0.3, 0.3, 0.3, 0.3],
            "b lower": [5.0, -5.0, 5.0, 5.0],
            "b upper": [9.0, -1.0, 9.0, 9.0],
        },
        index=["w", "x", "y", "z"],
    )
    assert compared_changes(pairs)["together"].tolist() == [
        "the same way",
        "opposite ways",
        "not clear",
        "not run",
    ]
    with pytest.raises(ValueError, match="found changes of a; allowed: two cities"):
        compared_changes(pairs[["a lower", "a upper"]])


def test_pages_say_when_the_year_that_is_counted_from_decides() -> None:
    """A break between the first two surveys: trust fell by it and rose afterwards; ties rose throughout."""
    schools = {f"s{one}": [0.8, 0.5 + one / 200, 0.6 + one / 200] for one in range(8)}
    rising = {f"s{one}": [0.3, 0.4 + one / 200, 0.5 + one / 200] for one in range(8)}
    measures = pd.concat([made(schools, 2015), made(rising, 2015)], ignore_index=True)
    measures["measure"] = ["trust"] * 24 + ["ties"] * 24
    names = ["trust", "ties"]
    later, start = (changes_of(measures, names, categories=False, first=year) for year in (2016, 2015))
    followed = schools_throughout(measures, names, ["answers"])
    jumps = largest_jumps(measures, names)
    told = {
        one.key: one.sentence
        for one in public_survey_findings("Town", followed, later, start, jumps, "trust", 2016)
    }
    assert told["changes"] == "From 2016 to 2017 trust and ties rose clearly (95 % intervals exclude zero)."
    assert told["start"].endswith("since the first survey trust fell clearly.")
    assert "Each curve follows the 8 schools" in told["schools"]
    alike = public_survey_findings("Town", followed, later, later, jumps, "trust", 2016)
    assert "start" not in [one.key for one in alike]

    row = {"a lower": 0.1, "a upper": 0.3, "b lower": -9.0, "b upper": -5.0}
    apart = compared_changes(pd.DataFrame([row], index=["trust"]))
    same = compared_changes(pd.DataFrame([row | {"a lower": -0.3, "a upper": -0.1}], index=["trust"]))
    (found,) = public_comparison_findings(apart, same, 2017)
    assert found.sentence == (
        "0 of 1 corresponding elements moved the same way in both cities up to 2017; trust went opposite "
        "ways. Counted from the first survey of each it is 1 of 1."
    )


def test_what_cannot_be_compared_is_named() -> None:
    with pytest.raises(ValueError, match="found values of trust that are no shares; allowed: 0 to 1"):
        share_change(made({"a": [1.5, 0.2], "b": [0.1, 0.3]}), "trust", first=2016)
    with pytest.raises(ValueError, match="found values of trust that are no categories"):
        category_change(made({"a": [1.5, 2.0], "b": [1.0, 3.0]}), "trust", first=2016)
    with pytest.raises(NotEstimable, match="found 1 waves and 2 categories of trust; needed: two of each"):
        category_change(made({"a": [1.0], "b": [2.0]}), "trust", first=2016)
    with pytest.raises(NotEstimable, match="found no trust from wave 2030 on"):
        share_change(made({"a": [0.5, 0.2]}), "trust", first=2030)
