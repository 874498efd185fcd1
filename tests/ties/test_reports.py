"""Two reports of one tie: by hand, by property, against statsmodels, on bad input."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.ties.panel import Panel
from analysis.ties.reports import (
    ReportAgreement,
    Rule,
    agreement_by_wave,
    both_reports,
    combined,
    report_agreement,
    report_sensitivity,
)

NAN = math.nan
Matrix = npt.NDArray[np.float64]
Tables = dict[str, pd.DataFrame]
Ends = tuple[Matrix, Matrix]
GROUPS: list[object] = ["x", "x", "y", "y", "y"]


@pytest.fixture
def tables() -> Tables:
    """Five people: d is silent in wave 1, e joins after it, c leaves after it; wave 3 asked senders only."""
    ties = [
        (1, "help", "a", "b", 2, "a"),
        (1, "help", "a", "d", 2, "a"),
        (1, "help", "b", "c", 2, "b"),
        (1, "help", "c", "a", 2, "c"),
        (1, "help", "c", "a", 1, "a"),
        (1, "help", "a", "b", 3, "b"),
        (1, "help", "c", "b", 2, "b"),
        (1, "help", "d", "c", 2, "c"),
        (1, "help", "a", "a", 2, "a"),
        (2, "help", "a", "b", 2, "a"),
        (2, "help", "a", "b", 2, "b"),
        (2, "help", "e", "d", 2, "e"),
        (2, "help", "e", "a", 2, "a"),
        (3, "help", "e", "a", 2, "e"),
        (3, "help", "b", "b", 2, "b"),
        (1, "trust", "a", "b", 2, "a"),
        (1, "trust", "c", "c", 2, "c"),
        (2, "thanks", "a", "b", 2, "b"),
    ]
    columns = ["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]
    years = [2021, 2022, 2023]
    return {
        "actors": pd.DataFrame(
            {
                "actor_id": list("abcde"),
                "joined_on": ["", "", "", "", "2021-06-01"],
                "left_on": ["", "", "2021-06-01", "", ""],
            }
        ),
        "waves": pd.DataFrame(
            {
                "wave": [1, 2, 3],
                "opened_on": [f"{year}-01-01" for year in years],
                "closed_on": [f"{year}-01-31" for year in years],
            }
        ),
        "nonresponse": pd.DataFrame({"wave": [1], "actor_id": ["d"]}),
        "ties": pd.DataFrame(ties, columns=columns),
    }


@pytest.fixture
def ends(tables: Tables) -> tuple[Panel, Panel]:
    found = both_reports(tables, relation="help")
    assert found is not None
    return found


# ---------------------------------------------------------------- by hand


def test_each_end_tells_of_its_own_ties(ends: tuple[Panel, Panel]) -> None:
    told, heard = ends
    for panel in ends:
        assert (panel.relation, panel.actors, panel.waves) == ("help", tuple("abcde"), (1, 2))
        assert panel.present.astype(int).tolist() == [[1, 1, 1, 1, 0], [1, 1, 0, 1, 1]]
        assert panel.answered.astype(int).tolist() == [[1, 1, 1, 0, 0], [1, 1, 0, 1, 1]]
    np.testing.assert_array_equal(
        told.matrix(1),
        [
            [0, 2, 0, 2, NAN],
            [0, 0, 2, 0, NAN],
            [2, 0, 0, 0, NAN],
            [NAN, NAN, NAN, 0, NAN],
            [NAN, NAN, NAN, NAN, 0],
        ],
    )
    np.testing.assert_array_equal(
        heard.matrix(1),
        [
            [0, 3, 0, NAN, NAN],
            [0, 0, 0, NAN, NAN],
            [1, 2, 0, NAN, NAN],
            [0, 0, 2, 0, NAN],
            [NAN, NAN, NAN, NAN, 0],
        ],
    )
    assert np.argwhere(told.matrix(2) > 0).tolist() == [[0, 1], [4, 3]]
    assert np.argwhere(heard.matrix(2) > 0).tolist() == [[0, 1], [4, 0]]


@pytest.mark.parametrize("relation", ["trust", "thanks"])
def test_one_end_alone_cannot_be_compared(tables: Tables, relation: str) -> None:
    # Who names themselves is at both ends of that tie; it makes no second report.
    assert both_reports(tables, relation=relation) is None


def test_the_ends_of_five_people_agree_in_half(ends: tuple[Panel, Panel]) -> None:
    # Wave 1, of a, b, c: a → b and c → a by both; b → c by b; c → b by b; a → c, b → a by nobody.
    first = report_agreement(*(end.matrix(1) for end in ends))
    assert first == ReportAgreement(both=2, sender_only=1, receiver_only=1, neither=2, untold=14)
    assert first.agreement == 2 / 4
    # Each end reports half of the pairs, so chance agrees in half; found are 4 of 6.
    assert first.kappa == pytest.approx((4 / 6 - 1 / 2) / (1 - 1 / 2))
    assert first.tidy().to_dict("records") == [
        {
            "both": 2,
            "sender_only": 1,
            "receiver_only": 1,
            "neither": 2,
            "untold": 14,
            "agreement": 0.5,
            "kappa": pytest.approx(1 / 3),
        }
    ]
    assert first.summary() == (
        "2 ties reported by both ends, 1 by the sender only, 1 by the receiver only (agreement 0.500, kappa "
        "0.333); 14 ordered pairs of which not both told"
    )
    # Wave 2, of a, b, d, e: a → b by both; e → d by e; e → a by a. Chance: (2 × 2 + 10 × 10) ÷ 144.
    second = report_agreement(*(end.matrix(2) for end in ends))
    assert second == ReportAgreement(both=1, sender_only=1, receiver_only=1, neither=9, untold=8)
    assert second.kappa == pytest.approx((10 / 12 - 104 / 144) / (1 - 104 / 144))


# Sender and receiver: 1 reports the tie, 0 none, NaN is silent.
TRUTH = [
    # sender, receiver: union, intersection, weighted
    (1, 1, 1, 1, 1),
    (1, 0, 1, 0, 0.5),
    (0, 1, 1, 0, 0.5),
    (0, 0, 0, 0, 0),
    (1, NAN, 1, NAN, NAN),
    (NAN, 1, 1, NAN, NAN),
    (0, NAN, NAN, 0, NAN),
    (NAN, 0, NAN, 0, NAN),
    (NAN, NAN, NAN, NAN, NAN),
]


@pytest.mark.parametrize(("sender", "receiver", "union", "intersection", "weighted"), TRUTH)
def test_one_tie_under_every_rule(
    sender: float, receiver: float, union: float, intersection: float, weighted: float
) -> None:
    told, heard = np.array([[7, sender], [0, 7]]), np.array([[7, receiver], [0, NAN]])
    expected: dict[Rule, float] = {
        "sender": sender,
        "receiver": receiver,
        "union": union,
        "intersection": intersection,
        "weighted": weighted,
    }
    assert tuple(expected) == get_args(Rule)
    for rule, cell in expected.items():
        np.testing.assert_array_equal(combined(told, heard, rule), [[0, cell], [0, 0]])


def test_strength_is_no_disagreement() -> None:
    found = report_agreement([[0, 4], [0, 0]], [[0, 1], [0, 0]])
    assert found == ReportAgreement(both=1, sender_only=0, receiver_only=0, neither=1, untold=0)


FIRST = {
    # a → b, a → d, b → c, c → a of three rows; no dyad both ways; only a → b stays within its group.
    "sender": (9, 4, 4 / 9, 0, 2 / 4),
    # a → b, c → a, c → b, d → c of three columns; within: a → b and d → c.
    "receiver": (9, 4, 4 / 9, 0, 0),
    # All six; c and b name each other; d with a, b, c is not observed both ways; within: a → b, d → c.
    "union": (8, 6, 6 / 8, 2 / 4, 2 / 6),
    # a → b and c → a; that neither says b → d, c → d, d → a, d → b needs one end only.
    "intersection": (10, 2, 2 / 10, 0, 0),
    "weighted": (6, 3, 3 / 6, NAN, NAN),
}
SECOND = {
    # a → b within, e → d within.
    "sender": (12, 2, 2 / 12, 0, -1),
    # a → b within, e → a across.
    "receiver": (12, 2, 2 / 12, 0, 0),
    "union": (12, 3, 3 / 12, 0, -1 / 3),
    "intersection": (12, 1, 1 / 12, 0, -1),
    "weighted": (12, 2, 2 / 12, NAN, NAN),
}


def test_every_measure_under_every_rule(ends: tuple[Panel, Panel]) -> None:
    found = report_sensitivity(*ends, GROUPS)
    assert found.index.names == ["wave", "rule"]
    assert found.columns.tolist() == ["observed", "ties", "density", "edgewise", "external_internal"]
    expected = {(wave, rule): row for wave, of in ((1, FIRST), (2, SECOND)) for rule, row in of.items()}
    assert found.index.tolist() == list(expected)
    np.testing.assert_allclose(found.to_numpy(float), list(expected.values()))


def test_a_threshold_is_held_against_each_report(ends: tuple[Panel, Panel]) -> None:
    # a reports c → a with 1, c reports it with 2.
    ties = report_sensitivity(*ends, GROUPS, threshold=2).loc[1]["ties"]
    assert ties.to_dict() == {"sender": 4, "receiver": 3, "union": 6, "intersection": 1, "weighted": 2.5}


def test_of_all_relations_those_asked_at_both_ends(tables: Tables) -> None:
    agreement, sensitivity = agreement_by_wave(tables, GROUPS)
    assert agreement.index.tolist() == [("help", 1), ("help", 2)]
    assert agreement["people"].tolist() == [3, 4]
    counts = ["both", "sender_only", "receiver_only", "neither", "untold"]
    assert agreement[counts].to_numpy().tolist() == [[2, 1, 1, 2, 14], [1, 1, 1, 9, 8]]
    assert all(pd.api.types.is_integer_dtype(agreement[count]) for count in counts)
    assert len(sensitivity) == 2 * len(FIRST)
    np.testing.assert_allclose(sensitivity.loc[("help", 2, "union")], [4, *SECOND["union"]])


def test_without_a_second_end_there_is_nothing_to_compare(tables: Tables) -> None:
    one_end = tables["ties"][tables["ties"]["relation"] != "help"]
    for frame, levels in zip(agreement_by_wave({**tables, "ties": one_end}, GROUPS), (2, 3), strict=True):
        assert len(frame) == 0
        assert frame.index.nlevels == levels


# ---------------------------------------------------------------- agreement


@pytest.mark.parametrize(
    ("counts", "agreement", "kappa"),
    [
        ((0, 0, 0, 0, 6), NAN, NAN),
        ((0, 0, 0, 6, 0), NAN, NAN),
        ((6, 0, 0, 0, 0), 1, NAN),
        ((3, 0, 0, 3, 0), 1, 1),
        ((0, 3, 3, 0, 0), 0, -1),
        # Independent reports (3 of 12 and 4 of 12, 1 by both): as much agreement as by chance.
        ((1, 2, 3, 6, 0), 1 / 6, 0),
    ],
)
def test_the_ends_of_the_scale(counts: tuple[int, ...], agreement: float, kappa: float) -> None:
    found = ReportAgreement(*counts)
    assert found.agreement == pytest.approx(agreement, nan_ok=True)
    assert found.kappa == pytest.approx(kappa, nan_ok=True, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.tuples(*[st.integers(0, 40)] * 4))
def test_kappa_is_that_of_statsmodels(counts: tuple[int, int, int, int]) -> None:
    both, sender, receiver, neither = counts
    # Chance leaves room unless both ends say one thing only.
    assume(sender or receiver or (both and neither))
    found = ReportAgreement(*counts, untold=0).kappa
    table = np.array([[both, sender], [receiver, neither]])
    assert found == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-12)
    assert -1 - 1e-12 <= found <= 1


# ---------------------------------------------------------------- properties


both_ends = st.integers(2, 6).flatmap(
    lambda size: st.tuples(*[arrays(float, (size, size), elements=st.sampled_from([0, 0, 1, 3, NAN]))] * 2)
)
rules = st.sampled_from(get_args(Rule))


@settings(max_examples=100, deadline=None)
@given(both_ends, rules)
def test_a_cell_is_told_when_silence_could_not_change_it(reports: Ends, rule: Rule) -> None:
    least, most = (
        combined(*(np.nan_to_num(report, nan=filled) for report in reports), rule) for filled in (0, 1)
    )
    np.testing.assert_array_equal(combined(*reports, rule), np.where(least == most, least, NAN))


@settings(max_examples=100, deadline=None)
@given(both_ends)
def test_rules_keep_their_bounds_and_order(reports: Ends) -> None:
    found = {rule: combined(*reports, rule) for rule in get_args(Rule)}
    for rule, matrix in found.items():
        allowed = {0, 0.5, 1} if rule == "weighted" else {0, 1}
        assert set(matrix[~np.isnan(matrix)]) <= allowed
        assert not np.diag(matrix).any()
    for rule in ("sender", "receiver", "weighted"):
        # A comparison with what is missing tells nothing.
        assert not (found["intersection"] > found[rule]).any()
        assert not (found[rule] > found["union"]).any()
    assert not (found["intersection"] > found["union"]).any()


@settings(max_examples=100, deadline=None)
@given(both_ends)
def test_it_does_not_matter_which_end_comes_first(reports: Ends) -> None:
    swapped = reports[::-1]
    for rule, other in (
        ("union", "union"),
        ("intersection", "intersection"),
        ("weighted", "weighted"),
        ("sender", "receiver"),
    ):
        np.testing.assert_array_equal(combined(*reports, rule), combined(*swapped, other))
    there, back = report_agreement(*reports), report_agreement(*swapped)
    assert (there.both, there.neither, there.untold) == (back.both, back.neither, back.untold)
    assert (there.sender_only, there.receiver_only) == (back.receiver_only, back.sender_only)
    assert there.kappa == pytest.approx(back.kappa, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(both_ends, rules, st.data())
def test_another_order_of_people_changes_nothing(reports: Ends, rule: Rule, data: st.DataObject) -> None:
    size = len(reports[0])
    order = data.draw(st.permutations(range(size)))
    moved = [report[np.ix_(order, order)] for report in reports]
    np.testing.assert_array_equal(combined(*moved, rule), combined(*reports, rule)[np.ix_(order, order)])
    assert report_agreement(*moved) == report_agreement(*reports)
    groups = data.draw(st.lists(st.sampled_from("xy"), min_size=size, max_size=size))
    here, there = (
        report_sensitivity(*(Panel.from_matrices([end]) for end in ends), list(labels))
        for ends, labels in ((reports, groups), (moved, [groups[place] for place in order]))
    )
    pd.testing.assert_frame_equal(here, there)


@settings(max_examples=100, deadline=None)
@given(both_ends, st.data())
def test_who_falls_silent_is_not_taken_to_name_nobody(reports: Ends, data: st.DataObject) -> None:
    actor = data.draw(st.integers(0, len(reports[0]) - 1))
    told, heard = reports[0].copy(), reports[1].copy()
    told[actor], heard[:, actor] = NAN, NAN
    for rule in get_args(Rule):
        more, less = combined(*reports, rule), combined(told, heard, rule)
        known = ~np.isnan(less)
        np.testing.assert_array_equal(less[known], more[known])
    before, after = report_agreement(*reports), report_agreement(told, heard)
    size = len(told)
    for found in (before, after):
        assert sum(found.__dict__.values()) == size * (size - 1)
    for count in ("both", "sender_only", "receiver_only", "neither"):
        assert getattr(after, count) <= getattr(before, count)


# ---------------------------------------------------------------- bad input


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        combined([[0]], [[0]], "either")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "rule is 'either'; allowed are 'sender', 'receiver', 'union', 'intersection', 'weighted'"
    )


@pytest.mark.parametrize("function", [lambda one, other: combined(one, other, "union"), report_agreement])
@pytest.mark.parametrize(
    ("sender", "receiver", "shapes"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3)), "(2, 3) and (2, 3)"),
        (np.zeros((2, 2)), np.zeros((3, 3)), "(2, 2) and (3, 3)"),
        (np.zeros(4), np.zeros(4), "(4,) and (4,)"),
    ],
)
def test_the_shapes_found_are_named(
    function: Callable[[Matrix, Matrix], object], sender: Matrix, receiver: Matrix, shapes: str
) -> None:
    with pytest.raises(ValueError) as caught:
        function(sender, receiver)
    assert str(caught.value) == f"found matrices of shape {shapes}; allowed: two square ones of one size"


def test_groups_and_threshold_are_checked(ends: tuple[Panel, Panel]) -> None:
    with pytest.raises(ValueError) as caught:
        report_sensitivity(*ends, ["x", "y"])
    assert str(caught.value) == "there are 2 groups for 5 actors; one each is needed"
    with pytest.raises(ValueError) as caught:
        report_sensitivity(*ends, GROUPS, threshold=math.inf)
    assert str(caught.value) == "threshold is inf; allowed is a finite number, or None"


def test_an_unknown_relation_is_refused_with_those_there_are(tables: Tables) -> None:
    with pytest.raises(ValueError) as caught:
        both_reports(tables, relation="gossip")
    assert str(caught.value) == (
        "the tables make no panel:\n  relation: gossip unknown; there are help, thanks, trust"
    )


def test_one_end_reports_a_tie_once(tables: Tables) -> None:
    ties = pd.concat([tables["ties"], tables["ties"].iloc[[0]]])
    with pytest.raises(ValueError) as caught:
        both_reports({**tables, "ties": ties}, relation="help")
    assert str(caught.value) == (
        "the tables make no panel:\n  ties listed more than once: wave 1 a → b; keep one report a tie"
    )


def test_who_did_not_answer_reports_nothing(tables: Tables) -> None:
    silent = pd.DataFrame({"wave": [1, 1], "actor_id": ["d", "b"]})
    with pytest.raises(ValueError) as caught:
        both_reports({**tables, "nonresponse": silent}, relation="help")
    assert str(caught.value) == (
        "the tables make no panel:\n  a tie of a sender who did not answer: wave 1 b → c; "
        "correct the ties or who was there"
    )


@pytest.mark.parametrize(
    ("dropped", "lacking"),
    [
        (["reported_by"], "reported_by"),
        (["sender_id", "wave"], "wave, sender_id"),
        (None, "wave, relation, sender_id, receiver_id, reported_by"),
    ],
)
def test_a_missing_column_is_named(tables: Tables, dropped: list[str] | None, lacking: str) -> None:
    ties = tables.pop("ties")
    if dropped:
        tables["ties"] = ties.drop(columns=dropped)
    with pytest.raises(ValueError) as caught:
        both_reports(tables, relation="help")
    assert str(caught.value) == (
        f"table ties lacks {lacking}; needed are wave, relation, sender_id, receiver_id, reported_by"
    )
