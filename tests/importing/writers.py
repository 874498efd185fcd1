"""A network written as a matrix, which the importers read, so that what was written can be read again."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from analysis.files import write_atomically
from analysis.importing.shared.network import ImportedNetwork
from analysis.tables.faults import Fault, raise_faults

__all__ = ["write_matrix_csv"]


def write_matrix_csv(network: ImportedNetwork, path: Path) -> None:
    """Write a network of one wave and relation as a matrix with names, NA in the rows of the silent.

    Raises
    ------
    InvalidInput
        When there is more than one wave or relation.
    """
    if len(network.asked) != 1:
        found = f"{len(network.asked)} waves and relations"
        raise_faults([Fault(path.name, found, "one, to be written as one matrix")])
    ties = zip(network.ties["sender_id"], network.ties["receiver_id"], network.ties["value"], strict=True)
    values = {(sender, receiver): repr(float(value)) for sender, receiver, value in ties}
    silent = set(network.nonresponse["actor_id"])
    text = io.StringIO()
    # All in quotation marks: a semicolon in a name would else be taken for what separates the cells.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["", *network.actors])
    for sender in network.actors:
        empty = "NA" if sender in silent else "0"
        writer.writerow([sender, *(values.get((sender, receiver), empty) for receiver in network.actors)])
    write_atomically(path, text.getvalue())
