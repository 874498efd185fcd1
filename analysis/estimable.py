"""What the data cannot answer, carried to where a page says so.

`NotEstimable` is caught here and nowhere else: around an estimator, and around nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from analysis.checks import NotEstimable

__all__ = ["estimable", "if_estimable"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def estimable(fit: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R | NotEstimable:
    """Return what an estimator gives, or, where the data cannot answer, the `NotEstimable` that says why.

    Only the estimator itself is called inside, so that a mistake anywhere else stays a mistake.

    Examples
    --------
    >>> def share(part, whole):
    ...     if not whole:
    ...         raise NotEstimable("nobody was asked")
    ...     return part / whole
    >>> estimable(share, 1, 4)
    0.25
    >>> estimable(share, 0, 0)
    NotEstimable('nobody was asked')
    """
    try:
        return fit(*arguments, **options)
    except NotEstimable as reason:
        return reason


def if_estimable(
    function: Callable[Concatenate[T, P], R],
) -> Callable[Concatenate[T | NotEstimable, P], R | NotEstimable]:
    """Make a function of a result hand on a `NotEstimable` that it is given in place of the result.

    Examples
    --------
    >>> @if_estimable
    ... def in_words(share):
    ...     return f"{share:.0%}"
    >>> in_words(0.25), in_words(NotEstimable("nobody was asked"))
    ('25%', NotEstimable('nobody was asked'))
    """

    def handed_on(result: T | NotEstimable, /, *arguments: P.args, **options: P.kwargs) -> R | NotEstimable:
        if isinstance(result, NotEstimable):
            return result
        return function(result, *arguments, **options)

    return update_wrapper(handed_on, function)
