"""The validation of the tests on adoption: it notices a test that is wrong, and what pages say of it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.compendium.stored import stored_results
from analysis.parallel import replicated
from analysis.validations.adoption import coverage, levels, main, one_twin
from analysis.validations.adoption_levels import (
    PEERS,
    adoption_coverage,
    adoption_levels,
    breaking_findings,
    trust_table,
)
from analysis.validations.adoption_twins import ADOPTION_TWINS, CONTAGION, AdoptionTwin, adoption_twin

KINDS = [*ADOPTION_TWINS, "thirty schools"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_twin_is_what_its_kind_says(kind: str) -> None:
    spread = adoption_twin(kind, 0.0, np.random.default_rng(1))
    if kind == "thirty schools":
        assert len(spread.people) == 30 and spread.changes
        return
    twin = ADOPTION_TWINS[kind]
    ties, home = spread.setting.networks[0].toarray(), np.array(spread.setting.groups)
    assert len(spread.people) == twin.people and len(set(home)) == twin.communities
    assert not ties[home[:, None] != home].any() and not ties.diagonal().any()
    named = ties.sum(axis=1)
    assert set(named) == ({0.0, 5.0} if twin.silent else {5.0})
    # In a network at random people are named 5 times give or take 2.2, at most about 12 times.
    assert (ties.sum(axis=0).max() > 15) == twin.popular


def test_rates_differ_as_they_should_and_contagion_makes_people_adopt() -> None:
    def times(kind: str, contagion: float) -> Any:
        return np.array(
            [adoption_twin(kind, contagion, np.random.default_rng(seed)).setting.times for seed in range(40)]
        )

    even = times("even", 0.0)
    # (1 − .1) ** 12 never adopt.
    assert np.isinf(even).mean() == pytest.approx(0.9**12, abs=4 * np.sqrt(0.28 * 0.72 / even.size))
    assert np.isinf(times("even", CONTAGION)).mean() < 0.2
    grouped = np.isinf(times("grouped", 0.0)).reshape(40, 10, 20).mean(axis=(0, 2))
    assert (np.diff(grouped) < 0).all()
    new = [np.mean(times("bell", 0.0) == period) for period in (1, 6, 12)]
    assert new[1] > 3 * new[0] and new[1] > 3 * new[2]


@pytest.mark.parametrize(("kind", "contagion"), [("even, too", 0.0), ("thirty schools", 1.0)])
def test_a_kind_that_is_not_there_is_named(kind: str, contagion: float) -> None:
    with pytest.raises(ValueError, match="found"):
        adoption_twin(kind, contagion, np.random.default_rng(1))


def outcome(p: float, low: float, high: float) -> dict[str, Any]:
    """Return an outcome of one test and one interval, of three people."""
    classes = pd.DataFrame({"at_risk": [10], "adopted": [4]}, index=["none of them"])
    times = np.repeat(np.arange(1.0, 9), [1, 2, 5, 10, 15, 16, 11, 6])
    return {
        "p": {"exposure": p, "structure": float("nan")},
        "intervals": {"exposure": (low, high), "share, none of them": (0.5, 0.9)},
        "classes": classes,
        "times": times,
        "periods": np.arange(1, 9),
    }


def test_levels_and_coverage_count_what_they_say() -> None:
    outcomes = [outcome(0.05, -1, 1)] * 3 + [outcome(0.2, 0.5, 1), outcome(float("nan"), np.nan, np.nan)]
    found = levels({"even": outcomes})
    assert found.index.tolist() == [("even", "exposure")]
    # Of four, P(X ≤ 1) at .05 is .986, P(X ≤ 2) .9995.
    assert found.iloc[0].to_dict() == {"twins": 4, "rejected": 3, "share": 0.75, "most": 2, "held": 0}
    covered = coverage({"even": outcomes}, 0.0)
    assert covered.loc[("even", "exposure"), ["truth", "given", "held"]].tolist() == [0, 4, 3]
    assert covered.loc[("even", "share, none of them"), ["truth", "given", "held", "as_said"]].tolist() == [
        pytest.approx(0.4),
        5,
        0,
        0,
    ]
    assert covered.index.get_level_values("interval").str.startswith("Bass").sum() == 0


def test_a_test_that_ignores_the_course_of_the_hazard_is_noticed() -> None:
    """Ten twins with a bell, of whom a straight line rejects some and the page's hazard few."""
    task = partial(one_twin, "bell", 0.0, 9)
    found = levels({"bell": replicated(task, 10, seed=3, workers=1)}).droplevel("twin")
    assert found.loc["exposure", "rejected"] <= 2
    assert set(found.index) >= {"structure", "Moran's I", "exposure", "placebo", PEERS[0]}


