"""HTML files: the main content, its structure, and where it stands on the page."""
# ruff: noqa: E501 - pages have long lines

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.ingest import html
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import UnusableError
from bot.ingest.proofs import is_message, is_page
from bot.ingest.registry import read_documents
from bot.places import find_place
from bot.records import Document

LIMITS = CorpusConfig()
PROSE = "The tug pulls large ships through the narrow channel of the harbour."


def read(page: str, path: str = "a/tug.html") -> Document:
    """Read a page."""
    (document,) = html.read(path, page.encode(), LIMITS)
    assert isinstance(document, Document)
    return document


def said(document: Document, kind: str | None = None) -> list[str]:
    """Return what the blocks say, or those of a kind."""
    return [
        document.text[each.start : each.end]
        for each in document.blocks
        if kind in {None, each.kind}
    ]


def leads(document: Document, kind: str) -> list[str | None]:
    """Return the lead-in or header of each block of a kind."""
    return [
        each.lead and document.text[slice(*each.lead)]
        for each in document.blocks
        if each.kind == kind
    ]


@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.md", "a"])
def test_a_page_is_known_by_its_content(name: str) -> None:
    page = f"\n<!-- saved -->\n<!DOCTYPE html><title>T</title><p>{PROSE}</p>"

    (document,) = read_documents(name, page.encode(), LIMITS)

    assert isinstance(document, Document)
    assert said(document) == [PROSE]


def test_a_piece_of_a_page_needs_its_suffix() -> None:
    piece = f"<p>{PROSE}</p>".encode()

    assert not is_page(piece)
    (document,) = read_documents("a.htm", piece, LIMITS)
    assert isinstance(document, Document)
    assert document.text == PROSE


def test_what_is_around_the_main_content_is_left_out() -> None:
    page = f"""<html><head><title>Tug - Harbour</title><style>p {{ }}</style></head><body>
    <header><nav><a href="/">Start page</a></nav><p>Harbour of Bremen, since 827.</p></header>
    <div class="cookie-consent"><p>We use cookies to improve your visit to this page.</p></div>
    <div id="sidebar"><ul><li>Some other page of ours</li></ul></div>
    <div><h1>Tug Anna</h1><p>{PROSE}</p><p hidden>Nobody sees this sentence at all.</p>
    <p style="display: none">Nor does anybody see this one.</p><script>let a = 1;</script></div>
    <section class="comments"><h3>Comments</h3><p>I like this tug very much, thank you.</p>
    <form><label>Your name</label><button>Post comment</button></form></section>
    <aside><p>Related: another story about another ship of ours.</p></aside>
    <footer><p>All rights reserved by the harbour of Bremen.</p></footer></body></html>"""

    document = read(page)

    assert document.text == f"Tug Anna\n\n{PROSE}"
    assert document.info.title == "Tug Anna"


def test_the_element_that_is_marked_as_main_is_the_page() -> None:
    around = "<div><p>Something else stands here, in a sentence of its own.</p></div>"
    main = f"<main><header><h1>Tug</h1></header><p>{PROSE}</p></main>"

    assert read(f"<html><body>{around}{main}{around}").text == f"Tug\n\n{PROSE}"


def test_a_header_that_has_the_title_of_the_page_belongs_to_it() -> None:
    page = (
        "<html><head><title>Tug Anna - Harbour</title></head><body>"
        f"<header><h1>Tug Anna</h1><p>By Ida Berg.</p></header><p>{PROSE}</p>"
        "<h1>Crew</h1><p>Ida is the master.</p>"
    )

    document = read(page)

    assert document.text.startswith("Tug Anna\n\nBy Ida Berg.")
    assert document.info.title == "Tug Anna - Harbour"
    assert "Harbour" not in read(page.replace("<h1>Tug Anna", "<h1>Harbour")).text


def test_a_page_whose_wrapper_has_a_suspicious_name_is_kept() -> None:
    page = f"<html><body><div class='social'><h1>Tug</h1><p>{PROSE}</p></div></body>"

    assert said(read(page)) == [PROSE]


def test_commentary_and_shareholders_are_no_comments_and_shares() -> None:
    page = (
        f"<html><p>{PROSE}</p><p class='commentary'>It is strong.</p>"
        "<p id='shareholders'>Two people own it.</p>"
    )

    assert said(read(page)) == [PROSE, "It is strong.", "Two people own it."]


