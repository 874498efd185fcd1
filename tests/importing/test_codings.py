"""Codings from spreadsheets, from Taguette, and from two coders' projects: one dataset, nobody named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from analysis.importing.dataset.own import read_own
from tests.importing.test_cases import Run, cases, raw, rows, run  # noqa: F401  (fixtures)

KEYS = ("document_id", "segment_id", "coder_id", "code", "applied")


def codings() -> set[tuple[object, ...]]:
    """Return the codings of the dataset."""
    return rows("codings", *KEYS)


def test_highlights_of_taguette_are_codings_of_whoever_coded(run: Run, raw: Path) -> None:  # noqa: F811
    code, told = run("codings", "75_taguette_highlights.csv")
    assert code == 1
    assert "coder" in told
    code, told = run("codings", "75_taguette_highlights.csv", "--coder", "Ana Ruiz")
    assert code == 0, told
    assert "2 rows: 2 with codes" in told
    assert "not read: 'content'" in told
    assert codings() == {
        ("document_01", "document_01:coder_01-1", "coder_01", "trust", 1),
        ("document_01", "document_01:coder_01-2", "coder_01", "time", 1),
    }
    assert run("codings", "75_taguette_highlights.csv", "--coder", "Ben Odel")[0] == 0
    assert {row[2] for row in codings()} == {"coder_01", "coder_02"}
    assert len({row[1] for row in codings()}) == 4, "what one marked is no segment of the other's"
    assert rows("documents", "document_id") == {("document_01",)}
    for path in (raw / "ours").glob("*.csv"):
        assert "Ruiz" not in path.read_text(), path.name
        assert "Interview 1" not in path.read_text(), path.name
    assert "Interview 1" in (raw / "ours/names/documents.csv").read_text()


def test_two_projects_of_two_coders_are_one_dataset(
    run: Run,  # noqa: F811
    cases: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    with zipfile.ZipFile(cases / "70_two_coders.qdpx") as archive:
        text = archive.read("project.qde").decode()
    for place, user, other in (("a", "u2", 'creatingUser="u2"'), ("b", "u1", 'creatingUser="u1"')):
        # Each coder's own project: the user, and what they coded.
        part = "p2" if user == "u2" else "p1"
        start = text.index(f'<PlainTextSelection guid="{part}"')
        end = text.index("</PlainTextSelection>", start) + len("</PlainTextSelection>")
        own = text[:start] + text[end:]
        start = own.index(f'<User guid="{user}"')
        own = own[:start] + own[own.index("/>", start) + 2 :]
        assert other not in own
        with zipfile.ZipFile(tmp_path / f"{place}.qdpx", "w") as archive:
            archive.writestr("project.qde", own)
    assert run("refi", str(tmp_path / "a.qdpx"))[0] == 0
    code, told = run("refi", str(tmp_path / "b.qdpx"))
    assert code == 0, told
    assert "documents: 1 there already" in told
    assert "codebook: 2 there already" in told
    assert codings() == {
        ("document_01", "document_01:0-8", "coder_01", "trust", 1),
        ("document_01", "document_01:0-10", "coder_02", "trust", 1),
    }
    assert run("refi", str(tmp_path / "b.qdpx"))[0] == 0, "again it is the same"
    assert len(codings()) == 2


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("70_two_coders.qdpx", "1 document, 2 codebook, 2 codings"),
        ("71_nvivo_named_qde.qdpx", "data_raw/ours/ now has"),
        ("73_missing_code.qdpx", "a coding of the code"),
    ],
)
def test_projects_are_read_or_refused_by_what_is_in_them(file: str, told: str, run: Run) -> None:  # noqa: F811
    code, said = run("refi", file)
    assert code == (1 if file.startswith("73") else 0), said
    assert told in said


WIDE = "Transcript,Turn,Coded by,Trust,Time,Quote\nOne,1,Ana,1,0,we asked\nOne,2,Ana,x,,no time\n"
WIDE += "One,1,Ben,0,0,we asked\nOne,2,Ben,1,1,no time\n"


def test_a_column_a_code_says_where_it_was_not_applied(run: Run, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "wide.csv"
    path.write_text(WIDE, encoding="utf-8")
    code, told = run("codings", str(path), "--wide")
    assert code == 1
    assert "row 3, column Time: found an empty cell; allowed: --blank none" in told
    code, told = run("codings", str(path), "--wide", "--blank", "missing")
    assert code == 0, told
    assert "not read: 'Quote'" in told
    one, two = "document_01:1", "document_01:2"
    expected = {(one, "coder_01", "Trust", 1), (one, "coder_01", "Time", 0), (two, "coder_01", "Trust", 1)}
    expected |= {(one, "coder_02", "Trust", 0), (one, "coder_02", "Time", 0)}
    expected |= {(two, "coder_02", "Trust", 1), (two, "coder_02", "Time", 1)}
    assert {row[1:] for row in codings()} == expected
    assert run("codings", str(path), "--wide", "--blank", "none")[0] == 0
    assert {row[1:] for row in codings()} == expected | {(two, "coder_01", "Time", 0)}


def test_a_long_sheet_may_have_several_codes_in_a_cell_and_decisions(run: Run, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "long.csv"
    text = (
        'document,segment,coder,codes,applied\nOne,a,Ana,"trust; time",1\nOne,b,Ana,trust,no\nOne,c,Ana,,\n'
    )
    path.write_text(text, encoding="utf-8")
    code, told = run("codings", str(path), "--split", ";")
    assert code == 0, told
    assert "3 rows: 2 with codes, 1 without a code" in told
    assert {row[1:] for row in codings()} == {
        ("document_01:a", "coder_01", "trust", 1),
        ("document_01:a", "coder_01", "time", 1),
        ("document_01:b", "coder_01", "trust", 0),
    }
    path.write_text(f"{text}One,a,Ana,trust,0\n,d,,trust,maybe\n", encoding="utf-8")
    code, told = run("codings", str(path), "--split", ";")
    assert code == 1
    assert "row 5: found 'trust' both ways" in told
    assert "row 6, column document: found an empty cell" in told
    assert "row 6, column coder: found an empty cell" in told
    assert "'maybe'; allowed: 1 or 0" in told
    assert len(read_own("ours").tables["codings"]) == 3


@pytest.mark.parametrize(
    ("cells", "options", "expected"),
    [
        # Both are codes elsewhere.
        (
            ["Trust", "Time", "trust, Time", "Voice"],
            [],
            ["row 4, column codes", "'trust, Time'", '--split ","'],
        ),
        (["Trust", "Time", "Trust and Time", "Voice"], [], ["'Trust and Time'", '--split " and "']),
        (["Give and take", "Time", "Give and take, Time", "Voice"], [], ["row 4", '--split ","; if each']),
        # In most cells.
        (["Trust; Time", "Voice; Hope", "Loss"], [], ["row 2", "the like in 1 cell (row 3)", '--split ";"']),
        (["Trust, Time", "Trust", "Time"], ["--whole-codes"], {"Trust, Time", "Trust", "Time"}),
        (["Trust, Time", "Trust", "Time"], ["--split", ","], {"Trust", "Time"}),
        # What cannot be told is told.
        (["Time, lack of", "Trust", "Voice"], [], {"Time, lack of", "Trust", "Voice"}),
        (["Hope & joy", "Hope", "Voice"], [], {"Hope & joy", "Hope", "Voice"}),
    ],
)
def test_a_cell_that_may_have_several_codes_is_asked_about(
    cells: list[str],
    options: list[str],
    expected: list[str] | set[str],
    run: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    path = tmp_path / "long.csv"
    lines = [f'One,{number},Ana,"{cell}"' for number, cell in enumerate(cells)]
    path.write_text("\n".join(["document,segment,coder,codes", *lines]), encoding="utf-8")
    code, told = run("codings", str(path), *options)
    if isinstance(expected, list):
        assert code == 1
        assert "1 fault" in told
        assert "--whole-codes" in told
        assert all(part in told for part in expected), told
        return
    assert code == 0, told
    assert {row[3] for row in codings()} == expected
    assert (
        f"each read as one code, since nothing says that it is several: {cells[0]!r} (row 2)" in told
    ) == ("--split" not in options)


@pytest.mark.parametrize(
    ("text", "options", "told", "made"),
    [
        (
            "document,segment,coder,code\nOne,a,Ana,trust\nOne,b,Ana,trust\nOne,a,Ana,trust\nOne,a,Ana,trust\n",
            [],
            ["4 rows: 2 with codes, 2 with nothing but codings of a row before", "counted once: 4, 5"],
            2,
        ),
        (
            "document,segment,coder,code\nOne,a,Ana,trust\nOne,a,Ana,trust;time\n",
            ["--split", ";"],
            ["2 rows: 2 with codes", "1 row of which some codings are in a row before: 3"],
            2,
        ),
        (f"{WIDE}One,2,Ben,1,1,once more\n", ["--wide", "--blank", "none"], ["5 rows: 4 with", "once: 6"], 8),
    ],
)
def test_rows_that_say_a_coding_again_are_told(
    text: str,
    options: list[str],
    told: list[str],
    made: int,
    run: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    path = tmp_path / "again.csv"
    path.write_text(text, encoding="utf-8")
    code, said = run("codings", str(path), *options)
    assert code == 0, said
    assert all(part in said for part in told), said
    assert len(codings()) == made
