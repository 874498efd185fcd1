"""Scores of scales: by hand, against plain loops, and where answers are missing."""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measurement.scales import scale_answers, scale_scores, scale_summary


def tables(answers: list[tuple[int, str, str, float | None]]) -> dict[str, pd.DataFrame]:
    """Return answers to a scale of four items (1 to 5, d reversed) and one of two (y reversed, 0 to 10)."""
    items = [(item, "trust", 1, 5, int(item == "d")) for item in "abcd"]
    items += [("x", "use", 1, 5, 0), ("y", "use", 0, 10, 1)]
    return {
        "items": pd.DataFrame(
            items, columns=["item_id", "scale", "minimum", "maximum", "reversed"]
        ).convert_dtypes(),
        "responses": pd.DataFrame(answers, columns=["wave", "actor_id", "item_id", "value"]).astype(
            {"wave": "Int64", "actor_id": "string", "item_id": "string", "value": "Float64"}
        ),
    }


def scores(answers: list[tuple[int, str, str, float | None]], **options: float) -> list[tuple[object, ...]]:
    """Return the scores as rows of plain values."""
    found = scale_scores(tables(answers), **options)
    assert found.columns.tolist() == ["wave", "scale", "actor_id", "score", "answered"]
    assert found.index.tolist() == list(range(len(found)))
    return list(found.itertuples(index=False, name=None))


def answered(
    wave: int, actor: str, items: str, *values: float | None
) -> list[tuple[int, str, str, float | None]]:
    return [(wave, actor, item, value) for item, value in zip(items, values, strict=True)]


def test_a_score_is_the_mean_of_the_items_answered() -> None:
    given_answers = [
        *answered(2, "p", "abc", 3, 4, 5),
        *answered(1, "q", "ab", 1, 2),
        *answered(1, "p", "abc", 2, 2, 5),
        *answered(1, "p", "x", 4),
    ]
    assert scores(given_answers) == [
        (1, "trust", "p", 3.0, 3),
        (1, "trust", "q", 1.5, 2),
        (1, "use", "p", 4.0, 1),
        (2, "trust", "p", 4.0, 3),
    ]


def test_a_reversed_item_is_turned_round_within_its_own_range() -> None:
    # 1 of 1 to 5 becomes 5; 7 of 0 to 10 becomes 3; the middle stays.
    assert scores(answered(1, "p", "abcd", 3, 3, 3, 1)) == [(1, "trust", "p", 14 / 4, 4)]
    assert scores(answered(1, "p", "xy", 4, 7)) == [(1, "use", "p", 3.5, 2)]
    assert scores(answered(1, "p", "abcd", 3, 3, 3, 3)) == [(1, "trust", "p", 3.0, 4)]


@pytest.mark.parametrize(
    ("fewest", "people"),
    [
        (0.0, ["four", "one", "three", "two"]),
        (0.5, ["four", "three", "two"]),
        (0.6, ["four", "three"]),
        (1, ["four"]),
    ],
)
def test_whoever_answered_too_few_items_has_no_score(fewest: float, people: list[str]) -> None:
    given_answers = [
        *answered(1, "one", "a", 5),
        *answered(1, "two", "ab", 5, 5),
        *answered(1, "three", "abc", 5, 5, 5),
        *answered(1, "four", "abcd", 5, 5, 5, 1),
    ]
    found = scores(given_answers, fewest=fewest)
    assert [actor for _, _, actor, _, _ in found] == people
    assert {score for _, _, _, score, _ in found} == {5.0}


def test_fourteen_of_twenty_five_items_are_a_share_of_56_percent() -> None:
    # In floating point .56 × 25 is a little more.
    assert 0.56 * 25 > 14
    items = [f"i{number:02d}" for number in range(25)]
    given_tables = {
        "items": pd.DataFrame({"item_id": items, "scale": "s", "minimum": 1, "maximum": 5, "reversed": 0}),
        "responses": pd.DataFrame(
            [(1, actor, item, 4.0) for actor, count in (("p", 14), ("q", 13)) for item in items[:count]],
            columns=["wave", "actor_id", "item_id", "value"],
        ),
    }
    found = scale_scores(given_tables, fewest=0.56)
    assert found[["actor_id", "answered"]].to_numpy().tolist() == [["p", 14]]


def test_an_empty_answer_is_no_answer() -> None:
    assert scores(answered(1, "p", "abcd", 2, None, None, None), fewest=0.25) == [(1, "trust", "p", 2.0, 1)]
    assert scores(answered(1, "p", "abcd", 2, None, None, None)) == []
    assert scores(answered(1, "p", "ab", None, None), fewest=0) == []


