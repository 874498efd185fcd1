"""What a team does with its own dataset: begin it, check it, de-identify it, have its reports made."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from analysis.compendium import driver
from analysis.compendium.parameters import typed_parameters
from analysis.compendium.plan import codebook_unit, data_unit, page_unit, run_unit
from analysis.compendium.state import State
from analysis.compendium.studies import Run, Study
from analysis.files import DATA_DERIVED, DATA_RAW, ROOT, digest_file, write_atomically
from analysis.privacy.pseudonyms import PSEUDONYM
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import is_public, read_package

__all__ = ["check_data", "deidentify_dataset", "make_report", "new_dataset"]

Say = driver.Say


def new_dataset(name: str, title: str, say: Say) -> None:
    """Begin a dataset of one's own, and say what comes next."""
    from analysis.importing.own import begin

    folder = begin(name, title).relative_to(ROOT)
    say(f"{folder}/ is yours: nothing in it is ever committed.")
    say(f"Read {folder}/GUIDE.md; templates/ has empty tables, example/ filled ones.")
    say(f"make check-data DATASET={name} checks your tables; until there are any, the example.")


def check_data(dataset: str, say: Say) -> None:
    """Check a dataset's tables, and say what is in them.

    Raises
    ------
    InvalidInput
        With every fault.
    """
    from analysis.importing.own import read_own, told

    data = read_own(dataset)
    if data.example:
        say(f"data_raw/{dataset}/ has no tables yet; checked instead: the example in example/")
    for line in told(data):
        say(line)
    say("No fault found.")


def deidentify_dataset(
    dataset: str,
    key_file: Path | None,
    dates: Literal["day", "month", "year"],
    keep_text: Collection[str],
    words: Iterable[str],
    say: Say,
) -> None:
    """Write `data_derived/<dataset>/` without names, from `data_raw/<dataset>/`, and say what stayed.

    Raises
    ------
    InvalidInput
        With every fault of the tables, of the key file, and every name that would be published; then
        nothing is written.
    """
    from analysis.importing.own import NAMES, own_folder, read_own
    from analysis.privacy.deidentify import deidentify
    from analysis.privacy.pseudonyms import default_key_file, open_key
    from analysis.tables.load import write_dataset

    folder = own_folder(dataset)
    data = read_own(dataset)
    if data.example:
        raise_faults([Fault(f"data_raw/{dataset}", "no table of yours", "tables beside datapackage.json")])
    place = key_file or default_key_file(dataset)
    key, made = open_key(place)
    done = deidentify(
        data.tables, data.package, data.roster, key, dates=dates, keep_text=keep_text, allowed_words=words
    )
    names = folder / NAMES
    write_atomically(names / "pseudonyms.csv", done.keys.to_csv(index=False, lineterminator="\n"))
    write_atomically(names / "rare_combinations.csv", done.rare.to_csv(index=False, lineterminator="\n"))
    write_dataset(done.tables, done.package, DATA_DERIVED / dataset)
    written = sorted((DATA_DERIVED / dataset).glob("*"))
    State().record(f"data {dataset}", _own_inputs(dataset), written)
    if made:
        say(
            f"A key was made: {place}. Keep it apart from the data: later waves then get the same pseudonyms."
        )
    say(f"data_derived/{dataset}/ has {len(done.tables)} tables and {len(done.keys)} pseudonyms, no name.")
    say(f"Who is who stays in {names.relative_to(ROOT)}/pseudonyms.csv.")
    say(f"Free text left out: {', '.join(done.dropped) or 'there was none'}.")
    say("Words that stay; read them, a name that no roster knows would stand among them:")
    for column, kept in done.words.items():
        say(f"  {column}: {', '.join(kept[:40])}{' …' if len(kept) > 40 else ''}")
    smallest = done.package.smallest_cell
    alone = done.rare.groupby("attributes", sort=False).size()
    say(f"Combinations of attributes shared by fewer than {smallest} people: {len(done.rare)}")
    for attributes, count in alone.items():
        say(f"  {attributes}: {count}")
    say(f"They are listed in {names.relative_to(ROOT)}/rare_combinations.csv.")


