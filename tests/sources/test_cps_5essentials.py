"""Chicago's 5Essentials: every figure against the files, no school's name, every fault of spoilt files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources import cps_5essentials
from analysis.sources.cps_5essentials import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.load import write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

YEARS = [2015, 2016, 2017, 2018, 2021, 2022]
ESSENTIALS = [
    "Effective_Leaders",
    "Collaborative_Teachers",
    "Involved_Families",
    "Supportive_Environment",
    "Ambitious_Instruction",
    "Safety",
]
STRENGTHS = ["VERY WEAK", "WEAK", "NEUTRAL", "STRONG", "VERY STRONG"]
CLIMATES = ["NOT YET", "PARTIALLY", "MODERATELY", "", "WELL"]
SCHOOLS = [
    {"School_ID": "400002", "Primary_Category": "HS", "School_Survey_Safety": "STRONG"},
    {"School_ID": "600001", "Primary_Category": "ES", "School_Survey_Safety": "NOT ENOUGH DATA"},
    {"School_ID": "600003", "School_Survey_Teacher_Response_Rate_Pct": "81.3"},
]

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "cps_5essentials" / "datapackage.json")


@pytest.fixture(scope="module")
def published(data_mirror: Path) -> Rows:
    """Return every row of the six files, read without our reader."""
    rows: Rows = []
    for path in sorted((data_mirror / "cps_5essentials").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += csv.DictReader(file)
    return rows


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "cps_5essentials", package), package)


@pytest.fixture(scope="module")
def two_years(package: DataPackage) -> DataPackage:
    """Return the declaration of a dataset of the first two files only."""
    return replace(package, resources=package.resources[:2])


@pytest.fixture
def write(tmp_path: Path, two_years: DataPackage) -> Callable[..., list[str]]:
    """Return what writes the two files and gives their names; columns not named are empty."""
    lines = [line.split(",")[0] for line in (_layout(DATA_RAW)).read_text(encoding="utf-8").splitlines()[1:]]
    header = ["School_ID", "Long_Name", "Primary_Category", "Progress_Report_Year", *lines]

    def written(first: Rows, second: Rows, without: str = "") -> list[str]:
        names = [resource.path for resource in two_years.resources]
        kept = [name for name in header if name != without]
        for name, year, rows in zip(names, ("2015", "2016"), (first, second), strict=True):
            with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, kept, extrasaction="ignore")
                writer.writeheader()
                writer.writerows({"Progress_Report_Year": year, **row} for row in rows)
        return names

    return written


def _layout(folder: Path) -> Path:
    return folder / "cps_5essentials" / "layout.csv"


def faults_of(raw: Path, package: DataPackage) -> list[str]:
    """Return every fault found in the files of a folder."""
    with pytest.raises(InvalidInput) as caught:
        tables(raw, package)
    return [str(fault) for fault in caught.value.faults]


def category(cell: str) -> float | None:
    """Return the number of a category, lowest 1."""
    if cell.endswith("ORGANIZED"):
        return 1.0 + CLIMATES.index(cell.removesuffix("ORGANIZED").strip())
    return 1.0 + STRENGTHS.index(cell) if cell in STRENGTHS else None


def test_682_schools_were_surveyed_in_six_years_and_640_in_all_of_them(
    real: dict[str, pd.DataFrame], published: Rows
) -> None:
    assert real["waves"]["wave"].tolist() == YEARS
    assert len(real["organizations"]) == 682
    assert set(real["organizations"]["kind"]) == {"school"}
    waves = Counter(row["School_ID"] for row in published)
    assert set(real["organizations"]["organization_id"]) == {f"school_{school}" for school in waves}
    assert waves.total() == 3_948
    assert Counter(waves.values())[6] == 640


def test_every_figure_returns_and_there_is_no_other(real: dict[str, pd.DataFrame], published: Rows) -> None:
    expected: dict[tuple[int, str, str], float] = {}
    for row in published:
        key = (int(row["Progress_Report_Year"]), f"school_{row['School_ID']}")
        for name in ESSENTIALS:
            number = category(row[f"School_Survey_{name}"])
            if number is not None:
                expected[*key, name.lower()] = number
        climate = category(row["Culture_Climate_Rating"])
        if climate is not None:
            expected[*key, "culture_climate"] = climate
        for group in ("Student", "Teacher"):
            rate = float(row[f"School_Survey_{group}_Response_Rate_Pct"] or 0)
            if rate:
                expected[*key, f"{group.lower()}_response_rate"] = pytest.approx(rate / 100)
    measures = real["measures"].set_index(["wave", "organization_id", "measure"])["value"]
    assert measures.to_dict() == expected
    assert real["measures"][["n", "response_rate"]].isna().all(axis=None)


def test_safety_was_not_reported_in_2021(real: dict[str, pd.DataFrame]) -> None:
    safety = real["measures"][real["measures"]["measure"] == "safety"]
    assert sorted(set(safety["wave"])) == [year for year in YEARS if year != 2021]


def test_a_schools_level_is_that_of_its_last_report_that_names_one(
    real: dict[str, pd.DataFrame], published: Rows
) -> None:
    levels: dict[str, str] = {}
    for row in sorted(published, key=lambda row: int(row["Progress_Report_Year"])):
        school = f"school_{row['School_ID']}"
        levels[school] = row["Primary_Category"] or levels.get(school, "")
    found = real["organizations"].set_index("organization_id")["level"].fillna("")
    assert found.to_dict() == levels


def test_no_name_of_a_school_and_no_text_about_it_comes_out(
    real: dict[str, pd.DataFrame], published: Rows, package: DataPackage, tmp_path: Path
) -> None:
    write_dataset(real, package, tmp_path / "built")
    files = [path.read_bytes().lower() for path in (tmp_path / "built").glob("*.csv")]
    cells = b"".join(file.partition(b"\n")[2] for file in files)
    known = " ".join(
        [*ESSENTIALS, "Culture_Climate", "Student_Response_Rate", "Teacher_Response_Rate"]
    ).lower()
    words = {
        word.lower()
        for row in published
        for column in ("Short_Name", "Long_Name", "Student_Growth_Description")
        for word in row[column].split()
        if len(word) > 6 and word.isalpha() and word.lower() not in known
    }
    assert len(words) > 300
    assert [word for word in words if word.encode() in cells] == []
    for table in ("organizations", "measures"):
        assert real[table]["organization_id"].str.fullmatch(r"school_\d{6}").all()


def test_three_schools_by_hand(
    tmp_path: Path, write: Callable[..., list[str]], two_years: DataPackage
) -> None:
    later = [
        {
            "School_ID": "600001",
            "Long_Name": "Planted name",
            "School_Survey_Safety": "VERY WEAK",
            "Culture_Climate_Rating": "MODERATELY ORGANIZED",
            "School_Survey_Student_Response_Rate_Pct": "0",
            "School_Survey_Teacher_Response_Rate_Pct": "100",
        }
    ]
    write(SCHOOLS, later)
    found = checked(tables(tmp_path, two_years), two_years)
    organizations = found["organizations"].fillna("")
    assert organizations[["organization_id", "level"]].to_numpy().tolist() == [
        ["school_400002", "HS"],
        ["school_600001", "ES"],
        ["school_600003", ""],
    ]
    assert found["waves"].iloc[:, :2].to_numpy().tolist() == [
        [2015, "Survey of 2015"],
        [2016, "Survey of 2016"],
    ]
    rows = found["measures"][["wave", "organization_id", "measure", "value"]].to_numpy().tolist()
    assert sorted(rows) == [
        [2015, "school_400002", "safety", 4],
        [2015, "school_600003", "teacher_response_rate", 0.813],
        [2016, "school_600001", "culture_climate", 3],
        [2016, "school_600001", "safety", 1],
        [2016, "school_600001", "teacher_response_rate", 1],
    ]
    assert "Planted" not in "".join(frame.to_csv() for frame in found.values())


def test_faults_of_both_files_come_at_once(
    tmp_path: Path, write: Callable[..., list[str]], two_years: DataPackage
) -> None:
    first = [
        {**SCHOOLS[0], "School_Survey_Safety": "Strong", "Culture_Climate_Rating": "STRONG"},
        {**SCHOOLS[1], "School_ID": "400002", "School_Survey_Student_Response_Rate_Pct": "100.5"},
        {**SCHOOLS[2], "Progress_Report_Year": "2016", "Primary_Category": "XX"},
    ]
    second = [{"School_ID": "north"}, {"School_ID": "600001", "School_Survey_Teacher_Response_Rate_Pct": "-"}]
    one, two = write(first, second)
    assert faults_of(tmp_path, two_years) == [
        f"{one}, row 4, column Primary_Category: found 'XX'; allowed: ES, MS, HS",
        f"{one}, row 3, column School_Survey_Student_Response_Rate_Pct: found '100.5'; "
        "allowed: at least 0 and at most 100",
        f"{one}, row 3, column School_ID: found '400002'; allowed: each school once",
        f"{one}, row 4, column Progress_Report_Year: found '2016'; allowed: 2015, as in the first row",
        f"{one}, row 2, column School_Survey_Safety: found 'Strong'; "
        f"allowed: {', '.join(STRENGTHS)}, NOT ENOUGH DATA",
        f"{one}, row 2, column Culture_Climate_Rating: found 'STRONG'; allowed: NOT YET ORGANIZED, "
        "PARTIALLY ORGANIZED, MODERATELY ORGANIZED, ORGANIZED, WELL ORGANIZED, NOT ENOUGH DATA",
        f"{two}, row 2, column School_ID: found 'north'; "
        "allowed: an integer, at most 9007199254740992 in size",
        f"{two}, row 3, column School_Survey_Teacher_Response_Rate_Pct: found '-'; allowed: a number",
    ]


def test_a_missing_file_and_a_file_broken_off_are_faults(
    tmp_path: Path, write: Callable[..., list[str]], two_years: DataPackage
) -> None:
    one, two = write(SCHOOLS, SCHOOLS)
    (tmp_path / one).unlink()
    content = (tmp_path / two).read_text(encoding="utf-8")
    (tmp_path / two).write_text(content[: content.index("600001") + len("600001,,")], encoding="utf-8")
    assert faults_of(tmp_path, two_years) == [
        f"{one}: found no such file; allowed: run `make data`",
        f"{two}, row 3: found 3 cells; allowed: 13, as in the first line",
    ]


def test_a_column_that_was_renamed_is_a_fault_of_every_file(
    tmp_path: Path, write: Callable[..., list[str]], two_years: DataPackage
) -> None:
    names = write(SCHOOLS, SCHOOLS, without="Progress_Report_Year")
    faults = faults_of(tmp_path, two_years)
    assert [fault.partition(";")[0] for fault in faults] == [
        f"{name}, row 1, column Progress_Report_Year: found no column of that name" for name in names
    ]


def test_lines_of_the_layout_that_say_nothing_are_faults(
    tmp_path: Path, package: DataPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cps_5essentials, "DATA_RAW", tmp_path)
    path = _layout(tmp_path)
    path.parent.mkdir()
    scales = ["LOW=1|HIGH", "percentage", "LOW=one", "LOW=1|HIGH=2"]
    lines = [f"Column{scale},measure,{scale},none" for scale in scales]
    path.write_text("\n".join(["column,measure,scale,missing", *lines]), encoding="utf-8")
    allowed = "percentage and a number for none, or words and their numbers, as in LOW=1|HIGH=2"
    assert faults_of(tmp_path, package) == [
        f"layout.csv, row {row}, column scale: found '{scale}, none'; allowed: {allowed}"
        for row, scale in enumerate(scales[:3], start=2)
    ]
