"""Says what must be quoted from the files, and where it stands in each.

The quotes were chosen by hand from sources/. Where each stands is told by programs
that the bot does not use: python-docx, python-pptx, openpyxl and poppler's pdftotext;
for text and HTML by a search in the file.
"""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import docx
import openpyxl
import pptx

HERE = Path(__file__).parent
# Topic: section, and words that stand there. Cells of a row stand beside each other.
QUOTES = {
    "paste": [
        ("Storage", "between 2 and 8 °C for six months at most."),
        ("Before printing", "Write the time of removal on the label."),
        ("Before printing", "Paste that was on the stencil never returns"),
        ("Limits by alloy", "Sn42Bi58 138 °C 6 hours"),
        ("Who decides", "Priya Nair of process engineering decides"),
    ],
    "underfill": [
        ("Purpose", "the corner bumps of a large die crack first."),
        ("Dispensing", "Voids appear under the die after curing."),
        ("Cure profiles", "UF-330 130 °C 45 minutes"),
        ("Inspection", "A void that is larger than one bump pitch fails the lot."),
    ],
    "gowning": [
        ("Gowning", "Boots last, pulled over the legs of the coverall."),
        ("Gowning", "Gloves are changed every two hours"),
        ("What stays outside", "Phones are allowed in a sealed pouch only"),
        ("Particle limits", "Corridor ISO 7 352,000"),
        ("Alarms", "Tomasz Lewandowski answers the alarm phone 4417 day and night."),
    ],
    "visitors": [
        ("Registration", "Late requests need the signature of the site manager"),
        ("At the gate", "return the badge before six in the evening."),
        ("Photographs", "the security desk keeps a copy for three years."),
        ("Parking", "East suppliers 3.80 m"),
    ],
    "warpage": [
        ("Why it matters", "Warpage lifts the corners of a package from the board"),
        ("Method", "at the liquidus of the solder"),
        ("Limits", "35 mm 1.0 mm 180 µm"),
        ("Records", "Results stay in the measurement archive for ten years."),
    ],
    "slides": [
        ("Where we stand", "Final test yield reached 97.4 percent in September."),
        ("Where we stand", "Lifted balls cause half of that loss."),
        ("Scrap by cause", "Broken wire 165 20 %"),
        ("Next steps", "Elena Petrova replaces the clamp of bonder seven"),
    ],
    "tracked": [
        ("Opening hours", "The stock room opens at half past seven on working days."),
        ("Opening hours", "Reels that were opened need a moisture card."),
    ],
    "handbook": [
        ("Starting up", "The furnace needs forty minutes until all ten zones"),
        ("Starting up", "Never open zone six above 200 °C."),
        ("Starting up", "Nitrogen flows at 25 litres per minute."),
        ("Shutting down", "Reflow 245 °C 255 °C"),
        ("Shutting down", "Samuel Adeyemi signs the furnace log"),
    ],
    "page": [
        (
            "Static electricity at the bench",
            "a bare die is harmed by less than one hundred.",
        ),
        ("Wrist straps", "resistance lies between 750 kilohms and 35 megohms"),
        ("Whom to ask", "Ines Carvalho trains newcomers on Wednesdays"),
    ],
    "report": [
        ("1 Moisture", "Epoxy molding compound takes up moisture from ordinary air"),
        ("2 Adhesion", "contamination from fingerprints cancels the effect"),
        ("4 Responsibility", "Olga Brandt keeps the reference samples"),
        ("5 Numbers", "MSL 5 48 hours 10 hours"),
    ],
    "parts": [
        ("Prices", "Gold wire 25 µm 1 Mar 2026 1,284.50 EUR 7.5%"),
        ("Shift plan", "Bonding Ivar Holm 14:30"),
        ("Shift plan", "Molding Kenji Mori 22:15"),
    ],
    "prices": [("", "Copper wire 20 µm 15 Apr 2026 96.00 EUR 12.0%")],
    "shifts": [("", "Molding Kenji Mori 22:15")],
    "dice": [("", "A7 Northfab 100"), ("", "B2 Eastwafer 250")],
    "saw": [("", "The dicing saw moves to hall four on 16 March")],
    "hoses": [("", "The chillers got new hoses on Tuesday; their pressure is 3.5 bar")],
    "air": [("Compressed air", "The compressor is serviced every 4,000 hours")],
}  # fmt: skip
Where = Iterator[tuple[str, str]]  # label of a place, and the text that stands there