def make_report(dataset: str, studies: Sequence[Study], given: Mapping[str, str], say: Say) -> int:
    """Run every notebook whose tables a dataset has; say which were left out, and for want of what.

    Pages of earlier times that no longer can be made are taken away.

    Parameters
    ----------
    dataset : str
    studies : sequence of Study
        Their reports are run.
    given : mapping of str to str
        Parameters in place of the notebooks' defaults, as typed, each for every report that has it.
    say : callable

    Returns
    -------
    int
        0, or 1 when a notebook failed.

    Raises
    ------
    InvalidInput
        When the dataset is not there, was never de-identified, or was changed since; with every parameter
        that no report has, or of another type.
    """
    reports = [(study, report) for study in studies for report in study.reports]
    values = typed_parameters(given, [report.notebook for _, report in reports])
    state, outcome = State(), driver.Outcome()
    _require_current(dataset, state, say, outcome)
    package = read_package(DATA_DERIVED / dataset / "datapackage.json")
    single = [name for name, text in given.items() if package.smallest_cell and PSEUDONYM.search(text)]
    allowed = "parameters about nobody in particular: this dataset shows nothing of a few people"
    raise_faults([Fault("SET", f"a pseudonym in {name}", allowed) for name in single], "no report made")
    there = {path.stem for path in (DATA_DERIVED / dataset).glob("*.csv") if _has_rows(path)}
    runs: list[tuple[Study, Run]] = []
    left_out: list[tuple[str, tuple[str, ...]]] = []
    for study, report in reports:
        name = report.notebook.path.stem
        missing = tuple(" or ".join(any_of) for any_of in report.tables if there.isdisjoint(any_of))
        own = {key: value for key, value in values.items() if key in report.notebook.parameters}
        run = Run(f"datasets/{dataset}", name, report.notebook, package, {"dataset": dataset, **own})
        if missing:
            left_out.append((report.notebook.title, missing))
            say(f"left out: {study.id}/{name}, for want of {', '.join(missing)}")
            _take_away(run, also_failed=True)
        else:
            runs.append((study, run))
    if not runs:
        say("No report has all the tables it needs.")
    driver.bring_up_to_date([run_unit(run, state) for _, run in runs], state, say, outcome)
    failed = [run for _, run in runs if f"run {run.name}" in outcome.missing]
    built = [(study, run) for study, run in runs if run not in failed]
    for run in failed:
        _take_away(run, also_failed=False)
    pages = [codebook_unit(), *(page_unit(study, run, None) for study, run in built)]
    driver.bring_up_to_date(pages, state, say, outcome, workers=1)
    for _, run in built:
        run.failed.unlink(missing_ok=True)
    from analysis.compendium.pages import write_dataset_index

    index = write_dataset_index(package, [run for _, run in built], left_out, failed)
    for line in outcome.failed:
        say(f"FAILED: {line}")
    say(f"Start reading at {index.relative_to(ROOT)}")
    return 1 if outcome.failed else 0


def _has_rows(table: Path) -> bool:
    with table.open(encoding="utf-8") as lines:
        return sum(1 for _, _ in zip(range(2), lines, strict=False)) == 2


def _take_away(run: Run, *, also_failed: bool) -> None:
    """Remove what an earlier run left, of data that are no longer so."""
    shutil.rmtree(run.folder, ignore_errors=True)
    for path in (run.page, *([run.failed] if also_failed else [])):
        path.unlink(missing_ok=True)


def _require_current(dataset: str, state: State, say: Say, outcome: driver.Outcome) -> None:
    """See to it that the derived tables are those of the raw ones."""
    raw = DATA_RAW / dataset
    if Path(dataset).name != dataset or not (raw / "datapackage.json").is_file():
        there = ", ".join(sorted(path.parent.name for path in DATA_RAW.glob("*/datapackage.json")))
        raise_faults([Fault("DATASET", repr(dataset), f"a dataset under data_raw/: {there}")])
    if is_public(dataset):
        driver.bring_up_to_date([data_unit(read_package(raw / "datapackage.json"), say)], state, say, outcome)
        raise_faults(Fault(dataset, line, "data that can be had") for line in outcome.missing.values())
        return
    reasons = state.reasons(f"data {dataset}", _own_inputs(dataset))
    if reasons:
        found = "never de-identified" if reasons == ["never built here"] else "; ".join(reasons)
        allowed = f"make deidentify DATASET={dataset} first"
        raise_faults([Fault(f"data_raw/{dataset}", found, allowed)], "no report made")


def _own_inputs(dataset: str) -> dict[str, str]:
    raw = DATA_RAW / dataset
    files = [raw / "datapackage.json", *sorted(raw.glob("*.csv"))]
    return {path.relative_to(ROOT).as_posix(): digest_file(path) for path in files if path.is_file()}
