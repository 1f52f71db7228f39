"""Pasted web pages lose what stands around their text, and nothing else does."""
# ruff: noqa: E501 - a line of a page is a line here

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.ingest.boilerplate import without_boilerplate
from bot.ingest.markdown import read_markdown
from bot.ingest.parts import Heading
from bot.ingest.phrases import furniture
from bot.ingest.plaintext import read_plaintext
from bot.ingest.registry import read_documents
from bot.records import Document

TITLE = "Glass Panels Ahead: Acme’s Kyoto Line Brings 3D Packages to Japan"
MAIN = [
    "Acme Corp. opened a pilot line for glass panels in Kyoto on 4 April 2022. The line can handle panels of 510 by 515 millimetres.",
    "The Ministry of Trade pays a third of the cost. Acme’s partners, among them Borealis Co., Ltd. and Cirrus, pay the rest.",
    "Glass bends less than resin, so finer wires become possible. The first samples go out in 2023, says the company.",
]
PAGES = {
    "a news site": (
        ["Follow us", "Hello, what are you searching for?"],
        [
            "Be the first to comment",
            "Leave a Comment",
            "Your email address will not be published. Required fields are marked *",
            "You Might Also Like",
        ],
    ),
    "a blog": (
        [
            "Skip to content",
            "Menu",
            "Home",
            "About us",
            "Archive of 2022",
            "Search for:",
        ],
        [
            "Share this:",
            "Twitter",
            "Facebook",
            "Like Loading…",
            "Related",
            "Filed under: glass, Kyoto",
            "Previous Post",
            "Next Post",
            "2 Comments",
            "Leave a Reply Cancel reply",
            "Comment *",
            "Name *",
            "Email *",
            "Website",
            "Save my name, email, and website in this browser for the next time I comment.",
            "Post Comment",
            "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
        ],
    ),
    "a shop with consent": (
        [
            "We and our partners use cookies to improve your experience.",
            "By continuing you agree to our cookie policy.",
            "Accept all cookies",
            "Manage preferences",
            "Jump to main content",
            "Log in",
            "Cart",
        ],
        [
            "Related Articles",
            "Borealis opens a plant in Turku",
            "Is resin dead?",
            "Cirrus: a portrait",
            "Subscribe to our newsletter",
            "Enter your email address",
            "Sign up",
            "© 2022 Acme News. All rights reserved.",
            "Privacy Policy | Terms of Use",
            "Back to top",
        ],
    ),
}


def quotable(name: str, text: str) -> list[str]:
    """Return what of a file may be quoted."""
    (document,) = read_documents(name, text.encode(), CorpusConfig())
    assert isinstance(document, Document)
    return [document.text[block.start : block.end] for block in document.blocks]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n\n", "\r\n\r\n"])
@pytest.mark.parametrize("name", ["page.txt", "page.md"])
def test_a_pasted_page_keeps_its_text_and_nothing_else(
    page: str, gap: str, name: str
) -> None:
    above, below = PAGES[page]
    text = gap.join([*above, TITLE, *MAIN, *below])

    quotes = quotable(name, text)

    assert [each for each in quotes if each != TITLE] == MAIN


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [60, 80])
def test_so_does_a_wrapped_page(page: str, width: int) -> None:
    above, below = PAGES[page]
    lines = [textwrap.fill(each, width) for each in [*above, TITLE, *MAIN, *below]]

    quotes = quotable("page.txt", "\n\n".join(lines))

    assert [" ".join(each.split()) for each in quotes] == MAIN


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["page.txt", "page.md"])
def test_the_title_is_that_of_the_article(page: str, name: str) -> None:
    above, below = PAGES[page]
    text = "\n\n".join([*above, TITLE, *MAIN, *below])

    (document,) = read_documents(name, text.encode(), CorpusConfig())

    assert isinstance(document, Document)
    assert document.info.title == TITLE


