"""A verdict for those who hold the originals, tried on a twin: its truth is the print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.compendium.parameters import read_notebook
from analysis.compendium.private_verdict import (
    Recorded,
    judge_private,
    private_claims,
    take_away,
    write_private_verdict,
)
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import Verdict
from analysis.files import DATA_RAW, STUDIES
from analysis.privacy.released import RELEASED_VARIABLE, keep_released, released_file, withheld_numbers
from analysis.sources.pipnic_twin import grown
from analysis.sources.twins import twin_of
from analysis.tables.load import write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.notebooks.cells import executed

REHEARSAL = STUDIES / "relational_trust/rehearsal.csv"
HEADER = "id,statement,source,kind,published,tolerance,run,number,explained_by,open,contradicted_by\n"


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """The twin's declaration, as those have it who hold it: nobody else's, with a smallest cell."""
    declared = read_package(DATA_RAW / "pipnic_twin/datapackage.json")
    return replace(declared, name="trust", audience="private", smallest_cell=5)


@pytest.fixture(scope="module")
def report(package: DataPackage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """The report on help networks of the twin, as far as what changed, made as those who hold it make it."""
    root = tmp_path_factory.mktemp("trust")
    twin = twin_of(grown, DATA_RAW / "pipnic_twin")
    write_dataset(checked(twin.tables, package), package, root / "derived/trust", twin.truth)
    notebook = read_notebook(STUDIES / "relational_trust/help_networks.ipynb", [])
    assert notebook is not None
    run = Run("datasets/trust", "help_networks", notebook, package, {"dataset": "trust", "permutations": 20})
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    names = [cell["id"] for cell in cells]
    wanted = [cell for cell in cells[: names.index("change-figure")] if not cell["id"].endswith("figure")]
    (root / "raw").mkdir()
    file = released_file(root / "raw", "0" * 64)
    with pytest.MonkeyPatch.context() as patch:
        for place in ("studies", "verdict", "private_verdict"):
            patch.setattr(f"analysis.compendium.{place}.REPORTS", root)
        run.folder.mkdir(parents=True)
        with pytest.MonkeyPatch.context() as kernel:
            kernel.setenv(RELEASED_VARIABLE, str(file))
            executed(run, {}, root / "derived", run.folder, kernel, wanted)
        keep_released(file)
        study = Study("relational_trust", "Trust", "?", "C.", "D.", (), ())
        yield Recorded(study, run, "", withheld_numbers(root / "raw", "0" * 64))


def judged(report: Recorded, package: DataPackage, file: Path = REHEARSAL) -> dict[str, Verdict]:
    claims, faults = private_claims(str(file), package, [report.run.id])
    assert faults == []
    verdicts, faults = judge_private(claims, [report])
    assert faults == []
    return {one.claim: one for one in verdicts}


def test_the_twin_played_as_the_original(report: Recorded, package: DataPackage) -> None:
    found = judged(report, package)
    assert {name: (one.verdict, one.computed) for name, one in found.items()} == {
        "mixing": ("reproduced", 0.676),
        "new": ("deviates (open)", 44),
        "returned": ("withheld", None),
    }
    assert "it would show the answers of fewer than 5 people" in found["returned"].why
    assert found["mixing"].link == "help_networks.html#mixing.help.1.random_mixing"
    # What is withheld is in none of the files, and no page says that the number is there.
    assert "made_by" in found["returned"].source
    path = write_private_verdict(package, list(found.values()))
    folder = path.parent
    page = path.read_text(encoding="utf-8")
    assert "A rehearsal." in page and ">withheld</b>" in page
    assert sorted(one.name for one in folder.glob("verdict.*")) == [
        "verdict.csv",
        "verdict.html",
        "verdict.json",
    ]
    hidden = report.withheld or {}
    written = page + "".join(one.read_text(encoding="utf-8") for one in folder.glob("verdict.*"))
    assert not any(key in written for key in hidden)
    recorded = (report.run.folder / "numbers.json").read_text(encoding="utf-8")
    assert hidden and not any(f'"{key}"' in recorded for key in hidden)
    assert take_away("trust") and not take_away("trust")
    assert not list(folder.glob("verdict.*"))


def test_print_of_more_digits_than_may_be_shown_is_held_to_those(
    report: Recorded, package: DataPackage, tmp_path: Path
) -> None:
    # (352 − 68) ÷ 420 = 0.676190; three digits are shown.
    rows = [("close", ".67619"), ("edge", ".6764"), ("far", ".67661"), ("whole", "44.2")]
    number = {"whole": "changes.help.1-to-2.new"}
    file = tmp_path / "claims.csv"
    key = "mixing.help.1.random_mixing"
    lines = [
        f"{name},s,p. 1,number,{given},,help_networks,{number.get(name, key)},,,\n" for name, given in rows
    ]
    file.write_text(HEADER + "".join(lines))
    found = judged(report, package, file)
    assert {name: one.verdict for name, one in found.items()} == {
        "close": "reproduced",
        "edge": "reproduced",
        "far": "DEVIATES",
        "whole": "DEVIATES",
    }
    assert "rounding to 3 digits" in found["close"].why and found["close"].tolerance == 0.000005
    # Of data that nobody has to be protected in, nothing is rounded.
    open_run = replace(report.run, dataset=replace(package, smallest_cell=0))
    claims, _ = private_claims(str(file), package, [report.run.id])
    verdicts, _ = judge_private(claims[:1], [replace(report, run=open_run)])
    assert verdicts[0].verdict == "DEVIATES"


def test_a_claim_that_is_explained_by_a_number_withheld_is_withheld(
    report: Recorded, package: DataPackage, tmp_path: Path
) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(
        f"{HEADER}a,s,p. 1,number,3,,help_networks,changes.help.1-to-2.new,changes.help.2-to-3.new,,\n"
    )
    found = judged(report, package, file)["a"]
    assert (found.verdict, found.computed) == ("withheld", None)
    assert found.why.startswith("of changes.help.2-to-3.new, which the claim names: ")


def test_a_report_that_is_not_there_is_said_to_be_not_run(report: Recorded, package: DataPackage) -> None:
    claims, _ = private_claims(str(REHEARSAL), package, ["help_networks"])
    verdicts, faults = judge_private(claims, [replace(report, why_not="it needs ties")])
    assert faults == [] and {(one.verdict, one.why) for one in verdicts} == {("not run", "it needs ties")}


def test_every_fault_of_a_claims_file_at_once(report: Recorded, package: DataPackage, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(
        HEADER.replace("\n", ",verdict\n")
        + "a,s,p. 1,number,3,,help_networks,changes.help.1-to-2.newe,,,\n"
        + "b,s,p. 1,number,3,-1,help_networks,changes.help.1-to-2.new,,,\n"
        + "a,s,p. 1,number,3,,help_networks,changes.help.1-to-2.new,,,\n"
        + "c,s,p. 1,guess,3,,help_networks,changes.help.1-to-2.new,,,\n"
        + "d,s,p. 1,recovery,3,,help_networks,changes.help.1-to-2.new,,,\n"
        + "e,s,p. 1,number,3,,networks,changes.help.1-to-2.new,,,\n"
        + "f,what p_0a1b2c3d says,p. 1,number,3,,help_networks,changes.help.1-to-2.new,,,\n"
    )
    real = replace(package, kind="real")
    claims, faults = private_claims(str(file), real, [report.run.id])
    _, unknown = judge_private(claims, [report])
    told = [str(fault).removeprefix(str(file)) for fault in [*faults, *unknown]]
    expected = [
        ", row 1, column verdict: found an unknown column",
        ", row 3, column tolerance: found '-1'; allowed: a number above 0",
        ", row 4, column id: found a again, first in row 2",
        ", row 5, column kind: found 'guess'; allowed: number, direction, software, recovery",
        ", row 7, column run: found 'networks'; allowed: one of: help_networks",
        ", row 6, column kind: found kind recovery; allowed: number, direction, software",
        ", row 8, column statement: found a pseudonym",
        ", row 2: found claim a held against 'changes.help.1-to-2.newe'; allowed: one of the",
    ]
    assert [line[: len(start)] for line, start in zip(told, expected, strict=True)] == expected
    assert "(the nearest: changes.help.1-to-2.new, " in told[-1]


@pytest.mark.parametrize(("content", "found"), [(None, "claims.csv'"), (HEADER, "no claim")])
def test_a_claims_file_with_nothing_in_it(
    package: DataPackage, tmp_path: Path, content: str | None, found: str
) -> None:
    file = tmp_path / "claims.csv"
    if content is not None:
        file.write_text(content)
    claims, faults = private_claims(str(file), package, ["network"])
    assert claims == [] and found in str(faults[0])
