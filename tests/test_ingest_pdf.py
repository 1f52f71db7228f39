"""PDF files: the text that is printed, in order, with pages and headings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest import pdf
from bot.ingest.documents import Skipped, UnusableError
from bot.ingest.pdf_lines import SOFT_HYPHEN, Line
from bot.ingest.pdf_words import Joiner
from bot.ingest.registry import read_documents
from bot.places import find_place
from bot.records import Document
from tests.pdf_files import Words, make_pdf, paragraph

LIMITS = CorpusConfig()
BODY = (
    "The tug pulls large ships through the narrow channel\n"
    "of the harbour. It was built in 1987 and is still\n"
    "the strongest of the fleet."
)


def read(data: bytes) -> Document:
    """Read a file that holds nothing that must be left out."""
    (document,) = pdf.read("tug.pdf", data, LIMITS)
    assert isinstance(document, Document)
    return document


def said(document: Document) -> list[str]:
    """Return what the blocks say."""
    return [document.text[each.start : each.end] for each in document.blocks]


def test_the_program_reads_a_pdf_whatever_its_name() -> None:
    data = make_pdf([paragraph(BODY, 700)])

    for name in ("a/tug.pdf", "tug.txt", "tug"):
        (document,) = read_documents(name, b"mail junk\n" + data, LIMITS)
        assert isinstance(document, Document)
        assert said(document) == [BODY.replace("\n", " ")]


def test_a_file_that_is_only_named_pdf_is_refused() -> None:
    with pytest.raises(DocumentRefusedError, match="what it holds is not a PDF file"):
        read_documents("a.pdf", b"Just words.", LIMITS)


def test_lines_become_paragraphs_and_larger_lines_headings() -> None:
    page = [
        Words("Tugs", 760, size=18),
        Words("Engines", 720, size=13),
        *paragraph(BODY, 700),
        Words("Crew", 640, font="Helvetica-Bold"),
        *paragraph("Ida Berg is the master of the tug and has\nworked for us.", 620),
    ]

    document = read(make_pdf([page]))

    assert said(document) == [
        BODY.replace("\n", " "),
        "Ida Berg is the master of the tug and has worked for us.",
    ]
    assert [document.sections[each.section].path for each in document.blocks] == [
        ("Tugs", "Engines"),
        ("Tugs", "Engines", "Crew"),
    ]
    assert document.info.title == "Tugs"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The fleet", "The fleet"),
        ("", "tug"),
        ("Microsoft Word - tug.docx", "tug"),
        ("untitled", "tug"),
    ],
)
def test_the_title_is_the_authors_not_the_programs(title: str, expected: str) -> None:
    document = read(make_pdf([paragraph(BODY, 700)], title=title))

    assert document.info.title == expected


def test_every_page_is_a_place_and_a_sentence_runs_over_its_end() -> None:
    first, second = BODY.split("built")
    pages = [paragraph(f"{first}built", 700), paragraph(second.strip(), 700)]

    document = read(make_pdf(pages))

    assert said(document) == [BODY.replace("\n", " ")]
    for word, page in (("tug", "1"), ("built", "1"), ("1987", "2"), ("fleet", "2")):
        place = find_place(document.places, document.text, document.text.index(word))
        assert place is not None
        assert (place.kind, place.label) == ("page", page)


def test_a_page_is_called_what_a_reader_shows() -> None:
    labels = "/PageLabels << /Nums [0 << /S /r >> 1 << /S /D >>] >>"
    pages = [paragraph(f"{BODY}\nPart {each}.", 700) for each in "ab"]

    document = read(make_pdf(pages, labels=labels))

    assert [each.label for each in document.places] == ["i", "1"]


def test_running_headers_footers_and_page_numbers_are_dropped() -> None:
    pages = [
        [
            Words(f"Fleet report 2025, part {number}", 800),
            Words(f"Chapter{number}", 785),
            Words(str(number), 785, x=400),
            *paragraph(f"{BODY}\nTug number {number} of seven is the one meant.", 700),
            Words(f"Page {number} of 4", 40, x=280),
        ]
        for number in range(1, 5)
    ]

    text = read(make_pdf(pages)).text

    assert "Fleet report" not in text
    assert "Page" not in text
    assert "Chapter" not in text
    assert text.count("The tug pulls") == 4


def test_rows_at_the_end_of_one_page_and_the_top_of_the_next_are_kept() -> None:
    pages = [
        [
            *paragraph(BODY, 700),
            Words("Model 210 runs 165 hours", 60),
            Words("Model 330 runs 130 hours", 40),
        ],
        [
            Words("Model 880 runs 150 hours", 760),
            *paragraph(BODY, 700),
            Words("Model 990 runs 120 hours", 40),
        ],
    ]

    text = read(make_pdf(pages)).text

    assert all(f"Model {number} runs" in text for number in (210, 330, 880, 990))


def test_a_line_that_stands_on_one_page_only_is_no_running_header() -> None:
    pages = [
        [Words("Chartered in Bremen by nobody else", 800), *paragraph(BODY, 700)],
        paragraph(BODY, 700),
    ]

    assert "Chartered in Bremen" in read(make_pdf(pages)).text


def test_divided_words_are_joined_and_hyphens_of_their_own_stay() -> None:
    text = (
        "The harbour office under-\nestimates the well-known strength of the well-\n"
        "known tug, its COVID-\n19 rules and the tem-\nperature of the motor."
    )

    (block,) = said(read(make_pdf([paragraph(text, 700)])))

    assert block == (
        "The harbour office underestimates the well-known strength of the well-known "
        "tug, its COVID-19 rules and the temperature of the motor."
    )


def test_items_keep_their_lead_in_and_lose_their_bullets() -> None:
    page = [
        *paragraph("The crew has these members, all of them trained:", 700),
        Words("• Ida Berg, the master", 680, x=80),
        Words("• Jon Holm, the engineer, who came from a", 666, x=80),
        Words("shipyard in Bremen", 654, x=90),
        Words("2. Kai Lund, the mate", 640, x=80),
    ]

    document = read(make_pdf([page]))

    items = [each for each in document.blocks if each.kind == "item"]
    assert [document.text[each.start : each.end] for each in items] == [
        "Ida Berg, the master",
        "Jon Holm, the engineer, who came from a shipyard in Bremen",
        "Kai Lund, the mate",
    ]
    assert {each.lead and document.text[slice(*each.lead)] for each in items} == {
        "The crew has these members, all of them trained:"
    }


def test_a_row_of_a_table_carries_its_header() -> None:
    cells = [("Ship", "Built"), ("Anna", "1987"), ("Berta", "1990")]
    page = [
        Words(cell, 700 - 14 * row, x=72 + 150 * column)
        for row, each in enumerate(cells)
        for column, cell in enumerate(each)
    ]

    document = read(make_pdf([[*paragraph(BODY, 780), *page]]))
    rows = [each for each in document.blocks if each.kind == "row"]

    assert [document.text[each.start : each.end] for each in rows] == [
        "Ship | Built",
        "Anna | 1987",
        "Berta | 1990",
    ]
    assert [each.lead and document.text[slice(*each.lead)] for each in rows] == [
        None,
        "Ship | Built",
        "Ship | Built",
    ]


def test_a_scan_is_refused_and_a_scanned_page_is_named() -> None:
    with pytest.raises(UnusableError, match="page 1 without text, only a picture"):
        pdf.read("scan.pdf", make_pdf([[]], picture=True), LIMITS)

    document, left_out = pdf.read(
        "half.pdf", make_pdf([paragraph(BODY, 700), [], []], picture=True), LIMITS
    )

    assert isinstance(document, Document)
    assert left_out == Skipped("half.pdf:pages", left_out.reason, refused=True)  # type: ignore[union-attr]  # the first is the document
    assert "pages 2, 3 without text" in left_out.reason


def test_a_file_that_cannot_be_used_says_why() -> None:
    good = make_pdf([paragraph(BODY, 700)] * 3)
    numbers = make_pdf([[Words("12", 40)]])

    for data, limits, reason in (
        (b"%PDF-1.7 nothing", LIMITS, "is damaged"),
        (good, replace(LIMITS, max_pages=2), "has 3 pages, more than corpus.max_pages"),
        (good, replace(LIMITS, max_characters=200), "more than corpus.max_characters"),
        (make_pdf([[]]), LIMITS, "has no text"),
        (numbers, LIMITS, "has no text to quote"),
        (make_pdf([paragraph("\x01\x02\x03 \x04\x05 ab", 700)]), LIMITS, "fonts that"),
    ):
        with pytest.raises(UnusableError, match=reason):
            pdf.read("a.pdf", data, limits)


def test_a_protected_file_is_refused() -> None:
    good = make_pdf([paragraph(BODY, 700)])
    key = "<" + "00" * 32 + ">"
    encrypt = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -4 >>"
    ids = " /ID [<00> <00>] "
    data = good.replace(b"/Info 3 0 R", f"/Info 3 0 R {encrypt}{ids}".encode())

    with pytest.raises(UnusableError, match="is protected by a password"):
        pdf.read("a.pdf", data, LIMITS)


def line(text: str) -> Line:
    """Make a line somewhere."""
    return Line(text, 0, 0, 100, 700, 700, 10, bold=False)


@given(st.lists(st.text("ab-\x02 " + SOFT_HYPHEN, max_size=12), max_size=6))
def test_joining_keeps_every_letter_in_order(texts: list[str]) -> None:
    joiner = Joiner([line(each) for each in texts])

    whole = ""
    for text in texts:
        mended = joiner.mend(text)
        whole = (joiner.before(whole, mended) if whole else "") + mended

    letters = [each for each in "".join(texts) if each in "ab"]
    assert [each for each in whole if each in "ab"] == letters
    assert SOFT_HYPHEN not in whole.rstrip(SOFT_HYPHEN)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=30
            ),
            st.integers(0, 800),
            st.integers(0, 500),
            st.sampled_from([6, 10, 10, 18]),
        ),
        max_size=12,
    )
)
def test_whatever_is_printed_is_a_sound_document_or_refused(
    words: list[tuple[str, int, int, int]],
) -> None:
    data = make_pdf([[Words(t, y, x, size) for t, y, x, size in words]] * 2)
    try:
        document = read(data)
    except UnusableError:
        return
    for block in document.blocks:
        assert document.text[block.start : block.end].strip()
    assert [each.start for each in document.places] == sorted(
        each.start for each in document.places
    )
    assert document.places[0].start == 0


def test_a_page_that_is_broken_is_named_and_costs_no_other() -> None:
    data = make_pdf([paragraph(BODY, 700)] * 2).replace(
        b"/Kids [5 0 R 7 0 R]", b"/Kids [5 0 R 99 0 R]"
    )

    document, left_out = pdf.read("a.pdf", data, LIMITS)

    assert isinstance(document, Document)
    assert isinstance(left_out, Skipped)
    assert left_out.reason.startswith("page 2 damaged; print the file")


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("東京の", "港は広い。", "東京の港は広い。"),
        ("state-of-the-", "art", "state-of-theart"),
        ("MSL-", "3 parts", "MSL-3 parts"),
        ("a dash -", "and more", "a dash - and more"),
    ],
)
def test_lines_are_joined_as_their_script_asks(
    before: str, after: str, joined: str
) -> None:
    assert Joiner([]).before(before, after) + after == joined
