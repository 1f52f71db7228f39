"""What a sentence gives as a value to be compared: a date, a number, Yes or No."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.questions.spans import spans
from bot.records import Evidence, Reading

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")
_DAY = re.compile(r"(?<![\d,.])(\d{1,2})(?:st|nd|rd|th)?(?![\d,.]*\d)")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_VAGUE = re.compile(r"early|late|mid|half|quarter|century|spring|summer|autumn|winter")
_FIGURE = re.compile(r"\d+(?:[,\u202f]\d{3})*(?:\.\d+)?")
_NUMBERS = dict(
    zip(
        """one two three four five six seven eight nine ten eleven twelve thirteen
        fourteen fifteen sixteen seventeen eighteen nineteen twenty""".split(),
        map(float, range(1, 21)),
        strict=True,
    )
)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT_SCALES = {"bn": "billion", "mn": "million", "tn": "trillion"}
_NAMES = {
    "$": "dollar", "us": "dollar", "usd": "dollar", "dollars": "dollar", "¥": "yen",
    "jpy": "yen", "€": "euro", "eur": "euro", "euros": "euro", "£": "pound",
    "pounds": "pound", "%": "percent", "nanometres": "nm", "nanometers": "nm",
    "micrometres": "um", "micrometers": "um", "µm": "um", "μm": "um", "microns": "um",
    "millimetres": "mm", "millimeters": "mm",
}  # fmt: skip
_UNIT = re.compile(r"[A-Za-zµμ%$€£¥°/]+")
_COMPARED = frozenset({"date", "number", "amount", "quantity"})
_CLOSE = 0.005  # share by which rounded figures may differ: 8.76 and 8.8 do, 5 and 6


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is written, and in a form that can be compared."""

    text: str
    date: tuple[int | None, int | None, int | None] | None = None  # year, month, day
    number: float | None = None
    unit: str = ""


def value_of(reading: Reading, evidence: Evidence) -> Value | None:
    """Read what a sentence gives as the answer, where that is one clear value."""
    short = evidence.short
    if short in {"Yes", "No"}:
        return Value(str(short))
    if short is None or reading.expects not in _COMPARED:
        return None
    if reading.expects == "date":
        return _date(short)
    return _number(short) if len(spans("quantity", short)) <= 1 else None


def values_in(reading: Reading, evidence: Evidence) -> list[Value]:
    """Read every value of the wanted kind that a sentence has."""
    text = evidence.sentence.text
    written = [text[start:end] for start, end in spans(reading.expects, text)]
    read = _date if reading.expects == "date" else _number
    return [value for each in written if (value := read(each)) is not None]


def agree(one: Value, other: Value) -> bool | None:
    """Say whether two values are the same; None where they cannot be compared.

    A coarser date agrees with a finer one inside it: 2021 with October 2021.
    """
    if one.date and other.date:
        pairs = [(a, b) for a, b in zip(one.date, other.date, strict=True) if a and b]
        return all(a == b for a, b in pairs) if pairs else None
    if one.number is not None and other.number is not None:
        if one.unit != other.unit:
            return None
        largest = max(abs(one.number), abs(other.number), 1e-9)
        return abs(one.number - other.number) <= _CLOSE * largest
    if {one.text, other.text} <= {"Yes", "No"}:
        return one.text == other.text
    return None


def _date(text: str) -> Value | None:
    iso = _ISO.search(text)
    if iso:
        return Value(text, (int(iso[1]), int(iso[2]), int(iso[3])))
    years, month = _YEAR.findall(text), _MONTH.search(text)
    if len(years) > 1 or _VAGUE.search(text.casefold()):
        return None
    day = _DAY.search(_YEAR.sub("", text))
    return Value(
        text,
        (
            int(years[0]) if years else None,
            _MONTHS.index(month[1].casefold()) + 1 if month else None,
            int(day[1]) if day and month else None,
        ),
    )


def _number(text: str) -> Value | None:
    figures = _FIGURE.findall(text)
    parts = [each.casefold() for each in _UNIT.findall(text)]
    if len(figures) > 1:
        return None  # a range, or a size in two directions
    words = [each for each in parts if each in _NUMBERS]
    if figures:
        number = float(re.sub("[,\u202f]", "", figures[0]))
    elif len(words) == 1:
        number = _NUMBERS[words[0]]
    else:
        return None
    units = []
    for part in parts:
        scale = _SHORT_SCALES.get(part, part)
        if scale in _SCALES:
            number *= _SCALES[scale]
        elif part not in _NUMBERS:
            units.append(_NAMES.get(part, part))
    return Value(text, number=number, unit=" ".join(dict.fromkeys(units)))
