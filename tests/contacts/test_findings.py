"""What the page on closure cascades says, by hand on a small record and on one with planted coalescence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.contacts.beside_chance import beside_chance
from analysis.contacts.findings import cascade_findings
from analysis.contacts.meetings import cascades_of
from analysis.contacts.nulls import Null
from analysis.contacts.one_meeting import meeting_shown
from analysis.resampling.many_tests import holm

NULLS: list[Null] = ["random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"]


@pytest.mark.parametrize("event", [[], ["b", "a"]])
def test_a_meeting_by_hand(contacts: pd.DataFrame, event: list[str]) -> None:
    cascades = cascades_of(contacts, event=event, window=5, persistence=5, burn_in=1)
    shown = meeting_shown(cascades_of(contacts, event=["b", "a"], window=5, persistence=5, burn_in=1))
    assert shown.pair == frozenset("ab")
    assert shown.table()["value"].to_dict()["closed by the one"] == 1
    days = shown.activity_days(
        pd.DataFrame({"date": ["2020-01-03", "2020-01-04", "2020-01-09", "2020-01-30"]})
    )
    assert days == [0, 5]
    assert shown.activity_days(None) == []
    assert shown.caption == "The meeting shown, named beforehand."
    found = {one.key: one for one in cascade_findings(cascades, shown, [])}
    assert found["meeting"].sentence == (
        "The two people named could have made 3 new ties in each other's circles. One of them made 1, the "
        "other 1, and 1 of these ties lasted. Both circles opened."
    )
    assert found["meeting"].numbers[1] == "event.closed-by-the-one.value"
    assert found["closures"].numbers[0] == "all-events.first-order-closures-possible.value"


def test_the_two_statistics_go_beside_the_models_that_can_answer(contacts: pd.DataFrame) -> None:
    named = cascades_of(contacts, event=["a", "b"], window=5, persistence=5, burn_in=1)
    coalescence, both = beside_chance(named, NULLS, replicates=19, seed=1)
    assert [test.null for test in coalescence.tests] == [NULLS[0], NULLS[1], NULLS[3]]
    assert [test.null for test in both.tests] == ["one_sided_brokerage"]
    table = coalescence.table()
    assert isinstance(table, pd.DataFrame)
    assert table.index.tolist() == ["random placement", "degree preferential", "time shuffled"]
    assert named.compared == frozenset("ab")
    everybody = cascades_of(contacts, window=5, persistence=5, burn_in=1)
    coalescence, both = beside_chance(everybody, NULLS, replicates=19, seed=1)
    assert len(coalescence.tests) == 3 and len(both.tests) == 4
    sentences = [one.sentence for one in cascade_findings(everybody, meeting_shown(everybody), [both])]
    assert sentences[-1].startswith(
        "The share of meetings after which both sides made a new tie (all meetings"
    )
    # Nine people and seven tests: nothing holds.
    assert sentences[-1].endswith(
        "followed) is not larger than random placement, degree-preferential placement, one-sided brokerage "
        "and shuffled times give."
    )
    # Advice needs the test of ties, and says what the results say; where they differ there is none.
    advised = cascade_findings(everybody, meeting_shown(everybody), [coalescence, both])[-1]
    assert advised.key == "advice" and "did not grow together more" in advised.sentence
    found = replace(coalescence, adjusted=(0.0,) * 3)
    shown = meeting_shown(everybody)
    assert cascade_findings(everybody, shown, [found, both])[-1].key != "advice"
    advised = cascade_findings(everybody, shown, [found, replace(both, adjusted=(0.0,) * 4)])[-1]
    assert "grew together more" in advised.sentence and len(advised.numbers) == 7
    table = both.table()
    assert isinstance(table, pd.DataFrame)
    tests = [test.p for one in (coalescence, both) for test in one.tests]
    assert [*coalescence.adjusted, *both.adjusted] == holm(tests).tolist()
    assert table["p_holm"].tolist() == list(both.adjusted) and len(tests) == 7


def test_where_nothing_can_be_followed_nothing_is_tested(contacts: pd.DataFrame) -> None:
    cascades = cascades_of(contacts, window=25, persistence=25, burn_in=1)
    for comparison in beside_chance(cascades, NULLS, replicates=9, seed=1):
        assert np.isnan(comparison.observed)
        assert isinstance(comparison.table(), NotEstimable) and isinstance(comparison.draws(), NotEstimable)
    shown = meeting_shown(cascades)
    assert shown.caption.endswith("It cannot be followed: no follow-up.")
    assert [one.key for one in cascade_findings(cascades, shown, [])] == ["meeting"]