def test_without_answers_there_is_no_score() -> None:
    assert scores([]) == []
    summary = scale_summary(scale_scores(tables([])))
    assert len(summary) == 0
    assert summary.columns.tolist() == ["people", "mean", "sd", "lower_quartile", "median", "upper_quartile"]


def test_the_tables_given_stay_as_they_are() -> None:
    mine = tables(answered(1, "p", "abcd", 3, 3, 3, 1))
    before = {name: frame.copy() for name, frame in mine.items()}
    scale_scores(mine)
    for name, frame in mine.items():
        pd.testing.assert_frame_equal(frame, before[name])


@pytest.mark.parametrize("fewest", [-0.1, 1.5, float("nan")])
def test_a_share_outside_0_to_1_is_refused(fewest: float) -> None:
    with pytest.raises(ValueError) as caught:
        scale_scores(tables([]), fewest=fewest)
    assert str(caught.value) == f"found fewest={fewest}; allowed: a share from 0 to 1"


ANSWERS = st.dictionaries(
    st.tuples(st.integers(1, 2), st.sampled_from("pqrs"), st.sampled_from("abcdxy")), st.integers(1, 5)
)


@settings(max_examples=60, deadline=None)
@given(ANSWERS, st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
def test_scores_agree_with_plain_loops_and_keep_to_their_range(
    answers: dict[tuple[int, str, str], int], fewest: float
) -> None:
    expected = []
    for wave in (1, 2):
        for scale, items in (("trust", "abcd"), ("use", "xy")):
            for actor in "pqrs":
                turned = {"d": 6, "y": 10}
                values = [
                    turned[item] - answers[wave, actor, item]
                    if item in turned
                    else answers[wave, actor, item]
                    for item in items
                    if (wave, actor, item) in answers
                ]
                if values and len(values) / len(items) >= fewest:
                    expected.append(
                        (wave, scale, actor, pytest.approx(sum(values) / len(values)), len(values))
                    )
    rows: list[tuple[int, str, str, float | None]] = [(*key, float(value)) for key, value in answers.items()]
    found = scores(rows, fewest=fewest)
    assert found == expected
    assert scores(rows[::-1], fewest=fewest) == expected
    assert all(1 <= score <= 5 for _, scale, _, score, _ in found if scale == "trust")  # type: ignore[operator]


def test_the_summary_of_five_people_by_hand() -> None:
    values = [1.0, 2.0, 4.0, 4.0, 5.0]
    frame = pd.DataFrame(
        [(1, "trust", f"p{place}", value, 4) for place, value in enumerate(values)]
        + [(2, "trust", "p0", 3.0, 4), (1, "aims", "p0", 2.0, 1)],
        columns=["wave", "scale", "actor_id", "score", "answered"],
    )
    found = scale_summary(frame)
    assert found.index.names == ["scale", "wave"]
    assert found.index.tolist() == [("aims", 1), ("trust", 1), ("trust", 2)]
    assert found["people"].tolist() == [1, 5, 1]
    row = found.loc[("trust", 1)]
    assert row["mean"] == pytest.approx(16 / 5)
    # Squared distances from 3.2: 4.84, 1.44, .64, .64, 3.24; divided by n − 1.
    assert row["sd"] == pytest.approx((10.8 / 4) ** 0.5)
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    assert row[["lower_quartile", "median", "upper_quartile"]].tolist() == quartiles == [2.0, 4.0, 4.0]
    one = found.loc[("trust", 2)]
    assert one[["mean", "lower_quartile", "median", "upper_quartile"]].tolist() == [3.0] * 4
    assert np.isnan(one["sd"])


def test_answers_to_one_scale_are_a_table_with_reversed_items_turned() -> None:
    given = [
        *answered(1, "p2", "abd", 1, 2, 5),
        *answered(1, "p1", "abcd", 4, None, 3, 1),
        *answered(2, "p1", "c", 5),
        *answered(1, "p3", "xy", 2, 9),
    ]
    found = scale_answers(tables(given), "trust")
    assert found.index.tolist() == [(1, "p1"), (1, "p2"), (2, "p1")]
    assert found.index.names == ["wave", "actor_id"]
    assert found.columns.tolist() == ["a", "b", "c", "d"]
    nan = np.nan
    np.testing.assert_array_equal(found, [[4, nan, 3, 5], [1, 2, nan, 1], [nan, nan, 5, nan]])
    np.testing.assert_array_equal(scale_answers(tables(given), "use"), [[2, 1]])


def test_a_scale_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="found no scale 'aims'; allowed: trust, use"):
        scale_answers(tables([]), "aims")