def test_lines_in_the_middle_go_and_the_text_around_them_stays() -> None:
    text = "\n\n".join(
        [
            TITLE,
            MAIN[0],
            "Advertisement",
            MAIN[1],
            "Read more: Acme buys a laser maker",
            "You may also like",
            "Borealis opens a plant",
            "Cirrus: a portrait",
            MAIN[2],
        ]
    )

    assert quotable("page.txt", text) == MAIN


def test_the_author_the_date_and_how_to_reach_somebody_stay() -> None:
    text = "\n\n".join(
        [
            "Skip to content",
            "Top stories of the day",
            TITLE,
            "By Jane Doe",
            "June 27, 2023",
            *MAIN,
            "Leave a Reply",
            "Press office: press@acme.example",
            "Tel. +81 75 123 4567",
            "A headline of another page",
        ]
    )

    assert quotable("page.txt", text) == [
        "By Jane Doe",
        "June 27, 2023",
        *MAIN,
        "Press office: press@acme.example",
        "Tel. +81 75 123 4567",
    ]


WRITTEN = [
    "The label Leave a Reply is shown under each post, and a click on it opens the form.",
    "You may also like our other products, which are listed on the next page.",
    "Connect with us if the machine stops, and have its number at hand.",
    "Your email address will not be published.",
    "We use cookies to keep you logged in.",
    "All fields marked with an asterisk are required fields.",
    "Copyright law protects the drawings in this manual.",
    "Subscribe to our newsletter.",
    "Enter your email address.",
    "Home is where the machine stands.",
    "Click to comment is the text of the button below each article.",
    "The contract says that all rights are reserved by Acme.",
    "See all employees as partners.",
    "In 2021 Acme followed us to Kyoto.",
]


@pytest.mark.parametrize("sentence", WRITTEN)
@pytest.mark.parametrize("name", ["manual.md", "manual.txt"])
def test_sentences_that_mention_such_words_stay(sentence: str, name: str) -> None:
    text = "\n\n".join([TITLE, MAIN[0], sentence, MAIN[1], MAIN[2]])

    assert sentence in quotable(name, text)


def test_such_sentences_stay_even_next_to_each_other() -> None:
    text = "\n\n".join([TITLE, *WRITTEN])

    assert [each for each in quotable("manual.md", text) if each != TITLE] == WRITTEN


def test_lists_with_a_lead_or_numbers_tables_and_code_stay() -> None:
    text = (
        "# Manual\n\n## Steps\n\n1. Click to comment\n2. Leave a reply\n\n"
        "The form has these fields:\n\n- Name *\n- Email *\n- Leave a Reply\n\n"
        "## Buttons\n\n- Accept all\n- Share\n\n"
        "| Button | Label |\n|---|---|\n| first | Accept all cookies |\n\n"
        "```\nLeave a Reply\n```\n"
    )

    assert quotable("manual.md", text) == [
        "Click to comment",
        "Leave a reply",
        "The form has these fields:",
        "Name *",
        "Email *",
        "Leave a Reply",
        "Accept all",
        "Share",
        "first | Accept all cookies",
        "Leave a Reply",
    ]


@pytest.mark.parametrize("name", ["facts.txt", "facts.md"])
def test_a_list_of_key_facts_is_never_taken_for_a_menu(name: str) -> None:
    lines = ["Founded: 2021", "Kyoto, Japan", "Jane Doe, president", "Open on Mondays"]
    text = "\n\n".join([*lines, MAIN[0], "Closed in August", "Free parking"])

    assert quotable(name, text) == [
        *lines,
        MAIN[0],
        "Closed in August",
        "Free parking",
    ]


@pytest.mark.parametrize("heading", ["Latest news", "Related topics", "More on glass"])
def test_one_heading_that_pages_have_too_proves_nothing(heading: str) -> None:
    text = f"# A\n\n{MAIN[0]}\n\n## {heading}\n\n- Resin shrinks\n- Copper grows\n"

    assert quotable("a.md", text) == [MAIN[0], "Resin shrinks", "Copper grows"]


