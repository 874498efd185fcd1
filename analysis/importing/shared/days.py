"""Days and times as people write them; whether the day or the month stands first is said, never guessed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from analysis.tables.faults import Fault

__all__ = ["WITHOUT_YEAR", "DayOrder", "read_moment", "without_zone"]

DayOrder = Literal["day-first", "month-first", "serial"]

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_WORD = r"(?P<word>[A-Za-z]{3,9})\.?"
_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})"),
    re.compile(rf"(?P<day>[0-9]{{1,2}})(st|nd|rd|th)?\.?[ -]{_WORD},?[ -](?P<year>[0-9]{{4}})"),
    re.compile(rf"{_WORD} (?P<day>[0-9]{{1,2}})(st|nd|rd|th)?,? (?P<year>[0-9]{{4}})"),
    # What a spreadsheet writes into a CSV file.
    re.compile(rf"(?P<day>[0-9]{{1,2}})(?P<sign>[ -]){_WORD}(?P=sign)(?P<year>[0-9]{{2}})"),
)
"""Forms of a day in which nothing can be taken for something else."""
_LAST_OF_TWO = 50
_MONTH = rf"(?:{'|'.join(name[:3] for name in _MONTHS)})[a-z]*\.?"
WITHOUT_YEAR = re.compile(
    rf"[0-9]{{1,2}}[-/.][0-9]{{1,2}}\.?|[0-9]{{1,2}}\.?[ -]{_MONTH}|{_MONTH}[ -][0-9]{{1,2}}", re.IGNORECASE
)
"""A day and a month alone."""
_ZONE = re.compile(
    r"(:[0-9]{2}(?:\.[0-9]+)?(?: ?[AaPp]\.?[Mm]\.?)?) ?"
    r"(?:(?:GMT|UTC)?[+-][0-9]{1,2}(?::?[0-9]{2})?|Z|UTC|GMT)(?: \([A-Za-z ]+\))?\Z"
)
_SERIAL = re.compile(r"(?P<days>[2-6][0-9]{4})(\.[0-9]+)?")
_FIRST_SERIAL = datetime(1899, 12, 30)
"""The day that spreadsheets count from."""
_NUMBERS = re.compile(
    r"(?P<one>[0-9]{1,2})(?P<sign>[-/.])(?P<other>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4}|[0-9]{2})"
)
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.[0-9]+)?)?"
    r"( ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +", re.IGNORECASE)


def read_moment(
    text: str,
    order: DayOrder | None,
    where: tuple[str, int | None, str | None],
    faults: list[Fault],
    *,
    time_of_day: bool = False,
) -> str | None:
    """Return a day, or a day with its time, as tables hold it; or None and a fault.

    Parameters
    ----------
    text : str
        `2024-10-05`, `2024/10/5`, `5 October 2024`, `Oct 5, 2024`; or `05/10/2024`, `5.10.24` where `order`
        says what stands first. Two digits of a year are of this century, up to 2050: any other needs four.
        A weekday before it is passed over. A time follows after a space or a T: `14:30`, `14:30:05`,
        `2:30 PM`.
    order : {"day-first", "month-first", "serial"} or None
        What a day of three numbers begins with; None: nobody has said, which such a day needs. Serial: whole
        numbers are days as a spreadsheet counts them (45570 is 2024-10-05).
    where : (str, int or None, str or None)
        File, line and column, for the fault.
    faults : list of Fault
        A fault is appended for what is no day, and for a time zone.
    time_of_day : bool
        Whether the time is kept; else it is passed over, and the day remains.

    Examples
    --------
    >>> read_moment("10/01/2024 2:30 pm", "month-first", ("log.csv", 2, "Date"), [], time_of_day=True)
    '2024-10-01T14:30'
    >>> read_moment("1 Oct 2024", None, ("log.csv", 2, "Date"), [])
    '2024-10-01'
    """
    file, row, column = where
    written = _WEEKDAY.sub("", " ".join(text.split()), count=1)
    day, rest = _parted(written)
    fit = next(filter(None, (form.fullmatch(day) for form in _FORMS)), None)
    numbers = _NUMBERS.fullmatch(day)
    serial = _SERIAL.fullmatch(written)
    if serial and order == "serial":
        return f"{_FIRST_SERIAL + timedelta(days=int(serial['days'])):%Y-%m-%d}"
    order = None if order == "serial" else order
    if fit is None and numbers is not None and order is None:
        allowed = "a day of which is said what stands first"
        hint = "say --dates day-first or --dates month-first"
        if max(int(numbers["one"]), int(numbers["other"])) > 12:
            first = "day-first" if int(numbers["one"]) > 12 else "month-first"
            hint = f"say --dates {first}, if all days are written like this one"
        faults.append(Fault(file, repr(text), allowed, row, column, hint))
        return None
    moment = _moment(fit.groupdict() if fit else _in_order(numbers, order), rest if time_of_day else "")
    if moment is None:
        allowed = "a day, as in 2024-10-05 or 5 October 2024"
        allowed += ", with a time (14:30, without a zone) or without" if time_of_day else ""
        hint = f"days are read {order}" if numbers is not None and order else ""
        if numbers is not None and len(numbers["year"]) == 2 and int(numbers["year"]) > _LAST_OF_TWO:
            hint = "write the year with four digits"
        if without_zone(written) != written:
            hint = "say --zones as-written, if times count as they stand, whatever their zone"
        hint = "it has no year: write one" if WITHOUT_YEAR.fullmatch(written) else hint
        if serial:
            meant = f"{_FIRST_SERIAL + timedelta(days=int(serial['days'])):%Y-%m-%d}"
            hint = f"if it is a day as a spreadsheet counts them ({meant}), say --dates serial"
        faults.append(Fault(file, repr(text) if text else "an empty cell", allowed, row, column, hint))
        return None
    if not time_of_day or not rest:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}" if moment.second else f"{moment:%Y-%m-%dT%H:%M}"


def without_zone(text: str) -> str:
    """Return a time as it stands, without the zone behind it.

    Examples
    --------
    >>> without_zone("2024-10-05T14:30:05+02:00")
    '2024-10-05T14:30:05'
    """
    return _ZONE.sub(r"\1", text.strip())


def _parted(written: str) -> tuple[str, str]:
    """Return the day and the time after it."""
    clock = re.search(r"(?<=[0-9])(,? |T)(?=[0-9]{1,2}:[0-9]{2})", written)
    return (written[: clock.start()], written[clock.end() :]) if clock else (written, "")


def _in_order(numbers: re.Match[str] | None, order: DayOrder | None) -> dict[str, str | None]:
    if numbers is None:
        return {}
    day, month = ("one", "other") if order == "day-first" else ("other", "one")
    year = numbers["year"] if len(numbers["year"]) == 4 else f"20{numbers['year']}"
    if len(numbers["year"]) == 2 and int(numbers["year"]) > _LAST_OF_TWO:
        return {}
    return {"year": year, "month": numbers[month], "day": numbers[day]}


def _moment(parts: dict[str, str | None], time: str) -> datetime | None:
    word = (parts.get("word") or "").casefold()
    month = int(parts.get("month") or 0)
    if word:
        meant = (place for place, name in enumerate(_MONTHS, 1) if word in (name, name[:3], name[:4]))
        month = next(meant, 0)
    clock = _TIME.fullmatch(time) if time else None
    if not parts or (time and clock is None):
        return None
    hour = int(clock["hour"]) if clock else 0
    if clock and clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (clock["half"] in "Pp")
    minute, second = (int(clock[name] or 0) if clock else 0 for name in ("minute", "second"))
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        year = 2000 + year if year <= _LAST_OF_TWO else 0
    try:
        return datetime(year, month, int(parts["day"] or 0), hour, minute, second)
    except ValueError:
        return None
