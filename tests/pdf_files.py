"""Small PDF files, written by hand so that tests know every letter's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_FONTS = {"Helvetica": "F1", "Helvetica-Bold": "F2"}


@dataclass(frozen=True)
class Words:
    """A piece of text on a page, from the lower left corner in points."""

    text: str
    y: float
    x: float = 72
    size: float = 10
    font: str = "Helvetica"


def paragraph(text: str, top: float, x: float = 72, size: float = 10) -> list[Words]:
    """Set lines, divided by line ends, one below the other."""
    return [
        Words(line, top - 1.2 * size * number, x, size)
        for number, line in enumerate(text.split("\n"))
    ]


def make_pdf(
    pages: Sequence[Sequence[Words]],
    *,
    title: str = "",
    picture: bool = False,
    labels: str = "",
) -> bytes:
    """Return a PDF file.

    Args:
        pages: with their text.
        title: in the file's properties.
        picture: puts a picture on every page.
        labels: a page label tree, as PDF writes it.
    """
    count = len(pages)
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(count))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {labels} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        f"<< /Title ({title}) >>",
        "<< /Font << "
        + " ".join(
            f"/{short} << /Type /Font /Subtype /Type1 /BaseFont /{name} "
            "/Encoding /WinAnsiEncoding >>"
            for name, short in _FONTS.items()
        )
        + " >> >>",
    ]
    for number, words in enumerate(pages):
        content = "\n".join(map(_shown, words)) + (_PICTURE if picture else "")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources 4 0 R "
            f"/Contents {6 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return _file(objects)


# One black point, drawn over a square of 100 points.
_PICTURE = "\nq 100 0 0 100 72 400 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q"


def _shown(words: Words) -> str:
    text = words.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    font = _FONTS[words.font]
    return f"BT /{font} {words.size} Tf {words.x} {words.y} Td ({text}) Tj ET"


def _file(objects: Sequence[str]) -> bytes:
    data = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{each}\nendobj\n".encode("cp1252")
    start = len(data)
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return data + (
        f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n"
        f"<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ).encode("ascii")
