"""Dated logs of contacts, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.contact_log import CONTACTS, read_contacts
from analysis.importing.kinds import Imported, Kind
from analysis.importing.list_options import list_imported, list_options, way_of
from analysis.tables.faults import Fault

__all__ = ["LOGGED"]


def _contacts_options(command: argparse.ArgumentParser) -> None:
    list_options(command, tuple(CONTACTS))
    command.add_argument("--contact-kind", help="sort of contact, where no column says so")


def _read_contacts(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    way = way_of(arguments, tuple(CONTACTS), faults)
    found = read_contacts(arguments.files[0], way, faults, notes, kind=arguments.contact_kind)
    return list_imported(found, arguments, notes)


LOGGED = Kind(
    "a dated log (.csv, .xlsx): a row per contact, who turned to whom, by name",
    "FILE",
    _contacts_options,
    _read_contacts,
)
