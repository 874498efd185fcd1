"""What the pages on actor-oriented models show and say, and where the data cannot answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.compendium.claims import printed_number
from analysis.compendium.studies import load_studies
from analysis.tie_models.actor_beside import as_two_models, beside_separable, beside_software, signs_compared
from analysis.tie_models.actor_findings import (
    beside_findings,
    model_findings,
    readiness_findings,
    software_findings,
)
from analysis.tie_models.actor_pages import (
    estimates_table,
    fit_table,
    fitted_or_not,
    followed_people,
    importance_table,
    left_out,
    parts_of_test,
    readiness,
    with_traits,
)
from analysis.tie_models.saom_fit import goodness_of_fit, relative_importance, time_heterogeneity
from analysis.tie_models.saom_results import ActorModel
from analysis.ties.panel import Panel
from analysis.ties.people import who_answered

ROOT = Path(__file__).resolve().parents[2]


def ties(size: int, share: float, seed: int) -> np.ndarray:
    drawn = (np.random.default_rng(seed).random((size, size)) < share).astype(float)
    np.fill_diagonal(drawn, 0.0)
    return drawn


def panel_of(size: int = 24, changed: float = 0.06, waves: int = 3, seed: int = 4) -> Panel:
    matrices = [ties(size, 0.15, seed)]
    for wave in range(1, waves):
        matrices.append(np.abs(matrices[-1] - ties(size, changed, seed + wave)))
    return Panel.from_matrices(matrices, relation="help")


@pytest.fixture(scope="module")
def fitted() -> ActorModel:
    groups = np.arange(24) % 3
    return fitted_or_not(panel_of(), ["density", "recip", ("sameX", groups, "school")], seed=1)


def test_what_stands_against_a_model_is_told_by_period() -> None:
    first = ties(12, 0.3, 1)
    silent = first.copy()
    silent[:3] = np.nan
    panels = {
        "help": Panel.from_matrices([first, silent], relation="help"),
        "trust": Panel.from_matrices([ties(25, 0.2, 1), ties(25, 0.2, 2)], relation="trust"),
        "once": Panel.from_matrices([first], relation="once"),
    }
    found = readiness(panels)
    assert found["note"].tolist() == [
        "few people; many answers missing",
        "too much changed at once",
        "one wave only",
    ]
    assert found.loc[("help", "1 to 2"), "missing"] == pytest.approx(3 * 11 / (12 * 11))
    assert found.loc[("help", "1 to 2"), "jaccard"] == 1.0
    assert [len(people) for people in who_answered(panels, found)] == found["people"].tolist() == [9, 25, 12]
    told = {relation: readiness_findings(found, relation) for relation in panels}
    assert [one.key for one in told["help"]] == ["few.1-to-2", "missing.1-to-2"]
    assert "MRQAP" in told["trust"][0].sentence and len(told["trust"]) == 1
    assert told["once"][0].sentence == "Once was asked in one wave: there is no change to model."


@pytest.mark.parametrize(
    ("panel", "told"),
    [
        (panel_of(waves=1), "needs two or more"),
        (Panel.from_matrices([ties(25, 0.2, 1), ties(25, 0.2, 2)]), "too little of a wave is left"),
    ],
)
def test_no_model_where_waves_cannot_be_followed(panel: Panel, told: str) -> None:
    with pytest.raises(NotEstimable, match=told):
        fitted_or_not(panel, ["density"], seed=1)
    assert len(followed_people(panel)) == len(panel.actors)


def test_traits_come_from_items_from_actors_and_from_organizations() -> None:
    names = ["a", "b", "c"]
    panel = Panel(
        "help",
        tuple(names),
        (1, 2),
        np.zeros((2, 3, 3)),
        np.ones((2, 3)),
        np.ones((2, 3)),
        ("s1", "s2", None),
    )
    answers = [(wave, name, "mood", wave + place) for wave in (1, 2) for place, name in enumerate(names)]
    tables = {
        "actors": pd.DataFrame({"actor_id": names, "years": [3, 1, 2]}),
        "responses": pd.DataFrame(answers, columns=["wave", "actor_id", "item_id", "value"]),
    }
    found: list[Any] = with_traits(tables, panel, ["density"], ["mood", "mood@2", "years"])
    assert [one if isinstance(one, str) else one[0] for one in found] == [
        "density",
        *("altX", "egoX", "simX"),
        "simX",
        *("altX", "egoX", "simX"),
        "sameX",
    ]
    assert found[1][1].tolist() == [[1, 2], [2, 3], [3, 4]] and found[4][1].tolist() == [2, 3, 4]
    assert found[5][1].tolist() == [3, 1, 2]
    np.testing.assert_array_equal(found[-1][1], [0, 1, np.nan])
    with pytest.raises(ValueError, match="neither an item"):
        with_traits(tables, panel, [], ["age"])


def test_tables_and_sentences_follow_from_one_fit(fitted: ActorModel) -> None:
    estimates = estimates_table(fitted)
    row = estimates.loc["reciprocity"]
    assert row["odds_ratio"] == pytest.approx(np.exp(row["estimate"]))
    assert estimates.loc["same school", "of"] == "the same school"
    assert estimates["odds_ratio"].isna().tolist() == [True, True, False, False, False]
    lacking = parts_of_test(left_out(fitted, seed=1))
    assert lacking.index.tolist()[-1] == "all" and len(lacking) == 5
    fits = fit_table(goodness_of_fit(fitted, simulations=100, seed=1))
    assert fits.index.tolist() == ["indegrees", "outdegrees", "triads", "geodesics"]
    over_time = parts_of_test(time_heterogeneity(fitted))
    assert importance_table(relative_importance(fitted)).sum().tolist() == pytest.approx([1.0, 1.0])
    told = {one.key: one.sentence for one in model_findings(estimates, over_time, lacking, fits)}
    assert told.keys() >= {"over-time", "left-out", "fit"} and told.keys() & {"moves", "unsure"}
    none = NotEstimable("too far apart")
    assert model_findings(none, none, none, none) == []


def test_the_separable_model_has_the_same_terms_and_pairs(fitted: ActorModel) -> None:
    found = beside_separable(fitted, replicates=20, seed=1)
    assert len(found) == 2 * 2 * 3
    names = found.index.get_level_values("term")
    assert found.loc[names == "outdegree (density)", "same_sign"].isna().all()
    known = found[found["same_sign"].notna()]
    assert (
        (np.sign(known["actors_choose"]) == np.sign(known["separable"])) == (known["same_sign"] == 1)
    ).all()
    signs = signs_compared(found)
    assert signs == {"same": int(known["same_sign"].sum()), "compared": len(known)}
    assert beside_findings(found, signs)[0].sentence.startswith(f"In {signs['same']} of {signs['compared']} ")
    assert signs_compared(NotEstimable("no model")) == {}
    assert beside_findings(NotEstimable("no model"), {"same": 0, "compared": 0}) == []


def test_another_program_is_set_beside(fitted: ActorModel) -> None:
    other = {"estimates": fitted.estimates - 0.1, "standard_errors": np.full(5, 0.5)}
    found = beside_software(fitted, other)
    np.testing.assert_allclose(found["apart"], 0.2)
    np.testing.assert_allclose(found["error_ratio"], fitted.standard_errors / 0.5)
    drawn = as_two_models(found, "theirs")
    assert drawn["theirs"]["estimate"].tolist() == (fitted.estimates - 0.1).tolist()
    assert "within 0.200 standard errors" in software_findings({"one": found})[0].sentence


def test_claims_are_what_rsiena_gave_with_tolerances_of_its_own_standard_errors() -> None:
    stored = json.loads((ROOT / "notebooks/actor_models/results/rsiena_s50.json").read_text(encoding="utf-8"))
    study = next(study for study in load_studies() if study.id == "actor_models")
    claims = [claim for claim in study.claims if claim.run == "rsiena"]
    models = {"unconditional": "M1_uncond", "conditional": "M1_cond", "covariates": "M2_cov_cond"}
    for key, name in models.items():
        model = stored["models"][name]
        own = [claim for claim in claims if claim.id.startswith(f"{key}.")]
        for what, values in (("estimate", model["estimates"]), ("error", model["standard_errors"])):
            said = [claim for claim in own if claim.id.endswith(what)]
            printed = [float(printed_number(claim.published)) for claim in said]
            assert printed == pytest.approx(values, abs=6e-6)
            share = [0.25 if what == "estimate" or "rate" in claim.id else 0.15 for claim in said]
            widths = np.array(share) * model["standard_errors"]
            assert [claim.tolerance for claim in said] == pytest.approx(widths, abs=1e-4)
        targets = [float(printed_number(claim.published)) for claim in own if claim.id.endswith("target")]
        assert targets == pytest.approx(model["targets"][-len(targets) :])
