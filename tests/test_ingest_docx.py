"""Word files: what a reader sees is read, in order, each with its paragraph."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest

from bot.ingest.documents import UnusableError
from tests.office_files import cell, paragraph, run, table, word
from tests.reading import LIMITS, document, leads, said, texts

HEADINGS = "".join(
    f'<w:style w:styleId="H{level}"><w:name w:val="heading {level}"/></w:style>'
    for level in (1, 2)
)
LIST = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'
DELETED = '<w:del w:id="1"><w:r><w:delText>gone </w:delText></w:r></w:del>'
MOVED = "<w:moveFrom><w:r><w:t>from here </w:t></w:r></w:moveFrom>"


def items(*pairs: tuple[int, str]) -> str:
    """Return a list; each item has its depth."""
    return "".join(paragraph(text, "", LIST.format(depth)) for depth, text in pairs)


def test_headings_make_sections_below_the_title() -> None:
    styles = (
        '<w:style w:styleId="T"><w:name w:val="Title"/></w:style>'
        f"{HEADINGS}"
        '<w:style w:styleId="Own"><w:name w:val="Chapter"/><w:basedOn w:val="H2"/>'
        "</w:style>"
        '<w:style w:styleId="Out"><w:name w:val="Part"/><w:pPr>'
        '<w:outlineLvl w:val="0"/></w:pPr></w:style>'
    )
    body = (
        paragraph("Handbook", "T")
        + paragraph("One", "H1")
        + paragraph("Deep", "Own")
        + paragraph("First.")
        + paragraph("Two", "Out")
        + paragraph("Second.")
        + paragraph("Three", "", '<w:outlineLvl w:val="1"/>')
        + paragraph("Third.", "", '<w:outlineLvl w:val="9"/>')
    )

    read = document("a.docx", word(body, styles=styles))

    assert read.info.title == "Handbook"
    assert [(each.text, each.section, each.place) for each in said(read)] == [
        ("First.", ("Handbook", "One", "Deep"), "paragraph 4"),
        ("Second.", ("Handbook", "Two"), "paragraph 6"),
        ("Third.", ("Handbook", "Two", "Three"), "paragraph 8"),
    ]


def test_styles_that_build_on_each_other_in_a_circle_end() -> None:
    styles = (
        '<w:style w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style>'
        '<w:style w:styleId="B"><w:name w:val="b"/><w:basedOn w:val="A"/></w:style>'
    )

    assert texts(document("a.docx", word(paragraph("Body.", "A"), styles=styles))) == [
        "Body."
    ]


def test_deleted_and_hidden_text_and_field_codes_are_not_read() -> None:
    hidden = run("secret ", "<w:vanish/>") + run("shown ", '<w:vanish w:val="0"/>')
    field = "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>"
    inserted = f"<w:ins>{run('new ')}</w:ins>"
    body = f"<w:p>{DELETED}{MOVED}{hidden}{field}{inserted}{run('kept')}</w:p>"

    assert texts(document("a.docx", word(body))) == ["shown new kept"]


def test_breaks_tabs_and_hyphens_are_kept_and_what_is_unseen_is_not() -> None:
    body = (
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b\u00ad\u200b</w:t><w:noBreakHyphen/>"
        "<w:t>c</w:t><w:br/><w:softHyphen/><w:t xml:space='preserve'> d</w:t></w:r>"
        "</w:p>"
    )

    assert texts(document("a.docx", word(body))) == ["a b-c\nd"]


def test_powers_and_fractions_do_not_become_other_numbers() -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    formula = (
        "<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2"
        "</m:t></m:r></m:den></m:f><m:r><m:t>=</m:t></m:r><m:sSup><m:e><m:r><m:t>x"
        "</m:t></m:r></m:e><m:sup><m:r><m:t>3</m:t></m:r></m:sup></m:sSup><m:sSub>"
        "<m:e><m:r><m:t>y</m:t></m:r></m:e><m:sub><m:r><m:t>1</m:t></m:r></m:sub>"
        "</m:sSub></m:oMath>"
    )
    body = (
        f"<w:p>{run('10')}{run('-3', raised)}{run(' the 4')}{run('th', raised)}</w:p>"
    )

    read = document("a.docx", word(f"{body}<w:p>{formula}</w:p>"))

    assert texts(read) == ["10⁻³ the 4th", "(a+b)/2=x^3y_1"]


MATH = {
    "<m:sSubSup><m:e>x</m:e><m:sub>i</m:sub><m:sup>2</m:sup></m:sSubSup>": "x_i^2",
    "<m:sPre><m:sub>6</m:sub><m:sup>14</m:sup><m:e>C</m:e></m:sPre>": "_6^14C",
    "<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>k=1</m:sub><m:sup>n</m:sup>"
    "<m:e>k</m:e></m:nary>": "∑_(k=1)^n k",
    "<m:nary><m:sub/><m:sup/><m:e>f</m:e></m:nary>": "∫ f",
    "<m:rad><m:deg>3</m:deg><m:e>x+1</m:e></m:rad>": "3√(x+1)",
    "<m:d><m:e>a</m:e><m:e>b</m:e></m:d>": "(a|b)",
    "<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=''/></m:dPr><m:e>a</m:e>"
    "</m:d>": "[a",
    "<m:acc><m:e>x</m:e></m:acc>": "x\u0302",
    "<m:func><m:fName>sin</m:fName><m:e>x</m:e></m:func>": "sin x",
    "<m:limLow><m:e>lim</m:e><m:lim>n→∞</m:lim></m:limLow>": "lim_(n→∞)",
    "<m:m><m:mr><m:e>a</m:e><m:e>b</m:e></m:mr><m:mr><m:e>c</m:e></m:mr>"
    "</m:m>": "[a, b; c]",
    "<m:eqArr><m:e>a=1</m:e><m:e>b=2</m:e></m:eqArr>": "a=1; b=2",
    "<m:f><m:fPr><m:type m:val='noBar'/></m:fPr><m:num>n</m:num><m:den>k</m:den>"
    "</m:f>": "n over k",
    "<m:box><m:e>a</m:e></m:box>": "a",
}


@pytest.mark.parametrize(("xml", "said"), MATH.items())
def test_a_formula_is_written_on_one_line_and_loses_no_sign(
    xml: str, said: str
) -> None:
    runs = re.sub(r">([^<>]+)<", r"><m:r><m:t>\1</m:t></m:r><", xml)

    read = document("a.docx", word(f"<w:p><m:oMath>{runs}</m:oMath></w:p>"))

    assert texts(read) == [said]


def test_a_table_in_a_cell_and_a_text_box_in_one_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    both = (
        f"<w:p>{run('c')}<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    inner = table(("x", "y"), ("1", "2"))
    body = table(("A", "B"), (both, f"{inner}<w:p/>"))

    assert texts(document("a.docx", word(body))) == ["c boxed | x y 1 2"]


def test_a_list_has_its_lead_in_and_nested_items_the_item_above() -> None:
    body = (
        paragraph("Bring:")
        + items((0, "tools"), (1, "hammer"), (1, "saw"), (0, "food"))
        + paragraph("Enough.")
        + items(
            (0, "rest"),
        )
        + paragraph("New.", "", '<w:numPr><w:numId w:val="0"/></w:numPr>')
    )

    assert leads(document("a.docx", word(body))) == {
        "Bring:": "",
        "tools": "Bring:",
        "hammer": "tools",
        "saw": "tools",
        "food": "Bring:",
        "Enough.": "",
        "rest": "Enough.",
        "New.": "",
    }


def test_styles_of_lists_make_items() -> None:
    styles = (
        '<w:style w:styleId="B"><w:name w:val="List Bullet 2"/></w:style>'
        '<w:style w:styleId="P"><w:name w:val="List Paragraph"/></w:style>'
        '<w:style w:styleId="N"><w:name w:val="Mine"/><w:pPr>'
        '<w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>'
    )
    body = paragraph("One.", "B") + paragraph("Two.", "P") + paragraph("Three.", "N")

    kinds = [each.kind for each in said(document("a.docx", word(body, styles=styles)))]

    assert kinds == ["item", "prose", "item"]


def test_each_row_of_a_table_carries_its_header() -> None:
    body = paragraph("Before.") + table(("Resin", "Cure"), ("UF-1", "165 °C"), ("", ""))

    read = document("a.docx", word(body + paragraph("After.")))

    assert [(each.text, each.lead, each.place) for each in said(read)] == [
        ("Before.", "", "paragraph 1"),
        ("UF-1 | 165 °C", "Resin | Cure", "paragraph 3"),
        ("After.", "", "paragraph 4"),
    ]


def test_a_header_is_what_is_marked_as_one_or_looks_like_one() -> None:
    mark = "<w:trPr><w:tblHeader/></w:trPr>"
    marked = table(("1", "2"), ("3", "4"), ("5", "6")).replace(
        "<w:tr>", f"<w:tr>{mark}", 2
    )

    assert leads(document("a.docx", word(marked))) == {"5 | 6": "1 | 2\n3 | 4"}
    assert leads(document("a.docx", word(table(("1", "2"), ("3", "4"))))) == {
        "1 | 2": "",
        "3 | 4": "",
    }


def test_a_cell_over_several_rows_or_columns_is_said_in_each_row() -> None:
    start, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    rows = [
        (cell("Zone"), cell("Low"), cell("High")),
        (cell("Preheat", start), cell("150"), cell("170")),
        (cell("", goes_on), cell("180"), cell("195")),
        (cell("Both", wide), cell("End", start)),
        (cell("x"), cell("y"), cell("", goes_on)),
    ]
    body = "<w:tbl>{}</w:tbl>".format(
        "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    )

    assert texts(document("a.docx", word(body))) == [
        "Preheat | 150 | 170",
        "Preheat | 180 | 195",
        "Both | End",
        "x | y | End",
    ]


def test_a_deleted_row_is_not_read_and_wrapped_rows_and_cells_are() -> None:
    gone = "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr>"
    wrapped = f"<w:sdt><w:sdtContent><w:tr>{cell('c')}<w:sdt><w:sdtContent>{cell('d')}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"  # noqa: E501 - one row
    body = f"<w:tbl><w:tr>{cell('a')}{cell('b')}</w:tr>{gone}{wrapped}</w:tbl>"

    assert leads(document("a.docx", word(body))) == {"c | d": "a | b"}


def test_a_table_that_only_lays_out_is_read_as_what_is_in_it() -> None:
    styled = paragraph("Inside", "H1") + paragraph("Text.")

    read = document(
        "a.docx", word(table((styled, paragraph("Aside."))), styles=HEADINGS)
    )

    assert [(each.text, each.kind, each.section) for each in said(read)] == [
        ("Text.", "prose", ("Inside",)),
        ("Aside.", "prose", ("Inside",)),
    ]


def test_notes_follow_the_paragraph_or_table_that_has_them() -> None:
    first = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    second = '<w:r><w:endnoteReference w:id="1"/></w:r>'
    unknown = '<w:r><w:footnoteReference w:id="77"/></w:r>'
    separator = f'<w:footnote w:id="0" w:type="separator">{paragraph("-")}</w:footnote>'
    footnotes = f'{separator}<w:footnote w:id="2">{paragraph("Under.")}</w:footnote>'
    endnotes = (
        f'<w:endnote w:id="1">{paragraph("Last.")}{paragraph("More.")}</w:endnote>'
    )
    noted = f"<w:p>{run('Text.')}{first}{unknown}</w:p>"
    in_table = table(("A", "B"), (f"<w:p>{run('c')}{second}</w:p>", "d"))

    read = document(
        "a.docx",
        word(
            noted + in_table + paragraph("End."), footnotes=footnotes, endnotes=endnotes
        ),
    )

    assert [(each.text, each.place) for each in said(read)] == [
        ("Text.", "paragraph 1"),
        ("Under.", "paragraph note 1"),
        ("c | d", "paragraph 3"),
        ("Last.\nMore.", "paragraph note 2"),
        ("End.", "paragraph 4"),
    ]


def test_text_boxes_are_read_once_and_do_not_come_between_a_list_and_its_lead() -> None:
    box = f"<w:txbxContent>{paragraph('Danger.')}</w:txbxContent>"
    drawn = (
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    body = f"<w:p>{run('Check:')}{drawn}</w:p>" + items((0, "gas"))

    assert leads(document("a.docx", word(body))) == {
        "Check:": "",
        "Danger.": "",
        "gas": "Check:",
    }


def test_tables_of_contents_are_not_read() -> None:
    styles = '<w:style w:styleId="C"><w:name w:val="toc 1"/></w:style>'
    made_by_word = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        f"</w:docPartObj></w:sdtPr><w:sdtContent>{paragraph('One 3')}</w:sdtContent>"
        "</w:sdt>"
    )
    other = f"<w:sdt><w:sdtContent>{paragraph('Kept.')}</w:sdtContent></w:sdt>"
    body = made_by_word + paragraph("Two 4", "C") + other

    assert texts(document("a.docx", word(body, styles=styles))) == ["Kept."]


def test_links_content_controls_and_inserted_paragraphs_are_read() -> None:
    link = f"<w:hyperlink>{run('a link')}</w:hyperlink>"
    control = f"<w:sdt><w:sdtContent>{run(' and a field')}</w:sdtContent></w:sdt>"
    body = f"<w:ins><w:p>{link}{control}</w:p></w:ins>"

    assert texts(document("a.docx", word(body))) == ["a link and a field"]


def test_the_strict_form_of_the_standard_is_read_alike() -> None:
    data = word(paragraph("Body."))
    usual = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"

    assert usual not in strict
    assert document("a.docx", _rewritten(data, usual, strict)).text == "Body.\n"


def _rewritten(data: bytes, old: str, new: str) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(buffer, "w") as after,
    ):
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(old.encode(), new.encode()))
    return buffer.getvalue()


def test_a_file_without_text_is_refused() -> None:
    with pytest.raises(UnusableError, match="no text to quote"):
        document("a.docx", word("<w:p/>"))


def test_a_text_that_is_too_long_is_refused_while_it_is_read() -> None:
    with pytest.raises(UnusableError, match="more than the 5 characters"):
        document(
            "a.docx", word(paragraph("Longer.")), replace(LIMITS, max_characters=5)
        )


def test_tables_that_are_nested_too_deep_are_refused() -> None:
    body = paragraph("x")
    for _ in range(60):
        body = table((body,))

    with pytest.raises(UnusableError, match="more than 50 deep"):
        document("a.docx", word(body))
