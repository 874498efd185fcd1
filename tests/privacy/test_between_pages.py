"""Pages made apart, in any order: what each shows is settled before, and all of them are compared after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.compendium.plan import Unavailable, shown_by, shown_units
from analysis.privacy.corrected import digests
from analysis.privacy.disclosure import Disclosure
from analysis.privacy.planned import counts_planned
from analysis.privacy.released import between_pages, keep_released, page_file, released_file
from analysis.whom import heads, tie
from tests.notebooks.cells import RUNS

PEOPLE = [f"p{number}" for number in range(40)]
ACTORS = pd.DataFrame(
    {
        "actor_id": PEOPLE,
        "joined_on": [None] * 38 + ["2024-12-01"] * 2,
        "left_on": ["2024-12-31"] * 7 + [None] * 33,
    }
)
WAVES = pd.DataFrame(
    {"wave": [1, 2], "opened_on": ["2024-09-01", "2025-01-10"], "closed_on": ["2024-09-10", "2025-01-20"]}
)
TABLES = {
    "actors": ACTORS,
    "waves": WAVES,
    "ties": pd.DataFrame({"relation": ["help"]}),
    "nonresponse": pd.DataFrame({"wave": [2], "actor_id": ["p9"], "relation": [None]}),
    "activities": pd.DataFrame({"date": ["2024-12-05"]}),
}


def shown_on(folder: Path, name: str, page: Callable[[Disclosure], object]) -> Path:
    """Make a page; return what it wrote down."""
    file = page_file(folder / f"{name}.page")
    page(Disclosure(5, file, counts_planned(TABLES), "help"))
    keep_released(file)
    return file


def test_counts_are_candidates_in_the_order_of_their_weight() -> None:
    sizes = [len(group) for group in counts_planned(TABLES)]
    # Everybody; in wave 1 two had not joined, in wave 2 seven had left; one of those was silent.
    assert sizes == [40, 38, 33, 32]
    assert counts_planned({name: frame.fillna("") for name, frame in TABLES.items()}) == counts_planned(
        TABLES
    )
    assert counts_planned({}) == []
    assert [len(group) for group in counts_planned({"actors": ACTORS[["actor_id"]]})] == [40]


@given(orders=st.permutations(range(6)))
def test_which_counts_are_shown_does_not_hang_on_the_order_of_pages(orders: list[int]) -> None:
    counts = [PEOPLE, PEOPLE[:38], PEOPLE[7:], PEOPLE[7:39], PEOPLE[:31], PEOPLE[:17]]
    told = {}
    for place in orders:
        page = Disclosure(5, counts=counts_planned(TABLES))
        told[place] = page.decide("so many", counts[place], len(counts[place]))
    # 40 and 33 are seven apart; 38 differs by two from 40, and what is not planned is rounded.
    assert [told[place] for place in range(6)] == ["", "withheld", "", *["withheld"] * 3]
    page = Disclosure(5, counts=counts_planned(TABLES))
    assert page.rounded("withheld", PEOPLE[:38], 38) == "about 40"
    assert page.rounded("withheld", PEOPLE[:17], 17) == "about 15"
    assert page.rounded("withheld", PEOPLE[:17], 0.4) == ""


def test_a_table_of_counts_has_the_planned_ones_and_rounds_the_others() -> None:
    frame = pd.DataFrame({"people": [40, 38], "mean": [3.0, 2.0]})
    page = Disclosure(5, counts=counts_planned(TABLES))
    people = pd.DataFrame({"people": [heads(PEOPLE), heads(PEOPLE[:38])], "mean": [PEOPLE, PEOPLE[:20]]})
    assert page.decide_cells("t", people, frame)["people"].tolist() == ["", "about 40"]


def test_two_pages_that_differ_by_one_person_are_found_and_what_is_of_another_occasion_is_not(
    tmp_path: Path,
) -> None:
    def mean_of(people: Iterable[object]) -> Callable[[Disclosure], object]:
        return lambda page: page.decide("a mean", list(people))

    first = shown_on(tmp_path, "first", mean_of(PEOPLE))
    second = shown_on(tmp_path, "second", mean_of(PEOPLE[1:]))
    other = shown_on(tmp_path, "other", mean_of((one, "trust", 1) for one in PEOPLE[1:]))
    half = shown_on(tmp_path, "half", mean_of(PEOPLE[:20]))
    assert between_pages([first, other, half], 5) == []
    (told,) = between_pages([second, first, other, half], 5)
    assert told == "what first and second show would show a few people beside other pages"
    # Named without an occasion it is what the page is about.
    contacts = page_file(tmp_path / "contacts.page")
    assert not Disclosure(5, contacts, None, "contacts").decide("a mean", PEOPLE[1:])
    keep_released(contacts)
    assert between_pages([first, contacts], 5) == []


def test_three_pages_that_together_tell_of_a_few_are_found(tmp_path: Path) -> None:
    pairs = [tie(one, other, "help", 1) for one, other in pairwise(PEOPLE)]
    # All less the first twenty and the next 17 leaves two ties, of three people.
    groups = {"all": pairs, "some": pairs[:20], "more": pairs[20:37]}
    files = [
        shown_on(tmp_path, name, lambda page, group=group: page.decide("ties", group))  # type: ignore[misc]
        for name, group in groups.items()
    ]
    assert between_pages(files, 5) != [] and between_pages(files[:2], 5) == []
    # Told what another page shows, a page withholds what only the two would tell.
    page = Disclosure(5)
    page.beside(pd.DataFrame({"ties": [frozenset(groups["all"])], "kept": [frozenset(groups["some"])]}))
    assert page.decide("more", groups["more"]) == "withheld"
    assert Disclosure(5).decide("more", groups["more"]) == ""


def test_the_build_fails_when_pages_together_tell_of_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.compendium.plan.CACHE", tmp_path)
    monkeypatch.setattr("analysis.compendium.plan.ROOT", tmp_path)
    monkeypatch.setattr("analysis.compendium.plan.reached_files", lambda _: {})
    runs = [RUNS["your_network/network"], RUNS["your_network/survey"]]
    assert shown_units(runs) == []
    for run, people in zip(runs, (PEOPLE, PEOPLE[1:]), strict=True):
        file = page_file(shown_by(run))
        Disclosure(5, file).decide("a mean", people)
        keep_released(file)
    (unit,) = shown_units(runs)
    with pytest.raises(Unavailable) as caught:
        unit.make(unit.inputs())
    assert "pages on example_network together: what your_network+network and" in caught.value.fault
    (unit,) = shown_units(runs[:1])
    unit.make(unit.inputs())


def test_the_same_group_before_and_after_a_correction_of_a_few_is_shown_once(tmp_path: Path) -> None:
    answers = pd.DataFrame(
        [(one, wave, "i", 3) for one in PEOPLE for wave in (1, 2)],
        columns=["actor_id", "wave", "item_id", "value"],
    )

    def report(key: str, rows: pd.DataFrame, wave: int, group: Iterable[str] = PEOPLE) -> str:
        file = released_file(tmp_path, key * 40)
        page = Disclosure(5, file, rows=digests({"responses": rows}))
        told = page.decide("a mean", [(one, "trust", wave) for one in group])
        keep_released(file)
        return told

    assert [report("a", answers, 1), report("b", answers, 2)] == ["", ""]
    assert report("c", answers, 1) == "", "nothing is another"
    corrected = answers.copy()
    corrected.loc[0, "value"] = 5
    assert report("d", corrected, 1) == "withheld after an earlier report"
    assert report("e", corrected, 2) == "", "of another wave nothing is corrected"
    assert report("f", corrected, 1, PEOPLE[1:20]) == "", "those who were not corrected, and twenty fewer"
    for place in range(0, 14, 2):
        corrected.loc[place, "value"] = 5
    assert report("g", corrected, 1) == "", "the difference is of seven people"
    assert "p0" not in "".join(path.read_text() for path in (tmp_path / "released").iterdir())


@pytest.mark.parametrize(("size", "told"), [(40, "about 0.8"), (1000, "about 0.81"), (6000, "about 0.812")])
def test_of_more_people_a_rounded_rate_has_more_digits(size: int, told: str) -> None:
    """Each step of it still fits more counts than the smallest cell has people."""
    page = Disclosure(5, counts=[heads(range(size))])
    frame = pd.DataFrame({"response_rate": [0.8123]})
    people = pd.DataFrame({"response_rate": [heads(range(size - 2))]})
    assert page.decide_cells("t", people, frame).iat[0, 0] == told
