"""New York's school survey: every figure of nine workbooks, no school's name, every fault of spoilt files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis.files import DATA_RAW
from analysis.sources import nyc_hs_school_survey
from analysis.sources.nyc_hs_school_survey import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.load import write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.tables.workbooks import write_workbook

FILES = {
    2015: "2014_2015_hs_sqr_results_2016_04_08.xlsx",
    2016: "2015_2016_hs_sqr_results_2017_01_05.xlsx",
    2017: "2016-17_hs_sqr.xlsx",
    2018: "201718_hs_sqr_results.xlsx",
    2019: "201819_hs_sqr_results.xlsx",
    2020: "2019-20_School_Quality_Guide_High_School_Revision_.xlsx",
    2021: "202021-hs-sqr-results.xlsx",
    2022: "202122-hs-sqr-results.xlsx",
    2023: "202223-hs-sqr-results.xlsx",
}
ELEMENTS = {
    "rigorous_instruction": ("Rigorous Instruction", "RI"),
    "collaborative_teachers": ("Collaborative Teachers", "CT"),
    "supportive_environment": ("Supportive Environment", "SE"),
    "effective_school_leadership": ("Effective School Leadership", "ES"),
    "family_community_ties": ("Strong Family-Community Ties", "SF"),
    "trust": ("Trust", "TR"),
}
"""Measures, and what the headers of their columns call them (in 2019-20: the letters)."""
HEADERS = {
    **{f"{words} - Percent Positive": name for name, (words, _) in ELEMENTS.items()},
    **{f"survey_pp_{letters}": name for name, (_, letters) in ELEMENTS.items()},
    **{
        f"{group} Survey Response Rate": f"{group.lower()}_response_rate"
        for group in ("Student", "Teacher", "Parent")
    },
}
LAYOUT = """file,wave,sheet,header_row,school,column,measure,unit,missing
one.xlsx,2021,Sheet1,2,DBN,Trust,trust,share,N/A
one.xlsx,2021,Sheet1,2,DBN,Student Rate,student_response_rate,percentage,
two.xlsx,2022,Sheet1,1,dbn,pp_TR,trust,share,
"""
SCHOOLS = ["01M001", "02K010", "31R999"]

Figures = dict[tuple[int, str, str], float]
Sheet = list[list[float | str | bool | None]]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "nyc_hs_school_survey" / "datapackage.json")


def columns(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield header and cell per school of every sheet whose header names the schools, without our reader."""
    workbook = CalamineWorkbook.from_path(path)
    for name in {"Summary", "Framework", "Data_Partial"} & set(workbook.sheet_names):
        rows = workbook.get_sheet_by_name(name).to_python()
        start = next(place for place, row in enumerate(rows) if "DBN" in row or "dbn" in row)
        header = [str(cell).strip() for cell in rows[start]]
        school = next(place for place, cell in enumerate(header) if cell in ("DBN", "dbn"))
        for place, title in enumerate(header):
            yield title, {str(row[school]): row[place] for row in rows[start + 1 :] if row[school]}


