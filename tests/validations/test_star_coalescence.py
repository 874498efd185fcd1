"""The validation itself: the same whatever the number of workers; it notices a detector that is wrong."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.compendium.stored import stored_results
from analysis.contacts.closure import Coalescence
from analysis.contacts.closure import star_coalescence as detector
from analysis.files import DATA_RAW
from analysis.parallel import replicated
from analysis.validations import star_coalescence
from analysis.validations.star_coalescence import (
    coverage,
    detection,
    levels,
    main,
    misspecified_levels,
    planted_and_found,
    results_of_a_twin,
)

PARAMETERS = json.loads((DATA_RAW / "thirty_schools/parameters.json").read_text(encoding="utf-8"))
WITHOUT = {**PARAMETERS, "coalescence": False}
NULLS = ["random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"]
STATISTICS = [
    ("the meeting", "closure"),
    ("all meetings", "coalescence"),
    ("all meetings", "both_directions"),
]
TESTS = [(*statistic, null) for statistic in STATISTICS for null in NULLS]


def test_all_that_was_planted_is_found_and_nothing_invented() -> None:
    planted, found, invented = planted_and_found(PARAMETERS, np.random.default_rng(3))
    assert planted == found > 0 and invented == 0


@pytest.mark.parametrize(
    ("setting", "value"), [("window", 60.0), ("persistence", 500.0)], ids=["short window", "long persistence"]
)
def test_a_detector_with_other_settings_is_noticed(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: float
) -> None:
    def wrong(contacts: pd.DataFrame, **options: Any) -> Coalescence:
        return detector(contacts, **{**options, setting: value})

    monkeypatch.setattr(star_coalescence, "star_coalescence", wrong)
    assert detection(PARAMETERS, seeds=2, seed=5, workers=1)["recall"] < 1


def test_intervals_hold_the_chances_and_not_other_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    found = coverage(PARAMETERS, seeds=12, seed=5, workers=1)
    assert found.index.tolist() == ["first_order", "second_order", "enduring"]
    assert found["chance"].tolist() == [0.6, 0.12, 0.7]
    assert (found["held"] >= 9).all() and (found["share"] == found["held"] / 12).all()
    # Means of 12 twins, of 18, 81 and some 20 pairs each: within five standard errors.
    assert found["mean"].to_numpy() == pytest.approx(found["chance"].to_numpy(), abs=0.17)
    wrong = {"first_order": 0.05, "second_order": 0.5, "enduring": 0.05}
    monkeypatch.setattr(star_coalescence, "chances", lambda parameters: wrong)
    assert (coverage(PARAMETERS, seeds=12, seed=5, workers=1)["held"] == 0).all()


def test_results_do_not_depend_on_the_workers() -> None:
    first, second = (levels(WITHOUT, seeds=3, replicates=9, seed=5, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(first, second)
    assert first.index.tolist() == TESTS and first["ks_p"].between(0, 1).all()
    assert (first["share"] == first["rejected"] / 3).all()


def test_a_seed_gives_the_same_twins_every_time() -> None:
    one, two, other = (detection(PARAMETERS, seeds=2, seed=seed, workers=1) for seed in (5, 5, 6))
    assert one == two != other and one["twins"] == 2


def test_most_is_the_binomial_point() -> None:
    # P(X <= 1) = .95^2 + 2 (.05)(.95) = .9975 of two twins, P(X = 0) = .9025.
    assert set(levels(WITHOUT, seeds=2, replicates=9, seed=1, workers=1)["most"]) == {1}


def test_a_planted_meeting_is_rejected_as_random_placement() -> None:
    found = levels(PARAMETERS, seeds=3, replicates=19, seed=1, workers=1)
    for statistic in STATISTICS[:2]:
        assert found.loc[(*statistic, "random_placement"), "rejected"] == 3


def test_nine_draws_cannot_reject_at_five_percent() -> None:
    assert (levels(PARAMETERS, seeds=2, replicates=9, seed=1, workers=1)["rejected"] == 0).all()


def test_the_interval_of_an_effect_holds_its_mean() -> None:
    for parameters in (PARAMETERS, WITHOUT):
        found = levels(parameters, seeds=12, replicates=19, seed=3, workers=1)
        # Of twelve twins at least nine hold the mean of them; random placement is what made the null twins.
        asked = found.drop(index="both_directions", level="statistic").xs("random_placement", level="null")
        assert (asked["held"] >= 9).all()
        assert (found["effect"].xs("random_placement", level="null") > -0.1).all()


def test_misspecified_twins_have_every_test_and_the_grouped_null_knows_of_groups() -> None:
    found = misspecified_levels(WITHOUT, seeds=4, replicates=19, seed=2, workers=1)
    assert found["twin"].drop_duplicates().tolist() == [
        "groups",
        "popular",
        "bursts",
        "silent",
        "groups, known to the null",
    ]
    assert len(found) == 5 * len(TESTS) and (found["twins"] <= 4).all()
    network = found[(found["of"] == "all meetings") & (found["null"] == "random_placement")]
    shares = network[network["statistic"] == "coalescence"].set_index("twin")["rejected"]
    # All ties stay inside three schools: to a null that scatters them they cluster.
    assert shares["groups"] > shares["groups, known to the null"]


def test_the_command_writes_what_a_page_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "validation.json"
    assert main(["--seeds", "2", "--replicates", "19", "--out", str(out)]) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert stored["parameters"] == PARAMETERS
    assert (stored["seeds"], stored["replicates"], stored["seed"]) == (2, 19, 30001)
    assert stored["detection"]["recall"] == stored["detection"]["precision"] == 1.0
    assert [(row["of"], row["statistic"], row["null"]) for row in stored["levels"]] == TESTS
    assert len(stored["misspecified"]) == 5 * len(TESTS) and stored["misspecified_replicates"] == 19
    told = capsys.readouterr()
    assert told.out == "validation.json written\n" and "detection: 2 of 2" in told.err


def test_the_committed_results_are_of_this_code() -> None:
    """The first two of the two hundred, drawn again: who changes what a test gives has to validate anew."""
    stored = stored_results("star_coalescence", "validation")
    task = partial(results_of_a_twin, WITHOUT, None, False, stored["replicates"])
    again = [[values[0] for values in one] for one in replicated(task, 2, seed=stored["seed"])]
    assert again == stored["first_p_values"]
