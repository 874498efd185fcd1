"""Adjacency matrices, as the command imports them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

from analysis.importing.kinds.declared import highest_of
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.network_options import network_imported, network_options, relation_of
from analysis.importing.kinds.options import (
    blank_option,
    blanks_of,
    header_row_option,
    labels_of,
    labels_option,
    layout_of,
    layout_options,
    people_of,
)
from analysis.importing.lists.matrices import read_matrices
from analysis.tables.faults import Fault, raise_faults

__all__ = ["MATRIX"]


def _matrix_options(command: argparse.ArgumentParser) -> None:
    network_options(command)
    command.add_argument(
        "--is",
        dest="asked",
        action="append",
        metavar="RELATION:WAVE",
        help="what each matrix is, in order; else sheets and files named like `help 1` say it themselves",
    )
    command.add_argument(
        "--names",
        action=argparse.BooleanOptionalAction,
        help="whether first row and column hold names (default: as it looks)",
    )
    command.add_argument(
        "--all-asked",
        action="store_true",
        help="people with a column and no row were asked, and did not answer",
    )
    layout_options(command)
    header_row_option(command)
    blank_option(command)
    labels_option(command)


def _read_matrices(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    asked = []
    for text in arguments.asked or ():
        relation, _, wave = text.rpartition(":")
        if relation.strip() and re.fullmatch(r"[0-9]{1,9}", wave, re.ASCII):
            asked.append((int(wave), relation))
        else:
            faults.append(Fault("--is", repr(text), "a relation and a wave, as in help:1"))
    about = relation_of(arguments, relations)
    blank = blanks_of(arguments, list(dict.fromkeys([*relations, about])), faults)
    people, labels = people_of(arguments, faults), labels_of(arguments, faults)
    raise_faults(faults)
    network = read_matrices(
        arguments.files,
        asked=asked or None,
        labelled=arguments.names,
        only_wave=arguments.wave,
        only_relation=about,
        undirected=arguments.directed is False,
        blank=blank,
        layout=layout_of(arguments),
        people=people,
        words=labels,
        highest=highest_of(arguments),
        all_asked=arguments.all_asked,
    )
    return network_imported(network, arguments)


MATRIX = Kind(
    "adjacency matrices (.csv, .xlsx): rows send, columns receive",
    "FILE",
    _matrix_options,
    _read_matrices,
    many=True,
)