@pytest.fixture(scope="module")
def published(data_mirror: Path) -> dict[int, list[tuple[str, dict[str, object]]]]:
    """Return the columns of each wave's workbook."""
    folder = data_mirror / "nyc_hs_school_survey"
    return {wave: list(columns(folder / name)) for wave, name in FILES.items()}


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "nyc_hs_school_survey", package), package)


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two sound workbooks of three schools, whose layout is ours."""
    write_layout(tmp_path, LAYOUT)
    monkeypatch.setattr(nyc_hs_school_survey, "DATA_RAW", tmp_path)
    write_one(tmp_path, [[0.93, "71%"], ["N/A", "100%"], [1.0, None]])
    write_two(tmp_path, [0.5, None, 0.0])
    return tmp_path


def write_layout(folder: Path, content: str) -> None:
    """Write what stands where in the workbooks."""
    path = folder / "nyc_hs_school_survey" / "layout.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")


def write_one(folder: Path, figures: Sheet, schools: list[str] = SCHOOLS) -> None:
    """Write the first workbook: a heading above the header, an empty row below it."""
    header = ["Planted name", "DBN", "Trust", "Student Rate"]
    rows = [["Planted", school, *cells] for school, cells in zip(schools, figures, strict=True)]
    write_workbook(folder / "one.xlsx", [["Planted heading"], header, [None], *rows])


def write_two(folder: Path, trust: list[float | str | bool | None], schools: list[str] = SCHOOLS) -> None:
    """Write the second workbook."""
    write_workbook(folder / "two.xlsx", [["pp_TR", "dbn"], *map(list, zip(trust, schools, strict=True))])


def faults_of(raw: Path, package: DataPackage) -> list[str]:
    """Return every fault found in the files of a folder."""
    with pytest.raises(InvalidInput) as caught:
        tables(raw, package)
    return [str(fault) for fault in caught.value.faults]


def test_552_schools_are_in_nine_waves_and_442_in_all_of_them(
    real: dict[str, pd.DataFrame], published: dict[int, list[tuple[str, dict[str, object]]]]
) -> None:
    assert real["waves"]["wave"].tolist() == list(range(2015, 2024))
    assert real["waves"]["label"].tolist()[:2] == ["2014-15", "2015-16"]
    listed = {wave: {school for _, cells in found for school in cells} for wave, found in published.items()}
    waves = Counter(school for schools in listed.values() for school in schools)
    assert waves.total() == 4_407
    assert Counter(waves.values())[9] == 442
    assert len(waves) == 552
    assert real["organizations"]["organization_id"].tolist() == sorted(f"school_{school}" for school in waves)


def test_every_figure_returns_and_there_is_no_other(
    real: dict[str, pd.DataFrame], published: dict[int, list[tuple[str, dict[str, object]]]]
) -> None:
    expected: Figures = {}
    for wave, found in published.items():
        for header, cells in found:
            for school, cell in cells.items():
                figure = re.fullmatch(r"([0-9.]*\d)(%?)", str(cell))
                if header in HEADERS and figure:
                    value = float(figure[1]) / (100 if figure[2] else 1)
                    expected[wave, f"school_{school}", HEADERS[header]] = pytest.approx(value)
    measures = real["measures"].set_index(["wave", "organization_id", "measure"])["value"]
    assert measures.to_dict() == expected
    assert measures.between(0, 1).all()
    assert real["measures"][["n", "response_rate"]].isna().all(axis=None)


def test_every_wave_has_six_elements_and_all_but_2020_three_response_rates(
    real: dict[str, pd.DataFrame],
) -> None:
    rates = {"student_response_rate", "teacher_response_rate", "parent_response_rate"}
    found = real["measures"].groupby("wave")["measure"].agg(set).to_dict()
    assert found == {wave: set(ELEMENTS) | (rates if wave != 2020 else set()) for wave in FILES}


def test_in_spring_2021_44_percent_of_students_answered(real: dict[str, pd.DataFrame]) -> None:
    measures = real["measures"]
    mean = measures[measures["measure"] == "student_response_rate"].groupby("wave")["value"].mean()
    assert round(mean[2021], 2) == 0.44
    assert mean.idxmin() == 2021


def test_no_name_of_a_school_comes_out(
    real: dict[str, pd.DataFrame],
    published: dict[int, list[tuple[str, dict[str, object]]]],
    package: DataPackage,
    tmp_path: Path,
) -> None:
    write_dataset(real, package, tmp_path / "built")
    built = b"".join(path.read_bytes().lower() for path in (tmp_path / "built").glob("*.csv"))
    names = " ".join(
        str(cell)
        for found in published.values()
        for header, cells in found
        if header in ("School Name", "school_name")
        for cell in cells.values()
    )
    known = " ".join([*ELEMENTS, "organization"])
    words = {word for word in re.findall("[a-z]{7,}", names.lower()) if word not in known}
    assert len(words) > 300
    assert [word for word in words if word.encode() in built] == []
    for table in ("organizations", "measures"):
        assert real[table]["organization_id"].str.fullmatch(r"school_\d\d[KMQRX]\d{3}").all()


def test_three_schools_by_hand(raw: Path, package: DataPackage) -> None:
    found = checked(tables(raw, package), package)
    assert found["organizations"]["organization_id"].tolist() == [f"school_{code}" for code in SCHOOLS]
    assert found["waves"].iloc[:, :2].to_numpy().tolist() == [[2021, "2020-21"], [2022, "2021-22"]]
    assert found["measures"].iloc[:, :4].to_numpy().tolist() == [
        [2021, "school_01M001", "trust", 0.93],
        [2021, "school_31R999", "trust", 1],
        [2021, "school_01M001", "student_response_rate", 0.71],
        [2021, "school_02K010", "student_response_rate", 1],
        [2022, "school_01M001", "trust", 0.5],
        [2022, "school_31R999", "trust", 0],
    ]
    assert "Planted" not in "".join(frame.to_csv() for frame in found.values())


def test_faults_of_both_workbooks_come_at_once(raw: Path, package: DataPackage) -> None:
    write_one(raw, [[1.5, "101%"], ["none", 0.5], [0.5, "71"]], ["01M001", "1M001", "01M001"])
    write_two(raw, [-0.1, "N/A", True], ["01M001", "02K010", "total"])
    percentage = "a percentage from 0% to 100%, or nothing"
    code = "a school's code: district, borough, number, as in 01M001"
    assert faults_of(raw, package) == [
        f"one.xlsx, row 5, column DBN: found '1M001'; allowed: {code}",
        "one.xlsx, row 6, column DBN: found '01M001' again; allowed: each school once",
        "one.xlsx, row 4, column Trust: found 1.5; allowed: a number from 0 to 1, or N/A",
        "one.xlsx, row 5, column Trust: found 'none'; allowed: a number from 0 to 1, or N/A",
        f"one.xlsx, row 4, column Student Rate: found '101%'; allowed: {percentage}",
        f"one.xlsx, row 5, column Student Rate: found 0.5; allowed: {percentage}",
        f"one.xlsx, row 6, column Student Rate: found '71'; allowed: {percentage}",
        f"two.xlsx, row 4, column dbn: found 'total'; allowed: {code}",
        "two.xlsx, row 2, column pp_TR: found -0.1; allowed: a number from 0 to 1, or nothing",
        "two.xlsx, row 3, column pp_TR: found 'N/A'; allowed: a number from 0 to 1, or nothing",
        "two.xlsx, row 4, column pp_TR: found 'True'; allowed: a number from 0 to 1, or nothing",
    ]


def test_a_figure_without_its_schools_code_is_a_fault(raw: Path, package: DataPackage) -> None:
    write_two(raw, [0.5, 0.25, 0.5], ["01M001", "", "31R999"])
    (fault,) = faults_of(raw, package)
    assert fault.startswith("two.xlsx, row 3, column dbn: found an empty cell; allowed: a school's code")


def test_a_renamed_column_and_a_workbook_broken_off_come_at_once(raw: Path, package: DataPackage) -> None:
    write_workbook(
        raw / "one.xlsx", [["heading"], ["DBN", "Trust - Score", "Student Rate"], ["01M001", 1.0, "9%"]]
    )
    content = (raw / "two.xlsx").read_bytes()
    (raw / "two.xlsx").write_bytes(content[: len(content) // 2])
    first, second = faults_of(raw, package)
    assert first == (
        "one.xlsx, row 2, column Trust: found no column of that name; "
        "allowed: one; the columns are DBN, Trust - Score, Student Rate"
    )
    assert second.startswith("two.xlsx: found no workbook (")
    assert second.endswith("; allowed: an Excel workbook (.xlsx)")


def test_a_workbook_that_is_missing_is_one_fault_however_many_sheets_it_has(
    raw: Path, package: DataPackage
) -> None:
    write_layout(raw, LAYOUT + "two.xlsx,2022,Framework,1,dbn,Rate,student_response_rate,share,\n")
    assert faults_of(raw, package) == [
        "two.xlsx: found no sheet 'Framework'; allowed: one; the sheets are Sheet1"
    ]
    (raw / "two.xlsx").unlink()
    assert faults_of(raw, package) == ["two.xlsx: found no such file; allowed: run `make data`"]


def test_faults_of_the_layout_come_before_any_workbook_is_read(raw: Path, package: DataPackage) -> None:
    (raw / "one.xlsx").unlink()
    write_layout(raw, LAYOUT.replace("2022,Sheet1,1,", "22,Sheet1,0,").replace("percentage", "percent"))
    assert faults_of(raw, package) == [
        "layout.csv, row 4, column wave: found '22'; allowed: at least 2000 and at most 2100",
        "layout.csv, row 4, column header_row: found '0'; allowed: at least 1",
        "layout.csv, row 3, column unit: found 'percent'; allowed: share, percentage",
    ]
