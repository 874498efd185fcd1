"""Four surveys in groups: published counts, every answer, scores that follow from items, and spoilt files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources.group_climate_surveys import tables
from analysis.sources.rdata_files import read_objects
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

SURVEYS = ("bh1996", "bhr2000", "lq2002", "univbct")
LEADERSHIP = ["AF06", "AF07", "AP12", "AP17", "AP33", "AP34", "AS14", "AS15", "AS16", "AS17", "AS28"]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "group_climate_surveys" / "datapackage.json")


@pytest.fixture(scope="module")
def raw(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the four data frames of the published files."""
    folder = data_mirror / "group_climate_surveys"
    return {name: read_objects(folder / f"{name}.rda", (name,), [])[name] for name in SURVEYS}


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "group_climate_surveys", package), package)


def answers(real: dict[str, pd.DataFrame], survey: str, wave: int = 1) -> pd.DataFrame:
    """Return one survey's answers, a row per person, a column per item (named as in the file)."""
    responses = real["responses"]
    own = responses[responses["item_id"].str.startswith(f"{survey}_") & (responses["wave"] == wave)]
    wide = own.pivot(index="actor_id", columns="item_id", values="value").astype(float)
    return wide.rename(columns=lambda item: item.removeprefix(f"{survey}_").upper())


def test_people_and_groups_are_as_many_as_published(real: dict[str, pd.DataFrame]) -> None:
    survey = real["actors"]["actor_id"].str.split("_").str[0]
    assert Counter(survey) == {"bh1996": 7_382, "bhr2000": 5_400, "lq2002": 2_042, "univbct": 495}
    groups = real["organizations"]
    kinds = Counter(zip(groups["organization_id"].str.split("_").str[0], groups["kind"], strict=True))
    assert kinds == {
        ("bh1996", "company"): 99,
        ("bhr2000", "company"): 99,
        ("lq2002", "company"): 49,
        ("univbct", "group"): 16,
        ("univbct", "company"): 43,
    }
    assert groups["parent_id"].notna().sum() == 43


def test_items_of_each_scale(real: dict[str, pd.DataFrame]) -> None:
    assert Counter(real["items"]["scale"]) == {
        "bh1996_cohesion_score": 1,
        "bh1996_leadership_score": 1,
        "bh1996_wellbeing_score": 1,
        "bh1996_work_hours": 1,
        "bhr2000_leadership": 11,
        "bhr2000_work_hours": 1,
        "bhr2000_religious_comfort": 1,
        "lq2002_leadership": 11,
        "lq2002_task_significance": 3,
        "lq2002_hostility": 5,
        "univbct_job_satisfaction_score": 1,
        "univbct_commitment_score": 1,
        "univbct_readiness_score": 1,
    }
    assert len(real["responses"]) == 7_382 * 4 + 5_400 * 13 + 2_042 * 19 + 4_191


@pytest.mark.parametrize(
    ("survey", "group", "items"),
    [
        ("bh1996", "GRP", ["COHES", "LEAD", "WBEING", "HRS"]),
        ("bhr2000", "GRP", [*LEADERSHIP, "HRS", "RELIG"]),
        ("lq2002", "COMPID", [f"LEAD{number:02d}" for number in range(1, 12)]),
        ("lq2002", "COMPID", ["TSIG01", "TSIG02", "TSIG03", *(f"HOSTIL{n:02d}" for n in range(1, 6))]),
    ],
)
def test_every_answer_and_every_group_of_a_single_survey_returns(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame], survey: str, group: str, items: list[str]
) -> None:
    found = answers(real, survey)
    assert found[items].to_numpy().tolist() == raw[survey][items].to_numpy(dtype=float).tolist()
    home = real["actors"].set_index("actor_id")["organization_id"][found.index]
    # The same people together, whatever the group is called.
    pairs = set(zip(home, raw[survey][group], strict=True))
    assert len(pairs) == home.nunique() == raw[survey][group].nunique()


