"""The ledger: from a segment to its claim and back, by hand; new codes and claims; what is wrong is named."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.evidence.discovery import accumulation, discovery
from analysis.evidence.ledger import NOT_SEEN, ledger_of, volumes
from analysis.evidence.ledger_findings import ledger_findings

DOCUMENTS = pd.DataFrame(
    {
        "document_id": ["d3", "d1", "d2"],
        "kind": ["artifact", "interview", "interview"],
        "date": ["2020-03-01", "2020-01-01", "2020-02-01"],
    }
)
EVIDENCE = pd.DataFrame(
    [
        ("e1", "d1", "s1", "links_help", "hoop", "for"),
        ("e2", "d1", "s1", "talk_helps", "straw in the wind", "against"),
        ("e3", "d2", "s2", "links_help", "hoop", "against"),
        ("e4", "d3", "s1", "links_help", "smoking gun", "for"),
        ("e5", None, None, "talk_helps", "hoop", "neither"),
    ],
    columns=["evidence_id", "document_id", "segment_id", "hypothesis", "test", "direction"],
)
CODINGS = pd.DataFrame(
    [
        ("d1", "s1", "x", "link", 1),
        ("d1", "s1", "y", "link", 0),
        ("d1", "s1", "x", "talk", 1),
        ("d1", "s1", "y", "talk", 1),
        ("d2", "s2", "x", "link", 1),
        ("d2", "s2", "y", "link", 1),
        ("d3", "s9", "x", "talk", 1),
    ],
    columns=["document_id", "segment_id", "coder_id", "code", "applied"],
)
TABLES = {"documents": DOCUMENTS, "evidence": EVIDENCE, "codings": CODINGS}


def test_each_piece_leads_to_its_codes_and_claim_and_back() -> None:
    found = ledger_of(TABLES)
    assert found.frame["codes"].tolist() == ["link 1/2, talk 2/2", "link 1/2, talk 2/2", "link 2/2", "", ""]
    assert found.frame["agreed"].tolist()[:3] == [False, False, True]
    assert found.frame["agreed"].isna().tolist()[3:] == [True, True]
    assert found.frame["kind"].tolist() == ["interview"] * 3 + ["artifact", "no document"]
    assert found.by_claim().loc["links_help"].tolist() == [3, 2, 1, 0, 3, 2, 1, 1]
    assert found.code_to_claim().to_dict() == {
        "links_help": {"link": 2, "talk": 1},
        "talk_helps": {"link": 1, "talk": 1},
    }
    negative = found.negative_cases()
    assert isinstance(negative, pd.DataFrame) and negative.index.tolist() == ["e2", "e3"]
    rivals = found.rival_readings()
    assert isinstance(rivals, pd.DataFrame) and found.opposed() == 1
    assert rivals.loc[1].tolist() == ["d1", "s1", "links_help", "talk_helps", "", True, False]
    assert "5 pieces" in found.summary() and len(found.tidy()) == 5
    # Of a few coders it is not said how many applied a code, nor whether they agreed.
    quiet = ledger_of(TABLES, votes=False)
    assert quiet.frame["codes"].tolist() == ["link, talk", "link, talk", "link", "", ""]
    assert "agreed" not in quiet.frame
    rivals = quiet.rival_readings()
    assert isinstance(rivals, pd.DataFrame) and "agreed" not in rivals


def test_without_codings_or_anything_against_the_ledger_stands() -> None:
    found = ledger_of({"documents": DOCUMENTS, "evidence": EVIDENCE.iloc[[0, 3]]})
    assert found.frame["codes"].eq("").all() and found.code_to_claim().empty
    assert isinstance(found.negative_cases(), NotEstimable)
    assert isinstance(found.rival_readings(), NotEstimable) and found.opposed() == 0


def test_new_codes_and_claims_are_counted_in_order_of_date() -> None:
    curves = accumulation(TABLES, orders=200, seed=1)
    assert curves["codes"]["collected"].tolist() == [2, 2, 2]
    assert curves["claims"]["collected"].tolist() == [2, 2, 2]
    # Of six orders two begin with d1, which has all.
    assert curves["claims"]["mean"].iloc[0] == pytest.approx(4 / 3, abs=0.1)
    seen = discovery(TABLES, orders=200, seed=1)
    assert seen.loc["claims", ["documents", "in_all", "collected", "alone"]].tolist() == [3, 2, 1, 1]
    later = {**TABLES, "documents": DOCUMENTS.assign(date=["2019-01-01", "2020-09-01", "2020-01-01"])}
    assert discovery(later, orders=9, seed=1).loc["claims", "collected"] == 3
    with pytest.raises(NotEstimable, match="fewer than two documents"):
        discovery({"documents": DOCUMENTS, "evidence": EVIDENCE.iloc[:2]}, orders=9, seed=1)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=20), st.integers(0, 99))
def test_curves_only_rise_and_all_orders_end_alike(pairs: list[tuple[int, int]], seed: int) -> None:
    names = sorted({document for document, _ in pairs})
    evidence = pd.DataFrame(pairs, columns=["document_id", "hypothesis"]).astype(str)
    documents = pd.DataFrame({"document_id": [str(name) for name in names], "kind": "plan"})
    if len(names) < 2:
        return
    curve = accumulation({"documents": documents, "evidence": evidence}, orders=20, seed=seed)["claims"]
    assert curve["collected"].is_monotonic_increasing and curve["mean"].is_monotonic_increasing
    assert set(curve.iloc[-1]) == {evidence["hypothesis"].nunique()}
    assert (curve["lower"] <= curve["upper"]).all()


def test_the_original_is_said_to_be_unseen() -> None:
    found = volumes(TABLES)
    assert found.loc["interview", "here"] == 2 and found.loc["coders", "here"] == 2
    assert pd.isna(found.loc["observation", "here"])
    unseen = ["interview", "observation", "artifact", "codes", "coders", "segments", "agreement"]
    assert (found.loc[unseen, "original"] == NOT_SEEN).all()


def test_sentences_name_the_claims_and_the_segments_to_read_first() -> None:
    told = {
        one.key: one.sentence
        for one in ledger_findings(ledger_of(TABLES), discovery(TABLES, orders=9, seed=1))
    }
    assert told["best"].startswith("Best supported is “links help”: 2 pieces for, 1 against, from 3")
    assert "talk helps" in told["worst"] and "another: there are 1." in told["rivals"]
    assert "seen.codes" in told
    lone = ledger_findings(
        ledger_of({**TABLES, "evidence": EVIDENCE.iloc[[0]]}), NotEstimable("one document")
    )
    assert [one.key for one in lone] == ["worst"]


def test_everything_wrong_is_told_at_once() -> None:
    wrong = pd.DataFrame(
        [
            ("e1", None, "s1", "h", "hoop", "for"),
            ("e2", "d9", "s1", "h", "hoop", "maybe"),
            ("e3", "d1", "s1", "h", "hoop", "for"),
            ("e3", "d1", "s1", "h", "hoop", "against"),
        ],
        columns=EVIDENCE.columns,
    )
    with pytest.raises(ValueError) as caught:
        ledger_of({"documents": DOCUMENTS, "evidence": wrong})
    for told in ("e1: segment s1 of no document", "e2: no document d9", "'maybe'", "e3: given twice on h"):
        assert told in str(caught.value)
    with pytest.raises(NotEstimable, match="no piece"):
        ledger_of({"documents": DOCUMENTS, "evidence": EVIDENCE.iloc[:0]})


def test_one_piece_on_several_claims_is_listed_once_for_each() -> None:
    again = pd.concat([EVIDENCE.iloc[[0]], EVIDENCE.iloc[[0]].assign(hypothesis="talk_helps")])
    found = ledger_of({"documents": DOCUMENTS, "evidence": again})
    assert found.frame.index.tolist() == ["e1 on links_help", "e1 on talk_helps"]
