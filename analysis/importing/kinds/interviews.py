"""Interviews on people's own networks, as the command imports them."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis.importing.files.sheets import Sheet, read_sheets
from analysis.importing.formats.egor import read_ego_tables
from analysis.importing.formats.network_canvas import (
    Values,
    is_canvas_sheet,
    read_canvas_graphs,
    read_canvas_sheets,
)
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.network_options import network_imported, network_options
from analysis.importing.kinds.options import people_of
from analysis.importing.shared.account import counted
from analysis.tables.faults import Fault, raise_faults

__all__ = ["INTERVIEWS"]

_ENDINGS = (".csv", ".xlsx", ".xlsm", ".graphml")
_MOST_FILES = 5_000


def _interview_options(command: argparse.ArgumentParser) -> None:
    network_options(command)
    command.add_argument(
        "--value-column",
        metavar="NAME",
        help="what an interview says of those it names that is the strength of the tie, as closeness",
    )
    command.add_argument(
        "--tie-value-column",
        metavar="NAME",
        help="what it says of ties among them that is their strength",
    )
    command.add_argument(
        "--node-type", metavar="NAME", help="sort of nodes that are people, where there are several"
    )


def _files(given: Sequence[Path], faults: list[Fault]) -> list[Path]:
    """Return the files given, and those in folders given."""
    found: list[Path] = []
    for path in given:
        inside = [path]
        # What is no name of a file is told by whatever reads it.
        with contextlib.suppress(OSError, ValueError):
            inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        others = [
            one for one in inside if one.suffix.lower() not in _ENDINGS and not one.name.startswith(".")
        ]
        for one in others[:10]:
            hint = "unpack it, and name the folder" if one.suffix.lower() == ".zip" else ""
            allowed = f"names that end in {', '.join(_ENDINGS)}"
            faults.append(Fault(one.name, f"the ending {one.suffix!r}", allowed, hint=hint))
        found += [one for one in inside if one.suffix.lower() in _ENDINGS]
        if not inside:
            faults.append(Fault(path.name, "an empty folder", "the files of an export"))
    if len(found) > _MOST_FILES:
        faults.append(Fault(given[0].name, f"{len(found)} files", f"at most {_MOST_FILES}"))
    raise_faults(faults, "nothing read")
    return found


def _read_interviews(
    arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]
) -> Imported:
    files = _files(arguments.files, faults)
    about = arguments.wave, [arguments.tie] if arguments.tie else relations
    people = people_of(arguments, faults)
    values = Values(arguments.value_column, arguments.tie_value_column, arguments.node_type)
    graphs = [path for path in files if path.suffix.lower() == ".graphml"]
    notes: list[str] = []
    if graphs and len(graphs) < len(files):
        # An export has each interview in both forms.
        files = [path for path in files if path not in graphs]
        notes.append(f"not read, beside the tables: {counted(len(graphs), 'files')} of GraphML")
    if graphs and len(graphs) == len(files):
        network = read_canvas_graphs(graphs, *about, values, people)
    else:
        sheets: list[Sheet] = [sheet for path in files for sheet in read_sheets(path, faults)]
        raise_faults(faults, "nothing read")
        sheets = [sheet for sheet in sheets if any(map(any, sheet.rows))]
        if sheets and any(is_canvas_sheet(sheet.rows[0]) for sheet in sheets):
            network = read_canvas_sheets(sheets, *about, values, people)
        elif sheets:
            if values.node_type:
                faults.append(Fault("--node-type", "three tables", "an export of Network Canvas"))
            raise_faults(faults, "nothing read")
            network = read_ego_tables(
                sheets,
                *about,
                named=values.named,
                among=values.among,
                people=people,
                directed=arguments.directed is True,
            )
        else:
            raise_faults([Fault(files[0].name, "nothing", "tables of interviews")], "nothing read")
    # Whether ties among those named have a direction is said of them alone.
    arguments.directed = None
    return network_imported(replace(network, notes=(*notes, *network.notes)), arguments)


INTERVIEWS = Kind(
    "interviews on people's own networks, files or a folder: Network Canvas (.csv, .graphml); egor, EgoNet, "
    "EgoWeb, openeddi and other tables of egos, alters and ties among alters (.csv, .xlsx)",
    "FILE",
    _interview_options,
    _read_interviews,
    many=True,
)
