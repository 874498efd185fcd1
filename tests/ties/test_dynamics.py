"""Change from wave to wave: by hand, on the real files, by property, on bad input."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from python_calamine import CalamineWorkbook

from analysis.files import DATA_RAW
from analysis.sources.school_leaders import tables as leaders_tables
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from analysis.ties.dynamics import (
    composition,
    dyad_transitions,
    persistence,
    reciprocation,
    turnover,
)
from analysis.ties.panel import Panel
from analysis.ties.structure import dyad_census, reciprocity

NAN = math.nan
Matrix = npt.NDArray[np.float64]
STATES = ["null", "asymmetric", "mutual", "not observed"]
CENSORED = {"not observed", "still one-way"}


def test_every_count_by_hand() -> None:
    before = [[9, 1, 1, 0], [0, 9, 0, 0], [1, 0, 9, NAN], [0, 0, 0, 9]]
    after = [[0, 1, 0, 2], [0, 0, 1, 0], [1, 0, 0, 1], [0, 0, NAN, 0]]
    found = turnover(before, after)
    assert (found.kept, found.new, found.lost, found.absent, found.missing) == (2, 2, 1, 5, 2)
    assert found.jaccard == 2 / 5
    assert found.hamming == 3
    assert found.tidy().iloc[0].to_dict()["jaccard"] == 2 / 5
    assert found.summary().startswith("2 ties kept, 2 new, 1 lost (Jaccard 0.400); 2 ordered pairs")


def test_a_silent_respondent_loses_no_tie() -> None:
    before = np.array([[0, 1.0], [1, 0]])
    after = np.array([[0, NAN], [1, 0]])
    found = turnover(before, after)
    assert (found.lost, found.kept, found.missing) == (0, 1, 1)


def test_no_tie_in_either_wave_has_no_jaccard() -> None:
    assert math.isnan(turnover(np.zeros((3, 3)), np.zeros((3, 3))).jaccard)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(2, 7).flatmap(
        lambda n: st.tuples(*[arrays(float, (n, n), elements=st.sampled_from([0, 1, NAN]))] * 2)
    ),
    st.randoms(),
)
def test_reversed_time_swaps_new_and_lost_and_relabelling_changes_nothing(waves: tuple, draw: object) -> None:
    before, after = waves
    found, back = turnover(before, after), turnover(after, before)
    assert (found.kept, found.new, found.lost, found.missing) == (
        back.kept,
        back.lost,
        back.new,
        back.missing,
    )
    n = len(before)
    assert found.kept + found.new + found.lost + found.absent + found.missing == n * (n - 1)
    order = list(range(n))
    draw.shuffle(order)  # type: ignore[attr-defined]
    assert turnover(before[np.ix_(order, order)], after[np.ix_(order, order)]) == found


# ---------------------------------------------------------------- five people in three waves, by hand


@pytest.fixture
def five() -> Panel:
    """b is silent in wave 2, e joins before it, d leaves after it; the ties of value 1 are weak ones."""
    ties = [
        (1, "a", "b", 2),
        (1, "b", "a", 2),
        (1, "a", "c", 3),
        (1, "c", "a", 1),
        (1, "c", "d", 2),
        (1, "d", "c", 2),
        (2, "a", "b", 2),
        (2, "c", "a", 3),
        (2, "c", "d", 2),
        (2, "d", "c", 2),
        (2, "e", "a", 2),
        (3, "a", "b", 2),
        (3, "b", "a", 2),
        (3, "b", "c", 1),
        (3, "c", "a", 2),
        (3, "e", "b", 2),
        (3, "a", "e", 2),
    ]
    frame = pd.DataFrame(ties, columns=["wave", "sender_id", "receiver_id", "value"])
    tables = {
        "actors": pd.DataFrame(
            {
                "actor_id": list("abcde"),
                "joined_on": ["", "", "", "", "2021-06-01"],
                "left_on": ["", "", "", "2022-06-01", ""],
            }
        ),
        "waves": pd.DataFrame(
            {
                "wave": [1, 2, 3],
                "opened_on": ["2021-01-01", "2022-01-01", "2023-01-01"],
                "closed_on": ["2021-01-31", "2022-01-31", "2023-01-31"],
            }
        ),
        "nonresponse": pd.DataFrame({"wave": [2], "actor_id": ["b"]}),
        "ties": frame.assign(relation="help"),
    }
    return Panel.from_tables(tables, relation="help")


@pytest.mark.parametrize(
    ("waves", "rows"),
    [
        # ab mutual, then unseen; ac turns round; ad null; bc, bd null, then unseen; cd mutual; of e's pairs
        # one begins one-way, ce and de are null, be is unseen.
        ((1, 2), [[1, 0, 0, 2, 0], [0, 0, 0, 0, 1], [0, 0, 1, 1, 0], [2, 1, 0, 1, 0]]),
        # ab, bc, be are seen again (mutual, null, one-way); ac stays; ae turns round; ce null; d is gone.
        ((2, 3), [[1, 0, 0, 2, 0], [0, 1, 0, 0, 1], [0, 0, 0, 1, 0], [1, 1, 1, 1, 0]]),
    ],
)
def test_what_became_of_the_ten_pairs(five: Panel, waves: tuple[int, int], rows: list[list[int]]) -> None:
    found = dyad_transitions(*(five.matrix(wave, threshold=2) for wave in waves))
    assert (found.index.name, found.columns.name) == ("before", "after")
    assert found.index.tolist() == STATES
    assert found.columns.tolist() == [*STATES, "turned"]
    assert found.to_numpy().tolist() == rows


def test_five_peoples_one_way_ties(five: Panel) -> None:
    # ab, cd are never seen one way; of ad, bc, bd, ce, de no tie is seen at all.
    assert spells(reciprocation(five, threshold=2)) == {
        ("a", "c", 1, "first wave", 2, 1, "turned"): 1,
        ("c", "a", 2, "asymmetric the other way", None, 1, "still one-way"): 1,
        ("e", "a", 2, "not observed", 3, 1, "turned"): 1,
        ("a", "e", 3, "asymmetric the other way", None, 0, "still one-way"): 1,
        ("e", "b", 3, "not observed", None, 0, "still one-way"): 1,
    }


def test_without_a_threshold_weak_ties_count(five: Panel) -> None:
    # The weak c → a makes ac mutual in wave 1, the weak b → c is a tie of wave 3.
    found = spells(reciprocation(five))
    assert ("c", "a", 2, "mutual", None, 1, "still one-way") in found
    assert ("b", "c", 3, "not observed", None, 0, "still one-way") in found
    assert dyad_transitions(five.matrix(1), five.matrix(2)).loc["mutual", "asymmetric"] == 1
    assert persistence(five)["ties"].tolist() == [5, 4, 3]
    assert composition(five)["unknown"].tolist() == [1, 0]


def test_how_long_five_peoples_ties_last(five: Panel) -> None:
    found = persistence(five, threshold=2)
    assert found.columns.tolist() == ["wave", "later", "lag", "ties", "there", "share", "unknown"]
    assert found.to_numpy().tolist() == [
        # Kept: a → b, c → d, d → c; lost: a → c; b does not tell of b → a.
        [1, 2, 1, 4, 3, 3 / 4, 1],
        # Kept: a → b, and b → a, seen again; lost: a → c; with d went both ties of c and d.
        [1, 3, 2, 3, 2, 2 / 3, 2],
        # Kept: a → b, c → a; lost: e → a; with d went both ties of c and d.
        [2, 3, 1, 3, 2, 2 / 3, 2],
    ]


def test_who_came_and_went_among_five(five: Panel) -> None:
    found = composition(five, threshold=2).to_dict("index")
    assert found == {
        # e comes with e → a; b, silent now, does not tell of b → a.
        "1 to 2": {
            "stayed": 4,
            "joined": 1,
            "left": 0,
            "answered_both": 3,
            "answered_first": 1,
            "answered_second": 0,
            "gone": 0,
            "come": 1,
            "unknown": 1,
        },
        # d goes with c → d and d → c; b answers again.
        "2 to 3": {
            "stayed": 4,
            "joined": 0,
            "left": 1,
            "answered_both": 3,
            "answered_first": 0,
            "answered_second": 1,
            "gone": 2,
            "come": 0,
            "unknown": 0,
        },
    }


# ---------------------------------------------------------------- one pair's history, by hand


def spells(frame: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    """Return the rows, in no order."""
    return Counter(tuple(row) for row in frame.to_dict("split")["data"])


@pytest.fixture
def history() -> Callable[[str], Panel]:
    """Return a pair's panel: > a names b, < b names a, = both, . neither, ? a names b and b is silent."""
    cells = {">": (1, 0), "<": (0, 1), "=": (1, 1), ".": (0, 0), "?": (1, NAN)}

    def made(text: str) -> Panel:
        matrices = [[[0, cells[sign][0]], [cells[sign][1], 0]] for sign in text]
        waves = [10 * number for number in range(1, len(text) + 1)]
        return Panel.from_matrices(matrices, actors=["a", "b"], waves=waves)

    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=", [("a", "b", 10, "first wave", 20, 1, "returned")]),
        (".<<=", [("b", "a", 20, "null", 40, 2, "returned")]),
        (">>>.", [("a", "b", 10, "first wave", 40, 3, "withdrawn")]),
        ("=>.", [("a", "b", 20, "mutual", 30, 1, "withdrawn")]),
        (
            "><<",
            [
                ("a", "b", 10, "first wave", 20, 1, "turned"),
                ("b", "a", 20, "asymmetric the other way", None, 1, "still one-way"),
            ],
        ),
        (
            ">>?>",
            [
                ("a", "b", 10, "first wave", 30, 2, "not observed"),
                ("a", "b", 40, "not observed", None, 0, "still one-way"),
            ],
        ),
        (
            ">.>=",
            [
                ("a", "b", 10, "first wave", 20, 1, "withdrawn"),
                ("a", "b", 30, "null", 40, 1, "returned"),
            ],
        ),
        ("?>>>", [("a", "b", 20, "not observed", None, 2, "still one-way")]),
        ("<", [("b", "a", 10, "first wave", None, 0, "still one-way")]),
        ("==.?.", []),
        ("?", []),
    ],
)
def test_a_pairs_spells(
    history: Callable[[str], Panel], text: str, expected: list[tuple[object, ...]]
) -> None:
    assert spells(reciprocation(history(text))) == Counter(expected)


