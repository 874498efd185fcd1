"""Network and notes side by side: coded segments counted by hand, and every pair of findings."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.evidence.joint_display import (
    CODED,
    OUTCOMES,
    coded_evidence,
    convergence,
    joint_display,
    network_finding,
)

CODES = ["help", "asking", "giving"]
COUNTS = ["documents", "segments", "coders", "applied", "disputed", "found", "references"]


def codings(*decisions: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Return decisions as (document, segment, coder, code, applied)."""
    frame = pd.DataFrame(decisions, columns=["document_id", "segment_id", "coder_id", "code", "applied"])
    return frame.astype({"applied": "Int64"})


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Three activities: two notes of the first, one of the second read for one code, none of the third."""
    documents = [
        ("note1", "2025-01-18"),
        ("plan1", "2025-01-18"),
        ("note2", "2025-02-15"),
        ("interview", None),
    ]
    return {
        "activities": pd.DataFrame(
            [
                ("fair", "2025-03-15", "fair"),
                ("visit", "2025-02-15", "visit"),
                ("kick-off", "2025-01-18", "session"),
            ],
            columns=["activity_id", "date", "kind"],
        ).astype("string"),
        "attendance": pd.DataFrame(
            [("kick-off", "a"), ("kick-off", "b"), ("fair", "b")], columns=["activity_id", "actor_id"]
        ),
        "contacts": pd.DataFrame({"time": ["2025-01-18T10:30", "2025-01-18", "2025-01-19", "2025-02-15"]}),
        "documents": pd.DataFrame(documents, columns=["document_id", "date"]).astype("string"),
        "codebook": pd.DataFrame(
            [("help", pd.NA), ("asking", "help"), ("giving", "help"), ("lending", "giving"), ("food", pd.NA)],
            columns=["code", "parent"],
        ).astype("string"),
        "codings": codings(
            ("note1", "s1", "one", "asking", 1),
            ("note1", "s1", "two", "asking", 1),
            ("note1", "s2", "one", "asking", 1),
            ("note1", "s2", "two", "asking", 0),
            ("note1", "s3", "one", "asking", 0),
            ("note1", "s3", "two", "giving", 0),
            ("note1", "s3", "one", "lending", 1),
            ("plan1", "s1", "one", "lending", 1),
            ("plan1", "s1", "two", "giving", 0),
            ("note2", "s1", "one", "asking", 0),
            ("note2", "s1", "one", "food", 1),
            ("interview", "s1", "one", "asking", 1),
        ),
    }


@pytest.fixture
def coded(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What coders found of asking and giving."""
    return coded_evidence(tables, ["asking", "giving"])


@pytest.fixture
def allowed() -> pd.DataFrame:
    """Three new ties; nothing known of the fair."""
    return pd.DataFrame({"kick-off": [1, 1, 1], "visit": [0, 1, 1]}).astype(bool)


def test_coded_segments_by_hand(tables: dict[str, pd.DataFrame]) -> None:
    found = coded_evidence(tables, CODES)
    assert found[["activity", "code"]].to_numpy().tolist() == [
        [activity, code] for activity, code in product(["kick-off", "visit", "fair"], CODES)
    ]
    assert found[COUNTS].to_numpy().tolist() == [
        # Of help one coder applied a code to s3 and to the plan, the other none; s2 is disputed as well.
        [2, 4, 2, 1, 3, "yes", "note1/s1"],
        [2, 3, 2, 1, 1, "yes", "note1/s1"],
        # Lending is a sort of giving: one says so, the other does not.
        [2, 2, 2, 0, 2, "divided", ""],
        [1, 1, 1, 0, 0, "no", ""],
        [1, 1, 1, 0, 0, "no", ""],
        [1, 0, 0, 0, 0, "not told", ""],
        *[[0, 0, 0, 0, 0, "not told", ""]] * 3,
    ]