def test_three_waves_of_one_survey_return_from_both_ways_they_are_written(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]
) -> None:
    panel = raw["univbct"]
    first = panel[panel["TIME"] == 0].set_index("SUBNUM")
    assert first.index.tolist() == list(range(1, 496))
    people = [f"univbct_{number:03d}" for number in range(1, 496)]
    for wave in (1, 2, 3):
        found = answers(real, "univbct", wave).reindex(people)
        beside = first[[f"JOBSAT{wave}", f"COMMIT{wave}", f"READY{wave}"]].to_numpy(dtype=float)
        np.testing.assert_array_equal(found[["JSAT", "COMMIT", "READY"]].to_numpy(), beside)
    actors = real["actors"].set_index("actor_id").loc[people]
    np.testing.assert_array_equal(actors["age"].astype(float).to_numpy(), first["AGE"].to_numpy(dtype=float))
    above = real["organizations"].set_index("organization_id")["parent_id"][actors["organization_id"]]
    company = first["COMPANY"].astype(str)
    homes = set(zip(actors["organization_id"], above, first["BTN"], company, strict=True))
    assert len(homes) == 43
    assert len({(battalion, number) for _, battalion, number, _ in homes}) == 16


def test_scores_left_out_are_means_of_the_items_kept(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]
) -> None:
    found = answers(real, "lq2002")
    for score, items in (("LEAD", "LEAD"), ("TSIG", "TSIG"), ("HOSTILE", "HOSTIL")):
        columns = [column for column in found.columns if column.startswith(items)]
        np.testing.assert_allclose(found[columns].mean(axis=1), raw["lq2002"][score], atol=1e-8)


def test_group_means_left_out_follow_from_the_scores_kept(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]
) -> None:
    found = answers(real, "bh1996")
    home = real["actors"].set_index("actor_id")["organization_id"][found.index]
    for score in ("COHES", "LEAD", "HRS", "WBEING"):
        means = found[score].groupby(home).transform("mean")
        np.testing.assert_allclose(means, raw["bh1996"][f"G.{score}"], atol=1e-8)
        np.testing.assert_allclose(found[score] - means, raw["bh1996"][f"W.{score}"], atol=1e-8)


def test_no_name_of_a_unit_comes_out(real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]) -> None:
    names = set(raw["univbct"]["COMPANY"].astype(str)) | {f"{number:g}" for number in raw["univbct"]["BTN"]}
    tables_with_text = [real["organizations"], real["actors"].drop(columns="age")]
    cells = {str(cell) for frame in tables_with_text for cell in frame.to_numpy().ravel()}
    assert not cells & names


def test_every_fault_of_the_four_files_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    cohesion = {"GRP": [1.0, np.nan], "COHES": [6.0, 3.0], "LEAD": [1.0, 2.0], "WBEING": [0.0, 1.0]}
    rdata.write_rda(tmp_path / "bh1996.rda", {"bh1996": pd.DataFrame({**cohesion, "HRS": [25.0, 8.0]})})
    (tmp_path / "bhr2000.rda").write_bytes(b"<html></html>")
    panel = {"SUBNUM": [7.0, 7.0], "TIME": [0.0, 1.0], "BTN": [4.0, 4.0], "COMPANY": ["A", "B"]}
    scores = {"AGE": [20.0, 20.0], "JSAT": [1.0, np.nan], "COMMIT": [1.0, 5.0], "READY": [2.0, 2.0]}
    rdata.write_rda(tmp_path / "univbct.rda", {"univbct": pd.DataFrame({**panel, **scores})})
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    *first, page, missing, person = map(str, caught.value.faults)
    assert first == [
        "bh1996.rda, row 2, column bh1996$GRP: found a missing cell; allowed: a value",
        "bh1996.rda, row 1, column bh1996$COHES: found 6; allowed: a number from 1 to 5",
        "bh1996.rda, row 1, column bh1996$HRS: found 25; allowed: a number from 0 to 24",
    ]
    assert page.startswith("bhr2000.rda: found no R data (")
    assert missing == "lq2002.rda: found no such file; allowed: run `make data`"
    assert person == (
        "univbct.rda, column univbct$SUBNUM: found person 7 with several companies or ages; "
        "allowed: one of each a person"
    )
