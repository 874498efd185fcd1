"""Rated exchanges: published counts and agreement, every rating, no utterance, and every fault of a file."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import fleiss_kappa

from analysis.files import DATA_RAW
from analysis.sources.uptake_three_raters import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.load import write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

FILE = "uptake_data.csv"
VARIABLES = ("student_on_task", "teacher_on_task", "uptake")
HEADER = ["obs_id", "exchange_idx", "student_text", "teacher_text"] + [
    f"{variable}{part}" for variable in VARIABLES for part in ("", "_num_agree", "_majority")
]
EITHER = "1 or 0,2 or 0,1,2"
ON_TASK = ["1.0", "3", "1"]

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "uptake_three_raters" / "datapackage.json")


@pytest.fixture(scope="module")
def published(data_mirror: Path) -> Rows:
    """Return the rows of the file, read without our reader."""
    path = data_mirror / "uptake_three_raters" / FILE
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> pd.DataFrame:
    """Return the checked counts of the published file."""
    return checked(tables(data_mirror / "uptake_three_raters", package), package)["rating_counts"]


def counts(rating_counts: pd.DataFrame, variable: str) -> npt.NDArray[np.int64]:
    """Return a row per unit, a column per category."""
    own = rating_counts[rating_counts["variable"] == variable]
    return own.pivot(index="unit_id", columns="category", values="count").to_numpy(dtype=np.int64)


def nominal_alpha(table: npt.NDArray[np.int64]) -> float:
    """Return Krippendorff's alpha for names, from counts; a unit rated once cannot be paired."""
    table = table[table.sum(axis=1) > 1]
    raters, totals = table.sum(axis=1), table.sum(axis=0)
    disagreeing = ((raters**2 - (table**2).sum(axis=1)) / (raters - 1)).sum()
    expected = (totals.sum() ** 2 - (totals**2).sum()) / (totals.sum() - 1)
    return float(1 - disagreeing / expected)


def units(published: Rows) -> list[str]:
    """Return our identifiers of the rows: transcripts and their exchanges in the order of the file."""
    transcripts: dict[str, int] = {}
    exchanges: Counter[str] = Counter()
    names = []
    for row in published:
        number = transcripts.setdefault(row["obs_id"], len(transcripts) + 1)
        exchanges[row["obs_id"]] += 1
        names.append(f"transcript_{number:03d}_exchange_{exchanges[row['obs_id']]:02d}")
    return names


def summary(ratings: tuple[int, ...]) -> list[str]:
    """Return mean, agreement and majority, written as in the published file."""
    if not ratings:
        return ["", "1", ""]
    most = max(ratings.count(rating) for rating in ratings)
    (top, *_) = (rating for rating in ratings if ratings.count(rating) == most)
    return [repr(sum(ratings) / len(ratings)), str(most), str(float(top)) if most > 1 else ""]


def write(folder: Path, rows: list[list[str]], header: list[str] = HEADER) -> None:
    """Write the published file with these rows."""
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def exchange(number: int, uptake: list[str], student: list[str] = ON_TASK) -> list[str]:
    """Return a row of the published file, in transcript 4."""
    return ["4", str(number), "Planted words", 'Planted, "too"', *student, *ON_TASK, *uptake]


def faults_of(raw: Path, package: DataPackage) -> list[str]:
    """Return every fault found in the file of a folder."""
    with pytest.raises(InvalidInput) as caught:
        tables(raw, package)
    return [str(fault) for fault in caught.value.faults]


def test_2246_exchanges_are_rated_three_times_each_on_two_variables(
    real: pd.DataFrame, published: Rows
) -> None:
    assert len(published) == 2_246
    for variable in ("student_on_task", "teacher_on_task"):
        table = counts(real, variable)
        assert table.shape == (2_246, 2)
        assert set(table.sum(axis=1)) == {3}


def test_248_exchanges_are_unrated_in_uptake_and_126_ambiguous(real: pd.DataFrame, published: Rows) -> None:
    rated = set(real.loc[real["variable"] == "uptake", "unit_id"])
    ambiguous = real[real["variable"] == "uptake_ambiguous"]
    assert len(ambiguous) == 126
    assert set(ambiguous["category"]) == {EITHER}
    assert set(ambiguous["count"]) == {1}
    assert not rated & set(ambiguous["unit_id"])
    assert 2_246 - len(rated) - len(ambiguous) == 248
    assert sum(row["uptake"] == "" for row in published) == 248


