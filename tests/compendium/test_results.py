"""`Results`: what a notebook records, where it goes, and what it may not record."""

from __future__ import annotations

import html
import json
import math
import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.compendium import results as module
from analysis.compendium.results import FIGURE, NUMBERS, RUN_FOLDER_VARIABLE, TABLE, Results, slug
from analysis.tables.faults import InvalidInput

Shown = list[dict[str, Any]]


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What was displayed, and a dataset to record on."""
    displayed: Shown = []

    def display(bundle: dict[str, Any], *, raw: bool) -> None:
        assert raw
        displayed.append(bundle)

    monkeypatch.setattr(module, "display", display)
    monkeypatch.setattr(module, "DATA_DERIVED", tmp_path / "data_derived")
    monkeypatch.delenv(RUN_FOLDER_VARIABLE, raising=False)
    (tmp_path / "data_derived/twin").mkdir(parents=True)
    package = {"name": "twin", "title": "A twin", "kind": "synthetic", "citation": "Ours."}
    package |= {"licenses": [{"title": "MIT"}], "smallest_cell": 0}  # type: ignore[dict-item]
    (tmp_path / "data_derived/twin/datapackage.json").write_text(json.dumps(package))
    return displayed


@pytest.fixture
def folder(shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    run = tmp_path / "run"
    run.mkdir()
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(run))
    return run


def numbers(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
    return content


def cells(markup: str) -> list[list[str]]:
    """Texts of a table's cells, row by row, as a browser would read them."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.rows: list[list[str]] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag == "tr":
                self.rows.append([])
            elif tag in ("td", "th"):
                self.rows[-1].append("")
            else:
                assert tag in ("table", "thead", "tbody"), f"<{tag}> stands in the table"

        def handle_data(self, data: str) -> None:
            if data.strip():
                self.rows[-1][-1] += data

    reader = Reader()
    reader.feed(markup)
    return reader.rows


def bars() -> Figure:
    figure, axis = plt.subplots()
    axis.bar(["a", "b"], [1, 2])
    axis.set_title("Two & bars")
    return figure


def test_in_jupyterlab_things_are_shown_and_nothing_is_written(shown: Shown, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    results = Results("twin")
    results.number("n", 3, "people")
    results.table("t", pd.DataFrame({"a": [1.5]}, index=["x"]), "A table.")
    results.figure("f", bars(), "A figure.")
    assert sorted(tmp_path.rglob("*")) == before
    kinds = [set(bundle) for bundle in shown]
    assert kinds == [
        {"text/plain"},
        {NUMBERS, "text/plain"},
        {TABLE, "text/html", "text/plain"},
        {FIGURE, "text/html", "text/plain"},
    ]
    assert shown[0]["text/plain"] == "SYNTHETIC data: A twin"
    assert shown[1]["text/plain"] == "people: 3  [n]"


def test_an_unknown_dataset_is_refused(shown: Shown) -> None:
    with pytest.raises(InvalidInput, match=r"data_derived/other/datapackage.json: found no such file"):
        Results("other")


def test_under_the_driver_everything_is_written(folder: Path, shown: Shown) -> None:
    results = Results("twin")
    assert shown == []
    assert numbers(folder) == {}
    results.number("n", 3, "people")
    assert numbers(folder) == {"n": {"value": 3, "label": "people"}}
    frame = pd.DataFrame({"mean": [1.5, math.nan], "n": [2, 3]}, index=pd.Index(["x y", "z"], name="group"))
    results.table("t", frame, "A table.", label="without self-ties")
    results.table("listing", frame, "A long listing.", numbers=False)
    results.figure("f", bars(), "A figure.")
    assert numbers(folder) == {
        "n": {"value": 3, "label": "people"},
        "t.x-y.mean": {"value": 1.5, "label": "without self-ties: x y, mean"},
        "t.x-y.n": {"value": 2, "label": "without self-ties: x y, n"},
        "t.z.n": {"value": 3, "label": "without self-ties: z, n"},
    }
    assert (folder / "tables/t.csv").read_text() == "group,mean,n\nx y,1.5,2\nz,,3\n"
    assert (folder / "tables/listing.csv").read_bytes() == (folder / "tables/t.csv").read_bytes()
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert written == ["figures/f.png", "figures/f.svg", "numbers.json", "tables/listing.csv", "tables/t.csv"]
    number, table, listing, figure = shown
    assert number[NUMBERS] == {"n": {"value": 3, "label": "people"}}
    assert table[TABLE]["numbers"].keys() == {"t.x-y.mean", "t.x-y.n", "t.z.n"}
    assert (table[TABLE]["key"], table[TABLE]["caption"]) == ("t", "A table.")
    assert listing[TABLE]["numbers"] == {}
    assert (figure[FIGURE]["key"], figure[FIGURE]["caption"]) == ("f", "A figure.")
    assert figure["text/html"].startswith(figure[FIGURE]["image"])


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (3, 3),
        (True, True),
        ("p < .001", "p < .001"),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.uint8(255), 255),
        (np.bool_(False), False),
        (np.str_("more"), "more"),
        (pd.Series([1, None], dtype="Int64")[0], 1),
        (pd.Series([0.25, None], dtype="Float64")[0], 0.25),
        (pd.Series(["a"], dtype="string")[0], "a"),
    ],
)
def test_scalars_of_numpy_and_pandas_become_plain(folder: Path, value: object, plain: object) -> None:
    Results("twin").number("n", value, "one")
    read = numbers(folder)["n"]["value"]
    assert (read, type(read)) == (plain, type(plain))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf")])