def stored(held: int) -> dict[str, Any]:
    """Return results of two tests and an interval among two kinds."""
    rows = [
        {"twin": twin, "test": test, "twins": 200, "rejected": 9, "share": share, "most": 18, "held": kept}
        for twin, test, share, kept in (
            ("even", "structure", 0.04, 1),
            ("even", "exposure", 0.05, 1),
            ("silent", "structure", 0.06, 1),
            ("silent", "exposure", 0.35, held),
            ("grouped", "structure, across communities", 0.5, 0),
        )
    ]
    covered = [
        {"twin": twin, "interval": "exposure", "contagion": planted, "share": share, "given": 180}
        for twin, planted, share in (("even", 0.0, 0.95), ("even", 1.5, 0.94), ("silent", 0.0, 0.65))
    ]
    return {"levels": rows, "coverage": covered}


def test_pages_say_where_a_test_breaks_and_what_to_do() -> None:
    trust = trust_table(stored(0))
    assert trust["too_often_among"].to_dict() == {"structure": "none", "exposure": "silent"}
    assert trust.loc["exposure", ["at_worst", "among"]].tolist() == [0.35, "silent"]
    assert trust["what_to_do"].tolist()[0] == "" and "people with ties" in trust["what_to_do"].tolist()[1]
    assert trust_table(stored(0), "peers").index.tolist() == ["structure, across communities"]
    found = breaking_findings(trust, adoption_coverage(stored(0)))
    assert [one.key for one in found] == ["kept", "breaks.exposure", "coverage"]
    assert found[0].sentence == "Among all twins these keep their level: structure."
    assert (
        "“exposure” rejects too often among the twins “silent”: at worst in 35 % of them" in found[1].sentence
    )
    assert (
        "“exposure” among the twins “silent” (contagion: none): in 65 % of the 180 that have one."
        in found[2].sentence
    )
    assert found[2].numbers[0] == "coverage.exposure.silent.none.share"
    assert adoption_levels(stored(0)).loc[("exposure", "even"), "share"] == 0.05
    assert [one.key for one in breaking_findings(trust_table(stored(1)), adoption_coverage(stored(1)))] == [
        "kept",
        "coverage",
    ]


def test_the_command_writes_what_a_page_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: ADOPTION_TWINS[name] for name in ("even", "few communities")}
    monkeypatch.setattr("analysis.validations.adoption.ADOPTION_TWINS", few)
    out = tmp_path / "adoption.json"
    assert main(["--seeds", "2", "--replicates", "9", "--out", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["seeds"], found["replicates"], found["contagion"]) == (2, 9, CONTAGION)
    assert {row["twin"] for row in found["levels"]} == {*few, "thirty schools"}
    assert {row["contagion"] for row in found["coverage"]} == {0.0, CONTAGION}
    assert set(found["first_p_values"]) == set(few)
    assert capsys.readouterr().out == "adoption.json written\n"


def test_the_committed_results_are_of_this_code() -> None:
    """The first twin of two kinds, drawn again: who changes what a test gives has to validate anew."""
    found = stored_results("star_coalescence", "adoption")
    assert found["seeds"] >= 200 and list(found["twins"]) == KINDS
    for kind, expected in found["first_p_values"].items():
        task = partial(one_twin, kind, 0.0, found["replicates"])
        again = replicated(task, 1, seed=found["seed"], workers=1)[0]["p"]
        assert set(again) == set(expected)
        for test, p in again.items():
            assert p == pytest.approx(
                np.nan if expected[test] is None else expected[test], rel=1e-6, nan_ok=True
            )


def test_a_bell_and_communities_do_no_harm_to_the_page_and_do_to_the_peers() -> None:
    """The levels asked of the pages, from the two hundred twins committed."""
    found = adoption_levels(stored_results("star_coalescence", "adoption"))
    for twin in KINDS:
        for test in ("structure", "Moran's I", "Moran's I by period, after Holm", "placebo"):
            assert found.loc[(test, twin), "held"] == 1, (test, twin)
    for twin in ("even", "few communities", "bell", "popular", "thirty schools"):
        assert found.loc[("exposure", twin), "held"] == 1, twin
    # Communities of twenty and of eight, and silent people: the page says so.
    broken = trust_table(stored_results("star_coalescence", "adoption")).loc["exposure", "too_often_among"]
    assert broken == "grouped, small communities and silent"
    assert found.loc[("exposure, people with ties", "silent"), "held"] == 1
    assert found.loc[("structure, across communities", "grouped"), "share"] > 0.2


def test_what_sets_a_kind_apart_is_told() -> None:
    assert all(twin.told and isinstance(twin, AdoptionTwin) for twin in ADOPTION_TWINS.values())
