"""Lists of ties, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.kinds.declared import highest_of, questions_of
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.network_options import network_imported, network_options, relation_of
from analysis.importing.kinds.options import (
    Joined,
    blank_option,
    blanks_of,
    known_roster,
    labels_of,
    labels_option,
    layout_of,
    layout_options,
    people_of,
    split_option,
    table_options,
    wave_label_option,
    waves_of,
)
from analysis.importing.lists.edge_list import read_edges
from analysis.importing.lists.roster_survey import check_dates, present
from analysis.privacy.names import fold
from analysis.tables.faults import Fault, raise_faults

__all__ = ["EDGES"]

_ENDS = ("sender", "receiver", "value", "wave", "relation")


def _edges_options(command: argparse.ArgumentParser) -> None:
    network_options(command)
    for name in _ENDS:
        several = name in ("receiver", "value")
        again = {
            "sender": "; given again where first and last name stand in two",
            "receiver": "; given again for each further column of names",
            "value": "; given again where several columns are a relation each, of that name or question",
        }
        command.add_argument(
            f"--{name}-column",
            action="append" if several else Joined if name == "sender" else "store",
            help=f"header of the {name}'s column, where it is not a usual one" + again.get(name, ""),
        )
    command.add_argument(
        "--all-asked",
        action="store_true",
        help="everybody on the roster was asked: people without a row did not answer",
    )
    wave_label_option(command)
    split_option(command, "receivers, or relations,")
    command.add_argument(
        "--strength-column",
        action="append",
        default=[],
        help="header of how strong the tie to a name is: one for each column of names, in their order",
    )
    command.add_argument(
        "--nobody", default="", help='what people write who name nobody, as in "none,no one": an answer'
    )
    command.add_argument(
        "--combine", choices=("sum", "max", "count"), help="what becomes of several rows of one tie"
    )
    layout_options(command, "a value that is not known")
    blank_option(command)
    labels_option(command)
    table_options(command)


def _read_edges(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    columns = {name: getattr(arguments, f"{name}_column") for name in _ENDS}
    told = columns.pop("value") or []
    columns["value"] = told[0] if len(told) == 1 else None
    values = _relations_of(told, arguments) if len(told) > 1 else None
    blank = blanks_of(arguments, [*relations, *(values or {}).values()], faults)
    roster = known_roster(arguments, faults) if arguments.all_asked else None
    if arguments.all_asked and roster is None:
        faults.append(Fault("--all-asked", "no roster", "the list of those asked, with --roster"))
    labels = labels_of(arguments, faults)
    people, waves = people_of(arguments, faults), waves_of(arguments)
    strengths, receivers = arguments.strength_column, arguments.receiver_column or [""]
    if strengths and (len(strengths) != len(receivers) or told or arguments.split):
        allowed = "one for each --receiver-column, without --value-column and --split"
        faults.append(Fault("--strength-column", f"{len(strengths)} of {len(receivers)}", allowed))
    raise_faults(faults, "nothing read")
    network = read_edges(
        arguments.files[0],
        **columns,
        values=values,
        blank=blank,
        labels=labels,
        everybody=None if roster is None else lambda wave: present(roster, wave, waves),
        only_wave=arguments.wave,
        only_relation=relation_of(arguments, relations),
        undirected=arguments.directed is False,
        split=arguments.split,
        nobody=[word.strip() for word in arguments.nobody.split(",") if word.strip()],
        strength=strengths,
        highest=highest_of(arguments),
        combine=arguments.combine,
        layout=layout_of(arguments),
        people=people,
    )
    if roster is not None:
        check_dates(arguments.files[0].name, roster, {wave for wave, _ in network.asked}, waves, faults)
    return network_imported(network, arguments)


def _relations_of(headers: Sequence[str], arguments: argparse.Namespace) -> dict[str, str]:
    """Return the relation each column of values is of: the one of that name or question, else its own."""
    known = {fold(question): name for question, name in questions_of(arguments).items()}
    known |= {fold(name): name for name in known.values()}
    return {header: known.get(fold(header), header) for header in headers}


EDGES = Kind("a list of ties (.csv, .xlsx): a row per tie", "FILE", _edges_options, _read_edges)
