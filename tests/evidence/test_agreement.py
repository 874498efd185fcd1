"""Agreement of coders: against irr and irrCAC, plain loops, known error, and on bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analysis.checks import NotEstimable
from analysis.evidence.agreement import COEFFICIENTS, OVERALL, agreement, alpha_bounds, disagreements
from analysis.evidence.tallies import Tallies, tallies_of_codings, tallies_of_counts, tallies_of_ratings
from analysis.files import DATA_RAW
from analysis.sources.uptake_three_raters import tables
from analysis.tables.package import read_package

NAMES = ["document_id", "segment_id", "coder_id", "code", "applied"]


def point(tallies: Tallies, **options: Any) -> pd.Series:
    return agreement(tallies, seed=1, draws=0, **options).frame.iloc[0]


@pytest.fixture(scope="module")
def psychometrics(reference_folder: Path) -> dict[str, Any]:
    folder = reference_folder / "psychometrics"
    return {
        "irr": json.loads((folder / "results.json").read_text()),
        "irrCAC": json.loads((folder / "uptake_irrCAC.json").read_text()),
        **{name: pd.read_csv(folder / f"irr_{name}.csv") for name in ("anxiety", "diagnoses", "kripp_nmm")},
    }


@pytest.fixture(scope="module")
def uptake(data_mirror: Path) -> pd.DataFrame:
    package = read_package(DATA_RAW / "uptake_three_raters" / "datapackage.json")
    return tables(data_mirror / "uptake_three_raters", package)["rating_counts"]


@pytest.mark.parametrize(
    ("level", "printed"),
    [("nominal", 0.74342), ("ordinal", 0.81539), ("interval", 0.84911), ("ratio", 0.79740)],
)
def test_alpha_of_every_level_is_that_of_irr(
    psychometrics: dict[str, Any], level: Any, printed: float
) -> None:
    found = point(tallies_of_ratings(psychometrics["kripp_nmm"].T), level=level).alpha
    assert found == pytest.approx(psychometrics["irr"]["kripp"][level], abs=1e-9)
    assert found == pytest.approx(printed, abs=5e-6)


def test_kappas_are_those_of_irr(psychometrics: dict[str, Any]) -> None:
    diagnoses, anxiety = psychometrics["diagnoses"], psychometrics["anxiety"]
    fleiss = point(tallies_of_ratings(diagnoses)).fleiss
    assert fleiss == pytest.approx(psychometrics["irr"]["fleiss"], abs=1e-9)
    assert fleiss == pytest.approx(0.43024, abs=5e-6)
    cohen = point(tallies_of_ratings(diagnoses[["rater1", "rater2"]])).cohen
    assert cohen == pytest.approx(psychometrics["irr"]["kappa2"], abs=1e-9)
    squared = point(tallies_of_ratings(anxiety[["rater1", "rater2"]]), weights="quadratic").cohen
    assert squared == pytest.approx(psychometrics["irr"]["kappa2_sq_anx"], abs=1e-9)


@pytest.mark.parametrize("variable", ["student_on_task", "teacher_on_task", "uptake"])
def test_counts_of_raters_give_what_irrcac_gives(
    psychometrics: dict[str, Any], uptake: pd.DataFrame, variable: str
) -> None:
    known = psychometrics["irrCAC"][variable]
    found = point(tallies_of_counts(uptake, variable))
    names = {"percent": "percent", "fleiss": "fleiss", "alpha": "alpha", "ac": "ac1"}
    assert {name: found[name] for name in names} == pytest.approx(
        {name: known[theirs]["coeff"] for name, theirs in names.items()}, abs=1e-9
    )
    assert found.fleiss_by_chance == pytest.approx(known["fleiss"]["pe"], abs=1e-9)
    assert found.ac_by_chance == pytest.approx(known["ac1"]["pe"], abs=1e-9)
    assert np.isnan(found.cohen)


def test_uptake_at_other_levels_and_what_dropped_exchanges_hide(
    psychometrics: dict[str, Any], uptake: pd.DataFrame
) -> None:
    tallies, known = tallies_of_counts(uptake, "uptake"), psychometrics["irrCAC"]["uptake"]
    ordinal = point(tallies, level="ordinal", weights="ordinal")
    assert ordinal.ac == pytest.approx(known["ac2_ordinal"]["coeff"], abs=1e-9)
    # Krippendorff's own ordinal level, which irrCAC's weights are not: with those its .44441 comes out.
    assert ordinal.alpha == pytest.approx(0.45465, abs=5e-6)
    met = tallies.coincidences.sum(axis=(0, 1))
    use, apart = met.sum(axis=0), np.array([[0, 1, 3], [1, 0, 1], [3, 1, 0]]) / 3
    theirs = 1 - (use.sum() - 1) * (met * apart).sum() / (np.outer(use, use) * apart).sum()
    assert theirs == pytest.approx(known["alpha_ordinal"]["coeff"], abs=1e-9)
    interval = point(tallies, level="interval").alpha
    assert interval == pytest.approx(known["alpha_quadratic"]["coeff"], abs=1e-9)
    hidden = uptake.loc[uptake["variable"] == "uptake_ambiguous", "category"]
    assert len(hidden) == 126
    several = hidden.str.removeprefix("1 or ")
    assert alpha_bounds(tallies, several) == pytest.approx((0.269, 0.292), abs=5e-4)
    assert alpha_bounds(tallies, several, level="ordinal") == pytest.approx((0.334, 0.380), abs=5e-4)
    # A rating by one alone meets no other: all may be that, and then nothing was hidden.
    lowest, highest = alpha_bounds(tallies, hidden)
    assert lowest == pytest.approx(0.269, abs=5e-4)
    assert highest == pytest.approx(point(tallies).alpha, abs=1e-12)


def test_transcripts_are_resampled_whole(uptake: pd.DataFrame) -> None:
    whole = agreement(tallies_of_counts(uptake, "uptake"), seed=1).frame.iloc[0]
    single = agreement(tallies_of_counts(uptake.drop(columns="document_id"), "uptake"), seed=1).frame.iloc[0]
    assert whole.alpha == single.alpha
    assert whole.documents < single.documents == 1778
    assert whole.alpha_upper - whole.alpha_lower > single.alpha_upper - single.alpha_lower


def coded(
    seed: int, documents: int = 8, coders: int = 3, share: float = 0.3, codes: int = 2, missing: float = 0.1
) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for document in range(documents):
        for segment in range(6):
            for code in range(codes):
                so = random.random() < share
                for coder in range(coders):
                    wrong, read = random.random() < 0.2, random.random() >= missing
                    if read:
                        rows.append(
                            (f"d{document}", f"s{segment}", f"c{coder}", f"k{code}", int(so != wrong))
                        )
    return pd.DataFrame(rows, columns=NAMES)


def plainly(units: list[list[int]]) -> dict[str, float]:
    """Return the coefficients of 0/1 ratings by loops over units and pairs of ratings."""
    paired = [unit for unit in units if len(unit) > 1]
    agree, pairs = [], []
    for unit in paired:
        same = [a == b for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j]
        agree.append(np.mean(same))
        pairs += [
            (a != b, 1 / (len(unit) - 1)) for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j
        ]
    one = np.mean([np.mean(unit) for unit in units if unit])
    flat = [a for unit in paired for a in unit]
    differ = np.mean([a != b for i, a in enumerate(flat) for j, b in enumerate(flat) if i != j])
    seen = sum(weight for apart, weight in pairs if apart) / len(flat)
    percent, chance, gwet = float(np.mean(agree)), one**2 + (1 - one) ** 2, 2 * one * (1 - one)
    return {
        "percent": percent,
        "fleiss": (percent - chance) / (1 - chance),
        "alpha": 1 - seen / differ,
        "ac": (percent - gwet) / (1 - gwet),
    }


def test_codings_give_what_plain_loops_give_by_code_and_overall() -> None:
    codings = coded(1)
    frame = agreement(tallies_of_codings(codings), seed=1, draws=0).frame
    assert frame.index.tolist() == ["k0", "k1", OVERALL]
    for code, rows in [*codings.groupby("code"), (OVERALL, codings)]:
        units = rows.groupby(["document_id", "segment_id", "code"])["applied"].agg(list).tolist()
        known = plainly(units)
        assert frame.loc[code, list(known)].to_dict() == pytest.approx(known, abs=1e-12)
        assert frame.loc[code, "units"] == sum(len(unit) > 1 for unit in units)
    wide = codings[codings["code"] == "k0"].pivot(
        index=["document_id", "segment_id"], columns="coder_id", values="applied"
    )
    kappas = [
        point(tallies_of_ratings(wide[[*pair]])).cohen for pair in (("c0", "c1"), ("c0", "c2"), ("c1", "c2"))
    ]
    assert frame.loc["k0", "cohen"] == pytest.approx(np.mean(kappas), abs=1e-12)


def test_a_draw_is_the_plain_computation_on_the_documents_drawn() -> None:
    codings = coded(2, codes=1)
    tallies = tallies_of_codings(codings)
    frame = agreement(tallies, seed=5, draws=1).frame
    times = np.random.default_rng(5).multinomial(8, np.full(8, 1 / 8), size=1)[0]
    again = pd.concat(
        [
            codings[codings["document_id"] == document].assign(document_id=f"{document}_{copy}")
            for document, count in zip(tallies.documents, times, strict=True)
            for copy in range(count)
        ]
    )
    drawn = point(tallies_of_codings(again))
    for name in COEFFICIENTS:
        assert frame[f"{name}_lower"].iloc[0] == pytest.approx(drawn[name], abs=1e-12)
        assert frame[f"{name}_upper"].iloc[0] == pytest.approx(drawn[name], abs=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), level=st.sampled_from(["nominal", "ordinal", "interval"]))
def test_order_of_rows_and_names_of_coders_do_not_matter(seed: int, level: Any) -> None:
    codings = coded(seed, documents=4)
    mixed = codings.sample(frac=1, random_state=seed).replace({"coder_id": {"c0": "z", "c1": "y"}})
    first, second = (
        agreement(tallies_of_codings(one), seed=1, level=level, draws=20) for one in (codings, mixed)
    )
    pd.testing.assert_frame_equal(first.frame, second.frame, rtol=1e-9)
    assert (first.frame[list(COEFFICIENTS)] <= 1 + 1e-12).all(axis=None)


def test_coders_who_always_agree_have_ones_and_counts_lose_only_cohen() -> None:
    ratings = pd.DataFrame({"x": [1, 2, 3, 1], "y": [1, 2, 3, 1]})
    for weights in ("identical", "linear", "quadratic", "ordinal"):
        assert point(tallies_of_ratings(ratings), weights=weights)[list(COEFFICIENTS)].tolist() == [1.0] * 5
    divided = pd.DataFrame({"x": [1, 2, 3, 1], "y": [1, 3, 3, 2]})
    rows = divided.stack().rename("category").reset_index(0).groupby(["level_0", "category"]).size()
    counts = rows.rename("count").rename_axis(["unit_id", "category"]).reset_index().assign(variable="v")
    by_counts, by_coder = point(tallies_of_counts(counts, "v")), point(tallies_of_ratings(divided))
    names = ["percent", "fleiss", "alpha", "ac"]
    assert by_counts[names].tolist() == pytest.approx(by_coder[names].tolist(), abs=1e-12)
    assert np.isnan(by_counts.cohen)


def test_the_interval_covers_the_kappa_that_known_error_leads_to() -> None:
    share, error, twins = 0.3, 0.1, 200
    applied = share * (1 - error) + (1 - share) * error
    agree, chance = (1 - error) ** 2 + error**2, applied**2 + (1 - applied) ** 2
    expected = (agree - chance) / (1 - chance)
    random, covered = np.random.default_rng(7), 0
    homes = np.repeat(np.arange(60), 20)
    for twin in range(twins):
        so = random.random(len(homes)) < share
        ratings = pd.DataFrame(
            {coder: (so != (random.random(len(homes)) < error)).astype(int) for coder in "xy"}
        )
        row = agreement(tallies_of_ratings(ratings, homes), seed=twin, draws=300).frame.iloc[0]
        covered += row.cohen_lower <= expected <= row.cohen_upper
    lowest, highest = binom.interval(0.99, twins, 0.95)
    assert lowest <= covered <= highest


def test_kappa_and_ac_part_where_one_category_prevails_and_the_page_says_why() -> None:
    rows = [("d", f"s{s}", c, "rare", int(s == 0 or (s == 1 and c == "x"))) for s in range(50) for c in "xy"]
    found = agreement(tallies_of_codings(pd.DataFrame(rows, columns=NAMES)), seed=1)
    row = found.frame.loc["rare"]
    assert row.ac > 0.97 > 0.7 > row.fleiss
    assert row.prevalence == pytest.approx(0.03)
    told = found.why_they_part("rare")
    assert f"{row.fleiss_by_chance:.0%}" in told
    assert f"{row.ac_by_chance:.0%}" in told
    assert row.note == "no interval: one document"
    assert "rare" in found.summary()
    assert found.tidy()["code"].tolist() == ["rare"]


def test_a_code_nobody_used_and_one_nobody_shared_are_named_and_the_others_answered() -> None:
    codings = coded(3, codes=3, missing=0)
    codings.loc[codings["code"] == "k1", "applied"] = 0
    codings = codings[(codings["code"] != "k2") | (codings["coder_id"] == "c0")]
    book = pd.DataFrame({"code": ["k2", "k1", "k0", "unseen"]})
    frame = agreement(tallies_of_codings(codings, book), seed=1, draws=50).frame
    assert frame.index.tolist() == ["k2", "k1", "k0", "unseen", OVERALL]
    assert frame["note"].to_dict() == {
        "k2": "not estimable: no unit that two coders rated",
        "k1": "kappa and alpha not estimable: nobody used category 1",
        "k0": "",
        "unseen": "not estimable: no unit that two coders rated",
        OVERALL: "",
    }
    assert frame.loc["k1", ["percent", "ac"]].tolist() == [1, 1]
    assert frame.loc["k1", ["cohen", "fleiss", "alpha", "alpha_lower"]].isna().all()
    assert frame.loc["k0", list(COEFFICIENTS)].notna().all()


def test_disagreements_come_most_divided_first_and_name_both_sides() -> None:
    rows = [
        ("d", s, c, "k", int(c in by))
        for s, by in (("s1", "x"), ("s2", "wx"), ("s3", ""), ("s4", "wxyz"))
        for c in "wxyz"
    ]
    found = disagreements(pd.DataFrame(rows, columns=NAMES))
    assert found.values.tolist() == [["d", "s2", "k", "w, x", "y, z"], ["d", "s1", "k", "x", "w, y, z"]]
    alone = pd.DataFrame(rows, columns=NAMES).query("coder_id == 'x'")
    assert disagreements(alone).empty
    assert disagreements(alone).columns.tolist() == ["document", "segment", "code", "applied", "not_applied"]


def test_one_coder_cannot_agree() -> None:
    with pytest.raises(NotEstimable, match="k0, k1 that two coders rated"):
        tallies_of_codings(coded(1, coders=1))
    with pytest.raises(NotEstimable, match="two coders"):
        tallies_of_codings(coded(1).iloc[:0])


def test_all_faults_of_codings_are_named_at_once() -> None:
    codings = pd.DataFrame(
        [
            ("d", "s", "x", "trust", 1),
            ("d", "s", "x", "trust", 0),
            ("d", "s", "y", "care", 2),
            ("d", "s", "y", "luck", 1),
        ],
        columns=NAMES,
    )
    with pytest.raises(ValueError) as raised:
        tallies_of_codings(codings, pd.DataFrame({"code": ["trust"]}))
    for part in (
        "applied 2; allowed: 0, 1",
        "codes the codebook lacks: care, luck",
        "told twice: d/s/x/trust",
    ):
        assert part in str(raised.value)


def test_other_bad_input_is_named() -> None:
    words = tallies_of_ratings(pd.DataFrame({"x": ["a", "b", "1"], "y": ["a", "b", "1"]}))
    with pytest.raises(ValueError, match=r"found categories 'a', 'b'; allowed for level 'interval': numbers"):
        agreement(words, seed=1, level="interval")
    below = tallies_of_ratings(pd.DataFrame({"x": [-1, 2], "y": [-1, 2]}))
    with pytest.raises(ValueError, match=r"found categories -1; allowed for level 'ratio': numbers from 0"):
        agreement(below, seed=1, level="ratio")
    with pytest.raises(ValueError, match="level is 'any'"):
        agreement(words, seed=1, level="any")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="weights is 'any'"):
        agreement(words, seed=1, weights="any")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="found 1 documents; allowed: one for each of 2 rows"):
        tallies_of_ratings(pd.DataFrame({"x": [1, 2], "y": [1, 2]}), ["d"])
    counts = pd.DataFrame({"unit_id": ["u", "v"], "variable": "q", "category": "1", "count": [-1, 2]})
    with pytest.raises(ValueError, match="count nothing, for u"):
        tallies_of_counts(counts, "q")
    with pytest.raises(ValueError, match="variable is 'p'; allowed are 'q'"):
        tallies_of_counts(counts, "p")
    with pytest.raises(ValueError, match="found categories 7, 8; allowed are -1, 2"):
        alpha_bounds(below, ["7,8 or 2,2"])
    with pytest.raises(ValueError, match="allowed: at most 100000"):
        alpha_bounds(below, ["-1,2 or 2,2"] * 400 + ["-1,2 or 2,2 or -1,-1"] * 400)
