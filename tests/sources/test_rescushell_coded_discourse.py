"""The coded chat: published counts, every decision, no text and no name, and every fault of a spoilt file."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources.rdata_files import read_objects
from analysis.sources.rescushell_coded_discourse import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

FILE, SAME = "RS.data.rda", "rs_data.csv"
CODES = {
    "Data": 734,
    "Technical.Constraints": 1189,
    "Performance.Parameters": 685,
    "Client.and.Consultant.Requests": 240,
    "Design.Reasoning": 1157,
    "Collaboration": 228,
}
"""Headers of the file, and how many utterances each code applies to (counted in the file by hand)."""


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "rescushell_coded_discourse" / "datapackage.json")


@pytest.fixture(scope="module")
def raw(data_mirror: Path) -> pd.DataFrame:
    """Return the published data frame."""
    path = data_mirror / "rescushell_coded_discourse" / FILE
    frame: pd.DataFrame = read_objects(path, ("RS.data",), [])["RS.data"]
    return frame


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published file."""
    return checked(tables(data_mirror / "rescushell_coded_discourse", package), package)


def small(**columns: list[object]) -> dict[str, pd.DataFrame]:
    """Return three utterances in two conversations, with planted names and texts, some columns replaced."""
    given = {
        "UserName": ["planted name a", "planted name b", "planted name a"],
        "Condition": ["FirstGame", "SecondGame", "FirstGame"],
        "GroupName": ["planted group", "planted group", "planted group"],
        "ActivityNumber": [1.0, 1.0, 2.0],
        "CONFIDENCE.Change": ["1", "#N/A", "1"],
        "text": ["planted text one", "planted text two", "planted text three"],
        **{code: [0.0, 1.0, 0.0] for code in CODES},
        "Data": [1.0, 0.0, 1.0],
    }
    return {"RS.data": pd.DataFrame({**given, **columns})}


def test_six_codes_are_decided_on_3824_utterances_in_20_conversations(real: dict[str, pd.DataFrame]) -> None:
    codings = real["codings"]
    assert len(codings) == 6 * 3_824
    assert len(codings[["document_id", "segment_id"]].drop_duplicates()) == 3_824
    assert Counter(real["documents"]["kind"]) == {"group chat, first game": 10, "group chat, second game": 10}
    assert set(codings["coder_id"]) == {"published"}
    applied = codings.groupby("code")["applied"].sum().to_dict()
    assert applied == {code.lower().replace(".", "_"): count for code, count in CODES.items()}
    assert real["codebook"]["code"].tolist() == [code.lower().replace(".", "_") for code in CODES]


def test_every_decision_returns_in_the_order_of_the_conversation(
    real: dict[str, pd.DataFrame], raw: pd.DataFrame
) -> None:
    wide = real["codings"].pivot(index=["document_id", "segment_id"], columns="code", values="applied")
    conversations = list(raw.groupby(["Condition", "GroupName"], sort=False))
    assert len(conversations) == len(real["documents"])
    for (_, lines), document in zip(conversations, real["documents"]["document_id"], strict=True):
        own = wide.loc[document]
        own = own.loc[[str(number) for number in range(1, len(lines) + 1)], real["codebook"]["code"]]
        assert own.to_numpy().tolist() == lines[list(CODES)].to_numpy().tolist()


def test_no_text_nor_name_of_the_file_comes_out(real: dict[str, pd.DataFrame], raw: pd.DataFrame) -> None:
    texts = {text.strip().lower() for text in raw["text"]}
    names = {name.lower() for name in raw["UserName"]}
    groups = {group.lower() for group in raw["GroupName"]}
    cells = {str(cell).lower() for frame in real.values() for cell in frame.to_numpy().ravel()}
    assert (len(names), len(groups)) == (48, 10)
    assert not cells & names
    # Some utterances and groups are bare numbers, as the numbers of segments are.
    assert {cell for cell in cells & (texts | groups) if not cell.isdigit()} == set()
    assert not any(part in cell for cell in cells for name in names for part in name.split() if len(part) > 2)


def test_nothing_planted_comes_out(tmp_path: Path, package: DataPackage) -> None:
    rdata.write_rda(tmp_path / FILE, small())
    found = checked(tables(tmp_path, package), package)
    assert "planted" not in "".join(frame.to_csv() for frame in found.values())
    data = found["codings"][found["codings"]["code"] == "data"]
    assert data[["document_id", "segment_id", "applied"]].to_numpy().tolist() == [
        ["chat_01", "1", 1],
        ["chat_02", "1", 0],
        ["chat_01", "2", 1],
    ]
    assert found["documents"].iloc[:, :2].to_numpy().tolist() == [
        ["chat_01", "group chat, first game"],
        ["chat_02", "group chat, second game"],
    ]


