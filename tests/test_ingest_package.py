"""Office files are unpacked within limits, and hostile ones are refused by name."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from bot.config import CorpusConfig
from bot.ingest.documents import UnusableError
from bot.ingest.formats import find_format
from bot.ingest.office.package import open_package
from tests.office_files import pack, paragraph, relations, word
from tests.reading import LIMITS, document

MAIN = {"word/document.xml": "wordprocessingml.document.main"}


def refuse(data: bytes, words: str, limits: CorpusConfig = LIMITS) -> None:
    """Expect a file to be refused with these words."""
    with pytest.raises(UnusableError, match=words):
        document("a.docx", data, limits)


def test_too_many_parts_are_refused() -> None:
    refuse(
        word(paragraph("x")),
        "has 2 parts, more than corpus.max_members",
        replace(LIMITS, max_members=1),
    )


def test_what_is_inflated_is_counted_whatever_the_list_says() -> None:
    parts = {
        "word/document.xml": b"<x/>",
        "word/media/a.bin": bytes(range(256)) * 8_192,
    }

    refuse(
        pack(parts, MAIN),
        "corpus.max_inflated_mib",
        replace(LIMITS, max_inflated_mib=1),
    )


def test_a_part_that_inflates_a_thousandfold_is_refused() -> None:
    parts = {"word/document.xml": b" " * 3_000_000}

    refuse(pack(parts, MAIN), "more than 100 times its size")


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        '<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>',
        '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16"),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16-le"),
    ],
)
def test_xml_entities_are_refused(content: str | bytes) -> None:
    refuse(pack({"word/document.xml": content}, MAIN), "declares XML entities")


def test_encodings_that_could_hide_entities_are_refused() -> None:
    content = b'<?xml version="1.0" encoding="UTF-7"?><x/>'

    refuse(pack({"word/document.xml": content}, MAIN), "has a part in UTF-7")


def test_deeply_nested_xml_is_refused() -> None:
    content = "<x>" * 5_000 + "</x>" * 5_000

    refuse(pack({"word/document.xml": content}, MAIN), "damaged part word/document.xml")


def test_a_damaged_archive_is_refused() -> None:
    data = word(paragraph("Some text that is long enough to be cut in two."))
    broken = bytearray(data)
    broken[data.index(b"word/document.xml") + 30] ^= 0xFF

    refuse(bytes(broken), "is a damaged archive")
    with pytest.raises(UnusableError, match="is a damaged archive"):
        open_package(data[: len(data) // 2], LIMITS)


def test_a_file_with_a_password_is_refused() -> None:
    data = bytearray(word(paragraph("x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1  # the flag of encryption
            start = data.find(signature, start + 4)

    refuse(bytes(data), "save it without a password")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "of 2003 or before, or has a password"),
        (b"{\\rtf1 text}", "RTF"),
        (
            b"PK\x03\x04"
            + b"\0" * 26
            + b"mimetypeapplication/vnd.oasis.opendocument.text",
            "OpenDocument",
        ),
    ],
)
@pytest.mark.parametrize("path", ["a.docx", "a.doc", "a", "a.txt"])
def test_files_of_other_office_programs_are_refused_with_a_remedy(
    path: str, data: bytes, words: str
) -> None:
    with pytest.raises(UnusableError, match=f"{words}.*save it as"):
        find_format(path, data)


def test_an_archive_without_main_part_or_list_of_types_is_refused() -> None:
    refuse(pack({"word/other.xml": "<x/>"}, {}), "has no main part")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnusableError, match="has no part"):
        open_package(buffer.getvalue(), LIMITS)


def test_references_are_followed_inside_the_file_only() -> None:
    parts = {
        "a/b.xml": "<x/>",
        "a/_rels/b.xml.rels": relations(
            {"1": "../c/d.xml", "2": "/e.xml", "3": "../../../f"}
        ),
    }
    package = open_package(pack(parts, {}), LIMITS)

    assert package.related("a/b.xml") == {"1": "c/d.xml", "2": "e.xml", "3": "f"}
    assert package.related("nothing.xml") == {}


def test_a_part_that_is_missing_is_named() -> None:
    with pytest.raises(UnusableError, match=r"has no part word/gone\.xml"):
        open_package(word(""), LIMITS).tree("word/gone.xml")
