"""Sweeps: a bad grid and all its faults, what is collected, and runs that are not made twice."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from analysis.compendium.sweep import Made, collect
from analysis.compendium.sweep_grid import MOST_COMBINATIONS, Headline, Sweep, combinations
from analysis.compendium.sweep_page import shares_by_choice, told
from analysis.tables.faults import InvalidInput
from tests.compendium.small import Small, make_small
from tests.compendium.test_studies import STUDY, faults, load, root

__all__ = ["root"]

SWEEP = """\
sweeps:
  - id: cuts
    run: main
    grid:
      cut: [2, 3, 4]
      label: [a, b]
    headlines:
      - finding: mean
        number: t1.mean
        above: 0.5
        p: t1.p
"""

BAD = """\
sweeps:
  - id: Cuts
    run: missing
    grid: {}
    headlines: []
  - id: wrong
    run: main
    grid:
      cut: ["2", 3, 3]
      labels: [a]
      waves: 3
      label: []
      dataset: [leaders, elsewhere]
    colour: red
    headlines:
      - finding: mean
        number: 3
        above: 0
        below: 1
      - finding: mean
        number: t1.mean
        below: low
        level: 5
  - id: wrong
    run: other
    grid:
      cut: [1]
    headlines:
      - finding: mean
        number: t1.mean
  - id: many
    run: main
    grid:
      cut: [%s]
      label: [a, b]
    headlines:
      - {finding: mean, number: t1.mean, above: 0}