def test_what_is_not_finite_is_no_number(folder: Path, value: object) -> None:
    results = Results("twin")
    with pytest.raises(ValueError, match=r"number 'n' is (nan|inf|-inf): only finite numbers"):
        results.number("n", value, "one")
    # Mended, the same cell can be run again.
    results.number("n", 1, "one")
    assert numbers(folder)["n"]["value"] == 1


@pytest.mark.parametrize(
    "value", [None, pd.NA, [1], {"a": 1}, 1j, Decimal("1"), np.array([1.0]), pd.Timestamp("2024-01-01"), b"1"]
)
def test_what_is_neither_number_nor_text_is_refused(folder: Path, value: object) -> None:
    with pytest.raises(
        TypeError, match=f"number 'n' is of type {type(value).__name__}; allowed: a number or a text"
    ):
        Results("twin").number("n", value, "one")


@pytest.mark.parametrize("key", ["", "A", ".a", "a b", "a/b", "../a", "é", "a\n", "-a"])
def test_a_malformed_key_is_refused_everywhere(folder: Path, key: str) -> None:
    results = Results("twin")
    figure = bars()
    for record in (
        lambda: results.number(key, 1, "one"),
        lambda: results.table(key, pd.DataFrame({"a": [1]}), "A table."),
        lambda: results.figure(key, figure, "A figure."),
    ):
        with pytest.raises(ValueError, match=r"allowed are lower-case letters, digits, and _ . -"):
            record()
    plt.close(figure)
    assert sorted(path.name for path in folder.rglob("*")) == ["numbers.json"]


def test_a_key_is_taken_once_whatever_takes_it(folder: Path) -> None:
    results = Results("twin")
    frame = pd.DataFrame({"a": [1]}, index=["x"])
    results.table("t", frame, "A table.")
    figure = bars()
    for record in (
        lambda: results.number("t.x.a", 2, "its cell"),
        lambda: results.number("t", 2, "the table"),
        lambda: results.table("t", frame, "Again."),
        lambda: results.figure("t", figure, "A figure."),
    ):
        with pytest.raises(ValueError, match="is recorded twice"):
            record()
    plt.close(figure)
    assert numbers(folder) == {"t.x.a": {"value": 1, "label": "x, a"}}


