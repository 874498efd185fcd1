"""Dated logs of contacts, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.formats.gexf import read_gexf_moments
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.list_options import list_imported, list_options, way_of
from analysis.importing.lists.contact_log import CONTACTS, contacts_of, read_contacts
from analysis.importing.shared.dated import Row
from analysis.tables.faults import Fault

__all__ = ["LOGGED"]


def _contacts_options(command: argparse.ArgumentParser) -> None:
    list_options(command, tuple(CONTACTS))
    command.add_argument(
        "--zones", choices=("as-written",), help="times count as they stand, whatever their zone (+02:00, Z)"
    )
    command.add_argument("--contact-kind", help="sort of contact, where no column says so")


def _read_contacts(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    way = way_of(arguments, tuple(CONTACTS), faults)
    (file,) = arguments.files
    if file.suffix.lower() == ".gexf":
        headers = {"date": "the time of an edge", "sender": "source", "receiver": "target"}
        rows = [
            Row(file.name, number, {"date": time, "sender": sender, "receiver": receiver}, headers)
            for time, sender, receiver, number in read_gexf_moments(file, faults, notes)
        ]
        found = contacts_of(rows, file.name, way, faults, notes, kind=arguments.contact_kind)
    else:
        found = read_contacts(
            file, way, faults, notes, kind=arguments.contact_kind, zones=arguments.zones is not None
        )
    return list_imported(found, arguments, notes)


LOGGED = Kind(
    "a dated log (.csv, .xlsx): a row per contact, who turned to whom; or a graph with times (.gexf)",
    "FILE",
    _contacts_options,
    _read_contacts,
)