"""


def test_a_sweep_is_every_combination_of_its_grid(root: Path) -> None:
    (sweep,) = load(root, STUDY + SWEEP).sweeps
    assert (sweep.id, sweep.run) == ("cuts", "main")
    assert combinations(sweep) == [{"cut": cut, "label": label} for cut in (2, 3, 4) for label in "ab"]
    (headline,) = sweep.headlines
    assert headline == Headline("mean", "t1.mean", 0.5, above=True, p="t1.p")
    assert headline.rule == "t1.mean is above 0.5 and t1.p is below 0.05"


def test_every_fault_of_a_grid_is_told_at_once(root: Path) -> None:
    half = MOST_COMBINATIONS // 2 + 1
    found = faults(root, STUDY + BAD % ", ".join(map(str, range(half))))
    assert [(column, what) for _, column, what in found] == [
        ("sweeps.1.id", "'Cuts'"),
        ("sweeps.1.run", "missing"),
        ("sweeps.1.grid", "{}"),
        ("sweeps.1.headlines", "[]"),
        ("sweeps.2.colour", "an unknown entry"),
        ("parameters.cut", "'2', of type str"),
        ("sweeps.2.grid.cut.3", "3 again"),
        ("parameters.labels", "an unknown parameter labels"),
        ("sweeps.2.grid.waves", "3"),
        ("sweeps.2.grid.label", "[]"),
        ("sweeps.2.grid.dataset.2.dataset", "elsewhere"),
        ("sweeps.2.headlines.1.number", "3, of type int"),
        ("sweeps.2.headlines.1", "above and below"),
        ("sweeps.2.headlines.2.finding", "mean again"),
        ("sweeps.2.headlines.2.below", "'low'"),
        ("sweeps.2.headlines.2.level", "5"),
        ("sweeps.3.id", "wrong again"),
        ("sweeps.3.grid", "1 combination"),
        ("sweeps.3.headlines.1", "neither above nor below"),
        ("sweeps.4.grid", f"{2 * half} combinations: {half} (cut) × 2 (label)"),
    ]
    assert all(row is not None and row > STUDY.count("\n") for row, _, _ in found)


def made(cut: int, ties: str, value: float | None, p: float = 0.01) -> Made:
    numbers = {"p": {"value": p, "label": "p"}} | (
        {} if value is None else {"b": {"value": value, "label": "slope"}}
    )
    findings = {} if value is None else {"slope": {"sentence": f"The slope is {value}."}}
    return Made({"cut": cut, "ties": ties, "seed": 1}, numbers, findings)


GRID = Sweep(
    "s",
    "main",
    {"cut": [1, 2], "ties": ["in", "out"], "seed": [1]},
    (Headline("slope", "b", 0.0, above=True, p="p", level=0.05),),
)
DONE = [made(1, "in", 0.2), made(1, "out", 0.3, p=0.2), made(2, "in", None)]


def test_numbers_are_collected_with_their_choices_and_a_headline_holds_or_not() -> None:
    failed = Made({"cut": 2, "ties": "out", "seed": 1}, {}, {}, "cell 3: no ties")
    found = collect(GRID, [*DONE, failed], {"cut": 1, "ties": "out", "seed": 1}, "study.yml")
    assert found.choices == ("cut", "ties")  # what is the same everywhere is no choice
    assert found.numbers.columns.tolist() == ["cut", "ties", "key", "value", "label"]
    assert len(found.numbers) == 5
    curve = found.curves["slope"]
    assert curve["holds"].to_list() == [True, False, pd.NA, pd.NA]  # above 0, but p not below the level
    assert curve["why"].to_list() == ["", "", "", "cell 3: no ties"]
    assert np.isnan(curve["b"]).to_list() == [False, False, True, True]
    assert found.sentences == {"slope": "The slope is 0.3."}  # the declared choices, not the first
    assert shares_by_choice(GRID.headlines[0], curve).loc[("ties", "in")].to_dict() == {
        "combinations": 1,
        "holds": 1,
        "least": 0.2,
        "most": 0.2,
    }
    assert told(GRID.headlines[0], curve) == (
        "It holds under 1 of 2 combinations. In 2 more the number was not recorded. "
        "Never with ties = out. Always with ties = in."
    )


@pytest.mark.parametrize(
    ("headline", "found"),
    [
        (Headline("slopes", "b", 0, True), "finding slopes, which no run records; allowed: slope"),
        (Headline("slope", "slope", 0, True), "number slope, which no run records; allowed: one of 3"),
        (Headline("slope", "b", 0, True, "w"), "p w: 'small'; allowed: a number"),
    ],
)
def test_a_headline_that_no_run_records_is_a_fault(headline: Headline, found: str) -> None:
    words = Made(DONE[0].choices, {**DONE[0].numbers, "w": {"value": "small", "label": ""}}, DONE[0].findings)
    with pytest.raises(InvalidInput) as caught:
        collect(Sweep("s", "main", GRID.grid, (headline,)), [words], {}, "study.yml")
    assert [str(fault) for fault in caught.value.faults] == [
        f"study.yml, column sweeps.s.{headline.finding}: found {found}"
    ]


def with_sweep(tmp_path: Path) -> Small:
    """A small compendium with a finding and a sweep, whose last combination cannot be made."""
    small = make_small(tmp_path)
    path = small.root / "notebooks/small/small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    sentence = 'results.finding("many", f"There are {matrix.sum() * factor:.0f} ties.", numbers=["ties"])'
    notebook.cells.append(nbformat.v4.new_code_cell(sentence, id="finding"))
    nbformat.write(notebook, path)
    study = small.root / "notebooks/small/study.yml"
    grid = f"    grid:\n      factor: [1, 2, {10**309}]\n"
    headline = "    headlines:\n      - {finding: many, number: tie, above: 4}\n"
    study.write_text(study.read_text() + "sweeps:\n  - id: factors\n    run: once\n" + grid + headline)
    return small


def test_what_is_done_is_not_done_again_and_a_page_says_under_which_choices(tmp_path: Path) -> None:
    small = with_sweep(tmp_path)
    first = small.run("sweep", "--study", "small")
    assert first.returncode == 1
    assert "sweep small/factors: 3 runs, 0 of them done before" in first.stdout
    assert "found number tie, which no run records; allowed: ties" in first.stderr
    assert not small.reports()
    small.replace("notebooks/small/study.yml", "number: tie,", "number: ties,")
    again = small.run("sweep", "--study", "small")
    assert again.returncode == 1, again.stderr
    assert "sweep small/factors: 3 runs, 2 of them done before" in again.stdout
    assert again.stdout.count(": started") == 1  # the one that failed
    assert "FAILED: sweep small/" in again.stdout
    assert "OverflowError" in again.stdout
    files = small.reports()
    assert set(files) == {
        "sweeps/small/factors.html",
        *(f"sweeps/small/factors/{name}" for name in ("many.csv", "many.svg", "numbers.csv")),
    }
    page = files["sweeps/small/factors.html"].decode()
    assert "It holds under 1 of 2 combinations. In 1 more the number was not recorded." in page
    assert "There are 3 ties." in page
    assert "no test" in page
    assert "OverflowError" in page
    assert b'\n1,ties,3.0,"ties, multiplied"\n' in files["sweeps/small/factors/numbers.csv"]


def test_a_study_without_a_sweep_is_told_so(tmp_path: Path) -> None:
    done = make_small(tmp_path).run("sweep")
    assert done.returncode == 1
    assert "found small; allowed: a study with `sweeps:` in its study.yml: there is none yet" in done.stderr
