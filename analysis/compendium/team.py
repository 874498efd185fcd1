"""What a team does with its own dataset: begin it, check it, de-identify it, have its reports made."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from analysis.compendium import driver
from analysis.compendium.plan import data_unit, page_inputs, page_path, page_unit, report_folder
from analysis.compendium.state import State
from analysis.compendium.studies import Run, Study
from analysis.files import DATA_DERIVED, DATA_RAW, ROOT, digest_file, write_atomically
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import is_own, read_package

__all__ = ["check_data", "deidentify_dataset", "make_report", "new_dataset"]

Say = driver.Say


def new_dataset(name: str, title: str, say: Say) -> None:
    """Begin a dataset of one's own, and say what comes next."""
    from analysis.tables.own import begin

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
    from analysis.tables.own import read_own, told

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
    from analysis.tables.load import write_dataset
    from analysis.tables.own import NAMES, own_folder, read_own
    from analysis.tables.privacy.deidentify import deidentify
    from analysis.tables.privacy.pseudonyms import default_key_file, open_key

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
    State().record(data_unit(dataset), _own_inputs(dataset), written)
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


def make_report(dataset: str, studies: Sequence[Study], say: Say) -> int:
    """Run every notebook whose tables a dataset has; say which were left out, and for want of what.

    Returns
    -------
    int
        0, or 1 when a notebook failed.

    Raises
    ------
    InvalidInput
        When the dataset is not there, was never de-identified, or was changed since.
    """
    state, outcome = State(), driver.Outcome()
    _require_current(dataset, state, say, outcome)
    package = read_package(DATA_DERIVED / dataset / "datapackage.json")
    there = {path.stem for path in (DATA_DERIVED / dataset).glob("*.csv")}
    runs: list[tuple[Study, Run]] = []
    left_out: list[tuple[str, tuple[str, ...]]] = []
    for study in studies:
        for report in study.reports:
            name = report.notebook.path.stem
            missing = tuple(" or ".join(any_of) for any_of in report.tables if there.isdisjoint(any_of))
            run = Run(f"datasets/{dataset}", name, report.notebook, package, {"dataset": dataset})
            if missing:
                left_out.append((report.notebook.title, missing))
                say(f"left out: {study.id}/{name}, for want of {', '.join(missing)}")
            else:
                runs.append((study, run))
    if not runs:
        say("No report has all the tables it needs.")
    driver.execute_runs([run for _, run in runs], state, say, outcome)
    built = [(study, run) for study, run in runs if run.name not in outcome.not_run]
    from analysis.compendium.pages import write_dataset_index, write_page

    for study, run in built:
        told = json.dumps([study.citation, asdict(run.dataset)])
        inputs = page_inputs(told, report_folder(run) / "notebook.ipynb")
        if state.reasons(page_unit(run), inputs):
            write_page(study, run, None)
            state.record(page_unit(run), inputs, [page_path(run)])
    index = write_dataset_index(package, [run for _, run in built], left_out)
    for line in outcome.failed:
        say(f"FAILED: {line}")
    say(f"Start reading at {index.relative_to(ROOT)}")
    return 1 if outcome.failed else 0


def _require_current(dataset: str, state: State, say: Say, outcome: driver.Outcome) -> None:
    """See to it that the derived tables are those of the raw ones."""
    raw = DATA_RAW / dataset
    if Path(dataset).name != dataset or not (raw / "datapackage.json").is_file():
        there = ", ".join(sorted(path.parent.name for path in DATA_RAW.glob("*/datapackage.json")))
        raise_faults([Fault("DATASET", repr(dataset), f"a dataset under data_raw/: {there}")])
    if not is_own(dataset):
        driver.bring_data([read_package(raw / "datapackage.json")], state, say, outcome)
        raise_faults(Fault(dataset, line, "data that can be had") for line in outcome.unavailable.values())
        return
    reasons = state.reasons(data_unit(dataset), _own_inputs(dataset))
    if reasons:
        found = "never de-identified" if reasons == ["never built here"] else "; ".join(reasons)
        allowed = f"make deidentify DATASET={dataset} first"
        raise_faults([Fault(f"data_raw/{dataset}", found, allowed)], "no report made")


def _own_inputs(dataset: str) -> dict[str, str]:
    raw = DATA_RAW / dataset
    files = [raw / "datapackage.json", *sorted(raw.glob("*.csv"))]
    return {path.relative_to(ROOT).as_posix(): digest_file(path) for path in files if path.is_file()}
