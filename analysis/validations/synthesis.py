"""Power of what a network may ask, over sizes and non-response, and of four invented networks.

`make validate` writes `notebooks/synthesis/results/validation.json`, which is committed; the page on what to
collect draws it, and computes the same for a reader's own numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.checks import NotEstimable
from analysis.files import STUDIES
from analysis.validations.planning import EFFECTS, QUANTITIES, Design, power
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["INVENTED", "main", "power_rows"]

OUT = STUDIES / "synthesis/results/validation.json"

INVENTED: dict[str, dict[str, int | float]] = {
    "a pilot": {"members": 8, "schools": 2, "answered": 0.6},
    "five schools": {"members": 21, "schools": 5, "answered": 0.85},
    "eight schools": {"members": 60, "schools": 8, "answered": 0.75},
    "a region": {"members": 200, "schools": 30, "answered": 0.7},
}
"""Four networks that nobody has; the first is too small."""

_PER_SCHOOL = 6
# The interval of an activity and the draws of a null model cost most.
_SHARE_OF_REPLICATES = {"activity": 0.25, "closure cascade": 0.5}


def power_rows(design: Design, *, replicates: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield for each quantity and effect how often it is found, or why nothing can be said.

    Yields
    ------
    dict
        ``quantity``, ``effect``, ``found``, ``error``; or ``quantity`` and ``why``.
    """
    for quantity in QUANTITIES:
        own = max(1, round(replicates * _SHARE_OF_REPLICATES.get(quantity, 1.0)))
        try:
            found = power(design, quantity, [0.0, *EFFECTS[quantity]], replicates=own, seed=seed)
        except NotEstimable as reason:
            yield {"quantity": quantity, "why": str(reason)}
            continue
        for row in found.reset_index().to_dict("records"):
            yield {"quantity": quantity, **{str(name): value for name, value in row.items()}}


def _of(named: Mapping[str, Any], design: Design, replicates: int, seed: int) -> list[dict[str, Any]]:
    print(", ".join(f"{name} {value}" for name, value in named.items()), file=sys.stderr, flush=True)
    return [{**named, **row} for row in power_rows(design, replicates=replicates, seed=seed)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the page and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "synthesis",
        main.__doc__,
        OUT,
        arguments,
        replicates=(400, "networks drawn"),
        seed=(20260901, "starts them"),
        members=([12, 24, 48, 96], "sizes tried"),
        answered=([0.9, 0.75, 0.6], "shares tried"),
    )
    grid = [
        row
        for members in chosen.members
        for answered in chosen.answered
        for row in _of(
            {"members": members, "answered": answered},
            Design(members, max(1, members // _PER_SCHOOL), answered),
            chosen.replicates,
            chosen.seed,
        )
    ]
    invented = [
        row
        for name, given in INVENTED.items()
        for row in _of(
            {"network": name},
            Design(int(given["members"]), int(given["schools"]), given["answered"]),
            chosen.replicates,
            chosen.seed,
        )
    ]
    record = {
        "replicates": chosen.replicates,
        "seed": chosen.seed,
        "per_school": _PER_SCHOOL,
        **made_with("numpy", "pandas", "scipy"),
        "power": grid,
        "invented": invented,
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
