"""Claims: what is read from a file, every fault with its line, and numbers as printed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.compendium.claims import printed_number
from tests.compendium.test_studies import CLAIMS, STUDY, faults, lay_out, load

HEADER = "id,statement,source,kind,published,tolerance,run,number,explained_by,open\n"
GOOD = "mean,mean degree,Table 1,number,1.40,,main,t1.mean,,"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return lay_out(tmp_path, monkeypatch)


def with_csv(*rows: str, header: str = HEADER) -> tuple[str, str]:
    """A study whose claims are in a CSV file, and that file."""
    start, end = STUDY.index("claims:"), STUDY.index("runs:")
    return STUDY[:start] + "claims: claims.csv\n" + STUDY[end:], header + "".join(f"{row}\n" for row in rows)


def test_claims_are_read_as_spreadsheet_programs_write_them(root: Path) -> None:
    expected = load(root, STUDY, CLAIMS).claims
    assert [claim.id for claim in expected] == ["mean", "note", "truth"]
    assert load(root, STUDY, b"\xef\xbb\xbf" + CLAIMS.replace("\n", "\r\n").encode()).claims == expected
    assert load(root, STUDY, CLAIMS.replace("mean degree", " mean degree ")).claims == expected


@pytest.mark.parametrize(
    ("given", "found"),
    [("3", "3"), ("", "None"), ("{a: b}", "{'a': 'b'}"), ("[{id: a}]", "a list of 1")],
)
def test_claims_are_a_file_and_nowhere_else(root: Path, given: str, found: str) -> None:
    text = with_csv()[0].replace("claims: claims.csv", f"claims: {given}")
    assert faults(root, text) == [(7, "claims", found)]


def test_a_study_may_be_without_claims(root: Path) -> None:
    assert load(root, with_csv()[0].replace("claims: claims.csv\n", "")).claims == ()


def test_rows_of_a_file_are_named_by_their_line(root: Path) -> None:
    rows = (
        GOOD,
        "",
        'two,"a statement',
        'of three lines",Table 1,number,x,,main,t,,',
        "three,,Table 1,number,1,,main,t,,",
        "mean,again,Table 1,number,1,,main,t,,",
        "five,not,quoted,Table 1,number,1,,main,t,,",
        "six,short,Table 1,number,1,,main",
    )
    assert faults(root, *with_csv(*rows)) == [
        (8, None, "11 cells"),
        (4, "published", "'x'"),
        (6, "statement", "nothing"),
        (7, "id", "mean again, first in row 2"),
        (8, "run", "nothing"),
        (8, "kind", "'Table 1'"),
        (9, "number", "nothing"),
    ]


def test_columns_of_a_file_are_checked(root: Path) -> None:
    header = HEADER.replace("source", "sources").replace("open", "id")
    assert faults(root, *with_csv(GOOD, GOOD.replace("mean", "other"), header=header)) == [
        (1, "sources", "an unknown column"),
        (1, "id", "the column a second time"),
        (1, "source", "no such column"),
    ]
    assert [found for _, _, found in faults(root, *with_csv(header=""))] == ["no such column"] * 7


@pytest.mark.parametrize("name", ["missing.csv", "", "../leaders/claims.csv", "/etc/hostname", "."])
def test_the_file_of_claims_lies_beside_the_study(root: Path, name: str) -> None:
    text, table = with_csv(GOOD)
    found = faults(root, text.replace("claims: claims.csv", f'claims: "{name}"'), table)
    assert found == [(7, "claims", repr(name))]


def test_a_file_that_is_no_csv_is_a_fault_with_its_line(root: Path) -> None:
    text, table = with_csv(GOOD, 'two,"never closed,Table 1,number,1,,main,t,,')
    ((row, _, found),) = faults(root, text, table)
    assert row == 3
    assert found.startswith("a row that is no CSV (unexpected end of data)")
    ((row, _, found),) = faults(root, text, (HEADER + GOOD + "\n").encode() + b"caf\xe9,,,,,,,,,\n")
    assert row == 3
    assert found.startswith("a byte that is no UTF-8")


@pytest.mark.parametrize(
    ("published", "tolerance"),
    [
        ("1.40", 0.005),
        (".073", 0.0005),
        ("3", 0.5),
        ("3.", 0.5),
        ("-3.68", 0.005),
        ("−.22", 0.005),
        ("+.5", 0.05),
        ("0", 0.5),
        ("20,000", 0.5),
        ("−1,234.5", 0.05),
        # The last printed digit of 1.5e3 stands for hundreds.
        ("1e3", 500.0),
        ("1.5e3", 50.0),
        ("2.0E-4", 0.000005),
    ],
)
def test_the_tolerance_is_half_a_unit_of_the_last_printed_digit(
    root: Path, published: str, tolerance: float
) -> None:
    row = f'mean,mean degree,Table 1,number,"{published}",,main,t1.mean,,'
    (claim,) = load(root, *with_csv(row)).claims
    assert claim.published == published
    assert claim.tolerance == pytest.approx(tolerance, rel=1e-15)
    (given,) = load(root, *with_csv(row.replace(",,main", ",0.25,main"))).claims
    assert given.tolerance == 0.25


@pytest.mark.parametrize(
    "published", ["p < .05", "nan", "inf", "1,23", "0,123", "1.2.3", "5%", "–.22", "1 000"]
)
def test_what_is_no_printed_number_is_refused(root: Path, published: str) -> None:
    row = f'mean,mean degree,Table 1,number,"{published}",,main,t1.mean,,'
    assert faults(root, *with_csv(row)) == [(2, "published", repr(published))]
    with pytest.raises(ValueError, match="exactly as printed"):
        printed_number(published)


PROGRAM = "R package sna 2.7 (R 4.2.2), grecip(); no seed: nothing is drawn"


@pytest.mark.parametrize(
    ("source", "sound"),
    [
        (PROGRAM, True),
        ("R 4.2.2, sample(), 2,000 draws, seed 1", True),
        ("R package sna 2.7, gden(); its Seed is not recorded", True),
        ("R package sna 2.7, grecip()", False),
        ("R package sna, grecip(), seed 1", False),
        ("somewhere reseeded 1.2", False),
    ],
)
def test_peer_software_says_program_version_and_seed(root: Path, source: str, sound: bool) -> None:
    row = f'mean,mean degree,"{source}",software,1.40,,main,t1.mean,,'
    if sound:
        (claim,) = load(root, *with_csv(row)).claims
        assert (claim.kind, claim.source, claim.tolerance) == ("software", source, 0.005)
    else:
        assert faults(root, *with_csv(GOOD, row.replace("mean", "other", 1))) == [(3, "source", repr(source))]


def test_what_peer_software_gave_is_a_number(root: Path) -> None:
    row = f'mean,mean degree,"{PROGRAM}",software,large,,main,t1.mean,,'
    assert faults(root, *with_csv(row)) == [(2, "published", "'large'")]


CONTRADICTED = HEADER.replace("open", "open,contradicted_by")


def test_a_published_error_is_declared_with_the_number_that_shows_it(root: Path) -> None:
    first, second = load(
        root, *with_csv(f"{GOOD},t2.mean", GOOD.replace("mean", "other", 1), header=CONTRADICTED)
    ).claims
    assert (first.contradicted_by, second.contradicted_by) == ("t2.mean", "")


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        (GOOD.removesuffix(",") + ",tried,t2.mean", "contradicted_by", "open and contradicted_by"),
        (
            GOOD.removesuffix(",,") + ",t1.other,tried,t2.mean",
            "contradicted_by",
            "explained_by and open and contradicted_by",
        ),
        (GOOD.removesuffix(",,") + ",t1.other,tried,", "open", "explained_by and open"),
        (GOOD.replace(",number,", ",recovery,") + ",t2.mean", "contradicted_by", "kind recovery"),
        (
            GOOD.replace("Table 1,number,", f'"{PROGRAM}",software,') + ",t2.mean",
            "contradicted_by",
            "kind software",
        ),
        # One computation alone cannot tell an error of print from one of ours.
        (f"{GOOD},t1.mean", "contradicted_by", "'t1.mean'"),
    ],
)
def test_what_cannot_be_a_published_error_is_refused(root: Path, row: str, column: str, found: str) -> None:
    assert faults(root, *with_csv(row, header=CONTRADICTED)) == [(2, column, found)]


@pytest.mark.parametrize("tolerance", ["0", "-1", "nan", "inf", "a"])
def test_a_tolerance_is_a_number_above_zero(root: Path, tolerance: str) -> None:
    assert faults(root, *with_csv(GOOD.replace(",,main", f",{tolerance},main"))) == [
        (2, "tolerance", repr(tolerance))
    ]


@given(digits=st.integers(-(10**12), 10**12), places=st.integers(0, 12))
@settings(deadline=None, max_examples=200)
def test_a_printed_number_keeps_its_value_and_its_digits(digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    for printed in (f"{value:.{places}f}", f"{value:,.{places}f}", f"{value:.{places}f}".replace("-", "−")):
        read = printed_number(printed)
        assert read == value
        assert read.as_tuple().exponent == -places
