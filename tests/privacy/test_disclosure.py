"""What a dataset with a smallest cell shows, and what it withholds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from analysis.privacy.suppression import refuse_single_people, suppressed, texts_of
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.compendium import results as module
from analysis.compendium.results import RUN_FOLDER_VARIABLE, Results

PERSON, SCHOOL = "p_0123abcd", "o_0123abcd"


def scores(*counts: int, index: Any = None) -> pd.DataFrame:
    """Return a table of so many people a row."""
    rows = range(len(counts))
    return pd.DataFrame(
        {
            "school": [f"school {row}" for row in rows],
            "mean": [row + 0.5 for row in rows],
            "best": [row + 10 for row in rows],
            "people": counts,
        },
        index=index,
    )


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5, 9, 30), [5, 9, 30]),
        ((0, 9, 30), [0, 9, 30]),
        ((), []),
        # The one row of few, and the next smallest: from a total of 43 the four could be worked out.
        ((30, 4, 9), [30, "fewer than 5", "withheld"]),
        ((9, 1, 9), ["withheld", "fewer than 5", 9]),
        ((0, 4, 9), [0, "fewer than 5", "withheld"]),
        # Two that hide one another, and two that do not: together they are three.
        ((3, 4, 9), ["fewer than 5", "fewer than 5", 9]),
        ((1, 2, 9, 30), ["fewer than 5", "fewer than 5", "withheld", 30]),
        ((1, 1, 1, 9), ["fewer than 5", "fewer than 5", "fewer than 5", "withheld"]),
        # Nobody else could be withheld.
        ((3,), ["fewer than 5"]),
        ((0, 3), [0, "fewer than 5"]),
        ((2, 2), ["fewer than 5", "fewer than 5"]),
    ],
)
@pytest.mark.parametrize("index", ["places", "repeated", "pairs"])
def test_rows_of_few_people_are_withheld(counts: tuple[int, ...], expected: list[Any], index: str) -> None:
    labels: Any = {
        "places": range(len(counts)),
        "repeated": ["a"] * len(counts),
        "pairs": pd.MultiIndex.from_product([["a"], range(len(counts))]),
    }[index]
    frame = scores(*counts, index=labels)
    before = frame.copy()
    shown = suppressed(frame, "people", 5)
    pd.testing.assert_frame_equal(frame, before)
    assert shown["people"].tolist() == expected
    assert shown.index.equals(frame.index)
    assert shown["school"].tolist() == frame["school"].tolist()
    for place, cell in enumerate(expected):
        values = shown[["mean", "best"]].iloc[place].tolist()
        assert values == ([None, None] if isinstance(cell, str) else [place + 0.5, place + 10])


@given(st.lists(st.integers(0, 12), max_size=12), st.integers(1, 8))
def test_no_total_gives_away_a_group_that_is_too_small(counts: list[int], smallest: int) -> None:
    shown = suppressed(scores(*counts), "people", smallest)
    cells = shown["people"].tolist()
    hidden = [count for count, cell in zip(counts, cells, strict=True) if isinstance(cell, str)]
    assert not any(0 < cell < smallest for cell in cells if not isinstance(cell, str))
    assert all(cell == count for cell, count in zip(cells, counts, strict=True) if not isinstance(cell, str))
    assert bool(hidden) == any(0 < count < smallest for count in counts)
    assert 0 not in hidden
    # What is hidden is worked out from a total only when there is nothing else to hide.
    if hidden and any(count >= smallest for count in counts):
        assert len(hidden) > 1
        assert sum(hidden) >= smallest
    # No more than one row is withheld that need not be.
    assert sum(count >= smallest for count in hidden) <= 1
    for name in ("mean", "best"):
        withheld = [isinstance(cell, str) for cell in cells]
        assert shown[name].isna().tolist() == withheld


def test_numbers_written_as_texts_are_withheld_too() -> None:
    frame = pd.DataFrame(
        {"score": ["3.5", "4"], "all": [True, False], "word": ["low", "high"], "n": ["2", "8"]}
    )
    shown = suppressed(frame, "n", 3)
    assert shown["n"].tolist() == ["fewer than 3", "withheld"]
    assert shown[["score", "all"]].isna().all(axis=None)
    assert shown["word"].tolist() == ["low", "high"]


def test_nullable_counts_are_counts() -> None:
    frame = pd.DataFrame({"n": pd.array([2, 8, 9], dtype="Int64"), "mean": [1.0, 2.0, 3.0]})
    assert suppressed(frame, "n", 5)["n"].tolist() == ["fewer than 5", "withheld", 9]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([9, None], "nan"),
        (pd.array([9, None], dtype="Int64"), "<NA>"),
        ([9, "few"], "few"),
        ([9, 4.5], "4.5"),
        ([9, -1], "-1"),
    ],
)
def test_a_row_whose_people_nobody_counted_is_refused(cells: Any, found: str) -> None:
    frame = pd.DataFrame({"n": cells, "mean": [1.0, 2.0]})
    message = f"people='n': '{found}' is no number of people; allowed: 0, 1, 2, …"
    with pytest.raises(ValueError, match=re.escape(message)):
        suppressed(frame, "n", 5)


def test_a_column_that_is_not_there_is_refused() -> None:
    message = "people='n': no such column; the table has school, mean, best, people"
    with pytest.raises(ValueError, match=message):
        suppressed(scores(9), "n", 5)


@pytest.mark.parametrize(
    "text", [PERSON, f"degree of {PERSON}", f"wave_{PERSON}_2", f"({PERSON})", f"{SCHOOL} {PERSON}"]
)
def test_a_text_with_a_person_is_refused(text: str) -> None:
    message = f"table 't' shows a single person ({PERSON}); this dataset allows groups only"
    with pytest.raises(ValueError, match=re.escape(message)):
        refuse_single_people(["fine", text], 5, "table 't'")


@pytest.mark.parametrize(
    "text", ["n=3", "Leads (n = 4)", "N = 1", "$n=2$", "$n$ = 2", "n=12, n=4", "mean_n=3"]
)
def test_a_text_that_counts_too_few_is_refused(text: str) -> None:
    message = f"figure 'f' says {text!r}; this dataset shows no group below 5 people"
    with pytest.raises(ValueError, match=re.escape(message)):
        refuse_single_people([text], 5, "figure 'f'")


def test_other_texts_pass() -> None:
    texts = [SCHOOL, "r_0123abcd", "p_0123", "n=5", "n = 0", "n = 1,200", "Non = 3", "wave 3", "p = 0.01", ""]
    refuse_single_people(texts, 5, "figure 'f'")


def drawn(*labels: str, title: str = "", legend: str = "") -> Figure:
    """Return bars with labels."""
    figure, axis = plt.subplots()
    axis.bar(list(labels) or ["a", "b"], range(len(labels) or 2), label=legend or None)
    axis.set_title(title)
    if legend:
        axis.legend()
    return figure


def test_every_text_of_a_figure_is_read() -> None:
    figure = drawn("north", "south", title="Bars", legend="wave 1")
    figure.suptitle("Above")
    axis = figure.axes[0]
    axis.set_xlabel("across")
    axis.set_ylabel("up")
    axis.annotate("here", (0, 0))
    axis.text(0, 1, "there")
    try:
        assert {"north", "south", "Bars", "wave 1", "Above", "across", "up", "here", "there"} <= set(
            texts_of(figure)
        )
    finally:
        plt.close(figure)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a run; there are datasets `open`, without a smallest cell, and `closed`."""
    monkeypatch.setattr(module, "DATA_DERIVED", tmp_path / "data_derived")
    monkeypatch.setattr(module, "display", lambda bundle, raw: None)
    folder = tmp_path / "run"
    folder.mkdir()
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(folder))
    for name, smallest in (("open", 0), ("closed", 5)):
        place = tmp_path / "data_derived" / name
        place.mkdir(parents=True)
        package = {"name": name, "title": "T", "kind": "real", "citation": "C", "licenses": [{"title": "L"}]}
        (place / "datapackage.json").write_text(json.dumps(package | {"smallest_cell": smallest}))
    return folder


