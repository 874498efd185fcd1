"""Whether a sentence says nothing but what was recorded."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["numerals_not_recorded"]

_NUMERAL = re.compile(
    r"(?P<below><\s?)?(?<![\w.])(?P<sign>[−-])?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<percent>\s?%|\s?per cent)?"
)
_NAMED = re.compile(r"\d+(?:\.\d+)?")


def numerals_not_recorded(
    sentence: str, values: Sequence[Any], words: Sequence[str] = (), *, digits: int | None = None
) -> list[str]:
    """Return every numeral of a sentence that is none of the recorded numbers it names.

    Parameters
    ----------
    sentence : str
        Numbers in words (*two*, *a third*) are free.
    values : sequence
        The recorded numbers and texts.
    words : sequence of str
        Labels and captions they were recorded with: a numeral that stands there (*wave 3*) may be repeated.
    digits : int, optional
        Significant digits that values not whole were rounded to before they were recorded.

    Returns
    -------
    list of str
        In order of the sentence. A numeral is a value when the value rounds to it: to as many decimals, as
        a percentage, without its sign (*fell by 0.2*), or, after ``<``, when it lies below.

    Examples
    --------
    >>> numerals_not_recorded("Ties rose from 77 to 170; 82 % answered.", [77, 170, 27 / 33])
    []
    >>> numerals_not_recorded("Ties rose from 78 to 170 (p < 0.001).", [77, 170, 0.0005])
    ['78']
    >>> numerals_not_recorded("In wave 3 a third is returned.", [0.329], ["help, 3, edgewise"])
    []
    """
    named = {
        found
        for text in (*words, *(v for v in values if isinstance(v, str)))
        for found in _NAMED.findall(text)
    }
    numbers = [
        float(value) for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    return [
        found.group().strip()
        for found in _NUMERAL.finditer(sentence)
        if found["digits"] not in named
        and not any(_is(found.groupdict(), number, digits) for number in numbers)
    ]


def _is(numeral: Mapping[str, str | None], number: float, digits: int | None) -> bool:
    text = str(numeral["digits"]).replace(",", "")
    told = float(text)
    factor = 100 if numeral["percent"] else 1
    if numeral["below"] and 0 <= number * factor < told:
        return True
    if numeral["sign"] and number > 0:
        return False
    decimals = len(text.partition(".")[2])
    # What was rounded before may round the other way when it is rounded again.
    before = 0.0
    if digits and number and number != round(number):
        before = 0.5 * 10.0 ** (math.floor(math.log10(abs(number))) + 1 - digits)
    half = 0.5 * 10.0**-decimals
    return abs(told - abs(number) * factor) <= half * (1 + 1e-9) + before * factor
