"""Run charts: limits, runs, crossings and trends, against hand-worked cases, all orders, random series."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.checks import NotEstimable
from analysis.measurement.measures_over_time import (
    chart_findings,
    chart_table,
    charts_of_measures,
    cycles_of,
    rules_compared,
    series_of,
    steps_of,
)
from analysis.measurement.run_charts import run_chart, steps_between
from analysis.measurement.run_rules import crossings_limit, false_alarms, longest_run_limit, step_found


def measures(values: list[float], name: str = "trust", units: str = "abcde") -> pd.DataFrame:
    return pd.DataFrame(
        [(wave, unit, name, value) for wave, value in enumerate(values, start=1) for unit in units],
        columns=["wave", "organization_id", "measure", "value"],
    )


def test_the_limits_are_those_of_the_published_table() -> None:
    """Anhøj & Olesen 2014: longest run log2(n) + 3 rounded; crossings qbinom(0.05, n - 1, 0.5) in R."""
    assert [longest_run_limit(n) for n in (10, 11, 12, 16, 20, 22, 23, 24, 45, 46, 60)] == [
        *(6, 6, 7, 7, 7, 7, 8, 8, 8, 9, 9)
    ]
    assert [crossings_limit(n) for n in (10, 12, 16, 20, 24, 30, 48)] == [2, 3, 4, 6, 8, 10, 18]


def test_a_chart_is_counted_by_hand() -> None:
    # Median 4: the two fours neither lengthen nor break the run of five below it.
    part = run_chart([1, 3, 4, 2, 4, 1, 2, 5, 9, 6, 7, 8]).parts[0]
    assert (part.points, part.useful, part.median) == (12, 10, 4.0)
    assert (part.longest, part.crossings) == (5, 1)
    assert (part.longest_limit, part.crossings_limit, part.signal) == (6, 2, True)
    assert (part.rising_or_falling, part.trend, part.shift) == (4, False, False)
    assert run_chart([1, 2, 2, 3, 4, 5]).parts[0].rising_or_falling == 5


def test_fewer_than_ten_points_beside_the_median_are_too_short_whatever_they_show() -> None:
    for values in (range(9), [1, 1, 1, 1, 9, 9, 9, 9], [5] * 40):
        part = run_chart(list(values)).parts[0]
        assert part.signal is None and part.verdict == "too short"
    assert "too short" in run_chart(range(9)).summary()


def test_a_new_process_has_a_median_of_its_own() -> None:
    low, high = [1.0, 2.0] * 6, [8.0, 9.0] * 6
    assert run_chart(low + high).parts[0].signal is True
    parted = run_chart(low + high, changes=[13])
    assert [part.median for part in parted.parts] == [1.5, 8.5]
    assert [part.signal for part in parted.parts] == [False, False]
    assert [(part.first, part.last) for part in parted.parts] == [(1, 12), (13, 24)]
    assert parted.series["median"].tolist() == [1.5] * 12 + [8.5] * 12
    assert len(run_chart(low, changes=[1]).parts) == 1


def test_missing_points_are_passed_over() -> None:
    assert run_chart([1, np.nan, 5, 2]).parts == run_chart([1, 5, 2], [1, 3, 4]).parts


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_scale_direction_and_order_of_time_change_no_count(values: list[int]) -> None:
    def counts(series: list[int]) -> tuple[int, ...]:
        part = run_chart(series).parts[0]
        return part.useful, part.longest, part.crossings, part.rising_or_falling

    found = counts(values)
    assert counts([3 * value + 7 for value in values]) == found
    assert counts([-value for value in values]) == found
    assert counts(values[::-1]) == found
    assert found[1] + found[2] <= max(found[0], 1) and found[0] <= len(values)


@pytest.mark.parametrize("points", [2, 6, 10, 12])
@pytest.mark.parametrize(("longest", "crossings"), [(2, 0), (5, 0), (4, 3), (7, 3), (20, 5)])
def test_false_alarms_are_those_of_all_orders(points: int, longest: int, crossings: int) -> None:
    flagged = total = 0
    for above in combinations(range(points), points // 2):
        values = [float(place in above) for place in range(points)]
        part = run_chart(values).parts[0]
        flagged += part.longest > longest or part.crossings < crossings
        total += 1
    assert false_alarms(points, longest=longest, crossings=crossings) == pytest.approx(flagged / total)


def test_limits_that_grow_hold_their_level_and_six_in_a_row_does_not() -> None:
    rules = rules_compared([12, 24, 48], step=0.0, draws=20000, seed=3)
    assert rules["false_by_limits"].round(2).tolist() == [0.01, 0.03, 0.04]
    assert rules["false_by_six"].round(2).tolist() == [0.01, 0.16, 0.43]
    # Without a step what is drawn is what is counted: within four standard errors.
    for rule in ("limits", "six"):
        known = rules[f"false_by_{rule}"]
        error = np.sqrt(known * (1 - known) / 20000)
        assert ((rules[f"found_by_{rule}"] - known).abs() < 4 * error).all()


def test_eight_points_never_give_a_signal_and_a_clear_step_in_24_does() -> None:
    assert step_found(8, 50.0, draws=50, seed=1) == {"limits": 0.0, "six": 0.0}
    assert step_found(24, 50.0, draws=50, seed=1) == {"limits": 1.0, "six": 1.0}
    assert step_found(25, 1.0, draws=50, seed=1) == step_found(25, 1.0, draws=50, seed=1)


def test_a_pages_charts_table_and_sentences() -> None:
    frame = pd.concat([measures([1, 2] * 6 + [8, 9] * 6), measures([3, 1, 2], "reach")])
    charts = charts_of_measures(frame)
    assert list(charts) == ["reach", "trust"] and list(series_of(charts)) == ["reach", "trust"]
    table = chart_table(charts)
    assert table.loc[("trust", 1), "verdict"] == "more than random variation"
    assert table["rules_of_thumb"].tolist() == ["none", "shift"]
    assert table.loc[("reach", 1), "verdict"] == "too short"
    rules = rules_compared([12, 24], step=2.0, draws=100, seed=1)
    sentences = [found.sentence for found in chart_findings(table, rules)]
    assert "(reach)" in sentences[0] and sentences[1] == "More than random variation: trust (from 1)."
    apart = chart_table(charts_of_measures(frame, ["trust"], changes=[13, 40]))
    assert list(apart.index) == [("trust", 1), ("trust", 13)]
    assert chart_findings(apart, rules)[0].sentence.startswith("Apart from the changes that were named")
    short = chart_table(charts_of_measures(frame, ["reach"]))
    assert chart_findings(short, rules)[0].sentence.startswith("Every chart here is too short")
    rising = chart_findings(chart_table(charts_of_measures(measures([1, 2, 3, 4, 5, 6]))), rules)
    assert rising[0].sentence.endswith("A rule of thumb would still call it a change in trust.")
    assert len(chart_findings(NotEstimable("nothing"), rules)) == 1


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"found 1 labels of 2 points.*changes: found no point 9"):
        run_chart([1, 2], ["a"], changes=[9])
    with pytest.raises(ValueError, match="repeat"):
        run_chart([1, 2], ["a", "a"])
    with pytest.raises(NotEstimable, match="part 2"):
        run_chart([1, np.nan], changes=[2])
    with pytest.raises(NotEstimable, match="no value"):
        run_chart([])
    with pytest.raises(ValueError, match="even"):
        false_alarms(9, longest=5)
    with pytest.raises(ValueError, match="useful points"):
        longest_run_limit(0)
    with pytest.raises(NotEstimable, match="every wave"):
        charts_of_measures(measures([1.0]))


def test_a_step_is_the_difference_of_levels_with_welchs_interval() -> None:
    low, high = [1.0, 2.0, 3.0, 2.0], [8.0, 12.0, 10.0]
    found = steps_between(run_chart([*low, np.nan, *high], changes=[6])).loc[6]
    assert (found["before"], found["after"], found["step"]) == (2.0, 10.0, 8.0)
    # Welch by hand: variances 2/3 over 4 and 4 over 3.
    parts = (2 / 3 / 4, 4 / 3)
    error = np.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 3 + parts[1] ** 2 / 2)
    half = student.ppf(0.975, freedom) * error
    assert (found["lower"], found["upper"]) == pytest.approx((8 - half, 8 + half))
    alone = steps_between(run_chart([1, 2, 3], changes=[3])).loc[3]
    assert alone["step"] == 1.5 and np.isnan(alone["lower"])
    with pytest.raises(NotEstimable, match="no change"):
        steps_between(run_chart(low))
    with pytest.raises(ValueError, match="level 95"):
        steps_between(run_chart(low, changes=[3]), level=95)


def test_a_page_says_how_large_the_step_was() -> None:
    frame = pd.concat([measures([1, 2] * 6 + [8, 9] * 6), measures([3, 1, 2], "reach")])
    charts = charts_of_measures(frame, changes=[13])
    steps = steps_of(charts)
    assert list(steps.index) == [("trust", 13)]
    rules = rules_compared([12], step=2.0, draws=50, seed=1)
    told = [one.sentence for one in chart_findings(chart_table(charts), rules, steps)]
    assert "After the change in wave 13, “trust” moved by 7.00 (6.56 to 7.44), from 1.50." in told
    with pytest.raises(NotEstimable, match="no change"):
        steps_of(charts_of_measures(frame))


def test_cycles_fall_into_the_wave_that_was_open() -> None:
    activities = pd.DataFrame(
        [
            ("exit_tickets", "2024-10-31", "cycle"),
            ("early", "2024-08-01", "cycle"),
            ("visit", "2024-11-01", "visit"),
            ("peer_talk", "2024-11-01", "cycle"),
        ],
        columns=["activity_id", "date", "kind"],
    )
    waves = pd.DataFrame({"wave": [1, 2, 3], "opened_on": ["2024-09-01", "2024-10-01", "2024-11-01"]})
    found = cycles_of({"activities": activities, "waves": waves}, ["cycle"])
    assert found["wave"].to_dict() == {"exit tickets": 2, "peer talk": 3}
    for kinds, tables in (
        ([], {"activities": activities, "waves": waves}),
        (["cycle"], {"waves": waves}),
        (["cycle"], {"activities": activities, "waves": waves[["wave"]]}),
    ):
        with pytest.raises(NotEstimable, match="improvement cycle"):
            cycles_of(tables, kinds)
