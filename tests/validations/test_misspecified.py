"""Networks that break assumptions: what is drawn, and that a test without its level is noticed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.validations import misspecified
from analysis.validations.findings import misspecified_findings
from analysis.validations.misspecified import RATES, TWINS, drawn_arcs, levels_and_coverage

TEAMS = (4, 3, 3)


def test_arcs_are_drawn_as_often_as_asked_however_they_depend() -> None:
    generator = np.random.default_rng(3)
    chances = np.full((9, 9), 0.3)
    popularity = np.array([2.0, 0.0, *[1.0] * 7])
    drawn = np.mean(
        [drawn_arcs(chances, generator, together=0.5, popularity=popularity) for _ in range(2000)], axis=0
    )
    off = ~np.eye(9, dtype=bool)
    np.testing.assert_allclose(drawn[off], (chances * popularity)[off], atol=0.05)
    assert not drawn.diagonal().any()


def test_a_share_of_pairs_is_one_draw() -> None:
    both = 0.0
    for seed in range(400):
        arcs = drawn_arcs(np.full((8, 8), 0.5), np.random.default_rng(seed), together=0.8)
        both += float((arcs & arcs.T).sum()) / 56
    # One draw in .8 of pairs, two draws in the others.
    assert both / 400 == pytest.approx(0.8 * 0.5 + 0.2 * 0.25, abs=0.02)


def test_every_twin_has_its_tests_and_every_source_its_interval() -> None:
    levels, coverage = levels_and_coverage(TEAMS, seeds=2, seed=1, workers=1)
    assert set(coverage.index) == {(source, twin) for source in RATES for twin in TWINS}
    assert (coverage["networks"] == 2).all() and (coverage["covered"] <= 2).all()
    assert ("reciprocity", "mutual events") not in levels.index
    assert ("E-I index", "groups") not in levels.index
    assert (levels["share"] == levels["rejected"] / levels["networks"]).all()
    again = levels_and_coverage(TEAMS, seeds=2, seed=1, workers=2)[0]
    pd.testing.assert_frame_equal(levels, again)


def test_a_test_that_does_not_hold_its_level_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(teams: object, twin: str, generator: np.random.Generator) -> dict[tuple[str, str], bool]:
        return {("test", "reciprocity"): twin == "groups", ("interval", "session_1"): twin != "groups"}

    monkeypatch.setattr(misspecified, "_one", everything)
    levels, coverage = levels_and_coverage(TEAMS, seeds=50, seed=1, workers=1)
    assert levels["holds"].tolist() == coverage["holds"].tolist() == [False, True, True, True]
    told = [finding.sentence for finding in misspecified_findings(levels, coverage)]
    assert told == [
        "Where assumptions break, some tests reject more often than they promise: reciprocity (groups).",
        "Where assumptions break, some intervals hold it less often than they promise: session 1 (groups).",
    ]
    kept = misspecified_findings(levels.drop("groups", level="twin"), coverage.drop("groups", level="twin"))
    assert [finding.sentence for finding in kept] == [
        "Where assumptions break, tests reject no more often than they promise.",
        "Where assumptions break, intervals hold the rate as often as they promise.",
    ]
    assert kept[0].numbers[0] == "levels.reciprocity.popular-people.rejected"
