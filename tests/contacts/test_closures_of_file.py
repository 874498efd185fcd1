"""The closures in a file of contacts: every row accounted for, nobody named, every fault at once.

Those that read a file need pyarrow: `make test-cluster` runs them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.contacts import batches
from analysis.contacts.batches import ContactFile, LeftOut, read_contacts
from analysis.contacts.closure import star_coalescence
from analysis.contacts.closures_of_file import account_of, numbered
from analysis.contacts.stream import contact_stream

NAMES = [f"Åsa {letter}" for letter in "HGFEDCBA"]
SPANS = ["--window", "30", "--persistence", "2"]


def contacts(dated: bool = True) -> pd.DataFrame:
    """Sixty contacts among eight people, to the minute or numbered."""
    random = np.random.default_rng(5)
    days = np.sort(random.integers(0, 40 * 1440, 60))
    ends = [random.choice(8, 2, replace=False) for _ in days]
    time = pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="min") if dated else days / 1440
    named = {side: [NAMES[end[place]] for end in ends] for place, side in enumerate(batches.ENDS)}
    return pd.DataFrame({"time": time, **named})


@pytest.fixture
def arrow() -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed here: make test-cluster has it")


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize(("kind", "out"), [("parquet", "csv"), ("csv", "parquet")])
def test_closures_are_those_of_the_table_without_names(
    kind: str, out: str, dated: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame, path, target = contacts(dated), tmp_path / f"contacts.{kind}", tmp_path / f"closures.{out}"
    frame.to_parquet(path) if kind == "parquet" else frame.to_csv(path, index=False)
    assert main(["closures", str(path), *SPANS, "--out", str(target)]) == 0
    expected = star_coalescence(frame, window=30, persistence=2)
    output = capsys.readouterr()
    assert f"contacts.{kind}: 60 rows: 60 used, 0 left out\n8 people, " in output.out
    assert expected.summary() in output.out
    assert f"{len(expected.events)} first ties (events), {len(expected.cascade)} closures\n" in output.out
    assert "looking for closures" in output.err
    if Path("/proc/self/status").is_file():
        assert " s, at most " in output.out
    found = pd.read_csv(target) if out == "csv" else pd.read_parquet(target)
    assert "Åsa" not in output.out + output.err + found.to_csv()
    assert len(expected.cascade) > 10
    # Back to the names by the first contacts of all, in order of time.
    firsts = frame[list(batches.ENDS)].apply(sorted, axis=1, result_type="expand").to_numpy().ravel()
    names = dict(enumerate(pd.unique(firsts), start=1))
    for column in ("first", "second", "broker"):
        assert found[column].map(names).tolist() == expected.cascade[column].tolist()
    events = expected.events.set_index("event").loc[expected.cascade["event"]]
    for column in ("one", "other"):
        assert found[column].map(names).tolist() == events[column].tolist()
    assert found["enduring"].tolist() == expected.cascade["enduring"].tolist()
    times = pd.to_datetime(found["time"]) if dated else found["time"]
    listed = expected.cascade["time"]
    if dated:
        listed = pd.to_datetime((listed * 86_400e6).round(), unit="us")
        assert set(times) <= set(frame["time"])
    assert times.tolist() == listed.tolist()


BAD = (
    "kind,time,sender_id,receiver_id\n"
    "t,2024-01-01,a,b\n"  # row 2
    "t,2024-01-01,b\n"  # row 3: too few cells
    "\n"  # row 4
    "t,soon,a,c\n"
    "t,2024-01-02,,c\n"
    "t,2024-01-02,,\n"  # the sender is the reason
    "t,2024-01-02,a,\n"
    "t,,a,only here\n"
    "t,2024-01-03,a,a\n"
    "t,2024-01-04,a,b,c\n"  # row 11: too many
    "t,2024-01-05,c,b\n"
)


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize("rows", [1, 3, 10_000])
def test_every_row_is_used_or_left_out_for_a_reason(rows: int, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(BAD)
    found = read_contacts(path, batch_rows=rows)
    assert (found.rows, found.used) == (11, 2)
    assert {reason: (one.count, one.first) for reason, one in found.left_out.items()} == {
        "another number of cells than columns": (2, [3, 11]),
        "neither people nor time": (1, [4]),
        "no time that can be read": (2, [5, 9]),
        "no sender": (2, [6, 7]),
        "no receiver": (1, [8]),
        "with themselves": (1, [10]),
    }
    assert found.stream.people.tolist() == ["a", "b", "c"]  # nobody of a row that is left out


@pytest.mark.usefixtures("arrow")
def test_many_bad_rows_are_counted_and_the_first_named(tmp_path: Path) -> None:
    rows = 5000
    frame = pd.DataFrame({"time": np.arange(rows) * 1.0, "sender_id": "a", "receiver_id": "b"})
    frame.loc[10:, "time"] = np.nan
    path = tmp_path / "contacts.parquet"
    frame.to_parquet(path)
    lines = list(account_of(path.name, read_contacts(path, batch_rows=100)))
    assert lines[0] == "contacts.parquet: 5,000 rows: 10 used, 4,990 left out"
    assert lines[1] == "  4,990 no time that can be read: rows 12, 13, 14, 15, 16, …"


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("contacts.csv", "time,sender_id\n1,a\n", "column receiver_id: found no such column"),
        ("contacts.csv", "time,sender_id,receiver_id\nx,a,b\n", "found no row that can be used"),
        ("contacts.csv", "time,sender_id,receiver_id\n1,a,\xe9\n", "allowed: a file that pyarrow can read"),
        ("contacts.parquet", "PAR", "allowed: a file that pyarrow can read"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_two(
    name: str, content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    assert main(["closures", str(tmp_path / name), *SPANS, "--out", str(tmp_path / "out.csv")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.usefixtures("arrow")
def test_a_number_among_numbers_that_is_none_is_one_bad_cell(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("time,sender_id,receiver_id\n1,a,b\n2,b,c\n3.5x,c,a\n2024,a,c\n")
    found = read_contacts(path)
    assert found.stream.clock.tolist() == [1.0, 2.0, 2024.0]
    assert found.stream.unit == 1.0


def test_everything_wrong_with_a_command_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "contacts.xlsx"
    wrong = ["--persistence", "-1", "--horizon", "soon", "--burn-in", "inf", "--out", str(tmp_path)]
    assert main(["closures", str(path), *wrong]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "6 faults, nothing counted:"
    starts = ["WINDOW: found nothing; allowed: a number above 0: days"]
    starts += ["PERSISTENCE: found '-1'", "HORIZON: found 'soon'", "BURN_IN: found 'inf'"]
    starts += [f"FILE: found '{path}'; allowed: a file that ends in .parquet or .csv", "OUT: found "]
    assert [line.strip().startswith(start) for line, start in zip(lines[1:], starts, strict=True)] == [
        True
    ] * 6


@pytest.mark.parametrize(
    ("out", "allowed"),
    [
        ("contacts.csv", "another file than FILE"),
        ("nowhere/out.csv", "a file in a folder that is there"),
        ("out.txt", "a file that ends in .csv or .parquet"),
    ],
)
def test_a_table_is_written_where_it_can_be(
    out: str, allowed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contacts.csv").write_text("")
    assert main(["closures", str(tmp_path / "contacts.csv"), *SPANS, "--out", str(tmp_path / out)]) == 2
    assert allowed in capsys.readouterr().err


def test_without_pyarrow_it_is_told_which_command_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batches, "find_spec", lambda _: None)
    (tmp_path / "contacts.csv").write_text("")
    assert main(["closures", str(tmp_path / "contacts.csv"), *SPANS]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pyarrow is not installed: ")
    assert "make closures" in line


def test_people_are_numbered_by_their_first_contact() -> None:
    stream = contact_stream(
        pd.DataFrame({"time": [5, 1], "sender_id": ["a", "d"], "receiver_id": ["b", "c"]})
    )
    frame = numbered(stream).frame()
    assert frame[list(batches.ENDS)].to_numpy().tolist() == [["1", "2"], ["3", "4"]]
    assert stream.frame()[list(batches.ENDS)].to_numpy().tolist() == [["c", "d"], ["a", "b"]]


def test_an_account_that_does_not_add_up_is_not_made() -> None:
    stream = contact_stream(pd.DataFrame({"time": [0], "sender_id": ["a"], "receiver_id": ["b"]}))
    with pytest.raises(RuntimeError, match="3 rows, of which 2 are accounted for"):
        ContactFile(stream, 3, {"no sender": LeftOut(1, [2])})