def test_codes_below_are_followed_to_the_end_and_round_in_circles(tables: dict[str, pd.DataFrame]) -> None:
    tables["codings"] = codings(("note1", "s1", "one", "lending", 1))
    assert coded_evidence(tables, CODES)["applied"].tolist()[:3] == [1, 0, 1]
    tables["codebook"].loc[0, "parent"] = "lending"
    assert coded_evidence(tables, CODES)["applied"].tolist()[:3] == [1, 0, 1]
    assert coded_evidence(tables, ["lending", "food"])["applied"].tolist()[:2] == [1, 0]


def test_without_a_codebook_a_code_is_itself_only(tables: dict[str, pd.DataFrame]) -> None:
    del tables["codebook"]
    found = coded_evidence(tables, ["giving", "lending"])
    assert found["segments"].tolist()[:2] == [2, 2]
    assert found["found"].tolist()[:2] == ["no", "yes"]
    assert found["references"].tolist()[1] == "note1/s3, plan1/s1"


def test_unknown_codes_are_refused(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(ValueError) as caught:
        coded_evidence(tables, ["asking", "trust", "gossip"])
    assert str(caught.value) == (
        "unknown codes: trust, gossip; there are asking, food, giving, help, lending"
    )
    with pytest.raises(ValueError) as caught:
        coded_evidence({**tables, "codebook": tables["codebook"][:0], "codings": codings()}, ["asking"])
    assert str(caught.value) == "unknown codes: asking; there are none"


def test_order_of_rows_and_names_of_coders_play_no_part(tables: dict[str, pd.DataFrame]) -> None:
    expected = coded_evidence(tables, CODES)
    moved = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in tables.items()}
    moved["codings"] = moved["codings"].replace({"coder_id": {"one": "y", "two": "x"}})
    pd.testing.assert_frame_equal(coded_evidence(moved, CODES), expected)


@pytest.mark.parametrize(
    ("lower", "upper", "identified", "finding"),
    [
        (0.02, 0.30, True, "yes"),
        (0.001, 0.02, True, "yes"),
        (0.0, 0.02, True, "no"),
        (0.0, 0.03, True, "no"),
        (0.0, 0.031, True, "unclear"),
        (1e-9, 0.5, True, "unclear"),
        (0.02, 0.30, False, "not told"),
        (0.0, 0.01, False, "not told"),
    ],
)
def test_what_the_network_says(lower: float, upper: float, identified: bool, finding: str) -> None:
    rates = pd.DataFrame({"source": ["visit"], "lower": lower, "upper": upper, "identified": identified})
    assert network_finding(rates, baseline=0.03).to_dict() == {"visit": finding}


def test_findings_are_named_by_their_source() -> None:
    rates = pd.DataFrame(
        {"source": ["b", "a"], "lower": [0.1, 0.0], "upper": [0.2, 0.3], "identified": [True, False]}
    )
    found = network_finding(rates, baseline=0.01)
    assert found.index.name == "source"
    assert found.to_dict() == {"b": "yes", "a": "not told"}


AGREEMENT = {
    # network: coded yes, divided, no, not told
    "yes": ["agreement", "partial agreement", "dissonance", "silence"],
    "unclear": ["partial agreement", "partial agreement", "partial agreement", "silence"],
    "no": ["dissonance", "partial agreement", "agreement", "silence"],
    "not told": ["silence"] * 4,
}


def test_every_pair_of_findings_has_its_outcome() -> None:
    network = pd.Series({told: told for told in AGREEMENT})
    coded = pd.DataFrame(
        [(told, found, found) for told in AGREEMENT for found in CODED], columns=["activity", "code", "found"]
    )
    found = convergence(network, coded)
    assert found.columns.tolist() == ["activity", "code", "network", "coded", "outcome"]
    assert found["outcome"].tolist() == [outcome for row in AGREEMENT.values() for outcome in row]
    assert found["network"].tolist() == found["activity"].tolist()
    assert found["coded"].tolist() == found["code"].tolist()
    assert set(found["outcome"]) == set(OUTCOMES)


