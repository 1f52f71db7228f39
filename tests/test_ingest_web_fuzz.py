"""Pages, PDF files, messages and archives that are broken: read or refused, by name.

They go to the real parsing process: one that crashes or hangs would be seen here, and
would not take the tests with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.ingest.documents import UnusableError
from bot.ingest.isolation import Parser
from bot.records import Document

FILES = Path(__file__).parent / "data" / "formats"
REAL = {
    name: (FILES / name).read_bytes()
    for name in (
        "chromium/page.html",
        "pandoc/warpage.html",
        "latex/report.pdf",
        "libreoffice/paste.pdf",
        "mail/hoses.eml",
        "mail/air.eml",
        "zip/mixed.zip",
        "zip/topics.zip",
    )
    if (FILES / name).exists()
}
LIMITS = CorpusConfig(max_seconds=10, max_cpu_seconds=8)
PDF_PIECES = (
    b"%PDF-1.4\n", b"1 0 obj\n", b"endobj\n", b"<< /Type /Catalog /Pages 2 0 R >>\n",
    b"<< /Type /Pages /Kids [3 0 R 2 0 R 1 0 R] /Count 99999999 >>\n", b"2 0 obj\n",
    b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 1e9 -1] >>\n",
    b"3 0 obj\n", b"4 0 obj\n", b"<< /Length 99999 >>\nstream\n", b"endstream\n",
    b"BT /F1 1e30 Tf (Tug) Tj ET\n", b"[" * 500, b"<<" * 500, b"xref\n0 9\n",
    b"trailer << /Root 1 0 R /Prev 0 >>\n", b"startxref\n0\n%%EOF\n",
    b"/Filter [/FlateDecode /ASCIIHexDecode /LZWDecode /DCTDecode]\n", b"\x00\xff",
)  # fmt: skip
MAIL_PIECES = (
    b"Message-ID: <1>\n", b'From: "\\', b"Subject: =?utf-8?B?////?=\n",
    b"Date: 99 99\n",
    b"MIME-Version: 1.0\n", b"Content-Type: multipart/mixed; boundary=b\n", b"\n",
    b'Content-Type: multipart/alternative; boundary=""\n', b"--b\n", b"--b--\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/html; charset=x\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Disposition: attachment; filename*=''%\n",
    b'Content-Type: application/zip; name="../../a.zip"\n', b"UEsDBA==\n", b"> > >\n",
    b"Content-Transfer-Encoding: quoted-printable\n", b"=ZZ=\n", b"\xff\xfe", b"Tug.\n",
    b"begin 644 x\n", b" folded\n", b"From: a@b.example\n",
)  # fmt: skip


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    made = Parser(LIMITS)
    yield made
    made.close()


def check(parser: Parser, path: str, data: bytes) -> None:
    """A file is read, its passages saying something, or refused for what it is."""
    try:
        found = parser.read(path, data)
    except UnusableError as refusal:
        said = str(refusal)
        assert said
        assert "crashes" not in said
        assert "takes more than" not in said
        assert "processor time" not in said
        return
    assert found, "nothing was read, and nothing said"
    for each in found:
        if not isinstance(each, Document):
            assert each.reason
            continue
        assert each.blocks
        for block in each.blocks:
            assert each.text[block.start : block.end].strip()
        starts = [place.start for place in each.places]
        assert starts == sorted(starts)


def damage(data: st.DataObject, original: bytes) -> bytes:
    """Flip, cut, repeat and put in bytes."""
    damaged = bytearray(original)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        length = data.draw(st.integers(1, 300))
        piece = bytes(damaged[at : at + length])
        what = data.draw(st.integers(0, 4))
        if what == 0 and damaged:
            damaged[at] = data.draw(st.integers(0, 255))
        elif what == 1:
            del damaged[at : at + length]
        elif what == 2:
            damaged[at:at] = piece * data.draw(st.integers(1, 20))
        elif what == 3:
            damaged[at:at] = data.draw(st.binary(max_size=20))
        else:
            del damaged[at:]
    return bytes(damaged)


def test_the_real_files_are_here() -> None:
    assert len(REAL) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(REAL))
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damage_to_a_real_file_is_read_or_refused(
    parser: Parser, name: str, data: st.DataObject
) -> None:
    check(parser, name, damage(data, REAL[name]))


@pytest.mark.parametrize(
    ("path", "pieces"), [("a.pdf", PDF_PIECES), ("a.eml", MAIL_PIECES)]
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_odd_structures_are_read_or_refused(
    parser: Parser, path: str, pieces: tuple[bytes, ...], data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.sampled_from(pieces), min_size=1, max_size=25))

    check(parser, path, b"".join([pieces[0], *drawn]))


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("a.html", b"<html>" + b"<a " * 16_000),
        ("a.html", b"<html>" + b"<table><tr><td>" * 3_000),
        ("a.html", b"<html><p>" + b"<b><i>" * 20_000 + b"Tug."),
        ("a.html", b"<html>" + b"<!--" * 30_000),
        ("a.html", b"<html><div class='nav'>" * 4_000 + b"Tug."),
        ("a.html", b"<html>" + b"<td rowspan=65534 colspan=1000>x" * 3_000),
        ("a.html", b"<html><p>" + b"&amp;" * 50_000),
        ("a.eml", b"Message-ID: 1\nFrom: " + b"a@b," * 5_000 + b"\n\nTug."),
        (
            "a.eml",
            b"Message-ID: 1\nSubject: " + b"=?utf-8?q?a?= " * 5_000 + b"\n\nTug.",
        ),
        ("a.eml", b"Message-ID: 1\nSubject: x\n\n" + b"On a\n" * 30_000),
        ("a.eml", b"Message-ID: 1\nSubject: x\n\n" + b"> " * 90_000),
        ("a.pdf", b"%PDF-1.4\n" + b"1 0 obj << /Kids [" * 9_000),
        (
            "a.zip",
            b"PK\x03\x04" + b"PK\x01\x02" * 60_000 + b"PK\x05\x06" + b"\xff" * 18,
        ),
    ],
    ids=lambda value: (
        value[:24].decode("latin-1") if isinstance(value, bytes) else None
    ),
)
def test_a_file_made_to_cost_much_time_is_read_or_refused(
    parser: Parser, path: str, made: bytes
) -> None:
    check(parser, path, made)