def test_a_single_rating_may_be_behind_an_ambiguous_exchange(published: Rows) -> None:
    alone = Counter(float(row["uptake"] or -1) for row in published if row["uptake_num_agree"] == "1")
    # A mean of 0 or of 2 without two who agree can only be one rating, so ratings of 1 may stand alone too.
    assert (alone[0.0], alone[2.0]) == (41, 53)
    assert alone[1.0] == 126


def test_agreement_on_students_being_on_task_is_as_known(real: pd.DataFrame) -> None:
    table = counts(real, "student_on_task")
    assert round(fleiss_kappa(table), 3) == 0.648
    # With three raters throughout, the two coefficients differ by one part in 6,738 ratings.
    ratings = table.sum()
    kappa = fleiss_kappa(table)
    assert nominal_alpha(table) == pytest.approx(1 - (1 - kappa) * (ratings - 1) / ratings)


@pytest.mark.parametrize(
    ("reading", "alpha"),
    [([1, 1, 1], 0.269), ([1, 0, 1], 0.292), ([0, 1, 0], 0.326)],
    ids=["three raters disagree", "two raters disagree", "one rater, as if dropped"],
)
def test_alpha_of_uptake_hangs_on_the_ambiguous_exchanges(
    real: pd.DataFrame, reading: list[int], alpha: float
) -> None:
    table = np.vstack([counts(real, "uptake"), np.tile(reading, (126, 1))])
    assert round(nominal_alpha(table), 3) == alpha


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_counts_give_back_what_was_published(real: pd.DataFrame, published: Rows, variable: str) -> None:
    own = real[real["variable"] == variable]
    table = own.pivot(index="unit_id", columns="category", values="count")
    rows = dict(zip(units(published), published, strict=True))
    assert len(rows) == len(published)
    for unit, *numbers in table.itertuples(name=None):
        ratings = tuple(itertools.chain.from_iterable([place] * n for place, n in enumerate(numbers)))
        mean, agree, majority = summary(ratings)
        row = rows[unit]
        assert float(row[variable]) == pytest.approx(float(mean), abs=1e-9)
        assert row[f"{variable}_num_agree"] == agree
        assert row[f"{variable}_majority"].removesuffix(".0") == majority.removesuffix(".0")


def test_no_word_of_an_utterance_comes_out(
    real: pd.DataFrame, published: Rows, package: DataPackage, tmp_path: Path
) -> None:
    write_dataset({"rating_counts": real}, package, tmp_path / "built")
    built = b"".join(path.read_bytes().lower() for path in (tmp_path / "built").glob("*.csv"))
    said = " ".join(row["student_text"] + " " + row["teacher_text"] for row in published)
    words = set(re.findall("[a-z]{12,}", said.lower()))
    assert len(words) > 50
    assert [word for word in words if word.encode() in built] == []
    assert real["unit_id"].str.fullmatch(r"transcript_\d{3}_exchange_\d{2,3}").all()
    assert (real["unit_id"].str[: len("transcript_000")] == real["document_id"]).all()
    assert set(real["category"]) == {"0", "1", "2", EITHER}


ratings = st.lists(st.sampled_from((0, 1, 2)), max_size=3).map(tuple)


@settings(deadline=None, max_examples=50)
@given(st.lists(ratings, min_size=1, max_size=30))
def test_ratings_return_wherever_they_can_be_told(
    tmp_path_factory: pytest.TempPathFactory, given_ratings: list[tuple[int, ...]]
) -> None:
    package = read_package(DATA_RAW / "uptake_three_raters" / "datapackage.json")
    folder = tmp_path_factory.getbasetemp()
    write(folder, [exchange(number, summary(one)) for number, one in enumerate(given_ratings)])
    found = checked(tables(folder, package), package)["rating_counts"]
    expected = []
    for number, one in enumerate(given_ratings, start=1):
        unit = f"transcript_001_exchange_{number:02d}"
        if summary(one)[:2] == ["1.0", "1"]:
            expected.append((unit, "uptake_ambiguous", EITHER, 1))
        elif one:
            expected += [(unit, "uptake", str(category), one.count(category)) for category in (0, 1, 2)]
    rows = found[found["variable"].str.startswith("uptake")].drop(columns="document_id")
    assert sorted(rows.itertuples(index=False, name=None)) == sorted(expected)


