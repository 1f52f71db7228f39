"""Dates and times of a workbook as Excel displays them, by the format code."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

_TOKEN = re.compile(
    r"\"(?P<quoted>[^\"]*)\"|\\(?P<escaped>.)|_.|\*.|\[(?P<elapsed>h+|m+|s+)\]"
    r"|\[[^\]]*\]|(?P<half>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+)|\.(?P<fraction>0+)"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = (
    "January February March April May June July August September October November "
    "December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_LEAP = 60  # Excel counts a 29 February 1900, which never was
_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zones
_FIRST_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - the same
_LAST = Decimal(2_958_466)  # 1 January 10000
_DAY = 86_400  # seconds
_NOON = 12
_MOST_DIGITS = 3  # of a second
_SHORT, _LONG = 3, 4  # letters that ask for a name, shortened or whole


def display_date(number: Decimal, code: str, *, from_1904: bool) -> str | None:
    """Return a day count as a date; None where a workbook has no such date.

    Args:
        number: days, with the time of the day as a fraction.
        code: section of a format that has signs for dates.
        from_1904: days are counted from 1904.
    """
    if not 0 <= number < _LAST:
        return None
    tokens = [
        (match.lastgroup or "", match[match.lastgroup] if match.lastgroup else "")
        for match in _TOKEN.finditer(code)
    ]
    digits = min(
        _MOST_DIGITS,
        max((len(text) for kind, text in tokens if kind == "fraction"), default=0),
    )
    seconds = round(number * _DAY, digits)
    start = _FIRST_1904 if from_1904 else _FIRST
    early = not from_1904 and number < _LEAP
    moment = start + timedelta(days=int(early), milliseconds=int(seconds * 1000))
    halved = any(kind == "half" for kind, _ in tokens)
    pieces = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "date":
            unit = text.lower()
            if unit[0] == "m" and _is_minute(tokens, index):
                pieces.append(f"{moment.minute:0{min(len(unit), 2)}d}")
            else:
                pieces.append(_unit(moment, unit, halved=halved))
        elif kind == "elapsed":
            size = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
            pieces.append(f"{int(seconds // size):0{len(text)}d}")
        elif kind == "half":
            name = "PM" if moment.hour >= _NOON else "AM"
            pieces.append(name if len(text) > _SHORT else name[0])
        elif kind == "fraction":
            pieces.append(f".{moment.microsecond:06d}"[: len(text) + 1])
        elif text not in "@;":
            pieces.append(text)
    return "".join(pieces).strip()


def _is_minute(tokens: list[tuple[str, str]], index: int) -> bool:
    """An m is minutes behind hours and before seconds."""
    times = [
        text[0].lower() if kind in {"date", "elapsed"} else "" for kind, text in tokens
    ]
    before = next((each for each in reversed(times[:index]) if each), "")
    after = next((each for each in times[index + 1 :] if each), "")
    return len(tokens[index][1]) < _SHORT and (before == "h" or after == "s")


def _unit(moment: datetime, unit: str, *, halved: bool) -> str:
    letter, size = unit[0], len(unit)
    if letter == "y":
        return f"{moment.year:04d}" if size >= _SHORT else f"{moment.year % 100:02d}"
    if letter in "md" and size >= _SHORT:
        name = _MONTHS[moment.month - 1] if letter == "m" else _DAYS[moment.weekday()]
        if letter == "m" and size > _LONG:
            return name[0]
        return name if size >= _LONG else name[:_SHORT]
    hour = (moment.hour + 11) % _NOON + 1 if halved else moment.hour
    values = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}
    return f"{values[letter]:0{min(size, 2)}d}"
