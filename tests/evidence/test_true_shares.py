"""Shares and coders' errors with intervals over documents: worked by hand, and what must not change them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import t as students_t

from analysis.checks import NotEstimable
from analysis.evidence.true_shares import coder_errors, true_shares

COLUMNS = ["document_id", "segment_id", "coder_id", "code", "applied"]


def tables_of(marks: dict[str, list[int]], documents: int, *, year: str = "2020") -> dict[str, pd.DataFrame]:
    """Return documents that the segments are dealt to in turn, as each coder marked them."""
    rows = [
        (f"d{n % documents}", f"s{n}", coder, "adapt", mark)
        for coder, own in marks.items()
        for n, mark in enumerate(own)
    ]
    names = [f"d{n}" for n in range(documents)]
    return {
        "documents": pd.DataFrame({"document_id": names, "date": f"{year}-01-01"}),
        "codings": pd.DataFrame(rows, columns=COLUMNS),
    }


def marked(*numbers: int, of: int = 50) -> dict[str, list[int]]:
    """Return two coders who mark the first so many segments."""
    return {name: [int(n < number) for n in range(of)] for name, number in zip("xy", numbers, strict=True)}


def drawn(share: float, error: float, documents: int, segments: int, seed: int) -> dict[str, list[int]]:
    """Return two coders' marks of segments to which the code applies with a chance."""
    random = np.random.default_rng(seed)
    so = random.random(documents * segments) < share
    return {name: (so != (random.random(len(so)) < error)).astype(int).tolist() for name in "xy"}


def test_shares_and_errors_by_hand() -> None:
    tables = tables_of(marked(21, 12), 5)
    # They disagree in 9 of 50; by document in 2, 1, 2, 2, 2 of ten.
    disagree, t = 0.18, students_t.ppf(0.975, 4)
    varies = (10 * (4 * 0.02**2 + 0.08**2) / 4) / 50
    ratio = varies / (disagree * (1 - disagree))
    ends = [
        brentq(lambda d: (d - disagree) ** 2 - t**2 * ratio * d * (1 - d), *where)
        for where in ((1e-9, disagree), (disagree, 0.5))
    ]
    row = coder_errors(tables).loc["adapt"]
    expected = [(1 - math.sqrt(1 - 2 * d)) / 2 for d in (disagree, *ends)]
    assert row.tolist() == pytest.approx([*expected, 50, 5]) and row["estimate"] == pytest.approx(0.1)
    # Coders' means of the documents: .4, .35, .3, .3, .3; of segments, 12 are 1, 9 are a half.
    effect = (10 * (0.07**2 + 0.02**2 + 3 * 0.03**2) / 4) / ((12 + 9 / 4 - 50 * 0.33**2) / 49)
    kept, slips = 0.64, 0.09

    def far(share: float) -> float:
        own = effect * (share * (1 - share) + slips / (2 * kept)) / 50
        # The error's variance, and how it goes with the share coded.
        error = varies / (4 * kept)
        both = slips * (1 - 2 * share) / 2 / 50
        whole = own + (1 - 2 * share) ** 2 * error / kept - 2 * (1 - 2 * share) * both / kept
        return float((share - 0.2875) ** 2 - t**2 * whole)

    found = true_shares(tables).loc[("adapt", "all", 2020)]
    lower, upper = brentq(far, 1e-9, 0.2875), brentq(far, 0.2875, 1 - 1e-9)
    assert found.tolist() == pytest.approx([0.2875, lower, upper, 0.33, 50, 5])


