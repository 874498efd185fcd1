"""What documents say by district and year: counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.evidence.environment import coded_shares, dated_causes, documents_of, sources_at_once
from analysis.evidence.environment_findings import environment_findings
from analysis.evidence.process_tracing import belief_table, ledger_table, process_tracing

ORGANIZATIONS = pd.DataFrame(
    {"organization_id": ["north", "ash"], "parent_id": [None, "north"], "kind": ["district", "school"]}
)
DOCUMENTS = pd.DataFrame(
    {
        "document_id": ["d1", "d2", "d3", "undated"],
        "kind": "plan",
        "date": ["2020-02-01", "2020-05-01", "2021-02-01", None],
        "organization_id": ["north", "ash", "north", "north"],
    }
)
CODEBOOK = pd.DataFrame(
    {
        "code": ["demand", "state", "city", "adapt"],
        "parent": [None, "demand", "demand", None],
        "definition": "",
    }
)


def codings(*rows: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Return decisions: document, segment, coder, code, applied."""
    return pd.DataFrame(rows, columns=["document_id", "segment_id", "coder_id", "code", "applied"])


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Return three dated documents of one district, two coders."""
    read = codings(
        ("d1", "s1", "x", "state", 1),
        ("d1", "s1", "y", "state", 1),
        ("d1", "s1", "x", "city", 0),
        ("d1", "s1", "y", "city", 1),
        ("d1", "s2", "x", "state", 0),
        ("d1", "s2", "y", "state", 1),
        ("d1", "s2", "x", "city", 1),
        ("d1", "s2", "y", "city", 1),
        ("d2", "s1", "x", "state", 0),
        ("d2", "s1", "y", "state", 0),
        ("d3", "s1", "x", "state", 0),
        ("d3", "s1", "y", "state", 1),
        ("d3", "s1", "x", "adapt", 1),
        ("undated", "s1", "x", "adapt", 1),
    )
    return {"organizations": ORGANIZATIONS, "documents": DOCUMENTS, "codebook": CODEBOOK, "codings": read}


def test_shares_by_hand(tables: dict[str, pd.DataFrame]) -> None:
    found = coded_shares(tables, ["demand", "state", "adapt"])
    # Of three segments of 2020, two hold a demand to both coders.
    row = found.loc[("demand", "north", 2020)]
    assert row.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 3, 2])
    assert found.loc[("state", "north", 2020)].tolist() == pytest.approx([1.5 / 3, 1 / 3, 2 / 3, 3, 2])
    assert found.loc[("demand", "north", 2021)].tolist() == pytest.approx([0.5, 0, 1, 1, 1])
    assert found.loc["adapt"].index.tolist() == [("north", 2021)]


def test_without_groups_every_code_is_followed(tables: dict[str, pd.DataFrame]) -> None:
    assert set(coded_shares(tables).index.get_level_values("code")) == {"state", "city", "adapt"}
    bare = {name: tables[name] for name in ("documents", "codings")}
    assert set(coded_shares(bare).index.get_level_values("district")) == {"north", "ash"}
    alone = {**bare, "documents": DOCUMENTS.drop(columns="organization_id")}
    assert set(coded_shares(alone).index.get_level_values("district")) == {"all"}


def test_sources_that_every_coder_found_are_counted(tables: dict[str, pd.DataFrame]) -> None:
    found = sources_at_once(tables, "demand")
    # State and city in the first document, neither in the second.
    assert found.loc[("north", 2020)].tolist() == [1.0, 2]
    assert found.loc[("north", 2021)].tolist() == [0.0, 1]
    with pytest.raises(NotEstimable, match="found no coding of sources of demand below any code"):
        sources_at_once(tables, "")


def test_rows_rest_on_their_documents(tables: dict[str, pd.DataFrame]) -> None:
    found = sources_at_once(tables, "demand")
    assert documents_of(tables, found) == [frozenset({"d1", "d2"}), frozenset({"d3"})]
    assert documents_of(tables, NotEstimable("no")) == frozenset({"d1", "d2", "d3", "undated"})


def test_the_order_of_codings_changes_nothing(tables: dict[str, pd.DataFrame]) -> None:
    turned = {**tables, "codings": tables["codings"].iloc[::-1]}
    pd.testing.assert_frame_equal(
        coded_shares(tables, ["demand", "adapt"]), coded_shares(turned, ["demand", "adapt"])
    )


def test_what_is_not_there_is_named(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match="found no coding of mood, joy; allowed"):
        coded_shares(tables, ["mood", "demand", "joy"])
    undated = {**tables, "documents": DOCUMENTS.assign(date=None)}
    with pytest.raises(NotEstimable, match="found no coded document with a date"):
        coded_shares(undated)
    with pytest.raises(ValueError, match="found 'a 2020-01-01', 'b'; allowed"):
        dated_causes(["a 2020-01-01", "c 2020-01-01 2021-01-01", "b"])
    assert dated_causes([]).empty


def test_findings_say_what_was_recorded(tables: dict[str, pd.DataFrame]) -> None:
    evidence = pd.DataFrame(
        [("e1", "h", "hoop", "for", 0.9, 0.3), ("e2", "rival", "hoop", "against", 0.2, 0.6)],
        columns=["evidence_id", "hypothesis", "test", "direction", "if_true", "if_false"],
    )
    traced = process_tracing(evidence, priors=(0.5, 0.5), slack=0.0)
    groups = coded_shares(tables, ["demand"])
    errors = pd.DataFrame({"estimate": [0.0312, None, 0.07]}, index=["state_aid", "city", "adapt"])
    found = environment_findings(groups, coded_shares(tables, ["adapt"]), traced, errors)
    assert [finding.sentence for finding in found] == [
        "“Demand” went from 67 % to 50 % of segments in north.",
        "The most frequent response in north in 2021 is “adapt” (100 % of segments).",
        "The evidence supports “h” most (belief 0.75 to 0.75), then “rival” (0.25 to 0.25).",
        "A coder errs in an estimated 3 % (“state aid”) to 7 % (“adapt”) of decisions; intervals of shares "
        "allow for it.",
    ]
    assert found[-1].numbers == ("errors.state_aid.estimate", "errors.adapt.estimate")
    nothing = NotEstimable("no")
    assert environment_findings(nothing, nothing, nothing, nothing) == []
    assert ledger_table(nothing) is nothing and belief_table(nothing) is nothing
    assert belief_table(traced) is traced.beliefs