def test_only_cells_with_finite_numbers_are_recorded(folder: Path, shown: Shown) -> None:
    frame = pd.DataFrame(
        {
            "nullable": pd.array([1, None], dtype="Int64"),
            "real": pd.array([0.5, None], dtype="Float64"),
            "float": [math.inf, math.nan],
            "text": ["7", None],
            "sure": [True, False],
            "flag": pd.array([True, None], dtype="boolean"),
            "mixed": [2, "two"],
            "when": pd.to_datetime(["2024-01-01", None]),
        },
        index=["x", "y"],
    )
    Results("twin").table("t", frame, "A table.")
    assert {key: entry["value"] for key, entry in numbers(folder).items()} == {
        "t.x.nullable": 1,
        "t.x.real": 0.5,
        "t.x.mixed": 2,
    }
    assert cells(shown[0][TABLE]["html"]) == [
        ["", *frame.columns],
        ["x", "1", "0.5", "inf", "7", "yes", "yes", "2", "2024-01-01 00:00:00"],
        ["y", "", "", "", "", "no", "", "two", ""],
    ]


def test_labels_of_several_levels_make_one_key(folder: Path, shown: Shown) -> None:
    columns = pd.MultiIndex.from_tuples([("mean", "school"), ("mean", "total"), ("p", 3)])
    rows = pd.MultiIndex.from_tuples([("Advice, year 1", "out-degree")], names=["network", "way"])
    Results("twin").table("t", pd.DataFrame([[1.5, 2.5, 3]], index=rows, columns=columns), "A table.")
    assert numbers(folder) == {
        "t.advice-year-1.out-degree.mean.school": {
            "value": 1.5,
            "label": "Advice, year 1, out-degree, mean, school",
        },
        "t.advice-year-1.out-degree.mean.total": {
            "value": 2.5,
            "label": "Advice, year 1, out-degree, mean, total",
        },
        "t.advice-year-1.out-degree.p.3": {"value": 3, "label": "Advice, year 1, out-degree, p, 3"},
    }
    assert cells(shown[0][TABLE]["html"])[-1] == ["Advice, year 1", "out-degree", "1.5", "2.5", "3"]


def test_cells_that_would_share_a_key_are_all_named(folder: Path) -> None:
    frame = pd.DataFrame({"a b": [1, 2], "A-B": [3, 4], "α": [5, 6], "c": [7, 8]}, index=["x", "–"])
    with pytest.raises(
        ValueError, match="table 't': several cells would be recorded under one key"
    ) as caught:
        Results("twin").table("t", frame, "A table.")
    told = str(caught.value)
    for cell in ("t.x.a-b (x, a b)", "t.x.a-b (x, A-B)", "t.a-b (–, a b)", "t.a-b (–, A-B)"):
        assert cell in told
    for cell in ("t.x (x, α)", "t.x.c", "t.c", "t. (–, α)"):
        assert cell not in told
    assert numbers(folder) == {}
    twice = pd.DataFrame({"a": [1, 2]}, index=["x", "x"])
    results = Results("twin")
    with pytest.raises(ValueError, match=re.escape("t.x.a (x, a); t.x.a (x, a)")):
        results.table("t", twice, "A table.")
    # Unrecorded, a listing may repeat its labels.
    results.table("t", twice, "A table.", numbers=False)


def test_what_is_shown_is_escaped(shown: Shown) -> None:
    results = Results("twin")
    frame = pd.DataFrame({"p < .05 & <b>": ["<script>alert(1)</script>", "a\nb"]}, index=["<i>", "&amp;"])
    results.table("t", frame, "<b>Bold</b> & more")
    results.figure("f", bars(), '"Quoted" <b> & more')
    table, figure = shown[1:]
    assert cells(table[TABLE]["html"]) == [
        ["", "p < .05 & <b>"],
        ["<i>", "<script>alert(1)</script>"],
        ["&amp;", "a\nb"],
    ]
    assert table["text/html"].startswith("<p><em>&lt;b&gt;Bold&lt;/b&gt; &amp; more</em></p><table")
    assert figure["text/html"].startswith('<img alt="&quot;Quoted&quot; &lt;b&gt; &amp; more" ')
    assert figure["text/html"].endswith("<p><em>&quot;Quoted&quot; &lt;b&gt; &amp; more</em></p>")


