"""Numbers that a vignette and a text print, and those of R packages, from the data they rest on."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.measurement.printed_models import package_numbers, printed_numbers, satisfaction_numbers
from analysis.sources import multilevel_exam
from analysis.tables.package import read_package

# Printed by a search that stops a little before the top of the likelihood.
STOPPED = {"exam_1_reml": 6e-4, "exam_2_reml": 6e-4, "scotssec_sexf": 6e-6}


def printed(folder: Path, name: str) -> dict[str, tuple[float, float]]:
    """Return printed values with half a unit of their last digit."""
    with (folder / f"published/{name}.csv").open(encoding="utf-8") as lines:
        rows = [(row["id"], Decimal(row["printed"])) for row in csv.DictReader(lines)]
    return {key: (float(value), 0.5 * 10.0 ** int(value.as_tuple().exponent)) for key, value in rows}


def test_every_number_of_the_vignette_on_pupils(data_mirror: Path, reference_folder: Path) -> None:
    package = read_package(DATA_RAW / "multilevel_exam/datapackage.json")
    tables = dict(multilevel_exam.tables(data_mirror / "multilevel_exam", package))
    found = printed_numbers("mlmrev", tables)["value"]
    known = printed(reference_folder, "mlmrev_exam_scotssec")
    assert len(known) == 48
    for key, (value, half) in known.items():
        assert found[key] == pytest.approx(value, abs=STOPPED.get(key, half * (1 + 1e-9))), key


def test_every_number_of_growth_in_satisfaction(
    soldiers_tables: dict[str, pd.DataFrame], reference_folder: Path
) -> None:
    found = satisfaction_numbers(soldiers_tables).set_index("key")["value"]
    known = printed(reference_folder, "bliese_growth")
    assert len(known) == 10
    for key, (value, _) in known.items():
        # nlme stops when the likelihood no longer rises by a ten-millionth.
        assert found[key] == pytest.approx(value, rel=6e-6), key
    assert found["intercept_df"] == 903


def test_what_r_packages_give_of_soldiers(
    soldiers_tables: dict[str, pd.DataFrame], rasch_reference: dict[str, Any]
) -> None:
    found = package_numbers(soldiers_tables).set_index("key")["value"]
    scale = rasch_reference["lq2002_RSM"]
    for item, value in zip(scale["items"], scale["item_locations"], strict=True):
        assert found[f"rating_scale.location_{item.lower()}"] == pytest.approx(value, abs=5e-4)
    assert found["rating_scale.log_likelihood"] == pytest.approx(scale["loglik"], abs=5e-4)
    assert found["reml.icc1_work_hours"] == pytest.approx(0.12924, abs=5e-6)
    assert found["agreement.mean_lq2002_leadership"] == pytest.approx(0.8677849, abs=5e-7)


def test_there_is_no_other_text() -> None:
    with pytest.raises(ValueError, match="chapter"):
        printed_numbers("chapter", {})  # type: ignore[arg-type]