def test_the_wave_a_spell_ended_in_keeps_its_name(history: Callable[[str], Panel]) -> None:
    found = reciprocation(history(">=<"))["ended"].tolist()
    assert found == [20, None]
    assert isinstance(found[0], int)


@pytest.mark.parametrize("text", ["", "="])
def test_one_wave_or_none_has_nothing_to_compare(history: Callable[[str], Panel], text: str) -> None:
    nobody = np.empty((0, 2), dtype=bool)
    panel = history(text) if text else Panel("tie", ("a", "b"), (), np.empty((0, 2, 2)), nobody, nobody)
    for frame, columns in ((reciprocation(panel), 7), (persistence(panel), 7), (composition(panel), 9)):
        assert frame.shape == (0, columns)


def test_a_share_of_no_ties_is_missing(history: Callable[[str], Panel]) -> None:
    found = persistence(history(".="))
    assert found["ties"].tolist() == [0]
    assert found["share"].isna().all()


# ---------------------------------------------------------------- properties


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Draw a panel in which people come and go, and some cells were not observed."""
    size, count = draw(st.integers(2, 5)), draw(st.integers(2, 4))
    values = draw(arrays(float, (count, size, size), elements=st.sampled_from([0, 0, 1, 1, NAN])))
    present = draw(arrays(bool, (count, size), elements=st.sampled_from([True, True, True, False])))
    values[~(present[:, :, None] & present[:, None, :])] = NAN
    return Panel.from_matrices(values, present=present)


def silenced(panel: Panel, wave: int, actor: int) -> Panel:
    """Return the panel as it had been if somebody had not answered in one wave."""
    values = panel.values.copy()
    values[wave, actor] = NAN
    return Panel.from_matrices(values, present=panel.present, actors=panel.actors, waves=panel.waves)


def reordered(panel: Panel, order: list[int]) -> Panel:
    """Return the same people in another order."""
    values = [matrix[np.ix_(order, order)] for matrix in panel.values]
    names = [panel.actors[place] for place in order]
    return Panel.from_matrices(values, present=panel.present[:, order], actors=names, waves=panel.waves)


def backwards(panel: Panel) -> Panel:
    """Return the panel with its last wave first."""
    return Panel.from_matrices(panel.values[::-1], present=panel.present[::-1], actors=panel.actors)


@settings(max_examples=60, deadline=None)
@given(panels())
def test_every_pair_is_counted_once_with_the_state_it_had(panel: Panel) -> None:
    before, after = (panel.matrix(wave) for wave in panel.waves[:2])
    found = dyad_transitions(before, after)
    size = len(panel.actors)
    assert found.to_numpy().sum() == size * (size - 1) // 2
    assert (found.to_numpy() >= 0).all()
    assert (found.drop(index="asymmetric")["turned"] == 0).all()
    early, late = dyad_census(before), dyad_census(after)
    assert found.sum(axis=1).tolist() == [early.null, early.asymmetric, early.mutual, early.missing]
    into = found[STATES].sum()
    into["asymmetric"] += found["turned"].sum()
    assert into.tolist() == [late.null, late.asymmetric, late.mutual, late.missing]


def ties_of_pairs(pairs: pd.DataFrame) -> dict[str, int]:
    """Return how many ties were kept, new and lost, by what became of the pairs."""
    null, one, mutual = STATES[:3]
    at = pairs.to_dict("index")
    turned = at[one]["turned"]
    return {
        "kept": 2 * at[mutual][mutual] + at[mutual][one] + at[one][mutual] + at[one][one],
        "new": 2 * at[null][mutual] + at[null][one] + at[one][mutual] + turned,
        "lost": 2 * at[mutual][null] + at[mutual][one] + at[one][null] + turned,
    }


@settings(max_examples=60, deadline=None)
@given(panels())
def test_pairs_tell_the_turnover_of_ties(panel: Panel) -> None:
    before, after = (panel.matrix(wave) for wave in panel.waves[:2])
    # Turnover takes cell by cell what was observed; here a pair is left out when one of its cells is.
    for matrix in (before, after):
        matrix[np.isnan(matrix) | np.isnan(matrix.T)] = NAN
    pairs, ties = dyad_transitions(before, after), turnover(before, after)
    assert ties_of_pairs(pairs) == {"kept": ties.kept, "new": ties.new, "lost": ties.lost}
    seen = pairs.loc[STATES[:3], [*STATES[:3], "turned"]].to_numpy().sum()
    assert ties.missing == 2 * (pairs.to_numpy().sum() - seen)


@settings(max_examples=60, deadline=None)
@given(panels())
def test_what_persists_is_what_turnover_keeps(panel: Panel) -> None:
    found = persistence(panel)
    count = len(panel.waves)
    assert len(found) == count * (count - 1) // 2
    for row in found.itertuples():
        early, late = panel.matrix(row.wave), panel.matrix(row.later)
        ties = turnover(early, late)
        assert (row.there, row.ties) == (ties.kept, ties.kept + ties.lost)
        assert row.ties + row.unknown == np.nansum(early)
        assert row.lag == panel.waves.index(row.later) - panel.waves.index(row.wave)
        if row.ties:
            assert row.share == ties.kept / (ties.kept + ties.lost)


@settings(max_examples=60, deadline=None)
@given(panels())
def test_everybody_and_every_tie_of_a_wave_is_accounted_for(panel: Panel) -> None:
    found = composition(panel)
    for place, row in enumerate(found.itertuples()):
        early, late = panel.present[place : place + 2].sum(axis=1)
        assert (row.stayed + row.left, row.stayed + row.joined) == (early, late)
        assert row.answered_both + row.answered_first + row.answered_second <= row.stayed
        before, after = (panel.matrix(wave) for wave in panel.waves[place : place + 2])
        ties = turnover(before, after)
        assert ties.kept + ties.lost + row.gone + row.unknown == np.nansum(before)
        assert ties.kept + ties.new + row.come <= np.nansum(after)


@settings(max_examples=60, deadline=None)
@given(panels(), st.data())
def test_another_order_of_people_changes_nothing(panel: Panel, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(panel.actors))))
    moved = reordered(panel, order)
    assert spells(reciprocation(moved)) == spells(reciprocation(panel))
    pd.testing.assert_frame_equal(persistence(moved), persistence(panel))
    pd.testing.assert_frame_equal(composition(moved), composition(panel))
    pairs, others = (dyad_transitions(one.matrix(1), one.matrix(2)) for one in (panel, moved))
    pd.testing.assert_frame_equal(pairs, others)


@settings(max_examples=60, deadline=None)
@given(panels())
def test_backwards_what_was_before_comes_after(panel: Panel) -> None:
    turned_round = backwards(panel)
    pairs = dyad_transitions(panel.matrix(1), panel.matrix(2))
    back = dyad_transitions(panel.matrix(2), panel.matrix(1))
    assert pairs[STATES].to_numpy().tolist() == back[STATES].to_numpy().T.tolist()
    assert pairs["turned"].tolist() == back["turned"].tolist()

    swapped = {"joined": "left", "left": "joined", "gone": "come", "come": "gone"}
    swapped |= {"answered_first": "answered_second", "answered_second": "answered_first"}
    there = composition(panel).drop(columns="unknown")
    again = composition(turned_round).drop(columns="unknown").rename(columns=swapped)[there.columns]
    assert again.to_numpy()[::-1].tolist() == there.to_numpy().tolist()

    mirrored = {
        "withdrawn": "null",
        "returned": "mutual",
        "turned": "asymmetric the other way",
        "not observed": "not observed",
        "still one-way": "first wave",
    }
    forth = reciprocation(panel).assign(until=lambda frame: frame["outcome"].map(mirrored))
    hence = reciprocation(turned_round).assign(until=lambda frame: frame["outcome"].map(mirrored))
    for frame in (forth, hence):
        frame["length"] = frame["waited"] + (frame["outcome"] == "still one-way")
    kept = ["sender", "receiver", "length"]
    assert spells(forth[[*kept, "from", "until"]]) == spells(hence[[*kept, "until", "from"]])


@settings(max_examples=60, deadline=None)
@given(panels(), st.data())
def test_who_falls_silent_withdraws_and_loses_nothing(panel: Panel, data: st.DataObject) -> None:
    wave = data.draw(st.integers(0, len(panel.waves) - 1))
    actor = data.draw(st.integers(0, len(panel.actors) - 1))
    quiet = silenced(panel, wave, actor)

    seen = dyad_transitions(panel.matrix(1), panel.matrix(2))
    unseen = dyad_transitions(quiet.matrix(1), quiet.matrix(2))
    told = [*STATES[:3], "turned"]
    assert (unseen.loc[STATES[:3], told] <= seen.loc[STATES[:3], told]).all(axis=None)
    # A pair that turned is asymmetric after: of that alone it tells once the wave before is not observed.
    after = [
        frame[told].sum().rename({"turned": "asymmetric"}).groupby(level=0).sum() for frame in (unseen, seen)
    ]
    assert (after[0] <= after[1]).all()
    assert (unseen.loc[STATES[:3]].sum(axis=1) <= seen.loc[STATES[:3]].sum(axis=1)).all()

    ends = [
        {
            (row.sender, row.receiver, row.ended, row.outcome)
            for row in reciprocation(one).itertuples()
            if row.outcome not in CENSORED
        }
        for one in (quiet, panel)
    ]
    assert ends[0] <= ends[1]

    lost = [persistence(one).eval("ties - there") for one in (quiet, panel)]
    assert (lost[0] <= lost[1]).all()

    less, more = composition(quiet), composition(panel)
    assert less[["stayed", "joined", "left"]].equals(more[["stayed", "joined", "left"]])
    assert (less[["answered_both", "gone", "come"]] <= more[["answered_both", "gone", "come"]]).all(axis=None)


# ---------------------------------------------------------------- the school leaders


@pytest.fixture(scope="module")
def leaders(data_mirror: Path) -> dict[str, Panel]:
    """Return the panels of the checked tables by relation."""
    package = read_package(DATA_RAW / "school_leaders" / "datapackage.json")
    tables = checked(leaders_tables(data_mirror / "school_leaders", package), package)
    return {name: Panel.from_tables(tables, relation=name) for name in ("collaboration", "confidential")}


def pairs_of(data_mirror: Path, relation: str, year: int) -> set[tuple[int, int]]:
    """Return the frequent ties of a workbook, read without our reader."""
    file = data_mirror / "school_leaders" / f"year-{year}-{relation}-ties.xlsx"
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    cells = ((i, j, cell) for i, row in enumerate(rows) for j, cell in enumerate(row))
    return {(i, j) for i, j, cell in cells if i != j and float(cell) >= 3}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("relation", "edgewise", "jaccard"),
    [("collaboration", (0.189, 0.503), 0.08), ("confidential", (0.080, 0.503), 0.06)],
)
def test_the_school_leaders_ties_turn_over(
    leaders: dict[str, Panel],
    data_mirror: Path,
    relation: str,
    edgewise: tuple[float, float],
    jaccard: float,
) -> None:
    panel = leaders[relation]
    before, after = (panel.matrix(year, threshold=3) for year in (1, 3))
    early, late = (pairs_of(data_mirror, relation, year) for year in (1, 3))
    ties = turnover(before, after)
    assert (ties.kept, ties.new, ties.lost) == (len(early & late), len(late - early), len(early - late))
    assert ties.jaccard == pytest.approx(jaccard, abs=0.005)
    assert persistence(panel, threshold=3)["there"].tolist() == [len(early & late)]

    pairs = dyad_transitions(before, after)
    assert pairs.to_numpy().sum() == 43 * 42 / 2
    assert ties_of_pairs(pairs) == {"kept": ties.kept, "new": ties.new, "lost": ties.lost}
    mutual, one_way = pairs.loc["mutual"].sum(), pairs.loc["asymmetric"].sum()
    later, still = pairs["mutual"].sum(), pairs["asymmetric"].sum() + pairs["turned"].sum()
    shares = [2 * both / (2 * both + single) for both, single in ((mutual, one_way), (later, still))]
    assert shares == pytest.approx(edgewise, abs=0.0005)
    assert shares == pytest.approx([reciprocity(matrix, "edgewise") for matrix in (before, after)])

    outcomes = reciprocation(panel, threshold=3).query("began == 1")["outcome"].value_counts()
    names = {"null": "withdrawn", "asymmetric": "still one-way", "mutual": "returned", "turned": "turned"}
    became = pairs.loc["asymmetric"].rename(names)
    assert outcomes.to_dict() == became[became > 0].to_dict()


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize("function", [dyad_transitions, turnover])
@pytest.mark.parametrize(
    ("before", "after", "shapes"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3)), "(2, 3) and (2, 3)"),
        (np.zeros((2, 2)), np.zeros((3, 3)), "(2, 2) and (3, 3)"),
        (np.zeros(4), np.zeros(4), "(4,) and (4,)"),
    ],
)
def test_the_shapes_found_are_named(
    function: Callable[[Matrix, Matrix], object], before: Matrix, after: Matrix, shapes: str
) -> None:
    with pytest.raises(ValueError) as caught:
        function(before, after)
    assert str(caught.value) == f"found matrices of shape {shapes}; allowed: two square ones of one size"


@pytest.mark.parametrize("function", [reciprocation, persistence, composition])
@pytest.mark.parametrize("threshold", [NAN, math.inf])
def test_a_threshold_that_is_no_number_is_refused(
    five: Panel, function: Callable[..., pd.DataFrame], threshold: float
) -> None:
    with pytest.raises(ValueError) as caught:
        function(five, threshold=threshold)
    assert str(caught.value) == f"threshold is {threshold}; allowed is a finite number, or None"
