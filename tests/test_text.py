"""Terms: what finds what, and that no text can make finding them slow."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import Chunk
from bot.text.terms import index_text, plain, tokenize, words


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("package", "packages"),
        ("RESONAC", "Resonac"),
        ("resonac", "Resonac's"),
        ("resonac", "Resonac\u2019s"),
        ("2.5D", "2.5d"),
        ("2.5D", "2.5-D"),
        ("joint2", "JOINT2"),
        ("Joint 2", "JOINT2"),
        ("JOINT-2", "JOINT2"),
        ("covid 19", "COVID-19"),
        ("joint", "US-JOINT"),
        ("USJOINT", "US-JOINT"),
        ("cooperate", "co-operate"),
        ("operate", "co-operate"),
        ("co\u2010operate", "co-operate"),
        ("co\u00adoperate", "cooperate"),
        ("email", "e-mail"),
        ("LS", "L/S"),
        ("input", "input/output"),
        ("IO", "I/O"),
        ("RD", "R&D"),
        ("US", "U.S."),
        ("PhD", "Ph.D."),
        ("1000000", "1,000,000"),
        ("1000000 dollars", "1,000,000-dollar"),
        ("toml", "bot.toml"),
        ("words", "max_words"),
        ("init", "__init__"),
        ("obrien", "O'Brien"),
        ("\u00e9cole", "l'ecole"),
        ("cafe", "caf\u00e9"),
        ("cafe", "cafe\u0301"),
        ("joint", "\uff2a\uff4f\uff49\uff4e\uff54"),
        ("strasse", "Stra\u00dfe"),
        ("fine", "\ufb01ne"),
        ("C++", "c++"),
        ("\u6771\u4eac", "\u6771\u4eac\u90fd"),
        ("\u6750\u6599", "TIM\u6750\u6599"),
        ("TIM", "TIM\u6750\u6599"),
        ("\u304b\u3099\u3089\u3059", "\u304c\u3089\u3059"),
        ("\ud55c\uad6d", "\ud55c\uad6d\uc5b4"),
        (
            "\u0939\u093f\u0928\u094d\u0926\u0940",
            "\u0939\u093f\u0928\u094d\u0926\u0940",
        ),
    ],
)
def test_a_word_is_found_under_its_other_spellings(asked: str, written: str) -> None:
    assert set(tokenize(asked)) & set(tokenize(written))


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("C", "C++"),
        ("2.5D", "2.5"),
        ("JOINT2", "JOINT3"),
        ("20210601", "2021-06-01"),
        ("JOINT 2021", "JOINT2021"),
        ("\u092e", "\u092e\u0947\u0902"),
    ],
)
def test_different_things_have_different_terms(asked: str, written: str) -> None:
    assert tokenize(asked)[-1] not in tokenize(written)


@pytest.mark.parametrize(
    "text", ["Who is it that they don't?", "We'll see what he/she isn\u2019t", "a.m."]
)
def test_a_question_of_function_words_leaves_at_most_its_content(text: str) -> None:
    assert tokenize(text) in ([], ["see"])


def test_an_acronym_that_looks_like_a_stop_word_is_kept() -> None:
    assert tokenize("IT asks WHO") == ["it", "ask", "who"]
    assert tokenize("WHO IS IT?") == []


def test_a_repeated_word_comes_as_often_as_it_is_written() -> None:
    assert tokenize("glass, glass and glass") == ["glass"] * 3


def test_an_ideograph_by_itself_is_a_term() -> None:
    assert tokenize("\u6750") == ["\u6750"]


@given(st.text())
def test_words_are_slices_whose_terms_are_those_of_the_text(text: str) -> None:
    found = words(text)

    assert all(text[each.start : each.end] == each.text for each in found)
    assert [term for each in found for term in each.terms] == tokenize(text)


@given(st.text())
def test_a_term_is_short_and_can_be_stored_as_a_line(text: str) -> None:
    for term in tokenize(text):
        assert 0 < len(term) <= 64
        assert term == term.strip()
        assert len(term.splitlines()) == 1
        assert term.encode().decode() == term


@given(st.text(st.characters(max_codepoint=0xFFFF, categories=["L", "N", "Zs"])))
def test_composed_and_decomposed_text_have_the_same_terms(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)

    assert tokenize(composed) == tokenize(decomposed)


# A quadratic step would take minutes on these, and more memory than there is.
@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0301" * 100_000,
        "a-" * 100_000 + "b",
        "1," * 100_000 + "1",
        "111," * 100_000 + "11",
        "a." * 100_000 + "b",
        "a" * 300_000,
        "'" * 300_000,
        "_" * 300_000,
        "\u6750" * 100_000,
    ],
    ids=lambda text: text[:6].encode("unicode_escape").decode(),
)
def test_hostile_words_give_short_terms(text: str) -> None:
    assert all(len(term) <= 64 for term in tokenize(text))


def test_title_and_headings_stand_before_the_plain_text() -> None:
    chunk = Chunk("d#0", "d", "Guide", ("Guide", "**Install**"), "Run `bot`.", 5, 15)

    assert index_text(chunk) == "Guide\nInstall\nRun bot."


def test_an_id_that_stands_in_for_a_title_is_not_indexed() -> None:
    chunk = Chunk("86691-0-241#1", "86691-0-241", "86691-0-241", (), "Run bot.", 0, 8)

    assert index_text(chunk) == "Run bot."

    assert plain(chunk.text) in index_text(chunk)
