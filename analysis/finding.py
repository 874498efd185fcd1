"""What a page is told: numbers and sentences with their keys, and whom they rest on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import update_wrapper
from itertools import combinations
from typing import Concatenate, ParamSpec, TypedDict, TypeVar

from analysis.checks import NotEstimable

__all__ = ["Finding", "Number", "and_list", "estimable", "if_estimable", "smallest_group"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Number(TypedDict):
    """One recorded number, as `Results.number` takes it."""

    key: str
    value: object
    label: str
    people: Collection[str]


class Finding(TypedDict):
    """A sentence that a page opens with, and the keys of the recorded numbers it is made of."""

    key: str
    sentence: str
    numbers: list[str]


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


def smallest_group(groups: Iterable[Collection[str]]) -> frozenset[str]:
    """Return the smallest group of people that numbers about these groups can be brought back to.

    Two numbers side by side also tell of those who are in one group and not in the other.

    Examples
    --------
    >>> sorted(smallest_group([{"a", "b", "c"}, {"a", "b", "c", "d"}]))
    ['d']
    >>> sorted(smallest_group([set(), {"a", "b"}]))
    ['a', 'b']
    """
    known = list(dict.fromkeys(map(frozenset, groups)))
    apart = [one ^ other for one, other in combinations(known, 2)]
    return min((group for group in [*known, *apart] if group), key=len, default=frozenset())


def and_list(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> and_list(["one"]), and_list(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
