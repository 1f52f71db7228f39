"""Verifying receipts against the sources: intact, moved, changed or gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.errors import InputError
from bot.ingest.registry import read_documents
from bot.receipts.sources import Sources
from bot.receipts.traces import trace_of
from bot.receipts.verify import Verified, verify
from bot.records import Document, text_hash
from bot.reports.receipts import verified_text, verified_texts
from bot.state.receipts import QuoteMark, Receipt
from tests.receipt_samples import receipt_of
from tests.small_index import write_corpus

SENTENCE = "The engine of a tug has 3,000 kW."
TEXTS = {
    "ships/tug.md": f"# Tug\n\nA tug pulls ships.\n\n## Engine\n\n{SENTENCE}\n",
    "ships/ferry.md": "# Ferry\n\nA ferry carries people and cars over the sea.\n",
    "rows.jsonl": '{"_id": "r1", "title": "Crane", "text": "A crane lifts loads."}\n',
}


def document_of(texts: Mapping[str, str], id_: str, path: str = "") -> Document:
    path = path or id_
    found = read_documents(path, texts[path].encode(), CorpusConfig())
    return next(
        each for each in found if isinstance(each, Document) and each.info.id == id_
    )


def receipt_quoting(document: Document, *quotes: str) -> Receipt:
    """Write a receipt of an answer that quotes a document."""
    marks = []
    for number, quote in enumerate(quotes, start=1):
        start = document.text.index(quote)
        marks.append(
            QuoteMark(
                number,
                document.info.id,
                document.info.sha256,
                start,
                start + len(quote),
                text_hash(quote),
                trace_of(quote),
            )
        )
    return dataclasses.replace(receipt_of("what"), quotes=tuple(marks))


def verified(folder: Path, receipt: Receipt, texts: Mapping[str, str]) -> Verified:
    write_corpus(folder / "corpus", texts)
    (found,) = verify([receipt], Sources(folder / "corpus", CorpusConfig()))
    return found


def check_tug(folder: Path, texts: Mapping[str, str]) -> Verified:
    receipt = receipt_quoting(document_of(TEXTS, "ships/tug.md"), SENTENCE)
    return verified(folder, receipt, texts)


def test_a_quote_of_an_unchanged_document_is_intact(tmp_path: Path) -> None:
    found = check_tug(tmp_path, TEXTS)
    (check,) = found.checks

    assert found.holds
    assert (check.state, check.text, check.same_document) == ("intact", SENTENCE, True)
    assert f'[1] intact: ships/tug.md, 38 to 71\n    "{SENTENCE}"' in verified_text(
        found
    )


def test_a_change_behind_a_quote_leaves_it_intact(tmp_path: Path) -> None:
    texts = {**TEXTS, "ships/tug.md": TEXTS["ships/tug.md"] + "\nMore.\n"}
    found = check_tug(tmp_path, texts)

    assert found.checks[0].state == "intact"
    assert not found.checks[0].same_document
    assert "the document changed elsewhere" in verified_text(found)


def test_a_change_before_a_quote_moves_it(tmp_path: Path) -> None:
    texts = {**TEXTS, "ships/tug.md": f"# On tugs\n\n{TEXTS['ships/tug.md']}"}
    found = check_tug(tmp_path, texts)
    (check,) = found.checks

    assert found.holds
    assert (check.state, check.document, check.start) == ("moved", "ships/tug.md", 49)
    assert "now ships/tug.md, 49 to 82" in verified_text(found)


def test_a_quote_moves_with_a_renamed_document(tmp_path: Path) -> None:
    texts = {
        "boats/tug.md": TEXTS["ships/tug.md"],
        "ships/ferry.md": TEXTS["ships/ferry.md"],
    }
    found = check_tug(tmp_path, texts)
    (check,) = found.checks

    assert (check.state, check.document) == ("moved", "boats/tug.md")
    assert check.same_document


def test_a_short_quote_is_not_looked_for_in_other_documents(tmp_path: Path) -> None:
    texts = {"a.md": "A tug pulls. More follows here.\n"}
    receipt = receipt_quoting(document_of(texts, "a.md"), "A tug pulls.")
    found = verified(tmp_path, receipt, {"b.md": texts["a.md"]})

    assert found.checks[0].state == "gone"


def test_a_reworded_quote_is_changed(tmp_path: Path) -> None:
    texts = {**TEXTS, "ships/tug.md": TEXTS["ships/tug.md"].replace("3,000", "4,000")}
    found = check_tug(tmp_path, texts)

    assert not found.holds
    assert found.checks[0].state == "changed"
    assert "the document no longer says it" in verified_text(found)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no such document"),
        (f"---\nindex: false\n---\n{SENTENCE}\n", "`index: false`"),
        ("", "is empty"),
    ],
)
def test_without_its_document_a_quote_is_gone(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    texts = {**TEXTS, "ships/tug.md": content}
    found = check_tug(
        tmp_path, {name: text for name, text in texts.items() if text is not None}
    )

    assert not found.holds
    assert found.checks[0].state == "gone"
    assert reason in verified_text(found)


def test_a_link_in_a_documents_place_is_not_followed(tmp_path: Path) -> None:
    receipt = receipt_quoting(document_of(TEXTS, "ships/tug.md"), SENTENCE)
    write_corpus(tmp_path / "corpus", {"ships/other.md": "Nothing of the kind.\n"})
    outside = tmp_path / "outside.md"
    outside.write_text(TEXTS["ships/tug.md"], encoding="utf-8")
    (tmp_path / "corpus" / "ships" / "tug.md").symlink_to(outside)
    (found,) = verify([receipt], Sources(tmp_path / "corpus", CorpusConfig()))

    assert found.checks[0].state == "gone"
    assert "link out of the corpus" in found.checks[0].reason


def test_quotes_from_collections_are_verified_too(tmp_path: Path) -> None:
    receipt = receipt_quoting(
        document_of(TEXTS, "r1", "rows.jsonl"), "A crane lifts loads."
    )
    changed = {**TEXTS, "rows.jsonl": TEXTS["rows.jsonl"].replace("loads", "all")}

    assert verified(tmp_path, receipt, TEXTS).checks[0].state == "intact"
    assert verified(tmp_path, receipt, changed).checks[0].state == "changed"


def test_all_receipts_are_counted_and_the_broken_ones_shown(tmp_path: Path) -> None:
    tug, ferry = (document_of(TEXTS, f"ships/{each}.md") for each in ("tug", "ferry"))
    receipts = [
        dataclasses.replace(receipt_quoting(tug, SENTENCE, "A tug pulls"), id="one"),
        dataclasses.replace(receipt_quoting(ferry, "A ferry carries"), id="two"),
        dataclasses.replace(receipt_of("what"), id="three", quotes=()),
    ]
    texts = {**TEXTS, "ships/tug.md": TEXTS["ships/tug.md"].replace("3,000", "4,000")}
    write_corpus(tmp_path / "corpus", texts)
    found = verify(receipts, Sources(tmp_path / "corpus", CorpusConfig()))

    assert [each.holds for each in found] == [False, True, True]
    text = verified_texts(found)
    assert text.startswith(
        "3 receipts, 3 quotes: 2 intact, 0 moved, 1 changed, 0 gone."
    )
    assert "Receipt one" in text
    assert "Receipt two" not in text
    assert "It was a refusal" in verified_text(found[2])


def test_the_payload_says_where_a_quote_was_and_is(tmp_path: Path) -> None:
    payload = check_tug(tmp_path, TEXTS).payload()
    (quote,) = payload["quotes"]

    assert payload["holds"] is True
    assert (quote["document"], quote["start"], quote["end"]) == ("ships/tug.md", 38, 71)
    assert quote["now"] == {
        "document": "ships/tug.md",
        "start": 38,
        "end": 71,
        "quote": SENTENCE,
    }


def test_without_a_corpus_nothing_can_be_verified(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        verify([], Sources(tmp_path / "none", CorpusConfig()))


words = st.text("abcde \n", min_size=1, max_size=40)


@settings(max_examples=60)
@given(before=words, quote=st.text("xyz ", min_size=30, max_size=60), after=words)
def test_a_quote_that_still_stands_somewhere_is_never_called_changed_or_gone(
    tmp_path_factory: pytest.TempPathFactory, before: str, quote: str, after: str
) -> None:
    folder = tmp_path_factory.mktemp("corpus")
    quote = f"Q{quote}Q"
    old = {"a.txt": f"One {quote} two.\n"}
    new = {"a.txt": f"Three {before} {quote} {after}.\n"}
    receipt = receipt_quoting(document_of(old, "a.txt"), quote)
    (check,) = verified(folder, receipt, new).checks

    assert check.state in {"intact", "moved"}
    assert check.text == quote
