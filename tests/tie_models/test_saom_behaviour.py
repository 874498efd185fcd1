"""Ties and a behaviour together: targets by hand, the law of a step, known parameters, and bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.checks import NotEstimable
from analysis.tie_models.actor_findings import together_findings
from analysis.tie_models.actor_pages import together_table
from analysis.tie_models.saom_behaviour import Together, draw_together, fit_together, read_together
from analysis.tie_models.saom_estimation import derivatives
from analysis.ties.panel import Panel
from analysis.validations.actor_models import drawn_together

EVERY = ("linear", "quad", "avSim", "avAlt")


def example(size: int = 12, waves: int = 3, seed: int = 3) -> tuple[Panel, np.ndarray]:
    generator = np.random.default_rng(seed)
    matrices = []
    for _ in range(waves):
        drawn = (generator.random((size, size)) < 0.25).astype(float)
        np.fill_diagonal(drawn, 0.0)
        matrices.append(drawn)
    return Panel.from_matrices(matrices), generator.integers(1, 5, (size, waves)).astype(float)


def test_targets_are_the_sums_that_the_definitions_give() -> None:
    panel, habit = example()
    found = read_together(panel, habit, "habit", effects=["density"], on_behaviour=EVERY)
    size, mean, width = len(habit), habit.mean(), np.ptp(habit)
    alike = [1 - np.abs(np.subtract.outer(habit[:, wave], habit[:, wave])) / width for wave in range(3)]
    similar = np.mean([one[~np.eye(size, dtype=bool)] for one in alike])
    alter = ego = sim = linear = quad = average_sim = average_alter = 0.0
    for wave in (0, 1):
        before, after = panel.matrix(wave + 1), panel.matrix(wave + 2)
        z, new = habit[:, wave] - mean, habit[:, wave + 1] - mean
        for i in range(size):
            named = [j for j in range(size) if before[i, j]]
            linear, quad = linear + new[i], quad + new[i] ** 2
            if named:
                gained = [alike[wave + 1][i, j] - similar for j in named]
                average_sim += sum(gained) / len(named)
                average_alter += new[i] * sum(new[j] for j in named) / len(named)
            for j in range(size):
                alter, ego = alter + after[i, j] * z[j], ego + after[i, j] * z[i]
                sim += after[i, j] * (alike[wave][i, j] - similar)
    np.testing.assert_allclose(found.model.targets[1:], [alter, ego, sim], atol=1e-9)
    np.testing.assert_allclose(found.targets, [linear, quad, average_sim, average_alter], atol=1e-9)
    assert found.moved.tolist() == [np.abs(habit[:, k + 1] - habit[:, k]).sum() for k in (0, 1)]


def test_fifty_pupils_have_the_targets_counted_by_hand(reference_folder: Any) -> None:
    read = [
        np.loadtxt(reference_folder / "rsiena" / f"s50_{name}.csv", delimiter=",", skiprows=1)
        for name in ("wave1", "wave2", "wave3", "alcohol")
    ]
    drinking = read[3]
    found = read_together(Panel.from_matrices(read[:3]), drinking, "drinking", effects=["density"])
    assert found.moved.tolist() == [27, 33] and found.model.targets[0] == 238
    assert found.targets[0] == pytest.approx(drinking[:, 1:].sum() - 100 * drinking.mean())
    assert found.targets[1] == pytest.approx(((drinking[:, 1:] - drinking.mean()) ** 2).sum())


def alone(habit: np.ndarray, effects: tuple[str, ...]) -> Together:
    panel, _ = example(len(habit), 2)
    return read_together(panel, habit, "habit", effects=["density"], on_ties=(), on_behaviour=effects)


def test_one_step_follows_the_law_of_its_definition() -> None:
    """With one step of behaviour and none of ties, somebody goes up, down or nowhere as the odds say."""
    habit = np.array([[1, 2], [2, 2], [4, 2], [4, 3]], dtype=float)
    ready = alone(habit, ("linear", "quad"))
    mean = habit.mean()
    linear, quad = 0.4, -0.3
    expected = 0.0
    for value in habit[:, 0]:
        options = [one for one in (value - 1, value, value + 1) if 1 <= one <= 4]
        odds = np.exp([linear * (one - mean) + quad * (one - mean) ** 2 for one in options])
        expected += (np.array(options) - value) @ odds / odds.sum() / len(habit)
    parameters = np.array([1e-9, 1.0, -1.0, linear, quad])
    drawn, _, _ = draw_together(ready, parameters, 20000, np.random.default_rng(1))
    one = drawn.steps[:, 1] == 1
    moved = drawn.effects[one, 0, 1] - (habit[:, 0] - mean).sum()
    error = moved.std() / np.sqrt(one.sum())
    assert abs(moved.mean() - expected) < 4 * error
    # The score has mean nought at the parameters that the draws are from.
    scores = drawn.scores[:, 0, 1:]
    assert (np.abs(scores.mean(axis=0)) < 4 * scores.std(axis=0) / np.sqrt(len(scores))).all()


def test_derivatives_by_the_score_are_those_of_small_steps() -> None:
    panel, habit = example(10, 2)
    ready = read_together(
        panel, habit, "habit", effects=["density"], on_ties=("simX",), on_behaviour=("linear", "avSim")
    )
    parameters = np.array([2.0, 2.0, -0.8, 0.5, 0.2, 0.8])
    drawn, _, _ = draw_together(ready, parameters, 6000, np.random.default_rng(1))
    slopes = derivatives(drawn.effects, drawn.scores)
    for place in range(4):
        ends = []
        for way in (0.15, -0.15):
            moved = parameters.copy()
            moved[2 + place] += way
            generator = np.random.default_rng(1)
            ends.append(
                draw_together(ready, moved, 6000, generator, scored=False)[0].effects.sum(axis=1).mean(axis=0)
            )
        np.testing.assert_allclose(slopes[:, place], (ends[0] - ends[1]) / 0.3, rtol=0.12, atol=0.45)


def test_parameters_are_found_again_whatever_the_workers_and_the_order_of_actors() -> None:
    panel, habit, truth = drawn_together(np.random.default_rng(7), 40)
    ready = read_together(panel, habit, "habit", effects=["density", "recip", "gwespFF"])
    one = fit_together(ready, simulations=300, seed=1, workers=1)
    assert one.converged
    assert (np.abs(one.estimates - truth) < 4 * one.standard_errors).all()
    two = fit_together(ready, simulations=300, seed=1, workers=2)
    assert one.estimates.tobytes() == two.estimates.tobytes()
    assert one.covariance.tobytes() == two.covariance.tobytes()
    order = np.random.default_rng(2).permutation(40)
    turned = Panel.from_matrices([panel.matrix(wave)[np.ix_(order, order)] for wave in panel.waves])
    again = read_together(turned, habit[order], "habit", effects=["density", "recip", "gwespFF"])
    np.testing.assert_allclose(again.targets, ready.targets)
    np.testing.assert_allclose(again.model.targets, ready.model.targets)
    table = together_table(one)
    assert table.loc[("habit", "habit average similarity"), "estimate"] == one.estimates[-1]
    told = [finding.key for finding in together_findings(table, "habit")]
    assert told == ["selection", "influence"]
    assert "average similarity" in one.summary()
    lost = replace(one, converged=False)
    assert lost.summary().startswith("NOT CONVERGED") and lost.tidy()["p"].isna().all()


@pytest.mark.parametrize(
    ("changed", "kind", "told"),
    [
        ({"on_ties": ["altX", "inPop"]}, ValueError, "allowed: altX, egoX, simX"),
        ({"on_behaviour": ["linear", "linear"]}, ValueError, "each once"),
        ({"on_behaviour": []}, ValueError, "at least linear"),
        ({"behaviour": np.ones((12, 2))}, ValueError, "a column per wave"),
        ({"behaviour": example()[1] + 0.5}, ValueError, "whole numbers"),
        ({"behaviour": np.ones((12, 3))}, NotEstimable, "has to vary"),
        ({"behaviour": np.repeat(example()[1][:, :1], 3, axis=1)}, NotEstimable, "nobody's changed"),
        ({"behaviour": np.full((12, 3), np.nan)}, NotEstimable, "36 values are missing"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], kind: type[Exception], told: str) -> None:
    panel, habit = example()
    given = {"behaviour": habit, "effects": ["density"], **changed}
    with pytest.raises(kind, match=told):
        read_together(panel, given.pop("behaviour"), "habit", **given)
