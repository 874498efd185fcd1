"""Other windows and persistences: every combination of the detector, and whom two of them tell apart."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.contacts.closure import star_coalescence
from analysis.contacts.meetings import cascades_of
from analysis.contacts.settings import other_settings


@pytest.mark.parametrize("event", [[], ["b", "a"]])
def test_other_settings_are_every_combination_of_the_detector(
    contacts: pd.DataFrame, event: list[str]
) -> None:
    cascades = cascades_of(contacts, event=event, window=4, persistence=5, burn_in=1)
    others = other_settings(cascades, [0.5, 2], [1, 1.5])
    pairs = [("a", "b")] if event else None
    combinations = list(product((2, 8), (2.5, 10), (5, 7.5)))
    for found, (window, persistence, horizon) in zip(others.found, combinations, strict=True):
        spans = {"window": window, "persistence": persistence, "horizon": horizon, "burn_in": 1}
        one = star_coalescence(contacts, **spans, pairs=pairs)
        pd.testing.assert_frame_equal(found.tidy(), one.tidy(), check_dtype=False)
    table = others.table()
    assert isinstance(table, pd.DataFrame)
    assert table.index.tolist() == [
        f"window {window}, persistence {persistence}, horizon {horizon}"
        for window, persistence, horizon in combinations
    ]
    assert table["people"].tolist() == [len(group) for group in others.between]
    assert others.caption.startswith(f"Coalescence of {'the meeting named' if event else 'all meetings'}")


def test_two_settings_side_by_side_tell_of_those_whose_meeting_differs(contacts: pd.DataFrame) -> None:
    # Only the meeting of a and b has anything that endures; with a window of 8 b's closure counts, too.
    others = other_settings(cascades_of(contacts, window=4, persistence=5, burn_in=1), [0.5, 2])
    assert 0 < len(others.people) <= 2


def test_where_nothing_endures_there_is_nothing_to_compare(contacts: pd.DataFrame) -> None:
    others = other_settings(cascades_of(contacts, window=1, persistence=25, burn_in=1), [1.0])
    assert isinstance(others.surface(), NotEstimable) and isinstance(others.table(), NotEstimable)
    assert str(others.table()) == "no closure endured at any of them"
    none = other_settings(cascades_of(contacts, window=1, persistence=1, burn_in=1), [])
    assert str(none.surface()) == "no other settings were asked for" and none.people == frozenset()
