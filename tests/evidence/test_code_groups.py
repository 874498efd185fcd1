"""Groups of documents compared: exact small cases, the chapter on the coded chat, and on bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.evidence.code_groups import circular_rejections, compare_axes, compare_groups, regress_on_axes
from analysis.evidence.code_space import project
from analysis.evidence.codes import coded_lines, connections


def test_whole_documents_are_exchanged_and_p_is_exact_to_the_draws(chats: Any) -> None:
    counts = pd.DataFrame({"a & b": [3, 4, 5, 0, 0, 1], "a & c": [0, 1, 0, 4, 3, 5]}, index=[*"uvwxyz"])
    groups = dict(zip(counts.index, [1, 1, 1, 2, 2, 2], strict=True))
    found = compare_groups(counts, groups, seed=1, draws=4999)
    # Of 20 ways to deal out six documents the observed and its mirror are the most extreme.
    assert found["p"].tolist() == pytest.approx([0.1] * 3, abs=0.02)
    assert found.loc["a & b", "p_holm"] == pytest.approx(2 * min(found["p"].iloc[:2]), abs=0.02)
    assert found["1"].iloc[0] - found["2"].iloc[0] == pytest.approx(-found["difference"].iloc[0])
    real = compare_groups(*chats, seed=1, draws=999)
    assert real.loc["all", "difference"] == pytest.approx(2 * 0.08616434551, abs=1e-9)
    assert real.equals(compare_groups(*chats, seed=1, draws=999))
    assert "2 units" not in project(*chats).summary()


def test_the_axis_turned_towards_a_difference_finds_one_that_exchanging_documents_does_not() -> None:
    random = np.random.default_rng(3)
    names = ["a & b", "a & c", "b & c", "a & d", "b & d", "c & d"]
    turned = []
    exchanged = []
    for seed in range(60):
        counts = pd.DataFrame(random.integers(0, 9, (20, 6)), columns=names)
        groups = dict(enumerate([1] * 10 + [2] * 10))
        turned.append(compare_axes(project(counts, groups).points[["MR1"]], groups)["p"].iloc[0])
        exchanged.append(compare_groups(counts, groups, seed=seed, draws=99)["p"].iloc[-1])
    # Nothing sets the groups apart: a test that holds its level rejects 3 of 60 (at most 9 at 99.9 %).
    assert np.mean(np.array(turned) <= 0.05) > 0.25
    assert np.sum(np.array(exchanged) <= 0.05) <= 9


def test_groups_dealt_out_are_called_different_along_their_own_axis() -> None:
    random = np.random.default_rng(4)
    names = ["a & b", "a & c", "b & c", "a & d", "b & d", "c & d"]
    counts = pd.DataFrame(random.integers(0, 9, (20, 6)), columns=names)
    groups = dict(enumerate([1] * 10 + [2] * 10))
    found = circular_rejections(counts, groups, seed=1, draws=99)
    assert found > 0.25
    assert found == circular_rejections(counts, groups, seed=1, draws=99)
    # At a level of 1 everything is called different; none of that hangs on who was first.
    assert circular_rejections(counts, groups, seed=1, draws=9, level=1.0) == 1
    with pytest.raises(ValueError, match="found 0 draws"):
        circular_rejections(counts, groups, seed=1, draws=0)


def test_the_chapter_s_students_are_compared_as_printed(chat: dict[str, pd.DataFrame]) -> None:
    lines = coded_lines(chat["codings"])
    place = chat["segments"].set_index(["document_id", "segment_id"]).loc[lines.index]
    kinds = dict(chat["documents"].itertuples(index=False, name=None))
    talks = list(zip(lines.index.get_level_values(0), place["part"], strict=True))
    counts = connections(lines, talks, place["actor_id"].tolist(), window=7)
    homes = {actor: kinds[document] for (document, _), actor in place["actor_id"].items()}
    found = project(counts, homes)
    assert round(found.shares.iloc[0], 2) == 0.32
    axes = compare_axes(found.points.iloc[:, :2], homes)
    first, second = axes.loc["MR1"], axes.loc["SVD2"]
    assert first[["first_n", "second_n", "u"]].tolist() == [26, 22, 50]
    assert first[["t", "df", "d"]].round(2).tolist() == [-6.52, 45.31, 1.88]
    assert second[["df", "u"]].round(2).tolist() == [43.17, 287]
    change = chat["actors"].set_index("actor_id")["confidence_change"]
    terms, whole = regress_on_axes(change, found.points.iloc[:, :2], homes)
    assert terms["t"].round(2).tolist()[1:] == [-0.53, 0.46, -1.36]
    assert whole.round(2).tolist() == [47, 2.01, 0.13, 0.06]


def test_bad_draws_and_groups_are_refused() -> None:
    counts = pd.DataFrame({"a & b": [1, 0, 1], "a & c": [0, 1, 1]}, index=[*"xyz"])
    with pytest.raises(ValueError, match="found 0 draws"):
        compare_groups(counts, {"x": 1, "y": 2, "z": 2}, seed=1, draws=0)
    with pytest.raises(ValueError, match="no group for z"):
        compare_axes(counts, {"x": 1, "y": 2})
