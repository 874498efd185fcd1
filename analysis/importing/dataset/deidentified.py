"""A team's own dataset without names: from `data_raw/<dataset>/` to `data_derived/<dataset>/`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.files import DATA_DERIVED, ROOT, keep_private, write_atomically
from analysis.importing.dataset.own import NAMES, own_folder, read_own
from analysis.importing.shared.account import counted
from analysis.privacy.deidentify import deidentify
from analysis.privacy.disclosure import Disclosure
from analysis.privacy.pseudonyms import default_key_file, open_key
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.harmless import as_typed, harmless
from analysis.tables.load import write_dataset

__all__ = ["write_deidentified"]

_LABELS = "labels.csv"


def write_deidentified(
    dataset: str,
    key_file: Path | None,
    dates: Literal["day", "month", "year"],
    keep_text: Collection[str],
    words: Iterable[str],
    keep: Collection[str],
    say: Callable[[str], None],
) -> None:
    """Write `data_derived/<dataset>/` without names, from `data_raw/<dataset>/`, and say what stayed.

    Raises
    ------
    InvalidInput
        With every fault of the tables, of the key file, and every name that would be published; then
        nothing is written.
    """
    folder = own_folder(dataset)
    data = read_own(dataset)
    if data.example:
        raise_faults([Fault(f"data_raw/{dataset}", "no table of yours", "tables beside datapackage.json")])
    remembered = folder / NAMES / "key.txt"
    there = remembered.read_text(encoding="utf-8").strip() if remembered.is_file() else ""
    # A checkout that was moved keeps its pseudonyms.
    place = key_file or (Path(there) if there and Path(there).is_file() else default_key_file(dataset))
    key, made = open_key(place)
    names = folder / NAMES
    done = deidentify(
        data.tables,
        data.package,
        data.roster,
        key,
        dates=dates,
        keep_text=keep_text,
        allowed_words=words,
        keep=keep,
        letters=_letters_before(names / "pseudonyms.csv"),
        labels=_labels_chosen(names / _LABELS),
    )
    stay = [(column, text) for column, kept in done.words.items() for text in kept]
    words_kept = pd.DataFrame(stay, columns=["column", "text"])
    files = {
        "pseudonyms.csv": done.keys,
        "rare_combinations.csv": done.rare,
        "words_that_stay.csv": words_kept,
        _LABELS: done.labels,
    }
    for name, frame in files.items():
        text = harmless(frame).to_csv(index=False, lineterminator="\n")
        write_atomically(names / name, text)
    write_atomically(remembered, f"{place.expanduser().absolute()}\n")
    keep_private(folder)
    write_dataset(done.tables, done.package, DATA_DERIVED / dataset)
    schools = f"{', '.join(keep)} keep their names" if keep else "no name"
    say(
        f"data_derived/{dataset}/ has {counted(len(done.tables), 'tables')} and "
        f"{counted(len(done.keys), 'pseudonyms')}, {schools}."
    )
    say(f"Who is who stays in {names.relative_to(ROOT)}/pseudonyms.csv.")
    told = "A key was made" if made else "The key"
    say(f"{told}: {place}. Keep it apart from the data: later waves then get the same pseudonyms.")
    if len(done.labels):
        what = " and ".join(done.labels["kind"].unique())
        say(
            f"What {what} are called stands in {names.relative_to(ROOT)}/{_LABELS}: write other labels there."
        )
    say(f"Free text left out: {', '.join(done.dropped) or 'there was none'}.")
    say("Words that stay; read them, a name that no roster knows would stand among them:")
    for column, kept in done.words.items():
        say(f"  {column}: {', '.join(kept[:40])}{' …' if len(kept) > 40 else ''}")
    say(f"All of them are listed in {names.relative_to(ROOT)}/words_that_stay.csv.")
    few = Disclosure.of(done.package).few
    for column, (least, most) in done.ends.items():
        say(f"{column}: from {least:g} to {most:g}; what was beyond became these, since {few} had it.")
    say(f"Combinations of attributes shared by {few}: {len(done.rare)}")
    for attributes, count in done.rare.groupby("attributes", sort=False).size().items():
        say(f"  {attributes}: {count}")
    say(f"They are listed in {names.relative_to(ROOT)}/rare_combinations.csv.")


def _labels_chosen(path: Path) -> dict[str, dict[str, str]]:
    """Return what activities and routines are to be called, by kind and name: as before, or as was chosen."""
    if not path.is_file():
        return {}
    known = pd.read_csv(path, dtype=str, keep_default_na=False)
    lacking = [column for column in ("kind", "name", "label") if column not in known]
    raise_faults([Fault(f"{NAMES}/{_LABELS}", f"no column {one}", "kind, name, label") for one in lacking])
    found: dict[str, dict[str, str]] = {}
    for kind, name, label in known[["kind", "name", "label"]].itertuples(index=False):
        if label.strip():
            found.setdefault(kind, {})[as_typed(name)] = as_typed(label.strip())
    return found


def _letters_before(path: Path) -> dict[str, str]:
    """Return what organisations were called the last time, by identifier; nothing where they kept theirs."""
    if not path.is_file():
        return {}
    known = pd.read_csv(path, dtype=str, keep_default_na=False)
    schools = known[(known["kind"] == "organization") & (known["identifier"] != known["pseudonym"])]
    return dict(zip(schools["identifier"].map(as_typed), schools["pseudonym"], strict=True))