@pytest.mark.parametrize(
    ("column", "digits", "texts"),
    [
        ([1.0, 2.0, -3.0], 3, ["1", "2", "−3"]),
        ([1.0, 2.5, math.nan], 3, ["1.0", "2.5", ""]),
        # A missing count does not make the others fractions.
        ([1.0, math.nan, 12.0], 3, ["1", "", "12"]),
        ([-0.12345, 1.0, 0.0], 2, ["−0.12", "1.00", "0.00"]),
        # A number too small for the decimals shown is not shown as zero.
        ([0.0004, 0.00051, 0.5], 3, ["0.0004", "0.001", "0.500"]),
        ([-1.2e-7, 0.5, 1.0], 3, ["−10⁻⁷", "0.500", "1.000"]),
        ([10**6, 3, 0], 3, ["1000000", "3", "0"]),
        # A ratio of so many digits made its table wider than the page; a rate of minus nothing is nothing.
        ([4.8e83, 0.5, 1.0], 3, ["5\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁸³", "0.5", "1"]),
        ([-0.0, 0.0, 1.0], 3, ["0", "0", "1"]),
        ([math.nan, math.nan, math.nan], 3, ["", "", ""]),
        (["a", 0.5123, None], 3, ["a", "0.512", ""]),
        # Decimals that are zero in every number of a column were never computed.
        ([36.2, 28.799999237060547, 9.0], 3, ["36.2", "28.8", "9.0"]),
        ([0.832, 0.77, 0.0854], 5, ["0.8320", "0.7700", "0.0854"]),
    ],
)
def test_numbers_are_shown_with_the_decimals_they_need(
    shown: Shown, column: list[Any], digits: int, texts: list[str]
) -> None:
    frame = pd.DataFrame({"the_value": column, "other": [0.25, 0.5, 0.75]}, index=list("xyz"))
    Results("twin").table("t", frame, "A table.", digits=digits)
    header, *rows = cells(shown[1][TABLE]["html"])
    assert header == ["", "the value", "other"]
    assert [row[1] for row in rows] == texts


def test_a_table_of_sentences_can_stand_row_by_row(shown: Shown) -> None:
    said = "In the last wave more ties are returned than if people had named others at random."
    Results("twin").table("t", pd.DataFrame({"p_error": [0.5], "said": [said]}, index=["a"]), "A table.")
    written = shown[1][TABLE]["html"]
    assert 'class="result wordy"' in written and 'data-head="simulation error of p"' in written
    Results("twin").table("u", pd.DataFrame({"said": ["2025-01-18"]}, index=["a"]), "A table.")
    assert "wordy" not in shown[3][TABLE]["html"] and '"text short">2025-01-18' in shown[3][TABLE]["html"]


def test_how_small_a_p_is_is_not_shown(shown: Shown) -> None:
    frame = pd.DataFrame(
        {"p": [3e-17, 0.04], "ks_p": [1e-38, 0.5], "p_error": [2e-5, 0.01], "upper": [3e-17, 1.5]}
    )
    results = Results("twin")
    results.table("t", frame, "A table.", p_values=["p"], restated=["ks_p"])
    row = cells(shown[1][TABLE]["html"])[1]
    assert row[1:] == [
        "<\N{NO-BREAK SPACE}0.001",
        "<\N{NO-BREAK SPACE}0.001",
        "0.00002",
        "3\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻¹⁷",
    ]
    with pytest.raises(
        ValueError,
        match=r"p_values: found no column P; the table has p, p .Kolmogorov–Smirnov., simulation",
    ):
        results.table("again", frame, "A table.", p_values=["P"])


def test_rows_are_named_by_what_they_count(shown: Shown) -> None:
    index = pd.MultiIndex.from_product([["help"], [1, 2]], names=["relation", "wave"])
    results = Results("twin")
    results.table("by-wave", pd.DataFrame({"p": [0.2, 0.3]}, index=index), "A table.", p_values=["p"])
    assert cells(shown[1][TABLE]["html"])[0] == ["relation", "wave", "p"]
    assert list(results.p_values) == ["by wave: help, wave 1", "by wave: help, wave 2"]


