"""What every room asks of its input, and the one error that means *the data cannot answer*."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

__all__ = ["NotEstimable", "require_count", "require_level", "require_one_of"]


class NotEstimable(ValueError):
    """The data cannot answer, though the question was well put.

    An estimator raises it when there is nothing to estimate from: no tie, no variation, too few people, a
    likelihood without a maximum. Whoever makes a page catches it, by name and around the fit alone, and says
    *not estimable* and the message. A wrong argument is a plain ``ValueError``: a mistake in the code.

    Examples
    --------
    >>> raise NotEstimable("found no tie; reciprocity needs at least one")
    Traceback (most recent call last):
    ...
    analysis.checks.NotEstimable: found no tie; reciprocity needs at least one
    """


def require_one_of(what: str, value: object, allowed: Iterable[object] | object) -> None:
    """Raise when a value is none of those allowed.

    Parameters
    ----------
    what : str
        Name of the argument.
    value : object
        What was given.
    allowed : iterable, or a Literal type
        What may be given; named in the message.

    Raises
    ------
    ValueError
        Naming the argument, what was found and what is allowed.

    Examples
    --------
    >>> require_one_of("kind", "median", ["mean", "sum"])
    Traceback (most recent call last):
    ...
    ValueError: kind is 'median'; allowed are 'mean', 'sum'
    """
    options = get_args(allowed) or tuple(allowed)  # type: ignore[arg-type]
    if value not in options:
        raise ValueError(f"{what} is {value!r}; allowed are {', '.join(map(repr, options))}")


def require_level(level: float) -> None:
    """Raise unless a confidence level lies between 0 and 1.

    Examples
    --------
    >>> require_level(95)
    Traceback (most recent call last):
    ...
    ValueError: found level 95; allowed: between 0 and 1
    """
    if not 0 < level < 1:
        raise ValueError(f"found level {level}; allowed: between 0 and 1")


def require_count(what: str, value: int, least: int = 1) -> None:
    """Raise unless a number of draws, people or waves is at least as large as it has to be.

    Examples
    --------
    >>> require_count("draws", 0)
    Traceback (most recent call last):
    ...
    ValueError: found 0 draws; allowed: at least 1
    """
    if value < least:
        raise ValueError(f"found {value} {what}; allowed: at least {least}")