def test_without_mistakes_it_is_a_score_interval_over_documents() -> None:
    # Four documents of ten segments, with 1, 2, 3 and 4 marks; both coders agree.
    own = [int(n // 4 < n % 4 + 1) for n in range(40)]
    tables = tables_of({"x": own, "y": own}, 4)
    assert coder_errors(tables).loc["adapt", ["estimate", "lower", "upper"]].tolist()[0] == 0
    effect = (10 * (0.15**2 + 0.05**2) * 2 / 3) / (40 * 0.25 * 0.75 / 39)
    factor = students_t.ppf(0.975, 3) ** 2 * effect / 40
    middle = (0.25 + factor / 2) / (1 + factor)
    half = math.sqrt(factor * 0.25 * 0.75 + factor**2 / 4) / (1 + factor)
    found = true_shares(tables).iloc[0]
    assert found[["estimate", "lower", "upper"]].tolist() == pytest.approx(
        [0.25, middle - half, middle + half]
    )


@pytest.mark.parametrize("seed", range(4))
def test_names_and_order_change_nothing_and_turned_marks_turn_the_share(seed: int) -> None:
    tables = tables_of(drawn(0.3, 0.1, 6, 8, seed), 6)
    found, errors = true_shares(tables), coder_errors(tables)
    codings = tables["codings"]
    swapped = codings.assign(coder_id=codings["coder_id"].map({"x": "b", "y": "a"})).iloc[::-1]
    pd.testing.assert_frame_equal(true_shares({**tables, "codings": swapped}), found)
    turned = {**tables, "codings": codings.assign(applied=1 - codings["applied"])}
    pd.testing.assert_frame_equal(coder_errors(turned), errors)
    mirrored = true_shares(turned)
    assert mirrored["estimate"].iloc[0] == pytest.approx(1 - found["estimate"].iloc[0])
    assert mirrored["lower"].iloc[0] == pytest.approx(1 - found["upper"].iloc[0])
    assert (found["lower"] <= found["estimate"]).all() and (found["estimate"] <= found["upper"]).all()
    wider = true_shares(tables, level=0.99)
    assert (wider["lower"] <= found["lower"]).all() and (found["upper"] <= wider["upper"]).all()


def test_segments_copied_within_documents_say_nothing_new() -> None:
    marks = drawn(0.3, 0.0, 12, 8, 1)
    once = true_shares(tables_of(marks, 12)).iloc[0]
    copied = {
        name: [mark for row in range(8) for mark in own[12 * row : 12 * row + 12] * 4]
        for name, own in marks.items()
    }
    often = true_shares(tables_of(copied, 12)).iloc[0]
    assert often["estimate"] == pytest.approx(once["estimate"])
    assert often["upper"] - often["lower"] == pytest.approx(once["upper"] - once["lower"], rel=0.05)


def test_a_code_that_never_applies_is_not_found_where_coders_err() -> None:
    found = true_shares(tables_of(drawn(0.0, 0.05, 40, 20, 2), 40)).iloc[0]
    assert found["coded"] == pytest.approx(0.05, abs=0.015)
    assert found["lower"] == 0 and found["upper"] < 0.02


def test_what_cannot_be_said_is_missing_or_named() -> None:
    guessed = tables_of(marked(30, 0), 5)
    assert coder_errors(guessed).loc["adapt", ["estimate", "lower", "upper"]].isna().all()
    assert true_shares(guessed)[["estimate", "lower", "upper"]].isna().all(axis=None)
    one = tables_of(marked(21, 12), 1)
    assert coder_errors(one)["estimate"].notna().all() and coder_errors(one)["lower"].isna().all()
    assert true_shares(one)["estimate"].notna().all() and true_shares(one)["upper"].isna().all()
    alone = {name: own for name, own in marked(21, 12).items() if name == "x"}
    for method in (coder_errors, true_shares):
        with pytest.raises(NotEstimable, match="found no segment that two coders read for the same code"):
            method(tables_of(alone, 5))
        with pytest.raises(ValueError, match="found level 95; allowed"):
            method(one, level=95)


def test_segments_read_once_take_the_error_of_those_read_twice() -> None:
    tables = tables_of(marked(21, 12), 5)
    later = tables_of({"x": marked(10, 0)["x"]}, 5, year="2021")
    late = later["documents"].assign(document_id=lambda own: "late_" + own["document_id"])
    codings = later["codings"].assign(document_id=lambda own: "late_" + own["document_id"])
    both = {
        "documents": pd.concat([tables["documents"], late]),
        "codings": pd.concat([tables["codings"], codings]),
    }
    assert coder_errors(both).loc["adapt", "segments"] == 50
    assert true_shares(both).loc[("adapt", "all", 2021), "estimate"] == pytest.approx((0.2 - 0.1) / 0.8)


def test_documents_whose_segments_are_alike_have_intervals_that_hold() -> None:
    # Each document has a chance of its own: a design effect of 1 + 7 x 0.25 for eight segments.
    random, held, naive = np.random.default_rng(3), [], []
    for _ in range(60):
        chance = random.beta(0.3 * 3, 0.7 * 3, 72)
        so = random.random((8, 72)) < chance
        marks = {name: (so != (random.random(so.shape) < 0.05)).astype(int).ravel().tolist() for name in "xy"}
        tables = tables_of(marks, 72)
        years = [f"{2018 + n // 12}-01-01" for n in range(72)]
        found = true_shares({**tables, "documents": tables["documents"].assign(date=years)})
        held += ((found["lower"] <= 0.3) & (found["upper"] >= 0.3)).tolist()
        naive += ((found["estimate"] - 0.3).abs() <= 1.96 * math.sqrt(0.3 * 0.7 / 96)).tolist()
    assert len(held) == 360 and 0.92 <= np.mean(held) <= 0.98
    assert np.mean(naive) < 0.85
