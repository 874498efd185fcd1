"""The reports on a team's own dataset: every notebook whose tables it has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.compendium.claims import Claim
from analysis.compendium.driver import CORES, Outcome, Say, bring_up_to_date
from analysis.compendium.parameters import typed_parameters
from analysis.compendium.plan import data_unit, own_unit, released_key, run_pages, run_unit, shown_units
from analysis.compendium.state import State
from analysis.compendium.studies import Run, Study
from analysis.files import DATA_DERIVED, DATA_RAW, ROOT
from analysis.privacy.released import withheld_numbers
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, is_public, read_package

if TYPE_CHECKING:
    from analysis.compendium.private_verdict import Recorded

__all__ = ["make_report", "refuse_names"]

_OWN = "your_network"
"""The study written for the people who run the network."""


def make_report(
    dataset: str, studies: Sequence[Study], given: Mapping[str, str], say: Say, claims: str = ""
) -> int:
    """Run every notebook whose tables a dataset has; say which were left out, and which tables they need.

    Pages of earlier times that no longer can be made are taken away. `given` are parameters in place of the
    notebooks' defaults, as typed, each for every report that has it. `claims` names a file of printed
    numbers, which are judged (`private_verdict`). Return 1 when a notebook failed, else 0.

    Raises
    ------
    InvalidInput
        When the dataset is not there, was never de-identified, or was changed since; with every parameter
        that no report has, or of another type; with every fault of the claims, those on numbers that
        reports do not record as soon as that is known.
    """
    # Both are heavy: no other command waits for them.
    from analysis.compendium.pages import write_dataset_index
    from analysis.compendium.private_verdict import Recorded, judge_private, take_away, write_private_verdict
    from analysis.privacy.disclosure import Disclosure

    reports = [(study, report) for study in studies for report in study.reports]
    values = typed_parameters(given, [report.notebook for _, report in reports])
    state, outcome = State(), Outcome()
    package = _current(dataset, state, say, outcome)
    single = [name for name, text in given.items() if Disclosure.of(package).names_somebody(text)]
    allowed = "parameters about nobody in particular: this dataset shows nothing of a few people"
    raise_faults([Fault("SET", f"a pseudonym in {name}", allowed) for name in single], "no report made")
    refuse_names(dataset, "SET", given)
    tables = {path.stem for path in (DATA_DERIVED / dataset).glob("*.csv") if _has_rows(path)}
    runs: list[tuple[Study, Run]] = []
    left_out: list[tuple[Study, Run, list[str]]] = []
    for study, report in reports:
        own = {name: value for name, value in values.items() if name in report.notebook.parameters}
        name = report.notebook.path.stem
        run = Run(f"datasets/{dataset}", name, report.notebook, package, {"dataset": dataset, **own})
        lacking = [" or ".join(any_of) for any_of in report.tables if tables.isdisjoint(any_of)]
        if lacking:
            left_out.append((study, run, lacking))
        else:
            runs.append((study, run))
    lacked = [Recorded(study, run, f"it needs {', '.join(lacking)}") for study, run, lacking in left_out]
    held = _held(claims, package, [*lacked, *_recorded(runs, state)]) if claims else []
    for study, run, lacking in left_out:
        say(f"left out: {study.id}/{run.id}, which needs {', '.join(lacking)}")
        _take_away(run)
        run.failed.unlink(missing_ok=True)
    if not runs:
        say("No report has all the tables it needs.")
    if take_away(dataset) and not claims:
        say("The verdict of an earlier time is taken away: say CLAIMS=… again for one on these reports.")
    # One after the other, where each is not to give away what another showed.
    workers = 1 if Disclosure.of(package).restricts and not is_public(dataset) else CORES
    bring_up_to_date([run_unit(run, state) for _, run in runs], state, say, outcome, workers=workers)
    failed = [run for _, run in runs if f"run {run.name}" in outcome.missing]
    for run in failed:
        _take_away(run)
    built = [(study, run) for study, run in runs if run not in failed]
    bring_up_to_date(shown_units(run for _, run in built), state, say, outcome)
    bring_up_to_date(run_pages(built, None), state, say, outcome, workers=1)
    for _, run in built:
        run.failed.unlink(missing_ok=True)
    if held:
        verdicts, faults = judge_private(held, [*lacked, *_recorded(runs, state)])
        raise_faults(faults, "no verdict written")
        write_private_verdict(package, verdicts)
        say("\n".join(f"{one.claim}: {one.verdict}{f' ({one.why})' if one.why else ''}" for one in verdicts))
    missed = [(run.title, lacking) for _, run, lacking in left_out]
    # The people who run the network begin with the pages written for them.
    listed = sorted(built, key=lambda one: one[0].id != _OWN)
    index = write_dataset_index(package, [run for _, run in listed], missed, failed, bool(held))
    for line in outcome.failed:
        say(f"FAILED: {line}")
    say(f"Start reading at {index.relative_to(ROOT)}")
    return 1 if outcome.failed else 0


def _recorded(runs: Sequence[tuple[Study, Run]], state: State) -> list[Recorded]:
    """Return what each report recorded, and which numbers it withheld; or that there is no current one."""
    from analysis.compendium.private_verdict import Recorded

    found = []
    for study, run in runs:
        unit = run_unit(run, state)
        inputs = unit.inputs()
        stale = bool(state.reasons(unit.name, inputs))
        withheld = {} if stale else withheld_numbers(DATA_RAW / run.data, released_key(run, inputs))
        found.append(Recorded(study, run, "its report could not be made" if stale else "", withheld))
    return found


def _held(file: str, package: DataPackage, reports: Sequence[Recorded]) -> list[Claim]:
    """Return the claims of a file.

    Raises
    ------
    InvalidInput
        With every fault of it, as far as reports that are there can say which numbers there are.
    """
    from analysis.compendium.private_verdict import judge_private, private_claims

    if is_public(package.name):
        allowed = "a dataset of your own; claims on a public one stand in claims.csv of its study"
        raise_faults([Fault("CLAIMS", f"DATASET={package.name}", allowed)], "no report made")
    claims, faults = private_claims(file, package, [report.run.id for report in reports])
    _, unknown = judge_private(claims, reports)
    raise_faults([*faults, *unknown], "no report made")
    texts = {f"claim {claim.id}": " ".join((claim.statement, claim.source, claim.open)) for claim in claims}
    refuse_names(package.name, file, texts)
    return claims


def _current(dataset: str, state: State, say: Say, outcome: Outcome) -> DataPackage:
    """Return the declaration of the derived tables, once they are known to be those of the raw ones."""
    declared = DATA_RAW / dataset / "datapackage.json"
    if Path(dataset).name != dataset or not declared.is_file():
        there = ", ".join(sorted(path.parent.name for path in DATA_RAW.glob("*/datapackage.json")))
        raise_faults([Fault("DATASET", repr(dataset), f"a dataset under data_raw/: {there}")])
    if is_public(dataset):
        bring_up_to_date([data_unit(read_package(declared), say)], state, say, outcome)
        raise_faults(Fault(dataset, line, "data that can be had") for line in outcome.missing.values())
    elif reasons := state.reasons(f"data {dataset}", own_unit(dataset).inputs()):
        found = "never de-identified" if reasons == ["never built here"] else "; ".join(reasons)
        allowed = f"make deidentify DATASET={dataset} first"
        raise_faults([Fault(f"data_raw/{dataset}", found, allowed)], "no report made")
    return read_package(DATA_DERIVED / dataset / "datapackage.json")


def refuse_names(dataset: str, where: str, given: Mapping[str, str]) -> None:
    """Raise when what was typed for a report names somebody of a team's own data: pages show it.

    `where` says in what; `given` are texts by what they are called.
    """
    if is_public(dataset) or not given:
        return
    # Both are heavy, and of no other use here.
    from analysis.importing.dataset.own import read_own
    from analysis.privacy.deidentify import names_of

    data = read_own(dataset)
    names = names_of(data.tables, data.package, data.roster, ())
    found = {name: names.found_in(text) for name, text in given.items()}
    allowed = "words that name nobody: pages show them"
    raise_faults(
        [Fault(where, f"the name {who!r} in {name}", allowed) for name, who in found.items() if who],
        "no report made",
    )


def _has_rows(table: Path) -> bool:
    with table.open(encoding="utf-8") as lines:
        return sum(1 for _, _ in zip(range(2), lines, strict=False)) == 2


def _take_away(run: Run) -> None:
    """Remove what an earlier run left, of data that are no longer so."""
    shutil.rmtree(run.folder, ignore_errors=True)
    run.page.unlink(missing_ok=True)
