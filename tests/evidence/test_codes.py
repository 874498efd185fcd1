"""Codes close together: against rENA on 20 chats, plain loops, by property, and on bad input."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.evidence.codes import coded_lines, compare_groups, connections, normalised, project
from analysis.files import DATA_RAW
from analysis.sources.rescushell_coded_discourse import tables
from analysis.tables.package import read_package

NAMES = ["document_id", "segment_id", "coder_id", "code", "applied"]


@pytest.fixture(scope="module")
def rena(reference_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((reference_folder / "ena" / "rena_groups_window4.json").read_text())
    return found["groups_window4"]


@pytest.fixture(scope="module")
def chats(data_mirror: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    name = "rescushell_coded_discourse"
    made = tables(data_mirror / name, read_package(DATA_RAW / name / "datapackage.json"))
    counts = connections(coded_lines(made["codings"]), window=4)
    return counts, dict(made["documents"].itertuples(index=False, name=None))


def theirs(rena: dict[str, Any], what: str) -> np.ndarray:
    return pd.DataFrame(rena[what]).to_numpy()


def by_length(values: np.ndarray) -> np.ndarray:
    """Put units into an order that rests on their values alone: rENA has them in another."""
    return values[np.lexsort(values.T)]


def test_counts_are_those_of_rena(chats: Any, rena: dict[str, Any]) -> None:
    counts = chats[0]
    expected = [874, 690, 768, 211, 215, 226, 867, 1141, 828, 288, 186, 242, 151, 66, 277]
    assert counts.sum().tolist() == expected == rena["total_counts"]
    assert np.array_equal(by_length(counts.to_numpy()), by_length(theirs(rena, "counts")))
    lines = by_length(normalised(counts).to_numpy())
    assert lines == pytest.approx(by_length(theirs(rena, "line_weights")), abs=1e-9)


def same_points(ours: np.ndarray, others: np.ndarray, counts: pd.DataFrame, rena: dict[str, Any]) -> None:
    """Compare points unit by unit (found by their counts) up to the sign of an axis."""
    place = {tuple(row): number for number, row in enumerate(theirs(rena, "counts").tolist())}
    matched = others[[place[tuple(row)] for row in counts.to_numpy().tolist()]]
    for axis in range(matched.shape[1]):
        sign = np.sign(ours[:, axis] @ matched[:, axis])
        assert ours[:, axis] * sign == pytest.approx(matched[:, axis], abs=1e-8)


def test_singular_axes_are_those_of_rena(chats: Any, rena: dict[str, Any]) -> None:
    found = project(chats[0])
    assert found.shares.iloc[:5].tolist() == pytest.approx(rena["variance_svd"][:5], abs=1e-9)
    assert found.shares.iloc[:2].tolist() == pytest.approx([0.31067, 0.27385], abs=5e-6)
    same_points(found.points.to_numpy(), theirs(rena, "points_svd"), chats[0], rena)


def test_the_axis_of_means_is_that_of_rena(chats: Any, rena: dict[str, Any]) -> None:
    counts, kinds = chats
    found = project(counts, kinds)
    assert found.shares.index[:2].tolist() == ["MR1", "SVD2"]
    assert found.shares.iloc[:5].tolist() == pytest.approx(rena["variance_mean_rotation"][:5], abs=1e-9)
    assert found.shares.iloc[0] == pytest.approx(0.26589, abs=5e-6)
    same_points(found.points.to_numpy(), theirs(rena, "points_mean_rotation"), counts, rena)
    means = found.points.groupby(kinds, sort=False).mean()
    assert means["MR1"].tolist() == pytest.approx([-0.08616, 0.08616], abs=5e-6)
    assert means.drop(columns="MR1").abs().max(axis=None) < 1e-12


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), window=st.integers(1, 6))
def test_connections_are_what_plain_loops_count(seed: int, window: int) -> None:
    random = np.random.default_rng(seed)
    lines = pd.DataFrame(random.integers(0, 2, (12, 4)), columns=[*"abcd"])
    homes, owners = random.integers(0, 2, 12).tolist(), random.choice(["u", "v"], 12).tolist()
    expected: dict[tuple[str, str], int] = {}
    for number in range(12):
        earlier = (
            [one for one in range(number) if homes[one] == homes[number]][-(window - 1) :]
            if window > 1
            else []
        )
        for first, second in combinations("abcd", 2):
            now = {name for name in (first, second) if lines.loc[number, name]}
            past = {name for name in (first, second) if lines.loc[earlier, name].any()}
            joined = bool(now) and now | past == {first, second}
            key = owners[number], f"{first} & {second}"
            expected[key] = expected.get(key, 0) + joined
    found = connections(lines, homes, owners, window=window)
    assert {key: found.loc[key] for key in expected} == expected
    assert found.columns.tolist() == ["a & b", "a & c", "b & c", "a & d", "b & d", "c & d"]


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_axes_keep_distances_and_order_of_units_does_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = ["a & b", "a & c", "b & c"]
    counts = pd.DataFrame(random.integers(0, 9, (8, 3)), columns=names, index=[*"stuvwxyz"])
    groups = dict(zip(counts.index, [1, 2] * 4, strict=True))
    lines = normalised(counts).to_numpy()
    for found in (project(counts), project(counts, groups)):
        ours = found.points.to_numpy()
        for i, j in combinations(range(8), 2):
            assert np.linalg.norm(ours[i] - ours[j]) == pytest.approx(
                np.linalg.norm(lines[i] - lines[j]), abs=1e-9
            )
        assert found.shares.sum() == pytest.approx(1)
    mixed = project(counts.iloc[::-1])
    pd.testing.assert_series_equal(mixed.shares, project(counts).shares)


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


def test_segments_are_in_the_order_of_their_numbers() -> None:
    rows = [("d", f"s{n}", c, code, int(n % 2 == 0)) for n in (10, 9, 2) for c in "xy" for code in ("t", "h")]
    found = coded_lines(pd.DataFrame(rows, columns=NAMES), "y")
    assert [segment for _, segment in found.index] == ["s2", "s9", "s10"]
    assert found.columns.tolist() == ["t", "h"]
    assert found["t"].tolist() == [1, 0, 1]


def test_bad_codings_are_named_at_once() -> None:
    rows = [("d", "s1", "x", "t", 1), ("d", "s1", "x", "t", 0), ("d", "s2", "y", "h", 1)]
    with pytest.raises(ValueError, match=r"2 coders \(x, y\); .*; decisions told twice: d/s1"):
        coded_lines(pd.DataFrame(rows, columns=NAMES))
    with pytest.raises(ValueError, match="coder 'z'; allowed are x, y"):
        coded_lines(pd.DataFrame(rows, columns=NAMES), "z")
    gaps = [("d", "s1", "x", "t", 1), ("d", "s2", "x", "h", 1)]
    with pytest.raises(ValueError, match="not read for every code: d/s1, d/s2"):
        coded_lines(pd.DataFrame(gaps, columns=NAMES))


def test_bad_lines_groups_and_draws_are_named_at_once() -> None:
    with pytest.raises(ValueError) as raised:
        connections(pd.DataFrame({"a": [0, 2]}), ["d"], ["u"] * 3, window=0)
    for part in ("other than 0 and 1 of a", "1 codes", "1 conversations", "3 units", "a window of 0"):
        assert part in str(raised.value)
    counts = pd.DataFrame({"a & b": [1, 0, 1], "a & c": [0, 1, 1]}, index=[*"xyz"])
    with pytest.raises(ValueError, match=r"no group for z; 1 groups \(1\); allowed: 2"):
        project(counts, {"x": 1, "y": 1})
    with pytest.raises(NotEstimable, match="3 units that do not differ"):
        project(counts * 0)
    with pytest.raises(NotEstimable, match="no difference of the means of 1 and 2"):
        project(
            pd.concat([counts, counts.set_axis([*"uvw"])]),
            dict(zip("xyzuvw", [1] * 3 + [2] * 3, strict=True)),
        )
    with pytest.raises(ValueError, match="found 0 draws"):
        compare_groups(counts, {"x": 1, "y": 2, "z": 2}, seed=1, draws=0)
