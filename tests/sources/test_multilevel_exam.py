"""Pupils of London and Scotland: published counts, every value, what follows from what, and spoilt files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources.multilevel_exam import tables
from analysis.sources.rdata_files import read_objects
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "multilevel_exam/datapackage.json")


@pytest.fixture(scope="module")
def raw(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the two data frames of the published files."""
    folder = data_mirror / "multilevel_exam"
    return {name: read_objects(folder / f"{name}.rda", (name,), [])[name] for name in ("Exam", "ScotsSec")}


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "multilevel_exam", package), package)


def test_pupils_and_schools_are_as_many_as_published(real: dict[str, pd.DataFrame]) -> None:
    assert Counter(real["actors"]["actor_id"].str.split("_").str[0]) == {"london": 4059, "scotland": 3435}
    kinds = Counter(real["organizations"]["organization_id"].str.rpartition("_")[0])
    assert kinds == {"london_school": 65, "scotland_secondary": 19, "scotland_primary": 148}


@pytest.mark.parametrize(
    ("name", "place", "columns"),
    [
        ("Exam", "london", {"score": "normexam", "before": "standLRT"}),
        ("ScotsSec", "scotland", {"score": "attain", "before": "verbal"}),
    ],
)
def test_every_value_returns(
    real: dict[str, pd.DataFrame],
    raw: dict[str, pd.DataFrame],
    name: str,
    place: str,
    columns: dict[str, str],
) -> None:
    found = real["actors"][real["actors"]["actor_id"].str.startswith(place)]
    for here, there in columns.items():
        np.testing.assert_array_equal(found[here].astype(float), raw[name][there])
    assert found["sex"].tolist() == raw[name]["sex"].astype(str).tolist()
    homes = {"school": "organization_id"} if name == "Exam" else {"second": "organization_id"}
    homes |= {} if name == "Exam" else {"primary": "primary_id"}
    for there, here in homes.items():
        numbers = found[here].str.rpartition("_")[2].astype(int)
        assert numbers.tolist() == raw[name][there].astype(str).astype(int).tolist()


def test_whom_a_school_takes_says_whether_it_is_of_one_sex(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]
) -> None:
    home = real["organizations"].set_index("organization_id")["pupils"]
    own = real["actors"][real["actors"]["actor_id"].str.startswith("london")]
    takes = home[own["organization_id"]].tolist()
    assert takes == raw["Exam"]["schgend"].astype(str).tolist()
    assert [one == "mixed" for one in takes] == (raw["Exam"]["type"].astype(str) == "Mxd").tolist()


def test_every_fault_of_both_files_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    exam = {"school": ["1", "1"], "schgend": ["mixed", "boys"], "sex": ["F", "M"]}
    spoilt = pd.DataFrame({**exam, "normexam": [0.1, 0.2], "standLRT": [0.0, 0.5]})
    rdata.write_rda(tmp_path / "Exam.rda", {"Exam": spoilt})
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert [str(fault) for fault in caught.value.faults] == [
        "ScotsSec.rda: found no such file; allowed: run `make data`",
        "Exam.rda, column Exam$schgend: found school 1 of two sorts; "
        "allowed: one of mixed, boys and girls throughout",
    ]
