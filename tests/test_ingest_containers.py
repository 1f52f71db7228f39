"""Messages and archives: everything in them is read or named, and nothing escapes."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest import message, zip_archive
from bot.ingest.documents import Found, Skipped, UnusableError
from bot.ingest.registry import read_documents
from bot.receipts.sources import Sources
from bot.records import Document
from tests.pdf_files import make_pdf, paragraph

LIMITS = CorpusConfig()
PROSE = "The tug pulls large ships through the narrow channel."
ROWS = b'{"_id": "r1", "text": "A crane lifts."}\nno row\n'


def make_mail(text: str | None = PROSE, page: str | None = None) -> EmailMessage:
    """Make a message as a mail program would."""
    mail = EmailMessage()
    mail["From"] = "Ida Berg <ida@a.example>"
    mail["Date"] = "Wed, 01 May 2024 23:30:00 -0500"
    mail["Subject"] = "The tug, at\tlast"
    mail["Message-ID"] = "<1@a.example>"
    if text is not None:
        mail.set_content(text)
    if page is not None and text is None:
        mail.set_content(page, subtype="html")
    elif page is not None:
        mail.add_alternative(page, subtype="html")
    return mail


def make_zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def documents(found: Found) -> dict[str, Document]:
    """Return the documents by id."""
    return {each.info.id: each for each in found if isinstance(each, Document)}


def left_out(found: Found) -> dict[str, str]:
    """Return what was left out, and why."""
    return {each.path: each.reason for each in found if isinstance(each, Skipped)}


def read_mail(mail: EmailMessage) -> Document:
    """Read a message without attachments."""
    (document,) = message.read("a/m.eml", mail.as_bytes(), LIMITS)
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("name", ["a/m.eml", "a/m.txt", "a/m"])
def test_a_message_has_subject_sender_and_day(name: str) -> None:
    (document,) = read_documents(name, make_mail().as_bytes(), LIMITS)

    assert isinstance(document, Document)
    info = document.info
    assert (info.title, info.owner, info.date, info.collection) == (
        "The tug, at last",
        "Ida Berg",
        "2024-05-01",
        "a",
    )
    assert document.text == PROSE


@pytest.mark.parametrize(
    "history",
    [
        "On Tue, 30 Apr 2024 at 10:00, Jon Holm <j@a.example> wrote:\n> What pulls?\n",
        "Am 30.04.2024 um 10:00 schrieb Jon Holm:\n> Was zieht?\n> Und wie?",
        "-----Original Message-----\nFrom: Jon Holm\n\nWhat pulls?",
        "________________________________\nFrom: Jon Holm\nSent: Tuesday\n\nWhat?",
        "> What pulls the ships?\n",
    ],
)
def test_what_is_quoted_of_earlier_messages_is_left_out(history: str) -> None:
    assert read_mail(make_mail(f"{PROSE}\n\n{history}")).text == PROSE


def test_a_message_that_only_quotes_and_one_that_forwards_are_kept_whole() -> None:
    quoted = "> What pulls the ships through here?"
    forwarded = f"---------- Forwarded message ---------\nFrom: Jon\n\n{PROSE}"

    assert read_mail(make_mail(quoted)).text == quoted
    assert read_mail(make_mail(forwarded)).text == forwarded


def test_a_page_is_read_where_the_plain_form_says_nothing() -> None:
    page = (
        f"<html><h1>Tug</h1><p>{PROSE}</p><blockquote type=cite>Old.</blockquote>"
        "<div class='gmail_quote x'>Older.</div>"
        "<div><div id=divRplyFwdMsg>From: Jon</div><p>Oldest.</p></div>"
    )

    for plain in (None, "See the page.\n"):
        assert read_mail(make_mail(plain, page)).text == f"Tug\n\n{PROSE}"
    assert read_mail(make_mail(PROSE, page)).text == PROSE


def test_attachments_are_documents_of_their_own_or_named() -> None:
    mail = make_mail()
    pdf = make_pdf([paragraph(PROSE, 700)])
    for name, data in (
        ("a.pdf", pdf),
        ("a.pdf", pdf),
        ("../b.md", b"# Crew\n\nIda."),
        ("rows.jsonl", ROWS),
        ("c.exe", b"MZ"),
        ("d.zip", make_zip({"x.md": b"x"})),
        ("e.md", b""),
    ):
        mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="f.png")
    mail.add_attachment(b"no name", maintype="application", subtype="pdf")
    mail.add_attachment(make_mail("Inner."))

    found = message.read("a/m.eml", mail.as_bytes(), LIMITS)

    assert set(documents(found)) == {
        "a/m.eml",
        "a/m.eml/a.pdf",
        "a/m.eml/2-a.pdf",
        "a/m.eml/b.md",
        "r1",
    }
    infos = [each.info for each in documents(found).values()]
    assert {(each.path, each.collection) for each in infos} == {("a/m.eml", "a")}
    place = documents(found)["a/m.eml/a.pdf"].places[0]
    assert (place.kind, place.label) == ("page", "1")
    reasons = left_out(found)
    assert reasons.keys() == {
        "a/m.eml/rows.jsonl:2",
        "a/m.eml/c.exe",
        "a/m.eml/d.zip",
        "a/m.eml/e.md",
        "a/m.eml/f.png",
        "a/m.eml/attachment-9.pdf",
        "a/m.eml/attachment-10.eml",
    }
    assert "a ZIP archive inside another file" in reasons["a/m.eml/d.zip"]
    assert "a message inside a message" in reasons["a/m.eml/attachment-10.eml"]


def test_a_message_without_text_gives_its_attachments() -> None:
    mail = make_mail("")
    mail.add_attachment(
        b"# Crew\n\nIda.", maintype="text", subtype="x", filename="b.md"
    )

    found = message.read("m.eml", mail.as_bytes(), LIMITS)

    assert list(documents(found)) == ["m.eml/b.md"]


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (b"Just words.", LIMITS, "neither sender, date nor subject"),
        (b"Subject: x\n\n \n", LIMITS, "has no text to quote"),
        (make_mail().as_bytes(), replace(LIMITS, max_characters=9), "max_characters"),
        (
            b"Subject: x\nContent-Type: text/plain; charset=bogus\n\n\xe8 words here",
            LIMITS,
            "cannot be decoded",
        ),
    ],
)
def test_a_message_that_cannot_be_used_says_why(
    data: bytes, limits: CorpusConfig, reason: str
) -> None:
    with pytest.raises(UnusableError, match=reason):
        message.read("m.eml", data, limits)


def test_too_many_attachments_are_refused() -> None:
    mail = make_mail()
    for _ in range(3):
        mail.add_attachment(b"x", maintype="image", subtype="png")

    with pytest.raises(UnusableError, match=r"corpus\.max_members \(2\)"):
        message.read("m.eml", mail.as_bytes(), replace(LIMITS, max_members=2))


def test_headers_that_make_no_sense_cost_nothing_else() -> None:
    data = b"From: @@\nDate: yesterday\nSubject: =?bogus?Q?x?=\n\n" + PROSE.encode()

    (document,) = message.read("a-mail.eml", data, LIMITS)

    assert isinstance(document, Document)
    assert document.text == PROSE
    assert document.info.date is None


def test_members_of_an_archive_are_documents_of_their_own() -> None:
    members = {
        "notes/a.md": f"# Tug\n\n{PROSE}".encode(),
        "rows.jsonl": ROWS,
        "mail.eml": make_mail().as_bytes(),
        "tug.pdf": make_pdf([paragraph(PROSE, 700)]),
    }

    found = read_documents("b/all.zip", make_zip(members), LIMITS)

    assert set(documents(found)) == {
        "b/all.zip/notes/a.md",
        "b/all.zip/mail.eml",
        "b/all.zip/tug.pdf",
        "r1",
    }
    infos = [each.info for each in documents(found).values()]
    assert {(each.path, each.collection) for each in infos} == {("b/all.zip", "b")}
    assert list(left_out(found)) == ["b/all.zip/rows.jsonl:2"]


def test_what_is_quoted_from_an_archive_is_found_again(tmp_path: Path) -> None:
    members = {"notes/a.md": PROSE.encode(), "rows.jsonl": ROWS}
    (tmp_path / "all.zip").write_bytes(make_zip(members))
    (tmp_path / "other.md").write_text(PROSE, encoding="utf-8")

    for id_ in ("all.zip/notes/a.md", "r1"):
        assert set(Sources(tmp_path, LIMITS).find({id_}).documents) == {id_}


def test_what_cannot_be_read_in_an_archive_is_named() -> None:
    packed = io.BytesIO()
    link = zipfile.ZipInfo("link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.md", PROSE)
        archive.writestr(link, "/etc/passwd")
        for name in (
            "../up.md",
            "/etc/up.md",
            "a/../../up.md",
            "c:/up.md",
            "b\nc.md",
            ".hidden.md",
            "__MACOSX/._a.md",
            "image.png",
            "empty.md",
        ):
            archive.writestr(name, "" if name == "empty.md" else PROSE)
        archive.writestr("inner.zip", make_zip({"x.md": b"x"}))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.md", "Another text.")

    found = zip_archive.read("z.zip", packed.getvalue(), LIMITS)

    assert {id_: each.text for id_, each in documents(found).items()} == {
        "z.zip/a.md": PROSE
    }
    reasons = left_out(found)
    assert len(reasons) == 12
    escaping = [path for path, why in reasons.items() if "leads out" in why]
    assert len(escaping) == 5
    assert "is a link" in reasons["z.zip/link.md"]
    assert "is hidden" in reasons["z.zip/.hidden.md"]
    assert "is hidden" in reasons["z.zip/__MACOSX/._a.md"]
    assert "no known format" in reasons["z.zip/image.png"]
    assert "is empty" in reasons["z.zip/empty.md"]
    assert "a ZIP archive inside another file" in reasons["z.zip/inner.zip"]
    assert "name of another member" in reasons["z.zip/a.md"]


def test_a_member_without_a_name_is_left_out() -> None:
    data = make_zip({"Q": b"x", "a.md": PROSE.encode()}).replace(b"Q", b"\0")

    found = zip_archive.read("z.zip", data, LIMITS)

    assert list(documents(found)) == ["z.zip/a.md"]
    assert list(left_out(found)) == ["z.zip/"]


def test_a_protected_member_and_a_damaged_one_cost_no_other() -> None:
    data = bytearray(make_zip({"a.md": PROSE.encode(), "b.md": b"Two words."}, 0))
    at = data.index(PROSE.encode())
    data[at] ^= 0xFF  # its checksum does not fit any more
    assert list(documents(zip_archive.read("z.zip", bytes(data), LIMITS))) == [
        "z.zip/b.md"
    ]

    flags = bytearray(make_zip({"a.md": PROSE.encode(), "b.md": b"Two words."}))
    flags[flags.index(b"PK\x01\x02") + 8] |= 1  # of the first member in the list
    found = zip_archive.read("z.zip", bytes(flags), LIMITS)
    assert "protected by a password" in left_out(found)["z.zip/a.md"]
    assert list(documents(found)) == ["z.zip/b.md"]


@pytest.mark.parametrize(
    ("members", "limits", "reason"),
    [
        ({}, LIMITS, "holds no files"),
        ({"d/": b""}, LIMITS, "holds no files"),
        (
            {f"{n}.md": b"x" for n in range(3)},
            replace(LIMITS, max_members=2),
            "has 3 files, more than corpus.max_members",
        ),
        (
            {f"{n}.bin": zlib.compress(b"x") * 60_000 for n in range(2)},
            replace(LIMITS, max_inflated_mib=1, max_ratio=10_000),
            "more than corpus.max_inflated_mib",
        ),
        ({"bomb.md": b"\0" * 5_000_000}, LIMITS, r"more than corpus.max_ratio \(100\)"),
    ],
)
def test_an_archive_that_holds_too_much_or_nothing_is_refused(
    members: dict[str, bytes], limits: CorpusConfig, reason: str
) -> None:
    with pytest.raises(UnusableError, match=reason):
        zip_archive.read("z.zip", make_zip(members), limits)


def test_a_size_that_an_archive_claims_is_not_believed() -> None:
    data = bytearray(make_zip({"bomb.md": b"\0" * 5_000_000}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")  # inflated size

    found = zip_archive.read("z.zip", bytes(data), LIMITS)

    assert not documents(found)
    assert list(left_out(found)) == ["z.zip/bomb.md"]


def test_a_member_larger_than_a_file_may_be_is_named() -> None:
    data = make_zip({"a.md": b"\0" * 1_100_000, "b.md": b"Two words."}, 0)

    found = zip_archive.read("z.zip", data, replace(LIMITS, max_file_mib=1))

    assert "larger than corpus.max_file_mib" in left_out(found)["z.zip/a.md"]
    assert list(documents(found)) == ["z.zip/b.md"]


@pytest.mark.parametrize("first", ["mimetype", "[Content_Types].xml"])
def test_a_document_that_is_an_archive_is_not_read_as_one(first: str) -> None:
    data = make_zip({first: b"application/vnd.oasis", "content.xml": b"<x/>"}, 0)

    with pytest.raises(DocumentRefusedError, match="no known format"):
        read_documents("a.odt", data, LIMITS)


def test_a_cut_off_archive_is_refused() -> None:
    with pytest.raises(DocumentRefusedError, match="is damaged"):
        read_documents("z.zip", make_zip({"a.md": PROSE.encode()})[:-9], LIMITS)


def test_an_archive_with_a_pdf_as_it_is_is_an_archive() -> None:
    data = make_zip({"a.pdf": make_pdf([paragraph(PROSE, 700)])}, 0)

    assert list(documents(read_documents("x", data, LIMITS))) == ["x/a.pdf"]


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.text(
            st.characters(codec="utf-8", exclude_characters="\0"),
            min_size=1,
            max_size=12,
        ),
        st.binary(max_size=40),
    )
)
def test_every_member_is_a_document_or_named(members: dict[str, bytes]) -> None:
    data = make_zip(members)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
    try:
        found = zip_archive.read("z.zip", data, LIMITS)
    except UnusableError:
        assert not names
        return
    assert len(documents(found)) + len(left_out(found)) == len(set(names))


def test_a_member_that_a_library_fails_on_costs_no_other() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(1_500)
    )
    deep = b"From: a@b.example\nMIME-Version: 1.0\n" + nested
    data = make_zip({"deep.eml": deep, "a.md": PROSE.encode()})

    found = zip_archive.read("z.zip", data, LIMITS)

    assert list(documents(found)) == ["z.zip/a.md"]
    assert "cannot be parsed (RecursionError" in left_out(found)["z.zip/deep.eml"]


def test_an_attachment_of_several_parts_is_named() -> None:
    mail = make_mail()
    mail.make_mixed()
    several = EmailMessage()
    several.make_mixed()
    several["Content-Disposition"] = 'attachment; filename="both"'
    mail.attach(several)

    found = message.read("m.eml", mail.as_bytes(), LIMITS)

    assert list(documents(found)) == ["m.eml"]
    assert "multipart/mixed without content" in left_out(found)["m.eml/both"]


def test_a_reason_that_quotes_a_message_can_be_printed() -> None:
    data = b"Subject: x\nContent-Type: text/plain; charset=\xff\x07\n\nwords"

    with pytest.raises(UnusableError, match="cannot be decoded") as caught:
        message.read("a.eml", data, LIMITS)

    assert str(caught.value).isprintable()
