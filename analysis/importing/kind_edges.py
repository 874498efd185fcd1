"""Lists of ties, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.edges import read_edges
from analysis.importing.kinds import Imported, Kind
from analysis.importing.network_options import network_imported, network_options, relation_of
from analysis.importing.options import (
    known_roster,
    layout_of,
    layout_options,
    people_of,
    table_options,
    wave_label_option,
    waves_of,
)
from analysis.importing.roster import check_dates, present
from analysis.tables.faults import Fault, raise_faults

__all__ = ["EDGES"]

_ENDS = ("sender", "receiver", "value", "wave", "relation")


def _edges_options(command: argparse.ArgumentParser) -> None:
    network_options(command)
    for name in _ENDS:
        several = name == "receiver"
        command.add_argument(
            f"--{name}-column",
            action="append" if several else "store",
            help=f"header of the {name}'s column, where it is not a usual one"
            + ("; given again for each further column of names" if several else ""),
        )
    command.add_argument(
        "--all-asked",
        action="store_true",
        help="everybody on the roster was asked: people without a row did not answer",
    )
    wave_label_option(command)
    command.add_argument("--split", metavar="SIGN", help="what parts several receivers in one cell")
    command.add_argument(
        "--combine", choices=("sum", "max", "count"), help="what becomes of several rows of one tie"
    )
    layout_options(command, "a value that is not known")
    table_options(command)


def _read_edges(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    columns = {name: getattr(arguments, f"{name}_column") for name in _ENDS}
    roster = known_roster(arguments, faults) if arguments.all_asked else None
    if arguments.all_asked and roster is None:
        faults.append(Fault("--all-asked", "no roster", "the list of those asked, with --roster"))
    raise_faults(faults, "nothing read")
    waves = waves_of(arguments)
    network = read_edges(
        arguments.files[0],
        **columns,
        everybody=None if roster is None else lambda wave: present(roster, wave, waves),
        only_wave=arguments.wave,
        only_relation=relation_of(arguments, relations),
        undirected=arguments.directed is False,
        split=arguments.split,
        combine=arguments.combine,
        layout=layout_of(arguments),
        people=people_of(arguments, faults),
    )
    if roster is not None:
        check_dates(arguments.files[0].name, roster, {wave for wave, _ in network.asked}, waves, faults)
    return network_imported(network, arguments)


EDGES = Kind("a list of ties (.csv, .xlsx): a row per tie", "FILE", _edges_options, _read_edges)
