"""What the pages on coding show and say: from ratings and codings, and where the data cannot answer."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.compendium.claims import printed_number
from analysis.compendium.studies import load_studies
from analysis.evidence.code_networks import code_networks
from analysis.evidence.coding_findings import agreement_findings, bounds_findings, code_findings
from analysis.evidence.coding_reliability import (
    agreement_by_code,
    alphas_by_level,
    chances,
    coded_volume,
    coefficients,
    documents_behind,
    dropped_or_bounded,
    where_coders_part,
)
from analysis.evidence.judges import judges_of, who_judged
from analysis.evidence.printed_axes import implied_by_print, other_deviation
from analysis.privacy.disclosure import Disclosure

NAMES = ["document_id", "segment_id", "coder_id", "code", "applied"]


def codings(coders: str = "xy", documents: str = "abcdef") -> pd.DataFrame:
    """Return two codes on four segments a document; y is wrong about the last segment of each."""
    return pd.DataFrame(
        [
            (document, f"s{number}", coder, code, int((number + place) % 2 == (number == 3 and coder == "y")))
            for document in documents
            for number in range(4)
            for coder in coders
            for place, code in enumerate(["help", "time"])
        ],
        columns=NAMES,
    )


def counts(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_id", "variable", "category", "count"])


RATED = counts(
    *[
        (f"u{unit}", "quality", category, number)
        for unit, pair in enumerate([(2, 0, 0), (0, 2, 0), (0, 0, 2), (1, 1, 0)])
        for category, number in zip("012", pair, strict=True)
    ],
    ("u9", "quality_ambiguous", "0,2 or 1", 1),
)


def test_what_was_coded_is_counted_by_hand() -> None:
    found = coded_volume({"rating_counts": RATED, "codings": codings()})
    assert found.loc["quality"].tolist() == [4, 4, 2, 8, 1]
    assert found.loc["help"].tolist() == [6, 24, 2, 48, 0]
    assert documents_behind({"rating_counts": RATED, "codings": codings()}) == {"u0", "u1", "u2", "u3"}


def test_agreement_is_of_every_code_and_variable() -> None:
    found = agreement_by_code({"rating_counts": RATED, "codings": codings()}, seed=1, draws=50)
    assert found.index.tolist() == ["quality", "help", "time", "all codes"]
    # y misses one segment in four; nobody knows who gave the counts.
    assert found["percent"].tolist() == [0.75, 0.75, 0.75, 0.75]
    assert "cohen" in coefficients(found) and "cohen" not in coefficients(found.loc[["quality"]])
    assert list(chances(found)) == ["percent", "fleiss_by_chance", "ac_by_chance", "category"]


def test_ordered_categories_and_undetermined_units_have_their_tables() -> None:
    tables = {"rating_counts": RATED}
    levels = alphas_by_level(tables, seed=1, draws=20)
    assert levels.index.tolist() == [("quality", "nominal"), ("quality", "ordinal")]
    bounds = dropped_or_bounded(tables)
    assert (bounds["undetermined"] == 1).all()
    # 0,2 is a disagreement; a single 1 would be none: rated by two the alpha can only fall.
    assert (bounds["at_least"] == bounds["at_most"]).all()
    assert (bounds["at_most"] < bounds["dropped"]).all()
    assert bounds["dropped"].tolist() == levels["alpha"].tolist()


def test_what_the_data_lack_is_said() -> None:
    with pytest.raises(NotEstimable, match="three or more categories"):
        alphas_by_level({"codings": codings()}, seed=1)
    with pytest.raises(NotEstimable, match="every rating is known"):
        dropped_or_bounded({"codings": codings()})
    with pytest.raises(NotEstimable, match="single ratings are not in these data"):
        where_coders_part({"rating_counts": RATED})
    with pytest.raises(NotEstimable, match="no segment has two coders who decided differently"):
        where_coders_part({"codings": codings("x")})
    assert agreement_findings(NotEstimable("one coder")) == [] == bounds_findings(NotEstimable("known"))


def test_disagreements_name_segments_and_count_coders() -> None:
    found = where_coders_part({"codings": codings()}, most=3)
    assert found.to_numpy().tolist() == [
        ["a", "s3", "help", 1, 1],
        ["a", "s3", "time", 1, 1],
        ["b", "s3", "help", 1, 1],
    ]


@pytest.mark.parametrize(
    ("alphas", "told"),
    [
        ([0.9, 0.85], "enough for firm conclusions"),
        ([0.5, 0.2], ". By custom even tentative conclusions need 0.667."),
        ([0.9, 0.2], ". By custom firm conclusions need 0.800, tentative ones 0.667."),
    ],
)
def test_sentences_follow_the_coefficients(alphas: list[float], told: str) -> None:
    frame = pd.DataFrame({"alpha": alphas, "ac": [0.9, 0.9], "fleiss": alphas, "prevalence": 0.8})
    frame.index = pd.Index(["on_task", "uptake"])
    found = agreement_findings(frame)
    assert found[0].sentence.startswith("Coders agree most on on task") and told in found[0].sentence
    parts = [finding for finding in found if finding.key == "coefficients"]
    assert len(parts) == (min(alphas) < 0.8)
    # Of two categories the share is of the second, which may be the rarer one.
    assert all("uneven (80 % of them in one category)" in one.sentence for one in parts)


def test_two_kinds_of_documents_are_compared_and_one_is_not() -> None:
    documents = pd.DataFrame({"document_id": [*"abcdef"], "kind": ["plan"] * 3 + ["note"] * 3})
    apart = codings("x").query("document_id in ['a', 'b', 'c'] or code == 'help' or segment_id == 's0'")
    tables = {"documents": documents, "codings": codings("x")}
    found = code_networks(tables, window=2, draws=99, seed=1)
    assert found.common()["segments"].tolist() == [12, 12]
    assert found.connected()["lines"].tolist() == [18]
    # All six documents are alike: no axis, and no difference.
    assert isinstance(found.projection, NotEstimable)
    assert isinstance(found.axes(), NotEstimable) and isinstance(found.layout(), NotEstimable)
    told = [one.sentence for one in code_findings(found, 1)]
    assert told[0] == "The codes that appear together most are help and time: 18 lines connect them."
    assert "do not clearly differ" in told[1] and "One coder coded" in told[-1]
    one_kind = {**tables, "documents": documents.assign(kind="plan")}
    assert isinstance(code_networks(one_kind, window=2, draws=9, seed=1).compared, NotEstimable)
    partly = code_networks({**tables, "codings": apart}, window=2, draws=9, seed=1)
    # Nine segments of the last three documents were read for one code only.
    assert (len(partly.lines), partly.left_out) == (15, 9)


def test_codings_that_list_only_what_applies_give_networks_and_no_agreement() -> None:
    every = codings("xy")
    listed = every[every["applied"] == 1]
    documents = pd.DataFrame({"document_id": [*"abcdef"], "kind": "plan"})
    found = code_networks({"documents": documents, "codings": listed}, coder="x", window=2, draws=9, seed=1)
    full = code_networks({"documents": documents, "codings": every}, coder="x", window=2, draws=9, seed=1)
    assert (found.only_applied, full.only_applied) == (True, False)
    # Every segment of x has one code or the other: what is not listed was not applied.
    pd.testing.assert_frame_equal(found.counts, full.counts)
    with pytest.raises(NotEstimable, match="only where codes apply"):
        agreement_by_code({"codings": listed}, seed=1)


def test_a_qda_project_leads_to_the_pages_on_coding() -> None:
    given = {"documents", "codebook", "codings"}
    reports = [report for study in load_studies() for report in study.reports]
    led_to = {one.notebook.path.stem for one in reports if all(given & set(of) for of in one.tables)}
    assert led_to >= {"coding_reliability", "code_networks"}


def test_a_deviation_follows_from_degrees_of_freedom_and_back() -> None:
    for deviation in (0.12, 0.13, 0.4):
        own, other = 0.13**2 / 26, deviation**2 / 22
        df = (own + other) ** 2 / (own**2 / 25 + other**2 / 21)
        assert other_deviation(0.13, (26, 22), df) == pytest.approx(deviation, abs=1e-6)
    with pytest.raises(ValueError, match="no deviation gives them"):
        other_deviation(0.13, (26, 22), 60)


def test_the_print_contradicts_itself_as_the_claims_declare() -> None:
    columns = ["first_mean", "second_sd", "second_median", "first_median"]
    axes = pd.DataFrame([[-0.094, 0.1064, 0.13, -0.085], [0, 0.138, 0, -0.0073]], ["MR1", "SVD2"], columns)
    implied = implied_by_print(axes)
    study = next(study for study in load_studies() if study.id == "coordinated_change")
    errors = {claim.id.removeprefix("lamethods18."): claim for claim in study.claims if claim.contradicted_by}
    assert errors.keys() == {"y_firstgame_mean", "y_secondgame_sd", "x_mdn_secondgame", "y_mdn_firstgame"}
    printed = {name: float(printed_number(claim.published)) for name, claim in errors.items()}
    assert printed == {
        "y_firstgame_mean": 0.11,
        "y_secondgame_sd": 1.3,
        "x_mdn_secondgame": -0.007,
        "y_mdn_firstgame": 0.13,
    }
    assert implied.loc["first axis, second condition, deviation cut off", "implied"] == 0.10
    assert implied.loc["second axis, second condition, larger deviation", "implied"] == pytest.approx(
        0.142, abs=5e-4
    )


def test_of_two_coders_it_is_not_said_how_many_were_on_each_side() -> None:
    tables = {"codings": codings()}
    told = where_coders_part(tables, counted=False)
    assert list(told.columns) == ["document", "segment", "code"]
    pd.testing.assert_frame_equal(told, where_coders_part(tables)[list(told.columns)])
    coders = judges_of(tables)
    volume = coded_volume(tables)
    behind = who_judged(volume, coders, documents_behind(tables))
    assert isinstance(behind, pd.DataFrame)
    reasons = Disclosure(len(coders) + 1).decide_cells("volume", behind, volume)
    assert set(reasons["coders"]) == set(reasons["decisions"]) == {f"fewer than {len(coders) + 1} people"}