def words(text: str) -> str:
    """Return a text as words alone, so that wrapping and separators do not matter."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text)))


def paragraphs(file: Path) -> Where:
    """Count what a reader sees of a Word file: paragraphs and rows with words."""
    document = docx.Document(str(file))
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    number = 0
    for element in document.element.body:
        if element.tag == f"{name}tbl":
            rows = element.iter(f"{name}tr")
        elif element.tag == f"{name}p":
            style = docx.text.paragraph.Paragraph(element, document).style.name
            boxes = element.iter(f"{name}txbxContent")
            rows = [element, *list(boxes)[:1]] if "toc" not in style.lower() else []
        else:
            rows = []
        for row in rows:
            in_row = row.iter(f"{name}p") if row.tag == f"{name}tr" else [row]
            boxed = set(row.iterfind(f".//{name}txbxContent//{name}t"))
            said = " ".join(
                "".join(t.text or "" for t in each.iter(f"{name}t") if t not in boxed)
                for each in in_row
            )
            if words(said):
                number += 1
                yield str(number), said


def slides(file: Path) -> Where:
    """Read the slides of a presentation."""
    for number, slide in enumerate(pptx.Presentation(str(file)).slides, start=1):
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield str(number), shape.text_frame.text
            elif shape.has_table:
                for row in shape.table.rows:
                    yield str(number), " ".join(cell.text for cell in row.cells)


def cells(file: Path) -> Where:
    """Read the rows of a workbook; their values are compared by the first cells."""
    for sheet in openpyxl.load_workbook(file):
        for row in sheet.iter_rows():
            filled = [each for each in row if each.value is not None]
            if filled:
                name = sheet.title if sheet.title.isalnum() else f"'{sheet.title}'"
                first, last = filled[0].coordinate, filled[-1].coordinate
                for merged in sheet.merged_cells.ranges:
                    if merged.min_row < row[0].row <= merged.max_row:
                        column = openpyxl.utils.get_column_letter(merged.min_col)
                        first = f"{column}{row[0].row}"
                yield (
                    f"{name}!{first}:{last}",
                    " ".join(str(each.value) for each in filled),
                )


def pages(file: Path) -> Where:
    """Read the pages of a PDF file."""
    for number in range(1, 6):
        done = subprocess.run(
            ["pdftotext", "-layout", "-f", f"{number}", "-l", f"{number}", file, "-"],  # noqa: S607 - wherever poppler is
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        yield str(number), re.sub(r"(?<=\w)-\n\s*(?=[a-z])", "", done.stdout)
        plain = subprocess.run(
            ["pdftotext", "-f", f"{number}", "-l", f"{number}", file, "-"],  # noqa: S607 - the same
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        yield str(number), re.sub(r"(?<=\w)-\n\s*(?=[a-z])", "", plain.stdout)


def lines(file: Path) -> Where:
    """Read the lines of a text, each with those behind it: a quote may be wrapped."""
    data = file.read_bytes()
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8")
    found = re.split(r"\r\n|\n", text)
    for number in range(len(found), 0, -1):  # the last that has it is where it begins
        yield str(number), " ".join(found[number - 1 : number + 4])


def anchors(file: Path) -> Where:
    """Read what stands under each heading of a page."""
    body = file.read_text("utf-8").split("<body>")[-1]
    pieces = re.split(r"<h[1-6][^>]*\bid=\"([^\"]*)\"[^>]*>", body)
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield name, re.sub(r"<[^>]*>", " ", text)


READERS: Mapping[str, tuple[str, Callable[[Path], Where]]] = {
    ".docx": ("paragraph", paragraphs),
    ".pptx": ("slide", slides),
    ".xlsx": ("cells", cells),
    ".pdf": ("page", pages),
    ".html": ("anchor", anchors),
    **dict.fromkeys((".md", ".txt", ".rst", ".adoc", ".csv", ".tsv"), ("line", lines)),
}


def place_of(file: Path, quote: str) -> tuple[str, str] | None:
    """Return kind and label of the first place that has the words."""
    if file.suffix not in READERS:
        return None
    kind, read = READERS[file.suffix]
    wanted = words(quote)
    for label, text in read(file):
        if wanted in words(text):
            return kind, label
    if kind == "cells":  # values are not what is displayed: the words of the row's name
        name = " ".join(quote.split()[:2])
        for label, text in read(file):
            if words(name) in words(text) or words(quote).split()[1] in words(text):
                return kind, label
    raise SystemExit(f"{file}: {quote!r} is nowhere")


def section_of(file: Path, section: str) -> str | None:
    """Return the section, None where no program can tell it from the file."""
    unknown = file.suffix in {".txt", ".tsv", ".csv"} or file.name == "handbook.pdf"
    return None if unknown else section


def expected() -> Iterator[dict[str, object]]:
    """Yield one object a quote and file."""
    for file in sorted(HERE.glob("*/*")):
        folder = file.parent.name
        if folder in {"sources", "scanner"} or file.suffix in {
            ".doc",
            ".zip",
            ".jsonl",
        }:
            continue
        for section, quote in QUOTES[file.stem]:
            if file.name == "handbook.pdf" and quote.split()[0] in {
                "Never",
                "Nitrogen",
            }:
                continue  # a narrow box beside the text: pdftotext mixes the two
            place = place_of(file, quote)
            yield {
                "document": f"{folder}/{file.name}",
                "quote": quote,
                "section": section_of(file, section)
                if file.suffix != ".xlsx" or section
                else file.stem,
                "place": place,
            }
    for name, member in (("topics", "paste.md"), ("topics", "underfill.md")):
        for section, quote in QUOTES[member.removesuffix(".md")]:
            yield {
                "document": f"zip/{name}.zip/{member}",
                "quote": quote,
                "section": section,
                "place": place_of(HERE / "text" / member, quote),
            }
    for topic, document in (
        ("gowning", "zip/mixed.zip/pack/gowning.docx"),
        ("paste", "mail/hoses.eml/paste.docx"),
    ):
        for section, quote in QUOTES[topic]:
            yield {
                "document": document,
                "quote": quote,
                "section": section,
                "place": place_of(HERE / f"pandoc/{topic}.docx", quote),
            }
    yield {
        "document": "gowning-3",
        "quote": QUOTES["gowning"][-1][1],
        "section": None,
        "place": None,
    }


rows = [json.dumps(each, ensure_ascii=False) + "\n" for each in expected()]
(HERE / "expected.jsonl").write_text("".join(rows), "utf-8")
