"""The sentences of every page: what they say follows from the tables, and is made of their numbers alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import pytest

from analysis.adoption.findings import exposure_findings, pairing_findings, reach_findings, structure_findings
from analysis.compendium.findings import numerals_not_recorded
from analysis.compendium.results import _numbers_of, _plain
from analysis.evidence.findings import (
    attendance_findings,
    attribution_findings,
    convergence_findings,
    rate_findings,
)
from analysis.finding import Finding
from analysis.measurement.findings import score_findings, trust_findings
from analysis.resampling.findings import correlation_findings, regression_findings, share_findings
from analysis.tie_models.findings import p1_findings, sign_findings
from analysis.ties.findings import (
    advice_on_answers,
    change_findings,
    mixing_findings,
    network_findings,
    reciprocity_findings,
)
from analysis.validations.findings import (
    coverage_findings,
    detector_findings,
    rate_recovery_findings,
)

Tables = dict[str, pd.DataFrame]


def said(
    findings: Sequence[Finding], tables: Tables, numbers: dict[str, object] | None = None, caption: str = ""
) -> list[str]:
    """Return the sentences, once every key is found recorded and every numeral among the numbers named."""
    recorded: dict[str, tuple[object, str]] = {key: (value, "") for key, value in (numbers or {}).items()}
    for key, frame in tables.items():
        recorded |= {
            cell: (_plain(cell, value), words) for cell, words, value in _numbers_of(key, frame).values()
        }
    for found in findings:
        values, words = zip(*(recorded[key] for key in found.numbers), strict=True)
        assert numerals_not_recorded(found.sentence, values, (*words, caption)) == [], found
        assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", found.key)
    assert len({found.key for found in findings}) == len(findings)
    return [found.sentence for found in findings]


def waves(
    relation: str, *rows: dict[str, float], names: Sequence[object] = (1, 2, 3), level: str = "wave"
) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([[relation], names[: len(rows)]], names=["relation", level])
    return pd.DataFrame(list(rows), index=index)


def network(ties: Sequence[float], answered: float = 0.818) -> pd.DataFrame:
    rows = [{"ties": one, "edgewise": 0.329, "response_rate": answered} for one in ties]
    return waves("joint_work", *rows)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ([77, 90, 170], "Joint work ties rose from 77 to 170; 33 % are returned in wave 3; 82 % answered."),
        ([170, 77], "Joint work ties fell from 170 to 77; 33 % are returned in wave 2; 82 % answered."),
        ([77, 77], "Joint work ties stayed at 77; 33 % are returned in wave 2; 82 % answered."),
        ([77], "Joint work has 77 ties; 33 % are returned; 82 % answered."),
    ],
)
def test_ties_and_their_return(ties: list[float], expected: str) -> None:
    described = network(ties)
    tables = {"structure": described[["ties", "edgewise"]], "answered": described[["response_rate"]]}
    assert said(network_findings(described), tables) == [expected]


def test_a_network_without_ties_has_none_returned() -> None:
    described = network([0]).assign(edgewise=float("nan"))
    assert network_findings(described)[0].sentence == "Joint work has 0 ties; 82 % answered."
    assert network_findings(described.iloc[:0]) == []


def test_advice_is_given_only_where_few_answered() -> None:
    assert advice_on_answers(network([5, 9])) == []
    few = network([5, 9], answered=0.7)
    told = said(advice_on_answers(few), {"answered": few[["response_rate"]]})
    assert told[0].startswith("Only 70 % answered about joint work in wave 2.")


def test_returned_ties_beside_chance() -> None:
    frame = waves(
        "help", {"edgewise": 0.2, "by_chance": 0.1, "p": 0.5}, {"edgewise": 0.33, "by_chance": 0.2, "p": 2e-4}
    )
    expected = "33 % of help ties in wave 2 are returned, more than the 20 % expected by chance (p < 0.001)."
    assert said(reciprocity_findings(frame), {"reciprocity": frame}) == [expected]
    assert reciprocity_findings(frame.assign(p=float("nan"))) == []
    assert reciprocity_findings(frame, "help") and reciprocity_findings(frame, "advice") == []


@pytest.mark.parametrize(
    ("index", "p", "expected"),
    [
        (0.41, 0.0005, "Schools keep to themselves more than chance"),
        (0.9, 0.03, "Schools reach out more than chance"),
        (0.41, 0.4, "Schools are mixed about as chance would mix them"),
    ],
)
def test_mixing_beside_chance(index: float, p: float, expected: str) -> None:
    frame = waves("help", {"external_internal": index, "random_mixing": 0.7, "p": p})
    assert said(mixing_findings(frame), {"mixing": frame})[0].startswith(f"{expected}: the E-I index of help")
    twice = waves("help", *[dict(frame.iloc[0])] * 2)
    assert f"{expected}: in wave 2 the E-I" in said(mixing_findings(twice), {"mixing": twice})[0]
    assert mixing_findings(frame.assign(p=float("nan"))) == []
    # An office and "all schools" as one group: the index says nothing about schools.
    lumps = pd.DataFrame({"kind": ["office", "group"]})
    told = mixing_findings(frame, organizations=lumps)[0].sentence
    assert told.startswith(expected.replace("Schools", "Groups"))
    homes = pd.DataFrame({"kind": ["office", "school"]})
    assert mixing_findings(frame, organizations=homes)[0].sentence.startswith("Schools ")


def test_what_was_kept_and_whether_it_is_enough() -> None:
    row = {"kept": 75, "new": 95, "lost": 26, "jaccard": 0.38}
    frame = waves("help", row, names=["1 to 2"], level="waves")
    expected = "From wave 1 to 2, 75 help ties were kept, 95 are new and 26 were lost."
    assert said(change_findings(frame), {"changes": frame}) == [expected]
    little = frame.assign(jaccard=0.08)
    told = said(change_findings(little), {"changes": little})[0]
    assert told.endswith("The Jaccard index is 0.08: too few stayed for a model of tie-by-tie change.")


def test_attendance() -> None:
    reached = pd.DataFrame({"share": [0.545, None, 0.333]}, index=["kick_off", "lab", "share_fair"])
    schools = pd.DataFrame({"share": [0.5, 0.5]}, index=["ash", "elm"])
    tables = {"activities": reached, "organizations": schools}
    assert said(attendance_findings(reached, schools), tables) == [
        "Most came to kick off (55 %), fewest to share fair (33 %)."
    ]
    schools.loc["elm", "share"] = 0.25
    told = said(attendance_findings(reached.iloc[:1], schools), tables)
    assert told == ["People of ash came to 50 % of the activities open to them, people of elm to 25 %."]


def test_attribution_and_its_advice() -> None:
    traced = pd.DataFrame({"new_ties": [176], "one": [90], "none": [26]}, index=["dates and attendance"])
    one = said(attribution_findings(traced), {"traced": traced})
    assert one == [
        "Of 176 new ties, 90 have one possible activity by dates and attendance, and 26 have none. Ties also "
        "form elsewhere, so no activity is sure to have made any."
    ]
    all_met = traced.assign(none=0)
    assert said(attribution_findings(all_met), {"traced": all_met})[0].endswith(
        "the others have several. Those 90 came from it if nothing else made ties."
    )
    few = traced.assign(one=12)
    assert "Record dated contacts" in said(attribution_findings(few), {"traced": few})[1]
    assert attribution_findings(traced, "contacts") == []


def test_rates_of_activities() -> None:
    rates = pd.DataFrame(
        {
            "source": ["same_group", "lab", "fair"],
            "rate": [0.4, 0.1, 0.2],
            "lower": [0.3, 0.05, 0.0],
            "upper": [0.5, 0.2, 0.3],
        }
    )
    tables = {"rates": rates.set_index("source")}
    told = said(rate_findings(rates, ["lab", "fair", "never"]), tables, caption="95 % intervals")[0]
    assert told.startswith(
        "New ties follow lab most clearly: pairs who met there formed one with a chance of 0.10"
    )
    assert told.endswith("if nothing that was not recorded made ties."), "it is no proof of what made them"
    assert said(rate_findings(rates, ["fair"]), tables)[0].startswith("New ties clearly follow no activity")
    assert rate_findings(rates, []) == []


def test_convergence() -> None:
    counts = {"agreement": 15, "partial agreement": 2, "silence": 3, "dissonance": 1}
    frame = pd.Series(counts).to_frame("findings")
    told = said(convergence_findings(counts), {"convergence-counts": frame})[0]
    assert told.startswith("Network and notes agree on 15 pairs of an activity and a code, and contradict")
    assert convergence_findings(dict.fromkeys(counts, 0)) == []


def test_scores_and_trust() -> None:
    index = pd.MultiIndex.from_tuples([("trust", 1), ("trust", 3), ("efficacy", 1)], names=["scale", "wave"])
    summary = pd.DataFrame({"mean": [3.67, 3.35, 2.0]}, index=index)
    assert said(score_findings(summary), {"scores": summary}) == [
        "The mean of trust fell from 3.67 to 3.35 between wave 1 and wave 3.",
        "The mean of efficacy is 2.00.",
    ]
    icc = pd.DataFrame(
        {"icc1": [0.14], "icc2": [0.8]},
        index=pd.MultiIndex.from_tuples([("without filled-in values", "reml")]),
    )
    kinds = pd.MultiIndex.from_tuples([("edgewise", "spearman")])
    fit = {"units": [15], "estimate": [0.6], "p": [0.01], "lower": [0.1], "upper": [0.9]}
    associated = pd.DataFrame(fit, index=kinds)
    tables = {"icc": icc, "association": associated}
    first, second = said(trust_findings(icc, associated), tables)
    assert first.endswith("(ICC(2)) and is reliable enough to be used.")
    assert second.startswith("Across 15 schools, trust is higher where more advice is returned")
    other = said(
        trust_findings(icc.assign(icc2=0.5), associated.assign(p=0.5)),
        tables | {"icc": icc.assign(icc2=0.5), "association": associated.assign(p=0.5)},
    )
    assert other[0].endswith("is too unreliable to rank schools.") and "neither clearly higher" in other[1]


def test_adoption() -> None:
    reach = pd.DataFrame(
        {"median": [0.02, 0.12], "upper quarter": [0.03, 0.28], "lower quarter": [0.01, 0.04]}, index=[0, 10]
    )
    counts = {"counts.policies": 57, "counts.adoptions": 1393, "counts.states": 50}
    told = said(reach_findings(57, 1393, 50, reach, "education"), {"reach": reach}, counts)
    assert told[0] == "The 57 education policies were adopted 1393 times by 50 states."
    assert told[1].startswith(
        "After 10 years half of the policies observed that long had reached at least 12 %"
    )
    numbers = {"pairing.times": 866, "pairing.women": 1047, "pairing.threshold": 0.584}
    own = {"thresholds": pd.DataFrame({"coded": [0.629]}, index=["korean_family_planning"])}
    assert "from 0.629 to 0.584" in said(pairing_findings(0.629, 0.584, 1047, 866), own, dict(numbers))[0]
    row = pd.Series({"observed": 0.566, "mean": 0.555, "p": 0.54})
    tables = {"structure": row.to_frame("value")}
    assert "does not clearly depend" in said(structure_findings(row), tables)[0]
    sure = row.copy()
    sure["p"] = 0.01
    assert "threshold depends on" in said(structure_findings(sure), {"structure": sure.to_frame("value")})[0]
    fits = {
        "diffreg": pd.DataFrame({"estimate": [-0.24], "lower": [-0.6], "upper": [0.1]}, index=["exposure"]),
        "diffreg-censored": pd.DataFrame(
            {"estimate": [0.31], "lower": [0.1], "upper": [0.5]}, index=["exposure"]
        ),
    }
    rows = [frame.loc["exposure"] for frame in fits.values()]
    told = said(exposure_findings(*rows), fits)
    assert "is −0.24, not clearly different from zero." in told[0]
    assert "it is 0.31, clearly different from zero. Exposure cannot separate" in told[0]


def test_regressions() -> None:
    index = pd.MultiIndex.from_tuples([("a 1", "b 3"), ("a 3", "b 3")])
    correlations = pd.DataFrame({"correlation": [0.66, 0.12]}, index=index)
    told = said(correlation_findings(correlations), {"table_9_2": correlations})
    assert told == ["Correlations of the networks range from 0.12 (a 3 with b 3) to 0.66 (a 1 with b 3)."]
    fit = pd.DataFrame(
        {"estimate": [1.0, 0.02, 0.77], "p": [0.0, 0.479, 0.002]}, index=["intercept", "x", "y"]
    )
    told = said(regression_findings({"model": fit}, {"model": "As printed"}), {"model": fit})
    assert told == ["As printed, y predicts (0.77, p = 0.002) and x does not (0.02, p = 0.48)."]
    shares = pd.DataFrame({"headline": [0.2], "reverse": [0.72]}, index=["year 1"])
    counts = pd.DataFrame({"specifications": [60]}, index=["year 1"])
    tables = {"shares": shares, "specification_counts": counts}
    assert said(share_findings(shares, counts), tables) == [
        "With confidential exchanges of year 1, 20 % of 60 specifications support the printed headline; "
        "72 % support its reverse."
    ]


def test_models_of_ties() -> None:
    index = pd.MultiIndex.from_tuples(
        [("transitive triples", "network"), ("transitive triples", "transpose")]
    )
    signs = pd.DataFrame({"sender efficacy": [0.35, -0.25], "receiver efficacy": [-0.25, 0.35]}, index=index)
    told = said(sign_findings(signs), {"table_9_4_signs": signs})
    assert told[0].endswith("send more confidential ties (0.35) and receive fewer (−0.25).")
    assert told[1].endswith("send fewer confidential ties (−0.25) and receive more (0.35).")
    model = pd.DataFrame({"estimate": {"density": -3.7, "reciprocity": 4.12}})
    assert said(p1_findings(model), {"table_9_4_model_1": model})[0].startswith(
        "Ties are returned more often than"
    )
    other = model * -1
    assert said(p1_findings(other), {"table_9_4_model_1": other})[0].startswith(
        "p1 estimates reciprocity at −4.12"
    )


def test_recoveries() -> None:
    numbers = {"rates.held": 6, "pair.differently-traced": 37, "pair.cells-apart": 0}
    rates = pd.DataFrame({"rate": [0.1] * 6})
    told = said(rate_recovery_findings(6, rates, 0, 37), {}, dict(numbers))
    assert told[0].startswith("All rates are found again: 6 intervals hold")
    assert told[1].endswith("yet no cell of the network tells them apart.")
    assert rate_recovery_findings(5, rates, 0, 37)[0].sentence.startswith("Not all rates are found again: 5")
    covered = pd.DataFrame({"held": [191, 190], "least": [182, 182]}, index=["first order", "enduring"])
    told = said(coverage_findings("coverage", covered, "closing rates"), {"coverage": covered})
    assert told[0].startswith(
        "The intervals of closing rates hold the truth as often as they say: the weakest, enduring,"
    )
    short = covered.assign(held=[191, 170])
    assert said(coverage_findings("coverage", short, "rates"), {"coverage": short})[0].startswith(
        "Some intervals"
    )
    numbers = {"planted": 20, "planted.found": 20, "detection.twins": 200, "level.held": 1}
    for held, words in ((True, "holds its level"), (False, "does not hold its level")):
        told = said(detector_findings(20, 20, {"twins": 200}, {"held": held}), {}, dict(numbers))
        assert told[1] == f"Over 200 twins, the test of one meeting against random placement {words}."