def test_identifiers_are_ours_and_no_planted_word_comes_out(tmp_path: Path, package: DataPackage) -> None:
    rows = [exchange(65, ["", "1", ""]), exchange(296, ["", "1", ""]), exchange(9, ["", "1", ""])]
    rows[1][0] = "77"
    write(tmp_path, rows)
    found = checked(tables(tmp_path, package), package)["rating_counts"]
    assert found["unit_id"].drop_duplicates().tolist() == [
        "transcript_001_exchange_01",
        "transcript_002_exchange_01",
        "transcript_001_exchange_02",
    ]
    assert "planted" not in found.to_csv().lower()


def test_every_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    write(
        tmp_path,
        [
            exchange(1, ["2.5", "2", "2.0"]),
            exchange(1, ["1.5", "2", "2.0"]),
            ["x", *exchange(3, ["", "3", ""])[1:]],
            ["x", *exchange(3, ["", "1", "2.0"])[1:]],
            exchange(5, ["0.0", "4", "0.0"], ["", "3", "1"]),
            exchange(6, ["2.0", "2", "most"], ["0.5", "2", ""]),
        ],
    )
    integer = "an integer, at most 9007199254740992 in size"
    assert faults_of(tmp_path, package) == [
        f"{FILE}, row 4, column obs_id: found 'x'; allowed: {integer}",
        f"{FILE}, row 5, column obs_id: found 'x'; allowed: {integer}",
        f"{FILE}, row 6, column student_on_task: found nothing; allowed: a value",
        f"{FILE}, row 2, column uptake: found '2.5'; allowed: at least 0 and at most 2",
        f"{FILE}, row 6, column uptake_num_agree: found '4'; allowed: at least 1 and at most 3",
        f"{FILE}, row 7, column uptake_majority: found 'most'; allowed: {integer}",
        f"{FILE}, row 3, column exchange_idx: found an exchange again; allowed: each exchange once",
        f"{FILE}, row 7, column student_on_task: found mean 0.5, 2 agreeing, majority none; "
        "allowed: what ratings of 0, 1 can lead to",
        f"{FILE}, row 3, column uptake: found mean 1.5, 2 agreeing, majority 2; "
        "allowed: what ratings of 0, 1, 2 can lead to",
        f"{FILE}, row 4, column uptake: found mean none, 3 agreeing, majority none; "
        "allowed: what ratings of 0, 1, 2 can lead to",
        f"{FILE}, row 5, column uptake: found mean none, 1 agreeing, majority 2; "
        "allowed: what ratings of 0, 1, 2 can lead to",
    ]


def test_a_missing_file_a_renamed_column_and_a_file_broken_off_are_faults(
    tmp_path: Path, package: DataPackage
) -> None:
    assert faults_of(tmp_path, package) == [f"{FILE}: found no such file; allowed: run `make data`"]
    names = [name.replace("uptake_majority", "uptake_mode") for name in HEADER]
    write(tmp_path, [exchange(1, ["", "1", ""])], names)
    assert faults_of(tmp_path, package) == [
        f"{FILE}, row 1, column uptake_majority: found no column of that name; "
        f"allowed: one; the columns are {', '.join(names)}"
    ]
    write(tmp_path, [exchange(1, ["", "1", ""]), exchange(2, ["", "1", ""])[:6], ["4"]])
    assert faults_of(tmp_path, package) == [
        f"{FILE}, row 3: found 6 cells; allowed: 13, as in the first line",
        f"{FILE}, row 4: found 1 cells; allowed: 13, as in the first line",
    ]
    write(tmp_path, [exchange(1, ["", "1", ""])])
    content = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(content[: content.index("too")], encoding="utf-8")
    assert faults_of(tmp_path, package) == [
        f"{FILE}, row 2: found no table (unexpected end of data); "
        "allowed: comma-separated values, every quotation mark closed"
    ]
