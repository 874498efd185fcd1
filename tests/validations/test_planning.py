"""Power by simulation agrees with theory where there is one, keeps its level, knows what is too small."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nct
from scipy.stats import t as student

from analysis.checks import NotEstimable
from analysis.tie_models.formation import formation_power
from analysis.validations.planning import EFFECTS, LARGEST, QUANTITIES, Design, power, simulated_change
from analysis.validations.synthesis import INVENTED, main

EVEN = Design(60, 10, answered=1.0)


def test_the_power_of_a_mean_is_that_of_the_t_distribution() -> None:
    # Where all answer, what lies between people falls out of a school's difference.
    noise = 1 - EVEN.school_share - EVEN.person_share - EVEN.wave_share
    error = math.sqrt(2 * (EVEN.wave_share + noise / 6) / 10)
    edge = student.ppf(0.975, 9)
    exact = [float(nct.sf(edge, 9, effect / error)) for effect in EFFECTS["scale mean"]]
    found = power(EVEN, "scale mean", EFFECTS["scale mean"], replicates=1500, seed=1)["found"]
    assert found.tolist() == pytest.approx(exact, abs=4 * 0.5 / math.sqrt(1500))


@pytest.mark.parametrize("quantity", ["reciprocity", "ties across schools", "scale mean"])
def test_the_change_that_is_made_is_the_change_that_is_seen(quantity: str) -> None:
    middle = EFFECTS[quantity][1]
    seen = [simulated_change(EVEN, quantity, middle, np.random.default_rng(seed))[0] for seed in range(150)]
    assert np.mean(seen) == pytest.approx(middle, abs=0.03)
    none = [simulated_change(EVEN, quantity, 0.0, np.random.default_rng(seed))[0] for seed in range(150)]
    assert np.mean(none) == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("quantity", ["reciprocity", "ties across schools", "scale mean", "closure cascade"])
def test_what_is_not_there_is_seldom_found_and_more_answers_find_more(quantity: str) -> None:
    few, many = (Design(48, 8, answered=answered) for answered in (0.6, 0.95))
    effects = [0.0, EFFECTS[quantity][2]]
    low, high = (
        power(one, quantity, effects, replicates=100, seed=3)["found"].tolist() for one in (few, many)
    )
    # The 99.9 % point of 100 tests at .05 is 13.
    assert max(low[0], high[0]) <= 0.13
    assert high[1] >= 0.5 and high[1] >= low[1] - 0.05


def test_an_activity_is_found_by_the_rule_of_its_page() -> None:
    found = power(Design(30, 5, answered=0.9), "activity", [0.0, 0.2], replicates=10, seed=1)["found"]
    assert found.tolist()[0] <= 0.3 and found.tolist()[1] >= 0.7
    given = {"activities": 2, "attendance": 0.6, "rate": 0.1, "outside": 0.05, "replicates": 10, "seed": 1}
    whole, silent = (formation_power(30, answered=share, **given).iloc[0] for share in (1.0, 0.4))  # type: ignore[arg-type]
    assert silent["width"] > whole["width"]
    # Schools that come together leave fewer ways to tell activities apart.
    together = formation_power(30, schools=3, **given).iloc[0]  # type: ignore[arg-type]
    assert together["width"] != whole["width"]
    with pytest.raises(ValueError, match=r"answered=1\.4"):
        formation_power(30, answered=1.4, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("design", "quantity", "why"),
    [
        (Design(30, 2), "scale mean", "2 schools; a change over schools needs three at least"),
        (Design(30, 1), "ties across schools", "1 school; a change"),
        (Design(30, 1), "closure cascade", "one school; two circles"),
        (Design(10, 5, answered=1.0), "closure cascade", "fewer than three people in a school"),
        (Design(8, 2, answered=0.6), "reciprocity", "about 4 people will answer"),
        (Design(8, 2, answered=0.6), "activity", "about 4 people will answer"),
    ],
)
def test_a_network_that_is_too_small_says_so(design: Design, quantity: str, why: str) -> None:
    with pytest.raises(NotEstimable, match=why):
        power(design, quantity, [0.5], replicates=5, seed=1)


def test_a_large_network_is_drawn_no_larger_than_need_be() -> None:
    for schools, drawn in ((30, 30), (100, LARGEST // 2)):
        large = power(Design(500, schools), "scale mean", [0.2], replicates=20, seed=2)
        same = power(Design(LARGEST, drawn), "scale mean", [0.2], replicates=20, seed=2)
        assert large.equals(same)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"members": 1, "schools": 1}, "members"),
        ({"members": 5, "schools": 6}, "6 schools of 5 members"),
        ({"members": 5, "schools": 1, "answered": 1.2, "kept": -1}, "answered=1.2, kept=-1"),
    ],
)
def test_what_is_no_network_is_refused(given: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Design(**given)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="found quantity 'trust'"):
        power(EVEN, "trust", [0.1], replicates=5, seed=1)


def test_the_command_writes_what_a_page_reads(tmp_path: Path) -> None:
    out = tmp_path / "validation.json"
    few = ["--replicates", "4", "--members", "12", "--answered", "0.6", "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.validations.synthesis.INVENTED", {"a pilot": INVENTED["a pilot"]})
        assert main(few) == 0
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert {row["quantity"] for row in stored["power"]} == set(QUANTITIES)
    told = {row["quantity"]: row["why"] for row in stored["power"] if "why" in row}
    assert told["scale mean"] == "2 schools; a change over schools needs three at least"
    assert {row["network"] for row in stored["invented"]} == {"a pilot"}
