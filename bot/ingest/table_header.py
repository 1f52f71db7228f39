"""Whether the first row of a table is its header."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST = 80  # characters of a column's name
# Numbers with signs, units and separators; dates and times.
_NUMBER = re.compile(
    r"[-+\u2212(±≈~<>≤≥$€£¥]*\s?\d[\d.,:/ '%‰()×^eE+\-–\u2212T]*"
    r"(?:[^\W\d]{1,4}|°C|°F|Ω)?[.%)]*"
)


def is_header(cells: Sequence[str]) -> bool:
    """Say whether cells name columns: short, different, and none of them a number.

    One column may be without a name, such as that of the rows' names.

    >>> is_header(["Resin", "Cure"]), is_header(["Epoxy", "165 °C"])
    (True, False)
    """
    names = [each.strip() for each in cells]
    while names and not names[-1]:
        names.pop()
    given = [each for each in names if each]
    return (
        bool(given)
        and len(names) - len(given) <= 1
        and len(set(given)) == len(given)
        and all(len(each) <= _LONGEST for each in given)
        and not any(map(_NUMBER.fullmatch, given))
    )
