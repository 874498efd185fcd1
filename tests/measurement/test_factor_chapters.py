"""The printed numbers of two chapters on factor models, from the data they rest on."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.measurement.factor_chapters import SCALES, factor_chapter_numbers, halves
from analysis.sources import teacher_efficacy_burnout
from analysis.tables.package import read_package

# Printed by a search that stops a little before the top: of seven digits the last is its own.
STOPPED = {
    "cfa_model_building_srmr": 1e-7,
    "cfa_holdout_srmr": 1e-7,
    "cfa_model_building_largest_residual": 1e-7,
    "cfa_holdout_largest_residual": 1e-7,
    "cfa_holdout_rmsea_lower": 1e-8,
    "ch21_chi2_difference": 1e-4,
    "ch21_p": 1e-4,
}

# Printed by another definition, computed beside ours.
EXPLAINED = {
    "cfa_model_building_p": "cfa_model_building_p_by_subtraction",
    **{
        f"cfa_{half}_rmsea_{end}": f"cfa_{half}_rmsea_{end}_scaled_df"
        for half in ("model_building", "holdout")
        for end in ("lower", "upper")
    },
}


@pytest.fixture(scope="module")
def answers(data_mirror: Path) -> pd.DataFrame:
    """Return the teachers' answers, in the order of the file."""
    package = read_package(DATA_RAW / "teacher_efficacy_burnout" / "datapackage.json")
    responses = teacher_efficacy_burnout.tables(data_mirror / "teacher_efficacy_burnout", package)[
        "responses"
    ]
    return responses.pivot(index="actor_id", columns="item_id", values="value").astype(float)


@pytest.fixture(scope="module")
def numbers(answers: pd.DataFrame) -> pd.Series:
    """Return both chapters' numbers, computed."""
    return factor_chapter_numbers(answers).set_index("key")["value"]


def test_every_printed_number_is_computed(numbers: pd.Series, reference_folder: Path) -> None:
    path = reference_folder / "published" / "lamethods_ch20_ch21_factor_models.csv"
    wrong, seen = [], 0
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = row["id"].replace("_de1_ee", "_de1_emotional_exhaustion")
            printed = Decimal(row["printed"].rstrip("*"))
            exponent = int(printed.as_tuple().exponent)
            tolerance = STOPPED.get(key, 0.5 * 10.0**exponent)
            found = float(numbers[EXPLAINED.get(key, key)])
            seen += 1
            if abs(found - float(printed)) > tolerance * (1 + 1e-9):
                wrong.append((key, row["printed"], found))
    assert (wrong, seen) == ([], 124)


def test_no_loading_above_three_tenths_is_missing_from_print(numbers: pd.Series) -> None:
    loadings = numbers[numbers.index.str.startswith("efa_loading_")]
    crossed = [
        key for key in loadings.index if key.removeprefix("efa_loading_") not in sum(SCALES.values(), ())
    ]
    assert crossed == ["efa_loading_de1_emotional_exhaustion"]
    assert (loadings.abs() > 0.3).all()


def test_explanations_differ_from_what_they_explain(numbers: pd.Series) -> None:
    for key, other in EXPLAINED.items():
        assert numbers[key] != numbers[other]


def test_halves_share_nobody_and_lose_nobody(answers: pd.DataFrame) -> None:
    built, held = halves(answers).values()
    assert (len(built), len(held), len(built.index.union(held.index))) == (438, 438, 876)
    with pytest.raises(ValueError, match="found 3 people; allowed: an even number"):
        halves(pd.DataFrame(index=range(3)))