def test_a_list_led_in_by_furniture_is_furniture() -> None:
    text = f"{TITLE}\n\n{MAIN[0]}\n\nShare this:\n\n- Facebook\n- Twitter\n\n{MAIN[1]}"

    assert quotable("a.txt", text) == MAIN[:2]


def test_short_lines_without_any_prose_stay() -> None:
    text = "Kyoto office\n\nContact us\n\n2-1 Acme Street\n\nOpen on Mondays"

    assert quotable("office.txt", text) == text.split("\n\n")


def test_a_line_that_leads_in_what_follows_stays() -> None:
    text = "\n\n".join(
        ["Skip to content", "Search for:", TITLE, "Emergency order:", *MAIN, "Tweet"]
    )

    assert "Emergency order:" in quotable("a.md", text)


def test_what_stands_under_a_heading_of_its_own_stays() -> None:
    text = (
        f"# A\n\n{MAIN[0]}\n\nLeave a Reply\n\n## Address\n\nKyoto, 2-1 Acme Street\n"
    )

    assert quotable("a.md", text) == [MAIN[0], "Kyoto, 2-1 Acme Street"]


def test_a_comment_form_under_headings_goes() -> None:
    text = (
        f"# A\n\n{MAIN[0]}\n\n### Leave a Reply\n\nYour email address will not be "
        "published.\n\n### Related Posts\n\n- [Another page](https://b.example/x)\n- Third\n"
    )

    assert quotable("a.md", text) == [MAIN[0]]


def test_lists_of_links_inside_the_site_go_and_others_stay() -> None:
    text = (
        f"# A\n\n- [Top](#a)\n- [Next](next.md)\n\n{MAIN[0]}\n\n- [In](b.md)\n- and more\n\n"
        "## Sources\n\n- [A report](https://b.example/report)\n"
    )

    assert quotable("a.md", text) == [
        MAIN[0],
        "[In](b.md)",
        "and more",
        "[A report](https://b.example/report)",
    ]


def test_lines_of_furniture_are_cut_out_of_a_paragraph() -> None:
    text = f"# A\n\n{MAIN[0]}\nClick to comment\nLeave a Reply\n\n{MAIN[1]}"

    assert quotable("a.md", text) == MAIN[:2]


def test_a_wrapped_sentence_may_have_a_line_that_reads_like_furniture() -> None:
    text = (
        "# A\n\nWhoever reads the page can click on the box\nleave a reply\nand wait."
    )

    assert quotable("a.md", text) == [text[5:]]


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("**Leave a Reply**", "ending"),
        ("[Skip to content](#main)", "label"),
        ("## You may also like…", "related"),
        ("Required fields are marked *", "form"),
        ("FACEBOOK", "weak"),
        ("Home > News > Packaging", "label"),
        ("Read more: Acme buys a laser maker", "label"),
        ("x" * 500, None),
        ("", None),
    ],
)
def test_markup_and_case_make_no_difference(line: str, family: str | None) -> None:
    assert furniture(line) == family


WORDS = st.sampled_from(
    [
        "Home",
        "Leave a Reply",
        "You may also like",
        "Name *",
        TITLE,
        *MAIN,
        "Kyoto office",
        "We use cookies.",
        "- item",
        "- [a](b.md)",
        "## Heading",
        "| a | b |\n|--|--|\n| 1 | 2 |",
    ]
)


@given(st.lists(WORDS).map("\n\n".join), st.booleans())
def test_what_stays_is_part_of_what_there_was_and_prose_always_stays(
    text: str,
    markdown: bool,  # noqa: FBT001 - hypothesis hands it over by place
) -> None:
    parts = read_markdown(text) if markdown else read_plaintext(text)

    kept = without_boilerplate(text, parts)

    covered = {at for part in parts for at in range(part.start, part.end)}
    pieces = [text[part.start : part.end] for part in kept]
    assert all(covered.issuperset(range(part.start, part.end)) for part in kept)
    assert [part for part in kept if isinstance(part, Heading)] == [
        part for part in parts if isinstance(part, Heading)
    ]
    for paragraph in MAIN:
        assert pieces.count(paragraph) == text.count(paragraph)
