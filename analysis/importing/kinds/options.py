"""Options that several kinds of files take, and what they say."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.importing.dataset.own import NAMES, own_folder
from analysis.importing.dataset.people_file import PeopleFile, read_people_file, read_roster
from analysis.importing.files.sheets import ENCODINGS, Layout
from analysis.importing.shared.grid import read_grid
from analysis.importing.shared.network import read_wave
from analysis.importing.shared.people import Matcher, People
from analysis.privacy.names import fold
from analysis.tables.cells import typed
from analysis.tables.faults import Fault
from analysis.tables.load import examine_tables
from analysis.tables.schema import TABLES

__all__ = [
    "NUMBER",
    "Joined",
    "blank_option",
    "blanks_of",
    "dates_option",
    "encoding_option",
    "given_people",
    "header_row_option",
    "known_roster",
    "labels_of",
    "labels_option",
    "layout_of",
    "layout_options",
    "matcher_of",
    "people_of",
    "people_options",
    "roster_options",
    "split_option",
    "survey_options",
    "table_options",
    "wave_dates",
    "wave_label_option",
    "wave_number",
    "waves_of",
]

NUMBER = r"-?[0-9]{1,300}(\.[0-9]+)?"


class Joined(argparse.Action):
    """Keeps the header of a column; said again, the headers of columns that are one: first and last name."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        namespace.joined = (*getattr(namespace, "joined", ()), str(values))
        setattr(namespace, self.dest, " ".join(namespace.joined))


def layout_options(command: argparse.ArgumentParser, missing: str = "an answer not given") -> None:
    """Take which sheets are read, and what stands for a missing value."""
    command.add_argument(
        "--sheet",
        action="append",
        default=[],
        help="sheet of a workbook to be read; may be given again (default: the only one)",
    )
    command.add_argument(
        "--value-labels", action="store_true", help="read values of SPSS (.sav) as their labels"
    )
    command.add_argument("--missing", default="", help=f'what stands for {missing}, as in "N/A,-99"')
    encoding_option(command)


def encoding_option(command: argparse.ArgumentParser) -> None:
    """Take how text is encoded."""
    command.add_argument(
        "--encoding", choices=ENCODINGS, default="", help="how a text file writes letters (default: UTF-8)"
    )


def table_options(command: argparse.ArgumentParser) -> None:
    """Take where the header stands, and how many lines it has."""
    header_row_option(command)
    command.add_argument(
        "--header-rows",
        type=_line,
        default=1,
        help="how many lines the header has: questions, and what each column is of them (default: 1)",
    )


def header_row_option(command: argparse.ArgumentParser) -> None:
    """Take where the header stands."""
    command.add_argument(
        "--header-row", type=_line, default=1, help="line of the header (default: %(default)s)"
    )


def split_option(command: argparse.ArgumentParser, what: str) -> None:
    """Take what parts several of something in one cell."""
    command.add_argument(
        "--split",
        action="append",
        default=[],
        type=lambda text: text.replace("\\n", "\n").replace("\\t", "\t"),
        metavar="SIGN",
        help=f"what parts several {what} in one cell (\\n: a new line); given again for each further sign",
    )


def wave_label_option(command: argparse.ArgumentParser) -> None:
    """Take what rounds are called."""
    command.add_argument(
        "--wave-label",
        action="append",
        default=[],
        metavar="WORDS",
        help="what a round is called in the column of waves; given once a round, in order",
    )


