"""Bytes become text only where no other reading is likely."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.decoding import UndecodableError, decode

# Enough plain words for a few other signs to be a small part.
FILLER = " The rest of this text is plain English, long enough to outweigh them."


@given(st.text().filter(lambda text: text.isprintable()))
def test_utf8_is_read_as_it_is_and_its_mark_dropped(text: str) -> None:
    assert decode(codecs.BOM_UTF8 + text.encode()) == text


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"])))
def test_a_byte_order_mark_names_the_charset(text: str) -> None:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}

    for charset, mark in marks.items():
        assert decode(mark + text.encode(charset)) == text


def test_utf32_is_not_taken_for_utf16() -> None:
    assert decode("é".encode("utf-32")) == "é"


@pytest.mark.parametrize(
    "text",
    [
        "He said “Go” – it’s fine… It costs €5, and ‘that’ is © Acme.",
        "Die Größe der Bänder fällt für Müller in Köln auf.",
        "The café in the rue de l’école closed. O’Neil left.",
        "It is 20° warm • or more, says § 5.",
    ],
)
def test_bytes_that_all_latin_pages_read_alike_are_read(text: str) -> None:
    assert decode((text + FILLER).encode("cp1252")) == text + FILLER


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Le café est très bon.", "cp1252"),  # è is č in cp1250
        ("Dvořák was born in Nelahozeves.", "cp1250"),
        ("Zażółć gęślą jaźń.", "cp1250"),
        ("Łódź is a city.", "iso8859-2"),
        ("Türkçe güzel bir dildir, değil mi?", "cp1254"),
        ("Rīga ir liela pilsēta.", "cp1257"),
        ("Привет, мир.", "cp1251"),
        ("The word я is Russian.", "cp1251"),
        ("Привет, мир.", "koi8-r"),
        ("The letter β is Greek.", "cp1253"),
        ("The letter א is Hebrew.", "cp1255"),
        ("The letter ก is Thai.", "cp874"),
        ("日本 is big.", "shift_jis"),
        ("The sign ア is one of the kana.", "shift_jis"),
        ("日本 is big.", "euc_jp"),
        ("日本 is big.", "gbk"),
        ("日本 is big.", "iso2022_jp"),
        ("Martín sat in the café.", "mac_roman"),
        ("He said “Go” and left.", "mac_roman"),
        ("The canción was long.", "mac_roman"),
        ("The café is open.", "cp437"),
        ("El niño está aquí.", "cp850"),
        ("Voilà, it works.", "cp437"),
        ("It ends… or not.", "mac_roman"),
        ("Die Straße ist lang.", "mac_roman"),
    ],
)
def test_a_charset_that_could_be_mistaken_is_refused(text: str, charset: str) -> None:
    with pytest.raises(UndecodableError, match="save it as UTF-8"):
        decode((text + FILLER).encode(charset))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n0000", "PNG image"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"PK\x03\x04rest", "Office document"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"text\0text", "NUL bytes"),
        ("text".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (codecs.BOM_UTF16_LE + b"odd", "is not the UTF-16-LE"),
        (codecs.BOM_UTF16_LE + b"a\0\0\0", "NUL characters"),
        (codecs.BOM_UTF8 + b"\xff", "is not the UTF-8"),
        (b"\x01\x02\x03\x04 text", "control characters"),
        ("café".encode()[:-1], "not UTF-8 .byte 0xC3 at position 3"),
        (b"\xed\xa0\x80", "not UTF-8"),
        (b"\xc0\xaf", "not UTF-8"),
        ("café ".encode() + b"\x93quoted\x94" + FILLER.encode(), "not UTF-8"),
        (b"\x81 is no sign of cp1252." + FILLER.encode(), "not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_by_its_kind(data: bytes, reason: str) -> None:
    with pytest.raises(UndecodableError, match=reason):
        decode(data)


def test_a_stray_control_character_does_not_make_a_text_binary() -> None:
    text = "A page\x0cbreak and a \x1b[1mcolour\x1b[0m. \x07" + FILLER * 2

    assert decode(text.encode()) == text


@given(st.binary())
def test_any_bytes_become_text_or_one_line_of_advice(data: bytes) -> None:
    text = reason = ""
    try:
        text = decode(data)
    except UndecodableError as error:
        reason = str(error)

    assert "\0" not in text
    assert "\n" not in reason