def written(run: Path) -> set[str]:
    """Return what was recorded: the keys of numbers, the files of tables and figures."""
    files = {
        path.relative_to(run).as_posix()
        for path in run.rglob("*")
        if path.is_file() and path.name != "numbers.json"
    }
    return files | set(json.loads((run / "numbers.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("people", [None, 0, 1, 4, 5, 40])
def test_without_a_smallest_cell_everything_is_shown(run: Path, people: int | None) -> None:
    results = Results("open")
    results.number("n", 3, f"of {PERSON}", people=people)
    results.table("t", pd.DataFrame({"mean": [1.5]}, index=[PERSON]), "n = 3", people=people)
    results.table("rows", scores(3), "A table.", people="people", numbers=False)
    results.figure("f", drawn(PERSON, "n=3"), "A figure.", people=people)
    files = {"tables/t.csv", "tables/rows.csv", "figures/f.svg"}
    assert written(run) == {"n", f"t.{PERSON}.mean", *files}
    assert pd.read_csv(run / "tables/rows.csv")["people"].tolist() == [3]


def test_with_one_numbers_have_three_digits_and_counts_all(run: Path) -> None:
    results = Results("closed")
    results.number("share", 2 / 3, "a share", people=40)
    results.number("count", 12345, "a count", people=40)
    frame = pd.DataFrame({"share": [1 / 7, 2.0], "count": [98765, 12]}, index=["a", "b"])
    results.table("t", frame, "A table.", people=40)
    numbers = json.loads((run / "numbers.json").read_text(encoding="utf-8"))
    assert {key: entry["value"] for key, entry in numbers.items()} == {
        "share": 0.667,
        "count": 12345,
        "t.a.share": 0.143,
        "t.a.count": 98765,
        "t.b.share": 2.0,
        "t.b.count": 12,
    }
    assert pd.read_csv(run / "tables/t.csv")["share"].tolist() == [0.143, 2.0]


def test_a_figure_that_is_not_shown_is_not_left_for_the_notebook_to_show(run: Path) -> None:
    plt.close("all")
    Results("closed").figure("f", drawn("a group"), "A figure.", people=3)
    assert plt.get_fignums() == []
    with pytest.raises(ValueError, match="shows a single person"):
        Results("closed").figure("g", drawn(PERSON), "A figure.", people=40)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("people", [0, 1, 4, 5, 40])
def test_with_one_what_rests_on_too_few_leaves_no_trace(
    run: Path, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    displayed: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: displayed.append(bundle))
    results = Results("closed")
    results.number("n", 3.25, "a mean", people=people)
    results.table("t", pd.DataFrame({"mean": [3.25]}, index=["all"]), "A table.", people=people)
    figure = drawn("north", title="3.25")
    results.figure("f", figure, "A figure.", people=people)
    plt.close(figure)
    if 0 < people < 5:
        assert written(run) == set()
        assert [set(bundle) for bundle in displayed] == [{"text/plain", "text/html"}] * 3
        assert [bundle["text/plain"] for bundle in displayed] == [
            f"Not shown: it rests on fewer than 5 people. ({what})"
            for what in ("a mean", "A table.", "A figure.")
        ]
        assert "3.25" not in str(displayed)
    else:
        assert written(run) == {"n", "t.all.mean", "tables/t.csv", "figures/f.svg"}


def test_with_one_the_people_must_be_said(run: Path) -> None:
    results = Results("closed")
    figure = drawn()
    message = ": this dataset shows nothing of fewer than 5 people; say with people=… how many it rests on"
    with pytest.raises(ValueError, match=f"'n'{message}"):
        results.number("n", 3, "a mean")
    with pytest.raises(ValueError, match=f"'t'{message}"):
        results.table("t", scores(9), "A table.")
    with pytest.raises(ValueError, match=f"'f'{message}"):
        results.figure("f", figure, "A figure.")
    plt.close(figure)
    assert written(run) == set()


@pytest.mark.parametrize("people", ["people", -1, float("nan")])
def test_what_is_no_number_of_people_is_refused(run: Path, people: Any) -> None:
    results = Results("closed")
    figure = drawn()
    message = re.escape(f"people={people!r} is no number of people; allowed: 0, 1, 2, …")
    with pytest.raises(ValueError, match=message):
        results.number("n", 3, "a mean", people=people)
    with pytest.raises(ValueError, match=message):
        results.figure("f", figure, "A figure.", people=people)
    plt.close(figure)
    assert written(run) == set()


def test_rows_of_a_table_are_withheld_in_page_file_and_numbers(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    displayed: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: displayed.append(bundle))
    frame = pd.DataFrame({"mean": [1.125, 2.625, 3.875], "people": [3, 7, 40]}, index=["a", "b", "c"])
    Results("closed").table("t", frame, "A table.", people="people")
    assert written(run) == {"t.c.mean", "t.c.people", "tables/t.csv"}
    assert (run / "tables/t.csv").read_text(encoding="utf-8").splitlines() == [
        ",mean,people",
        "a,,fewer than 5",
        "b,,withheld",
        "c,3.88,40",
    ]
    shown = json.dumps(displayed)
    assert "3.88" in shown
    for number in ("1.125", "2.625"):
        assert number not in shown
    numbers = json.loads((run / "numbers.json").read_text(encoding="utf-8"))
    assert numbers["t.c.mean"]["value"] == 3.88


@pytest.mark.parametrize("text", [PERSON, "n = 3"])
@pytest.mark.parametrize("place", ["index", "column", "cell", "caption", "label"])
def test_a_table_of_groups_names_no_person(run: Path, place: str, text: str) -> None:
    words = {"caption": "A table.", "label": "", "index": "a", "column": "word", "cell": "north"} | {
        place: text
    }
    frame = pd.DataFrame({words["column"]: [words["cell"]]}, index=[words["index"]])
    with pytest.raises(ValueError, match=r"^table 't' (shows a single person|says)"):
        Results("closed").table("t", frame, words["caption"], label=words["label"], people=40)
    assert written(run) == set()


@pytest.mark.parametrize("place", ["key", "value", "label"])
def test_a_number_names_no_person(run: Path, place: str) -> None:
    words = {"key": "n", "value": "yes", "label": "a mean"} | {place: PERSON}
    with pytest.raises(ValueError, match=f"shows a single person \\({PERSON}\\)"):
        Results("closed").number(words["key"], words["value"], words["label"], people=40)
    assert written(run) == set()


@pytest.mark.parametrize("text", [PERSON, "n=3"])
@pytest.mark.parametrize("place", ["tick", "title", "legend", "caption"])
def test_a_figure_of_groups_names_no_person(run: Path, place: str, text: str) -> None:
    ticks = ("north", text) if place == "tick" else ("north", "south")
    labels = {"title": "", "legend": ""} | ({place: text} if place in ("title", "legend") else {})
    figure = drawn(*ticks, **labels)
    with pytest.raises(ValueError, match=r"^figure 'f' (shows a single person|says)"):
        Results("closed").figure("f", figure, text if place == "caption" else "A figure.", people=40)
    plt.close(figure)
    assert written(run) == set()


def test_a_figure_is_the_same_whether_its_texts_were_read_or_not(run: Path) -> None:
    Results("closed").figure("closed", drawn("north", title="Bars"), "A figure.", people=40)
    Results("open").figure("open", drawn("north", title="Bars"), "A figure.")
    assert (run / "figures/closed.svg").read_bytes() == (run / "figures/open.svg").read_bytes()