def test_students_are_numbered_and_their_change_of_confidence_is_kept(
    real: dict[str, pd.DataFrame], raw: pd.DataFrame
) -> None:
    actors, segments = real["actors"].set_index("actor_id"), real["segments"]
    assert len(actors) == 48 and actors.index[0] == "student_01"
    # Counted in the file by hand: 30 students gained 1, 10 nothing, 6 gained 2, one 3, one has no value.
    assert actors["confidence_change"].value_counts(dropna=False).tolist() == [30, 10, 6, 1, 1]
    wrote = segments.groupby("actor_id", sort=False).size().tolist()
    assert wrote == raw.groupby(["Condition", "UserName"], sort=False).size().tolist()
    tasks = segments["part"].str.removeprefix("task ").astype(int)
    counted = raw["ActivityNumber"].value_counts()
    assert tasks.value_counts().sort_index().tolist() == counted.sort_index().tolist()


def test_a_student_has_one_change_of_confidence_and_it_is_a_number(
    tmp_path: Path, package: DataPackage
) -> None:
    spoilt = small(**{"CONFIDENCE.Change": ["1", "much", "2"]})
    rdata.write_rda(tmp_path / FILE, spoilt)
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert [str(fault) for fault in caught.value.faults] == [
        f"{FILE}, column CONFIDENCE.Change: found several changes of student 1 in the order of the file; "
        "allowed: one value per student",
        f"{FILE}, row 3, column CONFIDENCE.Change: found much; allowed: a number or #N/A",
    ]


def test_every_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    spoilt = small(Data=[1.0, 2.0, 0.0], Collaboration=["a", "b", "c"], GroupName=["x", None, "x"])
    rdata.write_rda(tmp_path / FILE, spoilt)
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    first, second, third = map(str, caught.value.faults)
    assert first == f"{FILE}, row 2, column RS.data$Data: found 2; allowed: a number from 0 to 1"
    assert second.startswith(f"{FILE}, column RS.data$Collaboration: found cells of kind ")
    assert third == f"{FILE}, row 2, column RS.data$GroupName: found a missing cell; allowed: a value"
    rdata.write_rda(tmp_path / FILE, {"other": pd.DataFrame({"a": [1.0]})})
    with pytest.raises(InvalidInput, match=r"column RS.data: found no object of that name"):
        tables(tmp_path, package)


def as_csv(folder: Path, frame: pd.DataFrame) -> Path:
    """Write a data frame as comma-separated values, in the place of R's file; return the folder."""
    frame.to_csv(folder / SAME, index=False, quoting=csv.QUOTE_NONNUMERIC)
    return folder


def test_the_other_format_gives_the_same_tables(
    tmp_path: Path, package: DataPackage, real: dict[str, pd.DataFrame]
) -> None:
    held = DATA_RAW / "rescushell_coded_discourse" / SAME
    if not held.exists():
        pytest.skip(f"{SAME} is not here: make data brings it where {FILE} cannot be had")
    shutil.copyfile(held, tmp_path / SAME)
    found = checked(tables(tmp_path, package), package)
    assert found.keys() == real.keys()
    for name, frame in found.items():
        pd.testing.assert_frame_equal(frame, real[name])


def test_both_formats_give_the_same_tables_of_a_small_frame(tmp_path: Path, package: DataPackage) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "csv").mkdir()
    rdata.write_rda(tmp_path / "r" / FILE, small())
    codes = dict.fromkeys(CODES, int)
    frame = small()["RS.data"].astype(codes)
    one = checked(tables(tmp_path / "r", package), package)
    other = checked(tables(as_csv(tmp_path / "csv", frame), package), package)
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name])
    # R's own file is read where both are there.
    (tmp_path / "r" / SAME).write_text("spoilt")
    assert tables(tmp_path / "r", package).keys() == one.keys()


def test_every_fault_of_the_other_format_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    spoilt = small(Data=["1", "2", "0"], GroupName=["x", None, "x"], Collaboration=["0", "0", "a"])["RS.data"]
    with pytest.raises(InvalidInput) as caught:
        tables(as_csv(tmp_path, spoilt), package)
    assert sorted(str(fault).partition(": found ")[0] for fault in caught.value.faults) == [
        f"{SAME}, row 3, column Data",
        f"{SAME}, row 3, column GroupName",
        f"{SAME}, row 4, column Collaboration",
    ]
