"""A ledger of evidence and belief after it: numbers worked by hand, and what is refused."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.evidence.process_tracing import SHOWS, process_tracing
from analysis.files import DATA_RAW

COLUMNS = ["evidence_id", "document_id", "hypothesis", "test", "direction", "if_true", "if_false"]


def pieces(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Return evidence of these rows and a rival that one straw supports."""
    rival = ("r", None, "rival", "straw in the wind", "neither", 0.5, 0.5)
    return pd.DataFrame([*rows, rival], columns=COLUMNS)


def test_odds_are_multiplied_by_hand() -> None:
    evidence = pieces(
        ("a", "d1", "h", "hoop", "for", 0.9, 0.3),
        ("b", "d2", "h", "smoking gun", "for", 0.4, 0.1),
        ("c", "d3", "h", "straw in the wind", "against", 0.3, 0.6),
    )
    found = process_tracing(evidence, priors=(0.2, 0.2), slack=0.0)
    # Odds 1 to 4, times 3, 4 and a half: 6 to 4.
    assert found.beliefs.loc["h", ["lower", "middle", "upper"]].tolist() == pytest.approx([0.6] * 3)
    assert found.beliefs.loc["rival", "middle"] == pytest.approx(0.2)
    assert found.ledger.loc["h", "ratio"].tolist() == pytest.approx([3, 4, 0.5])
    assert found.ledger.loc["h", "shows"].tolist() == [
        "stays in play",
        "confirmed, if the test is sound",
        "weakened a little",
    ]
    assert found.ledger.loc[("rival", "r"), "shows"] == "nothing"


def test_pieces_of_one_document_count_once() -> None:
    one = ("a", "d1", "h", "hoop", "for", 0.8, 0.2)
    again = ("b", "d1", "h", "hoop", "for", 0.8, 0.2)
    alone = process_tracing(pieces(one), priors=(0.5, 0.5), slack=0.0).beliefs.loc["h"]
    twice = process_tracing(pieces(one, again), priors=(0.5, 0.5), slack=0.0).beliefs.loc["h"]
    assert alone["middle"] == twice["middle"] == pytest.approx(0.8)
    assert (twice["pieces"], twice["counted"]) == (2, 1)
    # Ratios 4 and 1/4 from one document cancel; from two documents too, and both are counted.
    opposed = ("b", "d1", "h", "hoop", "against", 0.2, 0.8)
    assert process_tracing(pieces(one, opposed), priors=(0.5, 0.5)).beliefs.loc[
        "h", "middle"
    ] == pytest.approx(0.5)
    other = process_tracing(pieces(one, ("b", None, *again[2:])), priors=(0.5, 0.5), slack=0.0).beliefs.loc[
        "h"
    ]
    assert other["middle"] == pytest.approx(16 / 17) and other["counted"] == 2


def test_the_band_is_that_of_both_ranges() -> None:
    found = process_tracing(pieces(("a", None, "h", "hoop", "for", 0.7, 0.4)), priors=(0.2, 0.5), slack=0.1)
    # Odds 1/4 × .6/.5, 7/13 × .7/.4 (the middle prior is .35) and 1 × .8/.3.
    lower, middle, upper = 0.25 * 1.2, 7 / 13 * 1.75, 8 / 3
    expected = [odds / (1 + odds) for odds in (lower, middle, upper)]
    assert found.beliefs.loc["h", ["lower", "middle", "upper"]].tolist() == pytest.approx(expected)
    assert found.summary().startswith(
        "belief after the evidence, from 0.2 to 0.5 before: h 0.23 to 0.73; rival"
    )
    wider = process_tracing(pieces(("a", None, "h", "hoop", "for", 0.7, 0.4)), priors=(0.2, 0.5), slack=0.2)
    assert wider.beliefs.loc["h", "lower"] < found.beliefs.loc["h", "lower"]
    assert wider.beliefs.loc["h", "upper"] > found.beliefs.loc["h", "upper"]


def test_nothing_is_taken_as_certain() -> None:
    found = process_tracing(
        pieces(("a", None, "h", "doubly decisive", "for", 1.0, 0.0)), priors=(0.5, 0.5), slack=0.0
    )
    assert found.beliefs.loc["h", "middle"] == pytest.approx(0.99)


