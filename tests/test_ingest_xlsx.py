"""Excel files: each row with its header and its cells, as they are displayed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.documents import Skipped, UnusableError
from bot.ingest.office import workbook as workbook_module
from bot.ingest.office.number_format import display, plain_number
from tests.office_files import sheet, workbook
from tests.reading import document, find, leads, said, texts

PRICES = sheet(("Part", "Price"), ("Nut", 3), ("Bolt", 4.5))


def test_a_row_has_its_header_its_cells_and_its_sheet() -> None:
    second = sheet(("x", "y"), (None, "z"))
    data = workbook(PRICES, second, names=("Prices", "It's a list"))

    read = document("parts_2026.xlsx", data)

    assert read.info.title == "parts 2026"
    assert said(read)[0].lead == "Part | Price"
    assert [(each.text, each.section, each.place) for each in said(read)] == [
        ("Nut | 3", ("Prices",), "cells Prices!A2:B2"),
        ("Bolt | 4.5", ("Prices",), "cells Prices!A3:B3"),
        ("| z", ("It's a list",), "cells 'It''s a list'!B2"),
    ]


def test_a_caption_above_a_table_is_prose_and_no_header() -> None:
    data = workbook(sheet(("Prices without tax",), ("Part", "Price"), ("Nut", 3)))

    assert [
        (each.text, each.kind, each.lead) for each in said(document("a.xlsx", data))
    ] == [
        ("Prices without tax", "prose", ""),
        ("Nut | 3", "row", "Part | Price"),
    ]


def test_a_header_reaches_over_empty_rows_and_a_new_one_replaces_it() -> None:
    data = workbook(
        sheet(
            ("Name", "Town"),
            ("Ann", "Ulm"),
            (),
            ("Bob", "Bonn"),
            ("Cid", "Jena"),
            (),
            ("Item", "Count"),
            ("Nut", 7),
            (),
            (None, None, None, "far", "away"),
            (None, None, None, "from", "it"),
        )
    )

    assert leads(document("a.xlsx", data)) == {
        "Ann | Ulm": "Name | Town",
        "Bob | Bonn": "Name | Town",
        "Cid | Jena": "Name | Town",
        "Nut | 7": "Item | Count",
        "from | it": "far | away",
    }


def test_a_table_of_numbers_alone_has_no_header() -> None:
    assert leads(document("a.xlsx", workbook(sheet((1, 2), (3, 4))))) == {
        "1 | 2": "",
        "3 | 4": "",
    }


def test_cells_merged_over_rows_are_said_in_each_row() -> None:
    cells = sheet(("Line", "Lead"), ("Bond", "Ann"), (None, "Bob"), ("Mold", "Cid"))
    merged = (
        '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A9:A12"/>'
        '<mergeCell ref="odd"/></mergeCells>'
    )

    assert texts(document("a.xlsx", workbook(cells + merged))) == [
        "Bond | Ann",
        "Bond | Bob",
        "Mold | Cid",
    ]


def test_each_type_of_cell_is_read_as_it_is_shown() -> None:
    row = (
        '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="b"><v>1</v></c>'
        '<c r="C2" t="e"><v>#N/A</v></c><c t="str"><v>sum</v></c>'
        '<c r="E2" t="d"><v>2026-03-01</v></c><c r="F2" s="1"><v>0.075</v></c>'
        '<c r="G2" t="s"><v>99</v></c><c r="H2" s="9"><v>2</v></c>'
        '<c r="I2" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c>'
        '<c r="J2" t="b"><v>0</v></c><c r="K2" t="inlineStr"/></row>'
    )
    data = workbook(sheet(row), strings=("zero", "one"), formats=("0.0%",))

    assert texts(document("a.xlsx", data)) == [
        "one | TRUE | #N/A | sum | 2026-03-01 | 7.5% | | 2 | rich | FALSE"
    ]


def test_days_may_be_counted_from_1904() -> None:
    row = '<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1"><v>5</v></c></row>'
    data = workbook(sheet(row), formats=("yyyy-mm-dd",), properties='date1904="1"')

    assert texts(document("a.xlsx", data)) == ["1904-01-02 | 5"]


def test_hidden_sheets_are_left_out_by_name() -> None:
    data = workbook(PRICES, sheet(("Secret.",)), states=("visible", "hidden"))

    read, skipped = find("a.xlsx", data)

    assert not isinstance(read, Skipped)
    assert texts(read) == ["Nut | 3", "Bolt | 4.5"]
    assert skipped == Skipped("a.xlsx", "its sheet 'Sheet2' is hidden")


def test_formulas_that_nobody_computed_are_reported() -> None:
    row = (
        '<row r="2"><c r="A2"><f>1+1</f></c><c r="B2"><f>2+2</f><v>4</v></c>'
        '<c r="C2" t="str"><f>""</f><v></v></c></row>'
    )

    read, skipped = find("a.xlsx", workbook(sheet(row)))

    assert not isinstance(read, Skipped)
    assert texts(read) == ["4"]
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("1 of its formulas have no value yet")


def test_a_cell_at_the_end_of_the_sheet_costs_no_more_than_one_at_its_start() -> None:
    row = '<row r="1048576"><c r="XFD1048576" t="str"><v>last</v></c></row>'

    read = document("a.xlsx", workbook(sheet(("first",), row)))

    assert [each.place for each in said(read)] == [
        "cells Sheet1!A1",
        "cells Sheet1!XFD1048576",
    ]


def test_more_cells_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MOST_CELLS", 5)

    with pytest.raises(UnusableError, match="more than 5 cells"):
        document("a.xlsx", workbook(PRICES))


def test_an_error_never_says_what_cannot_be_printed() -> None:
    with pytest.raises(UnusableError, match="damaged part") as caught:
        document("a.xlsx", workbook("<sheetData><a\u200cb></sheetData>"))

    assert str(caught.value).isprintable()


def test_a_sheet_that_is_missing_or_cut_off_is_refused() -> None:
    with pytest.raises(UnusableError, match=r"damaged part|no part"):
        document("a.xlsx", workbook("<sheetData><row><c><v>1</v></c></row>"))
    with pytest.raises(UnusableError, match="no part"):
        document("a.xlsx", workbook(PRICES).replace(b"sheet0.xml", b"sheet7.xml"))


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("0.5", "0%", "50%"),
        ("-5", "0.00;(0.00)", "(5.00)"),
        ("-5", "0.0", "-5.0"),
        ("0", '0;-0;"none"', "none"),
        ("0", "0;-0;;@", ""),
        ("1234567", "#,##0,", "1,235"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("0.00012", "0.00E-00", "1.20E-04"),
        ("999.99", "##0.0E+0", "1.0E+3"),
        ("0", "0.0E+0", "0.0E+0"),
        ("1.5", '0.0" mm"', "1.5 mm"),
        ("1.50", "0.0#", "1.5"),
        (".5", "#.##", ".5"),
        ("1234.5", "[$€-407] #,##0.00", "€ 1,234.50"),
        ("1234.5", '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-', "1,234.50 €"),
        ("123456789", "000-00-0000", "123-45-6789"),
        ("7", '"Lot "0000', "Lot 0007"),
        ("0.25", "# ?/?", "0.25"),
        ("3", "[>2]0.0;0", "3"),
        ("-3", "@", "-3"),
        ("5", '"fixed"', "fixed"),
        ("2", 'General" pcs"', "2 pcs"),
        ("-2.5", "General", "-2.5"),
        ("0.005", "0.00", "0.01"),
        (
            "1.005",
            "0.00",
            "1.01",
        ),  # the double is a bit less; Excel rounds what it shows
        ("4006381333931", "General", "4006381333931"),
        ("1e20", "General", "1E+20"),
        ("1e-7", "General", "1E-07"),
        ("0.1234567890123", "General", "0.123456789"),
        ("n/a", "0.0", "n/a"),
        ("NaN", "0.0", "NaN"),
        ("1e999", "0.0", "1e999"),
        ("45000", "d mmm yyyy", "15 Mar 2023"),
        ("45000", "[$-F800]dddd, mmmm dd, yyyy", "Wednesday, March 15, 2023"),
        ("45000", "ddd d.m.yy", "Wed 15.3.23"),
        ("45000", "mmmmm", "M"),
        ("45000.75", "yyyy-mm-dd hh:mm", "2023-03-15 18:00"),
        ("45000.5", "h:mm AM/PM", "12:00 PM"),
        ("45000.03", "h:mm A/P", "12:43 A"),
        ("0.123456", "mm:ss.00", "57:46.60"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.5", "[mm]", "720"),
        ("59", "yyyy-mm-dd", "1900-02-28"),
        ("61", 'yyyy"y"\\-mm', "1900y-03"),
        ("-1", "yyyy-mm-dd", "-1"),
        ("9999999", "yyyy-mm-dd", "9999999"),
        ("1", "0" * 300, "1"),
    ],
)
def test_numbers_and_dates_are_shown_as_their_format_says(
    value: str, code: str, shown: str
) -> None:
    assert display(value, code) == shown


@given(st.floats(-1e300, 1e300))
def test_a_number_without_format_keeps_ten_digits(number: float) -> None:
    shown = float(plain_number(Decimal(repr(number))))

    assert math.isclose(shown, number, rel_tol=1e-9, abs_tol=1e-300)


@given(
    st.floats(-1e12, 1e12),
    st.text(alphabet='0#?.,%;"\\_*[]$-€Eeh:msdy/ @+GneralAMP', max_size=30),
)
def test_no_format_code_stops_the_reader(number: float, code: str) -> None:
    assert isinstance(display(repr(number), code), str)


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - a workbook knows no time zones
def test_days_are_dates(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    days = Decimal(repr((whole - datetime(1899, 12, 30)) / timedelta(days=1)))  # noqa: DTZ001 - the same

    shown = display(str(days), "yyyy-mm-dd hh:mm:ss")

    assert shown == f"{whole:%Y-%m-%d %H:%M:%S}".rjust(19, "0")
