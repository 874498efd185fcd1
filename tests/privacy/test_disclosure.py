"""What a dataset with a smallest cell shows, and what it withholds."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.compendium import results as module
from analysis.compendium.results import FIGURE, RUN_FOLDER_VARIABLE, Results
from analysis.figures.sociogram import sociograms
from analysis.figures.theme import EACH_PERSON
from analysis.privacy.disclosure import Disclosure, _dealt, restricted
from analysis.privacy.texts import refuse_single_people, texts_of
from analysis.tables.package import DataPackage
from analysis.ties.panel import Panel
from analysis.whom import heads

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


def test_a_declaration_says_what_is_shown_and_without_one_there_is_nobody() -> None:
    package = DataPackage("ours", "Ours", "real", "Nobody (2026).", "none", (), (), {}, smallest_cell=3)
    ours, everything = Disclosure.of(package), Disclosure.of(replace(package, smallest_cell=0))
    assert ours.few == "fewer than 3 people"
    assert [ours.decide("a mean", range(people)) for people in (2, 3)] == ["fewer than 3 people", ""]
    assert ours.names_somebody(f"seen by {PERSON}") and ours.names_somebody(SCHOOL)
    assert not ours.names_somebody("seen by nobody in particular")
    assert not everything.restricts and not everything.names_somebody(PERSON)
    assert not Disclosure.of(None).restricts
    people = pd.DataFrame({"role": ["teacher"] * 3 + ["head"] * 2})
    assert ours.rare(people)[["values", "people"]].values.tolist() == [["head", 2]]


def test_a_declaration_without_a_smallest_cell_takes_that_of_private_data() -> None:
    package = DataPackage("ours", "Ours", "real", "Nobody (2026).", "none", (), (), {}, smallest_cell=0)
    assert Disclosure.of(restricted(package)).few == "fewer than 5 people"
    assert restricted(replace(package, smallest_cell=12)) == replace(package, smallest_cell=12)


def parts(*counts: int) -> list[frozenset[int]]:
    """Return groups of so many people, with nobody in common."""
    ends = [sum(counts[: place + 1]) for place in range(len(counts))]
    return [frozenset(range(end - count, end)) for count, end in zip(counts, ends, strict=True)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5, 9, 30), ["", "", ""]),
        ((0, 9, 30), ["", "", ""]),
        ((), []),
        # The one row of few, and the next smallest: from a total of 43 the four could be worked out.
        ((30, 4, 9), ["", "fewer than 5 people", "withheld"]),
        ((0, 4, 9), ["", "fewer than 5 people", "withheld"]),
        # Two that hide one another, and two that do not: together they are three.
        ((3, 4, 9), ["fewer than 5 people", "fewer than 5 people", ""]),
        ((1, 2, 9, 30), ["fewer than 5 people", "fewer than 5 people", "withheld", ""]),
        ((1, 1, 1, 9), ["fewer than 5 people", "fewer than 5 people", "fewer than 5 people", "withheld"]),
        # Nobody else could be withheld.
        ((3,), ["fewer than 5 people"]),
        ((0, 3), ["", "fewer than 5 people"]),
        ((2, 2), ["fewer than 5 people", "fewer than 5 people"]),
    ],
)
def test_rows_of_few_people_are_withheld(counts: tuple[int, ...], expected: list[str]) -> None:
    assert Disclosure(5).decide_rows("a table", parts(*counts), len(counts)) == expected


@given(
    groups=st.lists(st.frozensets(st.integers(0, 30), max_size=31), max_size=8),
    smallest=st.integers(1, 8),
)
def test_no_group_shown_nor_a_difference_of_two_is_of_a_few(
    groups: list[frozenset[int]], smallest: int
) -> None:
    page = Disclosure(smallest)
    shown = [group for group in groups if not page.decide("a number", group)]
    shown += [
        group
        for group, reason in zip(
            groups, page.decide_rows("a table", groups or [[]], len(groups) or 1), strict=False
        )
        if not reason
    ]
    for group in shown:
        assert not 0 < len(group) < smallest
        for other in shown:
            if group and other:
                assert not 0 < len(group ^ other) < smallest


@given(
    counts=st.lists(st.integers(0, 12), min_size=2, max_size=8),
    smallest=st.integers(2, 8),
    total_first=st.booleans(),
)
def test_what_is_left_of_a_total_is_never_a_few(counts: list[int], smallest: int, total_first: bool) -> None:
    page, groups = Disclosure(smallest), parts(*counts)
    everybody = range(sum(counts))
    told = total_first and not page.decide("everybody", everybody)
    reasons = page.decide_rows("a table", groups, len(groups))
    told = told or not page.decide("everybody", everybody)
    shown = [len(group) for group, reason in zip(groups, reasons, strict=True) if not reason]
    left = sum(counts) - sum(shown)
    assert not told or not shown or not any(shown) or not 0 < left < smallest


def test_a_page_remembers_what_it_showed() -> None:
    page = Disclosure(5)
    assert page.decide("all", range(40)) == ""
    assert page.decide("again", range(40)) == ""
    assert page.decide("all but one", range(1, 40)) == "withheld"
    assert page.decide("one in place of another", [*range(1, 40), 99]) == "withheld"
    assert page.decide("a half", range(20)) == ""
    # What is left of all without this half and the one before would be two people.
    assert page.decide("nearly the other half", range(20, 38)) == "withheld"
    assert Disclosure(5).decide("another page", range(1, 40)) == ""


def test_answers_on_different_occasions_are_not_subtracted() -> None:
    page = Disclosure(5)
    first = [(person, "help", 1) for person in range(31)]
    second = [(person, "help", 2) for person in range(33)]
    assert page.decide_rows("waves", [first, second], 2) == ["", ""]
    assert page.decide("two fewer", second[2:]) == "withheld"
    # Two answers of each of three people are three people's.
    assert (
        page.decide("few", [(person, "help", wave) for person in range(3) for wave in (1, 2)])
        == "fewer than 5 people"
    )


def test_a_figure_shows_all_of_its_groups_or_none() -> None:
    assert Disclosure(5).decide("a figure", parts(9, 9, 9)) == ""
    assert Disclosure(5).decide("a figure", parts(9, 9, 4)) == "fewer than 5 people"
    page = Disclosure(5)
    page.decide("a figure", parts(9, 9, 4))
    assert page.decide("what it did not show", range(8)) == ""


def test_what_may_be_drawn_is_asked_without_being_shown() -> None:
    page = Disclosure(5)
    assert page.shown(parts(9, 4, 8)).tolist() == [True, False, False]
    assert page.decide("all but one of the first", range(8)) == ""
    assert Disclosure(0).shown(parts(1, 2)).tolist() == [True, True]


def test_adopters_are_shown_at_periods_between_which_enough_adopt() -> None:
    by_period = [frozenset(range(count)) for count in (2, 5, 7, 12, 14)]
    assert Disclosure(5).shown(by_period).tolist() == [False, True, False, True, False]
    page = Disclosure(5)
    assert page.decide("all who adopted", range(14)) == ""
    assert page.shown(by_period).tolist() == [False, True, False, False, True]


@pytest.mark.parametrize("people", [None, 7, 7.0, float("nan"), "people", True])
def test_a_bare_count_is_refused(people: Any) -> None:
    with pytest.raises(ValueError, match="say with people=… which people it rests on"):
        Disclosure(5).decide("'n'", people)
    with pytest.raises(ValueError, match="say with people=… which people it rests on"):
        Disclosure(5).decide_rows("'t'", people, 2)
    assert Disclosure(0).decide("'n'", people) == ""


def test_people_that_are_not_said_well_are_refused() -> None:
    with pytest.raises(ValueError, match="'t': people names 2 groups of people for 3 rows"):
        Disclosure(5).decide_rows("'t'", parts(9, 9), 3)
    with pytest.raises(ValueError, match="'t': people mixes identifiers and groups of them"):
        Disclosure(5).decide_rows("'t'", [{"a"}, "b"], 2)
    with pytest.raises(ValueError, match="'t': people has a missing identifier"):
        Disclosure(5).decide("'t'", ["a", None])


@given(
    labels=st.lists(st.sampled_from("abcdefg"), max_size=40),
    smallest=st.integers(0, 8),
)
def test_merged_groups_are_large_enough(labels: list[str], smallest: int) -> None:
    shown = Disclosure(smallest).merged(labels)
    sizes = Counter(shown)
    if min(sizes.values(), default=2 * smallest) < 2 * smallest:
        assert len(labels) < smallest or min(sizes.values()) >= smallest
        assert len(set(_dealt(labels, 2 * smallest))) == 1, "which would show nothing between groups"
    if min(Counter(labels).values(), default=smallest) >= 2 * smallest:
        assert shown == labels
    assert all(group in one.split(" + ") for one, group in zip(shown, labels, strict=True))
    assert len(set(zip(shown, labels, strict=True))) == len(set(labels)), "a group stays together"


def test_small_groups_are_merged_by_hand() -> None:
    homes = ["oak"] * 10 + ["ash"] * 7 + ["elm"] * 2 + ["fir"] * 6 + ["yew"] * 5
    shown = dict(zip(homes, Disclosure(5).merged(homes), strict=True))
    assert shown["oak"] == "oak"
    assert shown["ash"] == shown["fir"] == shown["yew"] == shown["elm"] == "ash + elm + fir + yew"
    homes += ["bay"] * 4
    shown = dict(zip(homes, Disclosure(5).merged(homes), strict=True))
    # 24 people in two groups: seven, then six, then five with the six, four with the seven, two with them.
    assert shown["ash"] == shown["bay"] == "ash + bay + elm"
    assert shown["yew"] == shown["fir"] == "fir + yew"
    assert set(Disclosure(5).merged(["b"] * 12 + ["a"] * 11 + ["c"])) == {"b", "a + c"}
    assert set(Disclosure(5).merged(["b", "a"])) == {"a + b"}
    assert Disclosure(0).merged(["b", "a"]) == ["b", "a"]
    three = ["a"] * 8 + ["b"] * 8 + ["c"] * 8
    assert Disclosure(5).merged(three) == three


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
        if path.is_file() and path.name not in ("numbers.json", "findings.json")
    }
    return files | set(json.loads((run / "numbers.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("people", [None, 0, 1, 4, 5, 40])
def test_without_a_smallest_cell_everything_is_shown(run: Path, people: int | None) -> None:
    results = Results("open")
    results.number("n", 3, f"of {PERSON}", people=people)
    results.table("t", pd.DataFrame({"mean": [1.5]}, index=[PERSON]), "n = 3", people=people)
    results.table("rows", scores(3), "A table.", people="people", numbers=False)
    results.figure("f", drawn(PERSON, "n=3"), "A figure.", people=people)
    files = {"tables/t.csv", "tables/rows.csv", "figures/f.svg", "figures/f.png"}
    assert written(run) == {"n", f"t.{PERSON}.mean", *files}
    assert pd.read_csv(run / "tables/rows.csv")["people"].tolist() == [3]


def test_with_one_numbers_have_three_digits_and_counts_all(run: Path) -> None:
    results = Results("closed")
    results.number("share", 2 / 3, "a share", people=range(40))
    results.number("count", 12345, "a count", people=range(40))
    frame = pd.DataFrame({"share": [1 / 7, 2.0], "count": [98765, 12]}, index=["a", "b"])
    results.table("t", frame, "A table.", people=range(40))
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
    Results("closed").figure("f", drawn("a group"), "A figure.", people=range(3))
    assert plt.get_fignums() == []
    with pytest.raises(ValueError, match="shows a single person"):
        Results("closed").figure("g", drawn(PERSON), "A figure.", people=range(40))
    assert plt.get_fignums() == []


@pytest.mark.parametrize("people", [0, 1, 4, 5, 40])
def test_with_one_what_rests_on_too_few_leaves_no_trace(
    run: Path, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    displayed: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: displayed.append(bundle))
    results = Results("closed")
    results.number("n", 3.25, "a mean", people=range(people))
    results.table("t", pd.DataFrame({"mean": [3.25]}, index=["all"]), "A table.", people=range(people))
    figure = drawn("north", title="3.25")
    results.figure("f", figure, "A figure.", people=range(people))
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
        assert written(run) == {"n", "t.all.mean", "tables/t.csv", "figures/f.svg", "figures/f.png"}


@pytest.mark.parametrize("people", [None, 40, "people"])
def test_with_one_it_must_be_said_which_people(run: Path, people: Any) -> None:
    results = Results("closed")
    figure = drawn()
    message = (
        ": this dataset shows nothing of fewer than 5 people; say with people=… which people it rests on"
    )
    with pytest.raises(ValueError, match=f"'n'{message}"):
        results.number("n", 3, "a mean", people=people)
    with pytest.raises(ValueError, match=f"'t'{message}"):
        results.table("t", scores(9), "A table.", people=people)
    with pytest.raises(ValueError, match=f"'f'{message}"):
        results.figure("f", figure, "A figure.", people=people)
    plt.close(figure)
    assert written(run) == set()


def test_a_share_that_could_not_be_estimated_names_nobody() -> None:
    frame = pd.DataFrame({"people": [7], "share": [np.nan]}, index=["a"])
    who = pd.DataFrame({"people": [range(7)], "share": [range(7)]}, index=["a"], dtype=object)
    assert (Disclosure(5).decide_cells("t", who, frame) == "").all(axis=None)


def test_how_many_people_there_are_is_compared_with_other_counts_of_them() -> None:
    people = [f"p{number}" for number in range(40)]
    page = Disclosure(5)
    assert page.decide("everybody", people, 40) == ""
    assert page.decide("who was in contact", [(one, "contact") for one in people[:38]], 38) == "withheld"
    assert page.decide("their mean", [(one, "contact") for one in people[:38]], 2.5) == ""


def test_all_of_a_small_group_look_like_all_but_one() -> None:
    everybody = [frozenset(f"{school}{number}" for number in range(7)) for school in "ab"]
    told = [everybody[0], everybody[1] - {"b0"}]
    frame = pd.DataFrame({"asked": [7, 7], "answered": [7, 6], "response_rate": [1, 6 / 7]}, index=["a", "b"])
    who = pd.DataFrame({"asked": map(heads, everybody), "answered": map(heads, told)}, index=frame.index)
    who["response_rate"] = [[*pair] for pair in zip(everybody, told, strict=True)]
    reasons = Disclosure(5).decide_cells("t", who, frame)
    assert reasons.to_numpy().tolist() == [["", "about 5", "withheld"]] * 2


def test_rows_of_a_table_are_withheld_in_page_file_and_numbers(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    displayed: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: displayed.append(bundle))
    frame = pd.DataFrame(
        {"word": ["x", "y", "z"], "mean": [1.125, 2.625, 3.875], "n": [3, 7, 40]}, index=["a", "b", "c"]
    )
    who = pd.Series(parts(3, 7, 40), index=["a", "b", "c"])
    results = Results("closed")
    with pytest.raises(ValueError, match="table 't': people has another index than the table"):
        results.table("t", frame, "A table.", people=who.iloc[::-1])
    results.table("t", frame, "A table.", people=who)
    assert written(run) == {"t.c.mean", "t.c.n", "tables/t.csv"}
    assert (run / "tables/t.csv").read_text(encoding="utf-8").splitlines() == [
        ",word,mean,n",
        "a,x,fewer than 5 people,",
        "b,y,withheld,",
        "c,z,3.88,40",
    ]
    why = "beside other results here, or as all or none, it would show the answers of fewer than 5 people"
    assert f"Withheld: {why}." in str(displayed)
    # What was shown stays known: all but one of those of c cannot be shown any more.
    results.number("later", 1.5, "a mean", people=list(who["c"])[1:])
    assert "later" not in written(run)
    results.finding("kept", "The mean of c is 3.88.", numbers=["t.c.mean"])
    results.finding("lost", "The mean of a is 1.125.", numbers=["t.a.mean"])
    results.finding("few", "The mean of c is 3.88.", numbers=["t.c.mean"], people=range(3))
    assert list(json.loads((run / "findings.json").read_text(encoding="utf-8"))) == ["kept"]
    shown = json.dumps(displayed)
    assert "3.88" in shown
    for number in ("1.125", "2.625"):
        assert number not in shown
    numbers = json.loads((run / "numbers.json").read_text(encoding="utf-8"))
    assert numbers["t.c.mean"]["value"] == 3.88
    assert '<td id="t.c.mean">3.88</td>' in str(displayed), "no third decimal that was not recorded"


@pytest.mark.parametrize("text", [PERSON, "n = 3"])
@pytest.mark.parametrize("place", ["index", "column", "cell", "caption", "label"])
def test_a_table_of_groups_names_no_person(run: Path, place: str, text: str) -> None:
    words = {"caption": "A table.", "label": "", "index": "a", "column": "word", "cell": "north"} | {
        place: text
    }
    frame = pd.DataFrame({words["column"]: [words["cell"]]}, index=[words["index"]])
    with pytest.raises(ValueError, match=r"^table 't' (shows a single person|says)"):
        Results("closed").table("t", frame, words["caption"], label=words["label"], people=range(40))
    assert written(run) == set()


@pytest.mark.parametrize("place", ["key", "value", "label"])
def test_a_number_names_no_person(run: Path, place: str) -> None:
    words = {"key": "n", "value": "yes", "label": "a mean"} | {place: PERSON}
    with pytest.raises(ValueError, match=f"shows a single person \\({PERSON}\\)"):
        Results("closed").number(words["key"], words["value"], words["label"], people=range(40))
    assert written(run) == set()


@pytest.mark.parametrize("text", [PERSON, "n=3"])
@pytest.mark.parametrize("place", ["tick", "title", "legend", "caption"])
def test_a_figure_of_groups_names_no_person(run: Path, place: str, text: str) -> None:
    ticks = ("north", text) if place == "tick" else ("north", "south")
    labels = {"title": "", "legend": ""} | ({place: text} if place in ("title", "legend") else {})
    figure = drawn(*ticks, **labels)
    with pytest.raises(ValueError, match=r"^figure 'f' (shows a single person|says)"):
        Results("closed").figure("f", figure, text if place == "caption" else "A figure.", people=range(40))
    plt.close(figure)
    assert written(run) == set()


def test_a_figure_is_the_same_whether_its_texts_were_read_or_not(run: Path) -> None:
    Results("closed").figure("closed", drawn("north", title="Bars"), "A figure.", people=range(40))
    Results("open").figure("open", drawn("north", title="Bars"), "A figure.")
    assert (run / "figures/closed.svg").read_bytes() == (run / "figures/open.svg").read_bytes()


@pytest.mark.parametrize(("dataset", "there"), [("closed", False), ("open", True)])
def test_no_picture_of_people_is_made_of_a_dataset_with_a_smallest_cell(
    run: Path, dataset: str, there: bool
) -> None:
    figure, axis = plt.subplots()
    axis.plot([0, 1], [0, 1])
    figure.set_label(EACH_PERSON)
    Results(dataset).figure("people", figure, "Everybody.", people=parts(40)[0])
    assert ("figures/people.svg" in written(run)) == there


def test_in_place_of_a_sociogram_stands_the_map_of_its_schools(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: bundles.append(bundle))
    people = [f"p_{0xABCDEF00 + number:08x}" for number in range(26)]
    homes = ["north"] * 12 + ["south"] * 11 + ["west"] * 3
    # Everybody names the next two; of those in the west only three answered, too few to be shown.
    ring = np.roll(np.eye(26), 1, axis=1) + np.roll(np.eye(26), 2, axis=1)
    panel = Panel.from_matrices([ring], actors=people)
    groups = [
        {one for one, home in zip(people, homes, strict=True) if home == name}
        for name in dict.fromkeys(homes)
    ]
    for dataset in ("open", "closed"):
        figure = sociograms({"help": panel}, homes, seed=1)
        Results(dataset).figure(
            "f", figure, "Everybody.", people=groups if dataset == "open" else set(people)
        )
    everybody, schools = (json.loads(bundle[FIGURE]["network"]) for bundle in bundles)
    assert [node["name"] for node in everybody["nodes"]] == [person.replace("_", " ") for person in people]
    assert [(node["name"], node["people"]) for node in schools["nodes"]] == [
        *(("north", 12), ("south", 11)),
        ("west", 3),
    ]
    # 21 and 19 within are about 20, those across are ties of four people; nothing the west said is left.
    assert schools["layers"][0]["ties"] == [[0, 0, 20], [1, 1, 20]]
    assert schools["layers"][0]["hidden"] == [[0, 1], [1, 2]]
    assert schools["layers"][0]["unheard"] == [2]
    assert not any(person[2:] in json.dumps(bundles[1]) for person in people)
    assert "People are not drawn" in bundles[1][FIGURE]["caption"]


def test_a_number_whole_by_rounding_alone_is_coarse_and_a_count_is_not() -> None:
    shown = Disclosure(5)
    # On another processor the same sum had a fraction left, and was rounded.
    assert shown.coarse(2468788093998648.0) == shown.coarse(2468788093998648.5) == 2.47e15
    assert (shown.coarse(12345.0), shown.coarse(12345), shown.coarse(1.23456)) == (12345.0, 12345, 1.23)


def test_a_count_that_was_not_planned_is_said_about_and_no_sentence_rests_on_it(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: told.append(bundle["text/plain"]))
    people = [f"p{number}" for number in range(33)]
    (tmp_path / "data_derived/closed/actors.csv").write_text("\n".join(["actor_id", *people]))
    results = Results("closed", about="contacts")
    results.number("members", 33, "members", people=people)
    results.number("in-contact", 31, "people in contact", people=people[:31])
    results.finding("contact", "31 people were in contact.", numbers=["in-contact"])
    assert written(run) == {"members"} and not (run / "findings.json").exists()
    assert told[1].startswith("people in contact: about 30. About: rounded, so that no difference ")
