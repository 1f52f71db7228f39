"""Numbers of a workbook as Excel displays them, by the format code of their cell.

Codes are those of ECMA-376, part 1, 18.8.30 and 18.8.31. Fractions, conditions and
calendars other than the Gregorian fall back to the plain number or date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import lru_cache

from bot.ingest.office.date_format import display_date

# Formats that a workbook names by number alone. 14 to 22 follow the reader's region,
# so that dates among them are shown as ISO 8601 has them.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "General", 13: "General", 14: "yyyy-mm-dd", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_LONGEST_CODE = 255  # characters, as Excel allows
_DIGITS = 15  # that Excel keeps of a number
_SHOWN = 10  # significant digits of a number without format
_TOKEN = re.compile(
    r"\"(?P<quoted>[^\"]*)\"|\\(?P<escaped>.)|(?P<space>_.)|\*.|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General)|(?P<power>[eE][+-])|(?P<sign>[0#?.,%/@])|(?P<other>.)",
    re.DOTALL,
)
_SECTIONS = re.compile(r"(?:\"[^\"]*\"|\\.|\[[^\]]*\]|[^;\"\\\[]|[\"\\\[])+|(?=;)|;")
_CURRENCY = re.compile(r"\$([^-\]]*)")
# What has letters of dates and is none.
_NO_DATE = re.compile(
    r"\"[^\"]*\"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]|General|[eE][+-]", re.IGNORECASE
)
_DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
_CONDITION = re.compile(r"\[[<>=]")
_PLACEHOLDERS = "0#?"
_WIDE = Context(prec=500)  # digits; no format rounds twice

Token = tuple[str, str]  # what it is, and what it says


def display(value: str, code: str, *, from_1904: bool = False) -> str:
    """Return a stored number as its cell shows it.

    Args:
        value: as the workbook stores it; what is no number is returned as it is.
        code: the format of the cell.
        from_1904: days are counted from 1904, as on old Macintoshes.

    >>> display("0.253", "0.0%"), display("45000", "d mmm yyyy")
    ('25.3%', '15 Mar 2023')
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 400:  # noqa: PLR2004 - of a double
        return value
    if code == "General" or len(code) > _LONGEST_CODE or _CONDITION.search(code):
        return plain_number(number)
    sections = _split(code)
    if _is_date(sections[0]):
        return display_date(number, sections[0], from_1904=from_1904) or plain_number(
            number
        )
    with localcontext(_WIDE):
        return _display_number(number, sections)


def plain_number(number: Decimal) -> str:
    """Return a number as a cell without format shows it.

    >>> plain_number(Decimal("0.30000000000000004")), plain_number(Decimal("1E+20"))
    ('0.3', '1E+20')
    """
    rounded = Context(prec=_SHOWN, rounding=ROUND_HALF_UP).plus(number)
    if number.adjusted() < _DIGITS and number == number.to_integral_value():
        return f"{number.quantize(Decimal(1)):f}"  # article numbers lose no digit
    if -5 <= rounded.adjusted() <= _SHOWN:  # noqa: PLR2004 - as Excel does
        text = f"{rounded:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, power = f"{rounded:E}".partition("E")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}E{int(power):+03d}"


@lru_cache(maxsize=1_000)  # a workbook has few formats and many cells
def _split(code: str) -> tuple[str, ...]:
    sections = [""]
    for piece in _SECTIONS.findall(code):
        if piece == ";":
            sections.append("")
        else:
            sections[-1] += piece
    return tuple(sections)


@lru_cache(maxsize=1_000)
def _is_date(section: str) -> bool:
    return bool(_DATE_SIGNS.search(_NO_DATE.sub("", section)))


def _display_number(number: Decimal, sections: Sequence[str]) -> str:
    """Choose the section for positive, negative and zero, and fill it."""
    number = Context(prec=_DIGITS, rounding=ROUND_HALF_UP).plus(number)
    index = (1 if number < 0 else 2) if number <= 0 else 0
    if number == 0 and len(sections) <= 2:  # noqa: PLR2004 - without one for zero
        index = 0
    if index >= len(sections):
        index = 0
    sign = "-" if number < 0 and index == 0 else ""
    tokens = _tokens(sections[index])
    if any(kind == "general" for kind, _ in tokens) or "/" in dict.fromkeys(
        text for kind, text in tokens if kind == "sign"
    ):
        text = plain_number(abs(number))
        shown = "".join(
            text if kind == "general" else each
            for kind, each in tokens
            if kind in {"general", "text"}
        )
        return sign + (shown if "general" in {kind for kind, _ in tokens} else text)
    if not any(kind == "sign" and each in _PLACEHOLDERS for kind, each in tokens):
        if any(kind == "sign" and each == "@" for kind, each in tokens):
            return sign + plain_number(abs(number))
        return "".join(each for kind, each in tokens if kind == "text").strip()
    return (sign + _filled(abs(number), tokens)).strip()