def test_headings_keep_their_anchors_and_quotes_their_nearest_one() -> None:
    page = (
        f"<html><p>{PROSE}</p><h1 id='tug'>Tug <a class='headerlink' href='#tug'>¶</a></h1>"
        "<p>First.</p><section id='crew'><h2>Crew</h2><p>Second.</p></section>"
        "<h2><a name='old'></a>Engine</h2><p>Third.</p><h2>No id</h2><p>Fourth.</p>"
        "<dl><dt id='kw'>Power</dt><dd>Fifth.</dd></dl>"
    )

    document = read(page)

    assert [(each.path, each.anchor) for each in document.sections] == [
        ((), None),
        (("Tug",), "tug"),
        (("Tug", "Crew"), "crew"),
        (("Tug", "Engine"), "old"),
        (("Tug", "No id"), None),
    ]
    anchors = {
        quote: place and (place.kind, place.label)
        for quote in (PROSE, "First", "Second", "Third", "Fourth", "Fifth")
        for place in [
            find_place(document.places, document.text, document.text.index(quote))
        ]
    }
    assert anchors == {
        PROSE: None,
        "First": ("anchor", "tug"),
        "Second": ("anchor", "crew"),
        "Third": ("anchor", "old"),
        "Fourth": None,
        "Fifth": ("anchor", "kw"),
    }


def test_items_have_their_lead_in_and_definitions_their_term() -> None:
    page = (
        f"<html><p>{PROSE}</p><p>The crew is:</p><ul><li>Ida<ol><li>Jon</li></ol></li>"
        "<li><p>Kai,</p><p>the mate</p></li><ul><li>Nina</li></ul></ul>"
        "<dl><dt>Power</dt><dd>3,000 kW</dd></dl><p>No colon.</p><ul><li>Last</li></ul>"
    )

    document = read(page)

    items = ["Ida", "Jon", "Kai,", "the mate", "Nina", "3,000 kW", "Last"]
    assert said(document, "item") == items
    crew = "The crew is:"
    assert leads(document, "item") == [crew, None, crew, crew, crew, "Power", None]


def test_rows_have_their_header_and_cells_that_span_rows_are_repeated() -> None:
    page = (
        f"<html><p>{PROSE}</p><table><caption>The fleet</caption>"
        "<thead><tr><th>Ship</th><th>Year</th></tr></thead>"
        "<tr><td rowspan=2>Anna</td><td>1987</td></tr><tr><td>2011<br>again</td></tr>"
        "<tr><td></td><td></td></tr><tr><th>Berta</th><td>1990</td></tr></table>"
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    )

    document = read(page)

    rows = ["Anna | 1987", "Anna | 2011 again", "Berta | 1990", "a | b", "c | d"]
    header = "Ship | Year"
    assert said(document, "row") == rows
    assert leads(document, "row") == [header, header, header, None, "a | b"]
    assert "The fleet" in said(document, "prose")


@pytest.mark.parametrize(
    "table",
    [
        f"<table><tr><td>{PROSE}</td></tr></table>",
        f"<table role=presentation><tr><td>Ship</td><td>{PROSE}</td></tr></table>",
        f"<table><tr><td><ul><li>Ship</li></ul></td><td>{PROSE}</td></tr></table>",
        f"<table><tr><td>{PROSE * 7}</td><td>{PROSE}</td></tr></table>",
    ],
)
def test_a_table_that_lays_out_a_page_has_no_rows(table: str) -> None:
    document = read(f"<html>{table}")

    assert said(document, "row") == []
    assert PROSE in said(document, "prose")


def test_code_keeps_its_lines_and_breaks_of_the_author_stay() -> None:
    page = (
        f"<html><p>{PROSE}</p><pre>\n  if tug:\n    pull()\n</pre>"
        "<p>Harbour office<br>Bremen\n   <b>2</b>8195 &amp; more\xa0here</p>"
    )

    document = read(page)

    assert said(document, "code") == ["if tug:\n    pull()"]
    assert said(document)[-1] == "Harbour office\nBremen 28195 & more here"


def test_blocks_inside_inline_elements_and_bare_text_are_not_lost() -> None:
    page = (
        f"<html>Bare text first. <a href='x'><div>{PROSE}</div></a> And after it."
        "<blockquote>Quoted.</blockquote><address>At home.</address><!-- not this -->"
    )

    assert said(read(page)) == [
        "Bare text first.",
        PROSE,
        "And after it.",
        "Quoted.",
        "At home.",
    ]


