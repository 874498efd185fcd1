"""What every validation is told, and what it writes: counts, their bands, and the code that gave them."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from scipy.stats import binom

from analysis.files import code_digest, write_atomically

__all__ = ["banded", "made_with", "outside", "settings_of", "write_record"]


def banded(held: int, twins: int, chance: float) -> dict[str, Any]:
    """Return a count beside the 99 % band of the binomial distribution.

    Returns
    -------
    dict
        ``twins``, ``held``, ``share`` (None of no twin), ``least``, ``most``.

    Examples
    --------
    >>> banded(187, 200, 0.95)
    {'twins': 200, 'held': 187, 'share': 0.935, 'least': 181, 'most': 197}
    """
    return {
        "twins": twins,
        "held": held,
        "share": held / twins if twins else None,
        "least": int(binom.ppf(0.005, twins, chance)),
        "most": int(binom.ppf(0.995, twins, chance)),
    }


def outside(covered: pd.DataFrame) -> int:
    """Return how many rows' ``held`` lies outside their band.

    Examples
    --------
    >>> outside(pd.DataFrame({"held": [90, 190], "least": [181, 181], "most": [197, 197]}))
    1
    """
    return int((~covered["held"].between(covered["least"], covered["most"])).sum())


def settings_of(
    module: str,
    told: str | None,
    out: Path,
    arguments: Sequence[str] | None = None,
    **options: tuple[Any, str],
) -> argparse.Namespace:
    """Return what a validation is run with: what was typed, or the settings of the committed results.

    Parameters
    ----------
    module : str
        Its name in this room.
    told : str or None
        What it does.
    out : Path
        Where the committed results are; another path can be typed.
    arguments : sequence of str, optional
        By default what was typed.
    **options : tuple of a default and its words
        A default is a number, a list of them, or None: as many as there are cores.

    Examples
    --------
    >>> settings_of("imports", None, Path("a.json"), ["--seed", "2"], seed=(1, "starts them")).seed
    2
    """
    parser = argparse.ArgumentParser(prog=f"python -m analysis.validations.{module}", description=told)
    parser.add_argument("--out", type=Path, default=out, help="file to write (default: the committed one)")
    for name, (default, words) in options.items():
        several = isinstance(default, list)
        kind = type(default[0]) if several else int
        told_default = "as many as there are cores" if default is None else "%(default)s"
        parser.add_argument(
            f"--{name}",
            type=kind,
            nargs="+" if several else None,
            default=default,
            help=f"{words} (default: {told_default})",
        )
    return parser.parse_args(arguments)


def made_with(*packages: str) -> dict[str, Any]:
    """Return the digest of this code, and the versions of Python and of the packages named."""
    versions = {"python": platform.python_version(), **{name: version(name) for name in packages}}
    return {"analysis_sha256": code_digest(), "versions": versions}


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write the results of a validation, whole or not at all, and say so.

    Raises
    ------
    ValueError
        For a number that is not finite.
    """
    write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    print(f"{path.name} written")