def test_a_piece_without_chances_stands_in_the_ledger_and_moves_nothing() -> None:
    found = process_tracing(pieces(("a", None, "h", "hoop", "for", None, None)), priors=(0.3, 0.3))
    assert found.beliefs.loc["h", ["counted", "lower", "upper"]].tolist() == pytest.approx([0, 0.3, 0.3])
    assert len(found.ledger) == 2


def test_the_order_of_pieces_changes_nothing() -> None:
    evidence = pieces(
        ("a", "d1", "h", "hoop", "for", 0.9, 0.3),
        ("b", "d1", "h", "straw in the wind", "for", 0.6, 0.5),
        ("c", "d3", "rival", "straw in the wind", "against", 0.3, 0.6),
    )
    one, other = (process_tracing(frame).beliefs for frame in (evidence, evidence.iloc[::-1]))
    pd.testing.assert_frame_equal(one, other.loc[one.index])


def test_everything_wrong_is_named_at_once() -> None:
    evidence = pd.DataFrame(
        [
            ("a", "d", "h", "hoop", "for", 1.2, -0.1),
            ("b", "d", "h", "sieve", "sideways", 0.5, None),
            ("c", "d", "h", "hoop", "for", 0.2, 0.6),
            ("c", "d", "h", "hoop", "neither", 0.2, 0.6),
        ],
        columns=COLUMNS,
    )
    dated = pd.DataFrame(
        [
            ("h", "2021-05-01", "2020-03-01"),
            ("other", "2020-01-01", "2021-01-01"),
            ("h", "spring", "2021-01-01"),
        ],
        columns=["hypothesis", "cause_on", "effect_on"],
    )
    with pytest.raises(NotEstimable) as caught:
        process_tracing(evidence, dated=dated)
    told = str(caught.value)
    for part in (
        "hypothesis h without rivals",
        "a with if_true that is no chance from 0 to 1",
        "a with if_false that is no chance from 0 to 1",
        "b with test sieve",
        "b with direction sideways",
        "b with one chance of two",
        "c for its hypothesis, with chances 0.2 and 0.6",
        "c neither its hypothesis",
        "c twice on one hypothesis",
        "the cause of h dated 2021-05-01, after its effect of 2020-03-01",
        "dates of other, on which there is no evidence",
        "dates spring and 2021-01-01 of h",
    ):
        assert part in told, part


def test_no_chances_at_all_and_no_evidence_are_named() -> None:
    bare = pieces(("a", None, "h", "hoop", "for", None, None)).drop(columns=["if_true", "if_false"])
    with pytest.raises(NotEstimable, match="no piece with chances"):
        process_tracing(bare)
    with pytest.raises(NotEstimable, match="hypothesis none without rivals"):
        process_tracing(bare.iloc[:0])


@pytest.mark.parametrize(
    ("priors", "slack"), [((0.5, 0.2), 0.1), ((0.0, 0.5), 0.1), ((0.2, 1.0), 0.1), ((0.2, 0.5), 0.6)]
)
def test_ranges_that_are_none_are_refused(priors: tuple[float, float], slack: float) -> None:
    with pytest.raises(ValueError, match="allowed: priors between 0 and 1") as caught:
        process_tracing(pieces(("a", None, "h", "hoop", "for", 0.9, 0.3)), priors=priors, slack=slack)
    assert not isinstance(caught.value, NotEstimable)


def test_the_tests_say_something_of_every_direction_but_neither() -> None:
    assert {test for test, _ in SHOWS} == {"hoop", "smoking gun", "straw in the wind", "doubly decisive"}
    assert {direction for _, direction in SHOWS} == {"for", "against"}
    assert len(SHOWS) == 8


def test_the_twin_speaks_for_the_environment_most() -> None:
    rows = json.loads((DATA_RAW / "two_districts/parameters.json").read_text(encoding="utf-8"))["evidence"]
    evidence = pd.DataFrame(
        rows, columns=["evidence_id", "document_id", "hypothesis", "test", "direction", "if_true", "if_false"]
    )
    found = process_tracing(evidence).beliefs
    assert found["middle"].idxmax() == "environment"
    assert (found["lower"] <= found["middle"]).all() and (found["middle"] <= found["upper"]).all()