@pytest.mark.parametrize(
    ("head", "url", "date"),
    [
        ('<link rel="canonical" href="https://a.example/t">', "https://a.example/t", None),
        ('<meta property="og:url" content=" https://a.example ">', "https://a.example", None),
        ('<link rel="canonical" href="/t">', None, None),
        ('<link rel="canonical" href="javascript:alert(1)">', None, None),
        ('<meta property="article:published_time" content="2024-05-01T10:00:00Z">', None,
         "2024-05-01"),
        ('<meta name="date" content="2020-01-01"><meta name="DCTERMS.date" content="2021-02-03">',
         None, "2021-02-03"),
        ('<meta name="date" content="yesterday">', None, None),
    ],
)  # fmt: skip
def test_address_and_date_are_those_that_the_page_names(
    head: str, url: str | None, date: str | None
) -> None:
    info = read(f"<html><head>{head}</head><body><p>{PROSE}</p>").info

    assert (info.url, info.date) == (url, date)


def test_a_page_that_a_browser_saved_has_the_address_it_was_saved_from() -> None:
    page = (
        "<!DOCTYPE html>\n<!-- saved from url=(0027)https://a.example/tug.html -->\n"
        f"<html><head><title>Tug Anna</title></head><body><p>{PROSE}</p>"
    )

    info = read(page).info

    assert info.url == "https://a.example/tug.html"
    assert info.title == "Tug Anna"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("utf-8", "utf-8"),
        ("ISO-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("shift_jis", "shift_jis"),
        ("utf-16", "utf-8"),
    ],
)
def test_the_character_set_is_the_one_that_the_page_names(
    charset: str, codec: str
) -> None:
    word = {"cp1251": "Буксир", "shift_jis": "東京"}.get(codec, "Über")
    page = f"<html><meta charset='{charset}'><p>{word} {PROSE}</p>"

    (document,) = html.read("a.html", page.encode(codec), LIMITS)

    assert isinstance(document, Document)
    assert document.text == f"{word} {PROSE}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><meta charset=nonsense><p>x", "character set 'nonsense'"),
        (b"<html><meta charset=shift_jis><p>\xff\xff", "not in the character set"),
        (b"<html><meta charset=utf-8><p>Tu\xe8", "is not UTF-8"),
        (b"<html><meta charset=hex><p>Tug", "not in the character set"),
    ],
)
def test_a_character_set_that_does_not_fit_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UndecodableError, match=reason):
        html.read("a.html", data, LIMITS)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html>", "has no text to quote"),
        ("<!-- only this -->", "has no text to quote"),
        ("<html><h1>Only a heading</h1>", "has no text to quote"),
        ("<html><nav>Start</nav><form>Name</form>", "has no text to quote"),
        ("<html><p>Leave a Reply</p><p>Share this:</p>", "menus, links or forms"),
        ("<html>" + "<div>" * 5_000 + PROSE, "nests elements too deep"),
    ],
)
def test_a_page_without_text_is_refused(page: str, reason: str) -> None:
    with pytest.raises(UnusableError, match=reason):
        html.read("a.html", page.encode(), LIMITS)


def test_a_page_that_is_too_long_is_refused() -> None:
    with pytest.raises(UnusableError, match=r"corpus\.max_characters"):
        html.read("a.html", b"<p>" + PROSE.encode(), replace(LIMITS, max_characters=9))


def test_a_message_is_known_by_what_mail_programs_write() -> None:
    assert is_message(b"Received: from a\r\n by b\r\nFrom: Ida <i@a.example>\r\n\r\nHi")
    assert not is_message(b"From: Ida\nDate: today\nSubject: Tug\n\nHi")
    assert not is_message(b"Message-ID: <1>\n\nHi")
    assert not is_message(b"")


_PIECES = st.sampled_from(
    "<p> </p> <div> </div> <ul> <li> </ul> <table> <tr> <td rowspan=9> <th> </table> <h1> "
    "<h2 id=a> </h2> <br> <pre> </pre> <dl> <dt> <dd> <a> <b> </b> <main> <article> <nav> "
    "<div&class=menu> <!-- --> <script> </script> <![CDATA[ &amp; &#0; &#xD800; &bogus "
    "\x00 \x0b \x0c ü 東 Tug. Word".split()
)


@settings(max_examples=200)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=40))
def test_any_page_is_a_sound_document_or_refused(pieces: list[str]) -> None:
    data = " ".join(pieces).replace("&class", " class").encode("utf-8", "replace")
    try:
        (document,) = html.read("a.html", data, LIMITS)
    except (UnusableError, UndecodableError):
        return
    assert isinstance(document, Document)
    assert said(document)
    assert all(each.strip() for each in said(document))
    starts = [each.start for each in document.places]
    assert starts == sorted(starts)
    document.text.encode()
