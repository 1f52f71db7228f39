"""PowerPoint files: slide by slide, with titles, tables, diagrams and notes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.ingest.documents import Skipped, UnusableError
from tests.office_files import shape, slide, slide_paragraph, slides
from tests.reading import LIMITS, document, find, leads, said, texts


def frame(inside: str) -> str:
    """Return a frame with graphics."""
    return f"<p:graphicFrame><a:graphic><a:graphicData>{inside}</a:graphicData></a:graphic></p:graphicFrame>"  # noqa: E501 - one line of XML


def grid(*rows: tuple[str, ...], first: str = "0") -> str:
    """Return a table; a cell that begins with ^ continues the one above."""
    lines = "".join(
        "<a:tr>{}</a:tr>".format(
            "".join(
                f'<a:tc vMerge="{int(text == "^")}"><a:txBody>'
                f"{slide_paragraph(text.strip('^'))}</a:txBody></a:tc>"
                for text in row
            )
        )
        for row in rows
    )
    return frame(f'<a:tbl><a:tblPr firstRow="{first}"/>{lines}</a:tbl>')


def test_a_slide_is_a_section_and_a_place() -> None:
    data = slides(
        shape("Review", role="ctrTitle") + shape("Third quarter", role="subTitle"),
        shape("A note aside.") + shape("Causes", role="title"),
        shape("Nothing above."),
    )

    read = document("a.pptx", data)

    assert read.info.title == "Review"
    assert [(each.text, each.section, each.place) for each in said(read)] == [
        ("Third quarter", ("Review",), "slide 1"),
        ("A note aside.", ("Causes",), "slide 2"),
        ("Nothing above.", ("Slide 3",), "slide 3"),
    ]


def test_an_outline_gives_items_with_the_line_above_as_lead_in() -> None:
    body = shape("Loss:", "1:balls", "1:wires", "Gain", role="body")

    assert leads(document("a.pptx", slides(shape("T", role="title") + body))) == {
        "Loss:": "",
        "balls": "Loss:",
        "wires": "Loss:",
        "Gain": "",
    }


def test_dates_footers_and_slide_numbers_are_not_read() -> None:
    furniture = "".join(shape("7", role=role) for role in ("dt", "ftr", "sldNum"))

    assert texts(document("a.pptx", slides(furniture + shape("Body.")))) == ["Body."]


def test_shapes_in_groups_and_of_newer_programs_are_read_once() -> None:
    group = f"<p:grpSp><p:grpSp>{shape('Inner.')}</p:grpSp></p:grpSp>"
    newer = (
        f"<mc:AlternateContent><mc:Choice>{shape('New.')}</mc:Choice>"
        f"<mc:Fallback>{shape('Old.')}</mc:Fallback></mc:AlternateContent>"
    )

    assert texts(document("a.pptx", slides(group + newer))) == ["Inner.", "New."]


def test_rows_carry_the_header_that_is_marked_or_looks_like_one() -> None:
    marked = grid(("1", "2"), ("a", "b"), ("^", "c"), first="1")
    bare = grid(("3", "4"), ("5", "6"))

    assert leads(document("a.pptx", slides(marked + bare))) == {
        "a | b": "1 | 2",
        "a | c": "1 | 2",
        "3 | 4": "",
        "5 | 6": "",
    }


def test_line_breaks_stay_and_empty_lines_go() -> None:
    broken = shape("x").replace("<a:r>", "<a:r><a:t>over</a:t></a:r><a:br/><a:r>")

    assert texts(document("a.pptx", slides(broken + shape("")))) == ["over\nx"]


def test_notes_diagrams_and_charts_stand_with_their_slide() -> None:
    notes = f"<p:notes><p:cSld><p:spTree>{shape('1', role='sldNum')}{shape('Say this.', role='body')}</p:spTree></p:cSld></p:notes>"  # noqa: E501 - one line of XML
    points = "".join(
        f"<dgm:pt><dgm:t>{slide_paragraph(text)}</dgm:t></dgm:pt>"
        for text in ("Plan", "Do")
    )
    series = (
        "<c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>Yield</c:v></c:pt>"
        "</c:strCache></c:strRef></c:tx><c:cat><c:pt idx='0'><c:v>May</c:v></c:pt>"
        "<c:pt idx='1'><c:v>June</c:v></c:pt></c:cat><c:val><c:pt idx='1'><c:v>97.4"
        "</c:v></c:pt></c:val></c:ser>"
    )
    title = f"<c:title><c:tx>{slide_paragraph('By month')}</c:tx></c:title>"
    graphics = frame('<dgm:relIds r:dm="d"/>') + frame('<c:chart r:id="c"/>')
    gone = frame('<dgm:relIds r:dm="x"/>') + frame('<c:chart r:id="x"/>')
    data = slides(
        shape("T", role="title") + graphics + gone,
        related={
            "d": "../diagrams/data1.xml",
            "c": "/ppt/charts/chart1.xml",
            "n": "../notesSlides/notesSlide1.xml",
            "m": "../notesSlides/missing.xml",
        },
        **{
            "diagrams/data1": f"<dgm:dataModel>{points}</dgm:dataModel>",
            "charts/chart1": f"<c:chartSpace>{title}{series}</c:chartSpace>",
            "notesSlides/notesSlide1": notes,
        },
    )

    assert [
        (each.text, each.lead, each.place) for each in said(document("a.pptx", data))
    ] == [
        ("Plan", "", "slide 1"),
        ("Do", "", "slide 1"),
        ("By month", "", "slide 1"),
        ("May", "| Yield", "slide 1"),
        ("June | 97.4", "| Yield", "slide 1"),
        ("Say this.", "", "slide 1, notes"),
    ]


def test_hidden_slides_are_left_out_by_name() -> None:
    hidden = slide(shape("Secret."), 'show="0"')

    read, skipped = find("a.pptx", slides(hidden, shape("Shown.")))

    assert not isinstance(read, Skipped)
    assert texts(read) == ["Shown."]
    assert skipped == Skipped("a.pptx", "its slide 1 is hidden")


def test_more_slides_than_allowed_are_refused() -> None:
    with pytest.raises(
        UnusableError, match=r"has 2 slides, more than corpus\.max_pages"
    ):
        document("a.pptx", slides("", ""), replace(LIMITS, max_pages=1))


def test_a_slide_that_is_missing_is_no_silent_loss() -> None:
    data = slides(shape("One."), shape("Two.")).replace(b"slide2.xml", b"slide9.xml")

    with pytest.raises(UnusableError, match=r"slide|damaged"):
        document("a.pptx", data)
