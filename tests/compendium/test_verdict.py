"""Every outcome of a claim, what is refused, and the files of the verdict."""

from __future__ import annotations

import csv
import json
import math
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.compendium import check, front_page, pages, studies, verdict
from analysis.compendium.claims import Claim
from analysis.compendium.parameters import Notebook
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import DEVIATES, NOT_RUN, OUTCOMES, Verdict, counted, judge, write_verdict
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage

FIELDS = [
    "study",
    "run",
    "dataset",
    "notebook",
    "claim",
    "statement",
    "source",
    "kind",
    "published",
    "computed",
]
FIELDS += ["tolerance", "verdict", "why", "link"]


def move_to(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the compendium's reports lie in another place."""
    for module, name, place in (
        (studies, "REPORTS", root / "reports"),
        (verdict, "REPORTS", root / "reports"),
        (verdict, "ROOT", root),
        (pages, "REPORTS", root / "reports"),
        (front_page, "REPORTS", root / "reports"),
        (pages, "ROOT", root),
        (check, "EXPECTED", root / "reports/expected"),
    ):
        monkeypatch.setattr(module, name, place)


def a_run(
    root: Path,
    numbers: dict[str, Any] | None = None,
    *,
    name: str = "main",
    kind: Any = "real",
    study: str = "leaders",
) -> Run:
    """Return a run with these numbers in its report."""
    package = DataPackage(f"{kind}_ties", "Ties of three", kind, "Nobody (2026).", "none stated", (), (), {})
    notebook = Notebook(root / "notebooks/leaders/leaders.ipynb", "", "# Leaders & ties\n\nWords.", "", {})
    run = Run(study, name, notebook, package, {"dataset": package.name, "cut": 3})
    if numbers is not None:
        folder = run.folder
        folder.mkdir(parents=True, exist_ok=True)
        entries = {key: {"value": value, "label": f"{key}:"} for key, value in numbers.items()}
        (folder / "numbers.json").write_text(json.dumps(entries))
    return run


def a_claim(published: str = "1.40", tolerance: float = 0.005, **entries: str) -> Claim:
    given = {"id": "mean", "statement": "mean degree", "source": "Table 1", "kind": "number", "run": "main"}
    given |= {"number": "t1.mean", "explained_by": "", "open": ""} | entries
    return Claim(published=published, tolerance=tolerance, file="notebooks/leaders", **given)


def a_study(runs: list[Run], *claims: Claim) -> Study:
    return Study("leaders", "Leaders", "Who?", "Nobody (2026).", "Public.", tuple(runs), claims)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    move_to(tmp_path, monkeypatch)
    return tmp_path


def outcome(root: Path, claim: Claim, numbers: dict[str, Any], kind: str = "real") -> Verdict:
    (found,) = judge([a_study([a_run(root, numbers, kind=kind)], claim)], {})
    return found


def test_a_number_within_half_a_unit_is_reproduced(root: Path) -> None:
    found = outcome(root, a_claim(), {"t1.mean": 1.3961})
    assert found == Verdict(
        study="leaders",
        run="main",
        dataset="real_ties",
        notebook="notebooks/leaders/leaders.ipynb",
        claim="mean",
        statement="mean degree",
        source="Table 1",
        kind="number",
        published="1.40",
        computed=1.3961,
        tolerance=0.005,
        verdict="reproduced",
        why="|1.3961 − 1.40| = 0.0039 ≤ 0.005",
        link="leaders/main.html#t1.mean",
    )


NUMBERS = {"t1.mean": 1.5, "t1.other": 1.404, "t1.far": 2, "t1.word": "many"}
NUMBERS |= {"t1.said": 1.503, "t1.said-again": "many", "t1.near": 1.507, "t1.little": "few"}


@pytest.mark.parametrize(
    ("entries", "kind", "expected", "why"),
    [
        ({}, "real", "DEVIATES", "|1.5 − 1.40| = 0.1 > 0.005"),
        (
            {"explained_by": "t1.other"},
            "real",
            "deviates (explained)",
            "|1.5 − 1.40| = 0.1 > 0.005; t1.other gives 1.404",
        ),
        (
            {"explained_by": "t1.far"},
            "real",
            "DEVIATES",
            "|1.5 − 1.40| = 0.1 > 0.005; nor does the declared explanation give it: t1.far gives 2",
        ),
        ({"explained_by": "t1.word"}, "real", "DEVIATES", "t1.word gives many"),
        ({"open": "tried both"}, "real", "deviates (open)", "|1.5 − 1.40| = 0.1 > 0.005; tried both"),
        (
            {"number": "t1.other", "open": "tried both"},
            "real",
            "reproduced",
            "|1.404 − 1.40| = 0.004 ≤ 0.005; declared as a deviation, which it is no longer",
        ),
        ({"number": "t1.other", "explained_by": "t1.far"}, "real", "reproduced", "which it is no longer"),
        ({"number": "t1.word"}, "real", "DEVIATES", "no number: many; printed: 1.40"),
        ({"kind": "recovery", "number": "t1.other"}, "synthetic", "recovered", "|1.404 − 1.40|"),
        ({"kind": "recovery"}, "synthetic", "NOT RECOVERED", "|1.5 − 1.40| = 0.1 > 0.005"),
        # A twin's truth is ours: that it is missed cannot be explained away.
        ({"kind": "recovery", "open": "tried"}, "synthetic", "NOT RECOVERED", "|1.5 − 1.40| = 0.1 > 0.005"),
        ({"number": "t1.other"}, "synthetic", "not run", "reproduced from real data only"),
        ({"kind": "direction"}, "synthetic", "not run", "reproduced from real data only"),
        ({"kind": "software"}, "real", "DEVIATES", "|1.5 − 1.40| = 0.1 > 0.005"),
        ({"kind": "software", "number": "t1.other"}, "real", "reproduced", "|1.404 − 1.40| = 0.004 ≤ 0.005"),
        ({"kind": "software", "explained_by": "t1.other"}, "real", "deviates (explained)", "gives 1.404"),
        (
            {"kind": "software", "number": "t1.word"},
            "real",
            "DEVIATES",
            "no number: many; peer software: 1.40",
        ),
        (
            {"kind": "software", "number": "t1.other"},
            "synthetic",
            "not run",
            "a peer program's number can be reproduced from real data only",
        ),
        (
            {"contradicted_by": "t1.said"},
            "real",
            "published error",
            "|1.5 − 1.40| = 0.1 > 0.005; the print contradicts its own source: t1.said: 1.503",
        ),
        # The two that contradict the print must agree with each other as closely as print is held.
        ({"contradicted_by": "t1.near"}, "real", "DEVIATES", "the print is another number: t1.near: 1.507"),
        ({"contradicted_by": "t1.far"}, "real", "DEVIATES", "is another number: t1.far: 2"),
        ({"contradicted_by": "t1.word"}, "real", "DEVIATES", "is another number: t1.word: many"),
        ({"number": "t1.word", "contradicted_by": "t1.said-again"}, "real", "DEVIATES", "is another number"),
        ({"contradicted_by": "t1.other"}, "real", "DEVIATES", "the print agrees with it: t1.other: 1.404"),
        (
            {"number": "t1.other", "contradicted_by": "t1.said"},
            "real",
            "reproduced",
            "declared as a published error, which it is no longer",
        ),
        ({"contradicted_by": "t1.said"}, "synthetic", "not run", "reproduced from real data only"),
    ],
)
def test_every_outcome(root: Path, entries: dict[str, str], kind: str, expected: str, why: str) -> None:
    found = outcome(root, a_claim(**entries), NUMBERS, kind)
    assert (found.verdict, found.computed) == (expected, NUMBERS[entries.get("number", "t1.mean")])
    assert why in found.why
    assert found.verdict in OUTCOMES
    assert (found.verdict in DEVIATES) == expected.isupper()


@pytest.mark.parametrize(
    ("published", "computed", "expected"),
    [
        ("p < .001", "p < .001", "reproduced"),
        ("p < .001", "p >= .001", "DEVIATES"),
        ("higher", "Higher", "DEVIATES"),
        ("True", True, "reproduced"),
        ("3", 3, "reproduced"),
    ],
)
def test_a_direction_is_compared_as_text(root: Path, published: str, computed: object, expected: str) -> None:
    found = outcome(root, a_claim(published, 0.0, kind="direction"), {"t1.mean": computed})
    assert (found.verdict, found.tolerance) == (expected, None)
    assert found.why == f"computed: {computed}; printed: {published}"


def test_print_software_and_known_truths_are_counted_apart(root: Path) -> None:
    runs = [a_run(root, NUMBERS), a_run(root, NUMBERS, name="twin", kind="synthetic")]
    claims = [
        a_claim(id="a", number="t1.other"),
        a_claim(id="b"),
        a_claim("many", 0.0, id="c", kind="direction", number="t1.word"),
        a_claim(id="d", contradicted_by="t1.said"),
        a_claim(id="e", kind="software", number="t1.other"),
        a_claim(id="f", kind="software", run="twin"),
    ]
    verdicts = judge([a_study(runs, *claims)], {})
    assert counted(verdicts) == {
        "printed": [("reproduced", 2), ("published error", 1), ("DEVIATES", 1)],
        "peer software": [("reproduced", 1), ("not run", 1)],
    }
    assert counted(judge([a_study(runs, a_claim(kind="recovery", run="twin"))], {})) == {
        "known truth": [("NOT RECOVERED", 1)]
    }
    assert counted([]) == {}


@pytest.mark.parametrize(
    ("contradicted_by", "expected"),
    [("t1.said-again", "published error"), ("t1.little", "DEVIATES"), ("t1.far", "DEVIATES")],
)
def test_words_contradict_to_the_letter(root: Path, contradicted_by: str, expected: str) -> None:
    claim = a_claim("few", 0.0, kind="direction", number="t1.word", contradicted_by=contradicted_by)
    assert outcome(root, claim, NUMBERS).verdict == expected


@given(
    computed=st.floats(-100, 100), shown=st.floats(-100, 100), tolerance=st.sampled_from([0.5, 0.05, 0.005])
)
@settings(deadline=None, max_examples=300)
def test_nothing_is_a_published_error_unless_two_numbers_agree_against_it(
    computed: float, shown: float, tolerance: float
) -> None:
    package = DataPackage("ties", "Ties", "real", "Nobody (2026).", "none stated", (), (), {})
    run = Run("leaders", "main", Notebook(Path("n"), "", "", "", {}), package, {})
    numbers = {key: {"value": value, "label": key} for key, value in (("a", computed), ("b", shown))}
    claim = a_claim("1.5", tolerance, number="a", contradicted_by="b")
    _, found, _ = verdict.judged(claim, run.label, numbers)
    if found == "published error":
        assert min(abs(computed - 1.5), abs(shown - 1.5)) > tolerance
        assert abs(computed - shown) <= tolerance * 1.00001
    else:
        assert found in ("reproduced", "DEVIATES")


@pytest.mark.parametrize(
    ("published", "tolerance", "computed", "agrees"),
    [
        # Half a unit away, in decimals: binary fractions overshoot it.
        ("4.60", 0.005, 4.605, True),
        ("4.60", 0.005, 4.595, True),
        # What the arithmetic behind a number may add to it.
        ("4.60", 0.005, 4.605000001, True),
        ("4.60", 0.005, 4.6051, False),
        ("4.60", 0.005, 4.60501, False),
        ("0.3", 0.05, 0.1 + 0.2 + 0.05, True),
        ("−3.68", 0.005, -3.6849, True),
        ("-3.68", 0.005, 3.68, False),
        ("3", 0.5, 3, True),
        ("3", 0.5, 4, False),
        ("20,000", 0.5, 20000.4, True),
        # A small printed number is held as strictly as a large one.
        ("1.0e-12", 5e-14, 1.04e-12, True),
        ("1.0e-12", 5e-14, 1.1e-12, False),
        ("1.0e-12", 5e-14, 0.0, False),
        ("123456789012.34", 0.005, 123456789012.345, True),
        ("123456789012.34", 0.005, 123456789012.36, False),
        ("3", 0.5, True, False),
    ],
)
def test_the_edge_of_the_tolerance(
    root: Path, published: str, tolerance: float, computed: float, agrees: bool
) -> None:
    found = outcome(root, a_claim(published, tolerance), {"t1.mean": computed})
    assert found.verdict == ("reproduced" if agrees else "DEVIATES")
    if not isinstance(computed, bool):
        assert (" ≤ " if agrees else " > ") in found.why


@given(
    digits=st.integers(-(10**9), 10**9),
    places=st.integers(0, 12),
    share=st.decimals(-1, 1, places=4),
)
@settings(deadline=None, max_examples=300)
def test_every_number_that_rounds_to_the_printed_one_agrees(digits: int, places: int, share: Decimal) -> None:
    printed = Decimal(digits).scaleb(-places)
    unit = Decimal(1).scaleb(-places)
    exact = printed + share * unit / 2
    claim = a_claim(f"{printed:.{places}f}", float(unit / 2))
    agrees, _ = verdict._compare(claim, float(exact))
    assert agrees
    # Rounding half away from zero or half to even: both ends of the interval count.
    if abs(share) < 1:
        assert exact.quantize(unit, rounding=ROUND_HALF_UP) == printed
    beyond = printed + (Decimal("1.001") * unit / 2).copy_sign(share)
    assert not verdict._compare(claim, float(beyond))[0]


def test_a_run_without_report_is_not_run_for_its_reason(root: Path) -> None:
    runs = [a_run(root, {"t1.mean": 1.4}), a_run(root, name="twin", kind="synthetic")]
    claims = [
        a_claim(),
        a_claim(id="truth", kind="recovery", run="twin"),
        a_claim(id="two", run="twin", number="x"),
    ]
    found = judge([a_study(runs, *claims)], {"leaders/twin": "data unavailable: ties.csv"})
    assert [(one.claim, one.verdict, one.computed) for one in found] == [
        ("mean", "reproduced", 1.4),
        ("truth", NOT_RUN, None),
        ("two", NOT_RUN, None),
    ]
    assert found[1].why == "data unavailable: ties.csv"
    assert found[1].link == "leaders/twin.html#t1.mean"
    # A report that was left standing is not read.
    stale = judge([a_study(runs[:1], claims[0])], {"leaders/main": "stale"})
    assert [(one.verdict, one.why, one.computed) for one in stale] == [(NOT_RUN, "stale", None)]


def test_claims_on_numbers_that_no_run_records_are_all_named(root: Path) -> None:
    run = a_run(root, {"t1.mean.school": 1.4, "t2.p": 0.1})
    claims = [
        a_claim(id="sound", number="t1.mean.school"),
        a_claim(id="near", number="t1.mean.schools", explained_by="t1.mean_school"),
        a_claim(id="far", number="zzz"),
        a_claim(id="explained", number="t2.p", explained_by="t2.q"),
        a_claim(id="contradicted", number="t2.p", contradicted_by="t2.r"),
    ]
    with pytest.raises(InvalidInput) as caught:
        judge([a_study([run], *claims)], {})
    near, reason, far, explained, contradicted = map(str, caught.value.faults)
    allowed = "allowed: one of the 2 numbers that run main records"
    assert near == (
        "notebooks/leaders: found claim near held against 't1.mean.schools'; "
        f"{allowed} (the nearest: t1.mean.school)"
    )
    assert "claim near held against 't1.mean_school'" in reason
    assert far == f"notebooks/leaders: found claim far held against 'zzz'; {allowed}"
    assert "claim explained held against 't2.q'" in explained
    assert explained.endswith("(the nearest: t2.p)")
    assert "claim contradicted held against 't2.r'" in contradicted


def some_verdicts(root: Path) -> list[Verdict]:
    runs = [a_run(root, {**NUMBERS, "p": 'a "quoted", text\n'}), a_run(root, name="later")]
    claims = [
        a_claim(),
        a_claim(id="open", statement="a <b>, “quoted”\nin two lines", open="tried"),
        a_claim('a "quoted", text', 0.0, id="words", kind="direction", number="p"),
        a_claim(id="later", run="later"),
        a_claim("2", 0.5, id="count", number="t1.far"),
    ]
    return judge([a_study(runs, *claims)], {"leaders/later": "data unavailable"})


def test_the_verdict_is_written_as_declared(root: Path) -> None:
    verdicts = some_verdicts(root)
    write_verdict(verdicts)
    text = (root / "reports/verdict.json").read_text(encoding="utf-8")

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    content = json.loads(text, parse_constant=refuse)
    assert list(content) == ["claims"]
    assert [list(row) for row in content["claims"]] == [FIELDS] * 5
    assert [Verdict(**row) for row in content["claims"]] == verdicts
    assert [row["computed"] for row in content["claims"]] == [1.5, 1.5, 'a "quoted", text\n', None, 2]
    assert "“quoted”" in text
    with (root / "reports/verdict.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    as_text = [
        {name: "" if cell is None else str(cell) for name, cell in row.items()} for row in content["claims"]
    ]
    assert rows == as_text


def test_a_verdict_that_is_no_json_is_not_written(root: Path) -> None:
    (first, *_) = some_verdicts(root)
    write_verdict([first])
    before = (root / "reports/verdict.json").read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        write_verdict([Verdict(**{**vars(first), "computed": math.nan})])
    assert (root / "reports/verdict.json").read_bytes() == before
