"""Formulas of Word files on one line, so that no root, power or fraction is lost."""

from __future__ import annotations

from bot.ingest.office.package import Element

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_VALUE = f"{MATH}val"


def formula(element: Element) -> str:
    """Return a formula (`m:oMath`) or a part of one as it would be typed.

    Powers are written ``x^2``, indices ``x_1``, fractions ``a/b``, roots ``√(x)``,
    sums ``∑_(k=1)^n``, matrices ``[a, b; c, d]``.
    """
    kind = element.tag.rpartition("}")[2]
    if kind == "t":
        return element.text or ""
    if kind.endswith("Pr"):
        return ""
    write = _WRITERS.get(kind)
    return write(element) if write else "".join(map(formula, element))


def _fraction(element: Element) -> str:
    sign = " over " if _property(element, "type", "") == "noBar" else "/"
    return sign.join(_grouped(_part(element, each)) for each in ("num", "den"))


def _script(element: Element) -> str:
    base = _grouped(_part(element, "e"))
    return base + _scripts(element)


def _script_before(element: Element) -> str:
    return _scripts(element) + _grouped(_part(element, "e"))


def _sum(element: Element) -> str:
    sign = _property(element, "chr", "∫")
    return f"{sign}{_scripts(element)} {_part(element, 'e')}"


def _root(element: Element) -> str:
    return f"{_part(element, 'deg')}√({_part(element, 'e')})"


def _bracket(element: Element) -> str:
    inside = _property(element, "sepChr", "|").join(_parts(element, "e"))
    start = _property(element, "begChr", "(")
    return f"{start}{inside}{_property(element, 'endChr', ')')}"


def _accent(element: Element) -> str:
    return _part(element, "e") + _property(element, "chr", "\u0302")


def _function(element: Element) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _matrix(element: Element) -> str:
    rows = (", ".join(_parts(row, "e")) for row in element.iterfind(f"{MATH}mr"))
    return f"[{'; '.join(rows)}]"


def _equations(element: Element) -> str:
    return "; ".join(_parts(element, "e"))


_WRITERS = {
    "f": _fraction,
    "sSup": _script,
    "sSub": _script,
    "sSubSup": _script,
    "limLow": _script,
    "limUpp": _script,
    "sPre": _script_before,
    "nary": _sum,
    "rad": _root,
    "d": _bracket,
    "acc": _accent,
    "func": _function,
    "m": _matrix,
    "eqArr": _equations,
}


def _scripts(element: Element) -> str:
    """Return what stands below and above: indices, powers and limits."""
    below = "lim" if element.tag == f"{MATH}limLow" else "sub"
    above = "lim" if element.tag == f"{MATH}limUpp" else "sup"
    return _marked(element, below, "_") + _marked(element, above, "^")


def _parts(element: Element, name: str) -> list[str]:
    return [formula(each) for each in element.iterfind(f"{MATH}{name}")]


def _part(element: Element, name: str) -> str:
    return "".join(_parts(element, name))


def _marked(element: Element, name: str, mark: str) -> str:
    text = _part(element, name)
    return mark + _grouped(text) if text else ""


def _property(element: Element, name: str, usual: str) -> str:
    """Return a character or type that is set for a part of a formula."""
    for each in element.iterfind(f"*/{MATH}{name}"):
        return str(each.get(_VALUE, ""))
    return usual


def _grouped(text: str) -> str:
    return text if len(text) == 1 or text.isalnum() else f"({text})"
