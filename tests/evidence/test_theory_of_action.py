"""A theory of action: every fault at once and by name, its layers, what is collected, what a page says."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from analysis.evidence.theory_of_action import (
    COLLECTED,
    NOT_COLLECTED,
    indicators_collected,
    theory_faults,
    theory_of_action,
)
from analysis.evidence.theory_page import diagram_places, faults_shown, steps_shown, theory_findings
from analysis.figures.driver_diagram import driver_diagram
from analysis.tables.faults import InvalidInput

COLUMNS = ["from", "to", "indicator", "wave", "owner", "not_before"]
SOUND = [
    ("visits", "trust", "trust_scale", 1, "lead", "2024-09-01"),
    ("labs", "trust", None, None, "lead", None),
    ("trust", "efficacy", "efficacy_scale", 2, "lead", None),
    ("efficacy", "results", "marks", 3, "office", None),
]


def tables(rows: list[tuple[Any, ...]]) -> dict[str, pd.DataFrame]:
    return {
        "theory_of_action": pd.DataFrame(rows, columns=COLUMNS),
        "waves": pd.DataFrame({"wave": [1, 2, 3], "opened_on": ["2024-09-16", "2025-01-13", None]}),
        "items": pd.DataFrame(
            [("t1", "trust_scale", 1, 5, 0), ("e1", "efficacy_scale", 1, 5, 0)],
            columns=["item_id", "scale", "minimum", "maximum", "reversed"],
        ),
        "responses": pd.DataFrame(
            [(1, "a", "t1", 1), (2, "a", "t1", 4), (2, "b", "t1", 5)],
            columns=["wave", "actor_id", "item_id", "value"],
        ),
        "measures": pd.DataFrame(
            [(1, "ash", "marks", 9.0), (2, "ash", "marks", 2.0), (2, "elm", "marks", 3.0)],
            columns=["wave", "organization_id", "measure", "value"],
        ),
    }


def found(rows: list[tuple[Any, ...]]) -> list[str]:
    return [str(fault) for fault in theory_faults(tables(rows))]


def test_a_sound_theory_is_read_in_layers() -> None:
    theory = theory_of_action(tables(SOUND))
    assert [set(layer) for layer in theory.layers] == [
        {"visits", "labs"},
        {"trust"},
        {"efficacy"},
        {"results"},
    ]
    assert theory.summary() == "4 steps in 4 layers, from labs, visits to results"
    assert len(theory.tidy()) == 4


def test_a_circle_a_missing_indicator_and_an_effect_before_its_cause_are_refused_all_three_named() -> None:
    rows = [
        ("visits", "trust", "trust_scale", 2, "lead", None),
        ("trust", "help", None, None, "lead", None),
        ("help", "efficacy", "efficacy_scale", 1, "lead", None),
        ("efficacy", "help", None, None, "lead", None),
    ]
    with pytest.raises(InvalidInput) as refused:
        theory_of_action(tables(rows))
    first, *told = str(refused.value).splitlines()
    assert first == "3 faults, no theory of action to work with:"
    assert [line.removeprefix("  theory_of_action") for line in told] == [
        ": found the circle efficacy → help → efficacy; allowed: steps that lead on, never back",
        ", column indicator: found no indicator of 'help'; allowed: something that will show it",
        ", row 4, column wave: found 'efficacy' in wave 1; allowed: wave 2 or later, when "
        "'trust' is looked for, its cause",
    ]


def test_a_step_to_itself_is_a_circle_and_nothing_else() -> None:
    assert found([("trust", "trust", "trust_scale", 1, "lead", None)]) == [
        "theory_of_action: found the circle trust → trust; allowed: steps that lead on, never back"
    ]


@pytest.mark.parametrize(
    ("row", "changed", "told"),
    [
        (3, {"wave": None}, "row 5, column wave: found no wave for 'marks'"),
        (1, {"owner": None}, "row 3, column owner: found nobody who sees to 'labs' → 'trust'"),
        (3, {"indicator": "smiles"}, "row 5, column indicator: found 'smiles', which nobody measures"),
        (
            0,
            {"not_before": "2024-10-01"},
            "row 2, column not_before: found wave 1, which opens on 2024-09-16",
        ),
        (3, {"wave": 1}, "row 5, column wave: found 'results' in wave 1; allowed: wave 2 or later"),
        (0, {"indicator": None}, "column indicator: found no indicator of 'trust'"),
    ],
)
def test_one_thing_wrong_is_one_fault(row: int, changed: dict[str, Any], told: str) -> None:
    rows = [dict(zip(COLUMNS, step, strict=True)) for step in SOUND]
    rows[row] |= changed
    faults = found([tuple(step[name] for name in COLUMNS) for step in rows])
    assert len(faults) == 1
    assert faults[0].startswith(f"theory_of_action, {told}")


def test_an_effect_is_held_against_causes_further_back_too() -> None:
    rows = [
        ("visits", "trust", "trust_scale", 3, "lead", None),
        ("trust", "help", "efficacy_scale", None, "lead", None),
        ("help", "results", "marks", 2, "lead", None),
    ]
    told = found(rows)
    assert any("'results' in wave 2; allowed: wave 3 or later, when 'trust'" in fault for fault in told)


def test_the_order_of_rows_changes_no_fault_but_its_row() -> None:
    rows = [*SOUND[::-1], ("results", "visits", "marks", 3, None, None)]
    told = {(fault.found, fault.column) for fault in theory_faults(tables(rows))}
    assert told == {(fault.found, fault.column) for fault in theory_faults(tables(rows[::-1]))}
    assert len(told) == 2


def test_optional_columns_may_be_missing() -> None:
    short = tables([("visits", "trust", "trust_scale", 1, "lead", None)])
    short["theory_of_action"] = short["theory_of_action"].drop(columns="not_before")
    assert theory_faults(short) == []


def test_each_indicator_has_its_latest_value_or_none() -> None:
    rows = [*SOUND, ("results", "fame", "smiles", 3, "lead", None)]
    frame, groups = indicators_collected(tables(rows))
    assert frame["state"].tolist() == [COLLECTED, NOT_COLLECTED, COLLECTED, NOT_COLLECTED]
    assert frame.loc["trust_scale", ["latest", "value", "rests_on"]].tolist() == [2.0, 4.5, 2.0]
    assert frame.loc["marks", ["latest", "value", "rests_on"]].tolist() == [2.0, 2.5, 2.0]
    assert frame.loc["smiles"].isna().sum() == 3
    assert groups[0] == {("a", "trust_scale", 2.0), ("b", "trust_scale", 2.0)}
    assert groups[2] == {"ash", "elm"} and not groups[1]
    bare = {name: tables(rows)[name] for name in ("theory_of_action", "waves")}
    assert set(indicators_collected(bare)[0]["state"]) == {NOT_COLLECTED}


def test_a_page_says_what_is_wrong_and_what_is_missing() -> None:
    rows = [*SOUND, ("results", "fame", "smiles", 3, None, None)]
    given = tables(rows)
    faults, steps = faults_shown(theory_faults(given)), steps_shown(given)
    frame, _ = indicators_collected(given)
    assert faults["row"].tolist() == ["6", "6"] and list(faults.index) == ["fault 1", "fault 2"]
    assert steps["owner"].tolist() == ["named"] * 4 + ["missing"]
    told = [one.sentence for one in theory_findings(steps, faults, frame, 2)]
    assert told[0].startswith(
        "The theory of action has 2 faults: nobody who sees to 'results' → 'fame'; 'smi"
    )
    assert told[1].endswith("Not collected so far: efficacy scale and smiles.")
    assert "(fame)" in told[2]
    sound = tables(SOUND)
    told = [
        one.sentence
        for one in theory_findings(steps_shown(sound), faults_shown([]), indicators_collected(sound)[0], 0)
    ]
    assert len(told) == 2 and "no fault" in told[0]


def test_the_diagram_puts_causes_left_of_effects_and_says_what_is_known() -> None:
    given = tables([*SOUND, ("labs", "fame", None, None, "lead", None)])
    frame, _ = indicators_collected(given)
    places, arrows = diagram_places(given, frame.drop(index="marks"))
    assert all(places.loc[one, "layer"] < places.loc[other, "layer"] for one, other in arrows)
    assert places["state"].to_dict() == {
        "visits": "done",
        "labs": "done",
        "trust": "collected",
        "efficacy": "not collected",
        "results": "collected",
        "fame": "no indicator",
    }
    assert places.loc["trust", "told"] == "trust scale: 4.50 (wave 2)"
    assert places.loc["results", "told"] == "marks: not shown"
    assert not places[["layer", "height"]].duplicated().any()
    figure = driver_diagram(places, arrows)
    assert len(figure.axes[0].patches) == len(places) + len(arrows)
    plt.close(figure)
    circle = tables([("a", "b", "marks", 1, "x", None), ("b", "a", "marks", 1, "x", None)])
    plt.close(driver_diagram(*diagram_places(circle, indicators_collected(circle)[0])))
    with pytest.raises(ValueError, match="no step"):
        driver_diagram(places.iloc[:0], [])