def test_a_test_is_counted_once_however_often_its_p_is_told(shown: Shown) -> None:
    results = Results("twin")
    frame = pd.DataFrame({"p": [0.002, 0.3], "p_holm": [0.004, 0.3]}, index=["a", "b"])
    results.table("t", frame, "A table.", p_values=["p"], restated=["p_holm"])
    assert results.p_values == {"t: a": 0.002, "t: b": 0.3}
    with pytest.raises(ValueError, match="found p_values p, p_holm; allowed: one column"):
        results.table("again", frame, "A table.", p_values=["p", "p_holm"])
    assert len(results.p_values) == 2 and "again.a.p" not in results._numbers


def test_tables_may_be_empty_or_repeat_a_column(shown: Shown) -> None:
    results = Results("twin")
    results.table("empty", pd.DataFrame({"a": []}), "No row.")
    results.table("bare", pd.DataFrame(index=["x"]), "No column.")
    results.table("twice", pd.DataFrame([[1, 0.5]], columns=["a", "a"]), "Twice.", numbers=False)
    assert cells(shown[1][TABLE]["html"]) == [["", "a"]]
    assert cells(shown[2][TABLE]["html"]) == [[""], ["x"]]
    assert cells(shown[3][TABLE]["html"]) == [["", "a", "a"], ["0", "1", "0.5"]]


def test_a_long_table_and_a_long_text_are_shown_whole(shown: Shown) -> None:
    frame = pd.DataFrame({"text": ["long " * 40] * 200, "n": range(200)})
    Results("twin").table("t", frame, "A table.", numbers=False)
    rows = cells(shown[1][TABLE]["html"])[1:]
    assert [row[2] for row in rows] == [str(number) for number in range(200)]
    assert {row[1].strip() for row in rows} == {("long " * 40).strip()}


def test_a_figure_drawn_twice_has_the_same_bytes_and_no_date(folder: Path, shown: Shown) -> None:
    results = Results("twin")
    for key in ("first", "second"):
        figure = bars()
        results.figure(key, figure, "Bars.")
        assert not plt.fignum_exists(figure.number)
    first, second = ((folder / f"figures/{key}.svg").read_bytes() for key in ("first", "second"))
    assert first == second
    assert b"date" not in first.lower()
    assert ElementTree.fromstring(first).tag == "{http://www.w3.org/2000/svg}svg"
    bitmaps = [(folder / f"figures/{key}.png").read_bytes() for key in ("first", "second")]
    assert bitmaps[0] == bitmaps[1] and bitmaps[0].startswith(b"\x89PNG")
    embedded = re.search(r'src="data:image/svg\+xml,([^"]+)"', shown[0]["text/html"])
    assert embedded is not None
    picture = ElementTree.fromstring(unquote(html.unescape(embedded[1])))
    written, seen = (
        [path.get("d", "").split() for path in tree.iter()]
        for tree in (ElementTree.fromstring(first), picture)
    )
    assert [place for place in written if place] == [place for place in seen if place]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("Collaboration year 1, out-degree", "mean"), "collaboration-year-1-out-degree.mean"),
        (("a",), "a"),
        (("a_b", 3, 0.5), "a_b.3.0-5"),
        (("—", "a"), "a"),
        (("  p < .001 ",), "p-001"),
        ((), ""),
    ],
)
def test_slugs(labels: tuple[object, ...], expected: str) -> None:
    assert slug(*labels) == expected


@given(labels=st.lists(st.text(max_size=12) | st.integers() | st.floats(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=200)
def test_a_slug_makes_a_key_and_is_its_own_slug(labels: list[object]) -> None:
    made = slug(*labels)
    assert module._KEY.fullmatch(f"t.{made}")
    assert slug(*made.split(".")) == made
