"""AsciiDoc: every quote is a slice of the file; nothing is included or computed."""

from __future__ import annotations

import pytest

from bot.ingest.documents import Skipped
from tests.reading import document, find, leads, said, texts


def read(text: str) -> dict[str, str]:
    """Return passages with their leads."""
    return leads(document("a.adoc", text.encode()))


def test_headings_make_sections_and_the_head_of_the_document_is_not_quoted() -> None:
    text = (
        "= The *Title*\nAnn Lee <a@b.c>\nv1.0, 2026\n:toc:\n\nBefore.\n\n== One ==\n\n"
        "[[x]]\n=== Deep\nText.\n\nOld\n---\n\nEnd.\n\n[discrete]\n== Free\n\nLast.\n"
    )

    found = document("a.adoc", text.encode())

    assert found.info.title == "The Title"
    assert found.text == text
    assert [(each.text, each.section, each.place) for each in said(found)] == [
        ("Before.", ("The Title",), "line 6"),
        ("Text.", ("The Title", "One", "Deep"), "line 12"),
        ("End.", ("The Title", "Old"), "line 17"),
        ("Last.", ("The Title", "Old", "Free"), "line 22"),
    ]


def test_items_have_their_lead_in_and_nested_ones_the_item_above() -> None:
    text = (
        "Bring:\n\n* tools\nof steel\n** saw\n** file\n* [x] food\n\n"
        "Then:\n\n. go\n. come\n\n<1> Note.\n"
    )

    assert read(text) == {
        "Bring:": "",
        "tools\nof steel": "Bring:",
        "saw": "tools\nof steel",
        "file": "tools\nof steel",
        "food": "Bring:",
        "Then:": "",
        "go": "Then:",
        "come": "Then:",
        "Note.": "come",
    }


def test_terms_lead_in_what_explains_them() -> None:
    text = "void:: A bubble.\nbump::\n\n  A ball.\nlist::\n* one\n\na::\nb:: Both.\n"

    assert read(text) == {
        "A bubble.": "void",
        "A ball.": "bump",
        "one": "list",
        "Both.": "b",
    }


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("|===\n|A |B\n\n|1 |2\n|3 |4\n|===\n", {"1 |2": "A |B", "3 |4": "A |B"}),
        (
            '[cols="1,2",options="header"]\n|===\n|A\n|B\n|1\n|2\n|===\n',
            {"1\n|2": "A\n|B"},
        ),
        ("[%noheader]\n|===\n|A |B\n\n|1 |2\n|===\n", {"A |B": "", "1 |2": ""}),
        ("[cols=2*]\n|===\n|1 a|2 \\| x\n2+^|3\n|===\n", {"1 a|2 \\| x": "", "3": ""}),
        (
            "[cols=2*]\n|===\n.2+|1 |2\n|3\n|4 |5\n|===\n",
            {"1 |2": "", "3": "", "4 |5": ""},
        ),
        ("[%header]\n,===\nA,B\n1,2\n,===\n", {"1,2": "A,B"}),
        ("|===\n|===\nx\n", {"x": ""}),
        ("[cols=2*]\n|===\n|1\n|===\n", {"1": ""}),
    ],
)
def test_rows_of_every_kind_of_table_carry_their_header(
    table: str, rows: dict[str, str]
) -> None:
    assert read(table) == rows


def test_code_is_quoted_without_its_fence() -> None:
    text = (
        "[source]\n----\n\nx = 1\n\ny = 2\n\n----\n\n....\nplain\n....\n\n"
        "```py\nz\n```\n\n indented\n two\n\n----\n----\n"
    )

    assert texts(document("a.adoc", text.encode())) == [
        "x = 1\n\ny = 2",
        "plain",
        "z",
        "indented\n two",
    ]


def test_text_in_blocks_is_read_and_comments_and_macros_are_not() -> None:
    text = (
        ".About it\n====\nNOTE: Mind this.\n====\n\n____\nSaid.\n____\n\n"
        "////\nhidden\n////\n// hidden\n++++\n<b>raw</b>\n++++\n"
        ":name: value\nimage::a.png[x]\n'''\nEnd.\n// no\n"
        "More.\nifdef::x[]\nSeen.\nendif::[]\n+\nLast.\n"
    )

    assert texts(document("a.adoc", text.encode())) == [
        "About it",
        "NOTE: Mind this.",
        "Said.",
        "End.",
        "More.",
        "Seen.",
        "Last.",
    ]


def test_included_files_are_never_read_and_blocks_without_end_are_named() -> None:
    text = "Text.\ninclude::/etc/hostname[]\n\n////\nlost\n"

    found, *skipped = find("a.adoc", text.encode())

    assert not isinstance(found, Skipped)
    assert texts(found) == ["Text."]
    assert skipped == [
        Skipped("a.adoc", "its line 2 includes another file"),
        Skipped("a.adoc", "its block from line 4 on is never closed"),
    ]


def test_code_without_end_is_still_read() -> None:
    found, *_ = find("a.adoc", b"----\nx = 1\ny = 2\n")

    assert not isinstance(found, Skipped)
    assert texts(found) == ["x = 1\ny = 2"]