def _line(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a line")
    return int(text)


def layout_of(arguments: argparse.Namespace) -> Layout:
    """Return how a table lies in its file, as far as options say it."""
    codes = getattr(arguments, "missing", "").split(",")
    return Layout(
        sheets=tuple(getattr(arguments, "sheet", [])),
        header_row=getattr(arguments, "header_row", 1),
        header_rows=getattr(arguments, "header_rows", 1),
        waves=tuple(getattr(arguments, "wave_label", [])),
        missing=frozenset(code.strip().casefold() for code in codes if code.strip()),
        encoding=getattr(arguments, "encoding", ""),
        unread=frozenset(header.strip().casefold() for header in getattr(arguments, "unread", [])),
        value_labels=getattr(arguments, "value_labels", False),
        joined=getattr(arguments, "joined", ()),
    )


def labels_option(command: argparse.ArgumentParser) -> None:
    """Take what words mean."""
    command.add_argument(
        "--labels", type=Path, help="a table label, value: what words mean as numbers (no value: missing)"
    )


def labels_of(arguments: argparse.Namespace, faults: list[Fault]) -> dict[str, float | None]:
    """Return what words mean: a number, or None (missing) where the table leaves the value empty."""
    path: Path | None = arguments.labels
    if path is None:
        return {}
    grid = read_grid(path, faults, arguments.encoding)
    if grid.header[:2] != ["label", "value"]:
        faults.append(Fault(path.name, ", ".join(grid.header) or "nothing", "columns: label, value", 1))
        return {}
    found: dict[str, float | None] = {}
    for line, (label, value, *_) in enumerate(grid.cells, start=2):
        if fold(label) in map(fold, found):
            faults.append(Fault(path.name, f"{label!r} again", "each label once", line, "label"))
        elif re.fullmatch(NUMBER, value):
            found[label] = float(value)
        elif not value and label:
            found[label] = None
        elif label or value:
            allowed = "a number, or nothing where the answer is missing"
            faults.append(Fault(path.name, repr(value), allowed, line, "value"))
    return found


def blank_option(command: argparse.ArgumentParser) -> None:
    """Take what a blank beside answers says."""
    command.add_argument(
        "--blank",
        action="append",
        default=[],
        metavar="[RELATION:]missing|none",
        help="what a blank beside answers says: nothing is known, or no tie; may be given again",
    )


def blanks_of(
    arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]
) -> dict[str, Literal["missing", "none"]]:
    """Return, by relation, what a blank beside answers says; it is never guessed."""
    found: dict[str, Literal["missing", "none"]] = {}
    for text in sorted(arguments.blank, key=lambda text: ":" in text):
        relation, _, said = text.rpartition(":")
        if said not in ("missing", "none") or (relation and relation not in relations):
            allowed = f"missing or none, alone or after a relation ({', '.join(relations) or 'none yet'})"
            faults.append(Fault("--blank", repr(text), allowed))
        else:
            found.update(dict.fromkeys([relation] if relation else relations, said))
    return found


def wave_number(text: str) -> int:
    """Return the wave that an option names, as a file would."""
    number = read_wave(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a wave")
    return number


def survey_options(command: argparse.ArgumentParser, respondent: str) -> None:
    """Take how a survey of a row per respondent is to be read."""
    layout_options(command)
    table_options(command)
    command.add_argument(
        "--keep", choices=("first", "last"), help="which row counts of somebody who answered twice"
    )
    command.add_argument(
        "--respondent",
        action=Joined,
        default=respondent,
        help="header of the respondents' column (default: %(default)s); given again where first and last "
        "name stand in two",
    )
    command.add_argument("--wave-column", help="header of the wave, where each row tells its own")
    wave_label_option(command)
    labels_option(command)


def dates_option(command: argparse.ArgumentParser) -> None:
    """Take what stands first in days."""
    command.add_argument(
        "--dates",
        choices=("day-first", "month-first", "serial"),
        help="what stands first in days such as 05/10/2024, or serial: numbers are days as a spreadsheet "
        "counts them; other forms of a day need no word",
    )


def roster_options(command: argparse.ArgumentParser, told: str, *, required: bool = False) -> None:
    """Take the list of people, and what of it is read."""
    command.add_argument("--roster", type=Path, required=required, help=told)
    command.add_argument(
        "--roster-sheet", default="", metavar="SHEET", help="sheet of a workbook that is the list of people"
    )
    command.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="HEADER",
        help="header of a further column of the list of people that is to be read; may be given again",
    )