@lru_cache(maxsize=1_000)
def _tokens(section: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup
        text = match[kind] if kind else ""
        if kind == "bracket":
            currency = _CURRENCY.match(text)
            found.append(("text", currency[1] if currency else ""))
        elif kind == "space":
            found.append(("text", " "))
        elif kind in {"quoted", "escaped", "other"}:
            found.append(("text", text))
        elif kind:
            found.append((kind, text))
    return tuple(found)


def _filled(number: Decimal, tokens: Sequence[Token]) -> str:
    """Put the digits of a number that is not negative into their places."""
    power = next((i for i, (kind, _) in enumerate(tokens) if kind == "power"), None)
    if power is not None:
        return _scientific(number, tokens, power)
    texts = [text for kind, text in tokens if kind == "sign"]
    point = texts.index(".") if "." in texts else len(texts)
    number *= Decimal(100) ** texts.count("%")
    last = max((i for i in range(point) if texts[i] in _PLACEHOLDERS), default=-1)
    scale = sum(each == "," for each in texts[last + 1 : point])
    number = number.scaleb(-3 * scale)
    places = [each for each in texts[point:] if each in _PLACEHOLDERS]
    whole, _, part = f"{_rounded(number, len(places)):f}".partition(".")
    part = _without_zeros(part, places)
    grouped = "," in texts[: last + 1]
    before, after = _at_point(tokens)
    return _whole(whole, before, grouped=grouped) + _part(part, after)


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _without_zeros(part: str, places: list[str]) -> str:
    while part and places[len(part) - 1] != "0" and part[-1] == "0":
        part = part[:-1]
    return part


def _at_point(tokens: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    point = tokens.index(("sign", ".")) if ("sign", ".") in tokens else len(tokens)
    return tokens[:point], tokens[point:]


def _whole(digits: str, tokens: Sequence[Token], *, grouped: bool) -> str:
    """Fill the places before the point from the right; the first takes the rest."""
    digits = digits.lstrip("0")
    left = sum(kind == "sign" and text in _PLACEHOLDERS for kind, text in tokens)
    pieces: list[str] = []
    count = 0
    for kind, text in reversed(tokens):
        if kind != "sign" or text == "%":
            pieces.append(text)
        elif text in _PLACEHOLDERS:
            left -= 1
            take = max(len(digits), 1) if left == 0 else 1
            for _ in range(take):
                digit, digits = digits[-1:], digits[:-1]
                digit = digit or ("0" if text == "0" else "")
                if digit and grouped and count and count % 3 == 0:
                    pieces.append(",")
                count += bool(digit)
                pieces.append(digit)
    return "".join(reversed(pieces))


def _part(digits: str, tokens: Sequence[Token]) -> str:
    """Fill the places behind the point from the left."""
    pieces = []
    for kind, text in tokens:
        if kind != "sign" or text == "%":
            pieces.append(text)
        elif text == "." and (digits or tuple(tokens[1:2]) == (("sign", "0"),)):
            pieces.append(".")
        elif text in _PLACEHOLDERS:
            digit, digits = digits[:1], digits[1:]
            pieces.append(digit)
    return "".join(pieces)


def _scientific(number: Decimal, tokens: Sequence[Token], power: int) -> str:
    before, after = tokens[:power], tokens[power + 1 :]
    whole, _ = _at_point(before)
    step = max(1, sum(text in _PLACEHOLDERS for kind, text in whole if kind == "sign"))
    exponent = 0 if number == 0 else number.adjusted() // step * step
    places = sum(text in _PLACEHOLDERS for kind, text in before if kind == "sign")
    places -= sum(text in _PLACEHOLDERS for kind, text in whole if kind == "sign")
    mantissa = _rounded(number.scaleb(-exponent), places)
    if mantissa.adjusted() >= step:
        exponent += step
        mantissa = _rounded(number.scaleb(-exponent), places)
    width = sum(text in _PLACEHOLDERS for kind, text in after if kind == "sign")
    sign = "-" if exponent < 0 else tokens[power][1][1].replace("-", "")
    rest = "".join(text for kind, text in after if kind == "text")
    return f"{_filled(mantissa, before)}E{sign}{abs(exponent):0{width}d}{rest}"