def test_an_activity_the_network_does_not_have_is_silence(coded: pd.DataFrame) -> None:
    found = convergence(pd.Series({"kick-off": "no"}), coded)
    assert found["network"].tolist() == ["no"] * 2 + ["not told"] * 4
    assert found["outcome"].tolist() == ["dissonance", "partial agreement", *["silence"] * 4]
    assert len(convergence(pd.Series(dtype=object), coded[:0])) == 0


def test_joint_display_by_hand(
    tables: dict[str, pd.DataFrame], allowed: pd.DataFrame, coded: pd.DataFrame
) -> None:
    found = joint_display(tables, allowed, coded)
    assert found.index.name == "activity"
    columns = ["date", "kind", "came", "contacts", "new_ties", "asking", "giving", "references"]
    assert found.columns.tolist() == columns
    assert found.reset_index().to_numpy().tolist() == [
        ["kick-off", "2025-01-18", "session", 2, 2, "1–3", "yes (1)", "divided", "note1/s1"],
        ["visit", "2025-02-15", "visit", 0, 1, "0–2", "no", "not told", ""],
        ["fair", "2025-03-15", "fair", 1, 0, "none admissible", "not told", "not told", ""],
    ]


def test_a_display_has_only_what_is_known(tables: dict[str, pd.DataFrame], allowed: pd.DataFrame) -> None:
    del tables["attendance"], tables["contacts"]
    assert joint_display(tables, allowed).columns.tolist() == ["date", "kind", "new_ties"]
    # A fourth tie came from elsewhere; so may the others have.
    elsewhere = pd.concat([allowed, pd.DataFrame({"kick-off": [False], "visit": [False]})], ignore_index=True)
    assert joint_display(tables, elsewhere)["new_ties"].tolist() == ["0–3", "0–2", "none admissible"]
    none = joint_display(tables, allowed[:0])
    assert none["new_ties"].tolist() == ["none admissible"] * 3


def test_references_of_several_codes_come_once(
    tables: dict[str, pd.DataFrame], allowed: pd.DataFrame
) -> None:
    tables["codings"] = codings(
        ("note1", "s1", "one", "asking", 1),
        ("note1", "s1", "one", "giving", 1),
        ("plan1", "s2", "one", "giving", 1),
    )
    found = joint_display(tables, allowed, coded_evidence(tables, CODES))
    assert found.loc["kick-off", "references"] == "note1/s1, plan1/s2"
    # The order of the codes asked for is the order of the columns.
    assert found.columns.tolist()[-4:] == [*CODES, "references"]
    assert found.loc["kick-off", CODES].tolist() == ["yes (2)", "yes (1)", "yes (2)"]


@pytest.mark.parametrize("name", ["kind", "contacts", "references"])
def test_a_code_called_like_a_column_does_not_take_its_place(
    tables: dict[str, pd.DataFrame], allowed: pd.DataFrame, name: str
) -> None:
    plain = joint_display(tables, allowed, coded_evidence(tables, ["asking"]))
    renamed = {"asking": name}
    tables["codings"] = tables["codings"].replace({"code": renamed})
    tables["codebook"] = tables["codebook"].replace({"code": renamed})
    found: Any = joint_display(tables, allowed, coded_evidence(tables, [name]))
    pd.testing.assert_frame_equal(found, plain.rename(columns={"asking": f"code {name}"}))


def test_without_a_code_there_is_no_column(tables: dict[str, pd.DataFrame], allowed: pd.DataFrame) -> None:
    found = joint_display(tables, allowed, coded_evidence(tables, []))
    assert found.columns.tolist() == ["date", "kind", "came", "contacts", "new_ties", "references"]
    assert np.array_equal(found["references"], [""] * 3)