def people_options(command: argparse.ArgumentParser) -> None:
    """Take who is meant by a name, and what people belong to."""
    dates_option(command)
    roster_options(command, "list of people, with aliases (default: the dataset's own, if it has one)")
    command.add_argument(
        "--new-people",
        action="store_true",
        help="people whose names are nearly those of others are other people",
    )
    command.add_argument(
        "--guests",
        action="store_true",
        help="people who are not on the roster are guests: left out, and listed (a name nearly somebody's "
        "is asked about)",
    )
    command.add_argument(
        "--organization-kind",
        default="school",
        help="what people belong to, where a file says so (default: %(default)s)",
    )


def matcher_of(arguments: argparse.Namespace, faults: list[Fault]) -> Matcher | None:
    """Return who is meant by a name: by the roster that is given, or else the dataset's own."""
    roster = known_roster(arguments, faults)
    return Matcher(roster) if roster is not None else None


def known_roster(arguments: argparse.Namespace, faults: list[Fault]) -> pd.DataFrame | None:
    """Return the roster that is given, or else the dataset's own; None without either."""
    given = given_people(arguments, faults)
    if given is not None:
        return given.roster
    there = own_folder(arguments.dataset) / NAMES / "roster.csv"
    return read_roster(there, faults) if there.is_file() else None


def given_people(arguments: argparse.Namespace, faults: list[Fault]) -> PeopleFile | None:
    """Return the list of people that is given, with all that is read of it; None without one."""
    if getattr(arguments, "roster", None) is None:
        return None
    return read_people_file(
        arguments.roster,
        faults,
        arguments.dates,
        sheet=arguments.roster_sheet,
        attributes=arguments.attribute,
        layout=layout_of(arguments),
    )


def people_of(arguments: argparse.Namespace, faults: list[Fault]) -> People:
    """Return who is meant by a name: by the roster, or as people of the dataset are called."""
    known = own_folder(arguments.dataset) / "actors.csv"
    tables = examine_tables(known.parent, [])[0] if known.is_file() else {}
    there = tables["actors"]["actor_id"].dropna().astype(str) if "actors" in tables else ()
    matcher = matcher_of(arguments, faults)
    if arguments.guests and matcher is None:
        faults.append(Fault("--guests", "no roster", "the list of people, with --roster"))
    return People(matcher, there, new=arguments.new_people, leave_guests=arguments.guests)


_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def wave_dates(arguments: argparse.Namespace, faults: list[Fault]) -> pd.DataFrame | None:
    """Return the rows of the table of waves that options give dates of; None without such options."""
    rows = []
    for text in arguments.wave_dates:
        fit = re.fullmatch(f"(?P<wave>[0-9]{{1,9}}):(?P<first>{_DAY}):(?P<last>{_DAY})", text, re.ASCII)
        if fit is None:
            faults.append(Fault("--wave-dates", repr(text), "a round and its days: 1:2024-10-01:2024-10-31"))
        else:
            rows.append((int(fit["wave"]), f"Wave {fit['wave']}", fit["first"], fit["last"]))
    columns = ["wave", "label", "opened_on", "closed_on"]
    return typed(TABLES["waves"], pd.DataFrame(rows, columns=columns), (), faults) if rows else None


def waves_of(arguments: argparse.Namespace) -> pd.DataFrame | None:
    """Return the waves of a dataset as far as they are known already, or said by options."""
    path = own_folder(arguments.dataset) / "waves.csv"
    tables = examine_tables(path.parent, [])[0] if path.is_file() else {}
    known = typed(TABLES["waves"], tables["waves"], (), []) if "waves" in tables else None
    said = wave_dates(arguments, [])
    if said is None or known is None:
        return known if said is None else said
    return pd.concat([known[~known["wave"].isin(said["wave"])], said], ignore_index=True)
